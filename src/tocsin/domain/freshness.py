"""What a known level is worth at a later moment: cannot reach is not OK, and not an outage."""

from dataclasses import dataclass
from datetime import timedelta

from tocsin.domain.instant import Instant
from tocsin.domain.levels import is_planned_now
from tocsin.domain.state import AppState, ConnectionView, LineSide, Side
from tocsin.domain.terms import Level, LineState
from tocsin.domain.verdict import Verdict, verdict

KEEPS_RED = timedelta(hours=24)
LEAST_FRESH = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of a connection now. ``stale`` is true when the knowledge is older than it may be.

    ``verdict`` is what the provider's word (``said``) and the line together mean; None where no line is measured.
    """

    level: Level
    stale: bool
    verdict: Verdict | None = None
    said: Level = Level.UNKNOWN


def fresh_for(interval: timedelta) -> timedelta:
    """How long a successful poll counts: three intervals, ten seconds at the least."""
    return max(3 * interval, LEAST_FRESH)


def age(then: Instant, now: Instant) -> timedelta:
    """How much time passed, by whichever clock says more: one stands still in suspend, the other may be set back."""
    return max(abs(now.wall - then.wall), timedelta(seconds=abs(now.mono - then.mono)))


def is_fresh(then: Instant | None, limit: timedelta, now: Instant) -> bool:
    """True when both clocks agree that ``then`` is no further away than ``limit``."""
    return then is not None and age(then, now) <= limit


def side_shown(side: Side, now: Instant) -> Shown:
    """What one account's view of a connection is worth now."""
    if is_fresh(side.confirmed, side.fresh_for, now):
        return Shown(side.level, stale=False)
    if side.confirmed is not None and side.level.is_definite_trouble and age(side.confirmed, now) <= KEEPS_RED:
        return Shown(side.level, stale=True)
    return Shown(Level.UNKNOWN, stale=True)


def line_state(line: LineSide, now: Instant) -> tuple[LineState, bool]:
    """How a line is known to stand now, and whether that is old: trouble is kept for 24 h, the rest while fresh."""
    if is_fresh(line.measured, line.fresh_for, now):
        return line.state, False
    if line.measured is not None and line.state.is_trouble and age(line.measured, now) <= KEEPS_RED:
        return line.state, True
    return LineState.NOT_MEASURED, True


def shown(view: ConnectionView, now: Instant) -> Shown:
    """The level to show: as known while fresh; stated trouble for 24 h more, with its age; unknown otherwise.

    Of several accounts' views the worst is shown; it is stale when the account that says the worst is. Where the line
    is measured, the verdict on both decides.
    """
    sides = [side_shown(side, now) for side in view.sides]
    said = max((side.level for side in sides), default=Level.UNKNOWN)
    stale = all(side.stale for side in sides if side.level is said)
    if view.line is None:
        return Shown(said, stale, None, said)
    if not view.has_provider:
        said, stale = Level.OK, False
    elif said is Level.UNKNOWN and is_planned_now(view.incidents, view.id, now.wall):
        said = Level.MAINTENANCE
    state, is_old = line_state(view.line, now)
    is_known = state is view.line.state and not (is_old and state is LineState.NOT_MEASURED)
    cause = view.line.cause if is_known else None
    if state is LineState.NOT_MEASURED and cause is None and not view.has_provider:
        return Shown(Level.UNKNOWN, stale=True, verdict=None, said=said)
    found = verdict(said, state, cause)
    if state is not LineState.NOT_MEASURED and verdict(Level.OK, state).level >= found.level:
        stale = is_old and (stale or found.level > said)
    return Shown(found.level, stale, found, said)


def is_idle(view: ConnectionView, now: Instant) -> bool:
    """A backup of which nobody tells while it is not in use: neither good nor bad, and no matter for the bell."""
    line = view.line
    idle = line is not None and not line.in_use and line_state(line, now)[0] is LineState.NOT_MEASURED
    return idle and not view.has_provider


def tray_level(state: AppState, now: Instant) -> Level:
    """The worst of the connections as shown now. Watching nothing is not fine either: unknown."""
    counted = (view for view in state.connections if not is_idle(view, now))
    return max((shown(view, now).level for view in counted), default=Level.UNKNOWN)
