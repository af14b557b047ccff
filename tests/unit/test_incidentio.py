"""incident.io: Statuspage's paths first, the widget for what they lack, and the widget alone."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive, page
from support.recorded import cases
from tocsin.domain.account import Connection
from tocsin.domain.levels import Scene, own_level
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.base import LARGE
from tocsin.providers.incidentio import IncidentIo

HOME = "https://status.example.net"
SUMMARY = f"{HOME}/api/v2/summary.json"
INCIDENTS = f"{HOME}/api/v2/incidents.json"
PLANNED = f"{HOME}/api/v2/scheduled-maintenances.json"
WIDGET = f"{HOME}/api/v1/summary"
PAGE = {"id": "01P", "name": "Planet Fibre", "url": HOME}
SHIM = {
    SUMMARY: {
        "page": PAGE,
        "status": {"indicator": "none"},
        "components": [{"id": "c1", "name": "Mail", "status": "operational"}],
    },
    INCIDENTS: {"page": PAGE, "incidents": []},
}


def widget(**told) -> dict:
    return {
        "page_title": "Planet Fibre",
        "page_url": HOME,
        "ongoing_incidents": [],
        "in_progress_maintenances": [],
        "scheduled_maintenances": [],
        **told,
    }


def incident(**told) -> dict:
    return {"id": "i1", "name": "Trouble", "status": "investigating", "current_worst_impact": "partial_outage", **told}


def planned(**told) -> dict:
    return {"id": "m1", "name": "Work", "status": "maintenance_in_progress", **told}


def poll(world: dict, url: str = HOME, **told) -> Snapshot:
    return drive(IncidentIo(), world, context(url, provider="incidentio", **told))


def only_report(document: dict) -> Report:
    (found,) = poll({WIDGET: document}).reports
    return found


# --- which documents -----------------------------------------------------------------------------------------------


def test_trap_summary_is_exactly_page_status_and_components():
    """Trap: the v2 summary has no incidents; they come from incidents.json, and it is asked for at every poll."""
    stated = {"id": "i1", "name": "Trouble", "status": "identified", "impact": "critical"}
    driven = Drive(IncidentIo(), {**SHIM, INCIDENTS: {"page": PAGE, "incidents": [stated]}})
    snapshot = driven.poll(context(HOME))
    assert [(each.id, each.severity) for each in snapshot.reports] == [("i1", Severity.CRITICAL)]
    assert driven.urls == [SUMMARY, INCIDENTS, PLANNED, WIDGET]
    assert snapshot.lists_things


def test_trap_scheduled_maintenances_may_be_absent():
    """Trap: scheduled-maintenances.json may answer 404; the widget has the planned work then."""
    assert poll(SHIM).reports == ()
    (found,) = poll({**SHIM, WIDGET: widget(in_progress_maintenances=[planned()])}).reports
    assert (found.id, found.kind, found.phase) == ("m1", IncidentKind.MAINTENANCE, Phase.IDENTIFIED)


def test_the_widgets_incidents_do_not_stand_beside_the_shims():
    """The shim has every incident, and each with its start: the widget's copies of them say less."""
    assert poll({**SHIM, WIDGET: widget(ongoing_incidents=[incident()])}).reports == ()


def test_a_widget_is_not_asked_where_planned_work_is_listed():
    """Polite: no request for what is known."""
    stated = {"id": "m2", "name": "Work", "status": "scheduled", "scheduled_for": "2026-11-30T02:00:00Z"}
    driven = Drive(IncidentIo(), {**SHIM, PLANNED: {"page": PAGE, "scheduled_maintenances": [stated]}})
    driven.poll(context(HOME))
    assert WIDGET not in driven.urls


@pytest.mark.parametrize(
    ("failure", "unread"),
    [
        (answer(b"", status=404), ()),
        (answer(b"", status=403), ()),
        (page(), ()),
        (answer(b"", status=500), ("m1",)),
        (answer(b"{"), ("m1",)),
        (PollFailed(FailureKind.TIMEOUT, "slow"), ("m1",)),
    ],
    ids=["404", "403", "page", "500", "broken", "timeout"],
)
def test_a_widget_that_fails_ends_no_maintenance(failure, unread):
    """What it told of before is neither present nor gone; a page without a widget never told of any."""
    assert poll({**SHIM, WIDGET: failure}, open_ids=("m1", "component:c1")).unread == unread


def test_without_statuspages_paths_the_widget_is_read():
    """A page may have the one or the other."""
    for failure in (answer(b"", status=404), page()):
        driven = Drive(IncidentIo(), {SUMMARY: failure, WIDGET: widget(ongoing_incidents=[incident()])})
        snapshot = driven.poll(context(HOME))
        assert [each.id for each in snapshot.reports] == ["i1"]
        assert driven.urls == [SUMMARY, WIDGET]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(b"", status=500), FailureKind.HTTP_STATUS),
        (answer(b"", status=401), FailureKind.UNAUTHORIZED),
        (answer(b"", status=429), FailureKind.RATE_LIMITED),
        (answer(b"{"), FailureKind.MALFORMED),
        (PollFailed(FailureKind.CONNECT, "refused"), FailureKind.CONNECT),
    ],
    ids=["500", "401", "429", "broken", "refused"],
)
def test_a_broken_server_is_broken_on_both_paths(failure, kind):
    """The widget knows less: it does not stand in for a shim that is there and fails."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: failure, WIDGET: widget()})
    assert failed.value.kind is kind


@pytest.mark.parametrize("world", [{}, {SUMMARY: page(), WIDGET: page()}, {WIDGET: {"ongoing": []}}])
def test_a_page_with_neither_is_another_product(world):
    """HTML with 200 on every path, and other JSON, are no quiet page."""
    with pytest.raises(PollFailed) as failed:
        poll(world)
    assert failed.value.kind in (FailureKind.NOT_STATUS_API, FailureKind.HTTP_STATUS)


@pytest.mark.parametrize(
    ("url", "first"),
    [
        (f"{HOME}/eu", f"{HOME}/eu/api/v2/summary.json"),
        (f"{HOME}/eu/api/v2/summary.json", f"{HOME}/eu/api/v2/summary.json"),
        (f"{HOME}/eu/incidents/01J", f"{HOME}/eu/api/v2/summary.json"),
        (f"{HOME}/eu/api/v1/summary", f"{HOME}/eu/api/v1/summary"),
        (f"{HOME}/api/v1/summary", f"{HOME}/api/v1/summary"),
        ("status.example.net", f"{HOME}/api/v2/summary.json"),
    ],
)
def test_trap_sub_pages_have_their_api_below_their_own_path(url, first):
    """Trap: /{sub}/api/v1/summary; whoever gives the widget's address gets the widget."""
    driven = Drive(IncidentIo(), {})
    with pytest.raises(PollFailed):
        driven.poll(context(url))
    assert driven.urls[0] == first


def test_a_widget_may_be_large():
    """Ten thousand incidents are more than the usual 8 MiB."""
    driven = Drive(IncidentIo(), {WIDGET: widget()})
    driven.poll(context(WIDGET))
    assert {request.limit for request in driven.requests} == {LARGE}


# --- the widget ----------------------------------------------------------------------------------------------------


def test_trap_the_widgets_incidents_have_no_start():
    """Trap: the last update is not the start; without one the incident starts when we first see it."""
    found = only_report(
        widget(ongoing_incidents=[incident(last_update_at="2026-11-21T18:15:00Z", last_update_message="Looking.")])
    )
    assert found.started_at is None
    assert [(each.at, each.text) for each in found.updates] == [
        (datetime(2026, 11, 21, 18, 15, tzinfo=UTC), "Looking.")
    ]


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("degraded_performance", Severity.MINOR),
        ("partial_outage", Severity.MAJOR),
        ("full_outage", Severity.CRITICAL),
        ("odd", Severity.MINOR),
        (None, Severity.MINOR),
    ],
)
def test_impacts_have_their_severities(impact, severity):
    """A word that is not known counts as minor, and is kept."""
    found = only_report(widget(ongoing_incidents=[incident(current_worst_impact=impact)]))
    assert (found.severity, found.raw_severity) == (severity, impact or "")


@pytest.mark.parametrize(
    ("key", "status", "phase"),
    [
        ("ongoing_incidents", "monitoring", Phase.MONITORING),
        ("ongoing_incidents", "odd", Phase.INVESTIGATING),
        ("in_progress_maintenances", "maintenance_in_progress", Phase.IDENTIFIED),
        ("in_progress_maintenances", "odd", Phase.IDENTIFIED),
        ("scheduled_maintenances", "maintenance_scheduled", Phase.SCHEDULED),
        ("scheduled_maintenances", "odd", Phase.SCHEDULED),
        ("scheduled_maintenances", "maintenance_complete", Phase.RESOLVED),
    ],
)
def test_the_list_says_what_an_unknown_word_means(key, status, phase):
    """What stands among the incidents is open, what is scheduled is ahead."""
    found = only_report(widget(**{key: [{"id": "x", "status": status}]}))
    assert (found.phase, found.raw_phase) == (phase, status)


def test_maintenance_in_progress_has_its_own_names_for_its_times():
    """`started_at` and `scheduled_end_at` there, `starts_at` and `ends_at` where it is announced."""
    begun = planned(started_at="2026-11-21T18:00:00Z", scheduled_end_at="2026-11-21T20:00:00Z")
    ahead = planned(starts_at="2026-11-21T18:00:00Z", ends_at="2026-11-21T20:00:00Z", status="maintenance_scheduled")
    for key, stated in (("in_progress_maintenances", begun), ("scheduled_maintenances", ahead)):
        found = only_report(widget(**{key: [stated]}))
        assert (found.started_at.hour, found.scheduled_start.hour, found.scheduled_end.hour) == (18, 18, 20)
        assert found.eta == found.scheduled_end


def test_the_widget_lists_what_is_hit_and_nothing_else():
    """Components without trouble are not on it: a match that is missing there is no fault, and fine."""
    hits = [
        {"id": "c1", "name": "Mail", "current_status": "full_outage"},
        {"id": "c2", "name": "TV"},
        {"name": "no id"},
    ]
    snapshot = poll({WIDGET: widget(ongoing_incidents=[incident(affected_components=hits)])})
    assert [(each.id, each.level) for each in snapshot.components] == [("c1", Level.OUTAGE)]
    assert snapshot.reports[0].affected == ("c1", "c2")
    assert (snapshot.has_states, snapshot.lists_things) == (True, False)
    assert own_level(Connection("line", "Line", match=("c9",)), Scene.of(snapshot)) is Level.OK


@pytest.mark.parametrize("bad", [None, {}, {"id": ""}, "i1"])
@pytest.mark.parametrize("key", ["ongoing_incidents", "in_progress_maintenances", "scheduled_maintenances"])
def test_what_cannot_be_told_apart_is_not_left_out(key, bad):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll({WIDGET: widget(**{key: [{"id": "x"}, bad]})})
    assert failed.value.kind is FailureKind.MALFORMED


def test_another_page_than_the_one_that_was_meant_is_refused():
    """By the widget's title too."""
    assert poll({WIDGET: widget()}, options={"page_id": "Planet Fibre"}).page_name == "Planet Fibre"
    with pytest.raises(PollFailed) as failed:
        poll({WIDGET: widget()}, options={"page_id": "Planet Mail"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """The widget alone, and a sub-page on Statuspage's paths."""
    assert {case.name for case in cases("incidentio")} == {"shim", "widget"}
