"""Instatus status pages: ``summary.json``, and ``components.json`` for the things that can be matched.

Lists that are empty are left out, so that a healthy page is a few bytes; what is resolved leaves the lists. Incidents
name no components, and their messages are not in the public documents.
Format: Instatus's help, "Publicly available data"; its times may be JavaScript's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Ask, Asker, attempt, check_meant, is_absent, known_by, read, read_all, unique
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, state, thing

_SUMMARY = "/summary.json"
_COMPONENTS = ("/v2/components.json", "/v3/components.json")
_OF_THE_PAGE = ("/incident/", "/maintenance/", "/history/", "/v2/", "/v3/", f"{_SUMMARY}/")
_LEVELS = {
    "operational": Level.OK,
    "undermaintenance": Level.MAINTENANCE,
    "degradedperformance": Level.DEGRADED,
    "minoroutage": Level.DEGRADED,
    "partialoutage": Level.DEGRADED,
    "majoroutage": Level.OUTAGE,
}
_OF_SOME = {f"{some}{word}": level for some in ("all", "some", "one") for word, level in _LEVELS.items()}
_PAGE_LEVELS = {"up": Level.OK, "hasissues": Level.DEGRADED, **_LEVELS, **_OF_SOME}
_SEVERITIES = {
    "operational": Severity.NOTICE,
    "undermaintenance": Severity.NOTICE,
    "degradedperformance": Severity.MINOR,
    "minoroutage": Severity.MINOR,
    "partialoutage": Severity.MAJOR,
    "majoroutage": Severity.CRITICAL,
}
_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "notstartedyet": Phase.SCHEDULED,
    "inprogress": Phase.IDENTIFIED,
    "verifying": Phase.MONITORING,
    "completed": Phase.RESOLVED,
}
_EMPTY = Raw(b"[]")


class Summary(Struct, frozen=True, rename="camel"):
    """``summary.json``. Its page is what it is known by."""

    page: Raw
    active_incidents: Raw = _EMPTY
    active_maintenances: Raw = _EMPTY


class Page(Struct, frozen=True):
    """Whose page it is, and its overall word."""

    status: str
    name: Scalar = None
    url: Scalar = None


class Hit(Struct, frozen=True):
    """A thing as something else names it."""

    id: Scalar = None
    name: Scalar = None


class Incident(Struct, frozen=True, rename="camel"):
    """An incident or a maintenance."""

    id: Scalar = None
    name: Scalar = None
    status: Scalar = None
    impact: Scalar = None
    started: Scalar = None
    start: Scalar = None
    duration: Scalar = None
    url: Scalar = None
    components: list[Hit] | None = None


class Listing(Struct, frozen=True):
    """``components.json``."""

    components: Raw


class Thing(Struct, frozen=True, rename="camel"):
    """A component, or a group of them."""

    id: Scalar
    name: Scalar = None
    status: Scalar = None
    group: Hit | Scalar = None
    is_parent: Scalar = None
    children: Raw = _EMPTY


class Instatus:
    """A status page of Instatus. Matching is by the ids of components and groups."""

    key: ClassVar[str] = "instatus"
    name: ClassVar[str] = "Instatus"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
        ProviderField("page_id", FieldType.TEXT, required=False, help="The page's name; another page is refused"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the summary and for the components. Raises ``PollFailed``."""
        home = links.without_query(links.page_of(context.account.url, *_OF_THE_PAGE))
        asker = Asker(context, limit=LARGE)
        summary = yield from asker.item(f"{home}{_SUMMARY}", Summary)
        where = links.place(f"{home}{_SUMMARY}")
        page = read(summary.page, Page, where)
        if not (text.identity(page.name) or text.identity(page.url)):
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} says whose page it is nowhere")
        check_meant(context, where, page.name, page.url)
        incidents = read_all(summary.active_incidents, Incident, where)
        planned = read_all(summary.active_maintenances, Incident, where)
        things = yield from _components(asker, home)
        reader = _Reader(context.now)
        page_url = (links.web_link(page.url) or home).rstrip("/")
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(page.name, text.NAME) or links.place(page_url),
            page_url=page_url,
            reports=unique((*map(reader.incident, incidents), *map(reader.maintenance, planned))),
            components=things,
            has_states=True,
            lists_things=True,
            page_level=state(text.word(page.status), _PAGE_LEVELS)[0],
            skew=asker.skew,
        )


def _components(asker: Asker, home: str) -> Ask[tuple[Component, ...]]:
    """The page's components; none where it has no such document. Raises ``PollFailed`` where it could not be had."""
    for path in _COMPONENTS:
        listing = yield from attempt(asker.item(f"{home}{path}", Listing))
        if not isinstance(listing, PollFailed):
            return settled(_things(listing.components, links.place(f"{home}{path}")))
        if not is_absent(listing) and listing.kind not in (FailureKind.NOT_STATUS_API, FailureKind.UNAUTHORIZED):
            raise listing
    return ()


def _things(raw: Raw, where: str, parent: str | None = None) -> list[Component]:
    """Components, their children, and the groups that they name without being listed."""
    found: list[Component] = []
    named: dict[str, Component] = {}
    for each in read_all(raw, Thing, where):
        thing_id = known_by(each.id, f"{where}: a component")
        group = each.group if isinstance(each.group, Hit) else Hit(each.group)
        group_id = text.identity(group.id)
        inside = _things(each.children, where, thing_id) if parent is None else []
        is_group = bool(inside) or each.is_parent is True
        found.append(thing(thing_id, each.name, each.status, _LEVELS, group=group_id or parent, is_group=is_group))
        found.extend(inside)
        if group_id is not None:
            named.setdefault(group_id, thing(group_id, group.name, "", _LEVELS, is_group=True))
    listed = {each.id for each in found}
    return found + [each for group_id, each in named.items() if group_id not in listed and group_id != parent]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads incidents and maintenances as of a moment."""

    now: datetime

    def incident(self, stated: Incident) -> Report:
        """An incident. What it hits is not told, but how hard."""
        started = _moment(stated.started) or _moment(stated.start)
        report_id = _identity(stated)
        impact = text.word(stated.impact)
        return Report(
            id=report_id,
            title=text.line(stated.name) or report_id,
            kind=IncidentKind.INCIDENT,
            severity=_SEVERITIES.get(text.folded(impact), Severity.MINOR),
            phase=_PHASES.get(text.folded(stated.status), Phase.INVESTIGATING),
            raw_severity=impact,
            raw_phase=text.word(stated.status),
            started_at=started,
            affected=ids(each.id for each in items(stated.components)),
            url=links.web_link(stated.url),
        )

    def maintenance(self, stated: Incident) -> Report:
        """Planned work. Its end is its start and as many minutes as it is to last."""
        start = _moment(stated.start) or _moment(stated.started)
        end = _end(start, stated.duration)
        is_ahead = start is not None and start > self.now
        report_id = _identity(stated)
        unknown = Phase.SCHEDULED if is_ahead else Phase.INVESTIGATING
        return Report(
            id=report_id,
            title=text.line(stated.name) or report_id,
            kind=IncidentKind.MAINTENANCE,
            severity=Severity.MINOR,
            phase=_PHASES.get(text.folded(stated.status), unknown),
            raw_severity=text.word(stated.impact),
            raw_phase=text.word(stated.status),
            started_at=start,
            eta=end,
            scheduled_start=start,
            scheduled_end=end,
            affected=ids(each.id for each in items(stated.components)),
            url=links.web_link(stated.url),
        )


def _moment(value: Scalar) -> datetime | None:
    return times.moment(value) or times.javascript_date(value)


def _end(start: datetime | None, duration: Scalar) -> datetime | None:
    minutes = text.identity(duration) or ""
    if start is None or not (minutes.isascii() and minutes.isdecimal() and len(minutes) < len(str(10**7))):
        return None
    return start + timedelta(minutes=int(minutes))


def _identity(stated: Incident) -> str:
    """Its id; where there is none, that in its address; else its name and start, which stay as long as it does."""
    in_address = str(stated.url or "").rstrip("/").rpartition("/")[2]
    told = f"{text.word(stated.name)} {text.word(stated.started or stated.start)}".strip()
    return known_by(text.identity(stated.id) or text.identity(in_address) or told, "an incident")
