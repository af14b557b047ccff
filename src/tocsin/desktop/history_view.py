"""The history: a filter and a list of what was."""

from datetime import datetime

from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QStackedLayout, QVBoxLayout, QWidget

from tocsin.desktop.history_model import HistoryFilter, HistoryModel
from tocsin.desktop.history_rows import SIDE, Rows
from tocsin.desktop.widgets import Tone, label, let_clear
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook


class _List(QListView):
    """A list whose rows are as tall as its width makes them."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay out again before anything is drawn."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()


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
        made = _List()
        made.setModel(self._filter)
        rows = Rows(made)
        rows.unmeasured.connect(self._on_unmeasured)
        self._filter.dataChanged.connect(rows.on_changed)
        self._filter.rowsInserted.connect(rows.on_inserted)
        made.setItemDelegate(rows)
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
        blank_column.setContentsMargins(SIDE, 8, SIDE, 8)
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

    @Slot()
    def _on_unmeasured(self) -> None:
        """Lay out once more, with what is at the top of the view staying there."""
        anchor = self._anchor()
        self._list.doItemsLayout()
        self._hold(anchor)

    def _anchor(self) -> tuple[QPersistentModelIndex, int] | None:
        """What is at the top of the view, and how far it is scrolled out; None when at the very top."""
        if self._list.verticalScrollBar().value() == 0:
            return None
        index = self._list.indexAt(QPoint(SIDE, 1))
        return (QPersistentModelIndex(index), self._list.visualRect(index).top()) if index.isValid() else None

    def _hold(self, anchor: tuple[QPersistentModelIndex, int] | None) -> None:
        if anchor is None or not anchor[0].isValid():
            return
        self._list.doItemsLayout()
        bar = self._list.verticalScrollBar()
        bar.setValue(bar.value() + self._list.visualRect(anchor[0]).top() - anchor[1])
