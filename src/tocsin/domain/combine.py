"""Several reports on one disturbance: a problem and its parent, an old id beside the new one."""

from dataclasses import replace
from datetime import datetime

from tocsin.domain.force import is_in_force
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import IncidentKind, Phase


def combined(main: Report, other: Report, now: datetime) -> Report:
    """Two open reports in one: it hits what either hits, as hard as the worse of them says, until the later estimate.

    What is in force outweighs what is still to come or already being watched.
    """
    leading = other if _heat(other, now) > _heat(main, now) else main
    eta, given_at, readable = _estimate(main, other)
    planned = main.kind is other.kind is IncidentKind.MAINTENANCE
    return replace(
        main,
        kind=IncidentKind.MAINTENANCE if planned else IncidentKind.INCIDENT,
        severity=max(main.severity, other.severity),
        phase=leading.phase,
        started_at=main.started_at if is_in_force(main, now) else leading.started_at,
        eta=eta,
        eta_given_at=given_at,
        eta_readable=readable,
        affected=tuple(dict.fromkeys((*main.affected, *other.affected))),
        related=tuple(dict.fromkeys((*main.related, *other.related))),
        advice=main.advice or other.advice,
        updates=(*main.updates, *other.updates),
    )


def _estimate(*reports: Report) -> tuple[datetime | None, datetime | None, bool]:
    """The latest of the estimates that can be read, when it was given, and whether None means that there is none."""
    given = [(each.eta, each.eta_given_at) for each in reports if each.eta is not None and each.eta_readable]
    if given:
        return (*max(given, key=lambda each: each[0]), True)
    return None, None, all(each.eta_readable for each in reports)


def _heat(report: Report, now: datetime) -> int:
    if not is_in_force(report, now):
        return 0
    return 1 if report.phase is Phase.MONITORING else 2
