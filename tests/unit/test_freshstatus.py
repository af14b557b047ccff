"""Freshstatus: a tree of components, booleans as strings, and incidents that may be done without."""

import pytest

from support.drive import Drive, answer, context, drive, page
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.freshstatus import Freshstatus

API = "https://public-api.freshstatus.io/v1"
COMPONENTS = f"{API}/public-components/?account_id=3616"
INCIDENTS = f"{API}/public-incidents/?account_id=3616"
HOME = "https://updates.planetdesk.example.net"
ID = {"account_id": "3616"}


def component(number: int, status: str | None = "OP", **told) -> dict:
    return {"id": number, "name": f"Thing {number}", "status": status, "display_options": {}, **told}


def poll(*components, match: tuple[str, ...] = (), incidents=None, **told) -> Snapshot:
    world = {COMPONENTS: {"components": list(components)}}
    if incidents is not None:
        world[INCIDENTS] = incidents
    return drive(Freshstatus(), world, context(HOME, *match, provider="freshstatus", options=ID, **told))


def levels(*components, match: tuple[str, ...] = ()) -> dict[str, Level]:
    return {each.id: each.level for each in poll(*components, match=match).components}


def only(**told) -> Report:
    (found,) = poll(component(1), incidents={"incidents": [{"id": 5, "title": "Trouble", **told}]}).reports
    return found


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("OP", Level.OK),
        ("PD", Level.DEGRADED),
        ("PO", Level.DEGRADED),
        ("MO", Level.OUTAGE),
        ("UM", Level.MAINTENANCE),
        ("XX", Level.DEGRADED),
        (None, Level.UNKNOWN),
    ],
)
def test_what_a_state_means(status, level):
    """Two letters each; a pair that is not known is trouble."""
    assert levels(component(1, status), component(2)) == {"1": level, "2": Level.OK}


@pytest.mark.parametrize(
    ("flag", "counts"), [("true", False), ("True", False), (True, False), ("false", True), (None, True)]
)
def test_trap_booleans_are_written_as_strings(flag, counts):
    """`"false"` is not true because it is a string, and `"true"` does not count for the page."""
    found = levels(component(1), component(2, "MO", display_options={"ignore_overall_status": flag}))
    assert ("2" in found) is counts


def test_what_the_page_does_not_count_counts_for_who_watches_it():
    """A region that is wound down is nobody's outage, but for those who depend on it."""
    hidden = {"display_options": {"ignore_overall_status": "true"}}
    region = {"id": 9, "name": "East", "components": [component(1, "MO", **hidden), component(2, "OP", **hidden)]}
    assert levels(component(3), region) == {"3": Level.OK}
    assert levels(component(3), region, match=("1",)) == {"3": Level.OK, "9": Level.OUTAGE, "1": Level.OUTAGE}
    assert levels(region, match=("9",)) == {"9": Level.OUTAGE, "1": Level.OUTAGE, "2": Level.OK}


def test_a_branch_is_a_group_and_stands_as_its_worst():
    """Branches have no state of their own, and an empty one says nothing."""
    tree = {"id": 9, "name": "Europe", "components": [component(1), component(2, "PD")]}
    snapshot = poll(tree, {"id": 10, "name": "Nothing", "components": []})
    assert [(each.id, each.level, each.group, each.is_group) for each in snapshot.components] == [
        ("9", Level.DEGRADED, None, True),
        ("1", Level.OK, "9", False),
        ("2", Level.DEGRADED, "9", False),
    ]


@pytest.mark.parametrize(
    "body", [{"components": []}, {"components": None}, {"components": [{"id": 1, "components": []}]}]
)
def test_a_page_without_components_is_another_api(body):
    """An empty tree is no all-clear."""
    with pytest.raises(PollFailed) as failed:
        drive(Freshstatus(), {COMPONENTS: body}, context(HOME, options=ID))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_components_of_another_product_are_another_api():
    """Statuspage lists components under the same name; what Freshstatus is known by is its states."""
    with pytest.raises(PollFailed) as failed:
        poll(component(1, "operational"), component(2, "major_outage"))
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("bottom", ["OP", 4.5, ["odd"]])
@pytest.mark.parametrize("depth", [30, 300, 3000])
def test_a_tree_without_end_is_malformed(depth, bottom):
    """Depth is no crash, read strictly or leniently."""
    body = b'{"id":1,"components":[' * depth + answer(component(1, bottom)).body + b"]}" * depth
    with pytest.raises(PollFailed) as failed:
        drive(Freshstatus(), {COMPONENTS: b'{"components":[' + body + b"]}"}, context(HOME, options=ID))
    assert failed.value.kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("told", "kind", "phase"),
    [
        ({"is_planned": "false"}, IncidentKind.INCIDENT, Phase.INVESTIGATING),
        ({"is_planned": "true", "start_time": "2026-11-25T01:00:00Z"}, IncidentKind.MAINTENANCE, Phase.SCHEDULED),
        (
            {"is_planned": True, "start_time": "2026-11-21T18:00:00Z", "end_time": "2026-11-21T20:00:00Z"},
            IncidentKind.MAINTENANCE,
            Phase.INVESTIGATING,
        ),
        ({"end_time": "2026-11-21T18:00:00Z"}, IncidentKind.INCIDENT, Phase.RESOLVED),
        ({"end_time": "soon"}, IncidentKind.INCIDENT, Phase.INVESTIGATING),
    ],
)
def test_where_an_incident_stands(told, kind, phase):
    """It is over once its end has passed; planned work's end is its estimate."""
    found = only(**told)
    assert (found.kind, found.phase) == (kind, phase)
    assert (found.eta is not None) is (kind is IncidentKind.MAINTENANCE and "end_time" in told)


def test_what_an_incident_makes_of_components_is_its_severity():
    """There is no other; what names nothing, or an unknown state, is minor."""
    assert (
        only(affected_components=[{"component": 1, "new_status": "PD"}, {"component": 2, "new_status": "MO"}]).severity
        is Severity.CRITICAL
    )
    assert only(affected_components=[{"component": {"id": 1}, "new_status": "OP"}]).severity is Severity.NOTICE
    assert only(affected_components=[{"component": {"id": 1}, "new_status": "??"}]).severity is Severity.MINOR
    assert only().severity is Severity.MINOR


def test_texts_of_incidents_are_plain():
    """Markup is read for its text, and an unknown state is kept as it came."""
    found = only(status="odd", start_time="2026-11-21T18:00:00Z", description="<script>x</script><b>down</b>\u202e")
    assert (found.updates[0].text, found.raw_phase) == ("down", "odd")


@pytest.mark.parametrize(
    "failure", [answer(b"", status=500), page(), {}, {"results": "x"}, answer(b"{"), answer(b"", status=403)]
)
def test_incidents_that_cannot_be_had_are_unread_not_gone(failure):
    """The components have said what is wrong now."""
    snapshot = poll(component(1, "MO"), incidents=failure, open_ids=("5", "component:1"))
    assert (snapshot.components[0].level, snapshot.unread) == (Level.OUTAGE, ("5",))


def test_a_page_without_incidents_has_none():
    """404 is the answer of a server that has no such list."""
    assert poll(component(1), open_ids=("5",)).unread == ()


def test_ten_thousand_incidents_over_pages():
    """The list is in pages, newest first; those of another host are not followed."""
    many = {"results": [{"id": number} for number in range(10_000)], "next": f"{INCIDENTS}&page=2"}
    world = {
        COMPONENTS: {"components": [component(1)]},
        INCIDENTS: many,
        f"{INCIDENTS}&page=2": {"results": [{"id": "last"}], "next": "https://evil.example.net/"},
    }
    driven = Drive(Freshstatus(), world)
    assert len(driven.poll(context(HOME, options=ID)).reports) == 10_001
    assert len(driven.urls) == 3


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        (HOME, ID, COMPONENTS),
        ("planetdesk.freshstatus.io", ID, COMPONENTS),
        (COMPONENTS, {}, COMPONENTS),
        ("http://127.0.0.1:8080", ID, "http://127.0.0.1:8080/v1/public-components/?account_id=3616"),
    ],
)
def test_an_address_may_be_the_page_or_the_api(url, options, asked):
    """The public API answers for every page, and no login is sent to it."""
    driven = Drive(Freshstatus(), {asked: {"components": [component(1)]}})
    driven.poll(context(url, options=options))
    assert driven.urls[0] == asked
    assert not any(request.authenticate for request in driven.requests)


@pytest.mark.parametrize("options", [{}, {"account_id": "x"}, {"account_id": "../1"}])
def test_without_its_number_nothing_is_asked(options):
    """A page's address does not tell the account."""
    driven = Drive(Freshstatus(), {})
    with pytest.raises(PollFailed) as failed:
        driven.poll(context(HOME, options=options))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert not driven.urls
