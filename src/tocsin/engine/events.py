"""From changes to the lines of ``tocsin watch``: one for each pair of incident and connection."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.terms import IncidentKind, Level
from tocsin.domain.update import Change
from tocsin.ports import Event


def of_changes(changes: Iterable[Change], levels: Mapping[str, Level], at: datetime) -> tuple[Event, ...]:
    """The events of some changes, disturbances first. ``levels`` are the connections' levels after them, by id."""
    return tuple(
        Event(
            at=at,
            event=change.kind.value,
            account=change.incident.account,
            connection=link.connection,
            level=levels.get(link.connection, Level.UNKNOWN).word,
            incident=change.incident,
            relevance=link.relevance.value,
            detail=change.detail,
        )
        for change in sorted(changes, key=lambda change: change.incident.kind is IncidentKind.MAINTENANCE)
        for link in change.incident.links
    )


def level_changed(account: str, connection: str, was: Level, level: Level, at: datetime) -> Event:
    """A connection stands otherwise than before."""
    detail = MappingProxyType({"from": was.word, "to": level.word})
    return Event(at, "level_changed", account, connection, level.word, detail=detail)


def reachability(account: str, level: Level, at: datetime, *, reachable: bool, detail: Mapping[str, str]) -> Event:
    """An account fell silent, or answers again."""
    word = "account_recovered" if reachable else "account_unreachable"
    return Event(at, word, account, None, level.word, detail=MappingProxyType(dict(detail)))
