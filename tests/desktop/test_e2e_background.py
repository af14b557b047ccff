"""Started at log-in: no window ever flashes up by itself, and whatever panel comes, however late, gets the bell."""

import time

import pytest

from support.program import PATIENCE, Program, is_red, wait_for_no_red, wait_for_red, window_title
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop
from support.window_tap import WindowTap

pytestmark = pytest.mark.desktop

LATE = 5.0
"""Seconds after which a panel is late, and after which a window that waits for one would have shown itself."""

# Has the program wait for a panel until the file is there, in place of its four seconds: a busy machine needs as long
# to start one. Writes another file once the wait is over.
PATIENT = """
from pathlib import Path
from PySide6.QtCore import QTimer
from tocsin.desktop.application import DesktopApplication
place, over = Path({place!r}), DesktopApplication._on_patience_over
def patient(application):
    if not place.exists():
        QTimer.singleShot(50, application, application._on_patience_over)
        return
    over(application)
    QTimer.singleShot(0, application, place.with_suffix(".over").touch)
DesktopApplication._on_patience_over = patient
"""


@pytest.fixture
def provider():
    with ScriptedProvider() as made:
        yield made


@pytest.fixture
def bare():
    """A session without a panel yet."""
    with VirtualDesktop(panel=None) as made:
        yield made


@pytest.fixture
def tap(bare):
    with WindowTap(bare.env["DISPLAY"]) as made:
        yield made


def started(desktop: VirtualDesktop, provider: ScriptedProvider, *arguments: str, hook: str = "") -> Program:
    return Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook).start(*arguments)


def of_program(desktop: VirtualDesktop) -> int:
    """A window of the program that is never shown: all its windows have that one's number in common."""

    def found() -> str:
        return desktop.run("xdotool", "search", "--name", "Qt Selection Owner for tocsin", check=False)

    return int(desktop.wait_until(found, PATIENCE, "the program on the screen").split()[0])


def wait_until_late(since: float) -> None:
    """That nothing happens for so long can only be seen by waiting."""
    time.sleep(max(0.0, since + LATE - time.monotonic()))


def test_the_tap_hears_a_window(bare, provider, tap):
    """What the other tests rely on: without ``--background`` and without a tray the window comes, and is heard."""
    program = started(bare, provider, "run")
    mark = of_program(bare)
    assert window_title(bare) == "Tocsin"
    assert len(tap.of(mark)) == 1
    assert program.terminate() == 0


def test_no_panel_ever(bare, provider, tap):
    """Contract: ``--background`` opens no window, also where no tray is found; an alarm is told all the same."""
    began = time.monotonic()
    program = started(bare, provider)
    program.wait_for_level("ok")
    provider.declare()
    bare.wait_until(lambda: program.status()["ringing"], PATIENCE, "the alarm")
    wait_until_late(began)
    assert tap.of(of_program(bare)) == []
    assert program.terminate() == 0


def test_nothing_set_up_and_no_panel(bare, tap):
    """The assistant does not meet anybody at log-in either."""
    began = time.monotonic()
    program = Program(bare).start()
    program.wait_for_level("unknown")
    wait_until_late(began)
    assert tap.of(of_program(bare)) == []
    assert program.terminate() == 0


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_a_panel_that_is_late(bare, provider, tap, panel):
    """Five seconds: the bell is in it when it comes, and nothing was shown until then."""
    began = time.monotonic()
    program = started(bare, provider)
    mark = of_program(bare)
    provider.declare()
    wait_until_late(began)
    assert tap.of(mark) == []
    bare.start_panel(panel)
    wait_for_red(bare)
    assert bare.windows("Tocsin|Outage") == []
    bare.click_icon()
    assert window_title(bare).startswith("Outage")
    assert program.terminate() == 0


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_a_panel_that_dies_and_returns(bare, provider, tap, panel):
    """The bell comes back with it, as it is by then; no window takes its place meanwhile."""
    bare.start_panel(panel)
    program = started(bare, provider)
    program.wait_for_level("ok")
    wait_for_no_red(bare)
    bare.stop_panel()
    provider.declare()
    program.wait_for_level("outage")
    began = time.monotonic()
    wait_until_late(began)
    bare.start_panel(panel)
    wait_for_red(bare)
    assert bare.windows("Tocsin|Outage") == []
    if panel == "lxqt":  # the other takes the icon's own window in, which is heard
        assert tap.of(of_program(bare)) == []
    assert program.terminate() == 0


def test_without_background_a_panel_is_waited_for(bare, provider, tap):
    """One that comes together with the program spares the window; the bell is enough."""
    panel_came = bare.directory / "panel"
    program = started(bare, provider, "run", hook=PATIENT.format(place=str(panel_came)))
    mark = of_program(bare)
    provider.declare()
    bare.start_panel("lxqt")
    bare.wait_until(lambda: is_red(bare), PATIENCE, "the red bell")
    panel_came.touch()
    bare.wait_until(panel_came.with_suffix(".over").exists, PATIENCE, "the wait for a panel to be over")
    assert tap.of(mark) == []
    assert program.terminate() == 0
