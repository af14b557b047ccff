"""What a card says: which words of the phrasebook stand where, apart from any widget."""

from tocsin.desktop import picture
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.measured import is_line_only
from tocsin.domain.state import AppState
from tocsin.domain.terms import Level
from tocsin.domain.verdict import NextStep, Says
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook
from tocsin.words.verdicts import OWN_NETWORK
from tocsin.words.window import since_when

_MOST_OTHERS = 3


def title(words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant) -> str:
    """What is wrong with which connection; since when stands below it."""
    name = words.clean(seen.view.name, plain.NAME)
    incident, found = seen.incident, seen.verdict
    if found is not None and found.step is NextStep.SIGN_IN:
        return words.verdict_step(found)
    if found is not None and found.says in OWN_NETWORK:
        return words.gettext("{name} is cut off").format(name=name)
    if incident is not None and incident.overrun and seen.shown.level is Level.DEGRADED:
        return words.gettext("Maintenance on {name} takes longer than planned").format(name=name)
    if seen.shown.level is Level.OUTAGE:
        return words.gettext("Outage on {name}").format(name=name)
    if seen.shown.level is Level.DEGRADED:
        return words.gettext("Problems on {name}").format(name=name)
    return words.headline(seen.view, seen.shown, now.wall, state.accounts)


def since(words: Phrasebook, seen: picture.Seen, now: Instant) -> str:
    """Since when and how long; how old that is, where nobody but the provider tells."""
    start = since_when(seen.view) if seen.is_trouble else None
    parts = [words.since(start, now.wall)] if start is not None else []
    if seen.shown.stale and seen.verdict is None:
        parts.append(words.checked(seen.view, seen.shown, now.wall))
    return ", ".join(parts)


def verdict(words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant) -> str:
    """What the provider's word and the line mean together, and whether traffic leaves over the backup."""
    return words.verdict(seen.view, seen.shown, now.wall, state.accounts)


def estimate(words: Phrasebook, seen: picture.Seen, now: Instant) -> str:
    """When it should be over, as last heard; nothing where only the line itself speaks of it."""
    incident = seen.incident
    if incident is None or is_line_only(incident):
        return ""
    text = words.estimate(incident, now.wall)
    heard = seen.as_of(incident, now) if seen.verdict is not None else None
    if heard is None:
        return text
    # Translators: what was last known of the end, and when that was: "Expected fixed at 20:30, as of 17:58".
    return words.gettext("{estimate}, as of {time}").format(estimate=text, time=words.clock(heard, now.wall))


def measured_alone(words: Phrasebook, seen: picture.Seen | None, now: Instant) -> str:
    """What only the line itself showed, where no verdict on it says the same."""
    if seen is None or seen.incident is None or seen.verdict is not None:
        return ""
    return words.source(seen.incident, "", now.wall)


def caveat(words: Phrasebook, seen: picture.Seen) -> str:
    """What the reader should know of how sure this is."""
    incident, view = seen.incident, seen.view
    sentences = [words.strange_state(view)]
    if incident is not None:
        sentences.append(words.relevance(view, incident))
    elif view.has_provider and (seen.verdict is None or seen.shown.said.is_definite_trouble) and seen.is_trouble:
        sentences.append(words.gettext("The provider gives no details."))
    return " ".join(each for each in sentences if each)


def meanwhile(words: Phrasebook, seen: picture.Seen, now: Instant) -> str:
    """What to do until it is over: the provider's own advice, else what the verdict asks for and ours."""
    incident, found = seen.incident, seen.verdict
    if incident is not None:
        given = words.meanwhile(seen.view, incident, now.wall, seen.shown)
    else:
        given = words.verdict_advice(found) if found is not None else ""
    return words.gettext("Meanwhile: {advice}").format(advice=given) if given else ""


def others(words: Phrasebook, seen: picture.Seen, now: Instant) -> str:
    """Further incidents on the same connection, and what is announced."""
    lines = [_other(words, each, now) for each in seen.view.incidents if each.began and each is not seen.incident]
    lines += [words.upcoming(each, now.wall) for each in seen.announced]
    rest = len(lines) - _MOST_OTHERS
    if rest > 0:
        lines[_MOST_OTHERS:] = [words.ngettext("{n} more", "{n} more", rest).format(n=rest)]
    return "\n".join(line for line in lines if line)


def _other(words: Phrasebook, incident: Incident, now: Instant) -> str:
    if is_line_only(incident):
        return words.gettext("Also: {title}").format(title=words.incident_title(incident))
    return words.gettext("Also: {title} - {estimate}").format(
        title=words.quoted(incident.title), estimate=words.estimate(incident, now.wall)
    )


def can_be_reported(seen: picture.Seen) -> bool:
    """Whether there is something to tell the provider: trouble that has an incident, and not within the own network."""
    if seen.incident is None or not seen.is_trouble or not seen.incident.is_open:
        return False
    found = seen.verdict
    if found is None:
        return bool(seen.view.help.mail or seen.view.help.phone)
    return found.says not in (*OWN_NETWORK, Says.WORKS_DESPITE_REPORT, Says.SIGN_IN_AND_REPORTED)


def page_of(seen: picture.Seen) -> str:
    """The page to open on a phone: the provider's status page, else that of the incident."""
    incident = seen.incident
    return seen.view.help.status_url or (incident.url or "" if incident is not None else "")
