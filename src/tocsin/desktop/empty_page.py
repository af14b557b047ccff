"""What the window shows before anything is set up: how to add an account, and a demo to look at."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from tocsin.desktop.flow import Flow
from tocsin.desktop.widgets import Tone, button, label
from tocsin.domain.state import ReloadSettings
from tocsin.words.phrasebook import Phrasebook

EXAMPLE = """\
[[accounts]]
id = "home"
provider = "statuspage"
name = "My provider"
url = "https://status.example.net"

[[accounts.connections]]
id = "fibre"
name = "Home fibre"
"""


class EmptyPage(QWidget):
    """Instructions with the path of the settings and an example that can be copied."""

    commanded = Signal(object)
    demo_wanted = Signal()
    set_up_wanted = Signal()

    def __init__(self, words: Phrasebook, settings_file: str) -> None:
        super().__init__()
        place = label(Tone.STRONG, settings_file)
        place.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        place.setAccessibleName(words.gettext("Path of the settings"))
        example = QPlainTextEdit(EXAMPLE.rstrip())
        example.setReadOnly(True)
        example.setTabChangesFocus(True)
        example.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        example.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        around = 2 * (example.frameWidth() + round(example.document().documentMargin())) + 2
        example.setFixedHeight(EXAMPLE.count("\n") * example.fontMetrics().lineSpacing() + around)
        example.setAccessibleName(words.gettext("Example of an account"))
        self._demo = button(words.gettext("Try the demo"), self.demo_wanted.emit)
        self._set_up = button(words.gettext("Set up"), self.set_up_wanted.emit)
        self._set_up.hide()
        first = Flow()
        for each in (self._set_up, self._demo):
            first.addWidget(each)
        buttons = Flow()
        buttons.addWidget(button(words.gettext("Copy the example"), _copy))
        buttons.addWidget(button(words.gettext("Reload settings"), self._on_reload))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addWidget(label(Tone.TITLE, words.gettext("Nothing is watched yet")))
        column.addLayout(first)
        column.addWidget(label(Tone.NORMAL, words.gettext("Add your provider's status page to the settings:")))
        column.addWidget(place)
        column.addWidget(example)
        hint = words.gettext("Then choose “Reload settings”. “tocsin providers” in a terminal lists what can be asked.")
        column.addWidget(label(Tone.QUIET, hint))
        column.addLayout(buttons)
        column.addStretch(1)

    def offer_demo(self, *, available: bool) -> None:
        """Show the button only where there is a demo to try."""
        self._demo.setVisible(available)

    def offer_setting_up(self, *, available: bool) -> None:
        """Show the button only where there is an assistant."""
        self._set_up.setVisible(available)

    def _on_reload(self) -> None:
        self.commanded.emit(ReloadSettings())


def _copy() -> None:
    QGuiApplication.clipboard().setText(EXAMPLE)
