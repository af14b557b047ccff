"""What is marked on the chart of a day: the troubles of the line itself, and what the provider told of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from tocsin.desktop.chart_scale import Day
from tocsin.domain.incident import Incident
from tocsin.domain.measured import PREFIX, is_declared
from tocsin.domain.minutes import MINUTE
from tocsin.domain.state import AppState
from tocsin.domain.terms import IncidentKind, Level, LineState, Relevance, Severity

_LEVELS = {
    LineState.UP: Level.OK,
    LineState.DEGRADED: Level.DEGRADED,
    LineState.DOWN: Level.OUTAGE,
    LineState.LOCAL_FAULT: Level.OUTAGE,
    LineState.CAPTIVE_PORTAL: Level.UNKNOWN,
    LineState.NOT_MEASURED: Level.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One stretch of trouble. ``end`` is that of the day while it goes on; both times are UTC.

    ``state`` is how the line stood, None for what the provider told. ``incident`` is what the record has of it, None
    where it has nothing. ``is_end_known`` is false where the line came back while nobody measured.
    """

    start: datetime
    end: datetime
    level: Level
    state: LineState | None = None
    incident: Incident | None = None
    is_end_known: bool = True

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether it has part in this time."""
        return self.start < end and start < max(self.end, self.start + MINUTE)


def level_of(state: LineState) -> Level:
    """The level of a line by itself: its colour, and its bell."""
    return _LEVELS[state]


def ours(state: AppState, day: Day) -> tuple[Mark, ...]:
    """The troubles of the line, from the record, and from the minutes where the record has none."""
    told = tuple(_clipped((mark for each in _concerned(state) for mark in _measured(each, day)), day))
    seen = (mark for mark in _seen(day) if not any(each.covers(mark.start, mark.end) for each in told))
    return tuple(sorted((*told, *seen), key=lambda mark: mark.start))


def providers(state: AppState, day: Day) -> tuple[Mark, ...]:
    """What the provider told of the connections that run over the line, the worst last."""
    found = _clipped((mark for each in _concerned(state) if is_declared(each) for mark in _declared(each, day)), day)
    return tuple(sorted(found, key=lambda mark: (mark.level, mark.start)))


def _concerned(state: AppState) -> Iterator[Incident]:
    """The incidents of the line's connections that have begun, each once."""
    mine = frozenset(state.line.connections) if state.line is not None else frozenset()
    for incident in {each.uid: each for each in state.history}.values():
        hit = any(link.connection in mine and link.relevance is not Relevance.NONE for link in incident.links)
        if hit and incident.began:
            yield incident


def _measured(incident: Incident, day: Day) -> Iterator[Mark]:
    """What the line showed of it; the earlier episodes of one that the line made are the line's too."""
    mark = incident.measured
    if mark is None:
        return
    if incident.provider_id.startswith(PREFIX):
        for each in incident.episodes[:-1]:
            yield Mark(each.started_at, each.ended_at or each.started_at, level_of(mark.state), mark.state, incident)
    level, end = level_of(mark.state), mark.until or day.end
    yield Mark(mark.since, end, level, mark.state, incident, mark.is_end_known)


def _declared(incident: Incident, day: Day) -> Iterator[Mark]:
    """The provider's episodes. Of what the line noticed first the provider's part begins where it says so."""
    level = _stated(incident)
    for each in incident.episodes:
        start, end = each.started_at, each.ended_at or day.end
        if incident.provider_id.startswith(PREFIX) or incident.aliases[0].provider_id.startswith(PREFIX):
            if each is not incident.episode:
                continue
            told = [alias.first_start for alias in incident.aliases if not alias.provider_id.startswith(PREFIX)]
            start = min(told[-1], end)
        yield Mark(start, end, level, incident=incident)


def _stated(incident: Incident) -> Level:
    if incident.kind is IncidentKind.MAINTENANCE:
        return Level.DEGRADED if incident.overrun else Level.MAINTENANCE
    if incident.severity is Severity.NOTICE or all(each.relevance is Relevance.POSSIBLE for each in incident.links):
        return Level.NOTICE
    return Level.DEGRADED if incident.severity is Severity.MINOR else Level.OUTAGE


def _seen(day: Day) -> Iterator[Mark]:
    """Stretches of bad minutes in a row."""
    for state, group in groupby(enumerate(day.minutes), lambda each: each[1].state):
        if state not in (LineState.UP, LineState.NOT_MEASURED):
            indices = [index for index, _ in group]
            yield Mark(day.at(indices[0]), day.at(indices[-1]) + MINUTE, level_of(state), state)


def _clipped(marks: Iterable[Mark], day: Day) -> Iterator[Mark]:
    """Those that have part in the day, in UTC."""
    for mark in marks:
        start, end = mark.start.astimezone(UTC), mark.end.astimezone(UTC)
        if start < day.end and end >= day.start:
            yield Mark(start, max(start, end), mark.level, mark.state, mark.incident, mark.is_end_known)
