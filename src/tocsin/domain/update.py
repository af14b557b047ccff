"""How one incident takes in one report: what is kept, what is replaced, and what the difference is called."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Source
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Phase

EARLY = timedelta(minutes=10)
_UPDATES_KEPT = 200

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an incident. ``before`` is None for one that was not known."""

    kind: ChangeKind
    incident: Incident
    before: Incident | None = None
    detail: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))


Taken = tuple[Incident, tuple[Change, ...]]


def uid_of(account: str, provider_id: str, seen_at: datetime) -> str:
    """Our own id of an incident: 16 hex digits, the same for the same first sight, and free of its start."""
    return hashlib.sha256(f"{account}\n{provider_id}\n{seen_at.isoformat()}".encode()).hexdigest()[:16]


def begins_by(incident: Incident, now: datetime) -> bool:
    """Whether an announced incident is in force: its window has begun, or its start is at most ten minutes away."""
    if incident.kind is IncidentKind.MAINTENANCE:
        return incident.phase is not Phase.SCHEDULED or (
            incident.scheduled_start is not None and incident.scheduled_start <= now
        )
    early = timedelta() if incident.phase is Phase.SCHEDULED else EARLY
    return incident.started_at <= now + early


def begin(report: Report, account: str, links: tuple[Link, ...], now: datetime) -> Taken:
    """A new incident. One that is over already is recorded without a word."""
    started = report.started_at or report.scheduled_start or now
    incident = Incident(
        uid=uid_of(account, report.id, now),
        account=account,
        provider_id=report.id,
        title=report.title,
        kind=report.kind,
        severity=report.severity,
        phase=report.phase,
        first_seen_at=now,
        first_started_at=started,
        started_at=started,
        episodes=(Episode(1, started),),
        aliases=(Alias(report.id, started),),
        sources=(Source(account, report.raw_severity, report.raw_phase),),
        links=links,
        began=False,
    )
    incident = _with_text(_with_estimate(incident, report, now), report)
    incident = replace(incident, began=begins_by(incident, now))
    if report.phase.is_over:
        return _ended(replace(incident, began=True), report, now), ()
    if incident.began:
        planned = incident.kind is IncidentKind.MAINTENANCE
        kind = ChangeKind.MAINTENANCE_STARTED if planned else ChangeKind.STARTED
        return incident, (Change(kind, incident),)
    return incident, (Change(ChangeKind.MAINTENANCE_ANNOUNCED, incident),)


def update(known: Incident, report: Report, links: tuple[Link, ...], now: datetime) -> Taken:
    """Take a report in. What the provider says after the end is recorded without a word."""
    if not known.is_open and (report.phase.is_over or not links):
        return _with_text(known, report), ()
    reopened = not known.is_open
    base = _reopen(known, report, now) if reopened else known
    taken = _with_text(_with_estimate(_with_start(_aliased(base, report), report), report, now), report)
    taken = replace(taken, severity=report.severity, phase=report.phase, lacking=0, lacking_since=None)
    taken = replace(taken, began=taken.began and not _is_put_off(taken, now))
    if not links:
        ended = close(taken, now, EndHow.UNAFFECTED)
        return ended, (Change(ChangeKind.RESOLVED, ended, known, MappingProxyType({"how": EndHow.UNAFFECTED.value})),)
    taken = replace(taken, links=links)
    if report.phase.is_over:
        return _over(known, taken, report, now)
    if reopened:
        detail = MappingProxyType({"reopened": True})
        planned = taken.kind is IncidentKind.MAINTENANCE
        kind = ChangeKind.MAINTENANCE_STARTED if planned else ChangeKind.STARTED
        return taken, (Change(kind, taken, known, detail),)
    return taken, _differences(known, taken)


def close(incident: Incident, ended_at: datetime, how: EndHow) -> Incident:
    """End the open episode. An end is never before its start."""
    last = incident.episode
    ended = replace(last, ended_at=max(ended_at, last.started_at), how=how)
    phase = Phase.CANCELLED if how is EndHow.CANCELLED else Phase.RESOLVED
    return replace(incident, episodes=(*incident.episodes[:-1], ended), phase=phase, overrun=False)


def _over(known: Incident, taken: Incident, report: Report, now: datetime) -> Taken:
    ended = _ended(taken, report, now)
    how = ended.episode.how or EndHow.RESOLVED
    finished = taken.kind is IncidentKind.MAINTENANCE and known.began and how is EndHow.RESOLVED
    kind = ChangeKind.MAINTENANCE_FINISHED if finished else ChangeKind.RESOLVED
    return ended, (Change(kind, ended, known, MappingProxyType({"how": how.value})),)


def _ended(incident: Incident, report: Report, now: datetime) -> Incident:
    how = EndHow.CANCELLED if report.phase is Phase.CANCELLED else EndHow.RESOLVED
    return replace(close(incident, min(report.resolved_at or now, now), how), phase=report.phase)


def _reopen(known: Incident, report: Report, now: datetime) -> Incident:
    ended = known.episode.ended_at or now
    given = report.started_at if report.started_at is not None and report.started_at > ended else now
    return replace(
        known, episodes=(*known.episodes, Episode(known.episode.number + 1, min(given, now))), began=True, overrun=False
    )


def _is_put_off(incident: Incident, now: datetime) -> bool:
    """A maintenance that was in force and is scheduled for later again."""
    start = incident.scheduled_start
    return incident.phase is Phase.SCHEDULED and start is not None and start > now


def _aliased(incident: Incident, report: Report) -> Incident:
    """Remember the id that is in use now, and that a provider has declared what we had only observed."""
    aliases = incident.aliases
    if all(alias.provider_id != report.id for alias in aliases):
        aliases = (*aliases, Alias(report.id, report.started_at or incident.started_at))
    return replace(incident, provider_id=report.id, aliases=aliases, observed=report.observed)


def _with_start(incident: Incident, report: Report) -> Incident:
    """Take an edited start, in silence. An observed incident keeps when we first saw it."""
    if report.started_at is None or report.observed or report.started_at == incident.started_at:
        return incident
    episodes = incident.episodes
    if len(episodes) == 1:
        episodes = (replace(episodes[0], started_at=report.started_at),)
    return replace(incident, started_at=report.started_at, episodes=episodes)


def _with_estimate(incident: Incident, report: Report, now: datetime) -> Incident:
    """Add the estimate where it differs from the last; what cannot be read changes nothing."""
    if not report.eta_readable or report.eta == incident.eta or (report.eta is None and not incident.etas):
        return incident
    return replace(incident, etas=(*incident.etas, Eta(report.eta, report.eta_given_at, now)))


def _with_text(incident: Incident, report: Report) -> Incident:
    source = Source(incident.account, report.raw_severity, report.raw_phase)
    sources = incident.sources if incident.sources[-1:] == (source,) else (*incident.sources, source)
    updates = {(each.at, each.text): each for each in (*incident.updates, *report.updates)}
    return replace(
        incident,
        title=report.title,
        sources=sources,
        affected=report.affected,
        related=report.related,
        url=report.url,
        advice=report.advice,
        scheduled_start=report.scheduled_start,
        scheduled_end=report.scheduled_end,
        updates=tuple(sorted(updates.values(), key=lambda each: each.at))[-_UPDATES_KEPT:],
    )


def _differences(known: Incident, taken: Incident) -> tuple[Change, ...]:
    changes: list[Change] = []
    if taken.severity != known.severity:
        worse = taken.severity > known.severity
        kind = ChangeKind.WORSENED if worse else ChangeKind.EASED
        detail = {"from": known.severity.word, "to": taken.severity.word}
        changes.append(Change(kind, taken, known, MappingProxyType(detail)))
    if taken.eta != known.eta:
        detail_eta: dict[str, Detail] = {"from": _iso(known.eta), "to": _iso(taken.eta)}
        changes.append(Change(ChangeKind.ETA_CHANGED, taken, known, MappingProxyType(detail_eta)))
    if _visible(taken) != _visible(known):
        changes.append(Change(ChangeKind.UPDATED, taken, known))
    return tuple(changes)


def _visible(incident: Incident) -> tuple[object, ...]:
    return (
        incident.title,
        incident.phase,
        incident.updates,
        incident.advice,
        incident.links,
        incident.scheduled_start,
        incident.scheduled_end,
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
