"""The simulated provider fails when told to, stops at once, and comes back."""

import contextlib
import http.client
import socket
import threading
import time

import pytest

from support.asking import NOW, ask, clock, is_cut, provider
from support.scenarios import PROBLEMS, TICKETS, ScriptedProvider, StillTime
from tocsin.errors import Bug, EnvironmentFault
from tocsin.simulator.http1 import Manner
from tocsin.simulator.listener import HOST
from tocsin.simulator.scene import Where
from tocsin.simulator.server import Simulator

__all__ = ["clock", "provider"]


# --- failing on purpose --------------------------------------------------------------------------------------------


def test_a_failing_provider_says_so_until_it_recovers(provider):
    """A scripted failure has its status and Retry-After, and ends when it is told to."""
    provider.declare()
    provider.fail(429, retry_after=30)
    answer = ask(provider.port, PROBLEMS)
    assert (answer.status, answer.headers["retry-after"], answer.json["status"]) == (429, "30", "429")
    provider.fail(599)
    assert ask(provider.port, PROBLEMS).json["reason"] == "Unknown"
    provider.recover()
    assert len(ask(provider.port, PROBLEMS).json) == 1


def test_tickets_can_fail_alone(provider):
    """A ticket that cannot be fetched leaves the problems readable, and the other way round."""
    provider.declare()
    provider.fail(500, where=Where.TICKETS)
    assert (ask(provider.port, PROBLEMS).status, ask(provider.port, TICKETS).status) == (200, 500)
    provider.fail(500, where=Where.PROBLEMS)
    assert (ask(provider.port, PROBLEMS).status, ask(provider.port, TICKETS).status) == (500, 200)


def test_a_web_page_can_stand_where_the_api_was(provider):
    """A captive portal's answer: 200, HTML."""
    provider.fail(200, html=True)
    answer = ask(provider.port, PROBLEMS)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!doctype html>")


def test_a_truncated_answer_promises_more_than_it_gives(provider):
    """A body that breaks off is seen as incomplete by a client that counts."""
    provider.fail(manner=Manner.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead):
        ask(provider.port, PROBLEMS)


def test_a_closed_answer_is_none(provider):
    """A server that hangs up without a word."""
    provider.fail(manner=Manner.CLOSE)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(provider.port, PROBLEMS)


@pytest.mark.parametrize(("manner", "whole_lines"), [(Manner.DRIP_HEAD, False), (Manner.DRIP_BODY, True)])
def test_a_dripping_answer_comes_byte_by_byte(provider, manner, whole_lines):
    """Headers or body come one byte at a time, so that no single read ever times out."""
    provider.fail(manner=manner, pause=0.02)
    with socket.create_connection(("127.0.0.1", provider.port), timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        chunks = [sock.recv(4096)]
        # Where this end was not quick enough some come together, so that a few in a row have to do.
        while [len(chunk) for chunk in chunks[-5:]] != [1] * 5 and len(chunks) < 500:
            chunks.append(sock.recv(4096))
    assert [len(chunk) for chunk in chunks[-5:]] == [1] * 5
    assert (b"\r\n\r\n" in b"".join(chunks)) == whole_lines


def test_stopping_cuts_a_request_that_hangs(provider):
    """A stop with a hanging request and an idle connection takes no time and leaves no thread."""
    provider.fail(manner=Manner.HANG)
    with (
        socket.create_connection(("127.0.0.1", provider.port), timeout=5) as hanging,
        socket.create_connection(("127.0.0.1", provider.port), timeout=5) as idle,
    ):
        hanging.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert provider.simulator.wait_for(lambda log: len(log) == 1)
        began = time.monotonic()
        provider.stop()
        assert time.monotonic() - began < 30  # both would stay for ever
        assert not [thread for thread in threading.enumerate() if thread.name == "tocsin-simulator"]
        assert is_cut(hanging)
        assert is_cut(idle)


def test_a_client_that_leaves_a_hanging_request_frees_it(clock):
    """A request that hangs holds its place only as long as the client waits."""
    with ScriptedProvider(clock) as provider:
        provider.fail(manner=Manner.HANG)
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", provider.port), timeout=5) as sock:
                sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                seen = len(provider.requests)
                provider.simulator.wait_for(lambda log, seen=seen: len(log) > seen)
        provider.recover()
        assert ask(provider.port, PROBLEMS).status == 200


# --- coming and going ----------------------------------------------------------------------------------------------


def test_a_provider_can_go_away_and_come_back_on_the_same_port(provider):
    """A stop and a start are an outage of the API itself: refused in between, the same address after."""
    port = provider.port
    provider.stop()
    provider.stop()
    with pytest.raises(ConnectionRefusedError):
        ask(port, PROBLEMS)
    assert provider.start() == port
    assert ask(port, PROBLEMS).status == 200


def test_a_port_that_is_taken_is_told_plainly(provider):
    """Two servers on one port: the second is told which port, and what to do."""
    second = Simulator(provider, StillTime(NOW), port=provider.port)
    with pytest.raises(EnvironmentFault, match=f"Port {provider.port} .* cannot be used") as caught:
        second.start()
    assert "another port" in caught.value.advice
    with pytest.raises(EnvironmentFault):
        Simulator(provider, StillTime(NOW), port=99999).start()


def test_starting_twice_is_a_bug(provider):
    """A second start would leave the first thread without an owner."""
    with pytest.raises(Bug):
        provider.start()


def test_who_comes_while_it_stops_is_cut_as_well(provider):
    """Nobody stays connected to a server that is gone, though let in at its last moment."""
    for _ in range(20):
        came = [socket.socket() for _ in range(3)]
        for each in came:
            each.setblocking(False)
        knocking = threading.Thread(target=lambda came=came: [each.connect_ex((HOST, provider.port)) for each in came])
        knocking.start()
        provider.stop()
        knocking.join()
        for each in came:
            each.setblocking(True)
            with contextlib.suppress(ConnectionError):
                assert each.recv(1) == b""
            each.close()
        provider.start()
