"""An outage from its start to its end, on a real desktop: panel, notification daemon, the program, a provider."""

from datetime import UTC, datetime, timedelta

import pytest

from support.program import (
    PATIENCE,
    Program,
    is_red,
    is_still,
    notified,
    told,
    tray_picture,
    wait_for_no_red,
    wait_for_red,
    window_title,
)
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

FRAME = 0.5
SOON = 8.0
"""Seconds: by itself the bell goes on swinging for twenty."""


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def begun(desktop: VirtualDesktop, provider: ScriptedProvider) -> Program:
    """The program on this desktop, after its first answers."""
    program = Program(desktop, provider.account(), secrets={"home": provider.token}).start()
    program.wait_for_level("ok")
    return program


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_an_outage_from_its_start_to_its_end(panel):
    """Issue: a real panel and dunst; red, then not; start, replaced, resolved; critical, then normal; the click."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=panel) as desktop:
        program = begun(desktop, provider)
        wait_for_no_red(desktop)
        assert desktop.log.calls() == []

        provider.declare(eta=in_hours(1), note="Cable cut in Utrecht")
        wait_for_red(desktop)
        start = told(desktop, "Outage on Home fibre since")
        assert (start.urgency, start.replaces, start.timeout) == ("critical", 0, 0)
        assert "Expected fixed at" in start.body

        desktop.click_icon()
        assert window_title(desktop).startswith("Outage on Home fibre since")
        for _ in range(2):  # a click on the icon of an open window
            desktop.click_icon()
            program.ask(provider)
            assert len(desktop.windows("Tocsin")) == 1

        provider.set_estimate("PRB-1", in_hours(2))
        _, moved = notified(desktop, 2)
        assert (moved.id, moved.replaces, moved.stack_tag) == (start.id, start.id, start.stack_tag)
        assert (moved.urgency, moved.body.startswith("New estimate:")) == ("critical", True)
        assert [call.id for call in desktop.dunst_displayed()] == [start.id]

        provider.resolve()
        wait_for_no_red(desktop)
        *_, end = notified(desktop, 3)
        assert (end.id, end.stack_tag, end.urgency) == (start.id, start.stack_tag, "normal")
        assert "Home fibre works again" in end.summary
        program.ask(provider)
        assert len(desktop.log.calls()) == 3
        assert not is_red(desktop)
        desktop.close_all()
        desktop.wait_until(lambda: desktop.dunst_history()[0].summary == end.summary, PATIENCE, "dunst's own history")
        assert program.terminate() == 0
        desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to be gone")


@pytest.mark.parametrize("panel", ["lxqt", "trayer"])
def test_acknowledged_through_dunst_it_stops_ringing(panel):
    """Issue: *Acknowledge* through dunst; the swing stops, the bell stays red, nothing is told again."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=panel) as desktop:
        program = begun(desktop, provider)
        provider.declare()
        wait_for_red(desktop)
        told(desktop, "Outage")
        desktop.wait_until(lambda: not is_still(desktop, 3 * FRAME), SOON, "the bell to swing")
        assert program.status()["ringing"]

        desktop.invoke_action("acknowledge")
        desktop.wait_until(lambda: not program.status()["ringing"], PATIENCE, "the alarm to be acknowledged")
        program.ask(provider)
        desktop.wait_until(lambda: is_still(desktop, 3 * FRAME), SOON, "the bell to stand still")
        assert is_red(desktop)
        assert len(desktop.log.calls()) == 1


def test_dunst_that_is_restarted_in_mid_alarm_gets_a_message_of_its_own():
    """Issue: restart dunst in mid-alarm. Its ids begin anew: what got ours meanwhile is not overwritten."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        begun(desktop, provider)
        provider.declare()
        start = told(desktop, "Outage")
        desktop.restart_dunst()
        desktop.run("notify-send", "Somebody else's")
        (other,) = desktop.dunst_displayed()
        assert other.id == start.id, "the trap is not set"

        provider.set_estimate("PRB-1", in_hours(2))
        _, fresh = notified(desktop, 2)
        assert fresh.replaces == 0
        assert [shown.summary for shown in desktop.dunst_displayed()] == ["Somebody else's", fresh.summary]
        provider.resolve()
        *_, end = notified(desktop, 3)
        assert end.id == end.replaces == fresh.id
        assert [shown.summary for shown in desktop.dunst_displayed()] == ["Somebody else's", end.summary]


def test_a_dutch_desktop_is_spoken_to_in_dutch():
    """LOOK: English and Dutch, by the environment alone: the system need not have the locale installed."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        env = {"LANG": "nl_NL.UTF-8"}
        program = Program(desktop, provider.account(), secrets={"home": provider.token}, env=env).start()
        program.wait_for_level("ok")
        provider.declare(eta=in_hours(1))
        start = told(desktop, "Storing op Home fibre sinds")
        assert "Verwachte oplossing" in start.body
        assert start.actions["acknowledge"] == "Gezien"
        program.tell("raise")
        assert window_title(desktop).startswith("Storing op Home fibre sinds")


def test_a_desktop_without_notifications_hears_it_from_the_window():
    """Issue: a chain whose last link always works. No dunst: the window comes up with the message."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        begun(desktop, provider)
        assert desktop.windows("Tocsin") == []
        provider.declare()
        wait_for_red(desktop)
        assert window_title(desktop).startswith("Outage")
        before = tray_picture(desktop)
        assert before.width
        desktop.start_dunst()
        provider.set_estimate("PRB-1", in_hours(2))
        assert told(desktop, "Outage").body.startswith("New estimate")
