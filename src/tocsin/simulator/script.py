"""The script of a provider's day, as a scenario file (TOML) tells it. ``scenario`` plays it.

    [day]        name, provider, start: the clock time at which a run of it begins
    [[services]] id, name
    [[problems]] id, name, services, and optionally tickets, description, category, reason, priority (1 high to 10 low),
                 impact_factor (0 to 100), characteristics (customerAdvice, impact, or any other name)
    [[steps]]    at, do, and what the deed needs (see the classes below), in the order of their times

A clock time is ``18:00:00`` or ``"18:00"``, in the zone of whoever plays the day; ``"+1 02:00"`` is on the day after.
``{18:00}`` in a text is that clock time too, so that it moves with the day when the day is played at another hour.
"""

import re
from datetime import time, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.simulator.http1 import Manner
from tocsin.simulator.scene import Status, Where

_CLOCK = re.compile(r"(?:([+-]\d{1,3}) )?(\d\d):(\d\d)(?::(\d\d))?")
_IN_TEXT = re.compile(r"\{((?:[+-]\d{1,3} )?\d\d:\d\d)\}")
_ONE_DAY = timedelta(days=1)

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=100_000)]
Priority = Annotated[int, Meta(ge=1, le=10)]
# What JSON can carry everywhere: no number beyond 2**53, no NaN, no infinity.
Value = str | bool | Annotated[int, Meta(ge=-(2**53), le=2**53)] | Annotated[float, Meta(ge=-(2.0**53), le=2.0**53)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class ClockTime:
    """A clock time on a day counted from the first: ``offset`` is what the clocks have run since the first midnight.

    Not a duration: where the clocks are changed in between, the time between two of them is not their difference.
    """

    __slots__ = ("offset",)

    def __init__(self, value: object) -> None:
        """Read one. Raises ``ValueError``."""
        text = value.strftime("%H:%M:%S") if isinstance(value, time) and value.tzinfo is None else value
        match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError('must be a clock time like 18:00:00, "18:00" or "+1 02:00"')
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        within = time(hours, minutes, seconds)  # raises ValueError for an hour of 25
        self.offset = timedelta(days=days, hours=within.hour, minutes=within.minute, seconds=within.second)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClockTime) and self.offset == other.offset

    def __hash__(self) -> int:
        return hash(self.offset)

    def __str__(self) -> str:
        days, rest = divmod(self.offset, _ONE_DAY)
        minutes, seconds = divmod(rest.seconds, 60)
        clock = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
        return f"{days:+d} {clock}" if days else clock

    __repr__ = __str__


def clock_times_in(text: str) -> tuple[ClockTime, ...]:
    """The clock times that a text holds in braces. Raises ``ValueError`` for an impossible one."""
    return tuple(ClockTime(found) for found in _IN_TEXT.findall(text))


def fill(text: str, show: "dict[ClockTime, str]") -> str:
    """The text with its clock times as ``show`` has them."""
    return _IN_TEXT.sub(lambda match: show[ClockTime(match.group(1))], text)


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every table of the file is: strict."""


class Day(Entry, frozen=True, kw_only=True):
    """What the day is called, whose it is, and when a run of it begins."""

    name: Text
    start: ClockTime
    provider: Text = "Provider"


class ServiceEntry(Entry, frozen=True, kw_only=True):
    """A service of some customer."""

    id: Id
    name: Text = ""


class ProblemEntry(Entry, frozen=True, kw_only=True):
    """A problem as it is when declared. An estimate needs ``tickets``: that is where TMF has room for it."""

    id: Id
    name: Text
    services: tuple[Id, ...]
    tickets: tuple[Id, ...] = ()
    description: Text = ""
    category: Text = ""
    reason: Text = ""
    priority: Priority | None = None
    impact_factor: Percent | None = None
    characteristics: dict[str, Value] = {}


class Step(Entry, frozen=True, kw_only=True, tag_field="do"):
    """Something that happens at a clock time."""

    at: ClockTime


class About(Step, frozen=True, kw_only=True):
    """A step that concerns a problem. ``text`` is a note that goes with it."""

    problem: Id
    text: Text = ""
    author: Text = ""


class Declare(About, frozen=True, kw_only=True, tag="declare"):
    """The provider declares a disturbance that ``began`` then, or just now."""

    began: ClockTime | None = None
    status: Status = Status.ACKNOWLEDGED
    estimate: ClockTime | None = None


class Announce(About, frozen=True, kw_only=True, tag="announce"):
    """The provider announces planned work."""

    start: ClockTime
    end: ClockTime | None = None
    status: Status = Status.ACKNOWLEDGED


class Replan(About, frozen=True, kw_only=True, tag="replan"):
    """Planned work gets other times."""

    start: ClockTime
    end: ClockTime | None = None


class AddNote(About, frozen=True, kw_only=True, tag="note"):
    """The provider says something more."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000)]


class SetStatus(About, frozen=True, kw_only=True, tag="status"):
    """The state changes; back to ``inProgress`` after ``resolved`` is a reopening."""

    status: Status
    reason: Text = ""


class Estimate(About, frozen=True, kw_only=True, tag="estimate"):
    """The estimate is given or moved, in one ticket or in all of the problem's."""

    estimate: ClockTime
    ticket: Id | None = None


class Retract(About, frozen=True, kw_only=True, tag="retract"):
    """The estimate is taken back."""

    ticket: Id | None = None


class Revise(About, frozen=True, kw_only=True, tag="revise"):
    """Other attributes change; characteristics are added or replaced by name."""

    name: Text | None = None
    description: Text | None = None
    began: ClockTime | None = None
    services: tuple[Id, ...] | None = None
    priority: Priority | None = None
    impact_factor: Percent | None = None
    characteristics: dict[str, Value] = {}


class Resolve(About, frozen=True, kw_only=True, tag="resolve"):
    """The disturbance is over."""

    reason: Text = ""


class Drop(About, frozen=True, kw_only=True, tag="drop"):
    """The problem and its tickets leave the lists and cannot be had by id any more."""


class Fail(Step, frozen=True, kw_only=True, tag="fail"):
    """The interface fails until ``recover``: answers ``status``, or misbehaves in another ``manner``."""

    manner: Manner = Manner.WHOLE
    status: Annotated[int, Meta(ge=200, le=599)] = 503
    retry_after: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    html: bool = False
    where: Where = Where.ALL


class Recover(Step, frozen=True, kw_only=True, tag="recover"):
    """The interface works again."""


Deed = Declare | Announce | Replan | AddNote | SetStatus | Estimate | Retract | Revise | Resolve | Drop | Fail | Recover


class Script(Entry, frozen=True, kw_only=True):
    """A whole scenario file, valid in itself."""

    day: Day
    services: tuple[ServiceEntry, ...] = ()
    problems: tuple[ProblemEntry, ...] = ()
    steps: tuple[Deed, ...] = ()

    def problem(self, problem_id: str) -> ProblemEntry:
        """The problem of that id. Raises ``StopIteration`` for none, which ``load`` has ruled out."""
        return next(entry for entry in self.problems if entry.id == problem_id)
