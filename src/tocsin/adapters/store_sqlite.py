"""The record: one SQLite connection behind ``ports.Store``.

Every write is one transaction. The journal is a write-ahead log with ``synchronous = NORMAL``: what was committed is
with the kernel, so that no kill of this process loses it, and a power cut cannot damage the file. What a power cut can
take is the last seconds before it: the next poll finds out again what the provider says, and the notifications of
then are gone with the screen. ``FULL`` would save those seconds at the price of a sync per write, which blocks the
engine's loop for as long as a slow disk likes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tocsin.adapters import store_line as line
from tocsin.adapters import store_rows as rows
from tocsin.domain.alarm_state import AlarmState, Close, Tell
from tocsin.domain.incident import Incident
from tocsin.domain.minutes import Hour
from tocsin.domain.state import Draft
from tocsin.errors import Bug, StoreDamaged, StoreError, StoreFull
from tocsin.ports import Batch, ConnectionRecord, Covered, OutboxRow, OutboxState, ThreadRef

_PRIMARY = 0xFF  # SQLite's extended result codes carry the primary one in their lowest byte

_PUT_INCIDENT = (
    f"INSERT INTO incidents ({', '.join(rows.INCIDENT_COLUMNS)}) "  # noqa: S608 - our own constants
    f"VALUES ({', '.join('?' * len(rows.INCIDENT_COLUMNS))}) ON CONFLICT (uid) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in rows.INCIDENT_COLUMNS[1:])
)
_PUT_PART = {
    part.table: f"INSERT INTO {part.table} (uid, position, {', '.join(part.columns)}) "  # noqa: S608 - as above
    f"VALUES (?, ?, {', '.join('?' * len(part.columns))})"
    for part in rows.PARTS
}
_WANTED = "is_open = 1 OR (:closed AND latest_at > :since)"
_SINCE_EVER = -(2**63)


@contextmanager
def reported(doing: str) -> Iterator[None]:
    """Turn what SQLite and the decoders raise into ``StoreError`` and its kinds."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, doing) from error
    except (ValueError, RecursionError) as error:
        raise StoreDamaged(f"the database holds what cannot be read while {doing} ({error})") from error
    except OverflowError as error:
        raise Bug(f"a number that is too large was about to be stored: {error}") from error


def store_error(error: sqlite3.Error, doing: str) -> StoreError:
    """The kind of ``StoreError`` that a result code of SQLite means."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(f"the disk is full while {doing}", "make room; the alarm works on without its record")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"the database is damaged, found while {doing} ({error})")
    return StoreError(f"the database cannot be used while {doing} ({error})")


class SqliteStore:
    """``ports.Store`` on a connection that is set up and migrated. Used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, opened_at: datetime) -> None:
        self._db = connection
        self._opened_at = opened_at

    # --- reading

    def incidents(self, *, since: datetime | None = None, open_only: bool = False) -> tuple[Incident, ...]:
        """Those whose last episode began or ended after ``since``, and all open ones; newest start first."""
        wanted = {"closed": int(not open_only), "since": _SINCE_EVER if since is None else rows.micros(since)}
        with reported("reading incidents"), self._snapshot() as db:
            parts = {part.table: self._parts(db, part, wanted) for part in rows.PARTS}
            found = db.execute(
                f"SELECT {', '.join(rows.INCIDENT_COLUMNS)} FROM incidents WHERE {_WANTED} "  # noqa: S608 - constants
                "ORDER BY started_at DESC, uid",
                wanted,
            )
            return tuple(
                rows.read_incident(row, {table: tuple(of.get(row[0], ())) for table, of in parts.items()})
                for row in found
            )

    @staticmethod
    def _parts(db: sqlite3.Connection, part: rows.Part, wanted: dict[str, int]) -> dict[str, list[Any]]:
        """What one table has of the wanted incidents, by uid."""
        by_uid: dict[str, list[Any]] = {}
        for uid, *cells in db.execute(
            f"SELECT uid, {', '.join(part.columns)} FROM {part.table} "  # noqa: S608 - our own constants
            f"WHERE uid IN (SELECT uid FROM incidents WHERE {_WANTED}) ORDER BY uid, position",
            wanted,
        ):
            by_uid.setdefault(uid, []).append(part.read(tuple(cells)))
        return by_uid

    def alarm(self) -> AlarmState:
        """The alarm state as last written."""
        with reported("reading the alarm state"):
            row = self._db.execute("SELECT state FROM alarm_state").fetchone()
            return AlarmState() if row is None else rows.read_alarm(row[0])

    def connections(self) -> tuple[ConnectionRecord, ...]:
        """The last known levels."""
        with reported("reading the connections"):
            return tuple(
                ConnectionRecord(name, level, rows.moment_or_none(since), rows.moment_or_none(confirmed))
                for name, level, since, confirmed in self._db.execute(
                    "SELECT connection, level, since, confirmed_wall FROM connections ORDER BY connection"
                )
            )

    def known_accounts(self) -> frozenset[str]:
        """Accounts that were polled with success at least once, ever."""
        with reported("reading the coverage"):
            found = self._db.execute("SELECT DISTINCT account FROM coverage WHERE measured = 1")
            return frozenset(row[0] for row in found)

    def last_alive(self) -> datetime | None:
        """The end of the newest coverage: when Tocsin last knew anything."""
        with reported("reading the coverage"):
            return rows.moment_or_none(self._db.execute('SELECT max("end") FROM coverage').fetchone()[0])

    def coverage(self, account: str) -> tuple[Covered, ...]:
        """When an account was asked and when it could not be, oldest first."""
        with reported("reading the coverage"):
            return tuple(
                Covered(account, rows.moment(start), rows.moment(end), bool(measured))
                for start, end, measured in self._db.execute(
                    'SELECT start, "end", measured FROM coverage WHERE account = ? ORDER BY "end", id', (account,)
                )
            )

    def line_hours(self, link: str, since: datetime) -> tuple[Hour, ...]:
        """The hours of a link that begin at ``since`` or later, oldest first. They are kept for 400 days."""
        with reported("reading the line's hours"):
            return line.hours(self._db, link, since)

    def uplink(self) -> frozenset[str]:
        """The keys by which the primary's way out is known; none before the first."""
        with reported("reading the uplink"):
            return line.uplink(self._db)

    def drafts(self) -> tuple[Draft, ...]:
        """What the user wants to report and has not dropped, oldest first."""
        with reported("reading the drafts"):
            return line.drafts(self._db, self._opened_at)

    def outbox(self) -> tuple[OutboxRow, ...]:
        """What is neither confirmed nor given up, oldest first."""
        with reported("reading the outbox"):
            return tuple(
                OutboxRow(
                    id=number,
                    channel=channel,
                    effect=rows.read_effect(kind, thread, uid, (episode, revision, final), effect),
                    state=OutboxState(state),
                    created_at=rows.moment(created),
                    attempts=attempts,
                )
                for number, channel, thread, kind, uid, episode, revision, final, effect, state, attempts, created in (
                    self._db.execute(
                        "SELECT id, channel, thread, kind, uid, episode, revision, final, effect, state, attempts, "
                        "created_at FROM outbox WHERE state IN ('pending', 'attempted') ORDER BY id"
                    )
                )
            )

    def thread(self, channel: str, thread: str) -> ThreadRef | None:
        """The notification now standing for a thread."""
        with reported("reading a thread"):
            row = self._db.execute(
                "SELECT server, notification_id FROM threads WHERE channel = ? AND thread = ?", (channel, thread)
            ).fetchone()
            return None if row is None else ThreadRef(channel, thread, row[0], row[1])

    # --- writing

    def write(self, batch: Batch) -> None:
        """Write it in one transaction. Raises ``StoreError``, ``Bug`` for a time without a zone."""
        if batch.is_empty:
            return
        with reported("writing"), self._transaction() as db:
            self._put_incidents(db, batch.incidents)
            if batch.alarm is not None:
                db.execute("REPLACE INTO alarm_state (id, state) VALUES (1, ?)", (rows.alarm_json(batch.alarm),))
            for effect in batch.effects:
                for channel in batch.channels:
                    _put_effect(db, channel, effect, rows.micros(batch.at or self._opened_at))
            db.executemany(
                "REPLACE INTO connections (connection, level, since, confirmed_wall) VALUES (?, ?, ?, ?)",
                [rows.connection_row(record) for record in batch.connections],
            )
            for covered in batch.coverage:
                _cover(db, covered)
            line.put_hours(db, batch.hours)
            line.put_uplink(db, batch.uplink)
            line.put_drafts(db, batch.drafts)

    @staticmethod
    def _put_incidents(db: sqlite3.Connection, incidents: tuple[Incident, ...]) -> None:
        db.executemany(_PUT_INCIDENT, map(rows.incident_row, incidents))
        for part in rows.PARTS:
            db.executemany(
                f"DELETE FROM {part.table} WHERE uid = ?",  # noqa: S608 - our own constants
                [(rows.text(incident.uid),) for incident in incidents],
            )
            db.executemany(
                _PUT_PART[part.table],
                [
                    (rows.text(incident.uid), position, *cells)
                    for incident in incidents
                    for position, cells in enumerate(part.rows(incident))
                ],
            )

    def mark(self, row_id: int, state: OutboxState) -> None:
        """Set how far a row got; ``ATTEMPTED`` counts an attempt. A row that was superseded meanwhile is no error."""
        with reported("marking a message"), self._transaction() as db:
            db.execute(
                "UPDATE outbox SET state = ?, attempts = attempts + ? WHERE id = ?",
                (state.value, int(state is OutboxState.ATTEMPTED), row_id),
            )

    def confirm(self, row_id: int, ref: ThreadRef | None) -> None:
        """Mark a row ``CONFIRMED`` and remember (or, with None, forget) its thread's notification."""
        with reported("confirming a message"), self._transaction() as db:
            db.execute("UPDATE outbox SET state = 'confirmed' WHERE id = ?", (row_id,))
            if ref is None:
                db.execute(
                    "DELETE FROM threads WHERE (channel, thread) = (SELECT channel, thread FROM outbox WHERE id = ?)",
                    (row_id,),
                )
            else:
                db.execute(
                    "REPLACE INTO threads (channel, thread, server, notification_id) VALUES (?, ?, ?, ?)",
                    (ref.channel, ref.thread, ref.server, ref.notification_id),
                )

    def close(self) -> None:
        """Close the file. The write-ahead log is folded into it."""
        with reported("closing"):
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One write: all of it, or, whatever is raised, nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # SQLite ends it by itself on a full disk
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """One state of the database for several queries, whatever another process writes meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield self._db
        finally:
            self._db.execute("ROLLBACK")


def _put_effect(db: sqlite3.Connection, channel: str, effect: Tell | Close, at: int) -> None:
    """Add the row of an effect on a channel, unless it is there; drop what it makes needless.

    What no channel has tried yet is needless once newer news stands in for it: a later revision of the same episode in
    the same thread that is as loud, or the taking away of the thread. An end is never dropped.
    """
    needless = (
        "DELETE FROM outbox WHERE kind = 'tell' AND state = 'pending' AND attempts = 0 AND final = 0 "
        "AND channel = ? AND thread = ?"
    )
    if isinstance(effect, Close):
        thread = rows.text(effect.thread)
        last = db.execute(
            "SELECT kind, state FROM outbox WHERE channel = ? AND thread = ? ORDER BY id DESC", (channel, thread)
        ).fetchone()
        if last is None or last[0] != "close" or last[1] in ("confirmed", "failed"):
            db.execute(needless, (channel, thread))
            _insert(db, (channel, thread, "close", "", 0, 0, 0, 0, "", at))
        return
    place = (channel, rows.text(effect.thread), rows.text(effect.uid), effect.episode)
    newer = db.execute(
        "SELECT 1 FROM outbox WHERE channel = ? AND thread = ? AND uid = ? AND episode = ? AND revision > ?",
        (*place, effect.revision),
    ).fetchone()
    if newer and not effect.final:
        return
    loudness = rows.loudness(effect.urgency)
    channel, thread, uid, episode = place
    cells = (channel, thread, "tell", uid, episode, effect.revision, int(effect.final), loudness)
    if _insert(db, (*cells, rows.tell_json(effect), at)):
        db.execute(
            f"{needless} AND uid = ? AND episode = ? AND revision < ? AND loudness <= ?",
            (*place, effect.revision, loudness),
        )


def _insert(db: sqlite3.Connection, cells: tuple[str | int, ...]) -> bool:
    """Add an outbox row; False if the same message was there already."""
    return bool(
        db.execute(
            "INSERT INTO outbox (channel, thread, kind, uid, episode, revision, final, loudness, effect, created_at, "
            "state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING",
            cells,
        ).rowcount
    )


def _cover(db: sqlite3.Connection, covered: Covered) -> None:
    """Add a stretch of coverage; one that goes on where the account's last one ended makes that longer."""
    start, end, account = rows.micros(covered.start), rows.micros(covered.end), rows.text(covered.account)
    last = db.execute(
        'SELECT id, start, "end", measured FROM coverage WHERE account = ? ORDER BY "end" DESC, id DESC', (account,)
    ).fetchone()
    if last is not None and last[3] == int(covered.measured) and last[1] <= start <= last[2]:
        db.execute('UPDATE coverage SET "end" = ? WHERE id = ?', (max(end, last[2]), last[0]))
        return
    db.execute(
        'INSERT INTO coverage (account, start, "end", measured) VALUES (?, ?, ?, ?)',
        (account, start, end, int(covered.measured)),
    )
