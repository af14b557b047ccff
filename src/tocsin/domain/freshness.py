"""What a known level is worth at a later moment: cannot reach is not OK, and not an outage."""

from dataclasses import dataclass
from datetime import timedelta

from tocsin.domain.state import AppState, ConnectionView, Instant, Side
from tocsin.domain.terms import Level

KEEPS_RED = timedelta(hours=24)
LEAST_FRESH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of a connection now. ``stale`` is true when the knowledge is older than it may be."""

    level: Level
    stale: bool


def fresh_for(interval: timedelta) -> timedelta:
    """How long a successful poll counts: three intervals, ten seconds at the least."""
    return max(3 * interval, LEAST_FRESH)


def age(then: Instant, now: Instant) -> timedelta:
    """How much time passed, by whichever clock says more: one stands still in suspend, the other may be set back."""
    return max(abs(now.wall - then.wall), timedelta(seconds=abs(now.mono - then.mono)))


def is_fresh(then: Instant | None, limit: timedelta, now: Instant) -> bool:
    """True when both clocks agree that ``then`` is no further away than ``limit``."""
    return then is not None and age(then, now) <= limit


def _side(side: Side, now: Instant) -> Shown:
    if is_fresh(side.confirmed, side.fresh_for, now):
        return Shown(side.level, stale=False)
    if side.confirmed is not None and side.level.is_definite_trouble and age(side.confirmed, now) <= KEEPS_RED:
        return Shown(side.level, stale=True)
    return Shown(Level.UNKNOWN, stale=True)


def shown(view: ConnectionView, now: Instant) -> Shown:
    """The level to show: as known while fresh; stated trouble for 24 h more, with its age; unknown otherwise.

    Of several accounts' views the worst is shown; it is stale when the account that says the worst is.
    """
    sides = [_side(side, now) for side in view.sides]
    worst = max((side.level for side in sides), default=Level.UNKNOWN)
    return Shown(worst, stale=all(side.stale for side in sides if side.level is worst))


def tray_level(state: AppState, now: Instant) -> Level:
    """The worst of the connections as shown now. Watching nothing is not fine either: unknown."""
    return max((shown(view, now).level for view in state.connections), default=Level.UNKNOWN)
