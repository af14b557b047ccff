"""One uplink while it is measured: what is known of it, what was measured of it, and when it is due again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tocsin.domain import line, minutes
from tocsin.domain.incident import Measured
from tocsin.domain.instant import Instant
from tocsin.domain.line import Tracker
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.minutes import Gathering, Hour
from tocsin.domain.reading import Path, Reading
from tocsin.domain.state import LineSide
from tocsin.domain.targets import Plan
from tocsin.domain.terms import Cause, LineState
from tocsin.ports import LineHour

HOURS_SHOWN = 25
PRIMARY = "primary"
BACKUP = "backup"


@dataclass(slots=True)
class Link:
    """One uplink's runtime. ``connections`` are the ids of those that it carries.

    ``concluded`` is the last state and cause that were made sure of, ``bad_at`` when trouble was last seen, ``fell_on``
    the path that it fell on. ``due`` is on the monotonic clock. ``unwritten`` are the starts of hours that changed.
    """

    name: str
    connections: frozenset[str] = frozenset()
    tracker: Tracker = field(default_factory=Tracker)
    path: Path | None = None
    concluded: tuple[LineState, Cause | None] | None = None
    bad_at: datetime | None = None
    fell_on: str = ""
    due: float = 0.0
    gathering: Gathering = field(default_factory=Gathering)
    hours: dict[datetime, Hour] = field(default_factory=dict)
    unwritten: set[datetime] = field(default_factory=set)

    def restore(self, hours: Iterable[Hour]) -> None:
        """Take up what the record has of the last hours."""
        self.hours = {hour.start: hour for hour in hours}
        for hour in reversed(self.hours.values()):
            bad = [at for at, minute in hour.minutes() if minute.state.is_trouble]
            if bad:
                self.bad_at = bad[-1] + minutes.MINUTE
                return

    def take(self, reading: Reading, plan: Plan, policy: LinePolicy) -> Tracker:
        """Take a round in. Returns how it stood before."""
        before = self.tracker
        self.tracker = line.step(before, reading, plan, policy)
        state = self.tracker.state
        if state.is_trouble:
            self.bad_at = reading.at.wall
        if state is not LineState.NOT_MEASURED:
            self._keep_minute(reading, policy)
        return before

    def _keep_minute(self, reading: Reading, policy: LinePolicy) -> None:
        state, cause, at = self.tracker.state, self.tracker.cause, reading.at.wall
        self.gathering, done = minutes.gather(self.gathering, at, state, cause, reading.probes)
        if done is None:
            return
        self._set(*done)
        last, minute = done
        is_watched = minute.state is not LineState.NOT_MEASURED and at - last <= line.longest_pause(policy)
        while is_watched and (last := last + minutes.MINUTE) < minutes.start_of_minute(at):
            # Between two rounds that are due nothing was asked, and yet it was watched: no gap.
            self._set(last, minutes.Minute(minute.state, minute.cause))

    def _end_minute(self) -> None:
        """What comes next is not connected with what was measured before."""
        if self.gathering.start is not None:
            self._set(self.gathering.start, self.gathering.minute())
            self.gathering = Gathering()

    def flush(self) -> tuple[LineHour, ...]:
        """The hours that changed since they were last written, with the minute that goes on."""
        if self.gathering.start is not None:
            self._set(self.gathering.start, self.gathering.minute())
        changed = tuple(LineHour(self.name, self.hours[start]) for start in sorted(self.unwritten))
        self.unwritten.clear()
        return changed

    def _set(self, at: datetime, minute: minutes.Minute) -> None:
        start = minutes.start_of_hour(at)
        self.hours[start] = minutes.with_minute(self.hours.get(start, Hour(start)), at, minute)
        self.unwritten.add(start)
        for old in sorted(self.hours)[:-HOURS_SHOWN]:
            if old not in self.unwritten:
                del self.hours[old]

    def shown_hours(self, now: datetime) -> tuple[Hour, ...]:
        """The last hours, oldest first, with the minute that goes on."""
        hours = dict(self.hours)
        if self.gathering.start is not None:
            start = minutes.start_of_hour(self.gathering.start)
            hour = hours.get(start, Hour(start))
            hours[start] = minutes.with_minute(hour, self.gathering.start, self.gathering.minute())
        since = now - timedelta(hours=HOURS_SHOWN)
        return tuple(hour for start, hour in sorted(hours.items()) if start >= since)

    def side(self, running: Measured | None, now: Instant, fresh_for: timedelta) -> LineSide:
        """How it stands, for a connection. Trouble that the record knows of stands until it is measured anew."""
        tracker = self.tracker
        if tracker.state is LineState.NOT_MEASURED and running is not None:
            at = max(self.bad_at or running.since, running.since)
            age = max(0.0, (now.wall - at).total_seconds())
            measured = Instant(at, now.mono - age)
            return LineSide(running.state, running.cause, running.since, measured, fresh_for)
        return LineSide(tracker.state, tracker.cause, tracker.since, tracker.seen, fresh_for)

    def interrupt(self) -> None:
        """Nothing is measured for a while."""
        self._end_minute()
        self.tracker = line.interrupted(self.tracker)
        self.due = 0.0

    def wake(self, now: Instant, policy: LinePolicy) -> None:
        """Measuring begins again after a sleep."""
        self._end_minute()
        self.tracker = line.woken(self.tracker, now, policy)
        self.due = 0.0

    def forget(self) -> None:
        """Begin anew: it is measured otherwise from now on."""
        self._end_minute()
        self.tracker = replace(Tracker(), falls=self.tracker.falls)
        self.due = 0.0
