"""Invented providers for property tests: sequences of snapshots such as no real one would dare to send."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tocsin.domain import alarm, assess, timeline
from tocsin.domain.account import Account, Connection
from tocsin.domain.alarm import Look, Policy
from tocsin.domain.alarm_state import AlarmState, Effect
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.domain.update import Change

BEGIN = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONNECTIONS = (Connection("fibre", "Home fibre", match=("a", "g")), Connection("mail", "Mail", match=("b",)))
ACCOUNT = Account("home", "statuspage", "Planet Fibre", "https://status.example.net", connections=CONNECTIONS)
WHOLE_PAGE = replace(ACCOUNT, connections=(Connection("page", "All of it"),))
accounts = st.sampled_from((ACCOUNT, WHOLE_PAGE, replace(ACCOUNT, connections=(*CONNECTIONS, *WHOLE_PAGE.connections))))

times = st.integers(-120, 240).map(lambda minutes: BEGIN + minutes * MINUTE)
ids = st.sampled_from(("1", "2", "3", "4", "5", "6"))
things = st.sampled_from(("a", "b", "c", "d", "g"))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """One incident of the page, plausible or not."""
    kind = draw(st.sampled_from(IncidentKind))
    start = draw(st.none() | times)
    return Report(
        id=draw(ids),
        title=draw(st.sampled_from(("Cable cut", "Power failure", "Planned work"))),
        kind=kind,
        severity=draw(st.sampled_from(Severity)),
        phase=draw(st.sampled_from(Phase)),
        raw_severity="raw",
        raw_phase="raw",
        started_at=start,
        resolved_at=draw(st.none() | times),
        eta=draw(st.none() | times),
        eta_readable=draw(st.booleans()),
        scheduled_start=draw(st.none() | times) if kind is IncidentKind.MAINTENANCE else None,
        scheduled_end=draw(st.none() | times) if kind is IncidentKind.MAINTENANCE else None,
        affected=tuple(draw(st.lists(things, max_size=4, unique=True))),
        parents=tuple(draw(st.lists(ids, max_size=1))),
        updates=tuple(draw(st.lists(st.builds(Update, times, st.sampled_from(Phase), st.just("text")), max_size=2))),
    )


@st.composite
def components(draw: st.DrawFn) -> tuple[Component, ...]:
    """The page's list; "g" is a group that holds "d"."""
    states = st.sampled_from((Level.OK, Level.OK, Level.MAINTENANCE, Level.DEGRADED, Level.OUTAGE))
    names = draw(st.sets(st.sampled_from(("a", "b", "c", "d")), min_size=2))
    listed = [
        Component(name, name.upper(), draw(states), "raw", "g" if name == "d" else None) for name in sorted(names)
    ]
    return (*listed, Component("g", "G", Level.OK, "raw", is_group=True))


@st.composite
def snapshots(draw: st.DrawFn, *, with_states: bool) -> Snapshot:
    """All that one poll said."""
    listed = draw(components()) if with_states else ()
    return Snapshot(
        fetched_at=BEGIN,
        page_name="Planet Fibre",
        page_url="https://status.example.net",
        reports=tuple(draw(st.lists(reports(), max_size=6))),
        components=listed,
        has_states=with_states,
        lists_things=with_states,
        unread=tuple(draw(st.lists(ids, max_size=1))),
        page_level=None if with_states else draw(st.none() | st.sampled_from(Level)),
    )


histories = st.booleans().flatmap(
    lambda with_states: st.lists(
        st.tuples(st.integers(1, 60), snapshots(with_states=with_states)), min_size=1, max_size=8
    )
)
traits = st.builds(Traits, st.booleans(), st.booleans())


@dataclass(slots=True)
class World:
    """One account, driven as the engine drives it: merge, then look. ``said`` is every effect so far."""

    traits: Traits
    incidents: dict[str, Incident]
    alarms: AlarmState
    said: list[Effect]
    now: datetime = BEGIN
    polled: bool = False
    account: Account = ACCOUNT

    @classmethod
    def new(cls, kind: Traits, account: Account = ACCOUNT) -> "World":
        return cls(kind, {}, AlarmState(), [], account=account)

    def poll(self, snapshot: Snapshot) -> tuple[tuple[Change, ...], tuple[Effect, ...]]:
        """Take one snapshot in at the present moment."""
        merged = timeline.merge(tuple(self.incidents.values()), snapshot, self.account, self.traits, self.now)
        self.incidents |= {incident.uid: incident for incident in merged.incidents}
        hits = assess.hits(self.incidents.values(), self.account, Scene.of(snapshot), self.traits, self.now)
        decision = alarm.step(self.alarms, Look(hits, first=not self.polled), self.now, Policy())
        self.alarms, self.polled = decision.state, True
        self.said.extend(decision.effects)
        return merged.changes, decision.effects

    def open_incidents(self) -> list[Incident]:
        return [incident for incident in self.incidents.values() if incident.is_open]
