"""The virtual desktop of ``virtual_desktop`` on Wayland: sway without a screen in place of the X server, and its bar.

sway draws into memory, without a graphics card. Its bar is the panel: a StatusNotifierHost that clicks as a person has
it click. There is no X server, not even for programs that would want one.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import desktop_configs
from support.desktop_processes import BOUND
from support.framebuffer import Box, Picture
from support.virtual_desktop import WATCHER, VirtualDesktop
from support.wayland_client import WaylandClient

_NOBODY = 65534
_OUTPUT = "HEADLESS-1"


@dataclass(frozen=True, slots=True)
class View:
    """A window as the compositor sees it; ``box`` is what the program draws, in units that do not know of a scale."""

    number: int
    title: str
    app_id: str
    workspace: str
    has_focus: bool
    is_urgent: bool
    box: Box


class WaylandDesktop(VirtualDesktop):
    """A desktop for the length of a ``with``, as ``VirtualDesktop``; ``panel`` is ``sway`` or None."""

    def __init__(self, *, panel: str | None = "sway", dunst: bool = True, size: tuple[int, int] = (1280, 720)) -> None:
        super().__init__(panel=panel, dunst=dunst, size=size)

    # --- coming ----------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        on_x = super()._environment()
        del on_x["QT_QPA_PLATFORM"]  # Qt finds out by itself, as on a real desktop
        return on_x | {"XDG_SESSION_TYPE": "wayland"}

    def _start_screen(self) -> None:
        place = self.directory / "sway"
        place.mkdir(mode=0o700)
        ready = place / "ready"
        config = desktop_configs.write_sway(place / "config", self._look, size=self.size, output=_OUTPUT, ready=ready)
        self.env["SWAYSOCK"] = str(place / "ipc")
        own = {
            "XDG_RUNTIME_DIR": str(place),
            "WLR_BACKENDS": "headless",
            "WLR_RENDERER": "pixman",
            "WLR_LIBINPUT_NO_DEVICES": "1",
        }
        sway = self.spawn([*BOUND, *_as_nobody(self.directory, place), "sway", "-c", str(config)], env=own)
        self._wait_for(ready.exists, sway, "sway")
        self.env["WAYLAND_DISPLAY"] = str(place / ready.read_text().strip())
        self.client = self._open.enter_context(WaylandClient(self.env["WAYLAND_DISPLAY"]))

    def _start_window_manager(self) -> Callable[[], object]:
        return lambda: None  # sway is that too

    def start_panel(self, kind: str | None = None) -> None:
        """Start sway's bar, and wait until it takes icons."""
        self.panel_kind = kind or self.panel_kind
        self._panel = self.spawn(["swaybar", "-b", "bar-0"])
        self._wait_for(lambda: self.owner(WATCHER), self._panel, "swaybar")

    # --- looking and touching --------------------------------------------------------------------------------------

    def rescale(self, scale: float) -> None:
        """Draw everything at this scale from now on, as when it is changed in a desktop's settings."""
        self.command(f"output {_OUTPUT} scale {scale:g}")
        self.scale = scale

    def command(self, text: str) -> None:
        """Have sway do something; see sway(5). Raises ``DesktopError`` where it does not."""
        self.run("swaymsg", "--quiet", text)

    def click(self, x: int, y: int, *, button: int = 1) -> None:
        """Click somewhere, and take the pointer away again so that nothing stays lit under it."""
        self.client.click(x, y, self.size, button=button)
        self._park_pointer()

    def _park_pointer(self) -> None:
        self.client.move(2, self.size[1] - 2, self.size)

    def windows(self, name: str) -> list[int]:
        """The windows whose title holds ``name`` (a regular expression)."""
        return [view.number for view in self.views() if re.search(name, view.title)]

    def window_box(self, window: int) -> Box:
        """Where a window lies, its frame left out, in pixels of the screen."""
        (box,) = (view.box for view in self.views() if view.number == window)
        return Box(*(round(edge * self.scale) for edge in (box.x, box.y, box.width, box.height)))

    def views(self) -> list[View]:
        """Every window, on whatever workspace."""
        return [*_views(json.loads(self.run("swaymsg", "--raw", "--type", "get_tree")), "")]

    def close_window(self, window: int) -> None:
        """Close a window as with the cross in its frame."""
        self.command(f"[con_id={window}] kill")

    def picture(self, box: Box | None = None) -> Picture:
        """The screen's pixels now, or those of a part of it."""
        place = self.directory / "screen.ppm"
        self.run("grim", "-t", "ppm", str(place))
        _, size, _, data = place.read_bytes().split(b"\n", 3)  # "P6", width and height, 255; netpbm's ppm(5)
        whole = Picture(*map(int, size.split()), data)
        return whole if box is None else whole.part(box)


def _views(node: dict[str, Any], workspace: str) -> Iterator[View]:
    """The windows in a part of sway's tree; sway-ipc(7), "GET_TREE"."""
    if "pid" in node:
        outer, inner = node["rect"], node["window_rect"]
        box = Box(outer["x"] + inner["x"], outer["y"] + inner["y"], inner["width"], inner["height"])
        title, app_id = node["name"] or "", node["app_id"] or ""
        yield View(node["id"], title, app_id, workspace, node["focused"], node["urgent"], box)
    if node["type"] == "workspace":
        workspace = node["name"]
    for child in (*node["nodes"], *node["floating_nodes"]):
        yield from _views(child, workspace)


def _as_nobody(directory: Path, place: Path) -> list[str]:
    """What makes sway run where the tests run as root, which it refuses to be."""
    if os.getuid():
        return []
    for folder in (place, *place.glob("*")):
        os.chown(folder, _NOBODY, _NOBODY)
    directory.chmod(0o711)
    return [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
