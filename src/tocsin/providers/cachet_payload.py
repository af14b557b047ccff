"""What Cachet's two APIs say, in our words.

v2 writes plain fields, v3 writes JSON:API attributes in which a state is ``{human, value}`` and a time is ``{human,
string}``. Times are naive, in the zone of the application, in both. Numbers decide, for the words beside them are
translated. Format: ``app/Models`` and the API of Cachet 2.x, ``src/Http/Resources`` and ``src/Enums`` of cachethq/core.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from msgspec import Struct

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import links, text, times
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import state

GROUP, SCHEDULE = "group-", "schedule-"  # Cachet numbers each kind of thing from 1
_NONE = "0"
_LEVELS = {
    "0": Level.UNKNOWN,
    "1": Level.OK,
    "2": Level.DEGRADED,
    "3": Level.DEGRADED,
    "4": Level.OUTAGE,
    "5": Level.UNKNOWN,
    "6": Level.MAINTENANCE,
}
_PHASES = {
    "0": Phase.INVESTIGATING,  # v3's "unknown"; v2's "scheduled" is looked for before
    "1": Phase.INVESTIGATING,
    "2": Phase.IDENTIFIED,
    "3": Phase.MONITORING,
    "4": Phase.RESOLVED,
    "fixed": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
}
_SCHEDULE_PHASES = {
    "0": Phase.SCHEDULED,
    "1": Phase.IDENTIFIED,
    "2": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
}
# Cachet 2.3 has no end for what was scheduled, and shows it no more once its time has come.
_SCHEDULED_LASTS = timedelta(days=1)


class Coded(Struct, frozen=True):
    """A state as v3 writes it."""

    value: Scalar = None
    human: Scalar = None


class Stamp(Struct, frozen=True):
    """A time as v3 writes it."""

    string: Scalar = None


class Named(Struct, frozen=True):
    """A component as v2's schedules name it."""

    id: Scalar = None
    component_id: Scalar = None


class Thing(Struct, frozen=True):
    """A component, or v3's group of them."""

    name: Scalar = None
    status: Coded | Scalar = None
    status_name: Scalar = None
    group_id: Scalar = None
    enabled: Scalar = None

    @property
    def is_shown(self) -> bool:
        """False for what the page has switched off."""
        return text.folded(self.enabled) not in ("false", _NONE)


class Message(Struct, frozen=True):
    """One update."""

    status: Coded | Scalar = None
    message: Scalar = None
    created_at: Scalar = None
    created: Stamp | None = None


class Incident(Struct, frozen=True):
    """An incident."""

    name: Scalar = None
    message: Scalar = None
    component_id: Scalar = None
    status: Coded | Scalar = None
    latest_status: Scalar = None
    scheduled_at: Scalar = None
    occurred_at: Scalar = None
    created_at: Scalar = None
    updated_at: Scalar = None
    occurred: Stamp | None = None
    created: Stamp | None = None
    updated: Stamp | None = None
    permalink: Scalar = None
    updates: list[Message] | None = None


class Schedule(Struct, frozen=True):
    """Planned work."""

    name: Scalar = None
    message: Scalar = None
    status: Coded | Scalar = None
    scheduled_at: Scalar = None
    completed_at: Scalar = None
    created_at: Scalar = None
    created: Stamp | None = None
    scheduled: Stamp | None = None
    completed: Stamp | None = None
    components: list[Named] | None = None
    updates: list[Message] | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a v3 document says of a resource in its relationships."""

    components: tuple[str, ...] = ()
    updates: tuple[Message, ...] = ()
    group: str | None = None
    group_name: str = ""


def value(stated: Coded | Scalar) -> str:
    """The number of a state, as text."""
    return text.word(stated.value if isinstance(stated, Coded) else stated)


def component(stated: Thing, thing_id: str, beside: Beside) -> Component:
    """One component. What is shown is its word; what counts is its number."""
    number = value(stated.status)
    level, known = state(number, _LEVELS)
    human = stated.status.human if isinstance(stated.status, Coded) else stated.status_name
    group = beside.group or text.identity(stated.group_id)
    return Component(
        id=thing_id,
        name=text.line(stated.name, text.NAME) or thing_id,
        level=level,
        raw=(text.word(human) if known else "") or number,
        group=None if group in (None, _NONE) else f"{GROUP}{group}",
        known=known,
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one installation's incidents. ``zone`` is that of its times; ``has_scheduled`` is true for v2."""

    zone: tzinfo
    now: datetime
    has_scheduled: bool

    def incident(self, stated: Incident, incident_id: str, beside: Beside) -> Report:
        """One incident; where it stands is what its latest update says."""
        messages = (*items(stated.updates), *beside.updates)
        updates = self._updates(messages, stated)
        raw = self._raw_phase(stated, messages)
        began = self._moment(stated.occurred_at, stated.occurred, stated.created_at, stated.created)
        start = self._moment(stated.scheduled_at)
        planned = self.has_scheduled and value(stated.status) == _NONE
        phase = self._scheduled_phase(start) if planned else _PHASES.get(text.folded(raw), Phase.INVESTIGATING)
        ended = next((each.at for each in updates if each.phase.is_over), None)
        named = (*beside.components, text.identity(stated.component_id))
        return Report(
            id=incident_id,
            title=text.line(stated.name) or incident_id,
            kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
            severity=Severity.MINOR,
            phase=phase,
            raw_phase=raw,
            started_at=(start if planned else None) or began,
            resolved_at=(ended or self._moment(stated.updated_at, stated.updated)) if phase.is_over else None,
            scheduled_start=start if planned else None,
            affected=tuple(dict.fromkeys(each for each in named if each is not None and each != _NONE)),
            url=links.web_link(stated.permalink),
            updates=updates,
        )

    def schedule(self, stated: Schedule, schedule_id: str, beside: Beside) -> Report:
        """One planned work. Its completion is its plan while it lies ahead, and its end after."""
        start = self._moment(stated.scheduled_at, stated.scheduled)
        end = self._moment(stated.completed_at, stated.completed)
        is_ahead = start is not None and start > self.now
        is_past = end is not None and end <= self.now
        by_time = Phase.RESOLVED if is_past else Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED
        raw = value(stated.status)
        phase = _SCHEDULE_PHASES.get(text.folded(raw), by_time)
        said = text.body(stated.message)
        named = (text.identity(each.component_id or each.id) for each in items(stated.components))
        at = self._moment(stated.created_at, stated.created) or start
        return Report(
            id=f"{SCHEDULE}{schedule_id}",
            title=text.line(stated.name) or schedule_id,
            kind=IncidentKind.MAINTENANCE,
            severity=Severity.MINOR,
            phase=phase,
            raw_phase=raw,
            started_at=start,
            resolved_at=end if phase.is_over else None,
            eta=end,
            scheduled_start=start,
            scheduled_end=end,
            affected=tuple(dict.fromkeys((*beside.components, *(each for each in named if each is not None)))),
            updates=(Update(at, phase, said),) if at is not None and said else (),
        )

    def _raw_phase(self, stated: Incident, messages: tuple[Message, ...]) -> str:
        """The state of the latest update that has one, else what v2 says that it is, else the incident's own."""
        dated = ((self._moment(each.created_at, each.created), value(each.status)) for each in messages)
        latest = max(((at, word) for at, word in dated if at is not None and word), default=None)
        return text.word(stated.latest_status) or (latest[1] if latest else "") or value(stated.status)

    def _scheduled_phase(self, start: datetime | None) -> Phase:
        if start is None or start + _SCHEDULED_LASTS <= self.now:
            return Phase.RESOLVED if start is not None else Phase.SCHEDULED
        return Phase.SCHEDULED if start > self.now else Phase.IDENTIFIED

    def _updates(self, messages: tuple[Message, ...], stated: Incident) -> tuple[Update, ...]:
        """The incident's own message, then the updates."""
        began = self._moment(stated.occurred_at, stated.occurred, stated.created_at, stated.created)
        found = {(began, text.body(stated.message)): Phase.INVESTIGATING}
        for each in messages:
            at = self._moment(each.created_at, each.created)
            found[at, text.body(each.message)] = _PHASES.get(text.folded(value(each.status)), Phase.INVESTIGATING)
        dated = (Update(at, phase, said) for (at, said), phase in found.items() if at is not None and said)
        return tuple(sorted(dated, key=lambda update: update.at))

    def _moment(self, *stated: Scalar | Stamp) -> datetime | None:
        """The first of the values that is a time."""
        plain = (each.string if isinstance(each, Stamp) else each for each in stated)
        return next((at for each in plain if (at := times.moment(each, self.zone)) is not None), None)
