"""TMF656 in its versions, with TMF621: finding the API, completing lists, whose problem it is, and until when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from support.drive import Answer, Drive, answer, context, drive, page
from support.recorded import cases
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers.tmf621 import MAX_REQUESTS, MAX_TICKETS_OF_ONE
from tocsin.providers.tmf656 import Tmf656, candidates
from tocsin.providers.tmf656_reading import MAX_BY_ID

HOME = "https://api.example.net"
BASE = f"{HOME}/tmf-api/serviceProblemManagement/v4"
PROBLEMS = f"{BASE}/serviceProblem"
TICKETS = f"{HOME}/tmf-api/troubleTicket/v4/troubleTicket"
V5_TICKETS = f"{HOME}/tmf-api/troubleTicket/v5/troubleTicket"
MINE = "SVC-1001"
TIMEOUT = PollFailed(FailureKind.TIMEOUT, "too slow")
ABSENT = answer({"code": "60"}, status=404)


def problem(problem_id: Any = "SP-1", **told) -> dict:
    whole = {
        "id": problem_id,
        "name": "Cable cut",
        "status": "inProgress",
        "priority": 2,
        "creationDate": "2026-11-21T17:58:00Z",
        "affectedService": [{"id": MINE}],
        "note": [],
        **told,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def ticket(ticket_id: str = "TT-1", **told) -> dict:
    return {
        "id": ticket_id,
        "status": "inProgress",
        "lastUpdate": "2026-11-21T18:25:00Z",
        "expectedResolutionDate": "2026-11-21T20:30:00Z",
        **told,
    }


class Server:
    """A TMF656 and TMF621 server whose answers a test sets by path, the query left out."""

    def __init__(self, *problems: object, total: bool = True, **others: Answer) -> None:
        self.paths: dict[str, Answer] = {}
        self.problems: list[object] = list(problems)
        self.total = total
        self.paths.update(others)

    def __call__(self, request: HttpRequest) -> Answer:
        url, _, query = request.url.partition("?")
        if url in self.paths:
            return self.paths[url]
        if url != PROBLEMS:
            return ABSENT
        found = self.problems if "offset=0" in query else []
        return answer(found, headers={"x-total-count": str(len(self.problems))} if self.total else {})

    def having(self, **answers: Answer) -> "Server":
        """Answers under the problems' address, by id."""
        self.paths.update({f"{PROBLEMS}/{name.replace('_', '-')}": given for name, given in answers.items()})
        return self

    def with_tickets(self, *tickets: dict, base: str = TICKETS) -> "Server":
        self.paths.update({f"{base}/{each['id']}": each for each in tickets})
        return self


def poll(server: Server, *match: str, **told) -> Snapshot:
    return drive(Tmf656(), server, context(BASE, *(match or (MINE,)), provider="tmf656", **told))


def only_report(server: Server, *match: str, **told) -> Report:
    (found,) = poll(server, *match, **told).reports
    return found


def ids(snapshot: Snapshot) -> list[str]:
    return [report.id for report in snapshot.reports]


def failing(server: Server, *match: str, **told) -> PollFailed:
    with pytest.raises(PollFailed) as failed:
        poll(server, *match, **told)
    return failed.value


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)


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


def planned(start: Any, end: Any, **told) -> dict:
    stated = [("plannedStartDate", start), ("plannedEndDate", end)]
    return problem(characteristic=[{"name": name, "value": value} for name, value in stated if value], **told)


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


# --- lists that leave out ------------------------------------------------------------------------------------------


def test_what_the_list_leaves_out_is_asked_for_by_id():
    """Trap: an entry of id and category alone, as TM Forum's own example has it."""
    server = Server({"id": "SP-1", "category": "x"}, {"id": "SP-2"}).having(
        SP_1=problem(), SP_2=problem("SP-2", affectedService=[{"id": "x"}])
    )
    assert ids(poll(server)) == ["SP-1"]


@pytest.mark.parametrize("missing", ["status", "affectedService"])
def test_an_entry_without_status_or_services_cannot_be_judged(missing):
    """Neither an unknown status nor unknown services are taken for harmless."""
    entry = problem(**{missing: ...})
    assert ids(poll(Server(entry).having(SP_1=problem()))) == ["SP-1"]
    assert failing(Server(entry).having(SP_1=answer(b"", status=500))).kind is FailureKind.HTTP_STATUS


def test_a_server_that_answers_for_lists_alone_is_taken_at_its_word():
    """An entry with a status that names nothing, on a server that knows nothing by id, may be the user's."""
    found = only_report(Server(problem(affectedService=...)))
    assert (found.affected, found.phase, found.eta_readable) == ((), Phase.IDENTIFIED, False)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(b"", status=404), FailureKind.HTTP_STATUS),
        (answer(b"", status=403), FailureKind.UNAUTHORIZED),
        (answer(b"", status=429), FailureKind.RATE_LIMITED),
        (answer(b"{"), FailureKind.MALFORMED),
        (page(), FailureKind.NOT_STATUS_API),
        ({"reason": "no"}, FailureKind.NOT_STATUS_API),
        (TIMEOUT, FailureKind.TIMEOUT),
    ],
)
def test_what_cannot_be_read_is_no_all_clear(given, kind):
    """With a listed problem unread and nothing else wrong the poll fails: it might be the user's."""
    assert failing(Server({"id": "SP-1"}).having(SP_1=given)).kind is kind


def test_what_cannot_be_read_does_not_hide_what_can():
    """With an outage known, the unread one is named beside it."""
    server = Server({"id": "SP-9"}, problem()).having(SP_9=answer(b"", status=500))
    snapshot = poll(server)
    assert (ids(snapshot), snapshot.unread) == (["SP-1"], ("SP-9",))


def test_planned_work_or_a_mere_possibility_does_not_cover_an_unread_problem():
    """A blue bell would hide a red one as well as a green one does."""
    for known in (planned("2026-11-21T18:00:00Z", None), problem(affectedService=[])):
        server = Server({"id": "SP-9"}, known).having(SP_9=answer(b"", status=500))
        assert failing(server).kind is FailureKind.HTTP_STATUS


def test_what_is_listed_as_over_is_not_asked_for():
    """History that the list itself calls over costs no request."""
    driven = Drive(Tmf656(), Server(*({"id": f"SP-{number}", "status": "closed"} for number in range(50))))
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656"))
    assert (snapshot.reports, len(driven.requests)) == ((), 1)


def test_what_was_read_as_over_is_read_again_only_when_it_changed():
    """Providers keep what is over in their lists; each poll asks for what is new."""
    entry = {"id": "SP-1", "statusChangeDate": "2026-11-20T12:00:00Z"}
    server = Server(entry).having(SP_1=problem(status="resolved"))
    driven = Drive(Tmf656(), server)
    told = context(BASE, MINE, provider="tmf656")
    driven.poll(told)
    driven.poll(told)
    assert driven.urls.count(f"{PROBLEMS}/SP-1") == 1
    server.problems = [{**entry, "statusChangeDate": "2026-11-21T18:39:00Z"}]
    server.having(SP_1=problem())
    assert ids(driven.poll(told)) == ["SP-1"]
    server.problems = [{"id": "SP-1"}]
    driven.poll(told)
    assert driven.urls.count(f"{PROBLEMS}/SP-1") == 3


def test_a_list_too_long_to_complete_is_read_over_several_polls():
    """Until everything was read once nothing is green; a known outage shows at once."""
    entries = [{"id": f"SP-{number}", "statusChangeDate": "2026-11-20T12:00:00Z"} for number in range(MAX_BY_ID + 50)]
    server = Server(*entries)

    def world(request: HttpRequest) -> Answer:
        name = request.url.rpartition("/")[2]
        is_one = name.startswith("SP-")
        return problem(name, status="closed") if is_one else server(request)

    driven = Drive(Tmf656(), world)
    told = context(BASE, MINE, provider="tmf656")
    with pytest.raises(PollFailed) as failed:
        driven.poll(told)
    assert failed.value.kind is FailureKind.TOO_LARGE
    assert driven.poll(told).unread == ()
    assert len(driven.requests) == MAX_BY_ID + 52
    server.problems.insert(0, problem("outage"))
    again = Drive(Tmf656(), world).poll(told)
    assert "outage" in ids(again)
    assert len(again.unread) == 50


def test_the_newest_are_asked_for_first():
    """What just changed matters most when there is too much."""
    server = Server(
        {"id": "old", "statusChangeDate": "2026-11-01T00:00:00Z"},
        {"id": "new", "statusChangeDate": "2026-11-21T00:00:00Z"},
        {"id": "unsaid"},
        {"id": "open", "statusChangeDate": "2026-10-01T00:00:00Z"},
    )
    driven = Drive(
        Tmf656(), lambda request: answer(b"", status=500) if "offset" not in request.url else server(request)
    )
    with pytest.raises(PollFailed):
        driven.poll(context(BASE, MINE, provider="tmf656", open_ids=("open",)))
    assert [url.rpartition("/")[2] for url in driven.urls[1:]] == ["open", "unsaid", "new", "old"]


def test_a_reduced_list_is_completed_for_what_is_open_and_the_users():
    """Where no entry has texts or tickets they were left out: advice and estimate stand in the whole problem."""
    entries = [
        problem(note=...),
        problem("SP-2", note=..., affectedService=[{"id": "x"}]),
        problem("SP-3", note=..., status="closed"),
    ]
    whole = problem(troubleTicket=[{"id": "TT-1"}])
    server = Server(*entries).having(SP_1=whole).with_tickets(ticket())
    driven = Drive(Tmf656(), server)
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656"))
    assert snapshot.reports[0].eta == at(21, 20, 30)
    assert [url for url in driven.urls if url.startswith(f"{PROBLEMS}/")] == [f"{PROBLEMS}/SP-1"]


@pytest.mark.parametrize("given", [ABSENT, answer(b"", status=500), TIMEOUT])
def test_a_reduced_entry_is_better_than_nothing(given):
    """What the list says rings all the same; that it says no estimate means nothing."""
    found = only_report(Server(problem(note=...)).having(SP_1=given))
    assert (found.phase, found.eta, found.eta_readable) == (Phase.IDENTIFIED, None, False)


def test_ids_may_be_numbers_and_hold_anything():
    """An id is one segment of an address, whatever is in it."""
    driven = Drive(Tmf656(), Server({"id": 5351}, {"id": "../hub?x=1"}))
    with pytest.raises(PollFailed):
        driven.poll(context(BASE, MINE, provider="tmf656"))
    assert driven.urls[1:] == [f"{PROBLEMS}/5351", f"{PROBLEMS}/..%2Fhub%3Fx%3D1"]


@pytest.mark.parametrize("bad", [None, 5, {}, {"name": "no id"}, {"id": ""}, {"id": {}}, []])
def test_what_cannot_be_told_apart_is_not_left_out(bad):
    """A list that silently lacks one is a false all-clear."""
    assert failing(Server(problem(), bad)).kind is FailureKind.MALFORMED


@pytest.mark.parametrize("others", [[{"name": "no id"}], [{"key": "EU45"}, {"id": ""}], [5, None]])
def test_a_list_without_any_id_is_another_api(others):
    """Something else lists its things there; one of ours among them makes it a broken list of ours."""
    assert failing(Server(*others)).kind is FailureKind.NOT_STATUS_API
    assert failing(Server(*others, problem())).kind is FailureKind.MALFORMED


def test_a_list_of_something_else_is_passed_by_on_the_way_to_the_api():
    """The versions that are left are tried, and the one that answers is remembered."""

    def world(request: HttpRequest) -> Answer:
        found = [problem()] if "/v5/" in request.url else [{"fingerprint": "x"}]
        return answer(found, headers={"x-total-count": "1"})

    driven = Drive(Tmf656(), world)
    for _ in range(2):
        assert ids(driven.poll(context(HOME, MINE, provider="tmf656"))) == ["SP-1"]
    listed = [url.split("/")[5] for url in driven.urls if "offset" in url]
    assert listed == ["v4", "v5", "v5"]


def test_the_flood_is_read_without_a_request_for_each():
    """Ten thousand complete problems: one list, no request by id."""
    many = [problem(f"SP-{number}") for number in range(10_000)]
    driven = Drive(Tmf656(), Server(*many))
    assert len(driven.poll(context(BASE, MINE, provider="tmf656")).reports) == 10_000
    assert len(driven.requests) == 1


# --- what left the list --------------------------------------------------------------------------------------------


def test_what_left_the_list_is_asked_for_by_its_id():
    """A problem that we hold open may be on no page any more: found, gone, or not to be had this time."""
    server = Server().having(
        SP_1=problem(status="resolved"), SP_3=answer(b"", status=403), SP_4=answer(b"", status=500)
    )
    snapshot = poll(server, open_ids=("SP-1", "SP-2", "SP-3", "SP-4", "component:x"))
    assert [(report.id, report.phase) for report in snapshot.reports] == [("SP-1", Phase.RESOLVED)]
    assert snapshot.unread == ("SP-3", "SP-4")


def test_a_silent_server_is_not_asked_for_more():
    """A timeout takes half of what a poll may take; what was not asked for is unread."""
    driven = Drive(Tmf656(), Server().having(a=TIMEOUT, b=problem("b")))
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656", open_ids=("a", "b")))
    assert (snapshot.unread, len(driven.requests)) == (("a", "b"), 2)


# --- the estimate --------------------------------------------------------------------------------------------------


def test_the_estimate_stands_in_the_ticket():
    """Trap: TMF656 has no field for it, in any version."""
    server = Server(problem(troubleTicket=[{"id": "TT-1"}])).with_tickets(ticket())
    found = only_report(server)
    assert (found.eta, found.eta_given_at, found.eta_readable) == (at(21, 20, 30), at(21, 18, 25), True)


def test_of_several_tickets_the_latest_open_readable_estimate_counts():
    """The case of the design: one is closed, one unreadable, two are open."""
    refs = [{"id": f"TT-{number}"} for number in range(1, 6)]
    server = Server(problem(troubleTicket=refs[:3], associatedTroubleTicket=refs[3:])).with_tickets(
        ticket("TT-1", expectedResolutionDate="2026-11-21T19:00:00Z"),
        ticket(
            "TT-2",
            expectedResolutionDate="2026-11-21T21:00:00Z",
            lastUpdate=None,
            statusChangeDate="2026-11-21T18:01:00Z",
        ),
        ticket("TT-3", expectedResolutionDate="2026-11-21T23:00:00Z", status="Closed"),
        ticket("TT-5", expectedResolutionDate="2026-11-21T20:00:00Z"),
    )
    found = only_report(server)
    assert (found.eta, found.eta_given_at, found.eta_readable) == (at(21, 21), at(21, 18, 1), True)


@pytest.mark.parametrize(
    "given",
    [
        ABSENT,
        answer(b"", status=401),
        answer(b"", status=500),
        answer(b"", status=429),
        answer(b"{"),
        page(),
        [],
        {},
        {"code": 1},
        TIMEOUT,
        ticket(expectedResolutionDate="tonight"),
        ticket(expectedResolutionDate="2026-11-21T20:30:00"),
    ],
    ids=["404", "401", "500", "429", "broken", "page", "list", "empty", "error", "timeout", "words", "naive"],
)
def test_a_ticket_that_cannot_be_read_takes_no_estimate_back(given):
    """None then means nothing: the rules keep the last estimate."""
    server = Server(problem(troubleTicket=[{"id": "TT-1"}]))
    server.paths.update({f"{TICKETS}/TT-1": given, f"{V5_TICKETS}/TT-1": given})
    found = only_report(server)
    assert (found.eta, found.eta_readable) == (None, False)


@pytest.mark.parametrize("told", [{"expectedResolutionDate": None}, {"status": "resolved"}, {"status": "Cancelled"}])
def test_an_estimate_that_was_taken_back_is_none(told):
    """A ticket that can be read and has none, or is over, says that there is none."""
    server = Server(problem(troubleTicket=[{"id": "TT-1"}])).with_tickets(ticket(**told))
    found = only_report(server)
    assert (found.eta, found.eta_readable) == (None, True)


def test_a_problem_without_tickets_has_no_estimate():
    """Unknown is a normal value."""
    found = only_report(Server(problem()))
    assert (found.eta, found.eta_readable) == (None, True)


def test_planned_work_with_a_ticket_has_the_tickets_estimate():
    """An overrun's new end stands in the ticket; one that cannot be read leaves no half-truth."""
    stated = planned("2026-11-21T18:00:00Z", "2026-11-21T19:00:00Z", troubleTicket=[{"id": "TT-1"}])
    assert only_report(Server(stated).with_tickets(ticket())).eta == at(21, 20, 30)
    unread = only_report(Server(stated))
    assert (unread.eta, unread.eta_readable) == (None, False)


def test_tickets_of_others_are_not_followed():
    """A problem that is not the user's, or is over, asks for no ticket."""
    server = Server(
        problem("a", affectedService=[{"id": "x"}], troubleTicket=[{"id": "TT-1"}]),
        problem("b", status="resolved", troubleTicket=[{"id": "TT-2"}]),
    )
    driven = Drive(Tmf656(), server)
    driven.poll(context(BASE, MINE, provider="tmf656", open_ids=("a",)))
    assert len(driven.requests) == 1


@pytest.mark.parametrize(
    ("href", "asked"),
    [
        (None, [f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
        (f"{HOME}/own/TT-1", [f"{HOME}/own/TT-1", f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
        ("/own/TT-1", [f"{HOME}/own/TT-1", f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
        ("https://evil.example/TT-1", [f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
        ("http://api.example.net/TT-1", [f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
        ("https://serverlocation:port/TT-1", [f"{TICKETS}/TT-1", f"{V5_TICKETS}/TT-1"]),
    ],
)
def test_a_reference_is_followed_at_home_and_looked_for_beside(href, asked):
    """The login goes with the request; the v5 examples' own references lead nowhere."""
    driven = Drive(Tmf656(), Server(problem(troubleTicket=[{"id": "TT-1", "href": href}])))
    driven.poll(context(BASE, MINE, provider="tmf656"))
    assert driven.urls[1:] == asked


def test_where_a_ticket_was_found_is_remembered():
    """One search, then one request a poll."""
    driven = Drive(Tmf656(), Server(problem(troubleTicket=[{"id": "TT-1"}])).with_tickets(ticket(), base=V5_TICKETS))
    for _ in range(3):
        (found,) = driven.poll(context(BASE, MINE, provider="tmf656")).reports
        assert found.eta == at(21, 20, 30)
    tickets = [url for url in driven.urls if "troubleTicket" in url]
    assert tickets == [f"{TICKETS}/TT-1", *[f"{V5_TICKETS}/TT-1"] * 3]


def test_an_api_at_an_odd_place_has_its_tickets_beside_it():
    """A prefix before the standard path stands before the tickets' path too; without a standard path, the host's."""
    for resource, beside in (
        (f"{HOME}/gw/tmf-api/serviceProblemManagement/v5/serviceProblem", f"{HOME}/gw/tmf-api/troubleTicket/v5"),
        (f"{HOME}/problems/serviceProblem", f"{HOME}/tmf-api/troubleTicket/v4"),
    ):
        server = Server()
        server.paths[resource] = answer([problem(troubleTicket=[{"id": "TT-1"}])], headers={"x-total-count": "1"})
        server.paths[f"{beside}/troubleTicket/TT-1"] = ticket()
        (found,) = drive(Tmf656(), server, context(resource, MINE, provider="tmf656")).reports
        assert found.eta == at(21, 20, 30)


def test_one_ticket_of_many_problems_is_asked_for_once():
    """A mass outage has one ticket."""
    server = Server(*(problem(f"SP-{number}", troubleTicket=[{"id": "TT-1"}]) for number in range(30)))
    driven = Drive(Tmf656(), server.with_tickets(ticket()))
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656"))
    assert {report.eta for report in snapshot.reports} == {at(21, 20, 30)}
    assert len(driven.requests) == 2


def test_the_number_of_tickets_is_bounded():
    """A problem with thousands of tickets neither floods the provider nor is taken as without estimate."""
    server = Server(
        *(
            problem(f"SP-{one}", troubleTicket=[{"id": f"TT-{one}-{number}"} for number in range(1000)])
            for one in range(20)
        )
    )
    driven = Drive(Tmf656(), server)
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656"))
    assert len(driven.requests) == 1 + MAX_REQUESTS
    assert not any(report.eta_readable for report in snapshot.reports)
    one = Server(problem(troubleTicket=[{"id": f"TT-{number}"} for number in range(1000)]))
    driven = Drive(Tmf656(), one)
    driven.poll(context(BASE, MINE, provider="tmf656"))
    assert len(driven.requests) == 1 + 2 * MAX_TICKETS_OF_ONE


def test_a_silent_ticket_system_is_not_asked_for_more():
    """Two timeouts are a poll: the problems that are known must not be lost to a third."""
    refs = [{"id": "TT-1"}, {"id": "TT-2"}, {"id": "TT-3"}]
    driven = Drive(Tmf656(), Server(problem(troubleTicket=refs), **{f"{TICKETS}/TT-1": TIMEOUT}))
    snapshot = driven.poll(context(BASE, MINE, provider="tmf656"))
    assert (ids(snapshot), len(driven.requests)) == (["SP-1"], 2)


def test_parents_are_told():
    """A problem that continues another under a new id is the same to the user."""
    assert only_report(Server(problem(parentProblem=[{"id": "SP-0"}, {}, None]))).parents == ("SP-0",)


def test_pages_are_read_to_the_total():
    """Trap: the user's problem may be on the last page."""
    many = [problem(f"SP-{number}", affectedService=[{"id": "x"}]) for number in range(25)] + [problem("mine")]

    def world(request: HttpRequest) -> HttpResponse:
        start = int(request.url.partition("offset=")[2].partition("&")[0])
        return answer(many[start : start + 10], status=206, headers={"x-total-count": str(len(many))})

    driven = Drive(Tmf656(), world)
    assert ids(driven.poll(context(BASE, MINE, provider="tmf656"))) == ["mine"]
    assert len(driven.requests) == 3


def test_the_recorded_cases_are_the_three_versions():
    """v3, v4 and v5: each is checked whole by the contract's tests."""
    assert {case.name[:2] for case in cases("tmf656")} == {"v3", "v4", "v5"}
