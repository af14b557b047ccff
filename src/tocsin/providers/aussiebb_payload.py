"""What Aussie Broadband says of the outages of one service, in our words.

``networkEvents`` and ``aussieOutages`` are its own events; the latter is ``[]`` or an object of lists by when
(``{"future": [...]}``). The NBN's are without ids: a service and a start make one. An event does not say whether it is
planned: what lies ahead is, what is listed as planned, and what calls itself so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from tocsin.domain.snapshot import Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import text, times
from tocsin.providers.base import read_all
from tocsin.providers.payload import Scalar

_PLANNED = re.compile(r"(?<!un)(?<!un-)(?<!un )(?:planned|scheduled)|maintenance|upgrade", re.IGNORECASE)
_MILD = re.compile(r"degrad|intermittent|slow|latency|packet loss|congestion", re.IGNORECASE)
_OVER = frozenset({"resolved", "closed", "completed", "complete", "restored"})
_CANCELLED = frozenset({"cancelled", "canceled"})
_EMPTY = Raw(b"[]")


class Event(Struct, frozen=True):
    """An event: Aussie Broadband's own have ``reference`` and ``*_time``, the NBN's ``*_date`` and no id."""

    reference: Scalar = None
    id: Scalar = None
    title: Scalar = None
    summary: Scalar = None
    status: Scalar = None
    start_time: Scalar = None
    end_time: Scalar = None
    start_date: Scalar = None
    end_date: Scalar = None
    created: Scalar = None
    restored_at: Scalar = None
    last_updated: Scalar = None
    updated_at: Scalar = None


class Outages(Struct, frozen=True, rename="camel"):
    """The outages of a service. The lists of what is in force are what it is known by."""

    network_events: Raw
    current_nbn_outages: Raw
    aussie_outages: Raw | UnsetType = UNSET
    scheduled_nbn_outages: Raw | UnsetType = UNSET
    resolved_scheduled_nbn_outages: Raw | UnsetType = UNSET
    resolved_nbn_outages: Raw | UnsetType = UNSET


def reports_of(outages: Outages, service: str, where: str, now: datetime) -> list[Report]:
    """The reports of one service's outages. Raises ``PollFailed`` (malformed) for a list that cannot be read."""
    found = [
        _report(event, service, now, listed_as=IncidentKind.INCIDENT)
        for event in _listed(outages.network_events, where)
    ]
    for listed_as, event in _own(outages.aussie_outages, where):
        found.append(_report(event, service, now, listed_as=listed_as))
    for raw, listed_as, is_over in (
        (outages.current_nbn_outages, IncidentKind.INCIDENT, False),
        (outages.scheduled_nbn_outages, IncidentKind.MAINTENANCE, False),
        (outages.resolved_nbn_outages, IncidentKind.INCIDENT, True),
        (outages.resolved_scheduled_nbn_outages, IncidentKind.MAINTENANCE, True),
    ):
        for event in _listed(raw, where):
            report = _report(event, service, now, listed_as=listed_as, is_nbn=True)
            found.append(_ended(report, event, now) if is_over and not report.phase.is_over else report)
    return found


def merged(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Each id once, with all that it hits. Of several an open one; planned if any list says so."""
    best: dict[str, Report] = {}
    for report in reports:
        known = best.get(report.id)
        if known is None:
            best[report.id] = report
            continue
        one, other = (report, known) if known.phase.is_over and not report.phase.is_over else (known, report)
        if other.kind is IncidentKind.MAINTENANCE and one.kind is not other.kind and not other.phase.is_over:
            one = other
        best[report.id] = replace(one, affected=tuple(dict.fromkeys((*known.affected, *report.affected))))
    return tuple(best.values())


def level_of(reports: Iterable[Report], service: str) -> Level:
    """How a service stands by what is in force on it: it has no state of its own."""
    return max((_level(each) for each in reports if service in each.affected), default=Level.OK)


def _level(report: Report) -> Level:
    if report.phase.is_over or report.phase is Phase.SCHEDULED:
        return Level.OK
    if report.kind is IncidentKind.MAINTENANCE:
        return Level.MAINTENANCE
    return Level.DEGRADED if report.severity is Severity.MINOR else Level.OUTAGE


def _listed(raw: Raw | UnsetType, where: str) -> list[Event]:
    return read_all(_EMPTY if isinstance(raw, UnsetType) else raw, Event, where)


def _own(raw: Raw | UnsetType, where: str) -> Iterator[tuple[IncidentKind, Event]]:
    """The events of ``aussieOutages``, a list or an object of lists."""
    stated = _EMPTY if isinstance(raw, UnsetType) else raw
    try:
        by_when = msgspec.json.decode(stated, type=dict[str, Raw])
    except msgspec.ValidationError:
        by_when = {"": stated}
    for when, listed in by_when.items():
        is_ahead = text.folded(when) in ("future", "scheduled", "planned", "upcoming")
        for event in _listed(listed, where):
            yield (IncidentKind.MAINTENANCE if is_ahead else IncidentKind.INCIDENT), event


def _report(event: Event, service: str, now: datetime, *, listed_as: IncidentKind, is_nbn: bool = False) -> Report:
    start = _first(event.start_time, event.start_date, event.created)
    end = _first(event.end_time, event.end_date)
    title, summary = text.line(event.title), text.body(event.summary)
    planned = listed_as is IncidentKind.MAINTENANCE or (start is not None and start > now)
    planned = planned or (not is_nbn and _PLANNED.search(title or summary) is not None)
    phase = _phase(event, now, start if planned else None)
    told_at = _first(event.last_updated, event.updated_at) or start
    plain = "NBN maintenance" if planned else "NBN outage"
    return Report(
        id=_identity(event, service),
        title=title or text.line(summary) or (plain if is_nbn else _identity(event, service)),
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=Severity.MINOR if _MILD.search(f"{title} {summary}") else Severity.MAJOR,
        phase=phase,
        raw_phase=text.word(event.status),
        started_at=start,
        resolved_at=_first(event.restored_at) or end if phase.is_over else None,
        eta=end,
        eta_given_at=told_at if end is not None and told_at != start else None,
        scheduled_start=start if planned else None,
        scheduled_end=end if planned else None,
        affected=(service,),
        updates=(Update(told_at, phase, summary),) if told_at is not None and summary else (),
    )


def _identity(event: Event, service: str) -> str:
    stated = text.identity(event.reference) or text.identity(event.id)
    if stated is not None:
        return stated
    started = (event.start_time, event.start_date, event.created)
    start = next(filter(None, map(text.word, started)), "now")
    at = times.moment(start)
    return f"{service}:nbn:{start if at is None else at.isoformat()}"


def _phase(event: Event, now: datetime, planned_start: datetime | None) -> Phase:
    restored = _first(event.restored_at)
    word = text.folded(event.status)
    if word in _CANCELLED:
        return Phase.CANCELLED
    if word in _OVER or (restored is not None and restored <= now):
        return Phase.RESOLVED
    return Phase.SCHEDULED if planned_start is not None and planned_start > now else Phase.IDENTIFIED


def _ended(report: Report, event: Event, now: datetime) -> Report:
    """What stands in a list of what is over is over, whatever its word."""
    end = _first(event.restored_at, event.end_date, event.end_time, event.updated_at)
    return replace(report, phase=Phase.RESOLVED, resolved_at=end if end is not None and end <= now else None)


def _first(*values: Scalar) -> datetime | None:
    return next((at for each in values if (at := times.moment(each)) is not None), None)
