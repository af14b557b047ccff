"""The way out: time, HTTP, secrets, settings and the providers that use them."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Protocol

from tocsin.domain.account import Account, Network, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.snapshot import Snapshot, Traits
from tocsin.errors import SettingsError


class Clock(Protocol):
    """Both clocks and a way to wait on them. The demo's runs shifted and faster, everywhere alike."""

    def now(self) -> Instant:
        """This moment; ``wall`` is aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for as many seconds of *this* clock."""
        ...


SIGN_IN = "tokens"
"""The ``SecretRef.name`` of what a sign-in has left behind."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The name of a secret, in place of the secret. Only ``adapters.http`` ever looks it up.

    An account's own secret has no ``name``; what a sign-in has left behind (its tokens) has one.
    """

    account: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request of a provider. ``authenticate`` asks for the account's own login to be put in.

    ``json_body`` is sent as a JSON object, every ``SecretRef`` in it replaced by its secret on the way out; ``body``
    is for anything else. With ``session`` the cookies that this account was given are sent, and new ones kept.
    Both work with the account's own origin, with one that its setting ``login_url`` names, and with those that the
    provider's class declares in ``login_origins: ClassVar[frozenset[str]]``, whole https origins; nowhere else.
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
    json_body: Mapping[str, str | SecretRef] | None = None
    session: bool = False


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

    def configure(self, network: Network) -> None:
        """Go this way from now on. When it is another one, connections of before are closed with what runs on them."""
        ...

    async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
        """Send it and return whatever status came.

        A 401 to a token of OAuth2 is answered once by a new token, and the request is sent again.

        Raises ``PollFailed``: dns, connect (a proxy's refusal too), tls, timeout, too_large, redirect, unauthorized (a
        secret that is missing, a sign-in that has ended), unsupported (plain http where it is not allowed, a login
        kind or a proxy's kind not known); what the server that gives out tokens does wrong, in the same words.
        """
        ...

    def begin_poll(self, account: Account) -> None:
        """Count a poll of this account: every 20th is unconditional."""
        ...

    def forget(self, account_id: str) -> None:
        """Drop the validators and bodies kept for an account, its cookies and the tokens held in memory."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


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
    """One thing that an account of a provider needs to know. ``choices`` are for ``CHOICE`` only.

    Of a product that needs to be told much, ``group`` is the group that a field belongs to; the first group is in view
    where they are filled in, the others are folded away. ``usual`` is what counts where nothing is said.
    """

    name: str
    type: FieldType
    required: bool
    help: str
    choices: tuple[str, ...] = ()
    group: str = ""
    usual: str = ""


class Provider(Protocol):
    """One kind of status API, sans-I/O. One instance per account: it may remember things between polls of a run.

    A class that asks other hosts than its account's own names all that it asks for the page on privacy, in a static
    method ``contacts(account) -> tuple[str, ...]``: addresses, or ``PollFailed`` where an account cannot be asked.
    One that knows before it asks what is wrong with its options says so in another, ``mistakes(options) ->
    tuple[OptionMistake, ...]``: it is told beside the fields while they are filled in.
    """

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


@dataclass(frozen=True, slots=True)
class Located:
    """Which provider answers at an address, and under which address it does."""

    key: str
    url: str


class Secrets(Protocol):
    """Where secrets are looked up: the environment of this run, then the keyring, then this run's memory."""

    async def get(self, ref: SecretRef) -> str:
        """The secret. Raises ``SecretUnavailable``."""
        ...

    async def set(self, ref: SecretRef, value: str) -> None:
        """Keep it in the keyring, or for this run where there is none. Raises ``SecretUnavailable`` for neither.

        In the place of one that is lent it is lent as well.
        """
        ...

    async def keep(self, ref: SecretRef, value: str) -> None:
        """Put it into the keyring, and nowhere else. Raises ``SecretUnavailable`` where that cannot be had."""
        ...

    def lend(self, ref: SecretRef, value: str) -> None:
        """Keep it in this run's memory only; an empty one is forgotten there."""
        ...

    async def drop(self, ref: SecretRef) -> None:
        """Forget it, in the keyring too; with an account's own secret what a sign-in has left behind goes as well.

        Raises ``SecretUnavailable`` where the keyring does not let go of it.
        """
        ...

    def is_kept(self, ref: SecretRef) -> bool:
        """Whether the keyring has taken what this run uses for it; it may answer long after nobody waits any more."""
        ...

    def look_again(self) -> None:
        """Ask the keyring anew for what it told before: another process may have put something else into it."""
        ...

    def known(self) -> tuple[str, ...]:
        """Every secret value that was ever handed out in this run, for the log's redaction."""
        ...

    def hide(self, *values: str) -> None:
        """Count these among the ``known``: secrets that were made from others, such as tokens."""
        ...


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

    def save(self, settings: Settings) -> None:
        """Write these settings: what differs from the file is changed in it, comments and order survive.

        Raises ``SettingsError`` if the file has problems, or if it would not read back as these settings;
        ``EnvironmentFault`` where it cannot be written.
        """
        ...

    def undo(self) -> None:
        """Put the file back as it was before the last ``save`` or ``agree`` of this run.

        Raises ``SettingsError`` where there is none, or where somebody changed the file since.
        """
        ...

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        ...

    def has_changed(self) -> bool:
        """Whether the file is another one than at the last ``load``, ``save`` or ``undo``. Cheap, and never raises."""
        ...

    def agree(self, *, public: bool) -> None:
        """Write down whether hosts beyond the accounts' own may be contacted to measure the line.

        Raises ``SettingsError`` if the file has problems, ``EnvironmentFault`` where it cannot be written.
        """
        ...
