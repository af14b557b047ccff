"""What a test is to a Wayland compositor: its mouse, and a launcher that lends the right to come to the front.

Wire format: the Wayland book, "Wire Format"; requests: wayland.xml, wlr-virtual-pointer-unstable-v1.xml and
xdg-activation-v1.xml. A number stands in the machine's own byte order; a text with its length, a zero, and zeros up to
four bytes.
"""

import itertools
import socket
import struct
import time
from types import TracebackType
from typing import Self

_DISPLAY, _REGISTRY = 1, 2
_HEADER = struct.Struct("=2I")
_POINTERS, _ACTIVATION = "zwlr_virtual_pointer_manager_v1", "xdg_activation_v1"
_BUTTONS = {1: 0x110, 2: 0x112, 3: 0x111}  # left, middle, right; <linux/input-event-codes.h>
_PATIENCE = 60.0

Event = tuple[int, int, bytes]
"""The sender's number, the event's, and what comes with it."""


class WaylandClient:
    """A client of the compositor that listens at ``path``, with a pointer, for the length of a ``with``."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_PATIENCE)
        self._numbers = itertools.count(_REGISTRY)
        self._heard = b""
        try:
            self._socket.connect(path)
            self._send(_DISPLAY, 1, "I", next(self._numbers))
            self._offered = dict(
                _offer(body) for sender, event, body in self._done() if (sender, event) == (_REGISTRY, 0)
            )
            manager, self._pointer = self._bound(_POINTERS), next(self._numbers)
            self._send(manager, 0, "2I", 0, self._pointer)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def move(self, x: int, y: int, size: tuple[int, int]) -> None:
        """Move to a place on a screen of this size."""
        self._send(self._pointer, 1, "5I", _now(), x, y, *size)
        self._end_frame()

    def click(self, x: int, y: int, size: tuple[int, int], *, button: int = 1) -> None:
        """Move there, press and let go."""
        self.move(x, y, size)
        for state in (1, 0):
            self._send(self._pointer, 2, "3I", _now(), _BUTTONS[button], state)
            self._end_frame()

    def activation(self) -> str:
        """A token, as a panel or a launcher is given for whatever it starts."""
        manager, token = self._bound(_ACTIVATION), next(self._numbers)
        self._send(manager, 1, "I", token)
        self._send(token, 3, "")
        (said,) = (body for sender, event, body in self._done() if (sender, event) == (token, 0))
        return _text(said)

    def _bound(self, interface: str) -> int:
        """A number for one of the compositor's own things. Raises ``KeyError`` for what it does not have."""
        number, text = next(self._numbers), interface.encode()
        size = (len(text) // 4 + 1) * 4
        self._send(_REGISTRY, 0, f"2I{size}s2I", self._offered[interface], len(text) + 1, text, 1, number)
        return number

    def _end_frame(self) -> None:
        """Have what was sent take effect, and wait until it did."""
        self._send(self._pointer, 4, "")
        self._done()

    def _done(self) -> list[Event]:
        """What the compositor says until it has seen to all that was sent."""
        events: list[Event] = []
        callback = next(self._numbers)
        self._send(_DISPLAY, 0, "I", callback)
        while not events or events[-1][0] != callback:
            events.append(self._event())
            if events[-1][:2] == (_DISPLAY, 0):
                raise OSError(f"the compositor refused: {_text(events[-1][2][8:])}")
        return events

    def _send(self, receiver: int, request: int, form: str, *values: int | bytes) -> None:
        body = struct.pack("=" + form, *values)
        self._socket.sendall(_HEADER.pack(receiver, (_HEADER.size + len(body)) << 16 | request) + body)

    def _event(self) -> Event:
        sender, rest = _HEADER.unpack(self._read(_HEADER.size))
        return sender, rest & 0xFFFF, self._read((rest >> 16) - _HEADER.size)

    def _read(self, count: int) -> bytes:
        while len(self._heard) < count:
            part = self._socket.recv(64 * 1024)
            if not part:
                raise OSError("the compositor hung up")
            self._heard += part
        taken, self._heard = self._heard[:count], self._heard[count:]
        return taken


def _text(body: bytes) -> str:
    (length,) = struct.unpack_from("=I", body)
    return body[4 : 4 + length - 1].decode()


def _offer(body: bytes) -> tuple[str, int]:
    (name,) = struct.unpack_from("=I", body)
    return _text(body[4:]), name


def _now() -> int:
    """Milliseconds; the protocol wants no particular beginning."""
    return int(time.monotonic() * 1000) & 0xFFFFFFFF
