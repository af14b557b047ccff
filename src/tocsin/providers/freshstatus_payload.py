"""What Freshstatus's public documents say, in our words. Format: as public-api.freshstatus.io answers."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import text, times
from tocsin.providers.base import known_by
from tocsin.providers.payload import Scalar, items

LEVELS = {
    "op": Level.OK,
    "pd": Level.DEGRADED,
    "po": Level.DEGRADED,
    "mo": Level.OUTAGE,
    "um": Level.MAINTENANCE,
}
NULL = Raw(b"null")
_SEVERITIES = {Level.OUTAGE: Severity.CRITICAL, Level.OK: Severity.NOTICE}


class Display(Struct, frozen=True):
    """How a component is shown."""

    ignore_overall_status: Scalar = None


class Node(Struct, frozen=True):
    """A component, or a branch that holds some."""

    id: Scalar
    name: Scalar = None
    status: Scalar = None
    display_options: Display | None = None
    components: "list[Node] | None" = None


class Tree(Struct, frozen=True):
    """The components' document."""

    components: Raw


class Named(Struct, frozen=True):
    """A component as an incident refers to it."""

    id: Scalar = None


class Hit(Struct, frozen=True):
    """A component that an incident hits, and what it makes of it."""

    component: Named | Scalar = None
    component_id: Scalar = None
    new_status: Scalar = None


class Message(Struct, frozen=True):
    """One update of an incident."""

    message: Scalar = None
    description: Scalar = None
    created_at: Scalar = None
    updated_at: Scalar = None


class Incident(Struct, frozen=True):
    """An incident or planned work."""

    id: Scalar = None
    title: Scalar = None
    description: Scalar = None
    status: Scalar = None
    is_planned: Scalar = None
    start_time: Scalar = None
    end_time: Scalar = None
    created_at: Scalar = None
    affected_components: list[Hit] | None = None
    incident_updates: list[Message] | None = None


class Listing(Struct, frozen=True):
    """The incidents' document, under either of the names that it is met with."""

    incidents: Raw = NULL
    results: Raw = NULL
    next: Raw = NULL


def next_page(listing: Listing) -> str | None:
    """The address of the next page, as it was given."""
    try:
        return msgspec.json.decode(listing.next, type=str | None)
    except msgspec.ValidationError:
        return None


def report(stated: Incident, now: datetime) -> Report:
    """One incident. Planned work's end is its estimate; any other that has an end is over."""
    incident_id = known_by(stated.id, "an incident")
    start, end = times.moment(stated.start_time), times.moment(stated.end_time)
    is_planned = text.folded(stated.is_planned) == "true"
    is_past = end is not None and end <= now
    is_ahead = is_planned and start is not None and start > now
    phase = Phase.RESOLVED if is_past else Phase.SCHEDULED if is_ahead else Phase.INVESTIGATING
    hits = items(stated.affected_components)
    worst = max(hits, key=_level, default=None)
    return Report(
        id=incident_id,
        title=text.line(stated.title) or incident_id,
        kind=IncidentKind.MAINTENANCE if is_planned else IncidentKind.INCIDENT,
        severity=Severity.MINOR if worst is None else _SEVERITIES.get(_level(worst), Severity.MINOR),
        phase=phase,
        raw_severity="" if worst is None else text.word(worst.new_status),
        raw_phase=text.word(stated.status),
        started_at=start,
        resolved_at=end if phase.is_over else None,
        eta=end if is_planned else None,
        scheduled_start=start if is_planned else None,
        scheduled_end=end if is_planned else None,
        affected=_affected(hits),
        updates=_updates(stated, phase),
    )


def _level(hit: Hit) -> Level:
    return LEVELS.get(text.folded(hit.new_status), Level.DEGRADED)


def _affected(hits: Iterable[Hit]) -> tuple[str, ...]:
    named = (hit.component.id if isinstance(hit.component, Named) else hit.component for hit in hits)
    found = (text.identity(one if one is not None else hit.component_id) for one, hit in zip(named, hits, strict=True))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _updates(stated: Incident, phase: Phase) -> tuple[Update, ...]:
    """The description as it was at first, and the messages after it."""
    found = {}
    told = (
        (each.created_at or each.updated_at, each.message or each.description)
        for each in items(stated.incident_updates)
    )
    for when, said in ((stated.created_at or stated.start_time, stated.description), *told):
        at, words = times.moment(when), text.body(said)
        if at is not None and words:
            found[at, words] = Update(at, phase, words)
    return tuple(sorted(found.values(), key=lambda update: update.at))
