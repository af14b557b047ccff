"""incident.io status pages: Statuspage's paths, which it answers too, and its own Widget API (``/api/v1/summary``).

The first has every component and every incident with its start, but often no planned work: the widget has that. Where
only the widget is there it is read alone; it lists what is hit, and never says when an incident began.
Format: incident.io's help, "Widget API"; sub-pages have both below their own path.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import (
    LARGE,
    Ask,
    Asker,
    attempt,
    check_meant,
    declared_ids,
    is_absent,
    known_by,
    read_all,
    unique,
)
from tocsin.providers.payload import Scalar, items
from tocsin.providers.statuspage import Statuspage, api_base
from tocsin.providers.statuspage_payload import LEVELS, PHASES
from tocsin.providers.things import ids, settled, thing

_WIDGET = "/api/v1/summary"
_SHIM = "/api/v2"
_SEVERITIES = {
    "operational": Severity.NOTICE,
    "degradedperformance": Severity.MINOR,
    "partialoutage": Severity.MAJOR,
    "fulloutage": Severity.CRITICAL,
    "majoroutage": Severity.CRITICAL,
}
_WORDS = {
    **PHASES,
    "maintenancescheduled": Phase.SCHEDULED,
    "maintenanceinprogress": Phase.IDENTIFIED,
    "maintenancecomplete": Phase.RESOLVED,
}
_EMPTY = Raw(b"[]")


class Widget(Struct, frozen=True):
    """The Widget API's document, known by its list of incidents."""

    ongoing_incidents: Raw
    page_title: Scalar = None
    page_url: Scalar = None
    in_progress_maintenances: Raw = _EMPTY
    scheduled_maintenances: Raw = _EMPTY


class Hit(Struct, frozen=True):
    """A component that is hit, with its state."""

    id: Scalar = None
    name: Scalar = None
    current_status: Scalar = None


class Item(Struct, frozen=True):
    """An incident or a maintenance. Which times it has depends on the list that it stands in."""

    id: Scalar
    name: Scalar = None
    status: Scalar = None
    url: Scalar = None
    current_worst_impact: Scalar = None
    started_at: Scalar = None
    scheduled_end_at: Scalar = None
    starts_at: Scalar = None
    ends_at: Scalar = None
    last_update_at: Scalar = None
    last_update_message: Scalar = None
    affected_components: list[Hit] | None = None


class IncidentIo:
    """A status page of incident.io. Matching is by the ids of components."""

    key: ClassVar[str] = "incidentio"
    name: ClassVar[str] = "incident.io"
    capabilities: ClassVar[frozenset[Capability]] = Statuspage.capabilities
    fields: ClassVar[tuple[ProviderField, ...]] = Statuspage.fields
    traits: ClassVar[Traits] = Statuspage.traits
    minimum_interval: ClassVar[timedelta] = Statuspage.minimum_interval

    def poll(self, context: PollContext) -> Poll:
        """Ask on Statuspage's paths, then the widget for what is missing. Raises ``PollFailed``."""
        parts = links.page_of(context.account.url, "/api/v1/")
        prefers_widget = parts.path != links.account_url(context.account.url).path
        home = api_base(links.without_query(parts)).removesuffix(_SHIM)
        conversation = _Conversation(Asker(context, limit=LARGE), home, context)
        ways = (conversation.shim, conversation.widget)
        failure: PollFailed | None = None
        for way in reversed(ways) if prefers_widget else ways:
            outcome = yield from attempt(way())
            if not isinstance(outcome, PollFailed):
                return outcome
            if not _is_elsewhere(outcome):
                raise outcome
            failure = outcome if failure is None or is_absent(failure) else failure
        raise failure or PollFailed(FailureKind.NOT_STATUS_API, "nothing was asked")


def _is_elsewhere(failure: PollFailed) -> bool:
    """True where a server has no such document: there it may have the other."""
    return is_absent(failure) or failure.kind is FailureKind.NOT_STATUS_API


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One poll's questions about the page at ``home``."""

    asker: Asker
    home: str
    context: PollContext

    def shim(self) -> Ask[Snapshot]:
        """What Statuspage's paths say, with the widget's planned work where they have none."""
        account = replace(self.context.account, url=self.home)
        snapshot = yield from Statuspage().poll(replace(self.context, account=account))
        if any(report.kind is IncidentKind.MAINTENANCE for report in snapshot.reports):
            return snapshot
        stated = yield from attempt(self._ask())
        if isinstance(stated, PollFailed):
            if _is_elsewhere(stated) or stated.kind is FailureKind.UNAUTHORIZED:
                return snapshot
            gone = declared_ids(self.context) - {report.id for report in snapshot.reports}
            return replace(snapshot, unread=tuple(sorted(gone)))
        planned = tuple(each for each in self._reports(stated) if each.kind is IncidentKind.MAINTENANCE)
        return replace(snapshot, reports=unique((*snapshot.reports, *planned)))

    def widget(self) -> Ask[Snapshot]:
        """What the widget says by itself. Its components are those that are hit, and no list of them all."""
        stated = yield from self._ask()
        check_meant(self.context, self._where, stated.page_title, stated.page_url)
        page_url = (links.web_link(stated.page_url) or self.home).rstrip("/")
        return Snapshot(
            fetched_at=self.context.now,
            page_name=text.line(stated.page_title, text.NAME) or links.place(page_url),
            page_url=page_url,
            reports=unique(self._reports(stated)),
            components=self._components(stated),
            has_states=True,
            lists_things=False,
            skew=self.asker.skew,
        )

    @property
    def _where(self) -> str:
        return links.place(f"{self.home}{_WIDGET}")

    def _ask(self) -> Ask[Widget]:
        return (yield from self.asker.item(f"{self.home}{_WIDGET}", Widget))

    def _lists(self, stated: Widget) -> Iterator[tuple[IncidentKind, Phase, list[Item]]]:
        """The lists, with what stands in them, and what an unknown word means there."""
        incident, planned = IncidentKind.INCIDENT, IncidentKind.MAINTENANCE
        yield incident, Phase.INVESTIGATING, read_all(stated.ongoing_incidents, Item, self._where)
        yield planned, Phase.IDENTIFIED, read_all(stated.in_progress_maintenances, Item, self._where)
        yield planned, Phase.SCHEDULED, read_all(stated.scheduled_maintenances, Item, self._where)

    def _reports(self, stated: Widget) -> list[Report]:
        return [_report(each, kind, unknown) for kind, unknown, listed in self._lists(stated) for each in listed]

    def _components(self, stated: Widget) -> tuple[Component, ...]:
        hits = (
            hit for _, _, listed in self._lists(stated) for each in listed for hit in items(each.affected_components)
        )
        named = ((text.identity(hit.id), hit) for hit in hits if text.word(hit.current_status))
        return settled(thing(hit_id, hit.name, hit.current_status, LEVELS) for hit_id, hit in named if hit_id)


def _report(stated: Item, kind: IncidentKind, unknown: Phase) -> Report:
    item_id = known_by(stated.id, f"a {kind.value}")
    phase = _WORDS.get(text.folded(stated.status), unknown)
    start = _moment(stated.started_at, stated.starts_at) if kind is IncidentKind.MAINTENANCE else None
    end = _moment(stated.scheduled_end_at, stated.ends_at) if kind is IncidentKind.MAINTENANCE else None
    at, said = times.moment(stated.last_update_at), text.body(stated.last_update_message)
    return Report(
        id=item_id,
        title=text.line(stated.name) or item_id,
        kind=kind,
        severity=_SEVERITIES.get(text.folded(stated.current_worst_impact), Severity.MINOR),
        phase=phase,
        raw_severity=text.word(stated.current_worst_impact),
        raw_phase=text.word(stated.status),
        started_at=start,
        eta=end,
        scheduled_start=start,
        scheduled_end=end,
        affected=ids(each.id for each in items(stated.affected_components)),
        url=links.web_link(stated.url),
        updates=(Update(at, phase, said),) if at is not None and said else (),
    )


def _moment(*values: Scalar) -> datetime | None:
    return next((at for value in values if (at := times.moment(value)) is not None), None)
