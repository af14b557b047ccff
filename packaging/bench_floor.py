"""The least that a PySide6 program in the system tray can cost: an icon, a menu, an event loop. Runs until ended."""

import signal
import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon


def main() -> int:
    """Show the icon and wait."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    application = QApplication([])
    picture = QPixmap(22, 22)
    picture.fill(Qt.GlobalColor.red)
    menu = QMenu()
    menu.addAction("Quit", application.quit)
    tray = QSystemTrayIcon(QIcon(picture))
    tray.setContextMenu(menu)
    tray.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
