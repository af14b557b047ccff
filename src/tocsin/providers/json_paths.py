"""The small path language by which a profile says where things stand in a JSON document.

    data.faults[*]      every element of the list ``faults`` in ``data``; of an object every value
    times.start         a value, one key after the other
    updates[0].text     the first element's; ``[-1]`` is the last
    ["odd.key"].name    a key with a dot or a bracket in it
    title|name          the first of several that gives something

``[]`` is the same as ``[*]``, a leading ``$.`` may stand before a path, and ``@`` is the value itself.
"""

import re
from dataclasses import dataclass

from tocsin.domain.options import OptionFault

_STEP = re.compile(
    r"""\[(?:(\*?)|(-?\d{1,6})|"([^"]{1,200})"|'([^']{1,200})')\]|(?:^|\.)([^.\[\]|"'\s][^.\[\]|"']{0,199})"""
)
_LONGEST = 500


class PathError(ValueError):
    """What is wrong with a path, in words for the person who wrote it; ``part`` is what is no path, if a part is."""

    def __init__(self, fault: OptionFault, problem: str, part: str = "") -> None:
        super().__init__(problem)
        self.fault = fault
        self.part = part


@dataclass(frozen=True, slots=True)
class Each:
    """The step to every element."""


Step = str | int | Each


@dataclass(frozen=True, slots=True)
class Path:
    """A path, as its alternatives."""

    written: str
    choices: tuple[tuple[Step, ...], ...]

    def all(self, value: object) -> list[object] | None:
        """Everything that it leads to, nulls left out; None where it leads nowhere. A list at its end is unrolled."""
        found: list[object] | None = None
        for steps in self.choices:
            reached = _follow(value, steps)
            if reached:
                unrolled = [each for end in reached for each in (end if isinstance(end, list) else [end])]
                return [each for each in unrolled if each is not None]
            found = reached if found is None else found
        return found

    def first(self, value: object) -> object:
        """The first thing that it leads to and that is no null, None where there is none."""
        for steps in self.choices:
            for end in _follow(value, steps) or ():
                if end is not None and end != "":
                    return end
        return None


def parse(written: str) -> Path:
    """Read a path. Raises ``PathError``."""
    if len(written) > _LONGEST:
        raise PathError(OptionFault.PATH_LONG, "is longer than a path may be")
    return Path(written, tuple(_steps(choice.strip()) for choice in _alternatives(written)))


def _alternatives(written: str) -> list[str]:
    """The parts between bars, those in quotes left alone."""
    return re.split(r"""\|(?=(?:[^"]*"[^"]*")*[^"]*$)""", written)


def _steps(choice: str) -> tuple[Step, ...]:
    if choice in ("@", "$"):
        return ()
    rest = choice.removeprefix("$").removeprefix(".") if choice.startswith("$") else choice
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None:
            part = rest[at : at + 20]
            raise PathError(OptionFault.PATH, f"is no path from {part!r} on", part)
        each, index, double, single, key = found.groups()
        stated = key or double or single
        steps.append(Each() if each is not None else int(index) if index is not None else stated.strip())
        at = found.end()
    if not steps:
        raise PathError(OptionFault.PATH_EMPTY, "is empty")
    return tuple(steps)


def _follow(value: object, steps: tuple[Step, ...]) -> list[object] | None:
    """What the steps lead to; None where some step has nothing to go on from anywhere."""
    here: list[object] = [value]
    for step in steps:
        onward: list[object] = []
        is_there = False
        for each in here:
            took = _take(each, step)
            is_there = is_there or took is not None
            onward.extend(took or ())
        if not is_there and here:
            return None
        here = onward
    return here


def _take(value: object, step: Step) -> list[object] | None:
    if value is None and isinstance(step, Each):
        return []
    if isinstance(step, Each):
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    if isinstance(step, int):
        is_within = isinstance(value, list) and -len(value) <= step < len(value)
        return [value[step]] if isinstance(value, list) and is_within else None
    return [value[step]] if isinstance(value, dict) and step in value else None
