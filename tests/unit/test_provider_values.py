"""What all providers read: times, text, addresses."""

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as example_of
from hypothesis import strategies as some

from support.drive import NOW
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import links, text, times

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ORIGIN = "https://api.example.net"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


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
    started = time.thread_time()
    text.body(bait * 40_000)
    assert time.thread_time() - started < 5


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
