"""The values of the rules: what they say of themselves, and that nobody can change them."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta

import pytest

from support.stories import NOON, at, known
from tocsin.domain.account import Account, Auth, AuthKind, Connection
from tocsin.domain.alarm_state import Alarm, AlarmPhase, AlarmState
from tocsin.domain.incident import Episode, Eta
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import ConnectionView, Side
from tocsin.domain.terms import ConnectionKind, EndHow, Level, Phase, Role, Severity

MOVES = (
    ((), None, None, 0),
    ((None,), None, None, 0),
    ((at(60),), at(60), at(60), 0),
    ((None, at(60)), at(60), at(60), 0),
    ((at(60), at(90)), at(60), at(90), 1),
    ((at(60), None, at(90)), at(60), at(90), 2),
    ((at(60), None), at(60), None, 1),
)


def alarm(uid: str, phase: AlarmPhase = AlarmPhase.RINGING) -> Alarm:
    return Alarm(uid, 1, f"inc:{uid}", phase, 1, Level.OUTAGE)


def side(account: str, level: Level, confirmed: Instant | None) -> Side:
    return Side(account, level, confirmed, timedelta(minutes=3))


def view(*sides: Side) -> ConnectionView:
    return ConnectionView("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, Level.OK, sides)


def test_levels_are_ordered_from_fine_to_out() -> None:
    """The worst of several levels is their maximum: the order is the meaning."""
    assert [level.word for level in sorted(Level)] == ["ok", "notice", "maintenance", "unknown", "degraded", "outage"]
    assert [severity.word for severity in sorted(Severity)] == ["notice", "minor", "major", "critical"]


def test_only_stated_trouble_is_definite() -> None:
    """A failed poll must not wash away what was stated, and nothing else outlives its time."""
    assert {level for level in Level if level.is_definite_trouble} == {Level.DEGRADED, Level.OUTAGE}


def test_only_two_phases_are_over() -> None:
    """Monitoring is not an end, and cancelled is one."""
    assert {phase for phase in Phase if phase.is_over} == {Phase.RESOLVED, Phase.CANCELLED}


@pytest.mark.parametrize(("values", "first", "last", "moves"), MOVES)
def test_estimates_are_counted_from_the_first_that_was_given(values, first, last, moves) -> None:
    """'Moved twice, was 19:00' counts what the provider changed, a first estimate that came late is no move."""
    incident = known(etas=tuple(Eta(value, None, NOON) for value in values))
    assert (incident.first_eta, incident.eta, incident.eta_moves) == (first, last, moves)


def test_an_incident_is_as_open_as_its_last_episode() -> None:
    """A reopened incident is open though its first episode has an end."""
    ended = Episode(1, NOON, at(5), EndHow.RESOLVED)
    assert not known(episodes=(ended,)).is_open
    assert known(episodes=(ended, Episode(2, at(10)))).is_open
    assert known(episodes=(ended, Episode(2, at(10)))).episode.number == 2


def test_alarms_are_found_by_incident_and_phase() -> None:
    """What rings and what was seen are told apart."""
    state = AlarmState((alarm("a"), alarm("b", AlarmPhase.ACKNOWLEDGED), alarm("c")))
    assert state.of("b") == alarm("b", AlarmPhase.ACKNOWLEDGED)
    assert state.of("z") is None
    assert state.within(AlarmPhase.RINGING) == {"a", "c"}
    assert state.within(AlarmPhase.SNOOZED) == frozenset()


def test_a_connection_is_confirmed_when_every_account_vouches_for_it() -> None:
    """Two sides are as old as the older; with one side silent since the start nothing is confirmed."""
    early, late = Instant(NOON, 10.0), Instant(at(5), 310.0)
    assert view(side("a", Level.OK, late), side("b", Level.OK, early)).confirmed == early
    assert view(side("a", Level.OK, late), side("b", Level.OK, None)).confirmed is None
    assert view().confirmed is None


@pytest.mark.parametrize(
    "value",
    [
        known(),
        alarm("a"),
        view(),
        Instant(NOON, 1.0),
        Message("started"),
        Fault(Message("bug")),
        Account("a", "line", "A", "https://a.example.net"),
        Connection("fibre", "Home fibre"),
        Auth(AuthKind.BEARER),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_frozen(value) -> None:
    """Values cross threads: nobody changes one, and two of the same facts are equal."""
    name = fields(value)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, getattr(value, name))
    assert replace(value) == value
    assert not hasattr(value, "__dict__")


def test_a_message_carries_values_that_nobody_can_change() -> None:
    """The default values of a message, and an account's options, are shared by all: read-only."""
    for mapping in (Message("bug").values, Account("a", "line", "A", "https://a.example.net").options):
        with pytest.raises(TypeError):
            mapping["more"] = "x"
