"""What Sorry's documents say, in our words. Format: a page's own ``/api``, and Sorry's documentation, "Notices"."""

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Component, Report, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.providers import links, text, times
from tocsin.providers.base import known_by
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import ids, settled, state, thing

_LEVELS = {
    "operational": Level.OK,
    "degraded": Level.DEGRADED,
    "partiallydegraded": Level.DEGRADED,
    "undermaintenance": Level.MAINTENANCE,
}
_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "recovering": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "falsealarm": Phase.CANCELLED,
    "scheduled": Phase.SCHEDULED,
    "underway": Phase.IDENTIFIED,
    "complete": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}


class StatusDocument(Struct, frozen=True):
    """``status``."""

    page: Raw


class Page(Struct, frozen=True):
    """Whose page it is, and its overall word."""

    state: str
    id: Scalar = None
    name: Scalar = None
    url: Scalar = None


class Meta(Struct, frozen=True):
    """Where the next page is; none after the last."""

    next_page: Scalar = None


class Components(Struct, frozen=True):
    """A page of ``components``."""

    components: Raw
    meta: Meta | None = None


class Notices(Struct, frozen=True):
    """A page of ``notices``."""

    notices: Raw
    meta: Meta | None = None


class Detail(Struct, frozen=True):
    """One notice whole."""

    notice: Raw


class Thing(Struct, frozen=True):
    """A component, below another one or not."""

    id: Scalar
    name: Scalar = None
    state: Scalar = None
    parent_id: Scalar = None


class Message(Struct, frozen=True):
    """One update of a notice."""

    state: Scalar = None
    content: Scalar = None
    created_at: Scalar = None


class Notice(Struct, frozen=True):
    """A notice: planned, unplanned or general. ``begins_at`` and ``ends_at`` are planned, the others actual times."""

    id: Scalar
    type: Scalar = None
    state: Scalar = None
    timeline_state: Scalar = None
    subject: Scalar = None
    synopsis: Scalar = None
    link: Scalar = None
    url: Scalar = None
    begins_at: Scalar = None
    ends_at: Scalar = None
    began_at: Scalar = None
    ended_at: Scalar = None
    created_at: Scalar = None
    components: list[Thing] | None = None
    updates: list[Message] | None = None
    latest_update: Message | None = None


def page_level(stated: Page) -> Level:
    """The level of the page's overall word."""
    return state(text.word(stated.state), _LEVELS)[0]


def components(listed: list[Thing], where: str) -> tuple[Component, ...]:
    """The page's components, with those that others stand below as groups. Raises ``PollFailed`` (malformed)."""
    parents = {text.identity(each.parent_id) for each in listed}
    found = [known_by(each.id, f"{where}: a component") for each in listed]
    return settled(
        thing(
            thing_id, each.name, each.state, _LEVELS, group=text.identity(each.parent_id), is_group=thing_id in parents
        )
        for thing_id, each in zip(found, listed, strict=True)
    )


def phase_of(stated: Notice) -> Phase:
    """How far a notice has come: its own state; without one that is known, where on the time line it stands."""
    known = _PHASES.get(text.folded(stated.state))
    if known is not None:
        return known
    place = text.folded(stated.timeline_state)
    if times.moment(stated.ended_at) is not None or place.startswith("past"):
        return Phase.RESOLVED
    return Phase.SCHEDULED if place == "future" else Phase.INVESTIGATING


def report(stated: Notice) -> Report:
    """One notice, in brief or whole. Raises ``PollFailed`` (malformed) where it has no id."""
    notice_id = known_by(stated.id, "a notice")
    sort = text.folded(stated.type)
    planned = sort == "planned"
    begins, ends = times.moment(stated.begins_at), times.moment(stated.ends_at)
    began = times.moment(stated.began_at)
    phase = phase_of(stated)
    severity = {"planned": Severity.MINOR, "general": Severity.NOTICE}.get(sort, Severity.MAJOR)
    return Report(
        id=notice_id,
        title=text.line(stated.subject) or notice_id,
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=severity,
        phase=phase,
        raw_severity=text.word(stated.type),
        raw_phase=text.word(stated.state),
        started_at=began or begins or (None if planned else times.moment(stated.created_at)),
        resolved_at=times.moment(stated.ended_at) if phase.is_over else None,
        eta=ends,
        scheduled_start=begins,
        scheduled_end=ends,
        affected=ids(each.id for each in items(stated.components)),
        url=links.web_link(stated.link) or links.web_link(stated.url),
        updates=_updates(stated, Phase.SCHEDULED if planned else Phase.INVESTIGATING),
    )


def _updates(stated: Notice, early: Phase) -> tuple[Update, ...]:
    """The messages, oldest first; of a notice in brief the newest, or its synopsis, which is the first."""
    told = items(stated.updates) or ([stated.latest_update] if stated.latest_update else [])
    told = told or [Message(None, stated.synopsis, stated.created_at)]
    found = []
    for each in told:
        at, said = times.moment(each.created_at), text.body(each.content)
        if at is not None and said:
            found.append(Update(at, _PHASES.get(text.folded(each.state), early), said))
    return tuple(sorted(found, key=lambda update: update.at))
