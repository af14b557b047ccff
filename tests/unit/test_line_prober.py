"""A round of the line's probes over real sockets: everything at once, over in time, and nothing left behind."""

import asyncio
import logging
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path as FilePath
from ssl import create_default_context

import pytest

from support.hostile_server import HostileServer, always, answer, certificate
from support.probing import LOOPBACK, listening, open_files, port_of, refusing, swallowing
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.gateway import Gateways
from tocsin.adapters.line_prober import LineProber
from tocsin.adapters.neighbours_linux import FAILED, Neighbour
from tocsin.adapters.probe_names import Names
from tocsin.domain.line import Order
from tocsin.domain.reading import Answer, Lookup, Path, ProbeFault
from tocsin.ports import Ask, Prober

NAMES = {"example.net": ["127.0.0.1"], "two.example.net": ["192.0.2.5"]}


def look_up(name):
    """A resolver that knows this computer by ``localhost``, and lies of ``example.net``."""
    if name.endswith("localhost"):
        return ["127.0.0.1"]
    if name not in NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return NAMES[name]


def prober(*, paths=(LOOPBACK,), lookup=look_up, find=lambda *_: None, ports=(), trust=None):
    async def found():
        if isinstance(paths, OSError):
            raise paths
        return paths

    return LineProber(SystemClock(), paths=found, names=Names(lookup), gateways=Gateways(find, ports), trust=trust)


def measure(ask, probing=None):
    """One round; it leaves no socket and no task."""
    probing = probing or prober()

    async def scenario():
        reading = await probing.measure(ask)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await probing.close()
        return reading, others

    before = open_files()
    reading, others = asyncio.run(scenario())
    assert others == set()
    assert open_files() <= before
    return reading


def asking(*targets, names=(), deep=False, gateway=False, path=LOOPBACK, within=5.0, bind=False, portal=None):
    order = Order(targets, names, deep=deep, gateway=gateway)
    return Ask(order, path, timedelta(seconds=within), bind=bind, portal=portal)


def test_it_is_a_prober():
    """The port is implemented as it is written down."""
    probing: Prober = LineProber(SystemClock())
    assert asyncio.run(probing.close()) is None


def test_whole_round():
    """Targets, names and the router in one reading, each in the order in which it was asked for."""
    with listening() as door, refusing() as port:
        targets = (f"tcp://127.0.0.1:{port_of(door)}", f"tcp://127.0.0.1:{port}", f"tcp://localhost:{port_of(door)}")
        ask = asking(*targets, names=("two.example.net", "example.net", "none.example.net"), gateway=True)
        reading = measure(ask, prober(ports=(port,)))
    assert tuple(each.target for each in reading.probes) == targets
    assert [each.fault for each in reading.probes] == [None, ProbeFault.REFUSED, None]
    assert reading.lookups == (
        ("two.example.net", Lookup.FOUND),
        ("example.net", Lookup.LIE),
        ("none.example.net", Lookup.ABSENT),
    )
    assert reading.gateway is Answer.YES
    assert reading.portal is Answer.UNTRIED
    assert reading.path == LOOPBACK
    assert reading.began.mono <= reading.at.mono


def test_names_that_fail_are_the_targets_fault():
    """A target whose name has no address, or a false one, was not reached, and no packet was sent."""
    reading = measure(asking("tcp://none.example.net:443", "tcp://example.net:443"))
    assert [(each.fault, each.sent, each.lost) for each in reading.probes] == [(ProbeFault.DNS, 0, 0)] * 2


def test_wrong_targets_and_none():
    """A list that is empty or wrong makes a reading that says nothing, and no crash."""
    assert measure(asking()).probes == ()
    reading = measure(asking("nonsense", "tcp://:1", "tcp://[:443", "", names=("", "a" * 300)), prober())
    assert {each.fault for each in reading.probes} == {ProbeFault.NO_ROUTE}
    assert {lookup for _, lookup in reading.lookups} == {Lookup.ABSENT}


def test_round_is_over_in_time():
    """Everything hangs at once: targets, names, the router, the page. The round does not."""
    release = threading.Event()

    def hang(name):
        release.wait(30)
        return []

    with swallowing() as hole:
        port = port_of(hole)
        target = f"tcp://127.0.0.1:{port}"
        ask = asking(
            target,
            "https://two.example.net/",
            names=("three.example.net",),
            deep=True,
            gateway=True,
            within=0.4,
            portal=(f"http://127.0.0.1:{port}/", "success"),
        )
        reading = measure(ask, prober(lookup=hang, ports=(port,)))
    release.set()
    assert reading.at.mono - reading.began.mono < 20  # the lookup hangs for thirty, the connection for two minutes
    assert [each.fault for each in reading.probes] == [ProbeFault.TIMEOUT, ProbeFault.DNS]
    assert reading.lookups == (("three.example.net", Lookup.FAILED),)
    assert reading.gateway is not Answer.YES or sys.platform != "linux"
    assert reading.portal is Answer.UNTRIED


def test_silent_router_does_not_hold_up_a_good_round():
    """Where a target answers nobody needs the router's word for long."""
    with swallowing() as hole, listening() as door:
        path = Path("lo", int(socket.AF_INET), "127.0.0.1", "127.0.0.1")
        ask = asking(f"tcp://127.0.0.1:{port_of(door)}", gateway=True, path=path, within=60)
        reading = measure(ask, prober(ports=(port_of(hole),)))
    assert reading.probes[0].is_ok
    assert reading.at.mono - reading.began.mono < 30


def test_router_is_not_asked_unless_ordered_to():
    """Without an order nothing is sent to it, but what the kernel knows anyway is told when nothing was reached."""
    gone = Neighbour(1, "127.0.0.1", FAILED)
    with listening() as router, swallowing() as hole, listening() as door:
        router.setblocking(False)
        probing = prober(ports=(port_of(router),), find=lambda *_: gone)
        ask = asking(f"tcp://127.0.0.1:{port_of(hole)}", within=1.1)
        assert measure(ask, probing).gateway is Answer.NO
        assert measure(asking(f"tcp://127.0.0.1:{port_of(door)}"), probing).gateway is Answer.UNTRIED
        with pytest.raises(BlockingIOError):
            router.accept()


@pytest.mark.parametrize("kind", [{"is_tunnel": True}, {"is_direct": True}], ids=["vpn", "modem"])
def test_other_end_of_a_link_is_no_router_of_ones_own(kind):
    """A VPN's far end is nobody's router, and that of a modem's link the provider's: neither is asked."""
    path = Path("tun0", int(socket.AF_INET), "127.0.0.1", **kind)
    with refusing() as port:
        assert measure(asking(gateway=True, path=path), prober(ports=(port,))).gateway is Answer.UNTRIED


# --- paths ---


def test_path_of_the_reading():
    """The path that was asked for, else the first there is, else none: targets are tried all the same."""
    other = Path("up1", int(socket.AF_INET), "192.0.2.129", "192.0.2.130")
    with listening() as door:
        target = f"tcp://127.0.0.1:{port_of(door)}"
        assert measure(asking(target, path=other)).path == other
        assert measure(asking(target, path=None), prober(paths=(other, LOOPBACK))).path == other
        reading = measure(asking(target, path=None, gateway=True), prober(paths=()))
    assert reading.path is None
    assert reading.probes[0].is_ok


def test_family_without_a_default_route_is_no_fault_of_the_line():
    """IPv6 targets where this computer has IPv4 alone are left out of the reckoning."""
    ask = asking("tcp://[2001:db8::1]:443", bind=True, within=1)
    assert measure(ask).probes[0].fault is ProbeFault.NO_ROUTE


def test_routes_that_cannot_be_read_are_those_of_before(caplog):
    """A system that does not answer has not lost its routes; that it did not is logged once."""
    answers = [(LOOPBACK,), OSError("busy"), OSError("busy")]

    async def found():
        said = answers.pop(0)
        if isinstance(said, OSError):
            raise said
        return said

    async def scenario():
        probing = LineProber(SystemClock(), paths=found)
        return [await probing.paths() for _ in range(3)]

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(scenario()) == [(LOOPBACK,)] * 3
    assert len(caplog.records) == 1


def test_this_computers_own_paths():
    """By default the system is asked, whatever it says."""
    assert isinstance(asyncio.run(LineProber(SystemClock()).paths()), tuple)


# --- deep rounds ---


def test_https_is_checked_in_deep_rounds_alone(tmp_path):
    """An ordinary round connects; a deep one wants to know who it is."""
    file, shown = certificate(tmp_path, "DNS:localhost")
    trusted = create_default_context(cafile=str(file))

    async def scenario():
        async with HostileServer(always(b""), tls=shown) as server:
            targets = (f"https://localhost:{server.port}/", f"https://127.0.0.1:{server.port}/")
            probing = prober(trust=lambda: trusted)
            return [await probing.measure(asking(*targets, deep=deep)) for deep in (False, True)]

    plain, deep = asyncio.run(scenario())
    assert [each.fault for each in plain.probes] == [None, None]
    assert [each.fault for each in deep.probes] == [None, ProbeFault.TLS]
    assert deep.probes[0].round_trip < 1


def test_what_cannot_be_trusted_anyhow_is_not_checked(caplog):
    """A computer whose own certificates cannot be read does not call every target false."""

    def broken():
        raise FileNotFoundError("no certificates")

    with listening() as door, caplog.at_level(logging.WARNING):
        reading = measure(asking(f"https://127.0.0.1:{port_of(door)}/", deep=True), prober(trust=broken))
    assert reading.probes[0].is_ok
    assert "no certificates" in caplog.text


@pytest.mark.parametrize(
    ("said", "deep", "wanted"),
    [(b"success\n", True, Answer.NO), (b"sign in", True, Answer.YES), (b"sign in", False, Answer.UNTRIED)],
)
def test_page(said, deep, wanted):
    """The page is asked for in deep rounds alone, where one may be."""

    async def scenario():
        async with HostileServer(always(answer(200, said))) as server:
            ask = asking(deep=deep, portal=(f"{server.url}/success.txt", "success"))
            reading = await prober().measure(ask)
            without = await prober().measure(asking(deep=deep))
            assert without.portal is Answer.UNTRIED
            assert len(server.received) == deep
            return reading.portal

    assert asyncio.run(scenario()) is wanted


def test_resolver_that_lies_leads_no_request_here():
    """A network that gives this computer's own address for the page does not make us talk to ourselves."""

    async def scenario():
        async with HostileServer(always(answer(200, b"sign in"))) as server:
            url = f"http://example.net:{server.port}/"
            reading = await prober().measure(asking(deep=True, portal=(url, "success")))
            return reading.portal, server.connections

    assert asyncio.run(scenario()) == (Answer.UNTRIED, 0)


# --- ends ---


def test_closed_in_the_middle():
    """Closing ends a round that runs; what it did not learn it does not claim to have."""

    async def scenario(port):
        probing = prober()
        round_ = asyncio.create_task(probing.measure(asking(f"tcp://127.0.0.1:{port}", gateway=True, within=60)))
        await asyncio.sleep(0.05)
        await probing.close()
        return await asyncio.wait_for(round_, 30)

    with swallowing() as hole:
        reading = asyncio.run(scenario(port_of(hole)))
    assert reading.probes[0].fault is ProbeFault.TIMEOUT


def test_called_off():
    """A round that is called off leaves no socket and no task."""

    async def scenario(port):
        ask = asking(f"tcp://127.0.0.1:{port}", names=("two.example.net",), gateway=True, within=60)
        round_ = asyncio.create_task(prober(ports=(port,)).measure(ask))
        await asyncio.sleep(0.05)
        round_.cancel()
        with pytest.raises(asyncio.CancelledError):
            await round_
        return asyncio.all_tasks() - {asyncio.current_task()}

    with swallowing() as hole:
        before = open_files()
        assert asyncio.run(scenario(port_of(hole))) == set()
        assert open_files() <= before


def test_mistake_of_ours_is_logged_and_no_answer(caplog):
    """What should never happen is in the log with its traceback; the round goes on."""

    def broken(*_):
        raise LookupError("a mistake")

    with listening() as door:
        ask = asking(f"tcp://127.0.0.1:{port_of(door)}", names=("two.example.net",))
        reading = measure(ask, prober(lookup=broken))
    assert reading.probes[0].is_ok
    assert reading.lookups == (("two.example.net", Lookup.FAILED),)
    assert "a mistake" in caplog.text


def test_ordinary_rounds_import_little():
    """What only deep rounds need, and other systems' parts, stay out of the memory until then."""
    code = (
        "import asyncio, sys\n"
        "from datetime import timedelta\n"
        "from tocsin.adapters.clock import SystemClock\n"
        "from tocsin.adapters.line_prober import LineProber\n"
        "from tocsin.domain.line import Order\n"
        "from tocsin.ports import Ask\n"
        "ask = Ask(Order(('tcp://127.0.0.1:9', 'tcp://localhost:9'), ('localhost',), gateway=True), None,"
        " timedelta(seconds=2))\n"
        "asyncio.run(LineProber(SystemClock()).measure(ask))\n"
        "print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.split())
    assert "tocsin.adapters.probe_tcp" in loaded
    heavy = {"truststore", "httpx", "ctypes", "encodings.idna", "stringprep", "unicodedata", "msgspec", "PySide6"}
    ours = {f"tocsin.adapters.{name}" for name in ("probe_https", "portal", "routes_macos", "routes_windows")}
    assert loaded & (heavy | ours) == set()


def test_no_adapter_of_the_probes_is_long():
    """Each part is read at a sitting."""
    folder = FilePath(__file__).parents[2] / "src" / "tocsin" / "adapters"
    parts = ["gateway.py", "line_prober.py", "neighbours_linux.py", "portal.py"]
    for file in (*folder.glob("probe_*.py"), *folder.glob("routes*.py"), *(folder / name for name in parts)):
        assert len(file.read_text().splitlines()) <= 250, file.name
