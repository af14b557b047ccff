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
    """The reports that the bare states of watched components make; none for what an incident explains.

    ``known`` are the incidents as they stand after this snapshot's own reports. Where the page lists no components its
    overall word stands for all of it: that report affects nothing by name.
    """
    watching = tuple(connections)
    whole_page = any(not connection.match for connection in watching)
    declared = tuple(incident.affected for incident in known if _explains(incident, now))
    if not snapshot.components:
        level = snapshot.page_level
        if level is None or not level.is_definite_trouble or not whole_page or declared:
            return ()
        return (_report(PAGE, (Component(PAGE, snapshot.page_name, level, level.word),), (), now),)
    down = _down(snapshot.components, watching, declared)
    if whole_page and down:
        return (_report(PAGE, down, tuple(thing.id for thing in down), now),)
    return tuple(_report(PREFIX + thing.id, (thing,), (thing.id,), now) for thing in down)


def _explains(incident: Incident, now: datetime) -> bool:
    """A declared incident in force explains the trouble of what it hits, and for a while after its end.

    Planned work does not: what is down beyond "under maintenance" is worth a word of its own.
    """
    if incident.observed or incident.kind is IncidentKind.MAINTENANCE or not incident.began:
        return False
    ended = incident.episode.ended_at
    return ended is None or now - ended < SETTLING


def _down(
    components: tuple[Component, ...], connections: Iterable[Connection], declared: Iterable[tuple[str, ...]]
) -> tuple[Component, ...]:
    """The watched things in trouble that nothing explains. A group is as its members, where one of them shows it."""
    explained: frozenset[str] = frozenset().union(*(hit(affected, components) for affected in declared))
    showing = {each.group for each in components if each.level.is_definite_trouble or each.id in explained}
    watched = {thing.id for connection in connections for thing in matched_things(connection, components)}
    return tuple(
        thing
        for thing in components
        if thing.id in watched
        and thing.level.is_definite_trouble
        and thing.id not in explained
        and not (thing.is_group and thing.id in showing)
    )


def _report(report_id: str, things: tuple[Component, ...], affected: tuple[str, ...], now: datetime) -> Report:
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
        affected=affected,
        observed=True,
    )
