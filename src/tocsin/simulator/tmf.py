"""Problems and tickets as TMF656 v4.0 and TMF621 v4.0 spell them in JSON.

Attribute names are those of the published swagger files; what is empty is left out. An estimate stands in the ticket,
planned work in the characteristics that Tocsin documents for providers.
"""

from datetime import UTC, datetime
from urllib.parse import quote

from msgspec import UNSET, Struct, UnsetType, field

from tocsin.simulator.scene import Event, Problem, Scalar, Ticket

PROBLEMS = ("tmf-api", "serviceProblemManagement", "v4")
TICKETS = ("tmf-api", "troubleTicket", "v4")
PLANNED_START = "plannedStartDate"
PLANNED_END = "plannedEndDate"


class Payload(Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What every resource here has."""


class Reference(Payload, frozen=True):
    """A link to another resource."""

    id: str
    href: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    referred_type: str | UnsetType = field(name="@referredType", default=UNSET)


class NotePayload(Payload, frozen=True):
    """A remark."""

    id: str
    author: str
    date: str
    text: str


class Characteristic(Payload, frozen=True):
    """A name and a value, for whatever the standard has no attribute."""

    name: str
    value_type: str
    value: Scalar


class ServiceProblem(Payload, frozen=True):
    """TMF656 v4, ServiceProblem."""

    id: str
    href: str
    type: str = field(name="@type")
    name: str
    status: str
    creation_date: str
    last_update: str
    status_change_date: str
    affected_number_of_services: int
    affected_service: tuple[Reference, ...]
    status_change_reason: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    impact_importance_factor: str | UnsetType = UNSET
    resolution_date: str | UnsetType = UNSET
    note: tuple[NotePayload, ...] = ()
    characteristic: tuple[Characteristic, ...] = ()
    trouble_ticket: tuple[Reference, ...] = ()


class StatusChange(Payload, frozen=True):
    """TMF621 v4, StatusChange."""

    status: str
    change_date: str
    change_reason: str | UnsetType = UNSET


class RelatedEntity(Payload, frozen=True):
    """TMF621 v4, RelatedEntity: what a ticket is about."""

    id: str
    href: str
    role: str
    referred_type: str = field(name="@referredType")


class TroubleTicket(Payload, frozen=True):
    """TMF621 v4, TroubleTicket."""

    id: str
    href: str
    type: str = field(name="@type")
    name: str
    status: str
    ticket_type: str
    severity: str
    creation_date: str
    last_update: str
    status_change_date: str
    description: str | UnsetType = UNSET
    expected_resolution_date: str | UnsetType = UNSET
    resolution_date: str | UnsetType = UNSET
    note: tuple[NotePayload, ...] = ()
    status_change: tuple[StatusChange, ...] = ()
    related_entity: tuple[RelatedEntity, ...] = ()


class Notification(Payload, frozen=True):
    """What was sent to listeners, as an event record keeps it."""

    event_id: str
    event_type: str
    event_time: str
    event: dict[str, dict[str, str]]


class EventRecord(Payload, frozen=True):
    """TMF656 v4, ServiceProblemEventRecord."""

    id: str
    href: str
    event_type: str
    event_time: str
    record_time: str
    service_problem: Reference
    notification: Notification


def problem(value: Problem, root: str) -> ServiceProblem:
    """A problem as TMF656 tells it. ``root`` is the server's own address, without a slash at its end."""
    last = value.changes[-1]
    return ServiceProblem(
        id=value.id,
        href=href(root, (*PROBLEMS, "serviceProblem", value.id)),
        type="ServiceProblem",
        name=value.name,
        status=value.status.value,
        creation_date=stamp(value.created_at),
        last_update=stamp(value.updated_at),
        status_change_date=stamp(last.at),
        status_change_reason=last.reason or UNSET,
        affected_number_of_services=len(value.services),
        affected_service=tuple(
            Reference(id=service.id, name=service.name or UNSET, referred_type="Service") for service in value.services
        ),
        category=value.category or UNSET,
        description=value.description or UNSET,
        reason=value.reason or UNSET,
        priority=UNSET if value.priority is None else value.priority,
        impact_importance_factor=UNSET if value.impact_factor is None else str(value.impact_factor),
        resolution_date=UNSET if value.resolved_at is None else stamp(value.resolved_at),
        note=_notes(value),
        characteristic=_characteristics(value),
        trouble_ticket=tuple(
            Reference(id=each.id, href=href(root, (*TICKETS, "troubleTicket", each.id)), referred_type="TroubleTicket")
            for each in value.tickets
        ),
    )


def ticket(value: Problem, each: Ticket, root: str) -> TroubleTicket:
    """One ticket of a problem as TMF621 tells it; the only place where an estimate stands."""
    return TroubleTicket(
        id=each.id,
        href=href(root, (*TICKETS, "troubleTicket", each.id)),
        type="TroubleTicket",
        name=value.name,
        description=value.description or UNSET,
        status=value.status.value,
        ticket_type="maintenance" if value.planned else "incident",
        severity="Critical" if value.priority == 1 else "Major",
        creation_date=stamp(value.created_at),
        last_update=stamp(value.updated_at),
        status_change_date=stamp(value.changes[-1].at),
        expected_resolution_date=UNSET if each.estimate is None else stamp(each.estimate),
        resolution_date=UNSET if value.resolved_at is None else stamp(value.resolved_at),
        note=_notes(value),
        status_change=tuple(
            StatusChange(status=change.status.value, change_date=stamp(change.at), change_reason=change.reason or UNSET)
            for change in value.changes
        ),
        related_entity=(
            RelatedEntity(
                id=value.id,
                href=href(root, (*PROBLEMS, "serviceProblem", value.id)),
                role="cause",
                referred_type="ServiceProblem",
            ),
        ),
    )


def event_record(value: Event, root: str) -> EventRecord:
    """One thing that happened to a problem, as TMF656 keeps it."""
    at = stamp(value.at)
    about = href(root, (*PROBLEMS, "serviceProblem", value.problem))
    return EventRecord(
        id=value.id,
        href=href(root, (*PROBLEMS, "serviceProblemEventRecord", value.id)),
        event_type=value.type.value,
        event_time=at,
        record_time=at,
        service_problem=Reference(id=value.problem, href=about, referred_type="ServiceProblem"),
        notification=Notification(
            event_id=value.id,
            event_type=value.type.value,
            event_time=at,
            event={"serviceProblem": {"id": value.problem, "href": about, "status": value.status.value}},
        ),
    )


def href(root: str, segments: tuple[str, ...]) -> str:
    """The address of a resource."""
    return "/".join((root, *(quote(segment, safe="") for segment in segments)))


def stamp(at: datetime) -> str:
    """A moment as RFC 3339 has it, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _notes(value: Problem) -> tuple[NotePayload, ...]:
    return tuple(
        NotePayload(id=str(number), author=note.author, date=stamp(note.at), text=note.text)
        for number, note in enumerate(value.notes, 1)
    )


def _characteristics(value: Problem) -> tuple[Characteristic, ...]:
    pairs = list(value.characteristics)
    if value.planned is not None:
        start, end = value.planned
        pairs.append((PLANNED_START, stamp(start)))
        pairs += [(PLANNED_END, stamp(end))] if end is not None else []
    return tuple(Characteristic(name=name, value_type=_type_name(scalar), value=scalar) for name, scalar in pairs)


def _type_name(value: Scalar) -> str:
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case _:
            return "number"
