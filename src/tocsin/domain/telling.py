"""From incidents to message keys and values: what a message is about, before it is a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.incident import Incident
from tocsin.domain.message import Message, Value
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Level


@dataclass(frozen=True, slots=True)
class Hit:
    """An incident and what it does to the user's connections, all of them in one.

    ``level`` is the worst that it makes of one. ``connections`` and ``kinds`` are names and kind words side by side.
    ``provider`` is the account's name. ``sure`` is false where it may concern them only. ``still_down``: its end does
    not mean that all works.
    """

    incident: Incident
    level: Level
    connections: tuple[str, ...]
    kinds: tuple[str, ...]
    provider: str
    sure: bool = True
    still_down: bool = False


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
    return _message(ChangeKind.STARTED, _disturbance(hit, now))


def worsened(hit: Hit, now: datetime) -> Message:
    """It is worse than was told."""
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


def ended(hit: Hit) -> Message:
    """It is over: how that was learnt, and how long it took, in seconds."""
    episode = hit.incident.episode
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
        "titles": tuple(hit.incident.title for hit in hits),
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
