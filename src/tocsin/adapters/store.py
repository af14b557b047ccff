"""Opens the record: makes it, brings it up to date, sets a damaged one aside.

Three ways in: ``open_store`` for the instance that holds the profile's lock, ``open_readonly`` for a command that only
looks, ``memory_store`` for when there is no usable disk: the alarm works without a database.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tocsin.adapters import store_rows, store_schema
from tocsin.adapters.store_schema import MIGRATIONS, Migration
from tocsin.adapters.store_sqlite import SqliteStore, reported
from tocsin.domain.message import Message
from tocsin.errors import StoreDamaged, StoreError

_WAIT = 2.0  # seconds for a lock that a reader may hold for a moment
_COMPANIONS = ("", "-wal", "-shm")  # SQLite's own names beside a database


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """The record, and where a damaged one was set aside, for the user to be told."""

    store: SqliteStore
    set_aside: Path | None = None


def open_store(
    path: Path, *, migrate: bool, now: datetime, migrations: tuple[Migration, ...] = MIGRATIONS
) -> OpenedStore:
    """Open the record for writing.

    With ``migrate``, which only the lock's holder may ask for, it is made, brought up to date after a backup, and if
    damaged set aside under a dated name and begun anew. Without, it must be there and up to date.

    Raises ``StoreTooNew``, ``StoreFull``, ``StoreError``; ``StoreDamaged`` only without ``migrate``.
    """
    if not migrate and not path.exists():
        raise StoreError(f"there is no database at {path}", "start Tocsin once")
    try:
        return OpenedStore(_open(path, migrate=migrate, now=now, migrations=migrations))
    except StoreDamaged:
        if not migrate:
            raise
        aside = _set_aside(path, now)
        return OpenedStore(_open(path, migrate=migrate, now=now, migrations=migrations), aside)


def open_readonly(path: Path, *, now: datetime, migrations: tuple[Migration, ...] = MIGRATIONS) -> SqliteStore:
    """Open the record to look at it, while another instance writes or not. None there is an empty one.

    Raises ``StoreError`` and its kinds.
    """
    if not path.exists():
        return memory_store(now=now)
    with reported("opening it"):
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro")
        try:
            connection.execute("PRAGMA query_only = ON")
            _refuse_older(store_schema.pending(connection, migrations))
        except BaseException:
            connection.close()
            raise
        return SqliteStore(connection, now)


def memory_store(*, now: datetime) -> SqliteStore:
    """A record that lasts as long as the program."""
    connection = _connect(":memory:")
    connection.execute("PRAGMA foreign_keys = ON")
    for migration in MIGRATIONS:
        store_schema.apply(connection, migration, store_rows.micros(now))
    return SqliteStore(connection, now)


def _connect(where: str) -> sqlite3.Connection:
    """A connection whose transactions are begun and ended by hand.

    One thread at a time uses it, which need not be the one that opened it.
    """
    return sqlite3.connect(
        where, uri=where.startswith("file:"), timeout=_WAIT, isolation_level=None, check_same_thread=False
    )


def _open(path: Path, *, migrate: bool, now: datetime, migrations: tuple[Migration, ...]) -> SqliteStore:
    with reported("opening it"):
        if migrate:
            _make_private_file(path)
        connection = _connect(str(path))
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            _bring_up_to_date(connection, path, migrate=migrate, now=now, migrations=migrations)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            store = SqliteStore(connection, now)
            for read in (store.alarm, store.outbox, store.connections):
                read()  # what the engine cannot start with is damage too, and is best found here
        except BaseException:
            connection.close()
            raise
        return store


def _bring_up_to_date(
    connection: sqlite3.Connection, path: Path, *, migrate: bool, now: datetime, migrations: tuple[Migration, ...]
) -> None:
    needed = store_schema.pending(connection, migrations)
    is_new = len(needed) == len(migrations)
    if not migrate:
        _refuse_older(needed)
    if not is_new:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreDamaged(f"the database is damaged ({found})")
    if needed and not is_new:
        _back_up(connection, path.with_name(f"{path.name}.backup-{_stamp(now)}"))
    for migration in needed:
        store_schema.apply(connection, migration, store_rows.micros(now))


def _refuse_older(needed: tuple[Migration, ...]) -> None:
    if needed:
        advice = "start Tocsin once to bring it up to date"
        raise StoreError("the database is of an older version", advice, told=Message("record_older"))


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the whole database. Raises ``sqlite3.Error``, and leaves no half of a copy."""
    target = _free_name(target)
    _make_private_file(target)
    try:
        with closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
    except BaseException:
        target.unlink()
        raise


def _set_aside(path: Path, now: datetime) -> Path:
    """Give a damaged database, and SQLite's files beside it, a dated name. Raises ``StoreError``."""
    aside = _free_name(path.with_name(f"{path.name}.damaged-{_stamp(now)}"))
    try:
        for companion in _COMPANIONS:
            file = path.with_name(path.name + companion)
            if file.exists():
                file.rename(aside.with_name(aside.name + companion))
    except OSError as error:
        raise StoreError(f"the damaged database cannot be set aside ({error.strerror})") from error
    return aside


def _free_name(wanted: Path) -> Path:
    """This path, or with a number behind it the first that is free."""
    name, number = wanted, 1
    while name.exists():
        number += 1
        name = wanted.with_name(f"{wanted.name}-{number}")
    return name


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _make_private_file(path: Path) -> None:
    """Have the file there, readable by its owner only, before SQLite makes it; its companions take its mode over."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"the database {path} cannot be opened ({error.strerror})") from error
