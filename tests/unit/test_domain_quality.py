"""From round trips to a telephone call: RFC 3550's jitter, and the E-model of ITU-T G.107."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.line_rounds import POLICY, TARGETS, failed, reached
from tocsin.domain.quality import (
    BEST_R,
    CODEC_DELAY_MS,
    CallFitness,
    Quality,
    counted,
    fitness,
    is_poor,
    is_well,
    jitter,
    mos,
    quality,
    r_factor,
)
from tocsin.domain.reading import Probe, ProbeFault

MANY = settings(max_examples=150, deadline=None)
A, B, C = TARGETS[:3]
seconds = st.floats(0, 10)
shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("rating", "score"),
    [
        (93.2, 4.41),
        (90, 4.34),
        (80, 4.03),
        (70, 3.60),
        (60, 3.10),
        (50, 2.58),
        (0, 1.0),
        (-5, 1.0),
        (100, 4.5),
        (200, 4.5),
    ],
)
def test_the_opinion_score_is_that_of_the_recommendation(rating, score) -> None:
    """G.107, annex B: the mean opinion score of a rating. Its table gives two decimals, of 4.024 the next."""
    assert mos(rating) == pytest.approx(score, abs=0.0065)


@MANY
@given(st.floats(-10, 110), st.floats(-10, 110))
def test_a_better_rating_never_has_a_worse_score(one, other) -> None:
    """Over the whole scale, from 1 to 4.5."""
    low, high = sorted((one, other))
    assert 1 <= mos(low) <= mos(high) <= 4.5


@pytest.mark.parametrize(
    ("delay_ms", "impairment"),
    [(20, 0.48), (100, 2.4), (177.3, 4.2552), (200, 7.297), (300, 20.697), (400, 34.097)],
)
def test_delay_costs_what_it_is_known_to_cost(delay_ms, impairment) -> None:
    """The linear form of G.107's delay impairment: gentle up to 177.3 ms one way, steep beyond."""
    round_trip = 2 * (delay_ms - CODEC_DELAY_MS) / 1000
    assert BEST_R - r_factor(round_trip, 0.0, 0.0) == pytest.approx(impairment, abs=1e-6)


@pytest.mark.parametrize(
    ("loss", "impairment"), [(0.0, 0.0), (0.01, 3.640), (0.05, 15.781), (0.251, 47.5), (1.0, 75.939)]
)
def test_loss_costs_what_it_is_known_to_cost(loss, impairment) -> None:
    """Equation 7-29 with G.711 and concealment: Ie 0, Bpl 25.1, random loss."""
    free = r_factor(0.0, 0.0, 0.0)
    assert free == pytest.approx(BEST_R - 0.48)
    assert free - r_factor(0.0, 0.0, loss) == pytest.approx(impairment, abs=1e-3)


@MANY
@given(seconds, seconds, shares, seconds, seconds, shares)
def test_more_of_anything_bad_never_makes_a_better_call(trip, shake, loss, more_trip, more_shake, more_loss) -> None:
    """Monotonic in delay, jitter and loss, and always between 0 and 93.2."""
    before = r_factor(trip, shake, loss)
    assert 0 <= before <= BEST_R
    assert r_factor(trip + more_trip, shake, loss) <= before
    assert r_factor(trip, shake + more_shake, loss) <= before
    assert r_factor(trip, shake, max(loss, more_loss)) <= before


@MANY
@given(st.floats(), st.floats(), st.floats())
def test_no_figure_breaks_the_formula(trip, shake, loss) -> None:
    """Negative, endless and no number at all count as the nearest good ones or the worst."""
    rating = r_factor(trip, shake, loss)
    assert 0 <= rating <= BEST_R
    assert 1 <= mos(rating) <= 4.5


@pytest.mark.parametrize(
    ("rating", "word"),
    [
        (93.2, CallFitness.GOOD),
        (80, CallFitness.GOOD),
        (79.9, CallFitness.STRAINED),
        (60, CallFitness.STRAINED),
        (59.9, CallFitness.UNFIT),
        (0, CallFitness.UNFIT),
    ],
)
def test_a_rating_in_words(rating, word) -> None:
    """The borders of G.107's annex B."""
    assert fitness(rating) is word


def test_jitter_is_that_of_rfc_3550() -> None:
    """Worked out by hand: J += (|D| - J) / 16, from zero."""
    trips = [20.0, 36.0, 20.0, 20.0, 52.0]
    by_hand = [1.0, 1.9375, 1.81640625, 3.702880859375]
    assert [jitter(trips[: number + 2]) for number in range(4)] == by_hand
    assert jitter([]) == jitter([5.0]) == jitter([5.0, 5.0, 5.0]) == 0


@MANY
@given(st.lists(seconds, max_size=40))
def test_jitter_is_never_more_than_the_largest_difference(trips) -> None:
    """An average of differences stays among them."""
    most = max((abs(after - before) for before, after in pairwise(trips)), default=0.0)
    assert 0 <= jitter(trips) <= most + 1e-9


def test_the_figures_of_some_connects() -> None:
    """The median round trip, the jitter of each target for itself, and what was lost of what was sent."""
    probes = [reached(A, 0.02), reached(B, 0.3), reached(A, 0.036), reached(B, 0.3, lost=1), reached(A, 0.02)]
    figures = quality(probes)
    assert figures.round_trip == 0.036
    assert figures.jitter == pytest.approx((jitter([0.02, 0.036, 0.02]) + 0) / 2)
    assert (figures.loss, figures.probes) == (1 / 6, 5)
    assert figures.r_factor == r_factor(0.036, figures.jitter, 1 / 6)
    assert figures.mos == mos(figures.r_factor)
    assert figures.calls is fitness(figures.r_factor)
    assert quality([reached(A, 0.02), reached(B, 0.04)]) == Quality(0.03, 0.0, 0.0, 2)


def test_nothing_reached_has_no_figures() -> None:
    """No round trip, no rating: unknown, and not a bad call."""
    for probes in ([], [failed()], [failed(fault=ProbeFault.DNS)]):
        figures = quality(probes)
        assert figures.round_trip is figures.jitter is figures.r_factor is figures.mos is figures.calls is None
    assert quality([failed()]).loss == 1
    assert quality([failed(fault=ProbeFault.DNS), failed(fault=ProbeFault.NO_ROUTE)]) == Quality(None, None, 0.0, 0)


def test_a_host_that_is_down_by_itself_is_no_loss() -> None:
    """One that never answers, or the only one of several that fails, says nothing of the line; two that fail do."""
    assert counted([reached(A), failed(B), failed(B), failed(C)]) == (reached(A),)
    assert counted([reached(A), reached(B), failed(B), reached(A, lost=1)]) == (
        reached(A),
        reached(B),
        reached(A, lost=1),
    )
    both = (reached(A), failed(A), reached(B), failed(B))
    assert counted(both) == both
    alone = (reached(A), failed(A))
    assert counted(alone) == alone
    assert counted([failed(A), failed(B)]) == (failed(A), failed(B))


def test_few_connects_and_few_lost_packets_show_nothing() -> None:
    """Ten connects at the least, and five packets lost: two in twenty get lost anywhere."""
    assert not is_poor([reached(A, 2.0, lost=2)] * 9, POLICY)
    assert is_poor([reached(A, 2.0)] * 10, POLICY)
    assert not is_poor([reached(A)] * 16 + [reached(A, lost=1)] * 4, POLICY)
    assert is_poor([reached(A)] * 15 + [reached(A, lost=1)] * 5, POLICY)
    assert not is_poor([reached(A)] * 55 + [reached(A, lost=1)] * 5, POLICY)
    assert is_well([reached(A, 2.0, lost=2)] * 9, POLICY)
    assert not is_well([reached(A, lost=1)] * 5 + [reached(A)] * 20, POLICY)
    assert is_well([reached(A, 2.0)] * 40 + [reached(A)] * 20, POLICY)


@MANY
@given(
    st.lists(
        st.builds(
            Probe,
            st.sampled_from(TARGETS),
            st.none() | st.floats(),
            st.integers(-9, 99),
            st.integers(-9, 99),
            st.none() | st.sampled_from(ProbeFault),
        ),
        max_size=30,
    )
)
def test_no_connects_break_the_figures(probes) -> None:
    """Whatever a probe claims: a share is a share, and what counts is among what was given."""
    figures = quality(probes)
    assert 0 <= figures.loss <= 1
    assert math.isfinite(figures.loss)
    assert figures.probes == len(counted(probes)) <= len(probes)
    assert is_poor(probes, POLICY) in (True, False)
    assert is_well(probes, POLICY) in (True, False)
