"""Feeds: states that live in bodies, dates that lie ahead, ids that are used twice, and XML that is none."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

import pytest

from support.drive import NOW, Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.feed import NEWEST, Feed
from tocsin.providers.feed_words import said

URL = "https://status.example.net/history.rss"


def item(title: str = "Trouble", body: str = "", guid: str = "g1", at: datetime | None = NOW, more: str = "") -> str:
    date = "" if at is None else f"<pubDate>{format_datetime(at)}</pubDate>"
    told = f"<title>{escape(title)}</title><description>{escape(body)}</description>"
    return f"<item>{told}<guid isPermaLink='false'>{guid}</guid>{date}{more}</item>"


def rss(*items: str, head: str = "<?xml version='1.0' encoding='utf-8'?>") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>Status</title>{''.join(items)}</channel></rss>".encode()


def poll(body: bytes, **told) -> Snapshot:
    return drive(Feed(), {URL: answer(body, headers={"content-type": "text/xml"})}, context(URL, **told))


def only(*items: str, **told) -> Report:
    (found,) = poll(rss(*items), **told).reports
    return found


def failure(body: object) -> FailureKind:
    with pytest.raises(PollFailed) as failed:
        drive(Feed(), {URL: answer(body) if isinstance(body, bytes) else body}, context(URL))
    return failed.value.kind


def outcome(body: bytes) -> Snapshot | FailureKind:
    """What a poll comes to, where either will do."""
    try:
        return poll(body)
    except PollFailed as failed:
        return failed.kind


# --- states --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "phase"),
    [
        ("Cut", "<p><strong>Resolved</strong> - Done.</p><p><strong>Investigating</strong> - Hm.</p>", Phase.RESOLVED),
        ("Cut", "<strong>Monitoring</strong> - Watching.<br/><strong>Resolved</strong>", Phase.RESOLVED),
        ("Cut", "<b>Investigating</b> Hm. <b>Identified</b> A cable.", Phase.IDENTIFIED),
        ("Cut", "<b>Update</b> - Still. <b>Identified</b> - A cable. <b>Investigating</b> - Hm.", Phase.IDENTIFIED),
        (
            "Cut",
            "<b>Investigating</b> - Again. <b>Resolved</b> - Done. <b>Investigating</b> - Hm.",
            Phase.INVESTIGATING,
        ),
        ("Cut", "<p>Status: Closed</p><p>Mended.</p>", Phase.RESOLVED),
        ("Cut", "Current status: In progress. Crews are there.", Phase.IDENTIFIED),
        ("[RESOLVED] Cut", "Investigating - Hm.", Phase.RESOLVED),
        ("Completed: new router", "", Phase.RESOLVED),
        ("Cut in Leiden - Resolved", "", Phase.RESOLVED),
        ("Cut (Identified)", "", Phase.IDENTIFIED),
        ("Investigating: cut", "<strong>Resolved</strong> - Done.", Phase.RESOLVED),
        ("Cut", "This incident has been resolved.", Phase.RESOLVED),
        ("Cut", "We will write once it has been resolved.", None),
        ("Cut", "The problem has not been fixed.", None),
        ("Resolved addresses are slow", "", None),
        ("Cut", "Something else.", None),
        ("Storing in Utrecht", "<strong>Opgelost</strong> - Klaar.", Phase.RESOLVED),
    ],
)
def test_the_state_is_a_word_set_off_from_the_text(title, body, phase):
    """Trap: the title stays while the state lives in the body (`<strong>Resolved</strong>`)."""
    assert said(title, body, ()).phase is phase


def test_the_newest_message_is_told():
    """Only what is new belongs into the window; the messages before it were seen before."""
    body = (
        "<p><small>Nov <var>21</var>, <var>18:20</var> UTC</small><br><strong>Identified</strong> - A cable.</p>"
        "<p><small>Nov <var>21</var>, <var>18:03</var> UTC</small><br><strong>Investigating</strong> - Hm.</p>"
    )
    assert said("Cut", body, ()).message == "A cable."


def test_times_in_the_body_are_not_read():
    """Trap: body times lack a year: the item's own date is the message's."""
    found = only(item(body="<small>Nov 3, 02:00 UTC</small><br><strong>Identified</strong> - A cable."))
    assert [(each.at, each.phase) for each in found.updates] == [(NOW, Phase.IDENTIFIED)]


def test_a_category_may_say_that_it_is_over_and_what_it_hits():
    """Some feeds have the state, and the service, as categories."""
    found = only(item(more="<category>Closed</category><category>Broadband</category>"))
    assert (found.phase, found.related) == (Phase.RESOLVED, ("Closed", "Broadband"))


@pytest.mark.parametrize(
    ("age", "phase", "severity"),
    [
        (timedelta(hours=1), Phase.INVESTIGATING, Severity.NOTICE),
        (timedelta(hours=23), Phase.INVESTIGATING, Severity.NOTICE),
        (timedelta(hours=25), Phase.RESOLVED, Severity.NOTICE),
    ],
)
def test_an_item_that_tells_no_state_is_a_notice_for_a_day(age, phase, severity):
    """Nobody says that it is an outage, and nobody that it is over: it is shown, and rings nobody out of bed."""
    found = only(item("Major outage in Utrecht", at=NOW - age))
    assert (found.phase, found.severity) == (phase, severity)


def test_an_item_without_a_date_is_taken_for_new():
    """What cannot be dated is not left out."""
    assert only(item(at=None)).phase is Phase.INVESTIGATING


@pytest.mark.parametrize(
    ("title", "severity"),
    [
        ("Critical: no service", Severity.CRITICAL),
        ("Major outage", Severity.CRITICAL),
        ("Outage in Leiden", Severity.MAJOR),
        ("Mail is down", Severity.MAJOR),
        ("Partial outage", Severity.MINOR),
        ("Slow mail", Severity.MINOR),
        ("Trouble", Severity.MINOR),
    ],
)
def test_words_tell_how_bad_an_open_one_is(title, severity):
    """With a state word it counts; without a word for how bad it is, it is minor."""
    assert only(item(title, "<strong>Investigating</strong> - Hm.")).severity is severity


def test_an_open_one_that_nobody_closed_is_a_notice_in_the_end():
    """After two weeks without a word it is a leftover, still open."""
    found = only(item("Outage", "<strong>Investigating</strong>", at=NOW - timedelta(days=15)))
    assert (found.phase, found.severity) == (Phase.INVESTIGATING, Severity.NOTICE)


# --- planned work --------------------------------------------------------------------------------------------------


def test_a_date_ahead_is_a_plan_and_no_outage():
    """Trap: planned items carry a future `pubDate`; one shown as an outage is a false alarm."""
    start = NOW + timedelta(days=3)
    found = only(item("Outage of the core", at=start))
    assert (found.kind, found.phase) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED)
    assert (found.scheduled_start, found.started_at) == (start, start)
    assert only(item("Trouble", at=NOW + timedelta(minutes=5))).kind is IncidentKind.INCIDENT


@pytest.mark.parametrize(
    ("title", "body", "planned"),
    [
        ("Planned works", "", True),
        ("Router maintenance", "", True),
        ("New router", "<strong>THIS IS A SCHEDULED EVENT Nov 25, 01:00 - 03:00 UTC</strong>", True),
        ("New router", "<strong>Scheduled</strong> - At night.", True),
        ("Unplanned outage", "", False),
        ("Outage after maintenance", "", False),
        ("Trouble", "It began after last night's maintenance.", False),
    ],
)
def test_planned_work_is_told_from_trouble(title, body, planned):
    """A mention of maintenance makes no maintenance."""
    assert (only(item(title, body)).kind is IncidentKind.MAINTENANCE) is planned


# --- ids -----------------------------------------------------------------------------------------------------------


def test_a_guid_that_two_share_is_told_apart_by_date():
    """Trap: Azure reuses GUIDs across incidents: key on guid + pubDate."""
    early, late = NOW - timedelta(hours=9), NOW - timedelta(minutes=30)
    both = (item("Old", guid="g", at=early), item("New", guid="g", at=late))
    assert {each.id for each in poll(rss(*both)).reports} == {"g 2026-11-21T09:40:00Z", "g 2026-11-21T18:10:00Z"}
    # the one that was alone, and is known by its guid, goes on under it
    known = {each.title: each.id for each in poll(rss(*both), open_ids=("g",)).reports}
    assert known == {"Old": "g", "New": "g 2026-11-21T18:10:00Z"}
    # and one that is known with its date goes on with it when the other has gone
    assert only(both[1], open_ids=("g 2026-11-21T18:10:00Z",)).id == "g 2026-11-21T18:10:00Z"


def test_an_item_without_a_guid_is_known_by_what_it_has():
    """Its link, else its title, else its text; a blank one cannot be told apart."""
    link = "<item><link>https://x.example.net/1</link></item>"
    assert only(link).id == "https://x.example.net/1"
    assert only("<item><title>Cut</title></item>").id == "Cut"
    assert only("<item><description>Cut.</description></item>").id
    assert failure(rss(item(), "<item></item>")) is FailureKind.MALFORMED


# --- documents -----------------------------------------------------------------------------------------------------


def test_an_empty_feed_is_healthy():
    """Trap: Azure's is empty when healthy. One that does not even say whose it is, is none."""
    assert poll(rss()).reports == ()
    assert failure(b"<rss version='2.0'><channel></channel></rss>") is FailureKind.NOT_STATUS_API
    assert failure(b"<feed xmlns='http://www.w3.org/2005/Atom'></feed>") is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("body", [page(), b'{"rss": {}}', b"<opml></opml>", b"<svg/>", b"<?xml version='1.0'?><a/>"])
def test_other_documents_are_no_feeds(body):
    """A page, another XML and a JSON API are refused."""
    assert failure(body) is FailureKind.NOT_STATUS_API


def test_a_feed_that_was_cut_off_is_malformed():
    """What is left of a cut feed is not a shorter list."""
    whole = rss(item(guid="a"), item(guid="b"))
    for end in range(60, len(whole) - 1, 23):
        assert failure(whole[:end]) is FailureKind.MALFORMED, f"cut at {end}"
    assert failure(b"") is FailureKind.MALFORMED


def test_sloppy_xml_is_read_whole_or_not_at_all():
    """Controls, unknown entities and a bare ampersand lose no item; items that swallow each other do."""
    bad = item("a\x0b\x00 & b &nbsp; c", guid="1").replace("&amp;", "&")
    assert {each.id for each in poll(rss(bad, item(guid="2"))).reports} == {"1", "2"}
    swallowed = rss(item(guid="1") + "<item><title>open & <item>" + item(guid="2"))
    found = outcome(swallowed)
    assert found is FailureKind.MALFORMED or (isinstance(found, Snapshot) and len(found.reports) > 2)


def test_entities_that_grow_or_reach_out_come_to_nothing():
    """Neither a bomb nor a file of this computer gets in."""
    layers = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 20}'>" for n in range(1, 9))
    bomb = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e0 'ha'>{layers}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    started = time.process_time()
    for name in ("e8", "f"):
        body = rss(item(guid="1").replace("Trouble", f"Trouble &{name};"), head=bomb)
        found = outcome(body)
        titles = [each.title for each in found.reports] if isinstance(found, Snapshot) else []
        assert isinstance(found, Snapshot) or found is FailureKind.MALFORMED
        assert all("root:" not in title and "haha" not in title for title in titles)
    assert time.process_time() - started < 5


def test_a_body_is_never_taken_for_an_address_or_a_file(tmp_path):
    """The library opens what looks like a path or an address: it must be given bytes and nothing else."""
    bait = tmp_path / "feed.xml"
    bait.write_bytes(rss(item()))
    assert failure(str(bait).encode()) is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings_are_read_as_they_are_declared(encoding):
    """Old servers write Latin-1, odd ones UTF-16."""
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    body = rss(item("Störung"), head=head).decode().encode(encoding)
    assert poll(body).reports[0].title == "Störung"


def test_of_twenty_thousand_items_the_newest_are_read_in_time():
    """Trap: 20,000 items; the newest 200 are read, wherever in the document they stand."""
    base = NOW - timedelta(days=300)
    many = [item(guid=f"g{number}", at=base + timedelta(minutes=number)) for number in range(20_000)]
    body = rss(*many)
    started = time.process_time()
    found = poll(body).reports
    assert time.process_time() - started < 20
    assert {each.id for each in found} == {f"g{number}" for number in range(20_000 - NEWEST, 20_000)}


def test_markup_in_titles_and_bodies_is_text():
    """Trap: the library leaves `<script>` as text in titles."""
    found = only(item("<script>alert(1)</script>Cut &amp; run", "<p>One</p><script>x</script><b>two</b>"))
    assert found.title == "Cut & run"
    assert found.updates[0].text == "One\ntwo"


def test_a_page_that_names_its_feed_leads_to_it():
    """The address may be the page; a feed elsewhere is not followed, for the login would go with it."""
    home = "https://status.example.net"
    links = (
        '<link rel="alternate" type="application/rss+xml" href="/a.rss">'
        "<link rel='alternate' type='application/atom+xml' href='https://elsewhere.example.org/b.atom'>"
    )
    driven = Drive(Feed(), {home: page(f"<!DOCTYPE html><head>{links}</head>"), f"{home}/a.rss": answer(rss(item()))})
    assert len(driven.poll(context(home)).reports) == 1
    assert driven.urls == [home, f"{home}/a.rss"]


def test_a_prologue_that_never_ends_is_survived():
    """Comments, instructions and a document type may stand before a feed, or never end."""
    fine = rss(item(), head="<?xml version='1.0'?><!-- a > b --><?style x?><!DOCTYPE rss [<!ENTITY a 'b'>]>")
    assert len(poll(fine).reports) == 1
    started = time.process_time()
    for opening in (b"<!--", b"<?", b"<!DOCTYPE", b"<?a?>", b"<!---->"):
        assert failure(opening * 20_000) is FailureKind.NOT_STATUS_API
    assert time.process_time() - started < 5


def test_dates_are_those_of_the_item():
    """RSS and Atom dates, `Z` behind an RSS date as Azure writes it, and a zone's offset."""
    for written in ("Sat, 21 Nov 2026 18:10:00 Z", "Sat, 21 Nov 2026 19:10:00 +0100", "2026-11-21T18:10:00Z"):
        found = only(item(at=None, more=f"<pubDate>{written}</pubDate>"))
        assert found.started_at == datetime(2026, 11, 21, 18, 10, tzinfo=UTC)


def test_the_library_is_imported_when_it_is_needed():
    """An account loads its own adapter, and the adapter the library at its first feed."""
    code = "import sys, tocsin.providers as p; p.load('feed')(); sys.exit('feedparser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
