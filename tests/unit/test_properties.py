"""What holds for the rules whatever a provider says: proved by inventing providers."""

from dataclasses import replace
from itertools import groupby

from hypothesis import given, settings

from support.worlds import ACCOUNT, MINUTE, World, accounts, histories, traits
from tocsin.domain.alarm import Look, Policy, step
from tocsin.domain.alarm_state import Close, Tell
from tocsin.domain.assess import hits, unwatched
from tocsin.domain.levels import Scene, alarm_level, connection_level
from tocsin.domain.observed import SETTLING
from tocsin.domain.snapshot import Component, Snapshot
from tocsin.domain.terms import EndHow, Level
from tocsin.domain.timeline import merge, unwatch

MANY = settings(max_examples=80, deadline=None)


def calm(snapshot: Snapshot) -> Snapshot:
    """The same page with nothing wrong on it."""
    fine = tuple(replace(component, level=Level.OK) for component in snapshot.components)
    listed = {component.id for component in fine}
    missing = tuple(Component(each, each, Level.OK, "ok") for each in "abcd" if fine and each not in listed)
    return replace(snapshot, reports=(), unread=(), components=(*fine, *missing))


@MANY
@given(histories, traits)
def test_never_quiet_with_an_active_relevant_outage(history, kind) -> None:
    """Whatever was said before, trouble in force on a connection has an alarm after every poll."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
        scene = Scene.of(snapshot)
        for incident in world.open_incidents():
            worst = max(alarm_level(incident, each, scene, kind, world.now) for each in ACCOUNT.connections)
            if worst >= Level.DEGRADED:
                told = world.alarms.of(incident.uid)
                assert told is not None
                assert told.level >= worst


@MANY
@given(histories, traits)
def test_every_told_start_has_one_told_end(history, kind) -> None:
    """When all is over, everything told as begun was told as ended, once; what nobody watches any more is closed."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
    for _ in range(3):
        world.now += MINUTE
        world.poll(calm(history[-1][1]))
    assert world.open_incidents() == []
    assert world.alarms.alarms == ()
    standing: set[str] = set()
    for effect in world.said:
        if isinstance(effect, Close) or effect.final:
            standing.discard(effect.thread)
        else:
            standing.add(effect.thread)
    assert standing == set(), "a notification is left on the screen with nothing behind it"
    finals = [effect for effect in world.said if isinstance(effect, Tell) and effect.final]
    keys = [(effect.uid, effect.episode) for effect in finals]
    assert len(keys) == len(set(keys)), "an end was told twice"


@MANY
@given(histories, traits)
def test_the_same_snapshot_again_changes_nothing(history, kind) -> None:
    """Repeated snapshots are silence: no change, no effect, but for those that were lacking once."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
        lacking = {incident.uid for incident in world.open_incidents() if incident.lacking}
        changes, effects = world.poll(snapshot)
        assert all(change.incident.uid in lacking for change in changes), changes
        assert all(not isinstance(effect, Tell) or effect.final for effect in effects)
        world.poll(snapshot)
        changes, effects = world.poll(snapshot)
        assert changes == ()
        assert effects == ()


@MANY
@given(histories, traits)
def test_revisions_only_grow_and_no_word_is_said_twice(history, kind) -> None:
    """An outbox row is (uid, episode, revision): no two words share one, and later words have later ones."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
    tells = [effect for effect in world.said if isinstance(effect, Tell)]
    keys = [(tell.uid, tell.episode, tell.revision, tell.thread) for tell in tells]
    assert len(keys) == len(set(keys))
    by_episode = sorted(tells, key=lambda tell: (tell.uid, tell.episode))
    for _, same in groupby(by_episode, key=lambda tell: (tell.uid, tell.episode)):
        revisions = [tell.revision for tell in same]
        assert revisions == sorted(revisions)


@MANY
@given(histories, traits)
def test_episodes_are_whole(history, kind) -> None:
    """Episodes are numbered in a row, end after they began, and only the last may be open."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
    for incident in world.incidents.values():
        assert [episode.number for episode in incident.episodes] == list(range(1, len(incident.episodes) + 1))
        assert all(not episode.is_open for episode in incident.episodes[:-1])
        assert all(each.ended_at is None or each.ended_at >= each.started_at for each in incident.episodes)
        assert len({(alias.provider_id, alias.first_start) for alias in incident.aliases}) == len(incident.aliases)


@MANY
@given(histories, traits)
def test_each_id_speaks_of_one_open_incident(history, kind) -> None:
    """No two open incidents go under one id of the provider, and no report is taken for two."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
        ids = [incident.provider_id for incident in world.open_incidents()]
        assert len(ids) == len(set(ids))


@MANY
@given(histories, traits)
def test_removing_every_account_closes_all(history, kind) -> None:
    """What is no longer watched is ended as such, silently, and nothing is left standing."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
    gone = unwatch(tuple(world.incidents.values()), (), world.now)
    assert all(incident.episode.how is EndHow.UNWATCHED for incident in gone.incidents)
    decision = step(world.alarms, Look(unwatched(gone.incidents)), world.now, Policy())
    assert decision.state.alarms == ()
    assert all(isinstance(effect, Close) for effect in decision.effects)
    assert {alarm.thread for alarm in world.alarms.alarms} <= {
        effect.thread for effect in decision.effects if isinstance(effect, Close)
    }


@MANY
@given(histories, traits)
def test_the_order_of_a_list_does_not_matter(history, kind) -> None:
    """The same reports in another order come to the same incidents."""
    world = World.new(kind)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        known = tuple(world.incidents.values())
        one = merge(known, snapshot, ACCOUNT, kind, world.now)
        unique = {report.id for report in snapshot.reports}
        if len(unique) == len(snapshot.reports) and not any(report.parents for report in snapshot.reports):
            turned = replace(snapshot, reports=snapshot.reports[::-1])
            other = merge(known, turned, ACCOUNT, kind, world.now)
            assert {each.provider_id for each in one.incidents} == {each.provider_id for each in other.incidents}
        world.poll(snapshot)
        assert hits((), ACCOUNT, Scene.of(snapshot), kind, world.now) == ()


@MANY
@given(histories, traits, accounts)
def test_a_red_bell_is_never_a_silent_one(history, kind, account) -> None:
    """Whatever makes a connection amber or red was told as bad as it is; or it ended just now and is settling."""
    world = World.new(kind, account)
    for minutes, snapshot in history:
        world.now += minutes * MINUTE
        world.poll(snapshot)
        scene = Scene.of(snapshot)
        known = tuple(world.incidents.values())
        for connection in account.connections:
            level = connection_level(connection, known, scene, kind, world.now)
            concerned = [each for each in known if any(link.connection == connection.id for link in each.links)]
            told = [world.alarms.of(each.uid) for each in concerned if each.is_open]
            ends = [each.episode.ended_at for each in concerned if each.episode.ended_at is not None]
            settling = any(world.now - end < SETTLING for end in ends)
            assert (
                level < Level.DEGRADED or settling or any(alarm is not None and alarm.level >= level for alarm in told)
            )
