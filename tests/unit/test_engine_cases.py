"""The rows of the design's *Cases* that live in the engine, each named by its row, against real servers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from support.engine_cases import HOUR, faults, level, poll, record, wait_level
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.step_clock import StepClock
from tocsin.domain.account import Connection, Settings
from tocsin.domain.state import ReloadSettings
from tocsin.domain.terms import Level
from tocsin.errors import SettingsError
from tocsin.simulator.scene import Where

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
            clock.step(70, 2)
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
