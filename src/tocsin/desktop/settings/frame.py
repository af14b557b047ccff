"""What stands around the pages: the choice of them, the page's name, and the line at the bottom."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from tocsin.desktop.settings.book import Book
from tocsin.desktop.settings.navigation import Navigation
from tocsin.desktop.settings.status import Status
from tocsin.desktop.widgets import Tone, label
from tocsin.words.phrasebook import Phrasebook

_NARROW_CHARACTERS = 46  # with less room than that beside it, the list of pages gives way
_SIDE, _TOP, _UNDER_NAME = 14, 10, 4


class Frame(QWidget):
    """Pages beside their list, or below it where there is no room."""

    def __init__(self, words: Phrasebook, book: Book, parent: QWidget) -> None:
        super().__init__(parent)
        self.book = book
        self.navigation = Navigation(book.names, words.gettext("Pages"))
        self.status = Status(words)
        self._name = label(Tone.TITLE)
        self._right = QVBoxLayout()
        self._right.addWidget(self._name)
        self._right.addSpacing(_UNDER_NAME)
        self._right.addWidget(book, 1)
        self._beside = QHBoxLayout()
        self._beside.setSpacing(0)
        self._beside.addWidget(self.navigation)
        self._beside.addLayout(self._right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.status.banner)
        column.addLayout(self._beside, 1)
        column.addWidget(self.status)

    def turn_to(self, number: int) -> None:
        """Show a page. The keyboard does not stay on what no longer shows."""
        focused = self.window().focusWidget()
        was_inside = focused is not None and self.book.isAncestorOf(focused) and self.book.number != number
        self.navigation.show_page(number)
        if was_inside:
            self.navigation.chooser.setFocus(Qt.FocusReason.OtherFocusReason)
        self.book.turn_to(number)
        self._name.say(self.book.names[number])

    def fit(self, width: int) -> None:
        """Use the room that there is."""
        beside = self.navigation.width_beside + _NARROW_CHARACTERS * self.fontMetrics().averageCharWidth()
        narrow = width < beside
        self.navigation.be_narrow(narrow=narrow)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._beside.setDirection(direction)
        self._beside.setContentsMargins(_SIDE, _TOP, 0, 0)
        self._right.setContentsMargins(0 if narrow else _SIDE, _TOP, 0, 0)
