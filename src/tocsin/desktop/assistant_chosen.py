"""What is to be watched, one line each: its name, its kind and its role, to be changed where the guess is wrong."""

from enum import Enum
from typing import Self

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from tocsin.desktop.assistant_making import Pick
from tocsin.desktop.assistant_page import line_edit
from tocsin.desktop.widgets import call_box
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook


class Line(QWidget):
    """One connection to be. What the user typed stays when the guess changes."""

    changed = Signal()

    def __init__(self, words: Phrasebook, pick: Pick) -> None:
        super().__init__()
        self._words = words
        self._ids = pick.ids
        self._guess = words.clean(pick.name, plain.NAME)
        self._name = line_edit(longest=plain.NAME)
        self._name.setText(self._guess)
        self._name.setCursorPosition(0)
        self._name.textChanged.connect(self.changed)
        self._kind = _combo([(words.kind_word(each), each) for each in ConnectionKind], pick.kind)
        self._role = _combo([(words.role_word(each), each) for each in Role], pick.role)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._name, 1)
        row.addWidget(self._kind)
        row.addWidget(self._role)
        self._name_them()

    @property
    def pick(self) -> Pick:
        """What stands there; an empty name is the guess again."""
        name = self._words.clean(self._name.text(), plain.NAME) or self._guess
        kind, role = ConnectionKind(self._kind.currentData()), Role(self._role.currentData())  # Qt hands out bare texts
        return Pick(self._ids, name, kind, role)

    def take_over(self, before: Self) -> None:
        """Its name, kind and role, as they were changed."""
        self._name.setText(before._name.text())
        self._name.setCursorPosition(0)
        self._kind.setCurrentIndex(before._kind.currentIndex())
        self._role.setCurrentIndex(before._role.currentIndex())

    def set_ids(self, ids: tuple[str, ...]) -> None:
        """The same line stands for these from now on."""
        self._ids = ids

    def _name_them(self) -> None:
        words, of = self._words, self._guess
        self._name.setAccessibleName(words.gettext("Name of {thing}").format(thing=of))
        call_box(self._kind, words.gettext("Kind of {thing}").format(thing=of))
        call_box(self._role, words.gettext("Role of {thing}").format(thing=of))


class Lines(QWidget):
    """The lines, in the order in which they were chosen. Each is kept for as long as its key is wanted."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._lines: dict[str, Line] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    @property
    def picks(self) -> tuple[Pick, ...]:
        """What is to be watched."""
        return tuple(line.pick for line in self._lines.values())

    def take_over(self, before: Self) -> None:
        """What was changed in the lines that are here too."""
        for key, line in self._lines.items():
            if key in before._lines:
                line.take_over(before._lines[key])

    def show_picks(self, wanted: dict[str, Pick]) -> None:
        """Have a line for each of these keys and no other."""
        for key in [each for each in self._lines if each not in wanted]:
            gone = self._lines.pop(key)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for key, pick in wanted.items():
            if key in self._lines:
                self._lines[key].set_ids(pick.ids)
            else:
                self._lines[key] = Line(self._words, pick)
                self._column.addWidget(self._lines[key])


def _combo(entries: list[tuple[str, ConnectionKind]] | list[tuple[str, Role]], current: Enum) -> QComboBox:
    made = QComboBox()
    for text, value in entries:
        made.addItem(text, value)
    made.setCurrentIndex(next(n for n, (_, value) in enumerate(entries) if value is current))
    return made
