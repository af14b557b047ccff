"""States to draw, words to draw them with and a clock that stands still: what the desktop's tests have in common."""

import gettext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

from tocsin.domain.freshness import fresh_for
from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Source
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault, Message
from tocsin.domain.snapshot import Update
from tocsin.domain.state import AccountView, AppState, ConnectionView, Side
from tocsin.domain.terms import (
    ConnectionKind,
    EndHow,
    IncidentKind,
    Level,
    Phase,
    Relevance,
    Role,
    Severity,
)
from tocsin.words.phrasebook import Phrasebook

ZONE = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=ZONE)
EVENING = datetime(2026, 11, 21, 19, 10, tzinfo=ZONE).astimezone(UTC)
OUTAGE_SINCE = datetime(2026, 11, 21, 17, 58, tzinfo=ZONE).astimezone(UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class StillClock:
    """A clock that moves only when it is told to. Satisfies ``ports.Clock``."""

    wall: datetime = EVENING
    mono: float = 1000.0

    def now(self) -> Instant:
        return Instant(self.wall, self.mono)

    def advance(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.mono += seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


def english(language: str | None = None) -> Phrasebook:
    """The words in English, in a zone that no machine's setting can change."""
    return Phrasebook(language or "en", gettext.NullTranslations(), ZONE)


class _Bracketing(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"[{message}]"


def bracketed(language: str | None = "xx") -> Phrasebook:
    """Words of a language in which every sentence stands in brackets."""
    return Phrasebook(language or "xx", _Bracketing(), ZONE)


def local(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of November 2026 in the zone of the tests."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def incident(  # noqa: PLR0913 - a test says only what it is about
    uid: str = "one",
    *,
    title: str = "Cable cut in Utrecht",
    start: datetime = OUTAGE_SINCE,
    end: datetime | None = None,
    kind: IncidentKind = IncidentKind.INCIDENT,
    etas: tuple[datetime | None, ...] = (),
    updates: tuple[Update, ...] = (),
    advice: str | None = None,
    url: str | None = "https://status.example.net/incidents/1",
    began: bool = True,
    planned: tuple[datetime, datetime] | None = None,
    connection: str = "fibre",
    relevance: Relevance = Relevance.LINKED,
    severity: Severity = Severity.MAJOR,
    account: str = "home",
) -> Incident:
    """One incident, by default an outage of this evening."""
    how = None if end is None else EndHow.RESOLVED
    return Incident(
        uid=uid,
        account=account,
        provider_id=f"p-{uid}",
        title=title,
        kind=kind,
        severity=severity,
        phase=Phase.RESOLVED if end else Phase.IDENTIFIED if began else Phase.SCHEDULED,
        first_seen_at=start,
        first_started_at=start,
        started_at=start,
        episodes=(Episode(1, start, end, how),),
        aliases=(Alias(f"p-{uid}", start),),
        sources=(Source(account, "major", "inProgress"),),
        links=(Link(connection, relevance),),
        etas=tuple(Eta(value, start, start) for value in etas),
        scheduled_start=planned[0] if planned else None,
        scheduled_end=planned[1] if planned else None,
        url=url,
        advice=advice,
        updates=updates,
        began=began,
    )


def view(  # noqa: PLR0913 - a test says only what it is about
    id_: str = "fibre",
    name: str = "Home fibre",
    level: Level = Level.OK,
    *,
    incidents: tuple[Incident, ...] = (),
    confirmed: datetime | None = EVENING - timedelta(seconds=12),
    kind: ConnectionKind = ConnectionKind.INTERNET,
    role: Role = Role.PRIMARY,
    account: str = "home",
    now: Instant | None = None,
) -> ConnectionView:
    """One connection, seen by one account."""
    moment = None
    if confirmed is not None:
        at = now or StillClock().now()
        moment = Instant(confirmed, at.mono - (at.wall - confirmed).total_seconds())
    sides = (Side(account, level, moment, fresh_for(MINUTE)),)
    return ConnectionView(id_, name, kind, role, level, sides, incidents)


def account(id_: str = "home", name: str = "Planet Fibre", **changes) -> AccountView:
    """One account that answered twelve seconds ago."""
    now = StillClock().now()
    made = AccountView(
        id=id_,
        name=name,
        provider="tmf656",
        last_success=Instant(now.wall - timedelta(seconds=12), now.mono - 12),
        next_poll_at=now.wall + timedelta(seconds=48),
        failures=0,
        failing_since=None,
        failure=None,
        failure_text="",
        unreachable=False,
        fresh_for=fresh_for(MINUTE),
    )
    return replace(made, **changes)


def outage_incident(**changes) -> Incident:
    """The outage of the default day: since 17:58, its estimate moved twice."""
    plain: dict = {
        "etas": (local(21, 18, 30), local(21, 19), local(21, 20, 30)),
        "updates": (
            Update(
                local(21, 18), Phase.INVESTIGATING, "We are looking into reports of failing connections in Utrecht."
            ),
            Update(local(21, 18, 20), Phase.IDENTIFIED, "A cable was cut during road works. A crew is on its way."),
            Update(local(21, 18, 40), Phase.IDENTIFIED, "The crew has arrived. Splicing takes until half past eight."),
        ),
        "advice": "Keep your sent mail: messages from 17:58 on may not have arrived.",
    }
    return incident(**(plain | changes))


def outage(**changes) -> AppState:
    """One line out, ringing; two other connections, one of them silent; a history."""
    cut = outage_incident()
    history = (
        cut,
        incident("two", title="Slow connections in the region", start=local(14, 9, 12), end=local(14, 11, 2)),
        incident(
            "three",
            title="Planned work on the exchange",
            start=local(3, 2),
            end=local(3, 3, 50),
            kind=IncidentKind.MAINTENANCE,
            planned=(local(3, 2), local(3, 5)),
        ),
        incident(
            "four",
            title="No dial tone in Amersfoort",
            start=local(20, 15, month=10),
            end=local(20, 19, 30, month=10),
            etas=(local(20, 17, month=10), local(20, 18, month=10)),
        ),
    )
    state = AppState(
        at=StillClock().now(),
        connections=(
            view("fibre", "Home fibre", Level.OUTAGE, incidents=(cut,)),
            view("sim", "Office SIM", Level.OK, role=Role.BACKUP, kind=ConnectionKind.MOBILE),
            view("mail", "Mail host", Level.OK, confirmed=local(21, 18, 20), kind=ConnectionKind.MAIL, account="host"),
        ),
        accounts=(account(), account("host", "Mail & More", failing_since=local(21, 18, 21), failures=9)),
        history=history,
        ringing=frozenset({"one"}),
    )
    return replace(state, **changes)


def quiet(**changes) -> AppState:
    """Everything works; nothing ever happened."""
    state = AppState(at=StillClock().now(), connections=(view(),), accounts=(account(),))
    return replace(state, **changes)


def planned_work() -> Incident:
    """Maintenance of tomorrow night."""
    return incident(
        "plan",
        title="Replacement of an amplifier",
        kind=IncidentKind.MAINTENANCE,
        began=False,
        start=local(22, 2),
        planned=(local(22, 2), local(22, 5)),
        severity=Severity.MINOR,
    )


def settings_fault() -> Fault:
    """What the engine says of a wrong file."""
    return Fault(
        Message("settings", {"problem": 'line 4: accounts[0].provider: "statuspge" (allowed: statuspage, tmf656)'})
    )


@dataclass
class Heard:
    """Collects what a signal carried."""

    values: list = field(default_factory=list)

    def __call__(self, *values) -> None:
        self.values.append(values[0] if len(values) == 1 else values)
