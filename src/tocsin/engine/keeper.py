"""Writing the record, and going on without it: a full disk must not silence the alarm."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from tocsin.domain.alarm_state import AlarmState, Close
from tocsin.domain.incident import Incident
from tocsin.domain.message import Fault, Message
from tocsin.domain.minutes import Hour
from tocsin.domain.state import Draft
from tocsin.errors import StoreError
from tocsin.ports import Batch, ConnectionRecord, OutboxRow, OutboxState, Store, ThreadRef

_LOG = logging.getLogger(__name__)
RETRY_AFTER = timedelta(minutes=5)
NO_ROW = 0


@dataclass(frozen=True, slots=True)
class Past:
    """What the record knew at the start."""

    incidents: tuple[Incident, ...] = ()
    alarm: AlarmState = field(default_factory=AlarmState)
    connections: tuple[ConnectionRecord, ...] = ()
    accounts: frozenset[str] = frozenset()
    drafts: tuple[Draft, ...] = ()


class Keeper:
    """The store, with one in memory behind it for as long as the disk's cannot be used.

    ``everything`` makes a batch of all that is known, to bring a store up to date that missed some. Rows are numbered
    by each store for itself, so a row that was read before a change of stores is looked for by what it says.
    """

    def __init__(self, disk: Store, memory: Store, everything: Callable[[], Batch]) -> None:
        self._disk = disk
        self._memory = memory
        self._everything = everything
        self._problem: StoreError | None = None
        self._failed_at: datetime | None = None
        self._read_from = disk
        self._shown: dict[tuple[str, str], ThreadRef] = {}

    @property
    def current(self) -> Store:
        """The store in use."""
        return self._disk if self._problem is None else self._memory

    def faults(self) -> tuple[Fault, ...]:
        """What to tell the user about the record."""
        if self._problem is None:
            return ()
        return (Fault(Message("store", MappingProxyType({"problem": str(self._problem)}))),)

    def restore(self, since: datetime, now: datetime) -> Past:
        """What the record knows; nothing where it cannot be read, and then the work goes on in memory."""
        disk = self._disk
        try:
            return Past(
                disk.incidents(since=since), disk.alarm(), disk.connections(), disk.known_accounts(), disk.drafts()
            )
        except StoreError as error:
            self._give_up_disk(error, now)
            return Past()

    def write(self, batch: Batch, now: datetime) -> None:
        """Write it: to the disk where that works, to memory where it does not."""
        if batch.is_empty:
            return
        if self._problem is not None and self._failed_at is not None and now - self._failed_at >= RETRY_AFTER:
            self._return_to_disk(now)
        if self._problem is None:
            try:
                self._disk.write(batch)
            except StoreError as error:
                self._give_up_disk(error, now)
            else:
                return
        self._memory.write(batch)

    def outbox(self, now: datetime) -> tuple[OutboxRow, ...]:
        """What is to be delivered, oldest first."""
        try:
            rows = self.current.outbox()
        except StoreError as error:
            self._give_up_disk(error, now)
            rows = self._memory.outbox()
        self._read_from = self.current
        return rows

    def mark(self, row: OutboxRow, state: OutboxState, now: datetime) -> None:
        """Note how far a message got. A disk that fails here costs at most a message told twice."""
        try:
            self.current.mark(self._number(row), state)
        except StoreError as error:
            self._give_up_disk(error, now)
            self._memory.mark(self._number(row), state)

    def confirm(self, row: OutboxRow, ref: ThreadRef | None, now: datetime) -> None:
        """Note that a message was delivered, and what stands for its thread."""
        try:
            self.current.confirm(self._number(row), ref)
        except StoreError as error:
            self._give_up_disk(error, now)
            self._memory.confirm(self._number(row), ref)
        if ref is not None and self._problem is not None:
            self._shown[ref.channel, ref.thread] = ref

    def thread(self, channel: str, thread: str, now: datetime) -> ThreadRef | None:
        """What stands for a thread on a channel; a disk that is full can still be read."""
        try:
            return self.current.thread(channel, thread) or self._disk.thread(channel, thread)
        except StoreError as error:
            self._give_up_disk(error, now)
            return None

    def line_hours(self, link: str, since: datetime, now: datetime) -> tuple[Hour, ...]:
        """What was measured of a link; nothing where the record cannot be read."""
        try:
            return self._disk.line_hours(link, since)
        except StoreError as error:
            self._give_up_disk(error, now)
            return ()

    def uplink(self, now: datetime) -> frozenset[str]:
        """By what the primary's way out is known; nothing where the record cannot be read."""
        try:
            return self._disk.uplink()
        except StoreError as error:
            self._give_up_disk(error, now)
            return frozenset()

    def close(self) -> None:
        """Close both. What cannot be written any more is only logged: the program ends."""
        for store in (self._disk, self._memory):
            try:
                store.close()
            except StoreError as error:
                _LOG.error("the record could not be closed: %s", error)

    def _number(self, row: OutboxRow) -> int:
        """A row's number in the store in use; ``NO_ROW`` for one that is not open there any more."""
        if self._read_from is self.current:
            return row.id
        same = (each.id for each in self.current.outbox() if _what(each) == _what(row))
        return next(same, NO_ROW)

    def _give_up_disk(self, error: StoreError, now: datetime) -> None:
        """Go on in memory, with what was still to be delivered."""
        first = self._problem is None
        self._problem, self._failed_at = error, now
        if first:
            _LOG.error("the record cannot be used, going on in memory: %s", error)
            self._memory.write(self._everything())
            try:
                _move(self._disk, self._memory)
            except StoreError as lost:
                _LOG.error("what was still to be told is lost: %s", lost)

    def _return_to_disk(self, now: datetime) -> None:
        try:
            self._disk.write(self._everything())
            _move(self._memory, self._disk)
            for ref in self._shown.values():
                self._disk.confirm(NO_ROW, ref)
        except StoreError as error:
            self._problem, self._failed_at = error, now
        else:
            _LOG.warning("the record can be used again")
            self._problem = None
            self._shown.clear()


def _move(source: Store, target: Store) -> None:
    """Let the other store go on with what is still to be delivered, and with nothing else."""
    waiting, there = ({_what(row): row for row in store.outbox()} for store in (source, target))
    for what in there.keys() - waiting.keys():
        target.mark(there[what].id, OutboxState.FAILED)  # it was told from the other
    for what, row in waiting.items():
        if what not in there:
            target.write(Batch(effects=(row.effect,), channels=(row.channel,), at=row.created_at))


def _what(row: OutboxRow) -> tuple[str | int, ...]:
    """What makes a row the same in any store: its channel, and which word of which episode it is."""
    effect = row.effect
    if isinstance(effect, Close):
        return (row.channel, effect.thread)
    return (row.channel, effect.thread, effect.uid, effect.episode, effect.revision)
