"""What only a real session shows: focus, trays that come late, the portal, and what the bell costs on the bus."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

PATIENCE = 60.0
SOME = 10  # changes of the icon, of forty that there are at the most
HELD_UP = 2.0  # seconds by which a busy machine may delay some of them, so that the next ones seem to come soon
QUIET = 8.0  # seconds: by itself a bell swings for twenty
TESTS = Path(__file__).parents[1]
PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
SETTINGS = "org.freedesktop.portal.Settings"


class Driven:
    """The desktop without an engine, on a virtual desktop."""

    def __init__(self, desktop: VirtualDesktop, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "support.desktop_driver", *arguments],
            env=desktop.env | {"PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.hear() == {"ready": True}

    def tell(self, word: str) -> None:
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict:
        return json.loads(self.process.stdout.readline())

    def report(self) -> dict:
        self.tell("report")
        return self.hear()

    def wait(self, what: str, value: object, seconds: float = 60) -> dict:
        """Reports until one has this value."""
        deadline = time.monotonic() + seconds
        while (report := self.report())[what] != value:
            assert time.monotonic() < deadline, report
            time.sleep(0.03)
        return report

    def end(self) -> None:
        self.tell("quit")
        assert self.process.wait(PATIENCE) == 0
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def bare():
    """A desktop without a panel."""
    with VirtualDesktop(panel=None, dunst=False) as made:
        yield made


def test_a_message_leaves_the_keyboard_where_it_is(bare):
    """The user types a letter; the window comes up with the news, and the letter goes on."""
    driven = Driven(bare, "--background")
    driven.tell("type")
    driven.wait("typing", True)
    driven.tell("deliver")
    driven.wait("window", True)
    bare.wait_until(lambda: bare.windows("Tocsin"), PATIENCE, "the window")
    time.sleep(0.5)  # the window manager gets its chance to take the focus away
    report = driven.report()
    assert report["typing"]
    assert not report["active"]
    driven.tell("raise")
    driven.wait("active", True)
    driven.end()


@pytest.mark.parametrize("kind", ["lxqt", "trayer"])
def test_a_tray_that_comes_late_and_one_that_comes_back(bare, kind):
    """The icon registers when the panel starts after the program, and again when the panel is restarted."""
    driven = Driven(bare, "--background")
    driven.tell("outage")
    for _ in range(2):
        bare.start_panel(kind)
        bare.wait_until(lambda: is_red(bare.icon_colour()), PATIENCE, "the red bell")
        bare.stop_panel()
    bare.start_panel(kind)
    bare.wait_until(lambda: is_red(bare.icon_colour()), PATIENCE, "the red bell")
    bare.click_icon()
    driven.wait("window", True)
    driven.end()


def is_red(colour) -> bool:
    return colour is not None and colour[0] > 150 and colour[1] < 90 and colour[2] < 90


def test_the_window_that_showed_itself_stays_when_a_tray_comes(bare):
    """Without a tray the window is all there is; it is not taken away later."""
    driven = Driven(bare)
    driven.tell("quiet")
    driven.wait("window", True)
    bare.start_panel("lxqt")
    bare.wait_until(bare.icon_box, PATIENCE, "the icon")
    assert driven.report()["window"]
    driven.end()


def test_gnomes_switch_keeps_the_bell_still(bare):
    """Animations are off in the portal's settings: the bell is red and does not swing."""
    portal = bare.spawn(["/usr/bin/python3", "-m", "dbusmock", "--session", PORTAL, PORTAL_PATH, SETTINGS])
    bare.wait_until(lambda: bare.owner(PORTAL), PATIENCE, "the portal")
    answer = "ret = dbus.Boolean(False, variant_level=2)"
    call = ["gdbus", "call", "--session", "--dest", PORTAL, "--object-path", PORTAL_PATH]
    bare.run(*call, "--method", "org.freedesktop.DBus.Mock.AddMethod", SETTINGS, "Read", "ss", "v", answer)
    driven = Driven(bare, "--background")
    driven.tell("outage")
    driven.wait("level", "outage")
    report = driven.wait("moving", False, seconds=10)  # by itself the swing would end after twenty
    assert (report["level"], report["frame"]) == ("outage", 0)
    driven.end()
    bare.end(portal)


def test_what_the_swing_costs_on_the_bus():
    """At most two changes of the icon a second while it rings, and none once it is quiet."""
    with VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        monitor = desktop.spawn(
            ["dbus-monitor", "--session", "type='signal',interface='org.kde.StatusNotifierItem',member='NewIcon'"]
        )
        driven = Driven(desktop, "--background")
        driven.tell("outage")
        driven.wait("frame", 1)
        began, before = time.monotonic(), changes(desktop)
        desktop.wait_until(lambda: changes(desktop) >= before + SOME, PATIENCE, "the bell to swing")
        assert time.monotonic() - began >= SOME / 2 - HELD_UP
        driven.tell("quiet")
        driven.wait("level", "ok")
        driven.wait("moving", False)
        desktop.wait_until(lambda: is_still(desktop), QUIET, "it to cost nothing")
        driven.end()
        desktop.end(monitor)


def is_still(desktop: VirtualDesktop) -> bool:
    """Whether nothing changes for two seconds, in which a swinging bell does four times."""
    before = changes(desktop)
    time.sleep(2.0)
    return changes(desktop) == before


def changes(desktop: VirtualDesktop) -> int:
    return desktop.output("dbus-monitor").count("member=NewIcon")
