"""Opens the settings window, and lets go of it when it is closed: what it is made of is imported no sooner."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tocsin.desktop.slices import Slices, importing
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.settings.backstage import Backstage
    from tocsin.desktop.settings_window import SettingsWindow
    from tocsin.ports import Clock

_FIRST = ("settings.field", "settings.frame", "settings_window", "settings.accounts_page")
_LATER = ("settings.simple_pages", "settings.help_page", "settings.network_page", "settings.told_pages")


class SettingsOpener(QObject):
    """``backstage`` makes what the window is told; it is called when the window is made."""

    commanded = Signal(object)
    assistant_wanted = Signal()

    def __init__(self, clock: "Clock", backstage: "Callable[[], Backstage]", parent: QObject) -> None:
        super().__init__(parent)
        self.backstage = backstage
        self._clock = clock
        self._window: SettingsWindow | None = None
        self._slices = Slices(self)
        self._words: Phrasebook | None = None
        self._state: AppState | None = None
        self._account = ""

    @property
    def window(self) -> "SettingsWindow | None":
        """The window, None while there is none."""
        return self._window

    def open(self, words: Phrasebook, state: AppState | None) -> None:
        """Show it, or bring it to the front."""
        self._words, self._state = words, state
        if self._window is not None:
            self._window.open()
        elif not self._slices.is_on:
            self._slices.begin(*importing(*_FIRST), self._make, self._show, *importing(*_LATER))

    def _make(self) -> None:
        from tocsin.desktop.settings_window import SettingsWindow  # noqa: PLC0415 - most runs never open it

        if self._words is None:
            return
        made = SettingsWindow(self._words, self._clock, self.backstage())
        made.commanded.connect(self.commanded)
        made.assistant_wanted.connect(self.assistant_wanted)
        made.closed.connect(self._on_closed)
        self._window = made
        if self._state is not None:
            made.render_state(self._state, self._clock.now())

    def _show(self) -> None:
        if self._window is not None:
            self._window.open()
        if self._account:
            self.show_account(self._account)

    def show_account(self, account: str) -> None:
        """Turn to an account's form in it, where one signs in; as soon as it is open."""
        is_there = self._window is not None and self._window.isVisible()
        self._account = "" if is_there else account
        if self._window is not None and is_there:
            self._window.show_account(account)

    def render_state(self, state: AppState) -> None:
        """Show this state in it."""
        self._state = state
        if self._window is not None:
            self._window.render_state(state, self._clock.now())

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language."""
        self._words = words
        if self._window is not None:
            self._window.set_words(words)

    def close(self) -> None:
        """Let go of it, whatever was typed."""
        self._slices.drop()
        window, self._window = self._window, None
        if window is not None:
            window.hide()
            window.let_go()
            window.deleteLater()

    @Slot()
    def _on_closed(self) -> None:
        """What could not be saved yet waits in a hidden window; otherwise nothing of it is worth keeping."""
        if self._window is not None and not self._window.has_drafts:
            self.close()
