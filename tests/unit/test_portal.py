"""The page that is known to say one thing: what came in its place is a sign-in page, and a failure is none."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.hostile_server import HostileServer, always, answer, dripping, silent, then_closes
from support.probing import open_files, port_of, refusing, swallowing, waits
from tocsin.adapters import portal
from tocsin.adapters.portal import ask_page, judged, request
from tocsin.adapters.probe_sockets import Way
from tocsin.adapters.probe_tcp import parsed
from tocsin.domain.reading import Answer

HOST = "check.example.net"
YES, NO, UNTRIED = Answer.YES, Answer.NO, Answer.UNTRIED
CHUNKED = ("Transfer-Encoding", "chunked")


def raw(status, body=b"", *fields):
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body


@pytest.mark.parametrize(
    ("came", "wanted"),
    [
        (raw(200, b"success\n"), NO),
        (raw(200, b"success\n", ("Content-Length", "8")), NO),
        (raw(200, b"7\r\nsuccess\r\n0\r\n\r\n", CHUNKED), NO),
        (raw(200, b"3;x=y\r\nsuc\r\n4\r\ncess\r\n0\r\n\r\n", CHUNKED), NO),
        (raw(200, b"<html>Please sign in</html>"), YES),
        (raw(200, b"", ("Content-Length", "0")), YES),
        (raw(204, b"", ("Content-Length", "0")), YES),
        (raw(302, b"", ("Location", "http://hotspot.example.org/")), YES),
        (raw(307, b"", ("Location", "/login")), YES),
        (raw(301, b"", ("Location", f"https://{HOST}/success.txt")), UNTRIED),
        (raw(511, b"sign in"), YES),
        (raw(404, b"not here"), UNTRIED),
        (raw(407, b"proxy"), UNTRIED),
        (raw(503, b"busy"), UNTRIED),
        (raw(200, b"succ", ("Content-Length", "8")), UNTRIED),
        (raw(200, b"welc", ("Content-Length", "8")), YES),
        (raw(200, b"3\r\nsuc\r\n", CHUNKED), UNTRIED),
        (raw(200, b"zz\r\nsuc", CHUNKED), UNTRIED),
        (b"HTTP/1.1 200 OK\r\nContent-Le", UNTRIED),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", UNTRIED),
        (b"HTTP/1.1 2x0 OK\r\n\r\n", UNTRIED),
        (b"", UNTRIED),
    ],
)
def test_what_an_answer_shows(came, wanted):
    """Its own words, others in their place, or neither."""
    assert judged(came, "success", HOST) is wanted


def test_page_that_is_not_over():
    """What may still become the page shows nothing; what differs already does."""
    for body, wanted in ((b"", UNTRIED), (b"succ", UNTRIED), (b"success", UNTRIED), (b"sign in", YES)):
        assert judged(raw(200, body), "success", HOST, is_ended=False) is wanted


def test_page_that_says_nothing():
    """A page that is known to be empty answers 204."""
    assert judged(raw(204), "", HOST) is NO
    assert judged(raw(200, b"sign in"), "", HOST) is YES


@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", raw(200, b"", CHUNKED), raw(302)]))
def test_hostile_answers_never_raise(noise, start):
    """Whatever comes is judged."""
    assert judged(start + noise, "success", HOST) in Answer
    assert judged(b"HTTP/1.1 302 Found\r\nLocation: https://[" + noise + b"\r\n\r\n", "success", HOST) in Answer


def test_request():
    """It asks for the page and no more, with nothing in it that tells of the user."""
    url = f"http://{HOST}:8080/success.txt?ipv4"
    assert request(url, parsed(url)) == (
        b"GET /success.txt?ipv4 HTTP/1.1\r\nHost: check.example.net:8080\r\n"
        b"User-Agent: Tocsin\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    assert request("http://[2001:db8::1]", parsed("http://[2001:db8::1]")).startswith(
        b"GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n"
    )


def fetch(handler, within=10.0):
    async def scenario():
        async with HostileServer(handler) as server:
            until = asyncio.get_running_loop().time() + within
            asked = ask_page(f"{server.url}/success.txt", "success", ("127.0.0.1",), Way(), until)
            return await waits(within + 30, asked)

    before = open_files()
    said, took = asyncio.run(scenario())
    assert open_files() <= before
    return said, took


def test_page_and_portal_from_a_server():
    """Over real sockets: the page itself, and another."""
    assert fetch(then_closes(answer(200, b"success\n")))[0] is NO
    assert fetch(then_closes(answer(302, b"", ("Location", "http://hotspot.example.org/"))))[0] is YES


def test_server_that_keeps_the_connection():
    """Once the page is there nobody waits for a server to hang up."""
    said, took = fetch(always(answer(200, b"success\n")), within=60)
    assert said is NO
    assert took < 30
    assert fetch(always(answer(200, b"sign in")), within=60)[1] < 30


def test_silent_and_dripping_servers_end_at_the_deadline():
    """The deadline is for the whole, not for each byte."""
    assert fetch(silent(), within=0.2)[0] is UNTRIED
    said, took = fetch(dripping(raw(200), b"x"), within=1)
    assert said is YES
    assert took < 20  # it drips for ever


def test_endless_answer_is_cut(monkeypatch):
    """No more is read than the limit."""
    monkeypatch.setattr(portal, "MOST_BYTES", 1 << 10)
    assert fetch(dripping(raw(200) + b"x" * (1 << 20), b"x"), within=60)[1] < 30


@contextlib.asynccontextmanager
async def listening_page(port):
    """The page, at an address and a port that are given."""

    async def speak(_, writer):
        writer.write(answer(200, b"success\n"))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.3", port):
        yield


def test_dead_address_leaves_time_for_another():
    """A name whose first address swallows everything is asked at the next."""

    async def scenario(hole):
        async with listening_page(port_of(hole)):
            until = asyncio.get_running_loop().time() + 1
            url = f"http://{HOST}:{port_of(hole)}/"
            return await ask_page(url, "success", ("127.0.0.2", "127.0.0.3"), Way(), until)

    with swallowing("127.0.0.2") as hole:
        assert asyncio.run(scenario(hole)) is NO


def test_nobody_there():
    """A refusal, silence, no address and a page that is none show nothing."""

    async def scenario(*cases):
        until = asyncio.get_running_loop().time() + 0.3
        return [await ask_page(url, "success", tuple(addresses), Way(), until) for url, *addresses in cases]

    with refusing() as port, swallowing() as hole:
        cases = (
            (f"http://{HOST}:{port}/", "127.0.0.1"),
            (f"http://{HOST}/",),
            ("nonsense", "127.0.0.1"),
            (f"http://{HOST}/\u00e9", "127.0.0.1"),
            (f"http://{HOST}:{port_of(hole)}/", "127.0.0.1"),
        )
        assert set(asyncio.run(scenario(*cases))) == {UNTRIED}
