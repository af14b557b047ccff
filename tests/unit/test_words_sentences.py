"""What every sentence has: a capital where it begins, one full stop, the number of whom it speaks, text to paste."""

import gettext
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import at, book, incident, message
from tocsin import resources
from tocsin.domain.signing_in import SignInFault
from tocsin.domain.starting import StartObstacle
from tocsin.domain.terms import FailureKind, IncidentKind, Level
from tocsin.words import erase, faults, notifications, reports, signing_in, starting, trials
from tocsin.words.reports import Report
from tocsin.words.times import local
from tocsin.words.voice import _STAND_INS, Voice

LANGUAGES = resources.languages()
BOOKS = [book(language) for language in LANGUAGES]
NOW = at("19:10")
SOON = st.integers(-5 * 24 * 60, 5 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
WORK = {"kind": IncidentKind.MAINTENANCE, "scheduled_start": at("17:58"), "scheduled_end": at("21:00")}


@settings(deadline=None)
@given(SOON, st.integers(0, 3 * 24 * 60), SOON)
def test_a_span_dates_its_end_wherever_that_is_on_another_day_than_its_start(start, minutes, now):
    """From yesterday until today: an end without its date would read as yesterday's."""
    words, end = book("en"), start + timedelta(minutes=minutes)
    begins, _, ends = words.span(start, end, now).partition(" to ")
    time = words.clock(end, end)
    is_another_day = local(words, start).date() != local(words, end).date()
    assert begins == words.clock(start, now)
    assert ends == (f"{words.date(end, now)} {time}" if is_another_day else time)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_span_until_today_has_both_its_dates(language):
    """The plain case of the same, in every language."""
    words = book(language)
    said = words.span(at("18:58", 20), at("19:05"), NOW)
    assert words.clock(at("18:58", 20), NOW) in said
    assert words.clock(at("19:05"), at("19:05", 22)) in said


@pytest.mark.parametrize("words", BOOKS, ids=LANGUAGES)
def test_a_sentence_without_a_name_begins_with_a_capital(words):
    """Where a word of ours stands in for a name that is missing, it is the first of a sentence like any other."""
    said = [words.fault(message(key), NOW) for key in faults.SENTENCES]
    for key in notifications.SENTENCES:
        for more in ({}, {"since": at("17:58"), "still": 1, "title": "Cable cut", "says": "down_reported"}):
            title, body = words.notification(message(key, **more), NOW)
            said += [title, *body.split("\n")]
    for kind in (*FailureKind, None):
        said += [trials.failure(words, kind, "", signed=signed) for signed in (False, True)]
        said.append(signing_in.not_taken(words, ""))
    said += [words.begun(f"{words.gettext(each)} x") for each in _STAND_INS]
    small = [each for each in said if each[:1].islower() and not each.startswith("config.toml")]  # a file's own name
    assert small == []


def test_a_name_at_the_start_stays_as_its_owner_writes_it():
    """A host is no word of ours, nor is a provider that has one in its name."""
    words = book("en")
    assert trials.failure(words, FailureKind.CONNECT, "status.example.net").startswith("status.example.net does")
    assert words.begun("iiNet reports an outage") == "iiNet reports an outage"
    assert words.begun("the providers' union is down") == "the providers' union is down"
    assert words.begun("the provider is down") == "The provider is down"


def test_every_word_that_stands_in_for_a_name_is_in_the_catalogues():
    """One that is misspelt here would never be found at the start of a sentence."""
    words = book("nl")
    assert [each for each in _STAND_INS if words.gettext(each) == each] == []


@pytest.mark.parametrize("words", BOOKS, ids=LANGUAGES)
def test_no_estimate_has_a_full_stop_of_its_own(words):
    """What stands around it gives it one, or a list does without."""
    cases = ({}, {"scheduled_end": None}, {"scheduled_end": at("18:30")}, {"began": False})
    said = [words.estimate(incident(**(WORK | each)), NOW) for each in cases]
    said += [words.estimate(incident(etas=etas), NOW) for etas in ([], [at("20:30")], [at("18:30")])]
    assert [each for each in said if not each or each.endswith(".")] == []


@pytest.mark.parametrize("words", BOOKS, ids=LANGUAGES)
def test_what_remains_is_a_list_without_full_stops(words):
    """After erasing: one line for each, some with a reason in brackets."""
    rows = [erase.left(words, "/home/anna/x", key, "") for key in ("keyring", "link", "foreign", "denied", "autostart")]
    assert [each for each in rows if each.endswith(".")] == []
    assert len(set(rows)) == len(rows)


class Counting(gettext.NullTranslations):
    """Shows which sentences know how many they speak of."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{n}: {super().ngettext(msgid1, msgid2, n)}"


@pytest.mark.parametrize(
    "say",
    [
        lambda voice, report: reports.nothing_yet(voice, report, None, NOW),
        reports.no_outage,
        reports.notice,
        lambda voice, report: reports.trouble(voice, report, NOW),
        lambda voice, report: reports.work(voice, report, NOW),
        lambda voice, report: reports.silence(voice, report, NOW),
    ],
)
@pytest.mark.parametrize("level", [Level.OK, Level.NOTICE, Level.DEGRADED, Level.OUTAGE])
@pytest.mark.parametrize(
    "more", [{}, {"since": at("17:58")}, {"eta": at("20:30")}, {"failing_since": NOW}, {"heard": NOW}]
)
@pytest.mark.parametrize("is_odd", [False, True])
def test_what_providers_say_goes_by_how_many_they_are(say, level, more, is_odd):
    """Two accounts can be named at once: every half sentence has a form for both numbers."""
    voice = Voice("en", Counting(), UTC)
    said = say(voice, Report("A and B", 2, level, **more, is_unlisted=is_odd, is_possible=is_odd))
    assert said.startswith("2: ")
    assert "A and B" in said


def test_what_is_to_be_pasted_has_straight_quotes():
    """A shell and TOML know no others."""
    for words in BOOKS:
        moved = words.fault(message("product_changed", provider="Planet Fibre", now="statuspal"), NOW)
        assert 'provider = "statuspal"' in moved
        taken = starting.in_the_way(words, StartObstacle.OTHER_PROFILE.value, "/home/anna/my profile", "")
        assert taken.endswith('tocsin autostart off --profile "/home/anna/my profile"')


def test_every_sign_in_that_failed_is_told_in_a_whole_sentence():
    """Without a server to name, too."""
    for words in BOOKS:
        for fault in SignInFault:
            assert not signing_in._by_fault(words, fault)[:1].islower()


def test_a_time_that_comes_twice_has_its_zone_where_the_language_wants_it():
    """German says the hour and then "Uhr": the zone stands before."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert book("en").clock(first, first) == "02:30 CEST"
    assert book("de").clock(first, first) == "CEST 02:30"
