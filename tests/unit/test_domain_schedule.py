"""When an account is asked next."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.schedule import RETRY_AFTER_CAP, Outcome, after_poll, is_unreachable, on_wake

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
intervals = st.timedeltas(timedelta(seconds=1), timedelta(days=1))
dice = st.floats(0, 1, exclude_max=True)
failures = st.integers(1, 10_000)
wishes = st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=400))


@given(intervals, dice)
def test_after_a_success_it_is_the_interval_give_or_take_a_tenth(interval, number) -> None:
    """A thousand programs that were started together must not go on asking together, nor more often than agreed."""
    wait = after_poll(interval, Outcome(), number)
    assert abs(wait - interval) <= interval / 10 + timedelta.resolution


@given(intervals, failures, dice)
def test_after_failures_the_wait_is_bounded(interval, count, number) -> None:
    """Never sooner than a success would allow, never later than eight intervals or five minutes."""
    wait = after_poll(interval, Outcome(count), number)
    assert wait >= interval * 0.9 - timedelta.resolution
    assert wait <= max(8 * interval, timedelta(minutes=5))


@given(intervals, failures, dice, wishes)
def test_retry_after_is_kept_and_capped(interval, count, number, wish) -> None:
    """What the server asks for is the least, up to an hour; a wish in the past is none."""
    plain = after_poll(interval, Outcome(count), number)
    wait = after_poll(interval, Outcome(count, wish), number)
    asked = min(wish or timedelta(), RETRY_AFTER_CAP)
    assert wait == max(plain, asked)


def test_the_wait_doubles_and_then_stays() -> None:
    """With the dice at its highest the bound shows: one, two, four, eight intervals, and no more."""
    waits = [round(after_poll(MINUTE, Outcome(count), 0.999999).total_seconds()) for count in range(1, 7)]
    assert waits == [60, 120, 240, 480, 480, 480]


def test_a_short_interval_may_back_off_to_five_minutes() -> None:
    """Eight seconds would be no pause for a loopback account that is asked every second."""
    assert round(after_poll(timedelta(seconds=1), Outcome(40), 0.999999).total_seconds()) == 300


def test_a_success_forgets_the_servers_wish() -> None:
    """Retry-After belongs to a refusal."""
    assert after_poll(MINUTE, Outcome(0, HOUR), 0.5) == MINUTE


def test_waking_up_is_spread_and_a_person_is_served_at_once() -> None:
    """A house full of laptops wakes at once; who presses the button does not wait."""
    assert on_wake(0.9, by_person=True) == timedelta()
    assert on_wake(0.5, by_person=False) == timedelta(seconds=2.5)
    assert on_wake(0.999999, by_person=False) < timedelta(seconds=5)


@pytest.mark.parametrize(("count", "unreachable"), [(0, False), (2, False), (3, True), (400, True)])
def test_three_failures_in_a_row_are_worth_a_word(count, unreachable) -> None:
    """One lost answer is nothing."""
    assert is_unreachable(count) is unreachable
