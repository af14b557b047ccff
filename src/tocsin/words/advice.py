"""What to do meanwhile, by kind of connection, where the provider gave no advice: one useful line, or none."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.terms import ConnectionKind
from tocsin.words import times
from tocsin.words.voice import Voice

_ORDER = (
    # What can be lost comes before what can be worked around.
    ConnectionKind.MAIL,
    ConnectionKind.PHONE,
    ConnectionKind.INTERNET,
    ConnectionKind.SERVICE,
    ConnectionKind.MOBILE,
    ConnectionKind.TV,
)
_MOST = 2


def own(voice: Voice, kind: ConnectionKind, since: datetime | None, now: datetime) -> str:
    """Our own advice during an outage. Empty where it would need the start and that is not known."""
    timeless = {
        ConnectionKind.INTERNET: voice.gettext(
            "If you have to be online now, the hotspot of a mobile phone can stand in."
        ),
        ConnectionKind.PHONE: voice.gettext("Emergency calls may fail on this line: use a mobile phone for them."),
        ConnectionKind.MOBILE: voice.gettext("Calls over Wi-Fi may still work."),
    }
    if kind in timeless:
        return timeless[kind]
    if since is None:
        return ""
    timed = {
        ConnectionKind.MAIL: voice.gettext(
            "Keep your sent mail: messages from {time} on may not have arrived.",
        ),
        ConnectionKind.TV: voice.gettext("Recordings from {time} on may be missing."),
        ConnectionKind.SERVICE: voice.gettext("Check what you entered from {time} on: it may not have been saved."),
    }
    return timed[kind].format(time=times.clock(voice, since, now))


def for_kinds(voice: Voice, kinds: Sequence[str], since: datetime | None, now: datetime) -> str:
    """Our own advice for all kinds of connection that are hit: two lines at most, losses first."""
    hit = [kind for kind in _ORDER if kind.value in kinds]
    lines = [line for line in (own(voice, kind, since, now) for kind in hit) if line]
    return "\n".join(lines[:_MOST])


def losses(voice: Voice, kinds: Sequence[str], since: datetime | None, now: datetime) -> str:
    """Of the same only what may be lost unnoticed, for where the line itself has advice of its own."""
    lost = [kind.value for kind in (ConnectionKind.MAIL, ConnectionKind.PHONE) if kind.value in kinds]
    return for_kinds(voice, lost, since, now)


def afterwards(voice: Voice, kinds: Sequence[str], start: datetime | None, end: datetime | None, now: datetime) -> str:
    """What is left to do when it is over: only mail leaves something behind that nobody else would notice."""
    if ConnectionKind.MAIL.value not in kinds or start is None or end is None:
        return ""
    # Translators: {span} is as in "17:58 to 20:10".
    sentence = voice.gettext("Check the mail that you sent from {span}: some of it may not have arrived.")
    return sentence.format(span=times.span(voice, start, end, now))
