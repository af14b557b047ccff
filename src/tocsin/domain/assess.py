"""Putting one account's knowledge together: which incident hits which connection, and how hard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.account import LINE_PROVIDER, Account, Connection
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene, alarm_level, own_level
from tocsin.domain.measured import is_declared
from tocsin.domain.snapshot import Traits
from tocsin.domain.state import LineSide
from tocsin.domain.telling import Hit, LineTold
from tocsin.domain.terms import Level, LineState, Relevance
from tocsin.domain.verdict import verdict


@dataclass(frozen=True, slots=True)
class Carrying:
    """How a connection's line stands, and what its account says of the connection, as far as that still counts.

    ``unheard_since`` is when the account last answered, where that is too long ago.
    """

    line: LineSide
    said: Level
    unheard_since: datetime | None = None


Lines = Mapping[str, Carrying]
_NO_LINES: Lines = MappingProxyType({})


def hits(
    incidents: Iterable[Incident],
    account: Account,
    scene: Scene,
    traits: Traits,
    now: datetime,
    lines: Lines = _NO_LINES,
) -> tuple[Hit, ...]:
    """Each of the account's incidents with what it does to the connections, for ``alarm.step`` to look at.

    ``lines`` is how the lines stand that are measured, by connection.
    """
    return tuple(_hit(incident, account, scene, traits, now, lines) for incident in incidents)


def unwatched(incidents: Iterable[Incident]) -> tuple[Hit, ...]:
    """Incidents that the user no longer watches, for ``alarm.step`` to close what was told of them."""
    return tuple(Hit(incident, Level.OK, (), (), "") for incident in incidents)


def _hit(
    incident: Incident,
    account: Account,
    scene: Scene,
    traits: Traits,
    now: datetime,
    lines: Lines,
) -> Hit:
    concerned = _concerned(incident, account.connections)
    said = {each.id: alarm_level(incident, each, scene, traits, now) for each in concerned}
    levels = (_told_as(incident, said[each.id], lines.get(each.id)) for each in concerned)
    return Hit(
        incident=incident,
        level=max(levels, default=Level.OK),
        connections=tuple(each.name for each in concerned),
        kinds=tuple(each.kind.value for each in concerned),
        provider="" if account.provider == LINE_PROVIDER else account.name,
        sure=any(link.relevance is Relevance.LINKED for link in incident.links),
        still_down=any(own_level(each, scene).is_definite_trouble for each in concerned),
        line=_line_told(incident, max(said.values(), default=Level.OK), account, lines),
    )


def _told_as(incident: Incident, said: Level, carrying: Carrying | None) -> Level:
    """How loudly an incident is told for one connection: by the verdict on what the provider says and the line shows.

    A line that is down by another incident makes this one no worse.
    """
    mark = incident.measured
    if mark is not None and mark.until is None:
        return verdict(max(said, carrying.said) if carrying is not None else said, mark.state, mark.cause).told_as
    if carrying is not None and carrying.line.state is LineState.UP:
        return verdict(said, LineState.UP).told_as
    return said


def _line_told(incident: Incident, said: Level, account: Account, lines: Lines) -> LineTold | None:
    """What is to be told of the line; None where nothing was measured of this incident."""
    mark = incident.measured
    if mark is None:
        return None
    carrying = [lines[link.connection] for link in incident.links if link.connection in lines]
    said = max([said, *(each.said for each in carrying)])
    return LineTold(
        verdict=verdict(said, mark.state, mark.cause),
        said=said,
        unheard_since=next((each.unheard_since for each in carrying), None),
        backup=next((each.line.backup for each in carrying if each.line.backup), ""),
        phone=account.help.phone,
        is_declared=is_declared(incident),
    )


def _concerned(incident: Incident, connections: tuple[Connection, ...]) -> tuple[Connection, ...]:
    """The connections to name: those that are surely hit; those that may be only where none is."""
    relevance = {link.connection: link.relevance for link in incident.links}
    surely = tuple(each for each in connections if relevance.get(each.id) is Relevance.LINKED)
    return surely or tuple(each for each in connections if each.id in relevance)
