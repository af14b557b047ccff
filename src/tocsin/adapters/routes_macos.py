"""macOS's default routes, from what ``netstat -rn`` prints (netstat(1)): destination, gateway, flags, interface."""

import contextlib
import socket
import subprocess
import threading
from dataclasses import dataclass, replace

from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.probe_sockets import bind_to_interface
from tocsin.domain.reading import Path

_COMMAND = ("/usr/sbin/netstat", "-rn")
_WITHIN = 2.0
_MOST_BYTES = 1 << 20
_HALVES = {"0/1": "128.0/1", "::/1": "8000::/1"}
_WORLD = "2000::/3"
_VPN = ("utun", "ipsec", "gif", "stf", "tun", "tap")
_ANYBODY = {int(socket.AF_INET): "192.0.2.1", int(socket.AF_INET6): "2001:db8::1"}
"""Somebody outside to choose an own address for (RFC 5737, RFC 3849). Nothing is sent there."""


@dataclass(frozen=True, slots=True)
class _Row:
    family: int
    target: str
    gateway: str
    flags: str
    interface: str


def parsed(text: str) -> tuple[Path, ...]:
    """The default routes, the one in use first: one that counts for its own interface alone (flag I) comes last.

    Tunnels of the latter kind are the system's own, which lead nowhere. What is not a route is left out.
    """
    rows = _rows(text)
    targets = {(each.interface, each.target) for each in rows}
    found = []
    for each in rows:
        other = _HALVES.get(each.target)
        is_part = each.target == _WORLD or (other is not None and (each.interface, other) in targets)
        is_vpn = each.interface.startswith(_VPN)
        is_scoped = "I" in each.flags
        if (each.target == "default" or is_part) and not (is_scoped and is_vpn):
            rank = (each.family != socket.AF_INET, is_scoped, not is_part)
            is_ppp = each.interface.startswith("ppp")
            path = Path(each.interface, each.family, _gateway(each), is_tunnel=is_vpn, is_direct=is_ppp)
            found.append((rank, path))
    return tuple(dict.fromkeys(path for _, path in sorted(found, key=lambda each: each[0])))


async def ask_paths() -> tuple[Path, ...]:
    """The default routes as they are now. Raises ``OSError``."""
    text = await DaemonCalls[str]("tocsin-routes").run("routes", _printed, timeout=2 * _WITHIN)
    return tuple(replace(each, address=_own_address(each)) for each in parsed(text))


def _rows(text: str) -> list[_Row]:
    rows = []
    family, column = 0, -1
    for line in text.splitlines():
        fields = line.split()
        if fields in (["Internet:"], ["Internet6:"]):
            family = int(socket.AF_INET if fields == ["Internet:"] else socket.AF_INET6)
        elif fields[:1] == ["Destination"]:
            column = fields.index("Netif") if "Netif" in fields else -1
        elif family and 0 <= column < len(fields) and _is_usable(fields[2] if len(fields) > 2 else ""):  # noqa: PLR2004 -- the third column
            rows.append(_Row(family, fields[0], fields[1], fields[2], fields[column]))
    return rows


def _is_usable(flags: str) -> bool:
    """Whether a route is up and refuses nothing."""
    return "U" in flags and not {"R", "B"} & set(flags)


def _gateway(row: _Row) -> str | None:
    """The gateway's address without its zone; None where the route leads onto a link."""
    plain = row.gateway.partition("%")[0]
    try:
        socket.inet_pton(row.family, plain)
    except (OSError, ValueError):
        return None
    return None if plain in ("0.0.0.0", "::", "fe80::") or "G" not in row.flags else plain  # noqa: S104 -- they say none


def _own_address(path: Path) -> str | None:
    """This computer's own address on a path: what the system would send from."""
    with contextlib.suppress(OSError), socket.socket(path.family, socket.SOCK_DGRAM) as asking:
        if not bind_to_interface(asking, path.family, path.interface):
            return None
        asking.connect((_ANYBODY[path.family], 9))
        address = str(asking.getsockname()[0]).partition("%")[0]
        return None if address.startswith("fe80:") else address
    return None


def _printed() -> str:
    """What the command prints, of reasonable length. Raises ``OSError``; ``TimeoutError`` when it takes too long."""
    with subprocess.Popen(  # noqa: S603 -- a program of the system's, by its whole path
        _COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        ending = threading.Timer(_WITHIN, process.kill)
        ending.daemon = True
        ending.start()
        try:
            read = process.stdout.read(_MOST_BYTES) if process.stdout is not None else b""
            is_late = ending.finished.is_set()
        finally:
            ending.cancel()
            process.kill()
    if is_late:
        raise TimeoutError(f"{_COMMAND[0]} did not end within {_WITHIN:g} s")
    return read.decode("utf-8", "replace")
