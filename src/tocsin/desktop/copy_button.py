"""A button that puts a text on the clipboard, and says so."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from tocsin.desktop.widgets import relabel
from tocsin.words.phrasebook import Phrasebook

_SAID_MS = 2000


class CopyButton(QPushButton):
    """Copies ``text``. ``name`` is what a screen reader says of it."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._text = self._name = ""
        self.setAutoDefault(False)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SAID_MS)
        self._back.timeout.connect(self._on_said)
        self.clicked.connect(self._on_clicked)
        self._on_said()

    def set_text_to_copy(self, text: str, name: str) -> None:
        """Copy this from now on."""
        self._text, self._name = text, name
        if not self._back.isActive():
            self._on_said()

    @Slot()
    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        relabel(self, self._words.gettext("Copied"))
        self._back.start()

    @Slot()
    def _on_said(self) -> None:
        relabel(self, self._words.gettext("Copy"), self._name)
