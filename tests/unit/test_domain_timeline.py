"""Merging answers into what is known: who is missing, what time changes, what is no longer watched."""

import pytest

from support.stories import DROPS, FIBRE, HOME, KEEPS, MAIL, NOON, Story, at, known, planned, poll, thing, told
from tocsin.domain.account import Account, Connection
from tocsin.domain.incident import Link
from tocsin.domain.levels import Scene
from tocsin.domain.snapshot import Update
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Level, Phase, Relevance, Severity
from tocsin.domain.timeline import Merged, merge, tick, unwatch

OTHER = Account("other", "tmf656", "Other", "https://other.example.net", connections=(FIBRE,))


def merged(*incidents, reports=(), traits=KEEPS, minutes=30, **said) -> Merged:
    return merge(incidents, poll(*reports, **said), HOME, traits, at(minutes))


def kinds(result: Merged) -> list[ChangeKind]:
    return [change.kind for change in result.changes]


# --- who is missing ---


def test_one_answer_without_it_is_counted_and_nothing_more() -> None:
    """Lists hiccup: nothing ends at the first one."""
    result = merged(known())
    (incident,) = result.incidents
    assert (incident.lacking, incident.lacking_since, incident.is_open) == (1, at(30), True)
    assert result.changes == ()


@pytest.mark.parametrize(
    ("traits", "incident", "kind"),
    [
        (DROPS, known(), ChangeKind.RESOLVED),
        (KEEPS, known(), ChangeKind.VANISHED),
        (DROPS, known(kind=IncidentKind.MAINTENANCE), ChangeKind.MAINTENANCE_FINISHED),
        (DROPS, known(kind=IncidentKind.MAINTENANCE, began=False, phase=Phase.SCHEDULED), ChangeKind.RESOLVED),
        (KEEPS, known(kind=IncidentKind.MAINTENANCE), ChangeKind.VANISHED),
    ],
)
def test_two_answers_in_a_row_without_it_end_it(traits, incident, kind) -> None:
    """Case 'vanished': time is the first lacking; the event says whether that is this provider's way to resolve."""
    (once,) = merged(incident, traits=traits).incidents
    result = merged(once, traits=traits, minutes=31)
    (ended,) = result.incidents
    assert (ended.episode.ended_at, ended.episode.how) == (at(30), EndHow.VANISHED)
    (change,) = result.changes
    assert (change.kind, change.before, dict(change.detail)) == (kind, once, {"how": "vanished"})


def test_what_could_not_be_asked_for_is_neither_there_nor_gone() -> None:
    """A ticket system that stumbles over one problem ends nothing."""
    incident = known(lacking=1, lacking_since=at(20))
    assert merged(incident, unread=("1",)) == Merged()


def test_other_accounts_incidents_are_left_alone() -> None:
    """An answer speaks for its own account."""
    assert merged(known(account="other")) == Merged()
    result = merged(known(account="other"), reports=(told(),))
    assert kinds(result) == [ChangeKind.STARTED]


def test_ended_ones_are_not_missed() -> None:
    """What is over is allowed to leave the list."""
    (ended,) = merged(known(), reports=(told(phase=Phase.RESOLVED),)).incidents
    assert merged(ended) == Merged()


# --- what is listed ---


def test_each_id_counts_once() -> None:
    """Of duplicates the one that says most; of equals an open one: never calm because of an order in a list."""
    talk = told(updates=(Update(NOON, Phase.IDENTIFIED, "Found."),), title="Talk")
    over = told(phase=Phase.RESOLVED)
    for reports in ((told(), talk), (talk, told())):
        (incident,) = merged(reports=reports).incidents
        assert incident.title == "Talk"
    for reports in ((told(), over), (over, told())):
        (incident,) = merged(reports=reports).incidents
        assert incident.is_open
    (incident,) = merged(reports=(told(title="First"), told(title="Second"))).incidents
    assert incident.title == "First"


def test_only_what_changed_is_handed_back() -> None:
    """What stays as it is need not be written again."""
    (incident,) = merged(reports=(told(),)).incidents
    assert merged(incident, reports=(told(),)) == Merged()


@pytest.mark.timeout(600)  # some ten seconds of work, where nobody else wants the processor
def test_ten_thousand_incidents_are_taken_in() -> None:
    """As many as no provider has, over some polls, and every one ends."""
    account = Account("home", "tmf656", "P", "https://a.example.net", connections=(Connection("c", "C", match=("a",)),))
    story = Story(account)
    many = [told(str(number), affected=("a",)) for number in range(10_000)]
    story.hear(*many)
    story.hear(*many)
    assert len(story.incidents) == len(story.alarms.alarms) == 10_000
    assert story.keys == ["summary"]
    story.hear()
    story.hear()
    assert story.keys == ["summary", "summary_resolved"]
    assert story.alarms.alarms == ()


# --- what time changes ---


def test_what_was_announced_begins_when_its_time_comes() -> None:
    """Between two polls, too: planned work by its window, an incident up to ten minutes before its start."""
    ahead = known(kind=IncidentKind.MAINTENANCE, phase=Phase.SCHEDULED, began=False, scheduled_start=at(60))
    assert tick((ahead,), Scene(), at(59)) == Merged()
    result = tick((ahead,), Scene(), at(60))
    assert kinds(result) == [ChangeKind.MAINTENANCE_STARTED]
    assert result.incidents[0].began
    later = known(began=False, started_at=at(60))
    assert tick((later,), Scene(), at(49)) == Merged()
    result = tick((later,), Scene(), at(50))
    assert kinds(result) == [ChangeKind.STARTED]
    assert result.incidents[0].episode.started_at == at(50)


def test_work_overruns_once_and_may_be_done_after_all() -> None:
    """15 minutes over its end with the thing not back; back again it is no overrun, or with a later end."""
    works = known(kind=IncidentKind.MAINTENANCE, scheduled_start=NOON, scheduled_end=at(60))
    under, fine = Scene((thing("SVC-1", Level.MAINTENANCE),), True, True), Scene((thing("SVC-1"),), True, True)
    assert tick((works,), under, at(74)) == Merged()
    result = tick((works,), under, at(75))
    assert kinds(result) == [ChangeKind.MAINTENANCE_OVERRUN]
    (over,) = result.incidents
    assert tick((over,), under, at(90)) == Merged()
    (back,) = tick((over,), fine, at(91)).incidents
    assert not back.overrun


def test_time_changes_nothing_about_what_is_over() -> None:
    """Nor does it invent ends: what is open stays open."""
    (ended,) = merged(known(), reports=(told(phase=Phase.RESOLVED),)).incidents
    assert tick((ended, known()), Scene(), at(100_000)) == Merged()


def test_a_poll_lets_time_pass_as_well() -> None:
    """Work that was announced and is listed as it was, an hour later, has begun."""
    story = Story()
    story.hear(planned(start=30, end=60))
    story.hear(planned(start=30, end=60), after=30)
    story.hear(planned(start=30, end=60), after=60)
    assert story.events == ["maintenance_announced", "maintenance_started", "maintenance_overrun"]


def test_time_passes_for_what_is_lacking_too() -> None:
    """Its window opens while the list hiccups."""
    story = Story()
    story.hear(planned(start=30))
    story.hear(after=40)
    assert story.events == ["maintenance_announced", "maintenance_started"]


# --- what is no longer watched ---


def test_without_its_account_an_incident_is_unwatched() -> None:
    """Case 'account or match removed while red': ended as such, without a change to announce."""
    result = unwatch((known(), known("2", account="other")), (OTHER,), at(5))
    (ended,) = result.incidents
    assert (ended.uid, ended.episode.how, ended.episode.ended_at) == ("uid-1", EndHow.UNWATCHED, at(5))
    assert result.changes == ()


def test_without_one_of_its_connections_an_incident_goes_on_with_the_others() -> None:
    """Silently: the user knows what was taken away."""
    both = known(links=(Link("fibre", Relevance.LINKED), Link("mail", Relevance.LINKED)))
    account = Account("home", "tmf656", "P", "https://p.example.net", connections=(MAIL,))
    (rest,) = unwatch((both,), (account,), at(5)).incidents
    assert (rest.is_open, rest.links) == (True, (Link("mail", Relevance.LINKED),))


def test_what_is_still_watched_or_over_is_left_alone() -> None:
    """Reloading the settings ends nothing."""
    (ended,) = merged(known("2"), reports=(told("2", phase=Phase.RESOLVED),)).incidents
    assert unwatch((known(), ended), (HOME,), at(5)) == Merged()
    assert unwatch((ended,), (), at(5)) == Merged()


# --- stories ---


def test_a_child_listed_beside_its_parent_stays_one_incident() -> None:
    """Poll after poll: one incident, one alarm, and the end when both are over."""
    story = Story()
    parent, child = told("1"), told("2", parents=("1",), severity=Severity.CRITICAL, started_at=at(20))
    for _ in range(3):
        story.hear(child, parent)
    assert story.keys == ["started"]
    story.hear(child, told("1", phase=Phase.RESOLVED))
    assert story.one.is_open, "the child's trouble goes on"
    story.hear(told("2", phase=Phase.RESOLVED), told("1", phase=Phase.RESOLVED))
    assert story.keys == ["started", "resolved"]
    assert story.events == ["started", "resolved"]


def test_a_list_in_another_order_is_no_news() -> None:
    """Providers sort by the last change."""
    story = Story()
    reports = (told("1"), told("2", parents=("1",)), told("3", affected=("SVC-2",)))
    story.hear(*reports)
    before = len(story.changes)
    story.hear(*reports[::-1])
    story.hear(*reports)
    assert len(story.changes) == before
