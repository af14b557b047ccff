"""The running instance listens here for its own user: raise, check, ack, mute, status, reload.

On POSIX a Unix socket, 0600, in a folder of our own, 0700; on Linux the kernel is asked besides who is at the other
end. A socket's path may have some 107 bytes (``sun_path`` in ``sys/un.h``; 103 on macOS): under a longer profile the
socket lies in a fresh 0700 folder below ``XDG_RUNTIME_DIR`` or the temporary folder. On Windows a loopback port, and a
token that only the user can read. Clients find either in the profile's ``instance.json``.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import secrets
import socket
import struct
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tocsin.adapters.instance_protocol import (
    COMMANDS,
    LINE_LIMIT,
    STATUS,
    VERSION,
    WORDS,
    Address,
    Answer,
    Request,
    read_address,
    write_address,
)
from tocsin.adapters.profile import Profile
from tocsin.domain.state import Command
from tocsin.errors import EnvironmentFault

LONGEST_PATH = 100  # bytes of a socket's path; the least that any system allows is a little more
AT_ONCE = 16  # connections
_SHORT = "tocsin-"  # how the folder of a socket elsewhere begins
_REQUEST = msgspec.json.Decoder(Request)
_LOG = logging.getLogger(__name__)


class InstanceServer:
    """Serves the socket in the loop that starts it. For the lock's holder only: it removes what an older one left.

    ``dispatch`` is given commands, ``status`` is asked for what ``status`` answers: values that JSON can hold.
    ``patience`` is how long, in seconds, a client may take for a line, and for taking an answer.
    """

    def __init__(
        self,
        profile: Profile,
        dispatch: Callable[[Command], None],
        status: Callable[[], Mapping[str, Any]],
        *,
        patience: float = 5.0,
    ) -> None:
        self._profile = profile
        self._dispatch = dispatch
        self._status = status
        self._patience = patience
        self._server: asyncio.Server | None = None
        self._address: Address | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Listen, and write down where. Raises ``EnvironmentFault`` where that cannot be done."""
        try:
            _clear(self._profile, read_address(self._profile.address))
            listening, self._address = _listen(self._profile.socket)
            try:
                self._server = await asyncio.start_server(self._accept, sock=listening, limit=LINE_LIMIT)
            except BaseException:
                listening.close()
                raise
            write_address(self._profile.address, self._address)
        except OSError as error:
            await self.close()
            raise EnvironmentFault(f"the instance socket cannot be opened ({error.strerror or error})") from error

    async def close(self) -> None:
        """Stop at once, breaking off whoever is connected, and leave no file behind."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task, writer in (ending := dict(self._serving)).items():
            writer.transport.abort()  # a task that never began would leave it open
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if self._address is not None:
            _clear(self._profile, self._address)
            self._address = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give a client a task of its own. One that asyncio makes and we cancel is reported as a fault by 3.11."""
        if len(self._serving) >= AT_ONCE or not _is_own_user(writer):
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._client(reader, writer))
        self._serving[task] = writer
        task.add_done_callback(self._serving.pop)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves, says too much or takes too long."""
        try:
            await self._serve(reader, writer)
            writer.close()
            async with asyncio.timeout(self._patience):
                await writer.wait_closed()
        except (TimeoutError, ConnectionError):
            _LOG.debug("a client of the instance socket went away")
        finally:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(self._patience):
                    line = await reader.readline()
            except ValueError:  # what readline makes of a line over the limit
                await self._say(writer, _encoded(_refused(f"a line has at most {LINE_LIMIT} bytes")))
                await self._let_finish(reader)
                return
            if not line.endswith(b"\n"):
                return
            await self._say(writer, self._answer(line))

    async def _let_finish(self, reader: asyncio.StreamReader) -> None:
        """Read on, keeping nothing: to hang up on unread bytes would take the answer back."""
        async with asyncio.timeout(self._patience):
            while await reader.read(LINE_LIMIT):
                pass

    async def _say(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        writer.write(line)
        async with asyncio.timeout(self._patience):
            await writer.drain()

    def _answer(self, line: bytes) -> bytes:
        try:
            request = _REQUEST.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):  # the last for deep nesting
            return _encoded(_refused('not a request: a line is {"v": 1, "cmd": "..."}'))
        problem = self._problem(request)
        if problem:
            return _encoded(_refused(problem))
        try:
            return _encoded(self._obeyed(request))
        except EnvironmentFault as fault:
            return _encoded(_refused(str(fault)))
        except Exception:  # noqa: BLE001 - a mistake behind a command is logged whole, and must not end the server
            _LOG.exception("the command %s failed", request.cmd)
            return _encoded(_refused("the command failed; see the log"))

    def _problem(self, request: Request) -> str:
        """Why a request is refused; empty if it is not."""
        expected = self._address.token if self._address else ""
        if request.v != VERSION:
            return f"version {VERSION} is spoken here"
        if not hmac.compare_digest(request.token.encode("utf-8", "replace"), expected.encode()):
            return "wrong token"
        return "" if request.cmd in WORDS else f"unknown command; known are {', '.join(WORDS)}"

    def _obeyed(self, request: Request) -> Answer:
        if request.cmd == STATUS:
            return Answer(VERSION, ok=True, status=dict(self._status()))
        self._dispatch(COMMANDS[request.cmd](request))
        return Answer(VERSION, ok=True)


def _encoded(answer: Answer) -> bytes:
    return msgspec.json.encode(answer) + b"\n"


def _refused(problem: str) -> Answer:
    return Answer(VERSION, ok=False, error=problem)


if sys.platform == "win32":

    def _listen(_: Path) -> tuple[socket.socket, Address]:
        """A loopback port, and a token for those who can read the profile."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listening.bind(("127.0.0.1", 0))
        except BaseException:
            listening.close()
            raise
        return listening, Address(VERSION, port=listening.getsockname()[1], token=secrets.token_urlsafe(32))

else:

    def _listen(wanted: Path) -> tuple[socket.socket, Address]:
        """A socket at the wanted path, or at a shorter one."""
        path = wanted if len(os.fsencode(wanted)) <= LONGEST_PATH else _short_folder() / wanted.name
        path.unlink(missing_ok=True)  # what a killed instance left: we hold the lock, so nobody listens
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(str(path))
            path.chmod(0o600)  # before it listens: until then nobody can connect
        except BaseException:
            listening.close()
            raise
        return listening, Address(VERSION, socket=str(path))


def _short_folder() -> Path:
    """A new folder of this user only, with a short path. Raises ``OSError`` where there is no place for one."""
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()):
        if base and len(os.fsencode(base)) <= LONGEST_PATH // 2 and Path(base).is_dir():
            return Path(tempfile.mkdtemp(prefix=_SHORT, dir=base))
    raise OSError("there is no folder with a path short enough for a socket")


def _clear(profile: Profile, address: Address | None) -> None:
    """Remove the files of an instance that is no more."""
    folder = None
    places = [profile.address]
    if address is not None and address.socket:
        path = Path(address.socket)
        if path != profile.socket and path.parent.name.startswith(_SHORT):
            folder = path.parent
        if path == profile.socket or folder is not None:
            places.append(path)
    # What cannot be removed is replaced at the next start, or was tidied away with the temporary folder it lay in.
    with contextlib.suppress(OSError):
        for place in places:
            place.unlink(missing_ok=True)
        if folder is not None:
            folder.rmdir()


def _is_own_user(writer: asyncio.StreamWriter) -> bool:
    """True for a client of the same user, as far as the kernel tells (SO_PEERCRED, unix(7)): pid, uid, gid."""
    if sys.platform != "linux":
        return True
    peer: socket.socket = writer.get_extra_info("socket")
    found = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", found)[1] == os.getuid())
