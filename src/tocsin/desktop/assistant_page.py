"""What every step of the assistant has in common."""

from typing import Self

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLayout, QLineEdit, QVBoxLayout, QWidget

from tocsin.desktop.widgets import PlainLabel, Tone, label
from tocsin.words.phrasebook import Phrasebook

GAP = 10
_CLOSE = 3


class Step(QWidget):
    """One step. ``changed``: look again at what can be done here.

    ``wanted``: as if "Next" had been pressed; ``broken_off``: as if "Back" had been. ``told``: a widget that says
    something new, and has to be seen. ``settings_wanted``: what is in the way is mended there. ``profile_wanted``:
    the user says where everything stands in what answers.
    """

    changed = Signal()
    wanted = Signal()
    broken_off = Signal()
    told = Signal(QWidget)
    commanded = Signal(object)
    settings_wanted = Signal()
    profile_wanted = Signal()

    def __init__(self, words: Phrasebook, title: str) -> None:
        super().__init__()
        self._words = words
        self.title = title
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP)

    @property
    def next_text(self) -> str:
        """What the button that goes on says."""
        return self._words.gettext("Next")

    @property
    def skip_text(self) -> str:
        """What the button that passes over this step says; empty for none."""
        return self._words.gettext("Skip")

    @property
    def can_go_on(self) -> bool:
        """Whether there is enough to go on with."""
        return True

    @property
    def is_running(self) -> bool:
        """Whether something goes on that can be broken off."""
        return False

    def enter(self) -> None:
        """Put the keyboard where it is needed first."""

    def take_back(self) -> bool:
        """Take back what goes before the step itself, such as what is being looked for; false where there is none."""
        return False

    def take_over(self, before: Self) -> None:
        """Show what was chosen and typed in an earlier one, which spoke another language or with other letters."""


def titled(text: str, field: QWidget) -> QLayout:
    """A field below what it is for, which a screen reader says as its name."""
    over = label(Tone.NORMAL, text)
    over.setBuddy(field)
    field.setAccessibleName(text)
    column = QVBoxLayout()
    column.setSpacing(_CLOSE)
    column.addWidget(over)
    column.addWidget(field)
    return column


def emptied(field: QLineEdit) -> bool:
    """Empty a field in which something is looked for; false where there is nothing in it."""
    has_text = field.hasFocus() and bool(field.text())
    if has_text:
        field.clear()
    return has_text


def line_edit(*, longest: int = 2048) -> QLineEdit:
    """A field for one line of text that comes from a clipboard as often as from a keyboard."""
    made = QLineEdit()
    made.setMaxLength(longest)
    made.setMinimumWidth(12 * made.fontMetrics().averageCharWidth())
    return made


def explained(box: QWidget, text: str) -> QLayout:
    """A box to tick with a longer text below it, indented: a box's own label does not wrap."""
    box.setAccessibleDescription(text)
    below = QVBoxLayout()
    below.setContentsMargins(2 * box.fontMetrics().averageCharWidth() + GAP, 0, 0, 0)
    below.addWidget(label(Tone.QUIET, text))
    column = QVBoxLayout()
    column.setSpacing(_CLOSE)
    column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
    column.addLayout(below)
    return column


class Told(PlainLabel):
    """What is said in a list that has nothing else to show; in its place, so that nothing moves."""

    def __init__(self, inside: QAbstractItemView) -> None:
        super().__init__(Tone.QUIET)
        column = QVBoxLayout(inside.viewport())
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addWidget(self)
        column.addStretch(1)
        self.hide()


def boxed(layout: QLayout) -> QWidget:
    """A layout as one widget, to be shown and hidden as a whole."""
    made = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made
