"""The probes behind ``ports.Prober``: a round asks everything at once and is over at its deadline."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.adapters.gateway import Gateways
from tocsin.adapters.probe_names import Names
from tocsin.adapters.probe_sockets import Way
from tocsin.adapters.probe_tasks import call_off, result, waited
from tocsin.adapters.probe_tcp import parsed, reach, unsent
from tocsin.adapters.probe_trust import Authorities, Trust, checking
from tocsin.adapters.radio import Radio
from tocsin.adapters.routes import system_paths
from tocsin.domain.account import Network
from tocsin.domain.reading import Answer, Lookup, Path, Probe, ProbeFault, Reading
from tocsin.ports import Ask, Clock

if TYPE_CHECKING:
    import ssl

_LOG = logging.getLogger(__name__)
_PATHS_FRESH = 5.0
_GRACE = 0.5
"""Seconds for the router to answer in once a target did."""
_LOOKUP_PATIENCE = 0.25
"""The share of a round until a name that was found before is tried where it led then, while it is being looked up."""
_BENEATH_PATIENCE = 0.25
"""The share of a round until the line is tried beneath a VPN: one that works has answered by then."""
_BENEATH_REST = 0.1
"""The share of what is left then by which that ends before the round does."""
_MARGIN = 0.25
"""Seconds past the deadline, for what ran until then to be concluded from."""

_FAILED = Probe("", fault=ProbeFault.TIMEOUT)
_NOT_TRIED = (Answer.UNTRIED, Answer.UNTRIED)

T = TypeVar("T")


def _not_proxied(_: Sequence[str]) -> bool:
    return False


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
        network: Callable[[], Network] = Network,
        is_proxied: Callable[[Sequence[str]], bool] = _not_proxied,
        radio: Radio | None = None,
    ) -> None:
        self._clock = clock
        self._is_proxied = is_proxied
        self._ask_paths = paths
        self._names = names or Names()
        self._gateways = gateways or Gateways()
        self._authorities = Authorities(trust, network, self._complain)
        self._radio = radio or Radio()
        self._paths: tuple[Path, ...] = ()
        self._paths_at: float | None = None
        self._running: set[asyncio.Task[Any]] = set()
        self._complained: set[str] = set()

    async def paths(self) -> tuple[Path, ...]:
        """The default routes, the one in use first; those last seen where the system could not be asked."""
        try:
            self._paths = await self._ask_paths()
            self._radio.note(self._paths)
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
        trust = self._start(self._authorities.load(until)) if order.deep and _has_tls(order.targets) else None
        probes = [self._start(self._probe(each, way, until, trust)) for each in order.targets]
        names = [self._start(self._names.ask(each, until - loop.time())) for each in order.names]
        portal = self._start(self._page(ask, way, until)) if order.deep else None
        router = self._start(self._router(path, way, until)) if order.gateway else None
        beneath = self._start(self._beneath(ask, path, probes, until)) if order.gateway else None
        later = [each for each in (router, beneath) if each is not None]
        every = [each for each in (trust, *probes, *names, portal) if each is not None]
        try:
            await waited(every, until + _MARGIN)
            found = tuple(
                result(task, Probe(target, lost=1, fault=ProbeFault.TIMEOUT))
                for target, task in zip(order.targets, probes, strict=True)
            )
            is_reached = any(each.is_ok for each in found)
            await waited(later, loop.time() + _GRACE if is_reached else until + _MARGIN)
        finally:
            await call_off([*every, *later])
        gateway = result(router, Answer.UNTRIED)
        if router is None and path is not None and not is_reached and any(each.sent for each in found):
            gateway = self._gateways.known(path, loop.time() - start)
        if is_reached and path is not None:
            self._gateways.passed(path)
        page = Answer.UNTRIED if ask.portal is None and is_reached else result(portal, Answer.UNTRIED)
        reading = Reading(
            began=began,
            at=self._clock.now(),
            path=path,
            probes=found,
            lookups=tuple(
                (name, result(task, (Lookup.FAILED, ()))[0]) for name, task in zip(order.names, names, strict=True)
            ),
            gateway=gateway,
            portal=page,
        )
        return reading if is_reached else self._explained(reading, ask, *result(beneath, _NOT_TRIED))

    async def close(self) -> None:
        """Call off what still runs. A lookup that hangs is left behind in its thread."""
        await call_off(list(self._running))

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
        check = checking(found.host, trust) if found.is_tls and trust is not None else None
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

    async def _page(self, ask: Ask, way: Way, until: float, *, is_beneath: bool = False) -> Answer:
        url, says = ask.portal or (_page_of(ask.order.targets), "")
        page = parsed(url)
        if page is None:
            return Answer.UNTRIED
        from tocsin.adapters.portal import ask_page  # noqa: PLC0415 -- once an hour

        addresses = self._names.last(page.host)
        if not is_beneath:  # names are looked up through what does not answer then
            _, addresses = await self._names.ask(page.host, until - asyncio.get_running_loop().time())
        return await ask_page(url, says, addresses, way, until)

    async def _router(self, path: Path | None, way: Way, until: float) -> Answer:
        if path is None or path.is_tunnel or path.ends_at_provider:
            return Answer.UNTRIED
        return await self._gateways.ask(path, way, until)

    async def _beneath(
        self, ask: Ask, path: Path | None, probes: list[asyncio.Task[Probe]], until: float
    ) -> tuple[Answer, Answer]:
        """Whether the line reaches something past a VPN through which nothing comes, and whether a page does."""
        if path is None or not probes:
            return _NOT_TRIED
        await asyncio.wait(probes, timeout=_BENEATH_PATIENCE * (until - asyncio.get_running_loop().time()))
        if any(result(each, _FAILED).is_ok for each in probes) or not self._is_beside(ask, path):
            return _NOT_TRIED
        from tocsin.adapters.probe_beneath import answer_beneath, places  # noqa: PLC0415 -- where a VPN fails

        way = Way(frozenset({path.family}), path)
        until -= _BENEATH_REST * (until - asyncio.get_running_loop().time())
        found = self._start(answer_beneath(places(ask.order.targets, self._names.last), way, until))
        is_page_known = ask.order.deep and ask.portal is not None  # a target's own would be no sign of a sign-in page
        page = self._start(self._page(ask, way, until, is_beneath=True)) if is_page_known else None
        asking = [each for each in (found, page) if each is not None]
        try:
            await asyncio.wait(asking)  # both end in time by themselves
            return result(found, Answer.UNTRIED), result(page, Answer.UNTRIED)
        finally:
            await call_off(asking)

    def _is_beside(self, ask: Ask, path: Path) -> bool:
        if path.is_tunnel or ask.bind:
            return False
        from tocsin.adapters.probe_beneath import is_beside, places  # noqa: PLC0415 -- where nothing is reached

        return is_beside(path, places(ask.order.targets, self._names.last))

    def _explained(self, reading: Reading, ask: Ask, beneath: Answer, page: Answer) -> Reading:
        """A round that reached nothing, with what else may be the reason."""
        if reading.path is None:
            return replace(reading, is_radio_off=self._radio.is_off())
        return replace(
            reading,
            portal=page if reading.portal is Answer.UNTRIED else reading.portal,
            is_beside=self._is_beside(ask, reading.path),
            beneath=beneath,
            is_proxied=self._is_proxied(ask.order.targets),
        )

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
