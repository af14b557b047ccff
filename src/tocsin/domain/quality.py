"""From round trips to what they are good for: loss, jitter, and the quality of a telephone call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.reading import Probe, ProbeFault

CODEC_DELAY_MS = 20.0
"""One packet of 20 ms speech, as G.711 is packed by custom (RFC 3551, 4.5)."""
BEST_R = 93.2
"""The transmission rating with every parameter at its default (ITU-T G.107, 7.7)."""
PACKET_LOSS_ROBUSTNESS = 25.1
"""Bpl of G.711 with packet loss concealment; its Ie is 0 (ITU-T G.113, appendix I)."""
GOOD_R = 80.0
FIT_R = 60.0
_FIT_AGAIN_R = 65.0


class CallFitness(StrEnum):
    """What a call over the line would be like. The borders are those of ITU-T G.107, annex B: 80 and 60."""

    GOOD = "good"
    STRAINED = "strained"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Quality:
    """A stretch of measuring in four figures. Times are in seconds, ``loss`` is a share from 0 to 1.

    ``round_trip`` (the median) and ``jitter`` are None where no connect succeeded; ``r_factor`` and ``mos`` too.
    """

    round_trip: float | None
    jitter: float | None
    loss: float
    probes: int

    @property
    def r_factor(self) -> float | None:
        """The transmission rating R, see ``r_factor``."""
        if self.round_trip is None:
            return None
        return r_factor(self.round_trip, self.jitter or 0.0, self.loss)

    @property
    def mos(self) -> float | None:
        """The mean opinion score from 1 to 4.5, see ``mos``."""
        rating = self.r_factor
        return None if rating is None else mos(rating)

    @property
    def calls(self) -> CallFitness | None:
        """What a call would be like; None where that cannot be told."""
        rating = self.r_factor
        return None if rating is None else fitness(rating)


def jitter(round_trips: Sequence[float]) -> float:
    """The interarrival jitter of RFC 3550, 6.4.1, over successive round trips, in their unit.

    J += (abs(D) - J) / 16 with D the difference between two successive transit times. A round trip stands for the
    transit, so that both directions' jitter is in it: an upper bound of either.
    """
    value = 0.0
    for before, after in pairwise(round_trips):
        value += (abs(after - before) - value) / 16
    return value


def counted(probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """Those of some connects that speak of the line, for a single host may be down by itself.

    Left out are those for which there was no way or no address, those to targets that never answered while others did,
    and, where all others that failed went to one target of several, these.
    """
    sent = tuple(each for each in probes if each.fault not in (ProbeFault.NO_ROUTE, ProbeFault.DNS))
    alive = {each.target for each in sent if each.is_ok}
    failing = {each.target for each in sent if not each.is_ok and each.target in alive}
    if not alive:
        return sent
    blamed = failing if len(failing) > 1 or len(alive) == 1 else set()
    return tuple(each for each in sent if each.is_ok or each.target in blamed)


def quality(probes: Iterable[Probe]) -> Quality:
    """The figures of some connects, oldest first: of those that are ``counted``.

    Jitter is taken target by target, for the differences between targets are none of the line's, and averaged.
    """
    told = counted(probes)
    trips: dict[str, list[float]] = {}
    for each in told:
        if each.round_trip is not None:
            trips.setdefault(each.target, []).append(each.round_trip)
    every = [trip for some in trips.values() for trip in some]
    jitters = [jitter(some) for some in trips.values() if len(some) > 1]
    sent, lost = sum(max(0, each.sent) for each in told), sum(max(0, each.lost) for each in told)
    return Quality(
        round_trip=_median(every) if every else None,
        jitter=sum(jitters) / len(jitters) if jitters else 0.0 if every else None,
        loss=min(1.0, lost / sent) if sent else 0.0,
        probes=len(told),
    )


def is_poor(probes: Sequence[Probe], policy: LinePolicy) -> bool:
    """Whether the last connects show a line that works poorly; too few of them show nothing."""
    now = quality(probes)
    if now.probes < policy.window_least:
        return False
    if sum(each.lost for each in counted(probes)) < policy.lost_least:
        now = replace(now, loss=0.0)
    unfit = policy.calls_alarm and (now.r_factor or 0.0) < FIT_R
    return now.loss >= policy.loss_bad or (now.round_trip or 0.0) >= policy.slow_bad.total_seconds() or unfit


def is_well(probes: Sequence[Probe], policy: LinePolicy) -> bool:
    """Whether a line that worked poorly does so no more: all that is kept of it counts for loss, the last for speed."""
    kept, last = quality(probes), quality(probes[-policy.window :])
    if kept.probes < policy.window_least:
        return True
    fit = not policy.calls_alarm or (last.r_factor or 0.0) >= _FIT_AGAIN_R
    return fit and kept.loss < policy.loss_good and (last.round_trip or 0.0) < policy.slow_good.total_seconds()


def _median(values: Sequence[float]) -> float:
    """The middle one, or between the two. The standard library's would bring decimals and fractions into memory."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def r_factor(round_trip: float, jitter_seconds: float, loss: float) -> float:
    """The rating R of the E-model (ITU-T G.107), simplified, from 0 to 93.2.

    R = 93.2 - Id - Ie,eff. The one-way delay is half the round trip, a jitter buffer of twice the jitter and one
    packet of speech; Id = 0.024 d + 0.11 (d - 177.3) beyond 177.3 ms (the usual linear form of G.107's delay
    impairment, Cole and Rosenbluth 2001). Ie,eff = 95 Ppl / (Ppl + Bpl) with Ppl in percent, Ie = 0 and random loss
    (G.107, equation 7-29). Everything else is at G.107's defaults. Bad values count as the nearest good ones.
    """
    delay = 1000 * (max(round_trip, 0.0) / 2 + 2 * max(jitter_seconds, 0.0)) + CODEC_DELAY_MS
    delay_impairment = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)  # noqa: PLR2004 -- G.107's
    percent = 100 * min(max(loss, 0.0), 1.0)
    loss_impairment = 95.0 * percent / (percent + PACKET_LOSS_ROBUSTNESS)
    return max(0.0, BEST_R - delay_impairment - loss_impairment)


def mos(rating: float) -> float:
    """The mean opinion score that goes with a rating (ITU-T G.107, annex B, equation B-4), from 1 to 4.5.

    Between 0 and 6.5 the formula dips below 1; there it is 1.
    """
    if rating <= 0:
        return 1.0
    rating = min(rating, 100.0)
    return min(4.5, max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6))


def fitness(rating: float) -> CallFitness:
    """A rating in words: from 80 on users are satisfied, below 60 nearly all are not (ITU-T G.107, annex B)."""
    if rating >= GOOD_R:
        return CallFitness.GOOD
    return CallFitness.STRAINED if rating >= FIT_R else CallFitness.UNFIT
