"""Amazon Web Services: the current events of the public health dashboard.

``GET /public/currentevents`` answers in UTF-16, big-endian, with a byte order mark, whatever the client accepts. Times
are Unix seconds, as strings or as numbers. An event that is over stays listed for hours, with the status "0". An empty
list means that nothing is wrong. Format: as the dashboard's own pages read it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, payload, text, times
from tocsin.providers.base import LARGE, Ask, Asker, known_by, read_list, unique
from tocsin.providers.payload import Scalar, items

_HOSTS = frozenset({"health.aws.amazon.com", "status.aws.amazon.com", "phd.aws.amazon.com"})
_HOME = "https://health.aws.amazon.com"
_EVENTS = "/public/currentevents"
_PAGE = "/health/status"
_BIG, _LITTLE = b"\xfe\xff", b"\xff\xfe"
_OVER = frozenset({"0", "resolved"})
_RESOLVED = "[RESOLVED]"
_LEVELS = {"0": Level.OK, "1": Level.DEGRADED, "2": Level.DEGRADED, "3": Level.OUTAGE}
_SEVERITIES = {"1": Severity.MINOR, "2": Severity.MINOR, "3": Severity.CRITICAL}


class Impacted(Struct, frozen=True):
    """A service that an event hits, as it stands now."""

    service_name: Scalar = None
    current: Scalar = None


class Message(Struct, frozen=True):
    """One update. Its own status is not kept up: only the event's tells whether it is over."""

    summary: Scalar = None
    message: Scalar = None
    timestamp: Scalar = None


class Event(Struct, frozen=True):
    """One event. What it is known by is the service and the date."""

    service: Scalar
    date: Scalar
    arn: Scalar = None
    status: Scalar = None
    summary: Scalar = None
    service_name: Scalar = None
    region_name: Scalar = None
    end_time: Scalar = None
    event_log: list[Message] | None = None
    impacted_services: dict[str, Impacted | Scalar] | None = None

    @property
    def is_over(self) -> bool:
        """True for the status "0" (or its word); without a status for what has an end."""
        if self.status is None:
            return times.epoch(self.end_time) is not None
        return text.folded(self.status) in _OVER

    @property
    def hits(self) -> dict[str, Impacted]:
        """The services that it hits, by id."""
        listed = (self.impacted_services or {}).items()
        return {key: each if isinstance(each, Impacted) else Impacted() for key, each in listed if text.identity(key)}


class Aws:
    """The public dashboard. Matching is by service ids (``ec2-eu-west-1``) or by the names of regions (``Ireland``)."""

    key: ClassVar[str] = "aws"
    name: ClassVar[str] = "Amazon Web Services"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (ProviderField("url", FieldType.URL, required=True, help=_HOME),)
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The dashboard that answers, whichever of its names is set. Raises ``PollFailed``."""
        return (events_url(account.url),)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the events. Raises ``PollFailed``."""
        url = events_url(context.account.url)
        asker = Asker(context, limit=LARGE, public=True)
        events = yield from _events(asker, url)
        things = _components(event for event in events if not event.is_over)
        return Snapshot(
            fetched_at=context.now,
            page_name=self.name,
            page_url=url.removesuffix(_EVENTS) + _PAGE,
            reports=unique(report(event) for event in events),
            components=things,
            has_states=bool(things),
            skew=asker.skew,
        )


def _events(asker: Asker, url: str) -> Ask[list[Event]]:
    response = yield from asker.get(url)
    where = links.place(url)
    body = as_utf8(response.body, where)
    raw: Raw = payload.decode(body, Raw, where, response.headers.get("content-type", ""))
    return read_list(raw, Event, where)


def as_utf8(body: bytes, where: str) -> bytes:
    """The body in UTF-8, whichever Unicode encoding it came in. Raises ``PollFailed`` (malformed)."""
    if body.startswith(_BIG) or body[:1] == b"\x00":
        encoding = "utf-16-be"
    elif body.startswith(_LITTLE) or body[1:2] == b"\x00":
        encoding = "utf-16-le"
    else:
        return body
    try:
        return body.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeError as error:
        raise PollFailed(FailureKind.MALFORMED, f"{where} is broken {encoding.upper()}") from error


def report(event: Event) -> Report:
    """One event. Raises ``PollFailed`` (malformed) where it names no service."""
    service = known_by(event.service, "an event")
    status = text.word(event.status)
    phase = Phase.RESOLVED if event.is_over else Phase.INVESTIGATING
    region = text.identity(event.region_name)
    return Report(
        id=text.identity(event.arn) or f"{service}/{text.word(event.date)}"[: text.IDENTITY],
        title=_title(event.summary) or text.line(event.service_name) or service,
        kind=IncidentKind.INCIDENT,
        severity=_SEVERITIES.get(status, Severity.MINOR),
        phase=phase,
        raw_severity=status,
        raw_phase=status,
        started_at=times.epoch(event.date),
        resolved_at=times.epoch(event.end_time) if phase.is_over else None,
        affected=_affected(event, service, phase),
        related=() if region is None else (region,),
        updates=_updates(event, phase),
    )


def _title(summary: Scalar) -> str:
    return text.line(text.line(summary).removeprefix(_RESOLVED))


def _affected(event: Event, service: str, phase: Phase) -> tuple[str, ...]:
    """The services that it hits; of an open event without those that work again."""
    named = (key for key, each in event.hits.items() if phase.is_over or text.folded(each.current) not in _OVER)
    return tuple(dict.fromkeys((service, *named)))


def _updates(event: Event, phase: Phase) -> tuple[Update, ...]:
    found = []
    for each in items(event.event_log):
        at, said = times.epoch(each.timestamp), text.body(each.message) or text.body(each.summary)
        if at is not None and said:
            found.append(Update(at, Phase.INVESTIGATING, said))
    found.sort(key=lambda update: update.at)
    if found and phase.is_over:
        found[-1] = Update(found[-1].at, phase, found[-1].text)
    return tuple(found)


def _components(events: Iterable[Event]) -> tuple[Component, ...]:
    """How the services that open events name stand, each with its worst state. Of all others nothing is said."""
    found: dict[str, Component] = {}
    for event in events:
        service = known_by(event.service, "an event")
        own = {service: Impacted(event.service_name, event.status)}
        for key, each in {**own, **event.hits}.items():
            thing = _component(key, each, event.status)
            if key not in found or thing.level > found[key].level:
                found[key] = thing
    return tuple(found.values())


def _component(key: str, stated: Impacted, status: Scalar) -> Component:
    raw = text.word(status if stated.current is None else stated.current)
    level = _LEVELS.get(raw)
    name = text.line(stated.service_name, text.NAME) or key
    return Component(key, name, Level.DEGRADED if level is None else level, raw, known=level is not None)


def events_url(url: str) -> str:
    """Where the events are, of an address that is the dashboard, its host, or the list itself."""
    parts = links.account_url(url)
    if parts.hostname in _HOSTS:
        return _HOME + _EVENTS
    return links.without_query(parts) if parts.path.endswith("/currentevents") else links.origin(parts) + _EVENTS
