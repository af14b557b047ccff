"""Reaching a server by its name: lookups that cannot hurt, and the first address that answers."""

import asyncio
import threading

import httpcore
import pytest

from support.hostile_server import HostileServer, always, answer
from support.http_client import account, client, direct
from support.probing import refusing
from tocsin.adapters.http_connect import Connector, LookupFailed, Resolver, first_to_connect, system_lookup
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


class Stream(httpcore.AsyncNetworkStream):
    """A connection that only knows whether it was closed."""

    def __init__(self, address):
        self.address = address
        self.closed = False

    async def aclose(self):
        self.closed = True


def test_addresses_alternate_between_families():
    """A provider with four dead IPv6 addresses is still reached over IPv4 at the second attempt."""
    found = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"]
    resolver = Resolver(lambda *_: found)
    assert list(asyncio.run(resolver.addresses("a.example", 443))) == [found[0], found[3], found[1], found[2]]


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_address_is_not_looked_up(address):
    """An address in place of a name needs no resolver."""

    def lookup(*_):
        raise AssertionError("was looked up")

    assert list(asyncio.run(Resolver(lookup).addresses(address, 80))) == [address]


def test_system_lookup_finds_this_computer():
    """The real resolver, asked the real way, names each address once."""
    found = system_lookup("localhost", 80)
    assert found
    assert len(set(found)) == len(found)
    assert set(found) <= {"127.0.0.1", "::1"}


def test_exchange_with_an_address_never_enters_the_resolver(monkeypatch):
    """Below our own lookup nobody looks up again: not httpcore, not asyncio, and no executor thread is left."""

    def lookup(*_, **__):
        raise AssertionError("was looked up")

    async def scenario():
        async with HostileServer(always(answer(200, b"ok"))) as server:
            resolver = Resolver(lambda *_: ["127.0.0.1"])
            monkeypatch.setattr("socket.getaddrinfo", lookup)
            async with client(transport=direct(resolver=resolver)) as http:
                url = f"http://localhost:{server.port}/"
                response = await http.send(HttpRequest(url), account(url))
        return response.body, [thread.name for thread in threading.enumerate()]

    body, threads = asyncio.run(scenario())
    assert body == b"ok"
    assert not [name for name in threads if name.startswith("asyncio")]


@pytest.mark.parametrize("name", ["localhost", "printer.localhost"])
def test_localhost_never_leads_off_this_computer(name):
    """Plain http and a token go to localhost unasked, so a resolver cannot point it elsewhere."""
    resolver = Resolver(lambda *_: ["192.0.2.1", "127.0.0.1"])
    assert list(asyncio.run(resolver.addresses(name, 80))) == ["127.0.0.1"]
    with pytest.raises(LookupFailed):
        asyncio.run(Resolver(lambda *_: ["192.0.2.1"]).addresses(name, 80))


def test_hanging_lookups_of_one_name_cost_one_thread():
    """A resolver that hangs for hours does not gather a thread a minute."""
    release, started = threading.Event(), []

    def lookup(*_):
        started.append(threading.current_thread())
        release.wait()
        return ["192.0.2.1"]

    async def scenario():
        resolver = Resolver(lookup, deadline=0.02)
        for _ in range(5):
            with pytest.raises(LookupFailed):
                await resolver.addresses("a.example", 443)
        release.set()
        return await Resolver(lookup).addresses("a.example", 443)

    assert list(asyncio.run(scenario())) == ["192.0.2.1"]
    assert len(started) == 2
    assert all(thread.daemon for thread in started)


def test_next_address_is_tried_when_one_refuses():
    """A server that is down on its first address is reached on its second, and asked by its name."""

    async def scenario():
        async with HostileServer(always(answer(200, b"second"))) as server:
            resolver = Resolver(lambda *_: ["::1", "127.0.0.1"])
            async with client(transport=direct(resolver=resolver)) as http:
                url = f"http://localhost:{server.port}/"
                return await http.send(HttpRequest(url), account(url)), server.received[0].headers["host"]

    response, host = asyncio.run(scenario())
    assert response.body == b"second"
    assert host.startswith("localhost:")


def test_all_addresses_refused_is_connect():
    """Only when no address answers is the server out of reach."""

    async def scenario(port):
        resolver = Resolver(lambda *_: ["::1", "127.0.0.1"])
        async with client(transport=direct(resolver=resolver)) as http:
            url = f"http://localhost:{port}/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value.kind

    with refusing() as port:
        assert asyncio.run(scenario(port)) is FailureKind.CONNECT


def race(delays, stagger=0.02):
    """Connect to addresses that each take so long, None for ever; a negative delay fails after it."""
    streams = []
    called_off = []

    async def connect(address):
        delay = delays[address]
        try:
            await asyncio.sleep(3600 if delay is None else abs(delay))
        except asyncio.CancelledError:
            called_off.append(address)
            raise
        if delay is not None and delay < 0:
            raise OSError(address)
        streams.append(Stream(address))
        return streams[-1]

    async def scenario():
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            return await first_to_connect(list(delays), connect, stagger), loop.time() - start
        except OSError as error:
            return error, loop.time() - start

    won, took = asyncio.run(scenario())
    return won, took, streams, called_off


def test_black_hole_costs_a_moment_only():
    """IPv6 that leads nowhere delays a poll by the stagger, not by a timeout, and its attempt is called off."""
    won, took, _, called_off = race({"hole": None, "good": 0.0})
    assert won.address == "good"
    assert took < 30  # the hole is waited for an hour
    assert called_off == ["hole"]


def test_refusal_starts_the_next_attempt_at_once():
    """Nobody waits out the stagger after a clear no."""
    won, took, _, _ = race({"no": -0.0001, "good": 0.0}, stagger=60)
    assert won.address == "good"
    assert took < 30


def test_first_failure_is_reported_when_all_fail():
    """The preferred address is the one to name."""
    error, _, _, _ = race({"one": -0.0001, "two": -0.0001})
    assert str(error) == "one"


def test_every_connection_but_one_is_closed():
    """Attempts that succeed in the same moment leave one connection, not a leak."""
    streams = []

    async def scenario():
        all_there = asyncio.Barrier(3)

        async def connect(address):
            await all_there.wait()
            streams.append(Stream(address))
            return streams[-1]

        return await first_to_connect(["a", "b", "c"], connect, 0)

    won = asyncio.run(scenario())
    assert len(streams) == 3
    assert [stream for stream in streams if not stream.closed] == [won]


def test_cancelled_race_leaves_nothing():
    """Quitting while connecting calls every attempt off."""
    called_off = []

    async def scenario():
        both = asyncio.Barrier(3)

        async def connect(address):
            try:
                await both.wait()
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                called_off.append(address)
                raise

        racing = asyncio.ensure_future(first_to_connect(["a", "b"], connect, 0))
        await both.wait()
        racing.cancel()
        await asyncio.wait([racing])
        return racing.cancelled(), len(asyncio.all_tasks())

    assert asyncio.run(scenario()) == (True, 1)
    assert sorted(called_off) == ["a", "b"]


def test_backend_waits_as_asked():
    """The pool's pauses between retries are the loop's own."""

    async def scenario():
        await Connector(Resolver()).sleep(0)

    asyncio.run(scenario())
