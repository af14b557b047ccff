"""Opens the assistant over the window: by itself at the first start, later when something is to be added."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from tocsin.desktop.slices import Slices, importing
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.assistant import Assistant
    from tocsin.ports.offering import Offers

_LONGEST_MS = 2000
_FIRST = ("assistant_page", "assistant_frame", "assistant_welcome", "assistant")
_LATER = ("assistant_address", "assistant_things", "assistant_use", "assistant_sign_in")


class SettingUp(QObject):
    """``offers`` is what can be watched, ``can_start`` whether the program can start with the computer."""

    commanded = Signal(object)
    demo_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, words: Phrasebook, offers: "Offers", over: QWidget, *, can_start: bool) -> None:
        super().__init__(over)
        self._words = words
        self.has_demo = False
        self._offers = offers
        self._can_start = can_start
        self._over = over
        self._shown: tuple[AppState, Instant] | None = None
        self._assistant: Assistant | None = None
        self._slices = Slices(self)
        self._was_offered = False
        self._is_waiting = False

    @property
    def assistant(self) -> "Assistant | None":
        """The assistant, None while it is closed."""
        return self._assistant

    def render_state(self, state: AppState, now: Instant) -> None:
        """Show this state in the assistant."""
        self._shown = (state, now)
        if self._assistant is not None:
            self._assistant.render_state(state, now)

    def offer_once(self) -> None:
        """Open by itself, if nothing is set up. Who closes it is not asked again in this run."""
        state = self._shown[0] if self._shown is not None else None
        if not self._was_offered and state is not None and is_nothing_set_up(state):
            self._was_offered = True
            self._open_when_placed()

    def set_words(self, words: Phrasebook) -> None:
        """Speak another language, also where the assistant is open: what was chosen in it stays."""
        self._words = words
        if self._assistant is not None:
            self._assistant.make_anew(words)

    @Slot()
    def open(self) -> None:
        """Open the assistant, or bring it to the front."""
        if self._assistant is not None:
            self._bring()
        elif not self._slices.is_on:
            self._slices.begin(
                *importing(*_FIRST), self._read, self._make, self._bring, *importing(*_LATER), self._look
            )

    def _read(self) -> None:
        self._offers.search("")

    def _look(self) -> None:
        self._offers.providers()

    def _make(self) -> None:
        from tocsin.desktop.assistant import Assistant  # noqa: PLC0415 - most runs never need it

        made = Assistant(self._words, self._offers, self._over, can_start=self._can_start, has_demo=self.has_demo)
        made.commanded.connect(self.commanded)
        made.demo_wanted.connect(self.demo_wanted)
        made.settings_wanted.connect(self.settings_wanted)
        made.finished.connect(self._on_finished)
        self._assistant = made
        if self._shown is not None:
            made.render_state(*self._shown)

    def _bring(self) -> None:
        if self._assistant is not None:
            if not self._assistant.isVisible():
                self._assistant.open()
            self._assistant.raise_()
            self._assistant.activateWindow()

    def _open_when_placed(self) -> None:
        """Over the window, wherever the window manager puts that: it has no place before it is on the screen."""
        handle = self._over.windowHandle()
        self._is_waiting = True
        if handle is None or handle.isExposed():
            QTimer.singleShot(0, self, self._on_placed)
        else:
            handle.installEventFilter(self)
            QTimer.singleShot(_LONGEST_MS, self, self._on_placed)

    @Slot()
    def _on_placed(self) -> None:
        """The window has its place, or never says so."""
        if self._is_waiting:
            self._is_waiting = False
            self.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The window is on the screen."""
        if event.type() == QEvent.Type.Expose:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._on_placed)
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Close it: the window goes."""
        self._is_waiting = False
        self._slices.drop()
        if self._assistant is not None:
            self._assistant.reject()

    @Slot()
    def _on_finished(self) -> None:
        if self._assistant is not None:
            self._slices.drop()
            self._assistant.deleteLater()
            self._assistant = None


def is_nothing_set_up(state: AppState) -> bool:
    """Whether there is nothing to watch, and a file to write it into."""
    settings, line = state.settings, state.line
    is_measured = line is not None and bool(line.hosts)
    return settings is not None and not settings.accounts and not is_measured and state.can_save
