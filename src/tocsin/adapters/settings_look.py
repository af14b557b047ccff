"""What the settings say of quiet hours and of how it looks. What is wrong is reported, and its default stands in."""

import re
from datetime import time

from tocsin.adapters.settings_problems import Problems
from tocsin.domain.account import Appearance, Notifications

NOTIFICATION_KEYS = ("quiet", "outages_in_quiet")
APPEARANCE_KEYS = ("swing",)

_QUIET = re.compile(r"\s*(\d{1,2}):(\d\d)\s*[-\u2013]\s*(\d{1,2}):(\d\d)\s*", re.ASCII)
_QUIET_RULE = '"22:00-07:00"'


def notifications(value: object, found: Problems) -> Notifications:
    """The table ``notifications``. Quiet hours that cannot be read are none: an alarm too many is the smaller harm."""
    path = ("notifications",)
    table = found.table(path, value) or {}
    found.unknown_keys(path, table, NOTIFICATION_KEYS)
    told = found.answer(path, table, "outages_in_quiet") is not False
    if "quiet" not in table:
        return Notifications(outages_in_quiet=told)
    hours = _hours(table["quiet"])
    if isinstance(hours, str):
        found.add((*path, "quiet"), hours, (_QUIET_RULE,))
        return Notifications(outages_in_quiet=told)
    return Notifications(*hours, outages_in_quiet=told)


def _hours(value: object) -> tuple[time, time] | str:
    """From when until when, or what is wrong."""
    given = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if given is None:
        return "is not two times of the day"
    try:
        begin, end = time(int(given[1]), int(given[2])), time(int(given[3]), int(given[4]))
    except ValueError:
        return "has a time that no clock shows"
    return "begins and ends at the same time" if begin == end else (begin, end)


def appearance(value: object, found: Problems) -> Appearance:
    """The table ``appearance``."""
    path = ("appearance",)
    table = found.table(path, value) or {}
    found.unknown_keys(path, table, APPEARANCE_KEYS)
    return Appearance(swing=found.answer(path, table, "swing") is not False)
