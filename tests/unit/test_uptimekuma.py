"""Uptime Kuma: 1.x and 2.x, beats for states, and maintenances in zones of their own."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.uptimekuma import UptimeKuma, page_of

HOME = "https://kuma.example.net"
PAGE = f"{HOME}/api/status-page/home"
BEATS = f"{HOME}/api/status-page/heartbeat/home"
HISTORY = f"{PAGE}/incident-history"
GROUPS = [{"id": 1, "name": "Access", "monitorList": [{"id": 1, "name": "Fibre", "type": "ping"}]}]


def told_page(**told) -> dict:
    whole = {"config": {"title": "Planet Fibre"}, "publicGroupList": GROUPS, "maintenanceList": [], **told}
    return {key: value for key, value in whole.items() if value is not ...}


def beats(*statuses, monitor: str = "1") -> dict:
    return {"heartbeatList": {monitor: [{"status": status, "time": "2026-11-21 18:30:00.1"} for status in statuses]}}


def poll(body: dict | None = None, heard=None, world: dict | None = None, **told) -> Snapshot:
    heartbeats = beats(1) if heard is None else heard
    answers = {PAGE: told_page() if body is None else body, BEATS: heartbeats, **(world or {})}
    return drive(UptimeKuma(), answers, context(f"{HOME}/status/home", provider="uptimekuma", **told))


def incident(**told) -> dict:
    return {
        "id": 7,
        "style": "warning",
        "title": "Trouble",
        "content": "Look.",
        "createdDate": "2026-11-21 17:58:00",
        **told,
    }


def maintenance(**told) -> Report:
    stated = {"id": 7, "title": "Work", "status": "under-maintenance", "timezone": "Europe/Amsterdam", **told}
    (found,) = poll(told_page(maintenanceList=[stated])).reports
    return found


def state(heard) -> tuple[Level, str, bool]:
    thing = next(each for each in poll(heard=heard).components if each.id == "1")
    return thing.level, thing.raw, thing.known


@pytest.mark.parametrize(
    "told", [{"incident": incident()}, {"incidents": [incident()]}, {"incident": None, "incidents": [incident()]}]
)
def test_trap_the_incident_of_1_became_a_list_in_2(told):
    """Both shapes are read, and neither is missed."""
    (found,) = poll(told_page(**told)).reports
    assert (found.id, found.phase, found.severity) == ("7", Phase.INVESTIGATING, Severity.MINOR)
    assert found.started_at == datetime(2026, 11, 21, 17, 58, tzinfo=UTC)


@pytest.mark.parametrize("name", ["incident", "incidents", "maintenanceList"])
@pytest.mark.parametrize("junk", [7, "junk", True, {}, {"a": 1}, [5], [None], [{"title": "No id"}]])
def test_what_is_no_incident_is_not_passed_over(name, junk):
    """A list that silently lacks one is a false all-clear; what only says more may be of any type."""
    with pytest.raises(PollFailed) as failed:
        poll(told_page(**{name: junk}))
    assert failed.value.kind is FailureKind.MALFORMED
    assert poll(told_page(**{name: None})).reports == ()
    odd = {"id": 7, "style": [], "content": {}, "timeslotList": [5], "createdDate": True}
    assert len(poll(told_page(**{name: odd if name == "incident" else [odd]})).reports) == 1


@pytest.mark.parametrize("junk", [7, "junk", True, {"a": 1}, [5], [None], [{"name": "No id"}]])
def test_a_monitor_that_cannot_be_read_is_not_passed_over(junk):
    """The one that is left out might be the one that is down."""
    with pytest.raises(PollFailed) as failed:
        poll(told_page(publicGroupList=[{"id": 1, "name": "Access", "monitorList": junk}]))
    assert failed.value.kind is FailureKind.MALFORMED


def test_trap_1_had_the_title_beside_the_page():
    """The flat shape of early 1.x is a page as well."""
    assert poll(told_page(config=..., title="Planet Fibre")).page_name == "Planet Fibre"


@pytest.mark.parametrize(
    ("status", "level", "word"),
    [
        (0, Level.OUTAGE, "down"),
        (1, Level.OK, "up"),
        (2, Level.DEGRADED, "pending"),
        (3, Level.MAINTENANCE, "maintenance"),
        (9, Level.DEGRADED, "9"),
    ],
)
def test_trap_what_a_beat_means(status, level, word):
    """0 is down, not nothing; pending is what Kuma's own page calls degraded."""
    assert state(beats(1, status)) == (level, word, status != 9)


def test_the_last_beat_counts():
    """They come oldest first."""
    assert state(beats(0, 0, 1))[0] is Level.OK
    assert state(beats(1, 1, 0))[0] is Level.OUTAGE


@pytest.mark.parametrize(
    "heard",
    [
        {"heartbeatList": {}},
        {"heartbeatList": {"1": []}},
        {"heartbeatList": {"1": None}},
        {"heartbeatList": {"1": [0]}},
    ],
)
def test_a_monitor_without_a_beat_is_unknown(heard):
    """Nobody looked: that is not fine. 2.x writes 0 for a time without any beat."""
    assert state(heard)[0] is Level.UNKNOWN


def test_one_odd_list_of_beats_loses_no_other():
    """A monitor that cannot be read is unknown; the one beside it is still down."""
    assert state({"heartbeatList": {"1": [{"status": 0}], "2": "odd"}, "uptimeList": 5})[0] is Level.OUTAGE


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(b"", status=500), FailureKind.HTTP_STATUS),
        (answer(b"", status=404), FailureKind.HTTP_STATUS),
        (page(), FailureKind.NOT_STATUS_API),
        ({}, FailureKind.NOT_STATUS_API),
        ({"heartbeatList": []}, FailureKind.NOT_STATUS_API),
        ({"heartbeatList": None}, FailureKind.NOT_STATUS_API),
        (answer(b"{"), FailureKind.MALFORMED),
        (PollFailed(FailureKind.TIMEOUT, "slow"), FailureKind.TIMEOUT),
    ],
)
def test_without_the_beats_there_is_no_snapshot(failure, kind):
    """The page alone does not say whether anything works."""
    with pytest.raises(PollFailed) as failed:
        poll(heard=failure)
    assert failed.value.kind is kind


@pytest.mark.parametrize(
    ("start", "zone", "offset", "hour"),
    [
        ("2026-11-21 19:00:00", "Europe/Amsterdam", "+01:00", 18),
        ("2026-07-21 19:00:00", "Europe/Amsterdam", "+01:00", 17),
        ("2026-11-21 19:00:00", "UTC", "+00:00", 19),
        ("2026-11-21 19:00:00", "Nowhere/Else", "-03:30", 22),
        ("2026-11-21T19:00:00.000Z", "Europe/Amsterdam", "+01:00", 19),
    ],
)
def test_trap_the_windows_of_a_maintenance_are_in_its_own_zone(start, zone, offset, hour):
    """Naive times with a zone beside them; the offset is that of today, wrong across a change of the clocks."""
    found = maintenance(timezone=zone, timezoneOffset=offset, timeslotList=[{"startDate": start, "endDate": start}])
    assert found.scheduled_start.hour == hour


@pytest.mark.parametrize(("zone", "offset"), [(None, None), ("x", "x"), (None, "+99:99"), (7, [])])
def test_times_without_any_zone_are_no_times(zone, offset):
    """A guess would be an hour off, and the maintenance stays without."""
    found = maintenance(timezone=zone, timezoneOffset=offset, timeslotList=[{"startDate": "2026-11-21 19:00:00"}])
    assert (found.scheduled_start, found.phase) == (None, Phase.IDENTIFIED)


def test_of_several_windows_the_first_that_is_not_over():
    """A repeated maintenance lists the one that runs and the next one."""
    slots = [
        {"startDate": "2026-11-20T01:00:00Z", "endDate": "2026-11-20T02:00:00Z"},
        {"startDate": "2026-11-21T18:00:00Z", "endDate": "2026-11-21T20:00:00Z"},
        {"startDate": "2026-11-22T18:00:00Z", "endDate": "2026-11-22T20:00:00Z"},
    ]
    assert maintenance(timeslotList=slots).eta == datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert maintenance(timeslotList=slots[:1]).scheduled_end.day == 20


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("scheduled", Phase.SCHEDULED),
        ("under-maintenance", Phase.IDENTIFIED),
        ("ended", Phase.RESOLVED),
        ("inactive", Phase.CANCELLED),
        ("unknown", Phase.IDENTIFIED),
    ],
)
def test_where_a_maintenance_stands(status, phase):
    """By its word, and without a known one by its window."""
    assert maintenance(status=status).phase is phase


def test_an_incident_and_a_maintenance_of_one_number_are_two():
    """Kuma numbers each kind from 1, groups and monitors too."""
    snapshot = poll(told_page(incidents=[incident()], maintenanceList=[{"id": 7, "title": "Work"}]))
    assert [each.id for each in snapshot.reports] == ["7", "maintenance-7"]
    assert [each.id for each in snapshot.components] == ["group-1", "1"]


@pytest.mark.parametrize(
    ("style", "severity"),
    [("info", Severity.NOTICE), ("warning", Severity.MINOR), ("danger", Severity.MAJOR), ("pink", Severity.MINOR)],
)
def test_what_a_style_means(style, severity):
    """A colour is all that there is."""
    assert poll(told_page(incidents=[incident(style=style)])).reports[0].severity is severity


def test_how_it_ended_is_asked_of_the_history():
    """2.x keeps what was pinned; what 1.x does not answer has vanished."""
    ended = incident(active=False, pin=False, lastUpdatedDate="2026-11-21 18:31:00")
    told = {"open_ids": ("7", "maintenance-3", "component:1")}
    (found,) = poll(world={HISTORY: {"incidents": [ended, incident(id=9, active=False)]}}, **told).reports
    assert (found.id, found.phase, found.resolved_at.minute) == ("7", Phase.RESOLVED, 31)
    assert poll(**told).unread == ()
    assert poll(world={HISTORY: answer(b"", status=500)}, **told).unread == ("7",)


def test_the_history_is_left_alone_while_nothing_ended():
    """Polite: two requests a poll."""
    driven = Drive(UptimeKuma(), {PAGE: told_page(incidents=[incident()]), BEATS: beats(1)})
    driven.poll(context(f"{HOME}/status/home", open_ids=("7", "component:1"), first=True))
    assert driven.urls == [PAGE, BEATS]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"{HOME}/status/Home", (HOME, "home")),
        (f"{HOME}/status/home/", (HOME, "home")),
        (f"{HOME}/status/HOME/rss", (HOME, "home")),
        (HOME, (HOME, "default")),
        ("kuma.example.net/status", (HOME, "default")),
        (f"{HOME}/status-page", (HOME, "default")),
        (PAGE, (HOME, "home")),
        (BEATS, (HOME, "home")),
        (f"{HOME}/kuma/status/home", (f"{HOME}/kuma", "home")),
    ],
)
def test_trap_the_slug_comes_from_the_address_in_lower_case(url, found):
    """Kuma keeps slugs in lower case, and shows the default page under no name."""
    assert page_of(url) == found
