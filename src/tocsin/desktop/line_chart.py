"""The line's last 24 hours as a widget: a picture that is drawn when a minute has passed, and a cursor in it."""

from PySide6.QtCore import QEvent, QLineF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy

from tocsin.desktop import chart_scale
from tocsin.desktop.chart_painting import Artist, Chart, Layout
from tocsin.desktop.line_marks import Mark
from tocsin.domain.minutes import MINUTE
from tocsin.words.phrasebook import Phrasebook

_HOUR = 60
_ROWS = 11
_NOWHERE = -1


class LineChart(QFrame):  # to a screen reader a frame is a group, and has a name
    """The chart. ``pointed`` carries the minute under the cursor, -1 where there is none.

    Left and right move by a minute, with Shift by an hour, with Ctrl to where something changes; Home and End go to
    the ends. The mouse points while it is over the chart.
    """

    pointed = Signal(int)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._chart: Chart | None = None
        self._picture: QPixmap | None = None
        self._layout: Layout | None = None
        self._drawn_for: tuple[QSize, float] | None = None
        self._key_index, self._mouse_index = _NOWHERE, _NOWHERE
        self.draws = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(words.gettext("The last 24 hours"))

    @property
    def index(self) -> int:
        """The minute under the cursor, -1 where there is none."""
        return self._mouse_index if self._mouse_index != _NOWHERE else self._key_index

    def show_chart(self, chart: Chart) -> None:
        """Draw this from now on; nothing is drawn anew for what is the same. The cursor stays at its time."""
        if chart == self._chart:
            return
        before = self._chart
        self._chart = chart
        if before is not None and self._key_index != _NOWHERE and self._key_index < chart_scale.MINUTES - 1:
            moved = (chart.day.start - before.day.start) // MINUTE
            self._key_index = min(chart_scale.MINUTES - 1, max(0, self._key_index - moved))
        self._forget()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As small as it may be; it takes what room there is."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Rows enough for the plot, both bands, the hours and the legend."""
        return QSize(24 * self.fontMetrics().averageCharWidth(), _ROWS * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Put the picture up, and the cursor over it."""
        del event  # the picture is at hand
        if self._chart is None:
            return
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn(self._chart))
        if self._layout is not None and self.index != _NOWHERE:
            area = self._layout.columns
            x = self._layout.plot.centre(chart_scale.Range(self.index, self.index))
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.end()

    def _drawn(self, chart: Chart) -> QPixmap:
        """The picture, drawn if another minute, size, screen, palette or font asks for it."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._drawn_for != (self.size(), ratio):
            artist = Artist(self._words, self.palette(), self.font(), QSizeF(self.size()))
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            artist.draw(painter, chart)
            painter.end()
            self._picture, self._layout, self._drawn_for = picture, artist.lay_out(chart), (self.size(), ratio)
            self.draws += 1
        return self._picture

    def _forget(self) -> None:
        self._picture = None
        self.update()

    # --- the cursor ---

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move the cursor; other keys are the window's."""
        target = self._target(event)
        if target is None or self._chart is None:
            super().keyPressEvent(event)
            return
        self._mouse_index = _NOWHERE
        self._point(key=min(chart_scale.MINUTES - 1, max(0, target)))

    def _target(self, event: QKeyEvent) -> int | None:
        here, last = self._key_index, chart_scale.MINUTES - 1
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Home:
            return 0
        if event.key() == Qt.Key.Key_End:
            return last
        way = ways.get(Qt.Key(event.key()))
        if way is None:
            return None
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._next_change(here, way)
        return here + way * (_HOUR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)

    def _next_change(self, here: int, way: int) -> int:
        """The next minute that way in which a gap or a trouble begins or ends, or the day does."""
        if self._chart is None:
            return here
        places = {0, chart_scale.MINUTES - 1, *_changes(self._chart)}
        beyond = [place for place in places if (place - here) * way > 0]
        return min(beyond, key=lambda place: abs(place - here), default=here)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Begin at now, or where it was left."""
        super().focusInEvent(event)
        self._point(key=self._key_index if self._key_index != _NOWHERE else chart_scale.MINUTES - 1)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Without the keyboard there is no cursor."""
        super().focusOutEvent(event)
        self._point(key=_NOWHERE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Point at the minute under the mouse."""
        if self._layout is not None:
            self._mouse_index = self._layout.plot.index(event.position().x())
            self._point(key=self._key_index)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Point at once."""
        super().enterEvent(event)
        if self._layout is not None:
            self._mouse_index = self._layout.plot.index(event.position().x())
            self._point(key=self._key_index)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give the cursor back to the keyboard."""
        super().leaveEvent(event)
        self._mouse_index = _NOWHERE
        self._point(key=self._key_index)

    def _point(self, *, key: int) -> None:
        self._key_index = key
        self.update()
        self.pointed.emit(self.index)

    # --- what makes the picture another ---

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another size is another picture."""
        super().resizeEvent(event)
        self._forget()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's colours and fonts."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._forget()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Hold no picture and no day that nobody sees."""
        super().hideEvent(event)
        self._picture, self._chart = None, None
        self._mouse_index = _NOWHERE


def _changes(chart: Chart) -> set[int]:
    """The minutes in which something begins or ends."""
    found = set()
    for gap in chart_scale.gaps(chart.day):
        found |= {gap.first, gap.last + 1}
    for mark in (*chart.ours, *chart.providers):
        found |= {_index(chart, mark, at_end=False), _index(chart, mark, at_end=True)}
    return {each for each in found if 0 <= each < chart_scale.MINUTES}


def _index(chart: Chart, mark: Mark, *, at_end: bool) -> int:
    moment = mark.end if at_end else mark.start
    return (moment - chart.day.start) // MINUTE
