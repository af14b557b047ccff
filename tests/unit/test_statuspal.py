"""StatusPal: a summary or what makes one, services without states of their own, times that are UTC."""

from datetime import UTC, datetime

import pytest

from support.drive import NOW, Drive, answer, context, drive, page
from support.recorded import cases
from tocsin.domain.account import Connection
from tocsin.domain.levels import Scene, connection_level
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.statuspal import StatusPal

US = "https://statuspal.io/api/v2/status_pages/planetfibre"
EU = "https://statuspal.eu/api/v2/status_pages/planetfibre"
PAGE = {"name": "Planet Fibre", "url": "status.example.net", "subdomain": "planetfibre", "time_zone": "Asia/Tokyo"}


def summary(sort: object = None, **told) -> dict:
    return {
        "status_page": {**PAGE, "current_incident_type": sort},
        "services": [{"id": 1, "name": "Mail", "current_incident_type": None, "children": []}],
        "incidents": [],
        "maintenances": [],
        "upcoming_maintenances": [],
        **told,
    }


def status(sort: object = None) -> dict:
    return {"status_page": {**PAGE, "current_incident_type": sort}}


def incident(*updates: dict, **told) -> dict:
    return {
        "id": 89,
        "title": "Trouble",
        "type": "minor",
        "starts_at": "2026-11-21T18:00:00",
        "ends_at": None,
        "service_ids": [1],
        "updates": list(updates),
        **told,
    }


def planned(start: str = "2026-11-21T18:00:00", end: str | None = "2026-11-21T20:00:00", *updates: dict) -> dict:
    return incident(*updates, id=90, type="scheduled", starts_at=start, ends_at=end)


def update(sort: object, at: str = "2026-11-21T18:10:00", **told) -> dict:
    return {"type": sort, "description": "Said.", "posted_at": at, **told}


def poll(world: dict, url: str = f"{US}/summary", **told) -> Snapshot:
    return drive(StatusPal(), world, context(url, provider="statuspal", **told))


def only_report(**told) -> Report:
    (found,) = poll({f"{US}/summary": summary(**told)}).reports
    return found


def things(*services: dict) -> dict[str, Component]:
    return {each.id: each for each in poll({f"{US}/summary": summary(services=list(services))}).components}


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)


# --- the address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        (f"{US}/summary", {}, US),
        (f"{EU}/status", {}, EU),
        (f"{EU}/", {}, EU),
        ("planetfibre.statuspal.io", {}, US),
        ("https://planetfibre.statuspal.eu/incidents/89", {}, EU),
        ("https://statuspal.eu", {"subdomain": "planetfibre"}, EU),
        ("https://status.example.net", {"subdomain": "planetfibre", "region": "eu"}, EU),
        ("https://status.example.net", {"subdomain": "planetfibre", "region": "us"}, US),
        (
            "http://127.0.0.1:8080",
            {"subdomain": "planetfibre"},
            "http://127.0.0.1:8080/api/v2/status_pages/planetfibre",
        ),
    ],
)
def test_the_page_is_found_at_statuspals_hosts(url, options, asked):
    """By its name there, which is in the address or set; a page with a name of its own has its API there too."""
    driven = Drive(StatusPal(), {f"{asked}/summary": summary()})
    driven.poll(context(url, options=options))
    assert driven.urls == [f"{asked}/summary"]


def test_both_regions_are_tried_where_none_is_named():
    """A page does not say on whose servers it is."""
    driven = Drive(StatusPal(), {f"{EU}/summary": summary()})
    driven.poll(context("https://status.example.net", options={"subdomain": "planetfibre"}))
    assert driven.urls == [f"{US}/summary", f"{US}/status", f"{EU}/summary"]


@pytest.mark.parametrize("url", ["https://status.example.net", "https://www.statuspal.io", "http://127.0.0.1:8080"])
def test_a_page_without_its_subdomain_cannot_be_asked_for(url):
    """What is missing is told, and nothing is guessed."""
    driven = Drive(StatusPal(), {})
    with pytest.raises(PollFailed, match="subdomain") as failed:
        driven.poll(context(url))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert not driven.urls


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (answer(b"", status=500), FailureKind.HTTP_STATUS),
        (answer(b"", status=429), FailureKind.RATE_LIMITED),
        (page(), FailureKind.NOT_STATUS_API),
        (PollFailed(FailureKind.TIMEOUT, "slow"), FailureKind.TIMEOUT),
    ],
    ids=["500", "429", "page", "timeout"],
)
def test_a_summary_that_fails_is_not_made_up_for(failure, kind):
    """What is there and fails says more than the page's one word: the poll fails."""
    with pytest.raises(PollFailed) as failed:
        poll({f"{US}/summary": failure, f"{US}/status": status(), f"{US}/incidents": {"incidents": []}})
    assert failed.value.kind is kind


@pytest.mark.parametrize("stated", [{}, {"name": "x"}, {"current_incident_type": []}, [], None])
def test_a_page_without_its_word_is_another_api(stated):
    """Null is this API's word for fine; a page that does not have it says nothing."""
    with pytest.raises(PollFailed) as failed:
        poll({f"{US}/summary": summary(status_page=stated)})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_another_page_than_the_one_that_was_meant_is_refused():
    """A name that was given up is answered by whoever takes it next."""
    with pytest.raises(PollFailed) as failed:
        poll({f"{US}/summary": summary()}, options={"page_id": "another"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


# --- which documents -----------------------------------------------------------------------------------------------


def test_trap_status_has_the_pages_word_alone():
    """Trap: the documented `status` says only how bad it is; the incidents are in their own list."""
    world = {f"{US}/status": status("minor"), f"{US}/incidents": {"incidents": [incident()]}}
    driven = Drive(StatusPal(), world)
    snapshot = driven.poll(context(US))
    assert driven.urls == [f"{US}/summary", f"{US}/status", f"{US}/incidents"]
    assert ([each.id for each in snapshot.reports], snapshot.page_level) == (["89"], Level.DEGRADED)


@pytest.mark.parametrize("status_code", [401, 403, 404])
def test_a_list_that_is_not_public_leaves_the_pages_word(status_code):
    """The page's word is a definite one; what was open is neither present nor gone; a match is unknown."""
    world = {f"{US}/status": status("major"), f"{US}/incidents": answer(b"", status=status_code)}
    snapshot = poll(world, US, open_ids=("89", "component:1"))
    assert (snapshot.unread, snapshot.page_level) == (("89",), Level.OUTAGE)
    levels = [
        connection_level(Connection("line", "Line", match=match), (), Scene.of(snapshot), Traits(), NOW)
        for match in ((), ("1",))
    ]
    assert levels == [Level.OUTAGE, Level.UNKNOWN]


@pytest.mark.parametrize("failure", [answer(b"", status=500), page(), PollFailed(FailureKind.TIMEOUT, "slow")])
def test_without_a_summary_the_list_is_needed(failure):
    """A page whose incidents cannot be read this time is not quiet."""
    with pytest.raises(PollFailed):
        poll({f"{US}/status": status(), f"{US}/incidents": failure}, US)


def test_version_1_has_its_lists_in_status():
    """There `status` is what `summary` is now; services are named by their ids."""
    old = {**summary("minor"), "incidents": [incident(service_ids=None, services=[{"id": 1, "name": "Mail"}])]}
    base = US.replace("/v2/", "/v1/")
    driven = Drive(StatusPal(), {f"{base}/status": old})
    snapshot = driven.poll(context(base))
    assert snapshot.reports[0].affected == ("1",)
    assert driven.urls == [f"{base}/summary", f"{base}/status"]


def test_the_true_end_comes_from_the_history():
    """The summary drops what is over; the end is the provider's, not the moment of a poll."""
    ended = incident(ends_at="2026-11-21T18:31:00")
    world = {f"{US}/summary": summary(), f"{US}/incidents": {"incidents": [ended]}}
    assert poll(world).reports == ()
    for told in ({"open_ids": ("89",)}, {"first": True}):
        (found,) = poll(world, **told).reports
        assert (found.phase, found.resolved_at) == (Phase.RESOLVED, at(21, 18, 31))


def test_history_may_be_done_without():
    """The summary has said all that is open."""
    for failure in (answer(b"", status=500), PollFailed(FailureKind.TIMEOUT, "slow")):
        snapshot = poll({f"{US}/summary": summary(), f"{US}/incidents": failure}, open_ids=("89",))
        assert (snapshot.reports, snapshot.unread) == ((), ())


def test_what_is_open_counts_before_what_is_over():
    """The same incident in the summary and in a history that is a minute older or newer."""
    world = {
        f"{US}/summary": summary(incidents=[incident()]),
        f"{US}/incidents": {"incidents": [incident(ends_at="2026-11-21T18:31:00")]},
    }
    (found,) = poll(world, first=True).reports
    assert found.phase is Phase.INVESTIGATING


# --- services ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "level", "known"),
    [
        (None, Level.OK, True),
        ("minor", Level.DEGRADED, True),
        ("major", Level.OUTAGE, True),
        ("scheduled", Level.MAINTENANCE, True),
        ("custom-type", Level.DEGRADED, False),
        ("", Level.UNKNOWN, False),
        ([], Level.UNKNOWN, False),
    ],
)
def test_types_have_their_levels(sort, level, known):
    """A service is as the incident that hits it; null is fine, and what is not said at all is not."""
    found = things({"id": 1, "current_incident_type": sort})["1"]
    assert (found.level, found.known, found.raw) == (level, known, sort or "")
    assert things({"id": 1})["1"].level is Level.UNKNOWN


def test_services_stand_below_one_another():
    """A parent that says nothing is as its worst child; children of children are listed too."""
    leaf = {"id": 3, "current_incident_type": "major", "children": None}
    branch = {"id": 2, "current_incident_type": "minor", "children": [leaf]}
    root = {"id": 1, "current_incident_type": None, "children": [branch]}
    found = things(root, {"id": 4, "current_incident_type": None, "parent_id": 1})
    assert [found[each].group for each in "1234"] == [None, "1", "2", "1"]
    assert [found[each].level for each in "1234"] == [Level.DEGRADED, Level.DEGRADED, Level.OUTAGE, Level.OK]


@pytest.mark.parametrize("bad", [None, {}, {"id": ""}, {"id": 2, "children": [{}]}, {"id": 2, "children": 5}])
def test_a_service_that_cannot_be_told_apart_is_not_left_out(bad):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        things({"id": 1}, bad)
    assert failed.value.kind is FailureKind.MALFORMED


# --- incidents -----------------------------------------------------------------------------------------------------


def test_trap_naive_times_are_utc():
    """Trap: times have no offset and are UTC, whatever the page's own zone is."""
    found = only_report(incidents=[incident(update("issue"))])
    assert (found.started_at, found.updates[0].at) == (at(21, 18), at(21, 18, 10))


@pytest.mark.parametrize(
    ("sort", "severity"),
    [("minor", Severity.MINOR), ("major", Severity.MAJOR), ("custom-type", Severity.MINOR), (None, Severity.MINOR)],
)
def test_incident_types_are_severities(sort, severity):
    """A type that a page made up is kept, and counts as minor."""
    found = only_report(incidents=[incident(type=sort)])
    assert (found.severity, found.raw_severity) == (severity, sort or "")


@pytest.mark.parametrize(
    ("sort", "phase"),
    [
        ("issue", Phase.INVESTIGATING),
        ("investigating", Phase.INVESTIGATING),
        ("identified", Phase.IDENTIFIED),
        ("monitoring", Phase.MONITORING),
        ("resolved", Phase.RESOLVED),
        ("custom", Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_the_newest_update_says_how_far_it_is(sort, phase):
    """In order of time, not of the list."""
    found = only_report(incidents=[incident(update(sort), update("monitoring", "2026-11-21T18:05:00"))])
    assert (found.phase, found.raw_phase) == (phase, sort or "")


def test_an_end_that_has_come_is_one_and_one_to_come_is_an_estimate():
    """An incident has its end when it is over; before that it can only be expected."""
    over = only_report(incidents=[incident(update("monitoring"), ends_at="2026-11-21T18:20:00")])
    assert (over.phase, over.resolved_at, over.eta) == (Phase.RESOLVED, at(21, 18, 20), None)
    ahead = only_report(incidents=[incident(ends_at="2026-11-21T20:00:00")])
    assert (ahead.phase, ahead.resolved_at, ahead.eta) == (Phase.INVESTIGATING, None, at(21, 20))


@pytest.mark.parametrize(
    ("stated", "phase"),
    [
        (planned(), Phase.IDENTIFIED),
        (planned("2026-11-30T01:00:00", "2026-11-30T02:00:00"), Phase.SCHEDULED),
        (planned(end="2026-11-21T18:30:00"), Phase.RESOLVED),
        (planned(end=None), Phase.IDENTIFIED),
        (planned("", None), Phase.SCHEDULED),
        (planned("2026-11-21T18:00:00", "2026-11-21T20:00:00", update("resolved")), Phase.RESOLVED),
    ],
)
@pytest.mark.parametrize("key", ["incidents", "maintenances", "upcoming_maintenances"])
def test_planned_work_begins_and_ends_by_the_clock(key, stated, phase):
    """Maintenance that has begun stands among the incidents too, as type `scheduled`."""
    found = only_report(**{key: [stated]})
    assert (found.kind, found.phase) == (IncidentKind.MAINTENANCE, phase)
    assert (found.scheduled_end, found.eta) == (found.eta, found.scheduled_end)


def test_messages_are_oldest_first():
    """`posted_at` is what the page shows; without any time the start of the incident stands for it."""
    told = [
        update("monitoring", "2026-11-21T18:30:00", description="<p>Third.</p>"),
        update("identified", "", inserted_at="2026-11-21T18:20:00", description="Second."),
        update("issue", "", description="First."),
        update("issue", description=""),
    ]
    assert [each.text for each in only_report(incidents=[incident(*told)]).updates] == ["First.", "Second.", "Third."]


@pytest.mark.parametrize("bad", [None, {}, {"id": ""}, "89"])
@pytest.mark.parametrize("key", ["incidents", "maintenances", "upcoming_maintenances"])
def test_what_cannot_be_told_apart_is_not_left_out(key, bad):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll({f"{US}/summary": summary(**{key: [incident(), bad]})})
    assert failed.value.kind is FailureKind.MALFORMED


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """A summary, and naive times in a history that comes in pages."""
    assert {case.name for case in cases("statuspal")} == {"naive", "outage"}
