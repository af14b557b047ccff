"""Prometheus Alertmanager, API v2: what a small business's own monitoring has firing.

``/api/v2/status`` is asked first: ``[]`` is this API's healthy answer to ``/api/v2/alerts``, and many another's too.
Alerts live in its memory only: after a restart the senders take minutes to send theirs again, and until then one that
is not listed is not over. Format: Alertmanager, api/v2/openapi.yaml.
"""

from datetime import timedelta
from typing import ClassVar

from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, payload, text, times
from tocsin.providers.base import LARGE, Asker, known_by, unique
from tocsin.providers.payload import Scalar

_API = "/api/v2"
_SETTLING = timedelta(minutes=5)
_SEVERITIES = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "crit", "p1", "sev1"), Severity.CRITICAL),
    **dict.fromkeys(("error", "major", "high", "err", "p2", "sev2"), Severity.MAJOR),
    **dict.fromkeys(("info", "information", "informational", "none", "debug", "notice", "ok"), Severity.NOTICE),
}
# They fire as long as all is well, so that their absence is noticed.
_HEARTBEATS = frozenset({"watchdog", "deadmansswitch", "deadmanssnitch", "infoinhibitor"})
_STATES = frozenset({"active", "unprocessed", "suppressed"})
_TITLES = ("summary", "title", "message", "description")
_BODIES = ("description", "message", "summary")
_THINGS = ("service", "instance")  # the labels that name what is hit


class Version(Struct, frozen=True):
    """Which Alertmanager answers."""

    version: str


class Status(Struct, frozen=True, rename="camel"):
    """``/api/v2/status``, as far as it is known by it. ``uptime`` is when it was started."""

    version_info: Version
    uptime: str


class State(Struct, frozen=True):
    """Whether an alert is told: ``suppressed`` is silenced or inhibited."""

    state: Scalar = None


class Alert(Struct, frozen=True, rename="camel"):
    """An alert that fires."""

    fingerprint: str
    labels: dict[str, Scalar]
    starts_at: Scalar
    annotations: dict[str, Scalar] | None = None
    ends_at: Scalar = None
    status: State | None = None
    generator_u_r_l: Scalar = None


class Alertmanager:
    """Prometheus' alerts. Matching is by labels: ``service=shop``, ``alertname=LinkDown``, or a value alone."""

    key: ClassVar[str] = "alertmanager"
    name: ClassVar[str] = "Prometheus Alertmanager"
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.DROPS_RESOLVED, Capability.UPDATES})
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The Alertmanager, as https://alerts.example.net"),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token or password of a proxy before it"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def poll(self, context: PollContext) -> Poll:
        """Make sure of what answers, and list the alerts. Raises ``PollFailed``."""
        asker = Asker(context, limit=LARGE)
        base = api_base(context.account.url)
        status = yield from asker.item(f"{base}/status", Status)
        url = f"{base}/alerts"
        listed = yield from asker.json(url, list[Raw])
        reports = unique(_report(alert) for alert in _alerts(listed, links.place(url)) if not _is_heartbeat(alert))
        home = base.removesuffix(_API)
        missing = {*context.open_ids} - {report.id for report in reports}
        started = times.moment(status.uptime)
        settling = started is not None and abs(context.now - started) < _SETTLING
        return Snapshot(
            fetched_at=context.now,
            page_name=f"Alertmanager {links.place(home)}",
            page_url=home,
            reports=reports,
            unread=tuple(sorted(missing)) if settling else (),
            skew=asker.skew,
        )


def api_base(url: str) -> str:
    """The API's base of an address that is the base, one of its documents, or the page before it."""
    parts = links.account_url(url)
    path = parts.path
    path = path[: path.index(_API)] if _API in path else path
    return links.without_query(parts._replace(path=path.rstrip("/") + _API))


def _alerts(listed: list[Raw], where: str) -> list[Alert]:
    """The alerts. Raises ``PollFailed``: not_status_api for a list of other things, malformed for a broken alert."""
    found: list[Alert] = []
    unreadable: payload.UnreadableError | None = None
    for raw in listed:
        try:
            found.append(payload.read(raw, Alert))
        except payload.UnreadableError as error:
            unreadable = error
    if unreadable is not None:
        is_ours = found or isinstance(unreadable, payload.BrokenError)
        kind = FailureKind.MALFORMED if is_ours else FailureKind.NOT_STATUS_API
        raise PollFailed(kind, f"{where}: an alert {unreadable}") from unreadable
    return found


def _is_heartbeat(alert: Alert) -> bool:
    is_severe = text.folded(alert.labels.get("severity")) not in ("", "none", "info")
    return text.folded(alert.labels.get("alertname")) in _HEARTBEATS and not is_severe


def _report(alert: Alert) -> Report:
    state = text.word(alert.status.state) if alert.status is not None else ""
    said = {name: each for name, each in (alert.annotations or {}).items() if text.word(each)}
    name = text.line(alert.labels.get("alertname"))
    started, ended = times.moment(alert.starts_at), times.moment(alert.ends_at)
    is_over = text.folded(state) == "resolved"
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    told = text.body(next((said[each] for each in _BODIES if each in said), None))
    affected, related = _things(alert)
    return Report(
        id=known_by(alert.fingerprint, "an alert"),
        title=text.line(next((said[each] for each in _TITLES if each in said), None)) or name or alert.fingerprint,
        kind=IncidentKind.INCIDENT,
        severity=_severity(alert, state),
        phase=phase,
        raw_severity=text.word(alert.labels.get("severity")),
        raw_phase=state,
        started_at=started,
        resolved_at=ended if is_over else None,
        affected=affected,
        related=related,
        url=links.web_link(alert.generator_u_r_l),
        advice=text.body(said.get("advice")) or None,
        updates=(Update(started, phase, told),) if started is not None and told else (),
    )


def _severity(alert: Alert, state: str) -> Severity:
    """As the label says; a word that is not known is minor. What was silenced on purpose is worth but a notice."""
    if text.folded(state) == "suppressed":
        return Severity.NOTICE
    return _SEVERITIES.get(text.folded(alert.labels.get("severity")), Severity.MINOR)


def _things(alert: Alert) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What an alert hits, and what else it may be matched by: every label as ``name=value``, and every value alone."""
    values = {name: each for name, value in alert.labels.items() if (each := text.identity(value)) is not None}
    named = [name for name in _THINGS if name in values] or [name for name in ("alertname",) if name in values]
    affected = tuple(f"{name}={values[name]}" for name in named)
    pairs = (f"{name}={value}" for name, value in values.items())
    related = dict.fromkeys((*pairs, *values.values()))
    return affected, tuple(each for each in related if each not in affected)
