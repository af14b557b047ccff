"""Draws the line's day: the round trip, lost packets, what was not measured, and two bands of trouble below."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF

from tocsin.desktop import chart_scale
from tocsin.desktop.bell import colour
from tocsin.desktop.chart_scale import MINUTES, Day, Plot, Point
from tocsin.desktop.contrast import readable
from tocsin.desktop.line_marks import Mark
from tocsin.desktop.widgets import dimmed
from tocsin.domain.terms import Level
from tocsin.words.phrasebook import Phrasebook

_SMALL = 0.9
_AIR = 6.0
_SEAM = 3.0
_LEAST_WIDTH = 3.0
_LOSS_WIDTH = 2.0
_LOSS_LEAST, _LOSS_MOST = 0.08, 0.5  # how much of the height a single lost packet takes, and how much all of them
_HATCH_EVERY = 6.0
_STROKE = 1.6
_LIGHT, _FAINT = 40, 135


class _Sign(Enum):
    """What the legend explains beside the levels."""

    TRIP = "trip"
    GAP = "gap"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is to be drawn."""

    day: Day
    ours: tuple[Mark, ...] = ()
    providers: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a chart stand, in device-independent pixels."""

    plot: Plot
    our_band: QRectF
    providers_band: QRectF
    names_top: float
    legend_top: float

    @property
    def columns(self) -> QRectF:
        """The plot and both bands: the area that time runs across."""
        return QRectF(self.plot.left, self.plot.top, self.plot.width, self.providers_band.bottom() - self.plot.top)


class Artist:
    """Draws charts of one size in the colours and the font of a widget."""

    def __init__(self, words: Phrasebook, palette: QPalette, font: QFont, size: QSizeF) -> None:
        self._words = words
        self._ink = palette.color(QPalette.ColorRole.WindowText)
        self._quiet = dimmed(palette)
        self._paper = palette.color(QPalette.ColorRole.Window)
        self._font = QFont(font)
        if font.pointSizeF() > 0:
            self._font.setPointSizeF(font.pointSizeF() * _SMALL)
        self._metrics = QFontMetricsF(self._font)
        self._size = size

    def lay_out(self, chart: Chart) -> Layout:
        """Where everything goes; the plot takes what the rest leaves."""
        row = self._metrics.height()
        top, named = chart_scale.top_of(chart.day), self._metrics.horizontalAdvance
        names = (self._words.milliseconds(top), self._our_name, self._providers_name)
        left = max(named(each) for each in names) + _AIR
        legend = self._legend_rows(chart, left) * (row + _SEAM)
        fixed = 3 * row + 4 * _SEAM + legend
        plot = Plot(chart.day.start, left, max(1.0, self._size.width() - left - _AIR), row / 2, 1.0)
        height = max(row, self._size.height() - plot.top - fixed)
        plot = Plot(plot.start, plot.left, plot.width, plot.top, height)
        first = plot.top + height + _SEAM
        second = first + row + _SEAM
        return Layout(
            plot,
            QRectF(left, first, plot.width, row),
            QRectF(left, second, plot.width, row),
            second + row,
            second + 2 * row + 2 * _SEAM,
        )

    @property
    def _our_name(self) -> str:
        return self._words.gettext("Your line")

    @property
    def _providers_name(self) -> str:
        return self._words.gettext("Provider")

    def draw(self, painter: QPainter, chart: Chart) -> None:
        """Draw it all but the cursor."""
        layout = self.lay_out(chart)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        self._draw_hours(painter, chart.day, layout)
        self._draw_gaps(painter, chart.day, layout)
        self._draw_scale(painter, chart.day, layout.plot)
        self._draw_losses(painter, chart.day, layout.plot)
        self._draw_round_trip(painter, chart.day, layout.plot)
        self._draw_band(painter, layout.our_band, self._our_name, chart.ours, layout.plot)
        self._draw_band(painter, layout.providers_band, self._providers_name, chart.providers, layout.plot)
        self._draw_legend(painter, chart, layout)

    def _draw_hours(self, painter: QPainter, day: Day, layout: Layout) -> None:
        """A faint line for each full hour that has a name, and the name; midnight has its date."""
        words, area = self._words, layout.columns
        wide = self._metrics.horizontalAdvance(words.date(day.end, day.end)) + 2 * _AIR
        taken = 0.0
        for tick in chart_scale.ticks(day, words.zone, chart_scale.step_for(layout.plot.width, wide)):
            x = layout.plot.x(tick.at)
            if not tick.is_named:
                painter.setPen(self._grid(1))
                painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + _SEAM))
                continue
            painter.setPen(self._grid(2 if tick.is_midnight else 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom() + _SEAM))
            name = words.date(tick.at, day.end) if tick.is_midnight else words.clock(tick.at, tick.at)
            taken = self._write_hour(painter, name, x, layout.names_top, taken)

    def _write_hour(self, painter: QPainter, name: str, x: float, top: float, taken: float) -> float:
        """Write an hour's name where the one before leaves room. Returns up to where there is none left."""
        width = self._metrics.horizontalAdvance(name)
        left = min(max(0.0, x - width / 2), self._size.width() - width)
        if left < taken:
            return taken
        painter.setPen(self._quiet)
        painter.drawText(QPointF(left, top + _SEAM + self._metrics.ascent()), name)
        return left + width + _AIR

    def _draw_gaps(self, painter: QPainter, day: Day, layout: Layout) -> None:
        area = QRectF(layout.columns)
        area.setBottom(layout.our_band.bottom())
        for gap in chart_scale.gaps(day):
            left, right = layout.plot.edges(gap)
            self._hatch(painter, QRectF(left, area.top(), right - left, area.height()))

    def _hatch(self, painter: QPainter, area: QRectF) -> None:
        """Fine strokes across an area; they meet those of the area beside it."""
        painter.save()
        painter.setClipRect(area)
        painter.fillRect(area, self._paper)
        painter.setPen(QPen(self._faint(self._ink, _FAINT), 1.0))
        height = area.height()
        x = (area.left() - height) // _HATCH_EVERY * _HATCH_EVERY
        while x < area.right():
            painter.drawLine(QLineF(x, area.bottom(), x + height, area.top()))
            x += _HATCH_EVERY
        painter.restore()

    def _draw_scale(self, painter: QPainter, day: Day, plot: Plot) -> None:
        top = chart_scale.top_of(day)
        for part in (0.0, 0.5, 1.0):
            y = plot.y(part * top, top)
            painter.setPen(self._grid(1))
            painter.drawLine(QLineF(plot.left, y, plot.left + plot.width, y))
            if part:
                self._write_before(painter, self._words.milliseconds(part * top), plot.left, y)

    def _write_before(self, painter: QPainter, text: str, right: float, middle: float) -> None:
        painter.setPen(self._quiet)
        room = QRectF(0, middle - self._metrics.height() / 2, right - _AIR, self._metrics.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _draw_losses(self, painter: QPainter, day: Day, plot: Plot) -> None:
        bottom = plot.top + plot.height
        for loss in chart_scale.losses(day, chart_scale.per_point(plot.width)):
            x = plot.centre(chart_scale.Range(loss.minute, loss.minute))
            height = plot.height * (_LOSS_LEAST + (_LOSS_MOST - _LOSS_LEAST) * loss.share)
            painter.fillRect(QRectF(x - _LOSS_WIDTH / 2, bottom - height, _LOSS_WIDTH, height), self._ink)

    def _draw_round_trip(self, painter: QPainter, day: Day, plot: Plot) -> None:
        """The median as a line, and from the least to the greatest as a faint ground of it."""
        top, width = chart_scale.top_of(day), chart_scale.per_point(plot.width)
        pen = QPen(self._ink, _STROKE)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        for line in chart_scale.lines(day, width):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._faint(self._ink, _LIGHT))
            painter.drawPolygon(_spread(line, plot, top))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            painter.drawPolyline(_middle(line, plot, top))

    def _draw_band(self, painter: QPainter, band: QRectF, name: str, marks: Iterable[Mark], plot: Plot) -> None:
        self._write_before(painter, name, band.left(), band.center().y())
        painter.setPen(self._grid(1))
        painter.drawLine(QLineF(band.left(), band.bottom(), band.right(), band.bottom()))
        for mark in marks:
            left, right = _edges(plot, mark.start, mark.end)
            self._draw_block(painter, QRectF(left, band.top(), right - left, band.height()), mark)

    def _draw_block(self, painter: QPainter, area: QRectF, mark: Mark) -> None:
        """An outage fills its band, problems half of it; all else is outlined. An end that nobody saw is left open."""
        plain = colour(mark.level)
        tint = self._ink if plain is None else readable(plain, self._paper)
        painter.save()
        painter.setClipRect(area)
        if mark.level is Level.OUTAGE:
            painter.fillRect(area, tint)
        elif mark.level is Level.DEGRADED:
            painter.fillRect(area.adjusted(0, area.height() / 2, 0, 0), tint)
        else:
            painter.setPen(QPen(tint, 2.0))
            painter.drawRect(area.adjusted(1, area.height() / 2, -1, -1))
        if not mark.is_end_known:
            self._fray(painter, area)
        painter.restore()

    def _fray(self, painter: QPainter, area: QRectF) -> None:
        """Give a block a torn right edge."""
        tooth = area.height() / 4
        right = area.right()
        torn = [QPointF(right - (tooth if step % 2 else 0), area.top() + step * tooth) for step in range(5)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._paper)
        painter.drawPolygon(QPolygonF([QPointF(right, area.top()), *torn, QPointF(right, area.bottom())]))

    def _legend(self, chart: Chart) -> list[tuple[Level | _Sign, str]]:
        """What of the marks is to be explained: only what is there."""
        words = self._words
        found: list[tuple[Level | _Sign, str]] = [(_Sign.TRIP, words.gettext("round trip"))]
        if chart_scale.gaps(chart.day):
            found.append((_Sign.GAP, words.gettext("not measured")))
        if chart_scale.losses(chart.day, MINUTES):
            found.append((_Sign.LOSS, words.gettext("packets lost")))
        levels = {mark.level for mark in (*chart.ours, *chart.providers)}
        return found + [(level, words.level_word(level)) for level in sorted(levels, reverse=True)]

    def _legend_rows(self, chart: Chart, left: float) -> int:
        return max((row for row, _, _, _ in self._placed(chart, left)), default=0) + 1

    def _placed(self, chart: Chart, left: float) -> list[tuple[int, float, Level | _Sign, str]]:
        """The legend's entries in rows, as words in a text."""
        row, x = 0, left
        found: list[tuple[int, float, Level | _Sign, str]] = []
        for level, text in self._legend(chart):
            width = self._sample_width(level) + self._metrics.horizontalAdvance(text) + 4 * _AIR
            if x > left and x + width > self._size.width():
                row, x = row + 1, left
            found.append((row, x, level, text))
            x += width
        return found

    def _sample_width(self, sign: Level | _Sign) -> float:
        return _LOSS_WIDTH if sign is _Sign.LOSS else 1.6 * self._metrics.height()

    def _draw_legend(self, painter: QPainter, chart: Chart, layout: Layout) -> None:
        height = self._metrics.height()
        for row, x, sign, text in self._placed(chart, layout.plot.left):
            top = layout.legend_top + row * (height + _SEAM)
            sample = QRectF(x, top + 2, self._sample_width(sign), height - 4)
            if sign is _Sign.TRIP:
                painter.setPen(QPen(self._ink, _STROKE))
                painter.drawLine(QLineF(sample.left(), sample.center().y(), sample.right(), sample.center().y()))
            elif sign is _Sign.GAP:
                self._hatch(painter, sample)
            elif sign is _Sign.LOSS:
                painter.fillRect(sample, self._ink)
            else:
                self._draw_block(painter, sample, Mark(chart.day.start, chart.day.end, Level(sign)))
            painter.setPen(self._quiet)
            painter.drawText(QPointF(sample.right() + _AIR, top + self._metrics.ascent()), text)

    def _grid(self, width: int) -> QPen:
        return QPen(self._faint(self._ink, _LIGHT * width), 1.0)

    @staticmethod
    def _faint(base: QColor, alpha: int) -> QColor:
        made = QColor(base)
        made.setAlpha(alpha)
        return made


def _middle(line: tuple[Point, ...], plot: Plot, top: float) -> QPolygonF:
    return QPolygonF([QPointF(x, plot.y(point.middle, top)) for point, x in _stretched(line, plot)])


def _spread(line: tuple[Point, ...], plot: Plot, top: float) -> QPolygonF:
    ahead = [QPointF(x, plot.y(point.greatest, top)) for point, x in _stretched(line, plot)]
    back = [QPointF(x, plot.y(point.least, top)) for point, x in _stretched(line, plot)]
    return QPolygonF([*ahead, *reversed(back)])


def _stretched(line: tuple[Point, ...], plot: Plot) -> list[tuple[Point, float]]:
    """The points of a line with their places: it reaches from the first minute's beginning to the last one's end."""
    inner = [(point, plot.centre(point.minutes)) for point in line[1:-1]]
    first, last = plot.edges(line[0].minutes)[0], plot.edges(line[-1].minutes)[1]
    if last - first < _LEAST_WIDTH / 2:
        last = first + _LEAST_WIDTH / 2
    return [(line[0], first), *inner, (line[-1], last)]


def _edges(plot: Plot, start: datetime, end: datetime) -> tuple[float, float]:
    """Where a mark begins and ends; the shortest can still be seen."""
    left, right = plot.x(start), plot.x(end)
    if right - left < _LEAST_WIDTH:
        left = min(left, plot.left + plot.width - _LEAST_WIDTH)
        right = left + _LEAST_WIDTH
    return left, right
