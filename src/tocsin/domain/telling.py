"""From incidents to message keys and values: what a message is about, before it is a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.incident import Incident, Measured
from tocsin.domain.message import Message, Value
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Level
from tocsin.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class LineTold:
    """What the user's own line adds to an incident that it was measured for.

    ``said`` is what the provider says by itself and ``unheard_since`` when it last said anything, where that is too
    long ago. ``backup`` is the name of the connection that traffic takes instead, empty where there is none.
    ``phone`` is the help desk's number. ``is_declared`` is true once the provider says something of it too.
    """

    verdict: Verdict
    said: Level = Level.OK
    unheard_since: datetime | None = None
    backup: str = ""
    phone: str = ""
    is_declared: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An incident and what it does to the user's connections, all of them in one.

    ``level`` is the worst that it makes of one. ``connections`` and ``kinds`` are names and kind words side by side.
    ``provider`` is the account's name. ``sure`` is false where it may concern them only. ``still_down``: its end does
    not mean that all works. ``line`` is None where the line was not measured for it.
    """

    incident: Incident
    level: Level
    connections: tuple[str, ...]
    kinds: tuple[str, ...]
    provider: str
    sure: bool = True
    still_down: bool = False
    line: LineTold | None = None

    @property
    def cut(self) -> tuple[Measured, LineTold] | None:
        """What the line shows of it now, None while it shows nothing wrong."""
        mark = self.incident.measured
        return (mark, self.line) if mark is not None and mark.until is None and self.line is not None else None

    @property
    def is_back(self) -> bool:
        """Whether the line works again while the provider still lists the incident."""
        mark = self.incident.measured
        declared = self.line is not None and self.line.is_declared
        return declared and mark is not None and mark.until is not None and self.incident.is_open


def _message(key: str, values: Mapping[str, Value]) -> Message:
    return Message(key, MappingProxyType(dict(values)))


def _common(hit: Hit) -> dict[str, Value]:
    return {
        "connections": hit.connections,
        "kinds": hit.kinds,
        "title": hit.incident.title,
        "provider": hit.provider,
        "advice": hit.incident.advice,
    }


def _disturbance(hit: Hit, now: datetime) -> dict[str, Value]:
    episode = hit.incident.episode
    return _common(hit) | {
        "level": hit.level.word,
        "since": min(episode.started_at, now),
        "eta": hit.incident.eta,
        "reopened": int(hit.incident.is_again),
    }


def beginning(hit: Hit, now: datetime) -> Message:
    """The first word about an incident, or about planned work."""
    if hit.incident.kind is IncidentKind.MAINTENANCE:
        return maintenance(hit)
    if hit.cut is not None:
        return line("line_started", hit, *hit.cut)
    return _message(ChangeKind.STARTED, _disturbance(hit, now))


def worsened(hit: Hit, now: datetime) -> Message:
    """It is worse than was told."""
    if hit.cut is not None:
        return line("line_changed", hit, *hit.cut)
    return _message(ChangeKind.WORSENED, _disturbance(hit, now))


def eta_changed(hit: Hit, was: datetime | None, now: datetime) -> Message:
    """The estimate moved, from ``was``."""
    return _message(ChangeKind.ETA_CHANGED, _disturbance(hit, now) | {"was": was})


def maintenance(hit: Hit) -> Message:
    """Planned work as it stands: announced, in force, or over its end."""
    incident = hit.incident
    key = ChangeKind.MAINTENANCE_ANNOUNCED
    if incident.began:
        key = ChangeKind.MAINTENANCE_OVERRUN if incident.overrun else ChangeKind.MAINTENANCE_STARTED
    window: dict[str, Value] = {
        "start": incident.scheduled_start or incident.episode.started_at,
        "end": incident.scheduled_end,
        "eta": incident.eta,
    }
    return _message(key, _common(hit) | window)


def line(key: str, hit: Hit, mark: Measured, told: LineTold) -> Message:
    """The line is in trouble: what it shows, what the provider says of it, and what to do."""
    incident = hit.incident
    declared = told.is_declared
    values: dict[str, Value] = {
        "connections": hit.connections,
        "kinds": hit.kinds,
        "provider": hit.provider,
        "level": told.verdict.level.word,
        "state": mark.state.value,
        "cause": mark.cause.value if mark.cause is not None else "",
        "says": told.verdict.says.value,
        "said": told.said.word,
        "unheard_since": told.unheard_since,
        "advice": told.verdict.advice.value,
        "step": told.verdict.step.value,
        "since": mark.since,
        "title": incident.title if declared else "",
        "reported_since": incident.started_at if declared else None,
        "eta": incident.eta,
        "backup": told.backup,
        "phone": told.phone,
        "reopened": int(incident.is_again),
    }
    return _message(key, values)


def line_restored(hit: Hit, mark: Measured, told: LineTold) -> Message:
    """The line works again; what the provider declared of it meanwhile stands beside it. ``mark`` has an end."""
    incident, until = hit.incident, mark.until or mark.since
    declared = told.is_declared
    values: dict[str, Value] = {
        "connections": hit.connections,
        "kinds": hit.kinds,
        "provider": hit.provider,
        "state": mark.state.value,
        "cause": mark.cause.value if mark.cause is not None else "",
        "since": mark.since,
        "ended": until,
        "seconds": max(0, int((until - mark.since).total_seconds())),
        "known": int(mark.is_end_known),
        "title": incident.title if declared else "",
        "declared_since": incident.started_at if declared else None,
        "still": int(incident.is_open),
    }
    return _message("line_restored", values)


def ended(hit: Hit) -> Message:
    """It is over: how that was learnt, and how long it took, in seconds."""
    episode, mark = hit.incident.episode, hit.incident.measured
    if mark is not None and mark.until is not None and hit.line is not None:
        return line_restored(hit, mark, hit.line)
    over = episode.ended_at or episode.started_at
    started = episode.started_at
    planned = hit.incident.kind is IncidentKind.MAINTENANCE
    if planned and hit.incident.scheduled_start is not None:
        started = max(started, hit.incident.scheduled_start)
    finished = planned and episode.how is EndHow.RESOLVED and hit.incident.began
    key = ChangeKind.MAINTENANCE_FINISHED if finished else ChangeKind.RESOLVED
    values: dict[str, Value] = {
        "since": episode.started_at,
        "ended": over,
        "seconds": max(0, int((over - started).total_seconds())),
        "how": (episode.how or EndHow.RESOLVED).value,
        "still": int(hit.still_down),
        "planned": int(planned),
    }
    return _message(ChangeKind.VANISHED if episode.how is EndHow.VANISHED else key, _common(hit) | values)


def _several(hits: tuple[Hit, ...]) -> dict[str, Value]:
    providers = tuple(dict.fromkeys(hit.provider for hit in hits))
    return {
        "count": len(hits),
        "connections": tuple(dict.fromkeys(name for hit in hits for name in hit.connections)),
        "titles": tuple(hit.incident.title for hit in hits if hit.line is None or hit.line.is_declared),
        "provider": providers[0] if len(providers) == 1 else "",
        "since": min(hit.incident.episode.started_at for hit in hits),
    }


def summary(hits: tuple[Hit, ...]) -> Message:
    """Several that began at once."""
    return _message("summary", _several(hits))


def summary_resolved(hits: tuple[Hit, ...]) -> Message:
    """Several that ended at once."""
    return _message("summary_resolved", _several(hits))


def maintenance_summary(hits: tuple[Hit, ...]) -> Message:
    """Several planned works that were announced at once."""
    return _message("maintenance_summary", _several(hits))


def unreachable(providers: tuple[str, ...], since: datetime) -> Message:
    """Providers that cannot be asked, since the first of them fell silent."""
    return _message("unreachable", {"providers": providers, "since": since})
