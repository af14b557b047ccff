"""StatusPal status pages, by its public API (v2) on a host of StatusPal's: ``statuspal.io``, or ``statuspal.eu``.

``summary`` has everything that is current. Where there is none, ``status`` has the page's overall word, and
``incidents`` the whole history, newest first. Times are UTC and do not say so.
Format: StatusPal's API reference 2.0.0; ``status`` of version 1 has the lists of ``summary``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, UnsetType

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, paging, text
from tocsin.providers.base import (
    LARGE,
    Ask,
    Asker,
    attempt,
    check_meant,
    declared_ids,
    is_absent,
    read,
    read_all,
    unique,
)
from tocsin.providers.payload import Scalar
from tocsin.providers.statuspal_payload import (
    Incident,
    Listing,
    Page,
    Reader,
    Service,
    Summary,
    components,
    page_level,
)

_API = re.compile(r"(.*/status_pages/[^/]+)")
_HOSTED = re.compile(r"([a-z0-9-]+)\.statuspal\.(io|eu)")
_REGIONS = {"us": "https://statuspal.io", "eu": "https://statuspal.eu"}
_LISTS = (
    ("incidents", IncidentKind.INCIDENT),
    ("maintenances", IncidentKind.MAINTENANCE),
    ("upcoming_maintenances", IncidentKind.MAINTENANCE),
)


class StatusPal:
    """A status page of StatusPal. Matching is by the ids of services."""

    key: ClassVar[str] = "statuspal"
    name: ClassVar[str] = "StatusPal"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, or its API's address"),
        ProviderField(
            "subdomain", FieldType.TEXT, required=False, help="The page's name at StatusPal, unless the url has it"
        ),
        ProviderField(
            "region",
            FieldType.CHOICE,
            required=False,
            help="Whose servers the page is on; both are tried otherwise",
            choices=tuple(_REGIONS),
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """Where the page's API may be: the page itself is never asked. Raises ``PollFailed``."""
        return _addresses(account)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the summary, or for what makes one. Raises ``PollFailed``."""
        asker = Asker(context, limit=LARGE)
        url, summary, is_whole = yield from _find(asker, _addresses(context.account))
        where = links.place(url)
        page = read(summary.status_page, Page, where)
        if isinstance(page.current_incident_type, UnsetType):
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} has no overall state")
        check_meant(context, where, page.subdomain, page.name, page.url)
        conversation = _Conversation(asker, url, Reader(context.now))
        reports, unread = yield from conversation.reports(summary, context, is_whole=is_whole)
        address = text.word(page.url)
        page_url = links.web_link(address if "://" in address else f"https://{address}") or url
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(page.name, text.NAME) or links.place(page_url),
            page_url=page_url.rstrip("/"),
            reports=reports,
            components=components(read_all(summary.services, Service, where), where),
            has_states=True,
            lists_things=True,
            unread=unread,
            page_level=page_level(page.current_incident_type),
            skew=asker.skew,
        )


def _addresses(account: Account) -> tuple[str, ...]:
    """Where the page's API may be. Raises ``PollFailed`` (unsupported) where nothing says which page it is."""
    parts = links.account_url(account.url)
    named = _API.match(parts.path)
    if named is not None:
        return (f"{links.origin(parts)}{named[1]}",)
    options = account.options
    hosted = _HOSTED.fullmatch(parts.hostname or "")
    subdomain = options.get("subdomain", "").strip() or (hosted[1] if hosted and hosted[1] != "www" else "")
    if not subdomain:
        raise PollFailed(
            FailureKind.UNSUPPORTED,
            "the account needs the subdomain of its StatusPal page",
            obstacle=Obstacle.OPTION,
            place="subdomain",
        )
    own = [each for each in _REGIONS.values() if f".{parts.netloc}".endswith(each.replace("https://", "."))]
    region = _REGIONS.get(options.get("region", ""))
    hosts = [links.origin(parts)] if links.is_loopback(parts) else own or ([region] if region else _REGIONS.values())
    return tuple(links.item(f"{host}/api/v2/status_pages", subdomain) for host in hosts)


def _find(asker: Asker, addresses: Iterable[str]) -> Ask[tuple[str, Summary, bool]]:
    """The first page that there is, what it says of itself, and whether that is its summary."""
    failure: PollFailed | None = None
    for url in addresses:
        for document in ("summary", "status"):
            found = yield from attempt(asker.item(f"{url}/{document}", Summary))
            if not isinstance(found, PollFailed):
                return url, found, document == "summary" or not isinstance(found.incidents, UnsetType)
            if not is_absent(found):
                raise found
            failure = failure or found
    raise failure or PollFailed(FailureKind.UNSUPPORTED, "the account names no page")


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One poll's questions about incidents; ``url`` is the page's."""

    asker: Asker
    url: str
    reader: Reader

    def reports(
        self, summary: Summary, context: PollContext, *, is_whole: bool
    ) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
        """Every incident that is current, those that ended lately, and the ids of what could not be asked for."""
        known = declared_ids(context)
        where = links.place(self.url)
        found: list[Report] = []
        for name, kind in _LISTS:
            stated = getattr(summary, name)
            listed = [] if isinstance(stated, UnsetType) else read_all(stated, Incident, where)
            found.extend(self.reader.report(each, kind) for each in listed)
        if is_whole and not context.first and known <= {each.id for each in found}:
            return unique(found), ()
        history = yield from attempt(paging.follow(self.asker, f"{self.url}/incidents", _page, self._is_past))
        if isinstance(history, PollFailed):
            if not is_whole and not _is_closed(history):
                raise history
            return unique(found), () if is_whole else tuple(sorted(known))
        found.extend(self.reader.report(each, IncidentKind.INCIDENT) for each in history)
        return unique(found), ()

    def _is_past(self, page: list[Incident]) -> bool:
        return all(self.reader.report(each, IncidentKind.INCIDENT).phase.is_over for each in page)


def _is_closed(failure: PollFailed) -> bool:
    """True where a page does not show its list to everybody: its overall word is all that there is."""
    return is_absent(failure) or failure.kind is FailureKind.UNAUTHORIZED


def _page(document: Raw, where: str) -> tuple[list[Incident], Scalar]:
    listing = read(document, Listing, where)
    following = listing.links.next if listing.links else None
    return read_all(listing.incidents, Incident, where), following
