"""The sentences of the window and the tray: how a connection stands, how old that knowledge is, what was said."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tocsin.domain.account import LINE_PROVIDER
from tocsin.domain.freshness import Shown, age
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.snapshot import Update
from tocsin.domain.state import AccountView, ConnectionView, LineView
from tocsin.domain.terms import ConnectionKind, IncidentKind, Level, Phase, Relevance, Role, Severity
from tocsin.domain.verdict import Advice, Says
from tocsin.words import advice, plain, standing, times, verdicts, vocabulary
from tocsin.words.line import measured_here
from tocsin.words.reach import cannot_ask
from tocsin.words.voice import Voice

_CARRIED = (ConnectionKind.INTERNET, ConnectionKind.MOBILE)


def headline(
    voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView] = ()
) -> str:
    """How a connection stands, in one line. ``accounts`` let it say who cannot be asked.

    Where the line is measured too, what both together mean comes first.
    """
    accounts = tuple(accounts)
    found = standing.headline(voice, view, shown, now, accounts)
    return voice.begun(_by_level(voice, view, shown, now, accounts) if found is None else found)


def _by_level(voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView]) -> str:
    """The same where nothing but the provider's word counts."""
    name = voice.names((view.name,)) or voice.gettext("your connection")
    if shown.level is Level.OK:
        return voice.gettext("{name} works").format(name=name)
    if shown.level is Level.UNKNOWN:
        return _unknown(voice, view, name, now, accounts)
    worst = view.incidents[0] if view.incidents and standing.troubled_since(view) is None else None
    if worst is not None and worst.overrun and shown.level is Level.DEGRADED:
        return voice.gettext("Maintenance on {name} takes longer than planned").format(name=name)
    since = since_when(view)
    if since is None:
        return _undated(voice, view, shown.level).format(name=name)
    return _dated(voice, view, shown.level).format(name=name, time=times.clock(voice, since, now))


def _undated(voice: Voice, view: ConnectionView, level: Level) -> str:
    if level is Level.OUTAGE:
        return voice.gettext("Outage on {name}")
    if level is Level.DEGRADED:
        return voice.gettext("Problems on {name}")
    if level is Level.MAINTENANCE:
        return voice.gettext("Maintenance on {name}")
    return voice.gettext("{name} may be affected") if _only_possible(view) else voice.gettext("A notice about {name}")


def _dated(voice: Voice, view: ConnectionView, level: Level) -> str:
    if level is Level.OUTAGE:
        return voice.gettext("Outage on {name} since {time}")
    if level is Level.DEGRADED:
        return voice.gettext("Problems on {name} since {time}")
    if level is Level.MAINTENANCE:
        return voice.gettext("Maintenance on {name} since {time}")
    if _only_possible(view):
        return voice.gettext("{name} may have been affected since {time}")
    return voice.gettext("A notice about {name} since {time}")


def _unknown(voice: Voice, view: ConnectionView, name: str, now: datetime, accounts: Iterable[AccountView]) -> str:
    if view.match_missing:
        return voice.gettext("{name} is no longer in the provider's list").format(name=name)
    asked = {side.account for side in view.sides}
    silent = [each for each in accounts if each.id in asked and each.failing_since is not None]
    since = min((each.failing_since for each in silent if each.failing_since is not None), default=None)
    if since is not None:
        return cannot_ask(voice, [each.name for each in silent], since, now)
    heard = _heard(view, Level.UNKNOWN)
    if heard is None:
        return voice.gettext("The state of {name} is not known yet").format(name=name)
    sentence = voice.gettext("The state of {name} has not been known since {time}")
    return sentence.format(name=name, time=times.clock(voice, heard.wall, now))


def _heard(view: ConnectionView, level: Level) -> Instant | None:
    """The last moment that what is shown can be vouched for: by whoever says it, else by all that ever answered."""
    told = [side.confirmed for side in view.sides if side.level is level and side.confirmed is not None]
    ever = told or [side.confirmed for side in view.sides if side.confirmed is not None]
    return min(ever, key=lambda moment: moment.wall, default=None)


def since_when(view: ConnectionView) -> datetime | None:
    """When what is shown began: the line's trouble, the worst incident's own start, else when the level was seen."""
    troubled = standing.troubled_since(view)
    if troubled is not None:
        return troubled
    begun = next((incident for incident in view.incidents if incident.began), None)
    return begun.episode.started_at if begun is not None else view.since


def since(voice: Voice, start: datetime, now: datetime) -> str:
    """When it began and how long ago: "since 17:58 (1 h 12 min)"."""
    return voice.gettext("since {time} ({duration})").format(
        time=times.clock(voice, start, now), duration=times.duration(voice, now - start)
    )


def _only_possible(view: ConnectionView) -> bool:
    return bool(view.incidents) and all(_relevance(view, each) is Relevance.POSSIBLE for each in view.incidents)


def _relevance(view: ConnectionView, incident: Incident) -> Relevance:
    return next((link.relevance for link in incident.links if link.connection == view.id), Relevance.LINKED)


def relevance(voice: Voice, view: ConnectionView, incident: Incident) -> str:
    """A warning where the provider does not say whom an incident hits; empty where it does."""
    if _relevance(view, incident) is not Relevance.POSSIBLE:
        return ""
    return voice.gettext("This may affect you: the provider does not say what is hit.")


def meanwhile(voice: Voice, view: ConnectionView, incident: Incident, now: datetime, shown: Shown | None = None) -> str:
    """What to do until it is over: the provider's own advice, else ours where the connection is really hit.

    With ``shown`` the verdict's advice comes first, and a line that still works needs no stand-in.
    """
    given = plain.clean(incident.advice or "", plain.BODY)
    found = None if shown is None else shown.verdict
    if found is None or found.says is Says.PROVIDER_ALONE:
        return given or _by_kind(voice, view, incident, now)
    if found.says is Says.WORKS_DESPITE_REPORT and view.kind in _CARRIED:
        return given
    rest = _by_kind(voice, view, incident, now) if found.advice is not Advice.USE_ANOTHER_WAY else ""
    on_backup = view.line is not None and view.line.on_backup
    own = "" if on_backup else " ".join(each for each in (verdicts.verdict_advice(voice, found), rest) if each)
    return given or own


def _by_kind(voice: Voice, view: ConnectionView, incident: Incident, now: datetime) -> str:
    planned = incident.kind is IncidentKind.MAINTENANCE and not incident.overrun
    vague = incident.severity is Severity.NOTICE or _relevance(view, incident) is Relevance.POSSIBLE
    if planned or vague or not incident.is_open or view.role is Role.BACKUP:
        return ""
    return advice.own(voice, view.kind, incident.episode.started_at, now)


def checked(voice: Voice, view: ConnectionView, shown: Shown, now: datetime) -> str:
    """How old the knowledge is: "checked 19:09", "last confirmed 18:20", "last heard from 18:20"."""
    if standing.is_by_line(view, shown):
        return _measured(voice, view, shown, now)
    said = shown.level if shown.verdict is None else shown.said
    heard = _heard(view, said)
    if heard is None:
        return voice.gettext("not checked yet")
    if not shown.stale:
        template = voice.gettext("checked {time}")
    elif view.level.is_definite_trouble:
        template = voice.gettext("last confirmed {time}")
    else:
        template = voice.gettext("last heard from {time}")
    return template.format(time=times.clock(voice, heard.wall, now))


def _measured(voice: Voice, view: ConnectionView, shown: Shown, now: datetime) -> str:
    """The age of what the line says."""
    last = standing.last_measured(view)
    if standing.is_idle(view, shown):
        return voice.gettext("not in use")
    if last is None:
        return voice.gettext("not measured yet")
    if not shown.stale:
        template = voice.gettext("measured {time}")
    elif shown.level.is_definite_trouble:
        template = voice.gettext("last confirmed {time}")
    else:
        template = voice.gettext("last measured {time}")
    return template.format(time=times.clock(voice, last, now))


def polling(voice: Voice, accounts: Sequence[AccountView], now: Instant, line: LineView | None = None) -> str:
    """The bottom line: "checked 12 s ago, next in 48 s"; of several accounts the one longest ago and the soonest.

    Where there is nobody to ask but the line: "measured 12 s ago".
    """
    accounts = [each for each in accounts if each.provider != LINE_PROVIDER]
    if not accounts and line is not None:
        if line.measured is None:
            return voice.gettext("not measured yet") if line.hosts else voice.gettext("Nothing is watched yet")
        ago = times.duration(voice, age(line.measured, now))
        return voice.gettext("measured {duration} ago").format(duration=ago)
    heard = [age(each.last_success, now) for each in accounts if each.last_success is not None]
    if not heard:
        last = voice.gettext("not checked yet")
    else:
        last = voice.gettext("checked {duration} ago").format(duration=times.duration(voice, max(heard)))
    if any(each.polling for each in accounts):
        upcoming = voice.gettext("checking now")
    else:
        due = min((each.next_poll_at for each in accounts if each.next_poll_at is not None), default=None)
        if due is None:
            return last
        wait = times.duration(voice, max(timedelta(), due - now.wall))
        upcoming = voice.gettext("next in {duration}").format(duration=wait)
    return voice.gettext("{last}, {upcoming}").format(last=last, upcoming=upcoming)


def source(voice: Voice, incident: Incident, provider: str, now: datetime) -> str:
    """Whose words the title is and when the last of them came: “Cable cut” - Planet Fibre, 18:40."""
    said = measured_here(voice, incident) or voice.said_by(incident.title, provider)
    if not incident.updates:
        return said
    time = times.clock(voice, max(each.at for each in incident.updates), now)
    return voice.gettext("{source}, {time}").format(source=said, time=time) if said else time


def update(voice: Voice, item: Update, now: datetime) -> str:
    """One message of the provider: when, at which phase, and the text as it came."""
    head = voice.gettext("{time}, {phase}").format(
        time=times.clock(voice, item.at, now), phase=vocabulary.phase(voice, item.phase)
    )
    text = plain.clean(item.text, plain.BODY)
    return voice.captioned(head, text) if text else head


def raw_words(voice: Voice, incident: Incident) -> str:
    """The provider's own words for severity and phase, as they came; empty where it has none."""
    if not incident.sources:
        return ""
    last = incident.sources[-1]
    return ", ".join(
        quote for quote in (voice.quoted(each, plain.NAME) for each in (last.raw_severity, last.raw_phase)) if quote
    )


def strange_state(voice: Voice, view: ConnectionView) -> str:
    """A state word that is not a documented one, shown as it came; empty when all are known."""
    word = voice.quoted(view.raw, plain.NAME)
    return voice.gettext("The provider calls its state {word}.").format(word=word) if word else ""


def upcoming(voice: Voice, incident: Incident, now: datetime) -> str:
    """What is announced: planned work with its window, or something that starts later. Empty for what has begun."""
    if incident.began or not incident.is_open or incident.phase is Phase.CANCELLED:
        return ""
    start = incident.scheduled_start or incident.started_at
    when = times.span(voice, start, incident.scheduled_end, now)
    if incident.kind is IncidentKind.MAINTENANCE:
        return voice.gettext("Maintenance planned: {when}").format(when=when)
    return voice.gettext("Announced: {when}").format(when=when)
