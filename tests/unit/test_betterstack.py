"""Better Stack: one JSON:API document, in which what is over stays and what nobody monitors is not fine."""

from datetime import UTC, datetime

import pytest

from support.drive import NOW, Drive, answer, context, drive, page
from support.recorded import cases
from tocsin.domain.account import Connection
from tocsin.domain.levels import Scene, connection_level
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.base import LARGE
from tocsin.providers.betterstack import BetterStack

HOME = "https://status.example.net"
INDEX = f"{HOME}/index.json"


def refs(kind: str, *found: str) -> dict:
    return {"data": [{"type": kind, "id": each} for each in found]}


def document(*included: dict, state: str = "operational", **relationships) -> dict:
    attributes = {"company_name": "Planet Fibre", "subdomain": "planetfibre", "aggregate_state": state}
    data = {"id": "165", "type": "status_page", "attributes": attributes, "relationships": relationships}
    return {"data": data, "included": list(included)}


def thing(thing_id: str = "1", status: object = "operational", section: object = None) -> dict:
    attributes = {"public_name": f"Thing {thing_id}", "status": status, "status_page_section_id": section}
    return {"id": thing_id, "type": "status_page_resource", "attributes": attributes}


def section(section_id: str = "5") -> dict:
    return {"id": section_id, "type": "status_page_section", "attributes": {"name": "Access"}}


def report(report_id: str = "r1", *hits: str, updates: tuple[str, ...] = (), **told) -> dict:
    attributes = {
        "title": "Trouble",
        "report_type": "manual",
        "aggregate_state": "downtime",
        "starts_at": "2026-11-21T18:00:00.000Z",
        "affected_resources": [{"status_page_resource_id": each, "status": "downtime"} for each in hits],
        **told,
    }
    relationships = {"status_updates": refs("status_update", *updates)}
    return {"id": report_id, "type": "status_report", "attributes": attributes, "relationships": relationships}


def planned(*hits: str, start: str = "2026-11-21T18:00:00Z", end: str = "2026-11-21T18:30:00Z", **told) -> dict:
    told = {"aggregate_state": "maintenance", **told}
    return report("m1", *hits, report_type="maintenance", starts_at=start, ends_at=end, **told)


def update(update_id: str, at: str, message: str = "Said.") -> dict:
    return {"id": update_id, "type": "status_update", "attributes": {"message": message, "published_at": at}}


def poll(body: object, url: str = HOME, **told) -> Snapshot:
    return drive(BetterStack(), {INDEX: body}, context(url, provider="betterstack", **told))


def only_report(*included: dict) -> Report:
    (found,) = poll(document(*included)).reports
    return found


def things(*included: dict, **told) -> dict[str, Component]:
    return {each.id: each for each in poll(document(*included, **told)).components}


def level(snapshot: Snapshot, *match: str) -> Level:
    return connection_level(Connection("line", "Line", match=match), (), Scene.of(snapshot), Traits(), NOW)


# --- the traps -----------------------------------------------------------------------------------------------------


def test_trap_resolved_reports_stay_listed():
    """Trap: `aggregate_state: resolved` is an end, with its time, and not an incident that is open."""
    found = only_report(report("r1", "1", aggregate_state="resolved", ends_at="2026-11-21T18:20:00.000Z"), thing())
    assert (found.phase, found.resolved_at) == (Phase.RESOLVED, datetime(2026, 11, 21, 18, 20, tzinfo=UTC))


def test_trap_not_monitored_is_not_ok():
    """Trap: a resource that nobody looks at makes its connection unknown, not green; the word is a known one."""
    snapshot = poll(document(thing("1", "not_monitored"), thing("2")))
    assert (level(snapshot, "1"), level(snapshot, "2")) == (Level.UNKNOWN, Level.OK)
    assert snapshot.components[0].known


@pytest.mark.parametrize("body", [page(), page(status=404)], ids=["page", "404"])
def test_trap_every_other_path_is_a_page(body):
    """Trap: HTML with 200 for every path but this one, and for this one where the page has gone elsewhere."""
    with pytest.raises(PollFailed) as failed:
        poll(body)
    assert failed.value.kind in (FailureKind.NOT_STATUS_API, FailureKind.HTTP_STATUS)


def test_trap_a_redirect_to_the_page_is_no_answer():
    """Trap: a 301 to `/` was once read as an outage of nine hours."""
    with pytest.raises(PollFailed) as failed:
        poll(answer(b"", status=301, headers={"location": "/"}))
    assert failed.value.kind is FailureKind.REDIRECT


# --- the document --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": None},
        {"data": {"id": "1", "type": "component", "attributes": {"aggregate_state": "operational"}}},
        {"data": {"id": "1", "type": "status_page", "attributes": {}}},
        {"data": {"id": "1", "type": "status_page"}},
        {"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}},
        {"data": {"id": "1", "type": "status_page", "attributes": {"aggregate_state": None}}},
        {"included": []},
    ],
)
def test_json_api_of_another_kind_is_another_api(body):
    """Cachet speaks JSON:API too."""
    with pytest.raises(PollFailed) as failed:
        poll(body)
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("url", ["status.example.net", f"{HOME}/", INDEX, f"{INDEX}?x=1"])
def test_an_address_may_be_the_page_or_its_document(url):
    """What people copy out of a browser is enough; it may be large."""
    driven = Drive(BetterStack(), {INDEX: document()})
    driven.poll(context(url))
    assert [(request.url, request.limit) for request in driven.requests] == [(INDEX, LARGE)]


@pytest.mark.parametrize("page_id", ["165", "Planet Fibre", "planetfibre"])
def test_a_page_may_be_named(page_id):
    """By its id, its company or its subdomain; another one is refused."""
    assert poll(document(), options={"page_id": page_id}).page_name == "Planet Fibre"
    with pytest.raises(PollFailed) as failed:
        poll(document(), options={"page_id": "another"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("operational", Level.OK),
        ("degraded", Level.DEGRADED),
        ("downtime", Level.OUTAGE),
        ("maintenance", Level.MAINTENANCE),
        ("odd", Level.DEGRADED),
        ("", Level.UNKNOWN),
    ],
)
def test_state_words_have_their_levels(word, expected):
    """The same words for the page and its things; one that is not known is never fine."""
    snapshot = poll(document(thing("1", word), state=word))
    assert (snapshot.page_level, snapshot.components[0].level) == (expected, expected)


def test_what_is_named_and_not_included_is_unknown():
    """A list that lost a thing must not turn it green; a report that is lacking is neither present nor gone."""
    for included in ([thing("1")], None):
        body = document(
            resources=refs("status_page_resource", "1", "2"), status_reports=refs("status_report", "r1", "r2")
        )
        body["included"] = included
        snapshot = poll(body)
        assert snapshot.unread == ("r1", "r2")
        assert (level(snapshot), level(snapshot, "2")) == (Level.UNKNOWN, Level.UNKNOWN)


def test_sections_are_groups():
    """A user may match a section: it stands as its worst member, and one without members is no thing."""
    found = things(section("5"), section("6"), thing("1", "downtime", 5), thing("2", "operational", "5"))
    assert (found["5"].level, found["5"].is_group, found["1"].group) == (Level.OUTAGE, True, "5")
    assert "6" not in found


def test_a_section_with_the_id_of_a_thing_is_not_mixed_up_with_it():
    """Ids are unique within a type only: the thing has it, and nobody stands in that group."""
    found = things(section("1"), thing("1", "operational"), thing("2", "downtime", 1))
    assert (found["1"].level, found["1"].is_group, found["2"].group) == (Level.OK, False, None)


def test_a_section_that_is_not_included_is_no_group():
    """A group that cannot be matched would be a fault of the page's making."""
    assert things(thing("1", "operational", 9))["1"].group is None


# --- reports -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "severity", "phase"),
    [
        ("downtime", Severity.CRITICAL, Phase.INVESTIGATING),
        ("degraded", Severity.MINOR, Phase.INVESTIGATING),
        ("odd", Severity.MINOR, Phase.INVESTIGATING),
        (None, Severity.MINOR, Phase.INVESTIGATING),
        ("operational", Severity.MINOR, Phase.RESOLVED),
        ("resolved", Severity.MINOR, Phase.RESOLVED),
    ],
)
def test_report_states_have_their_severities_and_phases(state, severity, phase):
    """The state says how bad it is and whether it is over, and nothing about how far it has come."""
    found = only_report(report(aggregate_state=state))
    assert (found.severity, found.phase, found.raw_phase) == (severity, phase, state or "")


def test_an_end_alone_ends_nothing_that_is_stated_as_open():
    """A known open word counts more than a time; with an unknown word the time is all there is."""
    past = "2026-11-21T18:20:00Z"
    assert only_report(report(ends_at=past)).phase is Phase.INVESTIGATING
    assert only_report(report(aggregate_state="odd", ends_at=past)).phase is Phase.RESOLVED
    assert only_report(report(aggregate_state="odd", ends_at="2026-11-30T18:20:00Z")).phase is Phase.INVESTIGATING


def test_planned_work_is_ahead_in_force_or_over():
    """By the clock; over its end it is over only where what it works on says that it works again."""
    ahead = only_report(planned(start="2026-11-30T01:00:00Z", end="2026-11-30T02:00:00Z"))
    assert (ahead.kind, ahead.phase) == (IncidentKind.MAINTENANCE, Phase.SCHEDULED)
    assert ahead.eta == ahead.scheduled_end == datetime(2026, 11, 30, 2, tzinfo=UTC)
    assert only_report(planned(end="2026-11-21T20:00:00Z")).phase is Phase.IDENTIFIED
    assert only_report(planned("1"), thing("1", "maintenance")).phase is Phase.IDENTIFIED
    assert only_report(planned("1", "2"), thing("1", "operational")).phase is Phase.IDENTIFIED
    assert only_report(planned()).phase is Phase.IDENTIFIED
    over = only_report(planned("1"), thing("1", "operational"))
    assert (over.phase, over.resolved_at) == (Phase.RESOLVED, over.scheduled_end)


def test_an_incident_has_no_estimate():
    """Nothing in the document says when it should be over: an end is the end."""
    assert only_report(report(ends_at="2026-11-30T00:00:00Z")).eta is None


def test_messages_are_those_that_the_report_refers_to():
    """Oldest first, by relationship, and not those of another report."""
    told = update("7", "2026-11-21T18:20:00Z", "<p>Second.</p>"), update("8", "2026-11-21T18:10:00Z", "First.")
    found = only_report(report(updates=("7", "8", "9")), *told, update("6", "2026-11-21T18:15:00Z", "Another's."))
    assert [each.text for each in found.updates] == ["First.", "Second."]


def test_the_last_message_of_what_is_over_is_its_end():
    """Messages have no phase of their own."""
    told = (
        update("7", "2026-11-21T18:10:00Z"),
        update("8", "2026-11-21T18:20:00Z"),
        update("9", "never"),
        update("0", ""),
    )
    found = only_report(report(updates=("7", "8", "9", "0"), aggregate_state="resolved"), *told)
    assert [each.phase for each in found.updates] == [Phase.INVESTIGATING, Phase.RESOLVED]


def test_what_is_hit_is_told_by_id():
    """Numbers and text are the same id, each once; null lists are nothing."""
    hits = [{"status_page_resource_id": each} for each in ("1", 2, "1", None)]
    assert only_report(report(affected_resources=hits)).affected == ("1", "2")
    assert only_report(report(affected_resources=None)).affected == ()


@pytest.mark.parametrize("bad", [None, {}, {"type": "status_report"}, {"type": "status_report", "id": ""}, "r1"])
def test_what_cannot_be_told_apart_is_not_left_out(bad):
    """A list that silently lacks one is a false all-clear."""
    with pytest.raises(PollFailed) as failed:
        poll(document(report(), bad))
    assert failed.value.kind is FailureKind.MALFORMED


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """An outage beside what is over, and a page with sections and gaps."""
    assert {case.name for case in cases("betterstack")} == {"outage", "sections"}
