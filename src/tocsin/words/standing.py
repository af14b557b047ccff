"""How a connection stands whose line is measured: its verdict in words, as one sentence and as a headline."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tocsin.domain.freshness import Shown
from tocsin.domain.incident import Incident, Link
from tocsin.domain.measured import is_declared
from tocsin.domain.state import AccountView, ConnectionView
from tocsin.domain.terms import IncidentKind, Level, LineState, Relevance, Role, Severity
from tocsin.domain.verdict import NextStep, Says
from tocsin.words import times, verdicts
from tocsin.words.reports import Report
from tocsin.words.verdicts import Facts
from tocsin.words.voice import Voice

_UNHEARD = (Says.WORKS_UNHEARD, Says.POOR_UNHEARD, Says.DOWN_UNHEARD)
_WHOLE = (
    Says.WORKS_DESPITE_REPORT,
    Says.WORKS_UNHEARD,
    Says.NOT_CONNECTED,
    Says.SIGN_IN,
    Says.SIGN_IN_AND_REPORTED,
)
"""What is as short as it gets."""
_AT_WORK = (Says.WORKS_DURING_MAINTENANCE, Says.POOR_DURING_MAINTENANCE, Says.DOWN_DURING_MAINTENANCE)


def verdict(
    voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView] = ()
) -> str:
    """The one sentence; empty where nothing but the provider's word is known."""
    line = view.line
    if line is not None and line.on_backup:
        return _meanwhile_on_backup(voice, view, shown, now, tuple(accounts))
    named = _name(voice, view) if view.role is Role.BACKUP else ""
    found = facts(voice, view, shown, accounts, named)
    return "" if found is None else verdicts.sentence(voice, found, now)


def headline(
    voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView] = ()
) -> str | None:
    """The verdict in a few words, for the tray and the window's title; None where the level says enough."""
    accounts = tuple(accounts)
    if is_idle(view, shown):
        return voice.gettext("{name} is not in use").format(name=_name(voice, view))
    if view.line is not None and view.line.on_backup:
        return on_backup(voice, view, view.line.backup, now)
    found = facts(voice, view, shown, accounts, _name(voice, view))
    if found is None:
        return None if view.has_provider else _unmeasured(voice, view, now)
    return _by_verdict(voice, found, now)


def _by_verdict(voice: Voice, found: Facts, now: datetime) -> str | None:
    if found.says is Says.WORKS:
        return voice.gettext("{name} works").format(name=found.name)
    if found.says in (Says.OWN_NETWORK, Says.VPN):
        return verdicts.own_network(voice, found.says)
    short = replace(found, report=None if found.report is None else replace(found.report, eta=None))
    if found.says in verdicts.OWN_NETWORK:
        said = "" if short.report is None else verdicts.theirs(voice, found.says, short.report, now)
        return verdicts.join(voice, verdicts.own_network(voice, found.says), said)
    if found.says in _WHOLE:
        return verdicts.clause(voice, short, now)
    return None


def theirs(voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: Iterable[AccountView]) -> str:
    """What the provider says of a line in trouble, to stand behind a headline that does not say it yet."""
    found = facts(voice, view, shown, accounts)
    if found is None or found.report is None or found.says in verdicts.OWN_NETWORK:
        return ""
    is_said = troubled_since(view) is None or (view.line is not None and view.line.on_backup)
    return "" if is_said else verdicts.theirs(voice, found.says, found.report, now, found.since)


def _unmeasured(voice: Voice, view: ConnectionView, now: datetime) -> str:
    """Nobody but the line tells of it, and how that stands is not known."""
    last = last_measured(view)
    if last is None:
        return voice.gettext("The state of {name} is not known yet").format(name=_name(voice, view))
    template = voice.gettext("The state of {name} has not been known since {time}")
    return template.format(name=_name(voice, view), time=times.clock(voice, last, now))


def last_measured(view: ConnectionView) -> datetime | None:
    """When it was last known how the line stands."""
    line = view.line
    if line is None or line.measured is None:
        return None
    return line.measured.wall if line.state is not LineState.NOT_MEASURED else line.since


def on_backup(voice: Voice, view: ConnectionView, backup: str, now: datetime | None = None) -> str:
    """Traffic leaves over the backup, and how the primary stands: "You are on the backup Office SIM; ..."."""
    name = voice.names((backup,))
    first = (
        voice.gettext("You are on the backup {name}").format(name=name)
        if name
        else voice.gettext("You are on the backup")
    )
    line = view.line
    if line is None or line.measured is None:
        return first
    at = now or line.measured.wall
    is_old = at - line.measured.wall > line.fresh_for and not line.state.is_trouble
    state = LineState.NOT_MEASURED if is_old else line.state
    found = Facts(Says.WORKS, state, line.cause, troubled_since(view), name=_name(voice, view))
    return verdicts.join(voice, first, verdicts.ours(voice, found, at))


def _meanwhile_on_backup(
    voice: Voice, view: ConnectionView, shown: Shown, now: datetime, accounts: tuple[AccountView, ...]
) -> str:
    """The backup carries the traffic, and the verdict on the primary."""
    found = facts(voice, view, shown, accounts, _name(voice, view))
    backup = "" if view.line is None else view.line.backup
    if found is None:
        return voice.gettext("{sentence}.").format(sentence=on_backup(voice, view, backup, now))
    first = voice.names((backup,))
    template = (
        voice.gettext("You are on the backup {name}. {sentence}")
        if first
        else voice.gettext("You are on the backup. {sentence}")
    )
    return template.format(name=first, sentence=verdicts.sentence(voice, found, now))


def is_idle(view: ConnectionView, shown: Shown) -> bool:
    """A backup that nobody tells of while it is not in use."""
    return not view.has_provider and view.line is not None and not view.line.in_use and shown.verdict is None


def is_by_line(view: ConnectionView, shown: Shown) -> bool:
    """Whether what is shown rests on the line rather than on the provider's word."""
    found = shown.verdict
    if found is None or found.says is Says.PROVIDER_ALONE:
        return not view.has_provider
    return not view.has_provider or found.level > shown.said or found.step is NextStep.SIGN_IN


def troubled_since(view: ConnectionView) -> datetime | None:
    """Since when the line is in trouble, however that changed on the way; None where it is not.

    Where the provider calls it worse than the line shows, its own start counts.
    """
    line = view.line
    if line is None or not line.state.is_trouble or (line.state is LineState.DEGRADED and view.level > Level.DEGRADED):
        return None
    marks = (each.measured for each in view.incidents)
    return next((mark.since for mark in marks if mark is not None and mark.until is None), line.since)


def facts(
    voice: Voice, view: ConnectionView, shown: Shown, accounts: Iterable[AccountView], name: str = ""
) -> Facts | None:
    """What the verdict's sentence is made of; None where there is no verdict but the provider's word."""
    found, line = shown.verdict, view.line
    if found is None or line is None or found.says is Says.PROVIDER_ALONE:
        return None
    report = _report(voice, view, shown, found.says, tuple(accounts)) if view.has_provider else None
    return Facts(found.says, line.state, line.cause, troubled_since(view) or line.since, report, name)


def _report(voice: Voice, view: ConnectionView, shown: Shown, says: Says, accounts: tuple[AccountView, ...]) -> Report:
    mine = [each for side in view.sides for each in accounts if each.id == side.account]
    if says in _UNHEARD:
        return _silence(voice, view, mine)
    incident = next((each for each in view.incidents if _explains(each, view.id, says, shown.said)), None)
    if says in verdicts.UNREPORTED:
        provider, count = _named(voice, mine)
        heard = min((side.confirmed.wall for side in view.sides if side.confirmed is not None), default=None)
        return Report(provider, count, shown.said, heard=heard, is_possible=_may_explain(view))
    if incident is None:
        saying = {side.account for side in view.sides if side.level is shown.said}
        provider, count = _named(voice, [each for each in mine if each.id in saying] or mine)
        return Report(provider, count, shown.said)
    provider, _ = _named(voice, [each for each in accounts if each.id == incident.account])
    planned = incident.kind is IncidentKind.MAINTENANCE
    if planned and not incident.overrun:
        return Report(provider, 1, shown.said, incident.scheduled_start, incident.scheduled_end)
    is_shared = incident.measured is not None and len(incident.aliases) > 1
    start = incident.started_at if is_shared else incident.episode.started_at
    return Report(provider, 1, shown.said, start, incident.eta, overrun=planned)


def _silence(voice: Voice, view: ConnectionView, mine: list[AccountView]) -> Report:
    silent = [each for each in mine if each.failing_since is not None]
    provider, count = _named(voice, silent or mine)
    since = min((each.failing_since for each in silent if each.failing_since is not None), default=None)
    heard = min((side.confirmed.wall for side in view.sides if side.confirmed is not None), default=None)
    return Report(
        provider, count, Level.UNKNOWN, failing_since=since, heard=heard, is_unlisted=view.match_missing and not silent
    )


def _explains(incident: Incident, connection: str, says: Says, said: Level) -> bool:
    """Whether an incident is what the provider's word rests on."""
    is_sure = any(link.connection == connection and link.relevance is Relevance.LINKED for link in incident.links)
    if not is_sure or not incident.began or not incident.is_open or incident.phase.is_over or not is_declared(incident):
        return False
    planned = incident.kind is IncidentKind.MAINTENANCE
    if says in _AT_WORK:
        return planned and not incident.overrun
    if planned:
        return incident.overrun and says in verdicts.REPORTED and said is Level.DEGRADED
    return says in verdicts.REPORTED


def _may_explain(view: ConnectionView) -> bool:
    """Whether a disturbance is declared of which the provider does not say whom it hits."""
    return any(
        each.began and each.is_open and each.kind is IncidentKind.INCIDENT and each.severity is not Severity.NOTICE
        for each in view.incidents
        if Link(view.id, Relevance.POSSIBLE) in each.links
    )


def _named(voice: Voice, accounts: list[AccountView]) -> tuple[str, int]:
    names = list(dict.fromkeys(each.name for each in accounts))
    return voice.names(names) or voice.gettext("the provider"), max(1, len(names))


def _name(voice: Voice, view: ConnectionView) -> str:
    return voice.names((view.name,)) or voice.gettext("your connection")
