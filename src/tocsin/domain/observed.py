"""Trouble that a provider shows in a component's state without declaring an incident.

A connection whose component is down is down, whether or not somebody has found the time to write about it. Such trouble
becomes an incident of its own, with the component's state as its source; when the provider declares one for the same
component, that incident takes it over in silence.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.domain.account import Connection
from tocsin.domain.incident import Incident, Link
from tocsin.domain.relevance import hit, matched_things
from tocsin.domain.snapshot import Component, Report, Snapshot
from tocsin.domain.terms import IncidentKind, Level, Phase, Relevance, Severity

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
    explaining = tuple(incident for incident in known if _explains(incident, now))
    whole_page = any(not connection.match for connection in watching)
    if not snapshot.components:
        level = snapshot.page_level
        if level is None or not level.is_definite_trouble or not whole_page or explaining:
            return ()
        return (_report(PAGE, (Component(PAGE, snapshot.page_name, level, level.word),), (), now),)
    ids = frozenset().union(*(_down(each, snapshot.components, explaining) for each in watching))
    down = tuple(thing for thing in snapshot.components if thing.id in ids)
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


def _down(connection: Connection, components: tuple[Component, ...], explaining: Iterable[Incident]) -> frozenset[str]:
    """A connection's things in trouble that nothing explains to it. A group is as those members that show it."""
    sure = Link(connection.id, Relevance.LINKED)
    told = (hit(incident.affected, components) for incident in explaining if sure in incident.links)
    explained: frozenset[str] = frozenset().union(*told)
    showing = {each.group for each in components if each.level.is_definite_trouble or each.id in explained}
    return frozenset(
        thing.id
        for thing in matched_things(connection, components)
        if thing.level.is_definite_trouble
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
