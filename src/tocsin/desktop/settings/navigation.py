"""The choice of pages: a list at the left, or one line on top where there is no room beside the page."""

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QSizePolicy, QVBoxLayout, QWidget

from tocsin.desktop.widgets import call_box

_PADDING = 36
_BESIDE_BOX = 14
_ROW = 1.9  # lines of text that a row is high


class PageList(QListWidget):
    """All pages, one a row: as wide as its widest, as high as the window."""

    def __init__(self, names: Iterable[str], accessible: str) -> None:
        super().__init__()
        self.addItems(list(names))
        self.setAccessibleName(accessible)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        height = round(_ROW * self.fontMetrics().lineSpacing())
        for row in range(self.count()):
            self.item(row).setSizeHint(QSize(0, height))
        widest = max(self.fontMetrics().horizontalAdvance(self.item(row).text()) for row in range(self.count()))
        self.setFixedWidth(widest + _PADDING)


class Navigation(QWidget):
    """``turned`` carries the number of the page that is wanted."""

    turned = Signal(int)

    def __init__(self, names: Iterable[str], accessible: str) -> None:
        super().__init__()
        listed = tuple(names)
        self.list = PageList(listed, accessible)
        self.box = QComboBox()
        self.box.addItems(listed)
        self.box.hide()
        self.list.currentRowChanged.connect(self._on_turned)
        self.box.currentIndexChanged.connect(self._on_turned)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        row = QHBoxLayout()
        row.addWidget(self.box)
        row.addSpacing(_BESIDE_BOX)
        column.addLayout(row)
        call_box(self.box, accessible)

    @property
    def chooser(self) -> QWidget:
        """What the keyboard goes to."""
        return self.list if self.box.isHidden() else self.box

    @property
    def width_beside(self) -> int:
        """The room that the list takes beside a page."""
        return self.list.minimumWidth()

    def be_narrow(self, *, narrow: bool) -> None:
        """Take one line only, or the whole list."""
        had_focus = self.chooser.hasFocus()
        self.list.setVisible(not narrow)
        self.box.setVisible(narrow)
        if had_focus:
            self.chooser.setFocus()

    def show_page(self, number: int) -> None:
        """Say which page shows."""
        for chooser in (self.list, self.box):
            chooser.blockSignals(True)
        self.list.setCurrentRow(number)
        self.box.setCurrentIndex(number)
        for chooser in (self.list, self.box):
            chooser.blockSignals(False)

    @Slot(int)
    def _on_turned(self, number: int) -> None:
        if number >= 0:
            self.turned.emit(number)
