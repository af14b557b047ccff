"""Notices when a tray begins or ceases to be there, so that the icon can be made anew.

On X11 Qt decides once, when an icon is made, between StatusNotifierItem and XEmbed: an icon that was made before the
panel came never shows, though ``isVisible()`` says it does. XEmbed's own late arrival Qt notices by itself. Bus names
and methods: https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
"""

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

WATCHER = "org.kde.StatusNotifierWatcher"
_SETTLING_MS = 150  # a panel that starts claims its name before it listens


class TrayHost(QObject):
    """Emits ``changed`` after the StatusNotifierWatcher's name changed hands."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLING_MS)
        self._settling.timeout.connect(self.changed)
        bus = QDBusConnection.sessionBus()
        mode = QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange
        self._watcher = QDBusServiceWatcher(WATCHER, bus, mode, self)
        self._watcher.serviceOwnerChanged.connect(self._on_owner_changed)

    @Slot(str, str, str)
    def _on_owner_changed(self, name: str, old: str, new: str) -> None:
        del name, old, new  # coming and going are treated alike
        self._settling.start()
