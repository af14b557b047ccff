"""Statuspage v2 and incident.io's shim: which documents are asked for, whose they are, and what works."""

from datetime import timedelta

import pytest

from support.drive import Drive, answer, context, drive, page
from support.recorded import cases
from support.statuspage_documents import (
    HOME,
    INCIDENTS,
    PAGE,
    PLANNED,
    SUMMARY,
    at,
    incident,
    only_component,
    only_report,
    poll,
    summary,
)
from tocsin.domain.terms import FailureKind, Level, Phase
from tocsin.errors import PollFailed
from tocsin.providers.statuspage import Statuspage, api_base

# --- which documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "status.example.net",
        "https://status.example.net",
        "https://status.example.net/",
        "https://status.example.net/api/v2",
        "https://status.example.net/api/v2/summary.json",
        "https://status.example.net/api/v2/incidents/unresolved.json",
        "https://status.example.net/summary.json",
        "https://status.example.net/history",
        "https://status.example.net/history?page=2#x",
        "https://status.example.net/incidents/abc123",
        "https://status.example.net/uptime",
    ],
)
def test_an_address_may_be_the_page_the_base_or_the_host(url):
    """What people copy out of a browser is enough."""
    assert api_base(url) == f"{HOME}/api/v2"


def test_a_page_below_a_path_stays_there():
    """Sub-pages have their API below their own path."""
    assert api_base("https://status.example.net/history-museum/eu/") == f"{HOME}/history-museum/eu/api/v2"


def test_a_summary_with_both_lists_is_all_that_a_poll_asks():
    """Polite: one request a poll while nothing is open."""
    driven = Drive(Statuspage(), {SUMMARY: summary(incidents=[incident()])})
    driven.poll(context(HOME, open_ids=("i1", "component:c1", "component:page")))
    assert driven.urls == [SUMMARY]


@pytest.mark.parametrize("told", [{"first": True}, {"open_ids": ("gone",)}])
def test_history_is_asked_for_at_first_and_when_something_left_the_summary(told):
    """What ended while the program was off, and the true end of what was open."""
    driven = Drive(Statuspage(), {SUMMARY: summary()})
    driven.poll(context(HOME, **told))
    assert driven.urls == [SUMMARY, INCIDENTS, PLANNED]


def test_the_true_end_comes_from_the_list_of_incidents():
    """The summary drops what is resolved; the end is the provider's, not the moment of a poll."""
    ended = incident(status="resolved", resolved_at="2026-11-21T18:31:00Z")
    found = only_report({SUMMARY: summary(), INCIDENTS: {"page": PAGE, "incidents": [ended]}}, open_ids=("i1",))
    assert (found.phase, found.resolved_at) == (Phase.RESOLVED, at(21, 18, 31))


@pytest.mark.parametrize(
    "failure",
    [answer(b"", status=404), answer(b"", status=500), page(), answer(b"[1"), PollFailed(FailureKind.TIMEOUT, "slow")],
    ids=["404", "500", "page", "broken", "timeout"],
)
def test_history_may_be_done_without(failure):
    """The summary has said all that is open: whatever becomes of the other documents, the poll stands."""
    world = {SUMMARY: summary(incidents=[incident()]), INCIDENTS: failure, PLANNED: failure}
    snapshot = poll(world, first=True)
    assert [report.id for report in snapshot.reports] == ["i1"]
    assert snapshot.unread == ()


def test_a_silent_server_is_not_asked_for_more():
    """A timeout takes half of what a poll may take; a second one would lose what the summary said."""
    driven = Drive(Statuspage(), {SUMMARY: summary(), INCIDENTS: PollFailed(FailureKind.TIMEOUT, "slow")})
    driven.poll(context(HOME, first=True))
    assert driven.urls == [SUMMARY, INCIDENTS]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(b"", status=404), FailureKind.HTTP_STATUS),
        (answer(b"", status=503), FailureKind.HTTP_STATUS),
        (page(), FailureKind.NOT_STATUS_API),
        ({"page": PAGE}, FailureKind.NOT_STATUS_API),
        ({"page": PAGE, "incidents": "none"}, FailureKind.MALFORMED),
        (PollFailed(FailureKind.CONNECT, "refused"), FailureKind.CONNECT),
    ],
)
def test_without_incidents_in_the_summary_their_list_is_needed(failure, kind):
    """incident.io's shim: a page whose incidents cannot be read is not quiet."""
    world = {SUMMARY: summary(incidents=..., scheduled_maintenances=...), INCIDENTS: failure}
    with pytest.raises(PollFailed) as failed:
        poll(world)
    assert failed.value.kind is kind


def test_planned_work_that_cannot_be_asked_for_is_unread_not_gone():
    """A maintenance of the shim must not end because its document failed once; an absent document is none."""
    world = {
        SUMMARY: summary(incidents=..., scheduled_maintenances=...),
        INCIDENTS: {"page": PAGE, "incidents": [incident()]},
    }
    open_ids = ("i1", "m1", "component:c1")
    assert poll(world, open_ids=open_ids).unread == ()
    for failure in (answer(b"", status=500), PollFailed(FailureKind.TIMEOUT, "slow"), answer(b"{", status=200)):
        assert poll({**world, PLANNED: failure}, open_ids=open_ids).unread == ("m1",)


def test_lists_that_are_null_are_looked_for_and_may_be_empty():
    """Null may be a serialiser's empty list, or a summary that has lost its own."""
    nulls = {SUMMARY: summary(incidents=None, scheduled_maintenances=None, components=None)}
    quiet = poll(nulls)
    assert (quiet.reports, quiet.components, quiet.has_states, quiet.lists_things) == ((), (), False, True)
    found = poll({**nulls, INCIDENTS: {"page": PAGE, "incidents": [incident()]}})
    assert [report.id for report in found.reports] == ["i1"]


# --- whose page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        {"page": {}},
        {"page": []},
        {"page": ...},
        {"status": ...},
        {"status": {}},
        {"status": "none"},
        {"status": {"indicator": None}},
        {"status": {"indicator": 0}},
    ],
)
def test_what_lacks_the_marks_is_another_api(told):
    """Without a page and its overall word it is some other JSON, however quiet it looks."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: summary(**told)})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("page_id", ["p1", "Planet Fibre"])
def test_the_page_that_was_meant_is_taken(page_id):
    """An account may name its page, by id or by name."""
    assert poll({SUMMARY: summary()}, options={"page_id": page_id}).page_name == "Planet Fibre"


def test_another_page_than_the_one_that_was_meant_is_refused():
    """Trap: a name that was given up is answered by whoever takes it next."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: summary()}, options={"page_id": "p2"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_a_page_without_a_web_link_is_where_the_account_points():
    """Only https links are passed on."""
    world = {
        SUMMARY: summary(page={"name": "Planet Fibre", "url": "http://status.example.net"}, incidents=[incident()])
    }
    snapshot = poll(world)
    assert snapshot.page_url == HOME
    assert snapshot.reports[0].url == f"{HOME}/incidents/i1"


def test_a_page_on_loopback_gives_no_links():
    """A plain http page has nothing that a person should open."""
    local = "http://127.0.0.1:8080"
    world = {f"{local}/api/v2/summary.json": summary(page={"id": "p1"}, incidents=[incident()])}
    snapshot = drive(Statuspage(), world, context(local))
    assert (snapshot.page_url, snapshot.reports[0].url) == (local, None)


def test_the_servers_clock_is_passed_on():
    """Durations and the fault about clocks need the skew."""
    assert poll({SUMMARY: answer(summary(), skew=timedelta(minutes=-9))}).skew == timedelta(minutes=-9)


# --- components ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "level", "known"),
    [
        ("operational", Level.OK, True),
        ("degraded_performance", Level.DEGRADED, True),
        ("partial_outage", Level.DEGRADED, True),
        ("major_outage", Level.OUTAGE, True),
        ("full_outage", Level.OUTAGE, True),
        ("under_maintenance", Level.MAINTENANCE, True),
        ("Major Outage", Level.OUTAGE, True),
        ("wobbly", Level.DEGRADED, False),
        ("ok", Level.DEGRADED, False),
        (1, Level.DEGRADED, False),
        ("", Level.UNKNOWN, False),
        (None, Level.UNKNOWN, False),
        ([], Level.UNKNOWN, False),
    ],
)
def test_component_words_have_their_levels(status, level, known):
    """The table of the design's Levels; a word that is not known is degraded, no word at all unknown."""
    found = only_component({"id": "c1", "name": "Mail", "status": status})
    assert (found.level, found.known) == (level, known)
    assert found.raw == (str(status) if status and status != [] else "")


@pytest.mark.parametrize(
    ("indicator", "level"),
    [
        ("none", Level.OK),
        ("minor", Level.DEGRADED),
        ("major", Level.DEGRADED),
        ("critical", Level.OUTAGE),
        ("maintenance", Level.MAINTENANCE),
        ("purple", Level.DEGRADED),
        ("", Level.DEGRADED),
    ],
)
def test_the_pages_overall_word_has_its_level(indicator, level):
    """Trap: `maintenance` is one of them; a new word is never taken for fine."""
    assert poll({SUMMARY: summary(status={"indicator": indicator})}).page_level is level


def test_groups_are_components_with_members():
    """A user may match a group; its state is its own, or its worst member's where it gives none."""
    listed = [
        {"id": "g1", "name": "Access", "status": "operational", "group": True, "group_id": None},
        {"id": "g2", "name": "Mail", "status": None, "components": ["c2", "c3"]},
        {"id": "g3", "name": "Empty", "group": True},
        {"id": "c1", "name": "Utrecht", "status": "major_outage", "group_id": "g1"},
        {"id": "c2", "name": "IMAP", "status": "operational", "group_id": "g2"},
        {"id": "c3", "name": "SMTP", "status": "partial_outage", "group_id": "g2"},
    ]
    found = {each.id: each for each in poll({SUMMARY: summary(components=listed)}).components}
    assert {each.id for each in found.values() if each.is_group} == {"g1", "g2", "g3"}
    assert [found[each].level for each in ("g1", "g2", "g3")] == [Level.OK, Level.DEGRADED, Level.UNKNOWN]
    assert [found[each].group for each in ("g1", "c1", "c3")] == [None, "g1", "g2"]


def test_names_repeat_and_ids_do_not():
    """Trap: fifteen components called Global are fifteen; one id twice is one, in its worse state."""
    listed = [{"id": f"c{number}", "name": "Global", "status": "operational"} for number in range(15)]
    listed.append({"id": "c3", "name": "Global", "status": "major_outage"})
    found = poll({SUMMARY: summary(components=listed)}).components
    assert len(found) == 15
    assert found[3].level is Level.OUTAGE


@pytest.mark.parametrize("bad", [None, {}, {"name": "no id"}, {"id": ""}, {"id": []}, "c1"])
@pytest.mark.parametrize("key", ["components", "incidents", "scheduled_maintenances"])
def test_what_cannot_be_told_apart_is_not_left_out(bad, key):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: summary(**{key: [{"id": "x"}, bad]})})
    assert failed.value.kind is FailureKind.MALFORMED


# --- recorded cases --------------------------------------------------------------------------------------------------


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """A healthy page, an outage and the shim: each is checked whole by the contract's tests."""
    assert {case.name for case in cases("statuspage")} == {"outage", "quiet", "shim"}
