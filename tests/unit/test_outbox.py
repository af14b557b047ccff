"""Deliveries: in order, at least once, and one that fails stands in nobody's way but its own."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from support.records import tell
from support.rig import EngineRig, KeyWords
from support.scenarios import ScriptedProvider
from support.step_clock import EVENING, StepClock
from tocsin.adapters.store import memory_store
from tocsin.adapters.store_sqlite import SqliteStore
from tocsin.domain.alarm_state import Close, Tell
from tocsin.domain.freshness import tray_level
from tocsin.domain.terms import Level
from tocsin.engine.keeper import Keeper
from tocsin.engine.outbox import MOST_ATTEMPTS, TOO_OLD, Outbox
from tocsin.notifiers.recording import RecordingChannel
from tocsin.ports import Batch, Delivery, Outgoing, ThreadRef


class Post:
    """An outbox with a record of its own, and what it was told about troubles."""

    def __init__(self, store: SqliteStore, *channels: object, words: object = None, deadline: float = 5.0) -> None:
        self.store = store
        self.clock = StepClock()
        self.troubles: list[tuple[str, str]] = []
        self.outbox = Outbox(
            Keeper(store, store, Batch),
            tuple(channels),
            lambda: words or KeyWords(),
            self.clock,
            lambda channel, reason: self.troubles.append((channel, reason)),
            deadline=deadline,
        )

    def put(self, *effects: Tell | Close, channels: tuple[str, ...] = ("recording",), at: datetime = EVENING) -> None:
        self.store.write(Batch(effects=effects, channels=channels, at=at))

    def deliver(self) -> bool:
        return asyncio.run(self.outbox.deliver_all())


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with closing(memory_store(now=EVENING)) as store:
        yield store


def said(channel: RecordingChannel) -> list[tuple[str, str]]:
    return [(outgoing.thread, outgoing.uid) for outgoing in channel.delivered]


class Fickle(RecordingChannel):
    """Fails the first so many deliveries."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self._failures = failures

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        if self._failures:
            self._failures -= 1
            return Delivery(ok=False, reason="not now")
        return await super().deliver(outgoing)


def test_an_end_does_not_overtake_its_start(store, caplog) -> None:
    """What comes later in a thread waits for what failed before it; another thread does not."""
    channel = Fickle(1)
    post = Post(store, channel)
    post.put(tell(uid="a", thread="inc:a"))
    store.mark(1, store.outbox()[0].state.ATTEMPTED)
    post.put(tell(uid="a", thread="inc:a", revision=2, final=True), tell(uid="b", thread="inc:b"))
    assert post.deliver() is True
    assert said(channel) == [("inc:b", "b")]
    assert post.deliver() is False
    assert said(channel) == [("inc:b", "b"), ("inc:a", "a"), ("inc:a", "a")]
    assert channel.delivered[-1].final


def test_a_message_that_cannot_be_put_into_words_does_not_stop_the_others(store, caplog) -> None:
    """A mistake in one sentence costs that sentence, and is given up after five attempts."""

    class Stammering(KeyWords):
        def render(self, effect: Tell, now: object) -> tuple[str, str]:
            if effect.uid == "a":
                raise KeyError("since")
            return super().render(effect, now)

    channel = RecordingChannel()
    post = Post(store, channel, words=Stammering())
    post.put(tell(uid="a", thread="inc:a"), tell(uid="b", thread="inc:b"))
    for _ in range(MOST_ATTEMPTS):
        post.deliver()
    assert said(channel) == [("inc:b", "b")]
    assert store.outbox() == ()
    assert ("recording", "a mistake of ours (KeyError)") in post.troubles


def test_a_channel_that_hangs_is_given_up_after_its_time(store, caplog) -> None:
    """A bus that never answers must not hold back what another channel can say."""

    class Hanging(RecordingChannel):
        async def deliver(self, outgoing: Outgoing) -> Delivery:
            await asyncio.Event().wait()
            raise AssertionError

    channel = RecordingChannel("other")
    post = Post(store, Hanging(), channel, deadline=0.05)
    post.put(tell(uid="a", thread="inc:a"), channels=("recording", "other"))
    assert post.deliver() is True
    assert said(channel) == [("inc:a", "a")]
    assert post.troubles == [("recording", "no answer within 0.05 s"), ("other", "")]


def test_a_channel_that_raises_is_a_failed_delivery(store, caplog) -> None:
    """A channel raises nothing; one that does all the same is tried again like any other."""

    class Raising(Fickle):
        async def deliver(self, outgoing: Outgoing) -> Delivery:
            if not (await super().deliver(outgoing)).ok:
                raise ConnectionError
            return Delivery(ok=True)

    channel = Raising(1)
    post = Post(store, channel)
    post.put(tell(uid="a", thread="inc:a"))
    assert post.deliver() is True
    assert post.deliver() is False
    assert said(channel) == [("inc:a", "a")]


def test_rows_of_a_channel_that_this_run_does_not_have_are_left_to_one_that_has(store) -> None:
    """``watch`` has no screen: what ``run`` still had to say when it was killed waits for the next ``run``."""
    post = Post(store)
    post.put(tell(uid="a", thread="inc:a"))
    assert post.deliver() is False
    assert len(store.outbox()) == 1


def test_what_is_older_than_a_week_is_not_told_any_more(store) -> None:
    """After a year in a drawer the computer does not begin with last year's outage."""
    channel = RecordingChannel()
    post = Post(store, channel)
    post.put(tell(uid="old", thread="inc:old"), at=EVENING - TOO_OLD - timedelta(minutes=1))
    post.put(tell(uid="new", thread="inc:new"), at=EVENING - TOO_OLD + timedelta(minutes=1))
    post.deliver()
    assert said(channel) == [("inc:new", "new")]
    assert store.outbox() == ()


def test_taking_away_what_never_stood_there_is_done_at_once(store) -> None:
    """A thread of which nothing was shown needs no call."""
    channel = RecordingChannel()
    post = Post(store, channel)
    post.put(Close("inc:a"))
    assert post.deliver() is False
    assert channel.withdrawn == []
    assert store.outbox() == ()


def test_what_was_shown_is_replaced_and_taken_away_by_its_reference(store) -> None:
    """The reference of the last delivery goes with the next, and is forgotten at the end."""
    channel = RecordingChannel()
    post = Post(store, channel)
    post.put(tell(uid="a", thread="inc:a"))
    post.deliver()
    post.put(tell(uid="a", thread="inc:a", revision=2))
    post.deliver()
    post.put(Close("inc:a"))
    post.deliver()
    assert [outgoing.replaces for outgoing in channel.delivered] == [
        None,
        ThreadRef("recording", "inc:a", "recording", 1),
    ]
    assert channel.standing == {}
    assert store.thread("recording", "inc:a") is None


def test_a_channel_whose_start_hangs_keeps_nothing_from_being_seen(caplog) -> None:
    """A session bus that hangs at log-in costs the notifications, not the bell: its colour is published."""
    started = asyncio.Event()

    class Stuck(RecordingChannel):
        async def start(self, on_action: object) -> None:
            await started.wait()

    with ScriptedProvider() as provider, EngineRig(provider.settings(), channels=(Stuck("stuck"),)) as rig:
        rig.wait_for("green", lambda: tray_level(rig.state, rig.clock.now()) is Level.OK)
        provider.declare("PRB-1")
        rig.wait_for("red", lambda: tray_level(rig.state, rig.clock.now()) is Level.OUTAGE)
        assert rig.keys() == []


def test_a_failing_channel_is_shown_as_a_fault_and_tried_again(caplog) -> None:
    """The user learns that notifications do not get through; when they do again, the fault is gone."""
    with ScriptedProvider() as provider, EngineRig(provider.settings()) as rig:
        rig.channel.failing = "no notification service"
        provider.declare("PRB-1")
        rig.wait_for("the fault", lambda: [fault.message.key for fault in rig.state.faults] == ["channel"])
        rig.channel.failing = ""
        rig.wait_for("told", lambda: rig.keys() == ["started"])
        rig.wait_for("no fault", lambda: rig.state.faults == ())
