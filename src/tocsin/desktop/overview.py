"""Now: messages, connections in trouble, what waits to be reported, the others, and faults, from the top."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from tocsin.desktop import draft_dialog, picture, tab_order
from tocsin.desktop.banner import Banners
from tocsin.desktop.bell import Bells
from tocsin.desktop.consent import ConsentCard, ask_to_adopt
from tocsin.desktop.draft_card import DraftCard
from tocsin.desktop.draft_dialog import DraftDialog
from tocsin.desktop.header import Header
from tocsin.desktop.rows import FaultCard, Row
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault
from tocsin.domain.state import AdoptUplink, AppState
from tocsin.words.phrasebook import Phrasebook

_Section = TypeVar("_Section", bound=QWidget)


class Overview(QWidget):
    """The upper part of the window. Widgets stay as long as what they stand for: focus is never lost to an update."""

    commanded = Signal(object)
    acted = Signal(str, str)
    account_wanted = Signal(str)

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self._headers: dict[str, Header] = {}
        self._rows: dict[str, Row] = {}
        self._drafts: dict[str, DraftCard] = {}
        self._consent: dict[str, ConsentCard] = {}
        self._writing: DraftDialog | None = None
        self._question: QDialog | None = None
        self._faults: list[FaultCard] = []
        self._state: AppState | None = None
        self._now: Instant | None = None
        self._standing: tuple[object, ...] = ()
        self.banners = Banners(words)
        self.banners.acted.connect(self.acted)
        self._trouble, self._kept, self._calm = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._asked, self._wrong = QVBoxLayout(), QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 4)
        column.setSpacing(6)
        column.addWidget(self.banners)
        for part in (self._trouble, self._kept, self._calm, self._asked, self._wrong):
            part.setSpacing(0 if part is self._calm else 8)
            column.addLayout(part)
        column.addStretch(1)

    @property
    def sections(self) -> tuple[QWidget, ...]:
        """What stands here, from the top."""
        parts = (self._trouble, self._kept, self._calm, self._asked, self._wrong)
        return (*self.banners.sections, *tab_order.in_layouts(parts))

    def render_state(self, state: AppState, faults: Sequence[Fault], now: Instant, bells: Bells) -> None:
        """Show this state."""
        self._state, self._now = state, now
        self._standing = _standing(state, now)
        seen = picture.seen(state, now)
        cards = [each for each in seen if each.has_card]
        calm = [each for each in seen if not each.has_card]
        _reconcile(self._headers, [each.view.id for each in cards], self._trouble, self._new_header)
        _reconcile(self._rows, [each.view.id for each in calm], self._calm, self._new_row)
        for each in cards:
            self._headers[each.view.id].render_connection(each, state, now, bells)
        for each in calm:
            self._rows[each.view.id].render_connection(each, state, now, bells)
        self._show_drafts(state, now)
        self._ask(state, is_calm=not any(each.is_trouble for each in seen))
        self.list_faults(faults, now)

    def _show_drafts(self, state: AppState, now: Instant) -> None:
        _reconcile(self._drafts, [each.uid for each in state.drafts], self._kept, self._new_draft)
        for draft in state.drafts:
            self._drafts[draft.uid].render_draft(draft, state, now)
        if self._writing is not None:
            self._writing.show_reach(is_cut_off=picture.is_cut_off(state, now))

    def _ask(self, state: AppState, *, is_calm: bool) -> None:
        """Ask what only the user can decide, while there is nothing more urgent."""
        line = state.line
        asked = [""] if line is not None and line.offered and is_calm else []
        _reconcile(self._consent, asked, self._asked, self._new_consent)
        for card in self._consent.values():
            if line is not None:
                card.render_line(line)

    def tick(self, now: Instant, bells: Bells, faults: Sequence[Fault]) -> None:
        """Bring what depends on the time up to date, and move what time alone moved."""
        if self._state is None:
            return
        self._now = now
        if _standing(self._state, now) != self._standing:
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
            card.account_wanted.connect(self.account_wanted)
            self._faults.append(card)
            self._wrong.addWidget(card)
        for card, fault in zip(self._faults, faults, strict=True):
            card.render_fault(self._words, fault, now)

    def _new_header(self) -> Header:
        header = Header(self._words)
        header.commanded.connect(self.commanded)
        header.draft_wanted.connect(self._on_draft_wanted)
        header.adopt_wanted.connect(self._on_adopt_wanted)
        return header

    def _new_row(self) -> Row:
        return Row(self._words)

    def _new_draft(self) -> DraftCard:
        card = DraftCard(self._words)
        card.commanded.connect(self.commanded)
        card.change_wanted.connect(self._on_change_wanted)
        return card

    def _new_consent(self) -> ConsentCard:
        card = ConsentCard(self._words)
        card.commanded.connect(self.commanded)
        return card

    # --- dialogs ---

    @Slot(str)
    def _on_draft_wanted(self, connection: str) -> None:
        state, now = self._state, self._now
        if state is None or now is None:
            return
        seen = next((each for each in picture.seen(state, now) if each.view.id == connection), None)
        if seen is not None and seen.incident is not None:
            self._write(seen.incident.uid, draft_dialog.facts(self._words, seen, now))

    @Slot(str)
    def _on_change_wanted(self, uid: str) -> None:
        drafts = self._state.drafts if self._state is not None else ()
        text = next((each.text for each in drafts if each.uid == uid), None)
        if text is not None:
            self._write(uid, text)

    def _write(self, uid: str, text: str) -> None:
        if self._writing is not None or self._state is None or self._now is None:
            return
        dialog = DraftDialog(self._words, uid, text, self)
        dialog.commanded.connect(self.commanded)
        dialog.finished.connect(self._on_written)
        dialog.show_reach(is_cut_off=picture.is_cut_off(self._state, self._now))
        self._writing = dialog
        dialog.open()

    @Slot()
    def _on_written(self) -> None:
        if self._writing is not None:
            self._writing.deleteLater()
            self._writing = None

    @Slot()
    def _on_adopt_wanted(self) -> None:
        if self._question is None:
            self._question = ask_to_adopt(self, self._words, self._on_adopted)
            self._question.finished.connect(self._on_answered)
            self._question.open()

    @Slot()
    def _on_adopted(self) -> None:
        self.commanded.emit(AdoptUplink())

    @Slot()
    def _on_answered(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Take the dialogs along, and keep what was typed: the window is closed, or made anew in another language."""
        super().hideEvent(event)
        if event.spontaneous():
            return
        if self._writing is not None:
            self._writing.keep_what_was_typed()
        if self._question is not None:
            self._question.reject()


def _standing(state: AppState, now: Instant) -> tuple[object, ...]:
    """What time alone can change of a state: when it differs, everything is drawn anew."""
    return picture.seen(state, now), picture.is_online(state, now), picture.is_cut_off(state, now)


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
