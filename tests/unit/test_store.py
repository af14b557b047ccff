"""The record: what is written comes back, whole or not at all, and nothing is said twice."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings

from support.records import NOW, alarm_states, effects, incident, incidents, tell
from tocsin.adapters.store import memory_store, open_store
from tocsin.domain.alarm_state import Alarm, AlarmPhase, AlarmState, Close
from tocsin.domain.incident import Episode
from tocsin.domain.terms import EndHow, Level, Urgency
from tocsin.errors import Bug, StoreError, StoreFull
from tocsin.ports import Batch, ConnectionRecord, Covered, OutboxState, Store, ThreadRef

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def store():
    made = memory_store(now=NOW)
    yield made
    made.close()


def said(store) -> list[tuple]:
    return [(row.channel, row.effect) for row in store.outbox()]


# --- incidents


@settings(max_examples=60, deadline=None)
@given(incidents)
def test_any_incident_comes_back_as_it_was(made):
    """No part of an incident is lost or changed by the record."""
    with closing(memory_store(now=NOW)) as store:
        store.write(Batch(incidents=(made,)))
        assert store.incidents() == (made,)


@settings(max_examples=30, deadline=None)
@given(incidents, incidents)
def test_a_changed_incident_replaces_the_older_one_whole(older, newer):
    """Nothing of an older version of an incident shines through a newer one."""
    newer = replace(newer, uid=older.uid)
    with closing(memory_store(now=NOW)) as store:
        store.write(Batch(incidents=(older,)))
        store.write(Batch(incidents=(newer,)))
        assert store.incidents() == (newer,)


def test_the_record_is_a_store_of_the_ports(store):
    """The record fits the port that the engine was written against."""
    port: Store = store
    assert port.incidents() == ()
    assert port.alarm() == AlarmState()
    assert port.connections() == ()
    assert port.outbox() == ()
    assert port.known_accounts() == frozenset()
    assert port.last_alive() is None
    assert port.thread("desktop", "inc:one") is None


def test_incidents_are_chosen_by_their_last_episode_and_ordered_newest_first(store):
    """A look at the last weeks finds what began or ended in them and all that is open, newest start first."""
    old = incident("old", started=NOW - 90 * 24 * HOUR, ended=NOW - 89 * 24 * HOUR)
    long = incident("long", started=NOW - 80 * 24 * HOUR, ended=NOW - 2 * HOUR)
    hangs = incident("hangs", started=NOW - 70 * 24 * HOUR)
    back = incident("back", started=NOW - 60 * 24 * HOUR)
    first = Episode(1, back.started_at, back.started_at + HOUR, EndHow.RESOLVED)
    back = replace(back, episodes=(first, Episode(2, NOW - HOUR, NOW, EndHow.VANISHED)))
    new = incident("new", started=NOW - HOUR, ended=NOW)
    store.write(Batch(incidents=(old, long, hangs, back, new)))
    assert [one.uid for one in store.incidents()] == ["new", "back", "hangs", "long", "old"]
    assert [one.uid for one in store.incidents(since=NOW - 24 * HOUR)] == ["new", "back", "hangs", "long"]
    assert [one.uid for one in store.incidents(since=NOW - HOUR)] == ["new", "back", "hangs"]
    assert [one.uid for one in store.incidents(open_only=True)] == ["hangs"]


def test_half_a_surrogate_pair_is_stored_as_a_question_mark(store):
    """Text that UTF-8 cannot hold costs one character, not the incident."""
    store.write(Batch(incidents=(incident(title="cut \ud83d here", affected=("\udc00",)),)))
    (found,) = store.incidents()
    assert (found.title, found.affected) == ("cut ? here", ("?",))


def test_ten_thousand_incidents_are_quick(tmp_path):
    """A provider with ten thousand incidents stalls neither the start nor a decision."""
    many = tuple(incident(f"i{n}", started=NOW - n * MINUTE, ended=NOW - n * MINUTE + HOUR) for n in range(10_000))
    with closing(open_store(tmp_path / "tocsin.db", migrate=True, now=NOW).store) as store:
        store.write(Batch(incidents=many))
        start = time.thread_time()
        assert len(store.incidents()) == len(many)
        assert time.thread_time() - start < 10
        start = time.thread_time()
        assert len(store.incidents(since=NOW - HOUR)) == 120
        store.write(Batch(incidents=many[:1]))
        assert time.thread_time() - start < 2


def test_a_time_at_the_calendars_edge_stays_readable(store):
    """A provider's "no time" of the year 1 in its own zone does not make the record unreadable."""
    edge = datetime(1, 1, 1, tzinfo=timezone(HOUR))
    store.write(Batch(incidents=(incident(scheduled_start=edge),)))
    assert store.incidents()[0].scheduled_start == datetime(1, 1, 1, tzinfo=UTC)


# --- all or nothing


def test_a_batch_that_fails_at_its_end_leaves_nothing(store):
    """One decision is one transaction: a fault in its last row takes the first back."""
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 - the mistake that is tested
    with pytest.raises(Bug, match="without a zone"):
        store.write(Batch(incidents=(incident(),), effects=(tell(),), channels=("a",), coverage=(covered(NOW, naive),)))
    assert store.incidents() == ()
    assert store.outbox() == ()
    store.write(Batch(incidents=(incident(),)))
    assert len(store.incidents()) == 1


def test_a_number_too_large_is_a_bug_and_changes_nothing(store):
    """A number that SQLite cannot hold is reported as our mistake."""
    with pytest.raises(Bug, match="too large"):
        store.write(Batch(incidents=(incident("a"), incident("b", lacking=2**70))))
    assert store.incidents() == ()


def test_a_full_disk_is_told_apart_and_loses_nothing(tmp_path):
    """On a full disk the record says so, keeps what it has, and goes on once there is room."""
    with closing(open_store(tmp_path / "tocsin.db", migrate=True, now=NOW).store) as store:
        store.write(Batch(incidents=(incident(),)))
        store._db.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size instead: no room left
        big = tuple(incident(f"i{n}", title="x" * 2000) for n in range(100))
        with pytest.raises(StoreFull, match="disk is full"):
            store.write(Batch(incidents=(incident(title="changed"), *big)))
        assert store.incidents() == (incident(),)
        store._db.execute("PRAGMA max_page_count = 1000000")
        store.write(Batch(incidents=big))
        assert len(store.incidents()) == 101


def test_a_closed_record_says_so(store):
    """Use after the close is a clear error."""
    store.close()
    with pytest.raises(StoreError):
        store.incidents()
    with pytest.raises(StoreError):
        store.write(Batch(incidents=(incident(),)))


# --- state for a restart


@settings(max_examples=40, deadline=None)
@given(alarm_states)
def test_any_alarm_state_comes_back_as_it_was(state):
    """After a restart the rules go on from exactly where they were."""
    with closing(memory_store(now=NOW)) as store:
        store.write(Batch(alarm=state))
        assert store.alarm() == state
        store.write(Batch(alarm=AlarmState()))
        assert store.alarm() == AlarmState()


def test_an_alarm_with_a_time_without_a_zone_is_refused(store):
    """A naive time would come back as another moment elsewhere."""
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 - the mistake that is tested
    alarm = Alarm("one", 1, "inc:one", AlarmPhase.RINGING, 1, Level.OUTAGE, eta=naive)
    with pytest.raises(Bug):
        store.write(Batch(alarm=AlarmState((alarm,))))
    assert store.alarm() == AlarmState()


def test_levels_are_kept_per_connection(store):
    """The last known red of each connection is there before the first poll."""
    fibre = ConnectionRecord("fibre", "outage", NOW - HOUR, NOW)
    store.write(Batch(connections=(fibre, ConnectionRecord("sim", "ok", None, None))))
    store.write(Batch(connections=(ConnectionRecord("sim", "degraded", NOW, NOW),)))
    assert store.connections() == (fibre, ConnectionRecord("sim", "degraded", NOW, NOW))


def covered(start, end, account="home", *, measured=True) -> Covered:
    return Covered(account, start, end, measured)


def test_coverage_that_goes_on_extends_the_last_stretch(store):
    """A year of quiet polls is a handful of rows, and a gap stays a gap."""
    at = [NOW + n * MINUTE for n in range(10)]
    for stretch in (
        covered(at[0], at[1]),
        covered(at[1], at[2]),
        covered(at[1], at[3], "work"),
        covered(at[2], at[4], measured=False),
        covered(at[4], at[5], measured=False),
        covered(at[5], at[6]),
        covered(at[8], at[9]),
        covered(at[8], at[9]),
    ):
        store.write(Batch(coverage=(stretch,)))
    assert store.coverage("home") == (
        covered(at[0], at[2]),
        covered(at[2], at[5], measured=False),
        covered(at[5], at[6]),
        covered(at[8], at[9]),
    )
    assert store.coverage("work") == (covered(at[1], at[3], "work"),)
    assert store.last_alive() == at[9]


def test_only_accounts_that_answered_are_known(store):
    """The first snapshot ever of an account is told apart from the first of this run."""
    store.write(Batch(coverage=(covered(NOW, NOW, "silent", measured=False), covered(NOW, NOW, "home"))))
    assert store.known_accounts() == {"home"}


# --- the outbox


@settings(max_examples=60, deadline=None)
@given(effects)
def test_any_message_comes_back_as_it_was(effect):
    """A text that looks like a time stays a text; a time stays a time."""
    with closing(memory_store(now=NOW)) as store:
        store.write(Batch(effects=(effect,), channels=("desktop",), at=NOW))
        (row,) = store.outbox()
        assert (row.effect, row.state, row.attempts, row.created_at) == (effect, OutboxState.PENDING, 0, NOW)


def test_a_text_that_looks_like_a_stored_time_stays_a_text(store):
    """A provider cannot turn its title into something else."""
    values = {"title": '{"at": 0}', "when": NOW, "flag": True, "none": None, "names": ("a", "b")}
    store.write(Batch(effects=(tell(message=replace(tell().message, values=values)),), channels=("a",), at=NOW))
    (row,) = store.outbox()
    assert row.effect.message.values == values
    assert type(row.effect.message.values["flag"]) is int


def test_every_channel_gets_a_row_and_the_same_twice_is_one(store):
    """A batch that is written again after a doubtful failure tells nobody twice."""
    batch = Batch(effects=(tell(), Close("inc:two")), channels=("a", "b"), at=NOW)
    store.write(batch)
    first = store.outbox()
    assert said(store) == [("a", tell()), ("b", tell()), ("a", Close("inc:two")), ("b", Close("inc:two"))]
    store.write(batch)
    assert store.outbox() == first
    for row in first:
        store.confirm(row.id, None)
    store.write(Batch(effects=(tell(),), channels=("a", "b"), at=NOW))
    assert store.outbox() == ()


def test_newer_news_drop_what_nobody_tried_yet(store):
    """After a long failure of a channel the user gets the latest estimate, not ten old ones."""
    for revision in (1, 2, 3):
        store.write(Batch(effects=(tell(revision),), channels=("a", "b"), at=NOW))
    assert said(store) == [("a", tell(3)), ("b", tell(3))]
    store.write(Batch(effects=(tell(2),), channels=("a",), at=NOW))
    assert said(store) == [("a", tell(3)), ("b", tell(3))]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param(tell(1), tell(2, urgency=Urgency.NORMAL), id="a louder one"),
        pytest.param(tell(1, final=True), tell(2), id="an end"),
        pytest.param(tell(1, uid="two", thread="inc:one"), tell(2), id="one about another incident"),
        pytest.param(tell(1, thread="sum:one"), tell(2), id="one in another thread"),
        pytest.param(tell(1), tell(2, episode=2), id="one of an earlier episode"),
    ],
)
def test_nothing_is_dropped_that_the_newer_does_not_stand_in_for(store, older, newer):
    """A start is not lost to a softer message, and an end never."""
    store.write(Batch(effects=(older,), channels=("a",), at=NOW))
    store.write(Batch(effects=(newer,), channels=("a",), at=NOW))
    assert said(store) == [("a", older), ("a", newer)]


def test_what_was_tried_is_not_dropped(store):
    """A message that may have been seen goes through to its end."""
    store.write(Batch(effects=(tell(1),), channels=("a",), at=NOW))
    (row,) = store.outbox()
    store.mark(row.id, OutboxState.ATTEMPTED)
    store.mark(row.id, OutboxState.PENDING)
    store.write(Batch(effects=(tell(2),), channels=("a",), at=NOW))
    assert said(store) == [("a", tell(1)), ("a", tell(2))]


def test_taking_a_thread_away_drops_its_untold_messages_but_the_end(store):
    """Nothing flashes up only to be taken away; the end is still told."""
    end = tell(2, final=True, urgency=Urgency.NORMAL)
    store.write(Batch(effects=(tell(1), end, Close("inc:one")), channels=("a",), at=NOW))
    assert said(store) == [("a", end), ("a", Close("inc:one"))]


def test_a_thread_can_be_taken_away_again(store):
    """Acknowledged, worse again, acknowledged again: the second closing is not taken for the first."""
    for effect in (Close("inc:one"), tell(2), Close("inc:one")):
        store.write(Batch(effects=(effect,), channels=("a",), at=NOW))
        for row in store.outbox():
            assert row.effect == effect
            store.confirm(row.id, None)
    store.write(Batch(effects=(Close("inc:one"),), channels=("a",), at=NOW))
    assert said(store) == [("a", Close("inc:one"))]


def test_a_rows_way_is_counted_and_its_notification_remembered(store):
    """After a crash an attempted row is known as such, and replaces the notification that stands."""
    store.write(Batch(effects=(tell(1),), channels=("a",), at=NOW))
    (row,) = store.outbox()
    store.mark(row.id, OutboxState.ATTEMPTED)
    store.mark(row.id, OutboxState.ATTEMPTED)
    (row,) = store.outbox()
    assert (row.state, row.attempts) == (OutboxState.ATTEMPTED, 2)
    ref = ThreadRef("a", "inc:one", ":1.42", 7)
    store.confirm(row.id, ref)
    assert store.outbox() == ()
    assert store.thread("a", "inc:one") == ref
    assert store.thread("b", "inc:one") is None


def test_what_was_given_up_is_not_tried_for_ever(store):
    """A channel that is gone leaves no rows to be looked at in every pass, and is told no second time."""
    store.write(Batch(effects=(tell(1), Close("inc:two")), channels=("a",), at=NOW))
    for row in store.outbox():
        store.mark(row.id, OutboxState.FAILED)
    assert store.outbox() == ()
    store.write(Batch(effects=(tell(1), Close("inc:two")), channels=("a",), at=NOW))
    assert said(store) == [("a", Close("inc:two"))]


def test_a_confirmation_without_a_notification_forgets_the_old_one(store):
    """Once a thread is taken away its number is never used to replace: it may be another program's by then."""
    store.write(Batch(effects=(tell(1),), channels=("a",), at=NOW))
    (row,) = store.outbox()
    store.confirm(row.id, ThreadRef("a", "inc:one", ":1.42", 7))
    store.write(Batch(effects=(Close("inc:one"),), channels=("a",), at=NOW))
    (row,) = store.outbox()
    store.confirm(row.id, None)
    assert store.thread("a", "inc:one") is None


def test_a_row_dropped_meanwhile_can_still_be_marked(store):
    """The worker may hold a row that newer news dropped: no error, and what it showed is remembered."""
    store.write(Batch(effects=(tell(1),), channels=("a",), at=NOW))
    (held,) = store.outbox()
    store.write(Batch(effects=(tell(2),), channels=("a",), at=NOW))
    store.mark(held.id, OutboxState.ATTEMPTED)
    store.confirm(held.id, ThreadRef("a", "inc:one", ":1.42", 7))
    assert said(store) == [("a", tell(2))]
    assert store.thread("a", "inc:one") == ThreadRef("a", "inc:one", ":1.42", 7)
