"""Google's status dashboards: Cloud, Workspace, Maps and Ads each publish the same list of incidents.

The list is an archive: what is over stays in it, with an ``end``. An incident is open as long as it has none. Format:
``incidents.schema.json`` of status.cloud.google.com.
"""

import re
from datetime import UTC, timedelta
from typing import ClassVar
from urllib.parse import urljoin

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Asker, known_by, lately, read_list, unique
from tocsin.providers.payload import Scalar, items

_FILE = "incidents.json"
_PAGES = re.compile(r"/(?:incidents|summary|history|regional|products)(?:/.*)?$")
_NAMES = (
    ("/appsstatus", "Google Workspace"),
    ("/maps-platform", "Google Maps Platform"),
    ("ads.google.com", "Google Ads"),
    ("cloud.google.com", "Google Cloud"),
)
_SEVERITIES = {
    "serviceinformation": Severity.NOTICE,
    "servicedisruption": Severity.MINOR,
    "serviceoutage": Severity.CRITICAL,
    "low": Severity.MINOR,
    "medium": Severity.MINOR,
    "high": Severity.MAJOR,
}
_AVAILABLE = "available"


class Named(Struct, frozen=True):
    """A product or a place."""

    id: Scalar = None
    title: Scalar = None


class Message(Struct, frozen=True):
    """One update; its status is what it made of the service."""

    when: Scalar = None
    created: Scalar = None
    text: Scalar = None
    status: Scalar = None


class Incident(Struct, frozen=True):
    """One incident. What it is known by is its id and that it says when it began."""

    id: Scalar
    begin: Scalar
    end: Scalar = None
    external_desc: Scalar = None
    service_name: Scalar = None
    service_key: Scalar = None
    status_impact: Scalar = None
    severity: Scalar = None
    uri: Scalar = None
    updates: list[Message] | None = None
    most_recent_update: Message | None = None
    affected_products: list[Named] | None = None
    currently_affected_locations: list[Named] | None = None


class Google:
    """A dashboard of Google's. Matching is by the ids or the names of products, or by places (``europe-west4``)."""

    key: ClassVar[str] = "google"
    name: ClassVar[str] = "Google Cloud, Workspace, Maps, Ads"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.UPDATES})
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The dashboard, as https://status.cloud.google.com"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the list. Raises ``PollFailed``."""
        base = dashboard(context.account.url)
        asker = Asker(context, limit=LARGE, public=True)
        url = f"{base}/{_FILE}"
        listed = read_list((yield from asker.json(url, Raw)), Incident, links.place(url))
        if not listed and any(not each.startswith("component:") for each in context.open_ids):
            # An archive does not lose what it held: this is not an all-clear.
            raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} is empty")
        return Snapshot(
            fetched_at=context.now,
            page_name=next((name for part, name in _NAMES if part in base), links.place(base)),
            page_url=base,
            reports=lately(unique(report(each, base) for each in listed), context),
            skew=asker.skew,
        )


def report(stated: Incident, base: str) -> Report:
    """One incident. Raises ``PollFailed`` (malformed) where it has no id."""
    incident_id = known_by(stated.id, "an incident")
    end = times.moment(stated.end, UTC)
    newest = stated.most_recent_update or Message()
    phase = Phase.RESOLVED if end is not None else _open_phase(newest)
    products = items(stated.affected_products)
    places = (each.id for each in items(stated.currently_affected_locations))
    impact = stated.status_impact if stated.status_impact is not None else stated.severity
    return Report(
        id=incident_id,
        title=text.line(stated.external_desc) or text.line(stated.service_name) or incident_id,
        kind=IncidentKind.INCIDENT,
        severity=_SEVERITIES.get(text.folded(impact), Severity.MINOR),
        phase=phase,
        raw_severity=text.word(impact),
        raw_phase=text.word(newest.status),
        started_at=times.moment(stated.begin, UTC),
        resolved_at=end,
        affected=_ids(*(each.id for each in products), stated.service_key),
        related=_ids(*(each.title for each in products), stated.service_name, *places),
        url=_permalink(base, stated.uri),
        updates=_updates(stated, phase),
    )


def _open_phase(newest: Message) -> Phase:
    """What works again and is not closed is being watched."""
    return Phase.MONITORING if text.folded(newest.status) == _AVAILABLE else Phase.INVESTIGATING


def _updates(stated: Incident, phase: Phase) -> tuple[Update, ...]:
    found = []
    for message in items(stated.updates):
        at, said = times.moment(message.when) or times.moment(message.created), text.body(message.text)
        if at is not None and said:
            found.append(Update(at, _open_phase(message), said))
    found.sort(key=lambda update: update.at)
    if found and phase.is_over:
        found[-1] = Update(found[-1].at, phase, found[-1].text)
    return tuple(found)


def _ids(*values: Scalar) -> tuple[str, ...]:
    found = (text.identity(value) for value in values)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _permalink(base: str, uri: Scalar) -> str | None:
    """The address of an incident's page, which the list gives relative to the dashboard."""
    if not isinstance(uri, str) or not uri.strip():
        return None
    try:
        return links.web_link(urljoin(f"{base}/", uri.strip()))
    except ValueError:
        return None


def dashboard(url: str) -> str:
    """Where a dashboard's list is, of an address that is the dashboard, one of its pages, or one of its documents."""
    parts = links.account_url(url)
    path = parts.path.rpartition("/")[0] if parts.path.endswith((".json", ".atom")) else _PAGES.sub("", parts.path)
    if path.endswith("/appsstatus"):
        path += "/dashboard"
    elif parts.hostname == "ads.google.com" and path in ("", "/status"):
        path = "/status/publisher"
    return links.without_query(parts._replace(path=path.rstrip("/")))
