"""The grey bell that is out in the tray while everything else is still to be imported. ``tray`` takes it over."""

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from tocsin import APP_ID
from tocsin.desktop.bell import Bells, Face
from tocsin.domain.terms import Level

SETTLING_MS = 50
"""A tray asks for icon and menu in a few round trips; what takes longer than them has to wait for so long."""

NAME = "Tocsin"


class FirstBell:
    """Icon and menu as a tray host first sees them. The menu is there from the start, still empty: some hosts ask once.

    ``had_tray`` tells whether there was a tray when the icon was shown, ``was_clicked`` whether the window was
    wanted before there was one.
    """

    def __init__(self) -> None:
        self.application = application()
        self.bells = Bells(*panel_colours())
        self.face = Face(Level.UNKNOWN)
        self.menu = QMenu()
        self.icon = QSystemTrayIcon(self.bells.icon(self.face))
        self.icon.setContextMenu(self.menu)
        self.had_tray = True
        self.was_clicked = False
        self.icon.activated.connect(self._on_activated)

    def show(self) -> None:
        """Put the icon into the tray, and give the tray the time to take it."""
        self.icon.show()
        self.had_tray = QSystemTrayIcon.isSystemTrayAvailable()
        loop = QEventLoop()
        QTimer.singleShot(SETTLING_MS, loop, loop.quit)
        loop.exec()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        self.was_clicked = self.was_clicked or reason is not QSystemTrayIcon.ActivationReason.Context


def application() -> QApplication:
    """The one QApplication of the process."""
    known = QApplication.instance()
    QApplication.setDesktopFileName(APP_ID)
    QApplication.setApplicationName("tocsin")
    QApplication.setApplicationDisplayName(NAME)
    made = known if isinstance(known, QApplication) else QApplication(["tocsin"])
    made.setQuitOnLastWindowClosed(False)
    return made


def panel_colours() -> tuple[QColor, QColor]:
    """Foreground and background of where the bell will stand, as far as anybody tells."""
    palette = QGuiApplication.palette()
    return palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
