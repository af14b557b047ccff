"""What the simulated provider says at one moment: problems, their tickets, what happened to them, and how it fails.

Values and the pure functions that turn one into the next. Each takes the moment ``at`` (aware UTC) as an argument, so
that a scripted day and a test that moves things by hand make the same history.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tocsin.simulator.http1 import Manner

Scalar = str | int | float | bool


class Status(StrEnum):
    """The states of a problem (TMF656 v4, ServiceProblemStateType) and of a ticket (TMF621 v4): the same words."""

    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    PENDING = "pending"
    HELD = "held"
    IN_PROGRESS = "inProgress"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """True for the states that carry a ``resolutionDate``."""
        return self in (Status.RESOLVED, Status.CLOSED)


class EventType(StrEnum):
    """The notifications of TMF656 v4 that a ``serviceProblemEventRecord`` keeps."""

    CREATED = "ServiceProblemCreateEvent"
    STATUS = "ServiceProblemStateChangeEvent"
    VALUE = "ServiceProblemAttributeValueChangeEvent"


class Where(StrEnum):
    """Which of the two interfaces fails."""

    ALL = "all"
    PROBLEMS = "problems"
    TICKETS = "tickets"


@dataclass(frozen=True, slots=True)
class Failure:
    """How the provider fails for now. ``status`` and ``retry_after`` (seconds) go with ``Manner.WHOLE``.

    ``html`` makes the body a web page, as a captive portal or a moved site sends one. ``pause`` is the seconds between
    two bytes of a dripping answer.
    """

    manner: Manner = Manner.WHOLE
    status: int = 503
    retry_after: int | None = None
    html: bool = False
    where: Where = Where.ALL
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """Something that a customer has and a problem can hit."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of the provider."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A status as it was set, and why."""

    at: datetime
    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The trouble ticket of a problem, where the estimate stands: TMF656 has no field for one."""

    id: str
    estimate: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One service problem with its tickets. ``priority`` is 1 (high) to 10 (low), ``impact_factor`` 0 to 100.

    ``created_at`` is when the trouble began, as the provider tells it. ``planned`` makes it planned work.
    """

    id: str
    name: str
    services: tuple[Service, ...]
    created_at: datetime
    updated_at: datetime
    changes: tuple[Change, ...]
    description: str = ""
    category: str = ""
    reason: str = ""
    priority: int | None = None
    impact_factor: int | None = None
    resolved_at: datetime | None = None
    notes: tuple[Note, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    characteristics: tuple[tuple[str, Scalar], ...] = ()
    planned: tuple[datetime, datetime | None] | None = None

    @property
    def status(self) -> Status:
        """The state it is in."""
        return self.changes[-1].status


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a problem; ``status`` is its state right after."""

    id: str
    at: datetime
    type: EventType
    problem: str
    status: Status


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the provider knows at one moment. Problems stand in the order in which they were declared."""

    problems: tuple[Problem, ...] = ()
    events: tuple[Event, ...] = ()
    failure: Failure | None = None

    def problem(self, problem_id: str) -> Problem | None:
        """The problem of that id that is listed now."""
        return next((problem for problem in self.problems if problem.id == problem_id), None)


class Stage(Protocol):
    """Whatever can say what the provider knows at a moment: a scripted day, or a test that moves things by hand."""

    def at(self, now: datetime) -> Scene:
        """The scene at ``now`` (aware UTC)."""
        ...


def declared(scene: Scene, problem: Problem, at: datetime) -> Scene:
    """The scene with a new problem; one listed under the same id is replaced."""
    others = tuple(other for other in scene.problems if other.id != problem.id)
    return _told(replace(scene, problems=(*others, problem)), problem, EventType.CREATED, at)


def changed(scene: Scene, problem: Problem, at: datetime) -> Scene:
    """The scene with a problem as it has become. Its last update and the event's type are derived from the change."""
    before = scene.problem(problem.id)
    kind = EventType.VALUE if before is None or before.changes == problem.changes else EventType.STATUS
    after = replace(problem, updated_at=at)
    problems = tuple(after if other.id == after.id else other for other in scene.problems)
    return _told(replace(scene, problems=problems), after, kind, at)


def dropped(scene: Scene, problem_id: str) -> Scene:
    """The scene without that problem: it has left every list, and its id is not found."""
    return replace(scene, problems=tuple(problem for problem in scene.problems if problem.id != problem_id))


def with_note(problem: Problem, at: datetime, text: str, author: str) -> Problem:
    """The problem with one more remark; no text changes nothing."""
    return replace(problem, notes=(*problem.notes, Note(at, author, text))) if text else problem


def with_status(problem: Problem, at: datetime, status: Status, reason: str = "") -> Problem:
    """The problem in another state. Its resolution is dated when it is over, and undated when it is reopened."""
    resolved_at = (problem.resolved_at or at) if status.is_over else None
    return replace(problem, changes=(*problem.changes, Change(at, status, reason)), resolved_at=resolved_at)


def with_estimate(problem: Problem, estimate: datetime | None, ticket_id: str | None = None) -> Problem:
    """The problem with another estimate (None: taken back) in one of its tickets, or in all."""
    tickets = tuple(
        replace(ticket, estimate=estimate) if ticket_id in (None, ticket.id) else ticket for ticket in problem.tickets
    )
    return replace(problem, tickets=tickets)


def _told(scene: Scene, problem: Problem, kind: EventType, at: datetime) -> Scene:
    event = Event(str(len(scene.events) + 1), at, kind, problem.id, problem.status)
    return replace(scene, events=(*scene.events, event))
