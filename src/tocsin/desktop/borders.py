"""Borders that can be seen: Fusion, Qt's own style, draws them a little darker than the window, on black not at all.

It takes their colour from the palette's window colour, which fields and buttons have no other use for. So these get a
palette of their own, in which that colour is what makes a border of 3 to 1 (WCAG 2.2, 1.4.11), and of 7 to 1 where
somebody asks for more contrast. Other styles know what their desktop wants, and are left alone.
"""

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from tocsin.desktop.contrast import GRAPHIC, STRONG, asked_for, contrast_hints, mixed, ratio

_WITH_BORDERS = (
    "QLineEdit",
    "QPlainTextEdit",
    "QAbstractSpinBox",
    "QComboBox",
    "QAbstractButton",
    "QAbstractItemView",
    "QScrollBar",
)
_STYLE, _DARKER = "fusion", 140  # what it makes of the window's colour, in percent of QColor.darker
_SLACK = 1.25  # some are drawn that much lighter
_ROUND, _THINNER = "QRadioButton", 1.2  # a thin ring is paler still
_HALVINGS = 7


class Borders(QObject):
    """Follows the application's palette and what is asked of its contrast, for as long as the application lives."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._is_at_it = False
        self._style = application.styleHints()  # else what it gives away is gone at once
        self._hints = contrast_hints(self._style)
        if self._hints is not None:
            self._hints.contrastPreferenceChanged.connect(self._on_asked)
        application.paletteChanged.connect(self._on_palette)
        self._draw()

    @Slot()
    def _on_palette(self) -> None:
        if not self._is_at_it:
            self._draw()

    @Slot()
    def _on_asked(self) -> None:
        """Have everything take its colours anew."""
        self._draw()
        for widget in self._application.allWidgets():
            self._application.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))

    def _draw(self) -> None:
        if self._application.style().name() != _STYLE:
            return
        self._is_at_it = True
        plain = self._application.palette()
        palette = bordered(plain)
        for name in _WITH_BORDERS:
            self._application.setPalette(palette, name)  # type: ignore[arg-type]  # bytes, say the stubs: refused
        self._application.setPalette(bordered(plain, _THINNER), _ROUND)  # type: ignore[arg-type]  # the same
        self._is_at_it = False


def keep_seen() -> None:
    """Have borders that can be seen from now on; once is enough."""
    application = QApplication.instance()
    if isinstance(application, QApplication) and application.findChild(Borders) is None:
        Borders(application)


def bordered(palette: QPalette, more: float = 1.0) -> QPalette:
    """The palette for what has a border, that differs so many times ``more``.

    What cannot be used keeps a faint one, unless more contrast is asked for.
    """
    made, is_asked_for = QPalette(palette), asked_for(palette)
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        least = STRONG if is_asked_for else GRAPHIC
        if group is QPalette.ColorGroup.Disabled:
            if not is_asked_for:
                continue
            least = GRAPHIC
        papers = [palette.color(group, role) for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base)]
        ink = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
        made.setColor(group, QPalette.ColorRole.Window, _source(papers, ink, least * _SLACK * more))
    return made


def _source(papers: list[QColor], ink: QColor, least: float) -> QColor:
    """The colour nearest to the window's of which the style makes a border that differs enough from what is around."""

    def is_enough(colour: QColor) -> bool:
        border = colour.darker(_DARKER)
        return all(ratio(border, paper) >= least for paper in papers)

    if is_enough(papers[0]):
        return papers[0]
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(mixed(papers[0], ink, middle)) else (middle, high)
    return mixed(papers[0], ink, high)
