"""Whether the router answers: an answer of any kind is one, and silence is held against none that never spoke."""

import asyncio
import socket
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.probing import LOOPBACK, listening, open_files, port_of, refusing, swallowing
from tocsin.adapters import gateway, neighbours_linux
from tocsin.adapters.gateway import Gateways
from tocsin.adapters.neighbours_linux import DELAY, FAILED, INCOMPLETE, REACHABLE, STALE, Neighbour, parsed, request
from tocsin.adapters.probe_sockets import Way
from tocsin.domain.reading import Answer

RECORDED = bytes.fromhex(
    "4c0000001c00020001000000fd76000002000000040000000400000108000100c00002010a00020002fc000000050000080004000100"
    "000014000300891300008913000089090000000000004c0000001c00020001000000fd76000002000000010000004000000308000100"
    "000000000a00020000000000000000000800040000000000140003004a0600002c7614002c76140000000000140000000300020001"
    "000000fd76000000000000"
)
"""What a kernel sent for two neighbours and the end of the list (little-endian)."""
NO_WAY = Way()


def entry(state, *, confirmed=None, hardware=b"\x02\0\0\0\0\1"):
    return Neighbour(1, "127.0.0.1", state, hardware, confirmed)


def ask(*ports, find=lambda *_: None, within=0.2, before=None, path=LOOPBACK):
    """What asking comes to, with the same Gateways as ``before``."""
    gateways = before or Gateways(find, ports)
    gateways._find, gateways._ports = find, ports

    async def scenario():
        return await gateways.ask(path, NO_WAY, asyncio.get_running_loop().time() + within)

    sockets = open_files()
    answer = asyncio.run(scenario())
    assert open_files() <= sockets
    return answer


@pytest.fixture(autouse=True)
def _no_echo(request, monkeypatch):
    """The loopback interface answers every echo where they are allowed: silence would not be silent."""
    if "echo" in request.node.name:
        return

    async def nothing(*_):
        return Answer.UNTRIED

    monkeypatch.setattr(gateway, "_echo", nothing)


# --- by asking ---


def test_connection_and_refusal_are_answers():
    """A router that has a page, and one that has none, are both there."""
    with listening() as door:
        assert ask(port_of(door), within=5) is Answer.YES
    with refusing() as port:
        assert ask(port, within=5) is Answer.YES


def test_one_answer_is_enough():
    """A port that swallows what comes does not hold up the answer of another."""
    with swallowing() as hole, refusing() as port:
        assert ask(port_of(hole), port, within=30) is Answer.YES


def test_silence_says_nothing_of_a_router_that_never_spoke():
    """Many routers answer nobody."""
    with swallowing() as hole:
        assert ask(port_of(hole)) is Answer.UNTRIED


def test_silence_of_a_router_that_answered_before_is_a_no():
    """It answered all the time: now it is gone."""
    gateways = Gateways()
    with refusing() as port, swallowing() as hole:
        assert ask(port, before=gateways, within=5) is Answer.YES
        assert ask(port_of(hole), before=gateways) is Answer.NO


def test_another_router_at_the_same_address_is_not_the_one_that_answered():
    """Half the world's routers are 192.168.1.1: what one did at home says nothing of that in a hotel."""
    gateways = Gateways()
    with refusing() as port, swallowing() as hole:
        assert ask(port, before=gateways, find=lambda *_: entry(STALE), within=5) is Answer.YES
        other = entry(STALE, hardware=b"\x02\0\0\0\0\2")
        assert ask(port_of(hole), before=gateways, find=lambda *_: other) is Answer.UNTRIED


def test_what_is_remembered_is_bounded():
    """A month of trains and hotels costs no memory."""
    gateways = Gateways()
    for number in range(100):
        gateways._remember(replace(LOOPBACK, interface=f"w{number}"))
    assert len(gateways._answering) == 32


def test_path_without_a_router_is_not_asked():
    """A point-to-point link has none."""
    assert ask(9, path=replace(LOOPBACK, gateway=None)) is Answer.UNTRIED


def test_nothing_leads_to_the_router():
    """The system says that it cannot be reached: no answer, unless its hardware did answer."""
    refused = {Answer.NO: lambda *_: None, Answer.UNTRIED: lambda *_: entry(STALE)}

    async def unreachable(*_):
        return Answer.NO

    for wanted, find in refused.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(gateway, "_connect", unreachable)
            assert ask(9, find=find, within=5) is wanted


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_echo_is_answered_or_not_allowed(address):
    """Where the system allows an echo, this computer answers its own; where not, that is no answer and no error."""
    is_v6 = ":" in address
    protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP
    try:
        socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM, protocol).close()
        wanted = Answer.YES
    except OSError:
        wanted = Answer.UNTRIED

    async def scenario():
        async with asyncio.timeout(10):
            return await gateway._echo(address, LOOPBACK, NO_WAY)

    assert asyncio.run(scenario()) is wanted


def test_echo_has_a_valid_checksum():
    """Systems that do not fill it in send what we made: all words with the checksum add up to ones (RFC 1071)."""
    for mark in (bytes(16), b"\xff" * 16, bytes(range(16))):
        packet = b"\x08\0" + gateway._checksum(False, mark) + b"\0\0\0\1" + mark
        total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        assert total == 0xFFFF


# --- by what the kernel knows ---


@pytest.mark.parametrize(
    ("found", "since", "wanted"),
    [
        (None, 4.0, Answer.UNTRIED),
        (entry(FAILED, hardware=b""), 4.0, Answer.NO),
        (entry(INCOMPLETE, hardware=b""), 4.0, Answer.NO),
        (entry(INCOMPLETE, hardware=b""), 0.2, Answer.UNTRIED),
        (entry(REACHABLE, confirmed=1.0), 4.0, Answer.YES),
        (entry(REACHABLE, confirmed=3.99), 4.0, Answer.UNTRIED),
        (entry(REACHABLE, confirmed=20.0), 4.0, Answer.UNTRIED),
        (entry(DELAY, confirmed=40.0), 4.0, Answer.UNTRIED),
        (entry(STALE), 4.0, Answer.UNTRIED),
    ],
    ids=[
        "unknown",
        "failed",
        "asked",
        "just asked",
        "heard",
        "heard as it fell silent",
        "heard before",
        "in doubt",
        "stale",
    ],
)
def test_neighbour_table(found, since, wanted):
    """Only what was heard during the round is an answer; a router that has no hardware address is not there."""
    assert Gateways(lambda *_: found).known(LOOPBACK, since) is wanted


def test_silence_is_the_manner_of_a_router_that_was_heard_during_it():
    """It fell silent with the line, and the kernel heard of it since: it is there, until the kernel misses it."""
    gateways = Gateways()
    with refusing() as port, swallowing() as hole:
        mute = port_of(hole)

        def silent(found):
            return ask(mute, before=gateways, find=lambda *_: found)

        assert ask(port, before=gateways, find=lambda *_: entry(STALE, confirmed=60.0), within=5) is Answer.YES
        assert silent(entry(REACHABLE, confirmed=60.0)) is Answer.NO
        gateways._mute_since[LOOPBACK.key] -= 100  # so many seconds ago
        assert silent(entry(REACHABLE, confirmed=60.0)) is Answer.YES
        assert silent(entry(STALE, confirmed=90.0)) is Answer.YES
        assert silent(entry(REACHABLE, confirmed=600.0)) is Answer.NO
        assert silent(entry(FAILED)) is Answer.NO
        gateways.passed(LOOPBACK)
        assert silent(entry(REACHABLE, confirmed=60.0)) is Answer.NO


def test_kernel_goes_before_silence():
    """A router that is mute to us, and alive by its hardware, is there."""
    with swallowing() as hole:
        assert ask(port_of(hole), find=lambda *_: entry(REACHABLE, confirmed=0.0)) is Answer.YES


def test_recorded_answer(monkeypatch):
    """The addresses, states and ages are read as the kernel wrote them."""
    if struct.pack("=H", 1) != struct.pack("<H", 1):
        for name in ("_HEADER", "_NEIGHBOUR", "_ATTRIBUTE"):
            shape = getattr(neighbours_linux, name)
            monkeypatch.setattr(neighbours_linux, name, struct.Struct(shape.format.replace("=", "<")))
    found, is_last = parsed(RECORDED)
    assert is_last
    assert [(each.index, each.address, each.state) for each in found] == [(4, "192.0.2.1", STALE), (1, "0.0.0.0", 64)]  # noqa: S104 -- recorded
    assert found[0].hardware == bytes.fromhex("02fc00000005")


@given(st.binary(max_size=300), st.integers(0, len(RECORDED)), st.integers(0, 255))
def test_hostile_answers_never_raise(noise, at, byte):
    """Cut off, changed or made up: reading ends well."""
    for answer in (noise, RECORDED[:at], RECORDED[:at] + bytes((byte,)) + RECORDED[at + 1 :], RECORDED[:at] + noise):
        found, _ = parsed(answer)
        assert all(isinstance(each, Neighbour) for each in found)


def test_this_kernel_is_asked():
    """The kernel that runs answers the request, in both families, without any privilege."""
    for family in (socket.AF_INET, socket.AF_INET6):
        assert len(request(family)) == 28
        assert isinstance(neighbours_linux._asked(family), list)
    assert neighbours_linux.neighbour("203.0.113.254", "lo") is None
    assert neighbours_linux.neighbour("192.0.2.1", "no-such-one") is None
    assert neighbours_linux.neighbour("nonsense", "lo") is None
