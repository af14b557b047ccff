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
        template = voice.ngettext(
            "{provider} had reported nothing by {time}", "{provider} had reported nothing by {time}", report.count
        )
        return template.format(provider=report.provider, time=_clock(voice, report.heard, now))
    if report.is_possible:
        template = voice.ngettext(
            "{provider} reports an outage that may be yours",
            "{provider} report an outage that may be yours",
            report.count,
        )
    elif report.level is Level.NOTICE:
        template = voice.ngettext(
            "{provider} has a notice, but reports no outage",
            "{provider} have a notice, but report no outage",
            report.count,
        )
    else:
        template = voice.ngettext("{provider} reports nothing yet", "{provider} report nothing yet", report.count)
    return template.format(provider=report.provider)


def no_outage(voice: Voice, report: Report) -> str:
    """It says that all is well."""
    template = voice.ngettext("{provider} reports no outage", "{provider} report no outage", report.count)
    return template.format(provider=report.provider)


def notice(voice: Voice, report: Report) -> str:
    """It has something to say that is no disturbance."""
    template = voice.ngettext("{provider} has a notice", "{provider} have a notice", report.count)
    return template.format(provider=report.provider)


def trouble(voice: Voice, report: Report, now: datetime) -> str:
    """It reports a disturbance: "Planet Fibre reports an outage since 17:50, expected 20:30"."""
    if report.overrun:
        said = voice.gettext("the maintenance of {provider} takes longer than planned")
        return said.format(provider=report.provider)
    template = _outage(voice, report) if report.level >= Level.OUTAGE else _problems(voice, report)
    said = template.format(provider=report.provider, time=_clock(voice, report.since, now))
    if report.eta is None:
        return said
    if report.eta <= now:
        template = voice.gettext("{report}, its estimate of {time} has passed")
    else:
        # Translators: as in "Planet Fibre reports an outage since 17:50, expected 20:30": when it should be over.
        template = voice.gettext("{report}, expected {time}")
    return template.format(report=said, time=_clock(voice, report.eta, now))


def _outage(voice: Voice, report: Report) -> str:
    if report.since is None:
        return voice.ngettext("{provider} reports an outage", "{provider} report an outage", report.count)
    return voice.ngettext(
        "{provider} reports an outage since {time}", "{provider} report an outage since {time}", report.count
    )


def _problems(voice: Voice, report: Report) -> str:
    if report.since is None:
        return voice.ngettext("{provider} reports problems", "{provider} report problems", report.count)
    return voice.ngettext(
        "{provider} reports problems since {time}", "{provider} report problems since {time}", report.count
    )


def work(voice: Voice, report: Report, now: datetime) -> str:
    """It is at work as planned: "Planet Fibre is doing maintenance until 05:00"."""
    if report.eta is not None and report.eta > now:
        template = voice.ngettext(
            "{provider} is doing maintenance until {time}",
            "{provider} are doing maintenance until {time}",
            report.count,
        )
        return template.format(provider=report.provider, time=_clock(voice, report.eta, now))
    if report.since is not None:
        template = voice.ngettext(
            "{provider} has been doing maintenance since {time}",
            "{provider} have been doing maintenance since {time}",
            report.count,
        )
        return template.format(provider=report.provider, time=_clock(voice, report.since, now))
    template = voice.ngettext("{provider} is doing maintenance", "{provider} are doing maintenance", report.count)
    return template.format(provider=report.provider)


def silence(voice: Voice, report: Report, now: datetime) -> str:
    """What it says is not known, and why: "we could not ask Planet Fibre since 18:20"."""
    if report.is_unlisted:
        template = voice.ngettext("{provider} no longer lists it", "{provider} no longer list it", report.count)
        return template.format(provider=report.provider)
    if report.failing_since is not None:
        template = voice.ngettext(
            "we could not ask {provider} since {time}", "we could not ask {provider} since {time}", report.count
        )
        return template.format(provider=report.provider, time=_clock(voice, report.failing_since, now))
    if report.heard is not None:
        template = voice.ngettext(
            "nothing has been heard from {provider} since {time}",
            "nothing has been heard from {provider} since {time}",
            report.count,
        )
        return template.format(provider=report.provider, time=_clock(voice, report.heard, now))
    template = voice.ngettext("what {provider} says is not known", "what {provider} say is not known", report.count)
    return template.format(provider=report.provider)


def _clock(voice: Voice, at: datetime | None, now: datetime) -> str:
    return "" if at is None else times.clock(voice, at, now)
