"""What the bell shows when nobody feeds it: an engine that dies or hangs, a provider that hangs, an end in mid-request.

The engine is made to die by a patch that the test puts into the program's process; the program itself has no switch
for it.
"""

from pathlib import Path

import pytest

from support.framebuffer import Picture
from support.own_time import OwnTime
from support.program import (
    PATIENCE,
    Program,
    children,
    glances,
    is_red,
    press,
    running,
    seconds_until,
    tray_picture,
    wait_for_red,
)
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop
from tocsin.simulator.http1 import Manner

pytestmark = pytest.mark.desktop

FRESH = 10.0  # seconds: max(3 x interval, 10 s) at an interval of one second
LATE = 1.5  # the bell looks at the clock once a second
BUSY = 2.0  # by so much it may be late that others do something as well, beside the time without a processor

# Once the file is there the engine's thread meets its end: it raises, or never does anything again. Another file is
# there from then on.
FATE = """
import asyncio, pathlib, time
from tocsin import running
main = running.EngineThread._main
async def fate():
    while not pathlib.Path({place!r}).exists():
        await asyncio.sleep(0.02)
    pathlib.Path({place!r}).with_suffix(".met").touch()
    {deed}
async def doomed(thread):
    await asyncio.gather(main(thread), fate())
running.EngineThread._main = doomed
"""
DEEDS = {"dies": 'raise SystemError("killed by a test")', "hangs": "time.sleep(3600)"}


def test_without_an_engine_the_bell_turns_grey_and_never_green():
    """Issue: grey within max(3 x interval, 10 s), and never green until polls succeed again."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        fate = desktop.directory / "fate"
        hook = FATE.format(place=str(fate), deed=DEEDS["dies"])
        program = Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook)
        provider.fail(503)
        program.start()
        provider.wait_for_polls(1)
        grey = tray_picture(desktop)
        green = answered(desktop, provider, grey)

        taken = OwnTime(*desktop.pids)
        meet(desktop, fate)
        assert seconds_until(desktop, lambda: tray(desktop) == grey, PATIENCE, "a grey bell") > FRESH / 2
        assert taken.seconds < FRESH + LATE + BUSY
        polls = provider.polls
        assert all(picture == grey for picture in glances(desktop, 1.5))
        assert provider.polls == polls
        assert "killed by a test" in program.log
        assert program.terminate() == 0

        provider.fail(503)
        program.hook = ""
        program.start()
        seen: list[Picture] = []

        def asked() -> bool:
            seen.append(tray(desktop))
            return provider.polls > polls

        desktop.wait_until(asked, PATIENCE, "a poll")
        assert green not in [*seen, *glances(desktop, 1.5)]
        assert tray_picture(desktop) == grey
        assert answered(desktop, provider, grey) == green


def meet(desktop: VirtualDesktop, fate: Path) -> None:
    """Return once the engine has met its end."""
    fate.touch()
    desktop.wait_until(fate.with_suffix(".met").exists, PATIENCE, "the engine's end")


def tray(desktop: VirtualDesktop) -> Picture:
    return desktop.picture(desktop.panel_box())


def answered(desktop: VirtualDesktop, provider: ScriptedProvider, grey: Picture) -> Picture:
    """The bell after the provider answers again."""
    provider.recover()

    def other() -> Picture | None:
        picture = tray(desktop)
        return picture if desktop.icon_box() and picture != grey else None

    picture = desktop.at_rest(other, PATIENCE, "a bell that is not grey")
    assert picture is not None
    return picture


def test_red_stays_red_while_the_engine_hangs():
    """DESIGN: a definite red stays red, with its age, when nothing later is known; and a hang holds up no end."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        fate = desktop.directory / "fate"
        hook = FATE.format(place=str(fate), deed=DEEDS["hangs"])
        program = Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook).start()
        program.wait_for_level("ok")
        provider.declare()
        wait_for_red(desktop)
        meet(desktop, fate)
        provider.resolve()
        assert all(is_red(desktop) for _ in glances(desktop, FRESH + LATE))
        assert program.terminate() == 0


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_sigterm_ends_it_all_while_a_request_hangs(panel):
    """Issue: stops with a request hanging; within 2 s: exit 0, the icon gone, no process left, no complaint."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=panel, dunst=False) as desktop:
        provider.fail(manner=Manner.HANG)
        program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
        provider.wait_for_polls(1)
        desktop.wait_until(desktop.icon_box, PATIENCE, "the icon")
        everything = [program.process.pid, *children(program.process.pid)]
        assert program.terminate() == 0
        desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to be gone")
        desktop.wait_until(lambda: running(everything) == [], PATIENCE, "its processes to end")
        assert program.printed == ""
        assert "ERROR" not in program.log


def test_quit_in_the_menu_ends_it_while_a_request_hangs():
    """Issue: the menu's Quit, chosen with the keyboard in the panel's own menu, ends the program as well."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        provider.fail(manner=Manner.HANG)
        program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
        provider.wait_for_polls(1)
        tray_picture(desktop)
        before = desktop.picture()
        desktop.click_icon(button=3)
        desktop.wait_until(lambda: desktop.picture() != before, PATIENCE, "the menu")
        press(desktop, "Up", "Return")
        assert program.ended() == 0
        desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to be gone")
