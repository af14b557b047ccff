"""The record: what is written, and how far a message got."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tocsin.domain.alarm_state import AlarmState, Close, Tell
from tocsin.domain.incident import Incident
from tocsin.domain.minutes import Hour
from tocsin.domain.state import Draft


class OutboxState(StrEnum):
    """How far a message got."""

    PENDING = "pending"
    ATTEMPTED = "attempted"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to be delivered on one channel. ``id`` is the store's own, growing number."""

    id: int
    channel: str
    effect: Tell | Close
    state: OutboxState
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """The notification that stands for a thread on a channel: its id at that server, under its unique bus name."""

    channel: str
    thread: str
    server: str
    notification_id: int


@dataclass(frozen=True, slots=True)
class Covered:
    """A stretch of time in which an account was asked (``measured``) or could not be."""

    account: str
    start: datetime
    end: datetime
    measured: bool


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """The last known level of a connection as one account sees it, so that a restart shows it before the first poll.

    ``connection`` is "account id/connection id".
    """

    connection: str
    level: str
    since: datetime | None
    confirmed_wall: datetime | None


@dataclass(frozen=True, slots=True)
class LineHour:
    """An hour of measuring one link ("primary" or "backup"), in place of what was written of that hour before."""

    link: str
    hour: Hour


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one decision changes, written in one transaction.

    ``incidents`` are those that changed, whole. ``alarm`` None leaves the state as it is. ``channels`` get an outbox
    row for every effect each. ``uplink`` are the keys by which the primary's way out is known, None to leave them.
    A draft without text is dropped.
    """

    incidents: tuple[Incident, ...] = ()
    alarm: AlarmState | None = None
    effects: tuple[Tell | Close, ...] = ()
    channels: tuple[str, ...] = ()
    connections: tuple[ConnectionRecord, ...] = ()
    coverage: tuple[Covered, ...] = ()
    hours: tuple[LineHour, ...] = ()
    uplink: frozenset[str] | None = None
    drafts: tuple[Draft, ...] = ()
    at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to write."""
        told = self.incidents or self.alarm or self.effects or self.connections or self.coverage
        return not (told or self.hours or self.uplink is not None or self.drafts)


class Store(Protocol):
    """The record. Used by the engine's thread only. Every method raises ``StoreError`` and leaves nothing half done."""

    def incidents(self, *, since: datetime | None = None, open_only: bool = False) -> tuple[Incident, ...]:
        """Known incidents whose last episode began or ended after ``since``, and all open ones; newest start first."""
        ...

    def alarm(self) -> AlarmState:
        """The alarm state as last written."""
        ...

    def connections(self) -> tuple[ConnectionRecord, ...]:
        """The last known levels."""
        ...

    def known_accounts(self) -> frozenset[str]:
        """Accounts that were polled with success at least once, ever."""
        ...

    def line_hours(self, link: str, since: datetime) -> tuple[Hour, ...]:
        """The hours of a link that begin at ``since`` or later, oldest first. They are kept for 400 days."""
        ...

    def uplink(self) -> frozenset[str]:
        """The keys by which the primary's way out is known; none before the first."""
        ...

    def drafts(self) -> tuple[Draft, ...]:
        """What the user wants to report and has not dropped, oldest first."""
        ...

    def last_alive(self) -> datetime | None:
        """The end of the newest coverage: when Tocsin last knew anything."""
        ...

    def write(self, batch: Batch) -> None:
        """Write it in one transaction."""
        ...

    def outbox(self) -> tuple[OutboxRow, ...]:
        """What is neither confirmed nor failed for good, oldest first."""
        ...

    def mark(self, row_id: int, state: OutboxState) -> None:
        """Set how far a row got; ``ATTEMPTED`` counts an attempt."""
        ...

    def thread(self, channel: str, thread: str) -> ThreadRef | None:
        """The notification now standing for a thread."""
        ...

    def confirm(self, row_id: int, ref: ThreadRef | None) -> None:
        """Mark a row ``CONFIRMED`` and remember its thread's notification (None: forget it), in one transaction."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
