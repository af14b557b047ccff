"""What the provider says, as half a sentence beside what the line shows."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.terms import Level
from tocsin.words import times
from tocsin.words.voice import Voice


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of a connection. ``provider`` is a name that can be shown, ``count`` how many it names.

    ``level`` is that of its word. ``since`` is when it dates the start, ``eta`` when it expects the end; of planned
    work these are its window. ``overrun`` is true for planned work that is over its end. ``failing_since`` is since
    when it does not answer, ``heard`` when it last did, ``is_unlisted`` whether it no longer lists the connection.
    ``is_possible`` is true where it reports something without saying whom it hits.
    """

    provider: str
    count: int = 1
    level: Level = Level.OK
    since: datetime | None = None
    eta: datetime | None = None
    overrun: bool = False
    failing_since: datetime | None = None
    heard: datetime | None = None
    is_unlisted: bool = False
    is_possible: bool = False


def nothing_yet(voice: Voice, report: Report, since: datetime | None, now: datetime) -> str:
    """It has not declared anything that would explain the line; where it was last asked before ``since``, by then."""
    if report.heard is not None and since is not None and report.heard < since:
        template = voice.gettext("{provider} had reported nothing by {time}")
        return template.format(provider=report.provider, time=_clock(voice, report.heard, now))
    if report.is_possible:
        return voice.gettext("{provider} reports an outage that may be yours").format(provider=report.provider)
    if report.level is Level.NOTICE:
        return voice.gettext("{provider} has a notice, but reports no outage").format(provider=report.provider)
    template = voice.ngettext("{provider} reports nothing yet", "{provider} report nothing yet", report.count)
    return template.format(provider=report.provider)


def no_outage(voice: Voice, report: Report) -> str:
    """It says that all is well."""
    template = voice.ngettext("{provider} reports no outage", "{provider} report no outage", report.count)
    return template.format(provider=report.provider)


def notice(voice: Voice, report: Report) -> str:
    """It has something to say that is no disturbance."""
    return voice.gettext("{provider} has a notice").format(provider=report.provider)


def trouble(voice: Voice, report: Report, now: datetime) -> str:
    """It reports a disturbance: "Planet Fibre reports an outage since 17:50, expected 20:30"."""
    if report.overrun:
        said = voice.gettext("the maintenance of {provider} takes longer than planned")
        return said.format(provider=report.provider)
    outage = report.level >= Level.OUTAGE
    if report.since is None:
        template = (
            voice.gettext("{provider} reports an outage") if outage else voice.gettext("{provider} reports problems")
        )
    elif outage:
        template = voice.gettext("{provider} reports an outage since {time}")
    else:
        template = voice.gettext("{provider} reports problems since {time}")
    said = template.format(provider=report.provider, time=_clock(voice, report.since, now))
    if report.eta is None:
        return said
    if report.eta <= now:
        template = voice.gettext("{report}, its estimate of {time} has passed")
    else:
        # Translators: as in "Planet Fibre reports an outage since 17:50, expected 20:30": when it should be over.
        template = voice.gettext("{report}, expected {time}")
    return template.format(report=said, time=_clock(voice, report.eta, now))


def work(voice: Voice, report: Report, now: datetime) -> str:
    """It is at work as planned: "Planet Fibre is doing maintenance until 05:00"."""
    if report.eta is not None and report.eta > now:
        template = voice.gettext("{provider} is doing maintenance until {time}")
        return template.format(provider=report.provider, time=_clock(voice, report.eta, now))
    if report.since is not None:
        template = voice.gettext("{provider} is doing maintenance since {time}")
        return template.format(provider=report.provider, time=_clock(voice, report.since, now))
    return voice.gettext("{provider} is doing maintenance").format(provider=report.provider)


def silence(voice: Voice, report: Report, now: datetime) -> str:
    """What it says is not known, and why: "we could not ask Planet Fibre since 18:20"."""
    if report.is_unlisted:
        return voice.gettext("{provider} no longer lists it").format(provider=report.provider)
    if report.failing_since is not None:
        template = voice.gettext("we could not ask {provider} since {time}")
        return template.format(provider=report.provider, time=_clock(voice, report.failing_since, now))
    if report.heard is not None:
        template = voice.gettext("nothing was heard from {provider} since {time}")
        return template.format(provider=report.provider, time=_clock(voice, report.heard, now))
    return voice.gettext("what {provider} says is not known").format(provider=report.provider)


def _clock(voice: Voice, at: datetime | None, now: datetime) -> str:
    return "" if at is None else times.clock(voice, at, now)
