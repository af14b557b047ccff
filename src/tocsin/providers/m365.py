"""Microsoft 365 service health, through Microsoft Graph.

``GET /v1.0/admin/serviceAnnouncement/issues`` lists the tenant's issues, a hundred a page, open and over alike; it
needs a token with ``ServiceHealth.Read.All``. The enums come in two spellings (``ServiceRestored`` in the samples,
``serviceRestored`` in the schema). Advisories are many and harmless, and stay notices unless a service is interrupted.
Format: Microsoft Graph v1.0, ``serviceHealthIssue``.
"""

import re
from datetime import timedelta
from typing import ClassVar

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import (
    LARGE,
    Ask,
    Asker,
    attempt,
    is_absent,
    is_transport,
    known_by,
    lately,
    read,
    read_all,
    unique,
)
from tocsin.providers.payload import Scalar, items

_VERSION = "v1.0"
_ISSUES = "admin/serviceAnnouncement/issues"
_BASE = re.compile(r"/(?:v1\.0|beta)(?=/|$)")
_PAGE = "https://admin.cloud.microsoft/#/servicehealth"
_SUBJECT = b"serviceannouncement"
_NULL = Raw(b"null")
_MAX_PAGES = 100
_MOST_BY_ID = 50
_OURS = "component:"  # ids that the rules gave to what they observed themselves
_PHASES = {
    "investigating": Phase.INVESTIGATING,
    "reported": Phase.INVESTIGATING,
    "confirmed": Phase.IDENTIFIED,
    "servicedegradation": Phase.IDENTIFIED,
    "serviceinterruption": Phase.IDENTIFIED,
    "restoringservice": Phase.IDENTIFIED,
    "extendedrecovery": Phase.IDENTIFIED,
    "verifyingservice": Phase.MONITORING,
    "mitigated": Phase.MONITORING,
    "mitigatedexternal": Phase.MONITORING,
    "serviceoperational": Phase.RESOLVED,
    "servicerestored": Phase.RESOLVED,
    "postincidentreviewpublished": Phase.RESOLVED,
    "investigationsuspended": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
    "resolvedexternal": Phase.RESOLVED,
    "falsepositive": Phase.CANCELLED,
}
_INTERRUPTED = "serviceinterruption"
_ADVISORY = "advisory"


class Content(Struct, frozen=True):
    """The text of a post, as HTML or plain."""

    content: Scalar = None


class Post(Struct, frozen=True, rename="camel"):
    """One update."""

    created_date_time: Scalar = None
    description: Content | None = None


class Issue(Struct, frozen=True, rename="camel"):
    """One service health issue."""

    id: Scalar
    title: Scalar = None
    impact_description: Scalar = None
    classification: Scalar = None
    status: Scalar = None
    service: Scalar = None
    is_resolved: Scalar = None
    start_date_time: Scalar = None
    end_date_time: Scalar = None
    last_modified_date_time: Scalar = None
    posts: list[Post] | None = None

    @property
    def phase(self) -> Phase:
        """Where it stands. ``isResolved`` decides whether it is over; without it the status, then the end."""
        known = _PHASES.get(text.folded(self.status))
        if self.is_resolved is True:
            return known if known is not None and known.is_over else Phase.RESOLVED
        if self.is_resolved is False:
            return Phase.MONITORING if known is not None and known.is_over else known or Phase.INVESTIGATING
        is_ended = known is None and times.moment(self.end_date_time) is not None
        return known or (Phase.RESOLVED if is_ended else Phase.INVESTIGATING)


class Page(Struct, frozen=True):
    """One page of the list; the list is what it is known by, and the context where it is told."""

    value: Raw
    context: Raw = msgspec.field(default=_NULL, name="@odata.context")
    next_link: Raw = msgspec.field(default=_NULL, name="@odata.nextLink")


class M365:
    """A tenant's service health. Matching is by the names of services (``Exchange Online``), for issues say no id."""

    key: ClassVar[str] = "m365"
    name: ClassVar[str] = "Microsoft 365 service health"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.PER_ACCOUNT, Capability.UPDATES})
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="https://graph.microsoft.com, or a national cloud's"),
        ProviderField(
            "auth",
            FieldType.CHOICE,
            required=False,
            help="How Graph knows who is asking; the permission is ServiceHealth.Read.All",
            choices=("bearer", "oauth2"),
        ),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token, or the secret of the application"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    def poll(self, context: PollContext) -> Poll:
        """List every page, and ask by id for what is missing from it. Raises ``PollFailed``."""
        url = issues_url(context.account.url)
        asker = Asker(context, limit=LARGE)
        reports = [report(each) for each in (yield from _issues(asker, url))]
        held = {each for each in context.open_ids if not each.startswith(_OURS)}
        found, unread = yield from _missing(asker, url, sorted(held - {each.id for each in reports}))
        return Snapshot(
            fetched_at=context.now,
            page_name=self.name,
            page_url=_PAGE,
            reports=lately(unique([*reports, *found]), context),
            unread=unread,
            skew=asker.skew,
        )


def _issues(asker: Asker, url: str) -> Ask[list[Issue]]:
    """All pages of the list. Raises ``PollFailed``: malformed where it leads astray, for half a list is no list."""
    found: list[Issue] = []
    asked: set[str] = set()
    following: str | None = url
    while following is not None:
        if len(asked) >= _MAX_PAGES:
            raise PollFailed(FailureKind.TOO_LARGE, f"{links.place(url)} has more than {_MAX_PAGES} pages")
        asked.add(following)
        where = links.place(following)
        page = read((yield from asker.json(following, Raw)), Page, where)
        if page.context != _NULL and _SUBJECT not in bytes(page.context).lower():
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} lists something else than issues")
        found.extend(read_all(page.value, Issue, where))
        following = _next_page(page, url)
        if page.next_link != _NULL and (following is None or following in asked):
            raise PollFailed(FailureKind.MALFORMED, f"{where} names a next page that cannot be asked for")
    return found


def _next_page(page: Page, url: str) -> str | None:
    """The address of the next page, on the origin of ``url``: the login must not follow it anywhere else."""
    try:
        return links.own_link(url, msgspec.json.decode(page.next_link, type=str | None))
    except msgspec.ValidationError:
        return None


def _missing(asker: Asker, url: str, ids: list[str]) -> Ask[tuple[list[Report], tuple[str, ...]]]:
    """What is no longer listed, by id; and the ids of what could not be had. What is absent is gone."""
    found: list[Report] = []
    unread: list[str] = ids[_MOST_BY_ID:]
    silent = False
    for issue_id in ids[:_MOST_BY_ID]:
        if silent:
            unread.append(issue_id)
            continue
        answer = yield from attempt(asker.item(links.item(url, issue_id), Issue))
        if not isinstance(answer, PollFailed):
            found.append(report(msgspec.structs.replace(answer, id=issue_id)))
        elif not is_absent(answer):
            unread.append(issue_id)
            silent = is_transport(answer)
    return found, tuple(unread)


def report(issue: Issue) -> Report:
    """One issue. Raises ``PollFailed`` (malformed) where it has no id."""
    issue_id = known_by(issue.id, "an issue")
    phase = issue.phase
    service = text.identity(issue.service)
    changed = times.moment(issue.last_modified_date_time)
    return Report(
        id=issue_id,
        title=text.line(issue.title) or text.line(issue.impact_description) or issue_id,
        kind=IncidentKind.INCIDENT,
        severity=_severity(issue),
        phase=phase,
        raw_severity=text.word(issue.classification),
        raw_phase=text.word(issue.status),
        started_at=times.moment(issue.start_date_time),
        resolved_at=(times.moment(issue.end_date_time) or changed) if phase.is_over else None,
        affected=() if service is None else (service,),
        updates=_updates(issue, phase),
    )


def _severity(issue: Issue) -> Severity:
    """A service that is interrupted is down; what is only an advisory is one step less."""
    is_advisory = text.folded(issue.classification) == _ADVISORY
    if text.folded(issue.status) == _INTERRUPTED:
        return Severity.MINOR if is_advisory else Severity.CRITICAL
    return Severity.NOTICE if is_advisory else Severity.MINOR


def _updates(issue: Issue, phase: Phase) -> tuple[Update, ...]:
    """The posts, oldest first. They state no phase: the last has the issue's, the others an earlier one."""
    posts = ((times.moment(each.created_date_time), each.description) for each in items(issue.posts))
    said = sorted({(at, text.body(each.content)) for at, each in posts if at is not None and each is not None})
    earlier = Phase.INVESTIGATING if phase.is_over else phase
    return tuple(
        Update(at, phase if number == len(said) else earlier, words) for number, (at, words) in enumerate(said, 1)
    )


def issues_url(url: str) -> str:
    """Where the issues are, of an address that is Graph's host, its base, or the list itself."""
    parts = links.account_url(url)
    if parts.path.lower().endswith(f"/{_ISSUES}".lower()):
        return parts.geturl()  # with its query: a filter is the user's
    version = _BASE.search(parts.path)
    base = parts.path[: version.end()] if version else f"{parts.path}/{_VERSION}"
    return links.without_query(parts._replace(path=f"{base}/{_ISSUES}"))
