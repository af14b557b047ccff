"""The icon in a real tray: how it swings, and that it gets there though the panel comes late."""

from itertools import combinations

import pytest

from support.program import PATIENCE, IconTap, Program, is_red, told, wait_for_no_red, wait_for_red, window_title
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

LONGEST_SWING = 20.0
FRAME = 0.5
STILL = 6 * FRAME
"""Seconds without a frame after which no more will come."""
HELD_UP = 3.0  # seconds by which a busy machine may delay one frame, so that the next ones seem to come soon


def begun(desktop: VirtualDesktop, provider: ScriptedProvider) -> Program:
    """The program on this desktop, after its first answers."""
    program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
    program.wait_for_level("ok")
    return program


def test_the_swing_is_slow_and_comes_to_an_end():
    """Issue: frames counted on the bus: at most two a second, at most 20 s, then still."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop, IconTap(desktop.address) as tap:
        begun(desktop, provider)
        tap.listen(0.1)
        provider.declare()
        wait_for_red(desktop)
        first, *_ = desktop.wait_until(lambda: tap.listen(0.2), PATIENCE, "the first frame")
        while tap.listen(STILL) and tap.heard[-1] - first <= LONGEST_SWING + HELD_UP:
            pass
        swing = [at for at in tap.heard if at >= first]
        assert swing[-1] - swing[0] <= LONGEST_SWING + HELD_UP
        assert LONGEST_SWING / 2 < len(swing) <= 2 * LONGEST_SWING + 1
        for (first, began), (last, ended) in combinations(enumerate(swing), 2):
            assert (last - first) * FRAME <= ended - began + HELD_UP, "more than two frames a second"
        assert is_red(desktop)


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_a_panel_that_comes_five_seconds_late_gets_the_icon(panel):
    """Issue: start the panel five seconds after the program. At log-in nobody decides who comes first."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=None) as desktop:
        begun(desktop, provider)
        provider.declare()
        told(desktop, "Outage")
        provider.wait_for_polls(provider.polls + 5)
        desktop.start_panel(panel)
        wait_for_red(desktop)
        desktop.click_icon()
        assert window_title(desktop).startswith("Outage")
        provider.resolve()
        wait_for_no_red(desktop)
