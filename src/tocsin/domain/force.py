"""Whether what a provider tells of is in force, or still to come."""

from datetime import datetime, timedelta

from tocsin.domain.incident import Incident
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import IncidentKind, Phase

EARLY = timedelta(minutes=10)
"""A start that lies no further ahead than this is now: clocks differ, and people round."""


def is_in_force(told: Report | Incident, now: datetime) -> bool:
    """Whether it has begun: an incident by its start, planned work by its window or by the provider's word."""
    if told.phase.is_over:
        return False
    planned = told.kind is IncidentKind.MAINTENANCE
    start = told.scheduled_start if planned else told.started_at or told.scheduled_start or now
    if told.phase is Phase.SCHEDULED:
        return start is not None and start <= now
    return planned or start is None or start <= now + EARLY
