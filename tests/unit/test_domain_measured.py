"""What the line itself shows, and how it and the provider's word become one incident with one end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import DROPS, HOME, KEEPS, NOON, at, known, planned, poll, told
from tocsin.domain import timeline
from tocsin.domain.incident import Alias, Incident, Link, Measured
from tocsin.domain.measured import (
    SAME_TROUBLE,
    adopted,
    began,
    held,
    is_declared,
    is_line_only,
    is_waiting,
    mark_of,
    restored,
    settled,
    title,
)
from tocsin.domain.terms import Cause, ChangeKind, EndHow, LineState, Phase, Relevance, Severity
from tocsin.domain.update import close

MANY = settings(max_examples=150, deadline=None)
DOWN, LOCAL, DEGRADED = LineState.DOWN, LineState.LOCAL_FAULT, LineState.DEGRADED
SURE = (Link("fibre", Relevance.LINKED),)
LINE = "line:fibre"


def mark(minutes: float = 0, state=DOWN, cause: Cause | None = Cause.BEYOND_GATEWAY) -> Measured:
    return mark_of(state, cause, at(minutes))


def cut(*others: Incident, minutes: float = 0, **said) -> Incident:
    """What a cut of the fibre at a minute makes of what is known, two minutes later."""
    return began(others, "home", "fibre", mark(minutes, **said), at(minutes + 2))[0]


def back(incident: Incident, minutes: float, *, is_known: bool = True) -> Incident:
    return restored(incident, at(minutes), is_known=is_known)


def adopts(incident: Incident, *reports, minutes: float = 5, links=SURE) -> dict[str, Incident]:
    return adopted([incident], [(each, links) for each in reports], at(minutes))


def merged(incidents: tuple[Incident, ...], *reports, minutes: float, traits=KEEPS) -> tuple[Incident, ...]:
    """All that is known after a poll."""
    found = timeline.merge(incidents, poll(*reports), HOME, traits, at(minutes))
    return tuple(({each.uid: each for each in incidents} | {each.uid: each for each in found.incidents}).values())


def test_a_cut_makes_an_incident_of_its_own() -> None:
    """Open since it failed first, critical, with the line as its one source; a poor line is minor."""
    incident, changes = began([known(links=(Link("mail", Relevance.LINKED),))], "home", "fibre", mark(), at(2))
    assert [each.kind for each in changes] == [ChangeKind.STARTED]
    assert (incident.provider_id, incident.title, incident.severity) == (
        LINE,
        "line: down (beyond_gateway)",
        Severity.CRITICAL,
    )
    assert (incident.started_at, incident.first_seen_at, incident.links) == (NOON, at(2), SURE)
    assert [source.account for source in incident.sources] == ["line"]
    assert is_line_only(incident)
    assert not is_declared(incident)
    assert cut(state=DEGRADED).severity is Severity.MINOR
    assert title(mark(cause=None)) == "line: down"


def test_another_cause_or_state_goes_on_in_the_same_incident() -> None:
    """The cable was put back and the line behind it is down: one trouble, from its first moment."""
    first = cut(state=LOCAL, cause=Cause.OWN_NETWORK)
    second, changes = began([first], "home", "fibre", mark(4), at(6))
    assert changes == ()
    assert (second.uid, second.measured) == (first.uid, mark(0))
    assert [source.raw_severity for source in second.sources] == ["down", "local_fault"]
    assert second.title == "line: down (beyond_gateway)"
    again, _ = began([second], "home", "fibre", mark(8, LOCAL, Cause.OWN_NETWORK), at(9))
    assert len(again.sources) == 2


def test_the_line_first_and_then_the_provider_is_one_incident() -> None:
    """The report's words, our uid and start; the line comes back, the provider calls it over: one end, the later."""
    line = cut()
    (incident,) = merged((line,), told("T-1", started_at=at(3)), minutes=5)
    assert (incident.uid, incident.provider_id, incident.title) == (line.uid, "T-1", "Cable cut")
    assert (incident.measured, incident.episode.started_at, incident.is_open) == (mark(), NOON, True)
    assert [alias.provider_id for alias in incident.aliases] == [LINE, "T-1"]
    assert is_declared(incident)
    waiting = back(incident, 42)
    assert is_waiting(waiting)
    assert settled(waiting, at(43)) == (waiting, ())
    over = told("T-1", started_at=at(3), phase=Phase.RESOLVED, resolved_at=at(60))
    (ended,) = merged((waiting,), over, minutes=61)
    assert (ended.episode.ended_at, ended.episode.how) == (at(60), EndHow.RESOLVED)


def test_the_provider_first_and_then_the_line_is_one_incident() -> None:
    """The measurement is a second source of what was declared; called over too early, it is until the line works."""
    (declared,) = merged((), told("T-1"), minutes=1)
    incident, changes = began([declared], "home", "fibre", mark(4), at(6))
    assert (incident.uid, incident.title, changes) == (declared.uid, "Cable cut", ())
    assert [source.account for source in incident.sources] == ["line", "home"]
    over = told("T-1", phase=Phase.RESOLVED, resolved_at=at(20))
    (still,) = merged((incident,), over, minutes=21)
    assert (still.is_open, still.phase) == (True, Phase.RESOLVED)
    ended, (change,) = settled(back(still, 42), at(43))
    assert (ended.episode.ended_at, change.kind) == (at(42), ChangeKind.RESOLVED)
    (after,) = merged((ended,), over, minutes=44)
    assert after == ended


def test_what_the_provider_drops_while_the_line_is_cut_stays_open() -> None:
    """A list that no longer has it ends nothing that is still measured; nor does a change of mind after the end."""
    incident = cut(*merged((), told("T-1"), minutes=1), minutes=2)
    for minutes in (10, 11, 12):
        (incident,) = merged((incident,), minutes=minutes, traits=DROPS)
        assert incident.is_open
    ended, _ = settled(back(incident, 42), at(43))
    assert ended.episode.ended_at == at(42)
    assert held((replace(ended, measured=None), ())) == (replace(ended, measured=None), ())


def test_an_end_is_no_earlier_than_the_line_came_back() -> None:
    """The provider dates its end before our line worked again: ours counts. The end of an earlier episode is left."""
    incident = back(cut(*merged((), told("T-1"), minutes=1), minutes=2), 42)
    (ended,) = merged((incident,), told("T-1", phase=Phase.RESOLVED, resolved_at=at(30)), minutes=43)
    assert (ended.episode.ended_at, ended.is_open) == (at(42), False)
    old = replace(ended, measured=mark(-60))
    assert held((old, ())) == (old, ())
    unwatched = close(incident, at(43), EndHow.UNWATCHED)
    assert held((unwatched, ())) == (unwatched, ())


def test_the_lines_own_incident_ends_when_it_works_again() -> None:
    """With the moment where that was measured, else how is unknown. What goes on, or was not measured, does not end."""
    line = cut()
    assert settled(line, at(9)) == (line, ())
    for is_known, how in ((True, EndHow.RESOLVED), (False, EndHow.UNKNOWN)):
        ended, (change,) = settled(back(line, 42, is_known=is_known), at(43))
        assert (ended.episode.ended_at, ended.episode.how, ended.phase) == (at(42), how, Phase.RESOLVED)
        assert change.detail == {"how": how.value}
        assert settled(ended, at(50)) == (ended, ())
    assert restored(known(), at(9), is_known=True) == known()
    assert not is_waiting(line)


def test_polls_do_not_end_what_the_line_alone_showed() -> None:
    """A provider that says nothing has nothing to say about it."""
    incidents = (cut(),)
    for minutes in range(3, 9):
        assert merged(incidents, minutes=minutes, traits=DROPS) == incidents


@pytest.mark.parametrize("minutes", [0, 14])
def test_falling_again_soon_is_a_new_episode(minutes) -> None:
    """Within 15 min of its end, of the line's own incident and of one that the provider called over."""
    own = settled(back(cut(), 10), at(11))[0]
    over = told("T-1", phase=Phase.RESOLVED, resolved_at=at(10))
    (declared,) = merged((back(cut(*merged((), told("T-1"), minutes=1), minutes=2), 9),), over, minutes=11)
    for ended in (own, declared):
        again, (change,) = began([ended], "home", "fibre", mark(10 + minutes - 2), at(10 + minutes))
        assert (again.uid, again.episode.number, again.is_open) == (ended.uid, 2, True)
        assert again.episode.started_at == again.measured.since == max(at(10), at(8 + minutes))
        assert change.detail == {"reopened": True}
        ended_again, _ = settled(back(again, 40), at(41))
        assert ended_again.episode.ended_at == at(40)
    (still,) = merged((again,), over, minutes=30)
    assert still.is_open


def test_falling_again_later_is_another_incident() -> None:
    """After 15 min. A fault of the own network does not reopen what the provider declared."""
    ended = settled(back(cut(), 10), at(11))[0]
    assert cut(ended, minutes=24).uid != ended.uid
    over = told("T-1", phase=Phase.RESOLVED, resolved_at=at(10))
    (declared,) = merged((back(cut(*merged((), told("T-1"), minutes=1), minutes=2), 9),), over, minutes=11)
    assert cut(declared, minutes=12, state=LOCAL).uid != declared.uid
    assert cut(ended, minutes=12, state=LOCAL).uid == ended.uid


def test_a_second_cut_while_the_provider_still_lists_it_is_told_from_its_own_start() -> None:
    """Soon after the first it is one stretch; hours later the outage did not last all the while."""
    declared = back(cut(*merged((), told("T-1"), minutes=1), minutes=2), 10)
    assert cut(declared, minutes=12).measured == mark(2)
    assert cut(declared, minutes=200).measured == mark(200)


def test_a_fault_of_the_own_network_is_kept_apart_from_what_the_provider_declared() -> None:
    """Nobody's report explains a pulled cable, in either order; planned work explains no cut either."""
    (declared,) = merged((), told("T-1"), minutes=1)
    local = cut(declared, minutes=2, state=LOCAL, cause=Cause.OWN_NETWORK)
    assert local.uid != declared.uid
    assert is_line_only(local)
    assert adopts(cut(state=LOCAL), told("T-1")) == {}
    (work,) = merged((), planned(start=-10), minutes=1)
    assert cut(work, minutes=2).uid != work.uid
    assert adopts(cut(), planned(start=-10)) == {}


@pytest.mark.parametrize(
    ("said", "links", "expected"),
    [
        ({}, SURE, True),
        ({"started_at": at(-200)}, SURE, True),
        ({"started_at": None}, SURE, True),
        ({"started_at": at(20)}, SURE, True),
        ({"started_at": at(21)}, SURE, False),
        ({"phase": Phase.RESOLVED, "resolved_at": at(4)}, SURE, True),
        ({"phase": Phase.RESOLVED, "resolved_at": at(-15), "started_at": at(-60)}, SURE, True),
        ({"phase": Phase.RESOLVED, "resolved_at": at(-16), "started_at": at(-60)}, SURE, False),
        ({"phase": Phase.RESOLVED, "started_at": at(-9000)}, SURE, False),
        ({"phase": Phase.RESOLVED, "started_at": None}, SURE, False),
        ({"observed": True}, SURE, False),
        ({}, (Link("mail", Relevance.LINKED),), False),
        ({}, (Link("fibre", Relevance.POSSIBLE),), False),
        ({}, (), False),
    ],
)
def test_a_report_is_about_what_was_measured_where_place_and_time_meet(said, links, expected) -> None:
    """The same connection for sure, and stretches that meet within a quarter of an hour."""
    line = cut()
    found = adopts(line, told("T-1", **said), links=links)
    assert ({*found} == {line.uid}) is expected
    if expected:
        assert found[line.uid].aliases[-1] == Alias("T-1", said.get("started_at", NOON) or NOON)


def test_what_is_over_takes_only_a_report_that_is_over_and_not_for_long() -> None:
    """A provider tells late of what was: recorded with it. What it says goes on does, and is another matter."""
    ended = settled(back(cut(), 10), at(11))[0]
    over = told("T-1", phase=Phase.RESOLVED, resolved_at=at(10))
    assert adopts(ended, over, minutes=12)
    assert adopts(ended, told("T-1"), minutes=12) == {}
    assert adopts(ended, over, minutes=26) == {}


def test_a_report_that_is_known_already_is_not_taken_twice() -> None:
    """Its own incident goes on; what goes on is preferred to what is over."""
    line = cut()
    assert adopted([line, known("T-1")], [(told("T-1"), SURE)], at(5)) == {}
    over = told("T-0", phase=Phase.RESOLVED, resolved_at=NOON, started_at=at(-5))
    assert adopts(line, over, told("T-1"))[line.uid].aliases[-1].provider_id == "T-1"
    poor = replace(cut(state=DEGRADED), uid="poor")
    assert len(adopted([line, poor], [(told("T-1"), SURE), (told("T-1"), SURE)], at(5))) == 1
    ended = replace(settled(back(cut(minutes=-10), -5), at(-4))[0], uid="earlier")
    assert {*adopted([ended, line], [(told("T-1"), SURE)], at(5))} == {line.uid}


moments = st.integers(-40, 40).map(lambda minutes: NOON + timedelta(minutes=minutes))
reports = st.builds(
    lambda number, start, end: told(
        f"T-{number}", started_at=start, phase=Phase.RESOLVED if end else Phase.IDENTIFIED, resolved_at=end
    ),
    st.integers(0, 4),
    st.none() | moments,
    st.none() | moments,
)
lines = st.lists(
    st.builds(
        lambda start, end, state: (start, end, state),
        moments,
        st.none() | moments,
        st.sampled_from((DOWN, LOCAL, DEGRADED)),
    ),
    max_size=4,
)


def measured_incidents(stretches: list[tuple[datetime, datetime | None, LineState]]) -> list[Incident]:
    found = []
    for number, (start, end, state) in enumerate(stretches):
        incident, _ = began([], "home", "fibre", mark_of(state, None, start), start)
        if end is not None:
            incident, _ = settled(restored(incident, end, is_known=True), max(start, end))
        found.append(replace(incident, uid=f"uid-{number}"))
    return found


@MANY
@given(st.lists(reports, max_size=6), lines, moments)
def test_no_report_and_no_incident_is_claimed_twice(told_now, stretches, now) -> None:
    """Several of each: every report goes to one incident at the most, and every incident takes one report."""
    mine = measured_incidents(stretches)
    found = adopted(iter(mine), iter([(each, SURE) for each in told_now]), now)
    taken = [incident.aliases[-1].provider_id for incident in found.values()]
    assert len(taken) == len({*taken})
    for uid, incident in found.items():
        assert incident.uid == uid
        assert incident.measured.state is not LOCAL
        assert len(incident.aliases) == 2


steps = st.lists(
    st.tuples(
        st.sampled_from(["cut", "local", "poor", "back", "lost", "settle", "report", "over", "none"]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=16,
)


@MANY
@given(steps, st.sampled_from([KEEPS, DROPS]))
def test_whatever_comes_there_is_one_trouble_of_the_line_at_a_time(story, traits) -> None:
    """No end before its start, no end in the future, no two open incidents with a running mark, numbers that count."""
    incidents: tuple[Incident, ...] = ()
    clock = 0.0
    for what, passed in story:
        clock += passed
        running = next((each for each in incidents if each.is_open and each.measured and not each.measured.until), None)
        now = at(clock)
        changed: Incident | None = None
        if what in ("cut", "local", "poor"):
            state = {"cut": DOWN, "local": LOCAL, "poor": DEGRADED}[what]
            changed = began(incidents, "home", "fibre", mark_of(state, None, now - timedelta(minutes=1)), now)[0]
        elif what in ("back", "lost") and running is not None:
            changed = restored(running, now, is_known=what == "back")
        elif what == "settle":
            for each in incidents:
                incidents = tuple(settled(one, now)[0] if one.uid == each.uid else one for one in incidents)
        elif what in ("report", "over", "none"):
            over = {"phase": Phase.RESOLVED, "resolved_at": now} if what == "over" else {}
            said = () if what == "none" else (told("T-1", started_at=at(clock - 3), **over),)
            incidents = merged(incidents, *said, minutes=clock, traits=traits)
        if changed is not None:
            incidents = tuple(({each.uid: each for each in incidents} | {changed.uid: changed}).values())
        marks = [each for each in incidents if each.is_open and each.measured and each.measured.until is None]
        assert len(marks) <= 1
        aliases = [
            alias.provider_id
            for each in incidents
            if each.is_open
            for alias in each.aliases
            if alias.provider_id == "T-1"
        ]
        assert len(aliases) <= 1
        for each in incidents:
            assert [episode.number for episode in each.episodes] == list(range(1, len(each.episodes) + 1))
            for episode in each.episodes:
                assert episode.ended_at is None or episode.started_at <= episode.ended_at <= now
            assert each.measured is None or each.measured.until is None or each.measured.until >= each.measured.since


def test_a_quarter_of_an_hour_is_what_it_says() -> None:
    """The bounds of the examples above."""
    assert timedelta(minutes=15) == SAME_TROUBLE
