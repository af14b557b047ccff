"""Draws the rows of the history, whole: what does not fit on one line goes on below, and nothing is cut off."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tocsin.desktop.history_model import Role, Texts
from tocsin.desktop.widgets import dimmed

SIDE = 12
"""Pixels beside a row's texts, and the least between two of them."""

EDGE = 5
"""Pixels above a row's texts, and below them."""

_BETWEEN = 1
_AT_ONCE = 40
"""Rows that are measured in one go: each costs a third of a millisecond, and there may be five hundred."""

_MOST_KEPT = 1000
"""Heights that are remembered at least; more only where there are more rows. Those of incidents long gone make room."""

_TALL = 100_000

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Placed:
    """A text of a row and where it stands there. ``is_upper``: in the row's first ink, the title's."""

    text: str
    area: QRect
    flags: Qt.TextFlag
    alignment: Qt.AlignmentFlag
    is_upper: bool


class Rows(QStyledItemDelegate):
    """The title and how long it took; below, smaller in weight, when, and what was estimated.

    Two texts share a line where both fit on it, and otherwise stand one below the other. How tall that makes a row is
    known for the first rows at once. The others count as two lines until ``unmeasured`` had the view lay out again.
    """

    unmeasured = Signal()

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._heights: dict[str, int] = {}
        self._stale: set[str] = set()
        self._for: tuple[int, str] = (0, "")
        self._left = _AT_ONCE
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._on_later)

    @property
    def is_behind(self) -> bool:
        """Whether there may be rows that were not measured yet."""
        return self._later.isActive() or bool(self._stale)

    @Slot(QModelIndex, QModelIndex)
    def on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        """Measure these rows anew, for they say something else."""
        self._forget(first.model(), first.row(), last.row())

    @Slot(QModelIndex, int, int)
    def on_inserted(self, _: QModelIndex, first: int, last: int) -> None:
        """Measure these rows anew, should they be known already."""
        self._forget(self._view.model(), first, last)

    def _forget(self, model: QAbstractItemModel, first: int, last: int) -> None:
        if self._heights:
            self._stale.update(str(model.index(row, 0).data(Role.UID)) for row in range(first, last + 1))

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """As tall as its texts are on the width that there is."""
        width = self._view.viewport().width() - 2 * SIDE
        if self._for != (width, option.font.key()):
            self._for = (width, option.font.key())
            self._stale = set(self._heights)
        uid = str(index.data(Role.UID))
        height = self._heights.get(uid)
        if height is not None and uid not in self._stale:
            return QSize(120, height)
        if self._left > 0:
            self._left -= 1
            height = _height(arranged(index.data(Role.TEXTS), width, option.font, is_open=index.data(Role.IS_OPEN)))
            if len(self._heights) >= max(_MOST_KEPT, 2 * index.model().rowCount()):
                self._heights.clear()
                self._stale.clear()
            self._heights[uid] = height
            self._stale.discard(uid)
        self._later.start(0)
        return QSize(120, height or 2 * option.fontMetrics.height() + _BETWEEN + 2 * EDGE)

    @Slot()
    def _on_later(self) -> None:
        """What was measured by now stays; is there more to be measured, it is its turn."""
        is_done, self._left = self._left > 0, _AT_ONCE
        if not is_done:
            self.unmeasured.emit()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw it; ``drawText`` knows no markup."""
        style = QApplication.style() if option.widget is None else option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        quiet = ink if selected else dimmed(QApplication.palette())  # the list's own window colour is for its border
        area: QRect = option.rect.adjusted(SIDE, EDGE, -SIDE, -EDGE)
        is_open = bool(index.data(Role.IS_OPEN))
        painter.save()
        for each in arranged(index.data(Role.TEXTS), area.width(), option.font, is_open=is_open):
            painter.setFont(_font(option.font, is_open=is_open and each.is_upper))
            painter.setPen(ink if each.is_upper else quiet)
            painter.drawText(each.area.translated(area.topLeft()), each.flags | each.alignment, each.text)
        painter.restore()
        if option.state & QStyle.StateFlag.State_HasFocus and not selected:
            painter.save()
            painter.setPen(QPen(ink, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
            painter.restore()


def arranged(texts: Texts, width: int, font: QFont, *, is_open: bool) -> list[Placed]:
    """Where each text of a row stands, from the top, on so many pixels."""
    upper = _pair(texts.title, texts.lasted, width, _font(font, is_open=is_open), is_upper=True)
    lower = _pair(texts.when, texts.estimates, width, font, is_upper=False)
    down = _bottom(upper) + _BETWEEN
    return [*upper, *(Placed(e.text, e.area.translated(0, down), e.flags, e.alignment, e.is_upper) for e in lower)]


def _height(placed: list[Placed]) -> int:
    return _bottom(placed) + 2 * EDGE


def _bottom(placed: list[Placed]) -> int:
    return max(each.area.y() + each.area.height() for each in placed)


def _font(font: QFont, *, is_open: bool) -> QFont:
    if not is_open:
        return font
    heavier = QFont(font)
    heavier.setWeight(QFont.Weight.DemiBold)
    return heavier


def _pair(left: str, right: str, width: int, font: QFont, *, is_upper: bool) -> list[Placed]:
    """Two texts on one line, one at either end; one below the other where there is no room for that."""
    metrics = QFontMetrics(font)
    room = metrics.horizontalAdvance(right) + 1 if right else 0
    if not right or metrics.horizontalAdvance(left) + 1 + SIDE + room <= width:
        first = _block(left, width - (room + SIDE if right else 0), 0, metrics, is_upper=is_upper)
        if not right:
            return [first]
        area = QRect(width - room, 0, room, metrics.height())
        flags, alignment = Qt.TextFlag.TextSingleLine, Qt.AlignmentFlag.AlignRight
        return [first, Placed(right, area, flags, alignment, is_upper)]
    first = _block(left, width, 0, metrics, is_upper=is_upper)
    return [first, _block(right, width, first.area.height(), metrics, is_upper=is_upper)]


def _block(text: str, width: int, top: int, metrics: QFontMetrics, *, is_upper: bool) -> Placed:
    """A text on as many lines as it takes: broken between words, within one only where that alone is too long."""
    is_wide = metrics.horizontalAdvance(text) >= width
    flags = Qt.TextFlag.TextWordWrap if is_wide else Qt.TextFlag.TextSingleLine
    if is_wide and any(metrics.horizontalAdvance(word) >= width for word in text.split()):
        flags = Qt.TextFlag.TextWrapAnywhere
    needed = metrics.boundingRect(QRect(0, 0, max(width, 1), _TALL), flags, text).height() if is_wide else 0
    area = QRect(0, top, width, max(needed, metrics.height()))
    return Placed(text, area, flags, Qt.AlignmentFlag.AlignLeft, is_upper)
