"""The history: a filter and a list of what was, two lines each."""

from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from tocsin.desktop.history_model import HistoryFilter, HistoryModel, Role
from tocsin.desktop.widgets import Tone, dimmed, label, let_clear
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

_Index = QModelIndex | QPersistentModelIndex
_SIDE = 12
_EDGE = 5


class TwoLines(QStyledItemDelegate):
    """Draws a row: the title and how long it took; below, smaller in weight, when, and what was estimated."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        """Two lines and some air."""
        del index  # all are alike
        return QSize(120, 2 * option.fontMetrics.height() + 2 * _EDGE + 1)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw it; ``drawText`` knows no markup."""
        style = QApplication.style() if option.widget is None else option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        palette: QPalette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        quiet = ink if selected else dimmed(palette)
        area: QRect = option.rect.adjusted(_SIDE, _EDGE, -_SIDE, -_EDGE)
        height = option.fontMetrics.height()
        upper = QRect(area.left(), area.top(), area.width(), height)
        lower = QRect(area.left(), area.top() + height + 1, area.width(), height)
        painter.save()
        font = QFont(option.font)
        if index.data(Role.IS_OPEN):
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(ink)
        _line(painter, upper, str(index.data(Qt.ItemDataRole.DisplayRole)), str(index.data(Role.LASTED) or ""))
        painter.setFont(option.font)
        painter.setPen(quiet)
        _line(painter, lower, str(index.data(Role.WHEN)), str(index.data(Role.ESTIMATES) or ""))
        painter.restore()
        if option.state & QStyle.StateFlag.State_HasFocus and not selected:
            painter.save()
            painter.setPen(QPen(ink, 1.0, Qt.PenStyle.DotLine))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
            painter.restore()


def _line(painter: QPainter, area: QRect, left: str, right: str) -> None:
    """Two texts on one line. Where there is no room for both, the right one has two thirds at most; both are elided."""
    metrics = painter.fontMetrics()
    most = max(area.width() * 2 // 3, area.width() - metrics.horizontalAdvance(left) - _SIDE - 1)
    room = min(metrics.horizontalAdvance(right) + 1, most) if right else 0
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    ahead = area.adjusted(0, 0, -(room + _SIDE if room else 0), 0)
    end = Qt.TextElideMode.ElideRight
    painter.drawText(ahead, flags | Qt.AlignmentFlag.AlignLeft, metrics.elidedText(left, end, ahead.width()))
    if room:
        behind = QRect(area.right() - room + 1, area.top(), room, area.height())
        painter.drawText(behind, flags | Qt.AlignmentFlag.AlignRight, metrics.elidedText(right, end, room))


class HistoryView(QWidget):
    """The list; where there is nothing, words on what will stand there. Its filter is for others to place."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._state: AppState | None = None
        self._model = HistoryModel(words, self)
        self._filter = HistoryFilter(self)
        self._filter.setSourceModel(self._model)
        self._search = QLineEdit()
        self._search.setPlaceholderText(words.gettext("Filter"))
        self._search.setAccessibleName(words.gettext("Filter the history"))
        let_clear(self._search, words.gettext("Clear"))
        self._search.textChanged.connect(self._on_search)
        self._list = self._make_list()
        self._nothing = label(
            Tone.QUIET, words.gettext("Outages and planned work will be listed here, with their estimates.")
        )
        self._lay_out()

    def _make_list(self) -> QListView:
        made = QListView()
        made.setModel(self._filter)
        made.setItemDelegate(TwoLines(made))
        made.setUniformItemSizes(True)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setAccessibleName(self._words.gettext("History"))
        made.setTabKeyNavigation(False)
        return made

    def _lay_out(self) -> None:
        self._search.setMaximumWidth(14 * self.fontMetrics().averageCharWidth() + 60)
        blank = QWidget()
        blank_column = QVBoxLayout(blank)
        blank_column.setContentsMargins(_SIDE, 8, _SIDE, 8)
        blank_column.addWidget(self._nothing)
        blank_column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._pages = QStackedLayout()
        column.addLayout(self._pages, 1)  # first: a stack of nobody's shows its first widget as a window
        self._pages.addWidget(blank)
        self._pages.addWidget(self._list)
        self.setMinimumHeight(5 * self.fontMetrics().height())

    @property
    def entries(self) -> QListView:
        """The list itself."""
        return self._list

    @property
    def search(self) -> QLineEdit:
        """The filter, for whoever shows this view to put above it."""
        return self._search

    def render_state(self, state: AppState, now: datetime) -> None:
        """Show this history, with what is at the top of the view staying there."""
        self._state = state
        anchor = self._anchor()
        self._model.update_rows(state.history, {view.id: view.name for view in state.connections}, now)
        self._show_page()
        self._hold(anchor)

    def tick(self, now: datetime) -> None:
        """Let what goes on grow older."""
        self._model.tick(now)

    def start_search(self) -> None:
        """Put the keyboard into the filter."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._filter.look_for(text)
        self._show_page()

    def _show_page(self) -> None:
        words = self._words
        if self._model.rowCount() == 0:
            self._nothing.say(words.gettext("Outages and planned work will be listed here, with their estimates."))
        else:
            self._nothing.say(words.gettext("Nothing in the history has these words."))
        self._pages.setCurrentIndex(1 if self._filter.rowCount() else 0)

    def _anchor(self) -> tuple[QPersistentModelIndex, int] | None:
        """What is at the top of the view, and how far it is scrolled out; None when at the very top."""
        if self._list.verticalScrollBar().value() == 0:
            return None
        index = self._list.indexAt(QPoint(_SIDE, 1))
        return (QPersistentModelIndex(index), self._list.visualRect(index).top()) if index.isValid() else None

    def _hold(self, anchor: tuple[QPersistentModelIndex, int] | None) -> None:
        if anchor is None or not anchor[0].isValid():
            return
        self._list.doItemsLayout()
        bar = self._list.verticalScrollBar()
        bar.setValue(bar.value() + self._list.visualRect(anchor[0]).top() - anchor[1])
