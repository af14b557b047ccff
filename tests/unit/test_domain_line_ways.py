"""Whose fault it is, by the way out: a VPN, the provider's own router, a proxy, a radio that is switched off."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.line_rounds import (
    HOME,
    MAKERS,
    PLAN,
    POLICY,
    TARGETS,
    TUNNEL,
    after,
    at_portal,
    bad,
    failed,
    gateless,
    good,
    moment,
    nothing,
    spell,
    unplugged,
    up,
)
from tocsin.domain.line import Tracker, outcome, pause
from tocsin.domain.reading import Answer, Path, ProbeFault, Reading
from tocsin.domain.terms import Cause, LineState

MANY = settings(max_examples=150, deadline=None)
UP, DOWN, LOCAL, UNKNOWN = LineState.UP, LineState.DOWN, LineState.LOCAL_FAULT, LineState.NOT_MEASURED
VPN = (LOCAL, Cause.BEYOND_GATEWAY)
NOT_CONNECTED = (UNKNOWN, Cause.OWN_NETWORK)
MODEM = Path("eth0", 4, "100.64.0.1", "100.64.0.9")
PPP = Path("ppp0", 4, "10.64.64.64", is_direct=True)
OWN = Path("eth0", 4, "192.168.1.1", "192.168.1.9")
paths = st.none() | st.sampled_from([HOME, TUNNEL, MODEM, PPP, OWN])
facts = st.fixed_dictionaries(
    {
        "path": paths,
        "gateway": st.sampled_from(Answer),
        "portal": st.sampled_from(Answer),
        "heard": st.booleans(),
        "is_beside": st.booleans(),
        "beneath": st.sampled_from(Answer),
        "is_proxied": st.booleans(),
        "is_radio_off": st.booleans(),
    }
)
readings = st.builds(lambda make, said: replace(make(), **said), st.sampled_from(MAKERS), facts)


def found(reading: Reading, *, was_up: bool = True) -> tuple[LineState, Cause | None]:
    """What a round shows."""
    shown = outcome(reading, PLAN, was_up=was_up)
    return shown.state, shown.cause


def beside(seconds: float = 0, beneath: Answer = Answer.YES, **said) -> Reading:
    """A round over a VPN through which nothing came, tried beneath it."""
    return bad(seconds, **{"is_beside": True, "beneath": beneath} | said)


def disconnected(seconds: float = 0, **said) -> Reading:
    """A round on a laptop whose Wi-Fi was switched off."""
    return unplugged(seconds, is_radio_off=True, **said)


# --- the provider's own router ---


@pytest.mark.parametrize(
    ("path", "is_theirs"),
    [
        (OWN, False),
        (HOME, False),
        (Path("eth0", 6, "fe80::1"), False),
        (Path("eth0", 6, "fe80::1%eth0"), False),
        (Path("eth0", 6, "fd00::1"), False),
        (Path("eth0", 4, "169.254.0.1"), False),
        (Path("eth0", 4, "nonsense"), False),
        (Path("eth0", 4), False),
        (Path("eth0", 4, "224.0.0.1"), False),
        (MODEM, True),
        (Path("eth0", 4, "9.9.9.1"), True),
        (Path("eth0", 6, "2620:fe::1"), True),
        (PPP, True),
        (Path("wwan0", 4, is_direct=True), True),
        (Path("tun0", 4, "9.9.9.1", is_tunnel=True), False),
    ],
)
def test_whose_the_router_is(path, is_theirs) -> None:
    """A modem that stands by itself has the provider's addresses, and its link has two ends; a home has its own."""
    assert path.ends_at_provider is is_theirs


@pytest.mark.parametrize("path", [MODEM, PPP])
def test_the_providers_router_is_no_fault_of_the_own_network(path) -> None:
    """A modem without its line: down, and surely so, whatever can be told of the other end."""
    for gateway in Answer:
        shown = outcome(bad(path=path, gateway=gateway), PLAN, was_up=True)
        assert (shown.state, shown.cause, shown.is_sure) == (DOWN, Cause.BEYOND_GATEWAY, True)
    rounds = [gateless(5.0 * n, path=path) for n in range(3)]
    assert after(*rounds, tracker=up()).state is DOWN
    assert found(gateless(path=OWN)) == (LOCAL, Cause.GATEWAY)


@MANY
@given(readings, st.booleans(), st.booleans())
def test_the_own_network_is_blamed_on_evidence_alone(reading, was_up, is_walled) -> None:
    """A router that is missed and the user's own; a VPN only where the line answered beneath it."""
    shown = outcome(reading, PLAN, was_up=was_up, is_walled=is_walled)
    if (shown.state, shown.cause) == (LOCAL, Cause.GATEWAY):
        assert reading.gateway is Answer.NO
        assert reading.path is not None
        assert not reading.path.ends_at_provider
        assert reading.beneath is not Answer.YES
    if (shown.state, shown.cause) == VPN:
        assert reading.beneath is Answer.YES
        assert reading.is_beside or (reading.path is not None and reading.path.is_tunnel)
    if (shown.state, shown.cause) == (LOCAL, Cause.OWN_NETWORK):
        assert reading.path is None
        assert not reading.is_radio_off


@MANY
@given(readings, st.booleans())
def test_the_provider_is_blamed_for_nothing_that_a_vpn_or_a_proxy_may_be_the_reason_of(reading, was_up) -> None:
    """Down over a VPN takes that the line failed beneath it too; past a proxy, that it was reached before."""
    shown = outcome(reading, PLAN, was_up=was_up)
    if shown.state is DOWN:
        assert reading.path is not None
        assert reading.beneath is Answer.NO or not (reading.is_beside or reading.path.is_tunnel)
        assert was_up or not reading.is_proxied


# --- a VPN ---


def test_a_vpn_whose_server_died() -> None:
    """Nothing comes through it and the line works beneath it: the user's own fault, whatever its router says."""
    for gateway in Answer:
        assert found(beside(gateway=gateway)) == VPN
    known = after(*(beside(5.0 * n) for n in range(3)), tracker=up())
    assert (known.state, known.cause) == VPN
    assert after(*spell("ggggg"), tracker=known, begin=15).state is UP


def test_a_line_that_is_cut_beneath_a_vpn() -> None:
    """Both fail: the line does, or its router; that the VPN was tried first makes it no other outage."""
    assert found(beside(beneath=Answer.NO)) == (DOWN, Cause.BEYOND_GATEWAY)
    assert found(beside(beneath=Answer.NO, gateway=Answer.NO)) == (LOCAL, Cause.GATEWAY)
    rounds = [beside(0, Answer.UNTRIED), *(beside(5.0 * n, Answer.NO) for n in range(1, 4))]
    known = after(*rounds, tracker=up())
    assert (known.state, known.cause) == (DOWN, Cause.BEYOND_GATEWAY)


@pytest.mark.parametrize("said", [{"is_beside": True}, {"path": TUNNEL}])
def test_a_vpn_past_which_nothing_gets_out_blames_nobody(said) -> None:
    """Nobody can tell the line from the VPN then: not measured, after as many rounds as anything else."""
    assert found(bad(**said)) == (UNKNOWN, None)
    rounds = [bad(5.0 * n, **said) for n in range(3)]
    assert after(*rounds[:2], tracker=up()).state is UP
    assert after(*rounds, tracker=up()).state is UNKNOWN


def test_a_sign_in_page_beneath_a_vpn_comes_first() -> None:
    """In a hotel the VPN has to wait for the guest."""
    assert found(beside(portal=Answer.YES))[0] is LineState.CAPTIVE_PORTAL
    assert found(at_portal(is_beside=True))[0] is LineState.CAPTIVE_PORTAL


def test_one_host_is_too_few_for_a_vpn_as_well() -> None:
    """A single target that the user did not name may be down by itself, or be blocked where the VPN ends."""
    assert found(beside(probes=(failed(),))) == (UNKNOWN, None)
    assert found(beside(probes=(failed(), failed(TARGETS[1], ProbeFault.DNS)))) == VPN


# --- a proxy ---


def test_where_a_proxy_leads_out_probes_that_go_past_it_prove_nothing() -> None:
    """Not before one got out: then the line is known to need none. A router that is gone is gone all the same."""
    walled = [bad(5.0 * n, is_proxied=True) for n in range(30)]
    assert after(*walled).state is UNKNOWN
    assert after(*walled, tracker=up()).state is DOWN
    assert found(gateless(is_proxied=True), was_up=False) == (LOCAL, Cause.GATEWAY)
    assert found(good(is_proxied=True), was_up=False) == (UP, None)
    moved = [bad(5.0 * n, is_proxied=True, path=OWN) for n in range(30)]
    assert after(*moved, tracker=up()).state is UNKNOWN


# --- a radio that is switched off ---


def test_a_computer_that_its_user_disconnected_has_no_fault() -> None:
    """Not measured, and it is known why, until it is connected, or has no network for another reason."""
    assert found(disconnected()) == NOT_CONNECTED
    rounds = [disconnected(5.0 * n) for n in range(3)]
    assert after(*rounds[:2], tracker=up()).state is UP
    known = after(*rounds, tracker=up())
    assert (known.state, known.cause, known.since) == (*NOT_CONNECTED, None)
    assert after(*rounds, tracker=Tracker()).cause is Cause.OWN_NETWORK
    assert after(*(disconnected(15 + 5.0 * n) for n in range(20)), tracker=known).cause is Cause.OWN_NETWORK
    still = after(*(disconnected(15 + 5.0 * n) for n in range(60)), tracker=known)
    assert pause(still, POLICY, moment(400).wall, frugal=False) == POLICY.watchful
    assert after(*[good] * 2, tracker=known, begin=15).state is UP
    broken = after(*[unplugged] * 3, tracker=known, begin=15)
    assert (broken.state, broken.cause) == (LOCAL, Cause.OWN_NETWORK)
    walled = after(*[nothing] * 3, tracker=known, begin=15)
    assert (walled.state, walled.cause) == (UNKNOWN, None)


def test_a_fault_is_no_longer_known_to_be_there_once_the_radio_is_off() -> None:
    """Whoever switches it off has mended nothing: the record keeps the fault, and the tracker does not know of it."""
    known = after(*[unplugged] * 3, tracker=up())
    known = after(*(disconnected(15 + 5.0 * n) for n in range(3)), tracker=known)
    assert (known.state, known.cause) == NOT_CONNECTED
