"""Incidents that our own measurement of the line makes, and how they and the provider's become one.

A line that is cut makes an incident of its own, unless the provider has declared one for the same connection: then the
measurement is a second source of that one. What the provider declares later for a stretch that was measured is put into
the measured incident. Either way there is one incident, one thread and one end.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from tocsin.domain.force import is_in_force
from tocsin.domain.incident import Alias, Episode, Incident, Link, Measured, Source
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import Cause, ChangeKind, EndHow, IncidentKind, LineState, Phase, Relevance, Severity
from tocsin.domain.update import Change, Taken, close, how_detail, uid_of

PREFIX = "line:"
SOURCE = "line"
SAME_TROUBLE = timedelta(minutes=15)
"""A provider dates the start of an outage a little before or after we notice."""


def began(
    known: Iterable[Incident],
    account: str,
    connection: str,
    mark: Measured,
    now: datetime,
) -> Taken:
    """The line is in trouble, from ``mark.since`` on: in the incident that there is, or in one of its own.

    An incident that the line showed a while ago on the same connection goes on as a new episode. A fault of the user's
    own network is no part of what the provider declared, unless the line was cut by that before.
    """
    mine = tuple(each for each in known if each.account == account and _concerns(each, connection))
    current = next((each for each in mine if each.is_open and each.measured is not None), None)
    is_local = mark.state is LineState.LOCAL_FAULT
    if current is None and not is_local:
        current = next((each for each in mine if _is_declared_trouble(each, now)), None)
    if current is not None:
        return _marked(current, _as_one(current, mark)), ()
    shown = (each for each in mine if is_line_only(each) or (each.measured is not None and not is_local))
    again = max(shown, key=lambda each: each.episode.started_at, default=None)
    if again is not None and again.episode.ended_at is not None and now - again.episode.ended_at <= SAME_TROUBLE:
        return _again(again, mark, again.episode.ended_at)
    provider_id = PREFIX + connection
    incident = Incident(
        uid=uid_of(account, provider_id, now),
        account=account,
        provider_id=provider_id,
        title=title(mark),
        kind=IncidentKind.INCIDENT,
        severity=_severity(mark.state),
        phase=Phase.INVESTIGATING,
        first_seen_at=now,
        first_started_at=mark.since,
        started_at=mark.since,
        episodes=(Episode(1, mark.since),),
        aliases=(Alias(provider_id, mark.since),),
        sources=(),
        links=(Link(connection, Relevance.LINKED),),
    )
    incident = _marked(incident, mark)
    return incident, (Change(ChangeKind.STARTED, incident),)


def restored(incident: Incident, at: datetime, *, is_known: bool) -> Incident:
    """The line works again since ``at``; with ``is_known`` false it did so in time that was not measured.

    The incident stays open until ``settled``: the provider may have something to say about it.
    """
    if incident.measured is None:
        return incident
    until = max(at, incident.measured.since)
    return replace(incident, measured=replace(incident.measured, until=until, is_end_known=is_known))


def settled(incident: Incident, now: datetime) -> Taken:
    """What becomes of an incident whose line works again: over, unless the provider says that it goes on.

    What was declared ends with the later of both ends that are known.
    """
    mark = incident.measured
    if mark is None or mark.until is None or not incident.is_open:
        return incident, ()
    if is_declared(incident) and not incident.phase.is_over:
        return incident, ()
    how = EndHow.RESOLVED if mark.is_end_known else EndHow.UNKNOWN
    ended = close(incident, min(mark.until, now), how)
    return ended, (Change(ChangeKind.RESOLVED, ended, incident, how_detail(how)),)


def held(taken: Taken) -> Taken:
    """What the provider calls over stays open while the line is cut, and ends no earlier than the line came back."""
    incident, _ = taken
    mark, last = incident.measured, incident.episode
    if (
        mark is None
        or last.ended_at is None
        or last.how not in _BY_PROVIDER
        or mark.since < last.started_at - SAME_TROUBLE
    ):
        return taken
    if mark.until is None:
        open_again = replace(last, ended_at=None, how=None)
        return replace(incident, phase=Phase.RESOLVED, episodes=(*incident.episodes[:-1], open_again)), ()
    later = replace(last, ended_at=max(last.ended_at, mark.until))
    ended = replace(incident, episodes=(*incident.episodes[:-1], later))
    return ended, tuple(replace(change, incident=ended) for change in taken[1])


_BY_PROVIDER = (EndHow.RESOLVED, EndHow.CANCELLED, EndHow.VANISHED, EndHow.UNAFFECTED)


def is_waiting(incident: Incident) -> bool:
    """Whether an open incident's line works again, and only what the provider says keeps it open."""
    return incident.is_open and incident.measured is not None and incident.measured.until is not None


def is_declared(incident: Incident) -> bool:
    """Whether a provider has a hand in it; false for what only the line itself showed."""
    return any(not alias.provider_id.startswith(PREFIX) for alias in incident.aliases)


def is_line_only(incident: Incident) -> bool:
    """Whether only our own measurement speaks of it."""
    return incident.measured is not None and not is_declared(incident)


def adopted(
    known: Iterable[Incident], reports: Iterable[tuple[Report, tuple[Link, ...]]], now: datetime
) -> dict[str, Incident]:
    """Measured incidents that a new report speaks of, by uid, with the report's id as a further alias of theirs.

    ``reports`` are those of one account's snapshot with what they hit. One report goes to one incident, and the other
    way round; what goes on comes before what is over.
    """
    mine = tuple(known)
    open_for: dict[str, Incident] = {each.uid: each for each in sorted(mine, key=_is_over) if is_line_only(each)}
    taken_ids = {alias.provider_id for each in mine for alias in each.aliases}
    found: dict[str, Incident] = {}
    for report, links in sorted(reports, key=lambda each: each[0].phase.is_over):
        if report.id in taken_ids or report.observed or report.kind is IncidentKind.MAINTENANCE:
            continue
        sure = {link.connection for link in links if link.relevance is Relevance.LINKED}
        match = next((each for each in open_for.values() if _is_same(each, report, sure, now)), None)
        if match is not None:
            alias = Alias(report.id, report.started_at or match.started_at)
            found[match.uid] = replace(match, aliases=(*match.aliases, alias))
            del open_for[match.uid]
            taken_ids.add(report.id)
    return found


def _is_over(incident: Incident) -> bool:
    return not incident.is_open


def _is_same(incident: Incident, report: Report, sure: set[str], now: datetime) -> bool:
    """Whether a report is about the stretch that was measured: the same connection, and times that meet."""
    mark = incident.measured
    if mark is None or mark.state is LineState.LOCAL_FAULT or not any(_concerns(incident, each) for each in sure):
        return False
    end = (report.resolved_at or report.started_at) if report.phase.is_over else now
    if end is None:
        return False
    ended = incident.episode.ended_at or mark.until or now
    if not incident.is_open and (now - ended > SAME_TROUBLE or not report.phase.is_over):
        return False
    return (report.started_at or end) <= ended + SAME_TROUBLE and end >= mark.since - SAME_TROUBLE


def title(mark: Measured) -> str:
    """What the record calls it; ``words`` says it in the user's language."""
    return f"{SOURCE}: {mark.state.value}" + (f" ({mark.cause.value})" if mark.cause is not None else "")


def mark_of(state: LineState, cause: Cause | None, since: datetime) -> Measured:
    """A mark of trouble that goes on."""
    return Measured(state, cause, since)


def _as_one(incident: Incident, mark: Measured) -> Measured:
    """The mark of trouble that goes on, as another perhaps, or soon came again: one stretch from its start."""
    before = incident.measured
    if before is None or before.since < incident.episode.started_at:
        return mark
    came_again = before.until is not None and mark.since - before.until > SAME_TROUBLE
    return mark if came_again else replace(mark, since=before.since)


def _again(incident: Incident, mark: Measured, ended: datetime) -> Taken:
    """A new episode. What its provider calls over stays so: only the line speaks of it until the provider does."""
    started = max(mark.since, ended)
    episode = Episode(incident.episode.number + 1, started)
    phase = incident.phase if is_declared(incident) else Phase.INVESTIGATING
    reopened = replace(incident, phase=phase, started_at=started, episodes=(*incident.episodes, episode))
    taken = _marked(reopened, replace(mark, since=started))
    return taken, (Change(ChangeKind.STARTED, taken, incident, MappingProxyType({"reopened": True})),)


def _marked(incident: Incident, mark: Measured) -> Incident:
    source = Source(SOURCE, mark.state.value, mark.cause.value if mark.cause is not None else "")
    sources = incident.sources if source in incident.sources else (source, *incident.sources)
    if is_declared(incident):
        return replace(incident, measured=mark, sources=sources)
    return replace(incident, measured=mark, sources=sources, title=title(mark), severity=_severity(mark.state))


def _severity(state: LineState) -> Severity:
    return Severity.MINOR if state is LineState.DEGRADED else Severity.CRITICAL


def _concerns(incident: Incident, connection: str) -> bool:
    return Link(connection, Relevance.LINKED) in incident.links


def _is_ours(incident: Incident) -> bool:
    return incident.provider_id.startswith(PREFIX)


def _is_declared_trouble(incident: Incident, now: datetime) -> bool:
    """Whether the provider says that something is wrong here now."""
    planned = incident.kind is IncidentKind.MAINTENANCE
    return incident.is_open and incident.began and not planned and not _is_ours(incident) and is_in_force(incident, now)
