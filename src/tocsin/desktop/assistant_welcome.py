"""The assistant's first step: a name from the catalogue or an address, or the line alone, or the demo."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout

from tocsin.desktop import consent
from tocsin.desktop.assistant_page import Step, Told, line_edit
from tocsin.desktop.bell import colour
from tocsin.desktop.widgets import Card, Tone, button, label, let_clear
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.domain.targets import offered
from tocsin.domain.terms import Level
from tocsin.ports.offering import Offer, Offers
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_ADDRESS = re.compile(r"(https?://\S+|\S+\.\S*[^\s.]|localhost|\S+:\d+)(/\S*)?", re.IGNORECASE)
_OFFER = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_ROWS = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be tried: an address, and the catalogue's offer that it comes from, None for one that was typed."""

    url: str
    offer: Offer | None = None


class _List(QListWidget):
    """As high as there is room, and content with little."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The least of it."""
        return QSize(super().sizeHint().width(), self.minimumHeight())


class WelcomeStep(Step):
    """``line_wanted``: watch my line and nothing else. ``demo_wanted``: look at the demo."""

    line_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, words: Phrasebook, offers: Offers) -> None:
        super().__init__(words, words.gettext("What should Tocsin watch for you?"))
        self._offers = offers
        self._faults: tuple[str, ...] = ()
        self._can_save = False
        self._is_adding = False
        self._search = line_edit()
        let_clear(self._search, words.gettext("Clear"))
        self._search.setAccessibleName(words.gettext("Name or address"))
        self._search.setPlaceholderText(words.gettext("Name or address"))
        self._search.textChanged.connect(self._on_typed)
        self._search.installEventFilter(self)
        self._list = _List()
        self._nothing = Told(self._list)
        self._list.setAccessibleName(words.gettext("Providers and services"))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setMinimumHeight(_ROWS * self._list.fontMetrics().lineSpacing())
        self._list.currentItemChanged.connect(self._on_current)
        self._list.itemActivated.connect(self._on_activated)
        self._hint = label(Tone.QUIET)
        self._about = label(
            Tone.NORMAL,
            words.gettext(
                "Tocsin tells you when your connection or a service that you use has an outage, and until when."
            ),
        )
        self._wrong = label(Tone.NORMAL)
        self._line = self._line_card()
        self._demo = button(words.gettext("Look at the demo"), self.demo_wanted.emit)
        self._has_demo = False
        self._lay_out()
        self._on_typed("")

    def _lay_out(self) -> None:
        words = self._words
        lead = words.gettext("Look up your provider or a service, or paste the address of its status page.")
        self.column.addWidget(self._about)
        self.column.addWidget(label(Tone.NORMAL, lead))
        self.column.addWidget(self._wrong)
        self.column.addWidget(self._search)
        self.column.addWidget(self._list, 1)
        self.column.addWidget(self._hint)
        self.column.addWidget(self._line)
        self.column.addWidget(self._demo, 0, Qt.AlignmentFlag.AlignLeft)

    def _line_card(self) -> Card:
        words = self._words
        card = Card(colour(Level.NOTICE))
        inside = QVBoxLayout(card)
        inside.setContentsMargins(14, 8, 10, 8)
        inside.setSpacing(4)
        self._just = button(words.gettext("Just watch my line"), self.line_wanted.emit)
        told = words.gettext("Without any provider: Tocsin measures your line from here.")
        told = f"{told} {consent.contacting(words)}"
        hosts = "\n".join(consent.named(words, offered(Settings()).hosts))
        inside.addWidget(self._just, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(label(Tone.NORMAL, told))
        inside.addWidget(label(Tone.NORMAL, hosts))
        inside.addWidget(label(Tone.QUIET, consent.what_is_sent(words)))
        self._just.setAccessibleDescription(f"{told}\n{hosts}\n{consent.what_is_sent(words)}")
        return card

    def offer_demo(self, *, available: bool) -> None:
        """Show the button only where there is a demo to look at."""
        self._has_demo = available
        self._demo.setVisible(available and not self._is_adding)

    @property
    def choice(self) -> Choice | None:
        """What is to be tried, None while there is nothing. What was picked counts before what was typed."""
        item, text = self._list.currentItem(), self._search.text().strip()
        if item is None and is_address(text):
            return Choice(text)
        if item is None and text:
            item = self._list.item(0)
        if item is None:
            return None
        offer: Offer = item.data(_OFFER)
        return Choice(offer.url, offer)

    @property
    def can_go_on(self) -> bool:
        """Whether there is something to try, and a file to write it into afterwards."""
        return self._can_save and self.choice is not None

    @property
    def skip_text(self) -> str:
        """Whoever adds an account has nothing left to be asked without one."""
        return "" if self._is_adding or not self._can_save else super().skip_text

    def enter(self) -> None:
        """Type or paste at once."""
        self._search.setFocus()

    def take_over(self, before: Self) -> None:
        """What was typed and picked."""
        self._search.setText(before._search.text())
        self._list.setCurrentRow(before._list.currentRow())

    def render_state(self, state: AppState, now: Instant) -> None:
        """What is set up already is not offered again; a file with mistakes has to be mended first."""
        settings = state.settings
        self._can_save = settings is not None and state.can_save
        faults = [self._words.fault(each.message, now.wall) for each in state.faults if each.message.key == "settings"]
        self._wrong.say("\n".join(faults))
        self._just.setEnabled(self._can_save)
        self._is_adding = settings is not None and bool(settings.accounts)
        self._about.setVisible(not self._is_adding)
        self._line.setVisible(settings is None or not settings.line.public or not settings.accounts)
        self._demo.setVisible(self._has_demo and not self._is_adding)
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """From the field the arrow keys move in the list."""
        if (
            watched is self._search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _MOVES
        ):
            QCoreApplication.sendEvent(self._list, event)
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the desktop's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self._search.text():
            self._on_typed("")

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        words, wanted = self._words, text.strip()
        found = () if is_address(wanted) and "://" in wanted else self._offers.search(wanted)
        self._list.blockSignals(True)
        self._list.clear()
        if wanted:
            self._list_offers(found)
        else:
            self._list_offers((each for each in found if each.is_isp), words.gettext("Internet providers"))
            self._list_offers((each for each in found if not each.is_isp), words.gettext("Services"))
        if found and wanted and not is_address(wanted):
            self._list.setCurrentRow(0)  # what "Next" would try
        self._list.blockSignals(False)
        if found or not wanted:
            said = ""
        elif is_address(wanted):
            said = words.gettext("Choose “Next” to see what is at this address.")
        else:
            said = words.gettext("The catalogue has no such name. Paste the address of the status page.")
        self._nothing.say(said)
        self._list.setAccessibleDescription(said)
        self._on_current()

    def _list_offers(self, offers: Iterable[Offer], heading: str = "") -> None:
        for offer in offers:
            if heading:
                self._list.addItem(_heading(heading, self._list))
                heading = ""
            item = QListWidgetItem(self._words.clean(offer.name, plain.NAME))
            item.setData(_OFFER, offer)
            self._list.addItem(item)

    @Slot()
    def _on_current(self) -> None:
        item = self._list.currentItem()
        offer: Offer | None = None if item is None else item.data(_OFFER)
        unread = self._words.gettext("Tocsin does not know how to read this page yet. It can be tried all the same.")
        self._hint.say(unread if offer is not None and not offer.provider else "")
        self.changed.emit()

    @Slot()
    def _on_activated(self) -> None:
        if self.can_go_on:
            self.wanted.emit()


def _heading(text: str, above: QListWidget) -> QListWidgetItem:
    """What stands above others in the list, and cannot be chosen."""
    made = QListWidgetItem(text)
    made.setFlags(Qt.ItemFlag.NoItemFlags)
    made.setForeground(above.palette().color(QPalette.ColorRole.Text))  # it is no less to be read
    heavy = QFont(above.font())
    heavy.setWeight(QFont.Weight.DemiBold)
    made.setFont(heavy)
    return made


def is_address(text: str) -> bool:
    """Whether this looks more like an address than like a name."""
    return _ADDRESS.fullmatch(text) is not None
