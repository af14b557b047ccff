"""How the line stands, from round to round: what may be concluded of it, and from how much."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.line_rounds import (
    HOME,
    MAKERS,
    PLAN,
    POLICY,
    TARGETS,
    TUNNEL,
    after,
    at_portal,
    bad,
    failed,
    gateless,
    good,
    moment,
    nameless,
    nothing,
    reached,
    spell,
    unplugged,
    up,
)
from tocsin.domain.line import Tracker, outcome, pause, step
from tocsin.domain.reading import Answer, Lookup, Path, ProbeFault
from tocsin.domain.targets import Plan
from tocsin.domain.terms import Cause, LineState

MANY = settings(max_examples=150, deadline=None)
UP, DEGRADED, DOWN = LineState.UP, LineState.DEGRADED, LineState.DOWN
LOCAL, PORTAL, UNKNOWN = LineState.LOCAL_FAULT, LineState.CAPTIVE_PORTAL, LineState.NOT_MEASURED
stories = st.lists(st.sampled_from(MAKERS), max_size=40)


@pytest.mark.parametrize(
    ("reading", "state", "cause"),
    [
        (good(), UP, None),
        (bad(), DOWN, Cause.BEYOND_GATEWAY),
        (bad(fault=ProbeFault.DNS), DOWN, Cause.DNS),
        (nameless(), DEGRADED, Cause.DNS),
        (nameless(lookup=Lookup.LIE), DEGRADED, Cause.DNS),
        (nameless(lookup=Lookup.ABSENT), DEGRADED, Cause.DNS),
        (good(lookups=(("one.example.net", Lookup.ABSENT),)), UP, None),
        (good(lookups=(("one.example.net", Lookup.LIE),)), DEGRADED, Cause.DNS),
        (good(lookups=(("one.example.net", Lookup.ABSENT), ("two.example.net", Lookup.FOUND))), UP, None),
        (good(gateway=Answer.NO), UP, None),
        (unplugged(), LOCAL, Cause.OWN_NETWORK),
        (gateless(), LOCAL, Cause.GATEWAY),
        (at_portal(), PORTAL, Cause.CAPTIVE_PORTAL),
        (bad(portal=Answer.YES), PORTAL, Cause.CAPTIVE_PORTAL),
        (nothing(), UNKNOWN, None),
        (bad(fault=ProbeFault.NO_ROUTE), UNKNOWN, None),
        (bad(probes=(failed(),)), UNKNOWN, None),
        (bad(probes=(failed("tcp://192.0.2.1:80"), failed("tcp://192.0.2.1:443"))), UNKNOWN, None),
        (bad(probes=(failed("tcp://[192.0.2.1"), failed("tcp://192.0.2.1:443"))), DOWN, Cause.BEYOND_GATEWAY),
        (bad(probes=(failed(), failed(TARGETS[1], ProbeFault.NO_ROUTE))), UNKNOWN, None),
        (bad(probes=(*bad().probes[:4], reached(TARGETS[4]))), UP, None),
    ],
)
def test_what_one_round_shows(reading, state, cause) -> None:
    """One answer is enough to work; all failing counts when enough hosts did, and the own network does not explain."""
    found = outcome(reading, PLAN, was_up=True)
    assert (found.state, found.cause) == (state, cause)


@pytest.mark.parametrize(
    ("said", "is_sure"),
    [
        ({"gateway": Answer.YES}, True),
        ({"gateway": Answer.UNTRIED}, False),
        ({"gateway": Answer.UNTRIED, "path": Path("ppp0", 4)}, True),
    ],
)
def test_blame_beyond_a_router_of_which_nothing_is_known_is_not_sure(said, is_sure) -> None:
    """Where there is no router to ask, nothing stands between."""
    assert outcome(bad(**said), PLAN, was_up=True).is_sure is is_sure


@pytest.mark.parametrize("make", [bad, gateless, unplugged])
def test_what_was_never_reached_while_the_internet_answers_is_behind_a_firewall(make) -> None:
    """A firewall, or a proxy, is no outage, and no fault of the own network; a line that was up before is."""
    reading = make(heard=True)
    assert outcome(reading, PLAN, was_up=False).state is UNKNOWN
    assert outcome(reading, PLAN, was_up=True).state.is_cut
    assert after(*(make(5.0 * n, heard=True) for n in range(60))).state is UNKNOWN


def test_behind_a_firewall_no_outage_is_made_of_a_proxy_that_fails() -> None:
    """What was never reached here stays out of it when the provider cannot be asked any more either."""
    walled = [bad(5.0 * n, heard=True) for n in range(12)]
    silent = [bad(60 + 15.0 * n) for n in range(60)]
    assert after(*walled, *silent).state is UNKNOWN
    assert after(*walled, *(unplugged(60 + 15.0 * n) for n in range(6))).cause is Cause.OWN_NETWORK


def test_a_company_s_block_page_is_no_sign_in_page() -> None:
    """Plain http is answered by the firewall, and the provider answers over the proxy."""
    page = {"portal": Answer.YES}
    assert after(*(bad(5.0 * n, heard=True, **page) for n in range(12))).state is UNKNOWN
    assert after(*(bad(5.0 * n, **page) for n in range(12))).state is LineState.CAPTIVE_PORTAL


@MANY
@given(stories)
def test_down_needs_three_failing_rounds_in_a_row(rounds) -> None:
    """Whatever came before: no cut without every target failing in the last three rounds, nor any state with one."""
    known = Tracker()
    for number, make in enumerate(rounds):
        before, known = known, step(known, make(5.0 * number), PLAN, POLICY)
        turned = known.state is not before.state
        last = rounds[max(0, number - 2) : number + 1]
        if turned and known.state in (DOWN, LOCAL):
            assert len(last) == 3
            assert {*last} <= {bad, unplugged, gateless}
        if turned and known.state is PORTAL:
            assert last[-2:] == [at_portal, at_portal]


@MANY
@given(stories)
def test_up_needs_two_good_rounds_and_after_a_cut_the_steady_time(rounds) -> None:
    """One good round brings nothing back, and neither do two in a moment."""
    known = Tracker()
    for number, make in enumerate(rounds):
        before, known = known, step(known, make(5.0 * number), PLAN, POLICY)
        if known.state is UP and before.state is not UP:
            needed = 4 if before.state.is_cut else 2
            run = rounds[number + 1 - needed : number + 1]
            assert len(run) == needed
            assert {*run} <= {good, nameless}
            assert run[-1] is good


@MANY
@given(st.lists(st.sampled_from((good, nameless)), max_size=30), st.integers(0, 4))
def test_a_line_over_which_one_target_answers_is_never_down(rounds, which) -> None:
    """One reachable target is an internet, whatever the others, the router and the names do."""
    known = Tracker()
    for number, make in enumerate(rounds):
        probes = tuple(reached(each) if place == which else failed(each) for place, each in enumerate(TARGETS))
        known = step(known, make(5.0 * number, probes=probes, gateway=Answer.NO), PLAN, POLICY)
        assert not known.state.is_cut


def test_one_dead_host_of_several_makes_no_line_poor() -> None:
    """A host that is down by itself, or a whole address family that leads nowhere, is not the line's loss."""
    for dead in (1, 2):
        known = up()
        for number in range(60):
            probes = tuple(failed(each) if place < dead else reached(each) for place, each in enumerate(TARGETS))
            known = step(known, good(5.0 * number, probes=probes), PLAN, POLICY)
        assert known.state is UP
        assert known.silent == frozenset(TARGETS[:dead])
        assert known.quality.loss == 0
    dying = after(*[good] * 10, tracker=up())
    for number in range(12, 40):
        dying = step(dying, good(5.0 * number, probes=(failed(TARGETS[0]), *good().probes[1:])), PLAN, POLICY)
        assert dying.state is UP


@pytest.mark.parametrize(
    ("rounds", "state", "cause"),
    [
        ("bbb", DOWN, Cause.BEYOND_GATEWAY),
        ("uuu", LOCAL, Cause.OWN_NETWORK),
        ("rrr", LOCAL, Cause.GATEWAY),
        ("brr", LOCAL, Cause.GATEWAY),
        ("bru", LOCAL, Cause.OWN_NETWORK),
        ("uuubb", DOWN, Cause.BEYOND_GATEWAY),
        ("nnn", DEGRADED, Cause.DNS),
        ("nbb", DEGRADED, Cause.BEYOND_GATEWAY),
        ("nbbb", DOWN, Cause.BEYOND_GATEWAY),
        ("nngg", UP, None),
        ("nnng", DEGRADED, Cause.DNS),
        ("nnngg", UP, None),
        ("pp", PORTAL, Cause.CAPTIVE_PORTAL),
        ("ppp", PORTAL, Cause.CAPTIVE_PORTAL),
        ("ppbbb", DOWN, Cause.BEYOND_GATEWAY),
        ("bbbpp", PORTAL, Cause.CAPTIVE_PORTAL),
        ("bbbggg", DOWN, Cause.BEYOND_GATEWAY),
        ("bbbgggg", UP, None),
        ("bbbn", DOWN, Cause.BEYOND_GATEWAY),
        ("bbbnnnn", DEGRADED, Cause.DNS),
        ("bbbnnnbbb", DOWN, Cause.BEYOND_GATEWAY),
        ("bbbggbgg", DOWN, Cause.BEYOND_GATEWAY),
        ("bbobb", UNKNOWN, None),
        ("bobgg", UP, None),
        ("bbgbb", UP, None),
        ("pgpg", UP, None),
        ("ooo", UNKNOWN, None),
        ("pbpbp", UP, None),
        ("pbpbpb", UNKNOWN, None),
        ("bgbgbgbbbgggggg", UP, None),
    ],
)
def test_what_several_rounds_come_to(rounds, state, cause) -> None:
    """The stories of a line that was up, one round after the other."""
    known = after(*spell(rounds), tracker=up())
    assert (known.state, known.cause) == (state, cause)


def test_trouble_began_with_the_first_round_that_showed_it() -> None:
    """The start is when it failed first, not when that was made sure of; another cause does not move it."""
    assert after(*spell("gbbb"), tracker=up()).since == moment(5).wall
    assert after(*spell("gbbbuuuu"), tracker=up()).since == moment(5).wall
    assert after(*spell("nnnbbb"), tracker=up()).since == moment(15).wall
    assert after(*spell("ppbbb"), tracker=up()).since == moment(10).wall
    assert after(*spell("bbbgggg"), tracker=up()).since == moment(15).wall


def test_a_router_of_which_nothing_is_known_delays_the_blame() -> None:
    """Five rounds instead of three; a single answer of it is enough."""
    silent = [bad(5.0 * n, gateway=Answer.UNTRIED) for n in range(5)]
    assert after(*silent[:4], tracker=up()).state is UP
    assert after(*silent, tracker=up()).state is DOWN
    assert after(*silent[:2], bad(10), tracker=up()).state is DOWN
    poorly = after(*spell("nn"), *(bad(5.0 * n, gateway=Answer.UNTRIED) for n in range(2, 5)), tracker=up())
    assert poorly.state is DEGRADED


def test_each_fall_soon_after_the_last_asks_for_a_longer_peace() -> None:
    """15 s, then 30, 60 and so on up to five minutes; ten quiet minutes and it is 15 again."""
    known, clock = up(), 0.0
    for expected in (15, 30, 60, 120, 240, 300, 300):
        known = after(*spell("bbb"), tracker=known, begin=clock)
        begin, clock = clock + 15, clock + 15
        while known.state is DOWN:
            known, clock = after(good, tracker=known, begin=clock), clock + 5
        assert clock - 5 - begin == expected
    quiet = int(POLICY.flap_window / timedelta(seconds=60)) + 2
    known = after(*[good] * quiet, tracker=known, begin=clock, every=60)
    known = after(*spell("bbbgggg"), tracker=known, begin=clock + 60 * quiet)
    assert known.state is UP


def test_a_line_that_was_down_for_long_still_has_to_be_steady() -> None:
    """A long outage ends no more hastily than a short one: lines come back flickering."""
    known = after(*[bad] * 300, tracker=up())
    assert after(*spell("ggg"), tracker=known, begin=1500).state is DOWN
    assert after(*spell("gggg"), tracker=known, begin=1500).state is UP


@MANY
@given(stories, st.integers(12, 30))
@example([good, good], 12)
def test_no_state_outlives_rounds_that_do_not_bear_it_out(rounds, count) -> None:
    """A line that nobody can measure is not green: not for rounds that say nothing, nor for mixed ones."""
    known = after(*rounds)
    tail = after(*[nothing] * count, tracker=known, begin=5.0 * len(rounds))
    assert tail.state is UNKNOWN
    begin = 5.0 * len(rounds)
    mixed = [(nothing, bad, at_portal, bad)[number % 4] for number in range(count)]
    assert after(*mixed, tracker=known, begin=begin).state not in (UP, DEGRADED)


def test_a_flickering_line_is_unstable() -> None:
    """Four moments of failing within ten minutes make it poor, until there were fewer; names that fail count too."""
    for moments, cause in (("bgbgbgbg", Cause.BEYOND_GATEWAY), ("ngngngng", Cause.BEYOND_GATEWAY)):
        known = after(*spell(moments), tracker=up())
        assert (known.state, known.cause) == (DEGRADED, cause)
        assert after(*spell("bggg"), tracker=known, begin=40).state is DEGRADED
        assert after(*[good] * 56, tracker=known, begin=40, every=10).state is DEGRADED
        assert after(*[good] * 58, tracker=known, begin=40, every=10).state is UP
    assert after(*spell("bgbgbg" + "g" * 30), tracker=up()).state is UP


def test_names_that_come_and_go_make_one_trouble() -> None:
    """Names that fail again and again are degraded all the while, and stay a matter of names."""
    known = after(*spell("nnnggg" * 3 + "nnn"), tracker=up())
    known = after(*spell("ggg"), tracker=known, begin=105)
    assert (known.state, known.cause) == (DEGRADED, Cause.DNS)


@pytest.mark.parametrize(("trip", "lost"), [(0.9, 0), (0.02, 1)])
def test_a_slow_or_lossy_line_is_degraded_until_it_is_clearly_well(trip, lost) -> None:
    """From 800 ms or 10 % loss on; back below 500 ms and 4 % of all that is remembered."""
    poorly = tuple(reached(each, trip, lost if place % 2 else 0) for place, each in enumerate(TARGETS))
    known = after(*(good(5.0 * n, probes=poorly) for n in range(4)), tracker=up())
    assert (known.state, known.cause) == (DEGRADED, Cause.BEYOND_GATEWAY)
    assert pause(known, POLICY, moment(30).wall, frugal=False) == POLICY.watchful
    assert after(good, tracker=known, begin=30).state is DEGRADED
    well = after(*[good] * 12, tracker=known, begin=30)
    assert (well.state, known.since < well.since) == (UP, True)
    still = after(*spell("nnn"), tracker=known, begin=30)
    assert still.cause is (Cause.BEYOND_GATEWAY if lost else Cause.DNS)
    also_nameless = after(*spell("n" * 8), tracker=known, begin=30)
    assert (also_nameless.state, also_nameless.cause, also_nameless.since) == (DEGRADED, Cause.DNS, known.since)


def test_names_that_get_lost_with_everything_else_are_not_the_resolvers_fault() -> None:
    """On a line that loses packets names fail as well: it is the line, until names alone still do."""
    some = tuple(reached(each, 0.02, int(place == 0)) for place, each in enumerate(TARGETS))
    many = tuple(reached(each, 0.02, 1) for each in TARGETS)
    for probes, rounds in ((some, 5), (many, 3)):
        lossy = [nameless(5.0 * n, probes=probes) for n in range(rounds)]
        assert after(*lossy[:-1], tracker=up()).state is UP
        known = after(*lossy, tracker=up())
        assert (known.state, known.cause) == (DEGRADED, Cause.BEYOND_GATEWAY)
        known = after(*spell("n" * 8), tracker=known, begin=30)
        assert (known.state, known.cause) == (DEGRADED, Cause.DNS)
        again = after(*(nameless(80 + 5.0 * n, probes=some) for n in range(3)), tracker=known)
        assert again.cause is Cause.DNS
        again = after(*(nameless(80 + 5.0 * n, probes=many) for n in range(3)), tracker=known)
        assert again.cause is Cause.BEYOND_GATEWAY


def test_names_that_work_again_do_not_hide_loss() -> None:
    """Degraded by names, then by loss: the cause follows."""
    known = after(*spell("nnn"), tracker=up())
    lossy = tuple(reached(each, 0.02, 1) for each in TARGETS)
    known = after(*(good(5.0 * n, probes=lossy) for n in range(3, 6)), tracker=known)
    assert (known.state, known.cause) == (DEGRADED, Cause.BEYOND_GATEWAY)


def test_what_is_lost_at_the_edge_of_a_cut_is_no_loss() -> None:
    """A moment's cut is told as such; packets sent in its last seconds make the line no poorer."""
    lossy = tuple(reached(each, 0.02, 2) for each in TARGETS)
    for story in ("b", "bbb"):
        known = after(*spell(story), tracker=after(*[good] * 4, tracker=up()), begin=20)
        begin = 20 + 5 * len(story)
        known = after(good(begin, probes=lossy), tracker=known)
        known = after(*[good] * 6, tracker=known, begin=begin + 5)
        assert (known.state, known.quality.loss) == (UP, 0)


def test_a_line_unfit_for_calls_is_degraded_where_that_is_asked_for() -> None:
    """Only with ``calls_alarm``: 780 ms there and back are enough for reading mail. Fit again is a little more."""
    business = replace(POLICY, calls_alarm=True)

    def far(trip, begin):
        return [good(begin + 5.0 * n, probes=tuple(reached(each, trip) for each in TARGETS)) for n in range(6)]

    assert after(*far(0.78, 0), tracker=up()).state is UP
    known = after(*far(0.78, 0), tracker=up(business), policy=business)
    assert (known.state, known.cause) == (DEGRADED, Cause.BEYOND_GATEWAY)
    assert after(*far(0.73, 30), tracker=known, policy=business).state is DEGRADED
    assert after(*far(0.4, 30), tracker=known, policy=business).state is UP


def test_another_uplink_is_measured_anew() -> None:
    """Failing rounds on one network say nothing of the next, nor what was reached there; a tunnel runs over one."""
    office = Path("wlan0", 4, "203.0.113.1")
    moved = after(*spell("bb"), bad(10, path=office), tracker=up())
    assert (moved.state, moved.was_up, moved.recent) == (UP, False, ())
    same = after(*spell("bb"), bad(10, path=TUNNEL, is_beside=True, beneath=Answer.NO), tracker=up())
    assert (same.state, same.path_key) == (DOWN, HOME.key)


def test_no_plan_is_no_verdict_and_one_named_target_is_enough() -> None:
    """With nobody to ask nothing is known; the user's own single target may call the line down."""
    assert after(*[nothing] * 20, plan=Plan()).state is UNKNOWN
    assert after(*[unplugged] * 3, plan=Plan()).state is LOCAL
    alone = Plan(TARGETS[:1], quorum=1)
    rounds = [bad(5.0 * n, probes=(failed(),)) for n in range(3)]
    assert after(*rounds, plan=alone).state is DOWN
    assert outcome(nothing(), Plan(quorum=0), was_up=True).state is UNKNOWN
