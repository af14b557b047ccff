"""The rows of the design's *Cases* that live in the engine, each named by its row, against real servers."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.rig import EngineRig
from support.scenarios import ScriptedProvider, StillTime
from support.statuspage_server import StatuspageServer
from support.step_clock import StepClock
from tocsin.adapters.store import open_store
from tocsin.domain.account import Connection, Settings
from tocsin.domain.freshness import shown, tray_level
from tocsin.domain.message import Fault
from tocsin.domain.state import CheckNow, ReloadSettings
from tocsin.domain.terms import EndHow, Level
from tocsin.errors import SettingsError
from tocsin.ports import Store
from tocsin.simulator.http1 import Manner
from tocsin.simulator.scene import Status, Where

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLL = 1.2
"""Seconds that surely bring the next poll of an account that is asked every second."""


def record(folder: Path, clock: StepClock) -> Store:
    return open_store(folder / "tocsin.db", migrate=True, now=clock.wall).store


def level(rig: EngineRig) -> Level:
    """What the tray shows at this moment of the rig's clock."""
    return tray_level(rig.state, rig.clock.now())


def wait_level(rig: EngineRig, wanted: Level) -> None:
    rig.wait_for(wanted.word, lambda: level(rig) is wanted)


def wait_asked(provider: ScriptedProvider, polls: int) -> None:
    """Wait until the provider was polled so often in all."""
    provider.wait_for_polls(polls - provider.polls)


def faults(rig: EngineRig) -> dict[str, Fault]:
    return {fault.message.key: fault for fault in rig.state.faults}


def poll(rig: EngineRig, clock: StepClock) -> None:
    """Let every account's next poll come and be taken in."""
    clock.step(POLL, len(rig.settings.accounts))
    rig.refresh()


# --- estimates -------------------------------------------------------------------------------------------------------


def test_a_ticket_that_cannot_be_fetched_keeps_the_last_eta(caplog) -> None:
    """*ETA taken back*: only a ticket that says so takes it back, not one that cannot be read."""
    clock = StepClock()
    eta = clock.wall + HOUR
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", eta=eta)
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.fail(503, where=Where.TICKETS)
        poll(rig, clock)
        poll(rig, clock)
        assert rig.state.history[0].eta == eta
        provider.recover()
        provider.set_estimate("PRB-1", None)
        poll(rig, clock)
        rig.wait_for("taken back", lambda: rig.keys() == ["started", "eta_changed"])
        assert rig.state.history[0].eta is None


def test_an_eta_that_has_passed_is_kept_and_makes_no_alarm() -> None:
    """*ETA passed*: kept, without a word."""
    clock = StepClock()
    eta = clock.wall + timedelta(minutes=30)
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", eta=eta)
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        clock.advance(HOUR)
        poll(rig, clock)
        assert rig.keys() == ["started"]
        assert rig.state.history[0].eta == eta


def test_of_several_tickets_the_latest_estimate_counts() -> None:
    """*Several tickets*: the latest ETA among the open, readable ones."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", tickets=("TT-1", "TT-2"), eta=StepClock().wall + HOUR)
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.set_estimate("PRB-1", StepClock().wall + 3 * HOUR, ticket="TT-2")
        poll(rig, clock)
        rig.wait_for("the move", lambda: rig.keys() == ["started", "eta_changed"])
        assert rig.state.history[0].etas[-1].value == rig.state.history[0].first_eta + 2 * HOUR


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
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
        start = clock.wall + timedelta(hours=1)
        provider.declare("PRB-2", planned=(start, start + timedelta(hours=2)))
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


# --- several at once -------------------------------------------------------------------------------------------------


def test_the_first_snapshot_with_many_open_is_one_notification() -> None:
    """*First snapshot of an account with many open*: one notification; what comes later has its own."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        for number in range(3):
            provider.declare(f"PRB-{number}")
        with EngineRig(provider.settings(), clock=clock) as rig:
            rig.wait_for("the summary", lambda: rig.keys() == ["summary"])
            provider.declare("PRB-9")
            poll(rig, clock)
            rig.wait_for("the next", lambda: rig.keys() == ["summary", "started"])
            assert rig.kinds().count("started") == 4


@pytest.mark.parametrize(("new", "told"), [(3, ["started"] * 3), (4, ["summary"])])
def test_more_than_three_new_at_once_are_one_summary(new, told) -> None:
    """Three are told each by itself, four together; four that end together are told in one too."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        for number in range(new):
            provider.declare(f"PRB-{number}")
        poll(rig, clock)
        rig.wait_for("told", lambda: rig.keys() == told)
        for number in range(new):
            provider.resolve(f"PRB-{number}")
        poll(rig, clock)
        ends = ["resolved"] * 3 if new == 3 else ["summary_resolved"]
        rig.wait_for("the ends", lambda: rig.keys() == told + ends)


def test_two_connections_hit_are_named_in_one_notification() -> None:
    """One incident, one thread, both names; one event for each of the two."""
    clock = StepClock()
    connections = (
        Connection("fibre", "Home fibre", match=("SVC-1",)),
        Connection("phone", "Desk phone", match=("SVC-2",)),
    )
    with (
        ScriptedProvider(clock) as provider,
        EngineRig(provider.settings(connections=connections), clock=clock) as rig,
    ):
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", services=("SVC-1", "SVC-2"))
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        assert "'Home fibre', 'Desk phone'" in rig.told[0].body
        assert [event.connection for event in rig.events if event.event == "started"] == ["fibre", "phone"]
        assert {view.level for view in rig.state.connections} == {Level.OUTAGE}


def test_the_same_connection_in_two_accounts_is_one_seen_from_two_sides() -> None:
    """It is as bad as the worse of the two says; the other's silence does not wash that away."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, StatuspageServer(clock=clock) as page:
        page.add_component("net", "Network")
        shared = Connection("fibre", "Home fibre", match=("net",))
        settings = Settings(accounts=(provider.account(), replace(page.account(), connections=(shared,))))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            assert [side.account for side in rig.state.connections[0].sides] == ["home", "mail"]
            page.set_component("net", "major_outage")
            clock.advance(70)
            wait_level(rig, Level.OUTAGE)
            assert len(rig.state.connections) == 1


def test_forty_accounts_do_not_disturb_each_other() -> None:
    """An outage on one of forty lines is told on that line, and on no other, though all ask the same provider."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        accounts = tuple(
            provider.account(
                f"line-{number}", connections=(Connection(f"c-{number}", f"Line {number}", match=(f"SVC-{number}",)),)
            )
            for number in range(40)
        )
        with EngineRig(Settings(accounts=accounts), clock=clock) as rig:
            wait_level(rig, Level.OK)
            provider.declare("PRB-1", services=("SVC-7",))
            provider.declare("PRB-2", services=("SVC-31",))
            poll(rig, clock)
            rig.wait_for("both", lambda: rig.keys() == ["started", "started"])
            red = {view.id for view in rig.state.connections if view.level is Level.OUTAGE}
            assert red == {"c-7", "c-31"}
            assert {(event.account, event.connection) for event in rig.events if event.event == "started"} == {
                ("line-7", "c-7"),
                ("line-31", "c-31"),
            }


def test_a_page_with_sixty_components_and_three_connections() -> None:
    """Each connection has the level of its own components; groups count for their members."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        for group in range(6):
            page.add_component(f"g{group}", f"Group {group}", group=True)
            for number in range(9):
                page.add_component(f"c{group}{number}", f"Part {number}", group_id=f"g{group}")
        connections = (
            Connection("one", "One", match=("c00", "c11")),
            Connection("two", "Two", match=("g2",)),
            Connection("three", "Three", match=("c35",)),
        )
        settings = Settings(accounts=(replace(page.account(connections=connections), interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            page.set_component("c27", "partial_outage")
            page.set_component("c11", "major_outage")
            page.set_component("c36", "major_outage")
            poll(rig, clock)
            levels = {view.id: view.level for view in rig.state.connections}
            assert levels == {"one": Level.OUTAGE, "two": Level.DEGRADED, "three": Level.OK}


# --- ends and returns ------------------------------------------------------------------------------------------------


def test_reopened_is_a_new_episode_that_is_told() -> None:
    """*Reopened*: ``started`` with ``detail.reopened``, in the same incident."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.resolve("PRB-1")
        poll(rig, clock)
        rig.wait_for("the end", lambda: rig.keys() == ["started", "resolved"])
        clock.advance(600)
        provider.set_status("PRB-1", Status.IN_PROGRESS)
        poll(rig, clock)
        rig.wait_for("again", lambda: rig.keys() == ["started", "resolved", "started"])
        assert "'reopened': 1" in rig.told[-1].body
        assert len({outgoing.thread for outgoing in rig.told}) == 1
        again = next(event for event in reversed(rig.events) if event.event == "started")
        assert dict(again.detail) == {"reopened": True}
        assert len(rig.state.history) == 1
        assert [episode.number for episode in rig.state.history[0].episodes] == [1, 2]


def test_vanished_where_the_provider_keeps_what_is_resolved() -> None:
    """*Vanished, provider keeps resolved ones*: gone by its id too, in two polls: ended, and called that."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.drop("PRB-1")
        poll(rig, clock)
        first_lacking = clock.wall
        assert level(rig) is Level.OUTAGE
        poll(rig, clock)
        rig.wait_for("the end", lambda: rig.keys() == ["started", "vanished"])
        assert rig.kinds() == ["started", "vanished"]
        assert rig.state.history[0].episode.how is EndHow.VANISHED
        assert rig.state.history[0].episode.ended_at == first_lacking


def test_vanished_where_the_provider_drops_what_is_resolved() -> None:
    """*Vanished, provider drops what is resolved*: over when two complete snapshots lack it; told as resolved."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        settings = Settings(accounts=(replace(page.account(), interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            page.open_incident("inc-1", "SMTP down", impact="critical", components={"smtp": "major_outage"})
            poll(rig, clock)
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            page.set_component("smtp", "operational")
            page.drop("inc-1")
            poll(rig, clock)
            assert rig.kinds() == ["started"]
            poll(rig, clock)
            rig.wait_for("the end", lambda: "resolved" in rig.kinds())
            assert rig.state.history[0].episode.how is EndHow.VANISHED
            wait_level(rig, Level.OK)


def test_a_match_removed_while_red_ends_as_unwatched() -> None:
    """*Account or match removed while red*: its notification is closed; the other connection goes on."""
    clock = StepClock()
    fibre = Connection("fibre", "Home fibre", match=("SVC-1",))
    phone = Connection("phone", "Desk phone", match=("SVC-2",))
    with (
        ScriptedProvider(clock) as provider,
        EngineRig(provider.settings(connections=(fibre, phone)), clock=clock) as rig,
    ):
        wait_level(rig, Level.OK)
        provider.declare("PRB-1", services=("SVC-1",))
        provider.declare("PRB-2", services=("SVC-2",))
        poll(rig, clock)
        rig.wait_for("both", lambda: len(rig.keys()) == 2)
        rig.settings = provider.settings(connections=(phone,))
        rig.do(ReloadSettings())
        rig.wait_for("closed", lambda: len(rig.channel.withdrawn) == 1)
        rig.refresh()
        ended = {each.provider_id: each.episode.how for each in rig.state.history}
        assert ended == {"PRB-1": EndHow.UNWATCHED, "PRB-2": None}
        rig.settings = provider.settings(connections=(fibre, phone))
        provider.fail(manner=Manner.HANG)
        rig.do(ReloadSettings())
        rig.wait_for("both are back", lambda: len(rig.state.connections) == 2)
        levels = {view.id: shown(view, clock.now()).level for view in rig.state.connections}
        assert levels == {"fibre": Level.UNKNOWN, "phone": Level.OUTAGE}
        provider.recover()


def test_a_cancelled_one_is_resolved_with_that_for_its_how() -> None:
    """A problem that the provider takes back was none: ended, ``detail.how`` says cancelled."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.set_status("PRB-1", Status.CANCELLED)
        poll(rig, clock)
        rig.wait_for("the end", lambda: rig.keys() == ["started", "resolved"])
        ended = next(event for event in rig.events if event.event == "resolved")
        assert dict(ended.detail) == {"how": "cancelled"}


def test_maintenance_is_announced_begins_overruns_and_finishes_by_the_clock() -> None:
    """Listed without changing the level; in force at its time; amber when it is over its end and nothing works yet."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        settings = Settings(accounts=(replace(page.account(), interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            page.schedule("mnt-1", "New disks", clock.wall + HOUR, clock.wall + 2 * HOUR, components=("smtp",))
            poll(rig, clock)
            rig.wait_for("announced", lambda: rig.keys() == ["maintenance_announced"])
            assert level(rig) is Level.OK
            clock.step(HOUR)
            rig.wait_for("begun", lambda: rig.keys()[-1] == "maintenance_started")
            wait_level(rig, Level.MAINTENANCE)
            page.update_incident("mnt-1", status="in_progress", components={"smtp": "under_maintenance"})
            poll(rig, clock)
            clock.step(HOUR + timedelta(minutes=16))
            rig.wait_for("overrun", lambda: rig.keys()[-1] == "maintenance_overrun")
            wait_level(rig, Level.DEGRADED)
            page.update_incident("mnt-1", status="completed", components={"smtp": "operational"})
            poll(rig, clock)
            rig.wait_for("finished", lambda: rig.keys()[-1] == "maintenance_finished")
            wait_level(rig, Level.OK)
            assert len({outgoing.thread for outgoing in rig.told}) == 1
            assert [kind for kind in rig.kinds() if kind != "updated"] == [
                "maintenance_announced",
                "maintenance_started",
                "maintenance_overrun",
                "maintenance_finished",
            ]


def test_a_partial_outage_is_told_once_at_normal_urgency_and_does_not_swing() -> None:
    """*Partial outage*: amber."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        settings = Settings(accounts=(replace(page.account(), interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            page.open_incident("inc-1", "SMTP slow", impact="minor", components={"smtp": "partial_outage"})
            poll(rig, clock)
            rig.wait_for("told", lambda: rig.keys() == ["started"])
            poll(rig, clock)
            assert [outgoing.urgency for outgoing in rig.told] == ["normal"]
            assert level(rig) is Level.DEGRADED
            assert rig.state.ringing == frozenset()


def test_an_account_that_falls_silent_while_red_stays_red(caplog) -> None:
    """Cannot reach is not over: the event says unreachable, the level is still the outage."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        poll(rig, clock)
        rig.wait_for("the start", lambda: rig.keys() == ["started"])
        provider.fail(503)
        for _ in range(3):
            clock.step(300)
        rig.wait_for("unreachable", lambda: rig.keys() == ["started", "unreachable"])
        said = next(event for event in rig.events if event.event == "account_unreachable")
        assert (said.level, said.connection, said.incident) == ("outage", None, None)
        assert said.detail["kind"] == "http_status"
        assert level(rig) is Level.OUTAGE


# --- the page and the settings ---------------------------------------------------------------------------------------


def test_a_match_that_the_list_no_longer_has_is_unknown_with_a_fault() -> None:
    """Never green for what is not there."""
    clock = StepClock()
    with StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        page.add_component("imap", "IMAP")
        account = page.account(connections=(Connection("mailhost", "Mail host", match=("smtp",)),))
        settings = Settings(accounts=(replace(account, interval=timedelta(seconds=1)),))
        with EngineRig(settings, clock=clock) as rig:
            wait_level(rig, Level.OK)
            page.remove_component("smtp")
            poll(rig, clock)
            wait_level(rig, Level.UNKNOWN)
            assert faults(rig)["match_missing"].message.values["ids"] == ("smtp",)
            assert faults(rig)["match_missing"].connection == "mailhost"
            assert rig.state.connections[0].match_missing


def test_settings_that_are_partly_wrong_run_in_the_right_part() -> None:
    """The fault is shown, and what is right is watched."""
    clock = StepClock()
    problem = SettingsError("accounts[1].url", "is missing", line=9)
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock, problems=(problem,)) as rig:
        wait_level(rig, Level.OK)
        assert faults(rig)["settings"].message.values["problem"] == "line 9: accounts[1].url: is missing"


def test_a_slip_in_the_settings_stops_nothing_that_runs(tmp_path) -> None:
    """A file that cannot be read, in mid-outage: the line is watched on, nothing ends as unwatched, nor at a start."""
    clock = StepClock()
    broken = SettingsError("config.toml", "is not TOML", line=1)
    with ScriptedProvider(clock) as provider:
        with EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock)) as rig:
            wait_level(rig, Level.OK)
            provider.declare("PRB-1")
            poll(rig, clock)
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            rig.settings, rig.problems = Settings(), (broken,)
            rig.do(ReloadSettings())
            rig.wait_for("the fault", lambda: "settings" in faults(rig))
            poll(rig, clock)
            wait_level(rig, Level.OUTAGE)
            assert rig.channel.withdrawn == []
        rig = EngineRig(provider.settings(), clock=clock, store=record(tmp_path, clock), problems=(broken,))
        rig.settings = Settings()
        with rig:
            assert level(rig) is Level.UNKNOWN
            assert rig.state.history[0].is_open
            rig.settings, rig.problems = provider.settings(), ()
            rig.do(ReloadSettings())
            wait_level(rig, Level.OUTAGE)
            provider.resolve("PRB-1")
            poll(rig, clock)
            rig.wait_for("the end", lambda: rig.keys() == ["resolved"])
