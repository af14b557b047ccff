"""The record of the line: one value for each minute, in eight bytes.

Layout of a minute, little endian: state and cause (one byte: low nibble and high nibble), packets lost (one byte, 255
for more), packets sent (two bytes), round trip in units of 0.1 ms (two bytes, 65535 for none, 65534 for more than
6.5 s), jitter in the same units (two bytes). A minute that was not measured is all zeros, and so is an hour at its
beginning.
"""

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.domain.quality import counted, quality
from tocsin.domain.reading import Probe
from tocsin.domain.terms import Cause, LineState

MINUTE = timedelta(minutes=1)
_LAYOUT = struct.Struct("<BBHHH")
BYTES = _LAYOUT.size
PER_HOUR = 60
HOUR_BYTES = PER_HOUR * BYTES
_NONE = 0xFFFF
_PER_SECOND = 10_000
# The codes are what stands in databases: they never change, new ones are appended.
_STATES = (
    LineState.NOT_MEASURED,
    LineState.UP,
    LineState.DEGRADED,
    LineState.DOWN,
    LineState.CAPTIVE_PORTAL,
    LineState.LOCAL_FAULT,
)
_CAUSES = (None, Cause.OWN_NETWORK, Cause.GATEWAY, Cause.DNS, Cause.BEYOND_GATEWAY, Cause.CAPTIVE_PORTAL)
_WORST_LAST = (
    LineState.NOT_MEASURED,
    LineState.UP,
    LineState.DEGRADED,
    LineState.CAPTIVE_PORTAL,
    LineState.LOCAL_FAULT,
    LineState.DOWN,
)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of the line. Times are in seconds, None where no connect succeeded."""

    state: LineState = LineState.NOT_MEASURED
    cause: Cause | None = None
    sent: int = 0
    lost: int = 0
    round_trip: float | None = None
    jitter: float | None = None

    @property
    def loss(self) -> float:
        """The share of packets lost, from 0 to 1."""
        return min(1.0, self.lost / self.sent) if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Hour:
    """Sixty packed minutes from ``start`` (a whole hour, UTC)."""

    start: datetime
    data: bytes = bytes(HOUR_BYTES)

    def minutes(self) -> Iterator[tuple[datetime, Minute]]:
        """Each minute with its start."""
        for index in range(PER_HOUR):
            yield self.start + index * MINUTE, unpack(self.data[index * BYTES : (index + 1) * BYTES])


def start_of_hour(at: datetime) -> datetime:
    """The hour that a moment lies in, UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def start_of_minute(at: datetime) -> datetime:
    """The minute that a moment lies in, UTC."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def pack(minute: Minute) -> bytes:
    """A minute in eight bytes; figures too large for them become the largest, those below zero become zero."""
    if minute.state is LineState.NOT_MEASURED:
        return bytes(BYTES)
    code = _STATES.index(minute.state) | _CAUSES.index(minute.cause) << 4
    trip, jitter = _units(minute.round_trip), _units(minute.jitter)
    lost, sent = (max(0, min(figure, most)) for figure, most in ((minute.lost, 0xFF), (minute.sent, 0xFFFF)))
    return _LAYOUT.pack(code, lost, sent, trip, jitter)


def unpack(data: bytes) -> Minute:
    """The minute that eight bytes hold; what no version ever wrote counts as not measured."""
    if len(data) != BYTES:
        return Minute()
    code, lost, sent, trip, jitter = _LAYOUT.unpack(data)
    state, cause = code & 0x0F, code >> 4
    if not state or state >= len(_STATES) or cause >= len(_CAUSES):
        return Minute()
    return Minute(_STATES[state], _CAUSES[cause], sent, lost, _seconds(trip), _seconds(jitter))


def with_minute(hour: Hour, at: datetime, minute: Minute) -> Hour:
    """The hour with one of its minutes set. Raises ``ValueError`` for a moment outside it."""
    index = (start_of_minute(at) - hour.start) // MINUTE
    if not 0 <= index < PER_HOUR:
        raise ValueError("the minute lies in another hour")
    cut = index * BYTES
    data = hour.data.ljust(HOUR_BYTES, b"\0")[:HOUR_BYTES]
    return Hour(hour.start, data[:cut] + pack(minute) + data[cut + BYTES :])


def _units(seconds: float | None) -> int:
    if seconds is None or not math.isfinite(seconds):
        return _NONE
    return round(min(_NONE - 1, max(0, seconds * _PER_SECOND)))


def _seconds(units: int) -> float | None:
    return None if units == _NONE else units / _PER_SECOND


@dataclass(frozen=True, slots=True)
class Gathering:
    """What was measured of the minute that goes on. ``start`` is None before the first round."""

    start: datetime | None = None
    state: LineState = LineState.NOT_MEASURED
    cause: Cause | None = None
    probes: tuple[Probe, ...] = ()

    def minute(self) -> Minute:
        """The minute so far."""
        figures, told = quality(self.probes), counted(self.probes)
        sent, lost = sum(each.sent for each in told), sum(each.lost for each in told)
        return Minute(self.state, self.cause, sent, lost, figures.round_trip, figures.jitter)


def gather(
    sofar: Gathering, at: datetime, state: LineState, cause: Cause | None, probes: Iterable[Probe]
) -> tuple[Gathering, tuple[datetime, Minute] | None]:
    """Add a round to its minute. Returns the minute that it begins or goes on with, and the one that it ended.

    The worst state of a minute is the minute's.
    """
    start = start_of_minute(at)
    done = (sofar.start, sofar.minute()) if sofar.start is not None and sofar.start != start else None
    base = sofar if sofar.start == start else Gathering(start)
    worse = _WORST_LAST.index(state) >= _WORST_LAST.index(base.state)
    return Gathering(
        start, state if worse else base.state, cause if worse else base.cause, (*base.probes, *probes)
    ), done
