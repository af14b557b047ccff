"""Connecting to a target: how long it took, what was lost, and what failed, told apart on real sockets."""

import asyncio
import errno
import socket
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.probing import LOOPBACK, listening, open_files, port_of, refusing, swallowing
from tocsin.adapters import probe_sockets, probe_tcp
from tocsin.adapters.probe_sockets import NotBound, Way, fault_of, sockaddr
from tocsin.adapters.probe_tcp import Target, parsed, reach
from tocsin.domain.reading import ProbeFault

FOUR, SIX = int(socket.AF_INET), int(socket.AF_INET6)
BOTH = Way(frozenset({FOUR, SIX}))
NOT_OURS = replace(LOOPBACK, interface="no-such-one", address="203.0.113.254")


def connect(*addresses, port, within=5.0, way=BOTH, check=None):
    async def scenario():
        until = asyncio.get_running_loop().time() + within
        return await reach("tcp://target", addresses, port, way, until, check)

    before = open_files()
    probe = asyncio.run(scenario())
    assert open_files() <= before
    return probe


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_reached(host):
    """A target that answers is reached: one packet, none lost, in no time."""
    with listening(host) as door:
        probe = connect(host, port=port_of(door))
    assert probe.is_ok
    assert 0 < probe.round_trip < 1
    assert (probe.sent, probe.lost) == (1, 0)


def test_connection_ends_with_a_goodbye():
    """The target sees an end of file, not a reset, which some take for an attack."""
    with listening() as door:
        assert connect("127.0.0.1", port=port_of(door)).is_ok
        accepted, _ = door.accept()
        with accepted:
            assert accepted.recv(1) == b""


def test_refused():
    """A refusal is an answer: nothing was lost."""
    with refusing() as port:
        probe = connect("127.0.0.1", port=port)
    assert probe.fault is ProbeFault.REFUSED
    assert (probe.sent, probe.lost, probe.round_trip) == (1, 0, None)


def test_nobody_answers():
    """The deadline holds, and all that was sent is lost: the first packet and the one repeated after a second."""
    for _ in range(5):
        began = time.monotonic()
        with swallowing() as hole:
            probe = connect("127.0.0.1", port=port_of(hole), within=1.5)
        if time.monotonic() < began + 1.9:  # else the machine was too busy, and it may have been repeated once more
            break
    assert probe.fault is ProbeFault.TIMEOUT
    assert (probe.sent, probe.lost) == (2, 2)


def test_first_packet_lost():
    """A connection that the second packet brought about lost one; the wait for it is none of the round trip."""

    async def scenario(hole):
        """The probe, and whether there was room for the second packet in time: not if the machine was too busy."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        probing = asyncio.create_task(reach("t", ("127.0.0.1",), port_of(hole), BOTH, began + 10))
        await asyncio.sleep(0.3)
        accepted, _ = hole.accept()
        in_time = loop.time() < began + 0.9
        with accepted:
            return await probing, in_time

    for _ in range(5):
        with swallowing() as hole:
            probe, in_time = asyncio.run(scenario(hole))
        if in_time:
            break
    assert probe.is_ok
    assert (probe.sent, probe.lost) == (2, 1)
    assert probe.round_trip < 0.5


@pytest.mark.parametrize(
    ("kernels", "took", "wanted"),
    [
        ((0.02, 0), 0.03, (0.02, 1, 0)),
        ((0.02, 2), 3.03, (0.02, 3, 2)),
        ((1.2, 1), 1.2, (1.2, 1, 0)),
        ((0.0, 1), 1.02, (1.02, 2, 1)),
        (None, 0.02, (0.02, 1, 0)),
        (None, 1.02, (1.02, 2, 1)),
        (None, 3.02, (3.02, 3, 2)),
    ],
    ids=["at once", "the third", "slow", "no stamps", "by time", "the second by time", "the third by time"],
)
def test_what_was_lost(monkeypatch, kernels, took, wanted):
    """By what the kernel counts, else by the time it took; a slow answer to the first packet is no loss."""
    monkeypatch.setattr(probe_tcp, "_kernels", lambda _: kernels)
    probe = probe_tcp._reached("t", None, took)
    assert (probe.round_trip, probe.sent, probe.lost) == wanted


def test_second_address_is_tried_beside_a_silent_first():
    """A name with one dead address is reached by the other, soon."""
    with swallowing("127.0.0.2") as hole, listening("127.0.0.3", port_of(hole)):
        probe = connect("127.0.0.2", "127.0.0.3", port=port_of(hole), within=10)
    assert probe.is_ok
    assert probe.lost == 0


def test_refusal_goes_on_to_the_next_at_once(monkeypatch):
    """A failure is not waited out."""
    monkeypatch.setattr(probe_tcp, "STAGGER", 60)
    with listening("127.0.0.3") as door:
        assert connect("127.0.0.2", "127.0.0.3", port=port_of(door)).is_ok


def test_worst_addresses_do_not_hide_what_the_best_said():
    """When all fail the fault is the most telling one; without any address there is no way."""
    with refusing("127.0.0.3") as port:
        addresses = ("nonsense", "127.0.0.3")
        assert connect(*addresses, port=port).fault is ProbeFault.REFUSED
    assert connect(port=1).fault is ProbeFault.NO_ROUTE


def test_called_off_leaves_nothing():
    """A round that is called off closes its sockets, and no task goes on."""

    async def scenario(hole):
        addresses = ("127.0.0.1", "127.0.0.2")
        until = asyncio.get_running_loop().time() + 60
        probing = asyncio.create_task(reach("t", addresses, port_of(hole), BOTH, until))
        await asyncio.sleep(0.05)
        probing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probing
        return asyncio.all_tasks() - {asyncio.current_task()}

    with swallowing() as hole:
        before = open_files()
        assert asyncio.run(scenario(hole)) == set()
        assert open_files() <= before


def test_check_decides_over_a_connection_that_stands():
    """A connection that is not the target's is no success, though its packets arrived."""

    async def forged(made, _):
        assert made.getpeername()[0] == "127.0.0.1"
        return ProbeFault.TLS

    with listening() as door:
        probe = connect("127.0.0.1", port=port_of(door), check=forged)
    assert (probe.fault, probe.round_trip, probe.sent, probe.lost) == (ProbeFault.TLS, None, 1, 0)


# --- which way ---


def test_bound_to_a_way_that_is_not_there():
    """Bound probes never leave by another way: then there is none."""
    way = Way(frozenset({FOUR}), NOT_OURS)
    assert connect("203.0.113.9", port=1, way=way).fault is not None
    no_address = replace(NOT_OURS, address=None)
    assert connect("203.0.113.9", port=1, way=Way(frozenset({FOUR}), no_address)).fault is ProbeFault.NO_ROUTE
    assert connect("2001:db8::9", port=1, way=Way(frozenset({FOUR, SIX}), NOT_OURS)).fault is ProbeFault.NO_ROUTE


def test_bound_to_an_address():
    """The other side sees the address that the way has."""
    way = Way(frozenset({FOUR}), replace(LOOPBACK, address="127.0.0.9"))
    with probe_sockets.opened(FOUR, way) as made:
        assert made.getsockname()[0] == "127.0.0.9"


def test_this_computer_needs_no_way_out():
    """A target on the loopback is reached whatever the probes are bound to."""
    with listening() as door:
        assert connect("127.0.0.1", port=port_of(door), way=Way(frozenset(), NOT_OURS)).is_ok


@pytest.mark.parametrize(
    ("error", "families", "wanted"),
    [
        (OSError(errno.ENETUNREACH, ""), {FOUR}, ProbeFault.UNREACHABLE),
        (OSError(errno.ENETUNREACH, ""), {SIX}, ProbeFault.NO_ROUTE),
        (OSError(errno.EHOSTUNREACH, ""), {FOUR}, ProbeFault.UNREACHABLE),
        (OSError(errno.EADDRNOTAVAIL, ""), set(), ProbeFault.NO_ROUTE),
        (OSError(errno.EMFILE, ""), {FOUR}, ProbeFault.NO_ROUTE),
        (OSError(errno.ETIMEDOUT, ""), {FOUR}, ProbeFault.TIMEOUT),
        (TimeoutError(), {FOUR}, ProbeFault.TIMEOUT),
        (OSError(errno.ECONNREFUSED, ""), {FOUR}, ProbeFault.REFUSED),
        (OSError(errno.ECONNRESET, ""), set(), ProbeFault.REFUSED),
        (OSError(errno.EPERM, ""), {FOUR}, ProbeFault.UNREACHABLE),
        (NotBound(errno.EADDRNOTAVAIL, ""), {FOUR}, ProbeFault.NO_ROUTE),
    ],
)
def test_faults(error, families, wanted):
    """What only says that this computer has no way for the family is not held against the line."""
    assert fault_of(error, FOUR, Way(frozenset(families))) is wanted


@pytest.mark.parametrize(
    ("own", "target", "families", "wanted"),
    [
        ("fd00::2", "2001:db8::1", {FOUR, SIX}, True),
        ("fd00::2", "2001:db8::1", {SIX}, False),
        ("fd00::2", "fd00::9", {FOUR, SIX}, False),
        ("2001:db8::2", "2001:db8::1", {FOUR, SIX}, False),
        ("::", "2001:db8::1", {FOUR, SIX}, False),
    ],
)
def test_site_local_ipv6(own, target, families, wanted):
    """A home that has IPv6 within itself alone is not a line that loses every second packet."""

    class Made:
        def getsockname(self):
            return (own, 0, 0, 0)

    assert probe_tcp._is_hopeless(Made(), target, Way(frozenset(families))) is wanted


def test_link_local_addresses_get_their_zone():
    """An address that every interface has needs one to be reached by."""
    index = socket.if_nametoindex("lo")
    assert sockaddr("fe80::1", 53, "lo") == ("fe80::1", 53, 0, index)
    assert sockaddr("fe80::1%7", 53, "lo") == ("fe80::1", 53, 0, 7)
    assert sockaddr("2001:db8::1", 53, "lo") == ("2001:db8::1", 53, 0, 0)
    assert sockaddr("192.0.2.1", 53, "lo") == ("192.0.2.1", 53)
    with pytest.raises(OSError, match="interface"):
        sockaddr("fe80::1", 53, "no-such-one")


# --- targets ---


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("tcp://192.0.2.10:443", Target("192.0.2.10", 443)),
        ("https://192.0.2.11/", Target("192.0.2.11", 443, is_tls=True)),
        ("https://Example.NET.:8443/a", Target("example.net", 8443, is_tls=True)),
        ("http://example.net", Target("example.net", 80)),
        ("tcp://[2001:db8::1]:53", Target("2001:db8::1", 53)),
        ("tcp://example.net", None),
        ("tcp://example.net:99999", None),
        ("tcp://:443", None),
        ("udp://example.net:53", None),
        ("tcp://[2001:db8::1:53", None),
        ("", None),
    ],
)
def test_targets(target, wanted):
    """A target is a host and a port, or nothing."""
    assert parsed(target) == wanted


@given(st.text(max_size=60), st.sampled_from(["", "tcp://", "https://", "http://["]))
def test_hostile_targets_never_raise(text, scheme):
    """Whatever the settings say."""
    found = parsed(scheme + text)
    assert found is None or 0 < found.port < 65536
