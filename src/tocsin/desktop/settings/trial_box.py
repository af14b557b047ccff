"""Trying an account now: whether its address answers, and what with."""

import time

from PySide6.QtCore import Slot

from tocsin.desktop.settings.changes import account_of
from tocsin.desktop.settings.page import Page
from tocsin.desktop.widgets import Tone, button
from tocsin.domain.account import LINE_PROVIDER, Account, AuthKind, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, CheckNow, EndTrial, TryAddress
from tocsin.domain.trial import Trial, TrialStep, TrialView
from tocsin.words import found, plain, trials
from tocsin.words.phrasebook import Phrasebook


class TrialBox(Page):
    """A button, and what came of it. ``follow`` says which account it is about.

    ``in_full``: all that was found is told, for who has to say where to look.
    """

    def __init__(self, words: Phrasebook, *, in_full: bool = False) -> None:
        super().__init__(words)
        self._in_full = in_full
        self._id = ""
        self._account: Account | None = None
        self._tried: Account | None = None
        self._number = -1
        self._is_over = True
        self.test = button(words.gettext("Test now"), self._on_test)
        self.stop = button(words.gettext("Stop the test"), self._on_stop)
        self.stop.hide()
        self._result = self.say("", Tone.NORMAL)
        self._details = self.say("", Tone.NORMAL)
        self.follow("")

    def follow(self, account: str) -> None:
        """Try this account from now on; what came of another is forgotten."""
        if account != self._id:
            self.let_go()
            self._id = account
            self._result.say("")
            self._details.say("")

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Show what came of it so far."""
        self._account = account_of(settings, self._id)
        self.test.setEnabled(self._account is not None and self._account.provider != LINE_PROVIDER)
        view = state.trial
        if view is not None and view.number == self._number and not self._is_over:
            self._show(view, now)
        elif view is not None and view.number > self._number and not self._is_over:  # the assistant tries something
            self._is_over = True
            self._result.say(self.words.gettext("The test was stopped."))
            self._turn()

    def let_go(self) -> None:
        """A test that nobody waits for is broken off."""
        if not self._is_over:
            self._is_over = True
            self.commanded.emit(EndTrial(self._number))
        self._turn()

    @Slot()
    def _on_test(self) -> None:
        account = self._account
        if account is None:
            return
        self._tried = account
        self._details.say("")
        if account.auth.is_by_person:
            # Its sign-in belongs to the account alone: used a second time it could be void for both.
            self.commanded.emit(CheckNow())
            self._result.say(self.words.gettext("The test is under way. The list of accounts shows how it stands."))
            return
        self._number, self._is_over = time.monotonic_ns(), False
        self._result.say(self._progress(TrialStep.ASKING))
        self._turn()
        self.commanded.emit(
            TryAddress(
                Trial(
                    self._number,
                    account.url,
                    provider=account.provider,
                    auth=account.auth,
                    options=account.options,
                    allow_insecure=account.allow_insecure,
                    account=account.id,
                )
            )
        )

    @Slot()
    def _on_stop(self) -> None:
        self.let_go()
        self._result.say(self.words.gettext("The test was stopped."))
        self.test.setFocus()

    def _show(self, view: TrialView, now: Instant) -> None:
        words = self.words
        self._is_over = view.step in (TrialStep.FOUND, TrialStep.FAILED)
        if view.step is TrialStep.FOUND:
            name = words.clean(view.page_name or view.provider_name, plain.NAME)
            self._result.say(
                words.gettext("{name} answers. As a whole: {level}.").format(
                    name=name, level=words.level_word(view.level)
                )
            )
            self._details.say(found.told(words, view, now.wall) if self._in_full else found.counted(words, view))
        elif view.step is TrialStep.FAILED:
            self._result.say(self._failure(view))
        else:
            self._result.say(self._progress(view.step))
        self._turn()

    def _failure(self, view: TrialView) -> str:
        account = self._tried
        if account is None:
            return ""
        signed = account.auth.kind is not AuthKind.NONE
        said, reason = trials.told(self.words, view, account.url, signed=signed)
        # Translators: the technical reason of a failure, which stays in English.
        beside = self.words.gettext("({reason})").format(reason=reason)
        return f"{said} {beside}" if reason else said

    def _progress(self, step: TrialStep) -> str:
        account = self._tried
        return "" if account is None else trials.progress(self.words, step, account.url, account.provider)

    def _turn(self) -> None:
        had_focus = self.stop.hasFocus()
        self.stop.setVisible(not self._is_over)
        if had_focus and self._is_over:
            self.test.setFocus()
