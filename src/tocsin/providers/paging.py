"""Lists in pages, as TM Forum's and MEF's APIs give them: ``offset``, ``limit``, ``X-Total-Count``, ``X-Result-Count``.

Servers differ: some cap ``limit``, some ignore ``offset``, some send no counts. So the next page is asked for until the
total is reached or, without a total, until a page brings nothing new. A list that stays short of its own total is not
taken as complete, nor one that ends after a page which said that there is more (MEF's ``X-Pagination-Throttled``).
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Raw, Struct

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import links, payload, text
from tocsin.providers.base import Ask, Asker, StatusFailed

T = TypeVar("T")
LIMIT = 500
MAX_PAGES = 100
_BAD_QUERY = frozenset({400, 404, 416, 422})


class Identified(Struct, frozen=True):
    """An element as far as its id."""

    id: payload.Scalar


def pages(asker: Asker, url: str) -> Ask[list[Raw]]:
    """Every element of a list, as it came. Pages are told apart by the ids in them.

    Raises ``PollFailed``: malformed for a list that ends before its total, too_large for one that never ends.
    """
    found: list[Raw] = []
    seen: set[str | None] = set()
    total: int | None = None
    has_more: bool | None = None
    for number in range(MAX_PAGES):
        promised, has_more = has_more, None
        try:
            page, stated, has_more = yield from _page(asker, url, len(found))
            total = total if stated is None else stated
        except StatusFailed as failure:
            if number == 0 or failure.status not in _BAD_QUERY:
                raise
            page = []  # there is nothing at this offset
        ids = {_identity(element) for element in page}
        is_new = not ids <= seen
        if is_new:
            found.extend(page)
            seen |= ids
        is_last = has_more is False and total is None
        if not is_new or is_last or (total is not None and len(found) >= total):
            if promised and not is_new and (total is None or len(found) < total):
                raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} has more than it gave")
            _check_complete(len(found), total, url)
            return found
    raise PollFailed(FailureKind.TOO_LARGE, f"{links.place(url)} has more than {MAX_PAGES} pages")


def follow(
    asker: Asker,
    url: str,
    read_page: Callable[[Raw, str], tuple[list[T], payload.Scalar]],
    is_enough: Callable[[list[T]], bool] = lambda _: False,
) -> Ask[list[T]]:
    """Every element of a list in which each page names the next one, by an address or by its number.

    ``read_page`` takes a page and where it stands, and tells its elements and the next page; None is the end.
    ``is_enough`` says of a page's elements that what comes after them need not be read.
    Raises ``PollFailed``: malformed for a next page that is none, too_large for a list that never ends.
    """
    found: list[T] = []
    asked: set[str] = set()
    here: str | None = url
    while here is not None and here not in asked:
        if len(asked) == MAX_PAGES:
            raise PollFailed(FailureKind.TOO_LARGE, f"{links.place(url)} has more than {MAX_PAGES} pages")
        asked.add(here)
        document = yield from asker.json(here, Raw)
        elements, following = read_page(document, links.place(here))
        found.extend(elements)
        here = None if following is None or is_enough(elements) else _following(url, following)
    if here is not None:
        raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} goes in circles")
    return found


def _following(url: str, stated: payload.Scalar) -> str:
    is_number = isinstance(stated, int) and not isinstance(stated, bool)
    found = links.with_query(url, page=int(stated)) if is_number and stated else links.own_link(url, stated)
    if found is None:
        raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} names a next page that is none")
    return found


def _page(asker: Asker, url: str, offset: int) -> Ask[tuple[list[Raw], int | None, bool | None]]:
    """One page, the total, and whether there is more; None for what the server does not state.

    Of a first page that it refuses, the whole list.
    """
    try:
        response = yield from asker.get(links.with_query(url, offset=offset, limit=LIMIT))
    except StatusFailed as failure:
        if offset > 0 or failure.status not in _BAD_QUERY or failure.is_absent:
            raise
        response = yield from asker.get(url)
    where = links.place(url)
    page = payload.decode(response.body, list[Raw], where, response.headers.get("content-type", ""))
    more = {"true": True, "false": False}.get(response.headers.get("x-pagination-throttled", "").strip().lower())
    return page, _total(response.headers, offset + len(page)), more


def _total(headers: Mapping[str, str], so_far: int) -> int | None:
    stated = _count(headers.get("x-total-count"))
    if stated is not None:
        return stated
    here = _count(headers.get("x-result-count"))
    return here if here is not None and here > so_far else None


def _count(value: str | None) -> int | None:
    stated = (value or "").strip()
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < len(str(10**12)) else None


def _check_complete(offset: int, total: int | None, url: str) -> None:
    if total is not None and offset < total:
        raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} gave {offset} of {total}")


def _identity(element: Raw) -> str | None:
    try:
        return text.identity(payload.read(element, Identified).id)
    except payload.UnreadableError:
        return None  # whoever asked for the list reads it again, and complains
