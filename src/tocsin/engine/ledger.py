"""Everything that the engine knows. What comes in is decided by the rules, written at once, then announced."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tocsin.domain import alarm, assess, measured, timeline
from tocsin.domain.account import Account, Settings
from tocsin.domain.alarm import Input, Look, Policy, Silence, Silent
from tocsin.domain.alarm_state import AlarmState, Effect
from tocsin.domain.freshness import fresh_for, is_fresh
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.levels import Scene, connection_level
from tocsin.domain.schedule import UNREACHABLE_AFTER, is_unreachable
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.state import Acknowledge, Draft, MuteUntilResolved, Unmute
from tocsin.domain.terms import Level
from tocsin.domain.timeline import Merged
from tocsin.engine import events
from tocsin.engine.keeper import Keeper
from tocsin.engine.watched import Known, Watched
from tocsin.ports import Batch, ConnectionRecord, Covered, Event, OnEvent, Provider, Store

RECENT = timedelta(days=400)


@dataclass(slots=True)
class Pending:
    """What one turn has come to so far, before it is written and announced. ``before`` is what it replaced, by uid."""

    alarms: AlarmState
    before: dict[str, Incident | None] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    connections: list[ConnectionRecord] = field(default_factory=list)
    coverage: tuple[Covered, ...] = ()
    drafts: tuple[Draft, ...] = ()
    events: list[Event] = field(default_factory=list)


class Ledger:
    """The engine's memory. Used by its one thread only; every method is one turn: decide, write, announce."""

    def __init__(
        self, disk: Store, memory: Store, channels: tuple[str, ...], on_event: OnEvent, policy: Policy
    ) -> None:
        self.keeper = Keeper(disk, memory, self._everything)
        self.watched: dict[str, Watched] = {}
        self.incidents: dict[str, Incident] = {}
        self.alarms = AlarmState()
        self.drafts: dict[str, Draft] = {}
        self._channels = channels
        self._on_event = on_event
        self._policy = policy
        self._records: dict[str, ConnectionRecord] = {}
        self._polled: frozenset[str] = frozenset()
        self._written = AlarmState()

    def restore(self, now: Instant) -> None:
        """Take up where the record ends; where it cannot be read, begin without it."""
        past = self.keeper.restore(now.wall - RECENT, now.wall)
        self.incidents = {incident.uid: incident for incident in past.incidents}
        self.alarms = self._written = past.alarm
        self._records = {record.connection: record for record in past.connections}
        self._polled = past.accounts
        self.drafts = {draft.uid: draft for draft in past.drafts}

    def configure(
        self, settings: Settings, make: Callable[[Account], Provider], now: Instant, *, complete: bool = True
    ) -> frozenset[str]:
        """Watch what the settings say. Returns the ids of accounts that are new or changed and must be asked anew.

        With ``complete`` false some of the settings could not be read: then what is missing was not taken out.
        """
        old = self.watched
        self.watched = {
            account.id: self._begin(account, old.get(account.id), make, now) for account in settings.accounts
        }
        with self._turn(now) as pending:
            if complete:
                self._unwatch(settings.accounts, now, pending)
            if self.alarms.unreachable:
                self._silence(now, pending)
        return frozenset(key for key, watched in self.watched.items() if watched is not old.get(key))

    def absorb(self, watched: Watched, result: Snapshot | Failure, now: Instant) -> None:
        """Take in what a poll came to."""
        was_silent = is_unreachable(watched.failures)
        before = watched.last_success
        with self._turn(now) as pending:
            if isinstance(result, Failure):
                watched.failed(result)
                if watched.failures == UNREACHABLE_AFTER:
                    self._silence(now, pending)
            else:
                watched.succeeded(result, now)
                self._merge(watched, result, now, pending)
                watched.polled_before = True
                if watched.account.id in self.alarms.unreachable:
                    self._silence(now, pending)
            pending.coverage = watched.cover(now, before, measured=not isinstance(result, Failure))
            if any(covered.measured for covered in pending.coverage):
                pending.connections.extend(self._confirmed(watched))
            if was_silent is not is_unreachable(watched.failures):
                pending.events.append(self._reachability(watched, now))

    def tick(self, now: Instant) -> bool:
        """Let time pass: what was announced begins, maintenance overruns. True when anything came of it."""
        with self._turn(now) as pending:
            for account_id, open_ones in self.open_by_account().items():
                watched = self.watched.get(account_id)
                fresh = watched is not None and is_fresh(watched.last_success, fresh_for(watched.interval), now)
                if watched is None or watched.scene is None or not fresh:
                    continue  # what was asked too long ago says nothing about what goes on now
                merged = timeline.tick(tuple(open_ones), watched.scene, watched.corrected(now.wall))
                if merged.incidents:
                    self._take(merged, pending)
                    self._judge(watched, now, pending)
                    self._look(watched, merged.incidents, now, pending, first=False)
                    pending.events.extend(events.of_changes(merged.changes, self._levels(), now.wall))
            self._settle(now, pending)
        return bool(pending.incidents)

    def command(self, given: Acknowledge | MuteUntilResolved | Unmute, now: Instant) -> None:
        """Do what the user says about alarms."""
        with self._turn(now) as pending:
            self._decide(given, now.wall, pending)

    def open_ids(self, account_id: str) -> tuple[str, ...]:
        """The provider's ids of the incidents that are held to be open; none that we made ourselves."""
        mine = (each for each in self._of(account_id) if each.is_open and not each.observed)
        return tuple(each.provider_id for each in mine if not measured.is_line_only(each))

    def open_by_account(self) -> dict[str, list[Incident]]:
        """The open incidents, by account."""
        found: dict[str, list[Incident]] = {}
        for incident in self.incidents.values():
            if incident.is_open:
                found.setdefault(incident.account, []).append(incident)
        return found

    # --- one turn ---

    @contextmanager
    def _turn(self, now: Instant) -> Iterator[Pending]:
        """One turn: all of it is written and announced or, after a mistake of ours, nothing, so that none is lost."""
        pending = Pending(self.alarms)
        try:
            yield pending
            self._write(pending, now)
        except Exception:
            self.alarms = pending.alarms
            for uid, before in pending.before.items():
                if before is None:
                    del self.incidents[uid]
                else:
                    self.incidents[uid] = before
            raise
        for event in pending.events:
            self._on_event(event)

    def _unwatch(self, accounts: tuple[Account, ...], now: Instant, pending: Pending) -> None:
        """End what nobody watches any more, and forget how it stood."""
        open_ones = tuple(incident for incident in self.incidents.values() if incident.is_open)
        merged = timeline.unwatch(open_ones, accounts, now.wall)
        self._take(merged, pending)
        self._decide(Look(assess.unwatched(each for each in merged.incidents if not each.is_open)), now.wall, pending)
        kept = {_name(account, connection.id) for account in accounts for connection in account.connections}
        for name in self._records.keys() - kept:
            del self._records[name]
            pending.connections.append(ConnectionRecord(name, Level.UNKNOWN.word, None, None))

    def _merge(self, watched: Watched, snapshot: Snapshot, now: Instant, pending: Pending) -> None:
        at = watched.corrected(now.wall)
        merged = timeline.merge(self._of(watched.account.id), snapshot, watched.account, watched.provider.traits, at)
        self._take(merged, pending)
        self._judge(watched, now, pending)
        self._settle(now, pending)
        told = {each.uid for each in self.alarms.alarms}
        mine = tuple(each for each in self._of(watched.account.id) if each.is_open or each.uid in told)
        self._look(watched, mine, now, pending, first=not watched.polled_before)
        pending.events.extend(events.of_changes(merged.changes, self._levels(), now.wall))

    def _judge(self, watched: Watched, now: Instant, pending: Pending) -> None:
        """Set the level of every connection of an account by its scene and its open incidents."""
        if watched.scene is None:
            return
        mine = tuple(each for each in self._of(watched.account.id) if each.is_open)
        at = watched.corrected(now.wall)
        for connection in watched.account.connections:
            level = connection_level(connection, mine, watched.scene, watched.provider.traits, at)
            known = watched.known.setdefault(connection.id, Known())
            if level is not known.level or known.confirmed is None:
                known.since = now.wall if level is not known.level else known.since or now.wall
                known.level = level
                known.confirmed = watched.last_success
                pending.connections.append(self._record(watched, connection.id, known))
            known.confirmed = watched.last_success

    def _settle(self, now: Instant, pending: Pending) -> None:
        """End what has waited for this poll; here nothing does."""

    def _lines(self, watched: Watched, now: Instant) -> assess.Lines:  # noqa: ARG002 -- for who measures lines
        """How the lines of an account's connections stand; here none is measured."""
        return {}

    def _look(
        self, watched: Watched, incidents: Iterable[Incident], now: Instant, pending: Pending, *, first: bool
    ) -> None:
        at = watched.corrected(now.wall)
        scene = watched.scene or Scene()
        found = assess.hits(incidents, watched.account, scene, watched.provider.traits, at, self._lines(watched, now))
        self._decide(Look(found, first=first), at, pending)

    def _silence(self, now: Instant, pending: Pending) -> None:
        silent = (each for each in self.watched.values() if self._is_silent(each))
        accounts = tuple(Silent(each.account.id, each.account.name, each.failing_since or now.wall) for each in silent)
        self._decide(Silence(accounts), now.wall, pending)

    def _is_silent(self, watched: Watched) -> bool:
        """Whether an account cannot be asked; one that could not before a restart still cannot, until it answers."""
        told = watched.account.id in self.alarms.unreachable and watched.last_success is None
        return told or is_unreachable(watched.failures)

    def _decide(self, given: Input, at: datetime, pending: Pending) -> None:
        decision = alarm.step(self.alarms, given, at, self._policy)
        self.alarms = decision.state
        pending.effects.extend(decision.effects)

    def _take(self, merged: Merged, pending: Pending) -> None:
        for incident in merged.incidents:
            pending.before.setdefault(incident.uid, self.incidents.get(incident.uid))
            self.incidents[incident.uid] = incident
        pending.incidents.extend(merged.incidents)

    def _write(self, pending: Pending, now: Instant) -> None:
        """Write the turn in one transaction."""
        batch = Batch(
            incidents=tuple({incident.uid: incident for incident in pending.incidents}.values()),
            alarm=self.alarms if self.alarms != self._written else None,
            effects=tuple(pending.effects),
            channels=self._channels,
            connections=tuple(pending.connections),
            coverage=pending.coverage,
            drafts=pending.drafts,
            at=now.wall,
        )
        self.keeper.write(batch, now.wall)
        self._written = self.alarms

    # --- what is known ---

    def _begin(
        self, account: Account, old: Watched | None, make: Callable[[Account], Provider], now: Instant
    ) -> Watched:
        """The runtime of an account: as it was if nothing changed, else a new one that knows what was red."""
        if old is not None and old.account == account:
            return old
        known = account.id in self._polled or (old is not None and old.polled_before)
        watched = Watched(account, make(account), polled_before=known)
        for connection in account.connections:
            watched.known[connection.id] = self._remembered(_name(account, connection.id), now)
        return watched

    def _remembered(self, name: str, now: Instant) -> Known:
        """Stated trouble outlives a restart, with its age; anything better has to be asked for anew."""
        record = self._records.get(name)
        level = Level[record.level.upper()] if record is not None else Level.UNKNOWN
        if record is None or record.confirmed_wall is None or not level.is_definite_trouble:
            return Known()
        age = (now.wall - record.confirmed_wall).total_seconds()
        return Known(level, record.since, Instant(record.confirmed_wall, now.mono - max(0.0, age)))

    def _of(self, account_id: str) -> tuple[Incident, ...]:
        return tuple(incident for incident in self.incidents.values() if incident.account == account_id)

    def _levels(self) -> dict[str, Level]:
        """Every connection's level as of the last answers, the worst of all accounts' views."""
        levels: dict[str, Level] = {}
        for watched in self.watched.values():
            for connection_id, known in watched.known.items():
                levels[connection_id] = max(known.level, levels.get(connection_id, Level.OK))
        return levels

    def _record(self, watched: Watched, connection_id: str, known: Known) -> ConnectionRecord:
        confirmed = known.confirmed.wall if known.confirmed is not None else None
        record = ConnectionRecord(_name(watched.account, connection_id), known.level.word, known.since, confirmed)
        self._records[record.connection] = record
        return record

    def _confirmed(self, watched: Watched) -> list[ConnectionRecord]:
        return [self._record(watched, connection_id, known) for connection_id, known in watched.known.items()]

    def _reachability(self, watched: Watched, now: Instant) -> Event:
        reachable = not is_unreachable(watched.failures)
        failure = watched.failure
        detail = {} if failure is None else {"kind": failure.kind.value, "message": failure.message}
        level = max((known.level for known in watched.known.values()), default=Level.UNKNOWN)
        if not reachable and not level.is_definite_trouble:
            level = Level.UNKNOWN
        return events.reachability(watched.account.id, level, now.wall, reachable=reachable, detail=detail)

    def _everything(self) -> Batch:
        """All that is known, for a store that missed some of it."""
        return Batch(
            incidents=tuple(self.incidents.values()),
            alarm=self.alarms,
            connections=tuple(self._records.values()),
            drafts=tuple(self.drafts.values()),
        )


def _name(account: Account, connection_id: str) -> str:
    """A connection as one account sees it, as the record names it."""
    return f"{account.id}/{connection_id}"
