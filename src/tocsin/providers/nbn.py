"""NBN Co's network status by location (Australia): one document per location id, without a login.

The ids of the locations are what the connections match; one may stand in the url as ``locationId``. An outage has
neither an id nor a start: what is in force at a location is one incident, named after the location. Planned windows are
in the location's own time, its zone beside them as ``timeZoneId``; ``validAt`` (Unix milliseconds) is when the answer
was made, and is no part of what it says. 404 is said of a location that is not connected. The words are those that were
seen, for nothing documents them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, HttpRequest, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import Ask, Asker, StatusFailed, attempt, decoded, is_absent, is_transport, unique
from tocsin.providers.payload import Scalar, items

_PATH = "/places/v1/maintenance"
_QUERY = "locationId"
_SITE = "https://www.nbnco.com.au/"
_MOST = 20  # locations of one account: they are asked for one after the other
_PHASES = {
    "inprogress": Phase.IDENTIFIED,
    "nearterm": Phase.SCHEDULED,
    "notactive": Phase.SCHEDULED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.RESOLVED,
    "complete": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_NOTHING = frozenset({"undefined", "none", ""})


class Outage(Struct, frozen=True, rename="camel"):
    """Something unplanned that is in force."""

    status: Scalar = None
    network_degradation: Scalar = None
    unplanned_power_outage: Scalar = None


class Unplanned(Struct, frozen=True):
    """What is unplanned."""

    current: list[Outage] | None = None


class Window(Struct, frozen=True, rename="camel"):
    """A planned window; its times have no offset."""

    state: Scalar = None
    maintenance_start_time: Scalar = None
    maintenance_end_time: Scalar = None


class Place(Struct, frozen=True, rename="camel"):
    """The document of a location. The word for it all is what it is known by."""

    display_outage: Scalar
    planned_outages: dict[str, Window] | None = None
    unplanned_outages: Unplanned | None = None
    time_zone_id: Scalar = None


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
            place = yield from attempt(_place(asker, address))
            if isinstance(place, PollFailed):
                found.fail(location, place)
                if is_transport(place):
                    break
            else:
                found.take(location, place)
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

    def take(self, location: str, place: Place) -> None:
        """Take a location's document in."""
        reports = [each for each in (_unplanned(location, place), *_planned(location, place, self.now)) if each]
        level, known = _level(place)
        if any(each.kind is IncidentKind.INCIDENT and not each.phase.is_over for each in reports) and known:
            level = max(level, Level.DEGRADED)
        self.states[location] = Component(location, location, level, text.word(place.display_outage), known=known)
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
    return decoded((yield from asker.send(HttpRequest(url, headers=headers, authenticate=False))), Place)


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


def _level(place: Place) -> tuple[Level, bool]:
    """The level of the word for it all, and whether it is known."""
    word = text.folded(place.display_outage)
    if not word:
        return Level.UNKNOWN, False
    if word == "nooutage":
        return Level.OK, True
    if word.startswith("planned"):
        in_force = word.endswith("inprogress")
        return (Level.MAINTENANCE if in_force else Level.OK), in_force or word.endswith(("nearterm", "notactive"))
    if word.startswith("degradation"):
        return Level.DEGRADED, True
    is_unplanned = word.startswith("unplanned")
    return (Level.OUTAGE if is_unplanned else Level.DEGRADED), is_unplanned


def _unplanned(location: str, place: Place) -> Report | None:
    """What is in force at a location without having been planned, by its list or by its word alone."""
    word = text.folded(place.display_outage)
    outages = items(place.unplanned_outages.current) if place.unplanned_outages is not None else []
    in_force = [each for each in outages if not _PHASES.get(text.folded(each.status), Phase.IDENTIFIED).is_over]
    is_stated = word.startswith(("unplanned", "degradation"))
    if not outages and not is_stated:
        return None
    is_mild = all(each.network_degradation is True for each in in_force) if in_force else word.startswith("degradation")
    has_power = word.startswith("unplannedpower") or any(each.unplanned_power_outage is True for each in in_force)
    title = "Network degradation" if is_mild else "Power outage" if has_power else "Unplanned outage"
    raw = text.word((in_force or outages)[0].status) if outages else ""
    return Report(
        id=f"{location}:unplanned",
        title=title,
        kind=IncidentKind.INCIDENT,
        severity=Severity.MINOR if is_mild else Severity.CRITICAL,
        phase=Phase.IDENTIFIED if in_force or is_stated else Phase.RESOLVED,
        raw_severity=text.word(place.display_outage),
        raw_phase=raw,
        affected=(location,),
    )


def _planned(location: str, place: Place, now: datetime) -> list[Report]:
    """The planned windows of a location, each under its own name in the document."""
    zone = times.zone(place.time_zone_id)
    found = []
    for name, window in (place.planned_outages or {}).items():
        start = times.moment(window.maintenance_start_time, zone)
        end = times.moment(window.maintenance_end_time, zone)
        word = text.folded(window.state)
        if word in _NOTHING and start is None:
            continue
        phase = _PHASES.get(word)
        if phase is None or (phase is Phase.SCHEDULED and start is not None):
            is_past = end is not None and end <= now and (word in _NOTHING or phase is Phase.SCHEDULED)
            is_ahead = start is not None and start > now
            phase = Phase.RESOLVED if is_past else Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED
        found.append(
            Report(
                id=f"{location}:planned:{text.line(name, 40)}",
                title="Planned maintenance",
                kind=IncidentKind.MAINTENANCE,
                severity=Severity.MAJOR,
                phase=phase,
                raw_phase=text.word(window.state),
                started_at=start,
                resolved_at=end if phase.is_over and end is not None and end <= now else None,
                eta=end,
                scheduled_start=start,
                scheduled_end=end,
                affected=(location,),
            )
        )
    return found
