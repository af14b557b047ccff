"""Whether this person wants things on the screen to keep still.

Asked, in this order: the variable ``TOCSIN_STATIC`` (anything but empty and 0); Qt's own accessibility hints where
this Qt has one for motion; the GTK settings that GNOME, Xfce, LXQt and KDE write (``gtk-enable-animations``); KDE's
``AnimationDurationFactor``. GNOME's switch itself lies in dconf; ``portal`` asks for that.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QGuiApplication

_SETTINGS = (
    # file, section, key, values that mean "keep still"
    ("gtk-4.0/settings.ini", "Settings", "gtk-enable-animations", ("0", "false")),
    ("gtk-3.0/settings.ini", "Settings", "gtk-enable-animations", ("0", "false")),
    ("kdeglobals", "KDE", "AnimationDurationFactor", ("0", "0.0")),
)
_LARGEST = 256 * 1024


def wants_stillness(environ: Mapping[str, str]) -> bool:
    """True when any of the places that can be asked at once says so. Reads three small files at the most."""
    if environ.get("TOCSIN_STATIC", "0") not in ("", "0"):
        return True
    return _qt_says_so() or any(_file_says_so(_config(environ), *each) for each in _SETTINGS)


def _qt_says_so() -> bool:
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)  # Qt 6.10
    if accessibility is None:
        return False
    of_motion = getattr(accessibility(), "motionPreference", None)  # a later Qt
    return of_motion is not None and getattr(of_motion(), "name", "") == "ReducedMotion"


def _config(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")


def _file_says_so(folder: Path, file: str, section: str, key: str, still: tuple[str, ...]) -> bool:
    parser = configparser.RawConfigParser(strict=False)
    try:
        with (folder / file).open(encoding="utf-8", errors="replace") as stream:
            parser.read_string(stream.read(_LARGEST))
    except (OSError, configparser.Error):
        return False  # no such file, or none that says anything
    return parser.get(section, key, fallback="").strip().lower() in still
