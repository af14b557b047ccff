"""TMF656's lists: what they leave out is asked for, and what cannot be read is no all-clear."""

import pytest

from support.drive import Answer, Drive, answer, context, page
from support.tmf656_server import (
    ABSENT,
    BASE,
    HOME,
    MINE,
    PROBLEMS,
    TIMEOUT,
    Server,
    at,
    failing,
    ids,
    only_report,
    planned,
    poll,
    problem,
    ticket,
)
from tocsin.domain.terms import FailureKind, Phase
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers.tmf656 import Tmf656
from tocsin.providers.tmf656_reading import MAX_BY_ID

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


def test_pages_are_read_to_the_total():
    """Trap: the user's problem may be on the last page."""
    many = [problem(f"SP-{number}", affectedService=[{"id": "x"}]) for number in range(25)] + [problem("mine")]

    def world(request: HttpRequest) -> HttpResponse:
        start = int(request.url.partition("offset=")[2].partition("&")[0])
        return answer(many[start : start + 10], status=206, headers={"x-total-count": str(len(many))})

    driven = Drive(Tmf656(), world)
    assert ids(driven.poll(context(BASE, MINE, provider="tmf656"))) == ["mine"]
    assert len(driven.requests) == 3
