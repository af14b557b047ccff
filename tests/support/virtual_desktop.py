"""A real desktop on a machine without a screen: X server, session bus, window manager, notification daemon, panel.

Every part is the real program; only the screen is virtual. Each desktop has its own display, bus and home, so that
several run side by side, as root in a container too. It waits for events (a name on the bus, a mapped window), never
for time; limits are for what fails. Nothing here needs pytest: the script that takes the README's pictures uses it too.

    with VirtualDesktop(panel="lxqt") as desktop:
        desktop.spawn([sys.executable, "-m", "tocsin", "run", "--background"])
        desktop.wait_until(desktop.icon_box, 10, "the tray icon")
        desktop.click_icon()
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from jeepney import DBusAddress, new_method_call
from jeepney.bus_messages import DBus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

from support import desktop_configs, root_window
from support.desktop_configs import PANEL_HEIGHT
from support.desktop_processes import DesktopError, Processes
from support.framebuffer import Box, Colour, Framebuffer, Picture, distance, mean
from support.notification_log import NOTIFICATIONS, NotificationLog, Notified, Shown

__all__ = ["Box", "Colour", "DesktopError", "Notified", "Shown", "VirtualDesktop"]

T = TypeVar("T")

WATCHER = "org.kde.StatusNotifierWatcher"
_POLL, _SLOWEST_POLL = 0.01, 0.1
_PATIENCE = 60.0  # seconds: a part that is not there by then does not come, however busy the machine
_AT_REST = 0.1  # seconds in which what is drawn piece by piece, or finds its place, changes
_DRAWN = 12  # how far a pixel is from the panel's background before it counts as drawn on
_TRAY_SHARE = 15  # how much of the top edge, from its right end, may hold tray icons, in percent
_PLACES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
_DUNST = DBusAddress("/org/freedesktop/Notifications", NOTIFICATIONS, "org.dunstproject.cmd0")
_DUNST_PROPERTIES = _DUNST.with_interface("org.freedesktop.DBus.Properties")


class VirtualDesktop:
    """A desktop for the length of a ``with``. ``panel`` is ``lxqt`` (StatusNotifierItem), ``trayer`` (XEmbed) or None.

    ``scale`` is what Qt programs on it draw at. ``dark`` colours panel and notifications. ``timeout`` is how long dunst
    shows what leaves that to it, in seconds; 0 is for ever. ``markup`` is dunst's setting: full, strip or no. What the
    bus may start by itself is described in ``services``: nothing, until a test puts a file there.
    """

    def __init__(
        self,
        *,
        panel: str | None = "lxqt",
        dunst: bool = True,
        dark: bool = True,
        scale: int = 1,
        size: tuple[int, int] = (1280, 720),
        timeout: float = 0,
        markup: str = "full",
    ) -> None:
        self.panel_kind = panel
        self.scale, self.size = scale, size
        self._look = desktop_configs.DARK if dark else desktop_configs.LIGHT
        self._timeout, self._markup = timeout, markup
        self._with_dunst = dunst
        self._open = contextlib.ExitStack()
        self._panel: subprocess.Popen[bytes] | None = None
        self._dunst: subprocess.Popen[bytes] | None = None

    # --- coming and going ------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End everything that runs on this desktop, children of children too, and remove its directory."""
        self._open.close()

    def _start(self) -> None:
        place = self._open.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-", ignore_cleanup_errors=True))
        self.directory = Path(place)
        self._processes = Processes(self.directory)
        self._open.callback(self._processes.close)
        self.address = f"unix:path={self.directory}/bus"
        self.services = self.directory / "services"
        self.services.mkdir()
        self.env.update(self._environment())
        config = desktop_configs.write_bus(self.directory / "bus.conf", self.address, self.services)
        bus = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nosyslog"]
        self._processes.serve(bus, "--print-address={}")
        self._connection: DBusConnection = self._open.enter_context(open_dbus_connection(self.address))
        self.log = NotificationLog(self.address)
        self._open.callback(self.log.close)
        self._start_screen()
        manage = self._start_window_manager()
        if self._with_dunst:
            self.start_dunst(wait=False)
        manage()
        if self.panel_kind is not None:
            self.start_panel(self.panel_kind)
        if self._dunst is not None:
            self._wait_for(lambda: self.owner(NOTIFICATIONS), self._dunst, "dunst")
        self._park_pointer()

    @property
    def env(self) -> dict[str, str]:
        """The environment of every program on this desktop; nothing of the user's own session is in it."""
        return self._processes.env

    def _environment(self) -> dict[str, str]:
        places = {name: str(self.directory / name.lower()) for name in _PLACES}
        for place in places.values():
            Path(place).mkdir(mode=0o700)
        return places | {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "TZ": os.environ.get("TZ", "UTC"),
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "NO_AT_BRIDGE": "1",
            "DBUS_SESSION_BUS_ADDRESS": self.address,
            **({} if self.scale == 1 else {"QT_SCALE_FACTOR": str(self.scale), "GDK_SCALE": str(self.scale)}),
        }

    def _start_screen(self) -> None:
        width, height = self.size
        screen = ["Xvfb", "-screen", "0", f"{width}x{height}x24", "-fbdir", str(self.directory), "-nocursor"]
        screen += ["-nolisten", "tcp", "-noreset", "-dpi", "96"]
        self.env["DISPLAY"] = ":" + self._processes.serve(screen, "-displayfd {}")
        self._framebuffer = Framebuffer(self.directory / "Xvfb_screen0")
        root_window.paint(self.env["DISPLAY"], self._look.backdrop)

    def _start_window_manager(self) -> Callable[[], object]:
        """Start it; what is returned waits for it, for a panel that comes before it is placed like any window."""
        managed = self.directory / "managed"
        process = self.spawn(["openbox", "--sm-disable", "--startup", f"touch {managed}"])
        return lambda: self._wait_for(managed.exists, process, "openbox")

    def _wait_for(self, ready: Callable[[], object], process: subprocess.Popen[bytes], name: str) -> None:
        def asked() -> object:
            if process.poll() is not None:
                raise DesktopError(f"{name} ended with {process.returncode}:\n{self.output(name)}")
            return ready()

        self.wait_until(asked, _PATIENCE, f"{name} to be ready")

    # --- programs --------------------------------------------------------------------------------------------------

    def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Run a program here; it ends with the desktop. What it prints is in ``output`` unless redirected."""
        return self._processes.spawn(argv, env=env, cwd=cwd, stdout=stdout, stderr=stderr)

    def end(self, process: subprocess.Popen[bytes], *, patience: float = 5) -> int:
        """Ask a spawned program to end (SIGTERM), by force after ``patience`` seconds; return its exit status."""
        return self._processes.end(process, patience=patience)

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a short command here and return what it printed. Raises ``DesktopError`` where it fails."""
        return self._processes.run(*argv, check=check)

    def output(self, program: str) -> str:
        """What a spawned program printed so far."""
        return self._processes.output(program)

    @property
    def pids(self) -> list[int]:
        """The programs that were started here, X server, bus and panel among them."""
        return self._processes.pids

    def strays(self) -> list[int]:
        """The processes that run on this desktop."""
        return self._processes.strays()

    def wait_until(self, predicate: Callable[[], T], timeout: float, what: str) -> T:
        """Ask until the answer is true; return it. Raises ``DesktopError`` with ``what`` after ``timeout`` seconds."""
        deadline, pause = time.monotonic() + timeout, _POLL
        while not (answer := predicate()):
            if time.monotonic() > deadline:
                raise DesktopError(f"waited {timeout:g} s in vain for {what}; the last answer was {answer!r}")
            time.sleep(pause)
            pause = min(pause * 1.3, _SLOWEST_POLL)
        return answer

    def at_rest(self, look: Callable[[], T], timeout: float, what: str) -> T:
        """The same, once the answer was given twice running: what is just being drawn, or moved, is not there yet."""

        def same() -> T | None:
            answer = look()
            if answer:
                time.sleep(_AT_REST)
            return answer if answer and look() == answer else None

        answer = self.wait_until(same, timeout, f"{what}, at rest")
        assert answer is not None
        return answer

    # --- the session bus -------------------------------------------------------------------------------------------

    def owner(self, name: str) -> str:
        """The unique name that owns a name on the session bus, "" for none."""
        try:
            return str(Proxy(DBus(), self._connection, timeout=_PATIENCE).GetNameOwner(name)[0])
        except DBusErrorResponse:
            return ""

    def call(self, address: DBusAddress, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> Any:
        """Call a method on the session bus; return its answer, a tuple. Raises ``DBusErrorResponse``."""
        message = new_method_call(address, method, signature, body)
        return unwrap_msg(self._connection.send_and_get_reply(message, timeout=_PATIENCE))

    # --- the panel -------------------------------------------------------------------------------------------------

    def start_panel(self, kind: str | None = None) -> None:
        """Start a panel with a tray, and wait until it is on the screen and takes icons."""
        self.panel_kind = kind or self.panel_kind
        if self.panel_kind == "lxqt":
            config = Path(self.env["XDG_CONFIG_HOME"]) / "lxqt" / "panel.conf"
            desktop_configs.write_lxqt_panel(config, self._look)
            self._panel = self.spawn(["lxqt-panel"], env={"XDG_CURRENT_DESKTOP": "LXQt"})
            self._wait_for(lambda: self.owner(WATCHER) and self._drawn_on("lxqt-panel"), self._panel, "lxqt-panel")
        elif self.panel_kind == "trayer":
            self._panel = self.spawn(["trayer", *desktop_configs.trayer_options(self._look, self.scale)])
            self._wait_for(lambda: self._drawn_on("trayer"), self._panel, "trayer")
        else:
            raise DesktopError(f"no such panel: {self.panel_kind}")

    def stop_panel(self) -> None:
        """End the panel; icons lose their host."""
        if self._panel is not None:
            self.end(self._panel)
            self._panel = None

    def panel_box(self) -> Box:
        """Where tray icons can be. Raises ``DesktopError`` where no panel runs."""
        if self._panel is None:
            raise DesktopError("no panel runs")
        width = self.size[0] * _TRAY_SHARE // 100
        return Box(self.size[0] - width, 0, width, round(PANEL_HEIGHT * self.scale))

    def icon_box(self) -> Box | None:
        """Where the tray icons are, tightly; None while the panel is empty."""
        drawn = self._drawn()
        if not drawn:
            return None
        area = self.panel_box()
        columns, rows = [x for x, _, _ in drawn], [y for _, y, _ in drawn]
        left, top = min(columns), min(rows)
        return Box(area.x + left, area.y + top, max(columns) - left + 1, max(rows) - top + 1)

    def icon_colour(self) -> Colour | None:
        """The mean colour of what the icon draws, its background left out; None while there is no icon."""
        drawn = self._drawn()
        return mean([colour for _, _, colour in drawn]) if drawn else None

    def _drawn(self) -> list[tuple[int, int, Colour]]:
        picture = self.picture(self.panel_box())
        empty = picture.background()
        edge = round(2 * self.scale)  # a panel's own edge is not an icon
        inner = range(edge, picture.height - edge)
        return [
            (index % picture.width, index // picture.width, colour)
            for index, colour in enumerate(picture.pixels())
            if colour != empty and index // picture.width in inner and distance(colour, empty) > _DRAWN
        ]

    def _drawn_on(self, panel: str) -> bool:
        """Whether a panel is on the screen and not just an empty window."""
        is_mapped = bool(self.run("xdotool", "search", "--onlyvisible", "--class", panel, check=False))
        backdrop = tuple(self._look.backdrop.to_bytes(3, "big"))
        return is_mapped and all(each != backdrop for each in self.picture(self.panel_box()).pixels())

    # --- looking and touching --------------------------------------------------------------------------------------

    def picture(self, box: Box | None = None) -> Picture:
        """The screen's pixels now, or those of a part of it."""
        return self._framebuffer.read(box)

    def pixel_mean(self, box: Box) -> Colour:
        """The average colour of a part of the screen."""
        return self.picture(box).mean()

    def screenshot(self, path: Path | str, box: Box | None = None) -> Path:
        """Save the screen, or a part of it, as a PNG."""
        place = Path(path)
        place.write_bytes(self.picture(box).png())
        return place

    def click(self, x: int, y: int, *, button: int = 1) -> None:
        """Click somewhere, and take the pointer away again so that nothing stays lit under it."""
        self.run("xdotool", "mousemove", "--sync", str(x), str(y), "click", str(button))
        self._park_pointer()

    def click_icon(self, *, button: int = 1) -> None:
        """Click the tray icon, once there is one that stays where it is."""
        box = self.at_rest(self.icon_box, _PATIENCE, "a tray icon to click")
        assert box is not None
        self.click(*box.centre, button=button)

    def windows(self, name: str) -> list[int]:
        """The visible windows whose title holds ``name`` (a regular expression)."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", name, check=False)
        return [int(line) for line in found.split()]

    def window_box(self, window: int) -> Box:
        """Where a window lies."""
        printed = self.run("xdotool", "getwindowgeometry", "--shell", str(window))
        place = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        return Box(*(int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT")))

    def _park_pointer(self) -> None:
        self.run("xdotool", "mousemove", "2", str(self.size[1] - 2))

    # --- notifications ---------------------------------------------------------------------------------------------

    def start_dunst(self, *, wait: bool = True, markup: str | None = None) -> None:
        """Start the notification daemon."""
        self._markup = markup or self._markup
        picker = self.directory / "picker"
        picker.write_text(f'#!/bin/sh\nexec grep -F -f "{self._pick}"\n')
        picker.chmod(0o700)
        config = self.directory / "dunstrc"
        desktop_configs.write_dunst(
            config, self._look, scale=self.scale, markup=self._markup, timeout=self._timeout, picker=picker
        )
        self._dunst = self.spawn(["dunst", "-conf", str(config)])
        if wait:
            self._wait_for(lambda: self.owner(NOTIFICATIONS), self._dunst, "dunst")

    def stop_dunst(self) -> None:
        """End the notification daemon, and wait until the bus knows."""
        if self._dunst is not None:
            self.end(self._dunst)
            self._dunst = None
            self.wait_until(lambda: not self.owner(NOTIFICATIONS), _PATIENCE, "dunst to leave the bus")

    def restart_dunst(self, *, markup: str | None = None) -> None:
        """End dunst and start a new one, which counts its ids from the beginning again."""
        self.stop_dunst()
        self.start_dunst(markup=markup)

    def dunst_displayed(self) -> list[Notified]:
        """What is on the screen now, oldest first. Raises ``DesktopError`` where dunst's own count says otherwise."""

        def agreed() -> bool:
            return self._count("displayedLength") + self._count("waitingLength") == len(self.log.displayed())

        self.wait_until(agreed, _PATIENCE, "dunst's count of what it displays to agree with the bus")
        return self.log.displayed()

    def _count(self, what: str) -> int:
        ((_, value),) = self.call(_DUNST_PROPERTIES, "Get", "ss", (_DUNST.interface, what))
        return int(value)

    def dunst_history(self) -> list[Shown]:
        """What dunst showed and put away, newest first."""
        (entries,) = self.call(_DUNST, "NotificationListHistory")
        plain = [{name: value for name, (_, value) in entry.items()} for entry in entries]
        return self.log.history(plain)

    def invoke_action(self, key: str, summary: str = "") -> None:
        """Choose an action of a displayed notification from dunst's own menu, as a person does.

        ``summary`` tells apart several that offer this action; of those that are left it is the newest.
        """
        offering = [shown for shown in self.dunst_displayed() if key in shown.actions and summary in shown.summary]
        if not offering:
            raise DesktopError(f"nothing displayed offers the action {key!r}")
        self._pick.write_text(f"[{offering[-1].id},{key}]\n")
        self.call(_DUNST, "ContextMenuCall")

    def close_all(self) -> None:
        """Dismiss every notification, as a person does."""
        self.call(_DUNST, "NotificationCloseAll")

    @property
    def _pick(self) -> Path:
        return self.directory / "pick"
