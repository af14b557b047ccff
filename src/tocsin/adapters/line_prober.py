"""The probes behind ``ports.Prober``: a round asks everything at once and is over at its deadline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.gateway import Gateways
from tocsin.adapters.probe_names import Names
from tocsin.adapters.probe_sockets import Way
from tocsin.adapters.probe_tcp import Check, parsed, reach, unsent
from tocsin.adapters.routes import system_paths
from tocsin.domain.reading import Answer, Lookup, Path, Probe, ProbeFault, Reading
from tocsin.ports import Ask, Clock

if TYPE_CHECKING:
    import ssl
    from socket import socket

_LOG = logging.getLogger(__name__)
_PATHS_FRESH = 5.0
_GRACE = 0.5
"""Seconds for the router to answer in once a target did."""
_LOOKUP_PATIENCE = 0.25
"""The share of a round until a name that was found before is tried where it led then, while it is being looked up."""
_MARGIN = 0.25
"""Seconds past the deadline, for what ran until then to be concluded from."""

T = TypeVar("T")
Trust = Callable[[], "ssl.SSLContext"]


class LineProber:
    """Measures the line. One instance belongs to one event loop; between two rounds nothing is held."""

    def __init__(
        self,
        clock: Clock,
        *,
        paths: Callable[[], Awaitable[tuple[Path, ...]]] = system_paths,
        names: Names | None = None,
        gateways: Gateways | None = None,
        trust: Trust | None = None,
    ) -> None:
        self._clock = clock
        self._ask_paths = paths
        self._names = names or Names()
        self._gateways = gateways or Gateways()
        self._trust = trust
        self._loading: DaemonCalls[ssl.SSLContext] = DaemonCalls("tocsin-probe-trust")
        self._paths: tuple[Path, ...] = ()
        self._paths_at: float | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._complained: set[str] = set()

    async def paths(self) -> tuple[Path, ...]:
        """The default routes, the one in use first; those last seen where the system could not be asked."""
        try:
            self._paths = await self._ask_paths()
        except OSError as error:
            self._complain("the routes could not be read", error)
        self._paths_at = asyncio.get_running_loop().time()
        return self._paths

    async def measure(self, ask: Ask) -> Reading:
        """One round."""
        began, loop = self._clock.now(), asyncio.get_running_loop()
        start = loop.time()
        if self._paths_at is None or start - self._paths_at > _PATHS_FRESH:
            await self.paths()
        path = ask.path or next(iter(self._paths), None)
        way = Way(frozenset(each.family for each in self._paths), ask.path if ask.bind else None)
        until, order = start + ask.timeout.total_seconds(), ask.order
        trust = self._start(self._loaded(until)) if order.deep and _has_tls(order.targets) else None
        probes = [self._start(self._probe(each, way, until, trust)) for each in order.targets]
        names = [self._start(self._names.ask(each, until - loop.time())) for each in order.names]
        portal = self._start(self._page(ask, way, until)) if order.deep else None
        router = self._start(self._router(path, way, until)) if order.gateway else None
        every = [each for each in (trust, *probes, *names, portal, router) if each is not None]
        try:
            await _waited([each for each in every if each is not router], until + _MARGIN)
            found = tuple(
                _result(task, Probe(target, lost=1, fault=ProbeFault.TIMEOUT))
                for target, task in zip(order.targets, probes, strict=True)
            )
            is_reached = any(each.is_ok for each in found)
            if router is not None:
                await _waited([router], loop.time() + _GRACE if is_reached else until + _MARGIN)
        finally:
            await _call_off(every)
        gateway = _result(router, Answer.UNTRIED)
        if router is None and path is not None and not is_reached and any(each.sent for each in found):
            gateway = self._gateways.known(path, loop.time() - start)
        return Reading(
            began=began,
            at=self._clock.now(),
            path=path,
            probes=found,
            lookups=tuple(
                (name, _result(task, (Lookup.FAILED, ()))[0]) for name, task in zip(order.names, names, strict=True)
            ),
            gateway=gateway,
            portal=Answer.UNTRIED if ask.portal is None and is_reached else _result(portal, Answer.UNTRIED),
        )

    async def close(self) -> None:
        """Call off what still runs. A lookup that hangs is left behind in its thread."""
        await _call_off(list(self._running))

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _probe(
        self, target: str, way: Way, until: float, trust: "asyncio.Task[ssl.SSLContext | None] | None"
    ) -> Probe:
        found = parsed(target)
        if found is None:
            return unsent(target)
        check = _checking(found.host, trust) if found.is_tls and trust is not None else None
        left = until - asyncio.get_running_loop().time()
        asking = self._start(self._names.ask(found.host, left))
        known = self._names.last(found.host)
        await asyncio.wait((asking,), timeout=_LOOKUP_PATIENCE * left if known else None)
        lookup, addresses = asking.result() if asking.done() else (Lookup.FAILED, ())
        if lookup is Lookup.FOUND:
            return await reach(target, addresses, found.port, way, until, check)
        if not known:
            return unsent(target, ProbeFault.DNS)
        # Whether it is the resolver or the whole line shows where the name led when it was found last.
        reached = await reach(target, known, found.port, way, until)
        is_slow = asking.done() and asking.result()[0] is Lookup.FOUND
        if is_slow or reached.fault in (ProbeFault.TIMEOUT, ProbeFault.UNREACHABLE):
            return reached
        return unsent(target, ProbeFault.DNS)

    async def _page(self, ask: Ask, way: Way, until: float) -> Answer:
        url, says = ask.portal or (_page_of(ask.order.targets), "")
        page = parsed(url)
        if page is None:
            return Answer.UNTRIED
        from tocsin.adapters.portal import ask_page  # noqa: PLC0415 -- once an hour

        _, addresses = await self._names.ask(page.host, until - asyncio.get_running_loop().time())
        return await ask_page(url, says, addresses, way, until)

    async def _router(self, path: Path | None, way: Way, until: float) -> Answer:
        if path is None or path.is_tunnel:
            return Answer.UNTRIED
        return await self._gateways.ask(path, way, until)

    async def _loaded(self, until: float) -> "ssl.SSLContext | None":
        """What this computer trusts, read anew each time: it costs megabytes to keep. None where it cannot be read."""
        from tocsin.adapters.probe_https import system_trust  # noqa: PLC0415 -- once an hour

        try:
            return await self._loading.run(
                "trust", self._trust or system_trust, timeout=until - asyncio.get_running_loop().time()
            )
        except (OSError, RuntimeError) as error:  # no such file, too late, no thread to be had
            self._complain("what this computer trusts could not be read", error)
            return None

    def _complain(self, what: str, error: Exception) -> None:
        """Log what goes wrong here rather than in the network, once."""
        if what not in self._complained:
            self._complained.add(what)
            _LOG.warning("%s: %s", what, error)


def _page_of(targets: tuple[str, ...]) -> str:
    """Where no page may be asked that is known: a target's own host, over plain http.

    What it says there is not known. That anything is said in its name, while no target can be reached, is telling.
    """
    found = next((each for each in map(parsed, targets) if each is not None), None)
    if found is None:
        return ""
    return f"http://[{found.host}]/" if ":" in found.host else f"http://{found.host}/"


def _has_tls(targets: tuple[str, ...]) -> bool:
    return any(each.startswith("https:") for each in targets)


def _checking(host: str, trust: "asyncio.Task[ssl.SSLContext | None]") -> Check:
    """The check that a host is who it says, once what this computer trusts is there; without that there is none."""

    async def check(connected: "socket", until: float) -> ProbeFault | None:
        await asyncio.wait((trust,))
        context = _result(trust, None)
        if context is None:
            return None
        from tocsin.adapters.probe_https import shake_hands  # noqa: PLC0415 -- once an hour

        return await shake_hands(connected, host, until, context)

    return check


async def _waited(tasks: list[asyncio.Task[Any]], until: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=max(0.0, until - asyncio.get_running_loop().time()))


async def _call_off(tasks: list[asyncio.Task[Any]]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _result(task: asyncio.Task[T] | None, otherwise: T) -> T:
    """What a task came to, or that in its place when it did not. What it raised is a mistake of ours: it is logged."""
    if task is None or not task.done() or task.cancelled():
        return otherwise
    error = task.exception()
    if error is None:
        return task.result()
    _LOG.error("a probe failed", exc_info=error)
    return otherwise
