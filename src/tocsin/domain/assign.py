"""Which report speaks of which known incident: ids change, and ids are used again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain.account import Account
from tocsin.domain.incident import Incident
from tocsin.domain.relevance import links
from tocsin.domain.snapshot import Component, Report

SAME_START = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Assigned:
    """A report and the incident that it speaks of, None for a new one."""

    report: Report
    incident: Incident | None


def assign(
    known: tuple[Incident, ...], reports: tuple[Report, ...], account: Account, components: tuple[Component, ...]
) -> tuple[Assigned, ...]:
    """Assign every report; of several that speak of one incident the best is kept and the others are silent."""
    chosen: dict[str, Report] = {}
    fresh: list[tuple[Report, frozenset[str]]] = []
    by_uid = {incident.uid: incident for incident in known}
    for report in reports:
        incident = _by_id(known, report)
        concerned = frozenset(link.connection for link in links(report, account.connections, components))
        if incident is not None:
            _choose(chosen, incident, report)
        elif concerned:
            fresh.append((report, concerned))
    begun: list[Assigned] = []
    for report, concerned in fresh:
        kin = None if report.phase.is_over else _by_kinship(known, chosen, report, concerned)
        if kin is not None:
            _choose(chosen, kin, report)
        elif not _has_open_parent(report, concerned, fresh):
            begun.append(Assigned(report, None))
    return (*(Assigned(report, by_uid[uid]) for uid, report in chosen.items()), *begun)


def _by_id(known: Iterable[Incident], report: Report) -> Incident | None:
    """The incident that has carried this id; an open one before an ended one, the latest before earlier ones."""
    found = [
        incident
        for incident in known
        if any(alias.provider_id == report.id for alias in incident.aliases) and not _is_reused(incident, report)
    ]
    return max(found, key=lambda each: (each.is_open, each.first_seen_at), default=None)


def _is_reused(incident: Incident, report: Report) -> bool:
    """An id stands for another incident when it comes back with a start after the end of the one it was."""
    ended = incident.episode.ended_at
    return (
        not incident.is_open
        and ended is not None
        and report.started_at is not None
        and report.started_at > ended
        and report.started_at - incident.first_started_at > SAME_START
    )


def _choose(chosen: dict[str, Report], incident: Incident, report: Report) -> None:
    """Keep the better of two reports on one incident: an open one, then the one under the id in use.

    It is as bad as the worse of two open ones says.
    """
    other = chosen.get(incident.uid)
    if other is None:
        chosen[incident.uid] = report
        return
    best = max(other, report, key=lambda each: _rank(incident, each))
    if not (other.phase.is_over or report.phase.is_over):
        best = replace(best, severity=max(other.severity, report.severity))
    chosen[incident.uid] = best


def _rank(incident: Incident, report: Report) -> tuple[bool, bool, bool]:
    return (not report.phase.is_over, not report.observed, report.id == incident.provider_id)


def _by_kinship(
    known: Iterable[Incident], chosen: dict[str, Report], report: Report, concerned: frozenset[str]
) -> Incident | None:
    """The open incident that a report under a new id continues: a child of it, or its like under another id.

    A child that hits a connection which its parent does not is an incident of its own: it must not be swallowed.
    """
    for incident in known:
        if not incident.is_open or incident.kind is not report.kind:
            continue
        is_child = any(alias.provider_id in report.parents for alias in incident.aliases)
        if is_child and concerned <= {link.connection for link in incident.links}:
            return incident
        gone = incident.uid not in chosen
        overlap = bool({*incident.affected} & {*report.affected})
        if gone and overlap and (incident.observed or _starts_alike(incident.started_at, report.started_at)):
            return incident
    return None


def _starts_alike(one: datetime, other: datetime | None) -> bool:
    return other is not None and abs(one - other) <= SAME_START


def _has_open_parent(report: Report, concerned: frozenset[str], fresh: list[tuple[Report, frozenset[str]]]) -> bool:
    """A new problem whose new parent is listed beside it, and hits all that it hits, is part of that one."""
    return any(
        other.id in report.parents
        and report.id not in other.parents
        and other.id != report.id
        and other.kind is report.kind
        and other.severity >= report.severity
        and not other.phase.is_over
        and concerned <= theirs
        for other, theirs in fresh
    )
