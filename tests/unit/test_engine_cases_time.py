"""The rows of the design's *Cases* about time: clocks that differ, sleep, and what happened while Tocsin was off."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.engine_cases import DAY, HOUR, faults, level, poll, record, wait_asked, wait_level
from support.rig import EngineRig
from support.scenarios import ScriptedProvider, StillTime
from support.statuspage_server import StatuspageServer
from support.step_clock import StepClock
from tocsin.domain.account import Settings
from tocsin.domain.freshness import shown
from tocsin.domain.state import CheckNow
from tocsin.domain.terms import EndHow, Level
from tocsin.simulator.http1 import Manner

# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(minutes=-20)], ids=["ahead", "behind"])
def test_a_clock_that_differs_is_a_fault_and_durations_use_the_provider_s(ahead) -> None:
    """*Clock skew against Date*: an outage that began just now by the provider's clock rings, with a right length."""
    theirs, ours = StepClock(), StepClock()
    theirs.suspend(ahead)
    with ScriptedProvider(theirs) as provider, EngineRig(provider.settings(), clock=ours) as rig:
        wait_level(rig, Level.OK)
        rig.wait_for("the fault", lambda: "clock_skew" in faults(rig))
        assert abs(faults(rig)["clock_skew"].message.values["seconds"] - ahead.total_seconds()) < 5
        began = theirs.wall
        provider.declare("PRB-1", began=began)
        poll(rig, ours)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        assert repr(began) in rig.told[0].body
        wait_level(rig, Level.OUTAGE)
        theirs.advance(600)
        ours.advance(600)
        provider.drop("PRB-1")
        poll(rig, ours)
        poll(rig, ours)
        rig.wait_for("the end", lambda: rig.keys() == ["started", "vanished"])
        episode = rig.state.history[0].episode
        assert timedelta(minutes=9) < episode.ended_at - episode.started_at < timedelta(minutes=12)


def test_a_clock_that_differs_by_little_is_ignored() -> None:
    """*Clock skew against Date*: under five minutes nothing is said."""
    theirs, ours = StepClock(), StepClock()
    theirs.suspend(timedelta(minutes=4))
    with ScriptedProvider(theirs) as provider, EngineRig(provider.settings(), clock=ours) as rig:
        wait_level(rig, Level.OK)
        assert rig.state.accounts[0].skew == timedelta()
        assert faults(rig) == {}


def test_a_date_beyond_reason_is_not_believed() -> None:
    """A server that dates its answers in the year 9999 is no reason to do arithmetic with it."""
    theirs, ours = StillTime(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)), StepClock()
    with ScriptedProvider(theirs) as provider, EngineRig(provider.settings(), clock=ours) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", began=ours.wall)
        poll(rig, ours)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        assert rig.state.accounts[0].skew == timedelta()


def test_an_incident_that_starts_in_some_minutes_rings_now() -> None:
    """*Start in the future, open*: up to ten minutes it rings, since now; more is upcoming."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", began=clock.wall + timedelta(minutes=8))
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        assert repr(clock.wall) in rig.told[0].body
        provider.clear()
        poll(rig, clock)
        poll(rig, clock)
        provider.declare("PRB-2", began=clock.wall + HOUR)
        poll(rig, clock)
        wait_level(rig, Level.OK)
        clock.advance(HOUR)
        rig.wait_for("it begins", lambda: rig.keys()[-1] == "started")
        wait_level(rig, Level.OUTAGE)


def test_suspended_in_mid_outage_is_stale_until_polled_and_nothing_happened_in_the_gap(tmp_path) -> None:
    """*Suspended in mid-outage*: on waking red with its age, asked within five seconds, no end, no start, no cover."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, closing(record(tmp_path, clock)) as looking:
        with EngineRig(provider.settings(interval=60.0), clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
            provider.declare("PRB-1")
            clock.step(70)
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            wait_level(rig, Level.OUTAGE)
            fell_asleep = clock.wall
            clock.suspend(8 * HOUR)
            view = rig.state.connections[0]
            assert shown(view, clock.now()).stale
            assert shown(view, clock.now()).level is Level.OUTAGE
            rig.wait_for("awake", lambda: (clock.next_wake() or 60.0) <= 5.0)
            clock.advance(5.0)
            rig.wait_for("fresh again", lambda: not shown(rig.state.connections[0], clock.now()).stale)
            assert rig.keys() == ["started"]
            assert rig.kinds() == ["started"]
            assert [episode.ended_at for episode in rig.state.history[0].episodes] == [None]
        asleep = (fell_asleep + timedelta(minutes=1), clock.wall - timedelta(minutes=1))
        covered = looking.coverage("home")
        assert not [each for each in covered if each.measured and each.start < asleep[1] and each.end > asleep[0]]


def test_after_a_suspend_green_is_not_believed_until_polled() -> None:
    """What was fine in the evening is not known to be fine in the morning."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.fail(manner=Manner.HANG)
        asked = provider.polls
        clock.suspend(8 * HOUR)
        rig.wait_for("said", lambda: [event.level for event in rig.events] == ["ok", "unknown"])
        clock.await_sleeper(within=5.0)  # woken up, it is asked after up to five seconds
        clock.advance(5.0)
        wait_asked(provider, asked + 1)
        assert level(rig) is Level.UNKNOWN
        provider.recover()


def test_asleep_no_planned_work_begins_or_overruns_before_it_is_asked_for() -> None:
    """Old knowledge and the time of day make no news: what was planned for the night may have been put off."""
    clock = StepClock()
    start = clock.wall + timedelta(hours=1)
    with ScriptedProvider(clock) as provider:
        provider.declare("PRB-2", planned=(start, start + timedelta(hours=2)))  # the next time it is asked is far away
        with EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
            rig.wait_for("announced", lambda: rig.kinds() == ["maintenance_announced"])
            rig.wait_for("told", lambda: rig.keys() == ["maintenance_announced"])
            provider.fail(manner=Manner.HANG)
            clock.suspend(8 * HOUR)
            rig.wait_for("stale", lambda: "unknown" in [event.level for event in rig.events[-2:]])
            rig.refresh()
            assert rig.kinds() == ["maintenance_announced"]
            assert level(rig) is Level.UNKNOWN
            provider.recover()


def test_the_monotonic_clock_alone_makes_it_stale_too() -> None:
    """The wall clock was set back just as far as time went on: still old."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.fail(manner=Manner.HANG)
        clock.advance(200)
        clock.suspend(timedelta(seconds=-200))
        assert level(rig) is Level.UNKNOWN
        provider.recover()


def test_a_definite_red_is_kept_for_24_hours_and_then_unknown() -> None:
    """Red with its age while nobody answers; after a day nobody knows."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        poll(rig, clock)
        wait_level(rig, Level.OUTAGE)
        provider.fail(manner=Manner.HANG)
        clock.advance(23 * HOUR)
        assert shown(rig.state.connections[0], clock.now()).stale
        assert level(rig) is Level.OUTAGE
        clock.advance(2 * HOUR)
        rig.wait_for("said", lambda: rig.events[-1].level == "unknown")
        assert level(rig) is Level.UNKNOWN
        assert rig.keys() == ["started"]
        provider.recover()


# --- while the program was off ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "told"), [(6, ["resolved"]), (8, [])], ids=["within a week", "after a week"])
def test_ended_while_the_program_was_off(tmp_path, days, told) -> None:
    """*Ended while the program was off*: told once, if within seven days; its notification goes away in any case."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
            provider.declare("PRB-1")
            poll(rig, clock)
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
        clock.advance(60)
        provider.resolve("PRB-1")
        clock.advance(days * DAY)
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            rig.wait_for("the end", lambda: rig.keys() == told and (bool(told) or bool(rig.channel.withdrawn)))
            poll(rig, clock)
            assert rig.keys() == told
            assert rig.kinds() == ["resolved"]
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            poll(rig, clock)
            assert rig.keys() == []


def test_began_and_ended_while_off_is_recorded_and_not_told(tmp_path) -> None:
    """*Began and ended while off*: a line in the history, no word."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        settings = Settings(accounts=(replace(page.account(), interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
        clock.advance(HOUR)
        page.open_incident("inc-1", "SMTP down", impact="critical", components={"smtp": "major_outage"})
        clock.advance(HOUR)
        page.resolve("inc-1")
        clock.advance(HOUR)
        with EngineRig(settings, clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
            poll(rig, clock)
            assert [each.provider_id for each in rig.state.history] == ["inc-1"]
            assert rig.state.history[0].episode.how is EndHow.RESOLVED
            assert rig.keys() == []
            assert rig.kinds() == []


def test_a_restart_shows_the_last_red_before_the_first_poll_and_how_old_it_is(tmp_path) -> None:
    """Red from the first picture on, stale, with the time at which it was last confirmed."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
            provider.declare("PRB-1")
            poll(rig, clock)
            wait_level(rig, Level.OUTAGE)
            confirmed = rig.state.connections[0].confirmed.wall
        clock.advance(2 * HOUR)
        provider.fail(manner=Manner.HANG)
        asked = provider.polls
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            wait_asked(provider, asked + 1)
            first = rig.states[0].connections[0]
            assert shown(first, clock.now()).level is Level.OUTAGE
            assert shown(first, clock.now()).stale
            assert first.confirmed.wall == confirmed
            assert first.incidents[0].provider_id == "PRB-1"
            assert rig.keys() == []
        clock.advance(23 * HOUR)
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            assert level(rig) is Level.UNKNOWN
            wait_asked(provider, asked + 2)
        provider.recover()


def test_a_restart_does_not_say_again_that_a_provider_is_silent(tmp_path, caplog) -> None:
    """Nothing is told at start-up but what is new: a provider that stays away is no news at every log-in."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        provider.fail(503)
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            for failures in (1, 2, 3):
                rig.wait_for("a failure", lambda count=failures: rig.state.accounts[0].failures >= count)
                rig.do(CheckNow())
            rig.wait_for("told", lambda: rig.keys() == ["unreachable"])
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            for failures in (1, 2, 3, 4):
                rig.wait_for("a failure", lambda count=failures: rig.state.accounts[0].failures >= count)
                rig.do(CheckNow())
            assert rig.keys() == []
            assert rig.channel.withdrawn == []
            provider.recover()
            rig.do(CheckNow())
            rig.wait_for("taken away", lambda: bool(rig.channel.withdrawn))
