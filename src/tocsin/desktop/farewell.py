"""The last word, after the program itself has ended."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox


def tell(text: str, more: str) -> None:
    """Say it in a box, and wait until it was read."""
    box = QMessageBox()
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("Tocsin")
    box.setText(text)
    box.setInformativeText(more)
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.exec()
