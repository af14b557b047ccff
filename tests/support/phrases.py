"""Phrasebooks and states for tests of the words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin import resources
from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Source
from tocsin.domain.instant import Instant
from tocsin.domain.message import Message
from tocsin.domain.state import AccountView, ConnectionView, Side
from tocsin.domain.terms import ConnectionKind, EndHow, IncidentKind, Level, Phase, Relevance, Role, Severity
from tocsin.words.phrasebook import Phrasebook

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def book(language: str = "en", zone: ZoneInfo = AMSTERDAM) -> Phrasebook:
    """A phrasebook from the catalogues of the checkout."""
    return Phrasebook(language, resources.translations(language), zone)


def at(clock: str, day: int = 21, month: int = 11, year: int = 2026) -> datetime:
    """A clock time in Amsterdam, as aware UTC."""
    hour, minute = clock.split(":")
    return datetime(year, month, day, int(hour), int(minute), tzinfo=AMSTERDAM).astimezone(UTC)


def instant(clock: str, day: int = 21) -> Instant:
    """The same on both clocks."""
    wall = at(clock, day)
    return Instant(wall, wall.timestamp())


def message(key: str, **values) -> Message:
    """A message with these values."""
    return Message(key, values)


def incident(**changes) -> Incident:
    """A cable cut that began at 17:58 and hits ``fibre``."""
    start = changes.pop("start", at("17:58"))
    etas = tuple(Eta(value, None, start) for value in changes.pop("etas", ()))
    how: EndHow | None = changes.pop("how", None)
    episode = Episode(1, start, changes.pop("ended_at", None), how)
    base = {
        "uid": "u1",
        "account": "home",
        "provider_id": "INC-1",
        "title": "Cable cut in Utrecht",
        "kind": IncidentKind.INCIDENT,
        "severity": Severity.MAJOR,
        "phase": Phase.IDENTIFIED,
        "first_seen_at": start,
        "first_started_at": start,
        "started_at": start,
        "episodes": (episode,),
        "aliases": (Alias("INC-1", start),),
        "sources": (Source("home", "1", "inProgress"),),
        "links": (Link("fibre", Relevance.LINKED),),
        "etas": etas,
    }
    return Incident(**(base | changes))


def view(level: Level = Level.OUTAGE, confirmed: Instant | None = None, **changes) -> ConnectionView:
    """The connection ``fibre`` at a level, as one account sees it."""
    side = Side("home", level, confirmed, timedelta(minutes=3))
    base = {
        "id": "fibre",
        "name": "Home fibre",
        "kind": ConnectionKind.INTERNET,
        "role": Role.PRIMARY,
        "level": level,
        "sides": (side,),
    }
    return ConnectionView(**(base | changes))


def account(**changes) -> AccountView:
    """The account ``home`` at Planet Fibre."""
    base = {
        "id": "home",
        "name": "Planet Fibre",
        "provider": "tmf656",
        "last_success": None,
        "next_poll_at": None,
        "failures": 0,
        "failing_since": None,
        "failure": None,
        "failure_text": "",
        "unreachable": False,
        "fresh_for": timedelta(minutes=3),
    }
    return AccountView(**(base | changes))
