"""What the test networks are made with: named network namespaces, and code that runs inside one (Linux, root).

Each network's namespaces are named after the process that made it, so that several workers build at once, and what a
killed one left behind is known and removed by the next.
"""

import contextlib
import ctypes
import fcntl
import itertools
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

NAMED = Path("/run/netns")
ETC = Path("/etc/netns")
_PREFIX = "tocsin"
_CLONE_NEWNET = 0x40000000
"""``setns(2)``: the descriptor is a network namespace."""
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
"""linux/if_tun.h: bare IP packets, without four bytes of header each."""
_numbers = itertools.count(1)

T = TypeVar("T")


class NetworkNotBuilt(AssertionError):
    """A test network cannot be built here. The text says what is missing."""


def check_possible() -> None:
    """Raise ``NetworkNotBuilt`` with a sentence that says what to do, where networks cannot be built."""
    if os.geteuid() != 0:
        raise NetworkNotBuilt("These tests build networks of their own and need root: run them as root, as CI does.")
    missing = [package for tool, package in (("ip", "iproute2"), ("nft", "nftables")) if shutil.which(tool) is None]
    if missing:
        raise NetworkNotBuilt(f"These tests build networks of their own and need {' and '.join(missing)} installed.")


def unique() -> str:
    """A name for a network of this process; its namespaces' names begin with it."""
    return f"{_PREFIX}-{os.getpid()}-{next(_numbers)}"


def remove_stale() -> None:
    """Remove the namespaces of processes that are no more."""
    for folder in (NAMED, ETC):
        for entry in folder.glob(f"{_PREFIX}-*-*-*"):
            owner = entry.name.split("-")[1]
            if owner.isdigit() and not Path("/proc", owner).exists():
                remove(entry.name)


def remove(name: str) -> None:
    """Remove a namespace, with the interfaces in it and its files under /etc/netns; one that is gone is well."""
    if (NAMED / name).exists():
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    shutil.rmtree(ETC / name, ignore_errors=True)


def ip(namespace: str, *commands: str) -> None:
    """Run commands of ``ip`` in a namespace, all in one process. Raises ``NetworkNotBuilt`` at the first that fails."""
    _run(["ip", "-n", namespace, "-batch", "-"], "\n".join(commands))


def new_namespaces(*names: str) -> None:
    """Make namespaces."""
    _run(["ip", "-batch", "-"], "\n".join(f"netns add {name}" for name in names))


def nft(namespace: str, rules: str) -> None:
    """Load a file of nftables rules in a namespace, all of it or none."""
    inside(namespace, lambda: _run(["nft", "-f", "-"], rules))


def sysctl(namespace: str, **values: int | str) -> None:
    """Set kernel parameters under ``net`` in a namespace; two underscores stand for a slash."""

    def write() -> None:
        for name, value in values.items():
            Path("/proc/sys/net", *name.split("__")).write_text(f"{value}\n", encoding="ascii")

    inside(namespace, write)


def enter(namespace: str) -> None:
    """Move the calling thread into a namespace: the sockets that it makes from now on are there."""
    with (NAMED / namespace).open("rb") as place:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(place.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")


def inside(namespace: str, call: Callable[[], T]) -> T:
    """Do a call in a thread of its own that is inside a namespace; what it returns or raises."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            enter(namespace)
            results.append(call())
        except BaseException as error:  # noqa: BLE001 -- raised again in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=body, name=f"in {namespace}")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def open_tun(namespace: str, device: str) -> int:
    """A TUN device in a namespace, down as yet, for as long as the returned descriptor is open."""

    def make() -> int:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", device.encode(), _IFF_TUN | _IFF_NO_PI))
        except OSError:
            os.close(tun)
            raise
        return tun

    return inside(namespace, make)


def open_pipe(namespace: str, own: tuple[str, int], other: tuple[str, int]) -> socket.socket:
    """A UDP socket in a namespace that speaks to one other."""

    def make() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with contextlib.ExitStack() as stack:
            stack.callback(made.close)
            made.bind(own)
            made.connect(other)
            stack.pop_all()
        return made

    return inside(namespace, make)


def ping(namespace: str, address: str, timeout: float = 1.0) -> bool:
    """Whether an address answers an ICMP echo request that is sent from a namespace (RFC 792, RFC 4443)."""
    is_v6 = ":" in address
    family = socket.AF_INET6 if is_v6 else socket.AF_INET
    protocol = socket.IPPROTO_ICMPV6 if is_v6 else socket.IPPROTO_ICMP

    def ask() -> bool:
        with socket.socket(family, socket.SOCK_DGRAM, protocol) as asking:
            asking.settimeout(timeout)
            try:
                asking.sendto(struct.pack("!BBHHH", 128 if is_v6 else 8, 0, 0, 1, 1) + b"tocsin", (address, 0))
                return bool(asking.recv(1500))
            except OSError:
                return False

    return inside(namespace, ask)


def connect(namespace: str, address: tuple[str, int], timeout: float = 20.0) -> OSError | None:
    """Connect to an address from a namespace and hang up: None, or what went wrong."""

    def dial() -> OSError | None:
        try:
            socket.create_connection(address, timeout).close()
        except OSError as error:
            return error
        return None

    return inside(namespace, dial)


def _run(command: list[str], given: str) -> None:
    done = subprocess.run(command, input=given, text=True, check=False, capture_output=True)
    if done.returncode != 0:
        raise NetworkNotBuilt(f"{' '.join(command)}: {done.stderr.strip()}\nwas given:\n{given}")
