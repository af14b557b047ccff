"""What Linux knows of a neighbour on the local network, over rtnetlink(7), which needs no privilege."""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED = 1, 2, 4, 8, 16, 32
"""NUD_*, linux/neighbour.h."""
_KNOWN = REACHABLE | STALE | DELAY | PROBE
_DONE, _ERROR, _NEW, _GET = 3, 2, 28, 30  # NLMSG_DONE, NLMSG_ERROR, RTM_NEWNEIGH, RTM_GETNEIGH
_REQUEST, _DUMP = 0x1, 0x300
_DST, _LLADDR, _CACHEINFO = 1, 2, 3  # NDA_*
_HEADER, _NEIGHBOUR, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BxxxiHBB"), struct.Struct("=HH")
_PATIENCE = 0.2
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry. ``confirmed`` is how many seconds ago it was last heard from, None where it never was."""

    index: int
    address: str
    state: int
    hardware: bytes = b""
    confirmed: float | None = None

    @property
    def is_silent(self) -> bool:
        """True when it was asked for its hardware address, and has not answered."""
        return bool(self.state & (FAILED | INCOMPLETE))


def request(family: int) -> bytes:
    """The message that asks for every neighbour of one family."""
    body = _NEIGHBOUR.pack(family, 0, 0, 0, 0)
    return _HEADER.pack(_HEADER.size + len(body), _GET, _REQUEST | _DUMP, 1, 0) + body


def parsed(answer: bytes, ticks: int = 100) -> tuple[tuple[Neighbour, ...], bool]:
    """The neighbours in what the kernel sent, and whether that was the last of it. Broken messages are left out.

    ``ticks`` of the kernel's make a second.
    """
    found: list[Neighbour] = []
    for kind, body in _messages(answer):
        if kind in (_DONE, _ERROR):
            return tuple(found), True
        if kind == _NEW and (each := _neighbour(body, ticks)) is not None:
            found.append(each)
    return tuple(found), False


def neighbour(address: str, interface: str) -> Neighbour | None:
    """The entry of one address on one interface; None where there is none, or the kernel does not say."""
    plain = address.partition("%")[0]
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    try:
        index, wanted = socket.if_nametoindex(interface), socket.inet_pton(family, plain)
        every = _asked(family)
    except OSError:
        return None
    return next((each for each in every if each.index == index and _packed(each.address) == wanted), None)


def _asked(family: int) -> list[Neighbour]:
    found: list[Neighbour] = []
    ticks = os.sysconf("SC_CLK_TCK")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as asking:
        asking.settimeout(_PATIENCE)
        asking.send(request(family))
        received, is_last = 0, False
        while not is_last and received < _MOST_BYTES:
            answer = asking.recv(1 << 16)
            some, is_last = parsed(answer, ticks)
            found += some
            received += len(answer) or _MOST_BYTES
    return found


def _packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def _messages(answer: bytes) -> Iterator[tuple[int, bytes]]:
    """Each message's type and body; netlink(7) aligns them to four bytes."""
    at = 0
    while at + _HEADER.size <= len(answer):
        length, kind, *_ = _HEADER.unpack_from(answer, at)
        if length < _HEADER.size or at + length > len(answer):
            return
        yield kind, answer[at + _HEADER.size : at + length]
        at += length + 3 & ~3


def _neighbour(body: bytes, ticks: int) -> Neighbour | None:
    if len(body) < _NEIGHBOUR.size:
        return None
    family, index, state, *_ = _NEIGHBOUR.unpack_from(body)
    fields = dict(_attributes(body[_NEIGHBOUR.size :]))
    try:
        address = socket.inet_ntop(family, fields.get(_DST, b""))
    except (ValueError, OSError):
        return None
    cache = fields.get(_CACHEINFO, b"")
    confirmed = struct.unpack_from("=I", cache)[0] / ticks if len(cache) >= 4 and state & _KNOWN else None  # noqa: PLR2004 -- one number
    return Neighbour(index, address, state, fields.get(_LLADDR, b""), confirmed)


def _attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Each attribute's type and value (``struct rtattr``, rtnetlink(7))."""
    at = 0
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if length < _ATTRIBUTE.size or at + length > len(body):
            return
        yield kind, body[at + _ATTRIBUTE.size : at + length]
        at += length + 3 & ~3
