"""The window and the one instance of a profile: who opens it, when it shows itself, and who may not run beside it."""

import os
import subprocess
import sys

import pytest

from support.program import (
    PATIENCE,
    Program,
    leave_assistant,
    press,
    until_focused,
    until_titled,
    wait_for_red,
    window_title,
)
from support.scenarios import ScriptedProvider
from support.virtual_desktop import DesktopError, VirtualDesktop

pytestmark = pytest.mark.desktop


def program_at(desktop: VirtualDesktop, provider: ScriptedProvider, name: str = "profile") -> Program:
    return Program(desktop, provider.account(), secrets={"home": provider.token}, name=name)


def test_without_any_tray_the_window_shows_itself():
    """Issue and contract: no tray, so the window opens by itself; closing it asks, for there is no way back."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=None, dunst=False) as desktop:
        program = program_at(desktop, provider).start("run")
        assert window_title(desktop) == "Tocsin"
        window = until_focused(desktop)
        desktop.wait_until(lambda: asks_when_closed(desktop), PATIENCE, "the question")
        provider.declare()
        desktop.wait_until(lambda: program.status()["ringing"], PATIENCE, "the alarm, question or not")
        desktop.wait_until(lambda: focused(desktop) in others(desktop, window), PATIENCE, "the question to be asked")
        press(desktop, "Escape")
        desktop.wait_until(lambda: desktop.windows("Tocsin|Outage") == [window], PATIENCE, "the question to go")
        assert program.terminate() == 0


def asks_when_closed(desktop: VirtualDesktop) -> bool:
    """Close the window, and see whether that is asked about. A window manager that is busy may miss a key."""
    press(desktop, "alt+F4")
    try:
        return desktop.wait_until(lambda: len(desktop.windows("Tocsin")) == 2, PATIENCE / 4, "the question")
    except DesktopError:
        return False


def focused(desktop: VirtualDesktop) -> int:
    """The window that has the keyboard, 0 for none."""
    return int(desktop.run("xdotool", "getwindowfocus", check=False).strip() or 0)


def others(desktop: VirtualDesktop, window: int) -> list[int]:
    """The program's windows but this one."""
    return [each for each in desktop.windows("Tocsin|Outage") if each != window]


def test_in_the_background_no_window_opens_even_without_a_tray():
    """Contract: ``--background`` opens no window, also where no tray is found."""
    with ScriptedProvider() as provider, VirtualDesktop(panel=None, dunst=False) as desktop:
        program = program_at(desktop, provider).start("run", "--background")
        program.wait_for_level("ok")
        provider.wait_for_polls(provider.polls + 3)  # longer than a window waits for a tray
        assert desktop.windows("Tocsin") == []
        program.tell("raise")
        assert window_title(desktop) == "Tocsin"


def test_with_a_tray_the_window_waits_to_be_asked_for():
    """Nobody wants a window at every log-in."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_at(desktop, provider).start("run")
        program.wait_for_level("ok")
        provider.wait_for_polls(provider.polls + 3)
        assert desktop.windows("Tocsin") == []


def test_a_second_run_raises_the_window_and_a_second_watch_is_refused():
    """Contract: one instance per profile; a second run exits with 0, a second watch with 3; other profiles are free."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_at(desktop, provider).start()
        program.wait_for_level("ok")
        assert desktop.windows("Tocsin") == []
        assert program.also("run").wait(PATIENCE) == 0
        window = until_focused(desktop)

        desktop.run("xdotool", "windowminimize", str(window))
        desktop.wait_until(lambda: not desktop.windows("Tocsin"), PATIENCE, "the window to be minimised")
        assert program.also("run", "--background").wait(PATIENCE) == 0
        assert until_focused(desktop) == window

        assert program.also("watch").wait(PATIENCE) == 3
        assert "already" in program.printed
        assert program.process.poll() is None

        other = program_at(desktop, provider, "other").start()
        other.wait_for_level("ok")
        assert other.process.poll() is program.process.poll() is None
        assert len(desktop.windows("Tocsin")) == 1


def test_a_run_beside_a_watch_says_why_there_is_no_window():
    """A watch holds the profile and has no window: whoever starts the program must not be left without a word."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_at(desktop, provider).start("watch")
        program.wait_for_level("ok")
        assert program.also("run").wait(PATIENCE) == 3
        assert "If “tocsin watch” runs in a terminal, end that first." in program.printed
        assert "ERROR" not in program.log
        assert desktop.windows("Tocsin") == []
        assert program.terminate() == 0


def test_two_that_start_at_once_are_one():
    """Log-in starts it twice (autostart and a restored session): one runs, the other raises it, neither fails."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_at(desktop, provider)
        pair = [program.also("run", "--background") for _ in range(2)]
        desktop.wait_until(lambda: any(each.poll() is not None for each in pair), PATIENCE, "one of them to end")
        assert sorted((each.poll() is None, each.poll()) for each in pair) == [(False, 0), (True, None)], (
            program.printed
        )
        assert window_title(desktop) == "Tocsin"


def test_the_profile_is_also_taken_from_the_environment():
    """Contract: TOCSIN_PROFILE is as good as --profile, and everything lies under it."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = program_at(desktop, provider)
        env = program.env | {"TOCSIN_PROFILE": str(program.folder)}
        desktop.spawn([sys.executable, "-m", "tocsin", "run", "--background"], env=env)
        program.wait_for_level("ok")
        provider.declare()
        wait_for_red(desktop)
        for place in (program.profile.data, program.profile.log, program.profile.lock):
            assert place.exists()
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            assert "tocsin" not in os.listdir(desktop.env[variable])  # noqa: PTH208 -- names are all that is asked
        history = subprocess.run(
            [sys.executable, "-m", "tocsin", "history", "--json", "--profile", str(program.folder)],
            env=desktop.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        assert "No internet in Utrecht" in history.stdout


def test_an_empty_profile_opens_the_window_that_says_how_to_begin():
    """Issue: with no account yet the window says how to add one; what is added runs after "Reload settings"."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = Program(desktop, secrets={"home": provider.token}).start("run")
        leave_assistant(desktop)
        assert window_title(desktop) == "Tocsin"
        donor = program_at(desktop, provider, "donor")
        program.profile.settings.write_text(donor.profile.settings.read_text())
        program.tell("reload")
        program.wait_for_level("ok")
        provider.declare()
        until_titled(desktop, "Outage")
