"""Rounds of measuring a line, told in short, and a line that is cut and restored while rounds go over it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from support.stories import NOON
from tocsin.domain.instant import Instant
from tocsin.domain.line import Order, Tracker, order, pause, step
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.reading import Answer, Lookup, Path, Probe, ProbeFault, Reading
from tocsin.domain.targets import Plan
from tocsin.domain.terms import LineState

POLICY = LinePolicy()
TARGETS = tuple(f"tcp://192.0.2.{number}:443" for number in range(1, 6))
NAMES = ("one.example.net", "two.example.net")
PAGE = ("http://check.example.net/", "success")
PLAN = Plan(TARGETS, NAMES, portal=PAGE)
HOME = Path("eth0", 4, "198.51.100.1", "198.51.100.9")
TUNNEL = Path("tun0", 4, is_tunnel=True)
TIMEOUT = POLICY.timeout.total_seconds()
_SENT_AT = (0.0, 1.0, 3.0)  # when a kernel sends what asks for a connection (RFC 6298)


def moment(seconds: float, *, mono: float | None = None) -> Instant:
    """So many seconds after noon; ``mono`` where the monotonic clock says another figure."""
    return Instant(NOON + timedelta(seconds=seconds), 1000.0 + (seconds if mono is None else mono))


def reached(target: str = TARGETS[0], trip: float = 0.02, lost: int = 0) -> Probe:
    """A connect that came to stand."""
    return Probe(target, trip, sent=1 + lost, lost=lost)


def failed(target: str = TARGETS[0], fault: ProbeFault = ProbeFault.TIMEOUT) -> Probe:
    """A connect that did not."""
    return Probe(target, sent=3, lost=3, fault=fault)


def good(seconds: float = 0, **said) -> Reading:
    """A round that reached every target."""
    probes = tuple(reached(each) for each in TARGETS)
    return _round(seconds, 0.1, {"probes": probes} | said)


def bad(seconds: float = 0, fault: ProbeFault = ProbeFault.TIMEOUT, **said) -> Reading:
    """A round that reached none, over a router that answers."""
    probes = tuple(failed(each, fault) for each in TARGETS)
    return _round(seconds, TIMEOUT, {"probes": probes, "gateway": Answer.YES} | said)


def nameless(seconds: float = 0, lookup: Lookup = Lookup.FAILED, **said) -> Reading:
    """A round that reached every target and could look up no name."""
    return good(seconds, lookups=tuple((name, lookup) for name in NAMES), **said)


def unplugged(seconds: float = 0, **said) -> Reading:
    """A round on a computer without any way out."""
    return bad(seconds, ProbeFault.NO_ROUTE, **{"path": None, "gateway": Answer.UNTRIED} | said)


def gateless(seconds: float = 0, **said) -> Reading:
    """A round whose router does not answer."""
    return bad(seconds, **{"gateway": Answer.NO} | said)


def nothing(seconds: float = 0, **said) -> Reading:
    """A round that tells nothing: no target could be tried."""
    return good(seconds, **{"probes": ()} | said)


def at_portal(seconds: float = 0, **said) -> Reading:
    """A round that met a sign-in page."""
    return good(seconds, **{"portal": Answer.YES} | said)


def _round(seconds: float, took: float, said: dict[str, object]) -> Reading:
    facts = {"began": moment(seconds), "at": moment(seconds + took), "path": HOME}
    return Reading(**facts | said)


MAKERS: tuple[Callable[..., Reading], ...] = (good, bad, nameless, unplugged, gateless, nothing, at_portal)


def after(
    *rounds: Callable[..., Reading] | Reading,
    tracker: Tracker | None = None,
    begin: float = 0,
    every: float = 5,
    plan: Plan = PLAN,
    policy: LinePolicy = POLICY,
) -> Tracker:
    """What is known after some rounds, one every few seconds."""
    known = tracker or Tracker()
    for number, each in enumerate(rounds):
        reading = each if isinstance(each, Reading) else each(begin + number * every)
        known = step(known, reading, plan, policy)
    return known


def up(policy: LinePolicy = POLICY) -> Tracker:
    """A line that was found to be up, two rounds before noon."""
    known = after(good, good, begin=-10, policy=policy)
    assert known.state is LineState.UP
    return known


def spell(rounds: str) -> tuple[Callable[..., Reading], ...]:
    """Rounds by their initials: g(ood), b(ad), n(ameless), u(nplugged), r(outer gone), o (nothing), p(ortal)."""
    return tuple(dict(zip("gbnurop", MAKERS, strict=True))[each] for each in rounds)


@dataclass(slots=True)
class Cable:
    """A line measured at the pace that the rules give, while it is cut and restored.

    ``cuts`` are in seconds after noon. What is sent during one is lost; a round takes until every target answered or
    its time is over. ``router`` is what the router answers while it is cut. ``seen`` are the states as they came to
    be known, with when the round that showed each was over; ``began`` are the starts of the rounds.
    """

    cuts: Iterable[tuple[float, float]]
    plan: Plan = PLAN
    policy: LinePolicy = POLICY
    router: Answer = Answer.YES
    frugal: bool = False
    overrun: float = 0.0
    answers: Callable[[str, float], bool] = lambda target, when: True
    tracker: Tracker = field(default_factory=Tracker)
    seen: list[tuple[float, LineState]] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def run(self, start: float, until: float) -> "Cable":
        """Measure from one moment to another, in seconds after noon."""
        due = start
        while due < until:
            asked = order(self.tracker, self.plan, self.policy, _wall(due))
            reading = self._measure(due, asked)
            self.orders.append(asked)
            self.began.append(due)
            before, self.tracker = self.tracker.state, step(self.tracker, reading, self.plan, self.policy)
            over = (reading.at.wall - NOON).total_seconds()
            if self.tracker.state is not before:
                self.seen.append((over, self.tracker.state))
            wait = pause(self.tracker, self.policy, reading.at.wall, frugal=self.frugal)
            due = max(over, due + wait.total_seconds())
        return self

    def is_cut(self, when: float) -> bool:
        return any(begin <= when < end for begin, end in self.cuts)

    @property
    def falls(self) -> int:
        """How often it was cut, as far as is known."""
        states = [LineState.UP, *(state for _, state in self.seen)]
        return sum(state.is_cut and not before.is_cut for before, state in pairwise(states))

    def _measure(self, start: float, asked: Order) -> Reading:
        probes = tuple(self._connect(target, start) for target in asked.targets)
        is_whole = all(each.is_ok for each in probes)
        took = TIMEOUT + self.overrun if not is_whole else max((each.round_trip or 0.0 for each in probes), default=0.0)
        took = max(took, max((_SENT_AT[each.lost] for each in probes if each.is_ok), default=0.0))
        cut = not any(each.is_ok for each in probes)
        return Reading(
            moment(start),
            moment(start + took),
            HOME,
            probes,
            tuple((name, Lookup.FAILED if cut else Lookup.FOUND) for name in asked.names),
            (self.router if cut else Answer.YES) if asked.gateway else Answer.UNTRIED,
            Answer.NO if asked.deep and not cut else Answer.UNTRIED,
        )

    def _connect(self, target: str, start: float) -> Probe:
        for number, later in enumerate(_SENT_AT):
            if not self.is_cut(start + later) and self.answers(target, start + later):
                return Probe(target, 0.02, sent=number + 1, lost=number)
        return failed(target)


def _wall(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
