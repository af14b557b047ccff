"""Cachet v2 and v3: naive times, numbers for states, pages, and numbers that each kind of thing counts from 1."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase
from tocsin.errors import PollFailed
from tocsin.providers.cachet import Cachet, bases

HOME = "https://status.example.net"
V2, V3 = f"{HOME}/api/v1", f"{HOME}/api"
COMPONENTS, SCHEDULES = f"{V2}/components?per_page=100", f"{V2}/schedules?per_page=100"
INCIDENTS = f"{V2}/incidents?per_page=100&sort=id&order=desc"
COMPONENTS_3 = f"{V3}/components?per_page=100&include=group"
INCIDENTS_3 = f"{V3}/incidents?per_page=100&include=components,updates"
SCHEDULES_3 = f"{V3}/schedules?per_page=100&include=components,updates"


def paged(*data, following: object = None) -> dict:
    return {"meta": {"pagination": {"links": {"next_page": following}}}, "data": [*data]}


def resources(*data, included=(), following: object = None) -> dict:
    return {"data": [*data], "included": [*included], "links": {"next": following}, "meta": {}}


def resource(kind: str, number: int, relationships: dict | None = None, **attributes) -> dict:
    beside = {name: {"data": data} for name, data in (relationships or {}).items()}
    return {"type": kind, "id": str(number), "attributes": attributes, "relationships": beside}


def component(number: int = 1, status: object = 1, **told) -> dict:
    return {"id": number, "name": f"Thing {number}", "status": status, "group_id": 0, **told}


def incident(number: int = 7, **told) -> dict:
    return {
        "id": number,
        "name": "Trouble",
        "status": 1,
        "component_id": 1,
        "occurred_at": "2026-11-21 17:58:00",
        **told,
    }


def world(**told) -> dict:
    return {COMPONENTS: paged(component()), INCIDENTS: paged(incident()), SCHEDULES: paged(), **told}


def poll(answers: dict, **told) -> Snapshot:
    return drive(Cachet(), answers, context(HOME, provider="cachet", **told))


def only(**told) -> Report:
    (found,) = poll(world() | {INCIDENTS: paged(incident(**told))}).reports
    return found


def only_3(told: dict, *included: dict, **beside) -> Report:
    answers = {
        COMPONENTS_3: resources(resource("components", 1, name="Fibre", status=1)),
        INCIDENTS_3: resources(resource("incidents", 7, beside, **told), included=included),
        SCHEDULES_3: resources(),
    }
    (found,) = poll(answers).reports
    return found


def schedule(**told) -> Report:
    (found,) = poll(world() | {INCIDENTS: paged(), SCHEDULES: paged({"id": 7, "name": "Work", **told})}).reports
    return found


@pytest.mark.parametrize(
    ("options", "stated", "found"),
    [
        (None, "2026-11-21 17:58:00", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ({"time_zone": "Europe/Amsterdam"}, "2026-11-21 18:58:00", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
        ({"time_zone": "Europe/Amsterdam"}, "2026-07-21 18:58:00", datetime(2026, 7, 21, 16, 58, tzinfo=UTC)),
        ({"time_zone": "Europe/Amsterdam"}, "2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ({"time_zone": "Europe/Amsterdam"}, "2026-11-21T17:58:00Z", datetime(2026, 11, 21, 17, 58, tzinfo=UTC)),
    ],
)
def test_trap_times_are_naive_in_the_zone_of_the_page(options, stated, found):
    """Neither version writes an offset; the account says the zone, and UTC is Cachet's own default."""
    answers = world() | {INCIDENTS: paged(incident(occurred_at=stated))}
    assert poll(answers, options=options).reports[0].started_at == found


def test_a_zone_that_is_none_is_told_before_anything_is_asked():
    """A slip in the settings is not read as UTC."""
    driven = Drive(Cachet(), world())
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(HOME, options={"time_zone": "Europe/Utrecht"}))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert not driven.urls


@pytest.mark.parametrize(
    ("number", "level", "known"),
    [
        (0, Level.UNKNOWN, True),
        (1, Level.OK, True),
        (2, Level.DEGRADED, True),
        (3, Level.DEGRADED, True),
        (4, Level.OUTAGE, True),
        (5, Level.UNKNOWN, True),
        (6, Level.MAINTENANCE, True),
        (7, Level.DEGRADED, False),
        ("4", Level.OUTAGE, True),
        (None, Level.UNKNOWN, False),
    ],
)
def test_trap_what_a_components_number_means(number, level, known):
    """v3 has two numbers more, and writes `{human, value}`; the words beside are translated and do not count."""
    plain = poll(world() | {COMPONENTS: paged(component(status=number, status_name="Storing"))}).components[0]
    coded = poll(world() | {COMPONENTS: paged(component(status={"value": number, "human": "Storing"}))}).components[0]
    assert (plain.level, plain.known) == (coded.level, coded.known) == (level, known)
    assert plain.raw == ("Storing" if known else "" if number is None else str(number))


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        (1, Phase.INVESTIGATING),
        (2, Phase.IDENTIFIED),
        (3, Phase.MONITORING),
        (4, Phase.RESOLVED),
        (9, Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_what_an_incidents_number_means(status, phase):
    """Four of them in both versions; any other is open."""
    assert only(status=status).phase is phase
    assert only_3({"status": {"value": status, "human": "?"}}).phase is phase


def test_trap_zero_is_scheduled_in_v2_and_unknown_in_v3():
    """The same number, and not the same thing."""
    ahead = only(status=0, scheduled_at="2026-11-25 02:00:00")
    assert (ahead.kind, ahead.phase, ahead.started_at.day) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED, 25)
    assert only(status=0, scheduled_at="2026-11-21 18:00:00").phase is Phase.IDENTIFIED
    assert only(status=0, scheduled_at="2026-11-01 18:00:00").phase is Phase.RESOLVED
    unknown = only_3({"status": {"value": 0}})
    assert (unknown.kind, unknown.phase) == (IncidentKind.INCIDENT, Phase.INVESTIGATING)


def test_the_latest_update_says_where_it_stands():
    """An incident keeps the state that it began with; updates carry it on."""
    update = {"status": 4, "message": "Fixed.", "created_at": "2026-11-21 18:30:00"}
    found = only(updates=[update, {"status": 3, "message": "Watching.", "created_at": "2026-11-21 18:20:00"}])
    assert (found.phase, found.resolved_at.minute) == (Phase.RESOLVED, 30)
    assert [each.phase for each in found.updates] == [Phase.MONITORING, Phase.RESOLVED]
    assert only(status=4, latest_status=1).phase is Phase.INVESTIGATING


def test_v3_has_its_updates_and_components_beside():
    """JSON:API: an incident refers to them, and the document includes them."""
    update = resource("updates", 1, status={"value": 3}, message="Watching.", created={"string": "2026-11-21 18:20:00"})
    found = only_3(
        {"status": {"value": 1}, "occurred": {"human": "just now", "string": "2026-11-21 17:58:00"}},
        update,
        updates=[{"type": "updates", "id": "1"}],
        components=[{"type": "components", "id": "1"}],
    )
    assert (found.phase, found.affected, found.started_at.minute) == (Phase.MONITORING, ("1",), 58)
    assert [each.text for each in found.updates] == ["Watching."]


@pytest.mark.parametrize(
    ("told", "phase", "has_eta"),
    [
        ({"status": 0, "scheduled_at": "2026-11-25 02:00:00"}, Phase.SCHEDULED, False),
        ({"status": 1, "completed_at": "2026-11-21 20:00:00"}, Phase.IDENTIFIED, True),
        ({"status": 2, "completed_at": "2026-11-21 18:00:00"}, Phase.RESOLVED, True),
        ({"status": 9, "scheduled_at": "2026-11-25 02:00:00"}, Phase.SCHEDULED, False),
        ({"completed_at": "2026-11-21 18:00:00"}, Phase.RESOLVED, True),
        ({}, Phase.IDENTIFIED, False),
    ],
)
def test_where_planned_work_stands(told, phase, has_eta):
    """By its number, and without a known one by its window."""
    found = schedule(**told)
    assert (found.phase, found.eta is not None) == (phase, has_eta)


def test_an_incident_and_a_schedule_of_one_number_are_two():
    """Groups and components are numbered alike, too."""
    answers = world() | {SCHEDULES: paged({"id": 7}), COMPONENTS: paged(component(1, group_id=1))}
    snapshot = poll(answers)
    assert [each.id for each in snapshot.reports] == ["7", "schedule-7"]
    assert [(each.id, each.group) for each in snapshot.components] == [("group-1", None), ("1", "group-1")]


@pytest.mark.parametrize("enabled", [False, 0, "0"])
def test_what_is_switched_off_is_not_listed(enabled):
    """A disabled component is no part of the page."""
    answers = world() | {COMPONENTS: paged(component(1), component(2, 4, enabled=enabled))}
    assert [each.id for each in poll(answers).components] == ["1"]


def test_trap_a_hundred_a_page():
    """Every page is read at first; only the number of the next is taken, for a proxy changes the rest."""
    second = f"{V2}/incidents?per_page=100&sort=id&order=desc&page=2"
    first = paged(*(incident(number, status=4) for number in range(200, 100, -1)), following="http://10.0.0.5/x?page=2")
    answers = world() | {INCIDENTS: first, second: paged(incident(5))}
    driven = Drive(Cachet(), answers)
    snapshot = driven.poll(context(HOME, first=True))
    assert len(snapshot.reports) == 101
    assert second in driven.urls
    driven.requests.clear()
    driven.poll(context(HOME))
    assert second not in driven.urls


@pytest.mark.parametrize("following", ["https://status.example.net/api/v1/incidents", 7, "?page=x", {}, "?page=2"])
def test_a_next_page_that_cannot_be_asked_for_is_no_end(following):
    """Half a list is no list; and a list that goes round has no end."""
    second = f"{V2}/incidents?per_page=100&sort=id&order=desc&page=2"
    answers = world() | {
        INCIDENTS: paged(incident(), following=following),
        second: paged(incident(6), following="?page=2"),
    }
    if following == {}:
        assert len(poll(answers, first=True).reports) == 1  # what is no address at all is none
        return
    with pytest.raises(PollFailed) as failed:
        poll(answers, first=True)
    assert failed.value.kind is FailureKind.MALFORMED


def test_what_is_no_longer_on_the_newest_page_is_asked_for_by_id():
    """How it ended; what could not be had is neither present nor gone, and what is absent is gone."""
    answers = world() | {
        f"{V2}/incidents/3": {"data": incident(3, status=4, updated_at="2026-11-21 18:30:00")},
        f"{V2}/incidents/4": answer(b"", status=500),
        f"{V2}/schedules/3": {"data": {"id": 3, "status": 2, "completed_at": "2026-11-21 18:30:00"}},
    }
    snapshot = poll(answers, open_ids=("3", "4", "5", "schedule-3", "component:1"))
    assert {each.id: each.phase for each in snapshot.reports} == {
        "7": Phase.INVESTIGATING,
        "3": Phase.RESOLVED,
        "schedule-3": Phase.RESOLVED,
    }
    assert snapshot.unread == ("4",)


def test_schedules_may_be_absent_and_are_unread_when_they_fail():
    """Cachet 2.3 has none; a server's failure does not end a maintenance."""
    held = ("7", "schedule-3")
    assert poll(world() | {SCHEDULES: answer(b"", status=404)}, open_ids=held).unread == ()
    for failure in (answer(b"", status=500), page(), {"data": "x"}, PollFailed(FailureKind.TIMEOUT, "slow")):
        assert poll(world() | {SCHEDULES: failure}, open_ids=held).unread == ("schedule-3",)


@pytest.mark.parametrize(
    "failure",
    [answer(b"", status=500), page(), {}, {"data": []}, {"data": {}}, {"data": [{}]}, answer(b"", status=404)],
)
@pytest.mark.parametrize("document", [COMPONENTS, INCIDENTS])
def test_without_components_or_incidents_there_is_no_snapshot(document, failure):
    """Neither list says what the other would have said."""
    with pytest.raises(PollFailed):
        poll(world() | {document: failure})


def test_the_version_is_found_and_remembered():
    """v2 first, for it is the older; and anew once it stops answering."""
    three = {
        COMPONENTS_3: resources(resource("components", 1, status=1)),
        INCIDENTS_3: resources(),
        SCHEDULES_3: resources(),
    }
    driven = Drive(Cachet(), three)
    driven.poll(context(HOME))
    assert driven.urls == [COMPONENTS, COMPONENTS_3, INCIDENTS_3, SCHEDULES_3]
    driven.requests.clear()
    driven.poll(context(HOME))
    assert driven.urls == [COMPONENTS_3, INCIDENTS_3, SCHEDULES_3]


def test_a_refusal_is_not_taken_for_another_version():
    """403 and 429 are refusals: nothing more is asked."""
    driven = Drive(Cachet(), {COMPONENTS: answer(b"", status=429)})
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(HOME))
    assert failed.value.kind is FailureKind.RATE_LIMITED
    assert driven.urls == [COMPONENTS]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("status.example.net", (V2, V3)),
        (f"{HOME}/", (V2, V3)),
        (V2, (V2,)),
        (f"{V2}/incidents?page=2", (V2,)),
        (V3, (V3,)),
        (f"{V3}/components", (V3,)),
        (f"{HOME}/cachet", (f"{HOME}/cachet/api/v1", f"{HOME}/cachet/api")),
    ],
)
def test_an_address_may_be_the_page_or_the_base_of_either_version(url, found):
    """What people copy out of a browser is enough."""
    assert bases(url) == found
