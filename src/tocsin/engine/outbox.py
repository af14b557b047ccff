"""Delivers what was decided: at least once, in order, and so that a repetition replaces what is on the screen.

A row is marked ``attempted`` before it is sent and ``confirmed`` after. A kill in between leaves an attempted row, that
is sent again under the same thread at the next start.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tocsin.domain.alarm_state import Tell
from tocsin.engine.keeper import Keeper
from tocsin.ports import Channel, Clock, Delivery, OutboxRow, OutboxState, Outgoing, ThreadRef, Words

_LOG = logging.getLogger(__name__)
MOST_ATTEMPTS = 5
RETRY_SECONDS = 2.0
DEADLINE_SECONDS = 30.0
TOO_OLD = timedelta(days=7)


class Outbox:
    """The delivery worker of all channels.

    ``on_trouble(channel, reason)`` is called after every delivery; the reason is empty when all is well. ``deadline``
    bounds one delivery, in seconds. ``may_tell`` says what is held back for now: it is told when it may be, unless
    something newer took its place by then.
    """

    def __init__(
        self,
        keeper: Keeper,
        channels: tuple[Channel, ...],
        words: Callable[[], Words],
        clock: Clock,
        on_trouble: Callable[[str, str], None],
        *,
        deadline: float = DEADLINE_SECONDS,
        may_tell: Callable[[Tell], bool] = lambda _: True,
    ) -> None:
        self._may_tell = may_tell
        self._keeper = keeper
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._words = words
        self._clock = clock
        self._on_trouble = on_trouble
        self._deadline = deadline
        self._wake = asyncio.Event()

    def nudge(self) -> None:
        """There may be something to deliver."""
        self._wake.set()

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            self._wake.clear()
            if await self.deliver_all():
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()
            await self._wake.wait()

    async def deliver_all(self) -> bool:
        """Deliver every row; true when some are to be tried again.

        What comes after a row that failed waits for it, where both are of one thread: an end must not be overtaken by
        its start. A row of a channel that this run does not have is left to a run that has it.
        """
        stuck: set[tuple[str, str]] = set()
        held: set[tuple[str, str]] = set()
        for row in self._keeper.outbox(self._now()):
            channel = self._channels.get(row.channel)
            place = (row.channel, row.effect.thread)
            if self._now() - row.created_at > TOO_OLD:
                self._keeper.mark(row, OutboxState.FAILED, self._now())
            elif isinstance(row.effect, Tell) and not self._may_tell(row.effect):
                held.add(place)
            elif channel is None or place in stuck | held:
                continue
            elif not await self._deliver(row, channel):
                stuck.add(place)
        return bool(stuck)

    async def _deliver(self, row: OutboxRow, channel: Channel) -> bool:
        """Deliver one row; false when it is to be tried again."""
        ref = self._keeper.thread(row.channel, row.effect.thread, self._now())
        self._keeper.mark(row, OutboxState.ATTEMPTED, self._now())
        delivery = await self._attempt(row, channel, ref)
        self._on_trouble(row.channel, delivery.reason)
        if delivery.ok:
            self._keeper.confirm(row, delivery.ref, self._now())
            return True
        _LOG.warning("channel %s could not deliver: %s", row.channel, delivery.reason)
        if row.attempts + 1 >= MOST_ATTEMPTS:
            self._keeper.mark(row, OutboxState.FAILED, self._now())
            return True
        return False

    async def _attempt(self, row: OutboxRow, channel: Channel, ref: ThreadRef | None) -> Delivery:
        """Hand it over. A mistake in the words or in a channel must not stand in the way of all that comes after."""
        try:
            async with asyncio.timeout(self._deadline):
                if isinstance(row.effect, Tell):
                    return await channel.deliver(self._outgoing(row.effect, ref))
                return await channel.withdraw(ref) if ref is not None else Delivery(ok=True)
        except TimeoutError:
            return Delivery(ok=False, reason=f"no answer within {self._deadline:g} s")
        except Exception as error:  # noqa: BLE001 -- logged and shown as our mistake; other messages go on
            _LOG.exception("a mistake in delivering by %s", row.channel)
            return Delivery(ok=False, reason=f"a mistake of ours ({type(error).__name__})")

    def _outgoing(self, tell: Tell, ref: ThreadRef | None) -> Outgoing:
        words = self._words()
        title, body = words.render(tell, self._now())
        return Outgoing(
            thread=tell.thread,
            title=title,
            body=body,
            urgency=tell.urgency.value,
            uid=tell.uid,
            replaces=ref,
            actions=words.actions(tell),
            final=tell.final,
        )

    def _now(self) -> datetime:
        return self._clock.now().wall
