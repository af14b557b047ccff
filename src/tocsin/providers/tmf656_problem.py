"""One TMF656 service problem, as v3, v4 and v5 spell it, in our words.

v3 has ``timeRaised, timeChanged, comment, associatedTroubleTicket, extensionInfo`` where v4 and v5 have ``creationDate,
lastUpdate, note, troubleTicket, characteristic``; the published v5 example mixes both, so all are read everywhere.
TMF656 has no field for planned work, advice or impact: the characteristics ``plannedStartDate, plannedEndDate,
customerAdvice, impact`` are read for them. Format: TM Forum, TMF656 v3.0.0, v4.0.0 and v5.0.0.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from tocsin.domain.snapshot import Report, Update
from tocsin.domain.terms import IncidentKind, Phase, Severity
from tocsin.providers import text, times
from tocsin.providers.payload import Scalar, given, items
from tocsin.providers.tmf621 import TicketRef

PHASES = {
    "submitted": Phase.INVESTIGATING,
    "acknowledged": Phase.INVESTIGATING,
    "inprogress": Phase.IDENTIFIED,
    "held": Phase.IDENTIFIED,
    "pending": Phase.IDENTIFIED,
    "resolved": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
    "rejected": Phase.CANCELLED,
}
_MILD = frozenset({"degraded", "intermittent"})
_CRITICAL_PRIORITY = 1
_CRITICAL_IMPACT = 90


class Thing(Struct, frozen=True):
    """A service or a resource that is hit."""

    id: Scalar = None


class Place(Struct, frozen=True):
    """A place that is hit; v5 has it one level deeper."""

    id: Scalar = None
    place: Thing | None = None


class Nested(Struct, frozen=True):
    """A value with its type beside it, as v3 writes it."""

    value: Scalar = None


class Characteristic(Struct, frozen=True):
    """A name and a value, for what the standard has no field."""

    name: Scalar = None
    value: Nested | Scalar = None


class Note(Struct, frozen=True):
    """A remark on a problem."""

    date: Scalar = None
    text: Scalar = None


class Tracking(Struct, frozen=True):
    """A line of a problem's own record."""

    time: Scalar = None
    description: Scalar = None


class Parent(Struct, frozen=True):
    """The problem that this one belongs to."""

    id: Scalar = None


class Problem(Struct, frozen=True, rename="camel"):
    """A service problem. Lists may leave out everything but ``id``; what is UNSET was left out."""

    id: Scalar
    name: Scalar = None
    description: Scalar = None
    category: Scalar = None
    status: Scalar = None
    priority: Scalar = None
    impact_importance_factor: Scalar = None
    creation_date: Scalar = None
    time_raised: Scalar = None
    last_update: Scalar = None
    time_changed: Scalar = None
    status_change_date: Scalar = None
    resolution_date: Scalar = None
    affected_service: list[Thing] | UnsetType | None = UNSET
    affected_resource: list[Thing] | UnsetType | None = UNSET
    affected_location: list[Place] | UnsetType | None = UNSET
    parent_problem: list[Parent] | None = None
    note: list[Note] | UnsetType | None = UNSET
    comment: list[Note] | UnsetType | None = UNSET
    tracking_record: list[Tracking] | UnsetType | None = UNSET
    trouble_ticket: list[TicketRef] | UnsetType | None = UNSET
    associated_trouble_ticket: list[TicketRef] | UnsetType | None = UNSET
    characteristic: list[Characteristic] | UnsetType | None = UNSET
    extension_info: list[Characteristic] | UnsetType | None = UNSET

    @property
    def marker(self) -> tuple[Scalar, ...]:
        """What differs once the problem has changed, as far as a list tells."""
        return self.status_change_date, self.last_update, self.time_changed

    @property
    def says_enough(self) -> bool:
        """True when it can be judged: its status is given, and what it hits."""
        hits = (self.affected_service, self.affected_resource, self.affected_location)
        return self.status is not None and any(given(each) for each in hits)

    @property
    def has_details(self) -> bool:
        """True when it has any of the fields that a reduced list leaves out."""
        said = (self.note, self.comment, self.tracking_record, self.characteristic, self.extension_info)
        return any(given(each) for each in (*said, self.trouble_ticket, self.associated_trouble_ticket))

    @property
    def phase(self) -> Phase:
        """Where it stands. A word that is not known is in progress; none at all is over only with an end."""
        word = text.folded(self.status)
        is_ended = not word and times.moment(self.resolution_date) is not None
        return PHASES.get(word, Phase.RESOLVED if is_ended else Phase.IDENTIFIED)

    @property
    def services(self) -> tuple[str, ...]:
        """The ids of the services that it hits."""
        return _ids(each.id for each in items(self.affected_service))

    @property
    def surroundings(self) -> tuple[str, ...]:
        """The ids of the places and resources that it hits."""
        places = (each.id if each.place is None else each.place.id for each in items(self.affected_location))
        return _ids((*places, *(each.id for each in items(self.affected_resource))))

    @property
    def tickets(self) -> tuple[TicketRef, ...]:
        """The tickets that belong to it."""
        return (*items(self.trouble_ticket), *items(self.associated_trouble_ticket))


def report(problem: Problem, problem_id: str, now: datetime) -> Report:
    """The report of a problem, with planned work's end as its estimate; a ticket's is put in by who asks for it."""
    told = _characteristics(problem)
    start, end = times.moment(told.get("plannedstartdate")), times.moment(told.get("plannedenddate"))
    planned = bool(text.word(told.get("plannedstartdate")) or text.word(told.get("plannedenddate")))
    phase = _planned_phase(problem, start, now) if planned else problem.phase
    began = times.moment(problem.creation_date) or times.moment(problem.time_raised)
    return Report(
        id=problem_id,
        title=next(filter(None, map(text.line, (problem.name, problem.description, problem.category))), problem_id),
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=_severity(problem, text.folded(told.get("impact"))),
        phase=phase,
        raw_severity=_raw_severity(problem, text.word(told.get("impact"))),
        raw_phase=text.word(problem.status),
        started_at=(start or began) if planned else began,
        resolved_at=_ended(problem) if phase.is_over else None,
        eta=end,
        scheduled_start=start,
        scheduled_end=end,
        affected=problem.services,
        related=problem.surroundings,
        parents=_ids(each.id for each in problem.parent_problem or ()),
        advice=text.body(told.get("customeradvice")) or None,
        updates=_updates(problem, phase),
    )


def _characteristics(problem: Problem) -> dict[str, Scalar]:
    """Values by folded name; of several under one name the first that says anything."""
    found: dict[str, Scalar] = {}
    for each in (*items(problem.characteristic), *items(problem.extension_info)):
        value = each.value.value if isinstance(each.value, Nested) else each.value
        if value is not None:
            found.setdefault(text.folded(each.name), value)
    return found


def _planned_phase(problem: Problem, start: datetime | None, now: datetime) -> Phase:
    """Planned work that is not over is in force from its start; without a start, once the provider works on it."""
    phase = problem.phase
    if phase.is_over:
        return phase
    is_ahead = phase is Phase.INVESTIGATING if start is None else start > now
    return Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED


def _severity(problem: Problem, impact: str) -> Severity:
    if impact in _MILD:
        return Severity.MINOR
    priority, factor = _number(problem.priority), _number(problem.impact_importance_factor)
    is_critical = priority == _CRITICAL_PRIORITY or (factor is not None and factor >= _CRITICAL_IMPACT)
    return Severity.CRITICAL if is_critical else Severity.MAJOR


def _raw_severity(problem: Problem, impact: str) -> str:
    words = (
        ("priority", text.word(problem.priority)),
        ("impactImportanceFactor", text.word(problem.impact_importance_factor)),
        ("impact", impact),
    )
    return ", ".join(f"{name} {word}" for name, word in words if word)


def _number(value: Scalar) -> float | None:
    try:
        return None if isinstance(value, bool) or value is None else float(value)
    except (ValueError, OverflowError):
        return None


def _ended(problem: Problem) -> datetime | None:
    told = (problem.resolution_date, problem.status_change_date, problem.last_update, problem.time_changed)
    return next((at for each in told if (at := times.moment(each)) is not None), None)


def _updates(problem: Problem, phase: Phase) -> tuple[Update, ...]:
    """Notes and the record, oldest first. Those from before the last change of status had an earlier phase."""
    changed = times.moment(problem.status_change_date)
    earlier = Phase.IDENTIFIED if phase.is_over else Phase.INVESTIGATING
    notes = ((each.date, each.text) for each in (*items(problem.note), *items(problem.comment)))
    record = ((each.time, each.description) for each in items(problem.tracking_record))
    found: dict[tuple[datetime, str], Update] = {}
    for stated, said in (*notes, *record):
        at = times.moment(stated) or times.moment(problem.creation_date) or times.moment(problem.time_raised)
        words = text.body(said)
        if at is not None and words:
            found[at, words] = Update(at, earlier if changed is not None and at < changed else phase, words)
    return tuple(sorted(found.values(), key=lambda update: update.at))


def _ids(values: Iterable[Scalar]) -> tuple[str, ...]:
    found = (text.identity(value) for value in values)
    return tuple(dict.fromkeys(each for each in found if each is not None))
