"""The bell in all its states, as icons for the tray and pictures for the window.

The SVG files are drawn on a 16 px grid. ``ok.svg`` has two placeholder colours in place of the panel's foreground and
background; its inside is faintly filled with the latter, so that a dark bell still shows on a dark panel whose colours
nobody tells us.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tocsin import APP_ID, resources
from tocsin.domain.terms import Level

SIZES = (16, 22, 24, 32, 64)
"""Pixels. Few: with StatusNotifierItem every one of them goes over D-Bus at every change."""

FRAMES = 4
_INK = b"#010101"
_PAPER = b"#fefefe"
_GRID = 16
_STROKE = QLineF(13.6, 1.8, 1.8, 14.2)  # of muted.svg, in units of the grid
_CLEARED = 3.7  # the stroke's own width and a line's width on both sides of it


@dataclass(frozen=True, slots=True)
class Face:
    """What a bell looks like. ``frame`` counts from 0, the bell at rest; only an outage has more than that one."""

    level: Level
    muted: bool = False
    frame: int = 0


class Bells:
    """Renders each face once. ``ink`` and ``paper`` are the foreground and background where the bell will stand.

    ``tone`` makes of a level's colour one that is seen there, where it is known what stands around the bell.
    """

    def __init__(self, ink: QColor, paper: QColor, tone: Callable[[QColor], QColor] | None = None) -> None:
        self._ink = ink
        self._paper = paper
        self._tone = tone
        self._icons: dict[Face, QIcon] = {}
        self._pixmaps: dict[tuple[Face, int, float], QPixmap] = {}

    @property
    def colours(self) -> tuple[QColor, QColor]:
        """Foreground and background that the bells are made for."""
        return self._ink, self._paper

    def icon(self, face: Face) -> QIcon:
        """The tray icon of a face, in every size of ``SIZES``."""
        known = self._icons.get(face)
        if known is not None:
            return known
        icon = QIcon()
        for size in SIZES:
            icon.addPixmap(QPixmap.fromImage(self.image(face, size)))
        if sys.platform == "darwin" and face.level is Level.OK:
            icon.setIsMask(True)
        self._icons[face] = icon
        return icon

    def pixmap(self, face: Face, size: int, ratio: float) -> QPixmap:
        """A picture of ``size`` device-independent pixels for a screen of this device pixel ratio."""
        key = (face, size, ratio)
        known = self._pixmaps.get(key)
        if known is None:
            known = QPixmap.fromImage(self.image(face, round(size * ratio)))
            known.setDevicePixelRatio(ratio)
            self._pixmaps[key] = known
        return known

    def image(self, face: Face, size: int) -> QImage:
        """One picture, ``size`` pixels wide and high, transparent around the bell."""
        drawing = resources.path("icons", _file(face)).read_bytes()
        colours = {_INK: _name(self._ink), _PAPER: _name(self._paper)}
        plain = colour(face.level)
        if plain is not None:
            colours[_name(plain)] = _name(self._toned(face.level))
        image = _blank(size)
        painter = QPainter(image)
        _render(painter, _coloured(drawing, colours), size)
        painter.end()
        return self._struck_through(image, face.level) if face.muted else image

    def _toned(self, level: Level) -> QColor:
        plain = colour(level)
        if plain is None:
            return self._ink
        # The alarm is the same red everywhere: paler it would be another one. Its shape tells it too.
        return plain if self._tone is None or level is Level.OUTAGE else self._tone(plain)

    def _struck_through(self, image: QImage, level: Level) -> QImage:
        """The stroke of a muted bell, in the bell's own colour, with a clear line beside it."""
        drawing = resources.path("icons", "muted.svg").read_bytes()
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(image.width() / _GRID, image.height() / _GRID)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        painter.setPen(QPen(Qt.GlobalColor.black, _CLEARED, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(_STROKE)
        painter.resetTransform()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        _render(painter, drawing.replace(_INK, _name(self._toned(level))), image.width())
        painter.end()
        return image


def colour(level: Level) -> QColor | None:
    """The colour of a level's bell; None for OK, which takes the foreground of where it stands."""
    return {
        Level.NOTICE: QColor("#2b7de9"),
        Level.MAINTENANCE: QColor("#2b7de9"),
        Level.UNKNOWN: QColor("#8a8a8a"),
        Level.DEGRADED: QColor("#cc7700"),
        Level.OUTAGE: QColor("#f0241a"),
    }.get(level)


def application_icon() -> QIcon:
    """The program's own icon, for the window and the task list."""
    drawing = resources.path("icons", f"{APP_ID}.svg").read_bytes()
    icon = QIcon()
    for size in (16, 32, 48, 128):
        image = _blank(size)
        painter = QPainter(image)
        _render(painter, drawing, size)
        painter.end()
        icon.addPixmap(QPixmap.fromImage(image))
    return icon


def _file(face: Face) -> str:
    frame = face.frame % FRAMES
    return f"{face.level.word}-{frame + 1}.svg" if frame and face.level is Level.OUTAGE else f"{face.level.word}.svg"


def _blank(size: int) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _render(painter: QPainter, drawing: bytes, size: int) -> None:
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, size, size))


def _coloured(drawing: bytes, colours: Mapping[bytes, bytes]) -> bytes:
    """Each of these colours for what stands for it, all at once: a desktop's own may be one of those that stand for."""
    return re.sub(b"|".join(colours), lambda found: colours[found.group()], drawing)


def _name(colour_: QColor) -> bytes:
    return colour_.name().encode("ascii")
