"""Time that was not measured: nothing is concluded across it; and nothing from outside breaks the rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.line_rounds import (
    HOME,
    MAKERS,
    NAMES,
    PLAN,
    POLICY,
    TARGETS,
    TUNNEL,
    Cable,
    after,
    bad,
    good,
    moment,
    nothing,
    spell,
    up,
)
from support.stories import NOON
from tocsin.domain.freshness import age
from tocsin.domain.instant import Instant
from tocsin.domain.line import Tracker, interrupted, is_gap, longest_pause, order, pause, step, woken
from tocsin.domain.reading import Answer, Lookup, Path, Probe, ProbeFault, Reading
from tocsin.domain.targets import Plan
from tocsin.domain.terms import LineState

MANY = settings(max_examples=150, deadline=None)
UP, DOWN, UNKNOWN = LineState.UP, LineState.DOWN, LineState.NOT_MEASURED
SLEEP = 600.0
stories = st.lists(st.sampled_from(MAKERS), max_size=20)


def asleep(seconds: float, wall: float = SLEEP) -> Instant:
    """A moment after a sleep, through which Linux's monotonic clock stood still."""
    return moment(seconds + wall, mono=seconds)


def shifted(reading: Reading, wall: float) -> Reading:
    """A round after a sleep of so long."""
    later = timedelta(seconds=wall)
    return replace(
        reading,
        began=replace(reading.began, wall=reading.began.wall + later),
        at=replace(reading.at, wall=reading.at.wall + later),
    )


@MANY
@given(stories, stories, stories)
def test_what_was_before_a_gap_has_no_part_in_what_is_concluded_after_it(before, other, later) -> None:
    """Two histories, then the same rounds after the same gap: the same is known, but for which targets' turn it is."""
    known = [replace(after(*rounds, tracker=up()), turn=0) for rounds in (before, other)]
    states = [[], []]
    for place, tracker in enumerate(known):
        tracker = woken(tracker, moment(1000), POLICY)  # noqa: PLW2901 -- each history goes on by itself
        assert (tracker.state, tracker.since, tracker.seen) == (UNKNOWN, None, None)
        for number, make in enumerate(later):
            tracker = step(tracker, make(1000 + 5.0 * number), PLAN, POLICY)  # noqa: PLW2901 -- likewise
            states[place].append((tracker.state, tracker.cause, tracker.since))
    assert states[0] == states[1]


@MANY
@given(stories, st.sampled_from(MAKERS), st.sampled_from([(SLEEP, 0.0), (SLEEP, SLEEP), (-30.0, 0.0), (0.0, SLEEP)]))
def test_right_after_a_gap_nothing_is_known(rounds, make, passed) -> None:
    """Whether the clocks stood still, ran on or were set, and whatever the first round shows."""
    known = after(*rounds, tracker=up())
    clock = 5.0 * len(rounds)
    wall, mono = passed
    reading = make(clock + mono + 1)
    known = step(known, shifted(reading, wall - mono), PLAN, POLICY)
    assert (known.state, known.cause, known.since) == (UNKNOWN, None, None)


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("still_failing", [0, 1, 9])
def test_a_failing_round_before_a_sleep_and_good_ones_after_it_are_no_outage(failing, still_failing) -> None:
    """Suspended for ten minutes with the network half gone: it wakes up failing, and was never down."""
    known = after(*[bad] * failing, tracker=up())
    states = []
    for number in range(still_failing + 3):
        make = bad if number < still_failing else good
        known = step(known, shifted(make(60 + 5.0 * number), SLEEP), PLAN, POLICY)
        states.append(known.state)
    assert DOWN not in states
    assert known.state is UP
    assert known.since >= NOON + timedelta(seconds=60 + SLEEP)


def test_a_round_that_a_sleep_cut_in_two_says_nothing() -> None:
    """Asked before it, over after it: its failure is the sleep's."""
    torn = replace(bad(10), at=asleep(14))
    known = after(bad, bad, torn, tracker=up())
    assert (known.state, known.bad, known.seen) == (UNKNOWN, (), None)
    assert after(*spell("bbb"), tracker=known, begin=20).state is UNKNOWN


def test_failing_within_the_grace_counts_for_nothing_and_after_it_fully() -> None:
    """45 s after waking up: three failing rounds that begin later make it down, from then on."""
    woke = woken(up(), moment(0), POLICY)
    in_grace = after(*[bad] * 9, tracker=woke)
    assert (in_grace.state, in_grace.bad, in_grace.unclear) == (UNKNOWN, (), 0)
    assert pause(in_grace, POLICY, moment(45).wall, frugal=False) == POLICY.suspicious
    assert after(bad, bad, tracker=in_grace, begin=45).state is UNKNOWN
    down = after(bad, bad, bad, tracker=in_grace, begin=45)
    assert (down.state, down.since) == (DOWN, moment(45).wall)
    assert after(good, good, tracker=woke).state is UP
    torn_run = after(good, bad, good, tracker=woke)
    assert torn_run.state is UNKNOWN


def test_a_poor_line_within_the_grace_is_not_remembered_as_such() -> None:
    """What crawls right after waking up makes no average."""
    slow = tuple(Probe(each, 1.5, sent=2, lost=1) for each in TARGETS)
    woke = after(*(good(5.0 * n, probes=slow) for n in range(9)), tracker=woken(up(), moment(0), POLICY))
    assert (woke.state, woke.recent) == (UP, ())


@pytest.mark.parametrize("wall", [-3600.0, 3600.0])
def test_the_grace_ends_whatever_the_wall_clock_does(wall) -> None:
    """Set back an hour after waking up, it lasts no hour."""
    woke = woken(up(), moment(0), POLICY)
    late = after(*(shifted(bad(50 + 5.0 * n), wall) for n in range(3)), tracker=woke)
    assert late.state is DOWN


def test_a_round_that_began_before_the_last_was_over_is_no_further_one() -> None:
    """Three rounds at once are one; nor does one from before waking up count after it."""
    known = after(bad(0), bad(1), bad(2), bad(3.9), tracker=up())
    assert len(known.bad) == 1
    woke = woken(up(), moment(100), POLICY)
    assert step(woke, good(99), PLAN, POLICY) == woke
    assert step(woke, good(100), PLAN, POLICY).good == 1


@pytest.mark.parametrize("moved", [-7200.0, -120.0, 120.0, 7200.0])
def test_a_clock_that_was_set_starts_anew_and_ends(moved) -> None:
    """Set back or forward, between two rounds: nothing is concluded across, and soon everything is known again."""
    for before, later, state in (("bb", "b" * 13, DOWN), ("bbb", "gg", UP), ("g", "gg", UP)):
        known = after(*spell(before), tracker=up())
        rounds = [shifted(make(20 + 5.0 * number), moved) for number, make in enumerate(spell(later))]
        first = step(known, rounds[0], PLAN, POLICY)
        assert first.state is UNKNOWN
        assert after(*rounds, tracker=known).state is state


def test_after_a_sleep_the_line_is_down_in_the_time_of_the_promise_and_the_grace() -> None:
    """A cable that was pulled meanwhile is found."""
    woke = Cable([(0, 10_000)], tracker=woken(up(), moment(0), POLICY)).run(0, 200)
    assert woke.seen[-1][1] is DOWN
    assert woke.seen[-1][0] <= (POLICY.grace + POLICY.time_to_down).total_seconds()


@pytest.mark.parametrize(
    ("then", "now", "passed", "expected"),
    [
        (moment(0), moment(60), 60, False),
        (moment(0), moment(64), 60, False),
        (moment(0), moment(66), 60, True),
        (moment(0), asleep(60, 30), 60, True),
        (moment(0), moment(60, mono=90), 60, True),
        (moment(0), moment(-60, mono=5), 60, True),
        (moment(0), moment(3), 60, False),
    ],
)
def test_a_gap_is_told_by_both_clocks(then, now, passed, expected) -> None:
    """Later than it should be, or the two clocks do not agree."""
    assert is_gap(then, now, timedelta(seconds=passed)) is expected


def test_an_interruption_keeps_what_is_no_run() -> None:
    """That it was up on this path tells a firewall from an outage later; the rest begins anew."""
    known = interrupted(after(*spell("bbbggbb"), tracker=up()))
    assert known == Tracker(was_up=True, path_key=HOME.key, turn=9)
    assert after(*[nothing] * 3, tracker=known).state is UNKNOWN


# --- whatever comes from outside ---

seconds = st.floats(-1e6, 1e6) | st.just(0.0)
instants = st.builds(moment, seconds, mono=seconds)
texts = st.sampled_from([*TARGETS, "", "tcp://[", "x" * 300, "https://münchen.example/"])
probes = st.builds(
    Probe,
    texts,
    st.none() | st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-5, 10**6),
    st.integers(-5, 10**6),
    st.none() | st.sampled_from(ProbeFault),
)
paths = st.none() | st.sampled_from([HOME, TUNNEL, Path("", 0), Path("wlan0", 6, "fe80::1")])
readings = st.builds(
    Reading,
    instants,
    instants,
    paths,
    st.lists(probes, max_size=8).map(tuple),
    st.lists(st.tuples(texts, st.sampled_from(Lookup)), max_size=3).map(tuple),
    st.sampled_from(Answer),
    st.sampled_from(Answer),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Answer),
    st.booleans(),
    st.booleans(),
)
plans = st.builds(Plan, st.lists(texts, max_size=7).map(tuple), st.just(NAMES), st.integers(-1, 9))


@MANY
@given(st.lists(readings, max_size=12), plans, st.booleans(), st.booleans())
def test_nothing_that_a_round_may_hold_breaks_the_rules(rounds, plan, calls, frugal) -> None:
    """Any clock, any figure, any text, any plan: a state, a pause, an order, figures within their bounds."""
    policy = replace(POLICY, calls_alarm=calls)
    known = Tracker()
    for reading in rounds:
        known = step(known, reading, plan, policy)
        assert known.state in LineState
        assert (known.state is UNKNOWN) == (known.since is None)
        assert timedelta() < pause(known, policy, reading.at.wall, frugal=frugal) <= longest_pause(policy)
        assert {*order(known, plan, policy, reading.at.wall).targets} <= {*plan.targets}
        assert 0 <= known.quality.loss <= 1
        assert len(known.recent) <= 60
        assert age(reading.began, reading.at) >= timedelta()
