"""A provider's recorded main document, played to it as it is or changed."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from support.drive import drive
from support.plugged import folder, load
from support.recorded import CONTRACT, Contract, contract
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.errors import PollFailed

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
Path = tuple[str | int, ...]


def exemptions(key: str) -> dict[str, str]:
    """The tests that cannot be played to a provider, with the reasons why."""
    file = folder(key) / CONTRACT
    return json.loads(file.read_text()).get("exempt", {}) if file.is_file() else {}


@pytest.fixture
def told(request) -> Contract:
    """Every provider's contract, one after the other."""
    return contract(request.param)


def outcome(told: Contract, main: object, *, matching: bool = False) -> Snapshot | PollFailed:
    """What a poll comes to with this main document. Anything else that is raised fails the test."""
    try:
        return drive(load(told.provider)(), told.with_main(main), told.case.context(matching=matching))
    except PollFailed as failure:
        return failure


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """The path of every value in a JSON document, the document itself left out."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield (*path, key)
        yield from places(each, (*path, key))


def changed(document: Any, path: Path, change: Callable[[Any, str | int], None]) -> Any:
    """A document with the value at a path changed; what is not on the way there is shared with the given one."""
    document = holder = copy.copy(document)
    for key in path[:-1]:
        holder[key] = copy.copy(holder[key])
        holder = holder[key]
    change(holder, path[-1])
    return document


def mapped(value: Any, change: Callable[[str | int | None, Any], Any], key: str | int | None = None) -> Any:
    """A copy of a document in which every value is what ``change(key, value)`` makes of it, leaves first."""
    if isinstance(value, dict):
        value = {name: mapped(each, change, name) for name, each in value.items()}
    elif isinstance(value, list):
        value = [mapped(each, change, key) for each in value]
    return change(key, value)


def times(value: Any, change: Callable[[datetime], str]) -> Any:
    """A copy of a document with its times rewritten."""

    def rewritten(_: object, each: Any) -> Any:
        is_time = isinstance(each, str) and TIME.fullmatch(each)
        return change(datetime.fromisoformat(each)) if is_time else each

    return mapped(value, rewritten)


def items_of(told: Contract, document: Any) -> list[Any]:
    """The list of incidents in a main document."""
    for key in told.items:
        document = document[key]
    return document


def flood(told: Contract, items: list[Any]) -> Iterator[Any]:
    """Ten thousand open incidents.

    Every fifth tells all that the shortest of the case's tells, the others hardly more than that they are as open, as
    bad, and of the same things. Whole ones alone would take twice the time.
    """
    held = {report.id for report in reports_of(told, told.main_body) if not report.phase.is_over}
    told_open = [each for each in items if str(each.get(told.id_key)) in held]
    whole = min(told_open or items[:1], key=lambda each: len(json.dumps(each)))
    meant, brief = essence(told, whole), whole
    for key in whole:
        less = {name: each for name, each in brief.items() if name != key}
        if key != told.id_key and essence(told, less) == meant:
            brief = less
    for number in range(10_000):
        yield {**(brief if number % 5 else whole), told.id_key: f"flood-{number}"}


def essence(told: Contract, item: Any) -> object:
    """What a poll makes of one more incident, without its texts and times; None where it fails, or leaves it out."""
    document = told.main_body
    items_of(told, document).append({**item, told.id_key: "one-more"})
    found = [each for each in reports_of(told, document) if each.id == "one-more"]
    return [(each.kind, each.phase, each.severity, each.affected, each.eta_readable) for each in found] or None


def reports_of(told: Contract, main: object) -> tuple[Report, ...]:
    """The reports that a poll comes to, none where it fails."""
    result = outcome(told, main)
    return result.reports if isinstance(result, Snapshot) else ()
