"""The scripted day: the default one as promised, and any moment of any day computable."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.phrases import book
from support.scenario_texts import FULL, HEAD
from tocsin.domain.account import AuthKind
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.simulator import demo, reading, telling
from tocsin.simulator.http1 import Manner
from tocsin.simulator.scenario import on_day, starting
from tocsin.simulator.scene import EventType, Failure, Scene, Status, Where
from tocsin.simulator.script import ClockTime, Deed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
A_DAY = date(2026, 11, 21)
FIRST, LAST = datetime(2026, 11, 20, 22, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def day():
    return on_day(demo.default_script(), A_DAY, AMSTERDAM)


@pytest.fixture(scope="module")
def full():
    return on_day(reading.parse(FULL), A_DAY, UTC)


def local(text, days=0):
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 11, 21, hour, minute, tzinfo=AMSTERDAM) + timedelta(days=days)


def utc(text):
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


# --- the default day -----------------------------------------------------------------------------------------------


def test_default_day_outage_is_declared_at_six_with_its_start_two_minutes_before(day):
    """The user's outage is there at 18:00, not before, since 17:58, expected fixed at 19:00."""
    assert day.at(local("17:59")).problem("PRB-7001") is None
    outage = day.at(local("18:00")).problem("PRB-7001")
    assert outage.created_at == local("17:58")
    assert [service.id for service in outage.services] == ["SVC-1001"]
    assert [ticket.estimate for ticket in outage.tickets] == [local("19:00")]
    assert outage.status is Status.ACKNOWLEDGED


def test_default_day_gives_the_mail_advice(day):
    """What the customer should do about mail is said in the provider's words."""
    outage = day.at(local("18:00")).problem("PRB-7001")
    advice = "Keep your sent mail: messages sent after 17:58 may not have arrived."
    assert dict(outage.characteristics)["customerAdvice"] == advice


def test_default_day_moves_the_estimate_once_and_says_why(day):
    """At 18:40 the estimate becomes 20:30, with the note that the window shows."""
    before, after = day.at(local("18:39")).problem("PRB-7001"), day.at(local("18:40")).problem("PRB-7001")
    assert (before.tickets[0].estimate, after.tickets[0].estimate) == (local("19:00"), local("20:30"))
    assert [(note.at, note.author, note.text) for note in after.notes] == [
        (local("18:40"), "Planet Fibre", "Cable cut in Utrecht")
    ]


def test_default_day_resolves_the_outage_at_ten_past_eight_and_keeps_it_listed(day):
    """The end is at 20:10, and a provider of this kind goes on listing what is resolved."""
    assert day.at(local("20:09")).problem("PRB-7001").resolved_at is None
    resolved = day.at(local("20:10")).problem("PRB-7001")
    assert (resolved.status, resolved.resolved_at) == (Status.RESOLVED, local("20:10"))
    assert day.at(local("20:10", days=3)).problem("PRB-7001") == resolved


def test_default_day_has_exactly_one_incident_elsewhere(day):
    """One incident concerns a service that nobody here has, and begins while the demo runs."""
    elsewhere = [each for each in day.at(local("19:00")).problems if each.services[0].id == "SVC-2002"]
    assert [each.id for each in elsewhere] == ["PRB-7002"]
    assert day.at(day.start).problem("PRB-7002") is None
    assert all(service.id != "SVC-3003" for each in day.at(local("19:00")).problems for service in each.services)


def test_default_day_plans_work_on_the_users_line_for_the_next_night(day):
    """Planned work is announced before the demo begins, runs from 02:00 to 04:00 the next night, and ends."""
    planned = day.at(day.start).problem("PRB-7003")
    assert planned.planned == (local("02:00", days=1), local("04:00", days=1))
    assert day.at(local("03:00", days=1)).problem("PRB-7003").status is Status.IN_PROGRESS
    assert day.at(local("04:00", days=1)).problem("PRB-7003").status is Status.RESOLVED


@pytest.mark.parametrize("hour", [0, 9, 17, 18, 23])
def test_demo_begins_shortly_before_the_outage_of_the_same_date_at_any_hour(hour):
    """At whatever real hour the demo is started its clock begins at 17:57:30 of that local date."""
    now = datetime(2026, 11, 21, hour, 40, tzinfo=AMSTERDAM)
    start = demo.day_start(now, AMSTERDAM)
    assert start == datetime(2026, 11, 21, 17, 57, 30, tzinfo=AMSTERDAM)
    assert start.tzinfo is UTC
    assert demo.default_day(now, AMSTERDAM).start == start


def test_demo_without_a_zone_uses_the_systems_own(monkeypatch):
    """A zone of None means the system's, as a user's clock on the wall shows it."""
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert demo.day_start(now).astimezone().strftime("%H:%M:%S") == "17:57:30"


def test_demo_settings_fit_the_default_day():
    """The demo's account asks the simulator every second, and its connections match services that the day knows."""
    (account,) = demo.demo_settings(4711).accounts
    assert (account.id, account.provider, account.name) == ("home", "tmf656", "Planet Fibre")
    assert (account.url, account.interval) == ("http://127.0.0.1:4711", timedelta(seconds=1))
    assert account.auth.kind is AuthKind.BEARER
    fibre, sim = account.connections
    assert (fibre.name, fibre.kind, fibre.role, fibre.match) == (
        "Home fibre",
        ConnectionKind.INTERNET,
        Role.PRIMARY,
        ("SVC-1001",),
    )
    assert (sim.name, sim.role, sim.match) == ("Office SIM", Role.BACKUP, ("SVC-3003",))
    assert {"SVC-1001", "SVC-3003"} <= {service.id for service in demo.default_script().services}


# --- every deed ----------------------------------------------------------------------------------------------------


def test_a_problem_goes_through_every_deed(full):
    """Each deed changes what it names, from its own time on."""
    assert full.at(utc("11:59")) == Scene()
    assert [ticket.estimate for ticket in full.at(utc("12:00")).problem("P1").tickets] == [utc("14:00")] * 2
    assert full.at(utc("12:10")).problem("P2").planned[1] == utc("03:00") + timedelta(days=1)
    assert full.at(utc("12:15")).problem("P2").planned == (utc("03:00") + timedelta(days=1), None)
    assert [each.estimate for each in full.at(utc("12:20")).problem("P1").tickets] == [utc("14:00"), utc("15:00")]
    assert [each.estimate for each in full.at(utc("12:30")).problem("P1").tickets] == [None, None]
    revised = full.at(utc("12:40")).problem("P1")
    assert (revised.priority, revised.impact_factor) == (1, 90)
    assert [service.id for service in revised.services] == ["S1", "S2"]
    assert dict(revised.characteristics) == {"impact": "down", "seen": 3}
    assert [note.author for note in full.at(utc("12:45")).problem("P1").notes] == ["Provider", "Desk"]
    assert full.at(utc("12:50")).failure == Failure(Manner.WHOLE, 429, 30, where=Where.TICKETS)
    assert full.at(utc("12:55")).failure is None
    assert full.at(utc("13:00")).problem("P1").resolved_at == utc("13:00")


def test_a_reopened_problem_loses_its_resolution_date(full):
    """What is in progress again has no date of resolution, and its history shows both states."""
    reopened = full.at(utc("13:10")).problem("P1")
    assert reopened.resolved_at is None
    assert [change.status for change in reopened.changes] == ["acknowledged", "resolved", "inProgress"]


def test_a_dropped_problem_is_gone_and_its_id_may_be_used_again(full):
    """A dropped problem leaves; declared anew under the same id it carries nothing over."""
    assert full.at(utc("13:20")).problem("P1") is None
    again = full.at(utc("13:30")).problem("P1")
    assert (again.created_at, again.notes, again.priority) == (utc("13:30"), (), 3)


def test_events_outlive_their_problem_and_tell_states_from_values(full):
    """The record of events keeps what happened, in order, whether or not the problem is still listed."""
    events = [event for event in full.at(utc("13:20")).events if event.problem == "P1"]
    assert [event.type for event in events] == [
        EventType.CREATED,
        *[EventType.VALUE] * 4,
        EventType.STATUS,
        EventType.STATUS,
    ]
    assert [event.at for event in events] == sorted(event.at for event in events)


# --- any moment of any day -----------------------------------------------------------------------------------------

MOMENTS = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))


@settings(deadline=None)
@given(MOMENTS)
def test_a_moment_says_nothing_of_what_comes_after_it(full, now):
    """No start of record, update, note, state or event lies after the moment asked about."""
    scene = full.at(now)
    for problem in scene.problems:
        assert problem.created_at <= problem.updated_at <= now
        assert all(note.at <= now for note in problem.notes)
        assert [change.at for change in problem.changes] == sorted(change.at for change in problem.changes)
        assert problem.changes[-1].at <= now
        assert (problem.resolved_at is not None) == problem.status.is_over
    assert all(event.at <= now for event in scene.events)


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_a_day_is_a_function_of_the_time_alone(full, one, other):
    """Between the same two steps every moment is the same scene, in whatever order moments are asked for."""
    between = {at for at, _ in full.steps if min(one, other) < at <= max(one, other)}
    assert full.at(one) == full.at(one)
    if not between:
        assert full.at(one) == full.at(other)
    assert full.at(min(one, other)).events == full.at(max(one, other)).events[: len(full.at(min(one, other)).events)]


@settings(max_examples=25, deadline=None)
@given(now=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=2)))
def test_a_day_that_starts_now_is_the_same_day_moved(now, later):
    """Moved to another hour the day has the same steps at the same distances, and its texts show the new times."""
    script = reading.parse(FULL)
    fixed, moved = on_day(script, A_DAY, UTC), starting(script, now, UTC)
    assert moved.start == now
    shift = now - fixed.start
    assert [at - shift for at, _ in moved.steps] == [at for at, _ in fixed.steps]
    here, there = moved.at(now + later), fixed.at(fixed.start + later)
    assert [(each.id, each.created_at - shift, each.status) for each in here.problems] == [
        (each.id, each.created_at, each.status) for each in there.problems
    ]
    for note in [note for each in here.problems for note in each.notes if "since" in note.text]:
        assert note.text == f"No estimate any more, since {note.at:%H:%M}."


@pytest.mark.parametrize(("changed_on", "order"), [(date(2026, 3, 29), "skipped"), (date(2026, 10, 25), "repeated")])
def test_steps_keep_their_order_in_a_night_in_which_clocks_are_changed(changed_on, order):
    """A clock time that is skipped or repeated never turns the order of the steps round."""
    times = ("01:59", "02:00", "02:30", "02:59", "03:00", "03:15", "03:31", "04:00")
    steps = "".join(f'[[steps]]\nat = "{at}"\ndo = "fail"\n' for at in times)
    night = on_day(reading.parse(HEAD + steps), changed_on, AMSTERDAM)
    moments = [at for at, _ in night.steps]
    assert moments == sorted(moments)
    assert moments[-1] == datetime.combine(changed_on, datetime.min.time().replace(hour=4), AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("00:00", timedelta()),
        ("17:57:30", timedelta(hours=17, minutes=57, seconds=30)),
        ("+1 02:00", timedelta(days=1, hours=2)),
        ("-1 22:00", timedelta(hours=-2)),
    ],
)
def test_a_clock_time_is_read_and_written_alike(text, offset):
    """A clock time of another day keeps its day, and comes out as it went in."""
    clock = ClockTime(text)
    assert clock.offset == offset
    assert str(clock) == text
    assert ClockTime(str(clock)) == clock


def test_every_step_is_described_in_one_line(full):
    """Whoever runs the simulator alone is told of every step what it does."""
    lines = [telling.described(book(), full, step) for _, step in full.steps]
    assert all("\n" not in line for line in lines)
    assert lines[0] == "12:00  P1 (Broken): declared, expected fixed at 14:00"
    assert lines[1] == "12:10  P2 (Planned): announced as planned work, 02:00 to 03:00"
    assert lines[4] == "12:30  P1 (Broken): has no estimate any more, “No estimate any more, since 12:30.”"
    assert lines[7] == "12:50  The interface: fails, whole 429 (tickets)"


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_every_step_is_described_in_every_language(full, language):
    """No deed stays English; what the file and the API call things stays as it is there."""
    assert {type(step) for _, step in full.steps} == set(get_args(Deed))
    english, other = (
        {" ".join(telling.described(words, full, step).split()) for _, step in full.steps}
        for words in (book(), book(language))
    )
    assert english & other == set()


def test_a_script_made_by_hand_that_moves_what_is_not_there_changes_nothing(full):
    """A step about a problem that is not listed is passed over, where no file check came before."""
    note = next(step for step in full.script.steps if step.at == ClockTime("12:45"))
    orphan = replace(full, script=msgspec.structs.replace(full.script, steps=(note,)))
    assert orphan.at(utc("13:00")) == Scene()
