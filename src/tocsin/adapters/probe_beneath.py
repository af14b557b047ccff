"""What the line reaches beneath a VPN: where traffic leaves over another way, and nothing comes through that."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from tocsin.adapters.probe_sockets import Way, bind_to_interface, family_of, is_forbidden, sockaddr
from tocsin.adapters.probe_tcp import parsed, reach
from tocsin.domain.reading import Answer, Path, ProbeFault

_ANYBODY = {int(socket.AF_INET): "203.0.113.1", int(socket.AF_INET6): "2001:db8::1"}
"""Somebody outside where no target's address is known (RFC 5737, RFC 3849). Nothing is sent there."""


@dataclass(frozen=True, slots=True)
class Place:
    """A target with the addresses that are known of it."""

    target: str
    port: int
    addresses: tuple[str, ...]


def places(targets: Iterable[str], last: Callable[[str], tuple[str, ...]]) -> tuple[Place, ...]:
    """The targets with where they were ``last`` found: names are looked up through what fails."""
    found = ((target, parsed(target)) for target in targets)
    return tuple(
        Place(target, each.port, _digits(each.host) or last(each.host)) for target, each in found if each is not None
    )


def is_beside(path: Path, where: Iterable[Place]) -> bool:
    """Whether the system sends what is for the targets over another way than this path's. Nothing is sent to tell.

    A VPN's routes need not be among the default ones: Linux has more tables than one, and rules that choose.
    """
    known = [each for place in where for each in place.addresses] or [_ANYBODY[path.family]]
    address = next((each for each in known if family_of(each) == path.family), None)
    if address is None:
        return False
    chosen, own = _source(address), _source(address, path)
    return None not in (chosen, own) and chosen != own


async def answer_beneath(where: Sequence[Place], way: Way, until: float) -> Answer:
    """Whether a way by itself reaches a target, until a time of the loop's clock. Raises nothing.

    UNTRIED where this computer lets nothing out past the VPN, or no socket use one interface alone: then nobody can
    tell.
    """
    if not _is_kept_to(way):
        return Answer.UNTRIED
    mine = [(place, tuple(each for each in place.addresses if family_of(each) in way.families)) for place in where]
    trying = {
        asyncio.create_task(reach(place.target, addresses, place.port, way, until))
        for place, addresses in mine
        if addresses and not is_forbidden(addresses[0], place.port, way)
    }
    faults = set()
    waiting = trying
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if any(each.result().is_ok for each in done):
                return Answer.YES
            faults |= {each.result().fault for each in done}
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    return Answer.NO if faults & {ProbeFault.TIMEOUT, ProbeFault.UNREACHABLE} else Answer.UNTRIED


def _digits(host: str) -> tuple[str, ...]:
    """The address that a host is; none where it is a name."""
    try:
        ip_address(host)
    except ValueError:
        return ()
    return (host,)


def _source(address: str, path: Path | None = None) -> str | None:
    """From which of its addresses this computer would speak to another: over one path, or as it likes; None if not."""
    family = family_of(address)
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
        if path is not None and not bind_to_interface(asking, family, path.interface):
            return path.address
        asking.connect(sockaddr(address, 9))
        return str(asking.getsockname()[0])
    return None


def _is_kept_to(way: Way) -> bool:
    """Whether what is bound to a way goes over it: Linux sends what is bound to an address alone over the VPN too.

    An interface is for everybody to choose since Linux 5.7. Windows goes by the address.
    """
    if sys.platform != "linux" or way.path is None:
        return True
    with contextlib.suppress(OSError), socket.socket(way.path.family, socket.SOCK_DGRAM) as asking:
        return bind_to_interface(asking, way.path.family, way.path.interface)
    return False
