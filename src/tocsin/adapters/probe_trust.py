"""Whom an https probe believes: whom the polls believe, as the settings are at the time."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.probe_tasks import result
from tocsin.adapters.probe_tcp import Check
from tocsin.domain.account import Network
from tocsin.domain.reading import ProbeFault
from tocsin.errors import PollFailed

if TYPE_CHECKING:
    import ssl
    from socket import socket

_SHARE = 0.75
"""Of a round: files that hang must not make a target look as if it did."""

Trust = Callable[[], "ssl.SSLContext"]


class Authorities:
    """Reads what this computer trusts, and what the settings add to it."""

    def __init__(
        self, trust: Trust | None, network: Callable[[], Network], complain: Callable[[str, Exception], None]
    ) -> None:
        self._trust = trust
        self._network = network
        self._complain = complain
        self._loading: DaemonCalls[ssl.SSLContext] = DaemonCalls("tocsin-probe-trust")

    async def load(self, until: float) -> "ssl.SSLContext | None":
        """What this computer trusts, read anew each time: it costs megabytes to keep. None where it cannot be read."""
        network = self._network()
        within = _SHARE * (until - asyncio.get_running_loop().time())
        try:
            return await self._loading.run(network, self._trust or _reading(network), timeout=within)
        except (OSError, RuntimeError, PollFailed) as error:  # no such file, too late, no thread to be had
            self._complain("what this computer trusts could not be read", error)
            return None


def _reading(network: Network) -> Trust:
    if not network.ca_file:
        from tocsin.adapters.probe_https import system_trust  # noqa: PLC0415 -- once an hour

        return system_trust
    from tocsin.adapters.http_trust import believed  # noqa: PLC0415 -- where the settings name authorities

    return partial(believed, network)


def checking(host: str, trust: "asyncio.Task[ssl.SSLContext | None]") -> Check:
    """The check that a host is who it says, once what this computer trusts is there; without that there is none."""

    async def check(connected: "socket", until: float) -> ProbeFault | None:
        await asyncio.wait((trust,))
        context = result(trust, None)
        if context is None:
            return None
        from tocsin.adapters.probe_https import shake_hands  # noqa: PLC0415 -- once an hour

        return await shake_hands(connected, host, until, context)

    return check
