"""What Uptime Kuma's public documents say, in our words. Format: ``server/model/`` of Uptime Kuma, 1.x and 2.x."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import links, text, times
from tocsin.providers.base import known_by, read_all
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import settled, thing

GROUP, MAINTENANCE = "group-", "maintenance-"  # Kuma numbers each kind of thing from 1
_LEVELS = {"down": Level.OUTAGE, "up": Level.OK, "pending": Level.DEGRADED, "maintenance": Level.MAINTENANCE}
_WORDS = {"0": "down", "1": "up", "2": "pending", "3": "maintenance"}
_SEVERITIES = {"info": Severity.NOTICE, "warning": Severity.MINOR, "danger": Severity.MAJOR}
_PHASES = {
    "scheduled": Phase.SCHEDULED,
    "undermaintenance": Phase.IDENTIFIED,
    "ended": Phase.RESOLVED,
    "inactive": Phase.CANCELLED,
}
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)", re.ASCII)
_GONE = frozenset({"false", "0"})
_NULL = Raw(b"null")


class Config(Struct, frozen=True):
    """Whose page it is."""

    title: Scalar = None


class Monitor(Struct, frozen=True):
    """A monitor of the page."""

    id: Scalar = None
    name: Scalar = None


class Group(Struct, frozen=True, rename="camel"):
    """A group of monitors."""

    id: Scalar = None
    name: Scalar = None
    monitor_list: Raw = _NULL


class Incident(Struct, frozen=True, rename="camel"):
    """A pinned incident."""

    id: Scalar = None
    style: Scalar = None
    title: Scalar = None
    content: Scalar = None
    pin: Scalar = None
    active: Scalar = None
    created_date: Scalar = None
    last_updated_date: Scalar = None


class Slot(Struct, frozen=True, rename="camel"):
    """One window of a maintenance."""

    start_date: Scalar = None
    end_date: Scalar = None


class Maintenance(Struct, frozen=True, rename="camel"):
    """A maintenance; its zone is beside its times, which may be naive."""

    id: Scalar = None
    title: Scalar = None
    description: Scalar = None
    status: Scalar = None
    timezone: Scalar = None
    timezone_offset: Scalar = None
    timeslot_list: list[Slot] | None = None

    @property
    def zone(self) -> tzinfo | None:
        """The zone of its naive times. The name comes first: the offset is that of today, not of the window."""
        named = times.zone(self.timezone)
        offset = _OFFSET.fullmatch(text.word(self.timezone_offset))
        if named is not None or offset is None:
            return named
        east = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(east if offset[1] == "+" else -east)

    def window(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The first window that is not over, or the last one that was."""
        slots = [(self._moment(each.start_date), self._moment(each.end_date)) for each in items(self.timeslot_list)]
        ahead = (slot for slot in slots if slot[1] is None or slot[1] > now)
        return next(ahead, slots[-1] if slots else (None, None))

    def _moment(self, value: Scalar) -> datetime | None:
        return times.moment(value, self.zone)


class Page(Struct, frozen=True, rename="camel"):
    """The page: the list of its groups is what it is known by."""

    public_group_list: Raw


class Told(Struct, frozen=True, rename="camel"):
    """What the page tells besides; 1.x had one incident, and once the title beside it."""

    config: Config | None = None
    title: Scalar = None
    incident: Raw = _NULL
    incidents: Raw = _NULL
    maintenance_list: Raw = _NULL

    def pinned(self, where: str) -> list[Incident]:
        """What is pinned, by either version. Raises ``PollFailed`` (malformed) for what is no incident."""
        alone = Raw(b"[%b]" % self.incident) if bytes(self.incident) != bytes(_NULL) else _NULL
        return [*read_all(alone, Incident, where), *read_all(self.incidents, Incident, where)]


class Beat(Struct, frozen=True):
    """One heartbeat."""

    status: Scalar = None


class Beats(Struct, frozen=True, rename="camel"):
    """The last heartbeats of every monitor, oldest first; 0 stands for a time without any."""

    heartbeat_list: dict[str, list[Beat | Scalar] | None]


class History(Struct, frozen=True):
    """What was pinned once; 2.x only."""

    incidents: Raw


def components(
    groups: Iterable[Group], beats: Mapping[str, list[Beat | Scalar] | None], where: str
) -> tuple[Component, ...]:
    """The monitors and their groups. A monitor without a beat is unknown: nobody looked.

    Raises ``PollFailed`` (malformed) for a list of monitors that is broken.
    """
    found = []
    for group in groups:
        group_id = f"{GROUP}{known_by(group.id, 'a group')}"
        monitors = read_all(group.monitor_list, Monitor, where)
        if monitors:
            found.append(thing(group_id, group.name, "", _LEVELS, is_group=True))
        for monitor in monitors:
            monitor_id = known_by(monitor.id, "a monitor")
            last = next(reversed(beats.get(monitor_id) or [None]))
            stated = text.word(last.status) if isinstance(last, Beat) else ""
            found.append(thing(monitor_id, monitor.name, _WORDS.get(stated, stated), _LEVELS, group=group_id))
    return settled(found)


def incident(stated: Incident, page_url: str) -> Report:
    """One pinned incident. Its times are naive UTC. Raises ``PollFailed`` (malformed) where it has no id."""
    incident_id = known_by(stated.id, "an incident")
    flags = {text.folded(stated.active), text.folded(stated.pin)}
    phase = Phase.RESOLVED if flags & _GONE else Phase.INVESTIGATING
    began, changed = times.moment(stated.created_date, UTC), times.moment(stated.last_updated_date, UTC)
    at, said = changed or began, text.body(stated.content)
    return Report(
        id=incident_id,
        title=text.line(stated.title) or incident_id,
        kind=IncidentKind.INCIDENT,
        severity=_SEVERITIES.get(text.folded(stated.style), Severity.MINOR),
        phase=phase,
        raw_severity=text.word(stated.style),
        started_at=began,
        resolved_at=changed if phase.is_over else None,
        url=links.web_link(page_url),
        updates=(Update(at, phase, said),) if at is not None and said else (),
    )


def maintenance(stated: Maintenance, page_url: str, now: datetime) -> Report:
    """One maintenance; where its word is not known its window says where it stands."""
    start, end = stated.window(now)
    is_ahead = start is not None and start > now
    phase = _PHASES.get(text.folded(stated.status)) or (Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED)
    said = text.body(stated.description)
    maintenance_id = known_by(stated.id, "a maintenance")
    return Report(
        id=f"{MAINTENANCE}{maintenance_id}",
        title=text.line(stated.title) or maintenance_id,
        kind=IncidentKind.MAINTENANCE,
        severity=Severity.MINOR,
        phase=phase,
        raw_phase=text.word(stated.status),
        started_at=start,
        resolved_at=end if phase.is_over else None,
        eta=end,
        scheduled_start=start,
        scheduled_end=end,
        url=links.web_link(page_url),
        updates=(Update(start, phase, said),) if start is not None and said else (),
    )
