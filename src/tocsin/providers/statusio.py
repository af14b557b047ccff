"""Status.io's public status API: one document, ``/1.0/status/{id}``, on a host of Status.io's and not on the page's.

What is resolved leaves the document, and nothing says when an incident should be over.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text
from tocsin.providers.base import LARGE, Asker, read, read_all, unique
from tocsin.providers.statusio_payload import (
    Answer,
    Incident,
    Overall,
    Planned,
    Reader,
    Result,
    components,
    page_level,
    word,
)

_API = re.compile(r".*/1\.0/status/([0-9A-Za-z]+)")
_HOST = "https://api.status.io"
_API_HOSTS = ("api.status.io", "hostedstatus.com")
_IN_PAGE = re.compile(r"/([0-9a-f]{24})(?=/|$)")


class StatusIo:
    """A status page of Status.io. Matching is by the ids of components and containers."""

    key: ClassVar[str] = "statusio"
    name: ClassVar[str] = "Status.io"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, or its API's address with the id"),
        ProviderField(
            "page_id",
            FieldType.TEXT,
            required=False,
            help="The page's id, 24 digits and letters, unless the url has it",
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The API's own host: the page's is never asked. Raises ``PollFailed``."""
        return (_address(account)[0],)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the one document. Raises ``PollFailed``."""
        url, page = _address(context.account)
        asker = Asker(context, limit=LARGE)
        where = links.place(url)
        result = read((yield from asker.item(url, Answer)).result, Result, where)
        overall = read(result.status_overall, Overall, where)
        if not word(overall):
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} has no overall state")
        things = components(result.status, where)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(context.account.name, text.NAME) or where,
            page_url=page or url,
            reports=unique(_reports(result, Reader(page, url.rpartition("/")[2]), where)),
            components=things,
            has_states=True,
            lists_things=True,
            page_level=page_level(overall),
            skew=asker.skew,
        )


def _address(account: Account) -> tuple[str, str | None]:
    """The document's address, and the page's where the account names it. Raises ``PollFailed`` (unsupported)."""
    parts = links.account_url(account.url)
    named = _API.match(parts.path)
    if named is not None:
        return f"{links.origin(parts)}{named[0]}", None
    in_page = _IN_PAGE.search(parts.path)
    page_id = account.options.get("page_id", "").strip() or (in_page[1] if in_page else "")
    if not page_id:
        raise PollFailed(
            FailureKind.UNSUPPORTED,
            "the account needs the page_id of its Status.io page",
            obstacle=Obstacle.OPTION,
            place="page_id",
        )
    is_api = links.is_loopback(parts) or f".{parts.hostname}".endswith(tuple(f".{host}" for host in _API_HOSTS))
    page = links.origin(parts)
    return links.item(f"{page if is_api else _HOST}/1.0/status", page_id), None if is_api else page


def _reports(result: Result, reader: Reader, where: str) -> Iterator[Report]:
    for each in read_all(result.incidents, Incident, where):
        yield reader.incident(each)
    stated = bytes(result.maintenance).strip()
    planned = Planned() if stated in (b"null", b"[]") else read(result.maintenance, Planned, where)
    for each in read_all(planned.active, Incident, where):
        yield reader.maintenance(each, begun=True)
    for each in read_all(planned.upcoming, Incident, where):
        yield reader.maintenance(each, begun=False)
