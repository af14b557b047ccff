"""Not being able to ask: neither fine nor an outage, and said the same everywhere."""

import re
from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.terms import FailureKind
from tocsin.words import times
from tocsin.words.voice import Voice

_SAID_ALREADY = frozenset(
    each.value
    for each in (FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.TIMEOUT, FailureKind.TOO_LARGE)
)
_BY_NUMBER = frozenset(
    each.value for each in (FailureKind.HTTP_STATUS, FailureKind.UNAUTHORIZED, FailureKind.RATE_LIMITED)
)


def cannot_ask(voice: Voice, providers: Sequence[str], since: datetime | None, now: datetime) -> str:
    """Who cannot be asked, and since when as far as that is known."""
    names, n = voice.names(providers), max(1, len(dict.fromkeys(providers)))
    if since is None:
        template = voice.ngettext("We cannot ask {provider}", "We cannot ask {provider}", n)
    else:
        template = voice.ngettext("We cannot ask {provider} since {time}", "We cannot ask {provider} since {time}", n)
    time = "" if since is None else times.clock(voice, since, now)
    return voice.begun(template.format(provider=names or voice.gettext("the provider"), time=time))


def technical(kind: str, text: str) -> str:
    """What the technical reason of a failure says beyond its kind, for brackets; empty for nothing.

    Where it would only bring in the system's own words it is left to the log. Of a server's refusal its number stays.
    """
    if kind in _SAID_ALREADY:
        return ""
    return status(kind, text) if kind in _BY_NUMBER else text


def status(kind: str, text: str) -> str:
    """The number by which a server refused: "HTTP 503"; empty for a failure of another kind."""
    number = re.search(r"\b[3-5]\d\d\b", text) if kind in _BY_NUMBER else None
    return f"HTTP {number[0]}" if number is not None else ""
