"""Whether an incident concerns a connection: by the provider's own ids, and by nothing else."""

from collections.abc import Iterable

from tocsin.domain.account import Connection
from tocsin.domain.incident import Incident, Link
from tocsin.domain.snapshot import Component, Report
from tocsin.domain.terms import Relevance


def matched(match: Iterable[str], components: Iterable[Component]) -> frozenset[str]:
    """The ids that a match means: those it names, and the members of the groups it names."""
    named = frozenset(match)
    return named.union(component.id for component in components if component.group in named)


def matched_things(connection: Connection, components: tuple[Component, ...]) -> tuple[Component, ...]:
    """The things whose own states make the connection's level. An empty match means all of the page."""
    if not connection.match:
        return components
    ids = matched(connection.match, components)
    return tuple(component for component in components if component.id in ids)


def missing(connection: Connection, components: tuple[Component, ...]) -> tuple[str, ...]:
    """The ids of a match that the provider's own list no longer has."""
    listed = {component.id for component in components}
    return tuple(each for each in connection.match if each not in listed)


def hit(affected: Iterable[str], components: Iterable[Component]) -> frozenset[str]:
    """The ids that an incident means. A group stands for its members, unless some of them are named beside it."""
    named = frozenset(affected)
    inside = [component for component in components if component.group in named]
    in_part = {component.group for component in inside if component.id in named}
    return named.union(component.id for component in inside if component.group not in in_part)


def relevance(told: Report | Incident, connection: Connection, components: tuple[Component, ...]) -> Relevance:
    """How an incident concerns a connection: linked by id, possible when it names nothing, none otherwise."""
    if not connection.match:
        return Relevance.LINKED
    ids = matched(connection.match, components)
    if ids & hit(told.affected, components) or ids.intersection(told.related):
        return Relevance.LINKED
    return Relevance.NONE if told.affected else Relevance.POSSIBLE


def links(
    told: Report | Incident, connections: Iterable[Connection], components: tuple[Component, ...]
) -> tuple[Link, ...]:
    """The connections that an incident concerns, and how."""
    found = (Link(each.id, relevance(told, each, components)) for each in connections)
    return tuple(link for link in found if link.relevance is not Relevance.NONE)
