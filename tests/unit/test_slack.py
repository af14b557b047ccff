"""Slack: types for want of severities, and the history for the end of what is active no more."""

import pytest

from support.drive import Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.slack import Slack, api_base

HOME = "https://slack-status.com"
CURRENT, HISTORY = f"{HOME}/api/v2.0.0/current", f"{HOME}/api/v2.0.0/history"


def incident(**told) -> dict:
    return {
        "id": 1,
        "date_created": "2026-11-21T09:58:00-08:00",
        "date_updated": "2026-11-21T10:30:00-08:00",
        "title": "Trouble",
        "type": "incident",
        "status": "active",
        "services": ["Login/SSO"],
        "notes": [],
        **told,
    }


def current(*incidents, status: str = "active") -> dict:
    return {"status": status, "active_incidents": list(incidents)}


def poll(world: dict, **told) -> Snapshot:
    return drive(Slack(), world, context(HOME, provider="slack", **told))


def only(**told) -> Report:
    (found,) = poll({CURRENT: current(incident(**told))}).reports
    return found


@pytest.mark.parametrize(
    ("type_", "severity", "kind"),
    [
        ("outage", Severity.CRITICAL, IncidentKind.INCIDENT),
        ("incident", Severity.MINOR, IncidentKind.INCIDENT),
        ("notice", Severity.NOTICE, IncidentKind.INCIDENT),
        ("maintenance", Severity.MINOR, IncidentKind.MAINTENANCE),
        ("catastrophe", Severity.MINOR, IncidentKind.INCIDENT),
        (None, Severity.MINOR, IncidentKind.INCIDENT),
    ],
)
def test_trap_there_is_no_severity(type_, severity, kind):
    """The type stands in for one; one that is not known is trouble, and kept as it came."""
    found = only(type=type_)
    assert (found.severity, found.kind, found.raw_severity) == (severity, kind, type_ or "")


@pytest.mark.parametrize("status", ["Active", "something", None, 4])
def test_what_is_not_said_to_be_over_is_active(status):
    """Only the documented words end an incident."""
    assert only(status=status).phase is Phase.INVESTIGATING


@pytest.mark.parametrize(
    ("status", "incidents", "level"),
    [
        ("ok", [], Level.OK),
        ("active", [], Level.DEGRADED),
        ("active", [incident(type="notice")], None),
        ("active", [incident(status="resolved")], Level.DEGRADED),
        ("broken", [incident()], Level.DEGRADED),
    ],
)
def test_the_overall_word_counts_where_no_incident_explains_it(status, incidents, level):
    """`active` with nothing listed is trouble that nobody described."""
    assert poll({CURRENT: current(*incidents, status=status)}).page_level is level


def test_the_end_comes_from_the_history():
    """`current` drops what is over; nothing but what we held to be open, or what ended lately, is taken from there."""
    ended = incident(status="resolved")
    stale = incident(id=2)
    world = {CURRENT: current(status="ok"), HISTORY: [ended, stale]}
    (found,) = poll(world, open_ids=("1", "component:page")).reports
    assert (found.id, found.phase, found.resolved_at.minute) == ("1", Phase.RESOLVED, 30)


@pytest.mark.parametrize(
    "failure", [answer(b"", status=500), page(), {}, [{}], answer(b"["), PollFailed(FailureKind.TIMEOUT, "slow")]
)
def test_the_history_may_be_done_without(failure):
    """`current` has said all that is open."""
    assert len(poll({CURRENT: current(incident()), HISTORY: failure}, first=True).reports) == 1


def test_one_request_a_poll_while_nothing_ended():
    """Polite: the history is asked for when it can tell something."""
    driven = Drive(Slack(), {CURRENT: current(incident())})
    driven.poll(context(HOME, open_ids=("1",)))
    assert driven.urls == [CURRENT]


@pytest.mark.parametrize("url", ["slack-status.com", "https://status.slack.com/", HISTORY, CURRENT, f"{HOME}/calendar"])
def test_an_address_may_be_the_page_or_the_api(url):
    """The old name of the page only redirects to the new one."""
    assert api_base(url) == f"{HOME}/api/v2.0.0"
