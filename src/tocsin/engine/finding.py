"""Finding the addresses of a sign-in server, when a person asks for it: one search at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.account import Account
from tocsin.domain.finding import Addresses, EndFinding, FindAddresses, FindFault, Finding, FindStep, NotFound
from tocsin.domain.snapshot import Failure
from tocsin.domain.state import Command
from tocsin.engine.exchange import Conversation, hold
from tocsin.ports import Clock, Http

ACCOUNT = "~find"
"""The id under which a server is asked; nothing of it is kept. No account has it."""

Search = Callable[[str, datetime], Conversation[Addresses | NotFound]]
"""Begins a search at an address."""


@dataclass(frozen=True, slots=True)
class FindMeans:
    """What a search needs; without ``search`` nothing is found."""

    http: Http
    clock: Clock
    search: Search | None


class FindDesk:
    """A later search ends an earlier one. ``on_change`` is called when there is something else to see."""

    def __init__(self, means: FindMeans, on_change: Callable[[], None]) -> None:
        self._means = means
        self._on_change = on_change
        self._running: asyncio.Task[None] | None = None
        self.view: Finding | None = None

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about finding addresses; false for any other."""
        match command:
            case FindAddresses():
                self._break_off()
                begun = Finding(command.number, FindStep.LOOKING, command.address)
                self._show(begun)
                self._running = asyncio.create_task(self._find(begun))
            case EndFinding():
                if self.view is not None and self.view.number == command.number:
                    self._break_off()
                    self._show(None)
            case _:
                return False
        return True

    async def close(self) -> None:
        """End everything."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _find(self, begun: Finding) -> None:
        means, search, now = self._means, self._means.search, self._means.clock.now().wall
        if search is None:
            self._show(replace(begun, step=FindStep.FAILED, fault=FindFault.NOTHING))
            return
        account = Account(ACCOUNT, "", ACCOUNT, begun.address)
        try:
            answer = await hold(lambda: search(begun.address, now), account, means.http, now)
        finally:
            means.http.forget(ACCOUNT)
        if isinstance(answer, Addresses):
            self._show(replace(begun, step=FindStep.FOUND, found=answer))
        elif isinstance(answer, NotFound):
            self._show(replace(begun, step=FindStep.FAILED, fault=answer.fault, issuer=answer.issuer))
        else:
            self._show(_failed(begun, answer))

    def _break_off(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _show(self, view: Finding | None) -> None:
        self.view = view
        self._on_change()


def _failed(begun: Finding, failure: Failure) -> Finding:
    return replace(
        begun,
        step=FindStep.FAILED,
        failure=failure.kind,
        text=failure.message,
        obstacle=failure.obstacle,
        place=failure.place,
    )
