"""TMF656 with TMF621: until when, by the trouble tickets that a problem refers to."""

import pytest

from support.drive import Drive, answer, context, drive, page
from support.tmf656_server import (
    ABSENT,
    BASE,
    HOME,
    MINE,
    TICKETS,
    TIMEOUT,
    V5_TICKETS,
    Server,
    at,
    ids,
    only_report,
    planned,
    problem,
    ticket,
)
from tocsin.providers.tmf621 import MAX_REQUESTS, MAX_TICKETS_OF_ONE
from tocsin.providers.tmf656 import Tmf656


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


@pytest.mark.parametrize("told", [{"expectedResolutionDate": None}, {"status": "Cancelled"}])
def test_an_estimate_that_was_taken_back_is_none(told):
    """A ticket that can be read and has none, or was called off, says that there is none."""
    server = Server(problem(troubleTicket=[{"id": "TT-1"}])).with_tickets(ticket(**told))
    found = only_report(server)
    assert (found.eta, found.eta_readable) == (None, True)


@pytest.mark.parametrize("status", ["resolved", "Closed"])
def test_a_ticket_that_is_done_before_its_problem_takes_no_estimate_back(status):
    """Both ended while they were read, the problem first: that is no news of the estimate."""
    refs = [{"id": "TT-1"}, {"id": "TT-2"}]
    server = Server(problem(troubleTicket=refs)).with_tickets(
        ticket(id="TT-1", status=status), ticket(id="TT-2", status="cancelled")
    )
    found = only_report(server)
    assert (found.eta, found.eta_readable) == (None, False)
    works_on = ticket(id="TT-2", expectedResolutionDate=None)
    server = Server(problem(troubleTicket=refs)).with_tickets(ticket(id="TT-1", status=status), works_on)
    assert (only_report(server).eta, only_report(server).eta_readable) == (None, True)


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
