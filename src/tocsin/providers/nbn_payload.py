"""What NBN Co's document of a location says, in our words: those that were seen, for nothing documents them."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers import payload, text, times
from tocsin.providers.payload import Scalar

_PHASES = {
    "inprogress": Phase.IDENTIFIED,
    "nearterm": Phase.SCHEDULED,
    "notactive": Phase.SCHEDULED,
    "scheduled": Phase.SCHEDULED,
    "completed": Phase.RESOLVED,
    "complete": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
    "closed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_NOTHING = frozenset({"undefined", "none", ""})
_NULL = Raw(b"null")


class Outage(Struct, frozen=True, rename="camel"):
    """Something unplanned that is in force."""

    status: Scalar = None
    network_degradation: Scalar = None
    unplanned_power_outage: Scalar = None


class Window(Struct, frozen=True, rename="camel"):
    """A planned window; its times have no offset."""

    state: Scalar = None
    maintenance_start_time: Scalar = None
    maintenance_end_time: Scalar = None


class Document(Struct, frozen=True, rename="camel"):
    """The document of a location. The word for it all is what it is known by."""

    display_outage: Scalar
    planned_outages: Raw = _NULL
    unplanned_outages: Raw = _NULL
    time_zone_id: Scalar = None


@dataclass(frozen=True, slots=True)
class Place:
    """A location's document, read: the word for it all, what is in force, and the planned windows by their names."""

    word: Scalar
    outages: list[Outage]
    windows: dict[str, Window]
    zone: tzinfo | None


def place(stated: Document, where: str) -> Place:
    """A location's document with its lists. Raises ``PollFailed`` (malformed) for what is no outage and no window."""
    try:
        in_force = _members(stated.unplanned_outages).get("current", _NULL)
        return Place(
            word=stated.display_outage,
            outages=payload.read_all(in_force, Outage),
            windows={name: payload.read(each, Window) for name, each in _members(stated.planned_outages).items()},
            zone=times.zone(stated.time_zone_id),
        )
    except payload.UnreadableError as error:
        raise PollFailed(FailureKind.MALFORMED, f"{where}: an outage {error}") from error


def _members(raw: Raw) -> dict[str, Raw]:
    """What an object holds, without what is null. Raises ``UnreadableError`` where it is none."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, Raw] | None) or {}
    except msgspec.ValidationError as error:
        raise payload.UnreadableError("not an object") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise payload.BrokenError("not JSON") from error
    return {name: each for name, each in found.items() if bytes(each) != bytes(_NULL)}


def level(stated: Place) -> tuple[Level, bool]:
    """The level of the word for it all, and whether it is known."""
    word = text.folded(stated.word)
    if not word:
        return Level.UNKNOWN, False
    if word == "nooutage":
        return Level.OK, True
    if word.startswith("planned"):
        in_force = word.endswith("inprogress")
        return (Level.MAINTENANCE if in_force else Level.OK), in_force or word.endswith(("nearterm", "notactive"))
    if word.startswith("degradation"):
        return Level.DEGRADED, True
    is_unplanned = word.startswith("unplanned")
    return (Level.OUTAGE if is_unplanned else Level.DEGRADED), is_unplanned


def unplanned(location: str, stated: Place) -> Report | None:
    """What is in force at a location without having been planned, by its list or by its word alone."""
    word = text.folded(stated.word)
    outages = stated.outages
    in_force = [each for each in outages if not _PHASES.get(text.folded(each.status), Phase.IDENTIFIED).is_over]
    is_stated = word.startswith(("unplanned", "degradation"))
    if not outages and not is_stated:
        return None
    is_mild = all(each.network_degradation is True for each in in_force) if in_force else word.startswith("degradation")
    has_power = word.startswith("unplannedpower") or any(each.unplanned_power_outage is True for each in in_force)
    title = "Network degradation" if is_mild else "Power outage" if has_power else "Unplanned outage"
    raw = text.word((in_force or outages)[0].status) if outages else ""
    return Report(
        id=f"{location}:unplanned",
        title=title,
        kind=IncidentKind.INCIDENT,
        severity=Severity.MINOR if is_mild else Severity.CRITICAL,
        phase=Phase.IDENTIFIED if in_force or is_stated else Phase.RESOLVED,
        raw_severity=text.word(stated.word),
        raw_phase=raw,
        affected=(location,),
    )


def planned(location: str, stated: Place, now: datetime) -> list[Report]:
    """The planned windows of a location, each under its own name in the document."""
    found = []
    for name, window in stated.windows.items():
        start = times.moment(window.maintenance_start_time, stated.zone)
        end = times.moment(window.maintenance_end_time, stated.zone)
        word = text.folded(window.state)
        if word in _NOTHING and start is None:
            continue
        phase = _PHASES.get(word)
        if phase is None or (phase is Phase.SCHEDULED and start is not None):
            is_past = end is not None and end <= now and (word in _NOTHING or phase is Phase.SCHEDULED)
            is_ahead = start is not None and start > now
            phase = Phase.RESOLVED if is_past else Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED
        found.append(
            Report(
                id=f"{location}:planned:{text.line(name, 40)}",
                title="Planned maintenance",
                kind=IncidentKind.MAINTENANCE,
                severity=Severity.MAJOR,
                phase=phase,
                raw_phase=text.word(window.state),
                started_at=start,
                resolved_at=end if phase.is_over and end is not None and end <= now else None,
                eta=end,
                scheduled_start=start,
                scheduled_end=end,
                affected=(location,),
            )
        )
    return found
