"""A network under a test's control, for the engine: its ways out and what a round of probes meets."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.reading import Answer, Lookup, Path, Probe, ProbeFault, Reading
from tocsin.engine.line_watch import Gauges
from tocsin.ports import Ask, Clock

HOME = Path("eth0", 4, "192.0.2.1", "192.0.2.100")
MOBILE = Path("wwan0", 4, "198.51.100.1", "198.51.100.7")
TARGETS = ("tcp://203.0.113.10:443", "tcp://203.0.113.11:443", "https://example.net/")


@dataclass
class Manner:
    """How one way out behaves; ``beneath`` is what it reaches where a VPN carries the traffic, None without one."""

    reaches: bool = True
    router: Answer = Answer.YES
    names: Lookup = Lookup.FOUND
    portal: Answer = Answer.NO
    round_trip: float = 0.02
    lost: int = 0
    fault: ProbeFault = ProbeFault.TIMEOUT
    beneath: Answer | None = None


@dataclass
class ScriptedNetwork:
    """Satisfies ``ports.Prober``, ``Sleeps`` and ``Thrift``; changed from the test's thread, read from the engine's."""

    clock: Clock
    ways: list[Path] = field(default_factory=lambda: [HOME])
    manners: dict[str, Manner] = field(default_factory=dict)
    frugal: bool = False
    radio_off: bool = False
    asks: list[Ask] = field(default_factory=list)
    on_sleep: Callable[[bool], None] | None = None
    policy: LinePolicy = field(default_factory=LinePolicy)

    @property
    def gauges(self) -> Gauges:
        return Gauges(self, self, self, self.policy)

    def manner(self, way: Path = HOME) -> Manner:
        return self.manners.setdefault(way.interface, Manner())

    def cut(self, way: Path = HOME) -> None:
        self.manner(way).reaches = False

    def mend(self, way: Path = HOME) -> None:
        self.manner(way).reaches = True

    # --- the ports ---

    async def paths(self) -> tuple[Path, ...]:
        return tuple(self.ways)

    async def measure(self, ask: Ask) -> Reading:
        self.asks.append(ask)
        began = self.clock.now()
        if ask.path is None:
            failed = tuple(_failed(each, ProbeFault.NO_ROUTE) for each in ask.order.targets)
            return Reading(began, began, None, failed, is_radio_off=self.radio_off)
        manner = replace(self.manner(ask.path))
        if not manner.reaches and manner.fault is ProbeFault.TIMEOUT:
            await self.clock.sleep(ask.timeout.total_seconds())
        probes = tuple(
            Probe(each, manner.round_trip, 1 + manner.lost, manner.lost)
            if manner.reaches
            else _failed(each, manner.fault)
            for each in ask.order.targets
        )
        return Reading(
            began,
            self.clock.now(),
            ask.path,
            probes,
            tuple((name, manner.names) for name in ask.order.names),
            manner.router if ask.order.gateway else Answer.UNTRIED,
            manner.portal if ask.order.deep else Answer.UNTRIED,
            is_beside=manner.beneath is not None and not manner.reaches,
            beneath=manner.beneath or Answer.UNTRIED,
        )

    async def start(self, on_sleep: Callable[[bool], None]) -> None:
        self.on_sleep = on_sleep

    async def is_frugal(self) -> bool:
        return self.frugal

    async def close(self) -> None:
        """Nothing is held."""


def _failed(target: str, fault: ProbeFault) -> Probe:
    return Probe(target, None, 3, 3, fault)
