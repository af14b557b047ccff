"""Brings a window to the front.

On Wayland no window may come there by itself: whoever was clicked lends the right to, as a token (xdg-activation-v1).
The tray icon is given one with ``ProvideXdgActivationToken``, a program that is started in ``XDG_ACTIVATION_TOKEN``,
and a notification in the signal ``ActivationToken``. Qt takes it from that variable, and sets the variable for the tray
itself. Without one a compositor only marks the window; one that is put on the screen anew is in front in most.
"""

import os

from PySide6.QtCore import QProcessEnvironment, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

VARIABLE = "XDG_ACTIVATION_TOKEN"


def lend(token: str) -> None:
    """Have the next window that comes to the front do so by this token; by an empty one nothing changes."""
    if token and token.isascii() and token.isprintable():
        os.putenv(VARIABLE, token)  # for Qt alone: no program that is started later can do anything with it


def bring(window: QWidget) -> None:
    """Show this window, or bring it to the front."""
    if _is_stuck(window):
        window.hide()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _is_stuck(window: QWidget) -> bool:
    """Whether it is somewhere on the screen, or minimised, which nobody tells, with no right to come forward."""
    if not QGuiApplication.platformName().startswith("wayland") or not window.isVisible() or window.isActiveWindow():
        return False
    has_dialog = any(dialog.isVisible() for dialog in window.findChildren(QDialog))  # these would go with it
    return not has_dialog and not QProcessEnvironment.systemEnvironment().contains(VARIABLE)
