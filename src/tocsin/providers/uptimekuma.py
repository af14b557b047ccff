"""Uptime Kuma's public status pages, 1.x and 2.x.

``/api/status-page/<slug>`` has the page, its groups of monitors, the pinned incident (``incident`` in 1.x, a list
``incidents`` in 2.x) and the maintenances in force; ``/api/status-page/heartbeat/<slug>`` has the monitors' last beats.
Both are cached by the server, for five minutes and for one. Incidents and maintenances name no monitor.
Format: ``server/routers/status-page-router.js`` and ``server/model/`` of Uptime Kuma.
"""

import re
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Raw

from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_absent, lately, read, read_all, unique
from tocsin.providers.uptimekuma_payload import (
    MAINTENANCE,
    Beats,
    Group,
    History,
    Incident,
    Maintenance,
    Page,
    Told,
    components,
    incident,
    maintenance,
)

_API = "/api/status-page"
_DEFAULT = "default"
_PAGE = re.compile(
    r"(?P<base>.*?)(?:/api/status-page(?:/heartbeat)?|/status|/status-page)(?:/(?P<slug>[^/]+))?(?:/.*)?"
)
_OURS = "component:"  # ids that the rules gave to what they observed themselves


class UptimeKuma:
    """A status page of Uptime Kuma. Matching is by the ids of monitors, and of groups as ``group-1``."""

    key: ClassVar[str] = "uptimekuma"
    name: ClassVar[str] = "Uptime Kuma"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The page, as https://kuma.example.net/status/home"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the page and its heartbeats. Raises ``PollFailed``."""
        base, slug = page_of(context.account.url)
        asker = Asker(context, limit=LARGE)
        url = links.item(base + _API, slug)
        where = links.place(url)
        raw = yield from asker.json(url, Raw)
        groups = read_all(read(raw, Page, where).public_group_list, Group, where)
        told = read(raw, Told, where)
        beats = yield from asker.item(links.item(f"{base}{_API}/heartbeat", slug), Beats)
        page_url = links.item(f"{base}/status", slug)
        reports = _reports(told, where, page_url, context.now)
        held = {each for each in context.open_ids if not each.startswith((_OURS, MAINTENANCE))}
        missing = held - {each.id for each in reports}
        ended, unread = yield from _ended(asker, f"{url}/incident-history", page_url, missing)
        things = components(groups, beats.heartbeat_list, where)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line((told.config or told).title, text.NAME) or slug,
            page_url=page_url,
            reports=lately(unique((*reports, *ended)), context),
            components=things,
            has_states=bool(things),
            lists_things=True,
            unread=unread,
            skew=asker.skew,
        )


def _reports(told: Told, where: str, page_url: str, now: datetime) -> tuple[Report, ...]:
    planned = read_all(told.maintenance_list, Maintenance, where)
    return unique(
        (
            *(incident(each, page_url) for each in told.pinned(where)),
            *(maintenance(each, page_url, now) for each in planned),
        )
    )


def _ended(asker: Asker, url: str, page_url: str, missing: set[str]) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
    """How that ended which is pinned no more, and what could not be asked for; 1.x has no history."""
    if not missing:
        return (), ()
    answer = yield from attempt(asker.item(url, History))
    if isinstance(answer, PollFailed):
        return (), () if is_absent(answer) else tuple(sorted(missing))
    told = (incident(each, page_url) for each in read_all(answer.incidents, Incident, links.place(url)))
    return tuple(each for each in told if each.id in missing and each.phase.is_over), ()


def page_of(url: str) -> tuple[str, str]:
    """Where Kuma is, and the slug of the page, in lower case as it keeps them; ``default`` where none is named."""
    parts = links.account_url(url)
    found = _PAGE.fullmatch(parts.path)
    base, slug = (found["base"], found["slug"]) if found else (parts.path, None)
    return links.without_query(parts._replace(path=base)), (slug or _DEFAULT).lower()
