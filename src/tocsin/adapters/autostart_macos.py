"""Starting with the computer on macOS: a property list in the user's ``LaunchAgents``, read by launchd at log-in.

Format: launchd.plist(5). A file that has nothing in it but what Tocsin writes is Tocsin's; any other is its owner's.
"""

import os
import plistlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from tocsin import APP_ID
from tocsin.adapters.autostart_command import named_profile
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

FILE = f"{APP_ID}.plist"
_ARGUMENTS = "ProgramArguments"
_AT_LOGIN = "RunAtLoad"


class MacAutostart:
    """Satisfies ``ports.Autostart``. ``folder`` names the profile, empty for the usual one; ``agents`` is where to."""

    def __init__(self, command: Sequence[str], folder: str, agents: Path) -> None:
        self._command = tuple(command)
        self._folder = folder
        self._place = agents / FILE

    def is_on(self) -> bool | None:
        """Whether launchd starts this profile. Raises ``AutostartFault`` where the program is gone."""
        found = self._read()
        command = _command(found)
        if not _starts(found) or named_profile(command) != self._folder:
            return False
        if not _is_there(command):
            raise AutostartFault(StartObstacle.PROGRAM_GONE, command[0])
        return True

    async def switch(self, *, on: bool) -> None:
        """Switch it on or off. Raises ``AutostartFault``."""
        found = self._read()
        command = _command(found)
        is_this = not command or named_profile(command) == self._folder
        is_there = _is_there(command)
        if found is None or not _starts(found) or not is_this:
            if not on:
                return
            if _starts(found) and is_there:
                raise AutostartFault(StartObstacle.OTHER_PROFILE, named_profile(command))
        elif on and is_there and found != agent(self._command):
            return  # it is on, in its owner's or an older way
        if self._place.is_symlink():
            raise AutostartFault(StartObstacle.LINK, str(self._place))
        if found is not None and found != agent(command):
            raise AutostartFault(StartObstacle.OWNERS, str(self._place))
        self._change(on=on)

    def _change(self, *, on: bool) -> None:
        fresh = self._place.with_name(f".{self._place.name}.{os.urandom(4).hex()}")
        try:
            if not on:
                self._place.unlink()
                return
            self._place.parent.mkdir(parents=True, exist_ok=True)
            try:
                fresh.write_bytes(plistlib.dumps(agent(self._command)))
                fresh.replace(self._place)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as error:
            raise AutostartFault(StartObstacle.DENIED, str(self._place), error.strerror or "") from error
        except ValueError as error:  # a name that is no text
            raise AutostartFault(StartObstacle.UNWRITABLE, ascii(self._command[0]), str(error)) from None

    def _read(self) -> Mapping[str, Any] | None:
        try:
            found = plistlib.loads(self._place.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, ExpatError) as error:
            raise AutostartFault(StartObstacle.UNREADABLE, str(self._place), str(error)) from error
        if not isinstance(found, dict):
            raise AutostartFault(StartObstacle.UNREADABLE, str(self._place), "it is no property list of launchd's")
        return found


def agent(command: Sequence[str]) -> dict[str, Any]:
    """What is written: started once at log-in, in a session with a screen, and not again when it ends."""
    return {
        "Label": APP_ID,
        _ARGUMENTS: list(command),
        _AT_LOGIN: True,
        "LimitLoadToSessionType": "Aqua",
        "ProcessType": "Interactive",
    }


def _starts(found: Mapping[str, Any] | None) -> bool:
    if found is None or not _command(found):
        return False
    return found.get(_AT_LOGIN) is True and found.get("Disabled") is not True


def _command(found: Mapping[str, Any] | None) -> tuple[str, ...]:
    arguments = [] if found is None else found.get(_ARGUMENTS)
    is_right = isinstance(arguments, list) and all(isinstance(each, str) for each in arguments)
    return tuple(arguments) if is_right and arguments else ()


def _is_there(command: Sequence[str]) -> bool:
    return bool(command) and Path(command[0]).is_file()
