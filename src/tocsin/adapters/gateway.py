"""Whether the router answers: by connecting to it, by an echo where that is allowed, and by what the kernel knows.

A router may be silent by choice, so that silence alone says nothing, unless it has answered before.
"""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Callable

from tocsin.adapters.neighbours_linux import Neighbour
from tocsin.adapters.probe_sockets import Way, family_of, hang_up, is_forbidden, opened, sockaddr
from tocsin.domain.reading import Answer, Path

PORTS = (53, 80)
"""Where routers listen most: for names, and for their own pages. A refusal is an answer as well."""
_ECHO_EVERY = 1.0
_TO_RESOLVE = 1.0
"""Seconds after which an unanswered question for a hardware address tells something; Linux repeats it each second."""
_TICKS = 0.03
"""Seconds by which the kernel's own may be out: what was heard just before it fell silent must not count."""
_MOST_KNOWN = 32
_GONE = frozenset({errno.EHOSTUNREACH, getattr(errno, "EHOSTDOWN", errno.EHOSTUNREACH)})

FindNeighbour = Callable[[str, str], Neighbour | None]


def system_neighbour(address: str, interface: str) -> Neighbour | None:
    """What the system knows of a neighbour; None where it cannot be asked."""
    if sys.platform != "linux":
        return None
    from tocsin.adapters.neighbours_linux import neighbour  # noqa: PLC0415 -- what it does is Linux's own

    return neighbour(address, interface)


class Gateways:
    """Asks routers, and remembers which of them answer."""

    def __init__(self, find: FindNeighbour = system_neighbour, ports: tuple[int, ...] = PORTS) -> None:
        self._find = find
        self._ports = ports
        self._answering: dict[tuple[str, bytes], None] = {}
        self._mute_since: dict[str, float] = {}

    async def ask(self, path: Path, way: Way, until: float) -> Answer:
        """Ask a path's router until a time of the loop's clock. Raises nothing."""
        if path.gateway is None:
            return Answer.UNTRIED
        loop = asyncio.get_running_loop()
        began = loop.time()
        address = path.gateway
        asking = {asyncio.create_task(_connect(address, port, path, way)) for port in self._ports}
        asking.add(asyncio.create_task(_echo(address, path, way)))
        answers = await _first(asking, until)
        took = loop.time() - began
        if Answer.YES in answers:
            self._remember(path)
            self.passed(path)
            return Answer.YES
        # What was heard since it fell silent, in an earlier round too, shows that silence is its manner.
        since = self._mute_since.setdefault(path.key, began)
        known = self.known(path, took, heard_within=loop.time() - since)
        if known is not Answer.UNTRIED:
            return known
        if Answer.NO in answers:
            # The system says so, or the router itself does: one that has a hardware address may have refused.
            entry = self._find(address, path.interface)
            return Answer.NO if entry is None or not entry.hardware else Answer.UNTRIED
        is_silent = loop.time() >= until and self._key(path) in self._answering
        # What this computer's own firewall keeps from it, as a VPN may wish, is no question.
        is_asked = is_silent and not all(is_forbidden(address, port, way, path.interface) for port in self._ports)
        return Answer.NO if is_asked else Answer.UNTRIED

    def passed(self, path: Path) -> None:
        """It answered, or something beyond it did: a silence of before is over."""
        self._mute_since.pop(path.key, None)

    def known(self, path: Path, since: float, heard_within: float = 0.0) -> Answer:
        """What the kernel knows of a path's router from the last so many seconds, in which it had to be spoken to.

        It may have been heard earlier, within so many seconds: it is there as long as the kernel does not miss it.
        """
        entry = self._find(path.gateway, path.interface) if path.gateway is not None else None
        if entry is None:
            return Answer.UNTRIED
        if entry.is_silent:
            return Answer.NO if since >= _TO_RESOLVE else Answer.UNTRIED
        is_heard = entry.confirmed is not None and entry.confirmed + _TICKS <= max(since, heard_within)
        return Answer.YES if is_heard else Answer.UNTRIED

    def _remember(self, path: Path) -> None:
        if len(self._answering) >= _MOST_KNOWN:
            self._answering.pop(next(iter(self._answering)))
        self._answering[self._key(path)] = None

    def _key(self, path: Path) -> tuple[str, bytes]:
        """One router. Many have the same address, in other networks: the hardware's tells them apart."""
        entry = self._find(path.gateway or "", path.interface)
        return path.key, entry.hardware if entry is not None else b""


async def _first(asking: set[asyncio.Task[Answer]], until: float) -> set[Answer]:
    """What came until a time: all there is to know once one of them is YES."""
    loop = asyncio.get_running_loop()
    answers: set[Answer] = set()
    waiting = asking
    try:
        while waiting and Answer.YES not in answers and (left := until - loop.time()) > 0:
            done, waiting = await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            answers |= {each.result() for each in done}
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return answers


async def _connect(address: str, port: int, path: Path, way: Way) -> Answer:
    """A connection or a refusal is an answer. A router that nothing leads to is none."""
    try:
        made = opened(family_of(address), way)
    except OSError:
        return Answer.UNTRIED
    try:
        await asyncio.get_running_loop().sock_connect(made, sockaddr(address, port, path.interface))
    except ConnectionError:
        return Answer.YES
    except OSError as error:
        return Answer.NO if error.errno in _GONE else Answer.UNTRIED
    finally:
        hang_up(made)
    return Answer.YES


async def _echo(address: str, path: Path, way: Way) -> Answer:
    """ICMP echo over a datagram socket, where the system allows that (icmp(7), ``ping_group_range``)."""
    if sys.platform == "win32":
        return Answer.UNTRIED
    is_v6 = ":" in address
    protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP
    mark = os.urandom(16)
    # Type 128 or 8, code 0, a checksum and an id that the kernel fills in on Linux, a sequence number.
    asked = bytes((128 if is_v6 else 8, 0)) + _checksum(is_v6, mark) + b"\0\0\0\1" + mark
    loop = asyncio.get_running_loop()
    try:
        made = opened(family_of(address), way, socket.SOCK_DGRAM, protocol)
    except OSError:
        return Answer.UNTRIED
    try:
        made.connect(sockaddr(address, 0, path.interface))
        while True:
            made.send(asked)
            try:
                async with asyncio.timeout(_ECHO_EVERY):
                    while mark not in await loop.sock_recv(made, 1500):
                        pass
            except TimeoutError:
                continue
            return Answer.YES
    except OSError:
        return Answer.UNTRIED
    finally:
        made.close()


def _checksum(is_v6: bool, mark: bytes) -> bytes:  # noqa: FBT001 -- of two formats
    """The checksum of an ICMP echo with this payload (RFC 1071); ICMPv6's is the kernel's own affair."""
    if is_v6:
        return b"\0\0"
    words = b"\x08\0\0\0\0\0\0\1" + mark
    total = sum(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2))
    total = (total & 0xFFFF) + (total >> 16)
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
