"""One moment on both clocks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks: ``wall`` is aware UTC, ``mono`` seconds of the monotonic clock.

    Linux's monotonic clock stands still in suspend and the wall clock jumps with corrections: neither alone tells age.
    """

    wall: datetime
    mono: float
