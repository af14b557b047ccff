"""The end of setting something up: settings that are saved, and then, only then, what their new account asks with.

The order matters. Were the secret kept first, settings that cannot be saved would leave an entry in the keyring of an
account that never was, in the place of what stood there under the same name. Whoever is cut off in between is told at
the next start that the account lacks its secret, and how to give it one.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Protocol

from tocsin.domain.account import Settings
from tocsin.domain.signing_in import KeepSignIn, SigningIn
from tocsin.domain.state import Command, KeepSecret, SecretKept, SettingUp, SetUp, SetUpStep, StartWithComputer
from tocsin.engine.keeping import Unkept, put_away
from tocsin.ports import SecretRef, Secrets


class Signed(Protocol):
    """What a trial was signed in with."""

    @property
    def has_tried(self) -> bool:
        """Whether there is any."""
        ...

    def hand_over(self, wished: KeepSignIn) -> Coroutine[None, None, SigningIn]:
        """Take it at once, and then give it to an account, without waiting for anything; what became of it so far."""
        ...

    async def keep(self, handed: SigningIn) -> SigningIn:
        """Keep what was handed over; what became of it."""
        ...


@dataclass(frozen=True, slots=True)
class SetUpMeans:
    """What setting up needs. ``save`` writes settings and goes by them, with a call in between; false if it cannot.

    ``start`` begins to carry out the wish to start with the computer; ``unkept`` remembers what was not kept.
    """

    save: Callable[[Settings, Callable[[], None]], bool]
    secrets: Secrets | None
    signed: Signed
    start: Callable[[StartWithComputer], object]
    unkept: Unkept = field(default_factory=Unkept)


class SetUpDesk:
    """One at a time is shown. ``on_change`` is called when there is something else to see.

    What becomes of a sign-in is told here whatever else is signed in to meanwhile.
    """

    def __init__(self, means: SetUpMeans, on_change: Callable[[], None]) -> None:
        self._means = means
        self._on_change = on_change
        self._keeping: set[asyncio.Task[None]] = set()
        self.view: SettingUp | None = None

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about setting up; false for any other."""
        if isinstance(command, SetUp):
            self._set_up(command)
        return isinstance(command, SetUp)

    async def close(self) -> None:
        """End everything."""
        tasks = [*self._keeping]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _set_up(self, wished: SetUp) -> None:
        if wished.signed is not None and not self._means.signed.has_tried:
            self._show(SettingUp(wished.number, SetUpStep.LOST))
            return
        self._show(SettingUp(wished.number, SetUpStep.KEEPING))
        # Between writing and going by it: the account is asked for the first time with what it needs.
        if not self._means.save(wished.settings, lambda: self._begin(wished)):
            self._show(SettingUp(wished.number, SetUpStep.REFUSED))

    def _begin(self, wished: SetUp) -> None:
        """All that was wished is begun here: who asked for it may be gone before the keyring answers.

        The sign-in is taken, so that an end of it that waits in line, of a window that is closed, finds none.
        """
        if wished.start is not None:
            self._means.start(wished.start)
        handing = None if wished.signed is None else self._means.signed.hand_over(wished.signed)
        self._spawn(self._keep(wished, handing))

    async def _keep(self, wished: SetUp, handing: Coroutine[None, None, SigningIn] | None) -> None:
        begun, means = SettingUp(wished.number, SetUpStep.KEEPING), self._means
        if wished.secret is not None and means.secrets is not None:
            means.secrets.lend(SecretRef(wished.secret.account), wished.secret.value)
        handed = None if handing is None else await handing
        secret, signed = await asyncio.gather(self._secret(wished.secret), self._signed(handed))
        if self.view == begun:
            self._show(replace(begun, step=SetUpStep.DONE, secret=secret, signed=signed))

    async def _secret(self, wished: KeepSecret | None) -> SecretKept | None:
        secrets = self._means.secrets
        return None if wished is None or secrets is None else await put_away(secrets, wished, self._means.unkept)

    async def _signed(self, handed: SigningIn | None) -> SigningIn | None:
        return None if handed is None else await self._means.signed.keep(handed)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    def _show(self, view: SettingUp) -> None:
        self.view = view
        self._on_change()
