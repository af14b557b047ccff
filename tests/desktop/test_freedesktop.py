"""The freedesktop channel against a real bus and a real notification daemon."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from jeepney import DBusAddress, new_signal

from support.notifying import BUTTONS, END, START, Heard, shown, with_channel
from support.virtual_desktop import VirtualDesktop
from tocsin.notifiers.chain import Chain
from tocsin.notifiers.freedesktop import NAME, PATH, FreedesktopChannel
from tocsin.notifiers.recording import RecordingChannel
from tocsin.ports import ThreadRef

pytestmark = pytest.mark.desktop


@pytest.fixture
def desktop() -> Iterator[VirtualDesktop]:
    """A desktop with dunst, without a panel."""
    with VirtualDesktop(panel=None) as running:
        yield running


@pytest.fixture
def bare() -> Iterator[VirtualDesktop]:
    """A desktop on which nothing shows notifications."""
    with VirtualDesktop(panel=None, dunst=False) as running:
        yield running


def test_a_start_is_shown_as_the_desktop_expects_it(desktop):
    """Name, urgency as a byte (an int is refused in silence by some), tag, actions; it stays until its end."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        ref = await shown(channel, START)
        (seen,) = desktop.dunst_displayed()
        assert (ref.channel, ref.thread, ref.notification_id) == (channel.name, "inc:1", seen.id)
        assert ref.server.startswith(desktop.owner(NAME) + "@")
        assert (seen.app_name, seen.summary, seen.body) == ("Tocsin", START.title, START.body)
        assert seen.hints["urgency"] == ("y", 2)
        assert seen.hints["desktop-entry"] == ("s", "app.tocsin.Tocsin")
        assert seen.hints["category"] == ("s", "network.error")
        assert seen.stack_tag == "inc:1"
        assert seen.actions == dict(BUTTONS)
        assert seen.timeout == 0
        assert seen.icon.endswith("outage.svg")

    with_channel(desktop, story)


def test_an_update_replaces_and_the_end_is_calm(desktop):
    """One thread is one notification, with one id, from its start to its end."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        first = await shown(channel, START)
        moved = await shown(channel, replace(START, body="New estimate: 20:30 (was 19:00)", replaces=first))
        (seen,) = desktop.dunst_displayed()
        assert first == moved
        assert (seen.id, seen.body) == (first.notification_id, "New estimate: 20:30 (was 19:00)")
        ended = await shown(channel, replace(END, replaces=moved))
        (seen,) = desktop.dunst_displayed()
        assert ended == first
        assert (seen.summary, seen.urgency, seen.timeout, seen.actions) == ("Home fibre works again", "normal", -1, {})

    with_channel(desktop, story)


def test_two_threads_stand_side_by_side(desktop):
    """Another incident must not hide the first."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        refs = [await shown(channel, replace(START, thread=thread)) for thread in ("inc:1", "inc:2")]
        assert [seen.stack_tag for seen in desktop.dunst_displayed()] == ["inc:1", "inc:2"]
        assert refs[0].notification_id != refs[1].notification_id

    with_channel(desktop, story)


def test_a_pressed_action_comes_back_with_its_thread(desktop):
    """Acknowledge, pressed in the notification, reaches the alarm that it is about."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, START)
        await shown(channel, replace(START, thread="inc:2", title="Another"))
        desktop.invoke_action("acknowledge", "Outage")
        assert await heard.next() == ("inc:1", "acknowledge")
        desktop.invoke_action("open", "Another")
        assert await heard.next() == ("inc:2", "open")
        assert len(heard.so_far) == 2

    with_channel(desktop, story)


def test_an_action_that_somebody_else_claims_is_not_heard(desktop):
    """Only the server that showed a notification speaks for it, and only about ours."""
    server = DBusAddress(PATH, interface=NAME)

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        ref = await shown(channel, START)
        forged = new_signal(server, "ActionInvoked", "us", (ref.notification_id, "acknowledge"))
        desktop._connection.send(forged)
        odd = new_signal(server, "ActionInvoked", "s", ("acknowledge",))
        desktop._connection.send(odd)
        assert desktop.owner(NAME)  # the bus has passed both on once it answers this
        await shown(channel, replace(START, replaces=ref))
        desktop.invoke_action("open")
        assert await heard.next() == ("inc:1", "open")

    with_channel(desktop, story)


@pytest.mark.parametrize(
    ("markup", "sent"),
    [
        ("full", "&lt;b&gt;5 &amp;lt; 6 &amp; more&lt;/b&gt; &lt;img src='file:///etc/hostname'&gt;"),
        ("no", "<b>5 &lt; 6 & more</b> <img src='file:///etc/hostname'>"),
    ],
)
def test_markup_is_text_whatever_the_server_takes(desktop, markup, sent):
    """Escaped exactly where the server reads markup: a provider's tags are seen as tags, never obeyed."""
    desktop.restart_dunst(markup=markup)
    text = "<b>5 &lt; 6 & more</b> <img src='file:///etc/hostname'>"

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, replace(START, title="<i>Title</i> & co", body=text))
        (seen,) = desktop.dunst_displayed()
        assert (seen.summary, seen.body) == ("<i>Title</i> & co", sent)
        desktop.close_all()
        desktop.wait_until(desktop.dunst_history, 20, "the history")
        (kept,) = desktop.dunst_history()
        assert kept.body == sent
        assert "<i>" not in kept.message

    with_channel(desktop, story)


def test_the_capabilities_of_the_next_server_are_asked_anew(desktop):
    """A server that reads markup may follow one that does not."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, replace(START, body="<b>"))
        desktop.restart_dunst(markup="no")
        await shown(channel, replace(START, body="<b>"))
        assert [call.body for call in desktop.log.calls()] == ["&lt;b&gt;", "<b>"]

    with_channel(desktop, story)


def test_hostile_text_is_cut_and_cleaned(desktop):
    """Bidi controls, NULs, lone surrogates, towers of text: the bus takes what is left, and emoji are left."""
    long = "A\u202eB\u2066C\x00\x1b[31mD\ud800 \U0001f514\ufe0f " + "x" * 10_000 + "\nline" * 500

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, replace(START, title=long, body=long, actions=(("open", long),)))
        (seen,) = desktop.dunst_displayed()
        for text, limit in ((seen.summary, 200), (seen.body, 1500), (seen.actions["open"], 40)):
            assert text.startswith("ABC[31mD \U0001f514")
            assert len(text) <= limit
            assert not set(text) & set("\u202e\u2066\x00\x1b")
        assert seen.body.count("\n") < 16

    with_channel(desktop, story)


def test_after_a_restart_of_dunst_nothing_of_another_program_is_overwritten(desktop):
    """Dunst counts from the beginning again, so our old id is another program's by then."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        before = await shown(channel, START)
        desktop.restart_dunst()
        desktop.run("notify-send", "Yours")
        (other,) = desktop.dunst_displayed()
        assert other.id == before.notification_id
        after = await shown(channel, replace(START, body="New estimate", replaces=before))
        assert [seen.summary for seen in desktop.dunst_displayed()] == ["Yours", START.title]
        assert after.server != before.server
        assert (await channel.withdraw(before)).ok
        assert len(desktop.dunst_displayed()) == 2
        desktop.invoke_action("acknowledge")
        assert await heard.next() == ("inc:1", "acknowledge")

    with_channel(desktop, story)


def test_a_unique_name_of_another_bus_is_another_server(desktop):
    """Unique names begin again with every login: the same name and id there mean nothing here."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        desktop.run("notify-send", "Yours")
        (other,) = desktop.dunst_displayed()
        old = ThreadRef(channel.name, "inc:1", f"{desktop.owner(NAME)}@0123456789abcdef", other.id)
        await shown(channel, replace(START, replaces=old))
        assert (await channel.withdraw(old)).ok
        assert [seen.summary for seen in desktop.dunst_displayed()] == ["Yours", START.title]

    with_channel(desktop, story)


@pytest.mark.parametrize("remembered", [True, False])
def test_sent_again_after_our_own_restart_it_replaces(desktop, remembered):
    """At least once, seen once: by the id that was stored, or by the tag where the kill came before the storing."""

    async def first(channel: FreedesktopChannel, heard: Heard) -> None:
        refs.append(await shown(channel, START))

    async def second(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, replace(START, replaces=refs[0] if remembered else None))
        (seen,) = desktop.dunst_displayed()
        assert (seen.id == refs[0].notification_id) == remembered

    refs: list[ThreadRef] = []
    with_channel(desktop, first)
    assert len(desktop.dunst_displayed()) == 1  # closing left it where it was
    with_channel(desktop, second)


def test_withdrawn_it_is_gone_and_gone_is_a_success(desktop):
    """An account that is removed takes its notification along, once or twice, dunst or no dunst."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        ref = await shown(channel, START)
        other = await shown(channel, replace(START, thread="inc:2"))
        assert (await channel.withdraw(ref)).ok
        assert [seen.stack_tag for seen in desktop.dunst_displayed()] == ["inc:2"]
        assert (await channel.withdraw(ref)).ok
        desktop.stop_dunst()
        assert (await channel.withdraw(other)).ok
        desktop.start_dunst()
        assert (await channel.withdraw(other)).ok

    with_channel(desktop, story)


def test_without_a_server_the_last_link_tells_and_gives_back(bare):
    """No notification daemon: the window has it. One that starts later takes over, and the window lets go."""

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        window = RecordingChannel("window")
        chain = Chain([channel, window])
        first = await chain.deliver(START)
        assert first.ok
        assert [outgoing.thread for outgoing in window.standing.values()] == ["inc:1"]
        assert chain.trouble == "freedesktop: no notification service is running"
        bare.start_dunst()
        second = await chain.deliver(replace(START, body="New estimate", replaces=first.ref))
        assert second.ok
        assert [seen.body for seen in bare.dunst_displayed()] == ["New estimate"]
        assert window.standing == {}
        assert chain.trouble == ""
        bare.stop_dunst()
        assert (await chain.deliver(replace(END, replaces=second.ref))).ok
        assert [outgoing.final for outgoing in window.standing.values()] == [True]

    with_channel(bare, story)


def test_a_server_that_the_bus_can_start_is_started(bare):
    """Many desktops run none until the first notification comes."""
    bare.start_dunst()  # writes its configuration
    bare.stop_dunst()
    config, display = bare.directory / "dunstrc", bare.env["DISPLAY"]
    service = f"[D-BUS Service]\nName={NAME}\nExec=/usr/bin/env DISPLAY={display} dunst -conf {config}\n"
    (bare.services / f"{NAME}.service").write_text(service)
    bare.call(DBusAddress("/", "org.freedesktop.DBus", "org.freedesktop.DBus"), "ReloadConfig")

    async def story(channel: FreedesktopChannel, heard: Heard) -> None:
        await shown(channel, START)
        assert [seen.summary for seen in bare.dunst_displayed()] == [START.title]

    with_channel(bare, story)
