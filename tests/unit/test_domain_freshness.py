"""What knowledge is worth later: cannot reach is not OK, and not an outage."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import NOON
from tocsin.domain.freshness import KEEPS_RED, age, fresh_for, is_fresh, shown, tray_level
from tocsin.domain.state import AppState, ConnectionView, Instant, Side
from tocsin.domain.terms import ConnectionKind, Level, Role

FRESH = timedelta(minutes=3)
HOUR = timedelta(hours=1)
NOW = Instant(NOON, 1_000_000.0)
MANY = settings(max_examples=80)
passed = st.timedeltas(timedelta(days=-3), timedelta(days=3))


def ago(wall: timedelta, mono: timedelta | None = None) -> Instant:
    """So long ago, by each clock."""
    return Instant(NOON - wall, NOW.mono - (wall if mono is None else mono).total_seconds())


def view(*sides: tuple[Level, Instant | None]) -> ConnectionView:
    seen = tuple(Side(f"account-{number}", level, when, FRESH) for number, (level, when) in enumerate(sides))
    worst = max((level for level, _ in sides), default=Level.UNKNOWN)
    return ConnectionView("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, worst, seen)


@pytest.mark.parametrize(("interval", "limit"), [(1, 10), (3, 10), (4, 12), (60, 180)])
def test_knowledge_counts_for_three_intervals_and_ten_seconds_at_least(interval, limit) -> None:
    """The contract: within max(3 x interval, 10 s)."""
    assert fresh_for(timedelta(seconds=interval)) == timedelta(seconds=limit)


@MANY
@given(st.sampled_from(Level), passed, passed)
def test_never_green_when_either_clock_says_stale(level, wall, mono) -> None:
    """The monotonic clock stands still in suspend, the wall clock is set back: green needs both."""
    result = shown(view((level, ago(wall, mono))), NOW)
    if max(abs(wall), abs(mono)) > FRESH:
        assert result.stale
        assert result.level > Level.MAINTENANCE
    else:
        assert (result.level, result.stale) == (level, False)


@MANY
@given(st.lists(st.tuples(st.sampled_from(Level), st.none() | st.builds(ago, passed, passed)), max_size=3))
def test_what_is_shown_is_never_better_than_any_side(sides) -> None:
    """Of several accounts' views the worst counts; one that never answered is unknown."""
    result = shown(view(*sides), NOW)
    each = [shown(view(side), NOW) for side in sides]
    assert result.level == max((one.level for one in each), default=Level.UNKNOWN)
    assert tray_level(AppState(NOW, (view(*sides),)), NOW) is result.level
    if any(when is None for _, when in sides):
        assert result.level >= Level.UNKNOWN


@pytest.mark.parametrize("level", [Level.DEGRADED, Level.OUTAGE])
def test_stated_trouble_stays_red_for_a_day_and_is_then_unknown(level) -> None:
    """A definite red keeps, with its age, when later polls fail; after 24 hours nobody knows."""
    assert shown(view((level, ago(KEEPS_RED))), NOW).level is level
    assert shown(view((level, ago(KEEPS_RED))), NOW).stale
    later = ago(KEEPS_RED + timedelta(seconds=1))
    assert shown(view((level, later)), NOW).level is Level.UNKNOWN


@pytest.mark.parametrize("level", [Level.OK, Level.NOTICE, Level.MAINTENANCE, Level.UNKNOWN])
def test_what_is_no_trouble_is_unknown_as_soon_as_it_is_old(level) -> None:
    """Green, a notice and planned work do not outlive the answers that said so."""
    result = shown(view((level, ago(FRESH + timedelta(seconds=1)))), NOW)
    assert (result.level, result.stale) == (Level.UNKNOWN, True)


def test_suspend_ages_what_the_monotonic_clock_calls_fresh() -> None:
    """Case 'suspended in mid-outage': an hour's sleep passes on the wall clock only."""
    assert age(ago(HOUR, timedelta(seconds=5)), NOW) == HOUR
    assert not is_fresh(ago(HOUR, timedelta(seconds=5)), FRESH, NOW)
    assert shown(view((Level.OK, ago(HOUR, timedelta(seconds=5)))), NOW).level is Level.UNKNOWN
    asleep_in_outage = shown(view((Level.OUTAGE, ago(HOUR, timedelta(seconds=5)))), NOW)
    assert (asleep_in_outage.level, asleep_in_outage.stale) == (Level.OUTAGE, True)


def test_a_wall_clock_that_was_set_back_makes_nothing_young() -> None:
    """A success that lies in the future by the wall clock is as far away as one that lies in the past."""
    assert not is_fresh(ago(-HOUR, timedelta(seconds=5)), FRESH, NOW)
    assert not is_fresh(ago(timedelta(seconds=5), HOUR), FRESH, NOW)


def test_nothing_is_fresh_before_the_first_answer() -> None:
    """Red or green, what was never confirmed is unknown."""
    assert not is_fresh(None, FRESH, NOW)
    assert shown(view((Level.OUTAGE, None)), NOW).level is Level.UNKNOWN


def test_red_is_fresh_when_one_of_those_who_say_so_is() -> None:
    """Stale is said of the level that is shown, not of a side that knows nothing worse."""
    fresh, old = ago(timedelta(seconds=5)), ago(HOUR)
    assert not shown(view((Level.OUTAGE, fresh), (Level.OUTAGE, old)), NOW).stale
    assert not shown(view((Level.OUTAGE, fresh), (Level.OK, old)), NOW).stale
    assert shown(view((Level.OUTAGE, old), (Level.OK, fresh)), NOW).stale


def test_the_tray_shows_the_worst_and_watching_nothing_is_not_fine() -> None:
    """One bell for all connections; an empty set-up is grey."""
    now = ago(timedelta())
    state = AppState(NOW, (view((Level.OK, now)), view((Level.DEGRADED, now)), view((Level.NOTICE, now))))
    assert tray_level(state, NOW) is Level.DEGRADED
    assert tray_level(AppState(NOW), NOW) is Level.UNKNOWN
