"""The picture of now: what the engine publishes, and what tray and window draw."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.incident import Incident
from tocsin.domain.message import Fault
from tocsin.domain.terms import ConnectionKind, FailureKind, Level, Role


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks: ``wall`` is aware UTC, ``mono`` seconds of the monotonic clock.

    Linux's monotonic clock stands still in suspend and the wall clock jumps with corrections: neither alone tells age.
    """

    wall: datetime
    mono: float


@dataclass(frozen=True, slots=True)
class AccountView:
    """How asking one account goes. ``failing_since`` is the first of the failures in a row, None when none.

    ``unreachable`` is true after three failures in a row. ``skew`` is the provider's clock minus ours, zero if under
    five minutes. ``fresh_for`` is how long a success counts.
    """

    id: str
    name: str
    provider: str
    last_success: Instant | None
    next_poll_at: datetime | None
    failures: int
    failing_since: datetime | None
    failure: FailureKind | None
    failure_text: str
    unreachable: bool
    fresh_for: timedelta
    skew: timedelta = timedelta()
    polling: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One account's view of a connection. ``confirmed`` is its last success, ``fresh_for`` how long that counts."""

    account: str
    level: Level
    confirmed: Instant | None
    fresh_for: timedelta


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection as it stands, seen from the side of every account that names it.

    ``level`` holds as of the accounts' last successes; ``domain.freshness.shown`` says what it is worth at a later
    moment. ``incidents`` are the open ones that concern it, worst first. ``since`` is when this level began, as far as
    known. ``raw`` is the provider's own word where it is not a documented one. ``verified`` is false where the match
    cannot be checked (TMF656); ``match_missing`` is true where the provider's own list lacks it.
    """

    id: str
    name: str
    kind: ConnectionKind
    role: Role
    level: Level
    sides: tuple[Side, ...]
    incidents: tuple[Incident, ...] = ()
    since: datetime | None = None
    raw: str = ""
    verified: bool = True
    match_missing: bool = False

    @property
    def confirmed(self) -> Instant | None:
        """The last moment that every account of it vouches for, None before the first."""
        moments = [side.confirmed for side in self.sides if side.confirmed is not None]
        return min(moments, key=lambda moment: moment.wall) if moments and len(moments) == len(self.sides) else None


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything the desktop draws, in one frozen value.

    ``ringing`` are the uids of incidents whose alarm rings (the bell may swing), ``muted`` those that are silenced
    until they are over, ``acknowledged`` those that the user has seen. ``history`` is newest start first and holds
    the open ones too.
    """

    at: Instant
    connections: tuple[ConnectionView, ...] = ()
    accounts: tuple[AccountView, ...] = ()
    history: tuple[Incident, ...] = ()
    faults: tuple[Fault, ...] = ()
    ringing: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The user has seen it: stop swinging. ``uid`` None means all that ring."""

    uid: str | None = None


@dataclass(frozen=True, slots=True)
class MuteUntilResolved:
    """Say no more about it until it is over. ``uid`` None means all that are open."""

    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Unmute:
    """Take a mute back. ``uid`` None means all."""

    uid: str | None = None


@dataclass(frozen=True, slots=True)
class CheckNow:
    """Ask every account at once. ``by_person`` false adds jitter, as on waking up."""

    by_person: bool = True


@dataclass(frozen=True, slots=True)
class ReloadSettings:
    """Read ``config.toml`` again."""


@dataclass(frozen=True, slots=True)
class RaiseWindow:
    """Open the window, or bring it to the front."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


Command = Acknowledge | MuteUntilResolved | Unmute | CheckNow | ReloadSettings | RaiseWindow | Quit
