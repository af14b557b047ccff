"""Real ways out: IPv6 alone, a tunnel, and a second uplink."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from support.netns import Network
from support.netns_child import BY_ADDRESS, BY_ADDRESS_6, BY_NAME, FAST, Line
from support.netns_pace import paced

BEYOND = ("down", "beyond_gateway")
VPN = ("local_fault", "beyond_gateway")
PATIENT = replace(FAST, steady=timedelta(seconds=2.5), steady_most=timedelta(seconds=2.5))
"""As in real life a line has to be back for longer than a lookup hangs that got lost while a cable was plugged in."""


@pytest.fixture(scope="module")
def world() -> Iterator[Network]:
    """One network for all of these tests."""
    with Network() as network:
        yield network


@pytest.fixture
def network(world) -> Iterator[Network]:
    """The same, mended after each test."""
    yield world
    world.mend()


@paced
def test_ipv6_only(network):
    """A computer without IPv4 has a line: targets that only IPv4 leads to say nothing; then it is cut."""
    network.ipv6_only()
    with Line(network, (*BY_ADDRESS, *BY_ADDRESS_6[:2])) as mixed, Line(network, BY_NAME) as by_name:
        mixed.first("up")
        by_name.first("up")
        mixed.turns(lambda: network.cut("beyond"), *BEYOND)
        assert by_name.changes[:1] == [("up", None)]


@paced
def test_ipv4_only(network):
    """The same the other way round: targets of IPv6 are no loss where there is none."""
    network.ipv4_only()
    with Line(network, (*BY_ADDRESS[:2], *BY_ADDRESS_6)) as line:
        line.first("up")
        last = line.await_rounds(6)
        assert last["loss"] == 0.0, line.log()
        assert line.changes == [("up", None)]


@paced
def test_family_comes_and_goes(network):
    """IPv4 that goes away and comes back while IPv6 leads out is no outage."""
    with Line(network, (*BY_ADDRESS[:2], *BY_ADDRESS_6[:2])) as line:
        line.first("up")
        line.stays(network.ipv6_only, rounds=5)
        line.stays(network.mend, rounds=5)


@paced
def test_vpn(network):
    """A tunnel as the default route is no false alarm when it comes and goes; with the line cut it is cut."""
    with Line(network, policy=PATIENT) as line:
        line.first("up")
        line.stays(network.vpn_default_route)
        line.turns(lambda: network.cut("beyond"), *BEYOND)
        line.turns(lambda: network.restore("beyond"), "up")


@paced
@pytest.mark.parametrize("by_rule", [False, True], ids=["by a route", "by a rule"])
def test_vpn_whose_server_dies(network, by_rule):
    """The line works beneath a tunnel through which nothing comes: the fault is the user's own, not the provider's."""
    network.vpn_default_route(by_rule=by_rule)
    with Line(network) as line:
        line.first("up")
        line.turns(network.vpn_dead, *VPN)


@pytest.mark.parametrize("verdict", ["drop", "reject"])
@paced
def test_vpn_that_lets_nothing_past_it(network, verdict):
    """Where nobody can tell the VPN from the line nobody is blamed, whichever of them it is."""
    network.vpn_default_route()
    network.kill_switch(verdict)
    with Line(network) as line:
        line.first("up")
        line.turns(network.vpn_dead, "not_measured")
        line.stays(lambda: network.cut("beyond"), rounds=2)


@paced
def test_second_uplink(network):
    """With the first uplink cut it alone is down while the second carries the traffic; both are told apart."""
    network.second_uplink()
    with Line(network, policy=PATIENT, backup=True) as line:
        line.first("up")
        line.turns(lambda: network.cut("beyond"), *BEYOND)
        seen = len(line.lines)
        network.switch_to_backup()
        line.wait_for(lambda each: each.get("on_backup") is True, 3, after=seen, what="the switch to the backup")
        line.await_rounds(3)
        assert line.changes[-1] == BEYOND
        line.turns(lambda: network.restore("beyond"), "up")


@paced
def test_switch_without_a_cut(network):
    """Traffic over the second uplink while the first works is no outage of the first; nor does it come from there."""
    network.second_uplink()
    with Line(network, backup=True) as line:
        line.first("up")
        seen = len(line.lines)
        line.stays(network.switch_to_backup)
        line.wait_for(lambda each: each.get("on_backup") is True, 3, after=seen, what="the switch to the backup")
        last = line.await_rounds(2)
        assert last["path"].startswith("up0 "), line.log()


@paced
def test_first_uplink_gone(network):
    """The interface of the first uplink vanishes: that uplink has a fault of its own, the second is in use."""
    network.second_uplink()
    with Line(network, backup=True) as line:
        line.first("up")
        line.turns(network.interface_gone, "local_fault", "own_network")
        line.wait_for(lambda each: each.get("on_backup") is True, 3, what="the switch to the backup")
        line.turns(network.interface_back, "up")
