"""Salesforce Trust, the status API of Salesforce's instances.

``/v1/instances/status/preview?products=K`` lists every instance with its state. The instances that are watched, and
those in trouble, are asked by their keys for their incidents and maintenances, as far as the list leaves them out.
Format: api.status.salesforce.com, v1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from urllib.parse import parse_qs, urlencode

import msgspec
from msgspec import Raw

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Level
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_transport, known_by, lately, read_list
from tocsin.providers.salesforce_payload import Instance
from tocsin.providers.things import grouped, state, thing

_API_HOST = "api.status.salesforce.com"
_PAGE_HOST = "status.salesforce.com"
_INSTANCES = "/v1/instances"
_PRODUCTS = "Salesforce_Services"
_MOST_DETAILS = 10  # requests of one poll
_OURS = "component:"  # ids that the rules gave to what they observed themselves
# CORE and NONCORE say which part of an instance; for those who use that part they mean the same.
_LEVELS = {
    "ok": Level.OK,
    "informationalcore": Level.NOTICE,
    "informationalnoncore": Level.NOTICE,
    "maintenancecore": Level.MAINTENANCE,
    "maintenancenoncore": Level.MAINTENANCE,
    "minorincidentcore": Level.DEGRADED,
    "minorincidentnoncore": Level.DEGRADED,
    "majorincidentcore": Level.OUTAGE,
    "majorincidentnoncore": Level.OUTAGE,
}


class Salesforce:
    """Salesforce's instances. Matching is by their keys (``EU45``) or locations (``EMEA``)."""

    key: ClassVar[str] = "salesforce"
    name: ClassVar[str] = "Salesforce Trust"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help=f"https://{_PAGE_HOST}"),
        ProviderField("products", FieldType.TEXT, required=False, help=f"Which products; {_PRODUCTS} unless said"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The API's own host, which is not the page's. Raises ``PollFailed``."""
        return (_addresses(account)[0],)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the instances, and for what happens on those that matter. Raises ``PollFailed``."""
        base, url = _addresses(context.account)
        asker = Asker(context, limit=LARGE, public=True)
        where = links.place(url)
        instances = read_list((yield from asker.json(url, Raw)), Instance, where)
        if not instances:
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} lists no instance at all")
        told, is_whole = yield from _details(asker, base, instances, context)
        reports = tuple(lately(_reports(told, where, context), context))
        held = {each for each in context.open_ids if not each.startswith(_OURS)}
        return Snapshot(
            fetched_at=context.now,
            page_name=self.name,
            page_url=f"https://{_PAGE_HOST}" if base.endswith(_API_HOST) else base,
            reports=reports,
            components=_components(instances),
            has_states=True,
            lists_things=True,
            unread=() if is_whole else tuple(sorted(held - {each.id for each in reports})),
            skew=asker.skew,
        )


def _details(
    asker: Asker, base: str, instances: list[Instance], context: PollContext
) -> Ask[tuple[list[Instance], bool]]:
    """The instances with their incidents, and whether everything that was wanted could be had."""
    known = {known_by(each.key, "an instance"): each for each in instances}
    told: dict[str, Instance] = {}
    wanted = [key for key in _wanted(known, context) if not known[key].says_all]
    is_whole = len(wanted) <= _MOST_DETAILS
    for key in wanted[:_MOST_DETAILS]:
        answer = yield from attempt(asker.item(f"{links.item(base + _INSTANCES, key)}/status", Instance))
        if not isinstance(answer, PollFailed):
            told[key] = msgspec.structs.replace(answer, key=key)
            continue
        is_whole = False
        if is_transport(answer):
            break
    return [told.get(known_by(each.key, "an instance"), each) for each in instances], is_whole


def _wanted(known: dict[str, Instance], context: PollContext) -> Iterator[str]:
    """The keys of the instances to be asked: the ones that are watched, then the others in trouble, worst first."""
    matches = [frozenset(connection.match) for connection in context.account.connections]
    watched = frozenset().union(*matches)
    yield from (key for key in known if key in watched)
    trouble = {key: _level(each) for key, each in known.items() if key not in watched and _level(each) > Level.OK}
    if not matches or not all(matches):
        yield from sorted(trouble, key=lambda key: trouble[key], reverse=True)
    else:
        yield from (key for key in trouble if text.identity(known[key].location) in watched)


def _reports(instances: Iterable[Instance], where: str, context: PollContext) -> tuple[Report, ...]:
    """Every incident and maintenance once, with all the instances that it hits."""
    found: dict[str, Report] = {}
    for instance in instances:
        key = known_by(instance.key, "an instance")
        for told in instance.reports(where, context.now):
            known = found.get(told.id, told)
            best = told if known.phase.is_over and not told.phase.is_over else known
            affected = tuple(dict.fromkeys((*known.affected, *told.affected, key)))
            found[told.id] = replace(best, affected=affected)
    return tuple(found.values())


def _level(stated: Instance) -> Level:
    return state(text.word(stated.status), _LEVELS)[0]


def _components(instances: Iterable[Instance]) -> tuple[Component, ...]:
    """The instances, and their locations as groups."""
    return grouped(
        thing(known_by(each.key, "an instance"), each.key, each.status, _LEVELS, group=text.identity(each.location))
        for each in instances
    )


def _addresses(account: Account) -> tuple[str, str]:
    """The API's origin, and where its instances are listed."""
    parts = links.account_url(account.url)
    stated = parse_qs(parts.query).get("products", [_PRODUCTS])[0]
    if parts.hostname == _PAGE_HOST:
        parts = parts._replace(netloc=_API_HOST, path="")  # the page's own host refuses the API
    base = links.without_query(parts._replace(path=parts.path.partition(_INSTANCES)[0]))
    query = urlencode({"products": account.options.get("products") or stated})
    return base, f"{base}{_INSTANCES}/status/preview?{query}"
