"""SIGTERM and SIGINT end the program in good order, as "Quit" does.

Python runs its signal handlers between two of its own instructions; while Qt waits for events there are none. The
wake-up descriptor makes every signal an event.
"""

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Slot


class StopSignals(QObject):
    """Calls ``on_stop`` in the GUI thread for every SIGTERM, SIGINT and, where there is one, SIGHUP."""

    def __init__(self, on_stop: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_stop = on_stop
        self._asked = False
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_wakeup)
        self._former_fd = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._former: dict[int, Any] = {number: signal.signal(number, self._note) for number in _numbers()}

    def close(self) -> None:
        """Put everything back as it was. In the main thread."""
        if self._former:
            for number, handler in self._former.items():
                signal.signal(number, handler)
            self._former = {}
            signal.set_wakeup_fd(self._former_fd)
            self._notifier.setEnabled(False)
            self._near.close()
            self._far.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame  # all of them mean the same
        self._asked = True

    @Slot()
    def _on_wakeup(self) -> None:
        self._near.recv(4096)
        if self._asked:
            self._asked = False
            self._on_stop()


def _numbers() -> tuple[int, ...]:
    names = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
    return tuple(int(getattr(signal, name)) for name in names if hasattr(signal, name))
