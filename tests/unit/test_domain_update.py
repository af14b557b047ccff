"""How one incident takes in one report: what is kept, what is replaced, what the difference is called."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.stories import NOON, at, known, planned, told
from support.worlds import reports
from tocsin.domain.incident import Alias, Episode, Eta, Link, Source
from tocsin.domain.snapshot import Update
from tocsin.domain.terms import ChangeKind, EndHow, IncidentKind, Phase, Relevance, Severity
from tocsin.domain.update import begin, close, come_into_force, uid_of, update

MANY = settings(max_examples=80)
FIBRE = (Link("fibre", Relevance.LINKED),)
BOTH = (*FIBRE, Link("mail", Relevance.LINKED))
RESOLVED, CANCELLED, VANISHED = EndHow.RESOLVED, EndHow.CANCELLED, EndHow.VANISHED


def taken(incident, report, links=FIBRE, minutes=30):
    return update(incident, report, links, at(minutes))[0]


def kinds(incident, report, links=FIBRE, minutes=30):
    return [change.kind for change in update(incident, report, links, at(minutes))[1]]


def begun(report, links=FIBRE, minutes=30):
    return begin(report, "home", links, at(minutes))


# --- the beginning ---


def test_an_incident_begins_with_all_that_was_said() -> None:
    """Title, ids, raw words, estimate, updates and links are there from the first poll."""
    note = Update(at(1), Phase.INVESTIGATING, "We look into it.")
    report = told(
        raw_severity="2", raw_phase="inProgress", eta=at(90), eta_given_at=at(5), updates=(note,), advice="Wait."
    )
    incident, (change,) = begun(report)
    assert change.kind is ChangeKind.STARTED
    assert change.incident == incident
    assert change.before is None
    assert (incident.provider_id, incident.first_seen_at, incident.started_at) == ("1", at(30), NOON)
    assert incident.sources == (Source("home", "2", "inProgress"),)
    assert incident.etas == (Eta(at(90), at(5), at(30)),)
    assert (incident.updates, incident.advice, incident.links, incident.began) == ((note,), "Wait.", FIBRE, True)


def test_our_ids_are_our_own_and_free_of_the_start() -> None:
    """An edited start changes no id; another account, id or first sight does."""
    assert begun(told())[0].uid == begun(told(started_at=at(5)))[0].uid
    assert len({uid_of("a", "1", NOON), uid_of("b", "1", NOON), uid_of("a", "2", NOON), uid_of("a", "1", at(1))}) == 4
    assert len(uid_of("a", "1", NOON)) == 16


def test_what_is_over_at_first_sight_is_recorded_without_a_word() -> None:
    """Case 'began and ended while off': there is an end, and no change."""
    incident, changes = begun(told(phase=Phase.RESOLVED, resolved_at=at(10)))
    assert changes == ()
    assert incident.episode == Episode(1, NOON, at(10), RESOLVED)
    assert begun(told(phase=Phase.CANCELLED))[0].episode.how is CANCELLED
    assert begun(told(phase=Phase.RESOLVED))[0].episode.ended_at == at(30)


def test_a_start_that_is_not_given_is_the_first_sight() -> None:
    """Or the start of the plan, where there is one."""
    assert begun(told(started_at=None))[0].first_started_at == at(30)
    assert begun(planned(started_at=None, start=90))[0].started_at == at(90)


@pytest.mark.parametrize(
    ("report", "kind", "began", "episode_start"),
    [
        (told(started_at=at(40)), ChangeKind.STARTED, True, at(30)),
        (told(started_at=at(41)), ChangeKind.MAINTENANCE_ANNOUNCED, False, at(41)),
        (planned(start=60), ChangeKind.MAINTENANCE_ANNOUNCED, False, at(60)),
        (planned(start=60, started_at=NOON), ChangeKind.MAINTENANCE_ANNOUNCED, False, at(60)),
        (planned(start=10), ChangeKind.MAINTENANCE_STARTED, True, at(10)),
        (planned(start=60, phase=Phase.IDENTIFIED), ChangeKind.MAINTENANCE_STARTED, True, at(30)),
    ],
)
def test_what_is_in_force_rings_and_what_is_to_come_is_announced(report, kind, began, episode_start) -> None:
    """Case 'start in the future, open': up to ten minutes ahead it rings, since now; further off it is upcoming."""
    incident, (change,) = begun(report)
    assert (change.kind, incident.began, incident.episode.started_at) == (kind, began, episode_start)


def test_what_is_to_come_begins_now_at_the_latest() -> None:
    """An episode never begins in the future once it has begun."""
    ahead = known(began=False, episodes=(Episode(1, at(10)),))
    assert come_into_force(ahead, at(4)).episode.started_at == at(4)
    assert come_into_force(ahead, at(20)).episode.started_at == at(10)
    assert come_into_force(ahead, at(20)).began


# --- changes ---


@pytest.mark.parametrize(
    ("report", "links", "expected"),
    [
        (told(), FIBRE, []),
        (told(severity=Severity.CRITICAL), FIBRE, [ChangeKind.WORSENED]),
        (told(severity=Severity.MINOR), FIBRE, [ChangeKind.EASED]),
        (told(eta=at(60)), FIBRE, [ChangeKind.ETA_CHANGED]),
        (told(title="Two cables cut"), FIBRE, [ChangeKind.UPDATED]),
        (told(phase=Phase.MONITORING), FIBRE, [ChangeKind.UPDATED]),
        (told(advice="Use the app."), FIBRE, [ChangeKind.UPDATED]),
        (told(updates=(Update(at(1), Phase.IDENTIFIED, "Found."),)), FIBRE, [ChangeKind.UPDATED]),
        (told(), BOTH, [ChangeKind.UPDATED]),
        (told(scheduled_end=at(60)), FIBRE, [ChangeKind.UPDATED]),
        (told(started_at=at(-30)), FIBRE, []),
        (told("2"), FIBRE, []),
        (told(phase=Phase.RESOLVED), FIBRE, [ChangeKind.RESOLVED]),
        (told(phase=Phase.CANCELLED), FIBRE, [ChangeKind.RESOLVED]),
        (
            told(severity=Severity.CRITICAL, eta=at(60), title="All cut"),
            FIBRE,
            [ChangeKind.WORSENED, ChangeKind.ETA_CHANGED, ChangeKind.UPDATED],
        ),
    ],
)
def test_every_difference_has_its_name(report, links, expected) -> None:
    """And what is edited in silence (the start, the id) has none."""
    assert kinds(known(), report, links) == expected


def test_changes_say_from_what_to_what() -> None:
    """The lines of ``watch`` carry both sides."""
    (worse,) = update(known(), told(severity=Severity.CRITICAL), FIBRE, NOON)[1]
    assert dict(worse.detail) == {"from": "major", "to": "critical"}
    (moved,) = update(known(etas=(Eta(at(60), None, NOON),)), told(eta=at(90)), FIBRE, NOON)[1]
    assert dict(moved.detail) == {"from": "2026-11-21T13:00:00Z", "to": "2026-11-21T13:30:00Z"}
    (first,) = update(known(), told(eta=at(90)), FIBRE, NOON)[1]
    assert first.detail["from"] is None
    assert first.before == known()


@MANY
@given(reports(), reports(), st.integers(0, 300))
def test_the_same_report_again_changes_nothing(first, second, minutes) -> None:
    """Whatever a provider says, saying it again is no news."""
    incident, _ = begun(first, minutes=minutes)
    once = taken(incident, second, minutes=minutes)
    again, changes = update(once, second, FIBRE, at(minutes))
    assert changes == ()
    assert again == once
    assert again.episode.ended_at is None or again.episode.ended_at >= again.episode.started_at
    assert again.episode.ended_at is None or again.episode.ended_at <= max(at(minutes), again.episode.started_at)


# --- what is remembered ---


def test_an_edited_start_is_taken_in_silence_and_the_first_is_kept() -> None:
    """Case 'start edited'."""
    incident = taken(known(), told(started_at=at(-30)))
    assert (incident.first_started_at, incident.started_at) == (NOON, at(-30))
    assert incident.episode.started_at == at(-30)
    assert taken(known(), told(started_at=None)).started_at == NOON


def test_a_start_that_is_edited_into_the_future_does_not_stop_what_has_begun() -> None:
    """It rings, since now: it was in force."""
    incident = taken(known(), told(started_at=at(300)))
    assert incident.began
    assert incident.episode.started_at == at(30)


def test_a_start_of_what_is_to_come_may_move() -> None:
    """Announced for later, then for later still."""
    ahead, _ = begun(told(started_at=at(100)))
    moved = taken(ahead, told(started_at=at(200)))
    assert (moved.began, moved.episode.started_at) == (False, at(200))


def test_an_edited_start_leaves_earlier_episodes_alone() -> None:
    """The first episode's start is not the reopened one's."""
    episodes = (Episode(1, NOON, at(5), RESOLVED), Episode(2, at(10)))
    assert taken(known(episodes=episodes), told(started_at=at(-5))).episodes == episodes


def test_what_was_observed_keeps_when_we_saw_it_until_the_provider_says() -> None:
    """Our own reports begin 'now' at every poll: that moves nothing."""
    seen = known(observed=True)
    assert taken(seen, told(observed=True, started_at=at(30))).started_at == NOON
    declared = taken(seen, told("2", started_at=at(-5)))
    assert (declared.started_at, declared.observed) == (at(-5), False)


def test_every_estimate_is_kept() -> None:
    """Case 'ETA taken back': a move to unknown; one that cannot be read, or is not there to begin with, is no move."""
    incident = known()
    for minutes, eta, readable in (
        (1, None, True),
        (2, at(60), True),
        (3, None, False),
        (4, at(90), True),
        (5, None, True),
    ):
        incident = taken(incident, told(eta=eta, eta_readable=readable, eta_given_at=at(minutes)), minutes=minutes)
    assert incident.etas == (Eta(at(60), at(2), at(2)), Eta(at(90), at(4), at(4)), Eta(None, at(5), at(5)))
    assert taken(incident, told(eta=None), minutes=6).etas == incident.etas


def test_the_end_takes_no_estimate_back() -> None:
    """A resolved problem carries no estimate any more: the history still shows the last one."""
    incident = taken(known(etas=(Eta(at(60), None, NOON),)), told(phase=Phase.RESOLVED, eta=None))
    assert incident.eta == at(60)
    assert incident.eta_moves == 0


def test_ids_and_raw_words_are_kept() -> None:
    """Case 'id reused': an alias holds the provider's id and the first start given under it."""
    incident = taken(known(), told("2", started_at=at(5), raw_phase="held"))
    assert incident.aliases == (Alias("1", NOON), Alias("2", at(5)))
    assert incident.provider_id == "2"
    assert incident.sources == (Source("home", "", ""), Source("home", "", "held"))
    back = taken(incident, told("1", started_at=None, raw_phase="held"))
    assert (back.aliases, back.provider_id, back.sources) == (incident.aliases, "1", incident.sources)
    assert taken(known(), told("3", started_at=None)).aliases[-1] == Alias("3", NOON)


def test_updates_are_kept_in_order_once_each_and_not_without_end() -> None:
    """A page shows the last few: what it drops is remembered, to two hundred, whatever stamps it puts on them."""
    old = Update(at(1), Phase.INVESTIGATING, "Looking.")
    new = Update(at(9), Phase.IDENTIFIED, "Found.")
    incident = taken(known(updates=(old,)), told(updates=(new,)))
    assert incident.updates == (old, new)
    flood = tuple(Update(NOON, Phase.IDENTIFIED, f"{number:03}") for number in range(300))
    once = taken(known(), told(updates=flood))
    assert len(once.updates) == 200
    assert taken(once, told(updates=flood[::-1])).updates == once.updates


# --- the end ---


@pytest.mark.parametrize(
    ("report", "ended_at", "how"),
    [
        (told(phase=Phase.RESOLVED, resolved_at=at(20)), at(20), RESOLVED),
        (told(phase=Phase.RESOLVED), at(30), RESOLVED),
        (told(phase=Phase.RESOLVED, resolved_at=at(99)), at(30), RESOLVED),
        (told(phase=Phase.RESOLVED, resolved_at=at(-99)), NOON, RESOLVED),
        (told(phase=Phase.CANCELLED, resolved_at=at(20)), at(20), CANCELLED),
    ],
)
def test_an_end_is_neither_in_the_future_nor_before_its_start(report, ended_at, how) -> None:
    """The given end where it can be, now or the start where it cannot."""
    incident, (change,) = update(known(), report, FIBRE, at(30))
    assert incident.episode == Episode(1, NOON, ended_at, how)
    assert incident.phase is report.phase
    assert dict(change.detail) == {"how": how.value}


def test_what_never_began_ends_when_it_is_called_off() -> None:
    """Work for next week that is cancelled today did not end next week."""
    ahead, _ = begun(planned(start=9000))
    incident = taken(ahead, planned(start=9000, phase=Phase.CANCELLED))
    assert incident.episode == Episode(1, at(30), at(30), CANCELLED)
    gone = close(ahead, at(30), VANISHED)
    assert (gone.episode.started_at, gone.episode.ended_at, gone.phase) == (at(30), at(30), Phase.RESOLVED)
    first_seen, _ = begun(planned(start=9000, phase=Phase.CANCELLED))
    assert first_seen.episode.ended_at == at(30)


@pytest.mark.parametrize(
    ("phase", "began", "kind"),
    [
        (Phase.RESOLVED, True, ChangeKind.MAINTENANCE_FINISHED),
        (Phase.CANCELLED, True, ChangeKind.RESOLVED),
        (Phase.RESOLVED, False, ChangeKind.RESOLVED),
    ],
)
def test_only_work_that_was_done_is_finished(phase, began, kind) -> None:
    """What was cancelled or never begun is over, not finished."""
    works = known(kind=IncidentKind.MAINTENANCE, began=began)
    assert kinds(works, planned(start=0, phase=phase)) == [kind]


def test_words_after_the_end_are_recorded_in_silence() -> None:
    """Case 'updates after the end (postmortem)'."""
    ended = close(known(), at(5), RESOLVED)
    postmortem = Update(at(20), Phase.RESOLVED, "A digger it was.")
    incident, changes = update(ended, told(phase=Phase.RESOLVED, updates=(postmortem,)), FIBRE, at(30))
    assert changes == ()
    assert incident.updates == (postmortem,)
    assert incident.episodes == ended.episodes


def test_an_ended_one_that_hits_nobody_any_more_is_not_reopened() -> None:
    """It goes on elsewhere: recorded in silence."""
    ended = close(known(), at(5), RESOLVED)
    incident, changes = update(ended, told(affected=("SVC-9",)), (), at(30))
    assert (changes, incident.episodes, incident.affected) == ((), ended.episodes, ("SVC-9",))


def test_the_provider_says_that_it_hits_something_else() -> None:
    """Told as over for the user, with how that was learnt."""
    incident, (change,) = update(known(), told(affected=("SVC-9",)), (), at(30))
    assert incident.episode.how is EndHow.UNAFFECTED
    assert (change.kind, dict(change.detail)) == (ChangeKind.RESOLVED, {"how": "unaffected"})
    assert incident.links == FIBRE, "the end is told of the connections that it hit"


def test_the_user_takes_the_match_away() -> None:
    """Case 'account or match removed while red': the provider says the same, nobody watches it: not a word."""
    incident, changes = update(known(), told(), (), at(30))
    assert (incident.episode.how, changes) == (EndHow.UNWATCHED, ())


def test_an_end_goes_before_all_else() -> None:
    """Over, and nobody's any more: it was resolved."""
    incident, (change,) = update(known(), told(phase=Phase.RESOLVED, affected=()), (), at(30))
    assert (incident.episode.how, change.kind) == (RESOLVED, ChangeKind.RESOLVED)


# --- again ---


@pytest.mark.parametrize(
    ("started_at", "second_start"), [(NOON, at(30)), (at(20), at(20)), (None, at(30)), (at(39), at(30))]
)
def test_a_reopening_is_a_new_episode(started_at, second_start) -> None:
    """Case 'reopened': from the start that is given where that lies after the end, else from now."""
    ended = close(known(), at(5), RESOLVED)
    incident, (change,) = update(ended, told(started_at=started_at), BOTH, at(30))
    assert incident.episodes == (Episode(1, NOON, at(5), RESOLVED), Episode(2, second_start))
    assert (change.kind, dict(change.detail)) == (ChangeKind.STARTED, {"reopened": True})
    assert incident.links == BOTH


@pytest.mark.parametrize("started_at", [NOON, None])
def test_what_was_not_watched_for_a_while_went_on(started_at) -> None:
    """The account was taken out and put back in mid-outage: since noon, and not 'again'."""
    unwatched = close(known(), at(5), EndHow.UNWATCHED)
    incident, (change,) = update(unwatched, told(started_at=started_at), FIBRE, at(30))
    assert incident.episode == Episode(2, NOON)
    assert (change.kind, dict(change.detail), incident.is_again) == (ChangeKind.STARTED, {}, False)


def test_what_is_to_come_may_be_watched_again() -> None:
    """An incident of tomorrow does not ring today because it was unwatched in between."""
    ahead, _ = begun(told(started_at=at(900)))
    incident, (change,) = update(close(ahead, at(31), EndHow.UNWATCHED), told(started_at=at(900)), FIBRE, at(32))
    assert (incident.began, incident.episode, change.kind) == (
        False,
        Episode(2, at(900)),
        ChangeKind.MAINTENANCE_ANNOUNCED,
    )


def test_planned_work_may_be_taken_up_again_now_or_later() -> None:
    """Now it is started; later it is announced and does not count before."""
    done = close(known(kind=IncidentKind.MAINTENANCE), at(5), RESOLVED)
    incident, (change,) = update(done, planned(start=0, phase=Phase.IDENTIFIED), FIBRE, at(30))
    assert (change.kind, incident.began) == (ChangeKind.MAINTENANCE_STARTED, True)
    incident, (change,) = update(done, planned(start=90, started_at=NOON), FIBRE, at(30))
    assert (change.kind, incident.began) == (ChangeKind.MAINTENANCE_ANNOUNCED, False)
    assert incident.episode.started_at == at(90)


def test_work_in_force_may_be_put_off() -> None:
    """It is announced again, for when it is scheduled now."""
    works = known(kind=IncidentKind.MAINTENANCE, scheduled_start=NOON)
    incident = taken(works, planned(start=90))
    assert (incident.began, incident.episode.started_at) == (False, at(90))
    assert taken(works, planned(start=0)).began
    assert taken(works, planned(start=90, phase=Phase.IDENTIFIED)).began
    assert taken(works, planned(start=90, scheduled_start=None)).began


def test_a_disturbance_may_turn_out_to_be_planned_and_the_other_way_round() -> None:
    """The kind is what the provider says now."""
    assert taken(known(), planned(start=0, phase=Phase.IDENTIFIED)).kind is IncidentKind.MAINTENANCE
    assert taken(known(kind=IncidentKind.MAINTENANCE), told()).kind is IncidentKind.INCIDENT


def test_being_heard_of_again_forgets_the_polls_without() -> None:
    """One answer that lacks it and one that has it are not two in a row."""
    incident = taken(known(lacking=1, lacking_since=at(1)), told())
    assert (incident.lacking, incident.lacking_since) == (0, None)


def test_a_reopened_one_has_not_overrun() -> None:
    """What was over its end once is not so again before its new end."""
    works = close(known(kind=IncidentKind.MAINTENANCE, overrun=True), at(5), RESOLVED)
    assert not works.overrun
    assert close(known(), NOON - timedelta(1), RESOLVED).episode.ended_at == NOON
