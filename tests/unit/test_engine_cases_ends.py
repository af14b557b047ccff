"""The rows of the design's *Cases* about ends and returns: what is over, what is not, and how it is told."""

from dataclasses import replace
from datetime import timedelta

from support.engine_cases import HOUR, level, poll, wait_level
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.step_clock import StepClock
from tocsin.domain.account import Connection, Settings
from tocsin.domain.freshness import shown
from tocsin.domain.state import ReloadSettings
from tocsin.domain.terms import EndHow, Level
from tocsin.simulator.http1 import Manner
from tocsin.simulator.scene import Status


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
