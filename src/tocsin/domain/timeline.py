"""Merging a snapshot into what is known, and naming what changed.

A snapshot is the whole truth of its account at its moment; the incidents that are known carry the memory. Every report
is assigned to one known incident or begins a new one; every known open incident that no report speaks of is one poll
nearer to its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.account import Account
from tocsin.domain.assign import assign
from tocsin.domain.force import is_in_force
from tocsin.domain.incident import Incident, Link
from tocsin.domain.levels import Scene, is_overrun
from tocsin.domain.measured import adopted, held, is_line_only
from tocsin.domain.observed import observed
from tocsin.domain.relevance import links, missing
from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Level
from tocsin.domain.update import Change, Taken, begin, close, come_into_force, how_detail, update

LACKING_POLLS = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to: the incidents that differ from before, and what changed."""

    incidents: tuple[Incident, ...] = ()
    changes: tuple[Change, ...] = ()


def merge(known: tuple[Incident, ...], snapshot: Snapshot, account: Account, traits: Traits, now: datetime) -> Merged:
    """Merge one snapshot of an account. ``known`` are that account's incidents, open and recently ended.

    What the provider declares comes first, also of what the line itself showed before; what is then left unexplained
    of its components' states, second. Merging the same snapshot again changes nothing but the count of polls that lack
    an incident.
    """
    turn = _Turn(snapshot, account, traits, now)
    mine = {incident.uid: incident for incident in known if incident.account == account.id}
    reports = _unique(snapshot.reports)
    told = ((report, links(report, account.connections, snapshot.components)) for report in reports)
    spoken_of = adopted(mine.values(), told, now)
    before = {uid: each for uid, each in (mine | spoken_of).items() if not is_line_only(each)}
    declared = turn.take(before.values(), reports)
    declared += turn.miss(incident for incident in _silent(before.values(), declared) if not incident.observed)
    after = before | {incident.uid: incident for incident, _ in declared}
    ours = tuple(incident for incident in after.values() if incident.observed)
    seen = turn.take(ours, observed(snapshot, account.connections, after.values(), now))
    seen += [turn.no_longer_seen(incident) for incident in _silent(ours, seen)]
    return _gather(mine.values(), [held(each) for each in (*declared, *seen)])


def tick(known: tuple[Incident, ...], scene: Scene, now: datetime) -> Merged:
    """What the mere passing of time changes: announced things begin, maintenance overruns."""
    return _gather(known, [_in_time((incident, ()), scene, now) for incident in known if incident.is_open])


def unwatch(known: tuple[Incident, ...], accounts: tuple[Account, ...], now: datetime) -> Merged:
    """End what the settings no longer watch: its account is gone, or every connection that it concerned."""
    watched = {(account.id, each.id) for account in accounts for each in account.connections}
    results: list[Taken] = []
    for incident in (each for each in known if each.is_open):
        kept = tuple(link for link in incident.links if (incident.account, link.connection) in watched)
        if not kept:
            results.append((close(incident, now, EndHow.UNWATCHED), ()))
        elif kept != incident.links:
            results.append((replace(incident, links=kept), ()))
    return _gather(known, results)


def _unique(reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Each id once. Of duplicates the one with the most updates says most; of equals an open one, then the first."""
    best: dict[str, Report] = {}
    for report in reports:
        other = best.get(report.id)
        if other is None or _says(report) > _says(other):
            best[report.id] = report
    return tuple(best.values())


def _says(report: Report) -> tuple[int, bool]:
    return len(report.updates), not report.phase.is_over


def _silent(known: Iterable[Incident], spoken_of: Iterable[Taken]) -> tuple[Incident, ...]:
    """The open ones of which nothing was said."""
    uids = {incident.uid for incident, _ in spoken_of}
    return tuple(incident for incident in known if incident.is_open and incident.uid not in uids)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One merge."""

    snapshot: Snapshot
    account: Account
    traits: Traits
    now: datetime

    def take(self, known: Iterable[Incident], reports: Iterable[Report]) -> list[Taken]:
        """What the reports make of the incidents that they speak of, and the incidents that they begin."""
        results: list[Taken] = []
        for each in assign(known, reports, self.account, self.snapshot, self.now):
            told = each.told
            if each.incident is not None:
                kept = self._kept(each.incident, told.links)
                results.append(update(each.incident, told.report, kept, self.now))
            else:
                results.append(begin(told.report, self.account.id, told.links, self.now))
        scene = Scene.of(self.snapshot)
        return [_in_time(result, scene, self.now) for result in results]

    def miss(self, incidents: Iterable[Incident]) -> list[Taken]:
        """What becomes of declared incidents that no report speaks of. Those that could not be asked for stay."""
        unread = frozenset(self.snapshot.unread)
        asked = (each for each in incidents if not any(alias.provider_id in unread for alias in each.aliases))
        scene = Scene.of(self.snapshot)
        return [_in_time(self._lacking(incident), scene, self.now) for incident in asked]

    def no_longer_seen(self, incident: Incident) -> Taken:
        """Observed trouble is over when the list says so; not at once when the list lacks it, nor when it is explained.

        Nor is it over when nobody watches the thing any more: then it is ended without a word.
        """
        components = self.snapshot.components
        if not self._kept(incident, links(incident, self.account.connections, components)):
            return close(incident, self.now, EndHow.UNWATCHED), ()
        states = {component.id: component.level for component in components}
        page = self.snapshot.page_level or Level.OK
        levels = [states.get(each) for each in incident.affected] or [Level.OK if components else page]
        if any(level is not None and level.is_definite_trouble for level in levels):
            return close(incident, self.now, EndHow.MERGED), ()
        if None in levels:
            return self._lacking(incident) if components else (incident, ())
        ended = close(incident, self.now, EndHow.RESOLVED)
        return ended, (Change(ChangeKind.RESOLVED, ended, incident, how_detail(EndHow.RESOLVED)),)

    def _kept(self, incident: Incident, found: tuple[Link, ...]) -> tuple[Link, ...]:
        """The links as found, and those as they were to what the list lacks: a list that is short ends nothing."""
        lists, components = self.snapshot.lists_things, self.snapshot.components
        lost = {each.id for each in self.account.connections if lists and missing(each, components)}
        lost -= {link.connection for link in found}
        return (*found, *(link for link in incident.links if link.connection in lost))

    def _lacking(self, incident: Incident) -> Taken:
        since = incident.lacking_since or self.now
        if incident.lacking + 1 < LACKING_POLLS:
            return replace(incident, lacking=incident.lacking + 1, lacking_since=since), ()
        ended = close(incident, since, EndHow.VANISHED)
        kind = ChangeKind.RESOLVED if self.traits.drops_resolved else ChangeKind.VANISHED
        if self.traits.drops_resolved and incident.kind is IncidentKind.MAINTENANCE and incident.began:
            kind = ChangeKind.MAINTENANCE_FINISHED
        return ended, (Change(kind, ended, incident, how_detail(EndHow.VANISHED)),)


def _in_time(taken: Taken, scene: Scene, now: datetime) -> Taken:
    incident, changes = taken
    if not incident.is_open:
        return taken
    if not incident.began and is_in_force(incident, now):
        before, incident = incident, come_into_force(incident, now)
        planned = incident.kind is IncidentKind.MAINTENANCE
        kind = ChangeKind.MAINTENANCE_STARTED if planned else ChangeKind.STARTED
        changes = (*changes, Change(kind, incident, before))
    if not incident.overrun and is_overrun(incident, scene, now):
        before, incident = incident, replace(incident, overrun=True)
        changes = (*changes, Change(ChangeKind.MAINTENANCE_OVERRUN, incident, before))
    elif incident.overrun and not is_overrun(incident, scene, now):
        incident = replace(incident, overrun=False)
    return incident, changes


def _gather(known: Iterable[Incident], results: list[Taken]) -> Merged:
    before = {incident.uid: incident for incident in known}
    changed = tuple(incident for incident, _ in results if before.get(incident.uid) != incident)
    return Merged(changed, tuple(change for _, changes in results for change in changes))
