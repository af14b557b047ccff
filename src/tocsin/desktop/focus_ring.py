"""A ring round what has the keyboard: styles show it faintly, on flat buttons, tabs and lists hardly at all."""

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from tocsin.desktop.contrast import GRAPHIC, ratio

_WIDTH = 2.0
_RADIUS = 3.0
_SHEEN = 124  # percent: the lightest that a style makes of a button's colour
_WITH_CURSOR = (QLineEdit, QPlainTextEdit, QAbstractSpinBox)  # these show a cursor, and a frame of their own


class FocusRing(QObject):
    """Follows the keyboard through ``window`` and its dialogs, once somebody uses it to go from one to the next."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._ring: _Ring | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        ring, self._ring = self._ring, None
        if ring is not None and shiboken6.isValid(ring):
            ring.hide()
            ring.deleteLater()
        if now is None or isinstance(now, _WITH_CURSOR) or now.isWindow() or not self._is_within(now):
            return
        if now.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self._ring = _Ring(now)

    def _is_within(self, widget: QWidget) -> bool:
        window: QWidget | None = widget.window()
        while window is not None and window is not self._window:
            window = window.parentWidget()
        return window is not None


class _Ring(QWidget):
    """Lies over a widget, and lets everything through."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self._is_coloured = not (isinstance(around, QPushButton) and around.isDefault())  # which has the colour itself
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(around.rect())
        around.installEventFilter(self)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay as large as what it lies over."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it, in a colour that is seen on what is around it."""
        del event  # the whole of it is small enough
        palette = QApplication.palette()
        papers = [palette.color(role) for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base)]
        papers.append(palette.color(QPalette.ColorRole.Button).lighter(_SHEEN))  # the face of one
        ink = palette.color(QPalette.ColorRole.Highlight)
        if not self._is_coloured or any(ratio(ink, paper) < GRAPHIC for paper in papers):
            ink = palette.color(QPalette.ColorRole.WindowText)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, _WIDTH))
        half = _WIDTH / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), _RADIUS, _RADIUS)
        painter.end()
