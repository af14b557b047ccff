"""Starting with the computer on Windows: a value under the user's own ``Run`` key.

The Task Manager keeps beside it what a person switched off there (``StartupApproved``: an odd first byte); that is for
the person to switch on again. Format: "Run and RunOnce Registry Keys" in Microsoft's documentation, which also limits
a command line to 260 characters; its quotes: "Parsing C command-line arguments".
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

from tocsin.adapters.autostart_command import named_profile
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

NAME = "Tocsin"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_LONGEST = 260


class Registry(Protocol):
    """Values of keys under the current user's. All raise ``OSError`` for what cannot be done."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """A text or bytes; None for anything else, and where there is no such value."""
        ...

    def write(self, key: str, name: str, text: str) -> None:
        """Put a text there; the key is made if it is not there."""
        ...

    def remove(self, key: str, name: str) -> None:
        """Take a value away."""
        ...


class WindowsAutostart:
    """Satisfies ``ports.Autostart``. ``folder`` names the profile, empty for the usual one."""

    def __init__(self, command: Sequence[str], folder: str, registry: Registry) -> None:
        self._command = tuple(command)
        self._folder = folder
        self._registry = registry

    def is_on(self) -> bool | None:
        """Whether the value starts this profile. Raises ``AutostartFault`` where its program is gone."""
        command = self._found()
        if not command or named_profile(command) != self._folder or self._is_off_by_hand():
            return False
        if not _is_there(command):
            raise AutostartFault(StartObstacle.PROGRAM_GONE, command[0])
        return True

    async def switch(self, *, on: bool) -> None:
        """Switch it on or off. Raises ``AutostartFault``."""
        command = self._found()
        is_there = _is_there(command)
        is_this = named_profile(command) == self._folder
        if not on:
            if command and is_this:
                self._remove()
            return
        if is_there and not is_this:
            raise AutostartFault(StartObstacle.OTHER_PROFILE, named_profile(command))
        if self._is_off_by_hand():
            raise AutostartFault(StartObstacle.BY_HAND)
        if not is_there:
            self._write()

    def _found(self) -> tuple[str, ...]:
        value = self._read(RUN)
        return split(value) if isinstance(value, str) else ()

    def _is_off_by_hand(self) -> bool:
        value = self._read(APPROVED)
        return isinstance(value, bytes) and bool(value) and value[0] % 2 == 1

    def _read(self, key: str) -> str | bytes | None:
        try:
            return self._registry.read(key, NAME)
        except OSError as error:
            raise AutostartFault(StartObstacle.UNREADABLE, rf"HKCU\{key}", error.strerror or "") from error

    def _write(self) -> None:
        line = subprocess.list2cmdline(self._command)
        if len(line) > _LONGEST or not line.isprintable():
            raise AutostartFault(StartObstacle.UNWRITABLE, self._command[0], "")
        try:
            self._registry.write(RUN, NAME, line)
        except OSError as error:
            raise _denied(error) from error

    def _remove(self) -> None:
        try:
            self._registry.remove(RUN, NAME)
        except OSError as error:
            raise _denied(error) from error


def split(line: str) -> tuple[str, ...]:
    """A command line as Windows' own programs read it."""
    arguments, current, is_open, quoted, place = [], "", False, False, 0
    while place < len(line):
        slashes = len(line) - place - len(line[place:].lstrip("\\"))
        place += slashes
        letter = line[place : place + 1]
        if letter == '"':
            current, is_open = current + "\\" * (slashes // 2), True
            if slashes % 2:
                current += '"'
            else:
                quoted = not quoted
        elif letter in ("", " ", "\t") and not quoted:
            current, is_open = current + "\\" * slashes, is_open or bool(slashes)
            arguments += [current] if is_open else []
            current, is_open = "", False
        else:
            current, is_open = current + "\\" * slashes + letter, True
        place += 1
    return (*arguments, current) if is_open else tuple(arguments)


def _is_there(command: Sequence[str]) -> bool:
    return bool(command) and os.path.isfile(command[0])  # noqa: PTH113 -- a text


def _denied(error: OSError) -> AutostartFault:
    return AutostartFault(StartObstacle.DENIED, rf"HKCU\{RUN}", error.strerror or "")


if sys.platform == "win32":
    import winreg

    class UserRegistry:
        """The registry of this user."""

        def read(self, key: str, name: str) -> str | bytes | None:
            """A text or bytes; None for anything else, and where there is no such value."""
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value = winreg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None
            return value if isinstance(value, str | bytes) else None

        def write(self, key: str, name: str, text: str) -> None:
            """Put a text there; the key is made if it is not there."""
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def remove(self, key: str, name: str) -> None:
            """Take a value away."""
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, access=winreg.KEY_SET_VALUE) as opened:
                winreg.DeleteValue(opened, name)
