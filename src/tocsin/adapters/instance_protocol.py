"""What is said on the instance socket: JSON lines with a version.

    -> {"v": 1, "cmd": "ack", "uid": "..."}        uid only for ack and mute, and there optional; token on Windows
    -> {"v": 1, "cmd": "raise", "activation": "..."}   the caller's right to the front, where Wayland gave one
    <- {"v": 1, "ok": true}                        status adds "status": {...}
    <- {"v": 1, "ok": false, "error": "..."}

A connection may ask any number of times; a line has at most 64 KiB.

Where the instance listens stands in a file of the profile, ``instance.json``, written by whoever holds the lock:
``{"v": 1, "socket": "/path"}`` or ``{"v": 1, "port": 49321, "token": "..."}``.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tocsin.domain.state import Acknowledge, CheckNow, Command, MuteUntilResolved, RaiseWindow, ReloadSettings

VERSION = 1
LINE_LIMIT = 64 * 1024  # bytes of a request
ANSWER_LIMIT = 4 * 1024 * 1024  # bytes of an answer; a status may be long
STATUS = "status"


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line to the instance."""

    v: int
    cmd: str
    uid: str | None = None
    token: str = ""
    activation: str = ""


COMMANDS: dict[str, Callable[[Request], Command]] = {
    "raise": lambda request: RaiseWindow(request.activation),
    "check": lambda _: CheckNow(by_person=True),
    "ack": lambda request: Acknowledge(request.uid),
    "mute": lambda request: MuteUntilResolved(request.uid),
    "reload": lambda _: ReloadSettings(),
}
WORDS = (*COMMANDS, STATUS)


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line back."""

    v: int
    ok: bool
    error: str = ""
    status: dict[str, Any] | None = None


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an instance listens: at ``socket``, or on loopback at ``port`` for those who know ``token``."""

    v: int
    socket: str = ""
    port: int = 0
    token: str = ""


_ADDRESS = msgspec.json.Decoder(Address)


def read_address(path: Path) -> Address | None:
    """The address that was written last, None where there is none that can be read."""
    try:
        found = _ADDRESS.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):  # the last for deep nesting
        return None
    return found if found.v == VERSION and (found.socket or found.port) else None


def write_address(path: Path, address: Address) -> None:
    """Write it in one step, for its owner only. Raises ``OSError``."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(address))
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
