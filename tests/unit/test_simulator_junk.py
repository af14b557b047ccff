"""The simulator's server outlives whatever is sent to it."""

import contextlib
import http.client
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.asking import NOW, ask, ask_on, clock, provider, raw
from support.scenarios import PROBLEMS
from tocsin.simulator.http1 import MAX_HEAD, RefusedError, Reply, parse_head, render_head
from tocsin.simulator.listener import Limits, Listener

__all__ = ["clock", "provider"]


# --- junk ----------------------------------------------------------------------------------------------------------

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /a\nSet-Cookie:b=c HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /?" + b"a&" * 60 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (HEAD + b"no colon\r\n\r\n", 400),
        (HEAD + b" folded: x\r\n\r\n", 400),
        (HEAD + b"A: b\x00c\r\n\r\n", 400),
        (HEAD + b"Host: y\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", 501),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (HEAD + b"Content-Length: 99999999999999999999\r\n\r\n", 413),
        (HEAD + b"A: " + b"x" * MAX_HEAD + b"\r\n\r\n", 431),
        (b"G" * (3 * MAX_HEAD), 431),
    ],
)
def test_junk_is_refused_and_the_server_goes_on(provider, data, status):
    """What is no request gets an answer, the connection ends, and the next client is served."""
    said = raw(provider.port, data)
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in said
    assert ask(provider.port, PROBLEMS).status == 200


def test_a_request_that_never_ends_is_given_up(clock):
    """A client that sends its head for ever, or nothing at all, is let go after the limit."""
    listener = Listener(lambda _: Reply(200), lambda: NOW, limits=Limits(head=0.05, idle=1.0))
    listener.start()
    try:
        assert raw(listener.port, b"GET / HT").startswith(b"HTTP/1.1 408 ")
        assert raw(listener.port, HEAD + b"Content-Length: 5\r\n\r\nabc").startswith(b"HTTP/1.1 408 ")
        assert raw(listener.port, b"") == b""
    finally:
        listener.stop()


def test_more_connections_than_allowed_are_turned_away(clock):
    """Connections are bounded: one too many is told so, and a place that is freed can be had."""
    listener = Listener(lambda _: Reply(200), lambda: NOW, limits=Limits(connections=2))
    listener.start()
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", listener.port, timeout=5)) as one:
            assert ask_on(one, "/").status == 200
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", listener.port, timeout=5)) as two:
                assert ask_on(two, "/").status == 200
                assert raw(listener.port, b"").startswith(b"HTTP/1.1 503 ")
        deadline = time.monotonic() + 30
        while (said := raw(listener.port, HEAD + b"Connection: close\r\n\r\n"))[:12] != b"HTTP/1.1 200":
            assert time.monotonic() < deadline, said
    finally:
        listener.stop()


def test_a_bug_in_a_handler_is_told_and_survived(caplog):
    """An answer that cannot be made is a 500 with a traceback in the log, and not the end of the server."""

    def handler(request):
        raise ZeroDivisionError

    listener = Listener(handler, lambda: NOW)
    listener.start()
    try:
        assert [ask(listener.port, "/").status for _ in range(2)] == [500, 500]
    finally:
        listener.stop()
    assert "ZeroDivisionError" in caplog.text


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_head_raises_anything_but_a_refusal(junk):
    """Whatever bytes a client sends, reading them ends in a request or in a refusal."""
    for head in (junk, b"GET /" + junk + b" HTTP/1.1\r\nHost: x\r\n\r\n", HEAD + junk + b"\r\n\r\n"):
        with contextlib.suppress(RefusedError):
            request = parse_head(head)
            assert "\n" not in request.target
            assert request.method.isupper()


@settings(deadline=None)
@given(st.integers(200, 599), st.binary(max_size=50))
def test_an_answers_head_is_well_formed(status, body):
    """Every status makes a head that ends once, with a length wherever a body may be."""
    head = render_head(Reply(status, body), NOW, keep_alive=True)
    assert head.endswith(b"\r\n\r\n")
    assert head.count(b"\r\n\r\n") == 1
    assert (b"Content-Length: %d\r\n" % len(body) in head) == (status not in (204, 304))
