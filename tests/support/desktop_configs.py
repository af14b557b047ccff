"""The configuration files of a virtual desktop's parts."""

from dataclasses import dataclass
from pathlib import Path

PANEL_HEIGHT = 32
PANEL_ICON = 22

# None of the system's service directories: nothing starts by itself, so "no notification daemon" means none.
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type><keep_umask/>
  <listen>{address}</listen>
  <servicedir>{services}</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""

# Bottom right: clear of the panel, and of windows that open in the middle. The menu of actions is the picker.
_DUNST = """[global]
  monitor = 0
  follow = none
  width = {width}
  height = {height}
  origin = bottom-right
  offset = 20x20
  notification_limit = 20
  font = DejaVu Sans {font}
  markup = {markup}
  format = "<b>%s</b>\\n%b"
  word_wrap = yes
  icon_position = left
  min_icon_size = {icon}
  max_icon_size = {icon}
  padding = 10
  horizontal_padding = 12
  text_icon_padding = 12
  sort = no
  stack_duplicates = false
  show_age_threshold = -1
  show_indicators = no
  sticky_history = yes
  history_length = 200
  idle_threshold = 0
  corner_radius = 6
  frame_width = 2
  frame_color = "{frame}"
  dmenu = {picker}
  mouse_left_click = do_action
[urgency_low]
  background = "{background}"
  foreground = "{foreground}"
  timeout = {timeout}
[urgency_normal]
  background = "{background}"
  foreground = "{foreground}"
  timeout = {timeout}
[urgency_critical]
  background = "{background}"
  foreground = "{foreground}"
  frame_color = "#c62828"
  timeout = 0
"""

_LXQT_PANEL = """panels=panel1

[panel1]
plugins=spacer, statusnotifier
position=Top
desktop=0
panelSize={height}
iconSize={icon}
width=100
width-percent=true
alignment=0
hidable=false
background-color={background}
font-color={foreground}

[spacer]
type=spacer
alignment=Left
expandable=true

[statusnotifier]
type=statusnotifier
alignment=Right
"""

# Windows float, as on most desktops; a window that asks to come to the front without a right to is marked urgent.
_SWAY = """output {output} resolution {width}x{height} position 0 0
swaybg_command -
swaynag_command -
xwayland disable
workspace here
focus_follows_mouse no
focus_on_window_activation urgent
default_floating_border normal
font DejaVu Sans 10
for_window [app_id=".*"] floating enable
bar {{
  swaybar_command true
  position top
  height {height_of_panel}
  font DejaVu Sans 10
  workspace_buttons no
  tray_output *
  colors {{
    background {background}
    statusline {foreground}
  }}
}}
exec echo "$WAYLAND_DISPLAY" > {ready}.part && mv {ready}.part {ready}
"""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a desktop."""

    panel: str
    panel_text: str
    notification: str
    notification_text: str
    frame: str
    backdrop: int


DARK = Look("#202326", "#f0f0f0", "#2b2f33", "#f4f4f4", "#5f6b76", 0x2F3B47)
LIGHT = Look("#eff0f1", "#202326", "#fbfbfb", "#202326", "#b6bcc2", 0x9FB3C8)


def write_bus(place: Path, address: str, services: Path) -> Path:
    """The session bus: everybody may say everything."""
    place.write_text(_BUS.format(address=address, services=services))
    return place


def write_dunst(place: Path, look: Look, *, scale: int, markup: str, timeout: float, picker: Path) -> Path:
    """The notification daemon: steady, everything kept in its history."""
    place.write_text(
        _DUNST.format(
            background=look.notification,
            foreground=look.notification_text,
            frame=look.frame,
            width=400 * scale,
            height=320 * scale,
            font=10 * scale,
            icon=40 * scale,
            markup=markup,
            timeout=timeout,
            picker=picker,
        )
    )
    return place


def write_lxqt_panel(place: Path, look: Look) -> Path:
    """The panel along the top edge, with nothing but a tray at its right end."""
    place.parent.mkdir(parents=True, exist_ok=True)
    colours = {"background": look.panel, "foreground": look.panel_text}
    place.write_text(_LXQT_PANEL.format(height=PANEL_HEIGHT, icon=PANEL_ICON, **colours))
    return place


def write_sway(place: Path, look: Look, *, size: tuple[int, int], output: str, ready: Path) -> Path:
    """The compositor of Wayland: one screen, one bar. ``ready`` is where it says what it is called, once it runs."""
    (width, height), colours = size, {"background": look.panel, "foreground": look.panel_text}
    of_screen = {"output": output, "width": width, "height": height, "height_of_panel": PANEL_HEIGHT}
    place.write_text(_SWAY.format(**of_screen, **colours, ready=ready))
    return place


def trayer_options(look: Look, scale: int) -> list[str]:
    """The options of trayer for a tray at the right end of the top edge."""
    place = ["--edge", "top", "--align", "right", "--SetDockType", "true"]
    size = ["--widthtype", "percent", "--width", "15", "--heighttype", "pixel", "--height", str(PANEL_HEIGHT * scale)]
    return [*place, *size, "--transparent", "true", "--alpha", "0", "--tint", "0x" + look.panel.removeprefix("#")]
