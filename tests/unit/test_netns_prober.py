"""The probes in a network namespace: routes that come and go, a router that answers, and one that is gone."""

import asyncio
import contextlib
import socket
import time
from datetime import timedelta

import pytest

from support.netns_tools import check_possible, inside, ip, new_namespaces, nft, remove, sysctl, unique
from support.probing import port_of
from tocsin.adapters import gateway, neighbours_linux
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.line_prober import LineProber
from tocsin.adapters.probe_sockets import Way
from tocsin.domain.line import Order
from tocsin.domain.reading import Answer, Path, ProbeFault
from tocsin.ports import Ask

FOUR, SIX = int(socket.AF_INET), int(socket.AF_INET6)
ROUTER, ROUTER_6 = "192.0.2.1", "fe80::1"
TARGET = "203.0.113.5"
MUTE = "table inet mute {\nchain in { type filter hook input priority 0; drop; }\n}"
"""Rules by which a router answers nobody; that it has its address it says all the same."""
SHUT = "table inet shut {\nchain out { type filter hook output priority 0; oifname up0 drop; }\n}"
"""Rules by which the computer itself lets nothing out, as a VPN's kill switch does."""
ASK = Order(("tcp://203.0.113.5:443", "tcp://[2001:db8:9::5]:443"), gateway=True)
WAYS = (Path("up0", FOUR, ROUTER, "192.0.2.10"), Path("up0", SIX, ROUTER_6, "2001:db8::10"))


@pytest.fixture
def hosts():
    """A computer and its router, with a cable between them that is not plugged in at the router."""
    check_possible()
    name = unique()
    home, router = f"{name}-home", f"{name}-gateway"
    with contextlib.ExitStack() as stack:
        for host in (home, router):
            stack.callback(remove, host)
        new_namespaces(home, router)
        sysctl(home, ipv6__conf__default__accept_dad=0, ipv4__ping_group_range="1 0")
        sysctl(router, ipv6__conf__default__accept_dad=0)
        ip(home, "link set lo up", f"link add up0 type veth peer name home netns {router}")
        ip(router, f"addr add {ROUTER}/24 dev home", f"addr add {ROUTER_6}/64 dev home nodad", "link set lo up")
        ip(router, f"addr add {TARGET}/32 dev lo")
        yield home, router


def plug_in(home, router):
    ip(router, "link set home up")
    ip(home, "addr add 192.0.2.10/24 dev up0", "addr add 2001:db8::10/64 dev up0 nodad", "link set up0 up")
    ip(home, f"route add default via {ROUTER} metric 100", f"route add ::/0 via {ROUTER_6} dev up0 metric 100")


def paths(home):
    return inside(home, lambda: asyncio.run(LineProber(SystemClock()).paths()))


def measured(home, order=ASK, *, path=None, bind=False, rounds=1, within=4.0):
    """The last of some rounds from inside, with one prober."""

    async def scenario():
        probing = LineProber(SystemClock())
        return [await probing.measure(Ask(order, path, timedelta(seconds=within), bind=bind)) for _ in range(rounds)]

    return inside(home, lambda: asyncio.run(scenario()))[-1]


def test_no_network_at_all(hosts):
    """Nothing leads out: no path, and targets that this computer has no way to."""
    home, _ = hosts
    assert paths(home) == ()
    reading = measured(home)
    assert {each.fault for each in reading.probes} == {ProbeFault.NO_ROUTE}
    assert (reading.path, reading.gateway) == (None, Answer.UNTRIED)


def test_cable_in_and_out(hosts):
    """Both families' default routes, with the addresses to be bound to; none while the cable is out."""
    home, router = hosts
    plug_in(home, router)
    assert paths_in_time(home, WAYS) == WAYS
    ip(router, "link set home down")
    assert paths_in_time(home, ()) == ()


def paths_in_time(home, wanted):
    """The paths once they are wanted; the kernel takes a second to tell of a cable."""
    deadline = time.monotonic() + 30
    while (found := paths(home)) != wanted and time.monotonic() < deadline:
        pass
    return found


def test_router_that_refuses_is_there(hosts):
    """A router that takes no connection answers all the same, over either family, and without any privilege's echo."""
    home, router = hosts
    plug_in(home, router)
    for path in WAYS:
        assert measured(home, path=path, within=10).gateway is Answer.YES


def test_echo_is_answered_where_it_is_allowed(hosts):
    """Where the system lets anybody send an echo, the router's answer to it is found, over either family."""
    home, router = hosts
    plug_in(home, router)
    sysctl(home, ipv4__ping_group_range="0 2147483647")

    async def scenario(path):
        async with asyncio.timeout(10):
            return await gateway._echo(path.gateway, path, Way())

    for path in WAYS:
        assert inside(home, lambda path=path: asyncio.run(scenario(path))) is Answer.YES


def test_router_that_is_gone(hosts):
    """Nobody has the router's address: a few seconds tell, by the kernel's own questions for it."""
    home, router = hosts
    plug_in(home, router)
    ip(router, f"addr del {ROUTER}/24 dev home")
    reading = measured(home)
    assert reading.gateway is Answer.NO
    assert reading.probes[0].fault in (ProbeFault.UNREACHABLE, ProbeFault.TIMEOUT)
    entry = inside(home, lambda: neighbours_linux.neighbour(ROUTER, "up0"))
    assert entry is not None
    assert entry.is_silent


def test_router_that_falls_silent_with_the_line(hosts):
    """Once the kernel has heard of it since, a router is there however long it says nothing."""
    home, router = hosts
    plug_in(home, router)
    # A second in place of half a minute: how long the kernel takes a neighbour for reachable, and when it asks anew.
    quick = {"base_reachable_time_ms": 300, "delay_first_probe_time": 1}
    sysctl(home, **{f"ipv4__neigh__up0__{name}": value for name, value in quick.items()})

    async def scenario():
        probing = LineProber(SystemClock())

        async def heard():
            ask = Ask(Order(ASK.targets[:1], gateway=True), WAYS[0], timedelta(seconds=0.4))
            return (await probing.measure(ask)).gateway

        async def until(wanted):
            async with asyncio.timeout(30):
                while await heard() is not wanted:
                    pass

        await until(Answer.YES)
        nft(router, MUTE)
        await until(Answer.YES)
        return [await heard() for _ in range(6)]  # for longer than the kernel takes it for reachable

    assert Answer.NO not in inside(home, lambda: asyncio.run(scenario()))


def test_router_to_which_the_own_firewall_lets_nothing(hosts):
    """Its silence is the firewall's doing: it says nothing, though the router did answer before."""
    home, router = hosts
    plug_in(home, router)

    async def scenario():
        probing = LineProber(SystemClock())
        ask = Ask(Order(ASK.targets[:1], gateway=True), WAYS[0], timedelta(seconds=0.6))
        before = await probing.measure(ask)
        nft(home, SHUT)
        return before.gateway, (await probing.measure(ask)).gateway

    assert inside(home, lambda: asyncio.run(scenario())) == (Answer.YES, Answer.UNTRIED)


def test_target_behind_the_router_bound_to_the_interface(hosts):
    """A bound probe reaches what lies that way, from that interface's address."""
    home, router = hosts
    plug_in(home, router)

    def listening():
        made = socket.create_server((TARGET, 0))
        made.settimeout(5)
        return made

    with inside(router, listening) as door:
        order = Order((f"tcp://{TARGET}:{port_of(door)}",))
        assert measured(home, order, path=WAYS[0], bind=True).probes[0].is_ok
        accepted, seen = door.accept()
        accepted.close()
    assert seen[0] == "192.0.2.10"
