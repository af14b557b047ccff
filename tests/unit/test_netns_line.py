"""The line is measured over real networks, and cables are cut: each cut gives the right state and cause in time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from support.netns import Network
from support.netns_build import GATEWAY, TARGETS
from support.netns_child import FAST, Line
from support.netns_pace import paced
from support.netns_tools import ping

PATIENT = replace(FAST, timeout=timedelta(seconds=1.1))
"""Time enough to learn that nobody on the local network has an address: Linux asks for a second."""
BEYOND = ("down", "beyond_gateway")


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
def test_cable_beyond_the_router(network):
    """The cable behind the router is cut: down, beyond the gateway; up again when it is mended."""
    with Line(network) as line:
        line.first("up")
        line.turns(lambda: network.cut("beyond"), *BEYOND)
        line.turns(lambda: network.restore("beyond"), "up")


@paced
def test_cable_at_home(network):
    """The cable to the router is pulled: it is the own network, never the provider."""
    with Line(network) as line:
        line.first("up")
        line.turns(lambda: network.cut("home"), "local_fault", "own_network")
        line.turns(lambda: network.restore("home"), "up")


@paced
def test_interface_comes_and_goes(network):
    """An interface that vanishes, as a USB adapter does, is a fault of the own network, and it is found again."""
    with Line(network) as line:
        line.first("up")
        line.turns(network.interface_gone, "local_fault", "own_network")
        line.turns(network.interface_back, "up")


@paced
def test_router_gone(network):
    """A router that answers nothing at all any more, while the carrier stays, is the gateway's fault.

    So it is for a program on a computer that starts then, and never heard of the router.
    """
    with Network() as other, Line(network, policy=PATIENT) as line:
        other.pace = network.pace
        line.first("up")
        other.gateway_gone()
        with Line(other, policy=PATIENT) as late:
            line.turns(network.gateway_gone, "local_fault", "gateway")
            late.first("local_fault", "gateway")
        line.turns(network.gateway_back, "up")


@paced
def test_no_gateway_at_all(network):
    """A computer without a default route has a fault of its own network, and no crash; the route may come later."""
    network.no_gateway()
    with Line(network) as line:
        line.first("local_fault", "own_network")
        line.turns(network.mend, "up")


@paced
def test_mute_router(network):
    """A router that forwards and answers nothing itself is no fault; a cut behind it is blamed on what is beyond."""
    network.gateway_mute()
    assert not ping(network.home, GATEWAY)
    with Line(network) as line:
        line.first("up")
        line.turns(lambda: network.cut("beyond"), *BEYOND)


@paced
def test_tcp_dead_while_ping_works(network):
    """Pings that are answered do not make a line that carries no TCP."""
    with Line(network) as line:
        line.first("up")
        line.turns(network.tcp_dead, *BEYOND)
        assert all(ping(network.home, target, 20) for target in TARGETS)
        assert line.changes[-1] == BEYOND


@pytest.mark.parametrize("verb", ["refuse", "forbid"])
@paced
def test_refused(network, verb):
    """Everything beyond the router refused, by TCP or by ICMP, is a cut line like any other."""
    with Line(network) as line:
        line.first("up")
        line.turns(getattr(network, verb), *BEYOND)


@paced
def test_one_target_gone(network):
    """One target alone that answers no more is its own trouble: no state changes."""
    with Line(network) as line:
        line.first("up")
        line.stays(lambda: network.target_gone(0))
