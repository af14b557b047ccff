"""What all providers stand on: times, text, addresses, lenient payloads, checked answers, pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given as example_of
from hypothesis import strategies as some

from support.drive import NOW, answer, context, page
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers import links, paging, payload, text, times
from tocsin.providers.base import Asker, StatusFailed, attempt, is_absent, is_transport, unique

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ORIGIN = "https://api.example.net"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def converse(asking, world: Callable[[HttpRequest], HttpResponse | PollFailed]):
    """Drive one generator to its result; a failure in the world is thrown in."""
    try:
        request = next(asking)
        while True:
            given = world(request)
            request = asking.throw(given) if isinstance(given, PollFailed) else asking.send(given)
    except StopIteration as done:
        return done.value


# --- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("2026-11-21T17:58:00Z", at(2026, 11, 21, 17, 58)),
        ("2026-11-21t17:58:00z", at(2026, 11, 21, 17, 58)),
        ("2026-11-21 17:58:00 +00:00", at(2026, 11, 21, 17, 58)),
        ("2026-11-21T18:58:00.250+01:00", at(2026, 11, 21, 17, 58, 0, 250_000)),
        ("2026-11-21T18:58+0100", at(2026, 11, 21, 17, 58)),
        ("2026-11-21T18:58:00+01", at(2026, 11, 21, 17, 58)),
        ("2026-11-21T12:28:00-05:30", at(2026, 11, 21, 17, 58)),
        (" 2026-11-21T17:58:00,123456789Z ", at(2026, 11, 21, 17, 58, 0, 123_456)),
        ("2016-12-31T23:59:60Z", at(2016, 12, 31, 23, 59, 59)),
    ],
)
def test_times_with_an_offset_are_read(stated, meant):
    """The shapes of RFC 3339 that APIs send, to the microsecond, in UTC."""
    assert times.moment(stated) == meant
    assert times.moment(stated).tzinfo is UTC


@pytest.mark.parametrize(
    "stated",
    [
        "2026-11-21T17:58:00",
        "2026-11-21",
        "2026-W47-6",
        "20261121T175800Z",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T25:00:00Z",
        "2026-11-21T17:58:00+25:00",
        "2026-11-21T17:58:00Zulu",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-10:00",
        "\u0662\u0660\u0662\u0666-11-21T17:58:00Z",
        "Sat Jun 11 2022",
        "now",
        "",
        None,
        5,
        True,
        [],
        {},
    ],
)
def test_what_is_no_moment_is_none(stated):
    """Naive times, week dates, zero values and junk are refused, not guessed."""
    assert times.moment(stated) is None


def test_naive_times_are_read_in_the_given_zone():
    """A provider that documents its zone may leave the offset out; one that is stated wins."""
    assert times.moment("2026-11-21T18:58:00", AMSTERDAM) == at(2026, 11, 21, 17, 58)
    assert times.moment("2026-07-21T18:58:00", AMSTERDAM) == at(2026, 7, 21, 16, 58)
    assert times.moment("2026-11-21T18:58:00Z", AMSTERDAM) == at(2026, 11, 21, 18, 58)


def test_the_hour_that_comes_twice_is_the_first_and_the_one_that_never_was_is_moved():
    """Changes of the clocks: 25 October 2026 has 02:30 twice, 29 March 2026 has none."""
    assert times.moment("2026-10-25T02:30:00", AMSTERDAM) == at(2026, 10, 25, 0, 30)
    assert times.moment("2026-10-25T02:30:00+01:00", AMSTERDAM) == at(2026, 10, 25, 1, 30)
    assert times.moment("2026-03-29T02:30:00", AMSTERDAM) == at(2026, 3, 29, 1, 30)


@example_of(some.one_of(some.text(), some.integers(), some.floats(), some.none(), some.binary()))
def test_reading_a_time_never_raises(value):
    """Whatever stands where a time should: a moment or None."""
    for found in (times.moment(value), times.moment(value, AMSTERDAM), times.epoch(value), times.zone(value)):
        assert found is None or isinstance(found, datetime | ZoneInfo)


@example_of(some.integers(0, 29_000_000_000_000_000), some.integers(-840, 840))
def test_every_moment_survives_being_written(micros, offset):
    """Reading is the inverse of writing, with any offset."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
    assert times.moment(moment.astimezone(timezone(timedelta(minutes=offset))).isoformat()) == moment


def test_unix_times_are_read_in_their_unit():
    """Seconds or milliseconds, as number or string; not booleans, infinities or the far future."""
    assert times.epoch(1_700_000_000) == at(2023, 11, 14, 22, 13, 20)
    assert times.epoch("1700000000.5") == at(2023, 11, 14, 22, 13, 20, 500_000)
    assert times.epoch(1_700_000_000_000, per_second=1000) == at(2023, 11, 14, 22, 13, 20)
    for junk in (True, None, "", "soon", float("inf"), float("nan"), 1e300, 10**400, -5, "1" * 5000):
        assert times.epoch(junk) is None


def test_zones_are_iana_names():
    """A zone that is not known is none; a path is not a zone."""
    assert times.zone("Europe/Amsterdam") == AMSTERDAM
    for junk in ("", "Europe", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "a\x00b", 5, None):
        assert times.zone(junk) is None


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 21 Nov 2026 18:42:00 GMT", 120),
        ("Sat, 21 Nov 2026 18:00:00 GMT", 0),
        ("999999999999", 365 * 86_400),
        ("Fri, 31 Dec 2800 23:59:59 GMT", 365 * 86_400),
    ],
)
def test_retry_after_is_seconds_or_a_date(stated, seconds):
    """Both forms of RFC 9110; what has passed is now, and a year is the longest."""
    assert times.retry_after(stated, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "stated", [None, "", "-5", "soon", "1e9", "12.5", "9" * 5000, "Sat, 99 Nov 2026 18:42:00 GMT", "\u0665"]
)
def test_a_retry_after_that_cannot_be_read_is_none(stated):
    """Garbage in a header is no wish, and no crash."""
    assert times.retry_after(stated, NOW) is None


# --- text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "plain"),
    [
        ("We are looking.\r\n\r\n\r\nMore soon.", "We are looking.\n\nMore soon."),
        ("<p>A cable.</p><p>Cut &amp; bare.</p>", "A cable.\n\nCut & bare."),
        ("one<br/>two<BR>three", "one\ntwo\nthree"),
        ("<ul><li>IMAP</li><li>SMTP</li></ul>", "- IMAP\n\n- SMTP"),
        ('See <a href="https://x.example">here</a>.', "See here."),
        ('<img src="file:///etc/passwd" onerror=x>Down', "Down"),
        ("<script>alert('x')</script>Down", "Down"),
        ("<script>never closed", "never closed"),
        ("<!-- hidden -->Down", "Down"),
        ("<script><b>no</b></script>Down", "Down"),
        ("latency < 5 ms and > 2 ms", "latency < 5 ms and > 2 ms"),
        ("set <hostname> first", "set <hostname> first"),
        ("AT&T, R&D &notit &#8364;5", "AT&T, R&D &notit \u20ac5"),
        ("&lt;b&gt;", "<b>"),
        ("safe\u202egnp.exe\u2066 &#8238;x\x00\x1b[31m\u200b", "safegnp.exe x[31m"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("  a \t b  \n  c ", "a b\nc"),
        ("family \U0001f468\u200d\U0001f469\u200d\U0001f467", "family \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        (42, "42"),
        (None, ""),
        (["x"], ""),
    ],
)
def test_bodies_come_out_as_plain_text(stated, plain):
    """HTML is read for its text, text that only looks like it is left alone, and nothing steers or hides."""
    assert text.body(stated) == plain


def test_titles_are_one_line_and_keep_what_looks_like_markup():
    """A title is not written in HTML: what looks like a tag in it is what somebody typed."""
    assert text.line("Cable <cut>\n in\tUtrecht \u202e") == "Cable <cut> in Utrecht"
    assert text.line("<b>x</b>") == "<b>x</b>"


def test_lengths_are_bounded_and_the_cut_is_shown():
    """Megabytes are cut where they come in."""
    assert len(text.line("x" * 1_000_000)) == 500
    assert text.line("x" * 501).endswith("\u2026")
    assert text.line("x" * 500) == "x" * 500
    assert len(text.body("y " * 1_000_000)) <= 10_000
    assert text.body("z" * 10_000) == "z" * 10_000


@example_of(some.text(max_size=3000))
def test_cleaning_is_bounded_and_settled(stated):
    """What is clean stays as it is; nothing invisible is left."""
    for clean in (text.line(stated), text.body(stated)):
        assert not {"\x00", "\x1b", "\u202e", "\u2066", "\ufeff", "\r"} & set(clean)
        assert len(clean) <= 10_000
    assert text.line(text.line(stated)) == text.line(stated)


@pytest.mark.parametrize("bait", ["<", "<a ", "<script>", "<!--", "&", "&#", "<p", "</p>", "<a <"])
def test_markup_without_end_costs_no_time(bait):
    """A text made to make a parser go over it again and again is read in time."""
    started = datetime.now(UTC)
    text.body(bait * 40_000)
    assert datetime.now(UTC) - started < timedelta(seconds=2)


def test_state_words_are_folded_and_ids_are_kept():
    """Words are found in any spelling; ids are as they came, and never invented."""
    assert {text.folded(each) for each in ("In Progress", "inProgress", "in_progress", "IN-PROGRESS")} == {"inprogress"}
    assert [text.identity(each) for each in (" SP-1 ", 5351, "", None, [], "x" * 501)] == ["SP-1", "5351"] + [None] * 4


# --- addresses -----------------------------------------------------------------------------------------------------


def test_account_addresses_take_several_shapes():
    """A host alone, a trailing slash, a fragment; a login in it belongs elsewhere."""
    assert links.account_url("status.example.net").geturl() == "https://status.example.net"
    assert links.account_url(" https://x.example.net/a/#top ").geturl() == "https://x.example.net/a"
    assert links.account_url("http://127.0.0.1:8080").geturl() == "http://127.0.0.1:8080"
    for wrong in ("", "ftp://x.example", "https://", "https://u:p@x.example", "https://x.example:99999", "https://x:0"):
        with pytest.raises(PollFailed) as failed:
            links.account_url(wrong)
        assert failed.value.kind is FailureKind.UNSUPPORTED
        assert "u:p" not in failed.value.message


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("https://api.example.net/tt/1", "https://api.example.net/tt/1"),
        ("https://API.example.net:443/tt/1#x", "https://API.example.net:443/tt/1"),
        ("/tt/1", "https://api.example.net/tt/1"),
        ("../tt/1", "https://api.example.net/tt/1"),
        ("//evil.example/tt/1", None),
        ("https://evil.example/tt/1", None),
        ("http://api.example.net/tt/1", None),
        ("https://api.example.net:8443/tt/1", None),
        ("https://api.example.net@evil.example/", None),
        ("https://u:p@api.example.net/", None),
        ("https://serverlocation:port/x", None),
        ("https://[::1", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("/tt/1\r\nHost: evil", None),
        ("", None),
        (None, None),
        (7, None),
        ("/" + "x" * 3000, None),
    ],
)
def test_references_are_followed_at_home_only(href, found):
    """The login goes with every request, so a reference may not lead to another origin."""
    assert links.own_link(f"{ORIGIN}/problems/1", href) == found


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [
        ("https://stspg.example.net/x", True),
        ("http://stspg.example.net/x", False),
        ("javascript:alert(1)", False),
        ("https://user@x.example", False),
        ("https://", False),
        ("smb://x.example/share", False),
        ("https://x.example/ a", False),
        ("https://x.example/\u202e", False),
        (None, False),
        (5, False),
    ],
)
def test_only_web_links_are_passed_on(value, is_kept):
    """A link that a person may open is https, with a host, without a login."""
    assert links.web_link(value) == (value if is_kept else None)


@pytest.mark.parametrize("item_id", ["../../admin", "a/b", "a?x=1", "a#b", ".", "..", "a b", "\u20ac", "%2e"])
def test_an_id_cannot_lead_elsewhere(item_id):
    """An id out of a payload is one segment of a path, whatever is in it."""
    url = links.item(f"{ORIGIN}/v4/serviceProblem", item_id)
    assert url.startswith(f"{ORIGIN}/v4/serviceProblem/")
    last = url.removeprefix(f"{ORIGIN}/v4/serviceProblem/")
    assert not set("/?#") & set(last)
    assert last not in (".", "..")


def test_query_values_are_set_beside_others():
    """An address with a query of its own keeps it."""
    assert (
        links.with_query(f"{ORIGIN}/x?tenant=a&limit=1", limit=5, offset=0) == f"{ORIGIN}/x?tenant=a&limit=5&offset=0"
    )


def test_messages_name_no_query():
    """A key in an address must not get into a message."""
    assert links.place("https://u:p@x.example/a?api_key=canary") == "x.example/a"


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
