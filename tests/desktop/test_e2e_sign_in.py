"""From an empty profile to a green bell at a provider that a person signs in to in the browser, as a new user would.

The browser is a script that follows redirects, under the name by which the desktop starts one. There is no keyring.
"""

import sys
from pathlib import Path

import pytest

from support import watchdog, window_reader
from support.auth_server import CLIENT, AuthServer
from support.own_time import OwnTime
from support.program import PATIENCE, Program, press
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(240)]  # it may be done over again

PICTURES = Path(__file__).resolve().parents[2] / "build" / "assistant"
TOKEN = "canary-access-5d0e"
WITHIN = 60.0
"""Seconds, beside those in which the program and its desktop got no processor."""
BROWSER = """#!{python}
import os, sys, urllib.request
with open({seen!r}, "a") as file:
    print(sys.argv, dict(os.environ), file=file)
urllib.request.urlopen(sys.argv[1], timeout=10).read()
"""


def with_browser(desktop: VirtualDesktop) -> Path:
    """Put a browser on the path; where it writes down what it was started with."""
    folder, seen = desktop.directory / "browser", desktop.directory / "seen"
    folder.mkdir()
    browser = folder / "xdg-open"
    browser.write_text(BROWSER.format(python=sys.executable, seen=str(seen)))
    browser.chmod(0o755)
    desktop.env["PATH"] = f"{folder}:{desktop.env['PATH']}"
    return seen


def click(desktop: VirtualDesktop, label: str) -> None:
    """Click on the button that says this, once it is there."""

    def place() -> tuple[int, int] | None:
        return next((at for text, at in window_reader.read(desktop).buttons if text == label), None)

    at = desktop.at_rest(place, PATIENCE, label)
    assert at is not None
    desktop.click(*at)


def is_open(desktop: VirtualDesktop) -> bool:
    try:
        return window_reader.read(desktop).focus == "Name or address"
    except OSError:
        return False


def fill_in(desktop: VirtualDesktop, *texts: str) -> None:
    """Type into one field after the other, by the keyboard alone."""
    for text in texts:
        press(desktop, "Tab")
        desktop.run("xdotool", "type", "--delay", "1", text)


def test_from_an_empty_profile_to_a_green_bell_by_the_browser():
    """Issue: sign in only if the provider needs it, in the browser for OAuth2; the window is never kept waiting."""
    assert watchdog.never_stalls(by_browser)


def by_browser() -> float:
    with (
        AuthServer() as server,
        ScriptedProvider(token=TOKEN) as provider,
        VirtualDesktop(panel="lxqt", dunst=False) as desktop,
    ):
        server.access = TOKEN
        server.tell_addresses()
        seen = with_browser(desktop)
        stall = desktop.directory / "stall"
        program = Program(desktop, hook=window_reader.hook(desktop) + watchdog.hook(stall, desktop))
        program.start("run")
        taken = OwnTime(*desktop.pids)
        desktop.wait_until(lambda: is_open(desktop), PATIENCE, "the assistant")
        desktop.run("xdotool", "type", "--delay", "1", provider.url)
        click(desktop, "Next")
        window_reader.wait_for_text(desktop, "wants to know who is asking")
        press(desktop, "shift+Tab")  # from the secret to the way to sign in
        desktop.run("xdotool", "type", "--delay", "1", "In")
        fill_in(desktop, CLIENT, f"{server.url}/authorize")
        click(desktop, "Find the addresses")
        window_reader.wait_for_text(desktop, "Check them, and go on.")
        picture(desktop, "browser-1-form")
        click(desktop, "Sign in in the browser")
        window_reader.wait_for_text(desktop, "Now: OK")
        click(desktop, "Next")
        window_reader.wait_for_text(desktop, "service")
        desktop.run("xdotool", "type", "--delay", "1", "SVC-1001")
        click(desktop, "Next")
        click(desktop, "Finish")
        window_reader.wait_for_text(desktop, "You are signed in until Tocsin ends")
        picture(desktop, "browser-2-no-keyring")
        click(desktop, "Close")
        program.wait_for_level("ok", WITHIN)
        assert taken.seconds < WITHIN
        assert "/authorize?" in seen.read_text()
        everything = program.profile.settings.read_text() + program.log + seen.read_text()
        assert server.given
        assert not any(token in everything for token in server.given)
        assert program.terminate() == 0
        return float(stall.read_text())


def picture(desktop: VirtualDesktop, name: str) -> None:
    """Leave a picture of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    desktop.screenshot(PICTURES / f"en-{name}.png")
