"""On Wayland, where no X server runs: the bell, the window, who may bring it to the front, and scales in between."""

import asyncio
import json
import sys
from collections.abc import Iterator

import pytest
from jeepney import DBusAddress

from support.fake_notification_server import FakeNotificationServer
from support.program import PATIENCE, Program, is_red, told, wait_for_no_red
from support.scenarios import ScriptedProvider
from support.virtual_desktop import WATCHER
from support.wayland_desktop import View, WaylandDesktop

pytestmark = pytest.mark.desktop

APP_ID = "app.tocsin.Tocsin"
HERE, ELSEWHERE = "here", "elsewhere"
NOWHERE = ":4711"
"""A screen of X11 that is not there, though a variable says so."""


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as made:
        yield made


def begun(desktop: WaylandDesktop, provider: ScriptedProvider) -> Program:
    """The program in the background, after its first answers, with its bell in the panel."""
    program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
    program.wait_for_level("ok")
    wait_for_no_red(desktop)
    return program


def has_gone(desktop: WaylandDesktop) -> bool:
    """Whether nothing of the program is to be seen."""
    return not desktop.views() and not desktop.icon_box()


def in_front(desktop: WaylandDesktop) -> View:
    """The window that has the keyboard, once one has."""

    def found() -> View | None:
        return next((view for view in desktop.views() if view.has_focus), None)

    view = desktop.wait_until(found, PATIENCE, "a window in front")
    assert view is not None
    return view


def go_elsewhere(desktop: WaylandDesktop) -> None:
    """Leave the window behind on its workspace."""
    desktop.command(f"workspace {ELSEWHERE}")
    assert not any(view.has_focus for view in desktop.views())


def test_the_bell_brings_the_window_from_wherever_it_is(provider):
    """It is known by its desktop entry; closed it goes to the tray; a click without a token finds it all the same."""
    with WaylandDesktop() as desktop:
        program = begun(desktop, provider)
        assert desktop.views() == []
        desktop.click_icon()
        opened = in_front(desktop)
        assert (opened.title, opened.app_id, opened.workspace) == ("Tocsin", APP_ID, HERE)
        go_elsewhere(desktop)
        desktop.click_icon()
        moved = in_front(desktop)
        assert (moved.title, moved.workspace) == ("Tocsin", ELSEWHERE)
        desktop.close_window(moved.number)
        desktop.wait_until(lambda: not desktop.views(), PATIENCE, "the window to close")
        assert program.status()["level"] == "ok"
        desktop.click_icon()
        assert in_front(desktop).workspace == ELSEWHERE
        assert program.terminate() == 0
        desktop.wait_until(lambda: has_gone(desktop), PATIENCE, "everything to go")


def test_an_outage_is_red_at_every_scale(provider):
    """The bell, the notification and the window tell of it, at scales that are no whole number too."""
    with WaylandDesktop(size=(1600, 1300)) as desktop:  # twice its size the window fits too
        program = begun(desktop, provider)
        provider.declare()
        told(desktop, "Outage on Home fibre")
        assert [each.urgency for each in desktop.dunst_displayed()] == ["critical"]
        for scale in (1, 1.5, 2):
            desktop.rescale(scale)
            desktop.wait_until(lambda: is_red_and_large(desktop), PATIENCE, "a red bell of that size")
            program.tell("raise")
            desktop.wait_until(lambda: red_in_window(desktop), PATIENCE, "a window in red")
            opened = in_front(desktop)
            assert opened.title.startswith("Outage on Home fibre since")
            desktop.close_window(opened.number)
            desktop.wait_until(lambda: not desktop.views(), PATIENCE, "the window to close")
        provider.resolve()
        wait_for_no_red(desktop)
        assert program.terminate() == 0


def is_red_and_large(desktop: WaylandDesktop) -> bool:
    """Whether the bell is red, and of the size that the scale asks for."""
    box = desktop.icon_box()
    return box is not None and box.height > 18 * desktop.scale and is_red(desktop)


def red_in_window(desktop: WaylandDesktop) -> bool:
    """Whether the window shows the red of an outage."""
    picture = desktop.picture(desktop.window_box(in_front(desktop).number))
    return any(red >= 200 and green <= 80 and blue <= 80 for red, green, blue in picture.pixels())


def test_whoever_was_clicked_lends_the_right_to_the_front(provider):
    """A launcher, a panel and a notification each give a token: with it the window is in front, where it was."""
    with WaylandDesktop(dunst=False) as desktop:
        desktop.command("focus_on_window_activation focus")
        program = begun(desktop, provider)
        program.tell("raise")
        in_front(desktop)
        go_elsewhere(desktop)
        program.env["XDG_ACTIVATION_TOKEN"] = desktop.client.activation()
        assert program.also("run").wait(PATIENCE) == 0
        assert in_front(desktop).workspace == HERE

        go_elsewhere(desktop)
        item = tray_item(desktop)
        desktop.call(item, "ProvideXdgActivationToken", "s", (desktop.client.activation(),))
        desktop.call(item, "Activate", "ii", (0, 0))
        assert in_front(desktop).workspace == HERE

        go_elsewhere(desktop)
        asyncio.run(click_on_a_notification(desktop, provider))
        assert in_front(desktop).workspace == HERE

        go_elsewhere(desktop)
        del program.env["XDG_ACTIVATION_TOKEN"]
        assert program.also("run").wait(PATIENCE) == 0
        assert in_front(desktop).workspace == ELSEWHERE, "without a token it comes to where the person is"
        assert program.terminate() == 0


def tray_item(desktop: WaylandDesktop) -> DBusAddress:
    """The program's icon on the bus."""
    watcher = DBusAddress("/StatusNotifierWatcher", WATCHER, "org.freedesktop.DBus.Properties")
    (((_, items),)) = desktop.call(watcher, "Get", "ss", (WATCHER, "RegisteredStatusNotifierItems"))
    name, _, path = items[0].partition("/")
    return DBusAddress(f"/{path}", name, "org.kde.StatusNotifierItem")


async def click_on_a_notification(desktop: WaylandDesktop, provider: ScriptedProvider) -> None:
    """Show the start of an outage as GNOME and Plasma do, and choose its action."""
    async with FakeNotificationServer(desktop.address) as server:
        provider.declare()
        await server.called("Notify")
        await server.signal("ActivationToken", "us", 1, desktop.client.activation())
        await server.signal("ActionInvoked", "us", 1, "default")


def test_the_first_start_in_dutch_before_there_is_a_panel():
    """The assistant comes by itself, the bell with the panel; the doctor asks no X server for a tray."""
    with WaylandDesktop(panel=None) as desktop:
        program = Program(desktop, env={"LANG": "nl_NL.UTF-8", "DISPLAY": NOWHERE}).start("run")
        desktop.wait_until(lambda: desktop.windows("^Instellen - Tocsin$"), PATIENCE, "the assistant")
        doctor = (sys.executable, "-m", "tocsin", "doctor", "--json", "--profile", str(program.folder))
        said = json.loads(desktop.run("env", f"DISPLAY={NOWHERE}", *doctor, check=False))["findings"]
        found = {each["topic"]: each for each in said}
        assert (found["tray"]["finding"], found["tray"]["mark"]) == ("tray_none", "attention")
        assert found["system"]["values"]["desktop"] == "wayland"
        desktop.start_panel("sway")
        wait_for_no_red(desktop)
        assert program.terminate() == 0
        desktop.wait_until(lambda: has_gone(desktop), PATIENCE, "everything to go")
