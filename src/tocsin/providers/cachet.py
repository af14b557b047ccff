"""Cachet, v2 (``/api/v1``) and v3 (``/api``, JSON:API).

Components, incidents and schedules are lists in pages. The archive is read whole once; after that the newest page is
enough, for what is open and no longer on it is asked for by id. Schedules may be absent: Cachet 2.3 has none.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, times
from tocsin.providers.base import (
    LARGE,
    Ask,
    Asker,
    attempt,
    is_absent,
    is_transport,
    lately,
    unique,
)
from tocsin.providers.cachet_lists import V2, V3, Entry, is_v2, listed, one
from tocsin.providers.cachet_payload import SCHEDULE, Incident, Reader, Schedule, Thing, component
from tocsin.providers.things import settled, thing

_OURS = "component:"  # ids that the rules gave to what they observed themselves
_MOST_BY_ID = 20


class Cachet:
    """A Cachet page. Matching is by the ids of components, and of groups as ``group-1``."""

    key: ClassVar[str] = "cachet"
    name: ClassVar[str] = "Cachet"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
        ProviderField(
            "time_zone", FieldType.TEXT, required=False, help="The page's time zone, as Europe/Amsterdam; UTC if empty"
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def __init__(self) -> None:
        self._base: str | None = None

    def poll(self, context: PollContext) -> Poll:
        """Ask for the three lists, and by id for what they lack. Raises ``PollFailed``."""
        zone = times.zone(context.account.options.get("time_zone") or "UTC")
        if zone is None:
            raise PollFailed(
                FailureKind.UNSUPPORTED,
                "the account's time_zone is no time zone",
                obstacle=Obstacle.OPTION,
                place="time_zone",
            )
        candidates = bases(context.account.url)
        asker = Asker(context, limit=LARGE)
        base, things = yield from self._components(asker, candidates)
        talk = _Talk(asker, base, Reader(zone, context.now, has_scheduled=is_v2(base)), context)
        reports, unread = yield from talk.reports()
        page = links.account_url(base.removesuffix(V2).removesuffix(V3))
        return Snapshot(
            fetched_at=context.now,
            page_name=page.hostname or page.netloc,
            page_url=links.without_query(page),
            reports=lately(reports, context),
            components=things,
            has_states=bool(things),
            lists_things=True,
            unread=unread,
            skew=asker.skew,
        )

    def _components(self, asker: Asker, candidates: tuple[str, ...]) -> Ask[tuple[str, tuple[Component, ...]]]:
        """Where the API is, and its components. Looks for it anew once it stops answering as one."""
        told: PollFailed | None = None
        for base in (self._base,) if self._base else candidates:
            self._base = None
            url = f"{base}/components?per_page=100" + ("" if is_v2(base) else "&include=group")
            try:
                entries = yield from listed(asker, url)
            except PollFailed as failure:
                if not (is_absent(failure) or failure.kind is FailureKind.NOT_STATUS_API):
                    raise
                told = told or failure
                continue
            self._base = base
            return base, _components(entries, links.place(url))
        raise told or PollFailed(FailureKind.NOT_STATUS_API, "there is no Cachet API")


@dataclass(frozen=True, slots=True)
class _Talk:
    """One poll's questions about what happens and what is planned."""

    asker: Asker
    base: str
    reader: Reader
    context: PollContext

    def reports(self) -> Ask[tuple[tuple[Report, ...], tuple[str, ...]]]:
        """Every incident and schedule, and the ids of those that could not be had."""
        incidents = yield from self._incidents()
        planned = yield from attempt(self._schedules())
        schedules = () if isinstance(planned, PollFailed) else planned
        is_blind = isinstance(planned, PollFailed) and not is_absent(planned)
        held = {each for each in self.context.open_ids if not each.startswith(_OURS)}
        missing = sorted(held - {each.id for each in (*incidents, *schedules)})
        blind = [each for each in missing if is_blind and each.startswith(SCHEDULE)]
        found, unread = yield from self._by_id([each for each in missing if each not in blind])
        return unique((*incidents, *schedules, *found)), tuple(sorted((*blind, *unread)))

    def _incidents(self) -> Ask[tuple[Report, ...]]:
        order = "sort=id&order=desc" if self.reader.has_scheduled else "include=components,updates"
        url = f"{self.base}/incidents?per_page=100&{order}"
        entries = yield from listed(self.asker, url, self._is_old)
        return unique(self._incident(each, links.place(url)) for each in entries)

    def _is_old(self, entries: list[Entry]) -> bool:
        """Whether a page of the newest incidents holds nothing but what is over: what is behind it was read before."""
        where = links.place(self.base)
        return not self.context.first and all(self._incident(each, where).phase.is_over for each in entries)

    def _schedules(self) -> Ask[tuple[Report, ...]]:
        query = "" if self.reader.has_scheduled else "&include=components,updates"
        url = f"{self.base}/schedules?per_page=100{query}"
        entries = yield from listed(self.asker, url)
        return unique(self._schedule(each, links.place(url)) for each in entries)

    def _incident(self, entry: Entry, where: str) -> Report:
        return self.reader.incident(entry.read(Incident, where), entry.id, entry.beside)

    def _schedule(self, entry: Entry, where: str) -> Report:
        return self.reader.schedule(entry.read(Schedule, where), entry.id, entry.beside)

    def _by_id(self, ids: list[str]) -> Ask[tuple[list[Report], list[str]]]:
        """What the lists lack, one by one; and the ids of what could not be had. What is absent is gone."""
        found: list[Report] = []
        unread = ids[_MOST_BY_ID:]
        for number, each in enumerate(ids[:_MOST_BY_ID]):
            answer = yield from attempt(self._one(each))
            if not isinstance(answer, PollFailed):
                found.append(answer)
            elif is_transport(answer):
                return found, [*unread, *ids[number:_MOST_BY_ID]]
            elif not is_absent(answer):
                unread.append(each)
        return found, unread

    def _one(self, report_id: str) -> Ask[Report]:
        is_schedule = report_id.startswith(SCHEDULE)
        number = report_id.removeprefix(SCHEDULE)
        url = links.item(f"{self.base}/{'schedules' if is_schedule else 'incidents'}", number)
        entry = yield from one(self.asker, url, number)
        return (self._schedule if is_schedule else self._incident)(entry, links.place(url))


def _components(entries: list[Entry], where: str) -> tuple[Component, ...]:
    """The components that are shown, and the groups that they stand in."""
    stated = ((entry, entry.read(Thing, where)) for entry in entries)
    shown = [(entry, each) for entry, each in stated if each.is_shown]
    found = [component(each, entry.id, entry.beside) for entry, each in shown]
    names = {each.group: entry.beside.group_name for (entry, _), each in zip(shown, found, strict=True) if each.group}
    groups = (thing(each, name or each, "", {}, is_group=True) for each, name in names.items())
    return settled((*groups, *found))


def bases(url: str) -> tuple[str, ...]:
    """Where the API may be, for an address that is the page, the base of either version, or one of its documents."""
    parts = links.account_url(url)
    path = f"{parts.path}/"
    for version in (V2, V3):
        if f"{version}/" in path:
            return (links.without_query(parts._replace(path=path.partition(f"{version}/")[0] + version)),)
    return tuple(links.without_query(parts._replace(path=parts.path + version)) for version in (V2, V3))
