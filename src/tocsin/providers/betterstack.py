"""Better Stack status pages (once Better Uptime): one public JSON:API document, ``index.json``.

Resolved reports stay listed, as ``aggregate_state: resolved``. Nothing says how far an open one has come, nor when it
should be over. Every other path of such a page answers with HTML, or redirects to the page.
Format: Better Stack's documentation, "JSON API status" and "Status reports".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import jsonapi, links, text, times
from tocsin.providers.base import LARGE, Asker, check_meant, read, unique
from tocsin.providers.jsonapi import Key, Resource
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, state, thing

_INDEX = "/index.json"
_PAGE, _SECTION, _THING = "status_page", "status_page_section", "status_page_resource"
_REPORT, _UPDATE = "status_report", "status_update"
_LEVELS = {
    "operational": Level.OK,
    "resolved": Level.OK,
    "degraded": Level.DEGRADED,
    "downtime": Level.OUTAGE,
    "maintenance": Level.MAINTENANCE,
    "notmonitored": Level.UNKNOWN,  # nobody looks: that is not fine
}


class Page(Struct, frozen=True):
    """The attributes of the page; its overall word is what it is known by."""

    aggregate_state: str
    company_name: Scalar = None
    timezone: Scalar = None
    subdomain: Scalar = None
    custom_domain: Scalar = None


class Thing(Struct, frozen=True):
    """The attributes of a resource of the page, or of a section of them."""

    public_name: Scalar = None
    name: Scalar = None
    status: Scalar = None
    status_page_section_id: Scalar = None


class Affected(Struct, frozen=True):
    """A resource as a report names it."""

    status_page_resource_id: Scalar = None


class Stated(Struct, frozen=True):
    """The attributes of a report."""

    title: Scalar = None
    report_type: Scalar = None
    aggregate_state: Scalar = None
    starts_at: Scalar = None
    ends_at: Scalar = None
    affected_resources: list[Affected] | None = None


class Message(Struct, frozen=True):
    """The attributes of an update."""

    message: Scalar = None
    published_at: Scalar = None


class BetterStack:
    """A status page of Better Stack. Matching is by the ids of resources and sections."""

    key: ClassVar[str] = "betterstack"
    name: ClassVar[str] = "Better Stack"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
        ProviderField(
            "page_id", FieldType.TEXT, required=False, help="The page's id or name; what another page says is refused"
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the one document. Raises ``PollFailed``."""
        home = links.without_query(links.page_of(context.account.url, _INDEX))
        asker = Asker(context, limit=LARGE)
        document = yield from asker.item(f"{home}{_INDEX}", jsonapi.Document)
        where = links.place(f"{home}{_INDEX}")
        resource = read(document.data, Resource, where)
        if resource.type != _PAGE:
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is about a {text.word(resource.type)}, not a page")
        page = read(resource.attributes, Page, where)
        check_meant(context, where, resource.id, page.company_name, page.subdomain, page.custom_domain)
        included = jsonapi.resources(document.included, where)
        reader = _Reader(home, where, jsonapi.index(included), context.now)
        named_reports = {each for kind, each in jsonapi.related(resource, "status_reports") if kind == _REPORT}
        reports = unique(reader.report(each) for each in included if each.type == _REPORT)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(page.company_name, text.NAME) or links.place(home),
            page_url=home,
            reports=reports,
            components=reader.components(included, jsonapi.related(resource, "resources")),
            has_states=True,
            lists_things=True,
            unread=tuple(sorted(named_reports - {report.id for report in reports})),
            page_level=state(text.word(page.aggregate_state), _LEVELS)[0],
            skew=asker.skew,
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what one document includes. ``known`` holds it by type and id."""

    home: str
    where: str
    known: dict[Key, Resource]
    now: datetime

    def components(self, included: Iterable[Resource], named: Iterable[Key]) -> tuple[Component, ...]:
        """The page's resources and the sections that hold any. One that is named and not included is unknown."""
        found = [self._thing(each) for each in included if each.type == _THING]
        found += [
            thing(each, each, "", _LEVELS) for kind, each in named if kind == _THING and (kind, each) not in self.known
        ]
        sections = {each.group for each in found} - {each.id for each in found}  # their ids are of another kind
        found += [
            self._section(each) for each in included if each.type == _SECTION and jsonapi.key(each)[1] in sections
        ]
        return settled(found)

    def _thing(self, resource: Resource) -> Component:
        stated = jsonapi.attributes(resource, Thing, self.where)
        group = text.identity(stated.status_page_section_id)
        is_listed = group is not None and (_SECTION, group) in self.known and (_THING, group) not in self.known
        return thing(
            jsonapi.key(resource)[1], stated.public_name, stated.status, _LEVELS, group=group if is_listed else None
        )

    def _section(self, resource: Resource) -> Component:
        name = jsonapi.attributes(resource, Thing, self.where).name
        return thing(jsonapi.key(resource)[1], name, "", _LEVELS, is_group=True)

    def report(self, resource: Resource) -> Report:
        """One status report. A maintenance's end is planned, an incident's is its end."""
        stated = jsonapi.attributes(resource, Stated, self.where)
        report_id = jsonapi.key(resource)[1]
        word = text.word(stated.aggregate_state)
        planned = text.folded(stated.report_type) == "maintenance"
        start, end = times.moment(stated.starts_at), times.moment(stated.ends_at)
        affected = ids(each.status_page_resource_id for each in items(stated.affected_resources))
        phase = self._phase(word, affected, start if planned else None, end)
        return Report(
            id=report_id,
            title=text.line(stated.title) or report_id,
            kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
            severity=Severity.CRITICAL if state(word, _LEVELS)[0] is Level.OUTAGE else Severity.MINOR,
            phase=phase,
            raw_severity=word,
            raw_phase=word,
            started_at=start,
            resolved_at=end if phase.is_over else None,
            eta=end if planned else None,
            scheduled_start=start if planned else None,
            scheduled_end=end if planned else None,
            affected=affected,
            url=links.web_link(links.item(f"{self.home}/{'maintenance' if planned else 'incident'}", report_id)),
            updates=self._updates(resource, phase),
        )

    def _phase(
        self, word: str, affected: tuple[str, ...], planned_start: datetime | None, end: datetime | None
    ) -> Phase:
        """Where a report is: its state says no more than whether it is over."""
        level, known = state(word, _LEVELS)
        is_past = end is not None and end <= self.now
        if (known and level is Level.OK) or (not known and is_past):
            return Phase.RESOLVED
        if planned_start is None:
            return Phase.INVESTIGATING
        if planned_start > self.now:
            return Phase.SCHEDULED
        return Phase.RESOLVED if is_past and self._works(affected) else Phase.IDENTIFIED

    def _works(self, affected: tuple[str, ...]) -> bool:
        """True when all of these say that they are operational."""
        hits = [self.known.get((_THING, each)) for each in affected]
        return bool(hits) and all(hit is not None and self._thing(hit).level is Level.OK for hit in hits)

    def _updates(self, resource: Resource, phase: Phase) -> tuple[Update, ...]:
        """The messages, oldest first. They say no phase: the last one has that of the report."""
        named = (self.known.get(each) for each in jsonapi.related(resource, "status_updates"))
        stated = (jsonapi.attributes(each, Message, self.where) for each in named if each is not None)
        told = ((times.moment(each.published_at), text.body(each.message)) for each in stated)
        found = sorted((at, said) for at, said in told if at is not None and said)
        open_phase = Phase.INVESTIGATING if phase.is_over else phase
        return tuple(
            Update(at, phase if place == len(found) else open_phase, said)
            for place, (at, said) in enumerate(found, start=1)
        )
