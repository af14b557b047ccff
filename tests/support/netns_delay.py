"""A forwarder that holds packets back for a while: a stand-in for netem, and the two ends of a tunnel.

Run as ``python -m support.netns_delay A:B:DELAY:JITTER ...`` with open descriptors (of TUN devices or of UDP sockets
that are connected) A and B, seconds of delay each way, and by how many seconds the way from A to B may be faster or
slower, evenly spread. As with netem, packets may overtake each other. It ends with its standard input.
"""

import contextlib
import heapq
import itertools
import os
import random
import select
import sys
import time
from dataclasses import dataclass

_LARGEST = 65535


@dataclass(frozen=True, slots=True)
class Way:
    """Where packets from one descriptor go, and how late. Times are in seconds."""

    out: int
    delay: float
    jitter: float


def ways(arguments: list[str]) -> dict[int, Way]:
    """By the descriptor that is read, where its packets go."""
    found = {}
    for each in arguments:
        one, other, delay, jitter = each.split(":")
        found[int(one)] = Way(int(other), float(delay), float(jitter))
        found[int(other)] = Way(int(one), float(delay), 0.0)
    return found


def forward(by_source: dict[int, Way], until: int) -> None:
    """Forward until the descriptor ``until`` is at its end. What cannot be sent is lost, as on a line."""
    waiting: list[tuple[float, int, int, bytes]] = []
    order = itertools.count()
    dice = random.Random(4)  # noqa: S311 -- a delay, not a secret; the same in every run
    while True:
        timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([*by_source, until], [], [], timeout)
        if until in readable:
            return
        for source in readable:
            way = by_source[source]
            with contextlib.suppress(OSError):
                packet = os.read(source, _LARGEST)
                due = time.monotonic() + max(0.0, way.delay + dice.uniform(-way.jitter, way.jitter))
                heapq.heappush(waiting, (due, next(order), way.out, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, out, packet = heapq.heappop(waiting)
            with contextlib.suppress(OSError):
                os.write(out, packet)


if __name__ == "__main__":
    forward(ways(sys.argv[1:]), sys.stdin.fileno())
