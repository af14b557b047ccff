"""Quiet hours: what is held back until they are over."""

from datetime import datetime, time

from tocsin.domain.account import Notifications
from tocsin.domain.terms import Urgency


def is_quiet(wished: Notifications, local: datetime) -> bool:
    """Whether a moment of the user's own day lies in the quiet hours; those that begin when they end are none."""
    start, end = wished.quiet_from, wished.quiet_until
    if start is None or end is None or start == end:
        return False
    now = time(local.hour, local.minute, local.second)
    return start <= now < end if start < end else now >= start or now < end


def may_tell(urgency: Urgency, wished: Notifications, local: datetime) -> bool:
    """Whether something may be told now: outside the quiet hours all, within them an outage where that is wished."""
    return not is_quiet(wished, local) or (wished.outages_in_quiet and urgency is Urgency.CRITICAL)


def may_ring(wished: Notifications, local: datetime) -> bool:
    """Whether the bell may swing now."""
    return may_tell(Urgency.CRITICAL, wished, local)
