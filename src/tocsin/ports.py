"""The world as the rules and the engine see it: Protocols, and the values that cross them.

Adapters, notifiers and the desktop implement these; ``app`` hands them to the engine. Nothing here does anything.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Protocol

from tocsin.domain.account import Account, Settings
from tocsin.domain.alarm_state import AlarmState, Close, Tell
from tocsin.domain.incident import Incident
from tocsin.domain.snapshot import Snapshot, Traits
from tocsin.domain.state import AppState, Command, Instant
from tocsin.errors import SettingsError

# --- time ----------------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """Both clocks and a way to wait on them. The demo's runs shifted and faster, everywhere alike."""

    def now(self) -> Instant:
        """This moment; ``wall`` is aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for as many seconds of *this* clock."""
        ...


# --- HTTP ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The name of a secret, in place of the secret. Only ``adapters.http`` ever looks it up."""

    account: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request of a provider. ``authenticate`` asks for the account's own login to be put in.

    ``limit`` bounds the inflated body, in bytes. With ``conditional`` a stored validator is sent, and the body that
    goes with it is replayed on a 304: who yielded the request never sees one.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes | None = None
    authenticate: bool = True
    conditional: bool = True
    limit: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer, inflated. ``headers`` has lower-case names. ``replayed`` is true when a 304 gave the body.

    ``skew`` is the server's ``Date`` minus our clock, None where it sent none.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    replayed: bool = False
    skew: timedelta | None = None


class Http(Protocol):
    """The one way out. Holds deadlines, size limits, redirects, conditional requests and secrets."""

    async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
        """Send it and return whatever status came.

        Raises ``PollFailed``: dns, connect, tls, timeout, too_large, redirect, unauthorized (a secret that is
        missing), unsupported (plain http where it is not allowed, a login kind not known).
        """
        ...

    def begin_poll(self, account: Account) -> None:
        """Count a poll of this account: every 20th is unconditional."""
        ...

    def forget(self, account_id: str) -> None:
        """Drop the validators and bodies kept for an account."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


# --- providers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PollContext:
    """What a provider is told before it asks.

    ``open_ids`` are provider ids of incidents that we hold to be open; ``first`` is true for the first poll of a run.
    """

    account: Account
    now: datetime
    open_ids: tuple[str, ...] = ()
    first: bool = True


Poll = Generator[HttpRequest, HttpResponse, Snapshot]


class Capability(StrEnum):
    """What an API can tell, as data."""

    PER_ACCOUNT = "per-account"
    ETA = "eta"
    MAINTENANCE = "maintenance"
    UPDATES = "updates"
    COMPONENTS = "components"
    DROPS_RESOLVED = "drops-resolved"


class FieldType(StrEnum):
    """How a field of an account is asked for and checked."""

    TEXT = "text"
    URL = "url"
    SECRET = "secret"  # noqa: S105 -- a field's type, not a secret
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class ProviderField:
    """One thing that an account of a provider needs to know. ``choices`` are for ``CHOICE`` only."""

    name: str
    type: FieldType
    required: bool
    help: str
    choices: tuple[str, ...] = ()


class Provider(Protocol):
    """One kind of status API, sans-I/O. One instance per account: it may remember things between polls of a run."""

    key: ClassVar[str]
    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    fields: ClassVar[tuple[ProviderField, ...]]
    traits: ClassVar[Traits]
    minimum_interval: ClassVar[timedelta]

    def poll(self, context: PollContext) -> Poll:
        """Yield requests, be sent responses, return a snapshot. Raises nothing but ``PollFailed``.

        A request that fails in transport is thrown into the generator as ``PollFailed``, so that an optional document
        may be done without.
        """
        ...


# --- secrets -------------------------------------------------------------------------------------------------------


class Secrets(Protocol):
    """Where secrets are looked up: the environment of this run, then the keyring, then this run's memory."""

    async def get(self, ref: SecretRef) -> str:
        """The secret. Raises ``SecretUnavailable``."""
        ...

    async def set(self, ref: SecretRef, value: str) -> None:
        """Keep it in the keyring, or for this run where there is none. Raises ``SecretUnavailable`` for neither."""
        ...

    def known(self) -> tuple[str, ...]:
        """Every secret value that was ever handed out in this run, for the log's redaction."""
        ...


# --- settings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """What could be read of the file, and what could not. A file with problems is never overwritten."""

    settings: Settings
    problems: tuple[SettingsError, ...] = ()


class SettingsSource(Protocol):
    """``config.toml``."""

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file: what is right is returned beside what is wrong."""
        ...


# --- the store -----------------------------------------------------------------------------------------------------


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
class Batch:
    """Everything that one decision changes, written in one transaction.

    ``incidents`` are those that changed, whole. ``alarm`` None leaves the state as it is. ``channels`` get an outbox
    row for every effect each.
    """

    incidents: tuple[Incident, ...] = ()
    alarm: AlarmState | None = None
    effects: tuple[Tell | Close, ...] = ()
    channels: tuple[str, ...] = ()
    connections: tuple[ConnectionRecord, ...] = ()
    coverage: tuple[Covered, ...] = ()
    at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to write."""
        return not (self.incidents or self.alarm or self.effects or self.connections or self.coverage)


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

    def last_alive(self) -> datetime | None:
        """The end of the newest coverage: when Tocsin last knew anything."""
        ...

    def write(self, batch: Batch) -> None:
        """Write it in one transaction."""
        ...

    def outbox(self) -> tuple[OutboxRow, ...]:
        """What is not yet confirmed, oldest first."""
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


# --- channels ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready for a person: rendered text and how to show it. ``replaces`` is what stands for its thread now.

    ``title`` and ``body`` are plain text, clean of controls; a channel escapes what its server would take as markup.
    ``actions`` are pairs of key and label; the keys are ``acknowledge`` and ``open`` (and ``default`` for a click).
    """

    thread: str
    title: str
    body: str
    urgency: str
    uid: str
    replaces: ThreadRef | None = None
    actions: tuple[tuple[str, str], ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a delivery went. ``ref`` is what now stands for the thread, on channels that can replace."""

    ok: bool
    ref: ThreadRef | None = None
    reason: str = ""


class Channel(Protocol):
    """A way to tell the user. ``deliver`` returns what came of it and raises nothing."""

    @property
    def name(self) -> str:
        """A short stable name; a part of the outbox's key."""
        ...

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Get ready. ``on_action(thread, action key)`` is called in the engine's loop when the user acts."""
        ...

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Show it, replacing what stands for its thread."""
        ...

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take a notification away; gone already is a success."""
        ...

    async def close(self) -> None:
        """Let go of the connection. What is on the screen stays."""
        ...


class Words(Protocol):
    """Turns a message into a title and a body in the user's language."""

    def render(self, effect: Tell, now: datetime) -> tuple[str, str]:
        """Title and body, plain text."""
        ...

    def actions(self, effect: Tell) -> tuple[tuple[str, str], ...]:
        """The actions to offer, as key and label."""
        ...


# --- what the engine tells the outside -----------------------------------------------------------------------------

Publish = Callable[[AppState], None]
Dispatch = Callable[[Command], None]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of ``tocsin watch``: an event for one pair of incident and connection, or for an account."""

    at: datetime
    event: str
    account: str | None
    connection: str | None
    level: str
    incident: Incident | None = None
    relevance: str | None = None
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=lambda: MappingProxyType({}))


OnEvent = Callable[[Event], None]
Events = Sequence[Event]
