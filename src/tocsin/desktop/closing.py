"""The question on closing the window where there is no tray to open it again from."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from tocsin.desktop import plain_text
from tocsin.words.phrasebook import Phrasebook


def ask_how_to_close(
    parent: QWidget, words: Phrasebook, on_quit: Callable[[], None], on_keep: Callable[[], None]
) -> QMessageBox:
    """The question, to be shown with ``open()``. Escape leaves everything as it is."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Tocsin")
    box.setText(words.gettext("There is no system tray to open this window from again."))
    box.setInformativeText(
        words.gettext("Tocsin can go on watching without a window. Starting it once more brings the window back.")
    )
    keep = box.addButton(
        plain_text.for_button(words.gettext("Keep running in the background")), QMessageBox.ButtonRole.AcceptRole
    )
    leave = box.addButton(plain_text.for_button(words.gettext("Quit")), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(plain_text.for_button(words.gettext("Cancel")), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(stay)
    keep.clicked.connect(on_keep)
    leave.clicked.connect(on_quit)
    return box
