"""A title and a body for what the line itself shows: that it fell, as what it goes on, and that it is back."""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from tocsin.domain.terms import Cause, Level, LineState
from tocsin.domain.verdict import Advice, NextStep, Says
from tocsin.words import advice, ends, plain, times, verdicts
from tocsin.words.estimates import expected
from tocsin.words.messages import Said, head, paragraphs, source, who
from tocsin.words.reports import Report
from tocsin.words.values import Values
from tocsin.words.verdicts import Facts
from tocsin.words.voice import Voice

_Word = TypeVar("_Word", bound=StrEnum)


def started(voice: Voice, values: Values, now: datetime) -> Said:
    """The line fell, or goes on as another trouble: what both together mean, until when, and what to do."""
    facts = _facts(voice, values)
    is_reported = facts.says in verdicts.REPORTED
    sentence = verdicts.sentence(voice, facts, now)
    if facts.state is LineState.LOCAL_FAULT:
        title, sentence = verdicts.own_network(voice, facts.says), verdicts.cause_first(voice, facts, now)
    elif facts.state is LineState.CAPTIVE_PORTAL:
        title = voice.gettext("This network asks you to sign in")
    else:
        title = head(voice, values, now)
    no_estimate = is_reported and values.time("eta") is None
    body = paragraphs(
        _on_backup(voice, values),
        sentence,
        source(voice, values) if values.text("title") else "",
        expected(voice, None, now) if no_estimate else "",
        _advice(voice, values, now),
        _help_desk(voice, values),
    )
    return title, body


def restored(voice: Voice, values: Values, now: datetime) -> Said:
    """The line is back: for how long it was away, and what the provider declared meanwhile."""
    provider = values.text("provider", plain.NAME)
    ending = ends.Ending(
        name=who(voice, values),
        count=max(1, len(values.names("connections"))),
        level=(Level.DEGRADED if _state(values) is LineState.DEGRADED else Level.OUTAGE).word,
        length=values.length("seconds"),
        planned=False,
    )
    body = paragraphs(
        _declared(voice, values, provider, now),
        ends.still_listed(voice, ending.name, provider) if values.is_set("still") else "",
        advice.afterwards(voice, values.names("kinds"), values.time("since"), values.time("ended"), now),
    )
    return _back(voice, ending, values), body


def _back(voice: Voice, ending: ends.Ending, values: Values) -> str:
    is_known = "known" not in values.raw or values.is_set("known")
    if _state(values) is not LineState.LOCAL_FAULT:
        return ends.works_again(voice, ending) if is_known else ends.unmeasured(voice, ending)
    if not is_known:
        return voice.gettext("Your own network works again; when it came back was not measured")
    if not ending.length:
        return voice.gettext("Your own network works again")
    template = voice.gettext("Your own network works again after {duration}")
    return template.format(duration=times.duration(voice, ending.length))


def _declared(voice: Voice, values: Values, provider: str, now: datetime) -> str:
    """What the provider said of it: "Planet Fibre declared “Cable cut” since 17:58."."""
    title, start = voice.quoted(values.text("title")), values.time("declared_since")
    if not title:
        return ""
    provider = provider or voice.gettext("the provider")
    if start is None:
        return voice.gettext("{provider} declared {title}.").format(provider=provider, title=title)
    template = voice.gettext("{provider} declared {title} since {time}.")
    return template.format(provider=provider, title=title, time=times.clock(voice, start, now))


def _facts(voice: Voice, values: Values) -> Facts:
    state = _state(values)
    says = _word(Says, values.text("says"), Says.DOWN_UNREPORTED)
    provider = values.text("provider", plain.NAME)
    if says in verdicts.REPORTED and not provider:
        provider = voice.gettext("the provider")
    report = Report(
        provider,
        level=_said(values, says),
        since=values.time("reported_since"),
        eta=values.time("eta"),
        failing_since=values.time("unheard_since"),
    )
    cause = next((each for each in Cause if each.value == values.text("cause")), None)
    return Facts(says, state, cause, values.time("since"), report if provider else None)


def _said(values: Values, says: Says) -> Level:
    """What the provider says it is; where the message does not tell, as far as the verdict shows it."""
    given = next((each for each in Level if each.word == values.text("said")), None)
    if given is not None:
        return given
    poor = says is Says.POOR_REPORTED and values.text("level") == Level.DEGRADED.word
    if says not in verdicts.REPORTED:
        return Level.OK
    return Level.DEGRADED if poor else Level.OUTAGE


def _state(values: Values) -> LineState:
    return _word(LineState, values.text("state"), LineState.DOWN)


def _word(kind: type[_Word], text: str, default: _Word) -> _Word:
    return next((each for each in kind if each.value == text), default)


def _on_backup(voice: Voice, values: Values) -> str:
    backup = values.text("backup", plain.NAME)
    return voice.gettext("You are on the backup {name}.").format(name=backup) if backup else ""


def _advice(voice: Voice, values: Values, now: datetime) -> str:
    """The verdict's advice, and what may be lost meanwhile. On a backup nothing needs to be stood in for."""
    given = _word(Advice, values.text("advice"), Advice.NONE)
    if values.text("backup") and given is Advice.USE_ANOTHER_WAY:
        given = Advice.NONE
    losses = advice.losses(voice, values.names("kinds"), values.time("since"), now)
    return paragraphs(verdicts.advice(voice, given), losses)


def _help_desk(voice: Voice, values: Values) -> str:
    """Whom to call, where there is a number: the verdict's sentence has asked for it already."""
    phone, step = values.text("phone", plain.NAME), _word(NextStep, values.text("step"), NextStep.NONE)
    if not phone or step not in (NextStep.REPORT, NextStep.CALL):
        return ""
    return voice.gettext("Help desk: {phone}").format(phone=phone)
