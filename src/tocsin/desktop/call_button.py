"""A button that dials a number of the settings, where this computer can; where it cannot it says what to do."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton

from tocsin.desktop import opener
from tocsin.desktop.widgets import relabel
from tocsin.words.phrasebook import Phrasebook


class CallButton(QPushButton):
    """Opens a ``tel:`` link. Hidden where there is no number that could be dialled."""

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._link = ""
        self.setAutoDefault(False)
        self.clicked.connect(self._on_clicked)
        self.hide()

    def show_number(self, number: str, text: str, name: str) -> None:
        """Dial this from now on; ``name`` is what a screen reader says."""
        link = opener.phone_link(number)
        if link != self._link or not self.text():
            self._link = link
            relabel(self, text, name)
        self.setVisible(bool(link))

    @Slot()
    def _on_clicked(self) -> None:
        if not opener.open_link(self._link, from_settings=True):
            relabel(self, self._words.gettext("Please dial on a phone"), self.accessibleName())
