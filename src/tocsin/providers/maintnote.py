"""MAINTNOTE: planned work as iCalendar, the way carriers announce it.

The url is that of an .ics document. Notices are written once and seldom closed, so a window that has passed is over
unless its status says that the work goes on. Some senders omit ``STATUS`` and ``SEQUENCE``; of several notices on one
work the latest holds. Times are UTC by the format; those without a zone are read in the calendar's. Format: BCOP,
draft-gunter-calext-maintenance-notifications.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, ClassVar

from tocsin.domain.snapshot import Report, Snapshot, Traits, Update
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, text, times
from tocsin.providers.base import LARGE, Asker

if TYPE_CHECKING:
    from icalendar import Calendar, Component

_ACCEPT = "text/calendar, */*;q=0.5"
_BEGIN = b"BEGIN:VCALENDAR"
_END = b"END:VCALENDAR"
_OURS = "X-MAINTNOTE-"
_PHASES = {
    "inprocess": Phase.IDENTIFIED,
    "inprogress": Phase.IDENTIFIED,
    "completed": Phase.RESOLVED,
    "resolved": Phase.RESOLVED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
}
_ANNOUNCED = frozenset({"tentative", "confirmed", "rescheduled", ""})
_SEVERITIES = {"noimpact": Severity.NOTICE, "outage": Severity.MAJOR}
_NO_IMPACT = "noimpact"


class Maintnote:
    """A carrier's planned work. Matching is by object id (a circuit) or by the account's number."""

    key: ClassVar[str] = "maintnote"
    name: ClassVar[str] = "MAINTNOTE calendar"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.PER_ACCOUNT, Capability.ETA, Capability.MAINTENANCE, Capability.DROPS_RESOLVED}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The calendar, as https://example.net/maintenance.ics"),
        ProviderField("time_zone", FieldType.TEXT, required=False, help="The zone of times without one, if not UTC"),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token or password, where one is needed"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(minutes=5)

    def poll(self, context: PollContext) -> Poll:
        """Read the calendar. Raises ``PollFailed``."""
        url = links.document(context.account.url)
        asker = Asker(context, limit=LARGE)
        response = yield from asker.get(url, accept=_ACCEPT)
        where = links.place(url)
        calendar = _calendar(response.body, where)
        stated = context.account.options.get("time_zone") or str(calendar.get("X-WR-TIMEZONE", ""))
        reports = _latest(calendar, times.zone(stated) or UTC, context.now, where)
        return Snapshot(
            fetched_at=context.now,
            page_name=text.line(str(calendar.get("X-WR-CALNAME", "")), text.NAME) or _sender(calendar) or where,
            page_url=links.without_query(links.account_url(url)),
            reports=reports,
            skew=asker.skew,
        )


def _calendar(body: bytes, where: str) -> "Calendar":
    """The calendar. Raises ``PollFailed``: not_status_api for another document, malformed for a broken or cut one."""
    from icalendar import Calendar  # noqa: PLC0415 -- heavy, and needed by this adapter alone

    stated = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not stated:
        raise PollFailed(FailureKind.MALFORMED, f"{where} is empty")
    if not stated[: len(_BEGIN)].upper().startswith(_BEGIN):
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is no calendar")
    try:
        content = stated.decode()
        # one stream may hold several calendars, one for each notice
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise PollFailed(FailureKind.MALFORMED, f"{where} is a broken calendar") from error
    if not calendars or not stated.upper().endswith(_END):
        raise PollFailed(FailureKind.MALFORMED, f"{where} is cut off")
    whole = calendars[0]
    for other in calendars[1:]:
        whole.subcomponents.extend(other.subcomponents)
    return whole


@dataclass(frozen=True, slots=True)
class _Notice:
    """One event of the calendar. ``sequence`` and ``stamp`` tell which of several is the latest."""

    report: Report
    sequence: int
    stamp: datetime

    @property
    def rank(self) -> tuple[int, datetime, bool]:
        """What orders the notices on one work: of equals an open one holds."""
        return self.sequence, self.stamp, not self.report.phase.is_over


def _latest(calendar: "Calendar", zone: tzinfo, now: datetime, where: str) -> tuple[Report, ...]:
    """The latest notice on each work. Raises ``PollFailed`` for a calendar of other things."""
    events = list(calendar.walk("VEVENT"))
    notes = [each for each in events if any(name.upper().startswith(_OURS) for name in each)]
    if (events and not notes) or (not events and not calendar.get("PRODID")):
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is a calendar without MAINTNOTE's fields")
    is_withdrawn = text.folded(str(calendar.get("METHOD", ""))) == "cancel"
    best: dict[str, _Notice] = {}
    for event in notes:
        notice = _Reading(event, zone, now).notice()
        if notice is None:
            raise PollFailed(FailureKind.MALFORMED, f"{where}: a notice without an id")
        known = best.get(notice.report.id)
        if known is None or notice.rank > known.rank:
            best[notice.report.id] = notice
    reports = (each.report for each in best.values())
    return tuple(replace(each, phase=Phase.CANCELLED) if is_withdrawn else each for each in reports)


def _sender(calendar: "Calendar") -> str:
    stated = (text.line(str(each.get(f"{_OURS}PROVIDER", "")), text.NAME) for each in calendar.walk("VEVENT"))
    return next(filter(None, stated), "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one event. ``zone`` is for times that state none."""

    event: "Component"
    zone: tzinfo
    now: datetime

    def notice(self) -> _Notice | None:
        """The event in our words, None where it has no id."""
        work_id = text.identity(self._own("MAINTENANCE-ID")) or text.identity(self._plain("UID"))
        if work_id is None:
            return None
        start, end = self._at("DTSTART"), self._at("DTEND")
        length = _python(self.event.get("DURATION"))
        if end is None and start is not None and isinstance(length, timedelta) and length < timedelta(days=3650):
            end = start + length
        status = text.word(self._own("STATUS")) or text.word(self._plain("STATUS"))
        phase = self._phase(text.folded(status), start, end)
        stamp = self._at("LAST-MODIFIED") or self._at("DTSTAMP")
        said = text.body(self._plain("DESCRIPTION"))
        impact = text.word(self._own("IMPACT"))
        report = Report(
            id=work_id,
            title=text.line(self._plain("SUMMARY")) or work_id,
            kind=IncidentKind.MAINTENANCE,
            severity=_SEVERITIES.get(text.folded(impact), Severity.MINOR),
            phase=phase,
            raw_severity=impact,
            raw_phase=status,
            started_at=start,
            resolved_at=end if phase is Phase.RESOLVED and end is not None and end <= self.now else None,
            eta=end,
            scheduled_start=start,
            scheduled_end=end,
            affected=self._objects(impact),
            related=tuple(each for each in (text.identity(self._own("ACCOUNT")),) if each is not None),
            url=links.web_link(self._plain("URL")),
            updates=(Update(stamp, phase, said),) if stamp is not None and said else (),
        )
        sequence = self._plain("SEQUENCE")
        number = int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0  # noqa: PLR2004 -- as many digits as any counter has
        return _Notice(report, number, stamp or datetime.fromtimestamp(0, UTC))

    def _phase(self, status: str, start: datetime | None, end: datetime | None) -> Phase:
        """As its status says; where that is no more than an announcement, or a word not known, by the clock."""
        known = _PHASES.get(status)
        if known is not None:
            return known
        if start is not None and start <= self.now:
            is_past = end is not None and end <= self.now and status in _ANNOUNCED
            return Phase.RESOLVED if is_past else Phase.IDENTIFIED
        return Phase.SCHEDULED if start is not None or status in _ANNOUNCED else Phase.IDENTIFIED

    def _objects(self, impact: str) -> tuple[str, ...]:
        """The objects that the work hits. Those it is said to leave alone are left out where others are not."""
        hit: dict[str, None] = {}
        spared: dict[str, None] = {}
        for value in self._values(f"{_OURS}OBJECT-ID"):
            object_id = text.identity(str(value))
            if object_id is not None:
                stated = getattr(value, "params", {}).get(f"{_OURS}OBJECT-IMPACT", "") or impact
                (spared if text.folded(str(stated)) == _NO_IMPACT else hit)[object_id] = None
        return tuple(hit or spared)

    def _values(self, name: str) -> Iterator[object]:
        value = self.event.get(name)
        yield from value if isinstance(value, list) else () if value is None else (value,)

    def _own(self, name: str) -> str:
        return self._plain(_OURS + name)

    def _plain(self, name: str) -> str:
        return next((str(each) for each in self._values(name)), "")

    def _at(self, name: str) -> datetime | None:
        """A moment: one without a zone in the calendar's, a day alone from its beginning."""
        stated = _python(next(self._values(name), None))
        if isinstance(stated, date) and not isinstance(stated, datetime):
            stated = datetime.combine(stated, time())
        if not isinstance(stated, datetime):
            return None
        return times.moment((stated if stated.tzinfo else stated.replace(tzinfo=self.zone)).isoformat())


def _python(value: object) -> object:
    """The date, time or length that a property holds, None where there is none that can be read."""
    try:
        return getattr(value, "dt", None)
    except ValueError:
        return None
