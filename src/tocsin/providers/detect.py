"""Which product answers at an address: sniffed by its documents, in the order of how many pages run on each.

A sniff only names a candidate. What decides is that the candidate's own provider reads a whole, valid snapshot there:
decoys (HTML with 200, another product's JSON) are refused by the same code that refuses them in every poll.
"""

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import SplitResult, urljoin

import msgspec

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse, PollContext, Provider
from tocsin.providers import links
from tocsin.providers.base import StatusFailed, check_status, is_transport

Document = Mapping[str, object]
Sniff = Callable[[Document], str | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the provider's key, the address under which it answered, and its first snapshot."""

    key: str
    url: str
    snapshot: Snapshot


Detection = Generator[HttpRequest, HttpResponse, Found]


def _statuspage(document: Document) -> str | None:
    if not isinstance(document.get("page"), dict) or "status" not in document:
        return None
    shim = "incidents" not in document and "scheduled_maintenances" not in document
    return "incidentio" if shim else "statuspage"


def _instatus(document: Document) -> str | None:
    page = document.get("page")
    return "instatus" if isinstance(page, dict) and isinstance(page.get("status"), str) else None


def _index(document: Document) -> str | None:
    if "cStateVersion" in document or {"summaryStatus", "systems"} <= document.keys():
        return "cstate"
    data = document.get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    return "betterstack" if isinstance(attributes, dict) and "aggregate_state" in attributes else None


def _having(key: str, *names: str) -> Sniff:
    return lambda document: key if {*names} <= document.keys() else None


_SNIFFS: tuple[tuple[str, Sniff], ...] = (
    ("/api/v2/summary.json", _statuspage),
    ("/summary.json", _instatus),
    ("/index.json", _index),
    ("/api/v1/summary", _having("incidentio", "ongoing_incidents")),
    ("/api/v1/notices", _having("sorry", "notices")),
    ("/api/v1/components", _having("cachet", "meta", "data")),
    ("/api/components", _having("cachet", "data")),
    ("/api/v2/status", _having("alertmanager", "versionInfo")),
)

# Addresses that say by themselves what they are: a pattern on host and path. Most of these APIs stand in one place in
# the world; their paths are named too, for whoever reaches them through a gateway.
_KNOWN: tuple[tuple[str, str], ...] = (
    (r"(api\.status\.io|[\w.-]*hostedstatus\.com)/|[^/]+/1\.0/status/", "statusio"),
    (r"([\w-]+\.)?statuspal\.(io|eu)/", "statuspal"),
    (r"[\w-]+\.freshstatus\.io/|[^/]+/v1/public-components", "freshstatus"),
    (r"(status\.cloud\.google\.com|www\.google\.com/appsstatus|ads\.google\.com/status)", "google"),
    (r"[^/]+/(.*/)?incidents\.json$", "google"),
    (r"health\.aws\.amazon\.com/|[^/]+/public/currentevents", "aws"),
    (r"graph\.microsoft\.com/|[^/]+/.*admin/serviceAnnouncement", "m365"),
    (r"slack-status\.com/|status\.slack\.com/|[^/]+/api/v2\.0\.0", "slack"),
    (r"(api\.)?status\.salesforce\.com/|[^/]+/v1/instances", "salesforce"),
    (r"places\.nbnco\.net\.au/|[^/]+/places/v1/", "nbn"),
    (r"myaussie-(api|auth)\.aussiebroadband\.com\.au/", "aussiebb"),
    (r"(raw\.githubusercontent\.com|github\.com)/|[^/]+/.*history/summary\.json$", "upptime"),
    (r"[^/]+/.*\.ics$", "maintnote"),
    (r"[^/]+/(.*/)?(status|api/status-page)/[\w-]+$", "uptimekuma"),
    (r"[^/]+/(.*/)?api(/v1)?$", "cachet"),
    (r"[^/]+/(.*/)?api/v1$", "sorry"),
    (r"[^/]+/(.*/)?api/v2(/alerts|/status)?$", "alertmanager"),
    (r"[^/]+/.*serviceProblemManagement", "tmf656"),
    (r"[^/]+/.*mefApi", "mef124"),
    (r"[^/]+/.*\.(atom|rss|xml|ashx|cgi)$", "feed"),
    (r"[^/]+/.*(feed|rss|atom)/?$", "feed"),
)  # fmt: skip
_LAST = ("uptimekuma", "tmf656", "mef124")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml")
_LONGEST_PAGE = 2_000_000


def detect(context: PollContext, make: Callable[[str], Provider], keys: tuple[str, ...]) -> Detection:
    """Find out what answers at the account's address. ``keys`` are the providers that there are.

    Raises ``PollFailed``: what kept the address from being asked at all, the refusal of an API that wants a login, or
    not_status_api.
    """
    search = _Search(context, make, keys)
    parts = links.account_url(context.account.url)
    told: list[PollFailed] = []
    for key in search.named(parts):
        found = yield from search.attempt(key, context.account.url, told)
        if found is not None:
            return found
    for path, sniff in _SNIFFS:
        candidate = yield from search.sniffed(parts, path, sniff, told)
        if candidate is not None:
            found = yield from search.attempt(candidate, context.account.url, told)
            if found is not None:
                return found
    for url in (yield from search.feeds(parts, told)):
        found = yield from search.attempt("feed", url, told)
        if found is not None:
            return found
    # A server that has an answer for every path has one for these too: it proves nothing.
    for key in () if search.answers_all else _LAST:
        found = yield from search.attempt(key, context.account.url, told)
        if found is not None:
            return found
    raise _most_telling(told, links.place(context.account.url))


def named(address: str, keys: tuple[str, ...]) -> list[str]:
    """The providers, out of ``keys``, that an address itself names; none for what is no address."""
    try:
        return _named(links.account_url(address), keys)
    except PollFailed:
        return []


def _named(parts: SplitResult, keys: tuple[str, ...]) -> list[str]:
    place = f"{parts.netloc.rpartition('@')[2]}{parts.path or '/'}"
    return [key for pattern, key in _KNOWN if key in keys and re.match(pattern, place, re.IGNORECASE)]


def _most_telling(told: list[PollFailed], where: str) -> PollFailed:
    """Of several failures the one that a person can do something about."""
    for kind in (FailureKind.UNAUTHORIZED, FailureKind.RATE_LIMITED, FailureKind.TOO_LARGE, FailureKind.REDIRECT):
        refused = next((failure for failure in told if failure.kind is kind), None)
        if refused is not None:
            return refused
    broken = [failure for failure in told if isinstance(failure, StatusFailed) and not failure.is_absent]
    if broken and len(broken) == len(told):
        return broken[0]
    malformed = next((failure for failure in told if failure.kind is FailureKind.MALFORMED), None)
    return malformed or PollFailed(FailureKind.NOT_STATUS_API, f"{where} has no status API that is known")


class _Search:
    """One search. A way there that fails ends it at once: asking the same host for more would fail the same."""

    def __init__(self, context: PollContext, make: Callable[[str], Provider], keys: tuple[str, ...]) -> None:
        self._context = context
        self._make = make
        self._keys = keys
        self._tried: set[tuple[str, str]] = set()
        self.answers_all = True

    def named(self, parts: SplitResult) -> list[str]:
        """The providers that the address itself names."""
        return _named(parts, self._keys)

    def sniffed(
        self, parts: SplitResult, path: str, sniff: Sniff, told: list[PollFailed]
    ) -> Generator[HttpRequest, HttpResponse, str | None]:
        """The candidate that a document speaks for."""
        base = parts.path.removesuffix(path)
        response = yield from self._get(parts._replace(path=base + path, query="").geturl(), told)
        self.answers_all = self.answers_all and response is not None
        try:
            document = msgspec.json.decode(response.body) if response is not None else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        key = sniff(document) if isinstance(document, dict) else None
        return key if key in self._keys else None

    def attempt(self, key: str, url: str, told: list[PollFailed]) -> Generator[HttpRequest, HttpResponse, Found | None]:
        """Let a provider read the address. None where it cannot; ``told`` learns why."""
        if key not in self._keys or (key, url) in self._tried:
            return None
        self._tried.add((key, url))
        account: Account = replace(self._context.account, provider=key, url=url)
        try:
            snapshot = yield from self._make(key).poll(replace(self._context, account=account))
        except PollFailed as failure:
            self._note(failure, told)
            return None
        return Found(key, url, snapshot)

    def feeds(self, parts: SplitResult, told: list[PollFailed]) -> Generator[HttpRequest, HttpResponse, list[str]]:
        """The feeds that the page itself names, and the page if it is one."""
        url = parts.geturl()
        response = yield from self._get(url, told)
        if response is None:
            return []
        head = response.body[:_LONGEST_PAGE]
        if head.lstrip().startswith((b"<?xml", b"<rss", b"<feed")):
            return [url]
        finder = _FeedLinks()
        finder.feed(head.decode("utf-8", "replace"))
        own = (links.own_link(url, urljoin(url, href)) for href in finder.hrefs[:5])
        return [each for each in own if each is not None]

    def _get(self, url: str, told: list[PollFailed]) -> Generator[HttpRequest, HttpResponse, HttpResponse | None]:
        try:
            response = yield HttpRequest(url, headers={"Accept": "application/json, */*;q=0.5"})
            check_status(response, self._context.now)
        except PollFailed as failure:
            if failure.kind is FailureKind.UNSUPPORTED:  # what may not be asked in the clear may not be asked at all
                raise
            self._note(failure, told)
            return None
        return response

    @staticmethod
    def _note(failure: PollFailed, told: list[PollFailed]) -> None:
        if is_transport(failure):
            raise failure
        told.append(failure)


class _FeedLinks(HTMLParser):
    """Collects what ``<link rel="alternate">`` names as a feed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        found = {name: value or "" for name, value in attrs}
        is_alternate = tag == "link" and "alternate" in found.get("rel", "").lower().split()
        if is_alternate and found.get("type", "").lower() in _FEED_TYPES and found.get("href"):
            self.hrefs.append(found["href"])
