"""Whether an X11 panel takes tray icons the old way: by holding the selection ``_NET_SYSTEM_TRAY_S<screen>``.

Asked through libxcb, which Qt needs on X11 anyway. Functions and structures: <xcb/xproto.h>; the selection: the
"System Tray Protocol Specification" of freedesktop.org.
"""

import ctypes
from typing import Any

_LIBRARY = "libxcb.so.1"
_VALUE_AT = 8
"""Bytes before the atom, or the owner, in the reply: type, padding, sequence and length."""


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


def has_xembed_tray() -> bool:
    """Whether somebody holds the tray's selection. Blocks for as long as the X server does.

    Raises ``OSError`` where there is no library, no display, or no way in.
    """
    xcb = ctypes.CDLL(_LIBRARY)
    xcb.xcb_connect.restype = ctypes.c_void_p
    screen = ctypes.c_int(0)
    connection = ctypes.c_void_p(xcb.xcb_connect(None, ctypes.byref(screen)))
    try:
        if xcb.xcb_connection_has_error(connection):
            raise ConnectionError("the X server cannot be reached")
        name = f"_NET_SYSTEM_TRAY_S{screen.value}".encode("ascii")
        xcb.xcb_intern_atom.restype = _Cookie
        asked = xcb.xcb_intern_atom(connection, ctypes.c_uint8(1), ctypes.c_uint16(len(name)), name)
        atom = _replied(xcb.xcb_intern_atom_reply, connection, asked)
        if not atom:
            return False
        xcb.xcb_get_selection_owner.restype = _Cookie
        asked = xcb.xcb_get_selection_owner(connection, ctypes.c_uint32(atom))
        return _replied(xcb.xcb_get_selection_owner_reply, connection, asked) != 0
    finally:
        xcb.xcb_disconnect(connection)


def _replied(reply: Any, connection: ctypes.c_void_p, cookie: _Cookie) -> int:  # noqa: ANN401 -- ctypes has no better
    """The one number of a reply; 0 where the server refused."""
    reply.restype = ctypes.c_void_p
    found = reply(connection, cookie, None)
    if not found:
        return 0
    try:
        return ctypes.c_uint32.from_address(found + _VALUE_AT).value
    finally:
        free = ctypes.CDLL(None).free
        free.argtypes = (ctypes.c_void_p,)
        free(found)
