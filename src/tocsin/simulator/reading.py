"""Reads a scenario file into a ``Script``; of a wrong one it says file, line, key and what would be allowed."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import get_args

import msgspec

from tocsin.errors import ScenarioError
from tocsin.simulator.http1 import Manner
from tocsin.simulator.scene import Status, Where
from tocsin.simulator.script import (
    About,
    Announce,
    ClockTime,
    Day,
    Declare,
    Deed,
    Estimate,
    ProblemEntry,
    Replan,
    Retract,
    Revise,
    Script,
    ServiceEntry,
    clock_times_in,
)
from tocsin.simulator.tmf import PLANNED_END, PLANNED_START

MAX_FILE = 1024 * 1024

Key = tuple[str | int, ...]

_TABLES: dict[str, type[msgspec.Struct]] = {"day": Day, "services": ServiceEntry, "problems": ProblemEntry}
_DEEDS: dict[str, type[msgspec.Struct]] = {str(deed.__struct_config__.tag): deed for deed in get_args(Deed)}
_WORDS: dict[str, type[StrEnum]] = {"status": Status, "manner": Manner, "where": Where}
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_PART = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_NAMED = re.compile(r"^Object (contains unknown|missing required) field `(.*)`$", re.DOTALL)
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]")
_ASSIGNMENT = re.compile(r"^\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[.=]")
_TOML_LINE = re.compile(r"line (\d+)")


def load(path: Path) -> Script:
    """Read a scenario file. Raises ``ScenarioError``."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ScenarioError(path.name, "", f"cannot be read ({error.strerror or error})") from error
    if len(data) > MAX_FILE:
        raise ScenarioError(path.name, "", f"is larger than {MAX_FILE} bytes")
    try:
        return parse(data.decode(), path.name)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError(path.name, "", "is not UTF-8", line=line) from error


def parse(text: str, file: str = "scenario") -> Script:
    """Read the text of a scenario file; ``file`` is what errors call it. Raises ``ScenarioError``."""
    try:
        tree = tomllib.loads(text)
    except ValueError as error:  # tomllib's own is one; a number of 5,000 digits is another
        found = _TOML_LINE.search(str(error))
        line = int(found.group(1)) if found else None
        raise ScenarioError(file, "", f"is no TOML: {error}", line=line) from error
    except RecursionError as error:
        raise ScenarioError(file, "", "is nested too deeply") from error
    complain = _Complaint(file, text)
    for key, string in _strings(tree, ()):
        try:
            clock_times_in(string)
        except ValueError as error:
            raise complain(key, f"holds an impossible clock time ({error})") from error
    try:
        script = msgspec.convert(tree, Script, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise _explained(complain, tree, str(error)) from error
    _Check(script, complain).run()
    return script


class _Complaint:
    """Makes the error for a key, with the line on which it stands."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text

    def __call__(self, key: Key, problem: str, allowed: Sequence[str] = ()) -> ScenarioError:
        return ScenarioError(self._file, _spelled(key), problem, line=_line_of(self._text, key), allowed=tuple(allowed))


class _Check:
    """What a type cannot say: ids that exist once and somewhere, and steps that follow from each other."""

    def __init__(self, script: Script, complain: _Complaint) -> None:
        self._script = script
        self._complain = complain
        self._listed: set[str] = set()
        self._planned: set[str] = set()

    def run(self) -> None:
        """Raise ``ScenarioError`` for the first thing that is wrong."""
        self._ids("services", [entry.id for entry in self._script.services])
        self._ids("problems", [entry.id for entry in self._script.problems])
        known = [entry.id for entry in self._script.services]
        for index, entry in enumerate(self._script.problems):
            self._known_services(("problems", index), entry.services, known)
            self._characteristics(("problems", index), entry.characteristics)
        tickets = [ticket for entry in self._script.problems for ticket in entry.tickets]
        doubles = sorted({ticket for ticket in tickets if tickets.count(ticket) > 1})
        if doubles:
            raise self._complain(("problems",), f"the ticket {doubles[0]!r} stands there twice")
        self._order()
        for index, step in enumerate(self._script.steps):
            self._step(("steps", index), step, known)

    def _ids(self, table: str, ids: list[str]) -> None:
        for index, entry_id in enumerate(ids):
            if entry_id in ids[:index]:
                raise self._complain((table, index, "id"), f"{entry_id!r} stands there twice")

    def _known_services(self, key: Key, services: Sequence[str], known: Sequence[str]) -> None:
        for service in services:
            if service not in known:
                raise self._complain((*key, "services"), f"{service!r} is none of the [[services]]", known)

    def _characteristics(self, key: Key, names: object) -> None:
        for name in (PLANNED_START, PLANNED_END):
            if isinstance(names, dict) and name in names:
                problem = f"{name} is written by the step `announce`, from its start and end"
                raise self._complain((*key, "characteristics"), problem)

    def _order(self) -> None:
        for index, (before, step) in enumerate(zip(self._script.steps, self._script.steps[1:], strict=False), 1):
            if step.at.offset < before.at.offset:
                raise self._complain(("steps", index, "at"), f"{step.at} comes after {before.at}, but is earlier")

    def _step(self, key: Key, step: Deed, services: Sequence[str]) -> None:
        if not isinstance(step, About):
            return
        if step.problem not in [entry.id for entry in self._script.problems]:
            ids = [entry.id for entry in self._script.problems]
            raise self._complain((*key, "problem"), f"{step.problem!r} is none of the [[problems]]", ids)
        self._listing(key, step)
        entry = self._script.problem(step.problem)
        match step:
            case Announce() | Replan() if step.end is not None and step.end.offset <= step.start.offset:
                raise self._complain((*key, "end"), f"{step.end} is not after the start ({step.start})")
            case Replan() if step.problem not in self._planned:
                raise self._complain((*key, "problem"), f"{step.problem!r} was not announced as planned work")
            case Declare(estimate=ClockTime()) | Estimate() | Retract() if not entry.tickets:
                problem = f"an estimate stands in a ticket, and the problem {entry.id!r} has no `tickets`"
                raise self._complain((*key, "estimate"), problem)
            case Estimate() | Retract() if step.ticket is not None and step.ticket not in entry.tickets:
                raise self._complain((*key, "ticket"), f"{step.ticket!r} is no ticket of {entry.id!r}", entry.tickets)
            case Declare(began=ClockTime()) if step.began is not None and step.began.offset > step.at.offset:
                raise self._complain((*key, "began"), f"{step.began} is after the declaration ({step.at})")
            case Revise():
                self._known_services(key, step.services or (), services)
                self._characteristics(key, step.characteristics)

    def _listing(self, key: Key, step: About) -> None:
        listed = step.problem in self._listed
        match step:
            case Declare() | Announce() if listed:
                raise self._complain((*key, "problem"), f"{step.problem!r} is declared already; `drop` it first")
            case Declare() | Announce():
                self._listed.add(step.problem)
                self._planned.discard(step.problem)
                self._planned |= {step.problem} if isinstance(step, Announce) else set()
            case _ if not listed:
                raise self._complain((*key, "problem"), f"{step.problem!r} is not declared at {step.at}")
            case _ if step.__struct_config__.tag == "drop":
                self._listed.discard(step.problem)


def _decode(kind: type, value: object) -> object:
    if kind is ClockTime:
        return ClockTime(value)
    raise NotImplementedError  # how msgspec wants to be told that a type is not ours


def _explained(complain: _Complaint, tree: dict[str, object], message: str) -> ScenarioError:
    """The message of msgspec in a scenario writer's words, with what would be allowed."""
    match = _AT.match(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    key: Key = tuple(name or int(index) for name, index in _PART.findall(path.replace("[...]", "")))
    named = _NAMED.match(what)
    if named is not None:
        field = named.group(2)
        if named.group(1) == "contains unknown":
            return complain((*key, field), "is not known here", _fields(tree, key))
        return complain(key, f"needs the key {field!r}", tuple(_DEEDS) if field == "do" else ())
    name = str(key[-1]) if key else ""
    if what.startswith("Invalid value") and name == "do":
        return complain(key, what.removeprefix("Invalid value ") + " is no deed", tuple(_DEEDS))
    if what.startswith("Invalid enum value") and name in _WORDS:
        return complain(key, what.removeprefix("Invalid enum value ") + " is not known", tuple(_WORDS[name]))
    return complain(key, what[:1].lower() + what[1:])


def _fields(tree: dict[str, object], key: Key) -> tuple[str, ...]:
    """The keys that a table may have."""
    match key:
        case ():
            return Script.__struct_fields__
        case ("steps", int(index)):
            steps = tree["steps"]
            entry = steps[index] if isinstance(steps, list) else {}
            return ("do", *_DEEDS[entry["do"]].__struct_fields__)
        case (str(table), *_) if table in _TABLES:
            return _TABLES[table].__struct_fields__
        case _:
            return ()


def _strings(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    match value:
        case str():
            yield key, value
        case dict():
            for name, inner in value.items():
                yield from _strings(inner, (*key, name))
        case list():
            for index, inner in enumerate(value):
                yield from _strings(inner, (*key, index))


def _spelled(key: Key) -> str:
    """A key as a writer of the file finds it: entries count from 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")


def _line_of(text: str, key: Key) -> int | None:
    """The line on which a key stands, or the table that should have it; None where it is not to be found.

    tomllib keeps no positions. This looks at headers and keys at the beginning of lines, outside of multi-line
    strings, which is how such files are written.
    """
    if not key:
        return None
    table, entry = str(key[0]), key[1] if len(key) > 1 and isinstance(key[1], int) else None
    names = [part for part in key[1:] if isinstance(part, str)]
    count, inside, found, quoted = -1, False, None, False
    for number, line in enumerate(text.splitlines(), 1):
        was_quoted, quoted = quoted, quoted ^ bool((line.count('"""') + line.count("'''")) % 2)
        if was_quoted:
            continue
        header, assignment = _HEADER.match(line), _ASSIGNMENT.match(line)
        if header is not None:
            count += header[1] == "[[" and header[2] == table
            inside = header[2] == table and (entry is None or count == entry)
            found = number if inside and found is None else found
        elif assignment is not None:
            if inside and names and assignment[1] == names[0]:
                return number
            if found is None and assignment[1] == table:
                found = number
    return found
