"""Status.io: codes for states and phases, containers that components share, and an API that is not on the page."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive
from support.recorded import cases
from tocsin.domain.account import Connection
from tocsin.domain.relevance import relevance
from tocsin.domain.snapshot import Component, Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Relevance, Severity
from tocsin.errors import PollFailed
from tocsin.providers.statusio import StatusIo

PAGE_ID = "5a89ef6740eba40d1c3bb4a0"
PAGE = "https://status.example.net"
API = f"https://api.status.io/1.0/status/{PAGE_ID}"


def document(**told) -> dict:
    result = {
        "status_overall": {"status": "Operational", "status_code": 100},
        "status": [part("c1", 100)],
        "incidents": [],
        "maintenance": {"active": [], "upcoming": []},
        **told,
    }
    return {"result": {key: value for key, value in result.items() if value is not ...}}


def part(part_id: str, code: object, *containers: dict, word: str | None = None) -> dict:
    return {"id": part_id, "name": part_id, "status_code": code, "status": word, "containers": list(containers)}


def message(state: object = 100, status: object = 300, at: str = "2026-11-21T18:10:00Z", **told) -> dict:
    return {"details": "Said.", "state": state, "status": status, "datetime": at, **told}


def incident(*messages: dict, **told) -> dict:
    return {
        "_id": "i1",
        "name": "Trouble",
        "datetime_open": "2026-11-21T18:00:00Z",
        "messages": list(messages),
        "components_affected": [],
        "containers_affected": [],
        **told,
    }


def planned(*messages: dict, **told) -> dict:
    window = {"datetime_planned_start": "2026-11-21T18:00:00Z", "datetime_planned_end": "2026-11-21T20:00:00Z"}
    return incident(*messages, **{"_id": "m1", **window, **told})


def hits(*found: str) -> list[dict]:
    return [{"_id": each, "name": "Virginia"} for each in found]


def poll(body: object, url: str = API, **told) -> Snapshot:
    return drive(StatusIo(), {API: body}, context(url, provider="statusio", **told))


def only_report(**told) -> Report:
    (found,) = poll(document(**told)).reports
    return found


def things(*parts: dict) -> dict[str, Component]:
    return {each.id: each for each in poll(document(status=list(parts))).components}


# --- the address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        (API, {}, API),
        (f"{API}/", {}, API),
        (
            f"https://status-api.hostedstatus.com/1.0/status/{PAGE_ID}",
            {},
            f"https://status-api.hostedstatus.com/1.0/status/{PAGE_ID}",
        ),
        (
            "https://4277980205320394.hostedstatus.com",
            {"page_id": PAGE_ID},
            f"https://4277980205320394.hostedstatus.com/1.0/status/{PAGE_ID}",
        ),
        (PAGE, {"page_id": PAGE_ID}, API),
        ("status.example.net", {"page_id": PAGE_ID}, API),
        (f"{PAGE}/pages/{PAGE_ID}", {}, API),
        (f"{PAGE}/pages/incident/{PAGE_ID}/61ae3daa9c768905d9f0f6fd", {}, API),
        ("http://127.0.0.1:8080", {"page_id": PAGE_ID}, f"http://127.0.0.1:8080/1.0/status/{PAGE_ID}"),
        (f"http://127.0.0.1:8080/x/1.0/status/{PAGE_ID}", {}, f"http://127.0.0.1:8080/x/1.0/status/{PAGE_ID}"),
    ],
)
def test_trap_the_api_is_not_on_the_page(url, options, asked):
    """Trap: the API is on a host of Status.io's; the page's id is in an address of it, or set."""
    driven = Drive(StatusIo(), {asked: document()})
    driven.poll(context(url, options=options))
    assert driven.urls == [asked]


def test_a_page_without_its_id_cannot_be_asked_for():
    """The page's own address says nothing: what is missing is told, and nothing is guessed."""
    driven = Drive(StatusIo(), {})
    with pytest.raises(PollFailed, match="page_id") as failed:
        driven.poll(context(PAGE))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert not driven.urls


def test_links_are_to_the_page():
    """Only where the account names it: the API's host shows nothing to a person."""
    body = document(incidents=[incident()])
    (found,) = poll(body, PAGE, options={"page_id": PAGE_ID}).reports
    assert found.url == f"{PAGE}/pages/incident/{PAGE_ID}/i1"
    assert poll(body).reports[0].url is None


@pytest.mark.parametrize(
    "told",
    [
        {"status_overall": ...},
        {"status_overall": None},
        {"status_overall": {}},
        {"status_overall": {"status_code": []}},
        {"status": ...},
        {"incidents": ...},
    ],
)
def test_what_lacks_the_marks_is_another_api(told):
    """Its lists are there even when they are empty: a document without them is no quiet page."""
    with pytest.raises(PollFailed) as failed:
        poll(document(**told))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("stated", [..., None, [], {}, {"active": None, "upcoming": None}])
def test_no_maintenance_is_told_in_several_ways(stated):
    """An object with two lists, an empty list, null: none of them is a fault."""
    assert poll(document(maintenance=stated)).reports == ()


# --- states --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "word", "level", "known"),
    [
        (100, "Operational", Level.OK, True),
        (200, "Planned Maintenance", Level.MAINTENANCE, True),
        (300, "Degraded Performance", Level.DEGRADED, True),
        (400, "Partial Service Disruption", Level.DEGRADED, True),
        (500, "Service Disruption", Level.OUTAGE, True),
        (600, "Security Event", Level.DEGRADED, True),
        ("500", None, Level.OUTAGE, True),
        (500, "Kaputt", Level.OUTAGE, True),
        (None, "Service Disruption", Level.OUTAGE, True),
        (700, None, Level.DEGRADED, False),
        (None, "Odd", Level.DEGRADED, False),
        (None, None, Level.UNKNOWN, False),
    ],
)
def test_codes_have_their_levels(code, word, level, known):
    """The code counts, for a page may change its words; the word is what is shown."""
    found = things(part("c1", code, word=word))["c1"]
    assert (found.level, found.known) == (level, known)
    assert found.raw == (word or str(code or ""))


def test_trap_one_container_may_serve_several_components():
    """Trap: ids of containers repeat: one thing in its worst state, in nobody's group."""
    found = things(
        part("web", 100, part("eu", 100)),
        part("app", 400, part("eu", 400), part("us", 100)),
        part("tv", 100, part("nl", 100)),
    )
    assert (found["eu"].level, found["eu"].group, found["us"].group) == (Level.DEGRADED, None, None)
    assert (found["nl"].group, len(found)) == ("tv", 6)


def test_a_sibling_container_is_not_hit():
    """The incident names the component and where it is down; whoever is elsewhere is left in peace."""
    parts = [part("web", 500, part("eu", 500), part("us", 100)), part("app", 100, part("eu", 100), part("nl", 100))]
    snapshot = poll(
        document(status=parts, incidents=[incident(components_affected=hits("web"), containers_affected=hits("eu"))])
    )
    (report,) = snapshot.reports
    assert report.affected == ("web", "eu")
    told = {
        match: relevance(report, Connection("line", "Line", match=(match,)), snapshot.components)
        for match in ("web", "eu", "us", "app", "nl")
    }
    assert told == {
        "web": Relevance.LINKED,
        "eu": Relevance.LINKED,
        "us": Relevance.NONE,
        "app": Relevance.NONE,
        "nl": Relevance.NONE,
    }


# --- incidents -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        (100, Phase.INVESTIGATING),
        (200, Phase.IDENTIFIED),
        (300, Phase.MONITORING),
        (400, Phase.RESOLVED),
        ("300", Phase.MONITORING),
        (500, Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_message_states_are_phases(state, phase):
    """The newest message says how far it has come."""
    early = message(200, at="2026-11-21T18:05:00Z")
    found = only_report(incidents=[incident(message(state), early)])
    assert (found.phase, found.raw_phase) == (phase, str(state or ""))
    assert [each.phase for each in found.updates] == [Phase.IDENTIFIED, phase]


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        (300, Severity.MINOR),
        (400, Severity.MAJOR),
        (500, Severity.CRITICAL),
        (600, Severity.MAJOR),
        (100, Severity.NOTICE),
        (999, Severity.MINOR),
        (None, Severity.MINOR),
    ],
)
def test_message_statuses_are_severities(status, severity):
    """The newest message says how bad it is: it may have worsened."""
    early = message(status=300, at="2026-11-21T18:05:00Z")
    found = only_report(incidents=[incident(early, message(status=status))])
    assert (found.severity, found.raw_severity) == (severity, str(status or ""))


def test_a_message_without_a_time_stands_at_the_opening():
    """Nothing that was said is lost; without any time there is nowhere to put it."""
    found = only_report(incidents=[incident(message(200), message(100, at=""))])
    assert [(each.at.minute, each.phase) for each in found.updates] == [
        (0, Phase.INVESTIGATING),
        (10, Phase.IDENTIFIED),
    ]
    assert only_report(incidents=[incident(message(at="never"), datetime_open=None)]).updates == ()


def test_an_end_is_its_messages_time():
    """There is no other field for it."""
    found = only_report(incidents=[incident(message(400))])
    assert found.resolved_at == datetime(2026, 11, 21, 18, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "state", "phase"),
    [
        ("active", 100, Phase.IDENTIFIED),
        ("active", 200, Phase.IDENTIFIED),
        ("active", 300, Phase.MONITORING),
        ("active", 400, Phase.RESOLVED),
        ("active", 999, Phase.IDENTIFIED),
        ("upcoming", 100, Phase.SCHEDULED),
        ("upcoming", 200, Phase.SCHEDULED),
        ("upcoming", 400, Phase.RESOLVED),
        ("upcoming", 999, Phase.SCHEDULED),
    ],
)
def test_the_list_says_whether_planned_work_has_begun(key, state, phase):
    """What is announced is not in force, whatever its messages are called."""
    found = only_report(maintenance={key: [planned(message(state))]})
    assert (found.kind, found.phase) == (IncidentKind.MAINTENANCE, phase)


def test_planned_work_has_its_window_and_its_real_start():
    """The message that says it began has the time."""
    told = message(100, at="2026-11-20T09:00:00Z"), message(200, at="2026-11-21T18:05:00Z")
    found = only_report(maintenance={"active": [planned(*told)]})
    assert (found.started_at.minute, found.scheduled_start.hour, found.scheduled_end.hour) == (5, 18, 20)
    assert found.eta == found.scheduled_end
    assert [each.phase for each in found.updates] == [Phase.SCHEDULED, Phase.IDENTIFIED]


def test_planned_work_without_messages_is_where_its_list_says():
    """Null lists are nothing."""
    assert only_report(maintenance={"active": [planned(messages=None)]}).phase is Phase.IDENTIFIED
    assert only_report(incidents=[incident(messages=None, components_affected=None)]).phase is Phase.INVESTIGATING


@pytest.mark.parametrize("bad", [None, {}, {"_id": ""}, {"id": "i1"}, "i1"])
def test_what_cannot_be_told_apart_is_not_left_out(bad):
    """A list that silently lacks one is a false all-clear; the key is `_id`."""
    for told in ({"incidents": [incident(), bad]}, {"maintenance": {"upcoming": [bad]}}):
        with pytest.raises(PollFailed) as failed:
            poll(document(**told))
        assert failed.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize("bad", [None, {"name": "no id"}, {"id": "c2", "name": [], "containers": [{}]}])
def test_a_component_that_cannot_be_told_apart_is_not_left_out(bad):
    """Nor a container of one, even where the component has a field of a wrong type."""
    with pytest.raises(PollFailed) as failed:
        poll(document(status=[part("c1", 100), bad]))
    assert failed.value.kind is FailureKind.MALFORMED


def test_an_error_of_the_api_is_no_status():
    """An id that does not exist is answered so, or with 404."""
    for body in ({"error": "Invalid status page"}, {"result": None}, {"result": []}, answer(b"", status=404)):
        with pytest.raises(PollFailed):
            poll(body)


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """An outage with planned work, and a page that shares its containers."""
    assert {case.name for case in cases("statusio")} == {"outage", "shared"}
