"""A profile of the generic JSON provider: which path has what, and what the words there mean.

It stands in the account's ``options``. A map names our words and theirs: ``"resolved: closed, done; identified: wip"``,
with ``*`` for whatever else. What a map does not name is looked up among the words that most use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from tocsin.domain.terms import FailureKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import FieldType, ProviderField
from tocsin.providers import text, times
from tocsin.providers.json_paths import Path, PathError, parse

E = TypeVar("E", bound=Enum)

_PATHS = {
    "list": "Where the incidents are, as data.faults[*]",
    "planned": "Where planned work is, if in a list of its own",
    "id": "An incident's id; id if not set",
    "title": "Its title; title|name|summary if not set",
    "status": "The word for how it stands",
    "severity": "The word for how bad it is",
    "kind": "The word that tells planned work from the rest",
    "start": "When it began",
    "eta": "When its end is expected",
    "end": "When it ended",
    "planned_start": "When planned work begins",
    "planned_end": "When planned work ends",
    "affected": "The ids of what it hits",
    "url": "Its page",
    "advice": "What customers are told to do",
    "text": "Its newest message",
    "updated": "When it last changed",
    "updates": "Its messages, as updates[*]",
    "update_text": "A message's text; text|body|message if not set",
    "update_at": "A message's time; at|date|created_at if not set",
    "components": "Where the things are that have states of their own",
    "component_id": "A thing's id; id if not set",
    "component_name": "A thing's name; name if not set",
    "component_state": "A thing's state; status|state if not set",
    "component_group": "The id of the group that holds it",
    "state": "The one word for all of it",
    "page_name": "Whose page it is",
}
_MAPS = {
    "status_map": "What status words mean, as resolved: closed, done; identified: wip",
    "severity_map": "What severity words mean, as critical: P1; minor: P3; major: *",
    "kind_map": "What kind words mean, as maintenance: works; incident: *",
    "state_map": "What state words mean, as ok: green; degraded: amber; outage: red",
}
_DEFAULTS = {
    "id": "id",
    "title": "title|name|summary",
    "update_text": "text|body|message",
    "update_at": "at|date|created_at",
    "component_id": "id",
    "component_name": "name",
    "component_state": "status|state",
}
_ZONE = "time_zone"
FIELDS = (
    *(ProviderField(name, FieldType.TEXT, required=False, help=told) for name, told in (_PATHS | _MAPS).items()),
    ProviderField(_ZONE, FieldType.TEXT, required=False, help="The zone of times without one, as Europe/Amsterdam"),
)
_SOURCES = ("list", "planned", "components", "state")
_REST = "*"
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
    """A profile that was found right."""

    paths: Mapping[str, Path]
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


def read(options: Mapping[str, str]) -> Profile:
    """Read a profile. Raises ``PollFailed`` (unsupported) that names the option and what may stand there."""
    known = (*_PATHS, *_MAPS, _ZONE)
    for name in options:
        if name not in known:
            raise _wrong(name, f"is not known; allowed: {', '.join(known)}")
    if not any(options.get(name) for name in _SOURCES):
        raise _wrong("list", f"is missing: one of {', '.join(_SOURCES)} must say where to look")
    written = _DEFAULTS | {name: options[name] for name in _PATHS if options.get(name)}
    zone = times.zone(options.get(_ZONE))
    if options.get(_ZONE) and zone is None:
        raise _wrong(_ZONE, "is not the name of a time zone, as Europe/Amsterdam")
    return Profile(
        paths=MappingProxyType({name: _path(name, path) for name, path in written.items()}),
        phases=_words("status_map", options, _PHASES, {each.value: each for each in Phase}),
        severities=_words("severity_map", options, _SEVERITIES, {each.word: each for each in Severity}),
        kinds=_words("kind_map", options, _KINDS, {each.value: each for each in Kind}),
        levels=_words("state_map", options, _LEVELS, {each.word: each for each in Level}),
        zone=zone,
    )


def _path(name: str, written: str) -> Path:
    try:
        return parse(written)
    except PathError as error:
        raise _wrong(name, f"{error} (a path is like data.faults[*].id)") from error


def _words(name: str, options: Mapping[str, str], usual: Mapping[E, str], ours: Mapping[str, E]) -> Mapping[str, E]:
    """The usual words and those of a map, which come first."""
    found = {word: meant for meant, words in usual.items() for word in words.split()}
    for part in filter(None, (each.strip() for each in options.get(name, "").split(";"))):
        own, colon, theirs = part.partition(":")
        meant = ours.get(own.strip().lower())
        if not colon or meant is None:
            raise _wrong(name, f"{part[:40]!r} does not begin with one of {', '.join(ours)} and a colon")
        for word in filter(None, (each.strip() for each in theirs.split(","))):
            folded = text.folded(word)
            if not folded and word != _REST:
                raise _wrong(name, f"{word[:40]!r} is no word")
            found[folded or _REST] = meant
    return MappingProxyType(found)


def _wrong(name: str, problem: str) -> PollFailed:
    return PollFailed(FailureKind.UNSUPPORTED, f"options.{name} {problem}"[:300])
