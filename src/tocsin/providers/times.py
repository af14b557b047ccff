"""Moments from outside, read strictly: a time that does not say its offset is no time, unless its zone is known.

What cannot be read is None, never a guess. Everything that comes out is aware UTC.
"""

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

# RFC 3339, with what is met besides: a space for the T, no seconds, an offset of hours alone or without its colon.
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?\s?"
    r"(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
# ECMA-262, 21.4.4.41.4: "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)".
_JAVASCRIPT = re.compile(
    r"(?:[A-Za-z]{3} )?([A-Za-z]{3}) (\d\d?) (\d{4}) (\d\d):(\d\d):(\d\d) "
    r"GMT([+-])(\d\d):?(\d\d)(?: \(.{0,99}\))?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,12})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,12}", re.ASCII)
# Zero values of other languages (year 1) and "never" (year 9999) are no moments, and break arithmetic.
_FIRST_YEAR = 1970
_LAST_YEAR = 2900
_LEAP_SECOND = 60
_LONGEST_WAIT = timedelta(days=365)


def moment(value: object, zone: tzinfo | None = None) -> datetime | None:
    """The UTC moment of an RFC 3339 string. ``zone`` reads those without an offset; None refuses them.

    In the hour that a change of the clocks repeats a naive time means the first of the two. A leap second is the
    second before it.
    """
    found = _RFC3339.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    second = int(found[6] or 0)
    micro = int((found[7] or "").ljust(6, "0")[:6])
    second -= second == _LEAP_SECOND
    try:
        return _bounded(datetime(year, month, day, hour, minute, second, micro, tzinfo=_offset(found) or zone))
    except ValueError:
        return None


def epoch(value: object, *, per_second: int = 1) -> datetime | None:
    """The UTC moment of a Unix time, as a number or a string of one; ``per_second`` is 1000 for milliseconds."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = value / per_second
        if not math.isfinite(seconds):
            return None
        return _bounded(datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds))
    except OverflowError:
        return None


def javascript_date(value: object) -> datetime | None:
    """The UTC moment of a JavaScript ``Date`` as it turns itself into text; the offset is a part of it."""
    found = _JAVASCRIPT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or found[1].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[place]) for place in (2, 3, 4, 5, 6))
    minutes = int(found[8]) * 60 + int(found[9])
    offset = timedelta(minutes=minutes if found[7] == "+" else -minutes)
    try:
        month = _MONTHS.index(found[1].lower()) + 1
        return _bounded(datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)))
    except ValueError:
        return None


def zone(name: object) -> tzinfo | None:
    """The time zone of an IANA name, None for anything else."""
    if not isinstance(name, str) or not name.strip():
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - with what it loads 0.3 MiB; few name a zone

    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def http_date(value: str | None) -> datetime | None:
    """The UTC moment of an HTTP date (RFC 9110, 5.6.7)."""
    if not value:
        return None
    try:
        stated = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return _bounded(stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a server asks us to stay away (RFC 9110, 10.2.3): seconds or an HTTP date, a year at the most.

    ``now`` is what a date is counted from; a date that has passed is zero. What cannot be read is None.
    """
    if value is None:
        return None
    if _DIGITS.fullmatch(value.strip()):
        return min(timedelta(seconds=min(int(value), int(_LONGEST_WAIT.total_seconds()))), _LONGEST_WAIT)
    until = http_date(value)
    return None if until is None else min(max(until - now, timedelta()), _LONGEST_WAIT)


def _offset(found: re.Match[str]) -> tzinfo | None:
    """The offset that a time states, None where it states none. Raises ``ValueError`` for an impossible one."""
    if found[8]:
        return UTC
    if found[9] is None:
        return None
    minutes = int(found[10]) * 60 + int(found[11] or 0)
    return timezone(timedelta(minutes=minutes if found[9] == "+" else -minutes))


def _bounded(stated: datetime) -> datetime | None:
    if stated.utcoffset() is None:
        return None
    try:
        moment_utc = stated.astimezone(UTC)
    except OverflowError:
        return None
    return moment_utc if _FIRST_YEAR <= moment_utc.year <= _LAST_YEAR else None
