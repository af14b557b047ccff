"""The record's tables, and how an older database becomes a newer one.

Migrations are named functions in a tuple that is only ever appended to. Each runs in a transaction of its own together
with the row that says it ran, so that a crash between two of them leaves a whole database of the older kind.

Times are integers: microseconds since 1970, UTC. They hold every ``datetime`` exactly, sort and compare as they are,
and cannot be read in a wrong zone. Lists whose parts nobody asks for by themselves are JSON text.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.errors import StoreDamaged, StoreError, StoreTooNew

APPLICATION_ID = 0x546F6373  # "Tocs", in the header of the file
Apply = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. ``name`` is what the database remembers of it: it never changes."""

    name: str
    apply: Apply


_FIRST = (
    # started_at, first_started_at: the start as last and as first given. is_open and latest_at repeat what the last
    # episode says, for the index: whether it has no end, and when it last began or ended.
    """CREATE TABLE incidents (
        uid TEXT PRIMARY KEY, account TEXT NOT NULL, provider_id TEXT NOT NULL, title TEXT NOT NULL,
        kind TEXT NOT NULL, severity INTEGER NOT NULL, phase TEXT NOT NULL,
        first_seen_at INTEGER NOT NULL, first_started_at INTEGER NOT NULL, started_at INTEGER NOT NULL,
        scheduled_start INTEGER, scheduled_end INTEGER, affected TEXT NOT NULL, related TEXT NOT NULL,
        url TEXT, advice TEXT, observed INTEGER NOT NULL, began INTEGER NOT NULL, overrun INTEGER NOT NULL,
        lacking INTEGER NOT NULL, lacking_since INTEGER,
        is_open INTEGER NOT NULL, latest_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX incidents_open ON incidents (uid) WHERE is_open = 1",
    "CREATE INDEX incidents_latest ON incidents (latest_at)",
    """CREATE TABLE aliases (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        provider_id TEXT NOT NULL, first_start INTEGER NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX aliases_provider_id ON aliases (provider_id)",
    # how: how the end was learnt; an episode without it is open.
    """CREATE TABLE episodes (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        number INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, how TEXT, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sources (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        account TEXT NOT NULL, raw_severity TEXT NOT NULL, raw_phase TEXT NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE links (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        connection TEXT NOT NULL, relevance TEXT NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE etas (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        value INTEGER, given_at INTEGER, seen_at INTEGER NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE updates (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        at INTEGER NOT NULL, phase TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE alarm_state (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL) STRICT",
    """CREATE TABLE connections (
        connection TEXT PRIMARY KEY, level TEXT NOT NULL, since INTEGER, confirmed_wall INTEGER
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE threads (
        channel TEXT NOT NULL, thread TEXT NOT NULL, server TEXT NOT NULL, notification_id INTEGER NOT NULL,
        PRIMARY KEY (channel, thread)
    ) STRICT, WITHOUT ROWID""",
    # AUTOINCREMENT: an id that was dropped is never given again, and the worker may still hold it.
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, thread TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('tell', 'close')),
        uid TEXT NOT NULL, episode INTEGER NOT NULL, revision INTEGER NOT NULL,
        final INTEGER NOT NULL, loudness INTEGER NOT NULL, effect TEXT NOT NULL,
        state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
    ) STRICT""",
    """CREATE UNIQUE INDEX outbox_once ON outbox (thread, uid, episode, revision, channel, kind)
        WHERE kind = 'tell'""",
    "CREATE INDEX outbox_open ON outbox (id) WHERE state IN ('pending', 'attempted')",
    "CREATE INDEX outbox_thread ON outbox (channel, thread, id)",
    """CREATE TABLE coverage (
        id INTEGER PRIMARY KEY, account TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
        measured INTEGER NOT NULL
    ) STRICT""",
    'CREATE INDEX coverage_latest ON coverage (account, "end")',
    'CREATE INDEX coverage_end ON coverage ("end")',
    "CREATE INDEX coverage_measured ON coverage (measured, account)",
)


def m0001_the_record(connection: sqlite3.Connection) -> None:
    """Everything that DESIGN.md says the record has."""
    for statement in _FIRST:
        connection.execute(statement)


_SECOND = (
    # What our own line showed of an incident; at most one row each.
    """CREATE TABLE measured (
        uid TEXT NOT NULL REFERENCES incidents ON DELETE CASCADE, position INTEGER NOT NULL,
        state TEXT NOT NULL, cause TEXT, since INTEGER NOT NULL, until INTEGER, is_end_known INTEGER NOT NULL,
        PRIMARY KEY (uid, position)
    ) STRICT, WITHOUT ROWID""",
    # hour: hours, not microseconds, since 1970; there are many. data: 480 bytes, as domain/minutes.py packs them.
    """CREATE TABLE line_hours (
        link TEXT NOT NULL, hour INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (link, hour)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE uplink (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    """CREATE TABLE drafts (
        uid TEXT PRIMARY KEY, text TEXT NOT NULL, written_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


def m0002_the_line(connection: sqlite3.Connection) -> None:
    """What is measured of the user's own line, and what waits until it is back."""
    for statement in _SECOND:
        connection.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (
    Migration("0001 the record", m0001_the_record),
    Migration("0002 the line", m0002_the_line),
)


def pending(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """The migrations that a database still needs.

    Raises ``StoreTooNew`` for one that had more than we know, ``StoreDamaged`` for one that is not Tocsin's.
    """
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return migrations
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreDamaged("the database is not one of Tocsin's")
    done = tuple(row[0] for row in connection.execute("SELECT name FROM migrations ORDER BY position"))
    names = tuple(migration.name for migration in migrations)
    if done[: len(names)] == names and len(done) > len(names):
        raise StoreTooNew("a newer Tocsin wrote the database", "install that version again, or use another profile")
    if names[: len(done)] != done:
        raise StoreError("the database took another road of versions", "use another profile")
    return migrations[len(done) :]


def apply(connection: sqlite3.Connection, migration: Migration, at: int) -> None:
    """Run one migration, all or nothing. ``at`` is in microseconds since 1970, UTC. Raises ``sqlite3.Error``."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            """CREATE TABLE IF NOT EXISTS migrations (
                position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at INTEGER NOT NULL
            ) STRICT"""
        )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migration.apply(connection)
        connection.execute("INSERT INTO migrations (name, applied_at) VALUES (?, ?)", (migration.name, at))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
