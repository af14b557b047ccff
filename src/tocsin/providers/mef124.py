"""MEF 124 incidents (LSO Sonata and Cantata): per account, with an estimate and planned work in one resource.

``GET {base}/mefApi/sonata/troubleTicket/v4/incident`` lists the incidents on the buyer's own products. Its items leave
out notes and the history of the status, so that open ones are completed by id. A maintenance has no window of its own:
``situationStartDate`` and ``expectedClosedDate`` are it. Format: MEF 124, LSO Sonata SDK, troubleTicketManagement v4.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from msgspec import UNSET, Raw, Struct, UnsetType, structs

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_absent, is_transport, known_by, read, unique
from tocsin.providers.paging import Identified, pages
from tocsin.providers.payload import Scalar, given, items

_API = "/mefApi/sonata/troubleTicket/v4"
_RESOURCE = "/incident"
_VERSION = re.compile(r"v\d[\w.]*")
_MOST_DETAILS = 50  # requests of one poll for what a list leaves out
_PHASES = {
    "created": Phase.INVESTIGATING,
    "inprogress": Phase.IDENTIFIED,
    "closed": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_MILD = frozenset({"degraded", "intermittent"})


class Note(Struct, frozen=True):
    """A remark on an incident."""

    date: Scalar = None
    text: Scalar = None


class Change(Struct, frozen=True, rename="camel"):
    """A change of the status, and why."""

    change_date: Scalar = None
    change_reason: Scalar = None
    status: Scalar = None


class Incident(Struct, frozen=True, rename="camel"):
    """An incident, from a list (``Incident_Find``) or whole."""

    id: Scalar
    description: Scalar = None
    status: Scalar = None
    incident_type: Scalar = None
    impact: Scalar = None
    priority: Scalar = None
    severity: Scalar = None
    creation_date: Scalar = None
    situation_start_date: Scalar = None
    expected_closed_date: Scalar = None
    closed_date: Scalar = None
    related_entity: list[Identified] | UnsetType | None = UNSET
    note: list[Note] | None = None
    status_change: list[Change] | None = None

    @property
    def says_enough(self) -> bool:
        """True when its status is given, and what it hits."""
        return self.status is not None and given(self.related_entity)

    @property
    def phase(self) -> Phase:
        """Where it stands; an unknown word is in progress."""
        return _PHASES.get(text.folded(self.status), Phase.IDENTIFIED)


class Mef124:
    """A seller's incidents on the buyer's products. Matching is by the products' ids."""

    key: ClassVar[str] = "mef124"
    name: ClassVar[str] = "MEF 124 incidents"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.PER_ACCOUNT, Capability.ETA, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The seller's host, the API's base, or its incident"),
        ProviderField("buyer_id", FieldType.TEXT, required=False, help="Which buyer asks, where one acts for several"),
        ProviderField("seller_id", FieldType.TEXT, required=False, help="Which seller is asked, where one is several"),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token, key or password of the login"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """List the incidents, complete those that are open, look for those that are missing. Raises ``PollFailed``."""
        asker = Asker(context, limit=LARGE)
        resource = resource_of(context)
        listed = yield from pages(asker, resource)
        reports, unread = yield from _Conversation(asker, resource, context).reports(listed)
        home = links.account_url(context.account.url)
        return Snapshot(
            fetched_at=context.now,
            page_name=home.hostname or home.netloc,
            page_url=links.without_query(home),
            reports=reports,
            unread=unread,
            skew=asker.skew,
        )


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One poll's questions about single incidents."""

    asker: Asker
    resource: str
    context: PollContext

    def reports(self, listed: list[Raw]) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
        """Every incident, and the ids of open ones that could not be asked for."""
        where = links.place(self.resource)
        found: list[Report] = []
        wanted = _MOST_DETAILS
        for raw in listed:
            incident = read(raw, Incident, where)
            incident_id = known_by(incident.id, "an incident")
            if not incident.says_enough:
                incident = yield from self._one(incident_id)  # it cannot be judged: its failure is the poll's
                wanted -= 1
            elif wanted > 0 and not incident.phase.is_over and self._concerns(incident):
                wanted -= 1
                whole = yield from attempt(self._one(incident_id))
                if not isinstance(whole, PollFailed):
                    incident = _completed(incident, whole)
                elif is_transport(whole):
                    wanted = 0
            found.append(report(incident, incident_id, self.context.now))
        missing = sorted({*self.context.open_ids} - {each.id for each in found})
        unread: list[str] = []
        for incident_id in missing[:_MOST_DETAILS]:
            one = yield from attempt(self._one(incident_id))
            if not isinstance(one, PollFailed):
                found.append(report(one, incident_id, self.context.now))
            elif not is_absent(one):
                unread.append(incident_id)
        return unique(found), (*unread, *missing[_MOST_DETAILS:])

    def _one(self, incident_id: str) -> Ask[Incident]:
        return self.asker.item(links.item(self.resource, incident_id), Incident)

    def _concerns(self, incident: Incident) -> bool:
        """Whether its details are worth a request: what hits none of the connections is never shown."""
        matches = [each.match for each in self.context.account.connections]
        hits = {text.identity(each.id) for each in items(incident.related_entity)}
        return not hits or not all(matches) or any(hits.intersection(match) for match in matches)


def resource_of(context: PollContext) -> str:
    """Where the incidents are, for an address that is the resource, the API's base or the host alone."""
    parts = links.account_url(context.account.url)
    path = parts.path
    above, _, last = path.rpartition("/")
    if _VERSION.fullmatch(above.rpartition("/")[2]) and f"/{last}" != _RESOURCE:
        path, last = above, above.rpartition("/")[2]  # another resource of this API
    if _VERSION.fullmatch(last):
        path += _RESOURCE
    elif last == "troubleTicket":
        path += "/v4" + _RESOURCE
    elif f"/{last}" != _RESOURCE:
        path += _API + _RESOURCE
    options = context.account.options
    asks = {"buyerId": options.get("buyer_id"), "sellerId": options.get("seller_id")}
    query = "&".join(filter(None, (parts.query, urlencode({key: each for key, each in asks.items() if each}))))
    return parts._replace(path=path, query=query).geturl()


def report(incident: Incident, incident_id: str, now: datetime) -> Report:
    """The report of an incident."""
    planned = text.folded(incident.incident_type) == "maintenance"
    start, end = times.moment(incident.situation_start_date), times.moment(incident.expected_closed_date)
    phase = incident.phase
    if planned and not phase.is_over:
        # Its status says that it was entered, not that the work has begun: only its start tells.
        is_ahead = phase is Phase.INVESTIGATING if start is None else start > now
        phase = Phase.SCHEDULED if is_ahead else Phase.IDENTIFIED
    ids = (text.identity(each.id) for each in items(incident.related_entity))
    return Report(
        id=incident_id,
        title=text.line(incident.description) or incident_id,
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=_severity(incident),
        phase=phase,
        raw_severity=_raw_severity(incident),
        raw_phase=text.word(incident.status),
        started_at=start or times.moment(incident.creation_date),
        resolved_at=_ended(incident) if phase.is_over else None,
        eta=end,
        eta_readable=end is not None or not text.word(incident.expected_closed_date),
        scheduled_start=start if planned else None,
        scheduled_end=end if planned else None,
        affected=tuple(dict.fromkeys(each for each in ids if each is not None)),
        updates=_updates(incident, phase),
    )


def _completed(incident: Incident, whole: Incident) -> Incident:
    """An incident with what its list left out."""
    left_out = {name for name in incident.__struct_fields__ if getattr(incident, name) in (None, UNSET)}
    return structs.replace(incident, **{name: getattr(whole, name) for name in left_out})


def _severity(incident: Incident) -> Severity:
    if text.folded(incident.impact) in _MILD:
        return Severity.MINOR
    is_critical = text.folded(incident.priority) == "critical" or text.folded(incident.severity) == "extensive"
    return Severity.CRITICAL if is_critical else Severity.MAJOR


def _raw_severity(incident: Incident) -> str:
    words = (("impact", incident.impact), ("priority", incident.priority), ("severity", incident.severity))
    return ", ".join(f"{name} {word}" for name, stated in words if (word := text.word(stated)))


def _ended(incident: Incident) -> datetime | None:
    ends = (each for each in items(incident.status_change) if _PHASES.get(text.folded(each.status)) is Phase.RESOLVED)
    told = (incident.closed_date, *(each.change_date for each in ends))
    return next((at for each in told if (at := times.moment(each)) is not None), None)


def _updates(incident: Incident, phase: Phase) -> tuple[Update, ...]:
    """Notes, and changes of the status that give a reason, oldest first. A note without a time is from the start."""
    found: dict[tuple[datetime, str], Update] = {}
    for change in items(incident.status_change):
        at, said = times.moment(change.change_date), text.body(change.change_reason)
        if at is not None and said:
            found[at, said] = Update(at, _PHASES.get(text.folded(change.status), Phase.IDENTIFIED), said)
    open_phase = Phase.IDENTIFIED if phase.is_over else phase
    for note in items(incident.note):
        at = times.moment(note.date) or times.moment(incident.creation_date)
        said = text.body(note.text)
        if at is not None and said:
            found[at, said] = Update(at, open_phase, said)
    return tuple(sorted(found.values(), key=lambda update: update.at))
