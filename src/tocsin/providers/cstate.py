"""cState, the static status page: ``index.json``, API version 2.0.

An unresolved issue is listed under each system that it affects; what is resolved is in no list, only in the issue's own
document. Times are Go's own notation (``2026-11-21 17:58:00 +0000 UTC``), and ``<no value>`` stands for none. ``down``
is worse than ``disrupted``. Format: ``layouts/index.json`` and ``layouts/issues/single.json`` of cState 5 and 6.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Component, Report, Snapshot, Traits, Update
from tocsin.domain.terms import IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Ask, Asker, attempt, is_absent, known_by, read, read_all
from tocsin.providers.payload import Scalar, items
from tocsin.providers.things import grouped, state, thing

_FILE = "index.json"
_MOST_BY_ID = 20
_OURS = "component:"  # ids that the rules gave to what they observed themselves
_NULL = Raw(b"null")
_LEVELS = {"ok": Level.OK, "notice": Level.NOTICE, "disrupted": Level.DEGRADED, "down": Level.OUTAGE}
_SEVERITIES = {"notice": Severity.NOTICE, "disrupted": Severity.MAJOR, "down": Severity.CRITICAL}
# Go's time.String: a zone's name after the offset, and at times a monotonic reading after that.
_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4})(?: .*)?", re.ASCII)


class Issue(Struct, frozen=True, rename="camel"):
    """An issue as the index lists it."""

    title: Scalar = None
    created_at: Scalar = None
    last_mod: Scalar = None
    permalink: Scalar = None
    severity: Scalar = None
    resolved: Scalar = None
    informational: Scalar = None
    resolved_at: Scalar = None
    affected: list[Scalar] | None = None
    filename: Scalar = None


class Alone(Struct, frozen=True):
    """An issue's own document, where booleans are words and names have underscores."""

    title: Scalar
    resolved: Scalar
    created_at: Scalar = None
    resolved_at: Scalar = None
    severity: Scalar = None
    informational: Scalar = None
    affected: list[Scalar] | None = None
    body: Scalar = None


class System(Struct, frozen=True, rename="camel"):
    """A thing with a state, and its unresolved issues."""

    name: Scalar
    status: Scalar = None
    category: Scalar = None
    unresolved_issues: Raw = _NULL


class Index(Struct, frozen=True, rename="camel"):
    """``index.json``: the overall word and the systems are what it is known by."""

    summary_status: str
    systems: Raw


class Head(Struct, frozen=True, rename="camel"):
    """What ``index.json`` says besides."""

    title: Scalar = None
    pinned_issues: Raw = _NULL


class CState:
    """A cState page. Matching is by the names of systems or of their categories, which are all the ids they have."""

    key: ClassVar[str] = "cstate"
    name: ClassVar[str] = "cState"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.COMPONENTS, Capability.DROPS_RESOLVED})
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The status page, as https://status.example.net"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Ask for the index, and for the end of what it no longer lists. Raises ``PollFailed``."""
        base = page_base(context.account.url)
        asker = Asker(context, limit=LARGE)
        url = f"{base}/{_FILE}"
        where = links.place(url)
        raw = yield from asker.json(url, Raw)
        index, head = read(raw, Index, where), read(raw, Head, where)
        systems = read_all(index.systems, System, where)
        things = _components(systems)
        reports = _reports(systems, head.pinned_issues, where, base)
        missing = sorted({each for each in context.open_ids if not each.startswith(_OURS)} - reports.keys())
        ended, unread = yield from _ended(asker, base, missing)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(head.title, text.NAME) or where,
            page_url=base,
            reports=(*reports.values(), *ended),
            components=things,
            has_states=bool(things),
            lists_things=True,
            unread=unread,
            page_level=state(text.word(index.summary_status), _LEVELS)[0],
            skew=asker.skew,
        )


def _components(systems: Iterable[System]) -> tuple[Component, ...]:
    """The systems, and their categories as groups."""
    return grouped(
        thing(known_by(each.name, "a system"), each.name, each.status, _LEVELS, group=text.identity(each.category))
        for each in systems
    )


def _reports(systems: Iterable[System], pinned: Raw, where: str, base: str) -> dict[str, Report]:
    """Every listed issue once, by id, with all the systems under which it stands. Raises ``PollFailed`` (malformed)."""
    found: dict[str, Report] = {}
    listed = (*((text.identity(each.name), each.unresolved_issues) for each in systems), (None, pinned))
    for system, issue in ((system, issue) for system, raw in listed for issue in read_all(raw, Issue, where)):
        told = report(issue, base)
        known = found.get(told.id, told)
        best = told if known.phase.is_over and not told.phase.is_over else known
        named = (*known.affected, *told.affected, *(() if system is None else (system,)))
        found[told.id] = replace(best, affected=tuple(dict.fromkeys(named)))
    return found


def report(issue: Issue, base: str) -> Report:
    """One listed issue. Its id is the name of its file, for titles and dates are edited."""
    issue_id = _file_id(issue.filename) or _file_id(issue.permalink) or text.identity(issue.title)
    phase = Phase.RESOLVED if text.folded(issue.resolved) == "true" else Phase.INVESTIGATING
    fixed = go_time(issue.resolved_at) or go_time(issue.last_mod)
    names = (text.identity(name) for name in items(issue.affected))
    return Report(
        id=known_by(issue_id, "an issue"),
        title=text.line(issue.title) or text.line(issue_id),
        kind=IncidentKind.INCIDENT,
        severity=_severity(issue.severity, issue.informational),
        phase=phase,
        raw_severity=text.word(issue.severity),
        started_at=go_time(issue.created_at),
        resolved_at=fixed if phase.is_over else None,
        affected=tuple(name for name in names if name is not None),
        url=links.web_link(issue.permalink) or links.web_link(f"{links.item(f'{base}/issues', str(issue_id))}/"),
    )


def _severity(severity: Scalar, informational: Scalar) -> Severity:
    """How bad it is: what is only said for information is a notice, whatever it is filed under."""
    if text.folded(informational) == "true":
        return Severity.NOTICE
    return _SEVERITIES.get(text.folded(severity), Severity.MINOR)


def _ended(asker: Asker, base: str, ids: list[str]) -> Ask[tuple[list[Report], tuple[str, ...]]]:
    """What the index lists no more, from each issue's own document; and the ids of what could not be had.

    A document that says that it is unresolved is older than the index, which says that it is not.
    """
    found: list[Report] = []
    unread: list[str] = ids[_MOST_BY_ID:]
    for issue_id in ids[:_MOST_BY_ID]:
        answer = yield from attempt(asker.item(f"{links.item(f'{base}/issues', issue_id)}/{_FILE}", Alone))
        if isinstance(answer, PollFailed):
            unread.extend([] if is_absent(answer) else [issue_id])
        elif text.folded(answer.resolved) == "true":
            found.append(_alone(answer, issue_id, base))
    return found, tuple(unread)


def _alone(stated: Alone, issue_id: str, base: str) -> Report:
    listed = Issue(
        title=stated.title,
        created_at=stated.created_at,
        severity=stated.severity,
        resolved="true",
        informational=stated.informational,
        resolved_at=stated.resolved_at,
        affected=stated.affected,
        filename=issue_id,
    )
    told, said = report(listed, base), text.body(stated.body)
    at = told.resolved_at or told.started_at
    return replace(told, updates=(Update(at, Phase.RESOLVED, said),) if at is not None and said else ())


def _file_id(value: Scalar) -> str | None:
    """The name of an issue's file or page, without its folder and its ending."""
    stated = text.identity(value)
    return None if stated is None else text.identity(stated.rstrip("/").rpartition("/")[2].removesuffix(".md"))


def go_time(value: Scalar) -> datetime | None:
    """The UTC moment of a time in Go's own notation, or in RFC 3339; None for ``<no value>`` and anything else."""
    stated = _GO_TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    return times.moment(value if stated is None else stated[1])


def page_base(url: str) -> str:
    """The page of an address that is the page, its index, or one of its issues."""
    parts = links.account_url(url)
    path = parts.path.removesuffix(f"/{_FILE}").partition("/issues/")[0].removesuffix("/issues")
    return links.without_query(parts._replace(path=path.rstrip("/")))
