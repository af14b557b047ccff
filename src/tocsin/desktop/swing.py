"""When the bell swings: it calls for attention for a while, never for ever, and every change of it costs D-Bus traffic.

Seconds are those of a monotonic clock of the person's own time, not of the demo's faster one.
"""

from tocsin.desktop.bell import FRAMES

FRAME_SECONDS = 0.5
LONGEST = 20.0


class Swing:
    """Follows which alarms ring and says which frame to show. ``still`` is for people who want nothing to move."""

    def __init__(self, *, still: bool = False) -> None:
        self._still = still
        self._resting = False
        self._ringing: frozenset[str] = frozenset()
        self._began: float | None = None

    def follow(self, ringing: frozenset[str], now: float) -> None:
        """Take note of what rings: something new sets the bell going, nothing left stops it."""
        if ringing - self._ringing:
            self._began = now
        elif not ringing:
            self._began = None
        self._ringing = ringing

    def stop(self) -> None:
        """Stand still until something new rings."""
        self._began = None

    def keep_still(self) -> None:
        """Never move again in this run."""
        self._still = True

    def rest(self, *, still: bool) -> None:
        """Stand still or not, as the settings say; who wants nothing to move at all is not overruled."""
        self._resting = still

    def is_moving(self, now: float) -> bool:
        """True while frames follow each other."""
        return not (self._still or self._resting) and self._began is not None and 0 <= now - self._began < LONGEST

    def frame(self, now: float) -> int:
        """The frame to show: 0, the bell at rest, unless it moves."""
        if self._began is None or not self.is_moving(now):
            return 0
        return int((now - self._began) / FRAME_SECONDS) % FRAMES
