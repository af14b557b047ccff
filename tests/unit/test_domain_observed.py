"""Trouble that a page shows without declaring an incident: told once, explained once, ended once."""

from dataclasses import replace

import pytest

from support.stories import DROPS, NOON, Story, at, known, planned, poll, thing, told
from tocsin.domain.account import Account, Connection
from tocsin.domain.incident import Link
from tocsin.domain.observed import PAGE, observed
from tocsin.domain.terms import EndHow, Level, Phase, Relevance, Severity
from tocsin.domain.update import close

SMTP = Connection("mailhost", "Mail host", match=("smtp",))
GROUP = Connection("mails", "Mails", match=("mail",))
WHOLE = Connection("page", "All of it")
DOWN, SLOW, FINE = Level.OUTAGE, Level.DEGRADED, Level.OK


def page(*connections: Connection) -> Story:
    return Story(
        account=Account("page", "statuspage", "Page", "https://p.example.net", connections=connections), traits=DROPS
    )


def mails(group: Level = FINE, smtp: Level = FINE, imap: Level = FINE):
    return (thing("mail", group, is_group=True), thing("smtp", smtp, "mail"), thing("imap", imap, "mail"))


def ids(*things, connections=(SMTP,), declared=(), **said) -> list[str]:
    links = tuple(Link(each.id, Relevance.LINKED) for each in connections)
    hitting = [replace(each, links=links) for each in declared]
    return [report.id for report in observed(poll(things=things, **said), connections, hitting, NOON)]


@pytest.mark.parametrize(("level", "severity"), [(SLOW, Severity.MINOR), (DOWN, Severity.CRITICAL)])
def test_a_bare_state_is_reported_as_bad_as_it_is(level, severity) -> None:
    """Nobody wrote about it, and it is down all the same."""
    (report,) = observed(poll(things=[thing("smtp", level, raw="major_outage")]), (SMTP,), (), NOON)
    assert (report.id, report.severity, report.title) == ("component:smtp", severity, "Smtp: major outage")
    assert (report.affected, report.started_at, report.observed) == (("smtp",), NOON, True)


@pytest.mark.parametrize("level", [Level.OK, Level.NOTICE, Level.MAINTENANCE, Level.UNKNOWN])
def test_other_states_are_no_trouble(level) -> None:
    """Under maintenance, or a state that is not given, is no outage."""
    assert ids(thing("smtp", level)) == []


def test_only_what_is_watched_is_reported() -> None:
    """A sibling that is down makes no incident."""
    assert ids(*mails(imap=DOWN)) == []
    assert ids(*mails(imap=DOWN), connections=(GROUP,)) == ["component:imap"]
    assert ids(*mails(imap=DOWN), connections=(SMTP, WHOLE)) == [PAGE]


def test_a_group_is_reported_where_none_of_its_members_shows_it() -> None:
    """A group that is red by itself makes a red bell: it is told too, but not beside the member that explains it."""
    assert ids(*mails(group=DOWN), connections=(GROUP,)) == ["component:mail"]
    assert ids(*mails(group=DOWN, smtp=DOWN), connections=(GROUP,)) == ["component:smtp"]
    assert ids(*mails(group=DOWN), connections=(GROUP,), declared=(known(affected=("imap",)),)) == []


def test_all_of_a_page_is_one_report() -> None:
    """Who watches the whole page is told once, with three names and how many more."""
    things = [thing(each, SLOW) for each in ("a", "b", "c", "d")]
    (report,) = observed(poll(things=[*things, thing("e", DOWN), thing("f")]), (WHOLE,), (), NOON)
    assert (report.id, report.title) == (PAGE, "A, B, C (+2): outage raw")
    assert report.affected == ("a", "b", "c", "d", "e")


def test_the_pages_word_is_reported_where_it_lists_nothing() -> None:
    """Red by the page's overall word alone is told as well: a red bell that says nothing helps nobody."""
    (report,) = observed(poll(page_level=DOWN), (WHOLE,), (), NOON)
    assert (report.id, report.title, report.affected) == (PAGE, "Planet Fibre: outage", ())
    assert ids(page_level=DOWN) == []
    assert ids(page_level=FINE, connections=(WHOLE,)) == []
    assert ids(connections=(WHOLE,)) == []
    assert ids(page_level=DOWN, connections=(WHOLE,), declared=(known(affected=()),)) == []


@pytest.mark.parametrize(
    ("incident", "explains"),
    [
        (known(affected=("smtp",)), True),
        (known(affected=("mail",)), True),
        (known(affected=("imap",)), False),
        (known(affected=("smtp",), began=False), False),
        (known(affected=("smtp",), observed=True), False),
        (known(affected=("smtp",), kind=planned().kind), False),
        (close(known(affected=("smtp",), began=False), at(-1), EndHow.CANCELLED), False),
        (close(known(affected=("smtp",), started_at=at(-60)), at(-9), EndHow.RESOLVED), True),
        (close(known(affected=("smtp",), started_at=at(-60)), at(-10), EndHow.RESOLVED), False),
    ],
    ids=[
        "itself",
        "its group",
        "a sibling",
        "announced",
        "observed",
        "planned",
        "called off",
        "just ended",
        "long ended",
    ],
)
def test_a_declared_incident_explains_what_it_hits(incident, explains) -> None:
    """And for ten minutes after its end: providers set the component right in a second step."""
    assert (ids(*mails(smtp=DOWN), declared=(incident,)) == []) is explains


def test_an_incident_explains_nothing_to_a_connection_that_it_is_not_said_to_hit() -> None:
    """A component joined the matched group while the incident was off the list: nobody was told of it here."""
    declared = known(
        affected=("smtp",), links=(Link("another", Relevance.LINKED), Link("mailhost", Relevance.POSSIBLE))
    )
    assert [report.id for report in observed(poll(things=mails(smtp=DOWN)), (SMTP,), (declared,), NOON)] == [
        "component:smtp"
    ]


# --- its life ---


def test_observed_trouble_begins_and_ends_with_the_state() -> None:
    """Red, told once; green, told once."""
    story = page(SMTP)
    for smtp in (FINE, DOWN, DOWN, FINE, FINE):
        story.hear(things=mails(smtp=smtp))
    assert story.keys == ["started", "resolved"]
    assert story.events == ["started", "resolved"]
    assert story.one.episode.how is EndHow.RESOLVED


def test_a_declared_incident_takes_it_over_in_silence() -> None:
    """One disturbance, one thread: the provider's words replace ours, the end is told once."""
    story = page(SMTP)
    story.hear(things=mails(smtp=DOWN))
    declared = told("inc", affected=("smtp",), severity=Severity.CRITICAL, started_at=at(3))
    story.hear(declared, things=mails(smtp=DOWN), after=4)
    assert (story.one.provider_id, story.one.observed) == ("inc", False)
    story.hear(told("inc", affected=("smtp",), phase=Phase.RESOLVED), things=mails())
    assert story.keys == ["started", "resolved"]


def test_an_end_before_the_state_is_right_is_one_end() -> None:
    """The incident is closed, the component is still down for some minutes: nothing rings again."""
    story = page(SMTP)
    down = mails(smtp=DOWN)
    story.hear(told("inc", affected=("smtp",), severity=Severity.CRITICAL), things=down)
    story.hear(told("inc", affected=("smtp",), phase=Phase.RESOLVED), things=down)
    story.hear(things=down)
    story.hear(things=mails(), after=5)
    assert story.keys == ["started", "resolved"]
    assert story.tells[-1].message.values["still"] == 1


def test_an_incident_that_leaves_the_list_before_the_state_is_right_is_one_end() -> None:
    """As above, where the provider simply drops what is over."""
    story = page(SMTP)
    story.hear(told("inc", affected=("smtp",), started_at=at(-60)), things=mails(smtp=DOWN))
    for smtp in (DOWN, DOWN, DOWN, FINE, FINE):
        story.hear(things=mails(smtp=smtp))
    assert story.keys == ["started", "vanished"]


def test_a_state_that_stays_bad_long_after_the_end_is_told_again() -> None:
    """Ten minutes after 'resolved' it is still down: that is news."""
    story = page(SMTP)
    story.hear(told("inc", affected=("smtp",), started_at=at(-60)), things=mails(smtp=DOWN))
    story.hear(told("inc", affected=("smtp",), phase=Phase.RESOLVED), things=mails(smtp=DOWN))
    story.hear(things=mails(smtp=DOWN), after=10)
    assert story.keys == ["started", "resolved", "started"]
    assert story.level("mailhost") is Level.OUTAGE


def test_what_an_incident_explains_without_taking_it_over_is_merged() -> None:
    """Two components were told apart; one incident for both goes on with one of them and takes the other away."""
    story = page(SMTP, Connection("imap", "Imap", match=("imap",)))
    story.hear(things=mails(smtp=DOWN, imap=DOWN))
    assert len(story.alarms.alarms) == 2
    story.hear(told("inc", affected=("mail",), severity=Severity.CRITICAL), things=mails(smtp=DOWN, imap=DOWN))
    ends = {each.episode.how for each in story.incidents.values()}
    assert ends == {None, EndHow.MERGED}
    assert len(story.alarms.alarms) == 1
    story.hear(told("inc", affected=("mail",), phase=Phase.RESOLVED), things=mails())
    assert story.alarms.alarms == ()
    assert (
        "inc:" + next(each.uid for each in story.incidents.values() if each.episode.how is EndHow.MERGED)
        in story.closed
    )


def test_planned_work_does_not_silence_an_outage() -> None:
    """In the window the component goes down outright: red, and told; and its end is told."""
    story = page(SMTP)
    works = planned("m", start=0, phase=Phase.IDENTIFIED, affected=("smtp",))
    story.hear(works, things=mails(smtp=Level.MAINTENANCE))
    story.hear(works, things=mails(smtp=DOWN))
    assert story.level("mailhost") is Level.OUTAGE
    story.hear(works, things=mails(smtp=Level.MAINTENANCE))
    assert story.keys == ["maintenance_started", "started", "resolved"]


def test_an_announced_incident_does_not_silence_an_outage() -> None:
    """Its start lies in the future (a wrong zone, say), the component is down now: told, and told once."""
    story = page(SMTP)
    ahead = told("inc", affected=("smtp",), started_at=at(60))
    story.hear(ahead, things=mails(smtp=DOWN))
    assert story.keys == ["started"]
    assert story.level("mailhost") is Level.OUTAGE
    story.hear(ahead, things=mails())
    assert story.keys == ["started", "resolved"]
    assert story.level("mailhost") is Level.OK


def test_more_of_a_page_in_trouble_than_declared_is_told() -> None:
    """The incident names one component; another goes down and nobody writes about it."""
    story = page(WHOLE)
    story.hear(told("inc", affected=("smtp",), severity=Severity.MINOR), things=mails(smtp=SLOW))
    story.hear(told("inc", affected=("smtp",), severity=Severity.MINOR), things=mails(smtp=SLOW, imap=DOWN))
    assert story.keys == ["started", "started"]
    story.hear(told("inc", affected=("smtp",), phase=Phase.RESOLVED), things=mails(imap=DOWN))
    story.hear(things=mails())
    assert story.keys == ["started", "started", "resolved", "resolved"]


def test_what_was_taken_over_leaves_the_rest_of_the_page_told() -> None:
    """Three were seen down as one; the provider declares one of them: the others go on as their own, and end so."""
    story = page(WHOLE)
    story.hear(things=mails(smtp=DOWN, imap=DOWN))
    declared = told("inc", affected=("smtp",), severity=Severity.CRITICAL)
    for _ in range(3):
        story.hear(declared, things=mails(smtp=DOWN, imap=DOWN))
    assert {(each.provider_id, each.affected) for each in story.incidents.values()} == {
        ("inc", ("smtp",)),
        (PAGE, ("imap",)),
    }
    story.hear(told("inc", affected=("smtp",), phase=Phase.RESOLVED), things=mails(imap=DOWN))
    story.hear(things=mails())
    assert story.keys == ["started", "started", "resolved", "resolved"]


def test_a_component_that_is_taken_off_the_page_is_not_red_for_ever() -> None:
    """The list lacks it: not over at once, but over when two answers in a row lack it; then the match is missing."""
    story = page(SMTP)
    story.hear(things=mails(smtp=DOWN))
    rest = mails()[::2]
    story.hear(things=rest)
    assert story.level("mailhost") is Level.OUTAGE
    story.hear(things=rest)
    assert story.level("mailhost") is Level.UNKNOWN
    assert story.keys == ["started", "vanished"]


def test_a_list_that_is_empty_for_once_ends_nothing() -> None:
    """Red is not taken back by an answer that lists nothing at all."""
    story = page(SMTP)
    story.hear(things=mails(smtp=DOWN))
    for _ in range(3):
        story.hear()
    assert story.one.is_open
    assert story.level("mailhost") is Level.OUTAGE


def test_a_pages_word_begins_and_ends_as_one() -> None:
    """Where no component is listed the overall word is all there is; components that come later take its place."""
    story = page(WHOLE)
    story.hear(page_level=DOWN)
    story.hear(page_level=DOWN)
    story.hear(page_level=FINE)
    story.hear(page_level=SLOW, after=60)
    story.hear(things=mails(), page_level=SLOW)
    assert story.keys == ["started", "resolved", "started", "resolved"]
    assert story.alarms.alarms == ()


def test_an_incident_explains_the_pages_word() -> None:
    """The word is bad because of the incident: one disturbance, one end."""
    story = page(WHOLE)
    story.hear(page_level=DOWN)
    story.hear(told("inc", affected=()), page_level=DOWN)
    assert len(story.alarms.alarms) == 1
    assert [each.provider_id for each in story.incidents.values() if each.is_open] == ["inc"]


def test_trouble_that_is_no_longer_watched_is_ended_without_a_word() -> None:
    """The user matches another component: the old one is nobody's business, whatever its state."""
    story = page(SMTP)
    story.hear(things=mails(smtp=DOWN))
    story.account = page(Connection("mailhost", "Mail host", match=("imap",))).account
    story.hear(things=mails(smtp=DOWN))
    assert story.one.episode.how is EndHow.UNWATCHED
    assert story.keys == ["started"]
    assert story.closed == ["inc:" + story.one.uid]


def test_its_links_are_sure() -> None:
    """What is down surely concerns who watches it."""
    story = page(SMTP, WHOLE)
    story.hear(things=mails(smtp=DOWN))
    assert story.one.links == (Link("mailhost", Relevance.LINKED), Link("page", Relevance.LINKED))
