"""Makes TCP connections for the HTTP pool: name lookups that cannot hang the process, several addresses raced.

The pool keeps working with host names, so that TLS checks the name and a connection is never shared between two hosts
behind one address. Only the step below it deals in addresses.
"""

import asyncio
import ipaddress
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any

import httpcore

from tocsin.adapters.background import DaemonCalls

STAGGER = 0.25
"""Seconds until the next address is tried beside the last: RFC 8305's Connection Attempt Delay."""

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
Lookup = Callable[[str, int], Sequence[str]]
Connect = Callable[[str], Awaitable[httpcore.AsyncNetworkStream]]


class LookupFailed(httpcore.ConnectError):
    """A host name that has no address, or that nobody answers for in time. The text is fit for the user."""


def system_lookup(host: str, port: int) -> list[str]:
    """The addresses of a host as the system's resolver orders them. Blocks, perhaps for ever. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Looks names up in daemon threads. ``deadline`` is in seconds."""

    def __init__(self, lookup: Lookup = system_lookup, deadline: float = 10.0) -> None:
        self._lookup = lookup
        self._deadline = deadline
        self._calls: DaemonCalls[Sequence[str]] = DaemonCalls("tocsin-lookup")

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses to try, both families in turn. Raises ``LookupFailed``."""
        if _is_address(host):
            return (host,)
        try:
            found = await self._calls.run((host, port), lambda: self._lookup(host, port), timeout=self._deadline)
        except TimeoutError:
            raise LookupFailed(f"The name {host} could not be looked up within {self._deadline:g} s") from None
        except socket.gaierror as error:
            raise LookupFailed(f"The name {host} could not be looked up: {error.strerror}") from error
        except (OSError, UnicodeError) as error:
            raise LookupFailed(f"The name {host} could not be looked up") from error
        if host == "localhost" or host.endswith(".localhost"):
            # Plain http is allowed to this name: it must not lead off this computer (RFC 6761, 6.3).
            found = [address for address in found if ipaddress.ip_address(address).is_loopback]
        if not found:
            raise LookupFailed(f"The name {host} has no address")
        return _alternating(found)


class Connector(httpcore.AsyncNetworkBackend):
    """A pool's way to the network, until it is closed: then what was just connecting is called off too."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tcp = httpcore.AnyIOBackend()
        self._is_closed = False

    def close(self) -> None:
        """Make no connection any more."""
        self._is_closed = True

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to whichever address of the host answers first. Raises ``httpcore.ConnectError``."""
        options: Any = None if socket_options is None else tuple(socket_options)

        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            return await self._tcp.connect_tcp(address, port, timeout, local_address, options)

        stream = await first_to_connect(await self._resolver.addresses(host, port), connect)
        if self._is_closed:
            await stream.aclose()
            raise httpcore.ConnectError("closed")
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait between the pool's retries."""
        await asyncio.sleep(seconds)


async def first_to_connect(
    addresses: Sequence[str], connect: Connect, stagger: float = STAGGER
) -> httpcore.AsyncNetworkStream:
    """The first connection that stands; a new attempt starts every ``stagger`` seconds, or at once after a failure.

    The attempts that lose are called off. Raises what the first attempt raised when all fail.
    """
    waiting = deque(addresses)
    running: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
    failures: list[BaseException] = []
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(connect(waiting.popleft())))
            done, _ = await asyncio.wait(
                running, timeout=stagger if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                running.discard(attempt)  # what is left in there at the end is called off
                failure = attempt.exception()
                if failure is None:
                    return attempt.result()
                failures.append(failure)
    finally:
        await _call_off(running)
    raise failures[0]


async def _call_off(attempts: set[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    for attempt in attempts:
        attempt.cancel()
    for ended in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(ended, httpcore.AsyncNetworkStream):
            await ended.aclose()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _alternating(addresses: Sequence[str]) -> tuple[str, ...]:
    """IPv6 and IPv4 by turns, beginning with the family that the system prefers (RFC 8305, 4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    second = [address for address in addresses if address not in first]
    return tuple(address for address in chain.from_iterable(zip_longest(first, second)) if address)
