"""Corners of the loopback network for probes to run into: ports that listen, refuse, or swallow what comes."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Iterator

from tocsin.domain.reading import Path

LOOPBACK = Path("lo", int(socket.AF_INET), "127.0.0.1", "127.0.0.1")


@contextlib.contextmanager
def listening(host: str = "127.0.0.1", port: int = 0, backlog: int = 16) -> Iterator[socket.socket]:
    """A socket that takes connections and does nothing with them."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(backlog)
        yield made


@contextlib.contextmanager
def refusing(host: str = "127.0.0.1") -> Iterator[int]:
    """A port that is taken, so that nobody else can listen there, and refuses."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as made:
        made.bind((host, 0))
        yield made.getsockname()[1]


@contextlib.contextmanager
def swallowing(host: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A port whose queue of connections is full: the kernel drops what asks for more, until one is accepted.

    A queue of none holds one all the same. A second one that fills it would ask again and again, and take the place
    that the test makes for its own.
    """
    with listening(host, backlog=0) as made, socket.socket(made.family) as filling:
        filling.settimeout(5)
        filling.connect(made.getsockname())
        yield made


def port_of(made: socket.socket) -> int:
    """The port that a socket is bound to."""
    return int(made.getsockname()[1])


async def waits(seconds: float, work: Awaitable[object]) -> tuple[object, float]:
    """What some work came to, and how many seconds it took; at most so many."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(seconds):
        result = await work
    return result, loop.time() - began


def open_files() -> set[str]:
    """What this process's descriptors lead to, sockets by their number."""
    found = set()
    for entry in os.scandir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(entry.path))  # noqa: PTH115 -- many of them, quickly
    return {each for each in found if each.startswith("socket:")}
