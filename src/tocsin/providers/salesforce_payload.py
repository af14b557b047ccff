"""What Salesforce Trust says of an instance's incidents and maintenances, in our words. Format: as its API answers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tocsin.domain.snapshot import Report, Update
from tocsin.domain.terms import IncidentKind, Phase, Severity
from tocsin.providers import text, times
from tocsin.providers.base import known_by, read_all, unique
from tocsin.providers.payload import Scalar, items

MAINTENANCE = "maintenance-"  # incidents and maintenances are numbered alike
_PHASES = {
    "scheduled": Phase.SCHEDULED,
    "investigating": Phase.INVESTIGATING,
    "active": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "inprogress": Phase.IDENTIFIED,
    "started": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "watching": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_SEVERITIES = {
    "informational": Severity.NOTICE,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
}
S = TypeVar("S", bound=Struct)


class Impact(Struct, frozen=True, rename="camel"):
    """One stretch of an incident or a maintenance: when, and how bad."""

    start_time: Scalar = None
    end_time: Scalar = None
    type: Scalar = None
    severity: Scalar = None


class Event(Struct, frozen=True, rename="camel"):
    """One update."""

    type: Scalar = None
    message: Scalar = None
    created_at: Scalar = None


class Message(Struct, frozen=True, rename="camel"):
    """What is known in prose, and for a maintenance where it stands."""

    path_to_resolution: Scalar = None
    action_plan: Scalar = None
    root_cause: Scalar = None
    event_status: Scalar = None


class Incident(Struct, frozen=True, rename="camel"):
    """An incident, which has no title of its own."""

    id: Scalar = None
    status: Scalar = None
    message: Message | None = None
    additional_information: Scalar = None
    is_core: Scalar = None
    instance_keys: list[Scalar] | None = None
    service_keys: list[Scalar] | None = None
    created_at: Scalar = None
    updated_at: Scalar = None
    impacts: list[Impact] | None = msgspec.field(default=None, name="IncidentImpacts")
    events: list[Event] | None = msgspec.field(default=None, name="IncidentEvents")


class Maintenance(Struct, frozen=True, rename="camel"):
    """Planned work."""

    id: Scalar = None
    name: Scalar = None
    status: Scalar = None
    message: Message | None = None
    additional_information: Scalar = None
    planned_start_time: Scalar = None
    planned_end_time: Scalar = None
    instance_keys: list[Scalar] | None = None
    service_keys: list[Scalar] | None = None
    updated_at: Scalar = None
    impacts: list[Impact] | None = msgspec.field(default=None, name="MaintenanceImpacts")
    events: list[Event] | None = msgspec.field(default=None, name="MaintenanceEvents")


class Instance(Struct, frozen=True, rename="camel"):
    """An instance: its key and its state are what it is known by."""

    key: Scalar
    status: Scalar
    location: Scalar = None
    incidents: Raw | UnsetType = msgspec.field(default=UNSET, name="Incidents")
    maintenances: Raw | UnsetType = msgspec.field(default=UNSET, name="Maintenances")

    @property
    def says_all(self) -> bool:
        """True when it lists both what happens and what is planned."""
        return not (isinstance(self.incidents, UnsetType) or isinstance(self.maintenances, UnsetType))

    def reports(self, where: str, now: datetime) -> tuple[Report, ...]:
        """What it lists. Raises ``PollFailed`` (malformed) where a list is none, or holds what cannot be read."""
        incidents = _listed(self.incidents, Incident, where)
        maintenances = _listed(self.maintenances, Maintenance, where)
        return unique((*map(incident, incidents), *(maintenance(each, now) for each in maintenances)))


def _listed(raw: Raw | UnsetType, shape: type[S], where: str) -> list[S]:
    return [] if isinstance(raw, UnsetType) else read_all(raw, shape, where)


def incident(stated: Incident) -> Report:
    """One incident. Raises ``PollFailed`` (malformed) where it has no id."""
    incident_id = known_by(stated.id, "an incident")
    impacts = items(stated.impacts)
    ends = [times.moment(each.end_time) for each in impacts]
    known = _PHASES.get(text.folded(stated.status))
    is_ended = known is None and bool(ends) and None not in ends
    phase = known or (Phase.RESOLVED if is_ended else Phase.INVESTIGATING)
    raw = _worst_word(impacts)
    return Report(
        id=incident_id,
        title=_title(stated.events, stated.additional_information, stated.message) or incident_id,
        kind=IncidentKind.INCIDENT,
        severity=_severity(raw, text.folded(stated.is_core)),
        phase=phase,
        raw_severity=raw,
        raw_phase=text.word(stated.status),
        started_at=_first(min, (times.moment(each.start_time) for each in impacts)) or times.moment(stated.created_at),
        resolved_at=(_first(max, ends) or times.moment(stated.updated_at)) if phase.is_over else None,
        affected=_ids(stated.instance_keys),
        related=_ids(stated.service_keys),
        updates=_updates(stated.events, stated.message, stated.updated_at, phase),
    )


def maintenance(stated: Maintenance, now: datetime) -> Report:
    """One maintenance; where nothing says how it stands, its window does. Raises as ``incident`` does."""
    maintenance_id = known_by(stated.id, "a maintenance")
    start, end = times.moment(stated.planned_start_time), times.moment(stated.planned_end_time)
    message = stated.message or Message()
    raw = text.word(stated.status) or text.word(message.event_status)
    is_ahead = start is not None and start > now
    phase = _PHASES.get(text.folded(raw)) or (Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED)
    actual = [times.moment(each.end_time) for each in items(stated.impacts)]
    return Report(
        id=f"{MAINTENANCE}{maintenance_id}",
        title=text.line(stated.name) or _title(stated.events, stated.additional_information, message) or maintenance_id,
        kind=IncidentKind.MAINTENANCE,
        severity=Severity.MINOR,
        phase=phase,
        raw_severity=_worst_word(items(stated.impacts)),
        raw_phase=raw,
        started_at=start,
        resolved_at=(_first(max, actual) or times.moment(stated.updated_at)) if phase.is_over else None,
        eta=end,
        scheduled_start=start,
        scheduled_end=end,
        affected=_ids(stated.instance_keys),
        related=_ids(stated.service_keys),
        updates=_updates(stated.events, stated.message, stated.updated_at, phase),
    )


def _severity(word: str, is_core: str) -> Severity:
    """Major trouble of the core service is critical; of anything else it is major."""
    severity = _SEVERITIES.get(text.folded(word), Severity.MINOR)
    return Severity.CRITICAL if severity is Severity.MAJOR and is_core == "true" else severity


def _worst_word(impacts: Iterable[Impact]) -> str:
    """The severity of the worst impact; one that is not known counts as minor."""
    words = [word for each in impacts if (word := text.word(each.severity))]
    return max(words, key=lambda word: _SEVERITIES.get(text.folded(word), Severity.MINOR), default="")


def _title(events: list[Event] | None, information: Scalar, message: Message | None) -> str:
    """The first prose that there is."""
    first = min(items(events), key=lambda each: text.word(each.created_at), default=Event())
    said = (text.body(each) for each in (information, first.message, *_prose(message)))
    return text.line(next(filter(None, said), ""))


def _prose(message: Message | None) -> tuple[Scalar, ...]:
    return (message.path_to_resolution, message.action_plan, message.root_cause) if message is not None else ()


def _updates(events: list[Event] | None, message: Message | None, changed: Scalar, phase: Phase) -> tuple[Update, ...]:
    """The events, and without any the message's own prose."""
    found = {}
    for each in items(events):
        at, said = times.moment(each.created_at), text.body(each.message)
        if at is not None and said:
            found[at, said] = Update(at, _PHASES.get(text.folded(each.type), Phase.INVESTIGATING), said)
    at = times.moment(changed)
    if not found and at is not None:
        found = {(at, said): Update(at, phase, said) for each in _prose(message) if (said := text.body(each))}
    return tuple(sorted(found.values(), key=lambda update: update.at))


def _first(choose: Callable[[list[datetime]], datetime], moments: Iterable[datetime | None]) -> datetime | None:
    known = [each for each in moments if each is not None]
    return choose(known) if known else None


def _ids(values: list[Scalar] | None) -> tuple[str, ...]:
    found = (text.identity(value) for value in items(values))
    return tuple(dict.fromkeys(each for each in found if each is not None))
