"""What takes long is done in slices, with the event loop between them: no click waits for the whole of it."""

from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Slot


class Slices(QObject):
    """Does one thing each time that the event loop has nothing better to do, in the order given."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)

    @property
    def is_on(self) -> bool:
        """Whether something is left to be done."""
        return bool(self._left)

    def begin(self, *parts: Callable[[], object]) -> None:
        """Do these, after what is left of those before."""
        self._left.extend(parts)
        self._timer.start()

    def drop(self) -> None:
        """Do nothing more."""
        self._left.clear()
        self._timer.stop()

    @Slot()
    def _on_time(self) -> None:
        part = self._left.popleft()
        if self._left:
            self._timer.start()
        part()


def importing(*modules: str) -> tuple[Callable[[], object], ...]:
    """One slice for each of these modules of the desktop. What is imported already takes no time."""
    return tuple(partial(import_module, f"tocsin.desktop.{module}") for module in modules)
