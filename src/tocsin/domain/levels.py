"""From what a provider says to the level of one connection. The tables are those of the design's *Levels*."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.account import Connection
from tocsin.domain.incident import Incident, Link
from tocsin.domain.measured import is_line_only
from tocsin.domain.relevance import hit, matched_things, missing
from tocsin.domain.snapshot import Component, Snapshot, Traits
from tocsin.domain.terms import IncidentKind, Level, Phase, Relevance, Severity

LEFTOVER_AGE = timedelta(days=14)
FEW_COMPONENTS = 6
OVERRUN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Scene:
    """What of an account's last snapshot the levels depend on. None before any: nothing has states of its own."""

    components: tuple[Component, ...] = ()
    has_states: bool = False
    lists_things: bool = False
    page_level: Level | None = None

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Scene":
        """The scene of a snapshot."""
        return cls(snapshot.components, snapshot.has_states, snapshot.lists_things, snapshot.page_level)


def own_level(connection: Connection, scene: Scene) -> Level:
    """The worst of the matched things' own states; the page's overall word where it lists no things at all."""
    if not scene.components and not connection.match and scene.page_level is not None:
        return scene.page_level
    return max((thing.level for thing in matched_things(connection, scene.components)), default=Level.OK)


def strange_word(connection: Connection, scene: Scene) -> str:
    """The first state word of a matched thing that is not a documented one, as it came; empty when all are known."""
    return next((thing.raw for thing in matched_things(connection, scene.components) if not thing.known), "")


def is_missing(connection: Connection, scene: Scene) -> bool:
    """True when the provider publishes a list of its things and the match is not on it."""
    return scene.lists_things and bool(missing(connection, scene.components))


def contribution(incident: Incident, connection: Connection, scene: Scene, traits: Traits, now: datetime) -> Level:
    """What one incident makes of a connection's level."""
    relevance = next((link.relevance for link in incident.links if link.connection == connection.id), Relevance.NONE)
    if not incident.is_open or not incident.began or relevance is Relevance.NONE:
        return Level.OK
    if incident.phase.is_over or is_line_only(incident):
        return Level.OK  # what the line shows of it counts by the verdict, not as the provider's word
    if relevance is Relevance.POSSIBLE:
        return Level.NOTICE
    if incident.kind is IncidentKind.MAINTENANCE:
        return Level.DEGRADED if incident.overrun else Level.MAINTENANCE
    stated = _stated(incident.severity, has_states=scene.has_states)
    if scene.has_states and stated > Level.NOTICE and _is_harmless(incident, connection, scene, traits, now):
        return Level.NOTICE
    return stated


def alarm_level(incident: Incident, connection: Connection, scene: Scene, traits: Traits, now: datetime) -> Level:
    """How loudly an incident is to be told for a connection: as it is stated, or as what it hits stands, if worse.

    Where the page lists nothing its overall word is how that stands.
    """
    stated = contribution(incident, connection, scene, traits, now)
    linked = any(link.connection == connection.id and link.relevance is Relevance.LINKED for link in incident.links)
    if not linked or not incident.is_open or not incident.began or incident.kind is IncidentKind.MAINTENANCE:
        return stated
    hits = hit(incident.affected, scene.components)
    states = [thing.level for thing in matched_things(connection, scene.components) if thing.id in hits]
    if not scene.components:
        states = [own_level(connection, scene)]
    return max([stated, *(state for state in states if state.is_definite_trouble)])


def _stated(severity: Severity, *, has_states: bool) -> Level:
    if severity is Severity.NOTICE:
        return Level.NOTICE
    if severity is Severity.CRITICAL or (severity is Severity.MAJOR and not has_states):
        return Level.OUTAGE
    return Level.DEGRADED


def _is_harmless(incident: Incident, connection: Connection, scene: Scene, traits: Traits, now: datetime) -> bool:
    """Whether the matched things work all the same and the incident is being watched, page-wide, or a leftover."""
    things = matched_things(connection, scene.components)
    if not things or any(thing.level is not Level.OK for thing in things):
        return False
    leaves = {thing.id for thing in scene.components if not thing.is_group}
    hits = hit(incident.affected, scene.components) & leaves
    page_wide = len(leaves) >= FEW_COMPONENTS and 2 * len(hits) > len(leaves)
    leftover = (
        traits.old_is_notice
        and now - incident.started_at > LEFTOVER_AGE
        and all(thing.level is Level.OK for thing in scene.components)
    )
    return incident.phase is Phase.MONITORING or page_wide or leftover


def is_overrun(incident: Incident, scene: Scene, now: datetime) -> bool:
    """A maintenance in force that is over its end by 15 minutes with what it works on not operational.

    Where things have no states of their own the provider's leaving it open says that it is not finished.
    """
    if incident.kind is not IncidentKind.MAINTENANCE or not (incident.is_open and incident.began):
        return False
    if incident.scheduled_end is None or now - incident.scheduled_end < OVERRUN_AFTER:
        return False
    if not scene.has_states:
        return True
    hits = hit(incident.affected, scene.components)
    return any(thing.level is not Level.OK for thing in scene.components if thing.id in hits or not hits)


def connection_level(
    connection: Connection, incidents: tuple[Incident, ...], scene: Scene, traits: Traits, now: datetime
) -> Level:
    """The level of a connection as one account sees it, as of its last snapshot.

    A match that is missing from the list is unknown at the least; trouble that is stated all the same is not hidden.
    """
    floor = Level.UNKNOWN if is_missing(connection, scene) else Level.OK
    own = own_level(connection, scene)
    return max([floor, own, *(contribution(incident, connection, scene, traits, now) for incident in incidents)])


def is_planned_now(incidents: Iterable[Incident], connection: str, now: datetime) -> bool:
    """Whether announced work on a connection goes on, by its own window: it does so while nobody can be asked."""
    return any(
        each.kind is IncidentKind.MAINTENANCE
        and each.is_open
        and each.began
        and not each.overrun
        and each.scheduled_end is not None
        and now < each.scheduled_end + OVERRUN_AFTER
        and Link(connection, Relevance.LINKED) in each.links
        for each in incidents
    )
