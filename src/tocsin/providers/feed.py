"""RSS and Atom feeds: for who publishes nothing better, and a page's history for who does.

A feed has no fields for what matters: see ``feed_words``. An item is known by its guid; where two in one document share
it (Azure's do), by its date as well. The time of an item is its own; times in its text lack a year and are not read.
An item without a state word is a notice for a day after its last change, and over then. One with a date ahead is
planned. A feed without items is a healthy one. Of many items the newest 200 are read.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Asker
from tocsin.providers.feed_words import badness, is_planned, said

Parsed = Mapping[str, Any]  # as feedparser has a feed, and each of its items
NEWEST = 200
RECENT = timedelta(hours=24)
LEFTOVER = timedelta(days=14)
_EARLY = timedelta(minutes=10)  # a date that is so little ahead is another clock, not a plan
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_ROOT = re.compile(r"<(rss|feed|rdf:RDF)\b")
_PROLOGUE = (("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"))
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_CONTROLS = bytes(each for each in range(32) if each not in b"\t\n\r")
_LINK = re.compile(r"<link\b[^<>]{0,500}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_FEED_TYPES = frozenset({"application/atom+xml", "application/rss+xml"})
_SNIFFED = 64 * 1024


class Feed:
    """A feed. A connection without a match is hit by every item; a match is a category of the feed's."""

    key: ClassVar[str] = "feed"
    name: ClassVar[str] = "RSS or Atom feed"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.DROPS_RESOLVED, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The feed, or a page that names one"),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token or password, where one is needed"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    def poll(self, context: PollContext) -> Poll:
        """Read the feed, or the one that the page at the address names. Raises ``PollFailed``."""
        asker = Asker(context, limit=LARGE)
        url = links.document(context.account.url)
        response = yield from asker.get(url, accept=_ACCEPT)
        named = _named_feed(response.body, url)
        if named is not None and named != url:
            url = named
            response = yield from asker.get(url, accept=_ACCEPT)
        feed = _parsed(response.body, links.place(url))
        reports = _reports(feed["entries"], context, links.place(url))
        told = feed["feed"]
        home = links.web_link(told.get("link")) or links.without_query(links.account_url(context.account.url))
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(text.body(told.get("title")), text.NAME) or links.place(url),
            page_url=home,
            reports=reports,
            skew=asker.skew,
        )


def _named_feed(body: bytes, url: str) -> str | None:
    """The feed that a page names, if it stays on its origin: Atom, which has more dates, before RSS."""
    head = body[:_SNIFFED].decode("utf-8", "replace")
    if _root(head) is not None:
        return None
    found: dict[str, str] = {}
    for tag in _LINK.finditer(head):
        told = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag[0])}
        target = links.own_link(url, told.get("href"))
        if "alternate" in told.get("rel", "").lower().split() and told.get("type") in _FEED_TYPES and target:
            found.setdefault(told["type"], target)
    return found[min(found)] if found else None


def _root(head: str) -> str | None:
    """The name of a feed's first element, None where the document is none."""
    at = len(head) - len(head.lstrip("\ufeff \t\r\n"))
    while True:
        mark = next(((begin, end) for begin, end in _PROLOGUE if head.startswith(begin, at)), None)
        if mark is None:
            root = _ROOT.match(head, at)
            return root[1] if root is not None else None
        end = head.find("]>" if mark[0] == "<!DOCTYPE" and "[" in head[at : head.find(">", at) + 1] else mark[1], at)
        if end < 0:
            return None
        at = head.find("<", end + 1)
        if at < 0:
            return None


def _parsed(body: bytes, where: str) -> Parsed:
    """The feed. Raises ``PollFailed``: not_status_api for another document, malformed for one that was cut off."""
    import feedparser  # type: ignore[import-untyped]  # noqa: PLC0415 -- heavy, and needed by this adapter alone

    if not body.strip():
        raise PollFailed(FailureKind.MALFORMED, f"{where} is empty")
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    head = body[:_SNIFFED].decode("utf-16" if is_wide else "utf-8", "replace")
    root = _root(head)
    if root is None:
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is no feed")
    end = (body[-2000:] if not is_wide else body[-2000 + len(body) % 2 :].replace(b"\0", b"")).rstrip()
    if f"</{root}>".encode() not in end:
        raise PollFailed(FailureKind.MALFORMED, f"{where} is cut off")
    content = body if is_wide else body.translate(None, _CONTROLS)
    try:
        # given as a stream: a text it might take for an address, or for the name of a file
        feed: Parsed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # it is fed by strangers, and promises nothing
        raise PollFailed(FailureKind.MALFORMED, f"{where} cannot be read") from error
    if feed["bozo"] and len(feed["entries"]) < len(_ITEM.findall(content)):
        raise PollFailed(FailureKind.MALFORMED, f"{where} can be read in part only")
    if not any(feed["feed"].get(name) for name in ("title", "id", "link")):
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} says nowhere whose feed it is")
    return feed


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as far as it is told apart: its guid, and its two dates."""

    guid: str
    published: datetime | None
    updated: datetime | None
    entry: Parsed

    @property
    def date(self) -> datetime | None:
        """When it was published, or last changed where it does not say."""
        return self.published or self.updated

    @property
    def changed(self) -> datetime | None:
        """When it last changed."""
        dates = [each for each in (self.published, self.updated) if each is not None]
        return max(dates, default=None)


def _reports(entries: Iterable[Parsed], context: PollContext, where: str) -> tuple[Report, ...]:
    last = datetime.max.replace(tzinfo=UTC)
    items = sorted((_item(each, where) for each in entries), key=lambda item: item.changed or last, reverse=True)
    newest = items[:NEWEST]
    found: dict[str, Report] = {}
    for item in newest:
        report = _report(item, _identity(item, newest, context.open_ids), context.now)
        known = found.get(report.id)
        if known is None or (known.phase.is_over and not report.phase.is_over):
            found[report.id] = report
    return tuple(found.values())


def _identity(item: _Item, items: list[_Item], open_ids: tuple[str, ...]) -> str:
    """An item's guid; with its date where several have that guid, but for the first of them if it is known by it."""
    if item.date is None:
        return item.guid
    dated = f"{item.guid} {item.date:%Y-%m-%dT%H:%M:%SZ}"
    dates = {each.date for each in items if each.guid == item.guid and each.date is not None}
    is_known = item.guid in open_ids and item.date == min(dates)
    return dated if dated in open_ids or (len(dates) > 1 and not is_known) else item.guid


def _item(entry: Parsed, where: str) -> _Item:
    """An item's guid, else its link, else its text. Raises ``PollFailed`` (malformed) for one that is blank."""
    stated = (text.identity(entry.get(name)) for name in ("id", "link", "title"))
    guid = next(filter(None, stated), None)
    if guid is None and _body(entry).strip():
        guid = hashlib.sha256(_body(entry).encode(errors="replace")).hexdigest()[:16]
    if guid is None:
        raise PollFailed(FailureKind.MALFORMED, f"{where}: an item without anything to know it by")
    published = _date(entry.get("published")) or _date(entry.get("created"))
    return _Item(guid, published, _date(entry.get("updated")) if "updated" in entry else None, entry)


def _report(item: _Item, report_id: str, now: datetime) -> Report:
    entry = item.entry
    title, body = text.line(text.body(entry.get("title"))), _body(entry)
    terms = (text.line(each.get("term"), text.NAME) for each in entry.get("tags") or ())
    categories = tuple(dict.fromkeys(each for each in terms if each))
    told = said(title, body, categories)
    date = item.date
    is_ahead = date is not None and date > now + _EARLY
    planned = is_ahead or told.phase is Phase.SCHEDULED or is_planned(title, body, categories)
    phase = told.phase or _by_age(item, now, is_ahead=is_ahead)
    if is_ahead and not phase.is_over:
        phase = Phase.SCHEDULED
    changed = item.changed
    bad = badness(title, told.message)
    severity = bad[0] if bad is not None else Severity.MINOR
    if not planned and (told.phase is None or (changed is not None and now - changed > LEFTOVER)):
        severity = Severity.NOTICE
    at = changed if changed is not None and changed <= now + _EARLY else None
    return Report(
        id=report_id,
        title=title or text.line(told.message) or report_id,
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=severity,
        phase=phase,
        raw_severity=text.word(bad[1]) if bad is not None else "",
        raw_phase=told.raw,
        started_at=date,
        resolved_at=at if phase.is_over else None,
        scheduled_start=date if is_ahead else None,
        related=categories,
        url=links.web_link(entry.get("link")),
        updates=(Update(changed, phase, told.message),) if changed is not None and told.message else (),
    )


def _by_age(item: _Item, now: datetime, *, is_ahead: bool) -> Phase:
    """Where an item stands that does not say so. One without a date is taken for new."""
    if is_ahead:
        return Phase.SCHEDULED
    is_recent = item.changed is None or now - item.changed < RECENT
    return Phase.INVESTIGATING if is_recent else Phase.RESOLVED


def _body(entry: Parsed) -> str:
    contents = (each.get("value") for each in entry.get("content") or ())
    found = (*contents, entry.get("summary"), entry.get("description"))
    return max((each for each in found if isinstance(each, str)), key=len, default="")


def _date(value: object) -> datetime | None:
    """The moment of an Atom or an RSS date."""
    stated = times.moment(value)
    return stated if stated is not None or not isinstance(value, str) else times.http_date(value)
