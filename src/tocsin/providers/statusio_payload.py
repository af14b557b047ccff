"""What Status.io's document says, in our words. Format: its knowledge base, "Public Status API" and "Status codes".

Components run in containers (regions, sites), and one container may serve several components. A container is listed
once, in its worst state; it has its component as its group only where none of that component's is shared, for a group
that is hit stands for its members.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Raw, Struct, field

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import links, text, times
from tocsin.providers.base import known_by, read_all
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, state, thing

# By code, and by the words that pages have unless they were changed.
_LEVELS = {
    **dict.fromkeys(("100", "operational"), Level.OK),
    **dict.fromkeys(("200", "plannedmaintenance"), Level.MAINTENANCE),
    **dict.fromkeys(("300", "degradedperformance"), Level.DEGRADED),
    **dict.fromkeys(("400", "partialservicedisruption"), Level.DEGRADED),
    **dict.fromkeys(("500", "servicedisruption"), Level.OUTAGE),
    **dict.fromkeys(("600", "securityevent"), Level.DEGRADED),
}
_SEVERITIES = {
    "100": Severity.NOTICE,
    "300": Severity.MINOR,
    "400": Severity.MAJOR,
    "500": Severity.CRITICAL,
    "600": Severity.MAJOR,
}
_PHASES = {"100": Phase.INVESTIGATING, "200": Phase.IDENTIFIED, "300": Phase.MONITORING, "400": Phase.RESOLVED}
_EMPTY, _NULL = Raw(b"[]"), Raw(b"null")


class Answer(Struct, frozen=True):
    """The whole document."""

    result: Raw


class Result(Struct, frozen=True):
    """What it is known by; the lists are there even when they are empty."""

    status_overall: Raw
    status: Raw
    incidents: Raw
    maintenance: Raw = _NULL


class Overall(Struct, frozen=True):
    """The page's overall state: a code, and its word, which a page may change."""

    status_code: Scalar = None
    status: Scalar = None


class Part(Overall, frozen=True, kw_only=True):
    """A component of the page, or a container that it runs in."""

    id: Scalar
    name: Scalar = None
    containers: Raw = _EMPTY


class Planned(Struct, frozen=True):
    """The maintenance that is in force, and the one that is announced."""

    active: Raw = _EMPTY
    upcoming: Raw = _EMPTY


class Hit(Struct, frozen=True):
    """A component or a container as an incident names it."""

    id: Scalar = field(name="_id")


class Message(Struct, frozen=True):
    """One update: how far it has come (``state``) and how bad it is (``status``)."""

    details: Scalar = None
    state: Scalar = None
    status: Scalar = None
    datetime: Scalar = None


class Incident(Struct, frozen=True):
    """An incident or a maintenance."""

    id: Scalar = field(name="_id")
    name: Scalar = None
    datetime_open: Scalar = None
    datetime_planned_start: Scalar = None
    datetime_planned_end: Scalar = None
    messages: list[Message] | None = None
    components_affected: list[Hit] | None = None
    containers_affected: list[Hit] | None = None


def page_level(stated: Overall) -> Level:
    """The level of the page's overall state."""
    return state(word(stated), _LEVELS)[0]


def word(stated: Overall) -> str:
    """What a state is looked up by: the code, or its word where there is no code."""
    return text.word(stated.status_code) or text.word(stated.status)


def components(raw: Raw, where: str) -> tuple[Component, ...]:
    """The page's components and containers. Raises ``PollFailed`` (malformed)."""
    parts = read_all(raw, Part, where)
    inside = [(part, read_all(part.containers, Part, where)) for part in parts]
    used = Counter(text.identity(each.id) for _, containers in inside for each in containers)
    found: list[Component] = []
    for part, containers in inside:
        part_id = known_by(part.id, f"{where}: a component")
        shares = any(used[text.identity(each.id)] > 1 for each in containers)
        found.append(_thing(part, part_id, None))
        for each in containers:
            container_id = known_by(each.id, f"{where}: a container")
            found.append(_thing(each, container_id, None if shares else part_id))
    return settled(found)


def _thing(stated: Part, thing_id: str, group: str | None) -> Component:
    component = thing(thing_id, stated.name, word(stated), _LEVELS, group=group)
    return replace(component, raw=text.word(stated.status) or component.raw)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the incidents of one page; ``page`` is its address where that is known, for links."""

    page: str | None
    page_id: str

    def incident(self, stated: Incident) -> Report:
        """An incident. Its newest message says how far it has come and how bad it is."""
        told = _told(stated)
        newest = told[-1][1] if told else Message()
        phase = _PHASES.get(text.word(newest.state), Phase.INVESTIGATING)
        return replace(
            self._report(stated, IncidentKind.INCIDENT, phase, told),
            severity=_SEVERITIES.get(text.word(newest.status), Severity.MINOR),
            started_at=times.moment(stated.datetime_open),
        )

    def maintenance(self, stated: Incident, *, begun: bool) -> Report:
        """Planned work. The list that it stands in says whether it has begun; its messages, when."""
        told = _told(stated)
        said = _PHASES.get(text.word(told[-1][1].state), Phase.INVESTIGATING) if told else Phase.INVESTIGATING
        early = Phase.IDENTIFIED if begun else Phase.SCHEDULED
        phase = early if said is Phase.INVESTIGATING or not (begun or said.is_over) else said
        start, end = times.moment(stated.datetime_planned_start), times.moment(stated.datetime_planned_end)
        began = (at for at, each in told if _PHASES.get(text.word(each.state)) in (Phase.IDENTIFIED, Phase.MONITORING))
        report = self._report(stated, IncidentKind.MAINTENANCE, phase, told)
        return replace(
            report,
            started_at=next(began, None) or start,
            eta=end,
            scheduled_start=start,
            scheduled_end=end,
            updates=tuple(
                replace(each, phase=Phase.SCHEDULED) if each.phase is Phase.INVESTIGATING else each
                for each in report.updates
            ),
        )

    def _report(
        self, stated: Incident, kind: IncidentKind, phase: Phase, told: list[tuple[datetime, Message]]
    ) -> Report:
        incident_id = known_by(stated.id, f"a {kind.value}")
        newest = told[-1][1] if told else Message()
        return Report(
            id=incident_id,
            title=text.line(stated.name) or incident_id,
            kind=kind,
            severity=Severity.MINOR,
            phase=phase,
            raw_severity=text.word(newest.status),
            raw_phase=text.word(newest.state),
            resolved_at=told[-1][0] if told and phase.is_over else None,
            affected=ids(each.id for each in (*items(stated.components_affected), *items(stated.containers_affected))),
            url=self._link(kind, incident_id),
            updates=tuple(
                Update(at, _PHASES.get(text.word(each.state), Phase.INVESTIGATING), said)
                for at, each in told
                if (said := text.body(each.details))
            ),
        )

    def _link(self, kind: IncidentKind, incident_id: str) -> str | None:
        base = f"{self.page}/pages/{kind.value}/{self.page_id}"
        return links.web_link(links.item(base, incident_id)) if self.page else None


def _told(stated: Incident) -> list[tuple[datetime, Message]]:
    """The messages, oldest first. One without a time stands at the opening, or is left out."""
    opened = times.moment(stated.datetime_open)
    dated = ((times.moment(each.datetime) or opened, each) for each in items(stated.messages))
    return sorted(((at, each) for at, each in dated if at is not None), key=lambda pair: pair[0])
