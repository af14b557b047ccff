"""Salesforce: instances with states, and details for those that matter."""

import pytest

from support.drive import Drive, answer, context, drive
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.salesforce import Salesforce

API = "https://api.status.salesforce.com/v1/instances"
PREVIEW = f"{API}/status/preview?products=Salesforce_Services"
HOME = "https://status.salesforce.com"


def instance(key: str = "EU45", **told) -> dict:
    return {"key": key, "location": "EMEA", "status": "OK", **told}


def whole(*incidents, maintenances=(), **told) -> dict:
    return instance(**{"Incidents": list(incidents), "Maintenances": list(maintenances), **told})


def poll(world: dict, *match: str, **told) -> Snapshot:
    return drive(Salesforce(), world, context(HOME, *match, provider="salesforce", **told))


def only(told: dict, **beside) -> Report:
    (found,) = poll({PREVIEW: [whole({"id": 1, **told}, **beside)]}).reports
    return found


def planned(**told) -> Report:
    (found,) = poll({PREVIEW: [whole(maintenances=[{"id": 1, **told}])]}).reports
    return found


@pytest.mark.parametrize(
    ("status", "level", "known"),
    [
        ("OK", Level.OK, True),
        ("INFORMATIONAL_CORE", Level.NOTICE, True),
        ("MAINTENANCE_NONCORE", Level.MAINTENANCE, True),
        ("MINOR_INCIDENT_CORE", Level.DEGRADED, True),
        ("MAJOR_INCIDENT_NONCORE", Level.OUTAGE, True),
        ("MAJOR_INCIDENT_CORE", Level.OUTAGE, True),
        ("SOMETHING_ELSE", Level.DEGRADED, False),
        (None, Level.UNKNOWN, False),
    ],
)
def test_what_a_state_means(status, level, known):
    """Core or not, an instance in major trouble is down for those who use that part."""
    thing = next(each for each in poll({PREVIEW: [whole(status=status)]}).components if each.id == "EU45")
    assert (thing.level, thing.known) == (level, known)


def test_a_location_stands_for_its_instances():
    """A user may watch a region by its name."""
    snapshot = poll({PREVIEW: [instance("EU45"), instance("EU46", status="MAJOR_INCIDENT_CORE")]}, "EMEA")
    region = next(each for each in snapshot.components if each.is_group)
    assert (region.id, region.level) == ("EMEA", Level.OUTAGE)
    assert all(each.group == "EMEA" for each in snapshot.components if not each.is_group)


def test_the_instances_that_are_watched_are_asked_and_no_others():
    """A sibling in trouble costs nobody a request, unless the whole list is watched."""
    world = {PREVIEW: [instance("EU45"), instance("NA12", location="NA", status="MAJOR_INCIDENT_CORE")]}
    for match, asked in ((("EU45",), ["EU45"]), ((), ["NA12"]), (("NA",), ["NA12"])):
        driven = Drive(Salesforce(), world)
        driven.poll(context(HOME, *match))
        assert driven.urls == [PREVIEW, *(f"{API}/{key}/status" for key in asked)]


def test_details_that_cannot_be_had_are_unread_not_gone():
    """The list has said how the instance stands; its incidents do not end because a request failed."""
    world = {PREVIEW: [instance(status="MAJOR_INCIDENT_CORE")], f"{API}/EU45/status": answer(b"", status=500)}
    snapshot = poll(world, "EU45", open_ids=("9", "component:EU45"))
    assert (snapshot.reports, snapshot.unread) == ((), ("9",))
    assert snapshot.components[1].level is Level.OUTAGE


def test_a_silent_server_is_not_asked_for_more():
    """A timeout takes half of what a poll may take."""
    driven = Drive(
        Salesforce(),
        {PREVIEW: [instance("EU1"), instance("EU2")], f"{API}/EU1/status": PollFailed(FailureKind.TIMEOUT, "slow")},
    )
    driven.poll(context(HOME, "EU1", "EU2"))
    assert driven.urls == [PREVIEW, f"{API}/EU1/status"]


def test_an_incident_on_several_instances_is_one():
    """The same incident stands under each of them."""
    told = {"id": 7, "IncidentImpacts": [{"severity": "minor"}]}
    snapshot = poll({PREVIEW: [whole(told, key="EU45"), whole(told, key="EU46")]})
    assert [(each.id, each.affected) for each in snapshot.reports] == [("7", ("EU45", "EU46"))]


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"isCore": True, "IncidentImpacts": [{"severity": "minor"}, {"severity": "major"}]}, Severity.CRITICAL),
        ({"isCore": False, "IncidentImpacts": [{"severity": "major"}]}, Severity.MAJOR),
        ({"isCore": True, "IncidentImpacts": [{"severity": "minor"}]}, Severity.MINOR),
        ({"IncidentImpacts": [{"severity": "informational"}]}, Severity.NOTICE),
        ({"IncidentImpacts": [{"severity": "novel"}]}, Severity.MINOR),
        ({}, Severity.MINOR),
    ],
)
def test_what_an_impact_means(told, severity):
    """The worst impact counts."""
    assert only(told).severity is severity


@pytest.mark.parametrize(
    ("told", "phase"),
    [
        ({"status": "Investigating"}, Phase.INVESTIGATING),
        ({"status": "Resolved"}, Phase.RESOLVED),
        ({"status": "novel"}, Phase.INVESTIGATING),
        ({}, Phase.INVESTIGATING),
        ({"IncidentImpacts": [{"endTime": "2026-11-21T18:00:00Z"}]}, Phase.RESOLVED),
        ({"IncidentImpacts": [{"endTime": "2026-11-21T18:00:00Z"}, {"endTime": None}]}, Phase.INVESTIGATING),
    ],
)
def test_where_an_incident_stands(told, phase):
    """Without a state it is over once every impact is."""
    assert only(told).phase is phase


@pytest.mark.parametrize(
    ("told", "phase"),
    [
        ({"plannedStartTime": "2026-11-28T02:00:00Z"}, Phase.SCHEDULED),
        ({"plannedStartTime": "2026-11-21T02:00:00Z"}, Phase.IDENTIFIED),
        ({"message": {"eventStatus": "completed"}}, Phase.RESOLVED),
        ({"message": {"eventStatus": "inProgress"}}, Phase.IDENTIFIED),
    ],
)
def test_where_planned_work_stands(told, phase):
    """Its word counts, and without one its window; its number is not an incident's."""
    found = planned(**told)
    assert (found.phase, found.kind, found.id) == (phase, IncidentKind.MAINTENANCE, "maintenance-1")


@pytest.mark.parametrize("name", ["Incidents", "Maintenances"])
@pytest.mark.parametrize("junk", [7, "junk", True, {"a": 1}, [5], [None], [{"status": "Investigating"}]])
def test_what_is_no_incident_is_not_passed_over(name, junk):
    """A list that silently lacks one is a false all-clear, in the list of instances and in an instance's own."""
    odd = whole(**{name: junk})
    for world in ({PREVIEW: [odd]}, {PREVIEW: [instance()], f"{API}/EU45/status": odd}):
        with pytest.raises(PollFailed) as failed:
            poll(world, "EU45")
        assert failed.value.kind is FailureKind.MALFORMED
    assert poll({PREVIEW: [whole(**{name: None})]}).reports == ()
    said = {"id": 1, "message": 5, "instanceKeys": "EU45", "IncidentImpacts": [5], "MaintenanceEvents": True}
    assert len(poll({PREVIEW: [whole(**{name: [said]})]}).reports) == 1


def test_no_instance_at_all_is_another_api():
    """An empty list of instances is no all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll({PREVIEW: []})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        ("status.salesforce.com/products/all", {}, PREVIEW),
        (
            "https://api.status.salesforce.com/v1/instances/status/preview?products=B2C",
            {},
            f"{API}/status/preview?products=B2C",
        ),
        (HOME, {"products": "Tableau"}, f"{API}/status/preview?products=Tableau"),
    ],
)
def test_an_address_may_be_the_page(url, options, asked):
    """The page's own host refuses the API."""
    driven = Drive(Salesforce(), {asked: [whole()]})
    driven.poll(context(url, options=options))
    assert driven.urls == [asked]
    assert not any(request.authenticate for request in driven.requests)
