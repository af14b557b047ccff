"""The picture of now: what the engine publishes, and what tray and window draw."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.domain.account import Help, Settings
from tocsin.domain.finding import EndFinding, FindAddresses, Finding
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault
from tocsin.domain.minutes import Hour
from tocsin.domain.quality import Quality
from tocsin.domain.reading import Path
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SigningIn
from tocsin.domain.terms import Cause, ConnectionKind, FailureKind, Level, LineState, Obstacle, Role
from tocsin.domain.trial import Trial, TrialView


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
class LineSide:
    """How the line that a connection runs over stands. ``measured`` is when that was last seen, None before.

    ``since`` is when this state began. ``on_backup`` is true for a primary whose traffic leaves over another uplink,
    with ``backup`` the name of the connection that it leaves over, if it has one; ``in_use`` is false for a backup
    that is not needed.
    """

    state: LineState
    cause: Cause | None
    since: datetime | None
    measured: Instant | None
    fresh_for: timedelta
    on_backup: bool = False
    in_use: bool = True
    backup: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """One connection as it stands, seen from the side of every account that names it.

    ``level`` holds as of the accounts' last successes; ``domain.freshness.shown`` says what it is worth at a later
    moment. ``incidents`` are the open ones that concern it, worst first. ``since`` is when this level began, as far as
    known. ``raw`` is the provider's own word where it is not a documented one. ``verified`` is false where the match
    cannot be checked (TMF656); ``match_missing`` is true where the provider's own list lacks it. ``line`` is None where
    its line is not measured from here. ``has_provider`` is false where nobody but the line itself tells of it.
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
    line: LineSide | None = None
    has_provider: bool = True
    help: Help = field(default_factory=Help)

    @property
    def confirmed(self) -> Instant | None:
        """The last moment that every account of it vouches for, None before the first."""
        moments = [side.confirmed for side in self.sides if side.confirmed is not None]
        return min(moments, key=lambda moment: moment.wall) if moments and len(moments) == len(self.sides) else None


@dataclass(frozen=True, slots=True)
class LineView:
    """The user's own line in figures, for its page. ``link`` is "primary" or "backup": which one is in use.

    ``quality`` is that of the last connects. ``hours`` are the last 25, oldest first, with what was not measured left
    at zero. ``hosts`` are those that are contacted and ``every`` how often at rest; ``offered`` those that would be
    contacted beside them if the user agreed, empty where that was answered before.
    """

    link: str
    connections: tuple[str, ...]
    state: LineState
    cause: Cause | None
    since: datetime | None
    measured: Instant | None
    fresh_for: timedelta
    quality: Quality
    every: timedelta
    path: Path | None = None
    on_backup: bool = False
    frugal: bool = False
    hours: tuple[Hour, ...] = ()
    hosts: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What the user wants to tell the provider about an incident, kept until it can be sent by the user's own hand."""

    uid: str
    text: str
    written_at: datetime


class Kept(StrEnum):
    """Where a secret went."""

    KEYRING = "keyring"
    RUN_ONLY = "run_only"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class SecretKept:
    """What became of an account's secret: ``problem`` and ``obstacle`` say why it is not where it was to go."""

    account: str
    where: Kept
    problem: str = ""
    obstacle: Obstacle | None = None


class SetUpStep(StrEnum):
    """How far setting up got. ``REFUSED``: the settings could not be saved; ``LOST``: nobody is signed in any more."""

    KEEPING = "keeping"
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SettingUp:
    """What a ``SetUp`` came to so far. After ``DONE``: what became of its secret and of its sign-in, if it had one.

    Why settings were refused is in ``AppState.faults``.
    """

    number: int
    step: SetUpStep
    secret: SecretKept | None = None
    signed: SigningIn | None = None


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything the desktop draws, in one frozen value.

    ``ringing`` are the uids of incidents whose alarm rings (the bell may swing), ``muted`` those that are silenced
    until they are over, ``acknowledged`` those that the user has seen. ``history`` is newest start first and holds
    the open ones too. ``line`` is None where no line is measured. ``drafts`` wait for the line, or for the user.
    ``settings`` are those that run; ``can_save`` is false while the file has mistakes in it, which only its owner can
    mend. ``trial`` is the address being tried, ``secret_kept`` what became of the last secret that was to be kept,
    ``signing_in`` the sign-in that runs or ran last, ``finding`` the search for a sign-in server's addresses,
    ``setting_up`` what the last ``SetUp`` came to. ``read_out`` is true while notifications are shown where a screen
    reader reads them out by itself.
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
    line: LineView | None = None
    drafts: tuple[Draft, ...] = ()
    settings: Settings | None = None
    can_save: bool = True
    can_undo: bool = False
    trial: TrialView | None = None
    secret_kept: SecretKept | None = None
    autostart: bool | None = None
    signing_in: SigningIn | None = None
    finding: Finding | None = None
    setting_up: SettingUp | None = None
    read_out: bool = False


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
class AgreeToMeasure:
    """The user's answer to whether the line may be measured with hosts beyond the accounts' own."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class AdoptUplink:
    """The uplink now in use is the primary from now on: the router was replaced, or the user moved."""


@dataclass(frozen=True, slots=True)
class KeepDraft:
    """Keep what the user wants to tell the provider about an incident. An empty ``text`` drops it."""

    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """Write these settings into ``config.toml``, comments kept, and go by them."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class UndoSettings:
    """Take the last change of the settings back."""


@dataclass(frozen=True, slots=True)
class KeepSecret:
    """Keep an account's secret: in the keyring, or for this run only. An empty one is forgotten."""

    account: str
    value: str = field(repr=False)
    run_only: bool = False


@dataclass(frozen=True, slots=True)
class StartWithComputer:
    """Start with the computer from now on, or no more."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetUp:
    """Go by these settings, and keep what a new account in them is asked with: the secret, the sign-in of its trial.

    ``start`` is the wish to start with the computer, None where nothing was wished. Nothing is kept, and nothing
    starts, where the settings cannot be saved. ``number`` tells one from the next.
    """

    number: int
    settings: Settings
    secret: KeepSecret | None = None
    signed: KeepSignIn | None = None
    start: StartWithComputer | None = None


@dataclass(frozen=True, slots=True)
class TryAddress:
    """Try an address before it is watched; what comes of it is in ``AppState.trial``."""

    trial: Trial


@dataclass(frozen=True, slots=True)
class EndTrial:
    """Break a trial off, or forget what it came to. ``number`` None is whichever there is."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class TryAlarm:
    """Tell the user something that means nothing, to see that it arrives."""


@dataclass(frozen=True, slots=True)
class RaiseWindow:
    """Open the window, or bring it to the front. ``activation`` is the token with which Wayland lends the right to."""

    activation: str = ""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the program."""


Command = (
    Acknowledge
    | MuteUntilResolved
    | Unmute
    | CheckNow
    | ReloadSettings
    | AgreeToMeasure
    | AdoptUplink
    | KeepDraft
    | SaveSettings
    | UndoSettings
    | KeepSecret
    | SetUp
    | TryAddress
    | EndTrial
    | SignIn
    | EndSignIn
    | FindAddresses
    | EndFinding
    | StartWithComputer
    | TryAlarm
    | RaiseWindow
    | Quit
)
