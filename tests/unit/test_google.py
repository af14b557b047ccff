"""Google's dashboards: one shape for four of them, an archive in which open means without an end."""

import pytest

from support.drive import context, drive
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.google import Google, dashboard

HOME = "https://status.cloud.google.com"
URL = f"{HOME}/incidents.json"


def incident(incident_id: str = "a", **told) -> dict:
    return {"id": incident_id, "begin": "2026-11-21T17:58:00+00:00", "external_desc": "Errors", **told}


def poll(*incidents, **told) -> Snapshot:
    return drive(Google(), {URL: list(incidents)}, context(HOME, provider="google", **told))


def only(**told) -> Report:
    (found,) = poll(incident(**told)).reports
    return found


@pytest.mark.parametrize("told", [{}, {"end": None}, {"end": ""}])
def test_trap_open_means_without_an_end(told):
    """There is no state: an incident is open as long as it has no end."""
    assert only(**told).phase is Phase.INVESTIGATING


def test_trap_an_end_ends_it_whatever_the_last_update_says():
    """The last update of what is over may still say that it is not."""
    found = only(end="2026-11-21T18:30:00+00:00", most_recent_update={"status": "SERVICE_OUTAGE"})
    assert (found.phase, found.resolved_at.hour) == (Phase.RESOLVED, 18)


def test_what_works_again_and_is_not_closed_is_watched():
    """`AVAILABLE` without an end is monitoring, not over."""
    assert only(most_recent_update={"status": "AVAILABLE"}).phase is Phase.MONITORING


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"status_impact": "SERVICE_INFORMATION", "severity": "high"}, Severity.NOTICE),
        ({"status_impact": "SERVICE_DISRUPTION"}, Severity.MINOR),
        ({"status_impact": "SERVICE_OUTAGE", "severity": "low"}, Severity.CRITICAL),
        ({"status_impact": "SERVICE_SOMETHING"}, Severity.MINOR),
        ({"severity": "high"}, Severity.MAJOR),
        ({}, Severity.MINOR),
    ],
)
def test_what_an_impact_means(told, severity):
    """The impact on the service counts before the older severity."""
    assert only(**told).severity is severity


def test_products_and_places_can_be_matched():
    """Ids are what is hit; names and places may be matched too, but naming none of them is no link."""
    products = [{"id": "L3gg", "title": "Compute Engine"}]
    found = only(
        affected_products=products,
        service_key="zall",
        currently_affected_locations=[{"id": "europe-west4", "title": "x"}],
    )
    assert found.affected == ("L3gg", "zall")
    assert {"Compute Engine", "europe-west4"} <= {*found.related}


def test_an_archive_is_read_for_what_matters_now():
    """What ended long ago is left out, unless we hold it to be open."""
    old = incident("old", begin="2021-11-18T08:00:00Z", end="2021-11-18T10:30:00Z")
    assert [each.id for each in poll(old, incident()).reports] == ["a"]
    assert {each.id for each in poll(old, incident(), open_ids=("old",)).reports} == {"old", "a"}


def test_trap_an_empty_archive_is_no_all_clear_while_something_is_open():
    """An empty parse once made a false recovery: an archive does not lose what it held."""
    assert poll().reports == ()
    assert poll(open_ids=("component:x",)).reports == ()
    with pytest.raises(PollFailed) as failed:
        poll(open_ids=("a",))
    assert failed.value.kind is FailureKind.MALFORMED


def test_the_link_is_relative_to_the_dashboard():
    """`uri` leads to the incident's page, and nowhere but to https."""
    assert only(uri="incidents/abc").url == f"{HOME}/incidents/abc"
    assert only(uri="javascript:alert(1)").url is None
    assert only(uri="https://[").url is None


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("status.cloud.google.com", HOME),
        (URL, HOME),
        (f"{HOME}/incidents/abc", HOME),
        (f"{HOME}/summary", HOME),
        (f"{HOME}/maps-platform/", f"{HOME}/maps-platform"),
        ("https://www.google.com/appsstatus", "https://www.google.com/appsstatus/dashboard"),
        ("https://www.google.com/appsstatus/dashboard/summary", "https://www.google.com/appsstatus/dashboard"),
        ("https://ads.google.com/", "https://ads.google.com/status/publisher"),
        ("https://ads.google.com/status/publisher/incidents.json", "https://ads.google.com/status/publisher"),
    ],
)
def test_an_address_may_be_any_page_of_a_dashboard(url, home):
    """Cloud, Workspace, Maps and Ads have their lists in different places."""
    assert dashboard(url) == home
