"""What ``tocsin check`` answers a person: how a page stands, what is open on it, and why nothing came of asking."""

from datetime import datetime
from urllib.parse import urlsplit

from tocsin.domain.account import LINE_PROVIDER
from tocsin.domain.snapshot import Component, Failure, Report
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Obstacle, Phase, Relevance
from tocsin.words import obstacles, plain, reach, times, trials, vocabulary
from tocsin.words.voice import Voice

_NO_SECRET = frozenset(
    {
        Obstacle.SECRET_MISSING,
        Obstacle.KEYRING_SILENT,
        Obstacle.KEYRING_LOCKED,
        Obstacle.KEYRING_ABSENT,
        Obstacle.SIGN_IN,
    }
)
_FORBIDDEN = "HTTP 403"
_SECRET = "TOCSIN_SECRET_CHECK"  # noqa: S105 -- the name of a variable


def stands(voice: Voice, page: str, level: Level) -> str:
    """The page and how it stands: "Planet Mail: Outage"; its name alone where all is well."""
    name, word = plain.clean(page), vocabulary.level(voice, level)
    if not name:
        return word
    return name if level is Level.OK else voice.captioned(name, word)


def listed(voice: Voice, report: Report, concerns: Relevance, now: datetime) -> str:
    """One incident: how bad, how far, since when or from when to when, whether it is sure, and its title.

    Planned work is called that in place of how bad it is: every such work is as bad as planned.
    """
    if report.kind is not IncidentKind.MAINTENANCE:
        said = [vocabulary.severity(voice, report.severity), vocabulary.phase(voice, report.phase)]
    elif report.phase is Phase.SCHEDULED:
        said = [vocabulary.incident_kind(voice, report.kind)]
    else:
        said = [vocabulary.incident_kind(voice, report.kind), voice.pgettext("phase", "under way")]
    if (when := _when(voice, report, now)) is not None:
        said.append(when)
    if concerns is Relevance.POSSIBLE:
        said.append(voice.pgettext("relevance", "possibly"))
    title = plain.clean(report.title)
    return voice.captioned(", ".join(said), title) if title else ", ".join(said)


def thing(voice: Voice, component: Component) -> str:
    """A thing that does not work, with the provider's own word: ours is one for several of those."""
    word = vocabulary.level(voice, component.level)
    raw = voice.quoted(component.raw, plain.NAME) if component.raw else ""
    return voice.captioned(plain.clean(component.name), f"{word} ({raw})" if raw else word)


def failed(voice: Voice, failure: Failure, url: str, provider: str, *, signed: bool) -> str:
    """Why nothing came of it and what to do, on one line. ``signed``: a secret was to be sent along."""
    detail = "" if failure.obstacle is not None else reach.status(failure.kind.value, plain.clean(failure.message))
    said = _why(voice, failure, url, provider, signed=signed)
    return f"{said} ({detail})" if detail else said


def _when(voice: Voice, report: Report, now: datetime) -> str | None:
    if report.scheduled_start is not None:
        return times.span(voice, report.scheduled_start, report.scheduled_end, now)
    if report.started_at is None:
        return None
    return voice.gettext("since {time}").format(time=times.clock(voice, report.started_at, now))


def _why(voice: Voice, failure: Failure, url: str, provider: str, *, signed: bool) -> str:
    host = trials.place(voice, url)
    if failure.obstacle in _NO_SECRET:
        return voice.gettext("A secret is needed: put it into {variable}.").format(variable=_SECRET)
    if failure.obstacle is Obstacle.OPTION:
        sentence = voice.gettext("The option “{name}” is missing or cannot be used: give it with --option.")
        return sentence.format(name=failure.place or "?")
    if failure.obstacle is not None:
        return obstacles.sentence(failure.obstacle, failure.place, voice.gettext, voice.command)
    if failure.kind is FailureKind.UNAUTHORIZED and not signed:
        return voice.begun(_unsigned(voice, failure).format(host=host, variable=_SECRET))
    if failure.kind is FailureKind.UNSUPPORTED:
        return _unsupported(voice, url, host, provider)
    return trials.failure(voice, failure.kind, url, signed=signed)


def _unsigned(voice: Voice, failure: Failure) -> str:
    """A 403 may as well come from a firewall that lets nobody from here in."""
    if reach.status(failure.kind.value, failure.message) == _FORBIDDEN:
        return voice.gettext(
            "{host} refuses to answer. If it wants to know who is asking, say how with --auth, and put the secret into "
            "{variable}."
        )
    return voice.gettext("{host} wants to know who is asking: say how with --auth, and put the secret into {variable}.")


def _unsupported(voice: Voice, url: str, host: str, provider: str) -> str:
    if provider == LINE_PROVIDER:
        sentence = voice.gettext("There is nobody to ask: {run} and {watch} measure the line itself.")
        return sentence.format(run=voice.quoted("tocsin run"), watch=voice.quoted("tocsin watch"))
    if not _is_https(url):
        return trials.failure(voice, FailureKind.UNSUPPORTED, url)
    sentence = voice.gettext("{host} cannot be asked like this. Check the address; {command} tells what is needed.")
    return voice.begun(sentence.format(host=host, command=voice.quoted("tocsin providers")))


def _is_https(url: str) -> bool:
    """Whether an address is a sound one, as far as its scheme goes; without one it is taken for https."""
    stated = url.strip()
    try:
        return urlsplit(stated if "://" in stated else f"https://{stated}").scheme == "https"
    except ValueError:
        return False
