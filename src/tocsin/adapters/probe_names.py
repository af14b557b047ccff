"""Names looked up through the system's resolver, away from the loop: a lookup that hangs costs one thread."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from tocsin.adapters.background import DaemonCalls
from tocsin.domain.reading import Lookup
from tocsin.domain.targets import is_this_computer

LookUp = Callable[[str], Sequence[str]]
_ABSENT = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def system_lookup(host: str) -> list[str]:
    """The addresses of a host as the system's resolver orders them. Blocks, perhaps for ever. Raises ``OSError``.

    A name in ASCII goes in as bytes: Python would import its tables of Unicode to encode text.
    """
    name = host.encode("ascii") if host.isascii() else host
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_lie(host: str, address: str) -> bool:
    """Whether a name cannot have this address: this computer itself, nobody, or many at once."""
    if is_this_computer(host):
        return False
    try:
        given = ip_address(address)
    except ValueError:
        return True
    given = getattr(given, "ipv4_mapped", None) or given
    return given.is_loopback or given.is_unspecified or given.is_multicast or str(given) == "255.255.255.255"


class Names:
    """Looks names up. Who asks for one while a lookup of it still runs, waits for that one."""

    def __init__(self, lookup: LookUp = system_lookup) -> None:
        self._lookup = lookup
        self._last: dict[str, tuple[str, ...]] = {}
        self._calls: DaemonCalls[Sequence[str]] = DaemonCalls("tocsin-probe-name")

    async def ask(self, host: str, within: float) -> tuple[Lookup, tuple[str, ...]]:
        """What looking a name up within so many seconds comes to, with the addresses that it can have.

        Raises nothing. An address in digits is its own.
        """
        if _is_address(host):
            return Lookup.FOUND, (host,)
        try:
            found = await self._calls.run(host, lambda: tuple(self._lookup(host)), timeout=within)
        except socket.gaierror as error:
            return Lookup.ABSENT if error.errno in _ABSENT else Lookup.FAILED, ()
        except (OSError, UnicodeError, RuntimeError):  # too late, no name at all, no thread to be had
            return Lookup.FAILED, ()
        usable = tuple(each for each in found if not is_lie(host, each))
        if usable:
            self._last[host] = usable
            return Lookup.FOUND, usable
        return Lookup.LIE if found else Lookup.ABSENT, ()

    def last(self, host: str) -> tuple[str, ...]:
        """The addresses that a name had when it was found last; none before."""
        return self._last.get(host, ())


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
