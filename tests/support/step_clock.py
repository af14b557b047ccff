"""A clock that goes only as far as a test lets it: an hour of polls in a second, a night's sleep in an instant."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tocsin.domain.instant import Instant

PATIENCE = 60.0
_ROUNDS = 20  # longer than any chain of tasks that wake each other
EVENING = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


class StepClock:
    """Satisfies ``ports.Clock``; moved from any thread. Who sleeps on it wakes when it has gone far enough."""

    def __init__(self, wall: datetime = EVENING) -> None:
        self._wall = wall
        self._mono = 1000.0
        self._lock = threading.Condition(threading.RLock())
        self._sleepers: dict[asyncio.Future[None], float] = {}
        self._fell_asleep = 0

    @property
    def wall(self) -> datetime:
        return self.now().wall

    def now(self) -> Instant:
        with self._lock:
            return Instant(self._wall, self._mono)

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            self._sleepers[future] = self._mono + max(0.0, seconds)
            self._fell_asleep += 1
            self._lock.notify_all()
        self._wake()
        try:
            await future
        finally:
            with self._lock:
                del self._sleepers[future]

    def advance(self, span: float | timedelta) -> None:
        """Time passes, for everybody alike."""
        seconds = span.total_seconds() if isinstance(span, timedelta) else span
        with self._lock:
            self._mono += seconds
            self._wall += timedelta(seconds=seconds)
        self._wake()

    def step(self, span: float | timedelta, sleepers: int = 1) -> None:
        """Wait until so many sleep, let time pass that wakes them all, and wait until they sleep again."""
        self.rest(sleepers)
        before = self._fell_asleep
        self.advance(span)
        self._await(lambda: self._fell_asleep >= before + sleepers)
        self.rest(sleepers)

    def rest(self, sleepers: int = 1) -> None:
        """Wait until so many sleep and none of them, nor of their loops' other tasks, has anything left to do.

        Who was woken by something other than the time sleeps still, in this clock's eyes, until its loop gets to it.
        """
        while True:
            self._await(lambda: self._asleep() >= sleepers)
            with self._lock:
                loops = {future.get_loop() for future in self._sleepers}
            for loop in loops:
                _go_round(loop)
            with self._lock:
                if self._asleep() >= sleepers:
                    return

    def pass_time(self, span: float | timedelta, sleepers: int = 1) -> None:
        """Let so much time go by, waking whoever wakes in it in turn; so many sleep whenever nothing else happens."""
        seconds = span.total_seconds() if isinstance(span, timedelta) else span
        until = self.now().mono + seconds
        while True:
            self.rest(sleepers)
            wake, left = self.next_wake(), until - self.now().mono
            if wake is None or wake > left:
                self.advance(left)
                return
            self.advance(max(wake, 0.0))

    def suspend(self, span: timedelta) -> None:
        """The computer sleeps: the wall clock goes on, the monotonic one stands still, and so does whoever waits."""
        with self._lock:
            self._wall += span

    def next_wake(self) -> float | None:
        """In how many seconds the next of those who wait goes on; None if nobody waits."""
        with self._lock:
            return min((until - self._mono for until in self._sleepers.values()), default=None)

    def await_sleeper(self, within: float) -> None:
        """Wait until somebody sleeps who wakes in at most so many seconds."""
        self._await(lambda: any(0 < until - self._mono <= within for until in self._sleepers.values()))

    def _asleep(self) -> int:
        return sum(1 for until in self._sleepers.values() if until > self._mono)

    def _await(self, wanted: Callable[[], bool]) -> None:
        with self._lock:
            assert self._lock.wait_for(wanted, PATIENCE), f"{self._asleep()} sleep"

    def _wake(self) -> None:
        with self._lock:
            due = [future for future, until in self._sleepers.items() if until <= self._mono]
        for future in due:
            future.get_loop().call_soon_threadsafe(_finish, future)


def _go_round(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop do what it has at hand, and what that leads to: tasks that wake tasks that wake tasks."""
    done = threading.Event()

    def go(left: int) -> None:
        if left:
            loop.call_soon(go, left - 1)
        else:
            done.set()

    loop.call_soon_threadsafe(go, _ROUNDS)
    assert done.wait(PATIENCE), "the loop does not go round"


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
