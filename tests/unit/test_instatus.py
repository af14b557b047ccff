"""Instatus: a summary that leaves out what is empty, components in a document of their own, JavaScript's dates."""

from datetime import UTC, datetime, timedelta

import pytest

from support.drive import NOW, Drive, answer, context, drive, page
from support.recorded import cases
from tocsin.domain.account import Connection
from tocsin.domain.levels import Scene, connection_level, own_level
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.instatus import Instatus

HOME = "https://status.example.net"
SUMMARY = f"{HOME}/summary.json"
COMPONENTS = f"{HOME}/v2/components.json"
LATER = f"{HOME}/v3/components.json"
PAGE = {"name": "Planet Fibre", "url": HOME, "status": "UP"}
LISTED = {"components": [{"id": "c1", "name": "Mail", "status": "OPERATIONAL", "group": None}]}


def world(components=LISTED, **told) -> dict:
    return {SUMMARY: {"page": PAGE, **told}, COMPONENTS: components}


def incident(**told) -> dict:
    return {
        "id": "i1",
        "name": "Trouble",
        "status": "INVESTIGATING",
        "impact": "PARTIALOUTAGE",
        "started": "2026-11-21T18:00:00.000Z",
        **told,
    }


def planned(**told) -> dict:
    return {
        "id": "m1",
        "name": "Work",
        "status": "INPROGRESS",
        "start": "2026-11-21T18:00:00.000Z",
        "duration": "60",
        **told,
    }


def poll(answers: dict, url: str = HOME, **told) -> Snapshot:
    return drive(Instatus(), answers, context(url, provider="instatus", **told))


def only_report(**told) -> Report:
    (found,) = poll(world(**told)).reports
    return found


def things(*listed: dict) -> dict[str, Component]:
    return {each.id: each for each in poll(world({"components": list(listed)})).components}


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)


# --- the traps -----------------------------------------------------------------------------------------------------


def test_trap_empty_arrays_are_absent():
    """Trap: a healthy body has the page and nothing else; that is fine, and no other product."""
    body = b'{"page":{"name":"tl;dv","url":"https://status.example.net","status":"UP"}}'
    snapshot = poll({SUMMARY: answer(body)})
    assert (snapshot.reports, snapshot.page_level) == ((), Level.OK)
    assert own_level(Connection("page", "Page"), Scene.of(snapshot)) is Level.OK


def test_trap_times_are_javascripts():
    """Trap: the documentation's times are `Date` strings, in whichever zone the writer's computer was."""
    found = only_report(activeIncidents=[incident(started="Sat Nov 21 2026 18:58:50 GMT+0100 (CET)")])
    assert found.started_at == at(21, 17, 58, 50)


@pytest.mark.parametrize(
    ("duration", "end"),
    [
        ("60", at(21, 19)),
        (60, at(21, 19)),
        ("0", at(21, 18)),
        ("an hour", None),
        ("-60", None),
        ("1e3", None),
        ("9" * 12, None),
        ("\u0663\u0660", None),
        (None, None),
        ([], None),
    ],
)
def test_trap_a_maintenance_ends_as_many_minutes_after_its_start(duration, end):
    """Trap: the end is start + `duration` minutes, a string; what is no number of minutes is no end."""
    found = only_report(activeMaintenances=[planned(duration=duration)])
    assert (found.scheduled_start, found.scheduled_end, found.eta) == (at(21, 18), end, end)


def test_a_maintenance_without_a_start_has_no_end():
    """Minutes from nowhere are no time."""
    found = only_report(activeMaintenances=[planned(start=None)])
    assert (found.started_at, found.eta) == (None, None)


def test_trap_an_unclaimed_name_answers_with_a_page():
    """Trap: any name below instatus.com answers 200 with HTML."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: page(), COMPONENTS: page()})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("UP", Level.OK),
        ("HASISSUES", Level.DEGRADED),
        ("UNDERMAINTENANCE", Level.MAINTENANCE),
        ("ALLUNDERMAINTENANCE", Level.MAINTENANCE),
        ("SOMEDEGRADEDPERFORMANCE", Level.DEGRADED),
        ("ONEMINOROUTAGE", Level.DEGRADED),
        ("SOMEPARTIALOUTAGE", Level.DEGRADED),
        ("ALLMAJOROUTAGE", Level.OUTAGE),
        ("ODD", Level.DEGRADED),
        ("", Level.UNKNOWN),
    ],
)
def test_the_pages_word_has_its_level(status, level):
    """The three documented words, their variants for all, some and one, and what is not known."""
    assert poll({SUMMARY: {"page": {**PAGE, "status": status}}}).page_level is level


@pytest.mark.parametrize("stated", [{}, {"status": "UP"}, {"name": "x"}, {"name": "x", "status": 5}, [], None, "x"])
def test_a_page_without_a_name_or_a_word_is_another_api(stated):
    """Statuspage's `page` has no status, and a proxy's `{}` nothing."""
    with pytest.raises(PollFailed) as failed:
        poll({SUMMARY: {"page": stated}})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize(
    "url",
    [
        "status.example.net",
        f"{HOME}/",
        SUMMARY,
        COMPONENTS,
        f"{HOME}/incident/clx",
        f"{HOME}/maintenance/clx",
        f"{HOME}/history/2",
    ],
)
def test_an_address_may_be_the_page_or_something_of_it(url):
    """What people copy out of a browser is enough."""
    assert poll(world(), url).page_name == "Planet Fibre"


def test_another_page_than_the_one_that_was_meant_is_refused():
    """A name that was given up is answered by whoever takes it next."""
    with pytest.raises(PollFailed) as failed:
        poll(world(), options={"page_id": "Planet Mail"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


# --- components ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "level", "known"),
    [
        ("OPERATIONAL", Level.OK, True),
        ("UNDERMAINTENANCE", Level.MAINTENANCE, True),
        ("DEGRADEDPERFORMANCE", Level.DEGRADED, True),
        ("PARTIALOUTAGE", Level.DEGRADED, True),
        ("MINOROUTAGE", Level.DEGRADED, True),
        ("MAJOROUTAGE", Level.OUTAGE, True),
        ("FROBNICATED", Level.DEGRADED, False),
        (None, Level.UNKNOWN, False),
    ],
)
def test_component_words_have_their_levels(status, level, known):
    """The table of the design's Levels; an unknown word is kept and never fine."""
    found = things({"id": "c1", "status": status})["c1"]
    assert (found.level, found.known, found.raw) == (level, known, status or "")


@pytest.mark.parametrize("group", [{"id": "g1"}, {"id": "g1", "name": "Access"}, "g1"])
def test_a_group_that_is_only_named_can_be_matched(group):
    """Groups stand in their members as an id, and are no components of the list."""
    found = things(
        {"id": "c1", "status": "MAJOROUTAGE", "group": group}, {"id": "c2", "status": "OPERATIONAL", "group": group}
    )
    assert (found["g1"].level, found["g1"].is_group, found["c1"].group) == (Level.OUTAGE, True, "g1")


def test_children_are_components_too():
    """Newer documents nest a group's members."""
    found = things(
        {"id": "g1", "status": "OPERATIONAL", "isParent": True, "children": [{"id": "c1", "status": "MAJOROUTAGE"}]}
    )
    assert (found["c1"].group, found["c1"].level, found["g1"].is_group) == ("g1", Level.OUTAGE, True)


@pytest.mark.parametrize("bad", [None, {}, {"id": ""}, {"id": "g", "name": [], "children": [{}]}, "c1"])
def test_what_cannot_be_told_apart_is_not_left_out(bad):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        things({"id": "c1"}, bad)
    assert failed.value.kind is FailureKind.MALFORMED


def test_the_list_may_be_of_the_next_version():
    """`/v2/components.json` may be given up for `/v3/`."""
    driven = Drive(Instatus(), {SUMMARY: {"page": PAGE}, LATER: LISTED})
    assert [each.id for each in driven.poll(context(HOME)).components] == ["c1"]
    assert driven.urls == [SUMMARY, COMPONENTS, LATER]


@pytest.mark.parametrize("failure", [answer(b"", status=404), answer(b"", status=403), page(), {"error": 1}])
def test_without_a_list_the_page_as_a_whole_can_be_watched(failure):
    """The page's own word stands for it; a match that nothing can confirm is unknown, not fine."""
    snapshot = poll({SUMMARY: {"page": PAGE}, COMPONENTS: failure, LATER: failure})
    scene = Scene.of(snapshot)
    levels = [
        connection_level(Connection("line", "Line", match=match), (), scene, Traits(), NOW) for match in ((), ("c1",))
    ]
    assert levels == [Level.OK, Level.UNKNOWN]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(b"", status=500), FailureKind.HTTP_STATUS),
        (answer(b"", status=429), FailureKind.RATE_LIMITED),
        (answer(b'{"components": [', status=200), FailureKind.MALFORMED),
        (PollFailed(FailureKind.TIMEOUT, "slow"), FailureKind.TIMEOUT),
    ],
    ids=["500", "429", "broken", "timeout"],
)
def test_a_list_that_fails_this_time_is_no_empty_list(failure, kind):
    """A snapshot without the states that it had before would be a recovery."""
    with pytest.raises(PollFailed) as failed:
        poll(world(failure))
    assert failed.value.kind is kind


# --- incidents -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("OPERATIONAL", Severity.NOTICE),
        ("DEGRADEDPERFORMANCE", Severity.MINOR),
        ("MINOROUTAGE", Severity.MINOR),
        ("PARTIALOUTAGE", Severity.MAJOR),
        ("MAJOROUTAGE", Severity.CRITICAL),
        ("FROBNICATED", Severity.MINOR),
        (None, Severity.MINOR),
    ],
)
def test_impacts_have_their_severities(impact, severity):
    """A word that is not known counts as minor, and is kept."""
    found = only_report(activeIncidents=[incident(impact=impact)])
    assert (found.severity, found.raw_severity) == (severity, impact or "")


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("INVESTIGATING", Phase.INVESTIGATING),
        ("IDENTIFIED", Phase.IDENTIFIED),
        ("MONITORING", Phase.MONITORING),
        ("RESOLVED", Phase.RESOLVED),
        ("FROBNICATED", Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_statuses_have_their_phases(status, phase):
    """An unknown word is open."""
    found = only_report(activeIncidents=[incident(status=status)])
    assert (found.phase, found.raw_phase) == (phase, status or "")


@pytest.mark.parametrize(
    ("status", "start", "phase"),
    [
        ("NOTSTARTEDYET", at(30, 2), Phase.SCHEDULED),
        ("INPROGRESS", at(21, 18), Phase.IDENTIFIED),
        ("COMPLETED", at(21, 18), Phase.RESOLVED),
        ("FROBNICATED", at(30, 2), Phase.SCHEDULED),
        ("FROBNICATED", NOW - timedelta(hours=1), Phase.INVESTIGATING),
    ],
)
def test_maintenance_words_have_their_phases(status, start, phase):
    """An unknown word means announced before the start, and in force after it."""
    assert only_report(activeMaintenances=[planned(status=status, start=start.isoformat())]).phase is phase


def test_an_incident_without_an_id_is_known_by_its_address_or_its_start():
    """The documented shape has no id at all; what has nothing to be told by is not left out."""
    link = "https://status.example.net/incident/cl4a8n/"
    assert only_report(activeIncidents=[incident(id=None, url=link)]).id == "cl4a8n"
    assert only_report(activeIncidents=[incident(id=None)]).id == "Trouble 2026-11-21T18:00:00.000Z"
    with pytest.raises(PollFailed) as failed:
        poll(world(activeIncidents=[{"status": "INVESTIGATING"}]))
    assert failed.value.kind is FailureKind.MALFORMED


def test_an_incident_names_no_components():
    """The public summary does not say what is hit; where it does, it is taken."""
    assert only_report(activeIncidents=[incident()]).affected == ()
    assert only_report(activeIncidents=[incident(components=[{"id": "c1"}, {"name": "x"}])]).affected == ("c1",)


def test_unknown_words_everywhere_are_kept_and_taken_for_trouble():
    """What the contract suite cannot play: the words stand in two documents."""
    odd = "FROBNICATED"
    listed = {"components": [{"id": "c1", "status": odd}]}
    told = {"activeIncidents": [incident(status=odd, impact=odd)], "activeMaintenances": [planned(status=odd)]}
    snapshot = poll({SUMMARY: {"page": {**PAGE, "status": odd}, **told}, COMPONENTS: listed})
    assert (snapshot.page_level, snapshot.components[0].level) == (Level.DEGRADED, Level.DEGRADED)
    assert [(each.raw_phase, each.phase.is_over) for each in snapshot.reports] == [(odd, False)] * 2


def test_titles_are_plain_clean_and_bounded():
    """Markup stays text, steering characters go, megabytes are cut."""
    found = only_report(activeIncidents=[incident(name="<b>down</b> \u202e\x00\U0001f6a8" + "x" * 50_000)])
    assert found.title.startswith("<b>down</b> \U0001f6a8")
    assert len(found.title) == 500


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """A healthy page of a few bytes, JavaScript's dates, and an outage."""
    assert {case.name for case in cases("instatus")} == {"dates", "outage", "quiet"}
