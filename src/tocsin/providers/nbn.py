"""NBN Co's network status by location (Australia): one document per location id, without a login.

The ids of the locations are what the connections match; one may stand in the url as ``locationId``. An outage has
neither an id nor a start: what is in force at a location is one incident, named after the location. Planned windows are
in the location's own time, its zone beside them as ``timeZoneId``; ``validAt`` (Unix milliseconds) is when the answer
was made, and is no part of what it says. 404 is said of a location that is not connected.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Level
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, HttpRequest, Poll, PollContext, ProviderField
from tocsin.providers import links, text
from tocsin.providers.base import Ask, Asker, StatusFailed, attempt, decoded, is_absent, is_transport, unique
from tocsin.providers.nbn_payload import Document, Place, level, place, planned, unplanned

_PATH = "/places/v1/maintenance"
_QUERY = "locationId"
_SITE = "https://www.nbnco.com.au/"
_MOST = 20  # locations of one account: they are asked for one after the other


class Nbn:
    """The state of the network at locations. Matching is by location id (``LOC000000000000``)."""

    key: ClassVar[str] = "nbn"
    name: ClassVar[str] = "NBN network status"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.PER_ACCOUNT, Capability.COMPONENTS, Capability.MAINTENANCE, Capability.DROPS_RESOLVED}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="https://places.nbnco.net.au"),
        ProviderField("location", FieldType.TEXT, required=False, help="A location id, where no connection names one"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    def poll(self, context: PollContext) -> Poll:
        """Ask for every location. Raises ``PollFailed`` where none of them could be read."""
        url, locations = _asked(context)
        asker = Asker(context)
        found = _Found(context.now)
        for location in locations:
            address = f"{url}?{urlencode({_QUERY: location})}"
            stated = yield from attempt(_place(asker, address))
            if isinstance(stated, PollFailed):
                found.fail(location, stated)
                if is_transport(stated):
                    break
            else:
                found.take(location, stated)
        components = found.told(locations)
        return Snapshot(
            fetched_at=context.now,
            page_name="NBN",
            page_url=url,
            reports=unique(found.reports),
            components=components,
            has_states=True,
            lists_things=True,
            unread=tuple(each for each in context.open_ids if each.partition(":")[0] in found.unread(locations)),
            skew=asker.skew,
        )


@dataclass(slots=True)
class _Found:
    """What the locations of one poll came to."""

    now: datetime
    states: dict[str, Component] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    failures: dict[str, PollFailed] = field(default_factory=dict)

    def take(self, location: str, stated: Place) -> None:
        """Take a location's document in."""
        reports = [each for each in (unplanned(location, stated), *planned(location, stated, self.now)) if each]
        worst, known = level(stated)
        if any(each.kind is IncidentKind.INCIDENT and not each.phase.is_over for each in reports) and known:
            worst = max(worst, Level.DEGRADED)
        self.states[location] = Component(location, location, worst, text.word(stated.word), known=known)
        self.reports += reports

    def fail(self, location: str, failure: PollFailed) -> None:
        """Keep why a location could not be read."""
        if is_absent(failure) and isinstance(failure, StatusFailed):
            message = f"{text.line(location, 40)} is not connected to the NBN ({failure.status})"
            failure = StatusFailed(failure.status, failure.kind, message, failure.retry_after)
        self.failures[location] = failure

    def unread(self, locations: Iterable[str]) -> set[str]:
        """The locations of which nothing is known this time: not those of which it was said that they are none."""
        absent = {each for each, failure in self.failures.items() if is_absent(failure)}
        return {*locations} - self.states.keys() - absent

    def told(self, locations: tuple[str, ...]) -> tuple[Component, ...]:
        """A component for each location that there is. Raises the failure where there is nothing but that."""
        if not self.states:
            raise next(iter(self.failures.values()))
        unread = self.unread(locations)
        blank = {each: Component(each, each, Level.UNKNOWN, "", known=False) for each in locations if each in unread}
        return tuple({**self.states, **blank}.values())


def _place(asker: Asker, url: str) -> Ask[Place]:
    """The document of a location; it is given to who comes from NBN Co's own pages."""
    headers = {"Accept": "application/json", "Referer": _SITE}
    response = yield from asker.send(HttpRequest(url, headers=headers, authenticate=False))
    return place(decoded(response, Document), links.place(url))


def _asked(context: PollContext) -> tuple[str, tuple[str, ...]]:
    """The address and the locations to ask for. Raises ``PollFailed`` (unsupported) where there are none."""
    parts = links.account_url(context.account.url)
    path = parts.path if parts.path.endswith("/maintenance") else _PATH
    in_url = [value for name, value in parse_qsl(parts.query) if name == _QUERY]
    matched = (each for connection in context.account.connections for each in connection.match)
    stated = (*matched, *in_url, context.account.options.get("location", ""))
    locations = tuple(dict.fromkeys(each.strip() for each in stated if each.strip()))
    if not locations:
        raise PollFailed(FailureKind.UNSUPPORTED, "no location id is set: name one in a connection's match")
    if len(locations) > _MOST:
        raise PollFailed(FailureKind.UNSUPPORTED, f"an account may have {_MOST} locations, not {len(locations)}")
    return links.without_query(parts._replace(path=path)), locations
