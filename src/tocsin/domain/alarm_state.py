"""The values that ``domain.alarm`` decides on: what was told about what, and what is to be told next."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tocsin.domain.message import Message
from tocsin.domain.terms import Level, Urgency


class AlarmPhase(StrEnum):
    """Where one alarm stands."""

    QUIET = "quiet"
    PENDING = "pending"
    RINGING = "ringing"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was told about one episode of one incident; it exists from the first word to the last.

    ``thread`` names the notification that is replaced in place; several incidents that were told in one summary share
    it. ``revision`` counts what was said of this episode, from 1. ``level`` is the worst that was told, ``eta`` the
    estimate that was told last, ``window`` the planned start and end that were. ``connections`` are the ids of all that
    were named. ``muted`` silences all but the end. ``line`` is what was told of the user's own line: its state and
    cause, or that it works again; empty for nothing.
    """

    uid: str
    episode: int
    thread: str
    phase: AlarmPhase
    revision: int
    level: Level
    eta: datetime | None = None
    window: tuple[datetime | None, datetime | None] = (None, None)
    began: bool = True
    muted: bool = False
    connections: tuple[str, ...] = ()
    line: str = ""


@dataclass(frozen=True, slots=True)
class AlarmState:
    """All alarms of open incidents, and the ids of the accounts whose silence was told, with how often that was."""

    alarms: tuple[Alarm, ...] = ()
    unreachable: tuple[str, ...] = ()
    unreachable_revision: int = 0

    def of(self, uid: str) -> Alarm | None:
        """The alarm of an incident, if anything was ever told about it."""
        return next((alarm for alarm in self.alarms if alarm.uid == uid), None)

    def within(self, phase: AlarmPhase) -> frozenset[str]:
        """The uids of all alarms in one phase."""
        return frozenset(alarm.uid for alarm in self.alarms if alarm.phase is phase)


@dataclass(frozen=True, slots=True)
class Tell:
    """Effect: say this in this thread, replacing what was said in it. ``uid``, ``episode``, ``revision`` identify it.

    ``final`` marks the last message of a thread: it may expire by itself. ``can_acknowledge`` offers that action.
    """

    thread: str
    uid: str
    episode: int
    revision: int
    message: Message
    urgency: Urgency
    final: bool = False
    can_acknowledge: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Effect: take the notification of this thread away, saying nothing."""

    thread: str


Effect = Tell | Close


@dataclass(frozen=True, slots=True)
class Decision:
    """What ``step`` came to: the next state and what is to be done."""

    state: AlarmState
    effects: tuple[Effect, ...] = field(default=())
