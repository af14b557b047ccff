"""Where on a chart of one day a time, a figure and a gap stand: plain geometry, without a screen and without a clock.

Places are in device-independent pixels from the left and the top. The width stands for real time, so that a day in
which the clocks change is as wide as any; only the names of its hours differ.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from statistics import median

from tocsin.domain.minutes import MINUTE, Hour, Minute, start_of_minute
from tocsin.domain.terms import LineState

MINUTES = 24 * 60
DAY = MINUTES * MINUTE
_QUARTER = timedelta(minutes=15)
_STEPS = (1, 2, 3, 4, 6, 12)
_TOPS = (0.02, 0.04, 0.06, 0.1, 0.2, 0.4, 0.6, 1.0, 2.0, 4.0, 6.0, 10.0)
_MOST_OF_THEM = 0.98
_BLANK = Minute()


@dataclass(frozen=True, slots=True)
class Day:
    """The 24 hours up to ``end``, minute by minute, oldest first; both ends are UTC.

    ``rest`` is how many minutes in a row may lack a round because none was due: no gap, and no knowledge either.
    """

    start: datetime
    minutes: tuple[Minute, ...]
    rest: int = 1

    @property
    def end(self) -> datetime:
        """The end of the last minute."""
        return self.start + len(self.minutes) * MINUTE

    @property
    def is_blank(self) -> bool:
        """True where nothing at all was measured."""
        return all(each.state is LineState.NOT_MEASURED for each in self.minutes)

    def at(self, index: int) -> datetime:
        """When a minute begins, UTC."""
        return self.start + index * MINUTE


def day_of(hours: Iterable[Hour], now: datetime, every: timedelta = MINUTE) -> Day:
    """The day up to and with the minute that goes on. ``every`` is how often the line is measured at rest."""
    end = start_of_minute(now) + MINUTE
    start = end - DAY
    minutes = [_BLANK] * MINUTES
    for hour in hours:
        for at, minute in hour.minutes():
            index = (at - start) // MINUTE
            if 0 <= index < MINUTES:
                minutes[index] = minute
    return Day(start, tuple(minutes), max(1, -(-every // MINUTE)))


@dataclass(frozen=True, slots=True)
class Range:
    """Minutes of a day by their index, the last one included."""

    first: int
    last: int

    def __contains__(self, index: int) -> bool:
        return self.first <= index <= self.last


def gaps(day: Day) -> tuple[Range, ...]:
    """The stretches that were not measured, oldest first.

    Minutes between two rounds that came when they were due are none, nor are the last ones before the next is due.
    """
    found = []
    for is_gap, indices in groupby(range(len(day.minutes)), lambda index: _is_unmeasured(day.minutes[index])):
        if not is_gap:
            continue
        stretch = list(indices)
        allowed = day.rest + 1 if stretch[-1] == len(day.minutes) - 1 else day.rest
        if len(stretch) > allowed:
            found.append(Range(stretch[0], stretch[-1]))
    return tuple(found)


def _is_unmeasured(minute: Minute) -> bool:
    return minute.state is LineState.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class Point:
    """A few minutes of the round trip: its least, its median and its greatest, in seconds."""

    minutes: Range
    least: float
    middle: float
    greatest: float


def lines(day: Day, width: int) -> tuple[tuple[Point, ...], ...]:
    """The round trip as lines of points, each of ``width`` minutes at the most.

    A line ends at a gap, and at a minute in which nothing came back. Points keep their minutes while the day moves on,
    so that the picture does not tremble.
    """
    missing = gaps(day)
    phase = int(day.start.timestamp()) // 60
    pieces = [[_point(day, group) for group in _grouped(piece, phase, width)] for piece in _pieces(day, missing)]
    return tuple(tuple(piece) for piece in pieces)


def _pieces(day: Day, missing: Sequence[Range]) -> Iterator[list[int]]:
    ends = {each.first for each in missing}
    piece: list[int] = []
    for index, minute in enumerate(day.minutes):
        if minute.round_trip is not None and not _is_unmeasured(minute):
            piece.append(index)
        elif piece and (index in ends or minute.sent or minute.state.is_cut):
            yield piece
            piece = []
    if piece:
        yield piece


def _grouped(indices: Sequence[int], phase: int, width: int) -> Iterator[list[int]]:
    for _, group in groupby(indices, lambda index: (phase + index) // width):
        yield list(group)


def _point(day: Day, indices: Sequence[int]) -> Point:
    trips = [trip for index in indices if (trip := day.minutes[index].round_trip) is not None]
    return Point(Range(indices[0], indices[-1]), min(trips), median(trips), max(trips))


@dataclass(frozen=True, slots=True)
class Loss:
    """A few minutes in which packets were lost: the worst ``minute`` and what ``share`` of all of them, from 0 to 1."""

    minute: int
    share: float


def losses(day: Day, width: int) -> tuple[Loss, ...]:
    """Where packets were lost while something got through, at most one mark for ``width`` minutes."""
    phase = int(day.start.timestamp()) // 60
    counted = [index for index, each in enumerate(day.minutes) if is_sampled(each) and not each.state.is_cut]
    found = []
    for group in _grouped(counted, phase, width):
        share = loss_of(day.minutes[index] for index in group)
        if share:
            found.append(Loss(max(group, key=lambda index: day.minutes[index].loss), share))
    return tuple(found)


def is_sampled(minute: Minute) -> bool:
    """Whether packets went out in this minute."""
    return minute.sent > 0 and minute.state is not LineState.NOT_MEASURED


def loss_of(minutes: Iterable[Minute]) -> float:
    """The share of packets lost in all of these together."""
    counts = [(each.sent, each.lost) for each in minutes]
    sent, lost = sum(each[0] for each in counts), sum(each[1] for each in counts)
    return min(1.0, lost / sent) if sent else 0.0


def top_of(day: Day) -> float:
    """The round trip at the upper edge, in seconds: a round figure that nearly all minutes stay below."""
    trips = sorted(each.round_trip for each in day.minutes if each.round_trip is not None)
    if not trips:
        return _TOPS[0]
    most = trips[min(len(trips) - 1, int(len(trips) * _MOST_OF_THEM))]
    return next((top for top in _TOPS if top >= most), _TOPS[-1])


@dataclass(frozen=True, slots=True)
class Plot:
    """The area that a day is drawn in."""

    start: datetime
    left: float
    width: float
    top: float
    height: float

    def x(self, at: datetime) -> float:
        """Where a moment stands. One outside the day stands at its edge."""
        # In UTC: the difference of two times in one zone is that of their clock faces.
        share = (at.astimezone(UTC) - self.start.astimezone(UTC)) / DAY
        return self.left + self.width * min(1.0, max(0.0, share))

    def edges(self, minutes: Range) -> tuple[float, float]:
        """Where some minutes begin and end."""
        unit = self.width / MINUTES
        return self.left + minutes.first * unit, self.left + (minutes.last + 1) * unit

    def centre(self, minutes: Range) -> float:
        """The middle of some minutes."""
        return sum(self.edges(minutes)) / 2

    def index(self, x: float) -> int:
        """The minute at this place, or the nearest."""
        share = (x - self.left) / self.width if self.width > 0 else 0.0
        return min(MINUTES - 1, max(0, int(share * MINUTES)))

    def y(self, seconds: float, top: float) -> float:
        """Where a round trip stands if ``top`` is the upper edge; a longer one stands at that edge."""
        return self.top + self.height * (1.0 - min(1.0, max(0.0, seconds / top)))


@dataclass(frozen=True, slots=True)
class Tick:
    """A full hour of the clock on the wall. ``is_named`` marks those that are written, ``is_midnight`` a new day."""

    at: datetime
    is_named: bool
    is_midnight: bool


def ticks(day: Day, zone: tzinfo, step: int) -> tuple[Tick, ...]:
    """The full hours of a day in a zone, every ``step``-th of them named.

    Zones lie whole quarters of an hour from UTC. An hour that comes twice is there twice, one that is left out is not.
    """
    at = day.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    found = []
    while at <= day.end:
        face = at.astimezone(zone)
        if at >= day.start and face.minute == 0 and face.second == 0:
            found.append(Tick(at, face.hour % step == 0, face.hour == 0))
        at += _QUARTER
    return tuple(found)


def step_for(width: float, name: float) -> int:
    """Of how many hours one has room for its name, if a name is ``name`` pixels wide and the day ``width``."""
    return next((step for step in _STEPS if step * width / 24 >= name), _STEPS[-1])


def per_point(width: float) -> int:
    """How many minutes make one point of a line, so that it has some two pixels."""
    wanted = 2 * MINUTES / max(1.0, width)
    return next((minutes for minutes in (1, 2, 5, 10, 15, 30) if minutes >= wanted), 60)
