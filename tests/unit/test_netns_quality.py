"""Real loss and real delay are measured for what they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from support.netns import Network
from support.netns_child import FAST, SLACK, Line
from support.netns_pace import paced

STEADY = replace(FAST, calm=timedelta(seconds=0.1), calm_targets=3)
"""Connects in quick succession, to have many to measure with."""


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
def test_loss(network):
    """A line that loses three packets in ten is degraded, and never down."""
    with Line(network, policy=STEADY) as line:
        line.first("up")
        line.turns(lambda: network.lose(3), "degraded", "beyond_gateway", within=timedelta(seconds=15))
        last = line.await_rounds(10)
        assert line.changes[-1] == ("degraded", "beyond_gateway"), line.log()
        assert 0.2 <= last["loss"] <= 0.4, line.log()


@pytest.mark.parametrize(("ms", "jitter"), [(60, 0), (120, 30)])
@paced
def test_delay(network, ms, jitter):
    """A known delay and a known jitter are measured as such, and a line that is merely far away is up.

    Differences of successive round trips that are spread evenly over twice the jitter are two thirds of it in the
    mean; RFC 3550's average over some 15 connects to each target has come to 60 % of that. A machine that is busy adds
    a delay of its own: one of three lines must be measured so.
    """
    ms, jitter = ms * network.pace, jitter * network.pace
    network.delay(ms, jitter)
    logs = []
    for _ in range(3):
        with Line(network, policy=STEADY) as line:
            line.first("up")
            last = line.await_rounds(14 if jitter else 5)
            assert last["loss"] == 0.0, line.log()
            assert line.changes == [("up", None)]
        is_near = abs(last["round_trip"] * 1000 - ms) <= 8 * network.pace + jitter / 2
        if is_near and jitter * 0.2 <= last["jitter"] * 1000 <= 4 * network.pace + jitter * 0.8:
            return
        logs.append(line.log())
    pytest.fail("\n\n".join(logs))


@paced
def test_slow(network):
    """A line so slow that nothing is fit to be used is degraded, and up again once it is quick."""
    limits = {"slow_bad": timedelta(seconds=0.15), "slow_good": timedelta(seconds=0.1)}
    policy = replace(STEADY, **limits, window=6, window_least=3)
    with Line(network, policy=policy) as line:
        line.first("up")
        line.turns(lambda: network.delay(200), "degraded", "beyond_gateway", within=timedelta(seconds=10))
        line.turns(network.mend, "up", within=timedelta(seconds=10 + SLACK))
