"""When it should be fixed, how often that moved, and what it was: the estimate in words."""

from datetime import datetime

from tocsin.domain.incident import Incident
from tocsin.domain.measured import is_line_only
from tocsin.domain.terms import IncidentKind
from tocsin.words import times
from tocsin.words.voice import Voice

_TWICE = 2


def expected(voice: Voice, eta: datetime | None, now: datetime) -> str:
    """The estimate alone: given, passed, or none yet."""
    if eta is None:
        return voice.gettext("No estimate given yet")
    if eta <= now:
        template = voice.gettext("The estimate of {time} has passed")
    else:
        template = voice.gettext("Expected fixed at {time}")
    return template.format(time=times.clock(voice, eta, now))


def changed(voice: Voice, eta: datetime | None, was: datetime | None, now: datetime) -> str:
    """The news that the estimate moved, with what it was."""
    before = "" if was is None else times.clock(voice, was, now)
    if eta is None or eta <= now:
        if eta is not None or not before:
            return expected(voice, eta, now)
        return voice.gettext("No estimate any more (was {was})").format(was=before)
    time = times.clock(voice, eta, now)
    if not before:
        return voice.gettext("New estimate: {time}").format(time=time)
    return voice.gettext("New estimate: {time} (was {was})").format(time=time, was=before)


def estimate(voice: Voice, incident: Incident, now: datetime) -> str:
    """The window's line on when it ends: of planned work the plan, of an incident the estimate and its moves.

    Empty for what only the line itself showed: nobody is there to give an estimate.
    """
    if is_line_only(incident) and not incident.etas:
        return ""
    if incident.kind is IncidentKind.MAINTENANCE and incident.eta is None:
        return _planned(voice, incident, now)
    if incident.eta is None and incident.first_eta is not None:
        line = voice.gettext("No estimate any more")
    else:
        line = expected(voice, incident.eta, now)
    moves = _moves(voice, incident, now)
    if not moves:
        return line
    # Translators: the mark between an estimate and how often it moved, as your language sets it.
    return voice.pgettext("estimate", "{estimate} - {moves}").format(estimate=line, moves=moves)


def _moves(voice: Voice, incident: Incident, now: datetime) -> str:
    was = next((each.value for each in reversed(incident.etas) if each.value not in (None, incident.eta)), None)
    count = incident.eta_moves
    if was is None or count < 1:
        return ""
    if incident.eta is None and count == 1:
        template = voice.gettext("was {was}")
    elif count == _TWICE:
        template = voice.gettext("moved twice, was {was}")
    else:
        template = voice.ngettext("moved once, was {was}", "moved {n} times, was {was}", count)
    return template.format(n=count, was=times.clock(voice, was, now))


def _planned(voice: Voice, incident: Incident, now: datetime) -> str:
    start, end = incident.scheduled_start, incident.scheduled_end
    if not incident.began and start is not None:
        return voice.gettext("Planned: {when}").format(when=times.span(voice, start, end, now))
    if end is None:
        return voice.gettext("No planned end was given")
    template = voice.gettext("Planned end: {time}") if end <= now else voice.gettext("Planned until {time}")
    return template.format(time=times.clock(voice, end, now))
