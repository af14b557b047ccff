"""What a provider writes is text: on the real screen nothing is loaded, nothing steers, nothing grows out of bounds.

The bait is a picture in a colour that nothing else here has. Where the picture loaded, the colour shows.
"""

import html
import sys
import unicodedata
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from support.framebuffer import Box, Picture
from support.program import PATIENCE, Program, glances, press, told, until_focused, wait_for_red
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

MAGENTA = (255, 0, 255)
BIDI = "\u202e\u2066\u200f"
FIRE = "\U0001f525"
LINGER = 3.0
"""Seconds that a pointer stands still for a tooltip before it is moved again."""

# What a careless program does with such text; it shows that the bait is one.
CARELESS = """
import sys
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv)
label = QLabel(sys.argv[1])
label.setWindowTitle("Careless")
label.show()
application.exec()
"""


def bait(place: Path) -> str:
    """A picture in that colour, and the markup that names it."""
    image = QImage(200, 80, QImage.Format.Format_RGB32)
    image.fill(QColor(*MAGENTA))
    assert image.save(str(place))
    return f"<img src=file://{place}>"


def shows_bait(picture: Picture) -> bool:
    return MAGENTA in picture.pixels()


def test_the_bait_is_one(tmp_path):
    """The next test could not fail if the picture would not load anywhere."""
    with VirtualDesktop(panel=None, dunst=False) as desktop:
        desktop.spawn([sys.executable, "-c", CARELESS, bait(tmp_path / "bait.png")])
        desktop.wait_until(lambda: shows_bait(desktop.picture()), PATIENCE, "the picture")


@pytest.mark.parametrize(("panel", "markup"), [("lxqt", "full"), ("trayer", "strip")])
def test_hostile_text_stays_text_everywhere(panel, markup, tmp_path):
    """Issue: ``<img>``, ``<b>``, bidi controls, 10,000 characters, emoji; in window, tooltip, menu and notification."""
    picture = bait(tmp_path / "bait.png")
    title = f"{picture}<b>bold</b>{BIDI}{FIRE} & {'x' * 10_000}"
    with ScriptedProvider() as provider, VirtualDesktop(panel=panel, markup=markup) as desktop:
        account = provider.account(name=f"{picture}<b>Planet</b>")
        program = Program(desktop, account, secrets={"home": provider.token}).start()
        program.wait_for_level("ok")
        provider.declare(name=title, note=f"{picture}\n{title}", advice=f"{picture}<h1>{title}", description=title)
        wait_for_red(desktop)
        call = told(desktop, "Outage")
        screens = [desktop.picture()]

        desktop.click_icon()
        window = until_focused(desktop)
        box = desktop.window_box(window)
        assert box.x >= 0
        assert box.x + box.width <= desktop.size[0]
        assert box.y + box.height <= desktop.size[1]
        screens.append(desktop.picture())

        desktop.invoke_action("acknowledge")
        desktop.wait_until(lambda: not program.status()["ringing"], PATIENCE, "the bell to stand still")
        screens += [hovered(desktop), with_menu(desktop)]
        asked = provider.polls
        program.tell("check")
        provider.wait_for_polls(asked + 1)
        screens.append(desktop.picture())
        assert not any(shows_bait(screen) for screen in screens)
        assert desktop.window_box(window) == box

        sent = html.unescape(call.body)
        assert "<img src=file://" in sent
        assert "&lt;img src=file://" in call.body
        assert "<img" not in call.body
        assert len(sent) <= 1500
        assert not {each for each in call.summary + sent if unicodedata.category(each) == "Cf"}
        desktop.close_all()
        desktop.wait_until(desktop.dunst_history, PATIENCE, "dunst's own history")
        assert "<img" not in desktop.dunst_history()[0].message
        assert program.terminate() == 0
        assert "Traceback" not in program.log + program.printed


def hovered(desktop: VirtualDesktop) -> Picture:
    """The screen with the icon's tooltip on it, which is taken away again."""
    box = desktop.at_rest(desktop.icon_box, PATIENCE, "the icon")
    assert box is not None
    below = under_the_panel(desktop)

    def differs() -> bool:
        x, y = box.centre
        for step in range(6, -1, -1):  # as a hand does: to some panels a pointer that is just there has not come
            desktop.run("xdotool", "mousemove", str(x - step), str(y))
        return any(under_the_panel(desktop) != below for _ in glances(desktop, LINGER))

    desktop.wait_until(differs, PATIENCE, "the tooltip")
    picture = desktop.picture()
    desktop.run("xdotool", "mousemove", "2", str(desktop.size[1] - 2))
    desktop.wait_until(lambda: under_the_panel(desktop) == below, PATIENCE, "the tooltip to go")
    return picture


def with_menu(desktop: VirtualDesktop) -> Picture:
    """The screen with the icon's menu on it, which is taken away again."""
    below = under_the_panel(desktop)
    desktop.click_icon(button=3)
    desktop.wait_until(lambda: under_the_panel(desktop) != below, PATIENCE, "the menu")
    picture = desktop.picture()
    press(desktop, "Escape")
    desktop.wait_until(lambda: under_the_panel(desktop) == below, PATIENCE, "the menu to go")
    return picture


def under_the_panel(desktop: VirtualDesktop) -> Picture:
    """Where a tooltip or a menu of the icon shows first."""
    panel = desktop.panel_box()
    return desktop.picture(Box(panel.x - 8, panel.height, panel.width + 8, 40))
