"""Not being able to ask: neither fine nor an outage, and said the same everywhere."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.words import times
from tocsin.words.voice import Voice


def cannot_ask(voice: Voice, providers: Sequence[str], since: datetime | None, now: datetime) -> str:
    """Who cannot be asked, and since when as far as that is known."""
    names, n = voice.names(providers), max(1, len(dict.fromkeys(providers)))
    if since is None:
        template = voice.ngettext("We cannot ask {provider}", "We cannot ask {provider}", n)
    else:
        template = voice.ngettext("We cannot ask {provider} since {time}", "We cannot ask {provider} since {time}", n)
    time = "" if since is None else times.clock(voice, since, now)
    return voice.begun(template.format(provider=names or voice.gettext("the provider"), time=time))
