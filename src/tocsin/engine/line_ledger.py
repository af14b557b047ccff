"""The engine's memory of the user's own line: what its turns make of the incidents, and what is told of that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from tocsin.domain import assess, measured
from tocsin.domain.account import LINE_PROVIDER
from tocsin.domain.alarm import Policy, trial
from tocsin.domain.freshness import fresh_for, side_shown
from tocsin.domain.incident import Incident, Measured
from tocsin.domain.instant import Instant
from tocsin.domain.levels import is_planned_now
from tocsin.domain.state import Draft, LineSide, Side
from tocsin.domain.terms import Cause, Level, LineState, Relevance
from tocsin.domain.timeline import Merged
from tocsin.domain.verdict import verdict
from tocsin.engine.ledger import Ledger, Pending
from tocsin.engine.watched import Known, Watched
from tocsin.ports import Batch, Event, LineHour, OnEvent, Store


@dataclass(frozen=True, slots=True)
class Turned:
    """How the line of one connection turned: into trouble (``mark``) or out of it (``back_at``).

    ``is_end_known`` is false where it came back in time that was not measured. ``word`` is the event's, empty for
    none; ``state`` and ``cause`` go with it.
    """

    connection: str
    state: LineState
    cause: Cause | None
    mark: Measured | None = None
    back_at: datetime | None = None
    is_end_known: bool = True
    word: str = ""
    detail: Mapping[str, str | float | None] = field(default_factory=lambda: MappingProxyType({}))


class LineLedger(Ledger):
    """The ledger of polls, and of the line that they are made over."""

    def __init__(
        self, disk: Store, memory: Store, channels: tuple[str, ...], on_event: OnEvent, policy: Policy
    ) -> None:
        super().__init__(disk, memory, channels, on_event, policy)
        self.lines: dict[str, LineSide] = {}
        self._restored: dict[str, Instant] = {}

    def line_turned(self, turned: Turned, now: Instant) -> None:
        """A connection's line stands otherwise than before: what incident that makes, and what is told of it."""
        watched = self._owner(turned.connection)
        if watched is None:
            return
        with self._turn(now) as pending:
            incident = self._measured(watched, turned, now)
            if incident is not None:
                self._take(Merged((incident,)), pending)
                if turned.mark is not None:
                    self._look(watched, (incident,), now, pending, first=False)
                else:
                    self._restored[incident.uid] = now
                    self._settle(now, pending)
            if turned.word:
                pending.events.append(self._line_event(watched, turned, incident, now))

    def open_line(self, connection: str) -> Measured | None:
        """The trouble of a connection's line that has no end yet, as the record knows it."""
        return next((each.measured for each in self._line_incidents(connection)), None)

    def keep_draft(self, draft: Draft, now: Instant) -> None:
        """Keep what the user wants to report, or drop it where it has no text."""
        if draft.text:
            self.drafts[draft.uid] = draft
        else:
            self.drafts.pop(draft.uid, None)
        with self._turn(now) as pending:
            pending.drafts = (draft,)

    def try_alarm(self, now: Instant) -> None:
        """Tell the user something that means nothing."""
        with self._turn(now) as pending:
            pending.effects.append(trial(now.wall))

    def write_line(self, hours: tuple[LineHour, ...], uplink: frozenset[str] | None, now: Instant) -> None:
        """Write what was measured."""
        self.keeper.write(Batch(hours=hours, uplink=uplink, at=now.wall), now.wall)

    # --- the rest ---

    def _owner(self, connection: str) -> Watched | None:
        """The account in whose incidents a connection's line is told: one that its provider speaks in, if any."""
        named = [
            each for each in self.watched.values() if any(one.id == connection for one in each.account.connections)
        ]
        named.sort(key=lambda each: each.account.provider == LINE_PROVIDER)
        return named[0] if named else None

    def _line_incidents(self, connection: str) -> Iterator[Incident]:
        """The open incidents that say that a connection's line is in trouble now."""
        for incident in self.incidents.values():
            mark = incident.measured
            is_running = incident.is_open and mark is not None and mark.until is None
            if is_running and any(link.connection == connection for link in incident.links):
                yield incident

    def _measured(self, watched: Watched, turned: Turned, now: Instant) -> Incident | None:
        """The incident that a turn of the line begins, changes or ends; None where there is none."""
        if turned.mark is not None:
            mine = self._of(watched.account.id)
            return measured.began(mine, watched.account.id, turned.connection, turned.mark, now.wall)[0]
        running = next(self._line_incidents(turned.connection), None)
        if running is None or turned.back_at is None:
            return None
        return measured.restored(running, turned.back_at, is_known=turned.is_end_known)

    def _settle(self, now: Instant, pending: Pending) -> None:
        """End what the line alone showed, once its provider has spoken or had the time to.

        What goes on is looked at anew: the work that it fell into may be over by now.
        """
        for connection in self.lines:
            for incident in [*self._line_incidents(connection)]:
                if (watched := self.watched.get(incident.account)) is not None:
                    self._look(watched, (incident,), now, pending, first=False)
        for incident in [each for each in self.incidents.values() if measured.is_waiting(each)]:
            watched, back = self.watched.get(incident.account), self._restored.get(incident.uid)
            if watched is None or (back is not None and not self._has_spoken(watched, back, now)):
                continue
            settled, _ = measured.settled(incident, now.wall)
            if settled is incident and back is None:
                continue
            self._restored.pop(incident.uid, None)
            self._take(Merged((settled,)), pending)
            self._look(watched, (settled,), now, pending, first=False)

    def _has_spoken(self, watched: Watched, back: Instant, now: Instant) -> bool:
        """Whether an account answered since the line came back, or could not be expected to any more."""
        if watched.account.provider == LINE_PROVIDER or now.mono - back.mono > self._policy.word_wait.total_seconds():
            return True
        heard = watched.last_success
        return heard is not None and heard.mono > back.mono

    def _lines(self, watched: Watched, now: Instant) -> assess.Lines:
        """How the lines of an account's connections stand, and what it says of them."""
        return {
            each.id: self._carrying(watched, each.id, now)
            for each in watched.account.connections
            if each.id in self.lines
        }

    def _carrying(self, watched: Watched, connection: str, now: Instant) -> assess.Carrying:
        side = self.lines[connection]
        if watched.account.provider == LINE_PROVIDER:
            return assess.Carrying(side, Level.OK)
        known = watched.known.get(connection, Known())
        said = side_shown(Side(watched.account.id, known.level, known.confirmed, fresh_for(watched.interval)), now)
        heard = known.confirmed.wall if known.confirmed is not None and said.stale else None
        if said.level is Level.UNKNOWN and is_planned_now(self._of(watched.account.id), connection, now.wall):
            return assess.Carrying(side, Level.MAINTENANCE, heard)
        return assess.Carrying(side, said.level, heard)

    def _line_event(self, watched: Watched, turned: Turned, incident: Incident | None, now: Instant) -> Event:
        carrying = self._lines(watched, now).get(turned.connection)
        said = carrying.said if carrying is not None else Level.UNKNOWN
        level = verdict(said, turned.state, turned.cause).level
        detail = {"state": turned.state.value, "cause": turned.cause.value if turned.cause is not None else None}
        return Event(
            at=now.wall,
            event=turned.word,
            account=watched.account.id,
            connection=turned.connection,
            level=level.word,
            incident=incident,
            relevance=Relevance.LINKED.value if incident is not None else None,
            detail=MappingProxyType(detail | dict(turned.detail)),
        )
