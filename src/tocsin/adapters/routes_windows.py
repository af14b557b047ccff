"""Windows's default routes: the adapters that have a gateway, as ``GetAdaptersAddresses`` of iphlpapi lists them.

The structures are those of iptypes.h, ``IP_ADAPTER_ADDRESSES_LH`` and what it points to, up to the last field used.
"""

import ctypes
import socket
import sys
from collections.abc import Iterator
from ctypes import POINTER, Structure, c_int, c_ubyte, c_uint32, c_uint64, c_void_p, c_wchar_p
from typing import TypeVar

from tocsin.domain.reading import Path

_Link = TypeVar("_Link", bound=Structure)

_NO_ERROR, _TOO_SMALL, _NO_DATA = 0, 111, 232
_FLAGS = 0x2 | 0x4 | 0x8 | 0x80  # no anycast, multicast, name servers; with gateways
_ROOM, _TRIES = 15_000, 4
_IS_UP = 1  # IfOperStatusUp
_TUNNELS = frozenset({53, 131})  # IF_TYPE_PROP_VIRTUAL (WireGuard's adapter), IF_TYPE_TUNNEL
_PREFERRED = 4  # IpDadStatePreferred
_FAMILIES = {2: (int(socket.AF_INET), 4, 4), 23: (int(socket.AF_INET6), 8, 16)}
"""Windows's number of a family: ours, and where in a ``sockaddr`` the address is and how long."""
_SOCKADDR_MOST = 28  # sockaddr_in6
_MOST = 4096


class _SocketAddress(Structure):
    _fields_ = (("sockaddr", c_void_p), ("length", c_int))


class _Address(Structure):
    """A unicast address and a gateway begin alike; the latter ends after ``address``."""


_Address._fields_ = (  # how ctypes takes a structure that points to itself
    ("length", c_uint32),
    ("flags", c_uint32),
    ("next", POINTER(_Address)),
    ("address", _SocketAddress),
    ("prefix_origin", c_int),
    ("suffix_origin", c_int),
    ("dad_state", c_int),
)


class Adapter(Structure):
    """One adapter in the list."""


Adapter._fields_ = (
    ("length", c_uint32),
    ("index", c_uint32),
    ("next", POINTER(Adapter)),
    ("name", c_void_p),
    ("unicast", POINTER(_Address)),
    ("anycast", c_void_p),
    ("multicast", c_void_p),
    ("name_servers", c_void_p),
    ("suffix", c_void_p),
    ("description", c_void_p),
    ("friendly_name", c_wchar_p),
    ("hardware", c_ubyte * 8),
    ("hardware_length", c_uint32),
    ("adapter_flags", c_uint32),
    ("mtu", c_uint32),
    ("kind", c_uint32),
    ("status", c_int),
    ("index6", c_uint32),
    ("zones", c_uint32 * 16),
    ("prefixes", c_void_p),
    ("sends", c_uint64),
    ("receives", c_uint64),
    ("wins", c_void_p),
    ("gateways", POINTER(_Address)),
    ("metric4", c_uint32),
    ("metric6", c_uint32),
)


def read_paths() -> tuple[Path, ...]:
    """The default routes as they are now. Raises ``OSError``."""
    if sys.platform != "win32":
        raise OSError("this asks Windows")
    ask = ctypes.WinDLL("iphlpapi").GetAdaptersAddresses
    size = c_uint32(_ROOM)
    for _ in range(_TRIES):  # adapters may come while we ask
        room = ctypes.create_string_buffer(size.value)
        said = ask(c_uint32(0), c_uint32(_FLAGS), None, room, ctypes.byref(size))
        if said == _NO_DATA:
            return ()
        if said == _NO_ERROR:
            return paths(ctypes.cast(room, POINTER(Adapter)))
        if said != _TOO_SMALL:
            raise OSError(said, "the adapters could not be listed")
    raise OSError(_TOO_SMALL, "the adapters could not be listed")


def paths(first: "ctypes._Pointer[Adapter]") -> tuple[Path, ...]:
    """The default routes in a list of adapters: IPv4 before IPv6, the lowest metric first."""
    found = []
    for adapter in _linked(first):
        if adapter.status != _IS_UP:
            continue
        for gateway in _linked(adapter.gateways):
            read = _read(gateway.address)
            if read is None:
                continue
            family, via, zone = read
            metric = adapter.metric4 if family == socket.AF_INET else adapter.metric6
            via = f"{via}%{zone}" if zone and via.startswith("fe80:") else via
            is_none = via in ("0.0.0.0", "::")  # noqa: S104 -- they say none
            path = Path(
                interface=adapter.friendly_name or f"#{adapter.index}",
                family=family,
                gateway=None if is_none else via,
                address=_own(adapter, family),
                is_tunnel=adapter.kind in _TUNNELS,
            )
            found.append(((family != socket.AF_INET, metric), path))
    return tuple(dict.fromkeys(path for _, path in sorted(found, key=lambda each: each[0])))


def _own(adapter: Adapter, family: int) -> str | None:
    """An adapter's address that the world may answer to."""
    for unicast in _linked(adapter.unicast):
        read = _read(unicast.address)
        if read is None or read[0] != family or unicast.dad_state != _PREFERRED:
            continue
        if not read[1].startswith(("fe80:", "169.254.")):
            return read[1]
    return None


def _read(given: _SocketAddress) -> tuple[int, str, int] | None:
    """A ``sockaddr``'s family, address, and zone where it is IPv6."""
    if not given.sockaddr:
        return None
    raw = ctypes.string_at(given.sockaddr, max(0, min(given.length, _SOCKADDR_MOST)))
    family, start, length = _FAMILIES.get(int.from_bytes(raw[:2], sys.byteorder), (0, 0, 0))
    if not family or len(raw) < start + length:
        return None
    zone = int.from_bytes(raw[24:28], sys.byteorder) if family == socket.AF_INET6 else 0
    return family, socket.inet_ntop(family, raw[start : start + length]), zone


def _linked(first: "ctypes._Pointer[_Link]") -> Iterator[_Link]:
    """Each in a linked list, as long as anything real is."""
    each = first
    for _ in range(_MOST):
        if not each:
            return
        yield each.contents
        each = each.contents.next
