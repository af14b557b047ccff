"""Not being able to ask: neither fine nor an outage, and said the same everywhere."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.words import times
from tocsin.words.voice import Voice


def cannot_ask(voice: Voice, providers: Sequence[str], since: datetime | None, now: datetime) -> str:
    """Who cannot be asked, and since when as far as that is known."""
    names, n = voice.names(providers) or voice.gettext("the provider"), max(1, len(dict.fromkeys(providers)))
    if since is None:
        return voice.ngettext("We cannot ask {provider}", "We cannot ask {provider}", n).format(provider=names)
    sentence = voice.ngettext("We cannot ask {provider} since {time}", "We cannot ask {provider} since {time}", n)
    return sentence.format(provider=names, time=times.clock(voice, since, now))
