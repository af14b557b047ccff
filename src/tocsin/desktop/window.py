"""The window: now on top, history and line below, the age of all knowledge at the bottom. Nothing in it blinks."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMainWindow, QMessageBox, QVBoxLayout, QWidget

from tocsin.desktop import picture, tab_order
from tocsin.desktop.borders import keep_seen
from tocsin.desktop.closing import ask_how_to_close
from tocsin.desktop.coming_forward import bring
from tocsin.desktop.empty_page import EmptyPage
from tocsin.desktop.focus_ring import FocusRing
from tocsin.desktop.history_view import HistoryView
from tocsin.desktop.overview import Overview
from tocsin.desktop.pages import Page, Pages
from tocsin.desktop.portrait import bells_on
from tocsin.desktop.setting_up import SettingUp
from tocsin.desktop.widgets import PlainLabel, Stack, Tone, button, label
from tocsin.domain.message import Fault
from tocsin.domain.state import AppState, CheckNow
from tocsin.ports import Clock, Outgoing
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.ports.offering import Offers

_WIDTH, _HEIGHT = 460, 620
_CHARACTERS = 58  # wide enough for as many of the desktop's font, whatever its size
_TICK_MS = 1000
_SILENTLY = Qt.WidgetAttribute.WA_ShowWithoutActivating


class Window(QMainWindow):  # to a screen reader any other widget is no window
    """What the user sees of everything. ``commanded`` carries a command; ``acted`` a message's thread and action.

    ``has_tray`` says whether a closed window could be opened again from a tray: if not, closing asks.
    """

    commanded = Signal(object)
    acted = Signal(str, str)
    quit_asked = Signal()
    demo_wanted = Signal()
    settings_wanted = Signal()
    account_wanted = Signal(str)

    def __init__(self, words: Phrasebook, clock: Clock, settings_file: str, has_tray: Callable[[], bool]) -> None:
        super().__init__()
        keep_seen()
        self._words = words
        self._clock = clock
        self._settings_file = settings_file
        self._has_tray = has_tray
        self._state: AppState | None = None
        self._faults: tuple[Fault, ...] = ()
        self._has_demo = False
        self._asks = True
        self._page = Page.HISTORY
        self._question: QMessageBox | None = None
        self._setting_up: SettingUp | None = None
        self._chained: tuple[QWidget | None, ...] = ()
        self._bells = bells_on(self.palette())
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK_MS)
        self._ticks.timeout.connect(self._on_tick)
        inside = QWidget()
        self.setCentralWidget(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._body = self._built()
        FocusRing(self)
        self._add_keys()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFocus()  # on nothing in particular: a key pressed by habit acknowledges nothing
        self.setWindowTitle("Tocsin")
        self.resize(self._fitting())

    # --- what the application asks of it ---

    @property
    def messages(self) -> tuple[Outgoing, ...]:
        """The messages that stand on top of the window, oldest first."""
        return self._overview.banners.messages

    @property
    def overview(self) -> Overview:
        """The upper part."""
        return self._overview

    @property
    def history(self) -> HistoryView:
        """What was."""
        return self._pages.history

    @property
    def pages(self) -> Pages:
        """The lower part."""
        return self._pages

    def open(self) -> None:
        """Show the window, or bring it to the front."""
        bring(self)

    def draw_attention(self) -> None:
        """Be seen without taking the keyboard from whatever the user types into."""
        if not self.isVisible():
            self.setAttribute(_SILENTLY, True)
            self.show()
            self.setAttribute(_SILENTLY, False)
        self.raise_()
        QApplication.alert(self)

    def render_state(self, state: AppState, bugs: tuple[Fault, ...] = ()) -> None:
        """Show this state; a hidden window does so when it is shown."""
        self._state = state
        self._faults = (*state.faults, *bugs)
        if self._setting_up is not None:
            self._setting_up.render_state(state, self._clock.now())
        if self.isVisible():
            self._render()

    def render_bugs(self, bugs: tuple[Fault, ...]) -> None:
        """Show mistakes of ours; an engine that never began has no state to show them with."""
        self._faults = (*(self._state.faults if self._state is not None else ()), *bugs)
        if self.isVisible():
            self._render()

    def show_message(self, outgoing: Outgoing) -> None:
        """Put a message on top."""
        self._overview.banners.show_message(outgoing)
        self._show_upper()

    def withdraw_message(self, thread: str) -> None:
        """Take a message away."""
        self._overview.banners.withdraw(thread)
        self._show_upper()

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language."""
        self._words = words
        if self._setting_up is not None:
            self._setting_up.set_words(words)
        self._rebuild()

    def let_set_up(self, offers: "Offers", *, can_start: bool) -> None:
        """Have the assistant at hand; without this there are the instructions alone."""
        self._setting_up = SettingUp(self._words, offers, self, can_start=can_start)
        self._setting_up.has_demo = self._has_demo
        self._setting_up.commanded.connect(self.commanded)
        self._setting_up.demo_wanted.connect(self.demo_wanted)
        self._setting_up.settings_wanted.connect(self.settings_wanted)
        self._empty.offer_setting_up(available=True)

    @Slot()
    def set_up(self) -> None:
        """Open the assistant, if there is one."""
        if self._setting_up is not None:
            self._setting_up.open()

    def offer_demo(self, *, available: bool) -> None:
        """Offer the demo where nothing is set up."""
        self._has_demo = available
        self._empty.offer_demo(available=available)
        if self._setting_up is not None:
            self._setting_up.has_demo = available

    def do_not_ask(self) -> None:
        """Close without a question from now on: the program or the session ends."""
        self._asks = False
        if self._question is not None:
            self._question.close()

    # --- building ---

    def _built(self) -> QWidget:
        body = QWidget(self)
        self._overview = Overview(self._words)
        self._overview.commanded.connect(self.commanded)
        self._overview.acted.connect(self.acted)
        self._overview.account_wanted.connect(self.account_wanted)
        self._pages = Pages(self._words, self._page)
        self._pages.chosen.connect(self._on_page)
        self._empty = EmptyPage(self._words, self._settings_file)
        self._empty.commanded.connect(self.commanded)
        self._empty.demo_wanted.connect(self.demo_wanted)
        self._empty.set_up_wanted.connect(self.set_up)
        self._empty.offer_demo(available=self._has_demo)
        self._empty.offer_setting_up(available=self._setting_up is not None)
        self._empty.hide()
        self._age: PlainLabel = label(Tone.QUIET, self._words.gettext("Tocsin is starting"))
        self._check = button(self._words.gettext("Check now"), self._on_check)
        self._check.setFlat(True)
        self._foot = QWidget()
        footer = QHBoxLayout(self._foot)
        footer.setContentsMargins(14, 4, 10, 6)
        footer.addWidget(self._age, 1)
        footer.addWidget(self._check)
        settings = button(self._words.gettext("Settings"), self.settings_wanted.emit)
        settings.setFlat(True)
        footer.addWidget(settings)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._upper, self._rule = Stack(self._overview), _rule()
        column.addWidget(self._upper)
        column.addWidget(self._rule)
        column.addWidget(self._pages, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self._foot)
        self._column.addWidget(body)
        return body

    def _rebuild(self) -> None:
        """Make every widget anew: for another language or another font."""
        messages, old = self.messages, self._body
        self._column.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._body = self._built()
        for message in messages:
            self.show_message(message)
        if self.isVisible():
            self._render()

    def _add_keys(self) -> None:
        for keys, slot in (
            ((QKeySequence(QKeySequence.StandardKey.Close), QKeySequence("Esc")), self._on_escape),
            ((QKeySequence("Ctrl+Q"),), self._on_quit),
            ((QKeySequence(QKeySequence.StandardKey.Find),), self._on_find),
            ((QKeySequence("F5"),), self._on_check),
            ((QKeySequence("Ctrl+,"),), self.settings_wanted.emit),
            ((QKeySequence("F6"),), self._on_other_page),
            ((QKeySequence("Ctrl+1"),), self._on_history),
            ((QKeySequence("Ctrl+2"),), self._on_line),
        ):
            action = QAction(self)
            action.setShortcuts(list(keys))
            action.triggered.connect(slot)
            self.addAction(action)

    def _fitting(self) -> QSize:
        wanted = QSize(max(_WIDTH, _CHARACTERS * self.fontMetrics().averageCharWidth()), _HEIGHT)
        return wanted.boundedTo(self.screen().availableSize() - QSize(16, 48))

    # --- drawing ---

    def _render(self) -> None:
        state, now = self._state, self._clock.now()
        if state is None:
            self._overview.list_faults(self._faults, now)
            self._show_upper()
            return
        self._overview.render_state(state, self._faults, now, self._bells)
        self._pages.render_state(state, now, self._bells)
        self._show_upper()
        is_empty = not state.connections and not state.history
        self._pages.setVisible(not is_empty)
        self._empty.setVisible(is_empty)
        is_set_up = state.settings is not None and bool(state.settings.accounts)
        self._foot.setVisible(bool(state.accounts) or state.line is not None or is_set_up)
        self._on_tick()
        if is_empty and self._setting_up is not None:
            self._setting_up.offer_once()

    def _show_upper(self) -> None:
        state = self._state
        has_something = bool(self.messages or self._faults or (state is not None and state.connections))
        self._upper.setVisible(has_something)
        self._rule.setVisible(has_something)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """What comes up later still has its place in the order of the Tab key, and of a screen reader."""
        parts = (*self._overview.sections, self._pages, self._empty, self._foot)
        if (*parts, self._pages.line) != self._chained:
            self._chained = (*parts, self._pages.line)
            tab_order.chain(parts)
            tab_order.tell_in_order(self._body)

    @Slot()
    def _on_tick(self) -> None:
        state, now = self._state, self._clock.now()
        if state is None:
            return
        self._overview.tick(now, self._bells, self._faults)
        self._pages.tick(now)
        self._order_tabs()
        self._age.say(self._words.polling(state.accounts, now, state.line))
        worst = next((each for each in picture.seen(state, now) if each.is_trouble), None)
        title = "" if worst is None else self._words.headline(worst.view, worst.shown, now.wall, state.accounts)
        self.setWindowTitle(f"{title} - Tocsin" if title else "Tocsin")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while hidden."""
        super().showEvent(event)
        self._ticks.start()
        self._render()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._ticks.stop()
        if self._setting_up is not None and not event.spontaneous():
            self._setting_up.close()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's colours and fonts."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._bells = bells_on(self.palette())
            if self.isVisible():
                self._render()
        elif event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._on_font)

    @Slot()
    def _on_font(self) -> None:
        """Larger letters need more room; a window that fills the screen has no more."""
        self._rebuild()
        if not self.isMaximized():
            self.resize(self.size().expandedTo(self._fitting()))

    # --- keys and closing ---

    def focusNextPrevChild(self, is_next: bool) -> bool:  # noqa: FBT001, N802 - Qt's name
        """Once gone, the keyboard does not come back to nothing in particular: there it could not be seen."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        moved = super().focusNextPrevChild(is_next)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """What nobody else has a use for scrolls the upper part, where nothing may be that could have the keyboard."""
        self._upper.keyPressEvent(event)

    @Slot()
    def _on_check(self) -> None:
        self.commanded.emit(CheckNow())

    @Slot()
    def _on_quit(self) -> None:
        self.quit_asked.emit()

    @Slot()
    def _on_find(self) -> None:
        self._pages.turn_to(Page.HISTORY)
        self.history.start_search()

    @Slot(int)
    def _on_page(self, page: int) -> None:
        self._page = Page(page)
        self._order_tabs()

    @Slot()
    def _on_other_page(self) -> None:
        self._pages.turn_over()

    @Slot()
    def _on_history(self) -> None:
        self._pages.turn_to(Page.HISTORY)

    @Slot()
    def _on_line(self) -> None:
        self._pages.turn_to(Page.LINE)

    @Slot()
    def _on_escape(self) -> None:
        """Escape empties a filter that is being typed; otherwise it closes."""
        search = self.history.search
        if search.hasFocus() and search.text():
            search.clear()
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Hide. Without a tray there would be no way back: then ask."""
        if not self._asks or self._has_tray():
            event.accept()
            return
        event.ignore()
        if self._question is None:
            self._question = ask_how_to_close(self, self._words, self._on_quit, self.hide)
            self._question.finished.connect(self._on_answered)
            self._question.open()

    @Slot()
    def _on_answered(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    return line
