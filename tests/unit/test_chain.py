"""Several channels as one: an alarm gets through whatever its parts do, and stands in one place at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from tocsin.errors import DeliveryFailed
from tocsin.notifiers.chain import Chain
from tocsin.notifiers.recording import RecordingChannel
from tocsin.ports import Delivery, Outgoing, ThreadRef

START = Outgoing(thread="inc:1", title="Outage", body="Cable cut", urgency="critical", uid="1")


class Broken(RecordingChannel):
    """A channel with mistakes in it."""

    mistake: Exception = ZeroDivisionError()

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        raise self.mistake

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        raise self.mistake

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        raise self.mistake

    async def close(self) -> None:
        raise self.mistake


class Plain(RecordingChannel):
    """A channel that can neither replace nor say what stands."""

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        return replace(await super().deliver(outgoing), ref=None)


def _threads(channel: RecordingChannel) -> list[str]:
    return [outgoing.thread for outgoing in channel.standing.values()]


def told(story: Awaitable[None]) -> None:
    """Run it in a loop."""

    async def run() -> None:
        await story

    asyncio.run(run())


def test_the_first_link_that_works_has_it_alone():
    """No message is told twice."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        chain = Chain([first, last], name="desktop")
        delivery = await chain.deliver(START)
        assert delivery.ok
        assert (delivery.ref.channel, delivery.ref.thread) == ("desktop", "inc:1")
        assert len(first.delivered) == 1
        assert last.delivered == []
        assert chain.trouble == ""

    told(story())


def test_a_link_that_fails_gives_way_and_is_used_again_once_it_works():
    """The window stands in for a notification server that is away, and no longer than that."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        chain = Chain([first, last])
        first.failing = "gone fishing"
        one = await chain.deliver(START)
        assert _threads(last) == ["inc:1"]
        assert chain.trouble == "first: gone fishing"
        first.failing = ""
        assert (one.ok, one.reason) == (True, chain.trouble)
        two = await chain.deliver(replace(START, body="New estimate", replaces=one.ref))
        assert two.reason == ""
        assert first.standing[1].body == "New estimate"
        assert last.standing == {}
        assert chain.trouble == ""
        assert two.ref != one.ref

    told(story())


def test_a_replacement_reaches_the_link_that_holds_the_thread():
    """Each link is given its own reference or none: an id of one means nothing to another."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        chain = Chain([first, last])
        one = await chain.deliver(START)
        two = await chain.deliver(replace(START, replaces=one.ref))
        assert one.ref == two.ref
        assert first.delivered[1].replaces == ThreadRef("first", "inc:1", "first", 1)
        first.failing = "gone fishing"
        await chain.deliver(replace(START, replaces=two.ref))
        assert last.delivered[0].replaces is None

    told(story())


def test_a_reference_survives_a_restart():
    """What is stored is enough to find the link and its notification again."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        stored = (await Chain([first, last]).deliver(START)).ref
        assert stored == ThreadRef("chain", "inc:1", "first|first", 1)
        after = Chain([first, last])
        assert (await after.deliver(replace(START, replaces=stored))).ref == stored
        assert (await Chain([first, last]).withdraw(stored)).ok
        assert first.standing == {}

    told(story())


def test_within_a_run_the_chain_remembers_by_itself():
    """A reference that could not be stored (a full disk) must not leave two notifications standing."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        chain = Chain([first, last])
        one = await chain.deliver(START)
        assert (await chain.deliver(START)).ref == one.ref
        assert (await chain.deliver(replace(START, final=True))).ref == one.ref
        assert (await chain.deliver(START)).ref != one.ref  # after the end it is another story

    told(story())


def test_withdrawing_goes_to_the_holder_and_only_there():
    """The others have nothing of this thread."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        chain = Chain([first, last])
        first.failing = "gone fishing"
        ref = (await chain.deliver(START)).ref
        assert (await chain.withdraw(ref)).ok
        assert last.standing == {}
        assert first.withdrawn == []
        ref = (await chain.deliver(START)).ref
        last.failing = "cannot"
        assert await chain.withdraw(ref) == Delivery(ok=False, reason="cannot")

    told(story())


def test_a_reference_to_a_link_that_is_no_more_is_no_obstacle():
    """Settings or versions change: the message is told anew, and there is nothing left to withdraw."""

    async def story() -> None:
        last = RecordingChannel("last")
        chain = Chain([last])
        for strange in (ThreadRef("chain", "inc:1", "pager|x", 4), ThreadRef("other", "inc:1", "", 4)):
            assert (await chain.withdraw(strange)).ok
            assert (await chain.deliver(replace(START, replaces=strange))).ok

    told(story())


def test_a_reference_of_a_link_itself_is_taken():
    """What was stored by a link that stood alone before the chain was made is still found."""

    async def story() -> None:
        only = RecordingChannel("only")
        ref = (await only.deliver(START)).ref
        assert (await Chain([only]).withdraw(ref)).ok
        assert only.standing == {}

    told(story())


def test_a_link_that_cannot_replace_is_remembered_all_the_same():
    """Once another link takes over, the thread is taken away there too."""

    async def story() -> None:
        first, plain = RecordingChannel("first"), Plain("plain")
        chain = Chain([first, plain])
        first.failing = "gone fishing"
        ref = (await chain.deliver(START)).ref
        assert ref == ThreadRef("chain", "inc:1", "plain|", 0)
        first.failing = ""
        await chain.deliver(replace(START, replaces=ref))
        assert plain.withdrawn == [ThreadRef("plain", "inc:1", "", 0)]

    told(story())


def test_a_mistake_in_a_link_is_logged_and_does_not_stop_the_alarm(caplog):
    """The last link gets it, whatever the first one does; the log has the traceback, not the message."""

    async def story() -> None:
        broken, last = Broken("broken"), RecordingChannel("last")
        chain = Chain([broken, last])
        await chain.start(lambda _thread, _key: None)
        assert last.is_open
        assert (await chain.deliver(START)).ok
        assert chain.trouble == "broken: a mistake of ours (ZeroDivisionError)"
        assert _threads(last) == ["inc:1"]
        assert not (await chain.withdraw(ThreadRef("chain", "inc:2", "broken|x", 1))).ok
        await chain.close()
        assert not last.is_open

    told(story())
    assert "ZeroDivisionError" in caplog.text
    assert START.body not in caplog.text


def test_a_link_that_cannot_start_is_trouble_but_no_mistake():
    """No session bus: said, not logged as a bug, and the other links start."""

    async def story() -> None:
        absent, last = Broken("absent"), RecordingChannel("last")
        absent.mistake = DeliveryFailed("there is no desktop session")
        chain = Chain([absent, last])
        await chain.start(lambda _thread, _key: None)
        assert chain.trouble == "absent: there is no desktop session"
        assert last.is_open
        await chain.close()

    told(story())


def test_nothing_works_is_said_with_every_reason():
    """The engine keeps the message and tries again; the fault names what is wrong."""

    async def story() -> None:
        links = [RecordingChannel("first"), RecordingChannel("last")]
        links[0].failing, links[1].failing = "gone", "away"
        chain = Chain(links)
        assert await chain.deliver(START) == Delivery(ok=False, reason="first: gone; last: away")
        links[0].failing = ""
        assert (await chain.deliver(START)).ok
        assert chain.trouble == ""

    told(story())


def test_actions_come_from_whatever_link_is_pressed():
    """The window's button and the notification's are the same to the engine."""

    async def story() -> None:
        links = [RecordingChannel("first"), RecordingChannel("last")]
        heard: list[tuple[str, str]] = []
        await Chain(links).start(lambda thread, key: heard.append((thread, key)))
        links[0].act("inc:1", "acknowledge")
        links[1].act("inc:2", "open")
        assert heard == [("inc:1", "acknowledge"), ("inc:2", "open")]

    told(story())


def test_being_stopped_is_not_a_failed_delivery():
    """The engine stops in mid-delivery: the chain stops with it and tries no further link."""

    class Hanging(RecordingChannel):
        async def deliver(self, outgoing: Outgoing) -> Delivery:
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

    async def story() -> None:
        last = RecordingChannel("last")
        waiting = asyncio.create_task(Chain([Hanging("hanging"), last]).deliver(START))
        await reached.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert last.delivered == []

    reached = asyncio.Event()
    told(story())


@pytest.mark.parametrize("names", [[], ["same", "same"]])
def test_a_chain_needs_links_that_can_be_told_apart(names):
    """A reference names its link."""
    with pytest.raises(ValueError, match="a name of its own"):
        Chain([RecordingChannel(name) for name in names])


def test_it_is_read_out_while_the_link_in_use_is():
    """Who is to speak is decided by the link that shows: the first that works."""

    async def story() -> None:
        first, last = RecordingChannel("first"), RecordingChannel("last")
        first.is_read_out = True
        chain = Chain([first, last])
        await chain.start(lambda *_: None)
        assert chain.is_read_out
        first.failing = "gone"
        await chain.deliver(START)
        assert not chain.is_read_out
        first.failing = ""
        await chain.deliver(START)
        assert chain.is_read_out
        first.failing = last.failing = "gone"
        await chain.deliver(START)
        assert not chain.is_read_out

    told(story())
