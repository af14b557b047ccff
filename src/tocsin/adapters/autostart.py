"""The start with the computer, in this system's own way. What a system does not need is not imported there."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin import APP_ID
from tocsin.adapters.autostart_command import NAME, profile_arguments, profile_folder, start_command
from tocsin.adapters.profile import Profile

if TYPE_CHECKING:
    from tocsin.ports import Autostart

FLATPAK = Path("/.flatpak-info")
"""Is there inside Flatpak's sandbox, and nowhere else."""


def system_autostart(profile: Profile, environ: Mapping[str, str], *, sandbox: Path = FLATPAK) -> "Autostart":
    """How this profile starts with the computer. Raises ``AutostartFault`` where it is not known what to start."""
    folder = profile_folder(profile)
    if sys.platform == "win32":
        from tocsin.adapters.autostart_windows import UserRegistry, WindowsAutostart  # noqa: PLC0415 -- Windows alone

        return WindowsAutostart(start_command(profile, environ), folder, UserRegistry())
    if sys.platform == "darwin":
        from tocsin.adapters.autostart_macos import MacAutostart  # noqa: PLC0415 -- macOS alone

        return MacAutostart(start_command(profile, environ), folder, Path.home() / "Library" / "LaunchAgents")
    if sandbox.exists():
        return _from_sandbox(profile, environ)
    from tocsin import resources  # noqa: PLC0415 -- the others have no desktop entry
    from tocsin.adapters.autostart_xdg import XdgAutostart  # noqa: PLC0415 -- not on other systems

    template = resources.path(f"{APP_ID}.desktop")
    return XdgAutostart(start_command(profile, environ), folder, template, environ)


def _from_sandbox(profile: Profile, environ: Mapping[str, str]) -> "Autostart":
    """By the portal, which makes a command of the sandbox one of the host by itself."""
    from tocsin.adapters.autostart_portal import PortalAutostart  # noqa: PLC0415 -- inside Flatpak alone
    from tocsin.adapters.autostart_xdg import Places, XdgAutostart  # noqa: PLC0415 -- the same
    from tocsin.adapters.doctor_bus import session_address  # noqa: PLC0415 -- the same

    command = (NAME, "run", "--background", *profile_arguments(profile))
    host = {**environ, "XDG_CONFIG_HOME": environ.get("HOST_XDG_CONFIG_HOME", ""), "XDG_CONFIG_DIRS": os.devnull}
    is_seen = Places.of(host).own.parent.is_dir()
    seen = XdgAutostart(command, profile_folder(profile), Path(os.devnull), host) if is_seen else None
    return PortalAutostart(command, session_address(environ), seen.is_set if seen is not None else None)
