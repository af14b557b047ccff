"""A provider's day told poll by poll: facts in short, and the rules driven over them as the engine drives them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tocsin.domain import alarm, assess, timeline
from tocsin.domain.account import Account, Connection
from tocsin.domain.alarm import Input, Look, Policy
from tocsin.domain.alarm_state import AlarmState, Close, Effect, Tell
from tocsin.domain.incident import Alias, Episode, Incident, Link, Source
from tocsin.domain.levels import Scene, connection_level
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import ConnectionKind, IncidentKind, Level, Phase, Relevance, Severity
from tocsin.domain.update import Change

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FIBRE = Connection("fibre", "Home fibre", match=("SVC-1",))
MAIL = Connection("mail", "Mail", ConnectionKind.MAIL, match=("SVC-2",))
HOME = Account("home", "tmf656", "Planet Fibre", "https://status.example.net", connections=(FIBRE, MAIL))
KEEPS = Traits(drops_resolved=False)
DROPS = Traits(drops_resolved=True)


def at(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def told(report_id: str = "1", **said) -> Report:
    """What a provider tells of an incident: a major one on the fibre since noon, where nothing else is said."""
    facts = {
        "title": "Cable cut",
        "kind": IncidentKind.INCIDENT,
        "severity": Severity.MAJOR,
        "phase": Phase.IDENTIFIED,
        "started_at": NOON,
        "affected": ("SVC-1",),
    }
    return Report(report_id, **facts | said)


def planned(report_id: str = "1", start: float = 60, end: float = 120, **said) -> Report:
    """What a provider tells of planned work, in minutes after noon."""
    facts = {
        "title": "New firmware",
        "kind": IncidentKind.MAINTENANCE,
        "severity": Severity.NOTICE,
        "phase": Phase.SCHEDULED,
        "started_at": at(start),
        "scheduled_start": at(start),
        "scheduled_end": at(end),
        "eta": at(end),
    }
    return told(report_id, **facts | said)


def known(provider_id: str = "1", **said) -> Incident:
    """An incident as it is remembered: a major one on the fibre, open since noon."""
    started = said.pop("started_at", NOON)
    facts = {
        "uid": f"uid-{provider_id}",
        "account": "home",
        "provider_id": provider_id,
        "title": "Cable cut",
        "kind": IncidentKind.INCIDENT,
        "severity": Severity.MAJOR,
        "phase": Phase.IDENTIFIED,
        "first_seen_at": started,
        "first_started_at": started,
        "started_at": started,
        "episodes": (Episode(1, started),),
        "aliases": (Alias(provider_id, started),),
        "sources": (Source("home", "", ""),),
        "links": (Link("fibre", Relevance.LINKED),),
        "affected": ("SVC-1",),
    }
    return Incident(**facts | said)


def thing(thing_id: str, level: Level = Level.OK, group: str | None = None, **said) -> Component:
    """A component of a page."""
    return Component(thing_id, thing_id.title(), level, said.pop("raw", f"{level.word}_raw"), group, **said)


def poll(*reports: Report, things: Iterable[Component] = (), **said) -> Snapshot:
    """One answer; with things it is a page that lists them with their states."""
    listed = tuple(things)
    facts = {"has_states": bool(listed), "lists_things": bool(listed)}
    return Snapshot(NOON, "Planet Fibre", "https://status.example.net", reports, listed, **facts | said)


@dataclass(slots=True)
class Story:
    """One account over time: every answer is merged, then looked at. ``said`` is every effect so far."""

    account: Account = HOME
    traits: Traits = KEEPS
    policy: Policy = field(default_factory=Policy)
    now: datetime = NOON
    incidents: dict[str, Incident] = field(default_factory=dict)
    alarms: AlarmState = field(default_factory=AlarmState)
    scene: Scene = field(default_factory=Scene)
    said: list[Effect] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    polled: bool = False

    def hear(self, *reports: Report, after: float = 1, **said) -> None:
        """Take in an answer, so many minutes later."""
        self.take(poll(*reports, **said), after=after)

    def take(self, snapshot: Snapshot, *, after: float = 1) -> None:
        self.now += timedelta(minutes=after)
        self.scene = Scene.of(snapshot)
        merged = timeline.merge(tuple(self.incidents.values()), snapshot, self.account, self.traits, self.now)
        self._keep(merged)
        self.do(Look(self.hits(), first=not self.polled))
        self.polled = True

    def wait(self, minutes: float) -> None:
        """Let time pass without an answer."""
        self.now += timedelta(minutes=minutes)
        merged = timeline.tick(tuple(self.incidents.values()), self.scene, self.now)
        self._keep(merged)
        self.do(Look(self.hits()))

    def watch(self, *connections: Connection) -> None:
        """The user changes what is watched."""
        self.account = Account("home", "tmf656", "Planet Fibre", "https://status.example.net", connections=connections)
        accounts = (self.account,) if connections else ()
        merged = timeline.unwatch(tuple(self.incidents.values()), accounts, self.now)
        self._keep(merged)
        self.do(Look(assess.unwatched(each for each in merged.incidents if not each.is_open)))

    def do(self, given: Input) -> None:
        decision = alarm.step(self.alarms, given, self.now, self.policy)
        self.alarms = decision.state
        self.said.extend(decision.effects)

    def hits(self) -> tuple[assess.Hit, ...]:
        return assess.hits(self.incidents.values(), self.account, self.scene, self.traits, self.now)

    def level(self, connection_id: str = "fibre") -> Level:
        """How a connection stands."""
        connection = next(each for each in self.account.connections if each.id == connection_id)
        return connection_level(connection, tuple(self.incidents.values()), self.scene, self.traits, self.now)

    @property
    def tells(self) -> list[Tell]:
        return [effect for effect in self.said if isinstance(effect, Tell)]

    @property
    def keys(self) -> list[str]:
        """The keys of what was told, in order."""
        return [str(tell.message.key) for tell in self.tells]

    @property
    def closed(self) -> list[str]:
        """The threads that were taken away in silence, in order."""
        return [effect.thread for effect in self.said if isinstance(effect, Close)]

    @property
    def events(self) -> list[str]:
        """The changes so far but for mere updates, in order."""
        return [change.kind.value for change in self.changes if change.kind.value != "updated"]

    @property
    def one(self) -> Incident:
        """The only incident there is."""
        (incident,) = self.incidents.values()
        return incident

    def of(self, provider_id: str) -> Incident:
        """The incident that goes under an id now, the latest."""
        return [each for each in self.incidents.values() if each.provider_id == provider_id][-1]

    def _keep(self, merged: timeline.Merged) -> None:
        self.incidents |= {incident.uid: incident for incident in merged.incidents}
        self.changes.extend(merged.changes)
