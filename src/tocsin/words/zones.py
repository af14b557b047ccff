"""The computer's own time zone, with its summer time."""

from datetime import UTC, datetime, timedelta, tzinfo


class SystemZone(tzinfo):
    """The zone that this computer is set to, by the C library's rules.

    ``datetime.now().astimezone().tzinfo`` is a fixed offset, wrong on the other side of a change of the clocks; this
    asks anew for every moment.
    """

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset at this local time, of the earlier or later one as ``fold`` says."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> timedelta | None:  # noqa: ARG002 - tzinfo asks for it by position
        """Not known apart from the offset; nothing here needs it."""
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        """The abbreviation, as CET."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """The local time of this UTC moment, with ``fold`` set in the hour that comes twice."""
        moment = dt.replace(tzinfo=UTC).astimezone()
        naive = moment.replace(tzinfo=None, fold=0)
        if naive.astimezone().utcoffset() != moment.utcoffset():
            naive = naive.replace(fold=1)
        return naive.replace(tzinfo=self)
