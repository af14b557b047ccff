"""Linux's default routes: from ``/proc/net/route`` and ``ipv6_route``, with what the kernel says of the interfaces.

The columns of the two files are those that the kernel prints in ``fib_trie.c`` and ``ip6_fib.c``. The thread's own
files are read, so that one inside a network namespace sees that namespace.
"""

import contextlib
import fcntl
import os
import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address

from tocsin.domain.reading import Path

_NET = "/proc/thread-self/net"
_MOST_BYTES = 1 << 20
_UP, _GATEWAY, _REJECT = 0x1, 0x2, 0x200  # RTF_*, linux/route.h and linux/ipv6_route.h
_CACHED = 0x01000000
_SIOCGIFFLAGS, _SIOCGIFADDR, _SIOCGIFHWADDR = 0x8913, 0x8915, 0x8927  # linux/sockios.h
_IFF_UP, _IFF_POINTOPOINT, _IFF_RUNNING, _IFF_NOARP = 0x1, 0x10, 0x40, 0x80
_NONE, _RAW_IP = 65534, 519  # ARPHRD_*, linux/if_arp.h: tun and WireGuard; a modem without Ethernet frames
_ETHER = 1  # ARPHRD_ETHER; without ARP, and with nothing beneath it, it is a dummy, as VPNs take for a kill switch
_TUNNELS = frozenset({768, 769, 776, 778, 823, 824})  # ipip, ip6tnl, sit, gre, ip6gre, netlink
_UNFIT_ADDRESS = 0x20 | 0x40 | 0x08  # IFA_F_DEPRECATED, TENTATIVE, DADFAILED, linux/if_addr.h
_NAME = re.compile(r"[^\s/\x00]{1,15}")  # an interface's name, IFNAMSIZ


@dataclass(frozen=True, slots=True)
class Route:
    """One route that leads anywhere outside. ``length`` is its prefix's: a longer one goes before a shorter."""

    interface: str
    family: int
    gateway: str | None
    metric: int
    length: int
    target: str = ""


def routes4(text: str) -> tuple[Route, ...]:
    """The default routes in ``/proc/net/route``, the one in use first. What is not a route is left out.

    The two halves of the address space on one interface are one too, as VPNs set them.
    """
    found = (_route4(line.split()) for line in text.splitlines()[1:])
    return _defaults(each for each in found if each is not None)


def routes6(text: str) -> tuple[Route, ...]:
    """The same from ``/proc/net/ipv6_route``; ``2000::/3``, all that is given out to anybody, is a default too."""
    found = (_route6(line.split()) for line in text.splitlines())
    return _defaults(each for each in found if each is not None)


def address6(text: str, interface: str) -> str | None:
    """The address in ``/proc/net/if_inet6`` that an interface speaks to the world from; None without one."""
    found = [_address6(fields) for line in text.splitlines() if (fields := line.split())[-1:] == [interface]]
    usable = [each for each in found if each is not None]
    return str(min(usable, key=lambda each: (each in _UNIQUE_LOCAL, each))) if usable else None


class _UniqueLocal:
    def __contains__(self, address: IPv6Address) -> bool:
        return address.packed[0] & 0xFE == 0xFC  # noqa: PLR2004 -- fc00::/7, RFC 4193


_UNIQUE_LOCAL = _UniqueLocal()


def _route4(fields: list[str]) -> Route | None:
    """One line: interface, destination, gateway, flags, two counters, metric, mask. Addresses are in host order."""
    with contextlib.suppress(ValueError, IndexError, struct.error):
        flags, metric, mask = int(fields[3], 16), int(fields[6]), int(fields[7], 16)
        target, gateway = _quad(fields[1]), _quad(fields[2])
        if _NAME.fullmatch(fields[0]) and flags & _UP and not flags & _REJECT:
            via = gateway if flags & _GATEWAY and gateway != "0.0.0.0" else None  # noqa: S104 -- it says none
            return Route(fields[0], socket.AF_INET, via, metric, mask.bit_count(), target)
    return None


def _quad(word: str) -> str:
    return socket.inet_ntoa(struct.pack("=I", int(word, 16)))


def _route6(fields: list[str]) -> Route | None:
    """One line: destination, its length, source, its length, gateway, metric, two counters, flags, interface."""
    with contextlib.suppress(ValueError, IndexError):
        length, metric, flags = int(fields[1], 16), int(fields[5], 16), int(fields[8], 16)
        if not _NAME.fullmatch(fields[9]) or not flags & _UP or flags & (_REJECT | _CACHED):
            return None
        target, gateway = _colons(fields[0]), _colons(fields[4])
        via = gateway if flags & _GATEWAY and gateway != "::" else None
        return Route(fields[9], socket.AF_INET6, via, metric, length, target)
    return None


def _colons(digits: str) -> str:
    return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))


def _address6(fields: list[str]) -> IPv6Address | None:
    """One line: address, interface index, prefix length, scope, flags, interface."""
    with contextlib.suppress(ValueError, IndexError):
        if int(fields[3], 16) == 0 and not int(fields[4], 16) & _UNFIT_ADDRESS:
            return IPv6Address(bytes.fromhex(fields[0]))
    return None


def _defaults(routes: Iterable[Route]) -> tuple[Route, ...]:
    every = list(routes)
    halves = {(each.interface, each.target) for each in every if each.length == 1}
    found = []
    for each in every:
        lower, upper = ("0.0.0.0", "128.0.0.0") if each.family == socket.AF_INET else ("::", "8000::")  # noqa: S104 -- a prefix
        is_all = each.length == 0 and each.target == lower
        is_half = each.length == 1 and {(each.interface, lower), (each.interface, upper)} <= halves
        is_world = each.family == socket.AF_INET6 and (each.target, each.length) == ("2000::", 3)
        if is_all or (is_half and each.target == lower) or is_world:
            found.append(each)
    return tuple(sorted(found, key=lambda each: (-each.length, each.metric)))


# --- asking the kernel ---


def read_paths() -> tuple[Path, ...]:
    """The default routes as they are now, IPv4 before IPv6, those over an interface without a carrier left out."""
    routes = (*routes4(_text(f"{_NET}/route")), *routes6(_text(f"{_NET}/ipv6_route")))
    if not routes:
        return ()
    try:
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    except OSError:  # a kernel without IPv4
        asking = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    with asking:
        found = [_path(each, asking) for each in routes]
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _path(route: Route, asking: socket.socket) -> Path | None:
    name = route.interface
    flags = _ioctl(asking, _SIOCGIFFLAGS, name)
    if flags is None:
        return None
    (has,) = struct.unpack_from("=H", flags)
    wanted = _IFF_UP | _IFF_RUNNING
    if has & wanted != wanted or name == "lo":
        return None
    if route.family == socket.AF_INET6:
        address = address6(_text(f"{_NET}/if_inet6"), name)
    else:
        given = _ioctl(asking, _SIOCGIFADDR, name)
        address = socket.inet_ntoa(given[4:8]) if given is not None else None
    is_tunnel = _is_tunnel(name, _ioctl(asking, _SIOCGIFHWADDR, name), has_arp=not has & _IFF_NOARP)
    is_direct = bool(has & _IFF_POINTOPOINT) and not is_tunnel
    return Path(name, int(route.family), route.gateway, address, is_tunnel, is_direct)


def _is_tunnel(name: str, hardware: bytes | None, *, has_arp: bool) -> bool:
    """Whether an interface is a VPN's. A modem may look like one, but has a device; a PPP link is a line of its own."""
    kind = struct.unpack_from("=H", hardware)[0] if hardware is not None else 0
    if kind in _TUNNELS or os.path.exists(f"/sys/class/net/{name}/tun_flags"):  # noqa: PTH110 -- pathlib is not needed else
        return True
    return (kind in (_NONE, _RAW_IP) or (kind == _ETHER and not has_arp)) and not _has_device(name)


def _has_device(name: str) -> bool:
    """Whether there is a device behind an interface, or another interface beneath it, as a modem's channels have."""
    with contextlib.suppress(OSError):
        return any(each == "device" or each.startswith("lower_") for each in os.listdir(f"/sys/class/net/{name}"))  # noqa: PTH208 -- the same
    return False


def _ioctl(asking: socket.socket, request: int, name: str) -> bytes | None:
    """What the kernel says of an interface (``struct ifreq`` after its name, netdevice(7)); None where it says no."""
    try:
        return fcntl.ioctl(asking, request, struct.pack("=16s24x", os.fsencode(name)))[16:]
    except OSError:
        return None


def _text(path: str) -> str:
    """A file of the kernel's; empty where it has none, as without IPv6."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 -- a file that is not there is no error
            return file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
