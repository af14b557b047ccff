"""What a worried person reads first: one card for each connection in trouble."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from tocsin.desktop import opener, picture
from tocsin.desktop.bell import Bells, Face, colour
from tocsin.desktop.portrait import Portrait
from tocsin.desktop.widgets import Card, Tone, button, fold, label, relabel
from tocsin.domain.incident import Incident
from tocsin.domain.state import Acknowledge, AppState, Instant, MuteUntilResolved, Unmute
from tocsin.domain.terms import Level
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.window import since_when

_BELL = 40
_MOST_UPDATES = 10
_MOST_OTHERS = 3


class Header(Card):
    """The card of one connection. ``commanded`` carries a command of ``domain.state``."""

    commanded = Signal(object)

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
        self._estimate = label(Tone.LARGE)
        self._quote = label(Tone.QUIET)
        self._said = label(Tone.NORMAL)
        self._fold = fold("", self._on_fold)
        self._earlier = label(Tone.QUIET)
        self._caveat = label(Tone.QUIET)
        self._others = label(Tone.QUIET)
        self._advice = label(Tone.NORMAL)
        self._acknowledge = button("", self._on_acknowledge)
        self._mute = button("", self._on_mute)
        self._details = button("", self._on_details)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(3)
        for each in (self._title, self._since, self._estimate, self._quote, self._said, self._caveat):
            column.addWidget(each)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        for each in (self._earlier, self._others, self._advice):
            column.addWidget(each)
        column.addSpacing(4)
        buttons = QHBoxLayout()
        for one in (self._acknowledge, self._mute, self._details):
            buttons.addWidget(one)
        buttons.addStretch(1)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(12)
        row.addWidget(self._bell, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def render_connection(self, seen: picture.Seen, state: AppState, now: Instant, bells: Bells) -> None:
        """Show a connection as it stands; only what changed is touched."""
        self._seen, self._drawn = seen, (seen, state, now, bells)
        words, view, incident = self._words, seen.view, seen.incident
        self.set_colour(colour(seen.shown.level))
        uids = tuple(each.uid for each in view.incidents if each.began)
        self._muted = bool(uids) and set(uids) <= state.muted
        self._bell.show_face(bells, Face(seen.shown.level, self._muted))
        self._title.say(_title(words, seen))
        self._caveat.say(self._caveat_of(seen, incident))
        self._tell(incident, state, now)
        self._list_others(seen, now)
        self._offer(uids, state, incident)
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date."""
        if self._seen is None:
            return
        words, view, incident = self._words, self._seen.view, self._seen.incident
        start = since_when(view)
        parts = [words.since(start, now.wall)] if start is not None else []
        if self._seen.shown.stale:
            parts.append(words.checked(view, self._seen.shown, now.wall))
        self._since.say(", ".join(parts))
        self._estimate.say("" if incident is None else words.estimate(incident, now.wall))

    def _caveat_of(self, seen: picture.Seen, incident: Incident | None) -> str:
        words = self._words
        sentences = [words.strange_state(seen.view)]
        if incident is None:
            sentences.append(words.gettext("The provider gives no details."))
        else:
            sentences.append(words.relevance(seen.view, incident))
        return " ".join(each for each in sentences if each)

    def _tell(self, incident: Incident | None, state: AppState, now: Instant) -> None:
        """The provider's own words, and what to do meanwhile."""
        words = self._words
        if incident is None:
            for each in (self._quote, self._said, self._earlier, self._advice):
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
        advice = words.meanwhile(self._seen.view, incident, now.wall) if self._seen is not None else ""
        self._advice.say(words.gettext("Meanwhile: {advice}").format(advice=advice) if advice else "")

    def _list_others(self, seen: picture.Seen, now: Instant) -> None:
        """Further incidents on the same connection, and what is announced."""
        words = self._words
        lines = [
            words.gettext("Also: {title} - {estimate}").format(
                title=words.quoted(each.title), estimate=words.estimate(each, now.wall)
            )
            for each in seen.view.incidents
            if each.began and each is not seen.incident
        ]
        lines += [words.upcoming(each, now.wall) for each in seen.announced]
        rest = len(lines) - _MOST_OTHERS
        if rest > 0:
            lines[_MOST_OTHERS:] = [words.ngettext("{n} more", "{n} more", rest).format(n=rest)]
        self._others.say("\n".join(line for line in lines if line))

    def _offer(self, uids: tuple[str, ...], state: AppState, incident: Incident | None) -> None:
        words, self._uids = self._words, uids
        name = words.clean(self._seen.view.name) if self._seen is not None else ""
        rings = [uid for uid in uids if uid in state.ringing]
        seen = bool(uids) and not rings and any(uid in state.acknowledged for uid in uids)
        done = words.gettext("Acknowledged") if seen else words.gettext("Acknowledge")
        relabel(self._acknowledge, done, f"{done}: {name}")
        self._acknowledge.setEnabled(bool(rings))
        self._acknowledge.setVisible(bool(rings) or seen)
        mute = words.gettext("Unmute") if self._muted else words.gettext("Mute until resolved")
        relabel(self._mute, mute, f"{mute}: {name}")
        self._mute.setVisible(bool(uids))
        self._url = incident.url if incident is not None and incident.url and opener.is_allowed(incident.url) else ""
        details = words.gettext("Details")
        relabel(self._details, details, f"{details}: {name}")
        self._details.setVisible(bool(self._url))

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

    @Slot(bool)
    def _on_fold(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        if self._drawn is not None:
            self.render_connection(*self._drawn)


def _title(words: Phrasebook, seen: picture.Seen) -> str:
    """What is wrong with which connection; since when stands below it."""
    name = words.clean(seen.view.name, plain.NAME)
    incident = seen.incident
    if incident is not None and incident.overrun and seen.shown.level is Level.DEGRADED:
        return words.gettext("Maintenance on {name} takes longer than planned").format(name=name)
    if seen.shown.level is Level.OUTAGE:
        return words.gettext("Outage on {name}").format(name=name)
    return words.gettext("Problems on {name}").format(name=name)
