"""Times and durations in a person's words. Times come as aware UTC and are said in the voice's zone."""

from datetime import UTC, datetime, timedelta

from tocsin.words.voice import Voice

_DAY = 86_400
_HOUR = 3_600
_MINUTE = 60


def local(voice: Voice, at: datetime) -> datetime:
    """The time in the voice's zone; one without a zone is UTC. The far ends of the calendar stay in UTC."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    try:
        return aware.astimezone(voice.zone)
    except (OverflowError, OSError, ValueError):
        return aware


def clock(voice: Voice, at: datetime, now: datetime) -> str:
    """Today's time as a clock time, "17:58"; another day's with the date, "21 Nov 17:58"; another year's with the year.

    A clock time that comes twice, in the night that summer time ends, has the zone's own abbreviation beside it.
    """
    then, today = local(voice, at), local(voice, now)
    return _time(voice, then) if then.date() == today.date() else _dated(voice, then, today)


def _time(voice: Voice, then: datetime) -> str:
    time = f"{then.hour:02}:{then.minute:02}"
    if not _comes_twice(then):
        return time
    # Translators: a clock time that comes twice, as in "02:30 CEST", when summer time ends.
    return voice.pgettext("clock time", "{time} {zone}").format(time=time, zone=then.tzname())


def _dated(voice: Voice, then: datetime, today: datetime) -> str:
    """The clock time with its date, today's too."""
    return _with_date(voice, then, today).format(
        day=_day(voice, then.day), month=month(voice, then.month), year=then.year, time=_time(voice, then)
    )


def _with_date(voice: Voice, then: datetime, today: datetime) -> str:
    if then.year == today.year:
        # Translators: a time on another day, in the order of your language.
        return voice.pgettext("date and time", "{day} {month} {time}")
    return voice.pgettext("date and time", "{day} {month} {year} {time}")


def date(voice: Voice, at: datetime, now: datetime) -> str:
    """The date alone, "21 Nov"; with the year if it is another."""
    then, today = local(voice, at), local(voice, now)
    if then.year == today.year:
        template = voice.pgettext("date", "{day} {month}")
    else:
        template = voice.pgettext("date", "{day} {month} {year}")
    return template.format(day=_day(voice, then.day), month=month(voice, then.month), year=then.year)


def _day(voice: Voice, number: int) -> str:
    # Translators: the first day of a month, where your language counts it otherwise than the rest.
    return voice.pgettext("day of the month", "1") if number == 1 else str(number)


def span(voice: Voice, start: datetime, end: datetime | None, now: datetime) -> str:
    """From one time to another, "22 Nov 02:00 to 05:00"; the end has a date where it is on another day, even today."""
    begins = clock(voice, start, now)
    if end is None:
        return voice.gettext("from {start}").format(start=begins)
    return voice.gettext("{start} to {end}").format(start=begins, end=_end(voice, start, end, now))


def _end(voice: Voice, start: datetime, end: datetime, now: datetime) -> str:
    first, last = local(voice, start), local(voice, end)
    return _time(voice, last) if first.date() == last.date() else _dated(voice, last, local(voice, now))


def duration(voice: Voice, length: timedelta) -> str:
    """How long, in the two largest units: "2 h 12 min", "45 s". Zero parts are left out; below zero is zero."""
    total = max(0, int(length.total_seconds()))
    numbers = (total // _DAY, total % _DAY // _HOUR, total % _HOUR // _MINUTE, total % _MINUTE)
    first = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    pairs = list(enumerate(numbers))[first : first + 2]
    return " ".join(_unit(voice, place, number) for place, number in pairs if number or place == first)


def _unit(voice: Voice, place: int, n: int) -> str:
    # Translators: days, hours, minutes and seconds, in short but readable words.
    templates = (
        voice.ngettext("{n} d", "{n} d", n),
        voice.ngettext("{n} h", "{n} h", n),
        voice.ngettext("{n} min", "{n} min", n),
        voice.ngettext("{n} s", "{n} s", n),
    )
    return templates[place].format(n=n)


def month(voice: Voice, number: int) -> str:
    """A month's short name; 1 is January."""
    names = (
        voice.pgettext("month", "Jan"),
        voice.pgettext("month", "Feb"),
        voice.pgettext("month", "Mar"),
        voice.pgettext("month", "Apr"),
        voice.pgettext("month", "May"),
        voice.pgettext("month", "Jun"),
        voice.pgettext("month", "Jul"),
        voice.pgettext("month", "Aug"),
        voice.pgettext("month", "Sep"),
        voice.pgettext("month", "Oct"),
        voice.pgettext("month", "Nov"),
        voice.pgettext("month", "Dec"),
    )
    return names[number - 1]


def _comes_twice(then: datetime) -> bool:
    try:
        return then.replace(fold=0).utcoffset() != then.replace(fold=1).utcoffset()
    except (OverflowError, OSError, ValueError):
        return False
