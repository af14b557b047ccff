"""The instance's socket is deaf to junk, and nobody who is connected holds up the others."""

import asyncio
import contextlib
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.instances import ask, profile, say, serving
from tocsin.adapters import instance_socket
from tocsin.adapters.instance_protocol import LINE_LIMIT
from tocsin.adapters.instance_socket import InstanceServer
from tocsin.adapters.profile import Profile
from tocsin.domain.state import RaiseWindow

__all__ = ["profile"]  # a fixture for all of this module


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"",
        b"null",
        b"[]",
        b'{"cmd": "raise"}',
        b'{"v": "1", "cmd": "raise"}',
        b'{"v": 2, "cmd": "raise"}',
        b'{"v": 1, "cmd": 7}',
        b'{"v": 1, "cmd": "quit"}',
        b'{"v": 1, "cmd": "ack", "uid": 7}',
        b'{"v": 1, "cmd": "ack", "uid": "\xff"}',
        b'{"v": 1, "cmd": "raise", "token": "x"}',
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b"GET / HTTP/1.1\r",
        b"\x00\x1b\xfe" * 100,
    ],
)
def test_junk_is_answered_with_an_error(profile, line):
    """Whatever comes in is answered, and the same connection still serves a right command."""
    got = []

    async def main() -> None:
        async with serving(profile, got.append):
            junk, right = await say(profile, line + b"\n", b'{"v":1,"cmd":"raise"}\n')
            assert (junk["v"], junk["ok"]) == (1, False)
            assert junk["error"]
            assert right == {"v": 1, "ok": True}

    asyncio.run(main())
    assert got == [RaiseWindow()]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_end_the_server(lines):
    """The server outlives any input: answers are lines of JSON with a version, each of them."""
    server = InstanceServer(Profile.at(Path("/nowhere")), lambda _: None, dict)
    for line in lines:
        answer = json.loads(server._answer(line))
        assert answer["v"] == 1
        assert answer["ok"] is (not answer.get("error"))


def test_a_line_without_end_is_refused(profile):
    """Nobody fills the memory through the socket: 64 KiB, then an error and the end of the connection."""

    async def main() -> None:
        async with serving(profile):
            answers = await say(profile, b"x" * (4 * LINE_LIMIT))
            assert answers == [{"v": 1, "ok": False, "error": f"a line has at most {LINE_LIMIT} bytes"}]
            assert (await ask(profile, "raise")).ok

    asyncio.run(main())


def test_a_client_that_says_nothing_is_shown_out(profile):
    """A hanging client costs a place for a limited time only."""

    async def main() -> None:
        async with serving(profile, patience=0.1):
            reader, writer = await asyncio.open_unix_connection(str(profile.socket))
            writer.write(b'{"v":1,')
            try:
                with contextlib.suppress(ConnectionResetError):
                    assert await asyncio.wait_for(reader.read(), 30) == b""
            finally:
                writer.transport.abort()
            assert (await ask(profile, "raise")).ok

    asyncio.run(main())


def test_only_so_many_at_once(profile):
    """More clients than there are places are turned away, and the places become free again."""

    async def main() -> None:
        async with serving(profile, patience=30):
            held = [await asyncio.open_unix_connection(str(profile.socket)) for _ in range(instance_socket.AT_ONCE)]
            assert await say(profile, b'{"v":1,"cmd":"raise"}\n') == []
            for reader, writer in held:
                writer.write_eof()
                await reader.read()
                writer.transport.abort()
            assert await say(profile, b'{"v":1,"cmd":"raise"}\n') == [{"v": 1, "ok": True}]

    asyncio.run(main())


def test_closing_breaks_off_a_hanging_client_at_once(profile):
    """The program's end never waits for somebody who is connected."""

    async def main() -> None:
        server = InstanceServer(profile, lambda _: None, dict, patience=60)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(profile.socket))
        writer.write(b'{"v":1,"cmd":"raise"}\n')
        await reader.readline()
        start = time.perf_counter()
        await server.close()
        assert time.perf_counter() - start < 30  # half of what the client may take
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.transport.abort()
        await server.close()

    asyncio.run(main())
    assert sorted(file.name for file in profile.run.iterdir()) == []
