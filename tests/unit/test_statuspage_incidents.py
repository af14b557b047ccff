"""Statuspage's incidents and planned work: what their words and times mean."""

from datetime import datetime

import pytest

from support.drive import NOW
from support.statuspage_documents import PAGE, SUMMARY, at, incident, only_report, summary
from tocsin.domain.terms import IncidentKind, Phase, Severity

# --- incidents -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("none", Severity.NOTICE),
        ("minor", Severity.MINOR),
        ("major", Severity.MAJOR),
        ("critical", Severity.CRITICAL),
        ("CRITICAL", Severity.CRITICAL),
        ("dire", Severity.MINOR),
        (None, Severity.MINOR),
    ],
)
def test_impacts_have_their_severities(impact, severity):
    """A word that is not known counts as minor, and is kept."""
    found = only_report({SUMMARY: summary(incidents=[incident(impact=impact)])})
    assert (found.severity, found.raw_severity) == (severity, impact or "")


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("investigating", Phase.INVESTIGATING),
        ("identified", Phase.IDENTIFIED),
        ("monitoring", Phase.MONITORING),
        ("resolved", Phase.RESOLVED),
        ("postmortem", Phase.RESOLVED),
        ("scheduled", Phase.SCHEDULED),
        ("in_progress", Phase.IDENTIFIED),
        ("verifying", Phase.MONITORING),
        ("completed", Phase.RESOLVED),
        ("canceled", Phase.CANCELLED),
        ("pondering", Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_statuses_have_their_phases(status, phase):
    """A word that is not known is open, and is kept."""
    found = only_report({SUMMARY: summary(incidents=[incident(status=status)])})
    assert (found.phase, found.raw_phase) == (phase, status or "")


def test_an_unknown_status_with_an_end_is_over():
    """The end that a page states counts more than a word that we do not know; a known open word counts more still."""
    over = only_report({SUMMARY: summary(incidents=[incident(status="fixed-ish", resolved_at="2026-11-21T18:30:00Z")])})
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, at(21, 18, 30))
    again = only_report({SUMMARY: summary(incidents=[incident(resolved_at="2026-11-21T18:30:00Z")])})
    assert (again.phase, again.resolved_at) == (Phase.INVESTIGATING, None)


def test_the_start_is_the_one_that_the_vendor_set():
    """Trap: `created_at` is edited and late; offsets are local."""
    stated = incident(started_at="2026-11-21T18:58:00.000+01:00", created_at="2026-11-21T18:20:00Z")
    assert only_report({SUMMARY: summary(incidents=[stated])}).started_at == at(21, 17, 58)
    unset = incident(started_at=None, created_at="2026-11-21T18:20:00Z")
    assert only_report({SUMMARY: summary(incidents=[unset])}).started_at == at(21, 18, 20)


@pytest.mark.parametrize(
    ("zone", "started"),
    [("Europe/Amsterdam", at(21, 17, 58)), ("Etc/UTC", at(21, 18, 58)), ("Mars/Olympus", None), (None, None)],
)
def test_naive_times_are_read_in_the_pages_zone(zone, started):
    """Where the page names no zone that is known a naive time is not guessed; the incident stays."""
    world = {SUMMARY: summary(page={**PAGE, "time_zone": zone}, incidents=[incident(created_at="2026-11-21T18:58:00")])}
    assert only_report(world).started_at == started


def test_an_end_is_found_where_it_is_stated():
    """`resolved_at`, else the message that says so, else the last change."""

    def ended(**told) -> datetime | None:
        stated = incident(status="resolved", updated_at="2026-11-21T18:50:00Z", **told)
        return only_report({SUMMARY: summary(incidents=[stated])}).resolved_at

    said = [{"status": "resolved", "body": "Done.", "display_at": "2026-11-21T18:40:00Z"}]
    assert ended(resolved_at="2026-11-21T18:30:00Z", incident_updates=said) == at(21, 18, 30)
    assert ended(incident_updates=said) == at(21, 18, 40)
    assert ended() == at(21, 18, 50)


def test_what_is_hit_is_what_is_linked_and_what_the_newest_message_names():
    """Linkage by id; the messages carry codes; missing and null lists are nothing."""
    updates = [
        {"status": "identified", "body": "b", "display_at": "2026-11-21T18:30:00Z", "affected_components": None},
        {
            "body": "b",
            "display_at": "2026-11-21T18:20:00Z",
            "affected_components": [{"code": "c2"}, {"code": "c1"}, None],
        },
        {"body": "b", "display_at": "2026-11-21T18:10:00Z", "affected_components": [{"code": "c9"}]},
    ]
    stated = incident(components=[{"id": "c1"}, {"name": "no id"}], incident_updates=updates)
    assert only_report({SUMMARY: summary(incidents=[stated])}).affected == ("c1", "c2")
    for nothing in ({}, {"components": None}, {"components": [], "incident_updates": None}):
        assert only_report({SUMMARY: summary(incidents=[incident(**nothing)])}).affected == ()


def test_messages_are_oldest_first_at_the_time_they_show():
    """`display_at` is what the page shows; a message without any time stands at the last change."""
    updates = [
        {
            "status": "monitoring",
            "body": "third",
            "display_at": "2026-11-21T18:30:00Z",
            "created_at": "2026-11-21T18:00:00Z",
        },
        {"status": "rambling", "body": "second", "created_at": "2026-11-21T18:20:00Z"},
        {"status": "identified", "body": "first"},
        {"body": ""},
        None,
    ]
    stated = incident(updated_at="2026-11-21T18:10:00Z", incident_updates=updates)
    found = only_report({SUMMARY: summary(incidents=[stated])}).updates
    assert [(each.text, each.at.minute, each.phase) for each in found] == [
        ("first", 10, Phase.IDENTIFIED),
        ("second", 20, Phase.INVESTIGATING),
        ("third", 30, Phase.MONITORING),
    ]


# --- planned work --------------------------------------------------------------------------------------------------


def planned(**told) -> dict:
    return incident(
        "m1",
        impact="maintenance",
        status="scheduled",
        created_at="2026-11-01T09:00:00Z",
        scheduled_for="2026-11-21T18:00:00Z",
        scheduled_until="2026-11-21T20:00:00Z",
        **told,
    )


def test_planned_work_has_its_times_and_its_end_as_estimate():
    """The creation of the announcement is not the start of the work."""
    found = only_report({SUMMARY: summary(scheduled_maintenances=[planned()])})
    assert found.kind is IncidentKind.MAINTENANCE
    assert (found.started_at, found.scheduled_start) == (at(21, 18), at(21, 18))
    assert (found.eta, found.scheduled_end) == (at(21, 20), at(21, 20))


def test_planned_work_begins_when_its_messages_say_so():
    """Work that begins late or early is told with its true start."""
    stated = planned()
    stated["status"] = "in_progress"
    stated["incident_updates"] = [
        {"status": "in_progress", "body": "Begun.", "display_at": "2026-11-21T18:25:00Z"},
        {"status": "scheduled", "body": "Planned.", "display_at": "2026-11-01T09:00:00Z"},
    ]
    found = only_report({SUMMARY: summary(scheduled_maintenances=[stated])})
    assert (found.phase, found.started_at) == (Phase.IDENTIFIED, at(21, 18, 25))


@pytest.mark.parametrize("told", [{"impact": "maintenance"}, {"scheduled_for": "2026-11-30T02:00:00Z"}])
def test_planned_work_among_incidents_is_planned_work(told):
    """Trap: an item with a future date among the incidents must not be shown as an outage."""
    found = only_report({SUMMARY: summary(incidents=[incident(status="odd", **told)])})
    assert found.kind is IncidentKind.MAINTENANCE


def test_an_unknown_word_for_planned_work_ahead_is_scheduled():
    """Before its start it is announced, whatever the word; after it, it is in force."""
    ahead, begun = planned(), planned()
    ahead.update(status="booked", scheduled_for="2026-11-30T02:00:00Z")
    begun.update(status="booked")
    assert only_report({SUMMARY: summary(scheduled_maintenances=[ahead])}).phase is Phase.SCHEDULED
    assert only_report({SUMMARY: summary(scheduled_maintenances=[begun])}).phase is Phase.INVESTIGATING
    assert at(21, 18) < NOW
