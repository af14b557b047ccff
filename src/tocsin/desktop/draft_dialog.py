"""Writing down what to report while there is no way to send it. Nothing is ever sent from here."""

from datetime import timedelta

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from tocsin.desktop import picture
from tocsin.desktop.widgets import Tone, button, label
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.measured import is_line_only
from tocsin.domain.state import AppState, KeepDraft
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.window import since_when

LONGEST = 4000
"""Characters of what is kept: more than fits any mail that is opened by a link."""

_CHARACTERS, _LINES = 58, 11
_ANOTHER_DAY = timedelta(days=2)


class DraftDialog(QDialog):
    """The text about one incident. ``commanded`` carries a ``KeepDraft`` when the user wants it kept."""

    commanded = Signal(object)

    def __init__(self, words: Phrasebook, uid: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._words, self._uid, self._before = words, uid, text
        title = words.gettext("What to report")
        self.setWindowTitle(title)
        self._edit = QPlainTextEdit(text)
        self._edit.setTabChangesFocus(True)
        self._edit.setAccessibleName(title)
        metrics = self._edit.fontMetrics()
        self._edit.setMinimumSize(_CHARACTERS * metrics.averageCharWidth(), _LINES * metrics.lineSpacing())
        self._edit.textChanged.connect(self._on_typed)
        self._status = label(Tone.QUIET)
        self._buttons = QDialogButtonBox()
        self._keep = button(words.gettext("Keep"), self._on_keep)
        self._buttons.addButton(self._keep, QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(button(words.gettext("Cancel"), self.reject), QDialogButtonBox.ButtonRole.RejectRole)
        column = QVBoxLayout(self)
        column.addWidget(
            label(Tone.NORMAL, words.gettext("These are the facts that Tocsin knows. Add your own words."))
        )
        column.addWidget(self._edit, 1)
        column.addWidget(self._status)
        column.addWidget(self._buttons)
        self._edit.moveCursor(QTextCursor.MoveOperation.End)
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_reach(is_cut_off=False)

    @property
    def uid(self) -> str:
        """The incident that it is about."""
        return self._uid

    @property
    def text(self) -> str:
        """What stands there now."""
        return self._edit.toPlainText().strip()

    def show_reach(self, *, is_cut_off: bool) -> None:
        """Say what will become of it."""
        self._is_cut_off = is_cut_off
        self._on_typed()

    def keep_what_was_typed(self) -> None:
        """Close, and lose nothing: for when the window behind it goes away."""
        if self.text not in ("", self._before.strip()):
            self.commanded.emit(KeepDraft(self._uid, self.text[:LONGEST]))
        self.reject()

    @Slot()
    def _on_typed(self) -> None:
        words, length = self._words, len(self.text)
        self._keep.setEnabled(length <= LONGEST)
        if length > LONGEST:
            rest = length - LONGEST
            said = words.ngettext("This is {n} character too long.", "This is {n} characters too long.", rest)
            said = said.format(n=rest)
        elif self._is_cut_off:
            said = words.gettext("It waits here until the line is back. Tocsin sends nothing: you do.")
        else:
            said = words.gettext("It is kept on this computer. Tocsin sends nothing: you do.")
        self._status.say(said)

    @Slot()
    def _on_keep(self) -> None:
        if len(self.text) <= LONGEST:
            self.commanded.emit(KeepDraft(self._uid, self.text))
            self.accept()


def facts(words: Phrasebook, seen: picture.Seen, now: Instant) -> str:
    """What a help desk asks for: which connection, whose, since when, what was measured, what the provider says."""
    view, incident = seen.view, seen.incident
    lines = [words.gettext("Connection: {name}").format(name=words.clean(view.name, plain.NAME))]
    number = words.clean(view.help.customer_number, plain.NAME)
    if number:
        lines.append(words.gettext("Customer number: {number}").format(number=number))
    start = since_when(view)
    if start is not None:
        with_date = words.clock(start, start + _ANOTHER_DAY)  # who reads it may do so tomorrow
        lines.append(words.gettext("Since: {time}").format(time=with_date))
    lines += _measured(words, seen)
    if view.has_provider:
        lines.append(_declared(words, incident, now))
    return "\n".join(line for line in lines if line) + "\n\n"


def _measured(words: Phrasebook, seen: picture.Seen) -> list[str]:
    line = seen.view.line
    if line is None or seen.verdict is None:
        return []
    said = words.gettext("Measured on this computer: {state}.").format(state=words.line_state_word(line.state))
    return [" ".join(part for part in (said, words.cause_sentence(line.cause)) if part)]


def _declared(words: Phrasebook, incident: Incident | None, now: Instant) -> str:
    if incident is None or is_line_only(incident):
        return words.gettext("Your status page: nothing about it so far.")
    said = words.gettext("Your status page: {title}. {estimate}.")
    title = words.incident_title(incident) or words.gettext("(no title)")
    return said.format(title=title, estimate=words.estimate(incident, now.wall))


def subject(words: Phrasebook, name: str, number: str) -> str:
    """The subject of a mail about a connection."""
    said = words.gettext("Fault report: {name}").format(name=name)
    return words.gettext("{subject} (customer number {number})").format(subject=said, number=number) if number else said


def whose(state: AppState, uid: str, now: Instant) -> picture.Seen | None:
    """The connection that an incident concerns, over or not; None where neither is known any more."""
    history = [each for each in state.history if each.uid == uid]
    concerned = {link.connection for each in history for link in each.links}
    for each in picture.seen(state, now):
        if each.view.id in concerned or any(incident.uid == uid for incident in each.view.incidents):
            return each
    return None
