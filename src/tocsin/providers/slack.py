"""Slack's own status API, v2.0.0.

``current`` holds what is active and drops it once it is over; ``history`` then tells the end. There is no severity:
the type is the nearest thing to one. Format: Slack's developer documentation, "Slack Status API".
"""

from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Ask, Asker, attempt, known_by, lately, read, read_all, read_list, unique
from tocsin.providers.payload import Scalar, items

_API = "/api/v2.0.0"
_OURS = "component:"  # ids that the rules gave to what they observed themselves
_PHASES = {
    "scheduled": Phase.SCHEDULED,
    "active": Phase.INVESTIGATING,
    "resolved": Phase.RESOLVED,
    "completed": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_SEVERITIES = {"notice": Severity.NOTICE, "incident": Severity.MINOR, "outage": Severity.CRITICAL}


class Note(Struct, frozen=True):
    """One update of an incident."""

    date_created: Scalar = None
    body: Scalar = None


class Incident(Struct, frozen=True):
    """An incident, an outage, a notice or a maintenance."""

    id: Scalar
    date_created: Scalar = None
    date_updated: Scalar = None
    title: Scalar = None
    type: Scalar = None
    status: Scalar = None
    url: Scalar = None
    services: list[Scalar] | None = None
    notes: list[Note] | None = None


class Current(Struct, frozen=True):
    """What is going on; both fields are what it is known by."""

    status: str
    active_incidents: Raw


class Slack:
    """Slack's status page. Matching is by the names of its services, which are all the ids that they have."""

    key: ClassVar[str] = "slack"
    name: ClassVar[str] = "Slack"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="https://slack-status.com"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The page that answers, where its old name is set. Raises ``PollFailed``."""
        return (api_base(account.url),)

    def poll(self, context: PollContext) -> Poll:
        """Ask for what is going on, and for the end of what no longer is. Raises ``PollFailed``."""
        base = api_base(context.account.url)
        asker = Asker(context, limit=LARGE, public=True)
        url = f"{base}/current"
        where = links.place(url)
        current = read((yield from asker.json(url, Raw)), Current, where)
        reports = [report(each) for each in read_all(current.active_incidents, Incident, where)]
        is_told = any(not each.phase.is_over for each in reports)
        held = {each for each in context.open_ids if not each.startswith(_OURS)}
        if context.first or held - {each.id for each in reports}:
            reports.extend((yield from _history(asker, base, held, context)))
        return Snapshot(
            fetched_at=context.now,
            page_name="Slack",
            page_url=base.removesuffix(_API),
            reports=unique(reports),
            page_level=_page_level(current.status, is_told=is_told),
            skew=asker.skew,
        )


def _history(asker: Asker, base: str, held: set[str], context: PollContext) -> Ask[tuple[Report, ...]]:
    """What ended lately, as far as it can be had: ``current`` has said all that is open."""
    url = f"{base}/history"
    raw = yield from attempt(asker.json(url, Raw))
    if isinstance(raw, PollFailed):
        return ()
    try:
        told = [report(each) for each in read_list(raw, Incident, links.place(url))]
    except PollFailed:
        return ()  # it only says more
    return lately((each for each in told if each.phase.is_over or each.id in held), context)


def report(stated: Incident) -> Report:
    """One incident. Raises ``PollFailed`` (malformed) where it has no id."""
    incident_id = known_by(stated.id, "an incident")
    kind = IncidentKind.MAINTENANCE if text.folded(stated.type) == "maintenance" else IncidentKind.INCIDENT
    phase = _PHASES.get(text.folded(stated.status), Phase.INVESTIGATING)
    began, changed = times.moment(stated.date_created), times.moment(stated.date_updated)
    names = (text.identity(name) for name in items(stated.services))
    return Report(
        id=incident_id,
        title=text.line(stated.title) or incident_id,
        kind=kind,
        severity=_SEVERITIES.get(text.folded(stated.type), Severity.MINOR),
        phase=phase,
        raw_severity=text.word(stated.type),
        raw_phase=text.word(stated.status),
        started_at=began,
        resolved_at=changed if phase.is_over else None,
        affected=tuple(dict.fromkeys(name for name in names if name is not None)),
        url=links.web_link(stated.url),
        updates=_updates(stated, phase),
    )


def _updates(stated: Incident, phase: Phase) -> tuple[Update, ...]:
    """The notes, oldest first. They state no phase: the last has the incident's, the others an earlier one."""
    notes = ((times.moment(note.date_created), text.body(note.body)) for note in items(stated.notes))
    said = sorted({(at, words) for at, words in notes if at is not None and words})
    earlier = Phase.INVESTIGATING if phase.is_over else phase
    return tuple(
        Update(at, phase if number == len(said) else earlier, words) for number, (at, words) in enumerate(said, 1)
    )


def _page_level(status: str, *, is_told: bool) -> Level | None:
    """The level of the overall word; what is active is judged by the incidents, where there are any."""
    word = text.folded(status)
    if word == "ok":
        return Level.OK
    return None if word == "active" and is_told else Level.DEGRADED


def api_base(url: str) -> str:
    """The API's base of an address that is the page, one of its pages, the base, or one of its documents."""
    parts = links.account_url(url)
    if parts.hostname == "status.slack.com":
        parts = parts._replace(netloc="slack-status.com", path="")  # the page moved; the old name only redirects
    path = parts.path[: parts.path.index("/api/")] if "/api/" in f"{parts.path}/" else ""
    return links.without_query(parts._replace(path=path + _API))
