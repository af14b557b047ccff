"""Times and durations are said as a person says them, in the person's zone."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support.phrases import at, book
from tocsin.words.estimates import expected
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.zones import SystemZone


@pytest.mark.parametrize(
    ("moment", "english", "dutch"),
    [
        (at("17:58"), "17:58", "17:58"),
        (at("00:00"), "00:00", "00:00"),
        (at("02:00", day=3), "3 Nov 02:00", "3 nov 02:00"),
        (at("23:59", day=20), "20 Nov 23:59", "20 nov 23:59"),
        (at("09:05", day=1, month=3), "1 Mar 09:05", "1 mrt 09:05"),
        (at("09:05", day=1, month=5), "1 May 09:05", "1 mei 09:05"),
        (at("17:58", year=2025), "21 Nov 2025 17:58", "21 nov 2025 17:58"),
    ],
)
def test_today_is_a_clock_time_and_older_has_its_date(moment, english, dutch):
    """Today's times are short, older ones cannot be taken for today's, another year's have the year."""
    now = at("19:10")
    assert book("en").clock(moment, now) == english
    assert book("nl").clock(moment, now) == dutch


NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("moment", "german", "french"),
    [
        (at("17:58"), "17:58", "17:58"),
        (at("02:00", day=3), "3. Nov. 02:00", "le 3 nov. à 02:00"),
        (at("09:05", day=1, month=3), "1. März 09:05", "le 1er mars à 09:05"),
        (at("09:05", day=21, month=8), "21. Aug. 09:05", "le 21 août à 09:05"),
        (at("17:58", year=2025), "21. Nov. 2025 17:58", "le 21 nov. 2025 à 17:58"),
    ],
)
def test_german_and_french_dates_follow_their_customs(moment, german, french):
    """German orders its days with a point; French has an article, "à", and calls the first day the first."""
    assert book("de").clock(moment, at("19:10")) == german
    assert book("fr").clock(moment, at("19:10")) == french


@pytest.mark.parametrize("hour", [None, "02:00"])
def test_a_time_fits_its_sentence_with_and_without_a_date(hour):
    """No preposition stands before the French article, and none of the German sentences says the hour twice."""
    then, now = at("17:58") if hour is None else at(hour, day=3), at("19:10")
    german, french = ("17:58", "17:58") if hour is None else ("3. Nov. 02:00", "le 3 nov. à 02:00")
    assert book("de").since(then, now).startswith(f"seit {german}{NB}Uhr (")
    assert book("fr").since(then, now).startswith(f"depuis {french} (")
    assert expected(book("fr"), then + timedelta(days=30), now).startswith(f"Rétablissement prévu{NB}: le ")
    assert expected(book("de"), at("20:30"), now) == f"Voraussichtliche Behebung: 20:30{NB}Uhr"


def test_today_is_today_where_the_user_is():
    """The date turns at the user's midnight, not at that of UTC."""
    now, before = datetime(2026, 11, 21, 23, 30, tzinfo=UTC), datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert book().clock(before, now) == "21 Nov 23:30"
    assert book(zone=ZoneInfo("America/New_York")).clock(before, now) == "17:30"


def test_the_hour_that_comes_twice_says_which():
    """In the night that summer time ends two moments have one clock time; they must not look the same."""
    now = datetime(2026, 10, 25, 5, 0, tzinfo=UTC)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert book().clock(first, now) == "02:30 CEST"
    assert book().clock(second, now) == "02:30 CET"
    assert book().clock(datetime(2026, 10, 25, 2, 30, tzinfo=UTC), now) == "03:30"
    assert book().clock(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), now) == "29 Mar 03:30"


def test_the_systems_zone_keeps_summer_time(monkeypatch):
    """The computer's own zone is asked anew for every moment, on both sides of a change of the clocks."""
    monkeypatch.setenv("TZ", "Europe/Amsterdam")
    time.tzset()
    try:
        here, now = Phrasebook("en", book()._translations, SystemZone()), datetime(2026, 10, 25, 5, 0, tzinfo=UTC)
        for hours in range(-24 * 40, 24 * 8, 5):
            moment = now + timedelta(hours=hours, minutes=30)
            assert here.clock(moment, now) == book().clock(moment, now)
        assert here.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), now) == "02:30 CET"
        assert SystemZone().utcoffset(None) is None
        assert SystemZone().tzname(None) is None
        assert SystemZone().dst(None) is None
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_do_not_break_a_sentence(moment):
    """An absurd time from a provider is said, not raised."""
    for zone in (ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles"), SystemZone()):
        assert str(moment.year) in book(zone=zone).clock(moment, at("19:10"))
        assert book(zone=zone).span(moment, moment, at("19:10"))


def test_a_naive_time_is_utc():
    """A time without a zone cannot break a sentence."""
    assert book().clock(datetime(2026, 11, 21, 16, 58), at("19:10")) == "17:58"  # noqa: DTZ001 - that is the case


@pytest.mark.parametrize(
    ("length", "english", "dutch"),
    [
        (timedelta(), "0 s", "0 s"),
        (timedelta(seconds=-5), "0 s", "0 s"),
        (timedelta(seconds=45.9), "45 s", "45 s"),
        (timedelta(seconds=60), "1 min", "1 min"),
        (timedelta(minutes=12, seconds=5), "12 min 5 s", "12 min 5 s"),
        (timedelta(hours=1, minutes=12), "1 h 12 min", "1 uur 12 min"),
        (timedelta(hours=2, minutes=12, seconds=59), "2 h 12 min", "2 uur 12 min"),
        (timedelta(hours=3, seconds=59), "3 h", "3 uur"),
        (timedelta(days=1, hours=1), "1 d 1 h", "1 dag 1 uur"),
        (timedelta(days=2, hours=3, minutes=40), "2 d 3 h", "2 dagen 3 uur"),
        (timedelta(days=400), "400 d", "400 dagen"),
    ],
)
def test_durations_have_the_two_largest_units(length, english, dutch):
    """A duration is short enough to read at a glance and never longer than it was."""
    assert book("en").duration(length) == english
    assert book("nl").duration(length) == dutch


@pytest.mark.parametrize(
    ("start", "end", "english", "dutch"),
    [
        (at("02:00", 22), at("05:00", 22), "22 Nov 02:00 to 05:00", "22 nov 02:00 tot 05:00"),
        (at("23:00", 22), at("01:00", 23), "22 Nov 23:00 to 23 Nov 01:00", "22 nov 23:00 tot 23 nov 01:00"),
        (at("20:00"), at("22:00"), "20:00 to 22:00", "20:00 tot 22:00"),
        (at("23:00"), at("01:00", 22), "23:00 to 22 Nov 01:00", "23:00 tot 22 nov 01:00"),
        (at("02:00", 22), None, "from 22 Nov 02:00", "vanaf 22 nov 02:00"),
    ],
)
def test_a_span_names_a_day_once(start, end, english, dutch):
    """Planned work is said from when to when, with no more dates than it needs."""
    assert book("en").span(start, end, at("19:10")) == english
    assert book("nl").span(start, end, at("19:10")) == dutch


@pytest.mark.parametrize(
    ("length", "german", "french"),
    [
        (timedelta(seconds=45), "45 Sek.", f"45{NB}s"),
        (timedelta(hours=1, minutes=12), "1 Std. 12 Min.", f"1{NB}h 12{NB}min"),
        (timedelta(days=1, hours=1), "1 Tg. 1 Std.", f"1{NB}j 1{NB}h"),
        (timedelta(days=2), "2 Tg.", f"2{NB}j"),
    ],
)
def test_german_and_french_durations_need_no_case(length, german, french):
    """Short units stand as they are behind any preposition, in one and in many."""
    assert book("de").duration(length) == german
    assert book("fr").duration(length) == french


@pytest.mark.parametrize(
    ("start", "end", "german", "french"),
    [
        (
            at("02:00", 22),
            at("05:00", 22),
            "22. Nov. 02:00 bis 05:00",
            "le 22 nov. à 02:00 \N{EN DASH} 05:00",
        ),
        (at("20:00"), at("22:00"), "20:00 bis 22:00", "20:00 \N{EN DASH} 22:00"),
        (at("02:00", 22), None, "ab 22. Nov. 02:00", "dès le 22 nov. à 02:00"),
    ],
)
def test_german_and_french_spans(start, end, german, french):
    """A span reads as one in either language."""
    assert book("de").span(start, end, at("19:10")) == german
    assert book("fr").span(start, end, at("19:10")) == french


def test_a_date_alone():
    """History headings have the day, and the year only where it is another."""
    assert book("de").date(at("17:58", day=1), at("19:10")) == "1. Nov."
    assert book("fr").date(at("17:58", day=1), at("19:10")) == "1er nov."
    assert book("en").date(at("17:58"), at("19:10")) == "21 Nov"
    assert book("nl").date(at("17:58", month=10, year=2025), at("19:10")) == "21 okt 2025"
