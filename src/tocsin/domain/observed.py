"""Trouble that a provider shows in a component's state without declaring an incident.

A connection whose component is down is down, whether or not somebody has found the time to write about it. Such trouble
becomes an incident of its own, with the component's state as its source; when the provider declares one for the same
component, that incident takes it over in silence.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.domain.account import Connection
from tocsin.domain.incident import Incident
from tocsin.domain.relevance import hit, matched_things
from tocsin.domain.snapshot import Component, Report, Snapshot
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity

PREFIX = "component:"
PAGE = PREFIX + "page"
# A provider closes an incident and sets the component right in two steps: time for the second.
SETTLING = timedelta(minutes=10)
_NAMED = 3


def observed(
    snapshot: Snapshot, connections: Iterable[Connection], known: Iterable[Incident], now: datetime
) -> tuple[Report, ...]:
    """The reports that the bare states of watched components make; none for what an incident explains."""
    explained = _explained(snapshot, known, now)
    down: dict[str, Component] = {}
    whole_page = False
    for connection in connections:
        whole_page = whole_page or not connection.match
        for thing in matched_things(connection, snapshot.components):
            if thing.level.is_definite_trouble and not thing.is_group and thing.id not in explained:
                down[thing.id] = thing
    if whole_page and down:
        return (_report(PAGE, tuple(down.values()), now),)
    return tuple(_report(PREFIX + thing.id, (thing,), now) for thing in down.values())


def is_in_force(report: Report) -> bool:
    """True for what is neither over nor still to come: only that can explain a component's trouble."""
    return not report.phase.is_over and report.phase is not Phase.SCHEDULED


def _explained(snapshot: Snapshot, known: Iterable[Incident], now: datetime) -> frozenset[str]:
    declared = (report.affected for report in snapshot.reports if is_in_force(report))
    settling = (
        incident.affected
        for incident in known
        if not incident.observed
        and incident.episode.ended_at is not None
        and now - incident.episode.ended_at < SETTLING
    )
    return frozenset().union(*(hit(each, snapshot.components) for each in (*declared, *settling)))


def _report(report_id: str, things: tuple[Component, ...], now: datetime) -> Report:
    worst = max(thing.level for thing in things)
    names = ", ".join(thing.name for thing in things[:_NAMED])
    more = f" (+{len(things) - _NAMED})" if len(things) > _NAMED else ""
    raw = next(thing.raw for thing in things if thing.level is worst)
    return Report(
        id=report_id,
        title=f"{names}{more}: {raw.replace('_', ' ')}",
        kind=IncidentKind.INCIDENT,
        severity=Severity.CRITICAL if worst is Level.OUTAGE else Severity.MINOR,
        phase=Phase.INVESTIGATING,
        raw_severity=raw,
        started_at=now,
        affected=tuple(thing.id for thing in things),
        observed=True,
    )
