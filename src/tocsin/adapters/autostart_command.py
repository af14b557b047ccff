"""The command that starts this very Tocsin again: its entry point or its interpreter, and its profile."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tocsin.adapters.profile import Profile
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

NAME = "tocsin"
_WINDOWED = "tocsin-tray"
_PROFILE = "--profile"


def start_command(profile: Profile, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Program and arguments. Raises ``AutostartFault`` where it is not known which program this is."""
    return (*_program(environ), "--background", *profile_arguments(profile))


def profile_arguments(profile: Profile) -> tuple[str, ...]:
    """What names a profile on the command line; nothing for the user's usual one."""
    folder = profile_folder(profile)
    return (_PROFILE, folder) if folder else ()


def profile_folder(profile: Profile) -> str:
    """The folder that a profile was named by; empty for the user's usual one."""
    return "" if profile == Profile.default() else str(profile.settings.parent)


def named_profile(command: Sequence[str]) -> str:
    """The folder that a command names as its profile; empty for the user's usual one."""
    for place, each in enumerate(command):
        if each == _PROFILE and place + 1 < len(command):
            return os.path.normpath(command[place + 1])
        if each.startswith(f"{_PROFILE}="):
            return os.path.normpath(each.removeprefix(f"{_PROFILE}="))
    return ""


def _program(environ: Mapping[str, str]) -> tuple[str, ...]:
    image, unpacked = environ.get("APPIMAGE", ""), environ.get("APPDIR", "")
    if image and unpacked and sys.executable.startswith(f"{unpacked.rstrip('/')}/"):
        return (image, "run")  # what runs now lies in a folder that is gone after the end
    if getattr(sys, "frozen", False):
        return (sys.executable, "run")
    script = _script(Path(os.path.abspath(sys.argv[0]))) if sys.argv[:1] != [""] else None  # noqa: PTH100 -- without following links
    if script is not None:
        return (str(script),) if script.stem == _WINDOWED else (str(script), "run")
    if not sys.executable:
        raise AutostartFault(StartObstacle.UNSUPPORTED)
    return (str(_without_console(Path(sys.executable))), "-m", NAME, "run")


def _script(started: Path) -> Path | None:
    """The entry point that this process was started by, or the one beside it that opens no console; None for none."""
    ending = ".exe" if sys.platform == "win32" else ""
    if started.name.lower().removesuffix(".exe") not in (NAME, _WINDOWED):
        return None
    names = (_WINDOWED, NAME) if sys.platform == "win32" else (started.name,)
    places = (started.with_name(f"{name}{ending}") for name in names)
    return next((place for place in places if place.is_file()), None)


def _without_console(interpreter: Path) -> Path:
    """On Windows the interpreter that opens no console, where it is there."""
    if sys.platform != "win32":
        return interpreter
    windowed = interpreter.with_name("pythonw.exe")
    return windowed if windowed.is_file() else interpreter
