"""Connections whose line is measured, for tests of the verdict and its words. It is 19:10."""

from datetime import timedelta

from support.phrases import account, at, incident, instant, view
from tocsin.domain.incident import Link
from tocsin.domain.quality import Quality
from tocsin.domain.state import AccountView, ConnectionView, LineSide, LineView, Side
from tocsin.domain.terms import Cause, IncidentKind, Level, LineState, Relevance, Severity

NOW = instant("19:10")
FRESH_FOR = timedelta(minutes=3)
CAUSES = {
    LineState.DOWN: Cause.BEYOND_GATEWAY,
    LineState.LOCAL_FAULT: Cause.GATEWAY,
    LineState.CAPTIVE_PORTAL: Cause.CAPTIVE_PORTAL,
}
WORK = {
    "kind": IncidentKind.MAINTENANCE,
    "severity": Severity.MINOR,
    "start": at("17:50"),
    "scheduled_start": at("17:50"),
    "scheduled_end": at("20:00"),
}
POSSIBLE = (Link("fibre", Relevance.POSSIBLE),)


def declared(said: Level) -> tuple:
    """What a provider declares whose word on a connection is ``said``."""
    if said is Level.MAINTENANCE:
        return (incident(**WORK),)
    if said is Level.NOTICE:
        return (incident(severity=Severity.NOTICE),)
    return (incident(start=at("17:50"), etas=[at("20:30")]),) if said.is_definite_trouble else ()


def line(state: LineState, **changes) -> LineSide:
    """A line that stands so since 17:58 and was measured just now."""
    base = {
        "state": state,
        "cause": CAUSES.get(state),
        "since": at("17:58"),
        "measured": NOW,
        "fresh_for": FRESH_FOR,
    }
    return LineSide(**(base | changes))


def seen(said: Level, state: LineState, **changes) -> ConnectionView:
    """A connection of which its provider says ``said``, with its line measured; UNKNOWN is not heard since 18:20."""
    is_unknown = said is Level.UNKNOWN
    side = Side("home", Level.OK if is_unknown else said, instant("18:20") if is_unknown else NOW, FRESH_FOR)
    base = {"incidents": declared(said), "line": line(state), "sides": (side,)}
    return view(said, **(base | changes))


def alone(state: LineState, **changes) -> ConnectionView:
    """A connection of which nobody tells but its line."""
    return seen(Level.OK, state, **({"sides": (), "has_provider": False} | changes))


def accounts(said: Level = Level.OK) -> tuple[AccountView, ...]:
    """Planet Fibre, which does not answer since 18:20 where its word is unknown."""
    return (account(failing_since=at("18:20") if said is Level.UNKNOWN else None),)


def page(state: LineState, cause: Cause | None = None, **changes) -> LineView:
    """The line's page with a line that stands so since 17:58."""
    base = {
        "link": "primary",
        "connections": ("fibre",),
        "state": state,
        "cause": cause,
        "since": at("17:58"),
        "measured": NOW,
        "fresh_for": FRESH_FOR,
        "quality": Quality(0.0234, 0.002, 0.0, 20),
        "every": timedelta(seconds=60),
    }
    return LineView(**(base | changes))
