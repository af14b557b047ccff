"""What is not in trouble takes one line, and a second where there is something to say; faults stand below, calmly."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout

from tocsin.desktop import opener, picture
from tocsin.desktop.bell import Bells, Face, colour
from tocsin.desktop.portrait import Portrait
from tocsin.desktop.widgets import Card, Tone, button, label, relabel
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault
from tocsin.domain.state import AppState
from tocsin.domain.terms import Level, Obstacle, Role
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_BELL = 22
_INDENT = 9  # names stand in one column with the text of the cards above, whose bells are larger
_MOST_LINES = 3
_APART = 10


class Row(QFrame):  # to a screen reader a frame is a group, and has a name
    """One connection that is fine, under maintenance, or not known."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._url = ""
        self._seen: picture.Seen | None = None
        self._is_muted = False
        self._bell = Portrait(_BELL)
        self._name = label(Tone.NORMAL, wrap=False)
        self._age = label(Tone.QUIET)
        self._more = label(Tone.QUIET)
        self._details = button("", self._on_details)
        self._age.setWordWrap(False)
        self._age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        line.setSpacing(_APART)
        line.addWidget(self._name, 1)
        line.addWidget(self._age, 0)
        below = QHBoxLayout()
        below.setSpacing(10)
        below.addWidget(self._more, 1)
        below.addWidget(self._details, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(line)
        column.addLayout(below)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(14 + _INDENT, 4, 10, 4)
        row.setSpacing(12 + _INDENT)
        row.addWidget(self._bell, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def render_connection(self, seen: picture.Seen, state: AppState, now: Instant, bells: Bells) -> None:
        """Show a connection as it stands."""
        words, view, level = self._words, seen.view, seen.shown.level
        self._seen = seen
        name = words.clean(view.name, plain.NAME)
        if view.role is Role.BACKUP:
            # Translators: a connection's name and its role, as in "Office SIM (backup)".
            name = words.gettext("{name} ({role})").format(name=name, role=words.role_word(view.role))
        self._name.say(name)
        uids = {each.uid for each in view.incidents if each.began}
        self._is_muted = bool(uids) and uids <= state.muted and level is not Level.OK
        self._bell.show_face(bells, Face(level, self._is_muted))
        self._more.say("\n".join(self._lines(seen, state, now)))
        incident = seen.incident or next(iter(seen.announced), None)
        self._url = incident.url if incident is not None and incident.url and opener.is_allowed(incident.url) else ""
        details = words.gettext("Details")
        relabel(self._details, details, words.captioned(details, name))
        self._details.setVisible(bool(self._url))
        self.tick(now)

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date."""
        if self._seen is None:
            return
        words, shown = self._words, self._seen.shown
        age = words.checked(self._seen.view, shown, now.wall)
        # Translators: a level and how old the knowledge is, as in "OK, checked 19:09".
        standing = words.gettext("{level}, {age}").format(level=words.level_word(shown.level), age=age)
        if self._seen.is_idle:
            standing = words.gettext("not in use")
        if self._is_muted:
            muted = words.gettext("muted")  # the stroke through the bell, in words
            standing = f"{standing}, {muted}"
        self._age.say(standing)
        self._fit()
        self.setAccessibleName(words.captioned(self._name.whole, standing))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the two texts into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put how it stands below the name where there is no room for it beside it: long words, large letters."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - _BELL - self._row.spacing() - _APART
        is_wide = self._name.sizeHint().width() + self._age.sizeHint().width() <= room
        below, beside = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        side = Qt.AlignmentFlag.AlignRight if is_wide else Qt.AlignmentFlag.AlignLeft
        self._line.setDirection(beside if is_wide else below)
        self._line.setSpacing(_APART if is_wide else 2)
        self._age.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    def _lines(self, seen: picture.Seen, state: AppState, now: Instant) -> list[str]:
        words, view, incident = self._words, seen.view, seen.incident
        lines = [words.gettext("In use now, in place of your main connection.")] * picture.is_standing_in(state, view)
        if seen.shown.level is not Level.OK and not seen.is_idle:
            said = words.verdict(view, seen.shown, now.wall, state.accounts)
            lines.append(said or words.headline(view, seen.shown, now.wall, state.accounts))
        if incident is not None:
            provider = picture.provider_of(state, incident)
            lines.append(words.source(incident, provider, now.wall))
            lines.append(words.estimate(incident, now.wall))
            lines.append(words.relevance(view, incident))
        lines += [words.upcoming(each, now.wall) for each in seen.announced[:_MOST_LINES]]
        return [line for line in lines if line]

    @Slot()
    def _on_details(self) -> None:
        opener.open_link(self._url)


class FaultCard(Card):
    """One thing that keeps Tocsin from its work, and the remedy. ``account_wanted``: that account is to be mended."""

    account_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(colour(Level.UNKNOWN) or QColor())
        self._account = ""
        self._text = label(Tone.NORMAL)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sign_in = button("", self._on_sign_in)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 10, 6)
        column.addWidget(self._text)
        column.addWidget(self._sign_in, 0, Qt.AlignmentFlag.AlignLeft)

    def render_fault(self, words: Phrasebook, fault: Fault, now: Instant) -> None:
        """Say it."""
        text = words.fault(fault.message, now.wall)
        self._text.say(text)
        self.setAccessibleName(text)
        self._account = fault.account or ""
        relabel(self._sign_in, words.gettext("Sign in"), words.gettext("Sign in, in the settings"))
        is_mended_there = fault.message.values.get("obstacle") == Obstacle.SIGN_IN.value
        self._sign_in.setVisible(is_mended_there and bool(self._account))

    @Slot()
    def _on_sign_in(self) -> None:
        self.account_wanted.emit(self._account)
