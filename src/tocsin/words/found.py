"""What a trial found, told by the names of the fields that say where to look: so one sees which path leads where."""

from collections.abc import Iterator
from datetime import datetime

from tocsin.domain.snapshot import Component, Report
from tocsin.domain.terms import IncidentKind
from tocsin.domain.trial import TrialView
from tocsin.words import plain, profile, times, vocabulary
from tocsin.words.voice import Voice

_MOST_THINGS = 8
_LONGEST = 80


def counted(voice: Voice, view: TrialView) -> str:
    """How much was found: "2 incidents, 14 components."."""
    incidents = voice.ngettext("{n} incident", "{n} incidents", view.report_count).format(n=view.report_count)
    count = sum(not each.is_group for each in view.components)
    if not count:
        return voice.gettext("Listed: {incidents}.").format(incidents=incidents)
    things = voice.ngettext("{n} component", "{n} components", count).format(n=count)
    return voice.gettext("Listed: {incidents}, {things}.").format(incidents=incidents, things=things)


def told(voice: Voice, view: TrialView, now: datetime) -> str:
    """All of it, a line for each: the first incident in full, then the things."""
    return "\n".join(_lines(voice, view, now))


def _lines(voice: Voice, view: TrialView, now: datetime) -> Iterator[str]:
    yield counted(voice, view)
    if view.reports:
        yield voice.gettext("The first incident:")
        for field, value in _incident(voice, view.reports[0], now):
            yield voice.captioned(profile.name(voice, field), value or voice.gettext("nothing found"))
    else:
        yield voice.gettext("With no incident in the list, the paths within one could not be tried yet.")
    things = [each for each in view.components if not each.is_group]
    if things:
        yield voice.gettext("The components:")
    for thing in things[:_MOST_THINGS]:
        yield voice.captioned(plain.clean(thing.name, plain.NAME), _state(voice, thing))
    if len(things) > _MOST_THINGS:
        rest = len(things) - _MOST_THINGS
        yield voice.ngettext("and {n} more", "and {n} more", rest).format(n=rest)
    if any(thing.raw and not thing.known for thing in things):
        yield voice.gettext("Say under “{group}” what a word means that is not known.").format(
            group=profile.group(voice, "words")
        )


def _incident(voice: Voice, report: Report, now: datetime) -> Iterator[tuple[str, str]]:
    """Field by field what was found of an incident; empty for nothing."""
    yield "id", plain.clean(report.id, plain.NAME)
    yield "title", "" if report.title == report.id else plain.clean(report.title, plain.TITLE)
    yield "kind", vocabulary.incident_kind(voice, report.kind)
    yield "status", _meant(voice, report.raw_phase, vocabulary.phase(voice, report.phase))
    yield "severity", _meant(voice, report.raw_severity, vocabulary.severity(voice, report.severity))
    yield "affected", ", ".join(plain.clean(each, plain.NAME) for each in report.affected[:_MOST_THINGS])
    is_planned = report.kind is IncidentKind.MAINTENANCE
    stated = {"start": report.started_at, "eta": report.eta}
    if is_planned:
        stated = {"planned_start": report.scheduled_start, "planned_end": report.scheduled_end}
    if report.resolved_at is not None:
        stated["end"] = report.resolved_at
    for field, at in stated.items():
        yield field, "" if at is None else times.clock(voice, at, now)
    yield "text", plain.clean(report.updates[-1].text, _LONGEST) if report.updates else ""


def _meant(voice: Voice, raw: str, meaning: str) -> str:
    """A word of the provider's and what it is taken for."""
    said = voice.quoted(raw, _LONGEST)
    return voice.gettext("{word}, taken for: {meaning}").format(word=said, meaning=meaning) if said else ""


def _state(voice: Voice, thing: Component) -> str:
    level = vocabulary.level(voice, thing.level)
    if thing.known or not thing.raw:
        return _meant(voice, thing.raw, level) or voice.gettext("nothing found")
    return voice.gettext("{word} is not known, taken for: {meaning}").format(
        word=voice.quoted(thing.raw, _LONGEST), meaning=level
    )
