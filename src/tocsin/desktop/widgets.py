"""The few kinds of widget that the window is made of. Every label of the program is made here, and is plain text."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from tocsin.desktop import plain_text
from tocsin.desktop.contrast import asked_for, mixed, readable

_DIM = 0.68  # how much of the text's colour is left in what matters less: over 4.5 to 1 on a plain palette
_TINT = 24  # of 255: how strongly a card is coloured by its level
_RADIUS = 6
_BAR = 4


class Tone(Enum):
    """How loudly a label speaks: its size relative to the desktop's font, its weight, and whether it is dimmed."""

    TITLE = (1.4, True, False)
    STRONG = (1.0, True, False)
    LARGE = (1.12, False, False)
    NORMAL = (1.0, False, False)
    QUIET = (1.0, False, True)


class PlainLabel(QLabel):
    """A label that takes whatever it is given for text. Wrapped, unless ``wrap`` is false: then it is elided."""

    def __init__(self, tone: Tone, *, wrap: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._tone = tone
        self._whole = ""
        self._is_named = False
        self._wrap = wrap
        self._toning = False
        self.setWordWrap(wrap)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._apply_font()
        self._apply_colour()

    def say(self, text: str) -> None:
        """Show this text; hide when it is empty. Nothing is touched when nothing changed."""
        if text == self._whole:
            return
        self._whole = text
        self._show_text()
        if text and self.parentWidget() is None:
            # Shown now it would flash up as a window of its own: it shows with what it is put into.
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        else:
            self.setVisible(bool(text))

    @property
    def whole(self) -> str:
        """The text, also where only its beginning fits."""
        return self._whole

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Of the whole text, even while only a part of it is shown."""
        if self._wrap:
            return super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """An elided one can do with next to nothing."""
        return super().minimumSizeHint() if self._wrap else QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the text into the new width."""
        super().resizeEvent(event)
        if not self._wrap:
            self._show_text()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self._toning:
            self._apply_colour()

    def _show_text(self) -> None:
        if self._wrap:
            shown = plain_text.breakable(self._whole)
            self.setText(shown)
            if shown != self._whole or self._is_named:
                self._is_named = shown != self._whole
                self.setAccessibleName(self._whole if self._is_named else "")  # without the places to break
            return
        fitting = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        if fitting != self.text():
            self.setText(fitting)
        tooltip = plain_text.for_widget_tooltip(self._whole) if fitting != self._whole else ""
        if tooltip != self.toolTip():
            self.setToolTip(tooltip)
            self.setAccessibleDescription(self._whole if tooltip else "")  # else the tooltip is told, markup and all
        self.setAccessibleName(self._whole)

    def _apply_font(self) -> None:
        scale, bold, _ = self._tone.value
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(font.pointSizeF() * scale)
        else:
            font.setPixelSize(round(font.pixelSize() * scale))
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)

    def _apply_colour(self) -> None:
        if not self._tone.value[2]:
            return
        self._toning = True
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, dimmed(QApplication.palette(self)))
        self.setPalette(palette)
        self._toning = False


def label(tone: Tone = Tone.NORMAL, text: str = "", *, wrap: bool = True) -> PlainLabel:
    """A label. It is hidden until it has something to say."""
    made = PlainLabel(tone, wrap=wrap)
    made.setVisible(False)
    made.say(text)
    return made


def dimmed(palette: QPalette) -> QColor:
    """The text's colour, mixed with some of the background's unless more contrast is asked for."""
    ink, paper = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
    return ink if asked_for(palette) else mixed(ink, paper, 1 - _DIM)


def button(text: str, on_click: Callable[[], None], name: str = "") -> QPushButton:
    """A push button. ``name`` is what a screen reader says where the label alone does not tell what it is about."""
    made = QPushButton(plain_text.for_button(text))
    made.setAutoDefault(False)
    made.setAccessibleName(name or text)
    made.clicked.connect(on_click)
    return made


def call_box(box: QWidget, name: str) -> None:
    """Say what a box to choose from is for, once it has its place: on Linux Qt tells its value for its name.

    What a screen reader then goes by is a label, and this one only it can see.
    """
    box.setAccessibleName(name)
    unseen = label(Tone.NORMAL, name)
    unseen.setBuddy(box)
    unseen.hide()
    unseen.setParent(box.parentWidget())


def let_clear(field: QLineEdit, name: str) -> None:
    """Give a field a button that empties it, and the button a name."""
    field.setClearButtonEnabled(True)
    for each in field.findChildren(QAbstractButton):
        each.setAccessibleName(name)


def fold(text: str, on_toggle: Callable[[bool], None]) -> QToolButton:
    """A small arrow with a label, that folds something out."""
    made = QToolButton()
    made.setText(plain_text.for_button(text))
    made.setCheckable(True)
    made.setAutoRaise(True)
    made.setArrowType(Qt.ArrowType.RightArrow)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.toggled.connect(on_toggle)
    return made


def relabel(thing: QAbstractButton, text: str, name: str = "") -> None:
    """Change a button's label, if it changes."""
    shown = plain_text.for_button(text)
    if thing.text() != shown:
        thing.setText(shown)
    if thing.accessibleName() != (name or text):
        thing.setAccessibleName(name or text)


class Card(QFrame):
    """A frame faintly in a colour, with a bar of it at the left; without a colour it is bare."""

    def __init__(self, colour: QColor | None = None) -> None:
        super().__init__()
        self._colour = colour

    def set_colour(self, colour: QColor | None) -> None:
        """Take another colour."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ground."""
        super().paintEvent(event)
        if self._colour is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ink = readable(self._colour, self.palette().color(QPalette.ColorRole.Window))
        tint = QColor(ink)
        tint.setAlpha(_TINT)
        painter.setBrush(tint)
        painter.drawRoundedRect(self.rect(), _RADIUS, _RADIUS)
        painter.setBrush(ink)
        painter.setClipRect(QRect(0, 0, _BAR, self.height()))
        painter.drawRoundedRect(self.rect(), _RADIUS, _RADIUS)
        painter.end()


class Stack(QScrollArea):
    """A column as high as what is in it, that scrolls only where the window has less room than that.

    What is wider than the window scrolls too: it could not be read otherwise.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._content = content
        self.setWidget(content)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The content's height at this width."""
        return QSize(self._content.minimumSizeHint().width(), self._needed())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Some of it is always to be seen."""
        return QSize(120, min(self._needed(), 8 * self.fontMetrics().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the content's new height on. Qt calls this for the content alone."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self._settle()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another width makes another height."""
        super().resizeEvent(event)
        self._settle()
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _needed(self) -> int:
        """The height at which nothing needs to scroll."""
        content, width = self._content, self.maximumViewportSize().width()
        height = content.heightForWidth(width) if content.hasHeightForWidth() else -1
        return max(height, content.minimumSizeHint().height())

    def _settle(self) -> None:
        """Have a scroll bar only where there is need: left to itself Qt keeps one, as beside it the text is longer."""
        needed = self._needed() > self.maximumViewportSize().height()
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        fits = self._content.minimumSizeHint().width() <= self.viewport().width()
        across = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        if across != self.horizontalScrollBarPolicy():
            self.setHorizontalScrollBarPolicy(across)
