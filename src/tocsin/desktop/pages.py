"""The lower part of the window: the history, and beside it, once a line is measured, the line's own page."""

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.bell import Bells
from tocsin.desktop.history_view import HistoryView
from tocsin.desktop.tabs import Tabs
from tocsin.desktop.widgets import Tone, label
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.line_page import LinePage

_SIDE = 12
_LINE_ROWS = 19


class Page(IntEnum):
    """The pages in their order."""

    HISTORY = 0
    LINE = 1


class Pages(QWidget):
    """A switch, the history's filter, and the page that is chosen. Without a line there is the history alone.

    ``chosen`` carries the page that the user went to. The Line page is made when it is first looked at: the program
    idles for months without.
    """

    chosen = Signal(int)

    def __init__(self, words: Phrasebook, page: Page = Page.HISTORY) -> None:
        super().__init__()
        self._words = words
        self._wanted = page
        self._drawn: tuple[AppState, Instant, Bells] | None = None
        self._line: LinePage | None = None
        self._history = HistoryView(words)
        self._heading = label(Tone.STRONG, words.gettext("History"), wrap=False)
        self._switch = self._made_switch()
        self._switch.setCurrentIndex(page)
        self._switch.currentChanged.connect(self._on_switched)
        head = QHBoxLayout()
        head.setContentsMargins(_SIDE, 6, _SIDE, 4)
        head.addWidget(self._switch)
        head.addWidget(self._heading, 1)
        head.addStretch(0)
        head.addWidget(self._history.search)
        self._stack = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._stack, 1)
        self._stack.addWidget(self._history)  # last: a stack of nobody's shows its first widget as a window

    def _made_switch(self) -> QTabBar:
        made = Tabs()
        made.setDocumentMode(True)
        made.setDrawBase(False)
        made.setExpanding(False)
        made.setUsesScrollButtons(False)
        for page, name in (
            (Page.HISTORY, self._words.gettext("History")),
            (Page.LINE, self._words.gettext("Your line")),
        ):
            made.insertTab(page, plain_text.for_button(name))
        made.setAccessibleName(self._words.gettext("Pages"))
        made.hide()
        return made

    @property
    def history(self) -> HistoryView:
        """The history."""
        return self._history

    @property
    def line(self) -> "LinePage | None":
        """The line's page, None before it was first looked at."""
        return self._line

    @property
    def switch(self) -> QTabBar:
        """What chooses between the pages."""
        return self._switch

    @property
    def page(self) -> Page:
        """The page that shows."""
        return Page.LINE if self._wanted is Page.LINE and self._has_line else Page.HISTORY

    @property
    def _has_line(self) -> bool:
        return self._drawn is not None and self._drawn[0].line is not None

    def render_state(self, state: AppState, now: Instant, bells: Bells) -> None:
        """Show this state on the page that shows. A line that is no longer measured takes its page away."""
        self._drawn = (state, now, bells)
        self._switch.setVisible(self._has_line)
        self._heading.setVisible(not self._has_line)
        self._history.render_state(state, now.wall)
        self._turn()

    def tick(self, now: Instant) -> None:
        """Bring what depends on the time up to date."""
        self._history.tick(now.wall)
        if self._line is not None and self.page is Page.LINE:
            self._line.tick(now)

    def turn_to(self, page: Page) -> None:
        """Go to a page; nothing happens while there is no such page."""
        if self._has_line or page is Page.HISTORY:
            self._switch.setCurrentIndex(page)

    def turn_over(self) -> None:
        """Go to the other page."""
        self.turn_to(Page.HISTORY if self.page is Page.LINE else Page.LINE)

    @Slot(int)
    def _on_switched(self, index: int) -> None:
        self._wanted = Page(index)
        self._turn()
        self.chosen.emit(index)

    def _turn(self) -> None:
        is_line = self.page is Page.LINE
        self._history.search.setVisible(not is_line)
        # Whoever asked for the chart sees it, even below a long account of an outage.
        room = min(_LINE_ROWS * self.fontMetrics().height(), self.screen().availableSize().height() // 2)
        self.setMinimumHeight(room if is_line else 0)
        self._stack.setCurrentWidget(self._made_line() if is_line else self._history)
        if is_line and self._line is not None and self._drawn is not None:
            self._line.render_state(*self._drawn)

    def _made_line(self) -> "LinePage":
        if self._line is None:
            from tocsin.desktop.line_page import LinePage  # noqa: PLC0415 - costs memory only once it is looked at

            self._line = LinePage(self._words)
            self._stack.addWidget(self._line)
        return self._line
