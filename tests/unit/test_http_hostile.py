"""What a broken or malicious server can do to us: each ends in its kind of failure, soon, and gives nothing away."""

import asyncio
import gzip
import logging
import socket
import threading
import traceback
import tracemalloc
import zlib

import pytest

from support.hostile_server import (
    HostileServer,
    always,
    answer,
    dripping,
    in_turn,
    silent,
    then_closes,
)
from support.http_client import API_KEY, BEARER, CANARY, MemorySecrets, account, client, direct
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.http_connect import Resolver
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest

MIB = 1024 * 1024


def fail(handler, *, request=None, deadline=30.0, auth=BEARER):
    """The failure that asking such a server ends in, and the seconds that took."""

    async def scenario():
        async with HostileServer(handler) as server, client(deadline=deadline) as http:
            loop = asyncio.get_running_loop()
            start = loop.time()
            with pytest.raises(PollFailed) as caught:
                await http.send(request or HttpRequest(f"{server.url}/"), account(server.url, auth))
            return caught.value, loop.time() - start

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    "handler",
    [
        silent(),
        dripping(b"", b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 50),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"drip"),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.001),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x")[:10], b"\x00\x00"),
    ],
    ids=["silence", "headers drip", "endless 100", "body drips", "chunks drip", "gzip drips"],
)
def test_dripping_server_is_cut_off(handler):
    """Every read succeeds in time, and still the exchange ends with its one deadline."""
    failure, took = fail(handler, deadline=0.4)
    if failure.kind is not FailureKind.MALFORMED:  # rubbish in gzip may be seen before the time is up
        assert failure.kind is FailureKind.TIMEOUT
        assert took > 0.35
    assert took < 30  # the server goes on for an hour


def bomb() -> bytes:
    """199 KiB of gzip that stand for 200 MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(MIB)) for _ in range(200)]
    return b"".join([*parts, packer.flush()])


def test_a_bomb_is_defused():
    """199 KiB that inflate to 200 MiB: too_large, and the limit's 8 MiB are all the memory that it gets."""
    packed = bomb()
    assert 190 * 1024 < len(packed) < 210 * 1024
    tracemalloc.start()
    try:
        failure, took = fail(always(answer(200, packed, ("Content-Encoding", "gzip"))))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failure.kind is FailureKind.TOO_LARGE
    assert peak < 11 * MIB
    assert took < 30


def test_declared_length_over_the_limit_is_not_even_read():
    """A server that announces 10 GiB is believed and left."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"
    failure, _ = fail(then_closes(head))
    assert failure.kind is FailureKind.TOO_LARGE


def test_plain_body_over_the_limit_is_cut():
    """Without a length the limit holds too; a request may have a smaller one of its own."""

    async def scenario():
        data = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000
        async with HostileServer(always(data)) as server, client() as http:
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(f"{server.url}/", limit=4096), account(server.url))
            return caught.value.kind

    assert asyncio.run(scenario()) is FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    "handler",
    [
        then_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        then_closes(b""),
        always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        always(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
        always(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 300_000 + b"\r\n\r\n"),
        always(answer(200, b"{}", ("Content-Encoding", "br"))),
        always(answer(200, b"not gzip at all", ("Content-Encoding", "gzip"))),
        always(answer(200, gzip.compress(b"half of it")[:-9], ("Content-Encoding", "gzip"))),
        always(answer(304)),
    ],
    ids=["cut", "nothing", "ssh", "length", "headers", "brotli", "no gzip", "half a gzip", "unasked 304"],
)
def test_rubbish_is_malformed(handler):
    """What is no proper HTTP, or breaks off, is a failure and never an empty answer."""
    failure, _ = fail(handler)
    assert failure.kind is FailureKind.MALFORMED


def test_redirect_to_another_port_takes_no_key_along():
    """The API key of one server is not carried to another, though httpx's own redirects would do that."""

    async def scenario():
        async with HostileServer(always(answer(200, b"mine now"))) as thief:
            sending_on = always(answer(302, b"", ("Location", f"{thief.url}/take")))
            async with HostileServer(sending_on) as server, client() as http:
                with pytest.raises(PollFailed) as caught:
                    await http.send(HttpRequest(f"{server.url}/"), account(server.url, API_KEY))
                return caught.value, thief.connections, thief.url

    failure, connections, url = asyncio.run(scenario())
    assert failure.kind is FailureKind.REDIRECT
    assert connections == 0
    assert url in failure.message, "the user is told where it wanted to go"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_on_the_same_origin_is_followed(status):
    """A page that moved on its own server is found, with the login still put in."""

    async def scenario():
        moved = answer(status, b"moved", ("Location", "/there?x=1#y"))
        async with HostileServer(in_turn(moved, answer(200, b"here"))) as server, client() as http:
            response = await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            return response, server

    response, server = asyncio.run(scenario())
    assert response.body == b"here"
    assert response.url.endswith("/there?x=1")
    assert server.received[1].headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_redirected_post_keeps_its_method_where_it_must(status, method):
    """After a 303 the answer is fetched by GET; a 307 repeats the question as it was."""

    async def scenario():
        moved = answer(status, b"", ("Location", "/there"))
        async with HostileServer(in_turn(moved, answer(200, b"here"))) as server, client() as http:
            request = HttpRequest(f"{server.url}/", method="POST", body=b"question")
            await http.send(request, account(server.url))
            return server.received[1]

    received = asyncio.run(scenario())
    assert (received.method, received.body) == (method, b"question" if method == "POST" else b"")


@pytest.mark.parametrize(
    "location",
    [
        "/again",
        "https://127.0.0.1/",
        "javascript:alert(1)",
        "//evil.example/",
        "",
        "http://a b/",
        "http://[::",
        "\\\\x",
    ],
)
def test_redirect_that_leads_nowhere_good_is_refused(location):
    """In a circle, to another scheme, to another host, to nothing: `redirect`, quickly."""
    failure, took = fail(always(answer(302, b"", ("Location", location))))
    assert failure.kind is FailureKind.REDIRECT
    assert took < 25, "not at the deadline"


@pytest.mark.parametrize("length", [b"0", b"9"], ids=["empty", "with a body"])
def test_refused_answers_use_up_no_connection(length):
    """A page that redirects all day does not fill the pool: the hundredth request still gets its answer."""

    async def handler(request, writer):
        moved = b"HTTP/1.1 302 F\r\nLocation: https://evil.example/\r\nContent-Length: " + length + b"\r\n\r\n"
        writer.write(answer(200, b"ok") if request.target == "/end" else moved)

    async def scenario():
        async with HostileServer(handler) as server, client(deadline=30) as http:
            for _ in range(60):
                with pytest.raises(PollFailed):
                    await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            return await http.send(HttpRequest(f"{server.url}/end"), account(server.url))

    assert asyncio.run(scenario()).body == b"ok"


def test_redirect_without_a_location_is_refused():
    """A redirect to nowhere does not ask the same page five times."""
    failure, _ = fail(in_turn(answer(302)))
    assert failure.kind is FailureKind.REDIRECT


def test_five_hops_are_followed_and_six_are_not():
    """The limit is where DESIGN puts it."""

    async def scenario(hops):
        answers = [answer(302, b"", ("Location", f"/{n}")) for n in range(hops)]
        async with HostileServer(in_turn(*answers, answer(200, b"end"))) as server, client() as http:
            return await http.send(HttpRequest(f"{server.url}/"), account(server.url))

    assert asyncio.run(scenario(5)).body == b"end"
    with pytest.raises(PollFailed) as caught:
        asyncio.run(scenario(6))
    assert caught.value.kind is FailureKind.REDIRECT


def test_connection_refused_is_connect():
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        failure, took = fail(always(b""), request=HttpRequest(url, authenticate=False))
    assert failure.kind is FailureKind.CONNECT
    assert "refused" in failure.message.lower()
    assert took < 25, "not at the deadline"


def lookup_failing(lookup):
    async def scenario():
        async with client(transport=direct(resolver=Resolver(lookup))) as http:
            url = "https://status.planetfibre.example/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value

    return asyncio.run(scenario())


def no_such_name(*_):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def odd_name(*_):
    raise UnicodeError("label too long")


@pytest.mark.parametrize("lookup", [no_such_name, odd_name, lambda *_: []], ids=["nxdomain", "odd", "empty"])
def test_name_that_has_no_address_is_dns(lookup):
    """A name that cannot be looked up is told apart from a server that cannot be reached."""
    failure = lookup_failing(lookup)
    assert failure.kind is FailureKind.DNS
    assert "status.planetfibre.example" in failure.message


def test_real_lookup_of_a_name_that_cannot_be():
    """The system's own resolver says no to a name that is reserved for that (RFC 2606)."""

    async def scenario():
        async with client() as http:
            url = "https://nowhere.invalid/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value.kind

    assert asyncio.run(scenario()) is FailureKind.DNS


def test_lookup_that_hangs_is_dns(monkeypatch):
    """A resolver that never answers costs part of the deadline, not the program, and is `dns`, not `timeout`."""
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait() and [])

    async def scenario():
        http = HttpClient(MemorySecrets(), SystemClock(), deadline=3)
        with pytest.raises(PollFailed) as caught:
            await http.send(HttpRequest("https://status.planetfibre.example/"), account("https://other.example"))
        await http.close()
        return caught.value

    try:
        failure = asyncio.run(scenario())
    finally:
        release.set()
    assert failure.kind is FailureKind.DNS
    assert "2 s" in failure.message


@pytest.mark.parametrize("auth", [BEARER, API_KEY], ids=lambda auth: auth.kind)
@pytest.mark.parametrize(
    "handler",
    [
        silent(),
        then_closes(b"HT"),
        always(b"rubbish\r\n\r\n"),
        always(answer(302, b"", ("Location", f"https://evil.example/?k={CANARY}"))),
        always(answer(200, b"x" * 100, ("Content-Encoding", "gzip"))),
        always(answer(304)),
    ],
    ids=["timeout", "broken off", "rubbish", "redirect", "gzip", "304"],
)
def test_no_failure_shows_the_secret(handler, auth, caplog):
    """Neither the failure, nor its traceback, nor what is logged on any level contains the login."""
    caplog.set_level(logging.DEBUG)
    failure, _ = fail(handler, deadline=0.3, auth=auth)
    shown = "".join(traceback.format_exception(failure)) + repr(failure) + caplog.text
    assert CANARY not in shown


def test_success_logs_no_address(caplog):
    """Below WARNING httpx and httpcore would log whole URLs, and a query may hold a key."""
    caplog.set_level(logging.DEBUG)

    async def scenario():
        async with HostileServer(always(answer(200, b"{}"))) as server, client() as http:
            await http.send(HttpRequest(f"{server.url}/?key={CANARY}"), account(server.url))

    asyncio.run(scenario())
    assert CANARY not in caplog.text
