"""One disturbance, one story: what the line shows and what the provider says become one incident and one thread."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.stories import FIBRE, HOME, KEEPS, NOON, at, told
from tocsin.domain import alarm, assess, measured, timeline
from tocsin.domain.account import LINE_PROVIDER, Help
from tocsin.domain.alarm import BACK, Look, Policy
from tocsin.domain.alarm_state import AlarmState, Close, Effect, Tell
from tocsin.domain.assess import Carrying
from tocsin.domain.incident import Incident
from tocsin.domain.instant import Instant
from tocsin.domain.levels import Scene, connection_level, contribution
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.state import Acknowledge, LineSide, MuteUntilResolved
from tocsin.domain.terms import Cause, EndHow, Level, LineState, Phase, Severity, Urgency
from tocsin.domain.verdict import NextStep, Says

ACCOUNT = replace(HOME, help=Help(phone="0800-1234"))
MINUTES = 60.0


@dataclass
class Day:
    """A provider and a line over a day, driven as the engine drives them."""

    account: object = ACCOUNT
    incidents: dict[str, Incident] = field(default_factory=dict)
    alarms: AlarmState = field(default_factory=AlarmState)
    said: Level = Level.OK
    state: LineState = LineState.UP
    effects: list[Effect] = field(default_factory=list)

    def cut(self, minute: float, state=LineState.DOWN, cause=Cause.BEYOND_GATEWAY) -> None:
        self.state = state
        mark = measured.mark_of(state, cause, at(minute))
        taken, _ = measured.began(self.incidents.values(), self.account.id, "fibre", mark, at(minute))
        self._take(taken)
        self._look((taken,), at(minute))

    def mend(self, minute: float, *, known: bool = True) -> None:
        """The line is back; what the provider says is awaited."""
        self.state = LineState.UP
        for incident in [each for each in self.incidents.values() if each.measured and each.measured.until is None]:
            self._take(measured.restored(incident, at(minute), is_known=known))

    def settle(self, minute: float) -> None:
        for incident in [each for each in self.incidents.values() if measured.is_waiting(each)]:
            taken, _ = measured.settled(incident, at(minute))
            self._take(taken)
            self._look((taken,), at(minute))

    def poll(self, minute: float, *reports: Report) -> None:
        snapshot = Snapshot(at(minute), "page", "https://status.example.net", reports=reports)
        merged = timeline.merge(tuple(self.incidents.values()), snapshot, self.account, KEEPS, at(minute))
        for incident in merged.incidents:
            self._take(incident)
        self.settle(minute)
        open_ones = tuple(each for each in self.incidents.values() if each.is_open)
        self.said = connection_level(FIBRE, open_ones, Scene(), KEEPS, at(minute))
        told_of = {each.uid for each in self.alarms.alarms}
        self._look([each for each in self.incidents.values() if each.is_open or each.uid in told_of], at(minute))

    def command(self, given) -> None:
        self.alarms = alarm.step(self.alarms, given, NOON, Policy()).state

    def _take(self, incident: Incident) -> None:
        self.incidents[incident.uid] = incident

    def _look(self, incidents, now: datetime) -> None:
        side = LineSide(self.state, None, now, Instant(now, 0.0), Policy().word_wait)
        lines = {"fibre": Carrying(side, self.said)}
        hits = assess.hits(incidents, self.account, Scene(), KEEPS, now, lines)
        decision = alarm.step(self.alarms, Look(hits), now, Policy())
        self.alarms = decision.state
        self.effects.extend(decision.effects)

    @property
    def keys(self) -> list[str]:
        return [each.message.key for each in self.effects if isinstance(each, Tell)]

    @property
    def last(self) -> Tell:
        return [each for each in self.effects if isinstance(each, Tell)][-1]

    @property
    def only(self) -> Incident:
        (incident,) = self.incidents.values()
        return incident


def test_a_cut_is_told_with_what_the_provider_says_and_whom_to_call() -> None:
    """The values of the first word: state and cause, verdict, since when, and the help desk's number."""
    day = Day()
    day.cut(5)
    values = day.last.message.values
    assert (day.keys, day.last.urgency) == (["line_started"], Urgency.CRITICAL)
    assert (values["state"], values["cause"], values["since"]) == ("down", "beyond_gateway", at(5))
    assert (values["says"], values["step"], values["phone"]) == ("down_unreported", "report", "0800-1234")
    assert (values["title"], values["reported_since"], values["level"]) == ("", None, "outage")


@pytest.mark.parametrize(
    ("state", "cause", "urgency"),
    [
        (LineState.LOCAL_FAULT, Cause.GATEWAY, Urgency.NORMAL),
        (LineState.DEGRADED, Cause.DNS, Urgency.NORMAL),
        (LineState.DOWN, Cause.DNS, Urgency.CRITICAL),
    ],
)
def test_trouble_is_told_as_loudly_as_its_verdict(state, cause, urgency) -> None:
    """One's own cable does not swing the bell."""
    day = Day()
    day.cut(5, state, cause)
    assert day.last.urgency is urgency


def test_another_fault_in_the_same_outage_is_told_in_place() -> None:
    """The cable was put back, and the line behind it is still down: the same thread says so, the same again nothing."""
    day = Day()
    day.cut(5, LineState.LOCAL_FAULT, Cause.GATEWAY)
    day.cut(7)
    day.cut(7)
    assert day.keys == ["line_started", "line_changed"]
    assert len({each.thread for each in day.effects}) == 1
    assert day.only.measured.since == at(5)


def test_the_end_waits_for_the_provider_and_carries_its_word() -> None:
    """Back after 42 min; the provider declared it since before we noticed: one incident, one end."""
    day = Day()
    day.cut(5)
    day.mend(47)
    assert day.keys == ["line_started"]
    day.poll(47.2, told(started_at=at(4), resolved_at=at(46), phase=Phase.RESOLVED))
    assert day.keys == ["line_started", "line_restored"]
    values = day.last.message.values
    assert (values["title"], values["declared_since"], values["seconds"]) == ("Cable cut", at(4), 42 * 60)
    assert (values["known"], values["still"], day.last.final) == (1, 0, True)
    assert {source.account for source in day.only.sources} == {"line", "home"}
    assert day.only.episode.started_at == at(4)
    assert day.only.episode.ended_at == at(47)


def test_without_a_word_of_the_provider_the_end_is_told_all_the_same() -> None:
    """The wait has an end of its own."""
    day = Day()
    day.cut(5)
    day.mend(47)
    day.settle(48)
    assert day.keys == ["line_started", "line_restored"]
    assert (day.last.message.values["title"], day.only.episode.ended_at) == ("", at(47))


def test_what_came_back_unseen_has_an_unknown_end() -> None:
    """Nobody measured when it came back, and it is not made up."""
    day = Day()
    day.cut(5)
    day.mend(9, known=False)
    day.settle(60)
    assert day.only.episode.how is EndHow.UNKNOWN
    assert day.last.message.values["known"] == 0


def test_what_the_provider_still_lists_is_told_as_back_and_its_later_end_is_no_news() -> None:
    """The user knows that it works; a ticket that is closed an hour later tells nobody anything."""
    day = Day()
    day.cut(5)
    day.mend(47)
    day.poll(47.2, told(started_at=at(4)))
    assert (day.keys, day.last.final, day.last.message.values["still"]) == (["line_started", "line_restored"], False, 1)
    assert day.alarms.alarms[0].line == BACK
    day.poll(50, told(started_at=at(4)))
    day.poll(110, told(started_at=at(4), phase=Phase.RESOLVED, resolved_at=at(109)))
    assert day.keys == ["line_started", "line_restored"]
    assert isinstance(day.effects[-1], Close)
    assert day.alarms.alarms == ()


def test_a_muted_one_says_nothing_of_being_back_either() -> None:
    """Muted until it is over means so."""
    day = Day()
    day.cut(5)
    day.command(MuteUntilResolved())
    day.mend(47)
    day.poll(47.2, told(started_at=at(4)))
    assert day.keys == ["line_started"]


def test_an_acknowledged_one_stays_acknowledged_when_it_is_back() -> None:
    """Being back rings nobody out of bed."""
    day = Day()
    day.cut(5)
    day.command(Acknowledge())
    day.mend(47)
    day.poll(47.2, told(started_at=at(4)))
    assert day.keys == ["line_started", "line_restored"]
    assert not day.last.can_acknowledge


def test_a_reported_outage_is_amber_while_the_line_works_and_worse_when_it_does_not() -> None:
    """First the provider's word, then the line: one incident that became worse, told in its own thread."""
    day = Day()
    day.poll(1, told())
    assert (day.keys, day.last.urgency) == (["started"], Urgency.NORMAL)
    day.cut(5)
    assert (day.keys, day.last.urgency) == (["started", "line_changed"], Urgency.CRITICAL)
    assert (day.last.message.values["title"], day.last.message.values["reported_since"]) == ("Cable cut", NOON)
    assert len({each.thread for each in day.effects}) == 1
    assert {source.account for source in day.only.sources} == {"line", "home"}


def test_a_cut_after_an_outage_that_was_told_as_loudly_is_nothing_new() -> None:
    """Red stays red: it was told, and by whom it is known now is for the window."""
    day = Day(state=LineState.NOT_MEASURED)
    day.poll(1, told())
    assert day.last.urgency is Urgency.CRITICAL
    day.cut(5)
    assert day.keys == ["started"]
    assert day.alarms.alarms[0].line == "down beyond_gateway declared"


def test_what_the_provider_calls_over_stays_open_while_the_line_is_cut() -> None:
    """A ticket that is closed too early ends nothing; the line does, later."""
    day = Day()
    day.poll(1, told())
    day.cut(5)
    day.poll(20, told(phase=Phase.RESOLVED, resolved_at=at(19)))
    assert day.only.is_open
    assert contribution(day.only, FIBRE, Scene(), KEEPS, at(20)) is Level.OK
    day.mend(30)
    day.poll(30.2, told(phase=Phase.RESOLVED, resolved_at=at(19)))
    assert (day.only.is_open, day.only.episode.ended_at) == (False, at(30))
    assert day.keys == ["started", "line_changed", "line_restored"]


def test_an_estimate_that_moves_is_told_in_the_line_s_own_thread() -> None:
    """Over a backup the provider can be asked in mid-outage; what it estimates is news."""
    day = Day()
    day.cut(5)
    day.poll(10, told(started_at=at(4), eta=at(90)))
    day.poll(20, told(started_at=at(4), eta=at(120)))
    assert day.keys == ["line_started", "line_changed", "eta_changed"]
    assert len({each.thread for each in day.effects}) == 1


def test_who_was_told_to_report_it_hears_that_the_provider_knows() -> None:
    """Over a backup the provider can be asked in mid-outage; "report it" does not stand there for longer than true."""
    day = Day()
    day.cut(5)
    assert day.last.message.values["step"] == NextStep.REPORT
    day.command(Acknowledge())
    day.poll(10, told(started_at=at(4)))
    assert (day.keys, day.last.urgency) == (["line_started", "line_changed"], Urgency.NORMAL)
    assert (day.last.message.values["says"], day.last.message.values["title"]) == (Says.DOWN_REPORTED, "Cable cut")
    assert len({each.thread for each in day.effects}) == 1
    day.poll(11, told(started_at=at(4)))
    assert day.keys == ["line_started", "line_changed"]


def test_a_provider_s_start_after_our_own_does_not_shorten_the_outage() -> None:
    """The provider noticed later than we did."""
    day = Day()
    day.cut(5)
    day.poll(10, told(started_at=at(8)))
    assert day.only.episode.started_at == at(5)
    assert day.only.started_at == at(8)


def test_a_reopened_report_begins_without_what_the_line_showed_before() -> None:
    """A new episode has its own measurement, or none."""
    day = Day()
    day.cut(5)
    day.mend(10)
    day.poll(10.2, told(started_at=at(4), phase=Phase.RESOLVED, resolved_at=at(9)))
    day.poll(60, told(started_at=at(4)))
    assert (day.only.episode.number, day.only.measured) == (2, None)


def test_the_line_alone_says_nothing_in_the_provider_s_name() -> None:
    """An account that only has its line has nobody to blame or to quote."""
    day = Day(account=replace(ACCOUNT, provider=LINE_PROVIDER))
    day.cut(5)
    assert day.last.message.values["provider"] == ""
    assert contribution(day.only, FIBRE, Scene(), KEEPS, at(6)) is Level.OK


def test_a_summary_does_not_quote_what_only_the_record_calls_it() -> None:
    """Many at once are one message; the line's own incident has no words of a provider in it."""
    day = Day()
    taken, _ = measured.began((), "home", "fibre", measured.mark_of(LineState.DOWN, None, at(5)), at(5))
    others = [
        replace(taken, uid=f"uid-{n}", measured=None, title=f"Cable {n}", severity=Severity.MAJOR) for n in range(3)
    ]
    others = [replace(each, aliases=(replace(each.aliases[0], provider_id=each.uid),)) for each in others]
    day.state = LineState.NOT_MEASURED
    day._look((taken, *others), at(5))
    assert day.keys == ["summary"]
    assert day.last.message.values["titles"] == ("Cable 0", "Cable 1", "Cable 2")


def test_where_the_line_is_not_carried_the_mark_alone_decides() -> None:
    """A connection that was taken out of the line's keeping in mid-outage is told by what was measured."""
    day = Day()
    day.cut(5)
    hits = assess.hits([day.only], ACCOUNT, Scene(), KEEPS, at(6))
    assert hits[0].level is Level.OUTAGE


@given(st.lists(st.sampled_from(("cut", "own", "mend", "poll", "declare", "resolve", "settle")), max_size=14))
def test_whatever_happens_nothing_is_told_twice_and_no_end_is_left_out(steps) -> None:
    """Any order of cuts, returns and provider's words: every thread that begins ends once, when all is over."""
    day, minute, declared = Day(), 1.0, False
    for each in steps:
        minute += 1
        match each:
            case "cut":
                day.cut(minute)
            case "own":
                day.cut(minute, LineState.LOCAL_FAULT, Cause.OWN_NETWORK)
            case "mend":
                day.mend(minute)
            case "settle":
                day.settle(minute)
            case "declare":
                declared = True
                day.poll(minute, told(started_at=at(minute)))
            case _:
                over = {"phase": Phase.RESOLVED, "resolved_at": at(minute)} if each == "resolve" else {}
                day.poll(minute, *([told(started_at=at(1), **over)] if declared else []))
    day.mend(minute + 1)
    day.poll(minute + 2, *([told(started_at=at(1), phase=Phase.RESOLVED, resolved_at=at(minute))] if declared else []))
    day.settle(minute + 3)
    day.poll(minute + 20)
    day.poll(minute + 21)
    assert not any(each.is_open for each in day.incidents.values())
    assert day.alarms.alarms == ()
    revisions = [(each.uid, each.episode, each.revision) for each in day.effects if isinstance(each, Tell)]
    assert len(revisions) == len(set(revisions))
    for uid, episode in {(each.uid, each.episode) for each in day.effects if isinstance(each, Tell)}:
        said = [each for each in day.effects if isinstance(each, Tell) and (each.uid, each.episode) == (uid, episode)]
        assert sum(each.final for each in said) <= 1
