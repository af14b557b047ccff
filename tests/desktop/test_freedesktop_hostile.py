"""The freedesktop channel against notification servers and buses that misbehave, or are not there."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.fake_notification_server import FakeNotificationServer
from support.notifying import BUTTONS, START, Heard, shown, with_channel
from support.virtual_desktop import VirtualDesktop
from tocsin.errors import DeliveryFailed
from tocsin.notifiers.freedesktop import FreedesktopChannel
from tocsin.ports import ThreadRef

pytestmark = pytest.mark.desktop

SOON = 20.0
"""Seconds that nothing here takes, however busy the machine, which does not wait for what it should not."""


@pytest.fixture
def bare() -> Iterator[VirtualDesktop]:
    """A desktop on which nothing shows notifications."""
    with VirtualDesktop(panel=None, dunst=False) as running:
        yield running


@pytest.mark.parametrize("method", ["GetCapabilities", "Notify"])
def test_a_server_that_hangs_holds_up_nothing(bare, method):
    """Bounded, said so, and a late answer does no harm to the deliveries after it."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, silent={method}) as server:
            began = time.monotonic()
            delivery = await channel.deliver(START)
            assert (delivery.ok, delivery.reason) == (False, f"no answer to {method} within 2 s")
            assert time.monotonic() - began < SOON
            server.silent.clear()
            await server.answer_late()
            ref = await shown(channel, START)
            server.silent.add("CloseNotification")
            assert not (await channel.withdraw(ref)).ok

    with_channel(bare, story, patience=2)


def test_deliveries_to_a_server_that_hangs_do_not_queue_up(bare):
    """Five at once fail in the time of one, not of five."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, silent={"GetCapabilities"}):
            began = time.monotonic()
            deliveries = await asyncio.gather(*(channel.deliver(START) for _ in range(5)))
            assert not any(delivery.ok for delivery in deliveries)
            assert time.monotonic() - began < SOON

    with_channel(bare, story, patience=SOON / 4)


def test_a_server_that_refuses_is_a_failed_delivery(bare):
    """Too many notifications, says a server: the next link is tried, nothing is raised."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, refused={"Notify", "CloseNotification"}) as server:
            delivery = await channel.deliver(START)
            assert (delivery.ok, delivery.reason) == (False, "Notify was refused: net.example.Refused")
            assert len(server.asked("Notify")) == 1
            server.refused.remove("Notify")
            assert (await channel.withdraw(await shown(channel, START))).ok  # no such notification: gone already

    with_channel(bare, story)


@pytest.mark.parametrize(
    ("capabilities", "summary", "body", "actions"),
    [
        (("body",), START.title, START.body, []),
        (("actions",), f"{START.title} Cable cut in Utrecht No estimate given yet", "", ["acknowledge", "Acknowledge"]),
        ((), f"{START.title} Cable cut in Utrecht No estimate given yet", "", []),
    ],
)
def test_a_simple_server_is_told_everything_in_what_it_has(bare, capabilities, summary, body, actions):
    """No body, no actions: nothing is lost but the buttons."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, capabilities=capabilities) as server:
            await shown(channel, replace(START, actions=BUTTONS[:1]))
            ((_, _, _, *texts, _, _),) = server.asked("Notify")
            assert texts == [summary, body, actions]

    with_channel(bare, story)


def test_a_server_without_capabilities_to_tell_is_taken_for_a_simple_one(bare):
    """It still shows the message, unescaped as plain text should be."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, refused={"GetCapabilities"}) as server:
            await shown(channel, replace(START, body="<b>"))
            await shown(channel, replace(START, body="<b>"))
            assert [arguments[4] for arguments in server.asked("Notify")] == ["<b>", "<b>"]
            assert len(server.asked("GetCapabilities")) == 1

    with_channel(bare, story)


def test_an_action_in_the_same_breath_as_the_id_is_heard(bare):
    """A click can be faster than the program: the id is known before anything is said of it."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, act_at_once="acknowledge") as server:
            ref = await shown(channel, START)
            assert await heard.next() == ("inc:1", "acknowledge")
            server.act_at_once = ""
            await server.signal("NotificationClosed", "uu", ref.notification_id, 2)
            await server.signal("ActionInvoked", "us", ref.notification_id, "open")
            await shown(channel, replace(START, thread="inc:2"))
            assert len(heard.so_far) == 1

    with_channel(bare, story)


def test_a_bus_that_goes_and_comes_back_is_found_again():
    """Log out, log in, with the program running on: every delivery says what it came to, and then works again."""

    async def story() -> None:
        channel = FreedesktopChannel()
        with VirtualDesktop(panel=None) as first:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", first.address)
            await channel.start(Heard())
            ref = await shown(channel, START)
        gone = await channel.deliver(START)
        assert not gone.ok
        assert "session bus" in gone.reason
        assert not (await channel.withdraw(ref)).ok
        with VirtualDesktop(panel=None) as second:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", second.address)
            again = await shown(channel, replace(START, replaces=ref))
            assert again.server != ref.server
            assert len(second.dunst_displayed()) == 1
            await channel.close()
            assert (await channel.deliver(START)).reason == "the channel is closed"

    with pytest.MonkeyPatch.context() as monkeypatch:
        asyncio.run(story())


def test_a_bus_that_dies_in_mid_call_is_a_failed_delivery(bare):
    """The notification server hangs and the session ends: the waiting delivery ends too."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, silent={"Notify"}) as server:
            waiting = asyncio.create_task(channel.deliver(START))
            await server.called("Notify")
            server.leave()
            assert (await waiting).reason == "no notification service is running"

    with_channel(bare, story)


@pytest.mark.parametrize("address", ["", "unix:path=/nonexistent/bus", "tcp:host=127.0.0.1,port=1", "nonsense"])
def test_without_a_session_there_is_a_reason_and_no_exception(address):
    """A server, a container, a broken login: the chain goes on with its next link."""

    async def story() -> None:
        channel = FreedesktopChannel(address=address)
        with pytest.raises(DeliveryFailed, match="session"):
            await channel.start(Heard())
        delivery = await channel.deliver(START)
        assert not delivery.ok
        assert "session" in delivery.reason
        assert not (await channel.withdraw(ThreadRef(channel.name, "inc:1", ":1.2@x", 3))).ok
        await channel.close()

    asyncio.run(story())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n", b"OK", b"x" * 200_000])
def test_something_that_is_no_bus_is_not_waited_for(tmp_path, answer):
    """A socket that says nothing, or nonsense, or hangs up in the middle of the login."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n")
        writer.write(answer)
        if answer:
            writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        over.set()

    async def story() -> None:
        channel = FreedesktopChannel(address=f"unix:path={tmp_path}/bus", patience=0.5)
        async with await asyncio.start_unix_server(served, tmp_path / "bus"):
            delivery = await channel.deliver(START)
            assert not delivery.ok
            assert "cannot be reached" in delivery.reason
            await channel.close()
            await asyncio.wait_for(over.wait(), 60)

    over = asyncio.Event()
    asyncio.run(story())


def test_stopping_does_not_wait_for_a_server_that_hangs(bare):
    """The engine stops within 100 ms, whatever a notification server does."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, silent={"Notify"}) as server:
            waiting = asyncio.create_task(channel.deliver(START))
            await server.called("Notify")
            began = time.monotonic()
            waiting.cancel()
            await asyncio.wait([waiting])
            await channel.close()
            assert time.monotonic() - began < SOON

    with_channel(bare, story, patience=60)


def test_it_is_known_of_which_servers_a_screen_reader_reads(bare):
    """Before the first message, and anew with another server; what changes is shown anew there, for it to be read."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        assert not channel.is_read_out
        async with FakeNotificationServer(bare.address, name="gnome-shell", screen_reader=True) as server:
            await channel.start(heard)
            assert channel.is_read_out
            first = await shown(channel, START)
            second = await shown(channel, replace(START, replaces=first))
            shown_at = [body[1] for body in server.asked("Notify")]
            assert (shown_at, server.asked("CloseNotification")) == ([0, 0], [(first.notification_id,)])
            assert second.notification_id != first.notification_id
        assert channel.is_read_out
        async with FakeNotificationServer(bare.address, name="dunst") as server:
            first = await shown(channel, replace(START, replaces=second))
            assert not channel.is_read_out
            await shown(channel, replace(START, replaces=first))
            assert [body[1] for body in server.asked("Notify")] == [0, first.notification_id]

    with_channel(bare, story)


@pytest.mark.parametrize("screen_reader", [None, False, "yes"])
def test_what_nobody_has_read_aloud_changes_in_place(bare, screen_reader):
    """Also at a server that is read out: without a screen reader, or where that is not to be learnt."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        async with FakeNotificationServer(bare.address, name="gnome-shell", screen_reader=screen_reader) as server:
            first = await shown(channel, START)
            assert await shown(channel, replace(START, replaces=first)) == first
            assert server.asked("CloseNotification") == []

    with_channel(bare, story)


def test_a_server_that_does_not_say_what_it_is_shows_messages_all_the_same(bare):
    """Its name is worth a question, and no alarm."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        for trouble in ("silent", "refused"):
            async with FakeNotificationServer(bare.address, **{trouble: {"GetServerInformation"}}):
                await shown(channel, START)
                assert not channel.is_read_out

    with_channel(bare, story, patience=2)
