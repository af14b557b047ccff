"""What the provider's word and the line mean together: every pair has an answer, and none is false."""

import pytest

from tocsin.domain.terms import Cause, Level, LineState
from tocsin.domain.verdict import BY_CAUSE, TABLE, Advice, NextStep, Says, verdict

OK, NOTICE, WORK, UNKNOWN, POOR, OUT = Level
UP, DEGRADED, DOWN = LineState.UP, LineState.DEGRADED, LineState.DOWN
LOCAL, PORTAL, UNMEASURED = LineState.LOCAL_FAULT, LineState.CAPTIVE_PORTAL, LineState.NOT_MEASURED
REPORTED = (POOR, OUT)


def test_every_pair_has_one_verdict() -> None:
    """Six views, six states, no hole; and every sentence, advice and step is one that somebody gets."""
    assert set(TABLE) == {(view, state) for view in Level for state in LineState}
    assert {(view, state) for view, state, _ in BY_CAUSE} <= set(TABLE)
    rows = (*TABLE.values(), *BY_CAUSE.values())
    assert {row.says for row in rows} == set(Says)
    assert {row.advice for row in rows} == set(Advice)
    assert {row.step for row in rows} == set(NextStep)


@pytest.mark.parametrize(
    ("view", "state", "level", "says"),
    [
        (OUT, DOWN, OUT, Says.DOWN_REPORTED),
        (OK, DOWN, OUT, Says.DOWN_UNREPORTED),
        (UNKNOWN, DOWN, OUT, Says.DOWN_UNHEARD),
        (WORK, DOWN, OUT, Says.DOWN_DURING_MAINTENANCE),
        (OK, LOCAL, OUT, Says.OWN_NETWORK),
        (OUT, LOCAL, OUT, Says.OWN_NETWORK_AND_REPORTED),
        (OUT, UP, POOR, Says.WORKS_DESPITE_REPORT),
        (OK, UP, OK, Says.WORKS),
        (UNKNOWN, UP, UNKNOWN, Says.WORKS_UNHEARD),
        (OK, DEGRADED, POOR, Says.POOR_UNREPORTED),
        (OK, PORTAL, UNKNOWN, Says.SIGN_IN),
        (POOR, PORTAL, POOR, Says.SIGN_IN_AND_REPORTED),
    ],
)
def test_the_sentences_that_no_other_program_says(view, state, level, says) -> None:
    """The examples of the issue, and their neighbours."""
    found = verdict(view, state)
    assert (found.level, found.says) == (level, says)


@pytest.mark.parametrize("view", list(Level))
def test_without_a_measurement_the_provider_alone_counts(view) -> None:
    """Not knowing how the line stands makes nothing better or worse, and advises nothing."""
    row = verdict(view, UNMEASURED)
    assert (row.level, row.told_as, row.says) == (view, view, Says.PROVIDER_ALONE)
    assert (row.advice, row.step) == (Advice.NONE, NextStep.NONE)


@pytest.mark.parametrize("state", list(LineState))
def test_a_worse_word_never_makes_a_better_verdict(state) -> None:
    """Along the order of levels, for each state of the line."""
    levels = [verdict(view, state).level for view in Level]
    assert levels == sorted(levels)


@pytest.mark.parametrize("view", list(Level))
def test_a_worse_line_never_makes_a_better_verdict(view) -> None:
    """Up, poor, down."""
    up, poor, down = (verdict(view, state).level for state in (UP, DEGRADED, DOWN))
    assert up <= poor <= down
    assert down is OUT
    assert poor >= POOR


@pytest.mark.parametrize("view", list(Level))
def test_green_takes_a_word_that_all_is_well(view) -> None:
    """A line that works is not fine where the provider was not heard, and a report is not washed away by it."""
    row = verdict(view, UP)
    assert (row.level is OK) == (view is OK)
    assert (row.level >= POOR) == (view in REPORTED)
    assert row.advice is Advice.NONE


@pytest.mark.parametrize("view", list(Level))
def test_the_users_own_network_is_never_blamed_on_the_provider(view) -> None:
    """It is told at half the volume, and its step is the user's own cable: nothing is reported to anybody."""
    row = verdict(view, LOCAL)
    assert (row.level, row.told_as) == (OUT, POOR)
    assert (row.advice, row.step) == (Advice.CHECK_OWN_EQUIPMENT, NextStep.CHECK_CABLES)
    assert (row.says is Says.OWN_NETWORK_AND_REPORTED) == (view in REPORTED)


@pytest.mark.parametrize("view", list(Level))
def test_the_users_own_vpn_is_told_like_his_own_network(view) -> None:
    """As red and as softly, with another advice; nothing is reported to anybody, and no cable is to be checked."""
    row, other = verdict(view, LOCAL, Cause.BEYOND_GATEWAY), verdict(view, LOCAL, Cause.GATEWAY)
    assert (row.level, row.told_as) == (other.level, other.told_as) == (OUT, POOR)
    assert (row.advice, row.step) == (Advice.CHECK_VPN, NextStep.NONE)
    assert (row.says is Says.VPN_AND_REPORTED) == (view in REPORTED)


@pytest.mark.parametrize("view", list(Level))
def test_a_computer_that_is_not_connected_is_neither_red_nor_green(view) -> None:
    """Unless the provider itself reports trouble: that is known all the same."""
    row = verdict(view, UNMEASURED, Cause.OWN_NETWORK)
    assert (row.level, row.told_as) == ((view, view) if view in REPORTED else (UNKNOWN, UNKNOWN))
    assert (row.says is Says.NOT_CONNECTED) == (view not in REPORTED)


@pytest.mark.parametrize("cause", [None, *Cause])
def test_a_cause_makes_no_other_case_than_those_two(cause) -> None:
    """Everywhere else the state alone decides."""
    for view, state in TABLE:
        if (state, cause) not in ((LOCAL, Cause.BEYOND_GATEWAY), (UNMEASURED, Cause.OWN_NETWORK)):
            assert verdict(view, state, cause) is TABLE[view, state]


def test_only_what_the_provider_does_not_know_is_to_be_reported() -> None:
    """A report is offered where the line is in trouble, the provider was heard, and says nothing of it."""
    offered = {pair for pair, row in TABLE.items() if row.step is NextStep.REPORT}
    assert offered == {(view, state) for view in (OK, NOTICE) for state in (DEGRADED, DOWN)}
    assert {pair for pair, row in TABLE.items() if row.step is NextStep.SIGN_IN} == {(view, PORTAL) for view in Level}


def test_only_the_own_network_and_announced_work_are_told_more_softly_than_they_are() -> None:
    """Everything else is told as loudly as it is, and nothing louder."""
    softer = {pair for pair, row in TABLE.items() if row.told_as is not row.level}
    assert softer == {(view, LOCAL) for view in Level} | {(WORK, DEGRADED), (WORK, DOWN)}
    assert all(row.told_as <= row.level for row in TABLE.values())


@pytest.mark.parametrize("view", list(Level))
def test_a_network_to_sign_in_to_is_nobodys_disturbance(view) -> None:
    """It raises no alarm of its own: unknown, unless the provider itself reports trouble."""
    row = verdict(view, PORTAL)
    assert row.level is (view if view in REPORTED else UNKNOWN)
