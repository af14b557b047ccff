"""The simulated provider over real sockets: TMF resources, tokens, paging, fields and validators."""

import contextlib
import http.client
import time
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from support.asking import NOW, RECORDS, ask, ask_on, clock, provider, raw
from support.scenarios import PROBLEMS, TICKETS, ScriptedProvider
from tocsin.simulator.scene import Status
from tocsin.simulator.server import DEMO_TOKEN

__all__ = ["clock", "provider"]


def declare(provider, count):
    for number in range(1, count + 1):
        provider.declare(f"P{number}")


# --- who may ask, and what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "code"), [(None, "missingToken"), ("wrong", "invalidToken"), ("", "missingToken"), ("é", "invalidToken")]
)
def test_without_the_token_nothing_is_told(provider, token, code):
    """A client without the right token gets 401, a challenge, and an error in TMF630's shape."""
    provider.declare()
    header = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = ask(provider.port, PROBLEMS, token=None, **header)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer realm=")
    assert ("invalid_token" in answer.headers["www-authenticate"]) == (code == "invalidToken")
    assert {"code", "reason", "message", "status"} <= answer.json.keys()
    assert (answer.json["code"], answer.json["status"]) == (code, "401")


def test_another_scheme_than_bearer_is_refused(provider):
    """The token as a basic login is no login."""
    assert ask(provider.port, PROBLEMS, token=None, Authorization=f"Basic {DEMO_TOKEN}").status == 401


def test_the_log_of_requests_holds_no_token(provider):
    """What is kept of requests cannot betray a token that a client sent in the right place."""
    ask(provider.port, PROBLEMS, token="canary-7f3a")
    assert "canary-7f3a" not in repr(provider.requests)
    assert [(entry.method, entry.path, entry.status) for entry in provider.requests] == [("GET", PROBLEMS, 401)]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed(provider, method):
    """The provider is read-only, and says which methods it knows."""
    answer = ask(provider.port, PROBLEMS, method=method, body=b"{}")
    assert (answer.status, answer.headers["allow"], answer.json["status"]) == (405, "GET, HEAD", "405")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tmf-api",
        "/tmf-api/serviceProblemManagement/v3/serviceProblem",
        "/tmf-api/serviceProblemManagement/v4/hub",
        f"{PROBLEMS}/PRB-1/note",
        f"{PROBLEMS}/absent",
        f"{TICKETS}/absent",
        "//tmf-api/x",
    ],
)
def test_what_is_not_there_is_not_found(provider, path):
    """An address or an id that does not exist is 404 in TMF630's shape."""
    provider.declare()
    answer = ask(provider.port, path)
    assert (answer.status, answer.json["code"], answer.json["reason"]) == (404, "notFound", "Not Found")


def test_a_problem_is_told_as_tmf656_spells_it(provider, clock):
    """A problem carries v4's attribute names and nothing empty; times are RFC 3339 in UTC."""
    provider.declare("P 1/ü", began=NOW - timedelta(minutes=2), advice="Keep your sent mail.", note="Cable cut")
    provider.set_status("P 1/ü", Status.IN_PROGRESS, "digging")
    (problem,) = ask(provider.port, PROBLEMS).json
    assert problem == {
        "id": "P 1/ü",
        "href": f"{provider.url}{PROBLEMS}/P%201%2F%C3%BC",
        "@type": "ServiceProblem",
        "name": "No internet in Utrecht",
        "status": "inProgress",
        "statusChangeReason": "digging",
        "creationDate": "2026-11-21T17:58:05.000Z",
        "lastUpdate": "2026-11-21T18:00:05.000Z",
        "statusChangeDate": "2026-11-21T18:00:05.000Z",
        "affectedNumberOfServices": 1,
        "affectedService": [{"id": "SVC-1001", "@referredType": "Service"}],
        "priority": 2,
        "note": [
            {"id": "1", "author": "Planet Fibre", "date": "2026-11-21T18:00:05.000Z", "text": "Cable cut"},
        ],
        "characteristic": [{"name": "customerAdvice", "valueType": "string", "value": "Keep your sent mail."}],
        "troubleTicket": [
            {
                "id": "TT-P 1/ü",
                "href": f"{provider.url}{TICKETS}/TT-P%201%2F%C3%BC",
                "@referredType": "TroubleTicket",
            }
        ],
    }
    assert ask(provider.port, problem["href"].removeprefix(provider.url)).json == problem
    assert ask(provider.port, problem["troubleTicket"][0]["href"].removeprefix(provider.url)).json["id"] == "TT-P 1/ü"


def test_the_estimate_stands_in_the_ticket_and_nowhere_else(provider):
    """A ticket has the estimate while there is one; the problem never has."""
    provider.declare(eta=NOW + timedelta(hours=1))
    (ticket,) = ask(provider.port, TICKETS).json
    assert ticket["expectedResolutionDate"] == "2026-11-21T19:00:05.000Z"
    assert ticket["relatedEntity"][0]["id"] == "PRB-1"
    assert b"19:00:05" not in ask(provider.port, PROBLEMS).body
    provider.set_estimate("PRB-1", None)
    assert "expectedResolutionDate" not in ask(provider.port, f"{TICKETS}/TT-PRB-1").json
    provider.resolve()
    assert ask(provider.port, f"{TICKETS}/TT-PRB-1").json["resolutionDate"] == "2026-11-21T18:00:05.000Z"


def test_planned_work_is_told_by_characteristics(provider):
    """The dates of planned work go out under the names that Tocsin documents, values with their types."""
    provider.declare(planned=(NOW, NOW + timedelta(hours=2)), characteristics=(("hours", 2), ("sure", True)))
    (problem,) = ask(provider.port, PROBLEMS).json
    assert [(each["name"], each["valueType"], each["value"]) for each in problem["characteristic"]] == [
        ("hours", "number", 2),
        ("sure", "boolean", True),
        ("plannedStartDate", "string", "2026-11-21T18:00:05.000Z"),
        ("plannedEndDate", "string", "2026-11-21T20:00:05.000Z"),
    ]


def test_what_happened_is_recorded(provider):
    """The event records tell each change of a problem, also after it was dropped."""
    provider.declare()
    provider.note("PRB-1", "Cable cut")
    provider.resolve()
    provider.drop()
    records = ask(provider.port, RECORDS).json
    assert [record["eventType"] for record in records] == [
        "ServiceProblemCreateEvent",
        "ServiceProblemAttributeValueChangeEvent",
        "ServiceProblemStateChangeEvent",
    ]
    assert records[2]["notification"]["event"]["serviceProblem"]["status"] == "resolved"
    assert ask(provider.port, f"{RECORDS}/2").json == records[1]
    assert ask(provider.port, PROBLEMS).json == []
    assert ask(provider.port, f"{PROBLEMS}/PRB-1").status == 404


# --- lists ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "ids", "status"),
    [
        ("", ["P1", "P2", "P3"], 206),
        ("?offset=3", ["P4", "P5"], 206),
        ("?limit=2", ["P1", "P2"], 206),
        ("?offset=4&limit=2", ["P5"], 206),
        ("?limit=50", ["P1", "P2", "P3"], 206),
        ("?offset=9", [], 206),
        ("?status=resolved", ["P2"], 200),
        ("?status=resolved,pending", ["P2", "P4"], 200),
        ("?status=resolved&status=pending&limit=1", ["P2"], 206),
        ("?status=held", [], 200),
        ("?sort=name&limit=1", ["P1"], 206),
    ],
)
def test_lists_are_paged_and_filtered(provider, query, ids, status):
    """A page has what was asked for, no more than a page holds, the counts, and 206 while anything is left out."""
    declare(provider, 5)
    provider.set_status("P2", Status.RESOLVED)
    provider.set_status("P4", Status.PENDING)
    answer = ask(provider.port, PROBLEMS + query)
    assert (answer.status, [each["id"] for each in answer.json]) == (status, ids)
    assert answer.headers["x-result-count"] == str(len(ids))
    wanted = [len(ids)] if "status" in query and status == 200 else [5] if "status" not in query else [2]
    assert answer.headers["x-total-count"] == str(wanted[0])


def test_the_links_of_pages_lead_through_the_whole_list(provider):
    """Whoever follows ``next`` gets every problem once, with the query kept."""
    declare(provider, 5)
    path, seen = f"{PROBLEMS}?limit=2&fields=id", []
    while path:
        answer = ask(provider.port, path)
        seen += [each["id"] for each in answer.json]
        links = dict(reversed(part.split("; rel=")) for part in answer.headers["link"].split(", "))
        assert "fields=id" in links['"self"']
        path = links.get('"next"', "").strip("<>")
    assert seen == ["P1", "P2", "P3", "P4", "P5"]
    assert "prev" in answer.headers["link"]


@pytest.mark.parametrize(
    "query",
    ["offset=-1", "offset=x", "limit=0", "limit=-3", "limit=", "limit=1.5", "limit=1&limit=2", "offset=²", "limit=1e3"],
)
def test_bad_paging_is_refused(provider, query):
    """Paging that makes no sense is 400 and names the parameter, rather than guessed at."""
    answer = ask(provider.port, f"{PROBLEMS}?{query}".replace("²", "%C2%B2"))
    assert (answer.status, answer.json["code"]) == (400, "invalidPaging")
    assert query.partition("=")[0] in answer.json["message"]


def test_fields_select_attributes_and_keep_the_id(provider):
    """``fields`` gives what it names, beside id and href, in lists and single resources; unknown names give nothing."""
    provider.declare()
    selected = {"id", "href", "status", "name"}
    (problem,) = ask(provider.port, f"{PROBLEMS}?fields=status,name&fields=nonsense").json
    assert problem.keys() == selected
    assert ask(provider.port, f"{PROBLEMS}/PRB-1?fields=status,name").json.keys() == selected


def test_a_list_may_omit_fields_that_the_id_gives(clock):
    """A provider whose lists are short still tells everything by id."""
    with ScriptedProvider(clock, list_fields=("status",)) as provider:
        provider.declare()
        (short,) = ask(provider.port, PROBLEMS).json
        assert short.keys() == {"id", "href", "status"}
        assert "affectedService" in ask(provider.port, f"{PROBLEMS}/PRB-1").json
        assert "name" in ask(provider.port, f"{PROBLEMS}?fields=name").json[0]


# --- validators and headers ----------------------------------------------------------------------------------------


def test_what_a_client_has_already_is_not_sent_again(provider):
    """The ETag comes back as If-None-Match and gets 304 without a body, until something changes."""
    provider.declare()
    first = ask(provider.port, PROBLEMS)
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = ask(provider.port, PROBLEMS, If_None_Match=sent)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert ask(provider.port, PROBLEMS, If_None_Match='"other"').status == 200
    provider.note("PRB-1", "Cable cut")
    changed = ask(provider.port, PROBLEMS, If_None_Match=etag)
    assert (changed.status, changed.headers["etag"] == etag) == (200, False)


def test_a_page_that_stays_as_it_is_while_the_list_grows_is_sent_anew(provider):
    """The validator covers the counts too, or a client would miss that there is another page."""
    declare(provider, 3)
    etag = ask(provider.port, PROBLEMS).headers["etag"]
    provider.declare("P4")
    answer = ask(provider.port, PROBLEMS, If_None_Match=etag)
    assert (answer.status, answer.headers["x-total-count"]) == (206, "4")


def test_answers_are_dated_by_the_clock_they_were_given(provider, clock):
    """The Date header is the injected clock's, so that a demo on a shifted clock sees no skew."""
    for moment in (NOW, NOW + timedelta(days=40)):
        clock.wall = moment
        assert parsedate_to_datetime(ask(provider.port, PROBLEMS).headers["date"]) == moment


def test_head_tells_what_get_would(provider):
    """HEAD has the headers of GET and no body."""
    provider.declare()
    get, head = ask(provider.port, PROBLEMS), ask(provider.port, PROBLEMS, method="HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", get.headers)
    assert int(head.headers["content-length"]) == len(get.body)


def test_a_connection_is_kept_and_serves_many_requests(provider):
    """HTTP/1.1 keep-alive: one connection, many answers, also after a body, a 304, a HEAD and an error."""
    provider.declare()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", provider.port, timeout=5)) as connection:
        first = ask_on(connection, PROBLEMS)
        sock = connection.sock
        assert ask_on(connection, PROBLEMS, method="POST", body=b"x" * 5000).status == 405
        assert ask_on(connection, PROBLEMS, If_None_Match=first.headers["etag"]).status == 304
        assert ask_on(connection, PROBLEMS, method="HEAD").status == 200
        assert ask_on(connection, "/nowhere").status == 404
        assert ask_on(connection, PROBLEMS).json == first.json
        assert connection.sock is sock


@pytest.mark.parametrize("extra", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"])
def test_a_client_that_wants_the_connection_closed_gets_its_answer_and_the_end(provider, extra):
    """HTTP/1.0 and ``Connection: close`` end the connection after one answer."""
    said = raw(provider.port, b"GET / " + extra + b"\r\n")
    assert said.startswith(b"HTTP/1.1 401 ")
    assert b"Connection: close" in said


def test_ten_thousand_problems_are_paged_in_reasonable_time(clock):
    """A large list costs what a page costs, not what the list does."""
    with ScriptedProvider(clock, page_size=1000) as provider:
        provider.declare()
        many = tuple(replace(provider.at(NOW).problems[0], id=f"P{number}") for number in range(10_000))
        provider.show(replace(provider.at(NOW), problems=many))
        began, seen = time.process_time(), 0
        while (answer := ask(provider.port, f"{PROBLEMS}?offset={seen}")).json:
            seen += len(answer.json)
        assert seen == 10_000
        assert time.process_time() - began < 10
