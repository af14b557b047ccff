"""Sorry status pages: the public API below ``/api/v1``, lists of which come in pages.

``notices`` is the whole history, newest first: it is read until a page holds nothing current. It has the basics only;
what a current notice hits, and its messages, are asked for by its id.
Format: the page's own ``/api`` (as https://status.sorryapp.com/api), and Sorry's documentation, "Notices".
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from msgspec import Raw

from tocsin.domain.snapshot import Report, Snapshot, Traits
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
    is_transport,
    known_by,
    read,
    read_all,
    unique,
)
from tocsin.providers.payload import Scalar
from tocsin.providers.sorry_payload import (
    Components,
    Detail,
    Notice,
    Notices,
    Page,
    StatusDocument,
    Thing,
    components,
    page_level,
    phase_of,
    report,
)

_API = "/api/v1"
_OF_THE_PAGE = ("/api/", "/notices/", "/history/")
_MOST_DETAILS = 20


class Sorry:
    """A status page of Sorry. Matching is by the ids of components."""

    key: ClassVar[str] = "sorry"
    name: ClassVar[str] = "Sorry"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
        ProviderField("page_id", FieldType.TEXT, required=False, help="The page's name; another page is refused"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the page, its components and its notices. Raises ``PollFailed``."""
        home = links.without_query(links.page_of(context.account.url, *_OF_THE_PAGE))
        asker = Asker(context, limit=LARGE)
        where = links.place(f"{home}{_API}/status")
        page = read((yield from asker.item(f"{home}{_API}/status", StatusDocument)).page, Page, where)
        check_meant(context, where, page.id, page.name, page.url)
        listed = yield from paging.follow(asker, f"{home}{_API}/components", _page_of_components)
        conversation = _Conversation(asker, f"{home}{_API}/notices")
        reports, unread = yield from conversation.reports(context)
        page_url = (links.web_link(page.url) or home).rstrip("/")
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(page.name, text.NAME) or links.place(page_url),
            page_url=page_url,
            reports=reports,
            components=components(listed, where),
            has_states=True,
            lists_things=True,
            unread=unread,
            page_level=page_level(page),
            skew=asker.skew,
        )


def _page_of_components(document: Raw, where: str) -> tuple[list[Thing], Scalar]:
    page = read(document, Components, where)
    return read_all(page.components, Thing, where), page.meta.next_page if page.meta else None


def _page_of_notices(document: Raw, where: str) -> tuple[list[Notice], Scalar]:
    page = read(document, Notices, where)
    return read_all(page.notices, Notice, where), page.meta.next_page if page.meta else None


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One poll's questions about notices; ``url`` is where they are listed."""

    asker: Asker
    url: str

    def reports(self, context: PollContext) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
        """Every notice that was read, and the ids of those known to be open that could not be asked for."""
        listed = yield from paging.follow(self.asker, self.url, _page_of_notices, _is_past)
        known = declared_ids(context)
        by_id = {known_by(each.id, f"{links.place(self.url)}: a notice"): each for each in listed}
        brief = [each for each, notice in by_id.items() if notice.components is None and not phase_of(notice).is_over]
        wanted = list(dict.fromkeys([*sorted(known - by_id.keys()), *brief]))
        details, absent = yield from self._details(wanted)
        unread = {each for each in wanted if each in known and each not in details and each not in absent}
        told = [details.get(known_by(each.id, "a notice"), each) for each in listed]
        told += [detail for each, detail in details.items() if each not in by_id]
        reports = unique(map(report, told))
        return tuple(each for each in reports if each.id not in unread), tuple(sorted(unread))

    def _details(self, wanted: list[str]) -> Ask[tuple[dict[str, Notice], set[str]]]:
        """What could be had of notices by their ids, and which of them there are not."""
        found: dict[str, Notice] = {}
        absent: set[str] = set()
        for each in wanted[:_MOST_DETAILS]:
            outcome = yield from attempt(self._detail(each))
            if not isinstance(outcome, PollFailed):
                found[each] = outcome
            elif is_absent(outcome):
                absent.add(each)
            elif is_transport(outcome):
                break
        return found, absent

    def _detail(self, notice_id: str) -> Ask[Notice]:
        url = links.item(self.url, notice_id)
        detail = yield from self.asker.item(url, Detail)
        return read(detail.notice, Notice, links.place(url))


def _is_past(page: list[Notice]) -> bool:
    return all(phase_of(each).is_over for each in page)
