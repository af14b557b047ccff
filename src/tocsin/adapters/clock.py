"""The clocks behind ``ports.Clock``: the computer's own, and one that runs shifted and faster for demo and tests."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from tocsin.domain.instant import Instant


class SystemClock:
    """The computer's clocks. Usable from any thread."""

    def now(self) -> Instant:
        """This moment; ``wall`` is aware UTC, ``mono`` seconds that stand still in suspend on Linux."""
        return Instant(wall=datetime.now(UTC), mono=time.monotonic())

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds; none for a negative number."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """A clock that showed ``start`` when it was made and has run ``speed`` times as fast since.

    It holds nothing that changes, so that engine, window and simulator read the same one from their own threads.
    Raises ``ValueError`` for a start without a time zone and for a speed that is not above zero.
    """

    def __init__(self, start: datetime, speed: float) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a clock needs a time zone")
        if not 0 < speed < float("inf"):
            raise ValueError("the speed of a clock must be above zero")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> Instant:
        """This moment on the shifted, scaled clock; both of its hands run at the same speed."""
        elapsed = (time.monotonic() - self._origin) * self._speed
        return Instant(wall=self._start + timedelta(seconds=elapsed), mono=self._origin + elapsed)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        await asyncio.sleep(max(0.0, seconds) / self._speed)
