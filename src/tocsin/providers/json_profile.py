"""A profile of the generic JSON provider: which path has what, and what the words there mean.

It stands in the account's ``options``. A map names our words and theirs: ``"resolved: closed, done; identified: wip"``,
with ``*`` for whatever else. What a map does not name is looked up among the words that most use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from tocsin.domain.options import OptionFault, OptionMistake
from tocsin.domain.terms import FailureKind, Level, Obstacle, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import FieldType, ProviderField
from tocsin.providers import text, times
from tocsin.providers.json_paths import Path, PathError, parse

E = TypeVar("E", bound=Enum)

_WHERE, _INCIDENT, _TIMES, _WORDS, _THINGS = "where", "incident", "times", "words", "things"
_PATHS: Mapping[str, Mapping[str, str]] = {
    _WHERE: {
        "list": "Where the incidents are, as data.faults[*]",
        "planned": "Where planned work is, if in a list of its own",
        "state": "The one word for all of it",
        "page_name": "Whose page it is",
    },
    _INCIDENT: {
        "id": "An incident's id",
        "title": "Its title",
        "status": "The word for how it stands",
        "severity": "The word for how bad it is",
        "kind": "The word that tells planned work from the rest",
        "affected": "The ids of what it hits",
        "text": "Its newest message",
        "updates": "Its messages, as updates[*]",
        "update_text": "A message's text",
        "advice": "What customers are told to do",
        "url": "Its page",
    },
    _TIMES: {
        "start": "When it began",
        "eta": "When its end is expected",
        "end": "When it ended",
        "planned_start": "When planned work begins",
        "planned_end": "When planned work ends",
        "updated": "When it last changed",
        "update_at": "A message's time",
    },
    _THINGS: {
        "components": "Where the things are that have states of their own",
        "component_id": "A thing's id",
        "component_name": "A thing's name",
        "component_state": "A thing's state",
        "component_group": "The id of the group that holds it",
    },
}
_MAPS = {
    "status_map": "What status words mean, as resolved: closed, done; identified: wip",
    "severity_map": "What severity words mean, as critical: P1; minor: P3; major: *",
    "kind_map": "What kind words mean, as maintenance: works; incident: *",
    "state_map": "What state words mean, as ok: green; degraded: amber; outage: red",
}
_USUAL = {
    "id": "id",
    "title": "title|name|summary",
    "status": "status|state",
    "severity": "severity|impact",
    "text": "text|message|description",
    "update_text": "text|body|message",
    "url": "url|link",
    "start": "start|started_at|created_at",
    "eta": "eta|expected_end|estimated_end",
    "end": "ended_at|resolved_at|closed_at",
    "planned_start": "planned_start|scheduled_for",
    "planned_end": "planned_end|scheduled_until",
    "updated": "updated|updated_at",
    "update_at": "at|date|created_at",
    "component_id": "id",
    "component_name": "name",
    "component_state": "status|state",
}
BEGUN = parse("start|started_at")
"""Of the usual names of a start those that planned work has too: it is created when it is announced."""

_ZONE = "time_zone"


def _field(name: str, told: str, group: str) -> ProviderField:
    usual = _USUAL.get(name, "")
    told = f"{told}; {usual} if not set" if usual else told
    return ProviderField(name, FieldType.TEXT, required=False, help=told, group=group, usual=usual)


FIELDS = (
    *(_field(name, told, group) for group, paths in _PATHS.items() for name, told in paths.items()),
    _field(_ZONE, "The zone of times without one, as Europe/Amsterdam", _TIMES),
    *(_field(name, told, _WORDS) for name, told in _MAPS.items()),
)
_SOURCES = ("list", "planned", "components", "state")
_ALL_PATHS = tuple(name for paths in _PATHS.values() for name in paths)
_KNOWN = (*_ALL_PATHS, *_MAPS, _ZONE)
_REST, _WHOLE = "*", "@"
_SHOWN = 40
_LIKE = " (a path is like data.faults[*].id)"
_PHASES = {
    Phase.SCHEDULED: "scheduled planned upcoming announced",
    Phase.INVESTIGATING: "investigating open new active ongoing reported acknowledged",
    Phase.IDENTIFIED: "identified inprogress underway started",
    Phase.MONITORING: "monitoring watching verifying",
    Phase.RESOLVED: "resolved completed closed fixed restored done finished",
    Phase.CANCELLED: "cancelled canceled rejected",
}
_SEVERITIES = {
    Severity.NOTICE: "notice info information none",
    Severity.MINOR: "minor low warning degraded partial",
    Severity.MAJOR: "major high error",
    Severity.CRITICAL: "critical outage down",
}
_LEVELS = {
    Level.OK: "ok operational up online available healthy normal green",
    Level.NOTICE: "notice",
    Level.MAINTENANCE: "maintenance undermaintenance",
    Level.UNKNOWN: "unknown",
    Level.DEGRADED: "degraded degradedperformance partialoutage partial yellow amber orange",
    Level.OUTAGE: "outage majoroutage down offline unavailable red",
}


class Kind(Enum):
    """What the words of ``kind_map`` can mean."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


_KINDS = {
    Kind.INCIDENT: "incident outage fault unplanned",
    Kind.MAINTENANCE: "maintenance planned scheduled plannedwork scheduledmaintenance plannedmaintenance",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that was found right. ``guessed`` are the paths that nobody wrote: the usual ones stand for them."""

    paths: Mapping[str, Path]
    guessed: frozenset[str]
    phases: Mapping[str, Phase]
    severities: Mapping[str, Severity]
    kinds: Mapping[str, Kind]
    levels: Mapping[str, Level]
    zone: tzinfo | None

    def first(self, name: str, value: object) -> object:
        """What the path of this name leads to; None where it is not set."""
        path = self.paths.get(name)
        return None if path is None else path.first(value)

    def all(self, name: str, value: object) -> list[object]:
        """All that the path of this name leads to."""
        path = self.paths.get(name)
        return [] if path is None else path.all(value) or []


def meaning(words: Mapping[str, E], word: str) -> E | None:
    """What a word means, None for one that no map names."""
    return words.get(text.folded(word), words.get(_REST))


_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "status_map": tuple(each.value for each in Phase),
    "severity_map": tuple(each.word for each in Severity),
    "kind_map": tuple(each.value for each in Kind),
    "state_map": tuple(each.word for each in Level),
}
"""Our words of each map."""


def read(options: Mapping[str, str]) -> Profile:
    """Read a profile. Raises ``PollFailed`` (unsupported) that names the option and what may stand there."""
    for mistake in mistakes(options):
        raise _failure(mistake)
    written = _USUAL | {name: options[name] for name in _ALL_PATHS if options.get(name)}
    return Profile(
        paths=MappingProxyType({name: parse(path) for name, path in written.items()}),
        guessed=frozenset(name for name in _USUAL if not options.get(name)),
        phases=_words("status_map", options, _PHASES, {each.value: each for each in Phase}),
        severities=_words("severity_map", options, _SEVERITIES, {each.word: each for each in Severity}),
        kinds=_words("kind_map", options, _KINDS, {each.value: each for each in Kind}),
        levels=_words("state_map", options, _LEVELS, {each.word: each for each in Level}),
        zone=times.zone(options.get(_ZONE)),
    )


def mistakes(options: Mapping[str, str]) -> Iterator[OptionMistake]:
    """Everything that is wrong with a profile."""
    for name in options:
        if name not in _KNOWN:
            yield OptionMistake(name, OptionFault.UNKNOWN, allowed=_KNOWN)
    if not any(options.get(name) for name in _SOURCES):
        yield OptionMistake(_SOURCES[0], OptionFault.NOWHERE, allowed=_SOURCES)
    if options.get(_ZONE) and times.zone(options[_ZONE]) is None:
        yield OptionMistake(_ZONE, OptionFault.ZONE)
    for name in _ALL_PATHS:
        try:
            parse(options.get(name) or _WHOLE)
        except PathError as error:
            yield OptionMistake(name, error.fault, error.part)
    for name, ours in _MEANINGS.items():
        for part in _parts(options.get(name, ""), ";"):
            yield from _wrong_part(name, part, ours)


def _wrong_part(name: str, part: str, ours: tuple[str, ...]) -> Iterator[OptionMistake]:
    """What is wrong with one meaning of a map, such as ``resolved: closed, done``."""
    own, colon, theirs = part.partition(":")
    if not colon or own.strip().lower() not in ours:
        yield OptionMistake(name, OptionFault.MEANING, part[:_SHOWN], ours)
        return
    for word in _parts(theirs, ","):
        if word != _REST and not text.folded(word):
            yield OptionMistake(name, OptionFault.WORD, word[:_SHOWN])


def _words(name: str, options: Mapping[str, str], usual: Mapping[E, str], ours: Mapping[str, E]) -> Mapping[str, E]:
    """The usual words and those of a map, which come first."""
    found = {word: meant for meant, words in usual.items() for word in words.split()}
    for part in _parts(options.get(name, ""), ";"):
        own, _, theirs = part.partition(":")
        found |= {text.folded(word) or _REST: ours[own.strip().lower()] for word in _parts(theirs, ",")}
    return MappingProxyType(found)


def _parts(written: str, mark: str) -> list[str]:
    return [part for each in written.split(mark) if (part := each.strip())]


def _failure(mistake: OptionMistake) -> PollFailed:
    name, part = mistake.name, mistake.part
    problem = {
        OptionFault.UNKNOWN: f"is not known; allowed: {', '.join(mistake.allowed)}",
        OptionFault.NOWHERE: f"is missing: one of {', '.join(mistake.allowed)} must say where to look",
        OptionFault.PATH: f"is no path from {part!r} on{_LIKE}",
        OptionFault.PATH_EMPTY: f"is empty{_LIKE}",
        OptionFault.PATH_LONG: f"is longer than a path may be{_LIKE}",
        OptionFault.MEANING: f"{part!r} does not begin with one of {', '.join(mistake.allowed)} and a colon",
        OptionFault.WORD: f"{part!r} is no word",
        OptionFault.ZONE: "is not the name of a time zone, as Europe/Amsterdam",
    }[mistake.fault]
    told = f"options.{name} {problem}"[:300]
    return PollFailed(FailureKind.UNSUPPORTED, told, obstacle=Obstacle.OPTION, place=name)
