"""Upptime: uptime monitoring that lives in a GitHub repository.

``history/summary.json`` on the repository's main branch has every site with its state. What is told about an outage is
an issue of the repository, labelled ``status``; planned work is one labelled ``maintenance``, its window in a comment.
GitHub lets nobody ask often without a login, so the issues may be done without. Format: Upptime's own sources.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import SplitResult

from msgspec import Raw, Struct

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import (
    LARGE,
    Ask,
    Asker,
    StatusFailed,
    attempt,
    is_absent,
    known_by,
    lately,
    read_list,
    unique,
)
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import settled, thing

_GITHUB = frozenset({"github.com", "www.github.com", "raw.githubusercontent.com"})
_PAGES = ".github.io"
_RAW = "https://raw.githubusercontent.com"
_ISSUES = "https://api.github.com/repos/{repository}/issues?state=all&per_page=100"
_FILE = "history/summary.json"
_BRANCHES = ("master", "main")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", re.ASCII)
_OURS = "component:"  # ids that the rules gave to what they observed themselves
_LEVELS = {"up": Level.OK, "degraded": Level.DEGRADED, "down": Level.OUTAGE}
_KINDS = _STATUS, _MAINTENANCE = "status", "maintenance"
_LONGEST = 4000  # characters of a comment with settings
_DOWN = "\N{OCTAGONAL SIGN}"  # the sign that Upptime puts before the titles of outages


class Site(Struct, frozen=True):
    """A site: its slug is what it is known by."""

    slug: Scalar
    status: Scalar
    name: Scalar = None


class Label(Struct, frozen=True):
    """A label of an issue."""

    name: Scalar = None


class Issue(Struct, frozen=True):
    """An issue of the repository."""

    number: Scalar
    title: Scalar = None
    state: Scalar = None
    body: Scalar = None
    html_url: Scalar = None
    created_at: Scalar = None
    closed_at: Scalar = None
    labels: list[Label] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an account's repository is: what its summary may stand at, and its name and issues where GitHub has it."""

    summaries: tuple[str, ...]
    page: str
    repository: str | None
    issues: str = ""


class Upptime:
    """An Upptime repository. Matching is by the slugs of sites."""

    key: ClassVar[str] = "upptime"
    name: ClassVar[str] = "Upptime"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.COMPONENTS, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The repository, as https://github.com/owner/name"),
        ProviderField("branch", FieldType.TEXT, required=False, help="Its branch; master or main unless said"),
        ProviderField(
            "issues", FieldType.CHOICE, required=False, help="Whether its issues are read too", choices=("yes", "no")
        ),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """Where the repository's files are, and its issues where they are read. Raises ``PollFailed``."""
        return tuple(filter(None, (*(place := _place(account)).summaries, place.issues)))

    def poll(self, context: PollContext) -> Poll:
        """Ask for the summary, and for the issues where they may be had. Raises ``PollFailed``."""
        place = _place(context.account)
        asker = Asker(context, limit=LARGE, public=True)
        sites = yield from _summary(asker, place)
        held = {each for each in context.open_ids if not each.startswith(_OURS)}
        told = yield from _issues(asker, place, context.now)
        reports = () if told is None else lately(told, context)
        return Snapshot(
            fetched_at=context.now,
            page_name=place.repository or links.place(place.page),
            page_url=place.page,
            reports=reports,
            components=settled(thing(known_by(each.slug, "a site"), each.name, each.status, _LEVELS) for each in sites),
            has_states=True,
            lists_things=True,
            unread=tuple(sorted(held)) if told is None else (),
            skew=asker.skew,
        )


def _summary(asker: Asker, place: _Place) -> Ask[list[Site]]:
    """The sites, from the first branch that has a summary. No site at all is no summary."""
    told: PollFailed | None = None
    for url in place.summaries:
        try:
            sites = read_list((yield from asker.json(url, Raw)), Site, links.place(url))
        except StatusFailed as failure:
            if not failure.is_absent:
                raise
            told = told or failure
            continue
        if not sites:
            raise PollFailed(FailureKind.NOT_STATUS_API, f"{links.place(url)} lists no site at all")
        return sites
    raise told or PollFailed(FailureKind.NOT_STATUS_API, f"{links.place(place.page)} has no summary")


def _issues(asker: Asker, place: _Place, now: datetime) -> Ask[tuple[Report, ...] | None]:
    """What the issues tell; None where they cannot be had this time."""
    if not place.issues:
        return ()
    answer = yield from attempt(asker.json(place.issues, Raw))
    if isinstance(answer, PollFailed):
        return () if is_absent(answer) else None  # a repository may have none
    try:
        issues = read_list(answer, Issue, links.place(place.issues))
        return unique(report(each, _labels(each), now) for each in issues if {*_KINDS} & {*_labels(each)})
    except PollFailed:
        return None


def _labels(issue: Issue) -> tuple[str, ...]:
    found = (text.identity(label.name) for label in items(issue.labels))
    return tuple(each for each in found if each is not None)


def report(issue: Issue, labels: tuple[str, ...], now: datetime) -> Report:
    """One issue. Its labels, but for the kind, are the slugs of what it hits."""
    number = known_by(issue.number, "an issue")
    is_planned = _MAINTENANCE in labels
    settings = _settings(issue.body) if is_planned else {}
    start, end = times.moment(settings.get("start")), times.moment(settings.get("end"))
    began, closed = times.moment(issue.created_at), times.moment(issue.closed_at)
    is_closed = text.folded(issue.state) == "closed"
    is_ahead = is_planned and start is not None and start > now
    is_past = is_planned and end is not None and end <= now
    phase = Phase.RESOLVED if is_closed or is_past else Phase.SCHEDULED if is_ahead else Phase.INVESTIGATING
    expected = (
        slug.strip() for key in ("expectedDown", "expectedDegraded") for slug in settings.get(key, "").split(",")
    )
    said = text.body(issue.body)
    return Report(
        id=number,
        title=text.line(issue.title) or number,
        kind=IncidentKind.MAINTENANCE if is_planned else IncidentKind.INCIDENT,
        severity=Severity.CRITICAL if text.line(issue.title).startswith(_DOWN) else Severity.MINOR,
        phase=phase,
        raw_phase=text.word(issue.state),
        started_at=(start if is_planned else None) or began,
        resolved_at=(closed if is_closed else end) if phase.is_over else None,
        eta=end,
        scheduled_start=start,
        scheduled_end=end,
        affected=tuple(dict.fromkeys(each for each in (*labels, *expected) if each and each not in _KINDS)),
        url=links.web_link(issue.html_url),
        updates=(Update(began, phase, said),) if began is not None and said else (),
    )


def _settings(body: Scalar) -> Mapping[str, str]:
    """The window and the slugs that planned work states in a comment."""
    stated = body[:_LONGEST] if isinstance(body, str) else ""
    comment = stated.partition("<!--")[2].partition("-->")[0]
    pairs = (line.partition(":") for line in comment.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}


def _place(account: Account) -> _Place:
    """Where the repository is. Raises ``PollFailed`` (unsupported) for an address that names none."""
    stated = account.url.strip()
    if _REPOSITORY.fullmatch(stated):
        stated = f"https://github.com/{stated}"
    parts = links.account_url(stated)
    names = [each for each in parts.path.split("/") if each]
    branch = account.options.get("branch", "").strip("/")
    host = parts.hostname or ""
    if host in _GITHUB or host.endswith(_PAGES):
        repository = _repository(host, names)
        branches = (branch,) if branch else _stated_branch(host, names) or _BRANCHES
        summaries = tuple(f"{_RAW}/{repository}/{each}/{_FILE}" for each in branches)
        issues = _ISSUES.format(repository=repository) if account.options.get("issues") != "no" else ""
        return _Place(summaries, f"https://github.com/{repository}", repository, issues)
    return _elsewhere(parts, names, branch)


def _repository(host: str, names: list[str]) -> str:
    if host.endswith(_PAGES):
        names = [host.removesuffix(_PAGES), names[0] if names else host]
    found = "/".join(names[:2]).removesuffix(".git")
    if not _REPOSITORY.fullmatch(found):
        raise PollFailed(FailureKind.UNSUPPORTED, "the account's url names no repository, as owner/name")
    return found


def _stated_branch(host: str, names: list[str]) -> tuple[str, ...]:
    """The branch that an address below a repository names."""
    place = 2 if host.startswith("raw.") else 3
    return tuple(names[place : place + 1])


def _elsewhere(parts: SplitResult, names: list[str], branch: str) -> _Place:
    """A mirror, or a server of one's own, that has the files as GitHub has them."""
    base = links.without_query(parts)
    if parts.path.endswith(".json"):
        return _Place((base,), links.origin(parts), None)
    has_repository = len(names) == len(("owner", "name"))
    branches = (branch,) if branch else _BRANCHES if has_repository else ()
    return _Place((*(f"{base}/{each}/{_FILE}" for each in branches), f"{base}/{_FILE}"), base, None)
