"""The record of the line: one value for each minute, in eight bytes, for 400 days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.line_rounds import TARGETS, failed, reached
from support.stories import NOON
from tocsin.domain.minutes import (
    BYTES,
    HOUR_BYTES,
    MINUTE,
    Gathering,
    Hour,
    Minute,
    gather,
    pack,
    start_of_hour,
    start_of_minute,
    unpack,
    with_minute,
)
from tocsin.domain.terms import Cause, LineState

MANY = settings(max_examples=200, deadline=None)
UNKNOWN, UP, DOWN = LineState.NOT_MEASURED, LineState.UP, LineState.DOWN
measured = st.sampled_from([each for each in LineState if each is not UNKNOWN])
units = st.none() | st.integers(0, 65534).map(lambda tenths: tenths / 10_000)
minutes = st.builds(
    Minute, measured, st.none() | st.sampled_from(Cause), st.integers(0, 65535), st.integers(0, 255), units, units
)
anything = st.builds(
    Minute,
    st.sampled_from(LineState),
    st.none() | st.sampled_from(Cause),
    st.integers(),
    st.integers(),
    st.none() | st.floats(),
    st.none() | st.floats(),
)


@MANY
@given(minutes)
def test_a_minute_comes_back_as_it_was_kept(minute) -> None:
    """To the tenth of a millisecond."""
    assert len(pack(minute)) == BYTES == 8
    assert unpack(pack(minute)) == minute


@MANY
@given(anything)
def test_any_figure_is_kept_as_the_nearest_that_there_is_room_for(minute) -> None:
    """Too large, below zero, endless or no number: it is kept, and reads the same from then on."""
    kept = unpack(pack(minute))
    assert kept.state is minute.state
    assert kept.cause is (minute.cause if minute.state is not UNKNOWN else None)
    assert unpack(pack(kept)) == kept
    assert 0 <= kept.loss <= 1


@MANY
@given(st.binary(max_size=12))
def test_bytes_that_nobody_wrote_are_not_measured(data) -> None:
    """A damaged record is a gap, never an outage of its own making: only codes that exist count."""
    minute = unpack(data)
    known = len(data) == BYTES and 1 <= data[0] & 0x0F <= 5 and data[0] >> 4 <= 5
    assert (minute != Minute()) == known
    assert minute.loss <= 1
    assert unpack(pack(minute)) == minute


def test_what_stands_in_databases_never_changes() -> None:
    """The layout, byte by byte: state and cause, lost, sent, round trip, jitter, little endian."""
    written = pack(Minute(DOWN, Cause.BEYOND_GATEWAY, 300, 7, 0.0231, None))
    assert written == bytes([0x43, 7, 300 & 0xFF, 300 >> 8, 231, 0, 0xFF, 0xFF])
    states = [UNKNOWN, UP, LineState.DEGRADED, DOWN, LineState.CAPTIVE_PORTAL, LineState.LOCAL_FAULT]
    assert [pack(Minute(state))[0] for state in states] == [0, 1, 2, 3, 4, 5]
    causes = [Cause.OWN_NETWORK, Cause.GATEWAY, Cause.DNS, Cause.BEYOND_GATEWAY, Cause.CAPTIVE_PORTAL]
    assert [pack(Minute(UP, cause))[0] >> 4 for cause in causes] == [1, 2, 3, 4, 5]
    assert pack(Minute(sent=9, round_trip=0.1)) == pack(Minute()) == bytes(8)


def test_an_hour_has_sixty_minutes_and_begins_unmeasured() -> None:
    """Each with its start; what was not set is a gap."""
    hour = with_minute(Hour(NOON), NOON + timedelta(minutes=59, seconds=59), Minute(UP, None, 4, 1, 0.02, 0.001))
    found = list(hour.minutes())
    assert [at for at, _ in found] == [NOON + number * MINUTE for number in range(60)]
    assert [minute.state for _, minute in found] == [UNKNOWN] * 59 + [UP]
    assert found[59][1].loss == 0.25
    assert Minute().loss == 0
    assert len(hour.data) == HOUR_BYTES == 480


@pytest.mark.parametrize("outside", [-1, 3600, 86_400])
def test_a_minute_of_another_hour_is_refused(outside) -> None:
    """It would overwrite what was measured then."""
    with pytest.raises(ValueError, match="another hour"):
        with_minute(Hour(NOON), NOON + timedelta(seconds=outside), Minute(UP))


@MANY
@given(st.binary(max_size=600), st.integers(0, 59))
def test_a_damaged_hour_is_mended_to_its_length(data, number) -> None:
    """Too short or too long on disk: sixty minutes all the same, and the one that is set is right."""
    broken = Hour(NOON, data)
    assert len(list(broken.minutes())) == 60
    mended = with_minute(broken, NOON + number * MINUTE, Minute(DOWN))
    assert len(mended.data) == HOUR_BYTES
    found = list(mended.minutes())
    assert found[number][1].state is DOWN
    before = list(broken.minutes())
    whole = len(data) // BYTES
    assert [each for place, each in enumerate(found[:whole]) if place != number] == [
        each for place, each in enumerate(before[:whole]) if place != number
    ]


def test_minutes_and_hours_begin_in_utc() -> None:
    """Also in a zone that is half an hour off."""
    india = datetime(2026, 11, 21, 17, 44, 59, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert start_of_hour(india) == datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert start_of_minute(india) == datetime(2026, 11, 21, 12, 14, tzinfo=UTC)


def test_a_minute_gathers_its_rounds_and_is_done_when_the_next_begins() -> None:
    """Its figures are those of all its connects; a host that is down by itself is not in them."""
    sofar, done = gather(Gathering(), NOON, UP, None, (reached(trip=0.02), failed(TARGETS[1])))
    assert done is None
    sofar, done = gather(sofar, NOON + timedelta(seconds=55), UP, None, (reached(trip=0.04, lost=1),))
    assert done is None
    assert sofar.minute().sent == 3
    after, done = gather(sofar, NOON + timedelta(seconds=61), UP, None, (reached(),))
    assert done == (NOON, sofar.minute())
    assert done[1] == replace(Minute(UP, None, 3, 1, 0.03), jitter=done[1].jitter)
    assert done[1].jitter == pytest.approx(0.02 / 16)
    assert (after.start, after.minute().sent) == (NOON + MINUTE, 1)


@MANY
@given(st.lists(st.tuples(st.sampled_from(LineState), st.none() | st.sampled_from(Cause)), min_size=1, max_size=8))
def test_the_worst_state_of_a_minute_is_the_minutes(rounds) -> None:
    """A minute of which a part was cut was not up, whatever came after; of the equally bad the last cause."""
    order = [UNKNOWN, UP, LineState.DEGRADED, LineState.CAPTIVE_PORTAL, LineState.LOCAL_FAULT, DOWN]
    sofar = Gathering()
    for state, cause in rounds:
        sofar, done = gather(sofar, NOON, state, cause, ())
        assert done is None
    worst = max((state for state, _ in rounds), key=order.index)
    assert sofar.state is worst
    assert sofar.cause is [cause for state, cause in rounds if state is worst][-1]


def test_a_clock_that_was_set_back_ends_the_minute_too() -> None:
    """What was gathered is kept under its own minute."""
    sofar, _ = gather(Gathering(), NOON, DOWN, Cause.DNS, ())
    earlier, done = gather(sofar, NOON - timedelta(minutes=5), UP, None, ())
    assert done == (NOON, Minute(DOWN, Cause.DNS))
    assert (earlier.start, earlier.state) == (NOON - 5 * MINUTE, UP)


def test_four_hundred_days_take_little_space() -> None:
    """Under 12 KB a day, under 5 MB for all of it."""
    day = 24 * HOUR_BYTES
    assert day == 11_520
    assert 400 * day < 5_000_000
