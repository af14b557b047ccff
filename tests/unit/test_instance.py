"""One instance per profile, and its socket: for its own user, and gone with the program."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.instances import ask, profile, say, serving
from tocsin.adapters import instance_socket
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.instance_client import Reply, send_command, send_when_ready
from tocsin.adapters.instance_protocol import Address, write_address
from tocsin.adapters.instance_socket import InstanceServer
from tocsin.adapters.profile import Profile
from tocsin.domain.state import Acknowledge, CheckNow, MuteUntilResolved, RaiseWindow, ReloadSettings
from tocsin.errors import AlreadyRunning, EnvironmentFault

__all__ = ["profile"]  # a fixture for all of this module

SRC = Path(instance_socket.__file__).resolve().parents[2]


def modes(folder) -> list[int]:
    return [stat.S_IMODE(place.stat().st_mode) for place in folder.iterdir()]


# --- the lock


def test_a_second_instance_is_refused_until_the_first_lets_go(profile):
    """Two instances never write one profile."""
    first, second = InstanceLock(profile), InstanceLock(profile)
    with first:
        first.acquire()
        with pytest.raises(AlreadyRunning, match="running already"):
            second.acquire()
    first.release()
    with second, pytest.raises(AlreadyRunning):
        first.acquire()


def test_other_profiles_are_free(profile, home):
    """One profile's instance does not keep another's from starting."""
    with InstanceLock(profile), InstanceLock(Profile.at(home / "other")):
        pass


def test_a_killed_instance_holds_nothing(profile):
    """After kill -9 the next start succeeds at once, and finds the lock's file of the dead one."""
    code = (
        "import sys; from pathlib import Path\n"
        "from tocsin.adapters.instance import InstanceLock\nfrom tocsin.adapters.profile import Profile\n"
        "InstanceLock(Profile.at(Path(sys.argv[1]))).acquire() or print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(profile.data.parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning):
            InstanceLock(profile).acquire()
        os.kill(holder.pid, signal.SIGKILL)
    with InstanceLock(profile):
        assert stat.S_IMODE(profile.lock.stat().st_mode) == 0o600


def test_a_lock_that_cannot_be_made_is_a_clear_fault(profile):
    """A folder where the lock belongs is reported, not a traceback."""
    profile.lock.mkdir()
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        InstanceLock(profile).acquire()


# --- commands


def test_every_command_reaches_the_engine(profile):
    """What a client says arrives as the domain's command, and status is answered."""
    got = []

    async def main() -> None:
        at = datetime(2026, 11, 21, 17, 58, tzinfo=UTC)
        async with serving(profile, got.append, lambda: {"level": "outage", "at": at, "uids": ["a", "b"]}):
            for cmd in ("raise", "check", "reload", "ack", "mute"):
                assert await ask(profile, cmd) == Reply(ok=True)
            assert await ask(profile, "ack", uid="one") == Reply(ok=True)
            assert await ask(profile, "mute", uid="one") == Reply(ok=True)
            status = (await ask(profile, "status")).status
            assert dict(status) == {"level": "outage", "at": "2026-11-21T17:58:00Z", "uids": ["a", "b"]}
            assert (await ask(profile, "dance")).error.startswith("unknown command; known are raise, check,")

    asyncio.run(main())
    all_of_them = [RaiseWindow(), CheckNow(by_person=True), ReloadSettings(), Acknowledge(), MuteUntilResolved()]
    assert got == [*all_of_them, Acknowledge("one"), MuteUntilResolved("one")]


def test_one_connection_may_ask_many_times_and_unknown_fields_do_no_harm(profile):
    """The protocol can grow: an older instance ignores what a newer client adds."""

    async def main() -> None:
        async with serving(profile):
            answers = await say(profile, b'{"v":1,"cmd":"raise","later":[1]}\n', b'{"cmd":"check","v":1}\n')
            assert answers == [{"v": 1, "ok": True}] * 2

    asyncio.run(main())


def test_a_mistake_behind_a_command_is_answered_and_logged(profile, caplog):
    """A bug in the engine does not take the socket down, nor leave the client waiting."""

    def fail(_=None):
        raise ZeroDivisionError

    async def main() -> None:
        async with serving(profile, fail, lambda: {"level": object()}):
            assert await ask(profile, "raise") == Reply(ok=False, error="the command failed; see the log")
            assert await ask(profile, "status") == Reply(ok=False, error="the command failed; see the log")

    asyncio.run(main())
    assert [record.getMessage() for record in caplog.records] == [
        "the command raise failed",
        "the command status failed",
    ]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


# --- whose it is, and where


def test_the_socket_is_its_users_own(profile):
    """Socket 0600 in a folder 0700, even where that was open before."""
    profile.run.chmod(0o755)
    profile.make()

    async def main() -> None:
        async with serving(profile):
            assert stat.S_IMODE(profile.run.stat().st_mode) == 0o700
            assert stat.S_IMODE(profile.socket.stat().st_mode) == 0o600
            assert stat.S_IMODE(profile.address.stat().st_mode) == 0o600

    asyncio.run(main())


def test_another_user_is_turned_away(profile, monkeypatch):
    """The kernel's word on who is connected counts, not only the file's mode."""

    async def main() -> None:
        async with serving(profile):
            mine = os.getuid()
            monkeypatch.setattr(os, "getuid", lambda: mine + 1)
            assert await say(profile, b'{"v":1,"cmd":"raise"}\n') == []
            monkeypatch.undo()
            assert await say(profile, b'{"v":1,"cmd":"raise"}\n') == [{"v": 1, "ok": True}]

    asyncio.run(main())


def test_a_socket_left_by_a_killed_instance_is_replaced(profile):
    """A stale socket file does not keep the next instance from listening."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as stale:
        stale.bind(str(profile.socket))
    write_address(profile.address, Address(1, socket=str(profile.socket)))
    with pytest.raises(EnvironmentFault, match="does not answer"):
        send_command(profile, "raise", 1.0)

    async def main() -> None:
        async with serving(profile):
            assert (await ask(profile, "raise")).ok

    asyncio.run(main())


def test_a_profile_too_long_for_a_socket_listens_elsewhere(home):
    """A socket's path has 107 bytes at most: a longer profile works all the same, and leaves nothing behind."""
    profile = Profile.at(home / ("long" * 20) / ("longer" * 10))
    profile.make()
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])

    async def main() -> None:
        left = InstanceServer(profile, lambda _: None, dict)
        await left.start()
        left._server.close()  # as a kill leaves it
        async with serving(profile):
            assert modes(runtime) == [0o700]
            assert modes(profile.run) == [0o600]  # the address alone
            assert (await ask(profile, "raise")).ok

    asyncio.run(main())
    assert list(runtime.iterdir()) == []
    assert list(profile.run.iterdir()) == []


def test_no_place_for_a_socket_is_a_clear_fault(profile):
    """A folder in the socket's place is reported as such."""
    profile.socket.mkdir()

    async def main() -> None:
        async with serving(profile):
            pass

    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        asyncio.run(main())


# --- the client


def test_no_instance_is_a_clear_fault(profile):
    """A client of a profile where nothing runs is told so."""
    with pytest.raises(EnvironmentFault, match="no running Tocsin"):
        send_command(profile, "status")
    profile.address.write_text("junk")
    with pytest.raises(EnvironmentFault, match="no running Tocsin"):
        send_command(profile, "status")


def test_an_instance_that_is_still_starting_is_waited_for(profile):
    """A second start during the first's raises its window as soon as it listens."""
    got = []

    async def main() -> None:
        write_address(profile.address, Address(1, socket=str(profile.socket)))  # left by one that was killed
        asking = asyncio.create_task(asyncio.to_thread(send_when_ready, profile, "raise", 10.0))
        await asyncio.sleep(0.1)
        assert not asking.done()
        async with serving(profile, got.append):
            assert (await asking).ok

    asyncio.run(main())
    assert got == [RaiseWindow()]
    with pytest.raises(EnvironmentFault, match="no running Tocsin"):
        send_when_ready(profile, "raise", 0.2)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"junk\n", "cannot be understood"),
        (b'{"v":1,"ok":true,"later":' + b'{"a":' * 10_000 + b"\n", "cannot be understood"),
        (b'{"v":2,"ok":true}\n', "another version"),
        (b"", "broke off"),
        (b'{"v":1', "broke off"),
    ],
)
def test_a_strange_answer_is_a_clear_fault(profile, answer, problem):
    """The client survives whatever listens there."""

    async def main() -> None:
        async def strange(reader, writer) -> None:
            await reader.readline()
            writer.write(answer)
            writer.close()

        server = await asyncio.start_unix_server(strange, str(profile.socket))
        write_address(profile.address, Address(1, socket=str(profile.socket)))
        try:
            with pytest.raises(EnvironmentFault, match=problem):
                await ask(profile, "status")
        finally:
            server.close()

    asyncio.run(main())


def test_an_instance_that_drips_is_given_up_in_time(profile):
    """The client's time limit is for the whole exchange, not for each byte."""

    async def main() -> None:
        left = asyncio.Event()

        async def drip(reader, writer) -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            left.set()

        server = await asyncio.start_unix_server(drip, str(profile.socket))
        write_address(profile.address, Address(1, socket=str(profile.socket)))
        start = time.perf_counter()
        try:
            with pytest.raises(EnvironmentFault, match="timed out"):
                await asyncio.to_thread(send_command, profile, "status", 0.3)
            await asyncio.wait_for(left.wait(), 30)
        finally:
            server.close()
        assert time.perf_counter() - start < 30  # it would drip for ever

    asyncio.run(main())


def test_a_loopback_port_is_asked_with_its_token(profile):
    """Where there are no Unix sockets the token of the profile is sent, and nothing else opens the door."""
    got = []

    async def main() -> None:
        async def note(reader, writer) -> None:
            got.append(json.loads(await reader.readline()))
            writer.write(b'{"v":1,"ok":true}\n')
            writer.close()

        server = await asyncio.start_server(note, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        write_address(profile.address, Address(1, port=port, token="t0ken"))
        try:
            assert (await ask(profile, "raise")).ok
        finally:
            server.close()

    asyncio.run(main())
    assert got == [{"v": 1, "cmd": "raise", "token": "t0ken"}]
    server = InstanceServer(profile, lambda _: None, dict)
    server._address = Address(1, port=1, token="t0ken")
    assert json.loads(server._answer(b'{"v":1,"cmd":"raise"}'))["error"] == "wrong token"
    assert json.loads(server._answer(b'{"v":1,"cmd":"raise","token":"t0ken"}'))["ok"]
