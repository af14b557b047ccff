"""The alarm works without its record: a disk that fills up, fails or comes back costs no message."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from support.records import NOW, incident, tell
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.step_clock import StepClock
from tocsin.adapters.store import memory_store, open_store
from tocsin.adapters.store_sqlite import SqliteStore
from tocsin.domain.freshness import tray_level
from tocsin.domain.terms import Level
from tocsin.engine.keeper import RETRY_AFTER, Keeper
from tocsin.errors import StoreDamaged, StoreError, StoreFull
from tocsin.ports import Batch, OutboxState, Store, ThreadRef

LATER = NOW + RETRY_AFTER
CHANNELS = ("screen",)


class Disk:
    """A store that refuses to be used while ``broken`` holds a reason."""

    def __init__(self, inner: SqliteStore) -> None:
        self.inner = inner
        self.broken: StoreError | None = None
        self.read_only = False

    def __getattr__(self, name: str) -> object:
        found = getattr(self.inner, name)
        writes = name in ("write", "mark", "confirm")
        if self.broken is None or not callable(found) or name == "close" or (self.read_only and not writes):
            return found

        def refuse(*_: object, **__: object) -> object:
            raise self.broken

        return refuse


def said(store: Store) -> list[str]:
    return [row.effect.uid for row in store.outbox()]


# --- a whole run -----------------------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_in_mid_run_costs_no_message(tmp_path, caplog) -> None:
    """Full: told all the same, with a fault. Room again: written, told in place, the fault is gone, a restart knows."""
    clock = StepClock()
    path = tmp_path / "tocsin.db"
    disk = open_store(path, migrate=True, now=clock.wall).store
    with ScriptedProvider(clock) as provider:
        with EngineRig(provider.settings(), clock=clock, store=disk) as rig:
            rig.wait_for("green", lambda: tray_level(rig.state, clock.now()) is Level.OK)
            disk._db.execute("PRAGMA max_page_count = 1")  # the present size instead: no room left
            provider.declare("PRB-1", note="long " * 4000)
            clock.step(1.2)
            rig.wait_for("told", lambda: rig.keys() == ["started"])
            rig.refresh()
            assert [fault.message.key for fault in rig.state.faults] == ["store"]
            assert "disk is full" in str(rig.state.faults[0].message.values["problem"])
            assert tray_level(rig.state, clock.now()) is Level.OUTAGE
            disk._db.execute("PRAGMA max_page_count = 1000000")
            clock.step(301)
            clock.step(1.2)
            rig.wait_for("no fault", lambda: rig.state.faults == ())
            provider.set_estimate("PRB-1", clock.wall + timedelta(hours=1))
            clock.step(1.2)
            rig.wait_for("moved", lambda: rig.keys() == ["started", "eta_changed"])
            assert len(rig.channel.standing) == 1
        with closing(open_store(path, migrate=True, now=clock.wall).store) as store:
            assert [each.provider_id for each in store.incidents()] == ["PRB-1"]
            assert store.outbox() == ()
        provider.resolve("PRB-1")
        restarted = open_store(path, migrate=True, now=clock.wall).store
        with EngineRig(provider.settings(), clock=clock, store=restarted) as rig:
            assert rig.states[0].history[0].is_open
            rig.wait_for("the end", lambda: rig.keys() == ["resolved"])


def test_a_record_that_cannot_be_read_at_the_start_is_done_without(tmp_path, caplog) -> None:
    """The engine starts, watches and tells; the fault says what is wrong."""
    clock = StepClock()
    disk = Disk(open_store(tmp_path / "tocsin.db", migrate=True, now=clock.wall).store)
    disk.broken = StoreDamaged("the database is damaged")
    with ScriptedProvider(clock) as provider:
        provider.declare("PRB-1")
        with EngineRig(provider.settings(), clock=clock, store=disk) as rig:
            rig.wait_for("told", lambda: rig.keys() == ["started"])
            rig.refresh()
            assert [fault.message.key for fault in rig.state.faults] == ["store"]


def test_a_record_that_cannot_be_closed_does_not_spoil_the_end(tmp_path, caplog) -> None:
    """The last write of a run may fail like any other."""

    class Unclosable(Disk):
        def close(self) -> None:
            self.inner.close()
            raise StoreFull("the disk is full")

    clock = StepClock()
    disk = Unclosable(open_store(tmp_path / "tocsin.db", migrate=True, now=clock.wall).store)
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock, store=disk) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, clock.now()) is Level.OK)
    assert rig.error is None
    assert "could not be closed" in caplog.text


# --- the keeper by itself --------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(open_store(tmp_path / "tocsin.db", migrate=True, now=NOW).store)
    yield disk
    disk.inner.close()


@pytest.fixture
def memory() -> Iterator[SqliteStore]:
    with closing(memory_store(now=NOW)) as store:
        yield store


@pytest.fixture
def keeper(disk, memory, caplog) -> Keeper:
    return Keeper(disk, memory, lambda: Batch(incidents=(incident("known"),)))


def put(keeper: Keeper, *uids: str, now=NOW) -> None:
    for uid in uids:
        keeper.write(Batch(effects=(tell(uid=uid, thread=f"inc:{uid}"),), channels=CHANNELS, at=now), now)


def test_what_waits_is_carried_into_memory_and_what_still_waits_back(keeper, disk, memory) -> None:
    """Told from memory is not told again from the disk; not told yet is told from the disk."""
    put(keeper, "a", "b")
    disk.broken, disk.read_only = StoreFull("full"), True
    put(keeper, "c")
    assert said(keeper.current) == ["a", "b", "c"]
    rows = keeper.outbox(NOW)
    keeper.mark(rows[0], OutboxState.ATTEMPTED, NOW)
    keeper.confirm(rows[0], ThreadRef("screen", "inc:a", "server", 7), NOW)
    disk.broken = None
    put(keeper, "d", now=LATER)
    assert keeper.faults() == ()
    assert said(disk) == ["b", "c", "d"]
    assert keeper.thread("screen", "inc:a", LATER) == ThreadRef("screen", "inc:a", "server", 7)
    assert [each.uid for each in disk.incidents()] == ["known"]


def test_a_row_is_confirmed_in_whatever_store_it_waits_in_by_then(keeper, disk, memory) -> None:
    """The disk fails between sending and confirming: that very message is confirmed in memory, and no other."""
    put(keeper, "a", "b", "c")
    rows = keeper.outbox(NOW)
    keeper.confirm(rows[0], None, NOW)
    keeper.mark(rows[1], OutboxState.ATTEMPTED, NOW)
    disk.broken, disk.read_only = StoreFull("full"), True
    keeper.confirm(rows[1], ThreadRef("screen", "inc:b", "server", 1), NOW)
    assert said(memory) == ["c"]
    disk.broken = None
    keeper.write(Batch(incidents=(incident("x"),)), LATER)
    assert said(disk) == ["c"]
    keeper.confirm(rows[2], None, LATER)
    assert said(disk) == []


def test_a_row_read_from_memory_is_confirmed_on_the_disk_after_the_return(keeper, disk, memory) -> None:
    """The numbers of the two stores differ; the message is found by what it says."""
    disk.broken, disk.read_only = StoreFull("full"), True
    put(keeper, "a", "b")
    rows = keeper.outbox(NOW)
    disk.broken = None
    put(keeper, "c", now=LATER)
    keeper.confirm(rows[1], None, LATER)
    assert said(disk) == ["a", "c"]


def test_a_disk_that_fails_twice_tells_nothing_twice(keeper, disk, memory) -> None:
    """What was told from the disk in between is not told from memory the second time."""
    disk.broken, disk.read_only = StoreFull("full"), True
    put(keeper, "a", "b")
    disk.broken = None
    put(keeper, "c", now=LATER)
    for row in keeper.outbox(LATER)[:2]:
        keeper.confirm(row, None, LATER)
    disk.broken = StoreFull("full again")
    put(keeper, "d", now=LATER)
    assert said(memory) == ["c", "d"]


def test_it_is_not_tried_again_before_its_time_and_stays_in_memory_while_it_fails(keeper, disk) -> None:
    """A full disk is asked every five minutes, not with every write."""
    disk.broken = StoreFull("full")
    put(keeper, "a")
    disk.broken = None
    put(keeper, "b", now=LATER - timedelta(seconds=1))
    assert keeper.faults() != ()
    disk.broken = StoreFull("still full")
    put(keeper, "c", now=LATER)
    assert "still full" in str(keeper.faults()[0].message.values["problem"])
    disk.broken = None
    put(keeper, "d", now=LATER + RETRY_AFTER)
    assert keeper.faults() == ()
    assert said(disk) == ["a", "b", "c", "d"]


def test_a_disk_that_cannot_be_read_either_loses_only_what_stood_on_it(keeper, disk, memory, caplog) -> None:
    """Marking, confirming and looking up fail without harm."""
    put(keeper, "a")
    row = keeper.outbox(NOW)[0]
    disk.broken = StoreDamaged("damaged")
    assert keeper.thread("screen", "inc:a", NOW) is None
    keeper.mark(row, OutboxState.ATTEMPTED, NOW)
    keeper.confirm(row, None, NOW)
    assert keeper.outbox(NOW) == ()
    assert "lost" in caplog.text
    put(keeper, "b")
    assert said(keeper.current) == ["b"]
