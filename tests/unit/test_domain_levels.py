"""From what a provider says to a level: the tables of the design's *Levels*, row by row."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import DROPS, FIBRE, NOON, at, known, thing, told
from support.worlds import CONNECTIONS, components
from tocsin.domain.account import Connection
from tocsin.domain.incident import Link
from tocsin.domain.levels import (
    Scene,
    alarm_level,
    connection_level,
    contribution,
    is_missing,
    is_overrun,
    own_level,
    strange_word,
)
from tocsin.domain.relevance import links
from tocsin.domain.snapshot import Snapshot, Traits
from tocsin.domain.terms import EndHow, IncidentKind, Level, Phase, Relevance, Severity
from tocsin.domain.update import close

MANY = settings(max_examples=80)
PLAIN = Scene()
LEFTOVERS = Traits(drops_resolved=True, old_is_notice=True)
WHOLE = Connection("page", "All of it")
SMTP = Connection("mailhost", "Mail host", match=("smtp",))
HITS_SMTP = {"links": (Link("mailhost", Relevance.LINKED),), "affected": ("smtp",)}


def page(*things) -> Scene:
    return Scene(things, has_states=True, lists_things=True)


def six(smtp: Level = Level.OK) -> Scene:
    """Six leaves and a group, of which only the SMTP server may be in trouble."""
    return page(thing("g", is_group=True), thing("smtp", smtp, "g"), *(thing(each, group="g") for each in "bcdef"))


def works(severity: Severity = Severity.NOTICE, **said):
    """Planned work in force from noon to one o'clock."""
    facts = {"kind": IncidentKind.MAINTENANCE, "severity": severity, "scheduled_start": NOON, "scheduled_end": at(60)}
    return known(**facts | said)


@pytest.mark.parametrize(
    ("severity", "with_states", "without"),
    [
        (Severity.NOTICE, Level.NOTICE, Level.NOTICE),
        (Severity.MINOR, Level.DEGRADED, Level.DEGRADED),
        (Severity.MAJOR, Level.DEGRADED, Level.OUTAGE),
        (Severity.CRITICAL, Level.OUTAGE, Level.OUTAGE),
    ],
)
def test_an_open_incident_counts_by_its_severity(severity, with_states, without) -> None:
    """Where things have states of their own a major incident is not yet an outage; where they have none it is."""
    incident = known(severity=severity)
    assert contribution(incident, FIBRE, PLAIN, DROPS, NOON) is without
    assert contribution(incident, FIBRE, page(thing("SVC-1", Level.DEGRADED)), DROPS, NOON) is with_states


@pytest.mark.parametrize(
    "incident",
    [
        known(links=(Link("mail", Relevance.LINKED),)),
        known(links=()),
        known(began=False),
        close(known(), at(1), EndHow.RESOLVED),
    ],
    ids=["another connection's", "nobody's", "still to come", "over"],
)
def test_what_does_not_hit_the_connection_now_does_not_count(incident) -> None:
    """Red that is not true is the second worst sin."""
    assert contribution(incident, FIBRE, PLAIN, DROPS, NOON) is Level.OK
    assert alarm_level(incident, FIBRE, PLAIN, DROPS, NOON) is Level.OK


def test_one_that_names_nothing_is_a_notice() -> None:
    """It may concern the user, and nothing more is known: amber would be a guess."""
    incident = known(severity=Severity.CRITICAL, affected=(), links=(Link("fibre", Relevance.POSSIBLE),))
    assert contribution(incident, FIBRE, PLAIN, DROPS, NOON) is Level.NOTICE
    assert alarm_level(incident, FIBRE, page(thing("SVC-1", Level.OUTAGE)), DROPS, NOON) is Level.NOTICE


def test_planned_work_is_maintenance_and_over_its_end_degraded() -> None:
    """Whatever severity stands on it, work that was announced is no outage."""
    assert contribution(works(Severity.CRITICAL), FIBRE, PLAIN, DROPS, NOON) is Level.MAINTENANCE
    assert contribution(works(overrun=True), FIBRE, PLAIN, DROPS, NOON) is Level.DEGRADED
    assert alarm_level(works(), FIBRE, page(thing("SVC-1", Level.OUTAGE)), DROPS, NOON) is Level.MAINTENANCE


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.MAJOR, Severity.CRITICAL])
def test_being_watched_with_the_thing_operational_is_a_notice(severity) -> None:
    """Trap: 'Monitoring' with everything back up: the bell may calm down before the provider closes it."""
    incident = known(severity=severity, phase=Phase.MONITORING, **HITS_SMTP)
    assert contribution(incident, SMTP, six(), DROPS, NOON) is Level.NOTICE
    assert contribution(incident, SMTP, six(Level.DEGRADED), DROPS, NOON) > Level.NOTICE
    assert contribution(incident, SMTP, PLAIN, DROPS, NOON) > Level.NOTICE


def test_a_page_wide_incident_with_the_thing_operational_is_a_notice() -> None:
    """Trap: linked to more than half of six or more: it says little about this one, which works."""
    incident = known(**HITS_SMTP | {"affected": ("smtp", "b", "c", "d")})
    assert contribution(incident, SMTP, six(), DROPS, NOON) is Level.NOTICE
    whole_group = replace(incident, affected=("g",))
    assert contribution(whole_group, SMTP, six(), DROPS, NOON) is Level.NOTICE
    half = replace(incident, affected=("smtp", "b", "c"))
    assert contribution(half, SMTP, six(), DROPS, NOON) is Level.DEGRADED
    five = page(*(thing(each) for each in ("smtp", "b", "c", "d", "e")))
    assert contribution(incident, SMTP, five, DROPS, NOON) is Level.DEGRADED
    assert contribution(incident, SMTP, six(Level.DEGRADED), DROPS, NOON) is Level.DEGRADED


def test_a_match_that_is_not_listed_is_not_called_operational() -> None:
    """Nothing is known of the thing itself: the incident counts in full."""
    incident = known(phase=Phase.MONITORING, **HITS_SMTP)
    assert contribution(incident, SMTP, page(thing("b")), DROPS, NOON) is Level.DEGRADED


def test_alarms_follow_the_state_of_what_is_hit() -> None:
    """An incident that is called minor while its component is out is told as an outage."""
    incident = known(severity=Severity.MINOR, **HITS_SMTP)
    assert alarm_level(incident, SMTP, six(Level.OUTAGE), DROPS, NOON) is Level.OUTAGE
    assert alarm_level(incident, SMTP, six(Level.MAINTENANCE), DROPS, NOON) is Level.DEGRADED
    elsewhere = page(thing("smtp"), thing("web", Level.OUTAGE))
    assert alarm_level(incident, SMTP, elsewhere, DROPS, NOON) is Level.DEGRADED


def test_alarms_follow_the_pages_word_where_nothing_is_listed() -> None:
    """The page calls itself down and has one harmless incident: that one is told as what it stands for."""
    incident = known(severity=Severity.NOTICE, affected=(), links=(Link("page", Relevance.LINKED),))
    assert alarm_level(incident, WHOLE, Scene(page_level=Level.OUTAGE), DROPS, NOON) is Level.OUTAGE
    assert alarm_level(incident, WHOLE, Scene(page_level=Level.UNKNOWN), DROPS, NOON) is Level.NOTICE
    assert alarm_level(incident, WHOLE, PLAIN, DROPS, NOON) is Level.NOTICE


def test_own_level_is_the_worst_of_the_matched_things() -> None:
    """The page's component list decides, members of a matched group with it."""
    scene = page(thing("g", is_group=True), thing("smtp", Level.DEGRADED, "g"), thing("web", Level.OUTAGE))
    assert own_level(SMTP, scene) is Level.DEGRADED
    assert own_level(Connection("x", "X", match=("g",)), scene) is Level.DEGRADED
    assert own_level(WHOLE, scene) is Level.OUTAGE
    assert own_level(FIBRE, PLAIN) is Level.OK


def test_the_pages_word_counts_where_nothing_is_listed() -> None:
    """A page without components still has an overall word; one with components is judged by them."""
    assert own_level(WHOLE, Scene(page_level=Level.OUTAGE)) is Level.OUTAGE
    assert own_level(SMTP, Scene(page_level=Level.OUTAGE)) is Level.OK
    assert own_level(WHOLE, replace(page(thing("smtp")), page_level=Level.OUTAGE)) is Level.OK


def test_a_word_that_is_not_known_is_shown_as_it_came() -> None:
    """A word that is not known is degraded, and the word is shown as it came."""
    scene = page(thing("smtp", Level.DEGRADED, raw="wobbly", known=False), thing("web", raw="odd", known=False))
    assert strange_word(SMTP, scene) == "wobbly"
    assert strange_word(SMTP, six()) == ""


def test_a_missing_match_is_unknown_and_hides_no_trouble() -> None:
    """A match that the list no longer has is never green; what else is matched still shows how bad it is."""
    both = Connection("mailhost", "Mail host", match=("smtp", "gone"))
    assert is_missing(both, six())
    assert not is_missing(SMTP, six())
    assert not is_missing(both, PLAIN), "where nothing is listed nothing is missing"
    assert connection_level(both, (), six(), DROPS, NOON) is Level.UNKNOWN
    assert connection_level(both, (), six(Level.OUTAGE), DROPS, NOON) is Level.OUTAGE
    minor = known(severity=Severity.MINOR, **HITS_SMTP)
    assert connection_level(both, (minor,), six(Level.OUTAGE), DROPS, NOON) is Level.OUTAGE


@pytest.mark.parametrize(
    ("incident", "scene", "minutes", "expected"),
    [
        (works(), PLAIN, 74, False),
        (works(), PLAIN, 75, True),
        (works(scheduled_end=None), PLAIN, 500, False),
        (works(scheduled_end=datetime.max.replace(tzinfo=UTC)), PLAIN, 500, False),
        (works(began=False), PLAIN, 500, False),
        (close(works(), at(60), EndHow.RESOLVED), PLAIN, 500, False),
        (known(scheduled_end=NOON), PLAIN, 500, False),
        (works(), page(thing("SVC-1")), 75, False),
        (works(), page(thing("SVC-1", Level.MAINTENANCE)), 75, True),
        (works(), page(thing("SVC-1"), thing("web", Level.OUTAGE)), 75, False),
        (works(affected=()), page(thing("SVC-1"), thing("web", Level.OUTAGE)), 75, True),
        (works(affected=("gone",)), page(thing("SVC-1"), thing("web", Level.OUTAGE)), 75, False),
    ],
)
def test_overrun_is_fifteen_minutes_over_the_end_with_the_thing_not_back(incident, scene, minutes, expected) -> None:
    """A sibling's trouble is no overrun; where things have no states, being open says that it is not finished."""
    assert is_overrun(incident, scene, at(minutes)) is expected


def test_a_leftover_counts_as_a_notice_only_on_a_healthy_page() -> None:
    """Case 'first snapshot': older than 14 days with everything operational, and only where pages are like that."""
    old = known(started_at=at(-14 * 24 * 60 - 1), **HITS_SMTP)
    young = known(started_at=at(-14 * 24 * 60), **HITS_SMTP)
    assert contribution(old, SMTP, six(), LEFTOVERS, NOON) is Level.NOTICE
    assert contribution(young, SMTP, six(), LEFTOVERS, NOON) is Level.DEGRADED
    assert contribution(old, SMTP, six(), DROPS, NOON) is Level.DEGRADED
    sick = page(thing("smtp"), thing("web", Level.DEGRADED))
    assert contribution(old, SMTP, sick, LEFTOVERS, NOON) is Level.DEGRADED


def test_a_scene_is_what_a_snapshot_shows() -> None:
    """The levels of later moments are judged by the last answer."""
    snapshot = Snapshot(
        NOON, "Page", "https://a.example.net", (told(),), (thing("a"),), has_states=True, lists_things=True
    )
    assert Scene.of(snapshot) == Scene((thing("a"),), has_states=True, lists_things=True)


levels = st.sampled_from(Level)
severities = st.sampled_from(Severity)
names = st.lists(st.sampled_from(("a", "b", "c", "d", "g")), max_size=3, unique=True).map(tuple)


@MANY
@given(components(), names, severities, severities, levels, st.sampled_from(CONNECTIONS), st.booleans())
def test_worse_facts_never_make_a_better_level(listed, affected, one, other, worse, connection, monitoring) -> None:
    """Monotone: a worse state, a worse severity or one incident more never lowers a level or an alarm."""
    scene = page(*listed)
    phase = Phase.MONITORING if monitoring else Phase.IDENTIFIED
    concerned = links(told(affected=affected), CONNECTIONS, listed)
    mild = known(severity=min(one, other), affected=affected, links=concerned, phase=phase)
    grave = replace(mild, severity=max(one, other))
    sicker = page(replace(listed[0], level=max(listed[0].level, worse)), *listed[1:])
    level = connection_level(connection, (mild,), scene, LEFTOVERS, NOON)
    assert connection_level(connection, (grave,), scene, LEFTOVERS, NOON) >= level
    assert connection_level(connection, (mild,), sicker, LEFTOVERS, NOON) >= level
    assert connection_level(connection, (), scene, LEFTOVERS, NOON) <= level
    assert alarm_level(grave, connection, scene, LEFTOVERS, NOON) >= alarm_level(
        mild, connection, scene, LEFTOVERS, NOON
    )
    assert alarm_level(mild, connection, sicker, LEFTOVERS, NOON) >= alarm_level(
        mild, connection, scene, LEFTOVERS, NOON
    )
    assert level >= own_level(connection, scene)
