"""What is told, when, and how loudly: nothing twice, and no end left out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from support.stories import MAIL, NOON, Story, at, known, planned, told
from tocsin.domain.alarm import ACCOUNTS_THREAD, Look, Policy, Silence, Silent, step
from tocsin.domain.alarm_state import Alarm, AlarmPhase, AlarmState, Close, Tell
from tocsin.domain.incident import Episode, Eta, Link
from tocsin.domain.state import Acknowledge, MuteUntilResolved, Unmute
from tocsin.domain.telling import Hit
from tocsin.domain.terms import EndHow, IncidentKind, Level, Phase, Relevance, Severity, Urgency
from tocsin.domain.update import close

POLICY = Policy()
BOTH = (Link("fibre", Relevance.LINKED), Link("mail", Relevance.LINKED))
WINDOW = {
    "kind": IncidentKind.MAINTENANCE,
    "scheduled_start": at(60),
    "scheduled_end": at(120),
    "etas": (Eta(at(120), None, NOON),),
}


def hit(incident=None, level=Level.OUTAGE, **said) -> Hit:
    return Hit(incident or known(), level, ("Home fibre",), ("internet",), "Planet Fibre", **said)


def look(state: AlarmState, *hits: Hit, first: bool = False, minutes: float = 1):
    return step(state, Look(hits, first=first), at(minutes), POLICY)


def after(*hits: Hit) -> AlarmState:
    return look(AlarmState(), *hits).state


def ended(how: EndHow = EndHow.RESOLVED, minutes: float = 5, **said) -> Hit:
    return hit(close(known(**said), at(minutes), how), Level.OK)


def only(decision) -> Tell:
    (effect,) = decision.effects
    assert isinstance(effect, Tell)
    return effect


# --- starts ---


@pytest.mark.parametrize(("level", "urgency"), [(Level.DEGRADED, Urgency.NORMAL), (Level.OUTAGE, Urgency.CRITICAL)])
def test_trouble_is_told_at_once_and_as_loudly_as_it_is(level, urgency) -> None:
    """Provider-declared incidents ring at once."""
    decision = look(AlarmState(), hit(level=level))
    tell = only(decision)
    assert (tell.message.key, tell.urgency, tell.thread, tell.revision) == ("started", urgency, "inc:uid-1", 1)
    assert (tell.can_acknowledge, tell.final) == (True, False)
    assert decision.state.within(AlarmPhase.RINGING) == {"uid-1"}


@pytest.mark.parametrize("level", [Level.OK, Level.NOTICE, Level.MAINTENANCE, Level.UNKNOWN])
def test_what_is_no_trouble_is_not_told(level) -> None:
    """A notice is in the window, not on the screen."""
    assert look(AlarmState(), hit(level=level)).effects == ()


def test_the_same_again_says_nothing() -> None:
    """Repeated polls are silence."""
    state = after(hit())
    assert look(state, hit()) == look(state)
    assert look(state, hit()).effects == ()


def test_announced_work_is_told_softly_and_only_where_it_is_sure() -> None:
    """Low urgency, nothing rings; work that names nothing is in the window."""
    works = known(began=False, **WINDOW)
    decision = look(AlarmState(), hit(works, Level.OK))
    tell = only(decision)
    assert (tell.message.key, tell.urgency, tell.can_acknowledge) == ("maintenance_announced", Urgency.LOW, False)
    assert decision.state.within(AlarmPhase.RINGING) == frozenset()
    assert look(AlarmState(), hit(works, Level.OK, sure=False)).effects == ()


def test_more_than_three_at_once_are_one() -> None:
    """Floods are one summary; each of them is remembered all the same."""
    hits = [hit(known(str(number)), Level.OUTAGE if number == 2 else Level.DEGRADED) for number in range(4)]
    three, four = look(AlarmState(), *hits[:3]), look(AlarmState(), *hits)
    assert [effect.message.key for effect in three.effects] == ["started"] * 3
    tell = only(four)
    assert (tell.message.key, tell.urgency, tell.message.values["count"]) == ("summary", Urgency.CRITICAL, 4)
    assert {alarm.thread for alarm in four.state.alarms} == {tell.thread}
    assert len(four.state.alarms) == 4


def test_at_the_first_sight_of_an_account_two_are_one_already() -> None:
    """Case 'first snapshot of an account with many open': one notification."""
    two = (hit(known("1")), hit(known("2")))
    assert only(look(AlarmState(), *two, first=True)).message.key == "summary"
    assert only(look(AlarmState(), two[0], first=True)).message.key == "started"
    works = [hit(known(str(number), began=False, **WINDOW), Level.OK) for number in range(2)]
    assert only(look(AlarmState(), *works, first=True)).message.key == "maintenance_summary"


# --- news ---


def test_the_move_of_an_estimate_replaces_the_notification() -> None:
    """The same thread, the next revision, from what to what."""
    state = after(hit(known(etas=(Eta(at(60), None, NOON),))))
    decision = look(state, hit(known(etas=(Eta(at(90), None, NOON),))))
    tell = only(decision)
    assert (tell.message.key, tell.thread, tell.revision) == ("eta_changed", "inc:uid-1", 2)
    assert (tell.message.values["was"], tell.message.values["eta"]) == (at(60), at(90))
    taken_back = look(decision.state, hit(known(etas=(Eta(None, None, NOON),))))
    assert only(taken_back).message.values["eta"] is None


def test_an_estimate_that_moves_by_seconds_is_no_news_until_it_adds_up() -> None:
    """Messages give minutes: what nobody could see is not said."""
    state = after(hit(known(etas=(Eta(at(60), None, NOON),))))
    for minutes, told_again in ((60.5, False), (59.1, False), (61, True)):
        decision = look(state, hit(known(etas=(Eta(at(minutes), None, NOON),))))
        assert bool(decision.effects) is told_again


def test_getting_worse_is_told_and_getting_better_is_not() -> None:
    """Worse rings again, also once it was seen; better waits for the end."""
    state = after(hit(level=Level.DEGRADED))
    state = step(state, Acknowledge(), at(2), POLICY).state
    worse = look(state, hit(level=Level.OUTAGE))
    assert (only(worse).message.key, only(worse).urgency) == ("worsened", Urgency.CRITICAL)
    assert worse.state.within(AlarmPhase.RINGING) == {"uid-1"}
    better = look(worse.state, hit(level=Level.NOTICE))
    assert better.effects == ()
    assert look(better.state, hit(level=Level.OUTAGE)).effects == (), "back to what was told is no news"


def test_hitting_another_connection_is_told() -> None:
    """The fibre's outage takes the mail with it: the same notification names both, and rings again."""
    state = step(after(hit()), Acknowledge(), at(2), POLICY).state
    wider = look(state, hit(known(links=BOTH)))
    assert (only(wider).message.key, only(wider).thread, only(wider).revision) == ("started", "inc:uid-1", 2)
    assert wider.state.within(AlarmPhase.RINGING) == {"uid-1"}
    assert wider.state.alarms[0].connections == ("fibre", "mail")
    narrower = look(wider.state, hit())
    assert narrower.effects == ()
    assert look(narrower.state, hit(known(links=BOTH))).effects == ()
    perhaps = known(links=(BOTH[0], Link("mail", Relevance.POSSIBLE)))
    assert look(state, hit(perhaps)).effects == ()
    assert look(state, hit(known(links=BOTH), Level.NOTICE)).effects == ()


def test_planned_work_is_told_as_it_goes() -> None:
    """Announced, moved, begun, over its end, put off: each once, in one thread."""
    works = known(began=False, **WINDOW)
    moved = replace(works, scheduled_start=at(90))
    begun, over = replace(moved, began=True), replace(moved, began=True, overrun=True)
    state, said = AlarmState(), []
    for incident, level in (
        (works, Level.OK),
        (moved, Level.OK),
        (begun, Level.MAINTENANCE),
        (over, Level.DEGRADED),
        (over, Level.DEGRADED),
        (begun, Level.MAINTENANCE),
        (moved, Level.OK),
        (begun, Level.MAINTENANCE),
    ):
        decision = look(state, hit(incident, level))
        state = decision.state
        said.append([effect.message.key.removeprefix("maintenance_") for effect in decision.effects])
    assert said == [["announced"], ["announced"], ["started"], ["overrun"], [], [], ["announced"], ["started"]]


def test_planned_work_that_turns_out_a_mere_notice_is_not_called_worse() -> None:
    """The provider calls it an incident now, a small one."""
    state = after(hit(known(began=False, **WINDOW), Level.OK))
    decision = look(state, hit(known(severity=Severity.NOTICE), Level.NOTICE))
    assert [effect.message.key for effect in decision.effects] == ["eta_changed"]
    assert only(look(state, hit(level=Level.DEGRADED))).message.key == "worsened"


def test_what_was_told_in_a_summary_leaves_it_only_when_it_gets_worse() -> None:
    """Estimates of five things do not pop up one by one; the summary goes with the last that it stands for."""
    hits = [hit(known(str(number)), Level.DEGRADED) for number in range(4)]
    state = after(*hits)
    summary = state.alarms[0].thread
    moved = replace(hits[0], incident=replace(hits[0].incident, etas=(Eta(at(60), None, NOON),)))
    quiet = look(state, moved)
    assert quiet.effects == ()
    assert quiet.state.alarms[0].eta == at(60)
    worse = look(quiet.state, replace(moved, level=Level.OUTAGE))
    assert only(worse).thread == "inc:uid-0"
    for number in (1, 2, 3):
        decision = look(
            worse.state, *(ended(provider_id=str(each), uid=f"uid-{each}") for each in range(1, number + 1))
        )
        assert (Close(summary) in decision.effects) is (number == 3)


# --- ends ---


def test_an_end_is_told_once_in_its_thread() -> None:
    """Calmer than the start, and final."""
    decision = look(after(hit()), ended())
    tell = only(decision)
    assert (tell.message.key, tell.thread, tell.revision) == ("resolved", "inc:uid-1", 2)
    assert (tell.urgency, tell.final, tell.can_acknowledge) == (Urgency.NORMAL, True, False)
    assert decision.state.alarms == ()
    assert look(decision.state, ended()).effects == ()


@pytest.mark.parametrize("how", [EndHow.RESOLVED, EndHow.CANCELLED, EndHow.VANISHED, EndHow.UNAFFECTED])
def test_every_way_to_end_is_told(how) -> None:
    """Told starts have told ends, however they were learnt."""
    tell = only(look(after(hit()), ended(how)))
    assert tell.message.values["how"] == how.value


@pytest.mark.parametrize("how", [EndHow.UNWATCHED, EndHow.MERGED])
def test_what_goes_without_an_end_is_closed_in_silence(how) -> None:
    """Case 'account or match removed while red': the notification goes, nothing is claimed."""
    decision = look(after(hit()), ended(how))
    assert decision.effects == (Close("inc:uid-1"),)
    assert decision.state.alarms == ()


def test_an_end_of_last_week_is_not_told_any_more() -> None:
    """Case 'ended while the program was off': told once, if within seven days."""
    week = timedelta(days=7).total_seconds() / 60
    state = after(hit())
    assert only(look(state, ended(), minutes=5 + week)).message.key == "resolved"
    assert look(state, ended(), minutes=5 + week + 1).effects == (Close("inc:uid-1"),)


def test_what_was_never_told_has_no_end_to_tell() -> None:
    """An incident that began and ended between two looks, or was never more than a notice."""
    assert look(AlarmState(), ended()).effects == ()


def test_many_ends_at_once_are_one() -> None:
    """And what stands on the screen for each is taken away."""
    hits = [hit(known(str(number))) for number in range(4)]
    state = look(look(AlarmState(), *hits[:3]).state, hits[3]).state
    ends = [ended(provider_id=str(number), uid=f"uid-{number}") for number in range(4)]
    decision = look(state, *ends)
    assert {effect.thread for effect in decision.effects if isinstance(effect, Close)} == {
        f"inc:uid-{n}" for n in range(4)
    }
    (tell,) = [effect for effect in decision.effects if isinstance(effect, Tell)]
    assert (tell.message.key, tell.final, tell.message.values["count"]) == ("summary_resolved", True, 4)
    assert decision.state.alarms == ()


def test_a_reopening_is_told_as_a_start_again() -> None:
    """Case 'reopened': a new episode, the same thread, revisions from the beginning."""
    again = known(episodes=(Episode(1, NOON, at(5), EndHow.RESOLVED), Episode(2, at(9))))
    for state in (AlarmState(), after(hit())):
        tell = only(look(state, hit(again)))
        assert (tell.message.key, tell.episode, tell.revision, tell.thread) == ("started", 2, 1, "inc:uid-1")
        assert tell.message.values["reopened"] == 1


# --- what the user does ---


def test_seen_is_still_and_off_the_screen() -> None:
    """Acknowledging one stops one; with none named, all."""
    state = look(after(hit(known("1"))), hit(known("2"))).state
    one = step(state, Acknowledge("uid-1"), at(2), POLICY)
    assert one.effects == (Close("inc:uid-1"),)
    assert one.state.within(AlarmPhase.RINGING) == {"uid-2"}
    everything = step(state, Acknowledge(), at(2), POLICY)
    assert {effect.thread for effect in everything.effects} == {"inc:uid-1", "inc:uid-2"}
    assert step(everything.state, Acknowledge(), at(3), POLICY).effects == ()
    assert step(state, Acknowledge("nobody"), at(3), POLICY).state == state


def test_a_summary_is_seen_as_a_whole() -> None:
    """One notification stands for four: pressing its button is seeing the four."""
    state = after(*(hit(known(str(number))) for number in range(4)))
    decision = step(state, Acknowledge("uid-2"), at(2), POLICY)
    assert decision.state.within(AlarmPhase.RINGING) == frozenset()
    assert decision.effects == (Close(state.alarms[0].thread),)


def test_after_it_was_seen_news_come_calmly() -> None:
    """A moved estimate of an outage that was seen is said at normal urgency."""
    state = step(after(hit()), Acknowledge(), at(2), POLICY).state
    tell = only(look(state, hit(known(etas=(Eta(at(60), None, NOON),)))))
    assert (tell.urgency, tell.can_acknowledge) == (Urgency.NORMAL, False)


def test_muted_says_nothing_but_the_end() -> None:
    """No moves, no worsening, no ringing; it is over: said."""
    state = step(after(hit(level=Level.DEGRADED)), MuteUntilResolved(), at(2), POLICY)
    assert state.effects == ()
    assert state.state.alarms[0].phase is AlarmPhase.ACKNOWLEDGED
    moved = look(state.state, hit(known(etas=(Eta(at(60), None, NOON),)), Level.OUTAGE))
    assert moved.effects == ()
    assert moved.state.within(AlarmPhase.RINGING) == frozenset()
    assert only(look(moved.state, ended())).message.key == "resolved"


def test_a_mute_may_be_meant_for_one_and_be_taken_back() -> None:
    """What was said in between is not caught up on; what comes then is said."""
    state = look(after(hit(known("1"))), hit(known("2"))).state
    state = step(state, MuteUntilResolved("uid-1"), at(2), POLICY).state
    assert [alarm.muted for alarm in state.alarms] == [True, False]
    state = look(state, hit(known("1", etas=(Eta(at(60), None, NOON),)))).state
    state = step(state, Unmute("uid-1"), at(3), POLICY).state
    assert [alarm.muted for alarm in state.alarms] == [False, False]
    assert [alarm.phase for alarm in state.alarms] == [AlarmPhase.ACKNOWLEDGED, AlarmPhase.RINGING]
    assert look(state, hit(known("1", etas=(Eta(at(60), None, NOON),)))).effects == ()
    assert only(look(state, hit(known("1", etas=(Eta(at(90), None, NOON),))))).message.values["was"] == at(60)
    assert step(state, Unmute(), at(3), POLICY).state == state


# --- accounts that cannot be asked ---


def silence(*accounts: str) -> Silence:
    return Silence(tuple(Silent(each, each.title(), at(len(each))) for each in accounts))


def test_silence_of_accounts_is_one_notification() -> None:
    """Told when one falls silent, said anew with the next, closed when all answer again, and never an outage."""
    state, said = AlarmState(), []
    for accounts in (("a",), ("a",), ("bb", "a"), ("a",), ("a", "bb"), (), ()):
        decision = step(state, silence(*accounts), NOON, POLICY)
        state = decision.state
        said.append([effect if isinstance(effect, Close) else effect.revision for effect in decision.effects])
    assert said == [[1], [], [2], [], [3], [Close(ACCOUNTS_THREAD)], []]
    tell = only(step(AlarmState(), silence("bb", "a"), NOON, POLICY))
    assert (tell.message.key, tell.urgency, tell.thread) == ("unreachable", Urgency.LOW, "accounts")
    assert tell.message.values["providers"] == ("Bb", "A")
    assert tell.message.values["since"] == at(1)


# --- whole stories ---


def test_the_day_of_the_demo() -> None:
    """Started, moved, resolved; one thread, no more and no less."""
    story = Story()
    story.hear()
    for eta in (at(60), at(60), at(150)):
        story.hear(told(eta=eta))
    story.hear(told(phase=Phase.RESOLVED))
    story.hear(told(phase=Phase.RESOLVED))
    story.hear()
    assert story.keys == ["started", "eta_changed", "resolved"]
    assert {tell.thread for tell in story.tells} == {"inc:" + story.one.uid}
    assert [tell.revision for tell in story.tells] == [1, 2, 3]


def test_a_connection_that_is_taken_away_while_red_is_closed() -> None:
    """The notification goes, and the other connection's stays."""
    story = Story()
    story.hear()
    story.hear(told("1"), told("2", affected=("SVC-2",)))
    story.watch(MAIL)
    assert story.closed == ["inc:" + story.of("1").uid]
    assert {alarm.uid for alarm in story.alarms.alarms} == {story.of("2").uid}
    story.watch()
    assert story.alarms.alarms == ()


def test_new_work_and_an_outage_at_once_are_told_apart() -> None:
    """A summary of starts does not hide an announcement."""
    story = Story()
    story.hear(told("1"), planned("2"))
    assert sorted(story.keys) == ["maintenance_announced", "started"]


def test_an_alarm_remembers_what_was_told() -> None:
    """Level, estimate, window and connections: what the next look is compared with."""
    works = known(began=False, **WINDOW)
    (alarm,) = after(hit(works, Level.OK)).alarms
    assert alarm == Alarm(
        "uid-1",
        1,
        "inc:uid-1",
        AlarmPhase.QUIET,
        1,
        Level.OK,
        eta=at(120),
        window=(at(60), at(120)),
        began=False,
        connections=("fibre",),
    )
