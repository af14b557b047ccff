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
    announced = told.phase is Phase.SCHEDULED
    if told.kind is IncidentKind.MAINTENANCE:
        return not announced or (told.scheduled_start is not None and told.scheduled_start <= now)
    start = told.started_at or told.scheduled_start or now
    return start <= (now if announced else now + EARLY)
