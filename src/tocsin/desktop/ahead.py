"""Gets ready what the first window is made of, in parts between events: nothing stands still for the whole of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from tocsin.desktop.slices import Slices


class Ahead:
    """``is_begun`` once anybody asked for it; until then it has imported nothing."""

    def __init__(self, parent: QObject) -> None:
        self._parent = parent
        self._slices: Slices | None = None

    @property
    def is_begun(self) -> bool:
        """Whether the window's parts are on their way, or there."""
        return self._slices is not None

    def prepare(self, *then: Callable[[], object]) -> None:
        """Import them, and do the rest after that. What is imported already takes no time."""
        from tocsin.desktop.slices import Slices, importing  # noqa: PLC0415 - most runs never need it

        self._slices = self._slices or Slices(self._parent)
        modules = importing("widgets", "overview", "history_view", "pages", "window")
        self._slices.begin(*modules, self.wear_icon, *then)

    def prepare_once(self) -> None:
        """The same, unless it was asked for before: for a window that will come by itself."""
        if not self.is_begun:
            self.prepare()

    def drop(self) -> None:
        """Do nothing more."""
        if self._slices is not None:
            self._slices.drop()

    @staticmethod
    def wear_icon() -> None:
        """Give every window to come the program's icon."""
        from tocsin.desktop.bell import application_icon  # noqa: PLC0415 - nothing of it is needed before

        QGuiApplication.setWindowIcon(application_icon())
