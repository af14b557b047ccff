"""Hears every window that is put on a screen, however short its stay: what looking now and then would miss.

Speaks the X server's own protocol (X11, "ChangeWindowAttributes", "MapNotify", "ReparentNotify"). A window manager puts
a frame round a window before it shows it, and that is heard; a window that it leaves alone is heard when it is mapped.
"""

import socket
import struct
from types import TracebackType
from typing import Self

from support.root_window import connect, exactly

_CHANGE_WINDOW_ATTRIBUTES, _GET_INPUT_FOCUS = 2, 43
_EVENT_MASK, _SUBSTRUCTURE_NOTIFY = 1 << 11, 1 << 19
_ANSWER, _MAPPED, _REPARENTED = 1, 19, 21
_OF_ONE_CLIENT = ~0x1FFFFF  # the bits of a window's number that are the same for all windows of a program


class WindowTap:
    """Listens to the screen ``display`` for the length of a ``with``."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._heard: list[int] = []

    def __enter__(self) -> Self:
        self._server: socket.socket
        self._server, root = connect(self._display)
        self._server.sendall(
            struct.pack("<BxHIII", _CHANGE_WINDOW_ATTRIBUTES, 4, root, _EVENT_MASK, _SUBSTRUCTURE_NOTIFY)
        )
        self._catch_up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.close()

    def of(self, program: int) -> list[int]:
        """The windows shown so far by the program that the window ``program`` belongs to."""
        self._catch_up()
        return [each for each in self._heard if (each ^ program) & _OF_ONE_CLIENT == 0]

    def _catch_up(self) -> None:
        """Read until the server answers a question: all that happened before it has been told by then."""
        self._server.sendall(struct.pack("<BxH", _GET_INPUT_FOCUS, 1))
        while (packet := exactly(self._server, 32))[0] != _ANSWER:
            kind = packet[0] & 0x7F
            if kind == 0:
                raise OSError("the X server refuses to tell")
            if kind in (_MAPPED, _REPARENTED):
                self._heard += struct.unpack_from("<8xI", packet)
