"""Signing a person in while everything else goes on: one sign-in at a time, which can be broken off at any moment."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

from tocsin.domain.account import Account, Settings
from tocsin.domain.signing_in import (
    EndSignIn,
    KeepSignIn,
    SignIn,
    SignInFault,
    SigningIn,
    SignInPrompt,
    SignInStep,
)
from tocsin.domain.state import Command, TryAddress
from tocsin.domain.terms import FailureKind
from tocsin.engine.trials import ACCOUNT, account_to_try
from tocsin.errors import PollFailed, SecretUnavailable, SignInFailed
from tocsin.ports import SecretRef, Secrets, SignsIn

_LOG = logging.getLogger(__name__)
_LINE = 300


@dataclass(frozen=True, slots=True)
class SignInMeans:
    """What signing in needs. ``make`` is called at the first sign-in; without it there is none.

    ``settings`` gives those that run.
    """

    make: Callable[[], SignsIn] | None
    secrets: Secrets | None
    settings: Callable[[], Settings]


class SignInDesk:
    """``on_change`` is called when there is something else to see, ``on_signed`` with an account that has new tokens.

    What a trial is signed in with is held until it is kept for an account, forgotten, or another address is tried.
    """

    def __init__(self, means: SignInMeans, on_change: Callable[[], None], on_signed: Callable[[str], None]) -> None:
        self._means = means
        self._on_change = on_change
        self._on_signed = on_signed
        self._running: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self._signs_in: SignsIn | None = None
        self._tried, self._tried_by = "", -1
        self.view: SigningIn | None = None

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about signing in; false for any other."""
        match command:
            case SignIn():
                self._begin(command)
            case EndSignIn():
                self._end(command.number)
            case KeepSignIn():
                self._hand_over(command)
            case TryAddress():
                if self._tried not in ("", command.trial.url):
                    self._forget_tried()  # no other server is shown these tokens
                return False
            case _:
                return False
        return True

    async def close(self) -> None:
        """End everything."""
        tasks = [*self._others, *([self._running] if self._running is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, wished: SignIn) -> None:
        self._break_off()
        if self._signs_in is None and self._means.make is not None:
            self._signs_in = self._means.make()
        account = self._account(wished)
        if account is None or self._signs_in is None:
            self._show(SigningIn(wished.number, SignInStep.FAILED, wished.account, fault=SignInFault.NO_ACCOUNT))
            return
        if wished.trial is not None:
            self._forget_tried()
        begun = SigningIn(wished.number, SignInStep.STARTING, wished.account, account.auth.token_url)
        self._show(begun)
        self._running = asyncio.create_task(self._sign_in(wished, account, begun, self._signs_in))

    def _end(self, number: int | None) -> None:
        """Break off what runs. What is over is forgotten; what is on its way to the keyring goes on."""
        if self.view is not None and number not in (None, self.view.number):
            if number == self._tried_by:
                self._forget_tried()
        elif self.view is not None and self.view.step.is_running:
            self._break_off()
            self._show(SigningIn(self.view.number, SignInStep.CANCELLED, self.view.account, self.view.server))
        else:
            if self.view is None or self.view.step is not SignInStep.KEEPING:
                self._forget_tried()
            self._show(None)

    def _account(self, wished: SignIn) -> Account | None:
        if wished.trial is not None:
            return account_to_try(wished.trial)
        return next((each for each in self._means.settings().accounts if each.id == wished.account), None)

    async def _sign_in(self, wished: SignIn, account: Account, begun: SigningIn, signs_in: SignsIn) -> None:
        """One sign-in from its beginning to its end; whatever goes wrong is shown."""

        def tell(prompt: SignInPrompt) -> None:
            step = SignInStep.CODE if prompt.code else SignInStep.BROWSER
            if self._running is task:  # else it was broken off just now
                self._show(replace(begun, step=step, prompt=prompt))

        task = asyncio.current_task()
        self._lend_secret(wished, given=True)
        try:
            renews = await signs_in.sign_in(account, tell, self._means.settings().language)
        except PollFailed as failed:
            self._show(_failed(begun, failed))
        except Exception as error:  # noqa: BLE001 -- logged and shown as our mistake; everything else goes on
            _LOG.exception("signing in to %s failed by a mistake of ours", account.id)
            text = f"internal error: {type(error).__name__}"
            self._show(replace(begun, step=SignInStep.FAILED, failure=FailureKind.MALFORMED, text=text))
        else:
            self._signed_in(replace(begun, renews=renews), wished, signs_in)
        finally:
            if self._running in (None, task):  # else it is the next one's
                self._lend_secret(wished, given=False)

    def _lend_secret(self, wished: SignIn, *, given: bool) -> None:
        """The client's own secret, where the trial has one, for as long as the sign-in takes."""
        if wished.trial is not None and self._means.secrets is not None:
            self._means.secrets.lend(SecretRef(ACCOUNT), wished.trial.secret if given else "")

    def _signed_in(self, view: SigningIn, wished: SignIn, signs_in: SignsIn) -> None:
        if wished.trial is not None:
            self._tried, self._tried_by = wished.trial.url, wished.number
            self._show(replace(view, step=SignInStep.DONE))
            return
        if self._account(wished) is None:  # it was removed meanwhile
            signs_in.forget(wished.account)
            self._show(replace(view, step=SignInStep.FAILED, fault=SignInFault.NO_ACCOUNT))
            return
        self._on_signed(wished.account)
        keeping = replace(view, step=SignInStep.KEEPING)
        self._show(keeping)
        self._spawn(self._keep(keeping, signs_in))

    def _hand_over(self, wished: KeepSignIn) -> None:
        """What the trial had is the account's from now on."""
        was = self.view or SigningIn(0, SignInStep.KEEPING)
        if was.account == wished.account and was.step is not SignInStep.FAILED:
            return  # that was done before, and only the settings could not be saved
        keeping = replace(was, step=SignInStep.KEEPING, account=wished.account, run_only=wished.run_only)
        self._tried = ""
        self._show(keeping)
        self._spawn(self._move(keeping))

    async def _move(self, keeping: SigningIn) -> None:
        """There is nothing to hand over where all of it was forgotten."""
        signs_in, was_held = self._signs_in, False
        with contextlib.suppress(SecretUnavailable):
            if signs_in is not None:
                await signs_in.move(ACCOUNT, keeping.account)
                was_held = True
        if signs_in is None or not was_held:
            self._show(replace(keeping, step=SignInStep.FAILED, fault=SignInFault.LOST))
            return
        self._on_signed(keeping.account)
        if keeping.run_only:
            self._show(replace(keeping, step=SignInStep.DONE))
        else:
            await self._keep(keeping, signs_in)

    async def _keep(self, keeping: SigningIn, signs_in: SignsIn) -> None:
        """Into the keyring; nobody waits for it, and where there is none it lasts for this run."""
        done = replace(keeping, step=SignInStep.DONE)
        try:
            await signs_in.keep(keeping.account)
        except SecretUnavailable as error:
            _LOG.warning("the sign-in of %s is kept for this run only: %s", keeping.account, error.title)
            done = replace(done, run_only=True, obstacle=error.obstacle, text=error.title)
        if self.view == keeping:
            self._show(done)

    def _break_off(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _forget_tried(self) -> None:
        self._tried = ""
        if self._signs_in is not None:
            self._signs_in.forget(ACCOUNT)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    def _show(self, view: SigningIn | None) -> None:
        self.view = view
        self._on_change()


def _failed(begun: SigningIn, failed: PollFailed) -> SigningIn:
    return replace(
        begun,
        step=SignInStep.FAILED,
        failure=failed.kind,
        fault=failed.fault if isinstance(failed, SignInFailed) else None,
        text=failed.message[:_LINE],
        obstacle=failed.obstacle,
        place=failed.place,
    )
