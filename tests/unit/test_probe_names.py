"""Looking names up: found, absent, a lie or a failure, and never a program that hangs with its resolver."""

import asyncio
import socket
import subprocess
import sys
import threading

import pytest

from support.probing import waits
from tocsin.adapters.probe_names import Names, is_lie, system_lookup
from tocsin.domain.reading import Lookup


def ask(host, lookup=system_lookup, within=5.0):
    return asyncio.run(Names(lookup).ask(host, within))


def raising(error):
    def lookup(_):
        raise error

    return lookup


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), Lookup.ABSENT),
        (socket.gaierror(socket.EAI_NODATA, ""), Lookup.ABSENT),
        (socket.gaierror(socket.EAI_AGAIN, ""), Lookup.FAILED),
        (socket.gaierror(socket.EAI_FAIL, ""), Lookup.FAILED),
        (OSError(5, ""), Lookup.FAILED),
        (UnicodeError("label too long"), Lookup.FAILED),
        (RuntimeError("can't start new thread"), Lookup.FAILED),
    ],
)
def test_what_failed(error, wanted):
    """A name that does not exist is an answer; a resolver that has none is a failure."""
    assert ask("example.net", raising(error)) == (wanted, ())


@pytest.mark.parametrize(
    ("addresses", "wanted", "usable"),
    [
        (["127.0.0.1"], Lookup.LIE, ()),
        (["::1", "0.0.0.0"], Lookup.LIE, ()),  # noqa: S104 -- what a resolver says
        (["::ffff:127.0.0.1"], Lookup.LIE, ()),
        (["255.255.255.255", "224.0.0.1", "nonsense"], Lookup.LIE, ()),
        (["127.0.0.1", "192.0.2.5"], Lookup.FOUND, ("192.0.2.5",)),
        (["192.168.1.1"], Lookup.FOUND, ("192.168.1.1",)),
        (["fe80::1%eth0"], Lookup.FOUND, ("fe80::1%eth0",)),
        ([], Lookup.ABSENT, ()),
    ],
)
def test_lies(addresses, wanted, usable):
    """A name in the internet cannot be this computer: such an answer is one of the network's own."""
    assert ask("example.net", lambda _: addresses) == (wanted, usable)


def test_this_computers_own_name_is_no_lie():
    """``localhost`` is the loopback, by the resolver that runs."""
    lookup, addresses = ask("localhost")
    assert lookup is Lookup.FOUND
    assert not any(is_lie("localhost", each) for each in addresses)


def test_addresses_are_their_own():
    """What is in digits is not looked up."""
    assert ask("192.0.2.7", raising(AssertionError)) == (Lookup.FOUND, ("192.0.2.7",))
    assert ask("2001:db8::7", raising(AssertionError)) == (Lookup.FOUND, ("2001:db8::7",))


def test_hostile_hosts_never_raise():
    """Names that no resolver takes fail, quickly."""
    for host in ("a" * 300, "a..b", "\u2024", "x\0y", "-"):
        assert ask(host, within=20)[0] in (Lookup.FAILED, Lookup.ABSENT)


def test_hanging_resolver_costs_one_thread():
    """Round after round waits no longer than it may, and all of them for the same lookup."""
    release, begun = threading.Event(), []

    def hang(host):
        begun.append(host)
        release.wait(30)
        return ["192.0.2.1"]

    async def scenario():
        names = Names(hang)
        for _ in range(3):
            found, _ = await waits(20, names.ask("example.net", 0.05))
            assert found == (Lookup.FAILED, ())
        release.set()
        return await names.ask("example.net", 30)

    assert asyncio.run(scenario()) == (Lookup.FOUND, ("192.0.2.1",))
    assert begun == ["example.net"]


def test_hanging_resolver_does_not_hold_up_the_exit():
    """The program ends while a lookup hangs."""
    code = (
        "import asyncio, threading\n"
        "from tocsin.adapters.probe_names import Names\n"
        "print(asyncio.run(Names(lambda _: threading.Event().wait()).ask('example.net', 0.05))[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "failed"
