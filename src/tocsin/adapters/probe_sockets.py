"""Sockets for probing: over which way they go out, and what a failing one says of the network."""

import contextlib
import errno
import socket
import sys
from dataclasses import dataclass, replace

from tocsin.domain.reading import Path, ProbeFault

_BOUND_IF = {int(socket.AF_INET): (socket.IPPROTO_IP, 25), int(socket.AF_INET6): (socket.IPPROTO_IPV6, 125)}
"""IP_BOUND_IF and IPV6_BOUND_IF of macOS, netinet/in.h and netinet6/in6.h: Python has no names for them."""

_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_NO_WAY = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EACCES,
        errno.EINVAL,
        errno.ENETDOWN,
    }
)
"""What connecting fails with where no route leads there (connect(2), and the route types of ip-route(8))."""

_ONE_HOP = (
    (socket.IPPROTO_IP, socket.IP_TTL, 1),
    (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1),
)


class NotBound(OSError):
    """The way that a socket was to go over cannot be had for it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How probes leave this computer. ``families`` are those that have a default route.

    ``path`` is what their sockets are bound to, None for whatever the system chooses.
    """

    families: frozenset[int] = frozenset()
    path: Path | None = None

    def to(self, address: str) -> "Way":
        """The way to one address: what is on this computer needs no way out of it."""
        return replace(self, path=None) if address.startswith("127.") or address == "::1" else self


def family_of(address: str) -> int:
    """The family of an address in digits."""
    return int(socket.AF_INET6 if ":" in address else socket.AF_INET)


def sockaddr(address: str, port: int, interface: str = "") -> tuple[str, int] | tuple[str, int, int, int]:
    """What to connect to. A link-local address needs an interface, by its own zone or as given. Raises ``OSError``."""
    if ":" not in address:
        return address, port
    plain, _, zone = address.partition("%")
    zone = zone or (interface if plain.lower().startswith("fe8") else "")
    if not zone:
        return plain, port, 0, 0
    return plain, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone)


def opened(family: int, way: Way, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
    """A socket that does not block, bound to the way. Raises ``OSError``; ``NotBound`` where it cannot be bound.

    Where the system lets us, what completes a connection goes out with what is said next, be it the goodbye: one packet
    less of the few that a probe takes (tcp(7), TCP_QUICKACK).
    """
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        if sys.platform == "linux" and kind == socket.SOCK_STREAM:
            with contextlib.suppress(OSError):
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
        if way.path is not None:
            _bind(made, family, way.path)
    except BaseException:
        made.close()
        raise
    return made


def fault_of(error: OSError, family: int, way: Way) -> ProbeFault:
    """What a socket's error says of the network.

    That this computer ran out of something says nothing of it; nor does a family that has no default route.
    """
    number = error.errno
    if isinstance(error, NotBound) or number in _OURS or (number in _NO_WAY and family not in way.families):
        return ProbeFault.NO_ROUTE
    if isinstance(error, TimeoutError):
        return ProbeFault.TIMEOUT
    if isinstance(error, ConnectionError):
        return ProbeFault.REFUSED
    return ProbeFault.UNREACHABLE


def is_forbidden(address: str, port: int, way: Way, interface: str = "") -> bool:
    """Whether this computer's own firewall drops what would leave so: it says so of a datagram, and of no connection.

    The datagram is empty, and goes no further than the router.
    """
    family = family_of(address)
    try:
        with opened(family, way, socket.SOCK_DGRAM) as asking:
            asking.setsockopt(*_ONE_HOP[family == socket.AF_INET6])
            asking.sendto(b"", sockaddr(address, port, interface))
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def hang_up(connected: socket.socket) -> None:
    """End a connection with a FIN rather than a reset, which takes that nothing unread is left."""
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_WR)
        connected.recv(1 << 16)
    connected.close()


def _bind(made: socket.socket, family: int, path: Path) -> None:
    """Bind to the interface where the system lets us, and to its address where that is of the same family."""
    by_interface = bind_to_interface(made, family, path.interface)
    if family == path.family and path.address is not None:
        made.bind((path.address, 0))
    elif not by_interface:
        raise NotBound(errno.EADDRNOTAVAIL, f"nothing to bind to on {path.interface}")


def bind_to_interface(made: socket.socket, family: int, interface: str) -> bool:
    """Let a socket use one interface alone; false where the system does not let us."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
            return True
        if sys.platform == "darwin":
            made.setsockopt(*_BOUND_IF[family], socket.if_nametoindex(interface))
            return True
    return False
