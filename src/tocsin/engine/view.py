"""The picture of now, for everything that draws: one frozen ``AppState`` from what the ledger knows."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.account import Connection
from tocsin.domain.alarm_state import AlarmPhase
from tocsin.domain.freshness import fresh_for, shown
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene, contribution, is_missing, strange_word
from tocsin.domain.message import Fault, Message, Value
from tocsin.domain.relevance import missing
from tocsin.domain.state import AppState, ConnectionView, Instant, Side
from tocsin.domain.terms import FailureKind, Level
from tocsin.engine.ledger import Ledger
from tocsin.engine.watched import Known, Watched

HISTORY_SHOWN = 500


def app_state(ledger: Ledger, faults: Iterable[Fault], language: str | None, now: Instant) -> AppState:
    """Everything as it stands now. ``faults`` are those that the engine itself has beside the accounts' own."""
    alarms = ledger.alarms
    history = sorted(ledger.incidents.values(), key=lambda each: each.episode.started_at, reverse=True)
    return AppState(
        at=now,
        connections=connection_views(ledger, now),
        accounts=tuple(watched.view() for watched in ledger.watched.values()),
        history=tuple(history[:HISTORY_SHOWN]),
        faults=(*faults, *ledger.keeper.faults(), *account_faults(ledger)),
        ringing=frozenset(
            alarm.uid
            for alarm in alarms.alarms
            if alarm.phase is AlarmPhase.RINGING and alarm.level is Level.OUTAGE and not alarm.muted
        ),
        muted=frozenset(alarm.uid for alarm in alarms.alarms if alarm.muted),
        acknowledged=alarms.within(AlarmPhase.ACKNOWLEDGED),
        language=language,
    )


def connection_views(ledger: Ledger, now: Instant) -> tuple[ConnectionView, ...]:
    """One view for each connection id, however many accounts look at it; the worst first."""
    open_ones = ledger.open_by_account()
    seen: dict[str, list[tuple[Watched, Connection]]] = {}
    for watched in ledger.watched.values():
        for connection in watched.account.connections:
            seen.setdefault(connection.id, []).append((watched, connection))
    views = [_view(open_ones, both, now) for both in seen.values()]
    return tuple(sorted(views, key=lambda view: -shown(view, now).level))


def _view(
    open_ones: Mapping[str, list[Incident]], seen: list[tuple[Watched, Connection]], now: Instant
) -> ConnectionView:
    connection = seen[0][1]
    scenes = [(watched.scene or Scene(), each) for watched, each in seen]
    sides = tuple(_side(watched, watched.known.get(each.id, Known())) for watched, each in seen)
    level = max(side.level for side in sides)
    incidents = [
        found
        for watched, each in seen
        for found in _incidents(open_ones.get(watched.account.id, []), watched, each, now.wall)
    ]
    incidents.sort(key=lambda found: (-found[0], found[1].episode.started_at))
    worst = [incident.episode.started_at for contributed, incident in incidents if contributed is level]
    known = (watched.known.get(each.id, Known()).since for watched, each in seen)
    since = min(worst) if worst and level > Level.OK else max((at for at in known if at is not None), default=None)
    return ConnectionView(
        id=connection.id,
        name=connection.name,
        kind=connection.kind,
        role=connection.role,
        level=level,
        sides=sides,
        incidents=tuple(incident for _, incident in incidents),
        since=since,
        raw=next((word for scene, each in scenes if (word := strange_word(each, scene))), ""),
        verified=all(scene.lists_things or not each.match for scene, each in scenes),
        match_missing=any(is_missing(each, scene) for scene, each in scenes),
    )


def _side(watched: Watched, known: Known) -> Side:
    return Side(watched.account.id, known.level, known.confirmed, fresh_for(watched.interval))


def _incidents(
    open_ones: list[Incident], watched: Watched, connection: Connection, now: datetime
) -> Iterable[tuple[Level, Incident]]:
    """The open incidents of an account that concern a connection, each with what it makes of its level."""
    for incident in open_ones:
        if any(link.connection == connection.id for link in incident.links):
            scene = watched.scene or Scene()
            yield contribution(incident, connection, scene, watched.provider.traits, watched.corrected(now)), incident


def account_faults(ledger: Ledger) -> tuple[Fault, ...]:
    """What keeps the accounts from being watched properly."""
    return tuple(fault for watched in ledger.watched.values() for fault in _faults(watched))


def _faults(watched: Watched) -> Iterable[Fault]:
    name = watched.account.name
    if watched.skew:
        yield _fault("clock_skew", watched, None, provider=name, seconds=int(watched.skew.total_seconds()))
    if watched.found_as:
        yield _fault(
            "product_changed", watched, None, provider=name, was=watched.account.provider, now=watched.found_as
        )
    failure = watched.failure
    if failure is not None and (watched.failures > 1 or failure.kind in _NOT_PASSING):
        yield _fault(
            "unreachable",
            watched,
            None,
            provider=name,
            since=watched.failing_since,
            kind=failure.kind.value,
            text=failure.message,
        )
    if watched.scene is None:
        return
    for connection in watched.account.connections:
        if is_missing(connection, watched.scene):
            ids = missing(connection, watched.scene.components)
            yield _fault("match_missing", watched, connection.id, connection=connection.name, ids=ids, provider=name)


# These do not go away by waiting: the user has to do something.
_NOT_PASSING = (FailureKind.UNAUTHORIZED, FailureKind.NOT_STATUS_API, FailureKind.UNSUPPORTED)


def _fault(key: str, watched: Watched, connection_id: str | None, /, **values: Value) -> Fault:
    return Fault(Message(key, MappingProxyType(values)), watched.account.id, connection_id)
