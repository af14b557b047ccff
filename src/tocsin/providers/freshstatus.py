"""Freshstatus, Freshworks' status pages: the public API behind them, asked by the number of the account.

Components come as a tree whose branches have no state of their own. Booleans are written as strings: what carries
``display_options.ignore_overall_status`` as ``"true"`` does not count for the page as a whole. The list of incidents
says more about what the components show, and may be absent. Format: as public-api.freshstatus.io answers.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import SplitResult, parse_qs

from msgspec import Raw

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_absent, known_by, lately, read, read_all, unique
from tocsin.providers.freshstatus_payload import LEVELS, NULL, Incident, Listing, Node, Tree, next_page, report
from tocsin.providers.payload import items
from tocsin.providers.things import settled, thing

_API = "https://public-api.freshstatus.io"
_VERSION = "/v1"
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_DEEPEST = 20
_MOST_PAGES = 5  # of the incidents, newest first: the components say what is wrong now
_OURS = "component:"  # ids that the rules gave to what they observed themselves


class Freshstatus:
    """A page of Freshstatus. Matching is by the ids of components, or of the branches that hold them."""

    key: ClassVar[str] = "freshstatus"
    name: ClassVar[str] = "Freshstatus"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The page, or its API with ?account_id="),
        ProviderField("account_id", FieldType.TEXT, required=False, help="The account's number, if the url has none"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The API's own host: the page's is never asked. Raises ``PollFailed``."""
        return (_api(links.account_url(account.url)),)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the components, and for what is told about them. Raises ``PollFailed``."""
        parts = links.account_url(context.account.url)
        base, query = _api(parts), f"?account_id={_account_id(parts, context)}"
        asker = Asker(context, limit=LARGE, public=True)
        url = f"{base}/public-components/{query}"
        where = links.place(url)
        tree = read((yield from asker.json(url, Raw)), Tree, where)
        nodes = read_all(tree.components, Node, where)
        if _depth(nodes) > _DEEPEST:
            raise PollFailed(FailureKind.MALFORMED, f"{where} is nested too deep")
        things = settled(_components(nodes, _watched(context)))
        if not any(each.known and each.raw for each in things):
            # Others list components too: the five states are what Freshstatus is known by.
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} lists no component with a state of Freshstatus's")
        told = yield from attempt(_incidents(asker, f"{base}/public-incidents/{query}", context.now))
        reports = () if isinstance(told, PollFailed) else lately(told, context)
        is_unread = isinstance(told, PollFailed) and not is_absent(told)
        held = {each for each in context.open_ids if not each.startswith(_OURS)}
        return Snapshot(
            fetched_at=context.now,
            page_name=parts.hostname or where,
            page_url=links.origin(parts),
            reports=reports,
            components=things,
            has_states=True,
            lists_things=True,
            unread=tuple(sorted(held)) if is_unread else (),
            skew=asker.skew,
        )


def _watched(context: PollContext) -> frozenset[str]:
    return frozenset(each for connection in context.account.connections for each in connection.match)


def _depth(nodes: Iterable[Node]) -> int:
    """How deep the tree is, counted no further than it matters."""
    level, depth = list(nodes), 0
    while level and depth <= _DEEPEST:
        level, depth = [below for node in level for below in items(node.components)], depth + 1
    return depth


def _components(nodes: Iterable[Node], watched: frozenset[str], group: str | None = None) -> Iterator[Component]:
    """The tree, flat. What the page itself does not count is left out, unless it is watched, or a branch above it."""
    for node in nodes:
        node_id = known_by(node.id, "a component")
        is_watched = node_id in watched or (group is not None and group in watched)
        below = items(node.components)
        is_ignored = node.display_options is not None and (
            text.folded(node.display_options.ignore_overall_status) == "true"
        )
        if below:
            inner = tuple(_components(below, watched | {node_id} if is_watched else watched, node_id))
            if inner:
                yield thing(node_id, node.name, node.status, LEVELS, group=group, is_group=True)
            yield from inner
        elif node.components is not None and node.status is None:
            continue  # a branch that holds nothing
        elif is_watched or not is_ignored:
            yield thing(node_id, node.name, node.status, LEVELS, group=group)


def _incidents(asker: Asker, url: str, now: datetime) -> Ask[tuple[Report, ...]]:
    """The newest pages of the list. Raises ``PollFailed``."""
    found: list[Report] = []
    following: str | None = url
    for _ in range(_MOST_PAGES):
        if following is None:
            break
        where = links.place(following)
        listing = yield from asker.item(following, Listing)
        stated = listing.incidents if listing.incidents != NULL else listing.results
        if stated == NULL:
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} lists no incidents")
        found.extend(report(each, now) for each in read_all(stated, Incident, where))
        following = links.own_link(url, next_page(listing))
    return unique(found)


def _account_id(parts: SplitResult, context: PollContext) -> str:
    """The account's number. Raises ``PollFailed`` (unsupported): the page's address does not tell it."""
    stated = context.account.options.get("account_id") or next(iter(parse_qs(parts.query).get("account_id", [])), "")
    if not _NUMBER.fullmatch(stated.strip()):
        raise PollFailed(
            FailureKind.UNSUPPORTED,
            "a Freshstatus account needs its account_id, a number",
            obstacle=Obstacle.OPTION,
            place="account_id",
        )
    return stated.strip()


def _api(parts: SplitResult) -> str:
    """The API's base: what the url names as such, a server of one's own on plain http, or the public one."""
    path, version, _ = f"{parts.path}/".partition(f"{_VERSION}/")
    if version or parts.scheme == "http":
        return links.without_query(parts._replace(path=path.rstrip("/") + _VERSION))
    return _API + _VERSION
