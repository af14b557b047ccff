"""`make screenshots`: the README's pictures, taken of the real program on a virtual desktop.

The demo is started on a desktop of each look, and photographed once the bell is red, the window is up and the estimate
has moved. What is photographed is the screen, with a real panel and a real notification daemon. The line's page shows
an invented day instead, the settings invented accounts. With names of pictures as arguments only these are taken.
"""

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from demo_headless import TOCSIN, is_red, show_window

from support.virtual_desktop import Box, VirtualDesktop

PICTURES = Path(__file__).resolve().parents[1] / ".github" / "pictures"
SCENES = {"PYTHONPATH": str(Path(__file__).resolve().parents[1] / "tests")}
SHOW_LINE = Path(__file__).with_name("show_line.py")
SHOW_SETTING_UP = Path(__file__).with_name("show_setting_up.py")
SIZE = (1040, 720)
SETTLING = 0.5
"""Seconds that the window has to draw what the notification already says."""

# Qt takes a desktop's colours from where KDE keeps them.
KDE = {"XDG_CURRENT_DESKTOP": "KDE", "KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "6"}
DARK_COLOURS = """\
[Colors:Window]
BackgroundNormal=32,35,38
ForegroundNormal=252,252,252
ForegroundInactive=161,169,177
[Colors:View]
BackgroundNormal=20,22,24
BackgroundAlternate=29,31,34
ForegroundNormal=252,252,252
ForegroundInactive=161,169,177
[Colors:Button]
BackgroundNormal=41,44,48
ForegroundNormal=252,252,252
[Colors:Selection]
BackgroundNormal=61,174,233
ForegroundNormal=252,252,252
"""


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: its file's name, the locale that is spoken, and whether the desktop is dark."""

    name: str
    locale: str
    dark: bool


LOOKS = (
    Look("outage", "en_GB.UTF-8", dark=False),
    Look("outage-dark", "en_GB.UTF-8", dark=True),
    Look("storing", "nl_NL.UTF-8", dark=False),
)


LINE_LOOKS = (Look("line", "en_GB.UTF-8", dark=False), Look("line-dark", "en_GB.UTF-8", dark=True))
LINE_SIZE = (560, 720)
WINDOW_LOOKS = (Look("assistant", "en_GB.UTF-8", dark=False), Look("settings", "en_GB.UTF-8", dark=False))
WINDOW_TITLES = {"assistant": "^Set up - Tocsin$", "settings": "^Settings - Tocsin$"}


def environment(look: Look, desktop: VirtualDesktop) -> dict[str, str]:
    """What a program needs to know of a look."""
    if not look.dark:
        return {"LANG": look.locale}
    (Path(desktop.env["XDG_CONFIG_HOME"]) / "kdeglobals").write_text(DARK_COLOURS)
    return {"LANG": look.locale, **KDE}


def take(look: Look) -> Path:
    """Play the demo until its estimate has moved, and photograph it."""
    with VirtualDesktop(panel="lxqt", dark=look.dark, size=SIZE) as desktop:
        process = desktop.spawn([str(TOCSIN), "demo"], env=environment(look, desktop))
        desktop.wait_until(lambda: is_red(desktop.icon_colour()), 60, "the red bell")
        show_window(desktop)
        desktop.wait_until(lambda: [call for call in desktop.log.calls() if call.replaces], 90, "the new estimate")
        threading.Event().wait(SETTLING)
        picture = desktop.screenshot(PICTURES / f"{look.name}.png")
        desktop.end(process)
    return picture


def take_line(look: Look) -> Path:
    """Photograph the window's page of the line, with an invented day in it."""
    with VirtualDesktop(panel=None, dunst=False, dark=look.dark, size=LINE_SIZE) as desktop:
        process = desktop.spawn([sys.executable, str(SHOW_LINE)], env=environment(look, desktop) | SCENES)
        desktop.wait_until(lambda: desktop.windows("Tocsin"), 30, "the window")
        threading.Event().wait(SETTLING)
        picture = desktop.screenshot(PICTURES / f"{look.name}.png")
        desktop.end(process)
    return picture


def framed(window: Box) -> Box:
    """A window with openbox's frame round it, which xdotool counts twice into where the window lies."""
    side, title, foot = 1, 20, 4
    return Box(window.x - 2 * side, window.y - 2 * title, window.width + 2 * side, window.height + title + foot)


def take_window(look: Look) -> Path:
    """Photograph the assistant's first step, or the settings, without what is around the window."""
    with VirtualDesktop(panel=None, dunst=False, dark=look.dark, size=SIZE) as desktop:
        argv = [sys.executable, str(SHOW_SETTING_UP), look.name]
        process = desktop.spawn(argv, env=environment(look, desktop) | SCENES)
        windows = desktop.wait_until(lambda: desktop.windows(WINDOW_TITLES[look.name]), 30, "the window")
        threading.Event().wait(SETTLING)
        picture = desktop.screenshot(PICTURES / f"{look.name}.png", framed(desktop.window_box(windows[0])))
        desktop.end(process)
    return picture


def main() -> int:
    """Take them all, or those that are named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken_by = dict.fromkeys(LOOKS, take) | dict.fromkeys(LINE_LOOKS, take_line)
    taken_by |= dict.fromkeys(WINDOW_LOOKS, take_window)
    wanted = set(sys.argv[1:]) or {look.name for look in taken_by}
    for look, taking in taken_by.items():
        if look.name in wanted:
            print(os.path.relpath(taking(look)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
