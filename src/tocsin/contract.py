"""The command line's JSON: objects that other programs rely on, made from the rules' values.

Times are UTC with a ``Z``. Every key is always there; what is not known is null.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from tocsin.domain.account import Account
from tocsin.domain.diagnosis import Diagnosis, Finding
from tocsin.domain.incident import Incident
from tocsin.domain.levels import Scene, connection_level, is_missing
from tocsin.domain.message import Value
from tocsin.domain.privacy import Contact, Privacy
from tocsin.domain.relevance import missing, relevance
from tocsin.domain.snapshot import Failure, Report, Snapshot, Traits, Update
from tocsin.domain.terms import Level, Relevance
from tocsin.domain.timeline import merge
from tocsin.ports import Event, Provider, ProviderField

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

PLUGIN_CODES: Mapping[Level, int] = {
    Level.OK: 0,
    Level.NOTICE: 1,
    Level.MAINTENANCE: 1,
    Level.DEGRADED: 1,
    Level.OUTAGE: 2,
    Level.UNKNOWN: 3,
}
"""Exit codes of ``check``, as the monitoring plugins' guidelines have them."""

PLUGIN_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
"""What such a plugin calls them, by code: the first word that ``check`` prints, in every language."""


def moment(at: datetime | None) -> str | None:
    """A time as ``2026-11-21T17:58:00Z``, with a fraction only where it has one."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check_level(snapshot: Snapshot, account: Account, traits: Traits, now: datetime) -> Level:
    """The level of the account's one connection, from one poll alone."""
    merged = merge((), snapshot, account, traits, now)
    return connection_level(account.connections[0], merged.incidents, Scene.of(snapshot), traits, now)


def missing_matches(snapshot: Snapshot, account: Account) -> tuple[str, ...]:
    """What was to be matched and is not on the page's own list."""
    connection = account.connections[0]
    return missing(connection, snapshot.components) if is_missing(connection, Scene.of(snapshot)) else ()


def _seen_at(at: datetime) -> str | None:
    """A time by our own clock: to the second."""
    return moment(at.replace(microsecond=0))


def in_order(snapshot: Snapshot, account: Account) -> tuple[tuple[Report, Relevance], ...]:
    """The incidents of a poll, each id once: the open ones first, newest start first; each with how it concerns us."""
    reports: dict[str, Report] = {}
    for report in snapshot.reports:
        reports.setdefault(report.id, report)
    connection = account.connections[0]
    return tuple(
        (report, relevance(report, connection, snapshot.components))
        for report in sorted(reports.values(), key=_newest_open_first)
    )


def check(snapshot: Snapshot, account: Account, provider: str, level: Level) -> dict[str, Json]:
    """What ``check --json`` prints after a poll that gave a snapshot."""
    return {
        "provider": provider,
        "page": {"name": snapshot.page_name, "url": snapshot.page_url},
        "fetched_at": _seen_at(snapshot.fetched_at),
        "level": level.word,
        "error": None,
        "components": [
            {"id": each.id, "name": each.name, "group": each.group, "level": each.level.word}
            for each in snapshot.components
        ],
        "incidents": [_report(report, concerns) for report, concerns in in_order(snapshot, account)],
    }


def check_failed(failure: Failure, provider: str, url: str) -> dict[str, Json]:
    """What ``check --json`` prints after a poll that failed."""
    return {
        "provider": provider,
        "page": {"name": "", "url": url},
        "fetched_at": _seen_at(failure.at),
        "level": Level.UNKNOWN.word,
        "error": {"kind": failure.kind.value, "message": failure.message},
        "components": [],
        "incidents": [],
    }


def _newest_open_first(report: Report) -> tuple[bool, float]:
    start = report.started_at or report.scheduled_start
    return report.phase.is_over, -start.timestamp() if start is not None else 0.0


def _report(report: Report, concerns: Relevance) -> dict[str, Json]:
    return {
        "id": report.id,
        "title": report.title,
        "kind": report.kind.value,
        "severity": report.severity.word,
        "phase": report.phase.value,
        "started_at": moment(report.started_at),
        "eta": moment(report.eta),
        "resolved_at": moment(report.resolved_at),
        "scheduled_start": moment(report.scheduled_start),
        "scheduled_end": moment(report.scheduled_end),
        "affected": list(report.affected),
        "relevance": concerns.value,
        "relevant": concerns is not Relevance.NONE,
        "url": report.url,
        "updates": _updates(report.updates),
    }


def _updates(updates: Iterable[Update]) -> list[Json]:
    newest_first = sorted(updates, key=lambda each: each.at, reverse=True)
    return [{"at": moment(each.at), "phase": each.phase.value, "text": each.text} for each in newest_first]


def incident(known: Incident, concerns: Relevance) -> dict[str, Json]:
    """An incident of the record in the same shape. ``id`` is the provider's own, as in ``check``."""
    return {
        "id": known.provider_id,
        "title": known.title,
        "kind": known.kind.value,
        "severity": known.severity.word,
        "phase": known.phase.value,
        "started_at": moment(known.started_at),
        "eta": moment(known.eta),
        "resolved_at": moment(known.episode.ended_at),
        "scheduled_start": moment(known.scheduled_start),
        "scheduled_end": moment(known.scheduled_end),
        "affected": list(known.affected),
        "relevance": concerns.value,
        "relevant": concerns is not Relevance.NONE,
        "url": known.url,
        "updates": _updates(known.updates),
    }


def history(known: Incident) -> dict[str, Json]:
    """What ``history --json`` prints of one incident."""
    concerns = {link.relevance for link in known.links}
    surest = Relevance.LINKED if Relevance.LINKED in concerns else Relevance.POSSIBLE if concerns else Relevance.NONE
    return incident(known, surest) | {
        "account": known.account,
        "connections": [*(link.connection for link in known.links)],
        "etas": [
            {"value": moment(eta.value), "given_at": moment(eta.given_at), "seen_at": _seen_at(eta.seen_at)}
            for eta in known.etas
        ],
        "episodes": [
            {
                "started_at": moment(each.started_at),
                "ended_at": moment(each.ended_at),
                "how": each.how.value if each.how is not None else None,
            }
            for each in known.episodes
        ],
        "sources": [
            {"account": each.account, "severity": each.raw_severity, "phase": each.raw_phase} for each in known.sources
        ],
    }


def event(happened: Event) -> dict[str, Json]:
    """One line of ``watch --json``."""
    concerns = Relevance(happened.relevance) if happened.relevance else Relevance.NONE
    return {
        "at": _seen_at(happened.at),
        "event": happened.event,
        "account": happened.account,
        "connection": happened.connection,
        "level": happened.level,
        "incident": None if happened.incident is None else incident(happened.incident, concerns),
        "detail": dict(happened.detail),
    }


def provider(kind: type[Provider]) -> dict[str, Json]:
    """What ``providers --json`` prints of one provider."""
    return {
        "key": kind.key,
        "name": kind.name,
        "capabilities": [each.value for each in sorted(kind.capabilities)],
        "fields": [_field(each) for each in kind.fields],
    }


def broken_provider(key: str, why: str) -> dict[str, Json]:
    """What ``providers --json`` prints of one that another package brings and that cannot be used."""
    return {"key": key, "name": key, "capabilities": [], "fields": [], "error": why}


def catalogue_entry(name: str, product: str, url: str, *, is_readable: bool) -> dict[str, Json]:
    """What ``providers --search --json`` prints of one name. ``provider`` is null where no provider reads it."""
    return {"name": name, "provider": product if is_readable else None, "product": product, "url": url}


def _field(asked: ProviderField) -> dict[str, Json]:
    return {
        "name": asked.name,
        "type": asked.type.value,
        "required": asked.required,
        "help": asked.help,
        "choices": [str(choice) for choice in asked.choices],
    }


def diagnosis(found: Diagnosis) -> dict[str, Json]:
    """What ``doctor --json`` prints."""
    return {
        "at": _seen_at(found.at),
        "needs_attention": found.needs_attention,
        "findings": [_finding(each) for each in found.findings],
    }


def _finding(each: Finding) -> dict[str, Json]:
    return {
        "topic": each.topic.value,
        "account": each.subject or None,
        "mark": each.mark.value,
        "finding": each.message.key,
        "values": {name: _value(value) for name, value in each.message.values.items()},
    }


def _value(value: Value) -> Json:
    if isinstance(value, datetime):
        return _seen_at(value)
    return list(value) if isinstance(value, tuple) else value


def privacy(page: Privacy) -> dict[str, Json]:
    """What ``privacy --json`` prints. ``every`` and ``seldom`` are seconds, null for when it is needed."""
    return {
        "kept": [{"kind": each.kind.value, "where": each.where, "of": list(each.of)} for each in page.kept],
        "contacts": [_contact(each) for each in page.contacts],
        "offered": list(page.offered),
        "here": [each.value for each in page.here],
    }


def _contact(each: Contact) -> dict[str, Json]:
    return {
        "host": each.host or None,
        "purpose": each.purpose.value,
        "account": each.account or None,
        "login": each.login.value,
        "via": each.via or None,
        "every": None if each.every is None else each.every.total_seconds(),
        "seldom": None if each.seldom is None else each.seldom.total_seconds(),
    }
