"""What the window shows before anything is set up: how to add an account, and a demo to look at."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from tocsin.desktop.flow import Flow
from tocsin.desktop.widgets import Tone, button, fold, label
from tocsin.domain.state import ReloadSettings
from tocsin.words.phrasebook import Phrasebook

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
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
        place.setTextInteractionFlags(_SELECTABLE)
        caption = words.gettext("Path of the settings")
        place.setAccessibleName(words.captioned(caption, settings_file))
        example = QPlainTextEdit(EXAMPLE.rstrip())
        example.setReadOnly(True)
        example.setTextInteractionFlags(_SELECTABLE)
        example.setTabChangesFocus(True)
        example.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        example.setFont(_fixed(example.font()))
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
        self._by_hand = QWidget()
        inside = QVBoxLayout(self._by_hand)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(label(Tone.NORMAL, words.gettext("Add your provider's status page to the settings:")))
        inside.addWidget(place)
        inside.addWidget(example)
        hint = words.gettext("Then choose “Reload settings”. “tocsin providers” in a terminal lists what can be asked.")
        inside.addWidget(label(Tone.QUIET, hint))
        inside.addLayout(buttons)
        self._fold = fold(words.gettext("By hand, in a file"), self._on_fold)
        self._fold.hide()
        self._told = label(Tone.NORMAL, words.gettext("Choose what Tocsin should watch. It takes a minute."))
        self._told.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addWidget(label(Tone.TITLE, words.gettext("Nothing is watched yet")))
        column.addWidget(self._told)
        column.addLayout(first)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._by_hand)
        column.addStretch(1)

    def offer_demo(self, *, available: bool) -> None:
        """Show the button only where there is a demo to try."""
        self._demo.setVisible(available)

    def offer_setting_up(self, *, available: bool) -> None:
        """Show the button only where there is an assistant; what can be done without one is folded away then."""
        for each in (self._set_up, self._told, self._fold):
            each.setVisible(available)
        self._by_hand.setVisible(not available or self._fold.isChecked())

    def _on_fold(self, is_open: bool) -> None:  # noqa: FBT001 - what Qt sends
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._by_hand.setVisible(is_open)

    def _on_reload(self) -> None:
        self.commanded.emit(ReloadSettings())


def _copy() -> None:
    QGuiApplication.clipboard().setText(EXAMPLE)


def _fixed(around: QFont) -> QFont:
    """The desktop's font of fixed width, as large as the text around it: it does not always grow with that."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if around.pointSizeF() > made.pointSizeF() > 0:
        made.setPointSizeF(around.pointSizeF())
    return made
