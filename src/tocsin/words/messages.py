"""What the sentences of several messages share: whom it concerns, since when, whose words, and what to do."""

from datetime import datetime

from tocsin.domain.terms import Level
from tocsin.words import advice, plain, times
from tocsin.words.line import source_of
from tocsin.words.values import Values
from tocsin.words.voice import Voice

Said = tuple[str, str]


def who(voice: Voice, values: Values) -> str:
    """Whom it concerns: the connections by name, else the provider, else in general."""
    return (
        voice.names(values.names("connections"))
        or values.text("provider", plain.NAME)
        or voice.gettext("your connection")
    )


def paragraphs(*lines: str) -> str:
    """A body of those lines that say something."""
    return "\n".join(line for line in lines if line)


def since(voice: Voice, values: Values, now: datetime) -> str:
    """When it began, as a clock time; empty where that is not known."""
    start = values.time("since")
    return "" if start is None else times.clock(voice, start, now)


def source(voice: Voice, values: Values) -> str:
    """Whose words it is about."""
    return source_of(voice, values.text("title"), values.text("provider"))


def meanwhile(voice: Voice, values: Values, now: datetime) -> str:
    """What to do until it is over: the provider's advice, else ours."""
    given = values.text("advice", plain.BODY)
    return given or advice.for_kinds(voice, values.names("kinds"), values.time("since"), now)


def head(voice: Voice, values: Values, now: datetime) -> str:
    """The first line of an outage: what, where, since when."""
    outage = values.text("level") != Level.DEGRADED.word
    again = values.is_set("reopened")
    time = since(voice, values, now)
    if not time:
        template = voice.gettext("Outage on {name}") if outage else voice.gettext("Problems on {name}")
    elif again and outage:
        template = voice.gettext("Outage on {name} again since {time}")
    elif again:
        template = voice.gettext("Problems on {name} again since {time}")
    elif outage:
        template = voice.gettext("Outage on {name} since {time}")
    else:
        template = voice.gettext("Problems on {name} since {time}")
    return template.format(name=who(voice, values), time=time)
