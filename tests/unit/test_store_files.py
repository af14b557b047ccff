"""The record's file: private, brought up to date with a backup, set aside when damaged, read while it is written."""

import os
import resource
import sqlite3
import stat
from contextlib import closing, contextmanager

import pytest

from support.records import NOW, incident, tell
from tocsin.adapters.store import open_readonly, open_store
from tocsin.adapters.store_schema import MIGRATIONS, Migration
from tocsin.errors import StoreDamaged, StoreError, StoreTooNew
from tocsin.ports import Batch

KNOWN = [("0001 the record",), ("0002 the line",)]
ROOM = 100_000  # bytes: more than SQLite's own files need, less than a copy
STAMP = "20261121T175800Z"


def add_a_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE incidents ADD COLUMN cause TEXT")


def break_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE causes (cause TEXT)")
    connection.execute("INSERT INTO no_such_table VALUES (1)")


NEWER = (*MIGRATIONS, Migration("0003 a column", add_a_column))
BROKEN = (*MIGRATIONS, Migration("0003 broken", break_half_way))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tocsin.db"


def fill(path, *made, migrations=MIGRATIONS) -> None:
    with closing(open_store(path, migrate=True, now=NOW, migrations=migrations).store) as store:
        store.write(Batch(incidents=made or (incident(),)))


def uids(path, **options) -> list[str]:
    with closing(open_store(path, migrate=True, now=NOW, **options).store) as store:
        return [one.uid for one in store.incidents()]


def names(path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir())


def raw(path, *statements) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return [row for statement in statements for row in connection.execute(statement)]


# --- making and migrating


def test_what_was_written_is_there_after_a_restart(path):
    """The record outlives the program, and closing leaves one file."""
    fill(path)
    assert uids(path) == ["one"]
    assert names(path) == ["tocsin.db"]


def test_nobody_else_can_read_the_record(path):
    """What a customer's outages were is that customer's business, also in the files beside the database."""
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        store.write(Batch(incidents=(incident(),)))
        modes = {name: stat.S_IMODE((path.parent / name).stat().st_mode) for name in names(path)}
    assert modes == {"tocsin.db": 0o600, "tocsin.db-wal": 0o600, "tocsin.db-shm": 0o600}


def test_an_older_database_is_backed_up_and_brought_up_to_date(path):
    """A new version loses nothing of the old record, and leaves a copy from before."""
    fill(path)
    assert uids(path, migrations=NEWER) == ["one"]
    backup = path.with_name(f"tocsin.db.backup-{STAMP}")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert uids(backup) == ["one"]
    assert raw(path, "SELECT name FROM migrations") == [*KNOWN, ("0003 a column",)]


def test_a_new_or_current_database_needs_no_backup(path):
    """Backups are made before a change of the schema and at no other time."""
    fill(path)
    fill(path)
    assert names(path) == ["tocsin.db"]


def test_a_migration_that_fails_changes_nothing(path):
    """Half a migration is none: the old version still opens the database."""
    fill(path)
    with pytest.raises(StoreError, match="no_such_table"):
        open_store(path, migrate=True, now=NOW, migrations=BROKEN)
    assert uids(path) == ["one"]
    assert raw(path, "SELECT count(*) FROM sqlite_master WHERE name = 'causes'") == [(0,)]


@contextmanager
def no_file_over(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_room_for_a_backup_nothing_is_migrated(path):
    """No copy, no migration; and no half of a copy is left behind."""
    fill(path, *(incident(f"i{n}", title="x" * 2000) for n in range(100)))
    assert path.stat().st_size > 2 * ROOM
    with no_file_over(ROOM), pytest.raises(StoreError):
        open_store(path, migrate=True, now=NOW, migrations=NEWER)
    assert [name for name in names(path) if "backup" in name] == []
    assert raw(path, "SELECT name FROM migrations") == KNOWN
    assert len(uids(path)) == 100


def test_only_the_lock_holder_migrates(path):
    """A command beside a running instance never changes the schema under it."""
    with pytest.raises(StoreError, match="no database"):
        open_store(path, migrate=False, now=NOW)
    fill(path)
    for opening in (
        lambda: open_store(path, migrate=False, now=NOW, migrations=NEWER),
        lambda: open_readonly(path, now=NOW, migrations=NEWER),
    ):
        with pytest.raises(StoreError, match="older version"):
            opening()
    assert raw(path, "SELECT name FROM migrations") == KNOWN
    open_store(path, migrate=False, now=NOW).store.close()


def test_a_newer_database_is_refused_untouched(path):
    """An older Tocsin neither reads wrongly nor sets aside what a newer one wrote."""
    fill(path, migrations=NEWER)
    before = path.read_bytes()
    for opening in (lambda: open_store(path, migrate=True, now=NOW), lambda: open_readonly(path, now=NOW)):
        with pytest.raises(StoreTooNew):
            opening()
    assert path.read_bytes() == before
    assert not [name for name in names(path) if "damaged" in name or "backup" in name]


def test_a_database_of_another_line_of_versions_is_refused(path):
    """Migrations are known by name, not by number."""
    fill(path, migrations=NEWER)
    with pytest.raises(StoreError, match="another road"):
        open_store(path, migrate=True, now=NOW, migrations=BROKEN)


# --- damage


def garbage(path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def cut_off(path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def somebody_elses(path) -> None:
    path.unlink()
    raw(path, "CREATE TABLE bookmarks (url TEXT)")


def unreadable_state(path) -> None:
    raw(path, "INSERT INTO alarm_state VALUES (1, '{\"alarms\": 7}')")


@pytest.mark.parametrize("damage", [garbage, cut_off, overwritten, somebody_elses, unreadable_state])
def test_a_damaged_database_is_set_aside_and_begun_anew(path, damage):
    """The alarm works on with a new record; the damaged file is kept, and the user can be told where."""
    fill(path, *(incident(f"i{n}") for n in range(50)))
    damage(path)
    damaged = path.read_bytes()
    opened = open_store(path, migrate=True, now=NOW)
    with closing(opened.store) as store:
        assert opened.set_aside == path.with_name(f"tocsin.db.damaged-{STAMP}")
        assert opened.set_aside.read_bytes() == damaged
        assert store.incidents() == ()
        store.write(Batch(incidents=(incident("new"),)))
    assert uids(path) == ["new"]


def test_a_second_damage_in_the_same_second_keeps_the_first(path):
    """What was set aside is never overwritten."""
    for number in ("", "-2"):
        path.write_bytes(b"junk" * 500)
        opened = open_store(path, migrate=True, now=NOW)
        opened.store.close()
        assert opened.set_aside.name == f"tocsin.db.damaged-{STAMP}{number}"


def test_damage_is_only_reported_to_those_who_may_not_mend_it(path):
    """A command that looks does not move the file of a running instance."""
    garbage(path)
    with pytest.raises(StoreDamaged):
        open_store(path, migrate=False, now=NOW)
    with pytest.raises(StoreDamaged):
        open_readonly(path, now=NOW)
    assert names(path) == ["tocsin.db"]


def test_a_word_that_nobody_knows_is_damage_not_a_crash(path):
    """Cells that hold what they cannot hold are reported, whichever table they are in."""
    fill(path)
    raw(path, "UPDATE incidents SET phase = 'asleep'")
    with closing(open_readonly(path, now=NOW)) as store, pytest.raises(StoreDamaged, match="asleep"):
        store.incidents()
    raw(path, "UPDATE incidents SET phase = 'identified', affected = 'no list'")
    with closing(open_readonly(path, now=NOW)) as store, pytest.raises(StoreDamaged):
        store.incidents()
    raw(path, "UPDATE incidents SET affected = '[]'", "UPDATE etas SET seen_at = 9223372036854775807")
    with closing(open_readonly(path, now=NOW)) as store, pytest.raises(StoreDamaged):
        store.incidents()
    raw(path, "DELETE FROM etas", "DELETE FROM episodes")
    with closing(open_readonly(path, now=NOW)) as store, pytest.raises(StoreDamaged, match="episode"):
        store.incidents()


def test_a_folder_in_the_way_is_a_clear_error(path):
    """A path that cannot be a database is reported, not set aside."""
    path.mkdir()
    with pytest.raises(StoreError, match="directory"):
        open_store(path, migrate=True, now=NOW)
    with pytest.raises(StoreError):
        open_readonly(path, now=NOW)


# --- looking only


def test_the_record_is_read_while_another_instance_writes(path):
    """``tocsin history`` shows what is committed, and gets in nobody's way."""
    with (
        closing(open_store(path, migrate=True, now=NOW).store) as writer,
        closing(open_readonly(path, now=NOW)) as reader,
    ):
        assert reader.incidents() == ()
        writer.write(Batch(incidents=(incident(),)))
        assert reader.incidents() == (incident(),)
        writer._db.execute("BEGIN IMMEDIATE")
        writer._db.execute("DELETE FROM incidents")
        assert reader.incidents() == (incident(),)
        writer._db.execute("ROLLBACK")


def test_the_record_is_read_when_nobody_writes(path):
    """``tocsin history`` works without a running instance, and changes nothing."""
    fill(path)
    before = path.read_bytes()
    with closing(open_readonly(path, now=NOW)) as reader:
        assert reader.incidents() == (incident(),)
        with pytest.raises(StoreError, match="readonly"):
            reader.write(Batch(effects=(tell(),), channels=("a",)))
    assert path.read_bytes() == before
    with closing(open_readonly(path, now=NOW)) as reader:
        assert reader.incidents() == (incident(),)


def test_no_record_yet_reads_as_an_empty_one(path):
    """``tocsin history`` before the first run shows nothing, and makes no file."""
    with closing(open_readonly(path, now=NOW)) as reader:
        assert reader.incidents() == ()
    assert names(path) == []


def test_a_path_with_odd_characters_is_just_a_path(tmp_path):
    """Characters that mean something in an address mean nothing in a folder's name."""
    path = tmp_path / "my #1 profile? 100%" / "tocsin.db"
    path.parent.mkdir()
    fill(path)
    with closing(open_readonly(path, now=NOW)) as reader:
        assert reader.incidents() == (incident(),)
