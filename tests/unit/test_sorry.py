"""Sorry: lists in pages, notices in brief, and what is current asked for by its id."""

from datetime import UTC, datetime

import pytest

from support.drive import Drive, answer, context, drive, page
from support.recorded import cases, contract
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind, IncidentKind, Level, Phase, Severity
from tocsin.errors import PollFailed
from tocsin.providers.sorry import Sorry

HOME = "https://status.example.net"
API = f"{HOME}/api/v1"
STATUS, COMPONENTS, NOTICES = f"{API}/status", f"{API}/components", f"{API}/notices"


def notice(notice_id: int = 1, state: object = "investigating", **told) -> dict:
    return {
        "id": notice_id,
        "type": "unplanned",
        "state": state,
        "subject": "Trouble",
        "began_at": "2026-11-21T18:00:00.000Z",
        "created_at": "2026-11-21T18:01:00.000Z",
        **told,
    }


def whole(notice_id: int = 1, *hits: int, **told) -> dict:
    return {"notice": notice(notice_id, **{"components": [{"id": each} for each in hits], "updates": [], **told})}


def world(*notices: object, state: object = "operational", **told) -> dict:
    return {
        STATUS: {"page": {"name": "Planet Fibre", "state": state, "url": HOME}},
        COMPONENTS: {"components": [{"id": 1, "name": "Mail", "state": "operational"}], "meta": {"next_page": None}},
        NOTICES: {"notices": list(notices), "meta": {"next_page": None}},
        **{f"{API}/{path}": body for path, body in told.items()},
    }


def poll(answers: dict, url: str = HOME, **told) -> Snapshot:
    return drive(Sorry(), answers, context(url, provider="sorry", **told))


def only_report(stated: dict) -> Report:
    (found,) = poll(world({**stated, "components": stated.get("components", [])})).reports
    return found


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)


# --- which documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["status.example.net", f"{HOME}/", f"{HOME}/api", STATUS, NOTICES, f"{HOME}/notices/8jctnh1y-trouble"]
)
def test_an_address_may_be_the_page_or_something_of_it(url):
    """What people copy out of a browser is enough."""
    driven = Drive(Sorry(), world())
    driven.poll(context(url))
    assert driven.urls == [STATUS, COMPONENTS, NOTICES]


def test_trap_lists_come_in_pages():
    """Trap: components and notices name their next page; an incident on the second one is not missed."""
    answers = world(notice(1, components=[]))
    answers[NOTICES]["meta"]["next_page"] = "/api/v1/notices?page=2"
    answers[f"{NOTICES}?page=2"] = {"notices": [notice(2, components=[])], "meta": {"next_page": None}}
    answers[COMPONENTS]["meta"]["next_page"] = "/api/v1/components?page=2"
    answers[f"{COMPONENTS}?page=2"] = {"components": [{"id": 2, "state": "degraded"}]}
    snapshot = poll(answers)
    assert [each.id for each in snapshot.reports] == ["1", "2"]
    assert [each.level for each in snapshot.components] == [Level.OK, Level.DEGRADED]


def test_a_page_of_the_list_that_fails_is_no_shorter_list():
    """Half the components, or half the notices, are not all of them."""
    for key in (COMPONENTS, NOTICES):
        answers = world(notice(1, components=[]))
        answers[key]["meta"]["next_page"] = 2
        with pytest.raises(PollFailed):
            poll(answers)


def test_history_is_read_as_far_as_something_is_current():
    """Years of notices are not read at every poll: newest first, until a page has nothing that is open."""
    answers = world(notice(9, "resolved"))
    answers[NOTICES]["meta"]["next_page"] = 2
    driven = Drive(Sorry(), answers)
    driven.poll(context(HOME))
    assert driven.urls == [STATUS, COMPONENTS, NOTICES]


def test_what_is_current_is_asked_for_by_its_id():
    """The list does not say what is hit; what is over is not asked for, nor what the list has whole."""
    driven = Drive(
        Sorry(),
        {
            **world(notice(1), notice(2, "resolved"), notice(3, components=[{"id": 7}])),
            f"{NOTICES}/1": whole(1, 5, 6, 5),
        },
    )
    snapshot = driven.poll(context(HOME))
    assert driven.urls == [STATUS, COMPONENTS, NOTICES, f"{NOTICES}/1"]
    assert [each.affected for each in snapshot.reports] == [("5", "6"), (), ("7",)]


@pytest.mark.parametrize(
    ("failure", "unread"),
    [
        (answer(b"", status=500), ("1",)),
        (page(), ("1",)),
        (PollFailed(FailureKind.TIMEOUT, "slow"), ("1",)),
        (answer(b"", status=404), ()),
    ],
    ids=["500", "page", "timeout", "404"],
)
def test_details_that_fail_change_nothing_that_is_known(failure, unread):
    """Without them nobody knows what is hit: a known notice stays as it was, a new one is told as it is listed."""
    answers = {**world(notice(1)), f"{NOTICES}/1": failure}
    known = poll(answers, open_ids=("1", "component:1"))
    assert (known.unread, len(known.reports)) == (unread, 1 - len(unread))
    new = poll(answers)
    assert ([each.id for each in new.reports], new.unread) == (["1"], ())


def test_a_silent_server_is_not_asked_for_more():
    """A timeout takes half of what a poll may take; a second one would lose what the lists said."""
    slow = PollFailed(FailureKind.TIMEOUT, "slow")
    driven = Drive(Sorry(), {**world(notice(1), notice(2)), f"{NOTICES}/1": slow, f"{NOTICES}/2": slow})
    assert len(driven.poll(context(HOME)).reports) == 2
    assert driven.urls[3:] == [f"{NOTICES}/1"]


def test_what_left_the_list_is_asked_for_by_its_id():
    """Its end is the provider's; one that there is no more is left to the rules; one that fails is unread."""
    ended = whole(4, state="resolved", ended_at="2026-11-21T18:30:00Z")
    snapshot = poll(
        {**world(), f"{NOTICES}/4": ended, f"{NOTICES}/6": answer(b"", status=500)}, open_ids=("4", "5", "6")
    )
    assert [(each.id, each.phase, each.resolved_at) for each in snapshot.reports] == [
        ("4", Phase.RESOLVED, at(21, 18, 30))
    ]
    assert snapshot.unread == ("6",)


def test_a_flood_of_notices_is_not_asked_for_one_by_one():
    """Polite, and within what a poll may take: what is known and not asked for stays as it was."""
    known = tuple(str(number) for number in range(30))
    driven = Drive(Sorry(), lambda request: world(*map(notice, range(30))).get(request.url, answer(b"", status=500)))
    snapshot = driven.poll(context(HOME, open_ids=known))
    assert len(driven.urls) == 23
    assert set(snapshot.unread) == set(known)


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("operational", Level.OK),
        ("degraded", Level.DEGRADED),
        ("partially-degraded", Level.DEGRADED),
        ("under_maintenance", Level.MAINTENANCE),
        ("odd", Level.DEGRADED),
        ("", Level.UNKNOWN),
    ],
)
def test_state_words_have_their_levels(state, level):
    """The same words for the page and its components; one that is not known is kept and never fine."""
    answers = world(state=state)
    answers[COMPONENTS]["components"][0]["state"] = state
    snapshot = poll(answers)
    assert (snapshot.page_level, snapshot.components[0].level) == (level, level)
    assert (snapshot.components[0].raw, snapshot.components[0].known) == (state, state not in ("odd", ""))


def test_components_stand_below_one_another():
    """A parent is a group with a state of its own."""
    answers = world()
    answers[COMPONENTS]["components"] += [{"id": 2, "state": "degraded", "parent_id": 1}]
    parent, child = poll(answers).components
    assert (parent.is_group, parent.level, child.group, child.is_group) == (True, Level.OK, "1", False)


@pytest.mark.parametrize("document", [{}, {"page": {}}, {"page": {"state": 5}}, {"page": []}, {"page": None}])
def test_a_page_without_its_word_is_another_api(document):
    """A page that does not say how it is says nothing."""
    with pytest.raises(PollFailed) as failed:
        poll({**world(), STATUS: document})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


@pytest.mark.parametrize("document", [{}, {"meta": {}}, {"data": []}])
def test_a_list_without_its_name_is_another_api(document):
    """An object without its list is not an empty one."""
    for key in (COMPONENTS, NOTICES):
        with pytest.raises(PollFailed) as failed:
            poll({**world(), key: document})
        assert failed.value.kind is FailureKind.NOT_STATUS_API


def test_another_page_than_the_one_that_was_meant_is_refused():
    """A name that was given up is answered by whoever takes it next."""
    with pytest.raises(PollFailed) as failed:
        poll(world(), options={"page_id": "Planet Mail"})
    assert failed.value.kind is FailureKind.NOT_STATUS_API


# --- notices -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("investigating", Phase.INVESTIGATING),
        ("identified", Phase.IDENTIFIED),
        ("recovering", Phase.MONITORING),
        ("resolved", Phase.RESOLVED),
        ("false_alarm", Phase.CANCELLED),
        ("scheduled", Phase.SCHEDULED),
        ("underway", Phase.IDENTIFIED),
        ("complete", Phase.RESOLVED),
        ("cancelled", Phase.CANCELLED),
        ("odd", Phase.INVESTIGATING),
        (None, Phase.INVESTIGATING),
    ],
)
def test_states_have_their_phases(state, phase):
    """A word that is not known is open, and is kept."""
    found = only_report(notice(state=state))
    assert (found.phase, found.raw_phase) == (phase, state or "")


@pytest.mark.parametrize(
    ("told", "phase"),
    [
        ({"timeline_state": "future"}, Phase.SCHEDULED),
        ({"timeline_state": "present"}, Phase.INVESTIGATING),
        ({"timeline_state": "past_recent"}, Phase.RESOLVED),
        ({"timeline_state": "past_distant"}, Phase.RESOLVED),
        ({"timeline_state": "odd"}, Phase.INVESTIGATING),
        ({"ended_at": "2026-11-21T18:30:00Z"}, Phase.RESOLVED),
    ],
)
def test_without_a_known_state_the_time_line_says_where_it_is(told, phase):
    """General notices have no state at all."""
    assert only_report(notice(state=None, type="general", **told)).phase is phase


@pytest.mark.parametrize(
    ("sort", "kind", "severity"),
    [
        ("unplanned", IncidentKind.INCIDENT, Severity.MAJOR),
        ("planned", IncidentKind.MAINTENANCE, Severity.MINOR),
        ("general", IncidentKind.INCIDENT, Severity.NOTICE),
        ("odd", IncidentKind.INCIDENT, Severity.MAJOR),
        (None, IncidentKind.INCIDENT, Severity.MAJOR),
    ],
)
def test_types_have_their_kinds_and_severities(sort, kind, severity):
    """Sorry has no word for how bad it is; an incident counts as major, an announcement as a notice."""
    found = only_report(notice(type=sort))
    assert (found.kind, found.severity, found.raw_severity) == (kind, severity, sort or "")


def test_planned_and_actual_times_have_names_that_are_alike():
    """`begins_at` and `ends_at` are planned, `began_at` and `ended_at` happened."""
    window = {"begins_at": "2026-11-21T18:00:00Z", "ends_at": "2026-11-21T20:00:00Z"}
    ahead = only_report(notice(type="planned", state="scheduled", began_at=None, **window))
    assert (ahead.started_at, ahead.scheduled_start, ahead.scheduled_end, ahead.eta) == (
        at(21, 18),
        at(21, 18),
        at(21, 20),
        at(21, 20),
    )
    done = only_report(
        notice(
            type="planned",
            state="complete",
            **{**window, "began_at": "2026-11-21T18:05:00Z", "ended_at": "2026-11-21T18:30:00Z"},
        )
    )
    assert (done.started_at, done.resolved_at, done.scheduled_end) == (at(21, 18, 5), at(21, 18, 30), at(21, 20))


def test_messages_are_those_of_the_notice_whole_else_the_newest():
    """Oldest first; of a notice in brief its latest update, else what it says of itself."""
    told = [
        {"state": "identified", "content": "<p>Second.</p>", "created_at": "2026-11-21T18:20:00Z"},
        {"state": "odd", "content": "First.", "created_at": "2026-11-21T18:10:00Z"},
        {"content": "", "created_at": "2026-11-21T18:30:00Z"},
        {"content": "When?"},
    ]
    brief = {"latest_update": told[0], "synopsis": "First."}
    assert [each.text for each in only_report(notice(updates=told, **brief)).updates] == ["First.", "Second."]
    assert [each.text for each in only_report(notice(**brief)).updates] == ["Second."]
    (first,) = only_report(notice(state="resolved", synopsis="First.")).updates
    assert (first.text, first.phase) == ("First.", Phase.INVESTIGATING)


def test_links_are_of_either_name():
    """`link` with a login, `url` in public."""
    for key in ("link", "url"):
        assert only_report(notice(**{key: f"{HOME}/notices/1"})).url == f"{HOME}/notices/1"


@pytest.mark.parametrize("bad", [None, {}, {"id": ""}, "1"])
@pytest.mark.parametrize("key", ["components", "notices"])
def test_what_cannot_be_told_apart_is_not_left_out(key, bad):
    """A list that silently lacks one is a false all-clear."""
    answers = world()
    answers[f"{API}/{key}"][key].append(bad)
    with pytest.raises(PollFailed) as failed:
        poll(answers)
    assert failed.value.kind is FailureKind.MALFORMED


def test_unknown_words_everywhere_are_kept_and_taken_for_trouble():
    """What the contract suite cannot play: the words stand in several documents."""
    odd = "frobnicated"
    answers = world(notice(state=odd, type=odd, components=[]), state=odd)
    answers[COMPONENTS]["components"][0]["state"] = odd
    snapshot = poll(answers)
    assert (snapshot.page_level, snapshot.components[0].level) == (Level.DEGRADED, Level.DEGRADED)
    assert (snapshot.reports[0].raw_phase, snapshot.reports[0].phase.is_over) == (odd, False)


def test_the_recorded_cases_are_those_that_the_traps_call_for():
    """An outage with its details, and lists in pages; what the contract leaves out is above."""
    assert {case.name for case in cases("sorry")} == {"outage", "pages"}
    assert set(contract("sorry").exempt) == {"test_unknown_words_are_kept_and_taken_for_trouble"}
