"""What knowledge is worth later: cannot reach is not OK, and not an outage."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import HOME, KEEPS, NOON, planned, poll
from tocsin.domain.freshness import KEEPS_RED, Shown, age, fresh_for, is_fresh, is_idle, line_state, shown, tray_level
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, ConnectionView, LineSide, Side
from tocsin.domain.terms import ConnectionKind, Level, LineState, Role
from tocsin.domain.timeline import merge
from tocsin.domain.verdict import Says, verdict

FRESH = timedelta(minutes=3)
HOUR = timedelta(hours=1)
NOW = Instant(NOON, 1_000_000.0)
MANY = settings(max_examples=80)
passed = st.timedeltas(timedelta(days=-3), timedelta(days=3))
states = st.sampled_from(LineState)


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


# --- with a line ---


def line(state: LineState, when: Instant | None = NOW, *, in_use: bool = True) -> LineSide:
    return LineSide(state, None, NOON, when, FRESH, in_use=in_use)


def over(state: LineState, *sides: tuple[Level, Instant | None], when: Instant | None = NOW, **said) -> ConnectionView:
    """A connection over a measured line; of which nobody else tells where no account has a side."""
    return replace(view(*sides), line=line(state, when), has_provider=bool(sides), **said)


@MANY
@given(states, passed, passed)
def test_a_line_counts_while_both_clocks_call_it_fresh(state, wall, mono) -> None:
    """Trouble for 24 h more, as old; everything else is not measured then."""
    away = max(abs(wall), abs(mono))
    known, is_old = line_state(line(state, ago(wall, mono)), NOW)
    if away <= FRESH:
        assert (known, is_old) == (state, False)
    elif away <= KEEPS_RED and state.is_trouble:
        assert (known, is_old) == (state, True)
    else:
        assert (known, is_old) == (LineState.NOT_MEASURED, True)
    assert line_state(line(state, None), NOW) == (LineState.NOT_MEASURED, True)


@MANY
@given(st.sampled_from(Level), states, passed, passed)
def test_the_verdict_on_both_is_what_is_shown(level, state, heard, measured) -> None:
    """Each side as far as it still counts; never green on a line or a word that is old."""
    seen = over(state, (level, ago(heard)), when=ago(measured))
    result = shown(seen, NOW)
    said, known = shown(view((level, ago(heard))), NOW), line_state(seen.line, NOW)[0]
    expected = verdict(said.level, known)
    assert (result.said, result.verdict, result.level) == (said.level, expected, expected.level)
    if result.level < Level.UNKNOWN:
        assert not result.stale
        assert max(abs(heard), abs(measured) if known is not LineState.NOT_MEASURED else abs(heard)) <= FRESH


@MANY
@given(states, passed)
def test_a_line_alone_is_green_only_while_it_is_measured_as_up(state, when) -> None:
    """Without a provider nobody else vouches for it: unknown, and no verdict, as soon as nothing is measured."""
    result = shown(over(state, when=ago(when)), NOW)
    assert (result.level is Level.OK) == (state is LineState.UP and abs(when) <= FRESH)
    if line_state(line(state, ago(when)), NOW)[0] is LineState.NOT_MEASURED:
        assert result == Shown(Level.UNKNOWN, stale=True, said=Level.OK)
    else:
        assert result.verdict is not None


def test_with_the_line_cut_an_incident_known_before_stays_red_as_of_then() -> None:
    """The provider cannot be reached, the line is down: red by both, and fresh by the line."""
    an_hour = ago(HOUR)
    result = shown(over(LineState.DOWN, (Level.OUTAGE, an_hour)), NOW)
    assert (result.level, result.stale, result.said) == (Level.OUTAGE, False, Level.OUTAGE)
    assert result.verdict.says is Says.DOWN_REPORTED
    both_old = shown(over(LineState.DOWN, (Level.OUTAGE, an_hour), when=an_hour), NOW)
    assert (both_old.level, both_old.stale) == (Level.OUTAGE, True)
    line_old = shown(over(LineState.DOWN, (Level.OUTAGE, NOW), when=an_hour), NOW)
    assert (line_old.level, line_old.stale) == (Level.OUTAGE, False)
    unheard = shown(over(LineState.DOWN, (Level.OK, an_hour)), NOW)
    assert (unheard.level, unheard.stale, unheard.verdict.says) == (Level.OUTAGE, False, Says.DOWN_UNHEARD)


def test_an_old_report_on_a_line_that_works_is_old() -> None:
    """What makes it amber is the provider's word, and that is an hour old; so is a worse word than the line's."""
    result = shown(over(LineState.UP, (Level.OUTAGE, ago(HOUR))), NOW)
    assert (result.level, result.stale) == (Level.DEGRADED, True)
    worse = shown(over(LineState.DEGRADED, (Level.OUTAGE, ago(HOUR))), NOW)
    assert (worse.level, worse.stale) == (Level.OUTAGE, True)
    alone = shown(over(LineState.DOWN, when=ago(HOUR)), NOW)
    assert (alone.level, alone.stale) == (Level.OUTAGE, True)


def test_announced_work_goes_on_while_nobody_can_be_asked() -> None:
    """A line that goes down in a planned window, with the provider out of reach, is its work, and not unheard of."""
    (work,) = merge((), poll(planned(start=-60, end=60)), HOME, KEEPS, NOON).incidents
    an_hour = ago(HOUR)
    during = shown(over(LineState.DOWN, (Level.MAINTENANCE, an_hour), incidents=(work,)), NOW)
    assert (during.said, during.verdict.says) == (Level.MAINTENANCE, Says.DOWN_DURING_MAINTENANCE)
    heard = shown(over(LineState.DOWN, (Level.OK, NOW), incidents=(work,)), NOW)
    assert heard.verdict.says is Says.DOWN_UNREPORTED
    without = shown(over(LineState.DOWN, (Level.MAINTENANCE, an_hour)), NOW)
    assert without.verdict.says is Says.DOWN_UNHEARD


def test_a_backup_of_which_nobody_tells_is_no_matter_for_the_bell() -> None:
    """Not in use and not measured: neither good nor bad. In use, in trouble or told of by a provider it counts."""
    idle = replace(over(LineState.NOT_MEASURED), line=line(LineState.NOT_MEASURED, in_use=False))
    green = over(LineState.UP)
    assert is_idle(idle, NOW)
    assert tray_level(AppState(NOW, (green, idle)), NOW) is Level.OK
    assert tray_level(AppState(NOW, (idle,)), NOW) is Level.UNKNOWN
    for counted in (
        replace(idle, line=line(LineState.NOT_MEASURED)),
        replace(idle, line=line(LineState.DOWN, in_use=False)),
        replace(idle, has_provider=True),
        replace(idle, line=None),
    ):
        assert not is_idle(counted, NOW)
        assert tray_level(AppState(NOW, (green, counted)), NOW) > Level.OK
