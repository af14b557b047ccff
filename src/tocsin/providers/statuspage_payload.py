"""What Statuspage's documents say, in our words. Format: Statuspage's API documentation, "Public API" (v2).

Shared by everything that answers in this format. Words are looked up folded: ``degraded_performance`` is found as
``degradedperformance``. A word that is not known is kept as it came and taken for the nearest cautious one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from msgspec import UNSET, Raw, Struct, UnsetType

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers import links, text, things, times
from tocsin.providers.payload import Scalar, items

LEVELS = {
    "operational": Level.OK,
    "degradedperformance": Level.DEGRADED,
    "partialoutage": Level.DEGRADED,
    "majoroutage": Level.OUTAGE,
    "fulloutage": Level.OUTAGE,  # incident.io's word for it
    "undermaintenance": Level.MAINTENANCE,
}
_PAGE_LEVELS = {
    "none": Level.OK,
    "minor": Level.DEGRADED,
    "major": Level.DEGRADED,
    "critical": Level.OUTAGE,
    "maintenance": Level.MAINTENANCE,
}
_SEVERITIES = {
    "none": Severity.NOTICE,
    "minor": Severity.MINOR,
    "major": Severity.MAJOR,
    "critical": Severity.CRITICAL,
}
PHASES = {
    "scheduled": Phase.SCHEDULED,
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "inprogress": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "verifying": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "postmortem": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}


class Page(Struct, frozen=True):
    """Whose page it is."""

    id: Scalar = None
    name: Scalar = None
    url: Scalar = None
    time_zone: Scalar = None


class Status(Struct, frozen=True):
    """The page's overall word."""

    indicator: str


class PageComponent(Struct, frozen=True):
    """A component, or a group of them."""

    id: Scalar
    name: Scalar = None
    status: Scalar = None
    group: Scalar = None
    group_id: Scalar = None
    components: list[Scalar] | None = None


class Hit(Struct, frozen=True):
    """A component as an incident names it: by ``id``, in its updates by ``code``."""

    id: Scalar = None
    code: Scalar = None


class Message(Struct, frozen=True):
    """One update of an incident."""

    status: Scalar = None
    body: Scalar = None
    display_at: Scalar = None
    created_at: Scalar = None
    updated_at: Scalar = None
    affected_components: list[Hit] | None = None


class Incident(Struct, frozen=True):
    """An incident or a scheduled maintenance."""

    id: Scalar
    name: Scalar = None
    status: Scalar = None
    impact: Scalar = None
    shortlink: Scalar = None
    created_at: Scalar = None
    started_at: Scalar = None
    updated_at: Scalar = None
    resolved_at: Scalar = None
    scheduled_for: Scalar = None
    scheduled_until: Scalar = None
    incident_updates: list[Message] | None = None
    components: list[Hit] | None = None


class Listing(Struct, frozen=True):
    """``incidents.json`` or ``scheduled-maintenances.json``, or the part of ``summary.json`` that is like them."""

    incidents: Raw | UnsetType = UNSET
    scheduled_maintenances: Raw | UnsetType = UNSET


class Summary(Listing, frozen=True, kw_only=True):
    """``summary.json``. Its page and status are what it is known by."""

    page: Raw
    status: Raw
    components: Raw | UnsetType = UNSET


def page_level(indicator: str) -> Level:
    """The level of the page's overall word."""
    return _PAGE_LEVELS.get(text.folded(indicator), Level.DEGRADED)


def required_id(value: Scalar, what: str) -> str:
    """An id. Raises ``PollFailed`` (malformed): what has none cannot be told apart, and must not be left out."""
    found = text.identity(value)
    if found is None:
        raise PollFailed(FailureKind.MALFORMED, f"{what} without an id")
    return found


def components(listed: Iterable[PageComponent]) -> tuple[Component, ...]:
    """The page's components and groups, each id once with its worst state. A silent group is as its worst member."""
    return things.settled(_component(each) for each in listed)


def _component(stated: PageComponent) -> Component:
    return things.thing(
        required_id(stated.id, "a component"),
        stated.name,
        stated.status,
        LEVELS,
        group=text.identity(stated.group_id),
        is_group=text.folded(stated.group) == "true" or bool(items(stated.components)),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the incidents of one page. ``zone`` is the page's own, for times without an offset; None refuses them."""

    page_url: str
    zone: tzinfo | None
    now: datetime

    def report(self, stated: Incident, listed_as: IncidentKind) -> Report:
        """One incident. Raises ``PollFailed`` (malformed) where it has no id."""
        incident_id = required_id(stated.id, "an incident")
        start, end = self._moment(stated.scheduled_for), self._moment(stated.scheduled_until)
        planned = listed_as is IncidentKind.MAINTENANCE or text.folded(stated.impact) == "maintenance" or start
        kind = IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT
        phase = self._phase(stated, start if planned else None)
        updates = self._updates(stated)
        given = self._moment(stated.started_at, stated.created_at)
        return Report(
            id=incident_id,
            title=text.line(stated.name) or incident_id,
            kind=kind,
            severity=_SEVERITIES.get(text.folded(stated.impact), Severity.MINOR),
            phase=phase,
            raw_severity=text.word(stated.impact),
            raw_phase=text.word(stated.status),
            started_at=(_begun(phase, updates) or start or given) if planned else given,
            resolved_at=self._ended(stated, updates) if phase.is_over else None,
            eta=end if planned else None,
            scheduled_start=start,
            scheduled_end=end,
            affected=_affected(stated),
            url=links.web_link(stated.shortlink) or self._permalink(incident_id),
            updates=updates,
        )

    def _moment(self, *values: Scalar) -> datetime | None:
        """The first of the values that is a time."""
        return next((at for value in values if (at := times.moment(value, self.zone)) is not None), None)

    def _phase(self, stated: Incident, planned_start: datetime | None) -> Phase:
        known = PHASES.get(text.folded(stated.status))
        if known is not None:
            return known
        if self._moment(stated.resolved_at) is not None:
            return Phase.RESOLVED
        is_ahead = planned_start is not None and planned_start > self.now
        return Phase.SCHEDULED if is_ahead else Phase.INVESTIGATING

    def _updates(self, stated: Incident) -> tuple[Update, ...]:
        """The messages, oldest first. One without any time stands at the incident's last change."""
        found = []
        for message in items(stated.incident_updates):
            at = self._moment(
                message.display_at, message.created_at, message.updated_at, stated.updated_at, stated.created_at
            )
            said = text.body(message.body)
            if at is not None and (said or message.status is not None):
                found.append(Update(at, PHASES.get(text.folded(message.status), Phase.INVESTIGATING), said))
        return tuple(sorted(found, key=lambda update: update.at))

    def _ended(self, stated: Incident, updates: tuple[Update, ...]) -> datetime | None:
        told = (update.at for update in updates if update.phase.is_over)
        return self._moment(stated.resolved_at) or next(told, None) or self._moment(stated.updated_at)

    def _permalink(self, incident_id: str) -> str | None:
        return links.web_link(links.item(f"{self.page_url}/incidents", incident_id))


def _begun(phase: Phase, updates: tuple[Update, ...]) -> datetime | None:
    """When planned work really began, where its messages tell."""
    if phase is Phase.SCHEDULED:
        return None
    return next((each.at for each in updates if each.phase in (Phase.IDENTIFIED, Phase.MONITORING)), None)


def _affected(stated: Incident) -> tuple[str, ...]:
    """The ids of what it hits: as linked, and as its newest message that names any has it."""
    named = next((hits for each in items(stated.incident_updates) if (hits := items(each.affected_components))), [])
    ids = (text.identity(hit.id if hit.id is not None else hit.code) for hit in (*items(stated.components), *named))
    return tuple(dict.fromkeys(each for each in ids if each is not None))
