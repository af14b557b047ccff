"""Atlassian Statuspage, API v2, and what answers on its paths (incident.io's shim).

``summary.json`` is the one document that is always needed. It drops what is resolved at once: ``incidents.json`` and
``scheduled-maintenances.json`` then tell the true end, and on the first poll of a run what ended lately. The shim's
summary has neither list: there ``incidents.json`` is needed as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, UnsetType

from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_absent, is_transport, read, read_all, unique
from tocsin.providers.statuspage_payload import (
    Incident,
    Listing,
    Page,
    PageComponent,
    Reader,
    Status,
    Summary,
    components,
    page_level,
)

_OURS = "component:"  # ids that the rules gave to what they observed themselves; no page knows them
_API = "/api/v2"
_OF_THE_PAGE = re.compile(r"/(?:history|uptime|(?:incidents|maintenances)(?:/.*)?)$")
_NULL = b"null"


@dataclass(frozen=True, slots=True)
class _Source:
    """A list of the API: what it lists, its own document, and whether a poll is worth nothing without it."""

    kind: IncidentKind
    file: str
    needed: bool

    def in_document(self, document: Listing) -> Raw | UnsetType:
        """The list as a document has it."""
        return document.incidents if self.kind is IncidentKind.INCIDENT else document.scheduled_maintenances


_SOURCES = (
    _Source(IncidentKind.INCIDENT, "incidents.json", needed=True),
    _Source(IncidentKind.MAINTENANCE, "scheduled-maintenances.json", needed=False),
)


class Statuspage:
    """A status page's public API. Matching is by the ids of components and groups, for names repeat."""

    key: ClassVar[str] = "statuspage"
    name: ClassVar[str] = "Statuspage"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
        ProviderField(
            "page_id", FieldType.TEXT, required=False, help="The page's id or name; what another page says is refused"
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True, old_is_notice=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the summary, and for what it does not say. Raises ``PollFailed``."""
        base = api_base(context.account.url)
        asker = Asker(context, limit=LARGE)
        url = f"{base}/summary.json"
        where = links.place(url)
        summary = yield from asker.json(url, Summary)
        page = read(summary.page, Page, where)
        status = read(summary.status, Status, where)
        _check_page(page, context, where)
        listed = () if isinstance(summary.components, UnsetType) else read_all(summary.components, PageComponent, where)
        things = components(listed)
        page_url = (links.web_link(page.url) or base.removesuffix(_API)).rstrip("/")
        conversation = _Conversation(asker, base, Reader(page_url, times.zone(page.time_zone), context.now))
        reports, unread = yield from conversation.reports(summary, context)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(page.name, text.NAME) or links.place(page_url),
            page_url=page_url,
            reports=reports,
            components=things,
            has_states=bool(things),
            lists_things=True,
            unread=unread,
            page_level=page_level(status.indicator),
            skew=asker.skew,
        )


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One poll's questions about incidents."""

    asker: Asker
    base: str
    reader: Reader

    def reports(self, summary: Summary, context: PollContext) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
        """Every incident, and the ids of those that may have been in a list that could not be had."""
        open_ids = [each for each in context.open_ids if not each.startswith(_OURS)]
        found: list[Report] = []
        untold: list[_Source] = []
        failed = False
        for source in _SOURCES:
            stated = source.in_document(summary)
            if isinstance(stated, UnsetType) or bytes(stated) == _NULL:
                outcome = yield from attempt(self._list(source))
                if not isinstance(outcome, PollFailed):
                    found.extend(outcome)
                elif source.needed and isinstance(stated, UnsetType):
                    raise outcome
                else:
                    failed = failed or not is_absent(outcome)
            else:
                found.extend(self._read(stated, source))
                untold.append(source)
        if context.first or {*open_ids} - {report.id for report in found}:
            found.extend((yield from self._history(untold)))
        reports = unique(found)
        missing = {*open_ids} - {report.id for report in reports}
        return reports, tuple(sorted(missing)) if failed else ()

    def _history(self, sources: Iterable[_Source]) -> Ask[list[Report]]:
        """What the page tells of lately, as far as it can be had: the summary has said all that is open."""
        found: list[Report] = []
        for source in sources:
            outcome = yield from attempt(self._list(source))
            if not isinstance(outcome, PollFailed):
                found.extend(outcome)
            elif is_transport(outcome):
                break
        return found

    def _list(self, source: _Source) -> Ask[list[Report]]:
        url = f"{self.base}/{source.file}"
        stated = source.in_document((yield from self.asker.json(url, Listing)))
        if isinstance(stated, UnsetType):
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{links.place(url)} has another shape than this API's")
        return self._read(stated, source)

    def _read(self, stated: Raw, source: _Source) -> list[Report]:
        incidents = read_all(stated, Incident, links.place(self.base))
        return [self.reader.report(each, source.kind) for each in incidents]


def api_base(url: str) -> str:
    """The API's base of an address that is the page, one of its pages, the base, or one of the API's documents."""
    parts = links.account_url(url)
    path = parts.path
    if _API in path:
        path = path[: path.index(_API)]
    elif path.endswith(".json"):
        path = path.rpartition("/")[0]
    else:
        path = _OF_THE_PAGE.sub("", path)
    return links.without_query(parts._replace(path=path.rstrip("/") + _API))


def _check_page(page: Page, context: PollContext, where: str) -> None:
    """Raise ``PollFailed`` (not_status_api) for a page without a name, or another than the one that was meant."""
    named = {text.identity(page.id), text.identity(page.name)} - {None}
    meant = context.account.options.get("page_id")
    if not named and text.identity(page.url) is None:
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} says whose page it is nowhere")
    if meant and meant not in named:
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is another page than the one that was set")
