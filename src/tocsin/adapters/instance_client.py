"""Asks the running instance of a profile: for a second start, and for the commands of the command line. Blocking."""

import contextlib
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec

from tocsin.adapters.instance_protocol import ANSWER_LIMIT, VERSION, Address, Answer, Request, read_address
from tocsin.adapters.profile import Profile
from tocsin.domain.message import Message
from tocsin.errors import EnvironmentFault

_PAUSE = 0.05  # seconds between two tries
_LEAST = 0.1  # seconds for a try, however late
_ANSWER = msgspec.json.Decoder(Answer)
_SILENT = Message("no_answer")


class _NobodyError(EnvironmentFault):
    """No instance listens, or not yet."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the instance answered. ``error`` says why it was not ``ok``; ``status`` is for the command of that name."""

    ok: bool
    error: str = ""
    status: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def send_command(
    profile: Profile, cmd: str, timeout: float = 2.0, *, uid: str | None = None, activation: str = ""
) -> Reply:
    """Send one command and wait for the answer, ``timeout`` seconds in all. ``activation`` goes with ``raise``.

    Raises ``EnvironmentFault`` where no instance answers in time, or none that can be understood.
    """
    address = read_address(profile.address)
    if address is None:
        raise _NobodyError("no running Tocsin was found for this profile", told=_SILENT)
    request = msgspec.json.encode(Request(VERSION, cmd, uid, address.token, activation)) + b"\n"
    deadline = time.monotonic() + timeout
    try:
        with contextlib.closing(_connect(address, timeout)) as connection:
            connection.settimeout(_left(deadline))
            connection.sendall(request)
            line = _read_line(connection, deadline)
        answer = _ANSWER.decode(line)
    except (ConnectionRefusedError, FileNotFoundError) as error:
        raise _NobodyError(f"the running Tocsin does not answer ({error.strerror})", told=_SILENT) from error
    except OSError as error:  # TimeoutError is one
        said = f"the running Tocsin does not answer ({error.strerror or error})"
        raise EnvironmentFault(said, told=_SILENT) from error
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:  # the last for deep nesting
        raise EnvironmentFault("the running Tocsin answers what cannot be understood", told=_SILENT) from error
    if answer.v != VERSION:
        advice = "quit it and start this one"
        raise EnvironmentFault("the running Tocsin is of another version", advice, told=Message("other_version"))
    return Reply(answer.ok, answer.error, MappingProxyType(answer.status or {}))


def send_when_ready(profile: Profile, cmd: str, timeout: float = 15.0, *, activation: str = "") -> Reply:
    """As ``send_command``, to an instance that holds the lock but may be about to listen: it is waited for.

    ``timeout`` is in seconds for all of it: at log-in, when two are started at once, a computer is at its slowest.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return send_command(profile, cmd, max(_LEAST, deadline - time.monotonic()), activation=activation)
        except _NobodyError:
            if time.monotonic() + _PAUSE > deadline:
                raise
            time.sleep(_PAUSE)


def _connect(address: Address, timeout: float) -> socket.socket:
    """A connection to where the instance listens. Raises ``OSError``."""
    if sys.platform == "win32" or address.port:
        return socket.create_connection(("127.0.0.1", address.port), timeout)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(address.socket)
    except BaseException:
        connection.close()
        raise
    return connection


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    """One line of the answer. Raises ``OSError`` for one that does not come, or does not end."""
    parts = bytearray()
    while not parts.endswith(b"\n"):
        connection.settimeout(_left(deadline))
        part = connection.recv(64 * 1024)
        if not part or len(parts) > ANSWER_LIMIT:
            raise ConnectionError("it broke off")
        parts += part
    return bytes(parts)


def _left(deadline: float) -> float:
    """The seconds that are left. Raises ``TimeoutError`` when none are."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left
