"""The whole engine over a real network: what it tells the user when cables are cut, and that it tells nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.netns import Network
from support.netns_build import PROVIDER_URL, TARGETS
from support.netns_child import SLACK, STARTS_WITHIN, EngineChild
from support.netns_pace import paced

CONFIG = f"""
[line]
targets = {[f"tcp://{each}:443" for each in TARGETS]}
names = ["one.example.net", "two.example.net"]
public = true

[[accounts]]
id = "fibre"
provider = "statuspage"
name = "Planet Fibre"
url = "{PROVIDER_URL}"
allow_insecure = true

[[accounts.connections]]
id = "home"
name = "Home fibre"
kind = "internet"
"""
WITHIN = 6.0 + SLACK


@pytest.fixture(scope="module")
def world() -> Iterator[Network]:
    """One network for all of these tests."""
    with Network() as network:
        network.provider.add_component("access", "Access")
        yield network


@pytest.fixture
def network(world) -> Iterator[Network]:
    """The same, mended after each test."""
    yield world
    world.mend()


@contextmanager
def running(network) -> Iterator[EngineChild]:
    """The engine in the network's home, once it knows that the line is up and what the provider says."""
    with EngineChild(network, CONFIG) as engine:
        engine.wait_for(lambda line: line.get("line") == "up", STARTS_WITHIN, what="a line that is up")
        engine.wait_for(lambda line: line.get("level") == "ok", STARTS_WITHIN, what="a provider that says ok")
        yield engine


@paced
def test_cut_and_declared_meanwhile(network):
    """A cut is told once, and its end once, with what the provider declared meanwhile in it."""
    with running(network) as engine:
        network.cut("beyond")
        down = engine.wait_for(lambda line: line.get("event") == "line_down", WITHIN)
        assert (down["detail"]["state"], down["detail"]["cause"]) == ("down", "beyond_gateway")
        told = engine.wait_for(lambda line: "said" in line, WITHIN)
        network.provider.open_incident("cut", "Cable cut")
        try:
            network.restore("beyond")
            engine.wait_for(lambda line: line.get("event") == "line_up", WITHIN)
            engine.wait_for(lambda line: "said" in line and line != told, WITHIN)
            said = [line for line in engine.lines if "said" in line]
            assert [line["thread"] for line in said] == [told["thread"]] * 2, engine.log()
            assert "Cable cut" in said[1]["said"][1], engine.log()
        finally:
            network.provider.drop("cut")


@paced
def test_own_network(network):
    """A cable pulled at home is told as the own network's trouble: the provider is not blamed."""
    with running(network) as engine:
        network.cut("home")
        down = engine.wait_for(lambda line: line.get("event") == "line_down", WITHIN)
    assert (down["detail"]["state"], down["detail"]["cause"]) == ("local_fault", "own_network")


@paced
def test_no_alarm(network):
    """A target that is gone, and a sign-in page that comes up, alarm nobody."""
    with running(network) as engine:
        network.target_gone(0)
        network.captive_portal()
        engine.wait_for(lambda line: line.get("line") == "captive_portal", WITHIN)
        seen = len(engine.lines)
        network.mend()
        engine.wait_for(lambda line: line.get("line") == "up", WITHIN, after=seen)
        assert not [line for line in engine.lines if "said" in line], engine.log()
