"""What became of the last change, a way to take it back, and on top why nothing can be changed, where that is so."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tocsin.desktop.widgets import Card, PlainLabel, Tone, button, label
from tocsin.domain.state import AppState
from tocsin.words import mistakes
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.values import Values

_MOST_MISTAKES = 3
_SIDE = 14


class Status(QWidget):
    """The line at the bottom. ``banner`` is the part that stands on top."""

    undo_asked = Signal()
    reload_asked = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._undoing = False
        self._line: PlainLabel = label(Tone.NORMAL, wrap=True)
        self._line.setAccessibleDescription(words.gettext("What became of the last change"))
        self.undo = button(words.gettext("Undo"), self.undo_asked.emit, words.gettext("Undo the last change"))
        row = QHBoxLayout(self)
        row.setContentsMargins(_SIDE, 6, _SIDE, 8)
        row.addWidget(self._line, 1)
        row.addStretch(0)
        row.addWidget(self.undo)
        self.undo.setEnabled(False)
        self.banner = Banner(words)
        self.banner.reload.clicked.connect(self.reload_asked)

    @property
    def said(self) -> str:
        """What stands there."""
        return self._line.whole

    @Slot(str)
    def say(self, text: str) -> None:
        """Say something, and have it read out."""
        self._line.say(text)
        if text and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._line, text))

    def say_saved(self, said: str) -> None:
        """A change was made."""
        saved = self._words.gettext("Saved.")
        self.say(f"{said} {saved}".strip())

    def say_changed(self) -> None:
        """The settings are others now, and it was not by a change made here, or it was taken back."""
        if self._undoing:
            self._undoing = False
            self.say(self._words.gettext("The last change was taken back."))
        else:
            self.say(self._words.gettext("config.toml was changed; this is what it says now."))

    def say_refused(self, problem: str) -> str:
        """A change was not made; returns what was said."""
        self._undoing = False
        said = self._words.gettext("Not saved: {problem}").format(problem=problem or self._words.gettext("unknown"))
        self.say(said)
        return said

    def expect_undo(self) -> None:
        """The next change is one taken back."""
        self._undoing = True

    def render_state(self, state: AppState, words: Phrasebook, place: str) -> None:
        """Whether a change can be made, and taken back."""
        self.undo.setEnabled(state.can_undo and state.can_save)
        if state.settings is None:
            self.banner.say(words.gettext("Tocsin is starting"), "")
        elif state.can_save:
            self.banner.say("", "")
        else:
            why = words.gettext("Nothing can be changed here while the settings file has mistakes in it.")
            self.banner.say(why, "\n".join([*_mistakes(state, words), place]))


def _mistakes(state: AppState, words: Phrasebook) -> list[str]:
    """What is wrong with the file, the first of it each on a line of its own."""
    faults = (fault.message.values for fault in state.faults if fault.message.key == "settings")
    told = [*dict.fromkeys(mistakes.told(words, Values(each)) for each in faults)]
    rest = len(told) - _MOST_MISTAKES
    more = [words.ngettext("{n} more", "{n} more", rest).format(n=rest)] if rest > 0 else []
    return [*told[:_MOST_MISTAKES], *more]


class Banner(Card):
    """Why the pages can only be read."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._why = label(Tone.STRONG)
        self._where = label(Tone.NORMAL)
        self.reload = button(words.gettext("Reload settings"), _nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 8, _SIDE, 8)
        column.addWidget(self._why)
        column.addWidget(self._where)
        row = QHBoxLayout()
        row.addWidget(self.reload)
        row.addStretch(1)
        column.addLayout(row)
        self.hide()

    def say(self, why: str, where: str) -> None:
        """Say this; without a reason it is not there."""
        self._why.say(why)
        self._where.say(where)
        self.reload.setVisible(bool(where))
        self.set_colour(self.palette().color(QPalette.ColorRole.Highlight))
        self.setVisible(bool(why))


def _nothing() -> None:
    """The button is connected by whoever owns it."""
