"""The clocks: one that tells the time, and one that tells the demo's."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tocsin.adapters.clock import ScaledClock, SystemClock
from tocsin.ports import Clock

START = datetime(2026, 11, 21, 17, 58, tzinfo=UTC)


def test_system_clock_is_the_computers():
    """Wall time is aware UTC, and both hands move."""
    clock: Clock = SystemClock()
    before, first, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    asyncio.run(clock.sleep(0.01))
    second = clock.now()
    assert before <= first.wall <= after
    assert first.wall.tzinfo is UTC
    assert second.mono - first.mono >= 0.009
    assert second.wall > first.wall


def test_scaled_clock_starts_where_it_is_told_and_runs_faster():
    """At any real hour it is 17:58 in the demo, and both of its hands run at the same speed."""
    clock: Clock = ScaledClock(START, 1000)
    first = clock.now()
    begun = time.monotonic()
    asyncio.run(clock.sleep(30))
    took = time.monotonic() - begun
    second = clock.now()
    assert timedelta() <= first.wall - START < timedelta(hours=3)
    assert 0.029 <= took < 10
    assert second.mono - first.mono >= 29
    assert abs((second.wall - first.wall).total_seconds() - (second.mono - first.mono)) < 0.001


def test_slow_clock_is_slow():
    """A speed below one works too."""
    clock = ScaledClock(START, 0.001)
    asyncio.run(clock.sleep(0.00001))
    assert clock.now().wall - START < timedelta(seconds=0.01)


@pytest.mark.parametrize("clock", [SystemClock(), ScaledClock(START, 60)], ids=["system", "scaled"])
def test_sleeping_no_time_returns_at_once(clock):
    """A moment that has passed already is not waited for, and the loop gets its turn."""

    async def scenario():
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await clock.sleep(-5)
        await clock.sleep(0)
        return loop.time() - begun

    assert any(asyncio.run(scenario()) < 0.1 for _ in range(50)), "each of fifty times it waited"


def test_start_in_another_zone_is_the_same_moment():
    """The clock shows UTC whatever zone its start was given in."""
    start = datetime(2026, 11, 21, 18, 58, tzinfo=timezone(timedelta(hours=1)))
    now = ScaledClock(start, 1).now().wall
    assert now.tzinfo is UTC
    assert timedelta() <= now - START < timedelta(minutes=1)


def test_threads_read_the_same_clock():
    """Engine, window and simulator see one time, and it never runs backwards for any of them."""
    clock = ScaledClock(START, 500)
    seen = {}

    def read(name):
        readings = [clock.now() for _ in range(500)]
        seen[name] = readings

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for readings in seen.values():
        walls = [reading.wall for reading in readings]
        assert walls == sorted(walls)
    everything = [reading.wall for readings in seen.values() for reading in readings]
    assert max(everything) - min(everything) < timedelta(seconds=500 * 5)


@pytest.mark.parametrize(
    ("start", "speed"),
    [
        (datetime(2026, 11, 21), 1.0),  # noqa: DTZ001 - the naive one is what is refused
        (START, 0.0),
        (START, -1.0),
        (START, float("nan")),
        (START, float("inf")),
    ],
    ids=["naive", "still", "backwards", "nan", "infinite"],
)
def test_clock_that_cannot_run_is_refused(start, speed):
    """A wrong `--speed` is an error at once, not a demo that stands still."""
    with pytest.raises(ValueError, match="clock"):
        ScaledClock(start, speed)
