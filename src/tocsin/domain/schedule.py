"""When an account is asked next: politely, with jitter, and later after failures."""

from dataclasses import dataclass
from datetime import timedelta

JITTER = 0.1
WAKE_JITTER = timedelta(seconds=5)
RETRY_AFTER_CAP = timedelta(hours=1)
BACKOFF_FACTOR = 8
BACKOFF_FLOOR = timedelta(minutes=5)
UNREACHABLE_AFTER = 3
MOST_DOUBLINGS = 16  # the least interval has reached any ceiling by then, and the longest overflows nothing


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last poll went. ``failures`` counts those in a row, zero after a success."""

    failures: int = 0
    retry_after: timedelta | None = None


def after_poll(interval: timedelta, outcome: Outcome, dice: float) -> timedelta:
    """The wait until the next poll. ``dice`` is a random number in [0, 1).

    After a success the interval, give or take a tenth. After failures "full jitter" (exponential backoff with a
    uniformly random wait): anywhere up to a bound that doubles with each failure, at most eight intervals or five
    minutes, whichever is more; never under one interval's jittered least. A Retry-After is kept, up to an hour.
    """
    least = interval * (1 - JITTER)
    if outcome.failures == 0:
        return least + interval * (2 * JITTER * dice)
    ceiling = max(BACKOFF_FACTOR * interval, BACKOFF_FLOOR)
    bound = min(ceiling, interval * (1 << min(outcome.failures - 1, MOST_DOUBLINGS)))
    wait = max(least, bound * dice)
    if outcome.retry_after is not None:
        wait = max(wait, min(max(outcome.retry_after, timedelta()), RETRY_AFTER_CAP))
    return wait


def on_wake(dice: float, *, by_person: bool) -> timedelta:
    """The wait after a wake-up or "check now": none when a person asked, up to five seconds otherwise."""
    return timedelta() if by_person else WAKE_JITTER * dice


def is_unreachable(failures: int) -> bool:
    """Whether so many failures in a row are worth a word."""
    return failures >= UNREACHABLE_AFTER
