"""A bell as a picture in the window."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from tocsin.desktop.bell import Bells, Face
from tocsin.desktop.contrast import readable


def bells_on(palette: QPalette) -> Bells:
    """Bells whose colours are seen in a window of this palette, light, dark or of high contrast."""
    ink, paper = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
    return Bells(ink, paper, lambda plain: readable(plain, paper))


class Portrait(QWidget):
    """One bell, ``size`` device-independent pixels wide and high, sharp on every screen."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._bells: Bells | None = None
        self._face: Face | None = None
        self.setFixedSize(size, size)

    def show_face(self, bells: Bells, face: Face) -> None:
        """Show this bell from now on."""
        if bells is not self._bells or face != self._face:
            self._bells, self._face = bells, face
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        del event  # the whole of it is small enough
        if self._bells is None or self._face is None:
            return
        painter = QPainter(self)
        painter.drawPixmap(QPointF(0, 0), self._bells.pixmap(self._face, self._size, self.devicePixelRatioF()))
        painter.end()
