"""Opens the settings window, and lets go of it when it is closed: what it is made of is imported no sooner."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.settings.backstage import Backstage
    from tocsin.desktop.settings_window import SettingsWindow
    from tocsin.ports import Clock


class SettingsOpener(QObject):
    """``backstage`` makes what the window is told; it is called when the window is made."""

    commanded = Signal(object)
    assistant_wanted = Signal()

    def __init__(self, clock: "Clock", backstage: "Callable[[], Backstage]", parent: QObject) -> None:
        super().__init__(parent)
        self.backstage = backstage
        self._clock = clock
        self._window: SettingsWindow | None = None

    @property
    def window(self) -> "SettingsWindow | None":
        """The window, None while there is none."""
        return self._window

    def open(self, words: Phrasebook, state: AppState | None) -> None:
        """Show it, or bring it to the front."""
        if self._window is None:
            from tocsin.desktop.settings_window import SettingsWindow  # noqa: PLC0415 - most runs never open it

            made = SettingsWindow(words, self._clock, self.backstage())
            made.commanded.connect(self.commanded)
            made.assistant_wanted.connect(self.assistant_wanted)
            made.closed.connect(self._on_closed)
            self._window = made
            if state is not None:
                made.render_state(state, self._clock.now())
        self._window.open()

    def render_state(self, state: AppState) -> None:
        """Show this state in it."""
        if self._window is not None:
            self._window.render_state(state, self._clock.now())

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language."""
        if self._window is not None:
            self._window.set_words(words)

    def close(self) -> None:
        """Let go of it, whatever was typed."""
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
