"""One target, connected to over TCP: how long it took, what was lost on the way, and why it failed."""

import asyncio
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from urllib.parse import urlsplit

from tocsin.adapters.probe_sockets import Way, family_of, fault_of, hang_up, opened, sockaddr
from tocsin.domain.reading import Probe, ProbeFault

STAGGER = 0.25
"""Seconds until the next address of a name is tried beside the last (RFC 8305, 5)."""
MOST_ADDRESSES = 4
_SENT_AT = (1.0, 3.0, 7.0)  # seconds after which a kernel repeats what asked for the connection (RFC 6298)
_TCP_INFO_SIZE, _RTT_AT, _RETRANSMITTED_AT = 104, 68, 100  # struct tcp_info, linux/tcp.h: microseconds, packets
_TELLING = (ProbeFault.TLS, ProbeFault.REFUSED, ProbeFault.TIMEOUT, ProbeFault.UNREACHABLE, ProbeFault.NO_ROUTE)
"""Of several addresses' faults, which one is the target's: the first of these."""

Check = Callable[[socket.socket, float], Awaitable[ProbeFault | None]]
"""What else a connection must stand, until a time of the loop's clock."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target taken apart."""

    host: str
    port: int
    is_tls: bool = False


def parsed(target: str) -> Target | None:
    """A target of the settings taken apart; None where it is none."""
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme, (parts.hostname or "").rstrip(".")
    port = port or {"http": 80, "https": 443}.get(scheme)
    if not host or not port or scheme not in ("tcp", "http", "https"):
        return None
    return Target(host, port, is_tls=scheme == "https")


async def reach(
    target: str, addresses: Sequence[str], port: int, way: Way, until: float, check: Check | None = None
) -> Probe:
    """Connect to whichever address answers first, until a time of the loop's clock, and hang up. Raises nothing."""
    waiting = list(islice(_alternating(addresses), MOST_ADDRESSES))
    running: set[asyncio.Task[Probe]] = set()
    failed: list[Probe] = []
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(_attempt(target, waiting.pop(0), port, way, until, check)))
            patience = STAGGER if waiting else None
            done, running = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                if each.result().is_ok:
                    return each.result()
                failed.append(each.result())
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return min(failed, key=lambda each: _TELLING.index(each.fault or ProbeFault.NO_ROUTE), default=unsent(target))


def unsent(target: str, fault: ProbeFault = ProbeFault.NO_ROUTE) -> Probe:
    """What a target comes to that no packet was sent to."""
    return Probe(target, sent=0, fault=fault)


async def _attempt(target: str, address: str, port: int, way: Way, until: float, check: Check | None) -> Probe:
    loop = asyncio.get_running_loop()
    family, way = family_of(address), way.to(address)
    try:
        made = opened(family, way)
    except OSError as error:
        return unsent(target, fault_of(error, family, way))
    began = loop.time()
    try:
        async with asyncio.timeout_at(until):
            await loop.sock_connect(made, sockaddr(address, port))
        probe = _reached(target, made, loop.time() - began)
        fault = None if check is None else await check(made, until)
        return probe if fault is None else replace(probe, round_trip=None, fault=fault)
    except OSError as error:  # a deadline that passed is one too
        fault = ProbeFault.NO_ROUTE if _is_hopeless(made, address, way) else fault_of(error, family, way)
        return _failed(target, made, loop.time() - began, fault)
    finally:
        hang_up(made)


def _reached(target: str, connected: socket.socket, took: float) -> Probe:
    """What a connection that stands tells.

    The kernel's own round trip is better than ours: it has none of this program's delays in it, and none of the wait
    before a repeated packet. Where it began nearly when we did, the first packet was answered, late, and none was lost.
    """
    round_trip, repeated = _kernels(connected) or (0.0, _repeats(took))
    if round_trip and round_trip > took - _SENT_AT[0] / 2:
        return Probe(target, round_trip)
    return Probe(target, round_trip or took, sent=1 + repeated, lost=repeated)


def _failed(target: str, made: socket.socket, took: float, fault: ProbeFault) -> Probe:
    if fault is ProbeFault.NO_ROUTE:
        return unsent(target)
    _, repeated = _kernels(made) or (0.0, _repeats(took))
    sent = 1 + repeated
    return Probe(target, sent=sent, lost=repeated if fault is ProbeFault.REFUSED else sent, fault=fault)


def _repeats(took: float) -> int:
    """How often the kernel repeated itself, by the time alone."""
    return sum(took > after for after in _SENT_AT)


def _kernels(made: socket.socket) -> tuple[float, int] | None:
    """The round trip in seconds (0 where it is not known) and how many packets were repeated, as Linux counts them."""
    if sys.platform != "linux":
        return None
    try:
        info = made.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
        (microseconds,) = struct.unpack_from("=I", info, _RTT_AT)
        (repeated,) = struct.unpack_from("=I", info, _RETRANSMITTED_AT)
    except (OSError, struct.error):
        return None
    return microseconds / 1e6, repeated


def _is_hopeless(made: socket.socket, address: str, way: Way) -> bool:
    """Whether IPv6 reaches no further than this site: a unique local address (RFC 4193) speaks to a global one.

    That says nothing of the line while IPv4 leads out.
    """
    if ":" not in address or int(socket.AF_INET) not in way.families:
        return False
    try:
        own = socket.inet_pton(socket.AF_INET6, made.getsockname()[0].partition("%")[0])
    except OSError:
        return False
    return own[0] & 0xFE == 0xFC and not address.lower().startswith(("fc", "fd"))  # noqa: PLR2004 -- fc00::/7


def _alternating(addresses: Sequence[str]) -> list[str]:
    """IPv6 and IPv4 by turns, beginning with the family that the system prefers (RFC 8305, 4)."""
    first = [each for each in addresses if (":" in each) == (":" in addresses[0])]
    second = [each for each in addresses if each not in first]
    return [each for each in chain.from_iterable(zip_longest(first, second)) if each is not None]
