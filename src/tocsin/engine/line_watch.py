"""Measures the user's own line, round after round, and tells the ledger how it turns."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from types import MappingProxyType

from tocsin.domain import line, targets
from tocsin.domain.account import LINE_PROVIDER, Settings
from tocsin.domain.freshness import is_fresh
from tocsin.domain.instant import Instant
from tocsin.domain.line import Tracker
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.measured import mark_of
from tocsin.domain.message import Fault, Message
from tocsin.domain.reading import Path, Reading
from tocsin.domain.schedule import JITTER
from tocsin.domain.state import LineView
from tocsin.domain.terms import LineState
from tocsin.domain.uplink import Carried, Uplinks, carried, learnt, uplinks
from tocsin.engine.line_ledger import LineLedger, Turned
from tocsin.engine.line_link import BACKUP, HOURS_SHOWN, PRIMARY, Link
from tocsin.engine.watched import is_loopback
from tocsin.ports import Ask, Clock, Prober, Sleeps, Thrift

_LOG = logging.getLogger(__name__)
WRITE_EVERY = timedelta(minutes=5)
HEARD_WITHIN = timedelta(minutes=2)
_WORDS = MappingProxyType(
    {
        LineState.UP: "line_up",
        LineState.DEGRADED: "line_degraded",
        LineState.DOWN: "line_down",
        LineState.LOCAL_FAULT: "line_down",
        LineState.CAPTIVE_PORTAL: "line_down",
    }
)


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the line is measured with."""

    prober: Prober
    sleeps: Sleeps
    thrift: Thrift
    policy: LinePolicy = field(default_factory=LinePolicy)


class LineWatch:
    """The task that measures. ``on_change`` is called after every round, ``on_back`` when the line came back."""

    def __init__(
        self,
        gauges: Gauges,
        ledger: LineLedger,
        clock: Clock,
        dice: Random,
        on_change: Callable[[], None],
        on_back: Callable[[], None],
    ) -> None:
        self._gauges = gauges
        self._ledger = ledger
        self._clock = clock
        self._dice = dice
        self._on_change = on_change
        self._on_back = on_back
        self._policy = gauges.policy
        self._settings = Settings()
        self._plan = targets.Plan()
        self._carried = Carried()
        self._links = {name: Link(name) for name in (PRIMARY, BACKUP)}
        self._paths: tuple[Path, ...] = ()
        self._uplinks = Uplinks(None)
        self._known: frozenset[str] = frozenset()
        self._restored = False
        self._frugal = False
        self._asleep = False
        self._turn = 0  # counts interruptions: a round from before one is worth nothing after it
        self._asked = asyncio.Event()
        self._written: Instant | None = None
        self._path_at: Instant | None = None

    # --- from outside ---

    def configure(self, settings: Settings) -> None:
        """Measure what these settings say, from now on."""
        plan = targets.plan(settings) if settings.line.measure else targets.Plan()
        if plan != self._plan:
            for link in self._links.values():
                link.forget()
        self._settings, self._plan, self._carried = settings, plan, carried(settings)
        self._policy = replace(self._gauges.policy, calls_alarm=settings.alarms_on_calls)
        self._links[PRIMARY].connections = self._carried.primary
        self._links[BACKUP].connections = self._carried.backup
        self._turn += 1
        self._note_sides(self._clock.now())
        self._asked.set()

    def check_now(self) -> None:
        """Measure at once."""
        for link in self._links.values():
            link.due = 0.0
        self._asked.set()

    def adopt(self) -> None:
        """The uplink in use is the primary from now on."""
        self._known = learnt(self._paths)
        self._ledger.write_line((), self._known, self._clock.now())
        for link in self._links.values():
            link.forget()
        self._asked.set()

    def woke(self, now: Instant) -> None:
        """The computer slept until now, or its clock was set."""
        self._asleep = False
        self._turn += 1
        self._path_at = now
        for link in self._links.values():
            link.wake(now, self._policy)
        self._note_sides(now)
        self._asked.set()

    @property
    def has_backup(self) -> bool:
        """Whether the user has a second way out."""
        return bool(self._carried.backup)

    def view(self, now: Instant) -> LineView | None:
        """The line in figures; None where nothing is measured and nothing is to be asked."""
        offered = () if self._plan.is_complete or not self._settings.line.measure else self._offered()
        if self._plan.is_empty and not offered:
            return None
        link = self._links[BACKUP if self._uplinks.on_backup else PRIMARY]
        tracker = link.tracker
        return LineView(
            link=link.name,
            connections=tuple(sorted(link.connections)),
            state=tracker.state,
            cause=tracker.cause,
            since=tracker.since,
            measured=tracker.seen,
            fresh_for=line.fresh_for(self._policy, frugal=self._frugal),
            quality=tracker.quality,
            every=self._policy.frugal if self._frugal else self._policy.calm,
            path=link.path,
            on_backup=self._uplinks.on_backup,
            frugal=self._frugal,
            hours=link.shown_hours(now.wall),
            hosts=self._plan.hosts,
            offered=offered,
        )

    def faults(self) -> tuple[Fault, ...]:
        """What keeps the line from being measured."""
        tracker = self._links[PRIMARY].tracker
        alone = any(each.provider == LINE_PROVIDER for each in self._settings.accounts)
        if self._plan.is_empty and alone and self._settings.line.measure:
            return (Fault(Message("line_no_targets")),)
        blocked = tracker.is_walled and tracker.unclear > self._policy.doubt_rounds
        return (Fault(Message("line_blocked")),) if blocked else ()

    # --- the task ---

    async def run(self) -> None:
        """Measure for ever."""
        self._restore()
        await self._gauges.sleeps.start(self._on_sleep)
        while True:
            self._asked.clear()
            if not self._plan.is_empty and not self._asleep:
                await self._round()
            await self._wait()

    async def close(self) -> None:
        """Write what was measured last, and let go of the gauges."""
        self._write(self._clock.now())
        for gauge in (self._gauges.sleeps, self._gauges.thrift, self._gauges.prober):
            await gauge.close()

    def _restore(self) -> None:
        if self._restored:
            return
        now = self._clock.now()
        since = now.wall - timedelta(hours=HOURS_SHOWN)
        for link in self._links.values():
            link.restore(self._ledger.keeper.line_hours(link.name, since, now.wall))
        self._known = self._ledger.keeper.uplink(now.wall)
        self._restored = True
        self._note_sides(now)

    def _on_sleep(self, going: bool) -> None:  # noqa: FBT001 -- what the port hands on
        now = self._clock.now()
        if not going:
            self.woke(now)
            return
        self._asleep = True
        self._turn += 1
        for link in self._links.values():
            link.interrupt()
        self._write(now)

    async def _round(self) -> None:
        turn = self._turn
        paths = await self._gauges.prober.paths()
        self._frugal = await self._gauges.thrift.is_frugal()
        if turn != self._turn:
            return
        self._find_way(paths)
        now = self._clock.now()
        due = [link for link in self._links.values() if self._is_used(link) and link.due <= now.mono]
        readings = await asyncio.gather(*(self._measure(link) for link in due))
        if turn != self._turn:
            return
        for link, reading in zip(due, readings, strict=True):
            self._take(link, reading)
        self._note_sides(self._clock.now())
        self._write_in_time(self._clock.now())
        self._on_change()

    def _find_way(self, paths: tuple[Path, ...]) -> None:
        """Which way out is whose now. What the primary's is known by is learnt while it is in use."""
        self._paths = paths
        if self.has_backup and not self._known and paths:
            self._learn(paths)
        self._uplinks = uplinks(paths, self._known, self._settings.line.interface, has_backup=self.has_backup)
        if self.has_backup and self._uplinks.primary is not None and not self._uplinks.on_backup:
            self._learn(paths)
        before = self._links[PRIMARY].path
        self._links[PRIMARY].path, self._links[BACKUP].path = self._uplinks.primary, self._uplinks.backup
        if before is None or self._uplinks.primary is None or before.key != self._uplinks.primary.key:
            self._path_at = self._clock.now()

    def _learn(self, paths: tuple[Path, ...]) -> None:
        known = learnt(paths) | self._known
        if known != self._known:
            self._known = known
            self._ledger.write_line((), known, self._clock.now())

    def _is_used(self, link: Link) -> bool:
        """Whether there is a line to measure: a backup that has no way out now is nobody's trouble."""
        return link.name == PRIMARY or (self.has_backup and link.path is not None)

    async def _measure(self, link: Link) -> Reading:
        now = self._clock.now()
        if self.has_backup and link.path is None and self._paths:
            return Reading(now, now, None)  # over the other way out it would be the other's measurement
        order = line.order(link.tracker, self._plan, self._policy, now.wall)
        ask = Ask(order, link.path, self._policy.timeout, bind=self.has_backup, portal=self._plan.portal)
        reading = await self._gauges.prober.measure(ask)
        heard = self._was_heard() and not self._uplinks.on_backup
        return replace(reading, path=link.path, heard=heard)

    def _take(self, link: Link, reading: Reading) -> None:
        before = link.take(reading, self._plan, self._policy)
        is_idle = link.name == BACKUP and not self._uplinks.on_backup
        wait = line.pause(link.tracker, self._policy, reading.at.wall, frugal=self._frugal or is_idle)
        jitter = 1 + JITTER * (2 * self._dice.random() - 1)
        link.due = reading.began.mono + wait.total_seconds() * jitter
        tracker = link.tracker
        if (tracker.state, tracker.cause) != (before.state, before.cause):
            self._turned(link, before)

    def _turned(self, link: Link, before: Tracker) -> None:
        """Tell the ledger, once for each connection that the link carries."""
        tracker, now = link.tracker, self._clock.now()
        if tracker.state is LineState.NOT_MEASURED:
            return
        found = (tracker.state, tracker.cause)
        first, is_new = link.concluded is None, link.concluded != found
        link.concluded = found
        if tracker.state.is_trouble and not before.state.is_trouble:
            link.fell_on = tracker.path_key
        self._note_sides(now)
        self._write(now)
        word = _WORDS[tracker.state] if is_new and not (first and tracker.state is LineState.UP) else ""
        _LOG.info("the %s line is %s (%s)", link.name, tracker.state.value, tracker.cause or "-")
        was_running = False
        for connection in sorted(link.connections):
            running = self._ledger.open_line(connection)
            was_running = was_running or running is not None
            self._ledger.line_turned(self._how(link, connection, before, word or ("line_up" if running else "")), now)
        if tracker.state is LineState.UP and (before.state.is_cut or was_running):
            self._on_back()

    def _how(self, link: Link, connection: str, before: Tracker, word: str) -> Turned:
        tracker = link.tracker
        figures, since = tracker.quality, tracker.since
        detail = {
            "since": None if since is None else since.isoformat().replace("+00:00", "Z"),
            "round_trip": figures.round_trip,
            "loss": round(figures.loss, 4),
        }
        turned = Turned(connection, tracker.state, tracker.cause, word=word, detail=MappingProxyType(detail))
        if tracker.state.is_trouble and since is not None:
            return replace(turned, mark=mark_of(tracker.state, tracker.cause, since))
        if tracker.state is not LineState.UP:
            return turned
        is_known = before.state.is_trouble and link.fell_on == tracker.path_key
        at = since if is_known else link.bad_at
        return replace(turned, back_at=at or since, is_end_known=is_known)

    # --- the rest ---

    def _note_sides(self, now: Instant) -> None:
        """Note for every connection how its line stands."""
        fresh_for = line.fresh_for(self._policy, frugal=self._frugal)
        sides = {}
        on_backup = self._uplinks.on_backup
        for link in self._links.values():
            for connection in link.connections:
                side = link.side(self._ledger.open_line(connection), now, fresh_for)
                if link.name == BACKUP:
                    side = replace(side, in_use=on_backup, fresh_for=3 * self._policy.frugal)
                else:
                    side = replace(side, on_backup=on_backup, backup=self._backup_name() if on_backup else "")
                sides[connection] = side
        self._ledger.lines = {} if self._plan.is_empty and not self._is_alone() else sides

    def _is_alone(self) -> bool:
        return any(each.provider == LINE_PROVIDER for each in self._settings.accounts)

    def _backup_name(self) -> str:
        every = (each for account in self._settings.accounts for each in account.connections)
        return next((each.name for each in every if each.id in self._carried.backup), "")

    def _was_heard(self) -> bool:
        """Whether a provider elsewhere in the internet answered of late, over the way out that is in use."""
        now, since = self._clock.now(), self._path_at
        asked = (each for each in self._ledger.watched.values() if each.account.provider != LINE_PROVIDER)
        answers = (each.last_success for each in asked if not is_loopback(each.account.url))
        here = (each for each in answers if each is not None and since is not None and each.mono > since.mono)
        return any(is_fresh(each, HEARD_WITHIN, now) for each in here)

    def _offered(self) -> tuple[str, ...]:
        contacted = self._plan.hosts
        return tuple(host for host in targets.offered(self._settings).hosts if host not in contacted)

    def _write_in_time(self, now: Instant) -> None:
        if self._written is None or not is_fresh(self._written, WRITE_EVERY, now):
            self._write(now)

    def _write(self, now: Instant) -> None:
        hours = tuple(hour for link in self._links.values() for hour in link.flush())
        self._written = now
        if hours:
            self._ledger.write_line(hours, None, now)

    async def _wait(self) -> None:
        """Wait until a link is due, or until asked. Nothing is due while nothing is measured."""
        used = [link.due for link in self._links.values() if self._is_used(link)]
        idle = self._plan.is_empty or self._asleep
        now = self._clock.now()
        asked = asyncio.ensure_future(self._asked.wait())
        waits = [asked] if idle else [asked, asyncio.ensure_future(self._clock.sleep(min(used) - now.mono))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
