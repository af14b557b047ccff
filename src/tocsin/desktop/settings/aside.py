"""Work that would hold up the window, done in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from tocsin.desktop.bridge import Bridge
from tocsin.domain.state import AppState

_LOG = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Aside(Generic[_Result]):
    """Does one thing at a time. ``on_done`` gets the result in the GUI thread, None where it could not be had.

    What hangs is left behind: its thread holds nothing up, not even the end of the program.
    """

    def __init__(self, on_done: Callable[[_Result | None], None], parent: QObject) -> None:
        self._on_done = on_done
        self._bridge = Bridge(_nothing, parent)
        self._round = 0
        self.is_busy = False

    def start(self, work: Callable[[], _Result]) -> None:
        """Do this. What was begun before is no longer waited for."""
        self._round += 1
        self.is_busy = True
        threading.Thread(target=self._work, args=(work, self._round), name="settings aside", daemon=True).start()

    def close(self) -> None:
        """Expect nothing any more."""
        self._bridge.close()

    def _work(self, work: Callable[[], _Result], number: int) -> None:
        try:
            result = work()
        except Exception:  # noqa: BLE001 - logged, and said in the page
            _LOG.exception("a mistake of ours beside the settings window")
            self._bridge.post(partial(self._done, number, None))
        else:
            self._bridge.post(partial(self._done, number, result))

    def _done(self, number: int, result: _Result | None) -> None:
        if number == self._round:
            self.is_busy = False
            self._on_done(result)


def _nothing(_: AppState) -> None:
    """No state comes this way."""
