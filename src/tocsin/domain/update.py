"""How one incident takes in one report: what is kept, what is replaced, and what the difference is called."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.force import is_in_force
from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Source
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Phase

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


def come_into_force(incident: Incident, now: datetime) -> Incident:
    """What was to come has begun: now, where its start is given as a little later."""
    last = incident.episode
    begun = replace(last, started_at=min(last.started_at, now))
    return replace(incident, began=True, episodes=(*incident.episodes[:-1], begun))


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
        observed=report.observed,
        began=False,
    )
    incident = _set_off(_with_text(_with_estimate(incident, report, now), report), now)
    if report.phase.is_over:
        return _ended(replace(incident, began=started <= now), report, now), ()
    if is_in_force(incident, now):
        incident = come_into_force(incident, now)
    return incident, (Change(_beginning(incident), incident),)


def update(known: Incident, report: Report, links: tuple[Link, ...], now: datetime) -> Taken:
    """Take a report in. What the provider says after the end is recorded without a word."""
    if not known.is_open and (report.phase.is_over or not links):
        return _with_text(known, report), ()
    reopened = not known.is_open
    base = _reopen(known, report, now) if reopened else known
    base = replace(base, kind=report.kind, severity=report.severity, phase=report.phase, lacking=0, lacking_since=None)
    taken = _with_text(_with_estimate(_with_start(_aliased(base, report), report, now), report, now), report)
    taken = replace(_set_off(taken, now), links=links or known.links)
    if report.phase.is_over:
        return _over(known, taken, report, now)
    if not links:
        return _out_of_reach(known, taken, now)
    if reopened:
        detail: dict[str, Detail] = {"reopened": True} if taken.is_again else {}
        return taken, (Change(_beginning(taken), taken, known, MappingProxyType(detail)),)
    return taken, _differences(known, taken)


def _beginning(incident: Incident) -> ChangeKind:
    if not incident.began:
        return ChangeKind.MAINTENANCE_ANNOUNCED
    planned = incident.kind is IncidentKind.MAINTENANCE
    return ChangeKind.MAINTENANCE_STARTED if planned else ChangeKind.STARTED


def _out_of_reach(known: Incident, taken: Incident, now: datetime) -> Taken:
    """It hits nothing that is watched any more: the provider says so, or the user took the match away."""
    if {*taken.affected, *taken.related} == {*known.affected, *known.related}:
        return close(taken, now, EndHow.UNWATCHED), ()
    ended = close(taken, now, EndHow.UNAFFECTED)
    return ended, (Change(ChangeKind.RESOLVED, ended, known, how_detail(EndHow.UNAFFECTED)),)


def close(incident: Incident, ended_at: datetime, how: EndHow) -> Incident:
    """End the open episode. An end is never before its start; what never began does not end in the future."""
    last = incident.episode
    started = last.started_at if incident.began else min(last.started_at, ended_at)
    ended = replace(last, started_at=started, ended_at=max(ended_at, started), how=how)
    phase = Phase.CANCELLED if how is EndHow.CANCELLED else Phase.RESOLVED
    return replace(incident, episodes=(*incident.episodes[:-1], ended), phase=phase, overrun=False)


def _over(known: Incident, taken: Incident, report: Report, now: datetime) -> Taken:
    ended = _ended(taken, report, now)
    cancelled = report.phase is Phase.CANCELLED
    finished = taken.kind is IncidentKind.MAINTENANCE and known.began and not cancelled
    kind = ChangeKind.MAINTENANCE_FINISHED if finished else ChangeKind.RESOLVED
    how = EndHow.CANCELLED if cancelled else EndHow.RESOLVED
    return ended, (Change(kind, ended, known, how_detail(how)),)


def how_detail(how: EndHow) -> Mapping[str, Detail]:
    """What goes with the change that ends an incident."""
    return MappingProxyType({"how": how.value})


def _ended(incident: Incident, report: Report, now: datetime) -> Incident:
    how = EndHow.CANCELLED if report.phase is Phase.CANCELLED else EndHow.RESOLVED
    return replace(close(incident, min(report.resolved_at or now, now), how), phase=report.phase)


def _reopen(known: Incident, report: Report, now: datetime) -> Incident:
    """A new episode, from the start that is given where that lies after the end, else from now.

    What was not watched for a while went on all the time.
    """
    last = known.episode
    went_on = last.how is EndHow.UNWATCHED
    start = report.started_at or (last.started_at if went_on else now)
    if not went_on and start <= (last.ended_at or now):
        start = now
    began = is_in_force(report, now)
    episode = Episode(last.number + 1, min(start, now) if began else start)
    return replace(known, episodes=(*known.episodes, episode), began=began, overrun=False, measured=None)


def _set_off(incident: Incident, now: datetime) -> Incident:
    """Planned work that is still to come, or was put off, begins when it is scheduled for."""
    start = incident.scheduled_start
    planned = incident.kind is IncidentKind.MAINTENANCE and incident.phase is Phase.SCHEDULED
    if not planned or start is None or start <= now:
        return incident
    to_come = replace(incident.episode, started_at=start)
    return replace(incident, began=False, episodes=(*incident.episodes[:-1], to_come))


def _aliased(incident: Incident, report: Report) -> Incident:
    """Remember the id that is in use now, and that a provider has declared what we had only observed."""
    aliases = incident.aliases
    if all(alias.provider_id != report.id for alias in aliases):
        aliases = (*aliases, Alias(report.id, report.started_at or incident.started_at))
    return replace(incident, provider_id=report.id, aliases=aliases, observed=report.observed)


def _with_start(incident: Incident, report: Report, now: datetime) -> Incident:
    """Take an edited start, in silence. An observed incident keeps when we first saw it."""
    if report.started_at is None or report.observed or report.started_at == incident.started_at:
        return incident
    episodes = incident.episodes
    if len(episodes) == 1:
        started = min(report.started_at, now) if incident.began else report.started_at
        if incident.measured is not None:
            started = min(started, incident.measured.since)
        episodes = (replace(episodes[0], started_at=started),)
    return replace(incident, started_at=report.started_at, episodes=episodes)


def _with_estimate(incident: Incident, report: Report, now: datetime) -> Incident:
    """Add the estimate where it differs from the last; what cannot be read changes nothing.

    What is over is not expected any more: that no estimate is given then takes none back.
    """
    taken_back = report.eta is None and bool(incident.etas) and not report.phase.is_over
    if not report.eta_readable or report.eta == incident.eta or not (report.eta or taken_back):
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
        updates=tuple(sorted(updates.values(), key=lambda each: (each.at, each.text)))[-_UPDATES_KEPT:],
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
