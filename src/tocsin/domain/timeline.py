"""Merging a snapshot into what is known, and naming what changed.

A snapshot is the whole truth of its account at its moment; the incidents that are known carry the memory. Every report
is assigned to one known incident or begins a new one; every known open incident that no report speaks of is one poll
nearer to its end.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.account import Account
from tocsin.domain.assign import Assigned, assign
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene, is_overrun
from tocsin.domain.observed import observed
from tocsin.domain.relevance import links
from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind
from tocsin.domain.update import Change, begin, begins_by, close, update

LACKING_POLLS = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to: the incidents that differ from before, and what changed."""

    incidents: tuple[Incident, ...] = ()
    changes: tuple[Change, ...] = ()


def merge(known: tuple[Incident, ...], snapshot: Snapshot, account: Account, traits: Traits, now: datetime) -> Merged:
    """Merge one snapshot of an account. ``known`` are that account's incidents, open and recently ended.

    Merging the same snapshot again changes nothing but the count of polls that lack an incident.
    """
    mine = tuple(incident for incident in known if incident.account == account.id)
    reports = (*snapshot.reports, *observed(snapshot, account.connections, mine, now))
    assigned = assign(mine, _unique(reports), account, snapshot.components)
    results = [_apply(each, account, snapshot, now) for each in assigned]
    spoken_of = {each.incident.uid for each in assigned if each.incident is not None}
    silent = (incident for incident in mine if incident.is_open and incident.uid not in spoken_of)
    results.extend(_lacking(incident, snapshot, traits, now) for incident in silent)
    scene = Scene.of(snapshot)
    return _gather(mine, [_in_time(result, scene, now) for result in results])


def tick(known: tuple[Incident, ...], scene: Scene, now: datetime) -> Merged:
    """What the mere passing of time changes: announced things begin, maintenance overruns."""
    return _gather(known, [_in_time((incident, ()), scene, now) for incident in known if incident.is_open])


def unwatch(known: tuple[Incident, ...], accounts: tuple[Account, ...], now: datetime) -> Merged:
    """End what the settings no longer watch: its account is gone, or every connection that it concerned."""
    watched = {(account.id, each.id) for account in accounts for each in account.connections}
    results: list[_Result] = []
    for incident in known:
        if not incident.is_open:
            continue
        kept = tuple(link for link in incident.links if (incident.account, link.connection) in watched)
        if not kept:
            results.append((close(incident, now, EndHow.UNWATCHED), ()))
        elif kept != incident.links:
            results.append((replace(incident, links=kept), ()))
    return _gather(known, results)


_Result = tuple[Incident | None, tuple[Change, ...]]


def _unique(reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Each id once. Of duplicates the one with the most updates says most; of equals the first."""
    best: dict[str, Report] = {}
    for report in reports:
        if report.id not in best or len(report.updates) > len(best[report.id].updates):
            best[report.id] = report
    return tuple(best.values())


def _apply(assigned: Assigned, account: Account, snapshot: Snapshot, now: datetime) -> _Result:
    found = links(assigned.report, account.connections, snapshot.components)
    if assigned.incident is None:
        return begin(assigned.report, account.id, found, now) if found else (None, ())
    return update(assigned.incident, assigned.report, found, now)


def _lacking(incident: Incident, snapshot: Snapshot, traits: Traits, now: datetime) -> _Result:
    if incident.observed:
        return _observed_gone(incident, snapshot, now)
    if any(alias.provider_id in snapshot.unread for alias in incident.aliases):
        return incident, ()
    since = incident.lacking_since or now
    if incident.lacking + 1 < LACKING_POLLS:
        return replace(incident, lacking=incident.lacking + 1, lacking_since=since), ()
    ended = close(incident, since, EndHow.VANISHED)
    kind = ChangeKind.RESOLVED if traits.drops_resolved else ChangeKind.VANISHED
    if traits.drops_resolved and incident.kind is IncidentKind.MAINTENANCE and incident.began:
        kind = ChangeKind.MAINTENANCE_FINISHED
    return ended, (Change(kind, ended, incident),)


def _observed_gone(incident: Incident, snapshot: Snapshot, now: datetime) -> _Result:
    """Observed trouble is over when the list says so; not when the list lacks it, nor when an incident explains it."""
    states = {component.id: component.level for component in snapshot.components}
    if any(each not in states for each in incident.affected):
        return incident, ()
    if any(states[each].is_definite_trouble for each in incident.affected):
        return close(incident, now, EndHow.MERGED), ()
    ended = close(incident, now, EndHow.RESOLVED)
    return ended, (Change(ChangeKind.RESOLVED, ended, incident),)


def _in_time(result: _Result, scene: Scene, now: datetime) -> _Result:
    incident, changes = result
    if incident is None or not incident.is_open:
        return result
    if not incident.began and begins_by(incident, now):
        before, incident = incident, replace(incident, began=True)
        planned = incident.kind is IncidentKind.MAINTENANCE
        kind = ChangeKind.MAINTENANCE_STARTED if planned else ChangeKind.STARTED
        changes = (*changes, Change(kind, incident, before))
    if not incident.overrun and is_overrun(incident, scene, now):
        before, incident = incident, replace(incident, overrun=True)
        changes = (*changes, Change(ChangeKind.MAINTENANCE_OVERRUN, incident, before))
    elif incident.overrun and not is_overrun(incident, scene, now):
        incident = replace(incident, overrun=False)
    return incident, changes


def _gather(known: tuple[Incident, ...], results: list[_Result]) -> Merged:
    before = {incident.uid: incident for incident in known}
    changed = tuple(
        incident for incident, _ in results if incident is not None and before.get(incident.uid) != incident
    )
    return Merged(changed, tuple(change for _, changes in results for change in changes))
