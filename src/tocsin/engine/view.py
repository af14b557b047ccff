"""The picture of now, for everything that draws: one frozen ``AppState`` from what the ledger knows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.account import LINE_PROVIDER, AuthKind, Connection, Help
from tocsin.domain.alarm_state import AlarmPhase
from tocsin.domain.freshness import fresh_for, shown
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.levels import Scene, contribution, is_missing, strange_word
from tocsin.domain.message import Fault, Message, Value
from tocsin.domain.relevance import missing
from tocsin.domain.snapshot import Failure
from tocsin.domain.state import AccountView, AppState, ConnectionView, LineSide, LineView, Side
from tocsin.domain.terms import FailureKind, Level, LineState
from tocsin.engine.line_ledger import LineLedger
from tocsin.engine.watched import Known, Watched
from tocsin.ports import Capability

HISTORY_SHOWN = 500


def app_state(
    ledger: LineLedger, faults: Iterable[Fault], language: str | None, now: Instant, line: LineView | None = None
) -> AppState:
    """Everything as it stands now. ``faults`` are those that the engine itself has beside the accounts' own."""
    alarms = ledger.alarms
    history = sorted(ledger.incidents.values(), key=lambda each: each.episode.started_at, reverse=True)
    return AppState(
        at=now,
        connections=connection_views(ledger, now),
        accounts=tuple(_account(ledger, watched) for watched in ledger.watched.values()),
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
        line=line,
        drafts=tuple(ledger.drafts.values()),
    )


def _account(ledger: LineLedger, watched: Watched) -> AccountView:
    """How asking an account goes; one that only has its line is as old as what was measured last."""
    view = watched.view()
    if watched.account.provider != LINE_PROVIDER:
        return view
    sides = (ledger.lines.get(each.id) for each in watched.account.connections)
    measured = [(each.measured, each.fresh_for) for each in sides if each is not None and each.measured is not None]
    if not measured:
        return view
    at, fresh = max(measured, key=lambda each: each[0].wall)
    return replace(view, last_success=at, fresh_for=fresh)


def connection_views(ledger: LineLedger, now: Instant) -> tuple[ConnectionView, ...]:
    """One view for each connection id, however many accounts look at it; the worst first."""
    open_ones = ledger.open_by_account()
    seen: dict[str, list[tuple[Watched, Connection]]] = {}
    for watched in ledger.watched.values():
        for connection in watched.account.connections:
            seen.setdefault(connection.id, []).append((watched, connection))
    views = [_view(open_ones, both, ledger.lines.get(key), now) for key, both in seen.items()]
    return tuple(sorted(views, key=lambda view: -shown(view, now).level))


def _view(
    open_ones: Mapping[str, list[Incident]],
    seen: list[tuple[Watched, Connection]],
    line: LineSide | None,
    now: Instant,
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
    if line is not None and line.state is not LineState.NOT_MEASURED and level is Level.OK:
        since = line.since
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
        line=line,
        has_provider=any(watched.account.provider != LINE_PROVIDER for watched, _ in seen),
        help=next((found for watched, _ in seen if (found := _help(watched)) != Help()), Help()),
    )


def _help(watched: Watched) -> Help:
    """Whom to turn to. A page of components that anybody may read is one to open on a phone."""
    account, helps = watched.account, watched.account.help
    is_page = Capability.COMPONENTS in watched.provider.capabilities and account.auth.kind is AuthKind.NONE
    if helps.status_url or not is_page or not account.url.startswith("https://"):
        return helps
    return replace(helps, status_url=account.url)


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


def account_faults(ledger: LineLedger) -> tuple[Fault, ...]:
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
    if failure is not None and (watched.failures > 1 or _waits_for_the_user(failure)):
        yield _fault(
            "unreachable",
            watched,
            None,
            provider=name,
            since=watched.failing_since,
            kind=failure.kind.value,
            text=failure.message,
            obstacle=failure.obstacle.value if failure.obstacle is not None else "",
            place=failure.place,
        )
    if watched.scene is None:
        return
    for connection in watched.account.connections:
        if is_missing(connection, watched.scene):
            ids = missing(connection, watched.scene.components)
            yield _fault(
                "match_missing",
                watched,
                connection.id,
                connection=connection.name,
                ids=ids,
                provider=name,
                empty=int(not watched.scene.components),
            )


_NOT_PASSING = (FailureKind.UNAUTHORIZED, FailureKind.NOT_STATUS_API, FailureKind.UNSUPPORTED)


def _waits_for_the_user(failure: Failure) -> bool:
    """Whether it does not go away by waiting."""
    return failure.kind in _NOT_PASSING if failure.obstacle is None else not failure.obstacle.may_pass


def _fault(key: str, watched: Watched, connection_id: str | None, /, **values: Value) -> Fault:
    return Fault(Message(key, MappingProxyType(values)), watched.account.id, connection_id)
