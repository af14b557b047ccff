"""A button that has a sign-in server asked for its addresses, and what came of it. Nothing is asked before it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tocsin.desktop.widgets import Tone, button, label
from tocsin.domain.finding import EndFinding, FindAddresses, Finding, FindStep
from tocsin.domain.state import AppState
from tocsin.words import finding
from tocsin.words.phrasebook import Phrasebook

FIELDS = {"token_url": "token", "authorize_url": "authorize", "device_url": "device"}
"""The fields of a login that an answer fills in, by what it calls them."""

_WANTED = ("authorize_url", "device_url")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The form that is filled in: ``server`` is what to ask, ``read`` what its fields say now, by their names.

    ``fill`` puts other texts into them, as if they had been typed.
    """

    server: Callable[[], str]
    read: Callable[[], Mapping[str, str]]
    fill: Callable[[Mapping[str, str]], None]


class AddressFinder(QWidget):
    """``commanded`` carries commands; ``told`` says that there is something else to read, which ``said`` is."""

    commanded = Signal(object)
    told = Signal(str)

    def __init__(self, words: Phrasebook, form: AddressForm) -> None:
        super().__init__()
        self._words = words
        self._form = form
        self._view: Finding | None = None
        self._before: Mapping[str, str] = {}
        self.ask = button(words.gettext("Find the addresses"), self.look)
        self.stop = button(words.gettext("Cancel"), self._on_stop, words.gettext("Cancel the search"))
        self.undo = button(words.gettext("Undo"), self._on_undo, words.gettext("Put back what stood there before"))
        self._said = label(Tone.NORMAL)
        row = QHBoxLayout()
        for each in (self.ask, self.stop, self.undo):
            row.addWidget(each)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._said)
        self.ask.setEnabled(False)
        self.stop.hide()
        self.undo.hide()

    def watch(self, line: QLineEdit) -> None:
        """Have Enter in this line do what the button does, and no other button's work."""
        line.installEventFilter(self)
        line.textChanged.connect(self.follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the key for ourselves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self.look()
            return True
        return super().eventFilter(watched, event)

    @property
    def said(self) -> str:
        """What is to be read of the last search."""
        return self._said.whole

    @property
    def is_running(self) -> bool:
        """Whether a server is being asked."""
        return self._view is not None and not self._view.step.is_over

    @Slot()
    def follow(self) -> None:
        """What stands in the form is another: there may be something to ask, or nothing, and then nobody waits."""
        if self.is_running and not self._form.server():
            self.break_off()
            return
        had_focus = self.stop.hasFocus()
        self.ask.setEnabled(bool(self._form.server()) and not self.is_running)
        self.stop.setVisible(self.is_running)
        there = self._form.read() if self._before else {}
        self.undo.setVisible(any(there.get(field, text) != text for field, text in self._before.items()))
        if had_focus and not self.is_running:
            self.ask.setFocus()

    def look(self) -> None:
        """Ask the server that stands in the form."""
        server = self._form.server()
        if not server or not self.isEnabled() or self.is_running:
            return
        had_focus = self.ask.hasFocus()
        self._before = {}
        self._show(Finding(time.monotonic_ns(), FindStep.LOOKING, server))  # no other of this run has this number
        if had_focus:
            self.stop.setFocus()
        if self._view is not None:
            self.commanded.emit(FindAddresses(self._view.number, server))

    def render_state(self, state: AppState) -> None:
        """Show what came of it. Where another search took its place it is over."""
        view, shown = state.finding, self._view
        if view is None or shown is None or shown.step.is_over:
            return
        if view.number == shown.number and view != shown:
            self._fill(view)
            self._show(view)
        elif view.number > shown.number:
            self._broken_off()

    def break_off(self) -> bool:
        """Stop asking. False where nothing is asked."""
        if self._view is None or not self.is_running:
            return False
        number = self._view.number
        self._broken_off()
        self.commanded.emit(EndFinding(number))
        return True

    def forget(self) -> None:
        """Stop asking, and say no more of it."""
        self.break_off()
        self._before = {}
        self._show(None)

    def take_over(self, before: Self) -> None:
        """Go on with what an earlier one began, in another language or with other letters."""
        self._view, self._before = before._view, before._before
        self._draw()

    def _fill(self, view: Finding) -> None:
        if view.found is None:
            return
        there = self._form.read()
        named = {field: getattr(view.found, name) for field, name in FIELDS.items() if field in there}
        changed = {field: text for field, text in named.items() if text and text != there[field]}
        if changed:
            self._before = {field: there[field] for field in changed}
            self._form.fill(changed)

    def _on_undo(self) -> None:
        before, self._before = self._before, {}
        self.ask.setFocus()
        self._show(None)
        self._form.fill(before)

    def _on_stop(self) -> None:
        self.break_off()

    def _broken_off(self) -> None:
        self._show(None)
        self._said.say(self._words.gettext("The search was stopped. Nothing has changed."))
        self.told.emit(self.said)

    def _show(self, view: Finding | None) -> None:
        self._view = view
        self._draw()
        if self.said:
            self.told.emit(self.said)

    def _draw(self) -> None:
        wanted = next((FIELDS[field] for field in _WANTED if field in self._form.read()), "")
        self._said.say(finding.told(self._words, self._view, wanted) if self._view is not None else "")
        self.follow()


def explanation(words: Phrasebook) -> str:
    """What the button is for, and that nobody is asked without it."""
    return words.gettext(
        "Tocsin can ask this server for its addresses, if you want. It is asked when you press the button, and not "
        "before; what it answers you can change."
    )
