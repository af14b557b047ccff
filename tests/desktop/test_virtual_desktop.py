"""The desktop that the other tests look at is a real one, is alone with itself, and leaves nothing behind."""

import os
import sys
import zlib
from pathlib import Path

import pytest

from support.framebuffer import Box, distance
from support.virtual_desktop import DesktopError, VirtualDesktop

pytestmark = pytest.mark.desktop

PATIENCE = 60.0
RED = (0xE0, 0x24, 0x1B)
TRAY = """
import sys
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QSystemTrayIcon
app = QApplication(sys.argv)
app.setQuitOnLastWindowClosed(False)
picture = QPixmap(64, 64)
picture.fill(QColor(0xE0, 0x24, 0x1B))
icon = QSystemTrayIcon(QIcon(picture))
window = QLabel("a window")
window.setWindowTitle("Probe window")
window.resize(300, 200)
icon.activated.connect(lambda reason: window.show())
icon.show()
app.exec()
"""


@pytest.mark.parametrize(("panel", "scale"), [("lxqt", 1), ("lxqt", 2), ("trayer", 1), ("trayer", 2)])
def test_a_tray_icon_is_seen_and_clicked(panel, scale):
    """Both kinds of tray, at both scales: the helper finds the icon's place and colour, and a click reaches it."""
    with VirtualDesktop(panel=panel, scale=scale, dunst=False) as desktop:
        assert desktop.icon_box() is None
        desktop.spawn([sys.executable, "-c", TRAY])
        box = desktop.at_rest(desktop.icon_box, PATIENCE, "the tray icon")
        assert 16 * scale <= box.width <= 24 * scale
        assert 16 * scale <= box.height <= 24 * scale
        assert distance(desktop.icon_colour(), RED) < 10
        assert distance(desktop.pixel_mean(box), RED) < 10
        assert desktop.windows("Probe") == []
        desktop.click_icon()
        (window,) = desktop.wait_until(lambda: desktop.windows("Probe"), PATIENCE, "the window")
        assert desktop.window_box(window).width == 300 * scale
        desktop.stop_panel()
        with pytest.raises(DesktopError, match="no panel"):
            desktop.icon_box()


@pytest.mark.parametrize("dark", [True, False])
def test_a_panel_is_dark_or_light(dark):
    """Icons can be looked at on both kinds of panel."""
    with VirtualDesktop(panel="lxqt", dark=dark, dunst=False) as desktop:
        assert (sum(desktop.pixel_mean(desktop.panel_box())) < 3 * 128) == dark


def test_two_desktops_at_once_know_nothing_of_each_other():
    """Tests run side by side: displays, buses, homes and notifications are each desktop's own."""
    with VirtualDesktop(panel=None) as one, VirtualDesktop(panel="trayer") as other:
        for variable in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "HOME", "XDG_RUNTIME_DIR"):
            assert one.env[variable] != other.env[variable]
        one.run("notify-send", "for one only")
        assert [shown.summary for shown in one.dunst_displayed()] == ["for one only"]
        assert other.dunst_displayed() == []


def test_nothing_is_left_behind():
    """Whatever runs on a desktop ends with it, even what left its session, and its directory goes too."""
    with VirtualDesktop(panel="lxqt") as desktop:
        desktop.spawn(["sh", "-c", "setsid -f sleep 600; exec sleep 600"])
        desktop.wait_until(lambda: sum(_runs(pid, "sleep") for pid in desktop.strays()) == 2, PATIENCE, "both to run")
        everything = desktop.strays()
        assert sum(_runs(pid, "Xvfb") for pid in everything) == 1
    assert desktop.strays() == []
    assert not desktop.directory.exists()


def test_a_desktop_that_cannot_start_says_why_and_leaves_nothing():
    """A missing part is an error with a name, not a hang, and what had started already ends."""
    desktop = VirtualDesktop(panel="windows")
    with pytest.raises(DesktopError, match="no such panel: windows"), desktop:
        pass
    assert desktop.strays() == []


def test_waiting_in_vain_says_for_what():
    """A test that fails here must be read without a debugger."""
    with VirtualDesktop(panel=None, dunst=False) as desktop:
        with pytest.raises(DesktopError, match=r"0\.05 s in vain for a miracle; the last answer was 0"):
            desktop.wait_until(lambda: 0, 0.05, "a miracle")
        with pytest.raises(DesktopError, match="false ended with 1"):
            desktop.run("false")


def test_notifications_are_read_from_the_screen_the_history_and_the_wire():
    """What dunst shows, what it put away and what it was sent are three things, and all can be looked at."""
    with VirtualDesktop(panel=None) as desktop:
        desktop.run("notify-send", "-u", "critical", "-h", "string:x-dunst-stack-tag:t", "First", "one")
        desktop.run("notify-send", "-h", "string:x-dunst-stack-tag:t", "Second", "two")
        (shown,) = desktop.dunst_displayed()
        assert (shown.summary, shown.body, shown.urgency, shown.stack_tag) == ("Second", "two", "normal", "t")
        assert [call.summary for call in desktop.log.calls()] == ["First", "Second"]
        desktop.close_all()
        desktop.wait_until(lambda: desktop.dunst_displayed() == [], PATIENCE, "the screen to be empty")
        (put_away,) = desktop.wait_until(desktop.dunst_history, PATIENCE, "dunst's history")
        assert (put_away.summary, put_away.body, put_away.urgency) == ("Second", "two", "normal")
        desktop.restart_dunst()
        assert desktop.dunst_displayed() == []
        assert desktop.dunst_history() == []


def test_an_action_is_chosen_from_dunsts_menu():
    """A pressed button goes the way a person's does: through the notification daemon, not past it."""
    with VirtualDesktop(panel=None) as desktop:
        program = desktop.spawn(["notify-send", "-A", "open=Open", "-A", "ack=Acknowledge", "Question"])
        desktop.wait_until(desktop.dunst_displayed, PATIENCE, "the notification")
        with pytest.raises(DesktopError, match="no-such-key"):
            desktop.invoke_action("no-such-key")
        desktop.invoke_action("ack")
        assert program.wait(PATIENCE) == 0
        assert desktop.output("notify-send").split() == ["ack"]
        assert [key for _, key in desktop.log.signals("ActionInvoked")] == ["ack"]


def test_a_screenshot_is_a_png_of_the_screen(tmp_path):
    """The README's pictures come from here: size and colours are right."""
    with VirtualDesktop(panel="lxqt", size=(640, 480), dunst=False) as desktop:
        file = desktop.screenshot(tmp_path / "screen.png")
        part = desktop.screenshot(tmp_path / "part.png", Box(600, 400, 100, 100))
        backdrop = desktop.picture(Box(300, 300, 10, 10)).background()
    assert _decoded(file) == (640, 480, backdrop)
    assert _decoded(part) == (40, 80, backdrop)


def _runs(pid: int, program: str) -> bool:
    try:
        return os.path.basename(Path(f"/proc/{pid}/exe").readlink()) == program  # noqa: PTH119  a name, not a path
    except OSError:
        return False


def _decoded(file: Path) -> tuple[int, int, tuple[int, ...]]:
    """Width, height and last pixel of a PNG that has one chunk of data and no filters."""
    data = file.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    size = int.from_bytes(data[33:37])
    assert data[37:41] == b"IDAT"
    rows = zlib.decompress(data[41 : 41 + size])
    assert len(rows) == height * (3 * width + 1)
    return width, height, tuple(rows[-3:])
