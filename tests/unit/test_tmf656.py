"""TMF656 in its versions: finding the API, whose problem it is, and what its words mean."""

from datetime import datetime

import pytest

from support.drive import Answer, Drive, answer, context, drive, page
from support.recorded import cases
from support.tmf656_server import (
    ABSENT,
    BASE,
    HOME,
    MINE,
    PROBLEMS,
    TIMEOUT,
    Server,
    at,
    ids,
    only_report,
    planned,
    poll,
    problem,
)
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest
from tocsin.providers.tmf656 import Tmf656, candidates

# --- finding the API -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "first", "count"),
    [
        ("api.example.net", PROBLEMS, 3),
        (f"{HOME}/", PROBLEMS, 3),
        (BASE, PROBLEMS, 1),
        (f"{BASE}/", PROBLEMS, 1),
        (PROBLEMS, PROBLEMS, 1),
        (f"{HOME}/tmf-api", PROBLEMS, 3),
        (f"{HOME}/tmf-api/serviceProblemManagement", PROBLEMS, 4),
        (f"{HOME}/v5.0", f"{HOME}/v5.0/serviceProblem", 1),
        (f"{HOME}/odd/serviceproblem", f"{HOME}/odd/serviceproblem", 1),
        (f"{HOME}/portal", f"{HOME}/portal/serviceProblem", 7),
        (f"{PROBLEMS}?tenant=a", f"{PROBLEMS}?tenant=a", 1),
    ],
)
def test_an_address_may_be_the_resource_the_base_or_the_host(url, first, count):
    """What an integrator or a customer was told is enough; for a host alone v4, v5, v3 are tried."""
    found = candidates(url)
    assert (found[0], len(found)) == (first, count)


def test_a_host_alone_is_tried_in_the_documented_order_and_remembered():
    """One poll finds the version; the next ask there at once."""
    v3 = f"{HOME}/tmf-api/serviceProblemManagement/v3/serviceProblem"

    def world(request: HttpRequest) -> Answer:
        return answer([], headers={"x-total-count": "0"}) if request.url.startswith(v3) else ABSENT

    driven = Drive(Tmf656(), world)
    for _ in range(2):
        driven.poll(context(HOME, MINE, provider="tmf656"))
    assert [url.split("/")[5] for url in driven.urls] == ["v4", "v5", "v3", "v3"]


def test_an_api_that_stops_answering_as_one_is_looked_for_again():
    """Providers move: the poll that finds out fails, the next one searches."""
    there = {"v": "v4"}

    def world(request: HttpRequest) -> Answer:
        here = f"/{there['v']}/" in request.url
        return answer([], headers={"x-total-count": "0"}) if here else page()

    driven = Drive(Tmf656(), world)
    told = context(HOME, MINE, provider="tmf656")
    driven.poll(told)
    there["v"] = "v5"
    with pytest.raises(PollFailed) as failed:
        driven.poll(told)
    assert failed.value.kind is FailureKind.NOT_STATUS_API
    driven.poll(told)
    assert [url.split("/")[5] for url in driven.urls] == ["v4", "v4", "v4", "v5"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_more_than_an_absence(status):
    """Where one version wants a login and the others are not there, the login is what is missing."""

    def world(request: HttpRequest) -> Answer:
        return answer(b"", status=status) if "/v5/" in request.url else ABSENT

    with pytest.raises(PollFailed) as failed:
        drive(Tmf656(), world, context(HOME, provider="tmf656"))
    assert failed.value.kind is FailureKind.UNAUTHORIZED


@pytest.mark.parametrize("given", [answer(b"", status=503), answer(b"", status=429), TIMEOUT, answer(b"[{")])
def test_a_broken_server_is_not_searched_for_other_versions(given):
    """What is down in v4 is not to be found healthy and empty in v5."""
    driven = Drive(Tmf656(), lambda request: given if "/v4/" in request.url else answer([]))
    with pytest.raises(PollFailed):
        driven.poll(context(HOME, provider="tmf656"))
    assert len(driven.requests) == 1


# --- whose problem -------------------------------------------------------------------------------------------------


def test_only_what_concerns_the_user_is_passed_on():
    """Trap: by service, place or resource; what names no service at all may be the user's; others' problems are not."""
    server = Server(
        problem("service"),
        problem("place", affectedService=[{"id": "x"}], affectedLocation=[{"id": "LOC-1"}]),
        problem("deep place", affectedService=[{"id": "x"}], affectedLocation=[{"place": {"id": "LOC-1"}}]),
        problem("resource", affectedService=[{"id": "x"}], affectedResource=[{"id": "RES-1"}]),
        problem("nothing", affectedService=[]),
        problem("null", affectedService=None),
        problem("elsewhere", affectedService=[{"id": "x"}], affectedLocation=[{"id": "LOC-2"}]),
        problem("unlike", affectedService=[{"id": "svc-1001"}, {"id": "SVC-10010"}]),
    )
    found = ids(poll(server, MINE, "LOC-1", "RES-1"))
    assert found == ["service", "place", "deep place", "resource", "nothing", "null"]


def test_a_problem_that_we_hold_open_is_passed_on_even_when_it_left_the_user():
    """The rules end it as unaffected; left out it would be lacking."""
    server = Server(problem(affectedService=[{"id": "x"}]))
    assert ids(poll(server)) == []
    assert ids(poll(server, open_ids=("SP-1",))) == ["SP-1"]


def test_an_empty_match_means_everything():
    """An account without ids watches the whole API."""
    told = context(BASE, provider="tmf656")
    snapshot = drive(Tmf656(), Server(problem(), problem("SP-2", affectedService=[{"id": "x"}])), told)
    assert ids(snapshot) == ["SP-1", "SP-2"]


def test_nothing_has_states_and_nothing_can_be_listed():
    """A match cannot be verified, and levels come from problems alone."""
    snapshot = poll(Server(problem()))
    assert (snapshot.components, snapshot.page_level) == ((), None)
    assert [snapshot.has_states, snapshot.lists_things] == [False, False]
    assert (snapshot.page_name, snapshot.page_url) == ("api.example.net", BASE)


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("submitted", Phase.INVESTIGATING),
        ("acknowledged", Phase.INVESTIGATING),
        ("inProgress", Phase.IDENTIFIED),
        ("In Progress", Phase.IDENTIFIED),
        ("IN_PROGRESS", Phase.IDENTIFIED),
        ("held", Phase.IDENTIFIED),
        ("Pending", Phase.IDENTIFIED),
        ("In Progress [Held]", Phase.IDENTIFIED),
        ("resolved", Phase.RESOLVED),
        ("Closed", Phase.RESOLVED),
        ("cancelled", Phase.CANCELLED),
        ("canceled", Phase.CANCELLED),
        ("Rejected", Phase.CANCELLED),
        ("sleeping", Phase.IDENTIFIED),
        (7, Phase.IDENTIFIED),
    ],
)
def test_statuses_have_their_phases(status, phase):
    """Trap: the table of the design; v3's words are free text, in any spelling."""
    found = only_report(Server(problem(status=status)))
    assert (found.phase, found.raw_phase) == (phase, str(status))


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"priority": 2}, Severity.MAJOR),
        ({"priority": 1}, Severity.CRITICAL),
        ({"priority": "1"}, Severity.CRITICAL),
        ({"priority": 1.0}, Severity.CRITICAL),
        ({"priority": 10}, Severity.MAJOR),
        ({"priority": None}, Severity.MAJOR),
        ({"priority": "high"}, Severity.MAJOR),
        ({"priority": True}, Severity.MAJOR),
        ({"impactImportanceFactor": "90"}, Severity.CRITICAL),
        ({"impactImportanceFactor": 100}, Severity.CRITICAL),
        ({"impactImportanceFactor": "89.9"}, Severity.MAJOR),
        ({"impactImportanceFactor": "0"}, Severity.MAJOR),
        ({"impactImportanceFactor": "nan"}, Severity.MAJOR),
        ({"impact": "degraded"}, Severity.MINOR),
        ({"impact": "Intermittent", "priority": 1}, Severity.MINOR),
        ({"impact": "down"}, Severity.MAJOR),
    ],
)
def test_severities_are_the_customers_not_the_providers_urgency(told, severity):
    """Major by default, critical at priority 1 or factor 90, minor only by the characteristic `impact`."""
    impact = told.pop("impact", None)
    characteristic = [{"name": "impact", "value": impact}] if impact else []
    assert only_report(Server(problem(characteristic=characteristic, **told))).severity is severity


def test_the_raw_words_are_kept():
    """What the provider said stands beside what we made of it."""
    stated = problem(
        priority="3", impactImportanceFactor="40", characteristic=[{"name": "impact", "value": "Degraded"}]
    )
    assert only_report(Server(stated)).raw_severity == "priority 3, impactImportanceFactor 40, impact Degraded"


def test_both_spellings_are_read():
    """Trap: v3 names in v3, v4 names in v4, and a mixture in the published v5 example."""
    old = problem(
        creationDate=...,
        timeRaised="2026-11-21T17:00:00Z",
        statusChangeDate="2026-11-21T17:30:00Z",
        comment=[{"date": "2026-11-21T17:10:00Z", "text": "One"}],
        note=[{"date": "2026-11-21T17:40:00Z", "text": "Two"}],
        trackingRecord=[{"time": "2026-11-21T17:20:00Z", "description": "Three"}, None, {"time": "now"}],
        extensionInfo=[{"name": "CustomerAdvice", "value": {"@type": "string", "value": "Use the SIM."}}],
    )
    found = only_report(Server(old))
    assert found.started_at == at(21, 17)
    assert found.advice == "Use the SIM."
    assert [(each.text, each.phase) for each in found.updates] == [
        ("One", Phase.INVESTIGATING),
        ("Three", Phase.INVESTIGATING),
        ("Two", Phase.IDENTIFIED),
    ]


def test_characteristics_come_in_many_types():
    """Values nested, of odd types, under odd or doubled names: read where they say something."""
    odd = [
        None,
        {"name": "customerAdvice", "value": None},
        {"name": "customerAdvice", "value": ["a"]},
        {"name": "customerAdvice", "value": {"value": {"deep": 1}}},
        {"value": "nameless"},
        {"name": "customer_advice", "value": "Use the SIM."},
        {"name": "customerAdvice", "value": "second"},
    ]
    assert only_report(Server(problem(characteristic=odd))).advice == "Use the SIM."


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ({}, "Cable cut"),
        ({"name": "", "description": "A digger."}, "A digger."),
        ({"name": None, "category": "supplier"}, "supplier"),
        ({"name": ...}, "SP-1"),
    ],
)
def test_a_title_is_found(told, title):
    """v3 has no name; something always says which problem it is."""
    assert only_report(Server(problem(**told))).title == title


def test_the_end_is_where_it_is_stated():
    """`resolutionDate`, else the change of status, else the last change; an open problem has none."""

    def ended(**told) -> datetime | None:
        return only_report(Server(problem(**told))).resolved_at

    assert ended(status="resolved", resolutionDate="2026-11-21T18:30:00Z", lastUpdate="2026-11-21T18:39:00Z") == at(
        21, 18, 30
    )
    assert ended(status="closed", statusChangeDate="2026-11-21T18:35:00Z") == at(21, 18, 35)
    assert ended(status="cancelled", timeChanged="2026-11-21T18:37:00Z") == at(21, 18, 37)
    assert ended(status="pending", resolutionDate="2026-11-21T18:30:00Z") is None


# --- planned work --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "status", "phase"),
    [
        ("2026-11-22T02:00:00Z", "2026-11-22T04:00:00Z", "acknowledged", Phase.SCHEDULED),
        ("2026-11-22T02:00:00Z", "2026-11-22T04:00:00Z", "inProgress", Phase.SCHEDULED),
        ("2026-11-21T18:00:00Z", "2026-11-21T20:00:00Z", "acknowledged", Phase.IDENTIFIED),
        ("2026-11-21T18:00:00Z", None, "inProgress", Phase.IDENTIFIED),
        (None, "2026-11-22T04:00:00Z", "acknowledged", Phase.SCHEDULED),
        (None, "2026-11-22T04:00:00Z", "inProgress", Phase.IDENTIFIED),
        ("soon", None, "acknowledged", Phase.SCHEDULED),
        ("2026-11-21T18:00:00Z", "2026-11-21T20:00:00Z", "closed", Phase.RESOLVED),
        ("2026-11-22T02:00:00Z", "2026-11-22T04:00:00Z", "cancelled", Phase.CANCELLED),
    ],
)
def test_planned_work_is_in_force_from_its_start(start, end, status, phase):
    """The characteristics make it maintenance; the clock begins it, the provider ends it."""
    found = only_report(Server(planned(start, end, status=status)))
    assert found.kind is IncidentKind.MAINTENANCE
    assert found.phase is phase


def test_planned_work_has_its_times_and_its_end_as_estimate():
    """Its start is the planned one, not the announcement's."""
    found = only_report(Server(planned("2026-11-22T03:00:00+01:00", "2026-11-22T04:00:00Z")))
    assert (found.started_at, found.scheduled_start) == (at(22, 2), at(22, 2))
    assert (found.eta, found.scheduled_end, found.eta_readable) == (at(22, 4), at(22, 4), True)


# --- kin and cases ---------------------------------------------------------------------------------------------------


def test_parents_are_told():
    """A problem that continues another under a new id is the same to the user."""
    assert only_report(Server(problem(parentProblem=[{"id": "SP-0"}, {}, None]))).parents == ("SP-0",)


def test_the_recorded_cases_are_the_three_versions():
    """v3, v4 and v5: each is checked whole by the contract's tests."""
    assert {case.name[:2] for case in cases("tmf656")} == {"v3", "v4", "v5"}
