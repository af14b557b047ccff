"""Messages that no notification could bring: they stand on top of the window until they are dealt with."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.desktop import tab_order
from tocsin.desktop.bell import colour
from tocsin.desktop.widgets import Card, Tone, button, label, relabel
from tocsin.domain.terms import Level, Urgency
from tocsin.ports import Outgoing
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_MOST = 3
_MOST_LINES = 8
_LABEL = 30
_LEVELS = {Urgency.CRITICAL.value: Level.OUTAGE, Urgency.NORMAL.value: Level.NOTICE}
_ACKNOWLEDGE = "acknowledge"


class Banner(Card):
    """One message. ``acted`` carries its thread and the key of the action; ``dismissed`` its thread."""

    acted = Signal(str, str)
    dismissed = Signal(str)

    def __init__(self, words: Phrasebook, outgoing: Outgoing) -> None:
        super().__init__(colour(_LEVELS.get(outgoing.urgency, Level.UNKNOWN)))
        self._words = words
        self._thread = outgoing.thread
        self._title = label(Tone.STRONG)
        self._body = label(Tone.NORMAL)
        self._acknowledge: QPushButton = button("", self._on_acknowledge)
        self._dismiss = button(words.gettext("Dismiss"), self._on_dismiss)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._body)
        row = QHBoxLayout()
        row.addWidget(self._acknowledge)
        row.addWidget(self._dismiss)
        row.addStretch(1)
        column.addLayout(row)
        self.show_message(outgoing)

    def show_message(self, outgoing: Outgoing) -> None:
        """Say this in place of what stood here."""
        self.set_colour(colour(_LEVELS.get(outgoing.urgency, Level.UNKNOWN)))
        title = self._words.clean(outgoing.title, plain.TITLE)
        lines = [self._words.clean(line) for line in outgoing.body.splitlines()[:_MOST_LINES]]
        self._title.say(title)
        self._body.say("\n".join(lines))
        wording = dict(outgoing.actions).get(_ACKNOWLEDGE)
        relabel(self._acknowledge, self._words.clean(wording or self._words.gettext("Acknowledge"), _LABEL))
        self._acknowledge.setVisible(wording is not None)
        self.setAccessibleName(title)

    @Slot()
    def _on_acknowledge(self) -> None:
        self.acted.emit(self._thread, _ACKNOWLEDGE)
        self._acknowledge.hide()

    @Slot()
    def _on_dismiss(self) -> None:
        self.dismissed.emit(self._thread)


class Banners(QWidget):
    """The messages now standing, the newest on top, one for each thread."""

    acted = Signal(str, str)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._shown: dict[str, tuple[Banner, Outgoing]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def messages(self) -> tuple[Outgoing, ...]:
        """What stands here, oldest first."""
        return tuple(outgoing for _, outgoing in self._shown.values())

    @property
    def sections(self) -> list[QWidget]:
        """The messages' widgets, from the top."""
        return tab_order.in_layouts((self._column,))

    def show_message(self, outgoing: Outgoing) -> None:
        """Show it, in place of what its thread said before."""
        known = self._shown.get(outgoing.thread)
        if known is not None:
            known[0].show_message(outgoing)
            self._shown[outgoing.thread] = (known[0], outgoing)
            return
        banner = Banner(self._words, outgoing)
        banner.acted.connect(self.acted)
        banner.dismissed.connect(self.withdraw)
        self._shown[outgoing.thread] = (banner, outgoing)
        self._column.insertWidget(0, banner)
        while len(self._shown) > _MOST:
            self.withdraw(next(iter(self._shown)))
        self.show()

    @Slot(str)
    def withdraw(self, thread: str) -> None:
        """Take a message away; one that is gone already is no matter."""
        known = self._shown.pop(thread, None)
        if known is not None:
            self._column.removeWidget(known[0])
            known[0].hide()
            known[0].deleteLater()
        self.setVisible(bool(self._shown))
