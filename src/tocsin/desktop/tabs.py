"""Tabs of which the chosen one is marked: styles show it by a shade, which on black is none."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QTabBar

from tocsin.desktop.contrast import GRAPHIC, readable

_HIGH = 3
_ASIDE = 6


class Tabs(QTabBar):
    """A line under the chosen one, in a colour that is seen on the window."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the tabs, and the line over them."""
        super().paintEvent(event)
        palette = self.palette()
        ink = readable(palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Window), GRAPHIC)
        painter = QPainter(self)
        painter.fillRect(self.mark(), ink)
        painter.end()

    def mark(self) -> QRect:
        """Where the line is."""
        tab = self.tabRect(self.currentIndex())
        return QRect(tab.left() + _ASIDE, tab.bottom() - _HIGH + 1, tab.width() - 2 * _ASIDE, _HIGH)
