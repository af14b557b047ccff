"""A title and a body for every message key. Provider text stands in quotation marks, as it came."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from tocsin.domain.message import Message
from tocsin.domain.terms import EndHow, Level
from tocsin.words import advice, ends, line_notifications, plain, times
from tocsin.words.estimates import changed, expected
from tocsin.words.messages import Said, head, meanwhile, paragraphs, since, source, who
from tocsin.words.reach import cannot_ask
from tocsin.words.values import Values
from tocsin.words.voice import Voice

_TITLES_SHOWN = 3


def render(voice: Voice, message: Message, now: datetime) -> Said:
    """Title and body, plain text. A key that this version does not know is said in general words."""
    say = SENTENCES.get(message.key, _unknown)
    title, body = say(voice, Values(message.values), now)
    return voice.begun(title), "\n".join(voice.begun(line) for line in body.split("\n"))


def _started(voice: Voice, values: Values, now: datetime) -> Said:
    body = paragraphs(
        source(voice, values),
        expected(voice, values.time("eta"), now),
        meanwhile(voice, values, now),
    )
    return head(voice, values, now), body


def _worsened(voice: Voice, values: Values, now: datetime) -> Said:
    if values.text("level") == Level.DEGRADED.word:
        worse = voice.gettext("The problems have become worse.")
    else:
        worse = voice.gettext("The problems have become an outage.")
    title, body = _started(voice, values, now)
    return title, paragraphs(worse, body)


def _eta_changed(voice: Voice, values: Values, now: datetime) -> Said:
    body = paragraphs(
        changed(voice, values.time("eta"), values.time("was"), now),
        source(voice, values),
        meanwhile(voice, values, now),
    )
    return head(voice, values, now), body


def _ending(voice: Voice, values: Values) -> ends.Ending:
    return ends.Ending(
        name=who(voice, values),
        count=max(1, len(values.names("connections"))),
        level=values.text("level"),
        length=values.length("seconds"),
        planned=values.is_set("planned"),
    )


def _afterwards(voice: Voice, values: Values, now: datetime) -> str:
    if values.is_set("planned"):
        return ""
    return advice.afterwards(voice, values.names("kinds"), values.time("since"), values.time("ended"), now)


def _ended(voice: Voice, values: Values, now: datetime) -> Said:
    how = values.text("how") or EndHow.RESOLVED.value
    if how == EndHow.VANISHED.value:
        return _vanished(voice, values, now)
    ending, resolved = _ending(voice, values), how == EndHow.RESOLVED.value
    still = values.is_set("still")
    body = paragraphs(
        ends.still_listed(voice, ending.name, values.text("provider", plain.NAME)) if still else "",
        source(voice, values),
        _afterwards(voice, values, now) if resolved else "",
    )
    return ends.declared_over(voice, ending) if still and resolved else ends.title(voice, how, ending), body


def _vanished(voice: Voice, values: Values, now: datetime) -> Said:
    ending, provider = _ending(voice, values), values.text("provider", plain.NAME)
    start, end = values.time("since"), values.time("ended")
    stood = "" if start is None or end is None else ends.stood(voice, start, end, ending.length, now)
    verdict = (
        ends.still_listed(voice, ending.name, provider) if values.is_set("still") else ends.silently(voice, provider)
    )
    body = paragraphs(verdict, stood, source(voice, values), _afterwards(voice, values, now))
    return ends.vanished(voice, ending), body


def _when(voice: Voice, values: Values, now: datetime) -> str:
    start = values.time("start")
    return "" if start is None else times.span(voice, start, values.time("end"), now)


def _maintenance_announced(voice: Voice, values: Values, now: datetime) -> Said:
    when = _when(voice, values, now)
    template = (
        voice.gettext("Maintenance planned for {name}: {when}")
        if when
        else voice.gettext("Maintenance planned for {name}")
    )
    body = paragraphs(source(voice, values), values.text("advice", plain.BODY))
    return template.format(name=who(voice, values), when=when), body


def _maintenance_started(voice: Voice, values: Values, now: datetime) -> Said:
    end = values.time("end")
    if end is None:
        until = voice.gettext("No planned end was given")
    elif end <= now:
        until = voice.gettext("Planned end: {time}").format(time=times.clock(voice, end, now))
    else:
        until = voice.gettext("Planned until {time}").format(time=times.clock(voice, end, now))
    body = paragraphs(until, source(voice, values), values.text("advice", plain.BODY))
    return voice.gettext("Maintenance on {name} has begun").format(name=who(voice, values)), body


def _maintenance_overrun(voice: Voice, values: Values, now: datetime) -> Said:
    end, eta = values.time("end"), values.time("eta")
    planned = voice.gettext("Planned end: {time}").format(time=times.clock(voice, end, now)) if end else ""
    estimate = expected(voice, eta, now) if eta != end or eta is None else ""
    body = paragraphs(planned, estimate, source(voice, values), values.text("advice", plain.BODY))
    return voice.gettext("Maintenance on {name} takes longer than planned").format(name=who(voice, values)), body


def _maintenance_finished(voice: Voice, values: Values, _now: datetime) -> Said:
    length = values.length("seconds")
    if length:
        template = voice.gettext("Maintenance on {name} is finished: it lasted {duration}")
    else:
        template = voice.gettext("Maintenance on {name} is finished")
    return template.format(name=who(voice, values), duration=times.duration(voice, length)), source(voice, values)


def _summary(voice: Voice, values: Values, now: datetime) -> Said:
    count, provider = _count(values), values.text("provider", plain.NAME)
    if provider:
        template = voice.ngettext("{n} incident at {provider}", "{n} incidents at {provider}", count)
    else:
        template = voice.ngettext("{n} incident", "{n} incidents", count)
    time = since(voice, values, now)
    began = voice.gettext("The first since {time}.").format(time=time) if time else ""
    return template.format(n=count, provider=provider), paragraphs(_hit(voice, values), began, _titles(voice, values))


def _summary_resolved(voice: Voice, values: Values, _now: datetime) -> Said:
    count, provider = _count(values), values.text("provider", plain.NAME)
    if provider:
        template = voice.ngettext("{n} incident at {provider} is over", "{n} incidents at {provider} are over", count)
    else:
        template = voice.ngettext("{n} incident is over", "{n} incidents are over", count)
    return template.format(n=count, provider=provider), paragraphs(_hit(voice, values), _titles(voice, values))


def _maintenance_summary(voice: Voice, values: Values, now: datetime) -> Said:
    count, provider = _count(values), values.text("provider", plain.NAME)
    if provider:
        template = voice.ngettext(
            "{n} maintenance window planned at {provider}", "{n} maintenance windows planned at {provider}", count
        )
    else:
        template = voice.ngettext("{n} maintenance window planned", "{n} maintenance windows planned", count)
    time = since(voice, values, now)
    begins = voice.gettext("The first from {time} on.").format(time=time) if time else ""
    return template.format(n=count, provider=provider), paragraphs(_hit(voice, values), begins, _titles(voice, values))


def _count(values: Values) -> int:
    return max(values.count("count"), len(values.names("titles")))


def _hit(voice: Voice, values: Values) -> str:
    named = voice.names(values.names("connections"))
    return voice.gettext("It concerns {names}.").format(names=named) if named else ""


def _titles(voice: Voice, values: Values) -> str:
    """The first few titles, and how many more there are."""
    titles = values.names("titles")[:_TITLES_SHOWN]
    rest = _count(values) - len(titles)
    more = voice.ngettext("and {n} more", "and {n} more", rest).format(n=rest) if rest > 0 and titles else ""
    return paragraphs(*(voice.quoted(title) for title in titles), more)


def _unreachable(voice: Voice, values: Values, now: datetime) -> Said:
    title = cannot_ask(voice, values.names("providers"), values.time("since"), now)
    return title, voice.gettext("Until there is an answer we do not know whether your connections are hit.")


def _try(voice: Voice, _values: Values, _now: datetime) -> Said:
    title = voice.gettext("This is a test: an alarm will reach you like this")
    return title, voice.gettext("Nothing is wrong: you asked for this test.")


def _unknown(voice: Voice, values: Values, _now: datetime) -> Said:
    return voice.gettext("Something changed for {name}").format(name=who(voice, values)), source(voice, values)


SENTENCES: Mapping[str, Callable[[Voice, Values, datetime], Said]] = MappingProxyType(
    {
        "started": _started,
        "worsened": _worsened,
        "eta_changed": _eta_changed,
        "resolved": _ended,
        "vanished": _vanished,
        "maintenance_announced": _maintenance_announced,
        "maintenance_started": _maintenance_started,
        "maintenance_overrun": _maintenance_overrun,
        "maintenance_finished": _maintenance_finished,
        "summary": _summary,
        "summary_resolved": _summary_resolved,
        "maintenance_summary": _maintenance_summary,
        "unreachable": _unreachable,
        "try": _try,
        "line_started": line_notifications.started,
        "line_changed": line_notifications.started,
        "line_restored": line_notifications.restored,
    }
)
