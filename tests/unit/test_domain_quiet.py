"""Quiet hours hold back what can wait, by the user's own clock, and nothing else."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.account import Notifications
from tocsin.domain.quiet import is_quiet, may_ring, may_tell
from tocsin.domain.terms import Urgency

NIGHT = Notifications(time(22), time(7))
NOON_REST = Notifications(time(12), time(14))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wished", "hour", "quiet"),
    [
        (NIGHT, 21, False),
        (NIGHT, 22, True),
        (NIGHT, 3, True),
        (NIGHT, 7, False),
        (NOON_REST, 11, False),
        (NOON_REST, 12, True),
        (NOON_REST, 14, False),
        (Notifications(), 3, False),
        (Notifications(time(22), None), 23, False),
        (Notifications(time(7), time(7)), 7, False),
    ],
)
def test_quiet_hours_go_over_midnight_or_not(wished, hour, quiet) -> None:
    """The hours hold from their beginning to before their end; half a setting, or an empty stretch, is none."""
    assert is_quiet(wished, at(hour)) is quiet


def test_an_outage_is_told_all_the_same_unless_even_that_is_unwanted() -> None:
    """What rings rings at night too, if the user did not say otherwise."""
    silent = Notifications(time(22), time(7), outages_in_quiet=False)
    assert may_tell(Urgency.CRITICAL, NIGHT, at(3))
    assert may_ring(NIGHT, at(3))
    assert not may_tell(Urgency.NORMAL, NIGHT, at(3))
    assert not may_tell(Urgency.CRITICAL, silent, at(3))
    assert not may_ring(silent, at(3))
    assert may_tell(Urgency.LOW, silent, at(12))


CLOCK = st.times().map(lambda each: each.replace(second=0, microsecond=0))


@given(CLOCK, CLOCK)
def test_at_their_end_everything_is_told(start, end) -> None:
    """Whatever the hours, nothing is held back beyond their end."""
    wished = Notifications(start, end, outages_in_quiet=False)
    assert may_tell(Urgency.LOW, wished, at(end.hour, end.minute))
