"""What the user is asked before something changes that only the user can decide."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from tocsin.desktop import plain_text
from tocsin.desktop.bell import colour
from tocsin.desktop.flow import Flow
from tocsin.desktop.widgets import Card, Tone, button, label
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.minutes import MINUTE
from tocsin.domain.state import AgreeToMeasure, LineView
from tocsin.domain.terms import Level
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook

_RUN_BY = {
    "9.9.9.9": "Quad9",
    "2620:fe::fe": "Quad9",
    "dns.quad9.net": "Quad9",
    "1.1.1.1": "Cloudflare",
    "2606:4700:4700::1111": "Cloudflare",
    "detectportal.firefox.com": "Mozilla",
}
"""Who runs the hosts of ``domain.targets``: an address alone tells nobody who it is."""


class ConsentCard(Card):
    """May the line be measured with hosts beyond the accounts' own? ``commanded`` carries the answer."""

    commanded = Signal(object)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__(colour(Level.NOTICE))
        self._words = words
        title = words.gettext("May Tocsin measure your line?")
        self.setAccessibleName(title)
        self._why = label(Tone.NORMAL)
        self._hosts = label(Tone.NORMAL)
        self._sent = label(Tone.QUIET)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 8)
        column.setSpacing(4)
        column.addWidget(label(Tone.STRONG, title))
        for each in (self._why, self._hosts, self._sent):
            column.addWidget(each)
        buttons = Flow()
        buttons.addWidget(button(words.gettext("Measure my line"), self._on_yes))
        buttons.addWidget(button(words.gettext("Only my providers' hosts"), self._on_no))
        column.addLayout(buttons)

    def render_line(self, line: LineView) -> None:
        """Name whom ``line`` would contact, and how often."""
        words, minutes = self._words, whole_minutes(line.every)
        why = words.gettext(
            "Then it can tell a fault of your provider from one in your own network, whatever the provider says."
        )
        whom = words.ngettext(
            "Every minute it would contact these hosts:", "Every {n} minutes it would contact these hosts:", minutes
        )
        self._why.say(f"{why} {whom.format(n=minutes)}")
        self._hosts.say("\n".join(named(words, line.offered)))
        self._sent.say(what_is_sent(words))

    @Slot()
    def _on_yes(self) -> None:
        self.commanded.emit(AgreeToMeasure(agreed=True))

    @Slot()
    def _on_no(self) -> None:
        self.commanded.emit(AgreeToMeasure(agreed=False))


def whole_minutes(every: timedelta) -> int:
    """How often, in minutes."""
    return max(1, round(every / MINUTE))


def contacting(words: Phrasebook) -> str:
    """That hosts are contacted, and how often, before their names."""
    minutes = whole_minutes(LinePolicy().calm)
    every = words.ngettext(
        "Every minute it contacts these hosts:", "Every {n} minutes it contacts these hosts:", minutes
    )
    return every.format(n=minutes)


def named(words: Phrasebook, hosts: Iterable[str]) -> list[str]:
    """One line for each who runs some of the hosts, with all of these."""
    by_owner: dict[str, list[str]] = {}
    for host in hosts:
        by_owner.setdefault(_RUN_BY.get(host, ""), []).append(words.clean(host, plain.TITLE))
    unknown = by_owner.pop("", [])
    # Translators: who runs some hosts, and these hosts: "Quad9: 9.9.9.9, dns.quad9.net".
    line = words.gettext("{owner}: {hosts}")
    return [line.format(owner=owner, hosts=", ".join(each)) for owner, each in by_owner.items()] + unknown


def what_is_sent(words: Phrasebook) -> str:
    """What those hosts get to see of the user."""
    return words.gettext(
        "A name is looked up, a connection is opened and closed, and one small page is fetched. "
        "Nothing about you is sent; they see your internet address, as every website does. "
        "You can change this in the settings at any time."
    )


def ask_to_adopt(parent: QWidget, words: Phrasebook, on_yes: Callable[[], None]) -> QMessageBox:
    """Whether the uplink in use is the main one from now on; to be shown with ``open()``. Escape changes nothing."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Tocsin")
    box.setText(words.gettext("Is what you are connected to now your main connection?"))
    box.setInformativeText(
        words.gettext(
            "Say yes if your router was replaced, or if you moved. "
            "Tocsin then measures this connection as the main one, and no longer says that you are on the backup."
        )
    )
    yes = box.addButton(
        plain_text.for_button(words.gettext("Yes, it is my main connection")), QMessageBox.ButtonRole.AcceptRole
    )
    no = box.addButton(plain_text.for_button(words.gettext("Cancel")), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    yes.clicked.connect(on_yes)
    return box
