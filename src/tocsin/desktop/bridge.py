"""The one way from other threads into the GUI thread: a single queued Qt signal."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from tocsin.domain.state import AppState


class Bridge(QObject):
    """Carries states and calls. Made in the GUI thread; ``publish`` and ``post`` may be called from any thread.

    Only the latest state counts: what is overtaken before the GUI thread comes to it is never drawn. Calls are never
    dropped and keep their order. The slot is a method of a QObject that lives in the GUI thread: a plain function
    would run in the thread that emits.
    """

    _sent = Signal(object)

    def __init__(self, on_state: Callable[[AppState], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_state = on_state
        self._lock = threading.Lock()
        self._latest: AppState | None = None
        self._open = True
        self._sent.connect(self._on_sent, Qt.ConnectionType.QueuedConnection)
        self._emit = self._sent.emit

    def publish(self, state: AppState) -> None:
        """Have this state drawn, unless a later one overtakes it."""
        with self._lock:
            if not self._open:
                return
            overtakes = self._latest is not None
            self._latest = state
            if not overtakes:
                self._emit(None)

    def post(self, call: Callable[[], None]) -> bool:
        """Have this called in the GUI thread; false after ``close``."""
        with self._lock:
            if self._open:
                self._emit(call)
            return self._open

    def close(self) -> None:
        """Carry nothing from now on: threads may outlive the screen. In the GUI thread."""
        with self._lock:
            self._open = False
            self._latest = None

    @Slot(object)
    def _on_sent(self, call: Callable[[], None] | None) -> None:
        if not self._open:
            return  # sent before ``close``, on its way ever since
        if call is not None:
            call()
            return
        with self._lock:
            state, self._latest = self._latest, None
        if state is not None:
            self._on_state(state)
