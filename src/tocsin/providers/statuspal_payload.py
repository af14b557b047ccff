"""What StatusPal's documents say, in our words. Format: StatusPal's API reference 2.0.0.

Pages and services have no state but the type of the incident that hits them: null is fine, and told as such. Times are
naive UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from msgspec import UNSET, Raw, Struct, UnsetType

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import links, text, times
from tocsin.providers.base import known_by, read_all
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, state, thing

_LEVELS = {
    "minor": Level.DEGRADED,
    "major": Level.OUTAGE,
    "scheduled": Level.MAINTENANCE,
}
_SEVERITIES = {"minor": Severity.MINOR, "major": Severity.MAJOR}
_PHASES = {
    "issue": Phase.INVESTIGATING,
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_EMPTY = Raw(b"[]")


class Summary(Struct, frozen=True):
    """``summary``, or ``status``, which has the page alone. The page is what they are known by."""

    status_page: Raw
    services: Raw = _EMPTY
    incidents: Raw | UnsetType = UNSET
    maintenances: Raw | UnsetType = UNSET
    upcoming_maintenances: Raw | UnsetType = UNSET


class Page(Struct, frozen=True):
    """Whose page it is, and the type of the worst incident that it has."""

    current_incident_type: Scalar | UnsetType = UNSET
    name: Scalar = None
    url: Scalar = None
    subdomain: Scalar = None


class Links(Struct, frozen=True):
    """Where the next page is."""

    next: Scalar = None


class Listing(Struct, frozen=True):
    """``incidents``: the history, in pages."""

    incidents: Raw
    links: Links | None = None


class Service(Struct, frozen=True):
    """A service, with those that it is made of."""

    id: Scalar
    name: Scalar = None
    current_incident_type: Scalar | UnsetType = UNSET
    parent_id: Scalar = None
    children: Raw = _EMPTY


class Hit(Struct, frozen=True):
    """A service as an incident names it."""

    id: Scalar = None


class Message(Struct, frozen=True):
    """One update of an incident."""

    type: Scalar = None
    description: Scalar = None
    posted_at: Scalar = None
    inserted_at: Scalar = None


class Incident(Struct, frozen=True):
    """An incident or a maintenance. The end of a maintenance is a plan."""

    id: Scalar
    title: Scalar = None
    type: Scalar = None
    starts_at: Scalar = None
    ends_at: Scalar = None
    inserted_at: Scalar = None
    url: Scalar = None
    service_ids: list[Scalar] | None = None
    services: list[Hit] | None = None
    updates: list[Message] | None = None


def page_level(stated: Scalar) -> Level:
    """The level of the page's overall word."""
    return Level.OK if stated is None else state(text.word(stated), _LEVELS)[0]


def components(listed: list[Service], where: str) -> tuple[Component, ...]:
    """The page's services, with what they are made of. Raises ``PollFailed`` (malformed)."""
    return settled(_services(listed, where, None))


def _services(listed: Iterable[Service], where: str, parent: str | None) -> list[Component]:
    found: list[Component] = []
    for each in listed:
        service_id = known_by(each.id, f"{where}: a service")
        inside = _services(read_all(each.children, Service, where), where, service_id)
        group = text.identity(each.parent_id) or parent
        sort = each.current_incident_type
        service = thing(service_id, each.name, sort, _LEVELS, group=group, is_group=bool(inside))
        found.append(replace(service, level=Level.OK, known=True) if sort is None else service)
        found.extend(inside)
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads incidents as of a moment."""

    now: datetime

    def report(self, stated: Incident, listed_as: IncidentKind) -> Report:
        """One incident. Raises ``PollFailed`` (malformed) where it has no id."""
        incident_id = known_by(stated.id, "an incident")
        sort = text.word(stated.type)
        planned = listed_as is IncidentKind.MAINTENANCE or text.folded(sort) == "scheduled"
        start, end = times.moment(stated.starts_at, UTC), times.moment(stated.ends_at, UTC)
        told = _told(stated)
        newest = told[-1][1] if told else Message()
        phase = self._planned(start, end, newest) if planned else self._phase(end, newest)
        early = Phase.SCHEDULED if planned else Phase.INVESTIGATING
        is_ahead = end is not None and end > self.now
        return Report(
            id=incident_id,
            title=text.line(stated.title) or incident_id,
            kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
            severity=_SEVERITIES.get(text.folded(sort), Severity.MINOR),
            phase=phase,
            raw_severity=sort,
            raw_phase=text.word(newest.type),
            started_at=start or (None if planned else times.moment(stated.inserted_at, UTC)),
            resolved_at=end if phase.is_over else None,
            eta=end if planned or (is_ahead and not phase.is_over) else None,
            scheduled_start=start if planned else None,
            scheduled_end=end if planned else None,
            affected=ids((*items(stated.service_ids), *(each.id for each in items(stated.services)))),
            url=links.web_link(stated.url),
            updates=tuple(
                Update(at, _PHASES.get(text.folded(each.type), early), said)
                for at, each in told
                if (said := text.body(each.description))
            ),
        )

    def _phase(self, end: datetime | None, newest: Message) -> Phase:
        """Where an incident is. An end that has come is one, unless an update after it says otherwise."""
        if end is not None and end <= self.now:
            return Phase.RESOLVED
        return _PHASES.get(text.folded(newest.type), Phase.INVESTIGATING)

    def _planned(self, start: datetime | None, end: datetime | None, newest: Message) -> Phase:
        """Where planned work is: it begins and ends by the clock, or when an update says that it is over."""
        said = _PHASES.get(text.folded(newest.type))
        if said is not None and said.is_over:
            return said
        if end is not None and end <= self.now:
            return Phase.RESOLVED
        return Phase.SCHEDULED if start is None or start > self.now else Phase.IDENTIFIED


def _told(stated: Incident) -> list[tuple[datetime, Message]]:
    """The updates, oldest first. One without a time stands at the start, or is left out."""
    first = times.moment(stated.starts_at, UTC) or times.moment(stated.inserted_at, UTC)
    dated = (
        (times.moment(each.posted_at, UTC) or times.moment(each.inserted_at, UTC) or first, each)
        for each in items(stated.updates)
    )
    return sorted(((at, each) for at, each in dated if at is not None), key=lambda pair: pair[0])
