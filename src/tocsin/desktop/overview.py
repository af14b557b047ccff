"""Now: messages, connections in trouble, the others, and faults, from the top."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.desktop import picture
from tocsin.desktop.banner import Banners
from tocsin.desktop.bell import Bells
from tocsin.desktop.header import Header
from tocsin.desktop.rows import FaultCard, Row
from tocsin.domain.message import Fault
from tocsin.domain.state import AppState, Instant
from tocsin.words.phrasebook import Phrasebook

_Section = TypeVar("_Section", bound=QWidget)


class Overview(QWidget):
    """The upper part of the window. Widgets stay as long as what they stand for: focus is never lost to an update."""

    commanded = Signal(object)
    acted = Signal(str, str)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._headers: dict[str, Header] = {}
        self._rows: dict[str, Row] = {}
        self._faults: list[FaultCard] = []
        self._state: AppState | None = None
        self._standing: tuple[picture.Seen, ...] = ()
        self.banners = Banners(words)
        self.banners.acted.connect(self.acted)
        self._trouble, self._calm, self._wrong = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 4)
        column.setSpacing(6)
        column.addWidget(self.banners)
        for part, spacing in ((self._trouble, 8), (self._calm, 0), (self._wrong, 6)):
            part.setSpacing(spacing)
            column.addLayout(part)
        column.addStretch(1)

    def render_state(self, state: AppState, faults: Sequence[Fault], now: Instant, bells: Bells) -> None:
        """Show this state."""
        self._state = state
        self._standing = picture.seen(state, now)
        trouble = [each for each in self._standing if each.is_trouble]
        calm = [each for each in self._standing if not each.is_trouble]
        _reconcile(self._headers, [each.view.id for each in trouble], self._trouble, self._new_header)
        _reconcile(self._rows, [each.view.id for each in calm], self._calm, self._new_row)
        for each in trouble:
            self._headers[each.view.id].render_connection(each, state, now, bells)
        for each in calm:
            self._rows[each.view.id].render_connection(each, state, now, bells)
        self.list_faults(faults, now)

    def tick(self, now: Instant, bells: Bells, faults: Sequence[Fault]) -> None:
        """Bring what depends on the time up to date, and move what time alone moved."""
        if self._state is None:
            return
        if picture.seen(self._state, now) != self._standing:
            self.render_state(self._state, faults, now, bells)
            return
        for header in self._headers.values():
            header.tick(now)
        for row in self._rows.values():
            row.tick(now)

    def list_faults(self, faults: Sequence[Fault], now: Instant) -> None:
        """Show these faults and no others."""
        while len(self._faults) > len(faults):
            _drop(self._faults.pop(), self._wrong)
        while len(self._faults) < len(faults):
            card = FaultCard()
            self._faults.append(card)
            self._wrong.addWidget(card)
        for card, fault in zip(self._faults, faults, strict=True):
            card.render_fault(self._words, fault, now)

    def _new_header(self) -> Header:
        header = Header(self._words)
        header.commanded.connect(self.commanded)
        return header

    def _new_row(self) -> Row:
        return Row(self._words)


def _reconcile(
    known: dict[str, _Section], wanted: list[str], layout: QVBoxLayout, make: Callable[[], _Section]
) -> None:
    """Make the layout hold one widget for each id, in this order, keeping those that are there."""
    for gone in [each for each in known if each not in wanted]:
        _drop(known.pop(gone), layout)
    for position, each in enumerate(wanted):
        if each not in known:
            known[each] = make()
        item = layout.itemAt(position)
        if item is None or item.widget() is not known[each]:
            layout.insertWidget(position, known[each])


def _drop(widget: QWidget, layout: QVBoxLayout) -> None:
    layout.removeWidget(widget)
    widget.hide()
    widget.deleteLater()
