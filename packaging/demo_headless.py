"""`make demo` on a machine without a screen: the same demo on a virtual one, told in words and kept in a picture.

Starts a real X server, panel and notification daemon, runs ``tocsin demo`` on them, prints its events and what a person
would see as it happens, and leaves a picture of the screen with the red bell and the window at build/demo.png. Ends
with 0 when the outage was told, the same notification changed with the estimate, the end was told, and the bell was red
in between and not after; with 1 otherwise.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from support.notification_log import Notified
from support.virtual_desktop import DesktopError, VirtualDesktop

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "build" / "demo.png"
TOCSIN = Path(sys.executable).parent / "tocsin"
WINDOW_AT = ("60", "52")
SPEED = 120
LONGEST = 240.0
"""Seconds after which a demo that has not come to its end is given up."""
PAUSE = 0.05


class Onlooker:
    """Looks at the screen and the bus on a person's behalf, and says what changes."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self.started = time.monotonic()
        self.is_red = False
        self.was_red = False
        self.has_told = False
        self.has_moved = False
        self.has_told_end = False
        self._desktop = desktop
        self._told = 0
        self._printed = 0
        self._standing: set[int] = set()

    def say(self, text: str) -> None:
        """One line, with the seconds since the start."""
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def look(self) -> None:
        """See what is new since the last look."""
        for line in self._new_lines():
            self.say(line)
        for notified in self._new_notifications():
            self._tell(notified)
        red = is_red(self._desktop.icon_colour())
        if red != self.is_red:
            self.say("bell      red" if red else "bell      red no more")
        self.is_red = red
        self.was_red = self.was_red or red

    def _tell(self, notified: Notified) -> None:
        is_changed = notified.replaces in self._standing
        how = "changed to" if is_changed else f"({notified.urgency})"
        self.say(f"notified  {how} {notified.summary}")
        for line in notified.body.splitlines():
            self.say(f"          {line}")
        self._standing.add(notified.id)
        is_loud = notified.urgency == "critical"
        self.has_told_end = self.has_told_end or (self.has_told and not is_loud)
        self.has_moved = self.has_moved or (self.has_told and is_loud and is_changed)
        self.has_told = self.has_told or is_loud

    def _new_lines(self) -> Iterator[str]:
        whole = self._desktop.output(TOCSIN.name).splitlines(keepends=True)[self._printed :]
        for line in whole:
            if line.endswith("\n"):
                self._printed += 1
                yield line.rstrip()

    def _new_notifications(self) -> Iterator[Notified]:
        calls = self._desktop.log.calls()[self._told :]
        for notified in calls:
            if not notified.id:  # the server has not answered yet
                return
            self._told += 1
            yield notified


def is_red(colour: tuple[int, int, int] | None) -> bool:
    """Whether what the tray shows is the outage bell; its edges are mixed with the panel's colour."""
    return colour is not None and colour[0] > 140 and max(colour[1:]) * 2 < colour[0]  # noqa: PLR2004  see above


def show_window(desktop: VirtualDesktop) -> None:
    """Bring the window to the left, away from the notifications; a click on the bell opens one that is not up."""
    if not desktop.windows("Tocsin"):
        desktop.click_icon()
    (window, *_) = desktop.wait_until(lambda: desktop.windows("Tocsin"), 10, "the window")
    desktop.run("xdotool", "windowmove", "--sync", str(window), *WINDOW_AT)


def take_picture(desktop: VirtualDesktop, onlooker: Onlooker) -> None:
    """The screen as it is, with the window on it and a bell that is red (in its swing it is so in every frame)."""
    show_window(desktop)
    desktop.wait_until(lambda: is_red(desktop.icon_colour()), 10, "the red bell")
    PICTURE.parent.mkdir(exist_ok=True)
    desktop.screenshot(PICTURE)
    onlooker.say(f"picture   {PICTURE.relative_to(ROOT)}")


def play(desktop: VirtualDesktop) -> bool:
    """Run the demo to the end of its outage; true when everything came that has to."""
    onlooker = Onlooker(desktop)
    process = desktop.spawn([str(TOCSIN), "demo", "--speed", str(SPEED)])
    taken = False
    while process.poll() is None and time.monotonic() < onlooker.started + LONGEST:
        onlooker.look()
        if onlooker.is_red and onlooker.has_told and not taken:
            take_picture(desktop, onlooker)
            taken = True
        if onlooker.has_told_end and not onlooker.is_red:
            break
        time.sleep(PAUSE)
    if taken and onlooker.has_moved and onlooker.has_told_end and not onlooker.is_red:
        return True
    print(f"the demo ended without the whole alarm; it said:\n{desktop.output(TOCSIN.name)}", file=sys.stderr)
    return False


def main() -> int:
    """Say what happens and play it."""
    print("There is no screen here: the demo runs on a virtual one, with a real panel and a real notification daemon.")
    try:
        with VirtualDesktop(panel="lxqt", dunst=True) as desktop:
            return 0 if play(desktop) else 1
    except (DesktopError, subprocess.SubprocessError, OSError) as error:
        print(f"the virtual desktop failed: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
