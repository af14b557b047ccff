"""The pages that are nothing but fields: notifications, the line, how it looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from tocsin import resources
from tocsin.desktop.settings.checks import Checks
from tocsin.desktop.settings.controls import CheckField, ChoiceField, TimeField
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.settings.lines import LinesField
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone, button
from tocsin.domain.account import Line, Notifications, Settings, Usage
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, StartWithComputer, TryAlarm
from tocsin.domain.targets import offered, plan
from tocsin.words.phrasebook import Phrasebook

_EVENING, _MORNING = time(22, 0), time(7, 0)
_NAMES = {"nl": "Nederlands", "en": "English", "de": "Deutsch", "fr": "Français"}
"""Languages call themselves by their own names, whatever is spoken now."""


class NotificationsPage(Page):
    """When to be quiet, whether the bell swings, and a test alarm."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        self.heading(words.gettext("Quiet hours"))
        quiet = CheckField(
            "notifications.quiet",
            words.gettext("Be quiet at certain hours"),
            words.gettext("What happens then is told when they are over. The bell and the window show it at once."),
        )
        self._remembered = (_EVENING, _MORNING)
        self.add(quiet, lambda settings: _is_quiet(settings.notifications), self._put_quiet)
        meanwhile = words.gettext("In config.toml it was changed to: {value}")
        self._from = TimeField("notifications.quiet_from", words.gettext("From"), "", meanwhile)
        self.add(
            self._from,
            lambda settings: settings.notifications.quiet_from or _EVENING,
            lambda settings, value: _notifications(settings, quiet_from=value),
        )
        self._until = TimeField("notifications.quiet_until", words.gettext("Until"), "", meanwhile)
        self.add(
            self._until,
            lambda settings: settings.notifications.quiet_until or _MORNING,
            lambda settings, value: _notifications(settings, quiet_until=value),
        )
        self.beside(self._from, self._until)
        self._outages = CheckField(
            "notifications.outages_in_quiet",
            words.gettext("Outages ring all the same"),
        )
        self.add(
            self._outages,
            lambda settings: settings.notifications.outages_in_quiet,
            lambda settings, value: _notifications(settings, outages_in_quiet=value),
        )
        self.heading(words.gettext("The bell"))
        self.add(swing_field(words, "notifications.swing"), swings, put_swing)
        self.heading(words.gettext("Test alarm"))
        self.say(words.gettext("See whether a notification arrives. It is sent in quiet hours too."), Tone.QUIET)
        self.row(button(words.gettext("Send a test alarm"), self._on_try))

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """The hours can be set where they count."""
        del state, now
        there = settings.notifications
        self._until.explain(
            self.words.gettext("From and until are the same: no hour is quiet.")
            if there.quiet_from is not None and there.quiet_from == there.quiet_until
            else ""
        )
        for field in (self._from, self._until, self._outages):
            field.setVisible(_is_quiet(settings.notifications))

    def _put_quiet(self, settings: Settings, value: bool) -> Settings:  # noqa: FBT001 - a field's value
        there = settings.notifications
        if not value and there.quiet_from is not None and there.quiet_until is not None:
            self._remembered = (there.quiet_from, there.quiet_until)
        start, end = self._remembered if value else (None, None)
        return _notifications(settings, quiet_from=start, quiet_until=end)

    def _on_try(self) -> None:
        self.commanded.emit(TryAlarm())
        self.told.emit(self.words.gettext("A test alarm was sent."))


class LinePage(Page):
    """What is measured, with which hosts, and what is worth an alarm."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        check, meanwhile = Checks(words), words.gettext("In config.toml it was changed to: {value}")
        measure = CheckField("line.measure", words.gettext("Measure my own line"))
        self.add(measure, lambda settings: settings.line.measure, _line_put("measure"))
        self._public = CheckField("line.public", words.gettext("Public hosts may be contacted to measure it"))
        self.add(self._public, lambda settings: settings.line.public is True, _line_put("public"))
        self._contacted = self.say("", Tone.QUIET)
        self.add(
            LinesField(
                "line.targets",
                words.gettext("Hosts of your own choice to measure with"),
                check.target,
                words.gettext("One a line, as tcp://host:port or https://host/. They take the place of all others."),
                meanwhile,
            ),
            lambda settings: settings.line.targets,
            _line_put("targets"),
        )
        self.add(
            LinesField(
                "line.names",
                words.gettext("Names of your own choice to look up"),
                check.host,
                words.gettext("One a line, such as example.net."),
                meanwhile,
            ),
            lambda settings: settings.line.names,
            _line_put("names"),
        )
        self.add(_usage_field(words), lambda settings: settings.usage, _put_usage)
        calls = (
            ((None,), words.gettext("As the use suggests")),
            ((True,), words.gettext("Yes")),
            ((False,), words.gettext("No")),
        )
        self._calls = ChoiceField("line.calls", words.gettext("Alarm when the line is unfit for calls"), calls)
        self.add(self._calls, lambda settings: (settings.line.calls,), _put_calls)
        self.add(
            TextField(
                "line.interface",
                words.gettext("Network interface of the primary line"),
                check.interface,
                words.gettext("Such as eth0. It counts only where there is a backup; left empty, Tocsin finds it out."),
                meanwhile,
            ),
            lambda settings: settings.line.interface,
            _line_put("interface"),
        )

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Say whom it contacts, or would."""
        del state, now
        self._contacted.say(self._hosts(settings))
        by_use = (
            self.words.gettext("Yes") if replace(settings, line=Line()).alarms_on_calls else self.words.gettext("No")
        )
        self._calls.explain(self.words.gettext("As the use suggests: {answer}.").format(answer=by_use))

    def _hosts(self, settings: Settings) -> str:
        words, hosts = self.words, plan(settings).hosts
        if not settings.line.measure:
            return words.gettext("Nobody is contacted: the line is not measured.")
        lines = [
            words.gettext("Contacted to measure:")
            if hosts
            else words.gettext("Nobody is contacted to measure the line.")
        ]
        lines += [words.clean(each) for each in hosts]
        more = [each for each in offered(settings).hosts if each not in hosts]
        if more and not settings.line.targets:
            lines += [words.gettext("If you agree, also:"), *more]
        return "\n".join(lines)


class AppearancePage(Page):
    """Language and movement."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(words)
        self._language = ChoiceField("language", words.gettext("Language"), ())
        self.add(
            self._language,
            lambda settings: (settings.language,),
            _put_language,
        )
        self.say(words.gettext("What providers write stays in their own language."), Tone.QUIET)
        self.add(swing_field(words, "appearance.swing"), swings, put_swing)
        self.say(words.gettext("Colours, dark mode and the size of the letters are those of your desktop."), Tone.QUIET)
        self._start = CheckField("start", words.gettext("Start with the computer"))
        self._start.settled.connect(self._on_start)
        self.column.addWidget(self._start)

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Offer the languages that there are words for, and say whether the program starts by itself."""
        self._start.setVisible(state.autostart is not None)
        self._start.show_value(state.autostart)
        told = [each for each in state.faults if each.message.key == "autostart"]
        self._start.explain(self.words.fault(told[0].message, now.wall) if told else "")
        there = dict.fromkeys((*resources.languages(), *((settings.language,) if settings.language else ())))
        system = ((None,), self.words.gettext("The language of this computer"))
        self._language.offer((system, *(((each,), _NAMES.get(each, each)) for each in there)))

    def _on_start(self, on: object) -> None:
        self.commanded.emit(StartWithComputer(bool(on)))


def _is_quiet(there: Notifications) -> bool:
    return there.quiet_from is not None and there.quiet_until is not None


def _notifications(settings: Settings, **changes: object) -> Settings:
    return replace(settings, notifications=replace(settings.notifications, **changes))  # type: ignore[arg-type]  # each by its name


def _line_put(name: str) -> Callable[[Settings, object], Settings]:
    def put(settings: Settings, value: object) -> Settings:
        return replace(settings, line=replace(settings.line, **{name: value}))  # type: ignore[arg-type]  # the field's kind

    return put


def _put_calls(settings: Settings, value: tuple[bool | None]) -> Settings:
    return _line_put("calls")(settings, value[0])


def _put_usage(settings: Settings, value: Usage) -> Settings:
    return replace(settings, usage=value)


def _put_language(settings: Settings, value: tuple[str | None]) -> Settings:
    return replace(settings, language=value[0])


def _usage_field(words: Phrasebook) -> ChoiceField:
    return ChoiceField(
        "usage",
        words.gettext("What this computer is used for"),
        ((Usage.HOME, words.gettext("For private use")), (Usage.BUSINESS, words.gettext("For business"))),
    )


def swing_field(words: Phrasebook, name: str) -> CheckField:
    """Whether the bell moves."""
    return CheckField(
        name,
        words.gettext("The bell swings while an alarm rings"),
        words.gettext("Otherwise it stands still and shows the alarm by its shape and colour."),
    )


def swings(settings: Settings) -> bool:
    """Whether it does."""
    return settings.appearance.swing


def put_swing(settings: Settings, value: bool) -> Settings:  # noqa: FBT001 - a field's value
    """The settings with another answer."""
    return replace(settings, appearance=replace(settings.appearance, swing=value))
