"""When the line is measured, and whom a round asks: the promises of the policy, and what it costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.line_rounds import (
    MAKERS,
    NAMES,
    PLAN,
    POLICY,
    TARGETS,
    Cable,
    after,
    at_portal,
    bad,
    failed,
    good,
    moment,
    nameless,
    nothing,
    reached,
    spell,
    up,
)
from support.stories import NOON
from tocsin.domain.line import Tracker, fresh_for, longest_pause, order, pause
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.reading import Answer, Lookup, ProbeFault
from tocsin.domain.targets import PUBLIC_TARGETS, PUBLIC_TARGETS_6, Plan
from tocsin.domain.terms import LineState

MANY = settings(max_examples=80, deadline=None)
UP, DOWN = LineState.UP, LineState.DOWN
stories = st.lists(st.sampled_from(MAKERS), max_size=30)
OFFSETS = tuple(float(offset) for offset in range(120))
FOREVER = 100_000.0


def paused(known: Tracker, at: float = 0, *, frugal: bool = False) -> timedelta:
    return pause(known, POLICY, moment(at).wall, frugal=frugal)


def ordered(known: Tracker, at: float = 0, plan: Plan = PLAN):
    return order(known, plan, POLICY, moment(at).wall)


def settled() -> Tracker:
    """A line that is up and was looked at all over."""
    return after(good(portal=Answer.NO, lookups=((NAMES[0], Lookup.FOUND),)), tracker=up())


# --- promises ---


@pytest.mark.parametrize("router", list(Answer))
def test_a_cut_is_known_within_the_time_that_is_promised(router) -> None:
    """Whenever between two rounds it is cut, and whatever the router says."""
    for offset in OFFSETS:
        cable = Cable([(0, FOREVER)], router=router).run(-60 - offset, 150)
        fell = [when for when, state in cable.seen if state.is_cut]
        assert fell[0] <= POLICY.time_to_down.total_seconds()
        assert cable.falls == 1


def test_a_cut_is_known_in_time_with_two_targets_of_which_one_is_dead() -> None:
    """A target that is down by itself hides no cut, and makes none."""
    plan = Plan(TARGETS[:2])
    for offset in OFFSETS[::4]:
        cable = Cable([(0, FOREVER)], plan, answers=lambda target, _: target == TARGETS[1]).run(-900 - offset, 150)
        assert [state for _, state in cable.seen] == [UP, DOWN]
        assert cable.seen[-1][0] <= POLICY.time_to_down.total_seconds()


@pytest.mark.parametrize("length", [95, 120, 299, 400, 1500])
def test_a_line_that_is_back_is_known_to_be_within_the_time_that_is_promised(length) -> None:
    """However long it was cut, and whenever between two rounds it comes back."""
    for offset in OFFSETS[::5]:
        cable = Cable([(0, length)]).run(-200 - offset, length + 120)
        assert [state for _, state in cable.seen] == [UP, DOWN, UP]
        assert cable.seen[-1][0] - length <= POLICY.time_to_up.total_seconds()


def test_ten_cuts_in_five_minutes_are_one_fall_and_one_rise() -> None:
    """Cut for 20 s of every 30, ten times: whenever the rounds fall, it is told once, and is over once."""
    cuts = [(30.0 * number, 30.0 * number + 20) for number in range(10)]
    for offset in OFFSETS[::2]:
        for turn in (0, 1):
            cable = Cable(cuts, tracker=Tracker(turn=turn)).run(-20 - offset, 420)
            assert [state for _, state in cable.seen] == [UP, DOWN, UP]
            assert cable.seen[-1][0] > cuts[-1][1]


@MANY
@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200)), min_size=1, max_size=8), st.integers(0, 120))
def test_whatever_the_cuts_it_falls_no_oftener_and_is_up_in_the_end(lengths, offset) -> None:
    """One cut is told once at the most, and ten quiet minutes later the line is up."""
    cuts, clock = [], 0.0
    for apart, long in lengths:
        cuts.append((clock + apart, clock + apart + long))
        clock += apart + long
    cable = Cable(cuts).run(-100 - offset, clock + 600)
    assert cable.falls <= len(cuts)
    assert cable.tracker.state is UP


# --- the pace ---


def test_the_pace_follows_how_it_stands() -> None:
    """Calm while all is well, fast while something is being made sure of, slower while it is bad for long."""
    calm = {paused(replace(settled(), turn=turn)) for turn in range(4)}
    assert calm == {POLICY.calm, POLICY.calm * 5 / 6}
    for doubtful in (Tracker(), after(bad, tracker=up()), after(nothing, tracker=up()), after(at_portal, tracker=up())):
        assert paused(doubtful) == POLICY.suspicious
    down = after(*spell("bbb"), tracker=up())
    assert paused(down, 60) == POLICY.suspicious
    assert paused(down, 400) == POLICY.watchful
    assert paused(after(good, tracker=down, begin=400), 400) == POLICY.suspicious
    assert paused(after(*spell("nnn"), tracker=up())) == POLICY.suspicious
    assert paused(after(*spell("nnng"), tracker=up()), 400) == POLICY.watchful
    lossy = after(good(probes=(reached(lost=1),)), tracker=up())
    assert paused(lossy) == POLICY.watchful


def test_after_a_moment_of_failing_it_is_watched_closely_for_a_while() -> None:
    """What flickers once will likely do so again."""
    flickered = after(*spell("bg"), tracker=settled(), begin=5)
    assert paused(flickered, 60) == POLICY.suspicious
    assert paused(flickered, 60, frugal=True) == POLICY.calm
    assert paused(flickered, 130) >= POLICY.calm * 5 / 6


def test_a_line_that_says_nothing_for_long_is_asked_at_leisure() -> None:
    """Behind a firewall the rounds cost no more than elsewhere, after some minutes."""
    for count, expected in ((4, POLICY.suspicious), (12, POLICY.watchful), (21, POLICY.calm)):
        assert paused(replace(after(*[nothing] * count), turn=1)) == expected
    assert paused(after(*[nothing] * 21), frugal=True) == POLICY.frugal


def test_a_metered_link_is_spared() -> None:
    """At rest a fifth of the rounds and fewer; while it is bad for long a quarter. What is doubtful is made sure of."""
    hour = 3600.0
    normal = Cable([]).run(0, hour)
    frugal = Cable([], frugal=True).run(0, hour)
    assert len(frugal.began) * 4 < len(normal.began)
    assert paused(settled(), frugal=True) == POLICY.frugal
    down = after(*spell("bbb"), tracker=up())
    assert paused(down, 400, frugal=True) == POLICY.calm
    assert paused(down, 60, frugal=True) == POLICY.suspicious
    assert paused(after(*spell("nnng"), tracker=up()), 400, frugal=True) == POLICY.calm


@MANY
@given(stories, st.booleans())
def test_no_pause_is_so_long_that_the_rounds_lose_each_other(rounds, frugal) -> None:
    """Two rounds in a row never have what counts as a gap between them, and the state stays fresh."""
    wait = paused(after(*rounds), 5.0 * len(rounds), frugal=frugal)
    assert POLICY.suspicious <= wait <= longest_pause(POLICY)
    assert wait + POLICY.timeout < fresh_for(POLICY, frugal=frugal)


@pytest.mark.parametrize(("flaps", "seconds"), [(-1, 15), (0, 15), (1, 30), (4, 240), (5, 300), (10_000, 300)])
def test_the_steady_time_doubles_up_to_five_minutes(flaps, seconds) -> None:
    """However often it fell."""
    assert LinePolicy().steady_for(flaps) == timedelta(seconds=seconds)


# --- whom a round asks ---


def test_a_calm_round_asks_two_in_turn_and_a_doubtful_one_all() -> None:
    """In five rounds everybody's turn comes twice; names every five minutes, TLS and the page every hour."""
    calm = settled()
    asked = [ordered(replace(calm, turn=turn)).targets for turn in range(5)]
    assert all(len(each) == len({*each}) == 2 for each in asked)
    assert sorted(target for each in asked for target in each) == sorted(TARGETS * 2)
    quiet = ordered(calm, 10)
    assert (quiet.names, quiet.deep, quiet.gateway) == ((), False, False)
    assert ordered(calm, 301).names == NAMES[:1]
    assert ordered(calm, 3601).deep
    doubtful = ordered(after(bad, tracker=calm, begin=5), 10)
    assert (doubtful.targets, doubtful.names, doubtful.gateway) == (TARGETS, NAMES, True)
    assert ordered(after(*spell("bbb"), tracker=calm, begin=5), 20).gateway


def test_a_clock_that_was_set_back_delays_neither_names_nor_the_page() -> None:
    """What was tried in the future was tried at no time that counts."""
    assert ordered(settled(), -4000).deep
    assert ordered(settled(), -4000).names


def test_every_third_doubtful_round_is_deep_and_at_a_sign_in_page_every_one() -> None:
    """A page is looked for while something is wrong; once met, it is asked for until it is gone."""
    down = replace(settled(), state=DOWN)
    assert [ordered(replace(down, turn=turn), 10).deep for turn in range(4)] == [True, False, False, True]
    met = after(at_portal, tracker=settled(), begin=10)
    assert ordered(met, 15).deep
    assert ordered(after(at_portal, tracker=met, begin=15), 20).deep


@pytest.mark.parametrize("lets_tcp_through", [True, False])
def test_a_sign_in_page_is_met_again_where_it_answers_for_every_target(lets_tcp_through) -> None:
    """A network may let every connect succeed: the page is what tells, in rounds that ask for it alone."""
    known, clock = Tracker(), 0.0
    for _ in range(6):
        asked = ordered(known, clock)
        make = good if lets_tcp_through else bad
        portal = Answer.YES if asked.deep else Answer.UNTRIED
        known = after(make(clock, portal=portal), tracker=known)
        clock += paused(known, clock).total_seconds()
    assert known.state is LineState.CAPTIVE_PORTAL


def test_a_page_that_may_not_be_asked_makes_no_round_deep_for_ever() -> None:
    """TLS costs kilobytes: once an hour is enough, also where no page is known, or the page never answers."""
    for portal, most in ((None, 2), (PLAN.portal, 13)):
        plan = replace(PLAN, portal=portal)
        known, deep, clock = Tracker(), 0, 0.0
        while clock < 3700:
            asked = ordered(known, clock, plan)
            deep += asked.deep
            known = after(good(clock, lookups=((NAMES[0], Lookup.FOUND),)), tracker=known, plan=plan)
            clock += paused(known, clock).total_seconds()
        assert deep <= most


def test_a_name_that_never_exists_is_asked_no_oftener_than_others() -> None:
    """One wrong name in the settings costs nothing and says nothing; none that is found is asked for again at once."""
    halfway = after(good(5, lookups=((NAMES[0], Lookup.ABSENT), (NAMES[1], Lookup.FOUND))), tracker=settled())
    assert ordered(halfway, 10).names == ()
    alone = after(good(5, lookups=((NAMES[0], Lookup.ABSENT),)), tracker=settled())
    assert (alone.state, ordered(alone, 10).names) == (UP, NAMES)
    assert ordered(after(nameless(5), tracker=settled()), 10).names == NAMES


@pytest.mark.parametrize("lacking", [PUBLIC_TARGETS[:2], PUBLIC_TARGETS_6])
def test_addresses_without_a_route_are_left_out_at_rest(lacking) -> None:
    """Without IPv4, or without IPv6, calm rounds ask those that there is a way to, and a cut is still found."""
    plan = Plan((*PUBLIC_TARGETS, *PUBLIC_TARGETS_6), NAMES)

    def measured(begin, make):
        probes = tuple(
            failed(each, ProbeFault.NO_ROUTE) if each in lacking else make(each) for each in ordered_now.targets
        )
        return (good if make is reached else bad)(begin, probes=probes)

    known = Tracker()
    for number in range(40):
        ordered_now = ordered(known, 5.0 * number, plan)
        known = after(measured(5.0 * number, reached), tracker=known, plan=plan)
        if number > 2:
            assert not {*ordered_now.targets} & {*lacking}
            assert len(ordered_now.targets) == 2
    assert known.state is UP
    for number in range(40, 44):
        ordered_now = ordered(known, 5.0 * number, plan)
        known = after(measured(5.0 * number, failed), tracker=known, plan=plan)
    assert known.state is DOWN


def test_targets_that_fall_silent_are_left_alone_at_rest() -> None:
    """A dead family would let every fifth round fail; a deep round asks for all of it again."""
    dead = TARGETS[3:]
    known = Tracker()
    for number in range(70):
        asked = ordered(known, 60.0 * number)
        probes = tuple(failed(each) if each in dead else reached(each) for each in asked.targets)
        portal = Answer.NO if asked.deep else Answer.UNTRIED
        known = after(good(60.0 * number, probes=probes, portal=portal), tracker=known)
        if number > 2:
            assert asked.targets == TARGETS if asked.deep else not {*asked.targets} & {*dead}
    assert (known.state, known.blips, known.silent) == (UP, (), frozenset(dead))
    assert paused(known, 4200) >= POLICY.calm * 5 / 6
    assert after(good(4200), tracker=known).silent == frozenset()


@MANY
@given(stories, st.lists(st.sampled_from([*TARGETS, "tcp://[", ""]), max_size=7), st.integers(-5, 5000))
def test_an_order_holds_nothing_but_the_plan(rounds, targets, clock) -> None:
    """Also with an empty plan, or one with too much in it: no more than five, none that was not agreed to."""
    plan = Plan(tuple(targets), NAMES[: len(targets)])
    asked = order(after(*rounds, plan=plan), plan, POLICY, NOON + timedelta(seconds=clock))
    assert {*asked.targets} <= {*plan.targets}
    assert len(asked.targets) <= POLICY.most_targets
    assert {*asked.names} <= {*plan.names}
    if plan.targets and not rounds:
        assert asked.targets
