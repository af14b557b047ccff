"""The record of the line: hours in little space, the way out, drafts, and what was measured of an incident."""

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.records import NOW, incident, incidents, measurements, moments, texts
from tocsin.adapters.store import memory_store, open_readonly, open_store
from tocsin.adapters.store_line import KEPT
from tocsin.adapters.store_schema import MIGRATIONS
from tocsin.domain.incident import Episode, Measured
from tocsin.domain.message import Message
from tocsin.domain.minutes import HOUR_BYTES, MINUTE, Hour, Minute, start_of_hour, with_minute
from tocsin.domain.state import Draft
from tocsin.domain.terms import Cause, EndHow, LineState
from tocsin.errors import Bug, StoreError
from tocsin.ports import Batch, LineHour, Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = start_of_hour(NOW)
PATIENCE = 400 * 24 + 48  # hours: those that are kept, and some that wait to be dropped
BYTES_PER_DAY = 15_000
"""What a day of measuring one link may add to the file. Its hours alone are 24 x 480 = 11,520."""


@pytest.fixture
def store():
    made = memory_store(now=NOW)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tocsin.db"


def measured(start, *, trip=0.0123, minutes=60) -> Hour:
    hour = Hour(start)
    for number in range(minutes):
        hour = with_minute(hour, start + number * MINUTE, Minute(LineState.UP, None, 4, 1, trip, 0.0021))
    return hour


def put(store, *hours, link="primary") -> None:
    store.write(Batch(hours=tuple(LineHour(link, hour) for hour in hours)))


def raw(path, *statements) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection, connection:
        return [row for statement in statements for row in connection.execute(statement)]


# --- hours


def test_hours_come_back_by_link_and_oldest_first(store):
    """The page of the line draws what was measured, of the link that it shows."""
    hours = [measured(START + number * HOUR, trip=0.01 * (number + 1)) for number in range(3)]
    put(store, *reversed(hours))
    put(store, measured(START, trip=0.5), link="backup")
    assert store.line_hours("primary", START) == tuple(hours)
    assert store.line_hours("primary", START + MINUTE) == tuple(hours[1:])
    assert store.line_hours("primary", START + 3 * HOUR) == ()
    (other,) = store.line_hours("backup", START - 30 * DAY)
    assert {minute.round_trip for _, minute in other.minutes()} == {0.5}
    assert store.line_hours("third", START) == ()


def test_an_hour_that_goes_on_replaces_what_was_written_of_it(store):
    """Every few minutes the hour is written again: one row, the newest."""
    put(store, measured(START, minutes=5))
    put(store, measured(START, minutes=10))
    assert store.line_hours("primary", START) == (measured(START, minutes=10),)


@settings(max_examples=60, deadline=None)
@given(texts, moments, st.binary(min_size=HOUR_BYTES, max_size=HOUR_BYTES))
def test_any_hour_comes_back_as_it_was(link, at, data):
    """Whatever stands in it, and before 1970 too."""
    hour = Hour(start_of_hour(at), data)
    with closing(memory_store(now=NOW)) as store:
        put(store, hour, link=link)
        assert store.line_hours(link, hour.start) == (hour,)
        assert store.line_hours(link, hour.start + timedelta(microseconds=1)) == ()


def test_half_an_hour_is_a_bug_and_changes_nothing(store):
    """What could not be read later is not written, nor what came with it."""
    with pytest.raises(Bug, match="7 bytes"):
        store.write(Batch(incidents=(incident(),), hours=(LineHour("primary", Hour(START, b"1234567")),)))
    with pytest.raises(Bug, match="without a zone"):
        store.line_hours("primary", datetime(2026, 11, 21))  # noqa: DTZ001 - the mistake that is tested
    assert store.incidents() == ()


def test_a_day_of_measuring_takes_little_space(path):
    """The file grows by less than is promised for each day, though every hour is written twelve times."""
    days = 20
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        put(store, measured(START - HOUR))
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = path.stat().st_size
        for number in range(days * 24):
            for minutes in range(5, 61, 5):
                put(store, measured(START + number * HOUR, minutes=minutes))
    grown = (path.stat().st_size - before) / days
    assert 24 * HOUR_BYTES <= grown < BYTES_PER_DAY


def test_hours_are_kept_for_400_days_and_then_dropped(path):
    """The record grows for a year and a month, and no further, whatever link is used."""
    assert timedelta(days=400) == KEPT
    sizes = []
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        put(store, *(Hour(START + number * HOUR) for number in range(50)), link="backup")
        for day in range(460):
            put(store, *(Hour(START + day * DAY + number * HOUR) for number in range(24)))
            if day in (405, 459):
                store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                sizes.append(path.stat().st_size)
        end = START + 460 * DAY
        kept = store.line_hours("primary", START)
        assert store.line_hours("backup", START) == ()
    assert kept[-1].start == end - HOUR
    assert kept[0].start <= end - KEPT
    assert len(kept) <= PATIENCE
    assert sizes[1] < sizes[0] * 1.02


def test_a_clock_that_is_wrong_for_an_hour_costs_a_day_not_the_record(store):
    """One hour of the year 2099, and all that was measured before it would be too old."""
    put(store, *(Hour(START + number * HOUR) for number in range(100)))
    put(store, Hour(datetime(2099, 1, 1, tzinfo=UTC)))
    assert len(store.line_hours("primary", START)) >= 100 - 24 + 1


# --- the way out, and drafts


def test_the_uplink_s_keys_are_replaced_as_a_whole(store):
    """A new router is another way out; no key of the old one stays."""
    assert store.uplink() == frozenset()
    store.write(Batch(uplink=frozenset({"eth0 192.0.2.1", "eth0 fe80::1"})))
    store.write(Batch(incidents=(incident(),)))
    assert store.uplink() == {"eth0 192.0.2.1", "eth0 fe80::1"}
    store.write(Batch(uplink=frozenset({"wlan0 -", "half \ud83d"})))
    assert store.uplink() == {"wlan0 -", "half ?"}
    store.write(Batch(uplink=frozenset()))
    assert store.uplink() == frozenset()


def test_a_draft_is_kept_until_it_is_dropped(store):
    """What the user wrote while offline is there after a restart, once for each incident."""
    first, second = Draft("one", "No light on the modem.", NOW), Draft("two", "Slow.", NOW - HOUR)
    store.write(Batch(drafts=(first, second)))
    assert store.drafts() == (second, first)
    changed = Draft("two", "Slow since Monday. \udc00", NOW + HOUR)
    store.write(Batch(drafts=(changed,)))
    assert store.drafts() == (first, replace(changed, text="Slow since Monday. ?"))
    store.write(Batch(drafts=(Draft("one", "", NOW),)))
    assert [draft.uid for draft in store.drafts()] == ["two"]


@settings(max_examples=40, deadline=None)
@given(texts, texts.filter(bool), moments)
def test_any_draft_comes_back_as_it_was(uid, text, at):
    """No word of it is lost."""
    with closing(memory_store(now=NOW)) as store:
        store.write(Batch(drafts=(Draft(uid, text, at),)))
        assert store.drafts() == (Draft(uid, text, at),)


def test_the_line_s_part_of_the_record_fits_the_port(store):
    """The engine asks an empty record and gets empty answers."""
    port: Store = store
    assert port.line_hours("primary", NOW) == ()
    assert port.uplink() == frozenset()
    assert port.drafts() == ()


# --- what was measured of an incident


@settings(max_examples=60, deadline=None)
@given(incidents, st.lists(st.none() | measurements, min_size=1, max_size=3))
def test_what_was_measured_of_an_incident_comes_back(made, marks):
    """Whatever it was before, and also where it is nothing any more."""
    with closing(memory_store(now=NOW)) as store:
        for mark in marks:
            store.write(Batch(incidents=(replace(made, measured=mark),)))
        assert store.incidents() == (replace(made, measured=marks[-1]),)


def test_an_end_that_nobody_saw_is_kept_as_such(store):
    """An outage that was over when measuring began again has an end of which only that is known."""
    mark = Measured(LineState.DOWN, Cause.BEYOND_GATEWAY, NOW, NOW + HOUR, is_end_known=False)
    made = incident(measured=mark, episodes=(Episode(1, NOW, NOW + HOUR, EndHow.UNKNOWN),))
    store.write(Batch(incidents=(made,)))
    assert store.incidents() == (made,)


# --- an older database


OLDER = """
INSERT INTO incidents VALUES ('one', 'home', 'SP-one', 'Cable cut', 'incident', 3, 'identified', 1000, 2000, 3000,
    NULL, NULL, '["SVC-1001"]', '[]', NULL, 'Use the mobile.', 0, 1, 0, 0, NULL, 1, 3000);
INSERT INTO aliases VALUES ('one', 0, 'SP-one', 2000);
INSERT INTO episodes VALUES ('one', 0, 1, 2000, NULL, NULL);
INSERT INTO sources VALUES ('one', 0, 'home', '2', 'inProgress');
INSERT INTO links VALUES ('one', 0, 'fibre', 'linked');
INSERT INTO etas VALUES ('one', 0, 9000, 3000, 3000);
INSERT INTO updates VALUES ('one', 0, 3000, 'identified', 'A digger.');
INSERT INTO alarm_state VALUES (1, '{"alarms":[{"uid":"one","episode":1,"thread":"inc:one","phase":"ringing",
    "revision":1,"level":5}]}');
INSERT INTO coverage VALUES (1, 'home', 1000, 3000, 1);
INSERT INTO outbox VALUES (7, 'desktop', 'inc:one', 'tell', 'one', 1, 1, 0, 2,
    '{"key":"started","values":{},"urgency":"critical","can_acknowledge":true}', 'pending', 0, 3000);
"""


def make_older(path) -> None:
    """A database as the version before the line made it, with an outage in it."""
    open_store(path, migrate=True, now=NOW, migrations=MIGRATIONS[:1]).store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLDER)


def test_a_record_from_before_the_line_is_taken_over(path):
    """Nobody's history is lost by an update: a copy stays beside it, and the open outage rings on."""
    make_older(path)
    with pytest.raises(StoreError, match="older version"):
        open_readonly(path, now=NOW)
    opened = open_store(path, migrate=True, now=NOW)
    with closing(opened.store) as store:
        assert opened.set_aside is None
        (found,) = store.incidents()
        assert (found.uid, found.title, found.advice) == ("one", "Cable cut", "Use the mobile.")
        assert (found.is_open, found.measured, len(found.updates)) == (True, None, 1)
        assert [alarm.uid for alarm in store.alarm().alarms] == ["one"]
        assert [row.effect.message for row in store.outbox()] == [Message("started", {})]
        assert store.known_accounts() == {"home"}
        assert (store.line_hours("primary", NOW - KEPT), store.uplink(), store.drafts()) == ((), frozenset(), ())
        mark = Measured(LineState.DOWN, None, NOW)
        store.write(Batch(incidents=(replace(found, measured=mark),), hours=(LineHour("primary", Hour(START)),)))
        assert store.incidents()[0].measured == mark
    backup = path.with_name("tocsin.db.backup-20261121T175800Z")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert raw(backup, "SELECT name FROM migrations") == [("0001 the record",)]
    assert raw(backup, "SELECT uid FROM incidents") == [("one",)]
    assert raw(path, "SELECT name FROM migrations") == [("0001 the record",), ("0002 the line",)]


# --- a file that says odd things


def fill(path) -> None:
    mark = Measured(LineState.DOWN, Cause.GATEWAY, NOW)
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        put(store, measured(START), measured(START + HOUR), measured(START + 2 * HOUR))
        store.write(Batch(incidents=(incident("a", measured=mark), incident("b", measured=mark))))
        store.write(Batch(drafts=(Draft("a", "first", NOW), Draft("b", "second", NOW + HOUR))))


@pytest.mark.parametrize("data", ["x''", "zeroblob(479)", "zeroblob(481)", "zeroblob(3000000)"])
def test_an_hour_of_another_length_is_an_empty_one(path, caplog, data):
    """It is told in the log, the hours beside it are whole, and it can be written again."""
    fill(path)
    raw(path, f"UPDATE line_hours SET data = {data} WHERE hour = (SELECT min(hour) FROM line_hours)")  # noqa: S608 - the test's own words
    opened = open_store(path, migrate=True, now=NOW)
    with closing(opened.store) as store:
        assert opened.set_aside is None
        first, *others = store.line_hours("primary", START)
        assert first == Hour(START)
        assert others == [measured(START + HOUR), measured(START + 2 * HOUR)]
        assert "1 hours of the link primary cannot be read" in caplog.text
        put(store, measured(START))
        assert store.line_hours("primary", START)[0] == measured(START)


def test_a_minute_that_no_version_wrote_is_not_measured(path):
    """Junk of the right length is sixty minutes that say nothing."""
    fill(path)
    raw(path, f"UPDATE line_hours SET data = x'{'ff' * HOUR_BYTES}'")  # noqa: S608 - the test's own words
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        for hour in store.line_hours("primary", START):
            assert {minute for _, minute in hour.minutes()} == {Minute()}


def test_an_hour_outside_of_any_calendar_is_passed_over(path):
    """A number that is no time hides none that is."""
    fill(path)
    far = 2**62
    raw(path, f"INSERT INTO line_hours VALUES ('primary', {far}, x'00'), ('primary', -{far}, x'00')")  # noqa: S608 - as above
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        assert len(store.line_hours("primary", START)) == 3
        assert len(store.line_hours("primary", datetime.min.replace(tzinfo=UTC))) == 3
        put(store, measured(START + 3 * HOUR))
        assert len(store.line_hours("primary", START)) == 4


@pytest.mark.parametrize("change", ["state = 'asleep'", "cause = 'gremlins'", "since = 1 << 62", "until = -(1 << 62)"])
def test_a_measurement_that_cannot_be_read_costs_no_incident(path, caplog, change):
    """The incident stays, and so do the others whole. That it was measured stays too, or nobody could end it."""
    fill(path)
    raw(path, f"UPDATE measured SET {change} WHERE uid = 'a'")  # noqa: S608 - the test's own words
    with closing(open_store(path, migrate=True, now=NOW).store) as store:
        found = {each.uid: each for each in store.incidents()}
        assert found["a"] == incident("a", measured=Measured(LineState.NOT_MEASURED, None, NOW))
        assert found["b"].measured == Measured(LineState.DOWN, Cause.GATEWAY, NOW)
        assert "cannot be read" in caplog.text


def test_a_draft_with_no_time_is_still_there(path, caplog):
    """The words are what counts; the time is that of the opening."""
    fill(path)
    raw(path, "UPDATE drafts SET written_at = 1 << 62 WHERE uid = 'a'")
    with closing(open_store(path, migrate=True, now=NOW + DAY).store) as store:
        assert store.drafts() == (Draft("b", "second", NOW + HOUR), Draft("a", "first", NOW + DAY))
    assert "a draft's time" in caplog.text
