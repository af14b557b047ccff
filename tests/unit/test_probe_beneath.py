"""What the line reaches beneath a VPN, and when that is tried: only where traffic leaves beside the line."""

import asyncio
import socket
import sys
from datetime import timedelta

import pytest

from support.hostile_server import HostileServer, always
from support.hostile_server import answer as http_answer
from support.probing import LOOPBACK, listening, open_files, port_of, refusing, swallowing
from tocsin.adapters import probe_beneath
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.gateway import Gateways
from tocsin.adapters.line_prober import LineProber
from tocsin.adapters.probe_beneath import Place, answer_beneath, is_beside, places
from tocsin.adapters.probe_names import Names
from tocsin.adapters.probe_sockets import Way
from tocsin.domain.line import Order
from tocsin.domain.reading import Answer, Path, ProbeFault
from tocsin.ports import Ask

FOUR, SIX = int(socket.AF_INET), int(socket.AF_INET6)
WAY = Way(frozenset({FOUR}), LOOPBACK)


def answer(*ports, within=5.0, addresses=("127.0.0.1",)):
    """What some ports of this computer come to over the loopback interface."""

    async def scenario():
        until = asyncio.get_running_loop().time() + within
        where = tuple(Place(f"tcp://127.0.0.1:{port}", port, addresses) for port in ports)
        return await answer_beneath(where, WAY, until)

    before = open_files()
    found = asyncio.run(scenario())
    assert open_files() <= before
    return found


def test_one_target_that_is_reached_is_enough():
    """Beside one that refuses, and one that is silent."""
    with listening() as door, refusing() as port, swallowing() as hole:
        assert answer(port_of(hole), port, port_of(door)) is Answer.YES


def test_silence_is_a_no_and_a_refusal_is_neither():
    """This computer's own firewall refuses what would leave past the VPN; a line that is cut says nothing."""
    with refusing() as port, swallowing() as hole:
        assert answer(port) is Answer.UNTRIED
        assert answer(port, port_of(hole), within=0.3) is Answer.NO


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere an address is enough, or an interface for everybody")
def test_kernel_that_lets_nobody_choose_an_interface(monkeypatch):
    """What is bound to the line's address alone goes through the VPN: that nothing comes says nothing of the line."""
    monkeypatch.setattr(probe_beneath, "bind_to_interface", lambda *_: False)
    with swallowing() as hole:
        assert answer(port_of(hole), within=0.3) is Answer.UNTRIED


def test_targets_without_an_address_of_that_family_are_not_tried():
    """Names that were never found, and the other family."""
    assert answer(9, addresses=()) is answer(9, addresses=("::1",)) is answer() is Answer.UNTRIED


def test_where_the_targets_are():
    """By their digits, or where their names led before: none is looked up through what does not answer."""
    known = {"one.example.net": ("192.0.2.7",)}
    targets = (
        "tcp://192.0.2.1:443",
        "https://one.example.net/",
        "tcp://[2001:db8::1]:80",
        "tcp://two.example.net:9",
        "x",
    )
    assert [(each.port, each.addresses) for each in places(targets, lambda name: known.get(name, ()))] == [
        (443, ("192.0.2.1",)),
        (443, ("192.0.2.7",)),
        (80, ("2001:db8::1",)),
        (9, ()),
    ]


def test_traffic_that_leaves_over_the_line_itself_is_not_beside_it():
    """The system chooses the same source then; where it cannot be asked nothing is claimed."""
    here = (Place("tcp://127.0.0.1:9", 9, ("127.0.0.1",)),)
    assert not is_beside(LOOPBACK, here)
    assert not is_beside(Path("lo", SIX, None, "::1"), here)
    assert not is_beside(Path("gone0", FOUR, None, None), here)
    assert is_beside(Path("gone0", FOUR, None, "192.0.2.9"), here)


def test_names_that_were_never_found_are_sent_the_way_of_everything(monkeypatch):
    """A VPN that is dead from the start keeps every name from being found: that it is there shows all the same."""
    monkeypatch.setattr(probe_beneath, "_ANYBODY", {FOUR: "127.0.0.1"})
    nowhere = (Place("tcp://one.example.net:443", 443, ()),)
    assert is_beside(Path("gone0", FOUR, None, "192.0.2.9"), nowhere)
    assert not is_beside(LOOPBACK, nowhere)


# --- as a part of a round ---


class Resolver:
    """Knows this computer, until the VPN that it is asked through dies."""

    def __init__(self):
        self.is_dead = False

    def __call__(self, name):
        if self.is_dead:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return ["127.0.0.1"]


def rounds(url, *, portal=None, deep=True, bind=False):
    """Two rounds over a VPN, which dies in between; the target is on this computer."""
    resolver = Resolver()

    async def found():
        return (LOOPBACK,)

    async def scenario(port):
        prober = LineProber(SystemClock(), paths=found, names=Names(resolver), gateways=Gateways(lambda *_: None, ()))
        order = Order((f"tcp://target.localhost:{port}",), ("page.localhost",), deep=deep, gateway=True)
        ask = Ask(order, LOOPBACK, timedelta(seconds=5), bind=bind, portal=portal)
        readings = []
        for resolver.is_dead in (False, True):
            readings.append(await prober.measure(ask))
        await prober.close()
        return readings

    return scenario(int(url.rpartition(":")[2]))


@pytest.mark.parametrize(
    ("known", "deep", "wanted"),
    [(True, True, Answer.YES), (True, False, Answer.UNTRIED), (False, True, Answer.UNTRIED)],
)
def test_a_dead_vpn_is_told_from_a_sign_in_page(known, deep, wanted, monkeypatch):
    """The line answers beneath it; a page that should say another thing does too, where one is known."""
    monkeypatch.setattr(probe_beneath, "is_beside", lambda *_: True)

    async def scenario():
        async with HostileServer(always(http_answer(200, b"sign in"))) as server:
            page = (server.url.replace("127.0.0.1", "page.localhost"), "success") if known else None
            return await rounds(server.url, portal=page, deep=deep)

    well, dead = asyncio.run(scenario())
    assert [each.fault for each in (*well.probes, *dead.probes)] == [None, ProbeFault.DNS]
    assert (well.is_beside, well.beneath) == (False, Answer.UNTRIED)
    assert (dead.is_beside, dead.beneath, dead.portal) == (True, Answer.YES, wanted)


@pytest.mark.parametrize("bind", [False, True])
def test_nothing_goes_past_what_is_no_vpn(bind, monkeypatch):
    """Neither where the system sends over the line itself, nor where every probe is bound to the line already."""
    tried = []
    monkeypatch.setattr(probe_beneath, "answer_beneath", lambda *_: tried.append(1))
    if bind:
        monkeypatch.setattr(probe_beneath, "is_beside", lambda *_: True)
    with listening() as door:
        _, dead = asyncio.run(rounds(f"tcp://x:{port_of(door)}", bind=bind))
    assert (dead.is_beside, dead.beneath, tried) == (False, Answer.UNTRIED, [])
