"""Microsoft 365: pages that must all be read, enums in two spellings, and a login that goes nowhere else."""

import pytest

from support.drive import Drive, answer, context, drive
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.m365 import M365, issues_url

HOME = "https://graph.microsoft.com"
URL = f"{HOME}/v1.0/admin/serviceAnnouncement/issues"


def issue(issue_id: str = "EX1", **told) -> dict:
    return {
        "id": issue_id,
        "title": "No mail",
        "classification": "incident",
        "status": "serviceDegradation",
        "service": "Exchange Online",
        "isResolved": False,
        "startDateTime": "2026-11-21T17:58:00Z",
        **told,
    }


def poll(world: dict, **told) -> Snapshot:
    return drive(M365(), world, context(HOME, provider="m365", **told))


def only(**told) -> Report:
    (found,) = poll({URL: {"value": [issue(**told)]}}).reports
    return found


def test_trap_a_hundred_a_page():
    """What stands on the second page is as broken as what stands on the first."""
    world = {
        URL: {"@odata.nextLink": f"{URL}?$skip=100", "value": [issue(f"A{number}") for number in range(100)]},
        f"{URL}?$skip=100": {"@odata.nextLink": f"{URL}?$skip=200", "value": [issue("B")]},
        f"{URL}?$skip=200": {"value": [issue("C")]},
    }
    assert len(poll(world).reports) == 102


@pytest.mark.parametrize(
    "link", ["https://evil.example.net/v1.0/issues", "http://graph.microsoft.com/x", URL, 7, {}, ["x"], "https://["]
)
def test_trap_a_next_page_that_cannot_be_asked_for_is_no_end(link):
    """Half a list is no list; and the token is sent to the account's own origin only."""
    driven = Drive(M365(), {URL: {"@odata.nextLink": link, "value": [issue()]}})
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(HOME, provider="m365"))
    assert failed.value.kind is FailureKind.MALFORMED
    assert driven.urls == [URL]


def test_a_second_page_that_fails_fails_the_poll():
    """A list that silently lacks a page is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll({URL: {"@odata.nextLink": f"{URL}?$skip=100", "value": []}, f"{URL}?$skip=100": answer(b"", status=429)})
    assert failed.value.kind is FailureKind.RATE_LIMITED


@pytest.mark.parametrize("status", ["ServiceRestored", "serviceRestored", "service_restored"])
def test_trap_the_case_of_the_enums_differs(status):
    """The samples write `ServiceRestored`, the schema `serviceRestored`."""
    assert only(status=status, isResolved=None).phase is Phase.RESOLVED


@pytest.mark.parametrize(
    ("status", "is_resolved", "phase"),
    [
        ("investigating", False, Phase.INVESTIGATING),
        ("serviceInterruption", False, Phase.IDENTIFIED),
        ("restoringService", False, Phase.IDENTIFIED),
        ("verifyingService", False, Phase.MONITORING),
        ("postIncidentReviewPublished", True, Phase.RESOLVED),
        ("falsePositive", True, Phase.CANCELLED),
        ("serviceDegradation", True, Phase.RESOLVED),
        ("serviceRestored", False, Phase.MONITORING),
        ("unknownFutureValue", False, Phase.INVESTIGATING),
        ("unknownFutureValue", None, Phase.INVESTIGATING),
        (None, None, Phase.INVESTIGATING),
    ],
)
def test_where_an_issue_stands(status, is_resolved, phase):
    """`isResolved` decides whether it is over, the status what it is called."""
    assert only(status=status, isResolved=is_resolved).phase is phase


def test_without_a_known_word_an_end_ends_it():
    """A status of next year on an issue that has an end is over."""
    assert only(status="novel", isResolved=None, endDateTime="2026-11-21T18:00:00Z").phase is Phase.RESOLVED


@pytest.mark.parametrize(
    ("classification", "status", "severity"),
    [
        ("incident", "serviceInterruption", Severity.CRITICAL),
        ("Incident", "serviceDegradation", Severity.MINOR),
        ("advisory", "serviceDegradation", Severity.NOTICE),
        ("Advisory", "ServiceInterruption", Severity.MINOR),
        ("novel", "novel", Severity.MINOR),
    ],
)
def test_what_a_classification_means(classification, status, severity):
    """A tenant always has advisories: they ring for nobody, unless a service is interrupted."""
    assert only(classification=classification, status=status).severity is severity


def test_what_is_no_longer_listed_is_asked_for_by_id():
    """An issue that ended is told as ended; one that cannot be asked for is neither present nor gone."""
    world = {
        URL: {"value": []},
        f"{URL}/EX1": issue(isResolved=True, endDateTime="2026-11-21T18:30:00Z"),
        f"{URL}/EX2": answer(b"", status=500),
    }
    snapshot = poll(world, open_ids=("EX1", "EX2", "EX3", "component:x"))
    assert [(each.id, each.phase) for each in snapshot.reports] == [("EX1", Phase.RESOLVED)]
    assert snapshot.unread == ("EX2",)


def test_a_silent_server_is_not_asked_for_more():
    """A timeout takes half of what a poll may take."""
    driven = Drive(M365(), {URL: {"value": []}, f"{URL}/EX1": PollFailed(FailureKind.TIMEOUT, "slow")})
    snapshot = driven.poll(context(HOME, open_ids=("EX1", "EX2")))
    assert snapshot.unread == ("EX1", "EX2")
    assert driven.urls == [URL, f"{URL}/EX1"]


@pytest.mark.parametrize("code", [401, 403])
def test_a_token_that_is_not_taken_is_a_refusal(code):
    """Without ServiceHealth.Read.All Graph answers 403."""
    with pytest.raises(PollFailed) as failed:
        poll({URL: answer({"error": {"code": "Forbidden"}}, status=code)})
    assert failed.value.kind is FailureKind.UNAUTHORIZED


def test_another_list_of_graph_is_not_this_one():
    """Every list of Graph is called `value`; the context says of what."""
    with pytest.raises(PollFailed) as failed:
        poll({URL: {"@odata.context": f"{HOME}/v1.0/$metadata#users", "value": []}})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("graph.microsoft.com", URL),
        (f"{HOME}/v1.0", URL),
        (f"{HOME}/v1.0/admin/serviceAnnouncement", URL),
        (URL, URL),
        (f"{URL}?$filter=isResolved eq false", f"{URL}?$filter=isResolved eq false"),
        ("https://graph.microsoft.us", "https://graph.microsoft.us/v1.0/admin/serviceAnnouncement/issues"),
    ],
)
def test_an_address_may_be_the_host_or_the_list(url, asked):
    """National clouds have hosts of their own, and a filter is the user's."""
    assert issues_url(url) == asked
