"""Putting one account's knowledge together: which incident hits which connection, and how hard."""

from collections.abc import Iterable
from datetime import datetime

from tocsin.domain.account import Account, Connection
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene, alarm_level, own_level
from tocsin.domain.snapshot import Traits
from tocsin.domain.telling import Hit
from tocsin.domain.terms import Level, Relevance


def hits(
    incidents: Iterable[Incident], account: Account, scene: Scene, traits: Traits, now: datetime
) -> tuple[Hit, ...]:
    """Each of the account's incidents with what it does to the connections, for ``alarm.step`` to look at."""
    return tuple(_hit(incident, account, scene, traits, now) for incident in incidents)


def unwatched(incidents: Iterable[Incident]) -> tuple[Hit, ...]:
    """Incidents that the user no longer watches, for ``alarm.step`` to close what was told of them."""
    return tuple(Hit(incident, Level.OK, (), (), "") for incident in incidents)


def _hit(incident: Incident, account: Account, scene: Scene, traits: Traits, now: datetime) -> Hit:
    concerned = _concerned(incident, account.connections)
    levels = (alarm_level(incident, each, scene, traits, now) for each in concerned)
    return Hit(
        incident=incident,
        level=max(levels, default=Level.OK),
        connections=tuple(each.name for each in concerned),
        kinds=tuple(each.kind.value for each in concerned),
        provider=account.name,
        sure=any(link.relevance is Relevance.LINKED for link in incident.links),
        still_down=any(own_level(each, scene).is_definite_trouble for each in concerned),
    )


def _concerned(incident: Incident, connections: tuple[Connection, ...]) -> tuple[Connection, ...]:
    """The connections to name: those that are surely hit; those that may be only where none is."""
    relevance = {link.connection: link.relevance for link in incident.links}
    surely = tuple(each for each in connections if relevance.get(each.id) is Relevance.LINKED)
    return surely or tuple(each for each in connections if each.id in relevance)
