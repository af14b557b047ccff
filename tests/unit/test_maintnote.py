"""MAINTNOTE: notices without status or sequence, notices that replace others, and calendars that are none of these."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from support.drive import answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.maintnote import Maintnote

URL = "https://noc.example.net/m.ics"
PUBLISHED = """BEGIN:VEVENT
SUMMARY:Maint Note Example
DTSTART;VALUE=DATE-TIME:20261121T180000Z
DTEND;VALUE=DATE-TIME:20261121T200000Z
DTSTAMP;VALUE=DATE-TIME:20261110T001000Z
UID:42
SEQUENCE:1
X-MAINTNOTE-PROVIDER:example.com
X-MAINTNOTE-ACCOUNT:137.035999173
X-MAINTNOTE-MAINTENANCE-ID:WorkOrder-31415
X-MAINTNOTE-IMPACT:OUTAGE
X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=NO-IMPACT:acme-widgets-as-a-service
X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:acme-widgets-as-a-service-2
X-MAINTNOTE-STATUS:TENTATIVE
ORGANIZER;CN="Example NOC":mailto:noone@example.com
END:VEVENT
"""


def calendar(*events: str, head: str = "") -> bytes:
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Maint Note//EN\n{head}{''.join(events)}END:VCALENDAR\n"
    return whole.replace("\n", "\r\n").encode()


def notice(*lines: str, work: str = "WO-1", start: str = "20261121T180000Z", end: str = "20261121T200000Z") -> str:
    named = (f"X-MAINTNOTE-MAINTENANCE-ID:{work}", f"DTSTART:{start}", f"DTEND:{end}", "X-MAINTNOTE-OBJECT-ID:c1")
    return "\n".join(("BEGIN:VEVENT", *named, *lines, "END:VEVENT", ""))


def poll(body: bytes, **told) -> Snapshot:
    served = answer(body, headers={"content-type": "text/calendar"})
    return drive(Maintnote(), {URL: served}, context(URL, **told))


def only(*events: str, **told) -> Report:
    (found,) = poll(calendar(*events), **told).reports
    return found


def failure(body: object) -> FailureKind:
    with pytest.raises(PollFailed) as failed:
        drive(Maintnote(), {URL: body if not isinstance(body, bytes) else answer(body)}, context(URL))
    return failed.value.kind


def test_the_published_example_is_read():
    """The fields of the BCOP's own example; an object without impact is not hit."""
    found = only(PUBLISHED)
    assert (found.id, found.title, found.kind) == ("WorkOrder-31415", "Maint Note Example", IncidentKind.MAINTENANCE)
    assert (found.raw_phase, found.raw_severity, found.severity) == ("TENTATIVE", "OUTAGE", Severity.MAJOR)
    assert (found.affected, found.related) == (("acme-widgets-as-a-service-2",), ("137.035999173",))
    assert (found.scheduled_start, found.eta) == (
        datetime(2026, 11, 21, 18, tzinfo=UTC),
        datetime(2026, 11, 21, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "ahead", "now", "past"),
    [
        ("TENTATIVE", Phase.SCHEDULED, Phase.IDENTIFIED, Phase.RESOLVED),
        ("CONFIRMED", Phase.SCHEDULED, Phase.IDENTIFIED, Phase.RESOLVED),
        ("RE-SCHEDULED", Phase.SCHEDULED, Phase.IDENTIFIED, Phase.RESOLVED),
        (None, Phase.SCHEDULED, Phase.IDENTIFIED, Phase.RESOLVED),
        ("IN-PROCESS", Phase.IDENTIFIED, Phase.IDENTIFIED, Phase.IDENTIFIED),
        ("COMPLETED", Phase.RESOLVED, Phase.RESOLVED, Phase.RESOLVED),
        ("CANCELLED", Phase.CANCELLED, Phase.CANCELLED, Phase.CANCELLED),
        ("PONDERED", Phase.SCHEDULED, Phase.IDENTIFIED, Phase.IDENTIFIED),
    ],
)
def test_notices_stand_by_their_status_and_the_clock(status, ahead, now, past):
    """Trap: STATUS is omitted by some senders. An announced window ends by the clock; work that goes on does not."""
    lines = () if status is None else (f"X-MAINTNOTE-STATUS:{status}",)
    assert only(notice(*lines)).phase is now
    assert only(notice(*lines, start="20261125T010000Z", end="20261125T030000Z")).phase is ahead
    assert only(notice(*lines, start="20261119T010000Z", end="20261119T030000Z")).phase is past


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("OUTAGE", Severity.MAJOR),
        ("DEGRADED", Severity.MINOR),
        ("REDUCED-REDUNDANCY", Severity.MINOR),
        ("NO-IMPACT", Severity.NOTICE),
        ("SOME-IMPACT", Severity.MINOR),
    ],
)
def test_impacts_have_their_severities(impact, severity):
    """A word that is not known is minor, and kept."""
    found = only(notice(f"X-MAINTNOTE-IMPACT:{impact}"))
    assert (found.severity, found.raw_severity) == (severity, impact)


def test_the_latest_notice_on_a_work_holds():
    """By SEQUENCE; trap: where that is omitted, by the time it was written. Their order in the file says nothing."""
    first = notice("SUMMARY:first", "SEQUENCE:1", "DTSTAMP:20261112T000000Z")
    second = notice("SUMMARY:second", "SEQUENCE:2", "DTSTAMP:20261111T000000Z")
    assert only(first, second).title == only(second, first).title == "second"
    old = notice("SUMMARY:old", "DTSTAMP:20261111T000000Z")
    new = notice("SUMMARY:new", "DTSTAMP:20261112T000000Z")
    assert only(new, old).title == only(old, new).title == "new"


def test_a_calendar_that_withdraws_cancels():
    """METHOD:CANCEL is how calendars take an event back."""
    (found,) = poll(calendar(notice(), head="METHOD:CANCEL\n")).reports
    assert found.phase is Phase.CANCELLED


@pytest.mark.parametrize(
    ("head", "options", "hour"),
    [
        ("", {}, 1),
        ("X-WR-TIMEZONE:Europe/Amsterdam\n", {}, 0),
        ("X-WR-TIMEZONE:Europe/Amsterdam\n", {"time_zone": "Africa/Lagos"}, 0),
        ("", {"time_zone": "Asia/Tokyo"}, 16),
        ("X-WR-TIMEZONE:Nowhere\n", {}, 1),
    ],
)
def test_times_without_a_zone_are_in_the_calendars(head, options, hour):
    """The format wants UTC; calendars that mean another zone say so, or the settings do."""
    floating = notice(start="20261125T010000", end="20261125T030000")
    (found,) = poll(calendar(floating, head=head), options=options).reports
    assert found.scheduled_start is not None
    assert found.scheduled_start.hour == hour


def test_days_lengths_and_broken_times():
    """A day alone begins at midnight, a length makes an end, and what is no time is none; the notice stays."""
    day = notice().replace("DTSTART:20261121T180000Z", "DTSTART;VALUE=DATE:20261125")
    assert only(day).scheduled_start == datetime(2026, 11, 25, tzinfo=UTC)
    length = notice().replace("DTEND:20261121T200000Z", "DURATION:PT90M")
    assert only(length).eta == datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
    broken = only(notice(start="soon", end="99999999T999999Z"))
    assert (broken.scheduled_start, broken.eta, broken.phase) == (None, None, Phase.SCHEDULED)


def test_other_calendars_are_refused():
    """Appointments are no notices; beside notices they are passed over."""
    party = "BEGIN:VEVENT\nUID:p\nSUMMARY:Party\nDTSTART:20261121T180000Z\nEND:VEVENT\n"
    assert failure(calendar(party)) is FailureKind.NOT_STATUS_API
    assert failure(page()) is FailureKind.NOT_STATUS_API
    assert failure(b'{"VCALENDAR": []}') is FailureKind.NOT_STATUS_API
    assert [each.id for each in poll(calendar(party, notice())).reports] == ["WO-1"]
    assert poll(calendar()).reports == ()


def test_several_calendars_in_one_stream_are_one():
    """Files of notices are often just strung together."""
    found = poll(calendar(notice()) + calendar(notice(work="WO-2")))
    assert {each.id for each in found.reports} == {"WO-1", "WO-2"}


def test_what_is_cut_off_or_broken_is_malformed():
    """A calendar that ends too early is not a shorter list; a notice without an id cannot be told apart."""
    whole = calendar(PUBLISHED, notice())
    for end in range(20, len(whole) - 4, 37):
        assert failure(whole[:end]) is FailureKind.MALFORMED, f"cut at {end}"
    assert failure(b"") is FailureKind.MALFORMED
    assert failure(whole.replace(b"Maint Note Example", b"\xff\xfe")) is FailureKind.MALFORMED
    assert failure(calendar(notice(work=""))) is FailureKind.MALFORMED
    nested = "BEGIN:VEVENT\n" * 3000
    assert failure(calendar(nested)) is FailureKind.MALFORMED


def test_the_library_is_imported_when_it_is_needed():
    """An account loads its own adapter, and the adapter the library at its first calendar."""
    code = "import sys, tocsin.providers as p; p.load('maintnote')(); sys.exit('icalendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
