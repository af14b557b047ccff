"""The colour behind all windows, told to the X server in its own protocol (X11, "Connection Setup", "Requests").

Four requests are not worth a package; without them the screen is black and a panel hard to tell from it.
"""

import socket
import struct
from pathlib import Path

_CHANGE_WINDOW_ATTRIBUTES, _GET_INPUT_FOCUS, _CLEAR_AREA = 2, 43, 61
_BACKGROUND_PIXEL = 2


def paint(display: str, colour: int) -> None:
    """Fill the root window with a colour, 0xRRGGBB. Raises ``OSError`` where the server says no."""
    server, root = connect(display)
    with server:
        attributes = struct.pack("<BxHIII", _CHANGE_WINDOW_ATTRIBUTES, 4, root, _BACKGROUND_PIXEL, colour)
        clear = struct.pack("<BxHIhhHH", _CLEAR_AREA, 4, root, 0, 0, 0, 0)
        server.sendall(attributes + clear + struct.pack("<BxH", _GET_INPUT_FOCUS, 1))
        if exactly(server, 32)[0] != 1:  # the answer to the last request, unless one before it was refused
            raise OSError("the X server does not paint")


def connect(display: str) -> tuple[socket.socket, int]:
    """A connection to the X server, and its root window. Raises ``OSError``."""
    server = socket.socket(socket.AF_UNIX)
    try:
        server.settimeout(5)
        server.connect(str(Path("/tmp/.X11-unix") / f"X{display.removeprefix(':')}"))
        return server, _root(server)
    except BaseException:
        server.close()
        raise


def _root(server: socket.socket) -> int:
    """Introduce ourselves, and find the root window in the answer."""
    server.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
    accepted, length = struct.unpack("<B5xH", exactly(server, 8))
    setup = exactly(server, 4 * length)
    if accepted != 1:
        raise ConnectionRefusedError("the X server refuses connections")
    vendor, formats = struct.unpack_from("<16xH3xB", setup)
    (root,) = struct.unpack_from("<I", setup, 32 + (vendor + 3) // 4 * 4 + 8 * formats)
    return int(root)


def exactly(server: socket.socket, size: int) -> bytes:
    """So many bytes from the server. Raises ``ConnectionResetError`` where it hangs up before."""
    data = b""
    while len(data) < size:
        if not (more := server.recv(size - len(data))):
            raise ConnectionResetError("the X server hung up")
        data += more
    return data
