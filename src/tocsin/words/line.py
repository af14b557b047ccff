"""The user's own line in words: states, causes, figures, what it is good for, and how it stands now."""

import math
import re

from tocsin.domain.freshness import is_fresh
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.measured import is_declared
from tocsin.domain.quality import CallFitness, Quality
from tocsin.domain.state import LineView
from tocsin.domain.terms import Cause, LineState
from tocsin.domain.verdict import Says
from tocsin.words import plain, times, verdicts
from tocsin.words.voice import Voice

_RECORDED = re.compile(r"line: (\w+)(?: \((\w+)\))?")
_ALL = 100
_MS = 1000


def state_word(voice: Voice, state: LineState) -> str:
    """How a line stands, in a word or two, as lists and charts show it."""
    return {
        LineState.UP: voice.pgettext("line", "works"),
        LineState.DEGRADED: voice.pgettext("line", "slow or lossy"),
        LineState.DOWN: voice.pgettext("line", "down"),
        LineState.CAPTIVE_PORTAL: voice.pgettext("line", "sign-in needed"),
        LineState.LOCAL_FAULT: voice.pgettext("line", "own network down"),
        LineState.NOT_MEASURED: voice.pgettext("line", "not measured"),
    }[state]


def cause_sentence(voice: Voice, cause: Cause | None) -> str:
    """Where it is broken, seen from here; empty where that is not known."""
    if cause is None:
        return ""
    return {
        Cause.OWN_NETWORK: voice.gettext("This computer has no network at all."),
        Cause.GATEWAY: voice.gettext("The router does not answer."),
        Cause.DNS: voice.gettext("Names of websites are not found."),
        Cause.BEYOND_GATEWAY: voice.gettext("Nothing beyond your own network answers."),
        Cause.CAPTIVE_PORTAL: voice.gettext("This network asks you to sign in."),
    }[cause]


def calls_word(voice: Voice, calls: CallFitness | None) -> str:
    """What a telephone call over the line would be like."""
    if calls is None:
        return voice.pgettext("calls", "not known")
    return {
        CallFitness.GOOD: voice.pgettext("calls", "good for calls"),
        CallFitness.STRAINED: voice.pgettext("calls", "strained"),
        CallFitness.UNFIT: voice.pgettext("calls", "unfit"),
    }[calls]


def milliseconds(voice: Voice, seconds: float | None) -> str:
    """A round trip or a jitter: "23 ms"; in words where there is none."""
    if seconds is None or not math.isfinite(seconds):
        return voice.pgettext("figure", "not measured")
    value = max(0.0, seconds) * _MS
    if 0 < value < 1:
        return voice.pgettext("figure", "under 1 ms")
    return voice.pgettext("figure", "{n} ms").format(n=round(value))


def percent(voice: Voice, share: float) -> str:
    """A share from 0 to 1: "12 %". What is not nothing is never said to be nothing, nor what is not all to be all."""
    part = 0.0 if math.isnan(share) else min(1.0, max(0.0, share)) * _ALL
    if 0 < part < 1:
        return voice.pgettext("figure", "under {n} %").format(n=1)
    return voice.pgettext("figure", "{n} %").format(n=_ALL if part == _ALL else min(round(part), _ALL - 1))


def line_now(voice: Voice, line: LineView, now: Instant) -> str:
    """The head of the line's page: how it stands, since when, and its figures in plain words."""
    name = voice.gettext("Your line") if line.link == "primary" else voice.gettext("Your backup line")
    if line.measured is None:
        return voice.gettext("{line} has not been measured yet.").format(line=name)
    is_old = not is_fresh(line.measured, line.fresh_for, now)
    if line.state is LineState.NOT_MEASURED and line.cause is Cause.OWN_NETWORK and not is_old:
        found = verdicts.Facts(Says.NOT_CONNECTED, line.state, line.cause, name=name)
        return voice.gettext("{sentence}.").format(sentence=verdicts.ours(voice, found, now.wall))
    if is_old or line.state is LineState.NOT_MEASURED:
        template = voice.gettext("{line} is not measured now; the last time was {time}.")
        return template.format(line=name, time=times.clock(voice, line.measured.wall, now.wall))
    found = verdicts.Facts(Says.WORKS, line.state, line.cause, line.since, name=name)
    if line.state is LineState.LOCAL_FAULT:
        says = Says.VPN if line.cause is Cause.BEYOND_GATEWAY else Says.OWN_NETWORK
        found = verdicts.Facts(says, line.state, line.cause, line.since)
    said = [voice.gettext("{sentence}.").format(sentence=verdicts.ours(voice, found, now.wall))]
    if line.state is LineState.DOWN:
        said.append(cause_sentence(voice, line.cause))
    elif not line.state.is_cut:
        said.append(figures(voice, line.quality))
    return " ".join(each for each in said if each)


def figures(voice: Voice, quality: Quality) -> str:
    """Delay and loss in plain words; empty where there are none."""
    if quality.round_trip is None:
        return ""
    trip = milliseconds(voice, quality.round_trip)
    if quality.loss > 0:
        template = voice.gettext("An answer takes {trip}; {share} of the packets are lost.")
    else:
        template = voice.gettext("An answer takes {trip}; no packets are lost.")
    return template.format(trip=trip, share=percent(voice, quality.loss))


def incident_title(voice: Voice, incident: Incident) -> str:
    """An incident's title as part of a sentence: a provider's in quotation marks, ours as our own words."""
    ours = own_title(voice, incident)
    return ours or voice.quoted(incident.title)


def plain_title(voice: Voice, incident: Incident) -> str:
    """An incident's title as it stands by itself in a list; empty where the provider gave none."""
    return own_title(voice, incident) or plain.clean(incident.title, plain.TITLE)


def own_title(voice: Voice, incident: Incident) -> str:
    """What we call an incident that only the line itself showed; empty for one that a provider speaks of."""
    if is_declared(incident):
        return ""
    mark = incident.measured
    return recorded_title(voice, incident.title) if mark is None else trouble_title(voice, mark.state, mark.cause)


def recorded_title(voice: Voice, title: str) -> str:
    """The words for a title that the record gives to what the line showed; empty for any other."""
    found = _RECORDED.fullmatch(title)
    state = None if found is None else next((each for each in LineState if each.value == found.group(1)), None)
    if found is None or state is None:
        return ""
    cause = next((each for each in Cause if each.value == found.group(2)), None)
    return trouble_title(voice, state, cause)


def trouble_title(voice: Voice, state: LineState, cause: Cause | None) -> str:
    """A title for trouble with the line: what it was, in a few words."""
    if state is LineState.LOCAL_FAULT:
        if cause is Cause.GATEWAY:
            return voice.pgettext("line incident", "Own network down: the router did not answer")
        if cause is Cause.BEYOND_GATEWAY:
            return voice.pgettext("line incident", "VPN did not work")
        return voice.pgettext("line incident", "Own network down")
    if cause is Cause.DNS:
        return voice.pgettext("line incident", "Names of websites not found")
    if state is LineState.DEGRADED:
        return voice.pgettext("line incident", "Line slow or losing data")
    return voice.pgettext("line incident", "Line down")


def measured_here(voice: Voice, incident: Incident) -> str:
    """Whose word it is where nobody but the line speaks of an incident; empty where a provider does."""
    ours = own_title(voice, incident)
    return voice.gettext("{title} - measured on this computer").format(title=ours) if ours else ""


def source_of(voice: Voice, title: str, provider: str) -> str:
    """A message's title and whose it is; the record's own title for a line is said in our words."""
    return recorded_title(voice, title) or voice.said_by(title, provider)
