"""What happened, as one line for who watches at a terminal: the words of ``tocsin watch`` and of the demo."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from tocsin.domain.incident import Incident
from tocsin.domain.terms import Cause, ChangeKind, EndHow, IncidentKind, Level, LineState, Severity, Urgency
from tocsin.words import estimates, faults, line, plain, times, vocabulary
from tocsin.words.values import Values
from tocsin.words.voice import Voice

_Word = TypeVar("_Word", bound=StrEnum)

_UNREACHABLE = "account_unreachable"
_LEVEL_CHANGED = "level_changed"

_PLAIN: Mapping[str, Callable[[Voice], str]] = MappingProxyType(
    {
        ChangeKind.STARTED.value: lambda voice: voice.pgettext("event", "Incident started"),
        ChangeKind.UPDATED.value: lambda voice: voice.pgettext("event", "Incident updated"),
        ChangeKind.MAINTENANCE_ANNOUNCED.value: lambda voice: voice.pgettext("event", "Maintenance announced"),
        ChangeKind.MAINTENANCE_STARTED.value: lambda voice: voice.pgettext("event", "Maintenance started"),
        ChangeKind.MAINTENANCE_OVERRUN.value: lambda voice: voice.pgettext(
            "event", "Maintenance takes longer than planned"
        ),
        _UNREACHABLE: lambda voice: voice.pgettext("event", "Cannot be asked"),
        "account_recovered": lambda voice: voice.pgettext("event", "Answers again"),
    }
)
"""Events that tell nothing but themselves."""

_CHANGED: Mapping[str, Callable[[Voice], str]] = MappingProxyType(
    {
        ChangeKind.WORSENED.value: lambda voice: voice.pgettext("event", "Worse: {was} before, {now} now"),
        ChangeKind.EASED.value: lambda voice: voice.pgettext("event", "Better: {was} before, {now} now"),
        # Translators: {was} and {now} are levels in quotation marks, as in: Changed from “OK” to “Outage”.
        _LEVEL_CHANGED: lambda voice: voice.pgettext("event", "Changed from {was} to {now}"),
    }
)
"""Events that go from one severity or level to another."""


def happened(voice: Voice, event: str, values: Values, incident: Incident | None, now: datetime) -> str:
    """An event in a few words, with what its ``detail`` tells of it. One that is not known here stays as it is."""
    state = _one_of(LineState, values.text("state"))
    if state is not None:
        return voice.captioned(voice.gettext("Your line"), line.state_word(voice, state))
    if event == ChangeKind.ETA_CHANGED:
        return estimates.changed(voice, _moment(values.text("to")), _moment(values.text("from")), now)
    if event == ChangeKind.STARTED and values.is_set("reopened"):
        return voice.pgettext("event", "Incident reopened")
    if event == ChangeKind.MAINTENANCE_ANNOUNCED and incident is not None:
        return _announced(voice, incident, now)
    if event in (ChangeKind.RESOLVED, ChangeKind.VANISHED, ChangeKind.MAINTENANCE_FINISHED):
        return _over(voice, _one_of(EndHow, values.text("how")), incident)
    say = _PLAIN.get(event) or _CHANGED.get(event)
    return say(voice).format(**_compared(voice, event, values)) if say is not None else event


def about(voice: Voice, event: str, values: Values, incident: Incident | None) -> str:
    """What it is about: the incident's title, the line's trouble, or why nobody can be asked; empty where nothing."""
    if values.text("state"):
        return line.cause_sentence(voice, _one_of(Cause, values.text("cause")))
    if event == _UNREACHABLE:
        return faults.reason(voice, values.text("kind"))
    return line.plain_title(voice, incident) if incident is not None else ""


def stated(voice: Voice, what: str, where: str, level: str, about_what: str) -> str:
    """The whole line behind its time: what, where, the level after it, and what it is about."""
    known = _level(level)
    word = vocabulary.level(voice, known) if known is not None else level
    place = plain.clean(where, plain.NAME)
    head = f"{what} - {place} [{word}]" if place else f"{what} [{word}]"
    return voice.captioned(head, about_what) if about_what else head


def urgency(voice: Voice, value: str) -> str:
    """How loudly a notification is told."""
    known = {
        Urgency.LOW: voice.pgettext("urgency", "low"),
        Urgency.NORMAL: voice.pgettext("urgency", "normal"),
        Urgency.CRITICAL: voice.pgettext("urgency", "critical"),
    }
    return next((word for each, word in known.items() if each.value == value), value)


def _compared(voice: Voice, event: str, values: Values) -> dict[str, str]:
    """What it was and what it is: levels as quotations, severities as they stand in a sentence."""
    degree = _quoted_level if event == _LEVEL_CHANGED else _severity
    return {"was": degree(voice, values.text("from")), "now": degree(voice, values.text("to"))}


def _severity(voice: Voice, word: str) -> str:
    known = next((each for each in Severity if each.word == word), None)
    return vocabulary.severity(voice, known) if known is not None else word or "?"


def _quoted_level(voice: Voice, word: str) -> str:
    known = _level(word)
    return voice.quoted(vocabulary.level(voice, known) if known is not None else word or "?")


def _announced(voice: Voice, incident: Incident, now: datetime) -> str:
    start = incident.scheduled_start or incident.started_at
    when = times.span(voice, start, incident.scheduled_end, now)
    return voice.captioned(voice.pgettext("event", "Maintenance announced"), when)


def _over(voice: Voice, how: EndHow | None, incident: Incident | None) -> str:
    is_planned = incident is not None and incident.kind is IncidentKind.MAINTENANCE
    if how is EndHow.CANCELLED and is_planned:
        return voice.pgettext("event", "Maintenance cancelled")
    if how in (None, EndHow.RESOLVED):
        if is_planned:
            return voice.pgettext("event", "Maintenance finished")
        return voice.pgettext("event", "Incident resolved")
    over = voice.pgettext("event", "Maintenance over") if is_planned else voice.pgettext("event", "Incident over")
    return voice.captioned(over, vocabulary.how(voice, how))


def _level(word: str) -> Level | None:
    return next((each for each in Level if each.word == word), None)


def _one_of(kind: type[_Word], text: str) -> _Word | None:
    return next((each for each in kind if each.value == text), None)


def _moment(text: str) -> datetime | None:
    """A time as the events spell it; None for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
