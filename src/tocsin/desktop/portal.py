"""Asks the desktop portal whether GNOME's animations are switched off: that switch stands in no file one could read.

Format: org.freedesktop.portal.Settings of the XDG desktop portal, method ``Read``, a variant inside a variant.
"""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

_SERVICE = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
_PATIENCE_MS = 5000


class PortalMotion(QObject):
    """Emits ``stillness_wanted`` when the portal says so. A portal that does not run is not started for it."""

    stillness_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call: QDBusPendingCallWatcher | None = None

    def ask(self) -> None:
        """Ask, without waiting. No answer is as good as "go on"."""
        message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "Read")
        message.setArguments(["org.gnome.desktop.interface", "enable-animations"])
        message.setAutoStartService(False)
        self._call = QDBusPendingCallWatcher(QDBusConnection.sessionBus().asyncCall(message, _PATIENCE_MS), self)
        self._call.finished.connect(self._on_finished)

    @Slot(QDBusPendingCallWatcher)
    def _on_finished(self, call: QDBusPendingCallWatcher) -> None:
        arguments = call.reply().arguments()
        answer = arguments[0] if arguments else None
        while isinstance(answer, QDBusVariant):
            answer = answer.variant()
        if answer is False:
            self.stillness_wanted.emit()
        call.deleteLater()
        if self._call is call:
            self._call = None
