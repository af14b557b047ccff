"""The engine measures the user's own line, and makes one story of what it shows and what the provider says."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from support.line_rig import HOME, MOBILE, TARGETS, ScriptedNetwork
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.step_clock import StepClock
from tocsin.adapters.store import open_store
from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Line, Settings
from tocsin.domain.freshness import shown, tray_level
from tocsin.domain.reading import Answer
from tocsin.domain.state import AgreeToMeasure
from tocsin.domain.terms import ConnectionKind, EndHow, Level, LineState, Role
from tocsin.domain.verdict import Says

MINUTE = 60.0
FIBRE = Connection("fibre", "Home fibre")
ALONE = Settings(
    (Account("own", LINE_PROVIDER, "My line", "", connections=(FIBRE,)),),
    Line(targets=TARGETS),
)


@contextmanager
def measuring(settings=ALONE, *, store=None, clock=None, network=None, sleepers=1):
    """An engine on a clock that a test moves, past its first rounds: the line is known to be up."""
    clock = clock or StepClock()
    network = network or ScriptedNetwork(clock)
    with EngineRig(settings, clock=clock, store=store, gauges=network.gauges) as rig:
        clock.pass_time(20, sleepers)
        rig.refresh()
        yield rig, clock, network


def first_failure(clock, network) -> None:
    """Let time pass until the first round that fails has come back."""
    before = len(network.asks)
    while len(network.asks) == before:
        clock.pass_time(2)
    clock.pass_time(4)


def level(rig) -> Level:
    rig.refresh()
    return tray_level(rig.state, rig.clock.now())


def line_events(rig) -> list[tuple[str, str, str | None]]:
    return [
        (each.event, str(each.detail["state"]), each.detail["cause"])
        for each in rig.events
        if each.event.startswith("line_")
    ]


def with_provider(provider: ScriptedProvider, **line) -> Settings:
    account = provider.account(interval=60.0)
    return Settings((account,), Line(targets=TARGETS, **line))


def test_a_line_alone_is_green_when_it_is_up_and_red_when_it_is_down() -> None:
    """With no provider the bell is still right, and both turns are told once."""
    with measuring() as (rig, clock, network):
        assert level(rig) is Level.OK
        network.cut()
        clock.pass_time(network.policy.time_to_down)
        assert level(rig) is Level.OUTAGE
        rig.wait_for("told", lambda: rig.keys() == ["line_started"])
        network.mend()
        clock.pass_time(network.policy.time_to_up)
        assert level(rig) is Level.OK
        rig.wait_for("told", lambda: rig.keys() == ["line_started", "line_restored"])
        assert line_events(rig) == [("line_down", "down", "beyond_gateway"), ("line_up", "up", None)]
        assert len({outgoing.thread for outgoing in rig.told}) == 1


def test_the_own_network_is_said_to_be_it() -> None:
    """A router that does not answer is not the provider's fault, and does not swing the bell."""
    with measuring() as (rig, clock, network):
        network.cut()
        network.manner().router = Answer.NO
        clock.pass_time(network.policy.time_to_down)
        assert level(rig) is Level.OUTAGE
        view = rig.state.connections[0]
        assert shown(view, clock.now()).verdict.says is Says.OWN_NETWORK
        assert rig.state.ringing == frozenset()
        assert line_events(rig) == [("line_down", "local_fault", "gateway")]


def test_the_users_own_vpn_is_said_to_be_it() -> None:
    """Told once, as softly as the own network, without a word against the provider; and it ends."""
    with measuring() as (rig, clock, network):
        network.cut()
        network.manner().beneath = Answer.YES
        clock.pass_time(network.policy.time_to_down)
        assert level(rig) is Level.OUTAGE
        assert shown(rig.state.connections[0], clock.now()).verdict.says is Says.VPN
        assert rig.state.ringing == frozenset()
        assert line_events(rig) == [("line_down", "local_fault", "beyond_gateway")]
        rig.wait_for("told", lambda: rig.keys() == ["line_started"])
        network.mend()
        clock.pass_time(network.policy.time_to_up)
        assert level(rig) is Level.OK
        rig.wait_for("told", lambda: rig.keys() == ["line_started", "line_restored"])


def test_a_laptop_whose_wifi_is_switched_off_has_a_grey_bell_and_no_incident() -> None:
    """Nothing is told; a Wi-Fi that is on, and has no network, is a fault as before."""
    with measuring() as (rig, clock, network):
        network.ways.clear()
        network.radio_off = True
        clock.pass_time(network.policy.time_to_down)
        assert level(rig) is Level.UNKNOWN
        assert shown(rig.state.connections[0], clock.now()).verdict.says is Says.NOT_CONNECTED
        clock.pass_time(5 * MINUTE)
        assert level(rig) is Level.UNKNOWN
        assert shown(rig.state.connections[0], clock.now()).verdict.says is Says.NOT_CONNECTED
        assert (rig.keys(), rig.state.history, line_events(rig)) == ([], (), [])
        network.radio_off = False
        clock.pass_time(2 * network.policy.time_to_down)
        assert level(rig) is Level.OUTAGE
        assert line_events(rig) == [("line_down", "local_fault", "own_network")]


def test_a_suspend_with_a_failed_reading_just_before_is_no_outage() -> None:
    """Ten minutes of sleep, told by the system: nothing is recorded, nothing is told, and the gap is shown."""
    with measuring() as (rig, clock, network):
        network.cut()
        first_failure(clock, network)
        assert network.on_sleep is not None
        rig.engine._loop.call_soon_threadsafe(network.on_sleep, True)
        rig.refresh()
        clock.suspend(timedelta(minutes=10))
        rig.engine._loop.call_soon_threadsafe(network.on_sleep, False)
        rig.refresh()
        network.mend()
        clock.pass_time(2 * MINUTE)
        assert level(rig) is Level.OK
        assert rig.keys() == []
        assert rig.state.history == ()
        assert line_events(rig) == []
        minutes = [minute.state for hour in rig.state.line.hours for _, minute in hour.minutes()]
        measured = [index for index, state in enumerate(minutes) if state is not LineState.NOT_MEASURED]
        gaps = [after - before for before, after in pairwise(measured)]
        assert max(gaps) >= 9, minutes[:90]


def test_a_suspend_that_only_the_clocks_show_is_no_outage() -> None:
    """Where the system says nothing of its sleep the jump between the clocks does."""
    with measuring() as (rig, clock, network):
        network.cut()
        first_failure(clock, network)
        clock.suspend(timedelta(minutes=10))
        rig.wait_for("the jump is seen", lambda: rig.engine._line._turn > 1)
        network.mend()
        clock.pass_time(2 * MINUTE)
        assert level(rig) is Level.OK
        assert (rig.keys(), rig.state.history, line_events(rig)) == ([], (), [])


def test_an_outage_that_ends_in_a_gap_has_an_unknown_end() -> None:
    """What came back while nothing was measured: over, but nobody says when."""
    with measuring() as (rig, clock, network):
        network.cut()
        clock.pass_time(3 * MINUTE)
        rig.wait_for("told", lambda: rig.keys() == ["line_started"])
        clock.suspend(timedelta(hours=2))
        rig.wait_for("the jump is seen", lambda: rig.engine._line._turn > 1)
        assert level(rig) is Level.OUTAGE, "as it was known, until it is measured anew"
        assert shown(rig.state.connections[0], clock.now()).stale
        network.mend()
        clock.pass_time(2 * MINUTE)
        assert level(rig) is Level.OK
        rig.wait_for("told", lambda: rig.keys() == ["line_started", "line_restored"])
        assert "'known': 0" in rig.told[-1].body
        (incident,) = rig.state.history
        assert incident.episode.how is EndHow.UNKNOWN
        assert incident.episode.ended_at < clock.wall - timedelta(hours=2)


def test_ten_cuts_in_five_minutes_make_one_notification() -> None:
    """A flapping line is one story: it begins once, and it ends once when it stays up."""
    with measuring() as (rig, clock, network):
        for _ in range(10):
            network.cut()
            clock.pass_time(20)
            network.mend()
            clock.pass_time(10)
        clock.pass_time(6 * MINUTE)
        rig.wait_for("told", lambda: len(rig.keys()) >= 2)
        assert rig.keys() == ["line_started", "line_restored"]
        assert [event for event, *_ in line_events(rig)] == ["line_down", "line_up"]


def without_silence(rig) -> list[str]:
    """What was told, apart from that the provider cannot be asked."""
    return [key for key in rig.keys() if key != "unreachable"]  # noqa: SIM118 -- not a dict


@contextmanager
def both(**line):
    """A provider and a line, the first on the same clock as everything else."""
    clock = StepClock()
    with (
        ScriptedProvider(clock=clock) as provider,
        measuring(with_provider(provider, **line), clock=clock, sleepers=2) as (rig, _, network),
    ):
        yield rig, clock, network, provider


def test_an_incident_known_before_stays_red_and_is_not_told_again(caplog) -> None:
    """With the line cut the provider's word stands as of then; the cut is a second source of the same incident."""
    with both() as (rig, clock, network, provider):
        network.cut()
        provider.declare("PRB-1")
        clock.pass_time(70, 2)
        assert level(rig) is Level.OUTAGE
        provider.stop()
        clock.pass_time(10 * MINUTE, 2)
        assert level(rig) is Level.OUTAGE
        (view,) = rig.state.connections
        assert shown(view, clock.now()).verdict.says is Says.DOWN_REPORTED
        (incident,) = rig.state.history
        assert {source.account for source in incident.sources} == {"line", "home"}
        assert len(without_silence(rig)) <= 2
        assert len({told.thread for told in rig.told if told.title != "unreachable"}) == 1


def test_what_the_provider_says_on_reconnecting_is_put_into_the_same_incident(caplog) -> None:
    """One notification when it is over: back after so long, and what the provider declared meanwhile."""
    with both() as (rig, clock, network, provider):
        began = clock.wall
        network.cut()
        provider.stop()
        clock.pass_time(42 * MINUTE, 2)
        assert without_silence(rig) == ["line_started"]
        provider.declare("PRB-7", began=began)
        provider.resolve("PRB-7")
        provider.start()
        network.mend()
        clock.pass_time(2 * MINUTE, 2)
        rig.wait_for("told", lambda: rig.keys()[-1] == "line_restored")
        assert without_silence(rig) == ["line_started", "line_restored"]
        assert "No internet in Utrecht" in rig.told[-1].body
        assert level(rig) is Level.OK
        (incident,) = rig.state.history
        assert {source.account for source in incident.sources} == {"line", "home"}
        assert not incident.is_open


def test_a_provider_that_still_lists_it_when_the_line_is_back_makes_no_second_story(caplog) -> None:
    """It works again: that is told. That the provider closes its ticket an hour later is no news."""
    with both() as (rig, clock, network, provider):
        network.cut()
        provider.stop()
        clock.pass_time(30 * MINUTE, 2)
        provider.declare("PRB-7", began=clock.wall - timedelta(minutes=20))
        provider.start()
        network.mend()
        clock.pass_time(2 * MINUTE, 2)
        rig.wait_for("told", lambda: "line_restored" in rig.keys())  # noqa: SIM118 -- not a dict
        assert level(rig) is Level.DEGRADED
        assert shown(rig.state.connections[0], clock.now()).verdict.says is Says.WORKS_DESPITE_REPORT
        provider.resolve("PRB-7")
        clock.pass_time(3 * MINUTE, 2)
        assert level(rig) is Level.OK
        assert without_silence(rig) == ["line_started", "line_restored"]


def test_a_line_that_works_makes_a_reported_outage_amber() -> None:
    """The provider reports an outage, the line still works: said, and no red bell that is not true."""
    with both() as (rig, clock, network, provider):
        provider.declare("PRB-1")
        clock.pass_time(70, 2)
        rig.wait_for("told", lambda: rig.keys() == ["started"])
        assert level(rig) is Level.DEGRADED
        assert rig.told[0].urgency == "normal"
        network.cut()
        clock.pass_time(2 * MINUTE, 2)
        assert level(rig) is Level.OUTAGE
        rig.wait_for("told", lambda: rig.keys() == ["started", "line_changed"])
        assert rig.told[1].urgency == "critical"


BACKUP = Connection("sim", "Office SIM", kind=ConnectionKind.MOBILE, role=Role.BACKUP)
TWO = replace(ALONE, accounts=(replace(ALONE.accounts[0], connections=(FIBRE, BACKUP)),))


def test_on_a_backup_the_primary_stays_red_and_is_probed_for_itself() -> None:
    """Traffic leaves over the other way out: said, measured on each way, and over when the first is back."""
    clock = StepClock()
    network = ScriptedNetwork(clock, ways=[HOME, MOBILE])
    with measuring(TWO, clock=clock, network=network) as (rig, *_):
        assert level(rig) is Level.OK
        network.cut(HOME)
        network.ways[:] = [MOBILE, HOME]
        clock.pass_time(3 * MINUTE)
        assert level(rig) is Level.OUTAGE
        views = {view.id: view for view in rig.state.connections}
        assert views["fibre"].line.on_backup
        assert views["fibre"].line.backup == "Office SIM"
        assert shown(views["sim"], clock.now()).level is Level.OK
        assert {ask.path for ask in network.asks if ask.bind} == {HOME, MOBILE}
        rig.wait_for("told", lambda: rig.keys() == ["line_started"])
        network.mend(HOME)
        network.ways[:] = [HOME, MOBILE]
        clock.pass_time(3 * MINUTE)
        assert level(rig) is Level.OK
        rig.wait_for("told", lambda: rig.keys() == ["line_started", "line_restored"])


def test_a_backup_that_is_not_there_is_no_matter_for_the_bell() -> None:
    """A SIM that is not plugged in is neither good nor bad."""
    with measuring(TWO) as (rig, *_):
        assert level(rig) is Level.OK


def test_whoever_switches_the_radio_off_has_no_fault_with_a_backup_either() -> None:
    """Neither way out is there any more: nothing is broken; with the radio on it is the own network."""
    clock = StepClock()
    network = ScriptedNetwork(clock, ways=[HOME])
    with measuring(TWO, clock=clock, network=network) as (rig, *_):
        assert level(rig) is Level.OK
        network.ways.clear()
        network.radio_off = True
        clock.pass_time(3 * MINUTE)
        assert level(rig) is Level.UNKNOWN
        network.radio_off = False
        clock.pass_time(3 * MINUTE)
        assert level(rig) is Level.OUTAGE


def test_a_restart_in_an_outage_stays_red_and_does_not_tell_again(tmp_path) -> None:
    """The record knows of it; the first rounds confirm it; its end is told once."""
    clock = StepClock()
    network = ScriptedNetwork(clock)
    store = open_store(tmp_path / "tocsin.db", migrate=True, now=clock.wall).store
    with measuring(clock=clock, network=network, store=store) as (rig, *_):
        network.cut()
        clock.pass_time(3 * MINUTE)
        rig.wait_for("told", lambda: rig.keys() == ["line_started"])
    clock.advance(60)
    store = open_store(tmp_path / "tocsin.db", migrate=True, now=clock.wall).store
    with EngineRig(ALONE, clock=clock, store=store, gauges=network.gauges) as rig:
        rig.wait_for("a state", lambda: bool(rig.states))
        assert level(rig) is Level.OUTAGE
        clock.pass_time(MINUTE)
        assert level(rig) is Level.OUTAGE
        assert rig.keys() == []
        network.mend()
        clock.pass_time(2 * MINUTE)
        rig.wait_for("told", lambda: rig.keys() == ["line_restored"])
        rig.refresh()
        assert len(rig.state.history) == 1


def test_nobody_beyond_the_accounts_hosts_is_contacted_before_the_user_agreed() -> None:
    """The question names everybody; agreeing is written down, and only then are they asked."""
    clock = StepClock()
    network = ScriptedNetwork(clock)
    with EngineRig(replace(ALONE, line=Line()), clock=clock, gauges=network.gauges) as rig:
        rig.wait_for("a question", lambda: bool(rig.states) and rig.state.line is not None)
        assert "9.9.9.9" in rig.state.line.offered
        assert [fault.message.key for fault in rig.state.faults] == ["line_no_targets"]
        assert network.asks == []
        assert level(rig) is Level.UNKNOWN
        rig.do(AgreeToMeasure(agreed=True))
        rig.wait_for("measuring", lambda: bool(network.asks))
        assert rig.settings.line.public is True
        assert "tcp://9.9.9.9:443" in network.asks[0].order.targets
        rig.refresh()
        assert rig.state.line.offered == ()


def test_without_an_internet_connection_in_the_settings_the_line_has_one_of_its_own() -> None:
    """Who watches only a mail host and agreed to measuring is told of the line all the same."""
    with measuring(Settings((), Line(public=True))) as (rig, *_):
        assert [view.name for view in rig.state.connections] == ["Internet"]
        assert level(rig) is Level.OK


@pytest.mark.parametrize(("frugal", "most"), [(False, 12), (True, 4)])
def test_a_metered_link_is_measured_less_often(frugal, most) -> None:
    """Ten calm minutes cost some ten rounds, and two or three on a metered link."""
    clock = StepClock()
    network = ScriptedNetwork(clock, frugal=frugal)
    with measuring(clock=clock, network=network):
        before = len(network.asks)
        clock.pass_time(10 * MINUTE)
        assert 1 <= len(network.asks) - before <= most
