"""The settings: pages whose changes act at once and can be taken back. It is imported when it is first opened."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from tocsin.desktop.borders import keep_seen
from tocsin.desktop.coming_forward import bring
from tocsin.desktop.focus_ring import FocusRing
from tocsin.desktop.settings import keys
from tocsin.desktop.settings.backstage import Backstage
from tocsin.desktop.settings.book import Book, PageName
from tocsin.desktop.settings.field import Field
from tocsin.desktop.settings.focus import read_in_order
from tocsin.desktop.settings.frame import Frame
from tocsin.desktop.settings.ledger import Ledger, Outcome
from tocsin.desktop.settings.navigation import Navigation
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.settings.status import Status
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, ReloadSettings, SaveSettings, UndoSettings
from tocsin.ports import Clock
from tocsin.words import mistakes
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.values import Values

_CHARACTERS, _LINES = 98, 40
_TICK_MS = 1000


class SettingsWindow(QMainWindow):  # to a screen reader any other widget is no window
    """``commanded`` carries a command; ``assistant_wanted``: something is to be added; ``closed`` when it was."""

    commanded = Signal(object)
    assistant_wanted = Signal()
    closed = Signal()

    def __init__(self, words: Phrasebook, clock: Clock, backstage: Backstage) -> None:
        super().__init__()
        keep_seen()
        self._words, self._clock, self._backstage = words, clock, backstage
        self._state: AppState | None = None
        self._ledger = Ledger()
        self._last: Edit | None = None
        self._ticks = QTimer(self)
        self._ticks.setInterval(_TICK_MS)
        self._ticks.timeout.connect(self._on_tick)
        inside = QWidget()
        self.setCentralWidget(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._frame = self._built(PageName.ACCOUNTS, {}, {})
        keys.add(self)
        FocusRing(self)
        self.resize(self._fitting())

    # --- what the application asks of it ---

    @property
    def navigation(self) -> Navigation:
        """The choice of pages."""
        return self._frame.navigation

    @property
    def page(self) -> Page:
        """The page that shows."""
        return self._frame.book.page(self.number)

    @property
    def number(self) -> PageName:
        """Which page shows."""
        return self._frame.book.number

    @property
    def status(self) -> Status:
        """The line at the bottom."""
        return self._frame.status

    @property
    def has_drafts(self) -> bool:
        """Whether something was typed that could not be saved yet."""
        return self._frame.book.has_drafts

    def open(self) -> None:
        """Show it, or bring it to the front."""
        bring(self)

    def render_state(self, state: AppState, now: Instant) -> None:
        """Show this state; a hidden window does so when it is shown."""
        self._state = state
        outcome = self._ledger.follow(state)
        if outcome is Outcome.SAVED:
            self._frame.status.say_saved(self._last.said if self._last is not None else "")
        elif outcome is Outcome.REFUSED:
            self._refused()
        elif outcome is Outcome.ELSEWHERE:
            self._frame.status.say_changed()
        if self.isVisible():
            self._render(now)

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language. What is being typed stays."""
        self._words = words
        self._rebuild()

    def turn_to(self, number: int) -> None:
        """Show a page."""
        self._frame.turn_to(number)
        if self._state is not None:
            self._render(self._clock.now())
        read_in_order(self)

    def show_account(self, account: str) -> None:
        """Show how an account signs in."""
        self.turn_to(PageName.ACCOUNTS)
        self.page.go_to(account)
        self._on_turned()
        wanted = self.page.findChild(QWidget, f"account.{account}.sign_in")
        if wanted is not None:
            self._frame.book.show_part(wanted)

    def turn_by(self, step: int) -> None:
        """Show the page so many further on."""
        self.turn_to((self.number + step) % len(PageName))

    def step_back(self) -> None:
        """Back within the page, else close."""
        if not self.page.step_back():
            self.close()

    def undo(self) -> None:
        """Take the last change back."""
        if self._state is not None and self._state.can_undo:
            self._frame.status.expect_undo()
            self.commanded.emit(UndoSettings())

    # --- building ---

    def _built(self, number: int, places: Mapping[int, str], drafts: Mapping[str, str]) -> Frame:
        words = self._words
        self.setWindowTitle(words.gettext("Settings - Tocsin"))
        book = Book(words, self._backstage, places, drafts, number)
        book.edited.connect(self._on_edited)
        book.commanded.connect(self.commanded)
        book.turned.connect(self._on_turned)
        book.assistant_wanted.connect(self.assistant_wanted)
        frame = Frame(words, book, self)
        frame.navigation.turned.connect(self.turn_to)
        frame.status.undo_asked.connect(self.undo)
        frame.status.reload_asked.connect(partial(self.commanded.emit, ReloadSettings()))
        book.told.connect(frame.status.say)
        self._column.addWidget(frame)
        return frame

    def _rebuild(self) -> None:
        """Make every widget anew: for another language or another font."""
        name = _field_of(self.focusWidget())
        old = self._frame
        number, places, drafts = old.book.number, old.book.places, old.book.drafts
        old.book.let_go()
        self._column.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._frame = self._built(number, places, drafts)
        self._frame.fit(self.width())
        self.turn_to(self.number)
        again = self._frame.findChild(Field, name) if name else None
        if again is not None:
            self._frame.book.show_part(again.editor)

    def _fitting(self) -> QSize:
        metrics = self.fontMetrics()
        wanted = QSize(_CHARACTERS * metrics.averageCharWidth(), _LINES * metrics.lineSpacing())
        return wanted.boundedTo(self.screen().availableSize() - QSize(16, 48))

    # --- drawing ---

    def _render(self, now: Instant) -> None:
        state, settings = self._state, self._ledger.current
        if state is None:
            return
        page = self.page
        self._frame.status.render_state(state, self._words, self._backstage.settings_file)
        before = len(page.findChildren(QWidget))
        if settings is not None:
            page.render_state(settings, state, now)
        page.lock(locked=settings is None or not state.can_save)
        self._frame.book.resume_drafts(page)
        if len(page.findChildren(QWidget)) != before:
            read_in_order(self)

    def _refused(self) -> None:
        refusal = self._ledger.refusal
        problem = "" if refusal is None else mistakes.told(self._words, Values(refusal.message.values))
        sentence = self._frame.status.say_refused(problem)
        if self._last is not None and self._last.field is not None:
            self._last.field.refuse(sentence)

    @Slot(object)
    def _on_edited(self, edit: Edit) -> None:
        wanted = self._ledger.change(edit.change)
        if wanted is not None:
            self._last = edit
            self._frame.status.say("")
            self.commanded.emit(SaveSettings(wanted))
        self._on_turned()

    @Slot()
    def _on_turned(self) -> None:
        if self._state is not None:
            self._render(self._clock.now())

    @Slot()
    def _on_tick(self) -> None:
        self.page.tick(self._clock.now())

    # --- Qt's own ---

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while hidden."""
        super().showEvent(event)
        self._ticks.start()
        self._frame.fit(self.width())
        self.turn_to(self.number)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._ticks.stop()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Whoever opened it decides what becomes of it."""
        super().closeEvent(event)
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()  # what was typed is finished
        self._frame.book.forget_secrets()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Use the room there is."""
        super().resizeEvent(event)
        self._frame.fit(self.width())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's fonts."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._rebuild)

    def let_go(self) -> None:
        """Expect nothing any more: the window is about to be deleted."""
        self._frame.book.let_go()


def _field_of(widget: QWidget | None) -> str:
    """The name of the field that a widget belongs to."""
    while widget is not None:
        if isinstance(widget, Field):
            return widget.objectName()
        widget = widget.parentWidget()
    return ""
