"""Which report speaks of which known incident: ids change, and ids are used again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.account import Account
from tocsin.domain.combine import combined
from tocsin.domain.force import is_in_force
from tocsin.domain.incident import Incident, Link
from tocsin.domain.relevance import hit, links
from tocsin.domain.snapshot import Component, Report, Snapshot
from tocsin.domain.terms import IncidentKind, Relevance

SAME_START = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Told:
    """A report, or several in one, and whom it concerns."""

    report: Report
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """What is told, and the incident that it speaks of, None for a new one."""

    told: Told
    incident: Incident | None


def assign(
    known: Iterable[Incident], reports: Iterable[Report], account: Account, snapshot: Snapshot, now: datetime
) -> tuple[Assigned, ...]:
    """Assign every report; several that speak of one incident become one. Those that concern nobody are left out."""
    index = _Index(known, snapshot)
    chosen: dict[str, Told] = {}
    fresh: list[Told] = []
    for report in reports:
        told = Told(report, links(report, account.connections, snapshot.components))
        incident = index.by_id(report)
        if incident is not None:
            _choose(chosen, incident, told, now)
        elif told.links:
            fresh.append(told)
    new: list[Assigned] = []
    for told in _families(fresh, now):
        is_over = told.report.phase.is_over
        kin = index.parent(told, chosen) or (None if is_over else index.alike(told.report, chosen, now))
        if kin is None:
            new.append(Assigned(told, None))
        elif not is_over:  # of a child that is over its parent is the whole story
            _choose(chosen, kin, told, now)
    return (*(Assigned(told, index.by_uid[uid]) for uid, told in chosen.items()), *new)


_Place = tuple[IncidentKind, str, int | None]


class _Index:
    """The known incidents by their ids, and the open ones by what they hit and when they began."""

    def __init__(self, known: Iterable[Incident], snapshot: Snapshot) -> None:
        self.by_uid: dict[str, Incident] = {}
        self._components: tuple[Component, ...] = snapshot.components
        self._by_alias: dict[str, list[Incident]] = {}
        self._by_place: dict[_Place, dict[str, Incident]] = {}
        unread = frozenset(snapshot.unread)
        for incident in known:
            self.by_uid[incident.uid] = incident
            ids = {alias.provider_id for alias in incident.aliases}
            for each in ids:
                self._by_alias.setdefault(each, []).append(incident)
            if incident.is_open and not ids & unread:
                began = None if incident.observed else _quarter(incident.started_at)
                for thing in incident.affected:
                    self._by_place.setdefault((incident.kind, thing, began), {})[incident.uid] = incident

    def by_id(self, report: Report) -> Incident | None:
        """The incident that has carried this id; an open one before an ended one, the latest before earlier ones."""
        found = (each for each in self._by_alias.get(report.id, ()) if not _is_reused(each, report))
        return max(found, key=lambda each: (each.is_open, each.first_seen_at), default=None)

    def parent(self, fresh: Told, chosen: dict[str, Told]) -> Incident | None:
        """The open incident that a report under a new id is a child of."""
        for parent in self._parents(fresh.report):
            said = chosen.get(parent.uid)
            kind, hit_by_it = (parent.kind, parent.links) if said is None else (said.report.kind, said.links)
            if kind is fresh.report.kind and _covers(hit_by_it, fresh.links):
                return parent
        return None

    def alike(self, report: Report, chosen: dict[str, Told], now: datetime) -> Incident | None:
        """The open incident that a report under a new id is like, where that one is not listed any more."""
        for place in self._places(report, now):
            alike = self._by_place.get(place, {})
            for uid in [*alike]:
                if uid in chosen:  # it is listed itself, and so is not the one that goes on under another id
                    del alike[uid]
                elif place[2] is None or _starts_alike(alike[uid].started_at, report.started_at):
                    return alike[uid]
        return None

    def _parents(self, report: Report) -> Iterator[Incident]:
        for each in report.parents:
            yield from (incident for incident in self._by_alias.get(each, ()) if incident.is_open)

    def _places(self, report: Report, now: datetime) -> Iterator[_Place]:
        """Where an incident like this one would stand. What is only announced does not explain what is observed."""
        if is_in_force(report, now):
            for thing in hit(report.affected, self._components):
                yield report.kind, thing, None
        if report.started_at is not None:
            quarter = _quarter(report.started_at)
            for thing in report.affected:
                yield from ((report.kind, thing, each) for each in (quarter - 1, quarter, quarter + 1))


def _quarter(at: datetime) -> int:
    """In which stretch of 15 minutes: starts that are alike lie in the same or in neighbouring ones."""
    return int(at.timestamp() // SAME_START.total_seconds())


def _starts_alike(one: datetime, other: datetime | None) -> bool:
    return other is not None and abs(one - other) <= SAME_START


def _is_reused(incident: Incident, report: Report) -> bool:
    """An id stands for another incident when it comes back with a start after the end of the one it was."""
    ended = incident.episode.ended_at
    return (
        ended is not None
        and report.started_at is not None
        and report.started_at > ended
        and report.started_at - incident.first_started_at > SAME_START
    )


def _choose(chosen: dict[str, Told], incident: Incident, told: Told, now: datetime) -> None:
    other = chosen.get(incident.uid)
    chosen[incident.uid] = told if other is None else _best_of(other, told, incident.provider_id, now)


def _best_of(one: Told, other: Told, id_in_use: str, now: datetime) -> Told:
    """One of two: both together while both are open, else the open one, else that under the id in use."""
    best, rest = sorted(
        (one, other), key=lambda each: (not each.report.phase.is_over, each.report.id == id_in_use), reverse=True
    )
    return best if rest.report.phase.is_over else _together(best, rest, now)


def _together(main: Told, other: Told, now: datetime) -> Told:
    surest = {link.connection: link for link in (*main.links, *other.links) if link.relevance is Relevance.LINKED}
    everyone = {link.connection: link for link in (*main.links, *other.links)} | surest
    return Told(combined(main.report, other.report, now), tuple(everyone.values()))


def _covers(theirs: Iterable[Link], links_of_child: Iterable[Link]) -> bool:
    """Whether a parent hits all that its child hits, as surely. Else the child is told for itself, not swallowed."""
    parents = {link.connection: link.relevance for link in theirs}
    return all(parents.get(link.connection) in (link.relevance, Relevance.LINKED) for link in links_of_child)


def _families(fresh: list[Told], now: datetime) -> tuple[Told, ...]:
    """New problems, each with those in it that belong to it and hit nothing that it does not hit.

    Children before their parents, as they will be taken in at the next poll; those in a circle are never ready, and
    stand for themselves.
    """
    by_id = {each.report.id: each for each in fresh}
    parents = {key: parent for key, each in by_id.items() if (parent := _parent(each, by_id)) is not None}
    children: dict[str, list[str]] = {}
    for key, parent in parents.items():
        children.setdefault(parent, []).append(key)
    waiting = {parent: len(its) for parent, its in children.items()}
    ready = [key for key in by_id if key not in children]
    while ready:
        key = ready.pop()
        for child in (by_id.pop(each) for each in children.get(key, ())):
            by_id[key] = by_id[key] if child.report.phase.is_over else _together(by_id[key], child, now)
        if key in parents:
            waiting[parents[key]] -= 1
            ready += [parents[key]] if not waiting[parents[key]] else []
    return tuple(by_id.values())


def _parent(child: Told, by_id: dict[str, Told]) -> str | None:
    for key in child.report.parents:
        parent = by_id.get(key)
        if (
            parent is not None
            and parent is not child
            and not parent.report.phase.is_over
            and parent.report.kind is child.report.kind
            and _covers(parent.links, child.links)
        ):
            return key
    return None
