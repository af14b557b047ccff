"""What all providers ask with: lenient payloads, checked answers, pages."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from support.drive import answer, context, page
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers import paging, payload
from tocsin.providers.base import Asker, StatusFailed, attempt, is_absent, is_transport, unique

ORIGIN = "https://api.example.net"


def converse(asking, world: Callable[[HttpRequest], HttpResponse | PollFailed]):
    """Drive one generator to its result; a failure in the world is thrown in."""
    try:
        request = next(asking)
        while True:
            given = world(request)
            request = asking.throw(given) if isinstance(given, PollFailed) else asking.send(given)
    except StopIteration as done:
        return done.value


# --- payloads ------------------------------------------------------------------------------------------------------


class Part(msgspec.Struct):
    id: payload.Scalar
    size: int | None = None


class Whole(msgspec.Struct, rename="camel"):
    id: payload.Scalar
    some_name: payload.Scalar = None
    parts: list[Part] | None = None
    inner: Part | None = None
    words: list[payload.Scalar] | None = None


def read(source: str) -> Whole:
    return payload.read(msgspec.Raw(source.encode()), Whole)


def test_a_field_of_a_wrong_type_loses_itself_alone():
    """One bad field must not lose the incident that it is in."""
    found = read(
        '{"id": 1, "someName": {"a": 1}, "parts": [{"id": 2}, null, 5, {}, {"id": 3, "size": "x"}], "inner": []}'
    )
    assert found == Whole(1, None, [Part(2), Part(3)], None)
    assert read('{"id": "x", "someName": "n", "words": ["a", [], 5]}') == Whole("x", "n", words=["a", 5])
    assert read('{"id": "x", "inner": {"id": 1, "size": "big"}, "parts": 5}') == Whole("x", inner=Part(1))


@pytest.mark.parametrize("source", [b'{"id": "\xff"}', b'{"id": 1, "x": ' + b"[" * 90_000 + b"]" * 90_000 + b"}"])
def test_what_is_no_json_inside_is_told_apart(source):
    """Broken is another fault than being another API."""
    for reading in (payload.read, payload.read_all):
        with pytest.raises(payload.BrokenError):
            reading(msgspec.Raw(source if reading is payload.read else b"[" + source + b"]"), Whole)


@pytest.mark.parametrize("source", ["5", "null", "[]", "{}", '{"id": []}', '{"ID": 1}'])
def test_what_lacks_its_mark_cannot_be_read(source):
    """Without what it is known by a payload is not half read."""
    with pytest.raises(payload.UnreadableError):
        read(source)


def test_a_list_is_read_whole_or_not_at_all():
    """A list that silently lacks an element is a false all-clear."""
    assert payload.read_all(msgspec.Raw(b'[{"id": 1, "size": "x"}, {"id": 2}]'), Part) == [Part(1), Part(2)]
    assert payload.read_all(msgspec.Raw(b"null"), Part) == []
    for bad in (b'[{"id": 1}, null]', b'[{"id": 1}, {"size": 3}]', b"{}", b"5", b'[{"id": 1e999}]'):
        with pytest.raises(payload.UnreadableError):
            payload.read_all(msgspec.Raw(bad), Part)


def test_a_byte_order_mark_and_a_wrong_label_do_no_harm():
    """JSON with a BOM or labelled as text is JSON."""
    asker = Asker(context(ORIGIN))
    odd = answer(b'\xef\xbb\xbf [{"id": 1}]', headers={"content-type": "text/plain"}, url=ORIGIN)
    assert converse(asker.json(ORIGIN, list[Part]), lambda _: odd) == [Part(1)]


# --- asking --------------------------------------------------------------------------------------------------------


def test_requests_ask_for_json_and_remember_the_servers_clock():
    """The clock skew of the last answer goes into the snapshot."""
    asker = Asker(context(ORIGIN))
    asked = []

    def world(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        return answer([], skew=timedelta(minutes=7), url=request.url)

    converse(asker.json(f"{ORIGIN}/x", list[Part]), world)
    assert asked[0].headers["Accept"] == "application/json"
    assert asker.skew == timedelta(minutes=7)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (100, FailureKind.HTTP_STATUS),
        (304, FailureKind.REDIRECT),
        (302, FailureKind.REDIRECT),
        (599, FailureKind.HTTP_STATUS),
    ],
)
def test_odd_statuses_are_failures(status, kind):
    """A status that the HTTP adapter should have dealt with is no success."""
    with pytest.raises(StatusFailed) as failed:
        converse(Asker(context(ORIGIN)).get(ORIGIN), lambda _: answer([], status=status, url=f"{ORIGIN}/?key=canary"))
    assert failed.value.kind is kind
    assert failed.value.status == status
    assert "canary" not in failed.value.message


@pytest.mark.parametrize("status", [200, 203, 206])
def test_every_success_is_one(status):
    """A part of a list is a success too."""
    assert converse(Asker(context(ORIGIN)).json(ORIGIN, list[Part]), lambda _: answer([], status=status)) == []


def test_what_may_be_done_without_is_weighed():
    """The failure of an optional document is a value, with its reason."""
    asker = Asker(context(ORIGIN))
    absent = converse(attempt(asker.json(ORIGIN, list[Part])), lambda _: answer(b"", status=404, url=ORIGIN))
    silent = converse(attempt(asker.json(ORIGIN, list[Part])), lambda _: PollFailed(FailureKind.TIMEOUT, "too slow"))
    moved = converse(attempt(asker.json(ORIGIN, list[Part])), lambda _: page())
    assert [is_absent(each) for each in (absent, silent, moved)] == [True, False, False]
    assert [is_transport(each) for each in (absent, silent, moved)] == [False, True, False]
    assert converse(attempt(asker.json(ORIGIN, list[Part])), lambda _: answer([])) == []


def test_of_duplicates_an_open_one_is_kept():
    """A stale copy that says it is over does not end an incident."""

    def told(incident_id: str, title: str, phase: Phase) -> Report:
        return Report(incident_id, title, IncidentKind.INCIDENT, Severity.MAJOR, phase)

    over, first, second = (
        told("a", "over", Phase.RESOLVED),
        told("a", "first", Phase.IDENTIFIED),
        told("a", "second", Phase.MONITORING),
    )
    other = told("b", "other", Phase.RESOLVED)
    assert unique([over, first, other, second, other]) == (first, other)


# --- pages ---------------------------------------------------------------------------------------------------------


class Shelf:
    """A list server with manners of its own."""

    def __init__(self, size: int, *, cap: int = 500, total: bool = True, result: bool = False, ignores: bool = False):
        self.items = [{"id": f"SP-{number}"} for number in range(size)]
        self.cap, self.total, self.result, self.ignores = cap, total, result, ignores
        self.asked: list[tuple[int, int]] = []
        self.refuses_queries = False
        self.beyond = 200

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = dict(pair.split("=") for pair in request.url.partition("?")[2].split("&") if pair)
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10**6))
        self.asked.append((offset, limit))
        if self.refuses_queries and query:
            return answer({"code": "20"}, status=400, url=request.url)
        if offset and offset >= len(self.items):
            return answer([], status=self.beyond, url=request.url)
        start = 0 if self.ignores else offset
        found = self.items[start : start + min(limit, self.cap)]
        headers = {"x-total-count": str(len(self.items))} if self.total else {}
        headers |= {"x-result-count": str(len(found))} if self.result else {}
        return answer(found, status=206 if len(found) < len(self.items) else 200, headers=headers, url=request.url)

    def read(self) -> list[str]:
        found = converse(paging.pages(Asker(context(ORIGIN)), f"{ORIGIN}/serviceProblem"), self)
        return [msgspec.json.decode(each)["id"] for each in found]


@pytest.mark.parametrize(
    ("shelf", "requests"),
    [
        (Shelf(0), 1),
        (Shelf(3), 1),
        (Shelf(1200), 3),
        (Shelf(45, cap=20), 3),
        (Shelf(45, cap=20, total=False), 4),
        (Shelf(45, cap=20, total=False, result=True), 4),
        (Shelf(3, total=False), 2),
        (Shelf(0, total=False), 1),
        (Shelf(3, total=False, ignores=True), 2),
        (Shelf(3, ignores=True), 1),
    ],
    ids=[
        "empty",
        "one page",
        "three",
        "capped",
        "no total",
        "result count",
        "small",
        "nothing",
        "ignores",
        "ignores, total",
    ],
)
def test_lists_are_read_whole_from_servers_of_all_manners(shelf, requests):
    """Trap: capped limits, missing counts and ignored offsets neither lose an element nor loop."""
    assert shelf.read() == [each["id"] for each in shelf.items]
    assert len(shelf.asked) == requests


@pytest.mark.parametrize("status", [400, 404, 416])
def test_an_offset_beyond_the_end_may_be_refused(status):
    """A server without a total may answer the page after the last with an error."""
    shelf = Shelf(3, total=False)
    shelf.beyond = status
    assert len(shelf.read()) == 3


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_page_that_fails_fails_the_list(status):
    """Half a list is not a list."""
    shelf = Shelf(3, total=False)
    shelf.beyond = status
    with pytest.raises(StatusFailed):
        shelf.read()


def test_a_server_that_knows_no_paging_is_asked_without():
    """Where the query is refused the plain list is taken."""
    shelf = Shelf(7)
    shelf.refuses_queries = True
    assert len(shelf.read()) == 7


def test_a_list_short_of_its_total_is_not_taken_as_complete():
    """An offset that is ignored with more behind it would hide incidents."""
    with pytest.raises(PollFailed) as failed:
        Shelf(45, cap=20, ignores=True).read()
    assert failed.value.kind is FailureKind.MALFORMED
    assert "45" in failed.value.message


def test_a_list_without_end_is_given_up():
    """A server that makes up elements for ever does not hold the poll."""
    counter = iter(range(10**9))

    def endless(request: HttpRequest) -> HttpResponse:
        return answer([{"id": f"SP-{next(counter)}"}], url=request.url)

    with pytest.raises(PollFailed) as failed:
        converse(paging.pages(Asker(context(ORIGIN)), ORIGIN), endless)
    assert failed.value.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("count", ["", "many", "-1", "1e3", "9" * 40, "\u0665"])
def test_a_count_that_is_none_is_not_believed(count):
    """Garbage in a count header is a missing header."""
    world = {0: [{"id": "a"}], 1: []}

    def serve(request: HttpRequest) -> HttpResponse:
        offset = int(request.url.partition("offset=")[2].partition("&")[0])
        return answer(world[offset], headers={"x-total-count": count}, url=request.url)

    assert len(converse(paging.pages(Asker(context(ORIGIN)), ORIGIN), serve)) == 1
