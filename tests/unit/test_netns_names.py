"""Real resolvers that are silent, fail or lie, and networks that ask to be signed in to."""

from collections.abc import Iterator

import pytest

from support.netns import Network
from support.netns_child import BY_NAME, HTTPS, Line
from support.netns_pace import paced
from support.netns_resolver import Manner

PORTAL = ("captive_portal", "captive_portal")


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
def test_silent_resolver(network):
    """Names that are never answered: degraded where addresses are still reached, down where all targets are names."""
    with Line(network) as by_address, Line(network, BY_NAME) as by_name:
        by_address.first("up")
        by_name.first("up")
        by_name.turns(lambda: by_address.turns(network.black_hole_dns, "degraded", "dns"), "down", "dns")
        by_name.turns(lambda: by_address.turns(network.mend, "up"), "up")


@pytest.mark.parametrize("manner", [Manner.FAIL, Manner.ABSENT])
@paced
def test_failing_resolver(network, manner):
    """A resolver that answers with an error for everything is as good as none."""
    with Line(network) as line:
        line.first("up")
        line.turns(lambda: network.resolver_says(manner), "degraded", "dns")


@paced
def test_lying_resolver(network):
    """A resolver that gives every name this computer's own address is found out, and nothing is measured on it."""
    with Line(network) as by_address, Line(network, BY_NAME) as by_name:
        by_address.first("up")
        by_name.first("up")
        by_name.turns(lambda: by_address.turns(network.lying_dns, "degraded", "dns"), "down", "dns")


@paced
def test_one_name_gone(network):
    """One name that is no more proves nothing, as long as another is found."""
    addresses = network.resolver.zone["one.example.net"]
    try:
        with Line(network) as line:
            line.first("up")
            line.stays(lambda: network.resolver.zone.pop("one.example.net"))
    finally:
        network.resolver.zone["one.example.net"] = addresses


@pytest.mark.parametrize("status", [200, 302])
@pytest.mark.parametrize("tls", ["refused", "forged"])
@paced
def test_sign_in_page_from_the_start(network, status, tls):
    """A network that answers with its own page is one to sign in to: neither up nor an outage; then it is up."""
    network.captive_portal(status=status, tls=tls)
    with Line(network, HTTPS) as line:
        line.first(*PORTAL)
        if status == 302:
            line.turns(network.mend, "up")


@paced
def test_session_at_the_sign_in_page_ends(network):
    """A sign-in that runs out while the line is up is seen as that, not as an outage."""
    with Line(network) as line:
        line.first("up")
        line.turns(network.captive_portal, *PORTAL)
        line.turns(network.mend, "up")


@paced
def test_cut_line_with_names_only(network):
    """Where the resolver lies behind the cut too it is not blamed: the names led somewhere before, and do no more."""
    with Line(network, BY_NAME) as line:
        line.first("up")
        line.turns(lambda: network.cut("beyond"), "down", "beyond_gateway")
        line.turns(lambda: network.restore("beyond"), "up")


@paced
def test_sign_in_page_without_a_page_to_ask(network):
    """Before the user agreed to more hosts the targets' own names show it: somebody else answers in their place."""
    with Line(network, portal=None) as line:
        line.first("up")
        line.turns(network.captive_portal, *PORTAL)
        line.turns(network.mend, "up")
