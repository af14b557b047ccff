"""What a worried person reads first: one card for each connection in trouble."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from tocsin.desktop import card_texts, opener, picture
from tocsin.desktop.bell import Bells, Face, colour
from tocsin.desktop.call_button import CallButton
from tocsin.desktop.flow import Flow
from tocsin.desktop.help_card import HelpFold
from tocsin.desktop.portrait import Portrait
from tocsin.desktop.widgets import Card, Tone, button, fold, label, relabel
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.measured import is_line_only
from tocsin.domain.state import Acknowledge, AppState, MuteUntilResolved, Unmute
from tocsin.domain.terms import Level
from tocsin.domain.verdict import NextStep
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_BELL = 40
_MOST_UPDATES = 10
_NUMBER = 24  # characters of a telephone number that a button has room for


class Header(Card):
    """The card of one connection.

    ``commanded`` carries a command of ``domain.state``; ``draft_wanted`` the connection's id when the user wants to
    write down what to report; ``adopt_wanted`` that the uplink in use should be the main one.
    """

    commanded = Signal(object)
    draft_wanted = Signal(str)
    adopt_wanted = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._seen: picture.Seen | None = None
        self._drawn: tuple[picture.Seen, AppState, Instant, Bells] | None = None
        self._url = ""
        self._uids: tuple[str, ...] = ()
        self._muted = False
        self._bell = Portrait(_BELL)
        self._title = label(Tone.TITLE)
        self._since = label(Tone.LARGE)
        self._verdict = label(Tone.NORMAL)
        self._estimate = label(Tone.LARGE)
        self._quote = label(Tone.QUIET)
        self._said = label(Tone.NORMAL)
        self._caveat = label(Tone.QUIET)
        self._fold = fold("", self._on_fold)
        self._earlier = label(Tone.QUIET)
        self._others = label(Tone.QUIET)
        self._advice = label(Tone.NORMAL)
        self._sign_in = button("", self._on_sign_in)
        self._call = CallButton(words)
        self._report = button("", self._on_report)
        self._adopt = button("", self._on_adopt)
        self._acknowledge = button("", self._on_acknowledge)
        self._mute = button("", self._on_mute)
        self._details = button("", self._on_details)
        self._help = HelpFold(words)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(3)
        for each in (self._title, self._since, self._verdict, self._estimate, self._quote, self._said, self._caveat):
            column.addWidget(each)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        for each in (self._earlier, self._others, self._advice):
            column.addWidget(each)
        column.addSpacing(4)
        buttons = Flow()
        for one in (self._sign_in, self._acknowledge, self._mute, self._details):
            buttons.addWidget(one)
        for one in (self._call, self._report, self._adopt):
            buttons.addWidget(one)
        column.addLayout(buttons)
        column.addSpacing(3)
        column.addWidget(self._help)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(12)
        row.addWidget(self._bell, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def render_connection(self, seen: picture.Seen, state: AppState, now: Instant, bells: Bells) -> None:
        """Show a connection as it stands; only what changed is touched."""
        self._seen, self._drawn = seen, (seen, state, now, bells)
        words, view, level = self._words, seen.view, seen.shown.level
        self.set_colour(colour(level))
        uids = tuple(each.uid for each in view.incidents if each.began)
        self._muted = bool(uids) and set(uids) <= state.muted
        self._bell.show_face(bells, Face(level, self._muted))
        self._caveat.say(card_texts.caveat(words, seen))
        self._tell(seen.incident, state, now)
        self._others.say(card_texts.others(words, seen, now))
        self._advice.say(card_texts.meanwhile(words, seen, now))
        self._offer(uids, state, seen.incident)
        self._offer_more(seen, state)
        self._help.render_help(
            view.help,
            words.clean(view.name, plain.NAME),
            card_texts.page_of(seen),
            is_urgent=level is Level.OUTAGE,
            is_online=picture.is_online(state, now),
        )
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date."""
        if self._seen is None or self._drawn is None:
            return
        words, seen, state = self._words, self._seen, self._drawn[1]
        title = card_texts.title(words, seen, state, now)
        self._title.say(title)
        if self.accessibleName() != title:
            self.setAccessibleName(title)
        self._since.say(card_texts.since(words, seen, now))
        self._verdict.say(card_texts.verdict(words, seen, state, now))
        self._estimate.say(card_texts.estimate(words, seen, now))

    def _tell(self, incident: Incident | None, state: AppState, now: Instant) -> None:
        """The provider's own words."""
        words = self._words
        if incident is None or is_line_only(incident):
            own = card_texts.measured_alone(words, self._seen, now)
            self._quote.say(own)
            for each in (self._said, self._earlier):
                each.say("")
            self._fold.hide()
            return
        self._quote.say(words.source(incident, picture.provider_of(state, incident), now.wall))
        told = sorted(incident.updates, key=lambda each: each.at, reverse=True)[: _MOST_UPDATES + 1]
        latest = told[0].text if told else ""
        self._said.say("" if words.clean(latest) == words.clean(incident.title) else words.quoted(latest, plain.BODY))
        earlier = told[1:]
        self._fold.setVisible(bool(earlier))
        count = len(earlier)
        relabel(self._fold, words.ngettext("{n} earlier update", "{n} earlier updates", count).format(n=count))
        lines = [words.update(each, now.wall) for each in earlier] if self._fold.isChecked() else []
        self._earlier.say("\n".join(lines))

    def _offer(self, uids: tuple[str, ...], state: AppState, incident: Incident | None) -> None:
        """What can be done about the alarm."""
        words, self._uids = self._words, uids
        name = words.clean(self._seen.view.name) if self._seen is not None else ""
        rings = [uid for uid in uids if uid in state.ringing]
        seen = bool(uids) and not rings and any(uid in state.acknowledged for uid in uids)
        done = words.gettext("Acknowledged") if seen else words.gettext("Acknowledge")
        relabel(self._acknowledge, done, words.captioned(done, name))
        self._acknowledge.setEnabled(bool(rings))
        self._acknowledge.setVisible(bool(rings) or seen)
        mute = words.gettext("Unmute") if self._muted else words.gettext("Mute until resolved")
        relabel(self._mute, mute, words.captioned(mute, name))
        self._mute.setVisible(bool(uids))
        self._url = incident.url if incident is not None and incident.url and opener.is_allowed(incident.url) else ""
        details = words.gettext("Details")
        relabel(self._details, details, words.captioned(details, name))
        self._details.setVisible(bool(self._url))

    def _offer_more(self, seen: picture.Seen, state: AppState) -> None:
        """What can be done about the trouble itself."""
        words, view, incident, found = self._words, seen.view, seen.incident, seen.verdict
        name = words.clean(view.name)
        step = found.step if found is not None else NextStep.NONE
        open_page = words.gettext("Open the sign-in page")
        relabel(self._sign_in, open_page, words.captioned(open_page, name))
        self._sign_in.setVisible(step is NextStep.SIGN_IN)
        phone = words.clean(view.help.phone, _NUMBER)
        call = words.gettext("Call {number}").format(number=phone)
        self._call.show_number(view.help.phone if step is NextStep.CALL else "", call, words.captioned(call, name))
        has_draft = incident is not None and any(draft.uid == incident.uid for draft in state.drafts)
        report = words.gettext("Write down what to report")
        relabel(self._report, report, words.captioned(report, name))
        self._report.setVisible(card_texts.can_be_reported(seen) and not has_draft)
        adopt = words.gettext("This is my main connection now")
        relabel(self._adopt, adopt, words.captioned(adopt, name))
        self._adopt.setVisible(seen.is_on_backup)

    @Slot()
    def _on_acknowledge(self) -> None:
        for uid in self._uids:
            self.commanded.emit(Acknowledge(uid))

    @Slot()
    def _on_mute(self) -> None:
        for uid in self._uids:
            self.commanded.emit(Unmute(uid) if self._muted else MuteUntilResolved(uid))

    @Slot()
    def _on_details(self) -> None:
        opener.open_link(self._url)

    @Slot()
    def _on_sign_in(self) -> None:
        opener.open_sign_in_page()

    @Slot()
    def _on_report(self) -> None:
        if self._seen is not None:
            self.draft_wanted.emit(self._seen.view.id)

    @Slot()
    def _on_adopt(self) -> None:
        self.adopt_wanted.emit()

    @Slot(bool)
    def _on_fold(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if self._drawn is not None:
            self.render_connection(*self._drawn)
