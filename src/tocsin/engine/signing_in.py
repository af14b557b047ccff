"""Signing a person in while everything else goes on: one sign-in at a time, which can be broken off at any moment."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace

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
from tocsin.engine.keeping import Unkept
from tocsin.engine.trials import ACCOUNT, account_to_try
from tocsin.errors import PollFailed, SecretUnavailable, SignInFailed
from tocsin.ports import SecretRef, Secrets, SignsIn

SIGNING_IN = "~sign-in"
"""The id under which what is tried is signed in to. Its client's secret is lent under it, apart from a trial's own."""

_LOG = logging.getLogger(__name__)
_LINE = 300


@dataclass(frozen=True, slots=True)
class SignInMeans:
    """What signing in needs. ``make`` is called at the first sign-in; without it there is none.

    ``settings`` gives those that run; ``unkept`` remembers what was not kept.
    """

    make: Callable[[], SignsIn] | None
    secrets: Secrets | None
    settings: Callable[[], Settings]
    unkept: Unkept = field(default_factory=Unkept)


class SignInDesk:
    """``on_change`` is called when there is something else to see, ``on_signed`` with an account that has new tokens.

    What a trial is signed in with is held under the trial's own id until it is handed over to an account, forgotten, or
    another address is tried with it.
    """

    def __init__(self, means: SignInMeans, on_change: Callable[[], None], on_signed: Callable[[str], None]) -> None:
        self._means = means
        self._on_change = on_change
        self._on_signed = on_signed
        self._running: asyncio.Task[None] | None = None
        self._lent_to: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self._signs_in: SignsIn | None = None
        self._tried: tuple[str, SigningIn] | None = None  # the address, and how it was signed in to
        self.view: SigningIn | None = None

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about signing in; false for any other."""
        match command:
            case SignIn():
                self._begin(command)
            case EndSignIn():
                self._end(command.number)
            case TryAddress():
                if self._tried is not None and command.trial.auth.is_by_person and self._tried[0] != command.trial.url:
                    self._forget_tried()  # no other server is shown these tokens
                return False
            case _:
                return False
        return True

    @property
    def has_tried(self) -> bool:
        """Whether a trial was signed in with something that is still held."""
        return self._tried is not None

    def hand_over(self, wished: KeepSignIn) -> Coroutine[None, None, SigningIn]:
        """What a trial was signed in with is this account's from now on; what came of that, without waiting.

        From this call on it is nobody else's to forget.
        """
        tried, self._tried = self._tried, None
        return self._handed(wished, tried)

    async def _handed(self, wished: KeepSignIn, tried: tuple[str, SigningIn] | None) -> SigningIn:
        signs_in, was_held = self._signs_in, False
        with contextlib.suppress(SecretUnavailable):
            if tried is not None and signs_in is not None:
                await signs_in.move(ACCOUNT, wished.account)
                was_held = True
        was = SigningIn(0, SignInStep.KEEPING) if tried is None else tried[1]
        keeping = replace(was, step=SignInStep.KEEPING, account=wished.account, run_only=wished.run_only)
        if not was_held:
            return replace(keeping, step=SignInStep.FAILED, fault=SignInFault.LOST)
        self._on_signed(wished.account)
        return keeping

    async def keep(self, handed: SigningIn) -> SigningIn:
        """Put what was handed over into the keyring, unless it is to last for this run only; what became of it."""
        if handed.step is not SignInStep.KEEPING or self._signs_in is None:
            return handed
        if handed.run_only:
            done = replace(handed, step=SignInStep.DONE)
            self._means.unkept.note_sign_in(done)
            return done
        return await self._kept(handed, self._signs_in)

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
        view = self.view
        is_meant = view is not None and number in (None, view.number)
        if view is not None and is_meant and view.step.is_running:
            self._break_off()
            self._show(SigningIn(view.number, SignInStep.CANCELLED, view.account, view.server))
            return
        if self._tried is not None and number in (None, self._tried[1].number):
            self._forget_tried()
        if is_meant:
            self._show(None)

    def _account(self, wished: SignIn) -> Account | None:
        if wished.trial is not None:
            return replace(account_to_try(wished.trial), id=SIGNING_IN)
        return next((each for each in self._means.settings().accounts if each.id == wished.account), None)

    async def _sign_in(self, wished: SignIn, account: Account, begun: SigningIn, signs_in: SignsIn) -> None:
        """One sign-in from its beginning to its end; whatever goes wrong is shown."""

        def tell(prompt: SignInPrompt) -> None:
            step = SignInStep.CODE if prompt.code else SignInStep.BROWSER
            if self._running is task:  # else it was broken off just now
                self._show(replace(begun, step=step, prompt=prompt))

        task = asyncio.current_task()
        self._lend_secret(wished, task)
        try:
            renews = await signs_in.sign_in(account, tell, self._means.settings().language)
            if wished.trial is not None:
                await signs_in.move(SIGNING_IN, ACCOUNT)
        except PollFailed as failed:
            self._show(_failed(begun, failed))
        except Exception as error:  # noqa: BLE001 -- logged and shown as our mistake; everything else goes on
            _LOG.exception("signing in to %s failed by a mistake of ours", account.id)
            text = f"internal error: {type(error).__name__}"
            self._show(replace(begun, step=SignInStep.FAILED, failure=FailureKind.MALFORMED, text=text))
        else:
            self._signed_in(replace(begun, renews=renews), wished, signs_in)
        finally:
            self._take_secret(task)

    def _lend_secret(self, wished: SignIn, task: asyncio.Task[None] | None) -> None:
        """The client's own secret, where the trial has one, for as long as the sign-in takes."""
        if wished.trial is not None and self._means.secrets is not None:
            self._lent_to = task
            self._means.secrets.lend(SecretRef(SIGNING_IN), wished.trial.secret)

    def _take_secret(self, task: asyncio.Task[None] | None) -> None:
        """Take back what was lent, unless it is the next one's by now."""
        if self._lent_to is task and self._means.secrets is not None:
            self._lent_to = None
            self._means.secrets.lend(SecretRef(SIGNING_IN), "")

    def _signed_in(self, view: SigningIn, wished: SignIn, signs_in: SignsIn) -> None:
        if wished.trial is not None:
            done = replace(view, step=SignInStep.DONE)
            self._tried = (wished.trial.url, done)
            self._show(done)
            return
        if self._account(wished) is None:  # it was removed meanwhile
            signs_in.forget(wished.account)
            self._show(replace(view, step=SignInStep.FAILED, fault=SignInFault.NO_ACCOUNT))
            return
        self._on_signed(wished.account)
        keeping = replace(view, step=SignInStep.KEEPING)
        self._show(keeping)
        self._spawn(self._keep(keeping, signs_in))

    async def _keep(self, keeping: SigningIn, signs_in: SignsIn) -> None:
        """Into the keyring; nobody waits for it, and where there is none it lasts for this run."""
        done = await self._kept(keeping, signs_in)
        if self.view == keeping:
            self._show(done)

    async def _kept(self, keeping: SigningIn, signs_in: SignsIn) -> SigningIn:
        done = replace(keeping, step=SignInStep.DONE)
        try:
            await signs_in.keep(keeping.account)
        except SecretUnavailable as error:
            _LOG.warning("the sign-in of %s is kept for this run only: %s", keeping.account, error.title)
            done = replace(done, run_only=True, obstacle=error.obstacle, text=error.title)
        self._means.unkept.note_sign_in(done)
        return done

    def _break_off(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _forget_tried(self) -> None:
        self._tried = None
        if self._signs_in is not None:
            for each in (SIGNING_IN, ACCOUNT):
                self._signs_in.forget(each)

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
