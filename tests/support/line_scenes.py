"""Days of the line for the tests of its page: a calm night, an evening outage, a laptop that slept."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from support.desktop_scenes import EVENING, OUTAGE_SINCE, StillClock, incident, local, outage_incident, quiet, view
from tocsin.domain.incident import Alias, Episode, Incident, Measured, Source
from tocsin.domain.instant import Instant
from tocsin.domain.minutes import MINUTE, Hour, Minute, start_of_hour, with_minute
from tocsin.domain.quality import Quality
from tocsin.domain.reading import Path
from tocsin.domain.state import AppState, LineSide, LineView
from tocsin.domain.terms import Cause, EndHow, IncidentKind, Level, LineState, Relevance, Severity

FRESH = timedelta(minutes=3)
CUT = (local(21, 9, 12), local(21, 9, 54))
SLEPT = (local(21, 0, 40), local(21, 7, 5))
NAP = (local(21, 13, 30), local(21, 14, 10))
HOSTS = ("9.9.9.9", "1.1.1.1", "detectportal.firefox.com", "dns.quad9.net")


def hours(minute_at: Callable[[datetime], Minute], now: datetime = EVENING) -> tuple[Hour, ...]:
    """The last 25 hours, each minute up to the last full one as ``minute_at`` says."""
    found, last = [], start_of_hour(now)
    for back in range(24, -1, -1):
        hour = Hour(last - timedelta(hours=back))
        for index in range(60):
            at = hour.start + index * MINUTE
            if at + MINUTE <= now and (said := minute_at(at)) != Minute():
                hour = with_minute(hour, at, said)
        found.append(hour)
    return tuple(found)


def calm(at: datetime) -> Minute:
    """A line that works, a little slower in the evening."""
    minutes = int(at.timestamp()) // 60
    slower = 0.012 * max(0.0, math.sin((minutes % 1440 - 900) / 540 * math.pi)) if minutes % 1440 > 900 else 0.0
    trip = 0.014 + slower + 0.002 * math.sin(minutes * 1.7) + (0.03 if minutes % 97 == 0 else 0.0)
    lost = 1 if minutes % 211 == 0 else 0
    return Minute(LineState.UP, None, 2, lost, trip, 0.0015)


def eventful(at: datetime) -> Minute:
    """A night asleep, an outage in the morning, a nap, and slow answers in the afternoon."""
    if any(start <= at < end for start, end in (SLEPT, NAP)):
        return Minute()
    if CUT[0] <= at < CUT[1]:
        return Minute(LineState.DOWN, Cause.BEYOND_GATEWAY, 8, 8)
    usual = calm(at)
    if local(21, 16, 5) <= at < local(21, 16, 50):
        return replace(usual, state=LineState.DEGRADED, sent=12, lost=3, round_trip=(usual.round_trip or 0) + 0.045)
    return usual


def line_view(**changes) -> LineView:
    """A line that works, measured twelve seconds ago."""
    now = StillClock().now()
    made = LineView(
        link="primary",
        connections=("fibre",),
        state=LineState.UP,
        cause=None,
        since=CUT[1],
        measured=Instant(now.wall - timedelta(seconds=12), now.mono - 12),
        fresh_for=FRESH,
        quality=Quality(0.014, 0.0015, 0.0, 20),
        every=MINUTE,
        path=Path("wlan0", 4, "192.0.2.1", "192.0.2.57"),
        hours=hours(calm),
        hosts=HOSTS,
    )
    return replace(made, **changes)


def cut_incident(**changes) -> Incident:
    """The morning's outage: measured here first, then declared by the provider, who called it over later."""
    made = incident(
        "cut",
        title="Fault in the exchange",
        start=CUT[0],
        end=local(21, 10, 30),
        connection="fibre",
    )
    return replace(
        made,
        provider_id="line:1",
        aliases=(Alias("line:1", CUT[0]), Alias("INC-7", local(21, 9, 30))),
        sources=(Source("line", "down", "beyond_gateway"), *made.sources),
        measured=Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, CUT[0], CUT[1]),
        **changes,
    )


def slow_incident() -> Incident:
    """The afternoon's slow answers, which only the line showed."""
    made = incident("slow", title="line: degraded", start=local(21, 16, 5), end=local(21, 16, 50))
    return replace(
        made,
        provider_id="line:2",
        severity=Severity.MINOR,
        aliases=(Alias("line:2", made.started_at),),
        sources=(Source("line", "degraded", ""),),
        measured=Measured(LineState.DEGRADED, None, made.started_at, local(21, 16, 50)),
    )


def work_incident() -> Incident:
    """Planned work last night."""
    planned = (local(21, 2), local(21, 4))
    return incident("work", title="Replacement of an amplifier", kind=IncidentKind.MAINTENANCE, start=planned[0],
                    end=planned[1], planned=planned)  # fmt: skip


def with_line(base: AppState | None = None, /, **changes) -> AppState:
    """A state in which the line of the first connection is measured."""
    base = base or quiet()
    line = line_view(**changes)
    side = LineSide(line.state, line.cause, line.since, line.measured, line.fresh_for)
    return replace(base, line=line, connections=(replace(base.connections[0], line=side), *base.connections[1:]))


def eventful_day(**changes) -> AppState:
    """Everything a chart can show, of a line that works again."""
    history = (slow_incident(), cut_incident(), work_incident())
    return with_line(quiet(history=history), **{"hours": hours(eventful), **changes})


def cut_now() -> AppState:
    """The line has been down since 17:58, and the provider says so too."""
    told = replace(outage_incident(), measured=Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, OUTAGE_SINCE))

    def minute_at(at: datetime) -> Minute:
        return Minute(LineState.DOWN, Cause.BEYOND_GATEWAY, 8, 8) if at >= OUTAGE_SINCE else eventful(at)

    state = quiet(
        connections=(view("fibre", "Home fibre", Level.OUTAGE, incidents=(told,)),),
        history=(told, slow_incident(), cut_incident(), work_incident()),
    )
    return with_line(
        state,
        state=LineState.DOWN,
        cause=Cause.BEYOND_GATEWAY,
        since=OUTAGE_SINCE,
        quality=Quality(None, None, 1.0, 20),
        hours=hours(minute_at),
    )


def came_back_asleep() -> Incident:
    """An outage whose end nobody saw: the computer slept."""
    made = incident("asleep", title="line: down (beyond_gateway)", start=local(21, 0, 20))
    return replace(
        made,
        provider_id="line:3",
        aliases=(Alias("line:3", made.started_at),),
        episodes=(Episode(1, made.started_at, SLEPT[1], EndHow.UNKNOWN),),
        measured=Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, made.started_at, SLEPT[1], is_end_known=False),
    )


def elsewhere() -> Incident:
    """An incident of another connection, which has no part in this line."""
    return incident("mail", title="Mail delayed", start=local(21, 12), connection="mail", relevance=Relevance.LINKED)
