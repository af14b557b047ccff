"""Cachet's lists: pages of plain objects in v2, of JSON:API resources in v3, both under ``data``."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from msgspec import Raw, Struct

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import jsonapi, links, payload, text
from tocsin.providers.base import Ask, Asker, known_by, read
from tocsin.providers.cachet_payload import Beside, Message, Thing
from tocsin.providers.payload import Scalar

S = TypeVar("S", bound=Struct)
V2, V3 = "/api/v1", "/api"
_MAX_PAGES = 100
_NULL = Raw(b"null")
_PAGE = re.compile(r"[?&]page=(\d{1,9})(?=&|#|$)", re.ASCII)


class Envelope(Struct, frozen=True):
    """Any document of either version."""

    data: Raw
    meta: Raw = _NULL
    links: Raw = _NULL
    included: Raw = _NULL


class Links(Struct, frozen=True):
    """Where the next page is, as v3 tells it and as v2 does."""

    next: Scalar = None
    next_page: Scalar = None


class Pagination(Struct, frozen=True):
    """The place at which v2 has its links."""

    links: Links | None = None


class Meta(Struct, frozen=True):
    """What v2 says about a list."""

    pagination: Pagination | None = None


class Element(Struct, frozen=True):
    """An element of v2, as far as its id."""

    id: Scalar


@dataclass(frozen=True, slots=True)
class Entry:
    """An element of a list: its id, its fields, and what stands beside it."""

    id: str
    fields: Raw
    beside: Beside = field(default_factory=Beside)

    def read(self, shape: type[S], where: str) -> S:
        """The fields, as far as they fit."""
        return read(self.fields, shape, where)


def is_v2(url: str) -> bool:
    """Which version an address of the API belongs to."""
    return f"{V2}/" in f"{url}/"


def listed(asker: Asker, url: str, is_enough: Callable[[list[Entry]], bool] = lambda _: False) -> Ask[list[Entry]]:
    """The elements of a list, page after page until ``is_enough`` says so of one. Raises ``PollFailed``."""
    found: list[Entry] = []
    asked: set[str] = set()
    following: str | None = url
    while following is not None:
        if len(asked) >= _MAX_PAGES:
            raise PollFailed(FailureKind.TOO_LARGE, f"{links.place(url)} has more than {_MAX_PAGES} pages")
        asked.add(following)
        where = links.place(following)
        envelope = yield from asker.item(following, Envelope)
        page = _entries(envelope.data, envelope, url)
        if not page and envelope.meta == _NULL and envelope.links == _NULL:
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is no list of Cachet's")
        found.extend(page)
        following = None if is_enough(page) else _next_page(envelope, url, asked)
    return found


def one(asker: Asker, url: str, known_as: str) -> Ask[Entry]:
    """One element by its id, which it keeps."""
    envelope = yield from asker.item(url, Envelope)
    found = _entries(Raw(b"[" + bytes(envelope.data) + b"]"), envelope, url)
    return replace(found[0], id=known_as)


def _next_page(envelope: Envelope, url: str, asked: set[str]) -> str | None:
    """Where the list goes on, None at its end. Raises ``PollFailed`` (malformed): half a list is no list.

    Only the number of the page is taken: behind a proxy Cachet names itself by an address that is not the one in use.
    """
    pagination = payload.read(envelope.meta, Meta).pagination if _is_object(envelope.meta) else None
    places = [payload.read(envelope.links, Links)] if _is_object(envelope.links) else []
    places += [pagination.links] if pagination is not None and pagination.links is not None else []
    stated = next((one for each in places for one in (each.next, each.next_page) if one), None)
    if stated is None:
        return None
    number = _PAGE.search(stated) if isinstance(stated, str) else None
    following = None if number is None else links.with_query(url, page=int(number[1]))
    if following is None or following in asked:
        raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} names a next page that cannot be asked for")
    return following


def _is_object(raw: Raw) -> bool:
    return bytes(raw).startswith(b"{")


def _entries(data: Raw, envelope: Envelope, url: str) -> list[Entry]:
    """The elements of a document; null is none."""
    where = links.place(url)
    if not is_v2(url):
        known = jsonapi.index(jsonapi.resources(envelope.included, where))
        found = jsonapi.resources(data, where)
        return [Entry(jsonapi.key(each)[1], each.attributes, _beside(each, known, where)) for each in found]
    elements = [] if data == _NULL else payload.decode(bytes(data), list[Raw], where)
    return [Entry(known_by(read(each, Element, where).id, "an element"), each) for each in elements]


def _beside(resource: jsonapi.Resource, known: dict[jsonapi.Key, jsonapi.Resource], where: str) -> Beside:
    told = (known[key] for key in jsonapi.related(resource, "updates") if key in known)
    group = next(iter(jsonapi.related(resource, "group")), None)
    name = jsonapi.attributes(known[group], Thing, where).name if group in known else None
    return Beside(
        components=tuple(key[1] for key in jsonapi.related(resource, "components")),
        updates=tuple(jsonapi.attributes(each, Message, where) for each in told),
        group=None if group is None else group[1],
        group_name=text.line(name, text.NAME),
    )
