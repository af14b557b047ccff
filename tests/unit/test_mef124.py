"""MEF 124: the pages of its list, estimates, planned work, and what a list leaves out."""

from datetime import UTC, datetime

import pytest

from support.drive import Answer, Drive, answer, context, drive
from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind, IncidentKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.mef124 import Mef124, resource_of

BASE = "https://sonata.example.net/mefApi/sonata/troubleTicket/v4/incident"
FIRST = f"{BASE}?offset=0&limit=500"


def incident(incident_id: str = "I1", **told) -> dict:
    return {
        "id": incident_id,
        "creationDate": "2026-11-21T18:00:00Z",
        "situationStartDate": "2026-11-21T17:58:00Z",
        "description": "Trouble",
        "status": "inProgress",
        "impact": "down",
        "incidentType": "repair",
        "relatedEntity": [{"id": "P1"}],
        **told,
    }


def listed(*incidents: dict, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(list(incidents), headers=named)


def only(stated: dict) -> Report:
    (found,) = drive(Mef124(), {FIRST: [stated]}, context(BASE)).reports
    return found


@pytest.mark.parametrize(
    ("url", "options", "expected"),
    [
        ("sonata.example.net", {}, BASE),
        ("https://sonata.example.net/mefApi/sonata/troubleTicket/v4", {}, BASE),
        ("https://sonata.example.net/mefApi/sonata/troubleTicket", {}, BASE),
        ("https://sonata.example.net/mefApi/sonata/troubleTicket/v4/troubleTicket", {}, BASE),
        (f"{BASE}/", {"buyer_id": "b 1", "seller_id": "s"}, f"{BASE}?buyerId=b+1&sellerId=s"),
        (f"{BASE}?status=created", {"buyer_id": "b"}, f"{BASE}?status=created&buyerId=b"),
        ("https://gw.example.net/mef", {}, "https://gw.example.net/mef/mefApi/sonata/troubleTicket/v4/incident"),
    ],
)
def test_the_address_may_be_the_host_the_base_or_the_resource(url, options, expected):
    """What a seller's handbook gives works; who asks for whom is a setting."""
    assert resource_of(context(url, options=options)) == expected


def test_a_throttled_list_is_read_to_its_end():
    """Trap: `X-Pagination-Throttled` instead of a total says that there is more."""
    world = {
        FIRST: listed(incident("I1"), x_pagination_throttled="true"),
        f"{BASE}?offset=1&limit=500": listed(incident("I2"), x_pagination_throttled="false"),
    }
    driven = Drive(Mef124(), world)
    assert {each.id for each in driven.poll(context(BASE)).reports} == {"I1", "I2"}
    assert [url for url in driven.urls if "offset" in url] == list(world)


@pytest.mark.parametrize("second", [[], [incident("I1")]])
def test_a_throttled_list_without_a_rest_is_incomplete(second):
    """A list that said that there is more, and then gives none, is no complete one."""
    world = {
        FIRST: listed(incident("I1"), x_pagination_throttled="true"),
        f"{BASE}?offset=1&limit=500": listed(*second, x_pagination_throttled="true"),
    }
    with pytest.raises(PollFailed) as failed:
        drive(Mef124(), world, context(BASE))
    assert failed.value.kind is FailureKind.MALFORMED


def test_a_total_is_kept():
    """Trap: `X-Total-Count` pages; a list that ends before its total is no complete one."""
    world = {
        FIRST: listed(incident("I1"), x_total_count="2"),
        f"{BASE}?offset=1&limit=500": listed(incident("I2"), x_total_count="2"),
    }
    assert len(drive(Mef124(), world, context(BASE)).reports) == 2
    with pytest.raises(PollFailed):
        drive(Mef124(), {**world, f"{BASE}?offset=1&limit=500": []}, context(BASE))


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({}, Severity.MAJOR),
        ({"severity": "extensive"}, Severity.CRITICAL),
        ({"priority": "critical"}, Severity.CRITICAL),
        ({"impact": "degraded", "priority": "critical"}, Severity.MINOR),
        ({"impact": "intermittent"}, Severity.MINOR),
        ({"impact": "wobbly"}, Severity.MAJOR),
    ],
)
def test_the_impact_decides_how_bad_it_is(told, severity):
    """What the customer notices counts before the seller's urgency."""
    assert only(incident(**told)).severity is severity


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("created", Phase.INVESTIGATING),
        ("inProgress", Phase.IDENTIFIED),
        ("closed", Phase.RESOLVED),
        ("paused", Phase.IDENTIFIED),
    ],
)
def test_statuses_have_their_phases(status, phase):
    """A word that is not known is open, and kept."""
    found = only(incident(status=status))
    assert (found.phase, found.raw_phase) == (phase, status)


def test_planned_work_begins_by_the_clock():
    """`created` says that it was entered: a maintenance is in force from its start."""
    ahead = incident(incidentType="maintenance", status="created", situationStartDate="2026-11-22T01:00:00Z")
    begun = incident(incidentType="maintenance", status="created", expectedClosedDate="2026-11-21T20:00:00Z")
    assert (only(ahead).kind, only(ahead).phase) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED)
    found = only(begun)
    assert (found.phase, found.scheduled_end) == (Phase.IDENTIFIED, datetime(2026, 11, 21, 20, tzinfo=UTC))


def test_an_estimate_that_cannot_be_read_is_not_one_that_was_taken_back():
    """Unknown is a normal value; a broken one means nothing."""
    assert only(incident(expectedClosedDate="soon")).eta_readable is False
    assert only(incident()).eta_readable is True


def test_what_a_list_leaves_out_is_asked_for():
    """A list may give ids alone; one that then cannot be judged fails the poll."""
    world = {FIRST: [{"id": "I1"}], f"{BASE}/I1": incident("I1")}
    assert drive(Mef124(), world, context(BASE)).reports[0].affected == ("P1",)
    with pytest.raises(PollFailed):
        drive(Mef124(), {FIRST: [{"id": "I1"}]}, context(BASE))


def test_an_open_one_that_is_missing_is_asked_for_by_id():
    """Gone by id too it is gone; a broken server leaves it neither present nor gone."""
    told = context(BASE, open_ids=("I9",))
    closed = incident("I9", status="closed", closedDate="2026-11-21T18:30:00Z")
    assert drive(Mef124(), {FIRST: [], f"{BASE}/I9": closed}, told).reports[0].phase is Phase.RESOLVED
    gone = drive(Mef124(), {FIRST: []}, told)
    assert (gone.reports, gone.unread) == ((), ())
    assert drive(Mef124(), {FIRST: [], f"{BASE}/I9": answer(b"", status=500)}, told).unread == ("I9",)


def test_details_of_other_products_are_not_asked_for():
    """A seller with hundreds of open incidents is asked for those of the user's own products only."""
    both = (incident("I1"), incident("I2", relatedEntity=[{"id": "P2"}]))
    driven = Drive(Mef124(), {FIRST: listed(*both, x_total_count="2")})
    driven.poll(context(BASE, "P2"))
    assert driven.urls == [FIRST, f"{BASE}/I2"]
