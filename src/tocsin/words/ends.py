"""How an incident ended, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.incident import Incident
from tocsin.domain.terms import EndHow, Level
from tocsin.words import times, vocabulary
from tocsin.words.voice import Voice


@dataclass(frozen=True, slots=True)
class Ending:
    """What a sentence about an end needs.

    ``name`` is all names as one and ``count`` how many they are; ``level`` the word for the level it had, where that
    is known; ``planned`` is true for maintenance.
    """

    name: str
    count: int
    level: str
    length: timedelta
    planned: bool


def title(voice: Voice, how: str, ending: Ending) -> str:
    """The headline of an end; a ``how`` that is not known reads as resolved."""
    if how == EndHow.CANCELLED.value:
        if ending.planned:
            return voice.gettext("The maintenance on {name} was cancelled").format(name=ending.name)
        return voice.gettext("The report of an outage on {name} was withdrawn").format(name=ending.name)
    if how == EndHow.UNAFFECTED.value:
        template = voice.ngettext("{name} is no longer affected", "{name} are no longer affected", ending.count)
        return template.format(name=ending.name)
    if how == EndHow.UNWATCHED.value:
        template = voice.ngettext("{name} is no longer watched", "{name} are no longer watched", ending.count)
        return template.format(name=ending.name)
    if how == EndHow.UNKNOWN.value:
        return unmeasured(voice, ending)
    return works_again(voice, ending)


def unmeasured(voice: Voice, ending: Ending) -> str:
    """The headline of an end that came while nothing was measured."""
    template = voice.ngettext(
        "{name} works again; when it came back was not measured",
        "{name} work again; when they came back was not measured",
        ending.count,
    )
    return template.format(name=ending.name)


def works_again(voice: Voice, ending: Ending) -> str:
    """The headline of an end that was seen: it works, and how long it did not."""
    n = ending.count
    if not ending.length or ending.planned:
        template = voice.ngettext("{name} works again", "{name} work again", n)
    elif ending.level == Level.DEGRADED.word:
        template = voice.ngettext(
            "{name} works again: the problems lasted {duration}", "{name} work again: the problems lasted {duration}", n
        )
    else:
        template = voice.ngettext(
            "{name} works again: the outage lasted {duration}", "{name} work again: the outage lasted {duration}", n
        )
    return template.format(name=ending.name, duration=times.duration(voice, ending.length))


def declared_over(voice: Voice, ending: Ending) -> str:
    """The headline of an end that the connection's own state does not bear out yet."""
    if ending.planned:
        return voice.gettext("The maintenance on {name} was declared over").format(name=ending.name)
    if not ending.length:
        return voice.gettext("The outage on {name} was declared over").format(name=ending.name)
    sentence = voice.gettext("The outage on {name} was declared over after {duration}")
    return sentence.format(name=ending.name, duration=times.duration(voice, ending.length))


def still_listed(voice: Voice, name: str, provider: str) -> str:
    """Declared over, and listed as down all the same."""
    if not provider:
        return voice.gettext("The provider still lists problems on {name}.").format(name=name)
    return voice.gettext("{provider} still lists problems on {name}.").format(provider=provider, name=name)


def vanished(voice: Voice, ending: Ending) -> str:
    """The headline of an end that nobody declared."""
    if ending.planned:
        return voice.gettext("The maintenance on {name} is no longer listed").format(name=ending.name)
    return voice.gettext("The outage on {name} is no longer listed").format(name=ending.name)


def silently(voice: Voice, provider: str) -> str:
    """Gone from the provider's list, without a word."""
    if not provider:
        return voice.gettext("The provider no longer lists it: it is probably over.")
    return voice.gettext("{provider} no longer lists it: it is probably over.").format(provider=provider)


def stood(voice: Voice, start: datetime, end: datetime, length: timedelta, now: datetime) -> str:
    """From when to when it was listed, and how long that is."""
    sentence = voice.gettext("It was listed from {span} ({duration}).")
    return sentence.format(span=times.span(voice, start, end, now), duration=times.duration(voice, length))


def ended(voice: Voice, incident: Incident, now: datetime) -> str:
    """The history's words for how one incident stands: "ongoing", or how it ended, when, and after how long."""
    episode = incident.episode
    word = vocabulary.how(voice, episode.how)
    if episode.how is None and not incident.began:
        # Translators: planned work that has not begun yet.
        return voice.pgettext("end", "announced")
    if episode.how is None or episode.ended_at is None:
        return word
    if episode.how is EndHow.UNKNOWN:
        # Translators: {how} is "end not measured".
        sentence = voice.gettext("{how}, over by {time}")
        return sentence.format(how=word, time=times.clock(voice, episode.ended_at, now))
    # Translators: as in "resolved 20:10, after 2 h 12 min".
    return voice.gettext("{how} {time}, after {duration}").format(
        how=word,
        time=times.clock(voice, episode.ended_at, now),
        duration=times.duration(voice, episode.ended_at - episode.started_at),
    )


def lasted(voice: Voice, incident: Incident, now: datetime) -> str:
    """How long the last episode took, or has taken so far; empty for what has not begun."""
    if not incident.began:
        return ""
    length = times.duration(voice, (incident.episode.ended_at or now) - incident.episode.started_at)
    if incident.episode.how is EndHow.UNKNOWN:
        return voice.gettext("at most {duration}").format(duration=length)
    return length
