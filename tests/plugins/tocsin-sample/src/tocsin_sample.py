"""A provider for an invented API, "Beacon": one document that says whether the light burns.

GET https://status.example.net/beacon.json
{"beacon": "Harbour", "lit": false, "since": "2026-11-21T17:58:00Z"}
"""

from datetime import timedelta
from typing import ClassVar

from msgspec import Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, times
from tocsin.providers.base import Asker


class Light(Struct):
    """The document. What has no default is what it is known by."""

    beacon: str
    lit: bool
    since: str | None = None


class Beacon:
    """Watches one light; its name is the component that a connection matches."""

    key: ClassVar[str] = "beacon"
    name: ClassVar[str] = "Beacon"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.COMPONENTS, Capability.DROPS_RESOLVED})
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The address of the harbour's status"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the document and make a snapshot of it. Raises ``PollFailed``."""
        asker = Asker(context)
        parts = links.account_url(context.account.url)
        light = yield from asker.item(f"{links.without_query(parts)}/beacon.json", Light)
        level = Level.OK if light.lit else Level.OUTAGE
        report = Report(
            id=f"dark-{light.since}",
            title=f"{light.beacon} is dark",
            kind=IncidentKind.INCIDENT,
            severity=Severity.CRITICAL,
            phase=Phase.INVESTIGATING,
            started_at=times.moment(light.since),
            affected=(light.beacon,),
        )
        return Snapshot(
            fetched_at=context.now,
            page_name=light.beacon,
            page_url=links.without_query(parts),
            components=(Component(light.beacon, light.beacon, level, "lit" if light.lit else "dark"),),
            reports=() if light.lit else (report,),
            has_states=True,
            lists_things=True,
            skew=asker.skew,
        )
