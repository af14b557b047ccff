"""Asks one account, again and again, politely."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tocsin.domain import schedule
from tocsin.domain.account import Account
from tocsin.domain.schedule import Outcome
from tocsin.domain.snapshot import Failure
from tocsin.domain.terms import FailureKind
from tocsin.engine.exchange import Conversation, ask, hold
from tocsin.engine.ledger import Ledger
from tocsin.engine.watched import Watched
from tocsin.ports import Clock, Http, Located, PollContext, Provider

_LOG = logging.getLogger(__name__)


Detect = Callable[[PollContext], Conversation[Located]]
"""The search for the provider that answers at an account's address."""

_STRANGE = (FailureKind.NOT_STATUS_API, FailureKind.HTTP_STATUS)
_LOOK_AGAIN_EVERY = 30


@dataclass(frozen=True, slots=True)
class Rediscovery:
    """What is done when an address that used to answer no longer does as the provider that was set: look again.

    Pages change their product. An account whose page did says so and goes on with what answers now, for this run; the
    settings are the user's, and are not touched.
    """

    detect: Detect | None
    make: Callable[[Account], Provider]

    async def helps(self, watched: Watched, failure: Failure, context: PollContext, http: Http) -> bool:
        """Whether another provider was found to answer, which the account has from now on."""
        is_time = watched.failures == 1 or watched.failures % _LOOK_AGAIN_EVERY == _LOOK_AGAIN_EVERY - 1
        if self.detect is None or not watched.polled_before or failure.kind not in _STRANGE or not is_time:
            return False
        detect = self.detect
        found = await hold(lambda: detect(context), watched.account, http, context.now)
        if isinstance(found, Failure) or found.key == watched.provider.key:
            return False
        watched.provider = self.make(replace(watched.account, provider=found.key))
        watched.found_as = found.key if found.key != watched.account.provider else ""
        _LOG.warning("account %s is answered by %s now", watched.account.id, found.key)
        return True


class Poller:
    """The task of one account. ``on_change`` is called when a poll has begun, and when it has been taken in."""

    def __init__(
        self,
        watched: Watched,
        ledger: Ledger,
        http: Http,
        clock: Clock,
        dice: Random,
        on_change: Callable[[], None],
        rediscovery: "Rediscovery",
    ) -> None:
        self.watched = watched
        self._ledger = ledger
        self._http = http
        self._clock = clock
        self._dice = dice
        self._on_change = on_change
        self._rediscovery = rediscovery
        self._asked = asyncio.Event()
        self._by_person = True
        self._first = True

    def check_now(self, *, by_person: bool) -> None:
        """Do not wait for the next turn. A wake-up is no reason to come before the time that the server named."""
        if by_person or not self._is_held_off():
            self._by_person = by_person or (self._asked.is_set() and self._by_person)
            self._asked.set()

    async def run(self) -> None:
        """Poll for ever, the first time at once."""
        while True:
            await self._poll()
            wait = schedule.after_poll(self.watched.interval, self._outcome(), self._dice.random())
            self.watched.next_poll_at = self._clock.now().wall + wait
            self._on_change()
            await self._wait(wait.total_seconds())

    async def _poll(self) -> None:
        watched = self.watched
        account = watched.account
        context = PollContext(account, self._clock.now().wall, self._ledger.open_ids(account.id), self._first)
        watched.polling = True
        self._on_change()
        try:
            result = await ask(watched.provider, context, self._http)
            if isinstance(result, Failure) and await self._rediscovery.helps(watched, result, context, self._http):
                result = await ask(watched.provider, context, self._http)
        finally:
            watched.polling = False
        self._first = self._first and isinstance(result, Failure)
        self._log(result)
        self._ledger.absorb(watched, result, self._clock.now())

    def _outcome(self) -> Outcome:
        failure = self.watched.failure
        return Outcome(self.watched.failures, failure.retry_after if failure is not None else None)

    def _log(self, result: object) -> None:
        """Once on failure and once on recovery; never the same thing every minute."""
        name, failure = self.watched.account.id, self.watched.failure
        if isinstance(result, Failure):
            if failure is None or failure.kind is not result.kind:
                _LOG.warning("account %s cannot be asked (%s): %s", name, result.kind.value, result.message)
        elif failure is not None:
            _LOG.warning("account %s answers again after %d failures", name, self.watched.failures)

    def _is_held_off(self) -> bool:
        failure, until = self.watched.failure, self.watched.next_poll_at
        has_named = failure is not None and failure.retry_after is not None
        return has_named and until is not None and self._clock.now().wall < until

    async def _wait(self, seconds: float) -> None:
        """Wait so long by the clock, or until asked; who asked during the poll meant the next."""
        asked = asyncio.ensure_future(self._asked.wait())
        slept = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait((asked, slept), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            slept.cancel()
        if self._asked.is_set():
            self._asked.clear()
            pause = schedule.on_wake(self._dice.random(), by_person=self._by_person)
            await self._clock.sleep(pause.total_seconds())
