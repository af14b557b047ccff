"""Starting with the computer on desktops that follow freedesktop.org: a desktop entry in the autostart folder.

Format: Desktop Application Autostart Specification 0.5, with ``X-GNOME-Autostart-enabled``, by which some desktops'
settings switch an entry off. A file that Tocsin wrote holds a checksum of itself: one that fits may be replaced and
removed; in any other only the switches are touched, and what else stands in it is its owner's.
"""

import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin import APP_ID
from tocsin.adapters import desktop_entry
from tocsin.adapters.autostart_command import named_profile
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

FILE = f"{APP_ID}.desktop"
_HIDDEN = "Hidden"
_ENABLED = "X-GNOME-Autostart-enabled"
_MADE = "X-Tocsin-Made"
_LARGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Places:
    """Where entries lie: the user's own, and the system's in the order in which they count."""

    own: Path
    system: tuple[Path, ...]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Places":
        """By the XDG Base Directory Specification: a path that is not absolute is not counted."""
        named = environ.get("XDG_CONFIG_HOME", "")
        home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 -- Path.home raises where there is none
        own = Path(named) if os.path.isabs(named) else Path(home) / ".config"  # noqa: PTH117 -- a text
        others = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        system = (Path(each) / "autostart" / FILE for each in others if os.path.isabs(each))  # noqa: PTH117 -- a text
        return cls(own / "autostart" / FILE, tuple(system))


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in a file."""

    place: Path
    text: str
    values: Mapping[str, str]

    @property
    def command(self) -> tuple[str, ...]:
        """What it starts; nothing where that cannot be read."""
        try:
            return desktop_entry.split_exec(self.values.get("Exec", ""))
        except ValueError:
            return ()

    @property
    def profile(self) -> str:
        """The folder of the profile that it starts; empty for the user's usual one."""
        return named_profile(self.command)

    @property
    def is_ours(self) -> bool:
        """Whether it is as Tocsin wrote it."""
        return self.values.get(_MADE, "") == _checksum(self.text)

    @property
    def is_switched_on(self) -> bool:
        """Whether neither of the two switches is off."""
        is_enabled = desktop_entry.is_true(self.values.get(_ENABLED, "true"))
        return is_enabled and not desktop_entry.is_true(self.values.get(_HIDDEN, "false"))

    def is_for(self, desktops: frozenset[str]) -> bool:
        """Whether it is meant for one of these desktops."""
        only, never = (desktop_entry.listed(self.values.get(key, "")) for key in ("OnlyShowIn", "NotShowIn"))
        return bool(only & desktops or not only) and not never & desktops

    def missing_program(self, path: str) -> str:
        """The program that it needs and that is not there; empty where nothing is missing."""
        needed = [self.values.get("TryExec", ""), *self.command[:1]]
        return next((each for each in needed if each and not _is_program(each, path)), "")


class XdgAutostart:
    """Satisfies ``ports.Autostart``.

    ``folder`` names the profile, empty for the usual one; ``template`` is the program's own desktop entry.
    """

    def __init__(self, command: Sequence[str], folder: str, template: Path, environ: Mapping[str, str]) -> None:
        self._command = tuple(command)
        self._folder = folder
        self._template = template
        self._places = Places.of(environ)
        self._desktops = frozenset(filter(None, environ.get("XDG_CURRENT_DESKTOP", "").split(":")))
        self._path = environ.get("PATH", os.defpath)

    def is_on(self) -> bool | None:
        """Whether the entry that counts starts this profile. Raises ``AutostartFault`` where its program is gone."""
        entry = self._that_counts()
        missing = entry.missing_program(self._path) if entry is not None and self._starts_this(entry) else ""
        if missing:
            raise AutostartFault(StartObstacle.PROGRAM_GONE, missing)
        return self.is_set()

    def is_set(self) -> bool:
        """The same, its program unseen. Raises ``AutostartFault`` for an entry that cannot be read."""
        entry = self._that_counts()
        return entry is not None and self._starts_this(entry)

    async def switch(self, *, on: bool) -> None:
        """Switch it on or off. Raises ``AutostartFault``."""
        own = _read(self._places.own)
        if self._places.own.is_symlink():
            if self._is_surely(on=on):
                return
            raise AutostartFault(StartObstacle.LINK, str(self._places.own))
        if on:
            self._switch_on(own)
        else:
            self._switch_off(own)

    def _switch_on(self, own: Entry | None) -> None:
        current = own or self._of_system()
        if current is not None and self._works(current) and current.profile != self._folder and self._holds(current):
            raise AutostartFault(StartObstacle.OTHER_PROFILE, current.profile)
        if own is None or own.is_ours:
            if own is not None or not self._is_surely(on=True):
                self._write(self._made(on=True))
        elif not self._is_surely(on=True):
            self._switch_on_by_owner(own)

    def _switch_on_by_owner(self, own: Entry) -> None:
        if own.missing_program(self._path) or not own.command or own.profile != self._folder:
            raise AutostartFault(StartObstacle.OWNERS, str(own.place))
        if not own.is_for(self._desktops):
            raise AutostartFault(StartObstacle.OWNERS, str(own.place))
        off = {_HIDDEN: "false", _ENABLED: "true"}
        self._write(desktop_entry.with_keys(own.text, {key: off[key] for key in off if key in own.values}))

    def _switch_off(self, own: Entry | None) -> None:
        current, system = own or self._of_system(), self._of_system()
        if current is None or not self._starts_this(current):
            return
        if own is not None and not own.is_ours:
            self._write(desktop_entry.with_keys(own.text, {_HIDDEN: "true"}))
        elif system is not None and system.is_switched_on:
            self._write(self._made(on=False))  # without a file of the user's the system's would count
        else:
            self._remove()

    def _is_surely(self, *, on: bool) -> bool:
        try:
            return self.is_on() is on
        except AutostartFault:
            return False

    def _that_counts(self) -> Entry | None:
        return _read(self._places.own) or self._of_system()

    def _starts_this(self, entry: Entry) -> bool:
        return self._works(entry) and entry.profile == self._folder

    def _works(self, entry: Entry) -> bool:
        return bool(entry.command) and entry.is_switched_on and entry.is_for(self._desktops)

    def _holds(self, entry: Entry) -> bool:
        """Whether an entry starts a profile that is still there."""
        return not entry.missing_program(self._path) and (not entry.profile or os.path.isdir(entry.profile))  # noqa: PTH112 -- a text

    def _of_system(self) -> Entry | None:
        return next(filter(None, map(_read, self._places.system)), None)

    def _made(self, *, on: bool) -> str:
        """An entry of our own, checksum and all."""
        try:
            values = {
                "TryExec": desktop_entry.as_string(self._command[0]),
                "Exec": desktop_entry.as_exec(self._command),
                _HIDDEN: "false" if on else "true",
                _ENABLED: "true" if on else "false",
            }
        except ValueError as error:
            raise AutostartFault(StartObstacle.UNWRITABLE, ascii(self._command[0]), str(error)) from None
        try:
            template = self._template.read_text("utf-8")
        except OSError as error:
            raise AutostartFault(StartObstacle.UNREADABLE, str(self._template), error.strerror or "") from error
        text = desktop_entry.with_keys(template, values)
        return desktop_entry.with_keys(text, {_MADE: _checksum(text)})

    def _write(self, text: str) -> None:
        place = self._places.own
        fresh = place.with_name(f".{place.name}.{os.urandom(4).hex()}")
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                fresh.write_text(text, "utf-8")
                fresh.replace(place)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as error:
            raise AutostartFault(StartObstacle.DENIED, str(place), error.strerror or "") from error

    def _remove(self) -> None:
        try:
            self._places.own.unlink()
        except OSError as error:
            raise AutostartFault(StartObstacle.DENIED, str(self._places.own), error.strerror or "") from error


def _read(place: Path) -> Entry | None:
    """The entry in a file, None where there is no file. Raises ``AutostartFault`` for one that cannot be read."""
    try:
        with place.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8")
        return Entry(place, text, desktop_entry.parse(text))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise AutostartFault(StartObstacle.UNREADABLE, str(place), error.strerror or "") from error
    except ValueError as error:
        raise AutostartFault(StartObstacle.UNREADABLE, str(place), "it is no desktop entry") from error


def _checksum(text: str) -> str:
    """That of an entry, without the line that it stands in itself."""
    kept = [line for line in text.split("\n") if not line.startswith(f"{_MADE}=")]
    return f"{zlib.crc32(chr(10).join(kept).encode()):08x}"


def _is_program(name: str, path: str) -> bool:
    """Whether there is such a program: at that place, or by that name in one of the folders of ``path``."""
    folders = [""] if os.sep in name else path.split(os.pathsep)
    return any(os.path.isfile(each) and os.access(each, os.X_OK) for each in (os.path.join(f, name) for f in folders))  # noqa: PTH113,PTH118 -- texts
