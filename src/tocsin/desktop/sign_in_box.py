"""A sign-in that is under way: what to do, the address and the code to copy, and a way to break it off."""

import time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.desktop.copy_button import CopyButton
from tocsin.desktop.widgets import PlainLabel, Tone, button, label
from tocsin.domain.signing_in import EndSignIn, SignIn, SigningIn, SignInStep
from tocsin.domain.state import AppState
from tocsin.domain.trial import Trial
from tocsin.words import signing_in
from tocsin.words.phrasebook import Phrasebook

_GAP = 8


class SignInBox(QWidget):
    """``commanded`` carries commands, ``changed`` says that there is something else to see.

    ``view`` is what it came to so far, None before the first. ``had_focus`` is whether the keyboard was in here before
    the last change.
    """

    commanded = Signal(object)
    changed = Signal()

    def __init__(self, words: Phrasebook) -> None:
        super().__init__()
        self._words = words
        self.view: SigningIn | None = None
        self.had_focus = False
        self._told = label(Tone.NORMAL)
        self._hint = label(Tone.QUIET)
        self._address, self._copy_address = _to_copy(Tone.NORMAL), CopyButton(words)
        self._code, self._copy_code = _to_copy(Tone.TITLE), CopyButton(words)
        self.stop = button(words.gettext("Cancel"), self._on_stop, words.gettext("Cancel signing in"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        for text in (self._told, self._hint, self._address):
            column.addWidget(text)
        column.addWidget(self._copy_address, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._code)
        column.addWidget(self._copy_code, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignLeft)
        self._draw()

    @property
    def is_running(self) -> bool:
        """Whether there is something to be broken off."""
        return self.view is not None and self.view.step.is_running

    @property
    def is_done(self) -> bool:
        """Whether somebody is signed in by it."""
        return self.view is not None and self.view.step is SignInStep.DONE

    def begin(self, server: str, *, account: str = "", trial: Trial | None = None) -> None:
        """Have a person sign in, to an account or to what is being tried; ``server`` is what gives out tokens."""
        number = time.monotonic_ns()  # no other of this run has it
        self._show(SigningIn(number, SignInStep.STARTING, account, server))
        self.commanded.emit(SignIn(number, account, trial))

    def follow(self, view: SigningIn) -> None:
        """Show this one from now on: it was begun elsewhere."""
        self._show(view)

    def render_state(self, state: AppState) -> None:
        """Show what came of it so far. What was broken off here does not come back; a later one ends an earlier one."""
        view, shown = state.signing_in, self.view
        if view is None or shown is None or view == shown:
            return
        if view.number != shown.number:
            if view.number > shown.number and self.is_running:
                self._show(_broken_off(shown))
        elif not shown.step.is_over or view.step is not shown.step:
            self._show(shown if shown.step is SignInStep.CANCELLED else view)

    def forget(self) -> None:
        """Show nothing any more, and have what it came to forgotten."""
        if self.view is not None:
            number = self.view.number
            self._show(None)
            self.commanded.emit(EndSignIn(number))

    def break_off(self) -> bool:
        """Break it off. False where nothing runs."""
        if self.view is None or not self.is_running:
            return False
        self.commanded.emit(EndSignIn(self.view.number))
        self._show(_broken_off(self.view))
        return True

    @Slot()
    def _on_stop(self) -> None:
        self.break_off()

    def _show(self, view: SigningIn | None) -> None:
        self.view, self.had_focus = view, self.isAncestorOf(self.window().focusWidget() or self.window())
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        words, view = self._words, self.view
        self.setVisible(view is not None)
        prompt = view.prompt if view is not None and view.step.is_running else None
        self._told.say(signing_in.told(words, view) if view is not None else "")
        self._hint.say(signing_in.hint(words, view) if view is not None else "")
        by_hand = prompt is not None and (bool(prompt.code) or prompt.is_open is False)
        self._address.say(prompt.address if prompt is not None and by_hand else "")
        self._code.say(prompt.code if prompt is not None else "")
        self._copy_address.setVisible(prompt is not None)
        self._copy_code.setVisible(prompt is not None and bool(prompt.code))
        if prompt is not None:
            self._copy_address.set_text_to_copy(
                prompt.whole_address or prompt.address, words.gettext("Copy the address")
            )
            self._copy_code.set_text_to_copy(prompt.code, words.gettext("Copy the code"))
        self.stop.setVisible(self.is_running)


def _broken_off(view: SigningIn) -> SigningIn:
    return SigningIn(view.number, SignInStep.CANCELLED, view.account, view.server)


def _to_copy(tone: Tone) -> PlainLabel:
    made = label(tone)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made
