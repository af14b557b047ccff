"""The geometry of the line's day: gaps are never bridged, all that was measured falls inside, clocks may change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.desktop.chart_scale import (
    DAY,
    MINUTES,
    Day,
    Plot,
    Range,
    day_of,
    gaps,
    lines,
    loss_of,
    losses,
    per_point,
    step_for,
    ticks,
    top_of,
)
from tocsin.domain.minutes import HOUR_BYTES, MINUTE, Hour, Minute, with_minute
from tocsin.domain.terms import Cause, LineState

START = datetime(2026, 11, 20, 18, 11, tzinfo=UTC)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
KOLKATA = ZoneInfo("Asia/Kolkata")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
GOOD = Minute(LineState.UP, None, 2, 0, 0.014, 0.001)
LOSSY = Minute(LineState.UP, None, 2, 1, 1.02, 0.4)
CUT = Minute(LineState.DOWN, Cause.BEYOND_GATEWAY, 4, 4)
WATCHED = Minute(LineState.UP)
NOTHING = Minute()
SORTS = st.sampled_from((GOOD, LOSSY, CUT, WATCHED, NOTHING))
# Stretches rather than single minutes: that is how gaps and outages come.
DAYS = st.lists(st.tuples(SORTS, st.integers(1, 200)), min_size=1, max_size=60).map(
    lambda runs: ([each for sort, length in runs for each in [sort] * length] + [NOTHING] * MINUTES)[:MINUTES]
)
ON_A_BUSY_MACHINE = settings(max_examples=60, deadline=None)
WIDTHS = st.sampled_from((1, 2, 5, 10, 15, 30, 60))


def day(minutes, rest=1, start=START) -> Day:
    return Day(start, tuple(minutes), rest)


def with_gap(first: int, last: int) -> list[Minute]:
    return [NOTHING if first <= index <= last else GOOD for index in range(MINUTES)]


# --- gaps ---


@ON_A_BUSY_MACHINE
@given(DAYS, st.integers(1, 5), WIDTHS)
def test_a_gap_is_never_bridged(minutes, rest, width):
    """No line, and no point of one, has minutes on both sides of a stretch that was not measured."""
    made = day(minutes, rest)
    missing = gaps(made)
    inside = {index for gap in missing for index in range(gap.first, gap.last + 1)}
    for line in lines(made, width):
        for point in line:
            assert inside.isdisjoint(range(point.minutes.first, point.minutes.last + 1))
        for before, after in pairwise(line):
            assert before.minutes.last < after.minutes.first
            assert inside.isdisjoint(range(before.minutes.last, after.minutes.first))


@ON_A_BUSY_MACHINE
@given(DAYS, WIDTHS)
def test_an_outage_is_never_bridged(minutes, width):
    """A line does not run on over a minute in which nothing came back."""
    made = day(minutes)
    for line in lines(made, width):
        between = range(line[0].minutes.first, line[-1].minutes.last)
        assert not any(minutes[index] is CUT for index in between)


@ON_A_BUSY_MACHINE
@given(DAYS, st.integers(1, 5))
def test_gaps_are_what_was_not_measured(minutes, rest):
    """Every gap is unmeasured throughout and as long as can be; every longer unmeasured stretch is a gap."""
    made = day(minutes, rest)
    inside = {index for gap in gaps(made) for index in range(gap.first, gap.last + 1)}
    assert all(minutes[index] is NOTHING for index in inside)
    length = 0
    for index, each in enumerate(minutes[: MINUTES - rest - 1]):
        length = length + 1 if each is NOTHING else 0
        assert length <= rest or index in inside


@ON_A_BUSY_MACHINE
@given(DAYS, WIDTHS)
def test_every_round_trip_is_in_one_line(minutes, width):
    """Nothing that was measured is left out, nothing counts twice, and no figure is made up."""
    made = day(minutes)
    points = [point for line in lines(made, width) for point in line]
    holding = [index for point in points for index in range(point.minutes.first, point.minutes.last + 1)]
    assert len(holding) == len(set(holding))
    assert {index for index, each in enumerate(minutes) if each.round_trip is not None} <= set(holding)
    for point in points:
        trips = [minutes[index].round_trip for index in range(point.minutes.first, point.minutes.last + 1)]
        known = [trip for trip in trips if trip is not None]
        assert (point.least, point.greatest) == (min(known), max(known))
        assert point.least <= point.middle <= point.greatest
        assert point.minutes.last - point.minutes.first < width


def test_one_minute_in_which_no_round_was_due_is_no_gap():
    """Rounds that come every sixty seconds and a bit now and then leave a minute out."""
    minutes = with_gap(700, 700)
    assert gaps(day(minutes)) == ()
    assert len(lines(day(minutes), 10)) == 1
    minutes = with_gap(700, 701)
    assert gaps(day(minutes)) == (Range(700, 701),)
    assert len(lines(day(minutes), 10)) == 2


def test_a_metered_link_that_is_asked_every_five_minutes_has_no_gaps():
    """Less often is not never; an hour without a round is a gap there too."""
    hours = [Hour(START.replace(minute=0) + index * timedelta(hours=1)) for index in range(25)]
    sparse = []
    for hour in hours:
        if hour.start.hour != 3:
            for minute in range(0, 60, 5):
                hour = with_minute(hour, hour.start + minute * MINUTE, GOOD)  # noqa: PLW2901 - built up
        sparse.append(hour)
    made = day_of(sparse, START + DAY, timedelta(minutes=5))
    assert [gap.last + 1 - gap.first for gap in gaps(made)] == [64]
    assert len(gaps(day_of(sparse, START + DAY))) > 250


def test_the_minute_that_goes_on_is_no_gap():
    """The last minutes are only not recorded yet."""
    assert gaps(day(with_gap(MINUTES - 2, MINUTES - 1))) == ()
    assert gaps(day(with_gap(MINUTES - 3, MINUTES - 1))) == (Range(MINUTES - 3, MINUTES - 1),)


# --- the day ---


def test_the_day_is_the_last_24_hours():
    """Of the 25 hours that the record gives, up to and with the minute that goes on."""
    now = datetime(2026, 11, 21, 18, 10, 40, tzinfo=UTC)
    hour = with_minute(Hour(datetime(2026, 11, 20, 18, tzinfo=UTC)), datetime(2026, 11, 20, 18, 11, tzinfo=UTC), GOOD)
    hour = with_minute(hour, datetime(2026, 11, 20, 18, 10, tzinfo=UTC), CUT)
    last = with_minute(Hour(datetime(2026, 11, 21, 18, tzinfo=UTC)), now, LOSSY)
    made = day_of((hour, last), now)
    assert (made.start, made.end) == (START, now.replace(second=0) + MINUTE)
    assert made.minutes[0] == GOOD
    assert made.minutes[-1].lost == 1
    assert CUT not in made.minutes
    assert not made.is_blank


@pytest.mark.parametrize("data", [b"", b"\xff" * HOUR_BYTES, b"\x01" * 7, b"\x01" * 9000])
def test_a_damaged_hour_is_not_measured(data):
    """What a broken database gives is drawn as a gap, or not at all."""
    made = day_of((Hour(START, data), Hour(datetime(1, 1, 1, tzinfo=UTC))), START + timedelta(hours=2))
    assert len(made.minutes) == MINUTES
    assert gaps(made)


def test_nothing_measured_is_blank():
    """An empty record has an empty day, and one gap from end to end."""
    made = day_of((), START)
    assert made.is_blank
    assert gaps(made) == (Range(0, MINUTES - 1),)
    assert lines(made, 5) == ()
    assert top_of(made) > 0


# --- places ---


@given(st.integers(0, MINUTES - 1), st.floats(1, 5000), st.floats(0, 300))
def test_every_minute_falls_inside_the_plot(index, width, left):
    """And the mouse over its middle finds it again."""
    plot = Plot(START, left, width, 10.0, 100.0)
    first, last = plot.edges(Range(index, index))
    assert left <= first < last <= left + width * (1 + 1e-9)
    assert plot.index(plot.centre(Range(index, index))) == index
    assert plot.x(START + index * MINUTE) == pytest.approx(first)


@given(st.floats(0, 1000, allow_nan=False), st.sampled_from((0.02, 0.1, 4.0)))
def test_every_round_trip_falls_inside_the_plot(seconds, top):
    """A slower one than the scale has stands at its upper edge."""
    plot = Plot(START, 0, 100, 10.0, 100.0)
    assert 10.0 <= plot.y(seconds, top) <= 110.0
    assert plot.y(0, top) == 110.0
    assert plot.y(top, top) == 10.0


def test_what_lies_outside_the_day_stands_at_its_edge():
    """An outage that began the day before begins at the left."""
    plot = Plot(START, 50, 100, 0, 10)
    assert plot.x(START - timedelta(days=3)) == 50
    assert plot.x(START + timedelta(days=3)) == 150
    assert (plot.index(-1000), plot.index(1000)) == (0, MINUTES - 1)
    assert Plot(START, 0, 0, 0, 10).index(5) == 0


@pytest.mark.parametrize(
    ("start", "began"),
    [
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM)),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=AMSTERDAM)),
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 3, 30, tzinfo=AMSTERDAM)),
        (datetime(2026, 4, 4, 6, tzinfo=UTC), datetime(2026, 4, 5, 1, 45, fold=1, tzinfo=LORD_HOWE)),
    ],
)
def test_an_outage_stands_at_its_place_across_a_change_of_the_clocks(start, began):
    """The width is real time: an hour that comes twice is two hours wide, one that is left out has no width."""
    plot = Plot(start, 40, 1440, 0, 100)
    real = (began.astimezone(UTC) - start).total_seconds() / 60
    assert plot.x(began) == pytest.approx(40 + real)
    assert plot.x(began.astimezone(UTC)) == plot.x(began)
    assert Plot(start.astimezone(began.tzinfo), 40, 1440, 0, 100).x(began) == plot.x(began)


# --- hours ---


def names(zone, start, step=1):
    made = Day(start, (NOTHING,) * MINUTES)
    return [tick.at.astimezone(zone).strftime("%H:%M") for tick in ticks(made, zone, step) if tick.is_named]


def test_the_hours_are_those_of_the_clock_on_the_wall():
    """In a zone with a half hour too; every third is named by its own number, not by its place."""
    assert names(AMSTERDAM, START, 6) == ["00:00", "06:00", "12:00", "18:00"]
    assert names(KOLKATA, START, 6) == ["00:00", "06:00", "12:00", "18:00"]
    assert [tick.at.minute for tick in ticks(Day(START, (NOTHING,) * MINUTES), KOLKATA, 1)] == [30] * 24


def test_an_hour_that_comes_twice_is_there_twice():
    """Summer time ends in the night of 25 October, and begins in that of 29 March, 2026."""
    autumn = names(AMSTERDAM, datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert autumn[:5] == ["00:00", "01:00", "02:00", "02:00", "03:00"]
    spring = names(AMSTERDAM, datetime(2026, 3, 28, 23, tzinfo=UTC))
    assert spring[:4] == ["00:00", "01:00", "03:00", "04:00"]
    for start in (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)):
        found = ticks(Day(start, (NOTHING,) * MINUTES), AMSTERDAM, 1)
        assert {later.at - earlier.at for earlier, later in pairwise(found)} == {timedelta(hours=1)}
        assert found[0].is_midnight


def test_names_of_hours_have_room():
    """Fewer of them on a narrow chart, or in a large font."""
    assert step_for(2400, 90) == 1
    assert step_for(360, 40) == 3
    assert step_for(360, 70) == 6
    assert step_for(10, 400) == 12


@given(st.floats(1, 10000))
def test_a_point_has_about_two_pixels(width):
    """A line of single minutes would be a hedge."""
    minutes = per_point(width)
    assert 60 % minutes == 0
    assert minutes == 60 or minutes * width / MINUTES >= 2 or width < MINUTES


# --- figures ---


def test_the_scale_is_made_for_nearly_all():
    """One slow minute does not press the day flat."""
    assert top_of(day([GOOD] * (MINUTES - 1) + [LOSSY])) == 0.02
    assert top_of(day([LOSSY] * MINUTES)) == 2.0


def test_loss_is_that_of_all_minutes_of_a_mark():
    """One of two packets lost, in one of ten minutes, is five percent; a line that is down is no matter of loss."""
    start = datetime(2026, 11, 20, 18, tzinfo=UTC)
    minutes = [LOSSY if index == 123 else CUT if 200 <= index < 260 else GOOD for index in range(MINUTES)]
    [mark] = losses(day(minutes, start=start), 10)
    assert mark.minute == 123
    assert mark.share == pytest.approx(0.05)
    assert losses(day([NOTHING] * MINUTES), 10) == ()
    assert loss_of([]) == 0.0


def test_points_keep_their_minutes_while_the_day_moves_on():
    """A minute later the picture is the same, a little to the left."""
    minutes = [Minute(LineState.UP, None, 2, 0, 0.01 + index % 7 / 1000) for index in range(MINUTES + 1)]
    before, after = inner_points(day(minutes[:-1])), inner_points(day(minutes[1:], start=START + MINUTE))
    assert before
    assert before == after


def inner_points(made: Day) -> dict[datetime, float]:
    """The medians of all points but those at the ends, by when they begin."""
    [line] = lines(made, 10)
    return {made.at(point.minutes.first): point.middle for point in line[2:-2]}
