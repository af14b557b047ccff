"""Reads ``config.toml``: what is right runs, the rest is told with line, key and what may stand there."""

import os
import stat
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.adapters.settings_check import check
from tocsin.adapters.settings_problems import Problems
from tocsin.adapters.toml_lines import Lines, TooDeepError
from tocsin.domain.account import UNUSABLE_PROXY, Network, Settings
from tocsin.errors import SettingsError
from tocsin.ports import LoadedSettings

LIMIT = 1024 * 1024  # bytes
FILE = "config.toml"


@dataclass(frozen=True, slots=True)
class Content:
    """What the file held at one moment: its bytes, None where there was no file, and by what a change is noticed."""

    data: bytes | None = None
    stamp: tuple[int, int, int] | None = None

    @property
    def text(self) -> str:
        """Without a byte order mark. Raises ``SettingsError`` for what is no text."""
        data = self.data or b""
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SettingsError(FILE, "is not UTF-8 text", line=line) from None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of this run, that can be taken back as long as the file still is what it came to."""

    before: bytes | None
    after: bytes


class TomlSettings:
    """``ports.SettingsSource`` on a file. ``provider_keys`` are the providers that this version has.

    ``last`` and ``loaded`` are what was there when it was last read or written, ``changes`` what this run did to it.
    """

    def __init__(self, path: Path, provider_keys: Sequence[str]) -> None:
        self.path = path
        self._keys = provider_keys
        self.last = Content()
        self.loaded: Settings | None = None
        self.changes: list[Change] = []

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file; no file is no accounts."""
        self.last = Content(stamp=stamp(self.path))
        try:
            self.last = self.content()
            found = self.parse(self.last.text)
        except SettingsError as problem:
            found = LoadedSettings(Settings(), (problem,))
        self.loaded = found.settings
        return found

    def save(self, settings: Settings) -> None:
        """Write these settings: what differs from the file is changed in it, everything else stays.

        Raises ``SettingsError`` if the file has problems, if somebody changed what it says since it was loaded, or if
        these are no settings that can be written; ``EnvironmentFault`` where it cannot be written.
        """
        from tocsin.adapters.settings_save import save  # noqa: PLC0415 - settings are read often, and seldom written

        save(self, settings)

    def undo(self) -> None:
        """Put the file back as it was before the last change of this run, to the byte.

        Raises ``SettingsError`` where there is none, or where somebody changed the file since; ``EnvironmentFault``.
        """
        from tocsin.adapters.settings_save import undo  # noqa: PLC0415 - settings are read often, and seldom written

        undo(self)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back. Asks nothing of the disk."""
        return bool(self.changes) and self.changes[-1].after == self.last.data

    def has_changed(self) -> bool:
        """Whether the file is another one than when it was last read or written here; also one that came or went."""
        return stamp(self.path) != self.last.stamp

    def agree(self, *, public: bool) -> None:
        """Write down whether hosts beyond the accounts' own may be contacted to measure the line.

        Raises ``SettingsError`` if the file has problems, ``EnvironmentFault`` where it cannot be written.
        """
        from tocsin.adapters.settings_save import agree  # noqa: PLC0415 - once in a profile's life

        agree(self, public=public)

    def content(self) -> Content:
        """What the file holds now. Raises ``SettingsError`` for what cannot be read, or is no file or a huge one."""
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise SettingsError(FILE, "is not a file")
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                data = file.read(LIMIT + 1)
        except FileNotFoundError:
            return Content()
        except OSError as error:
            raise SettingsError(FILE, f"cannot be read ({error.strerror})") from error
        if len(data) > LIMIT:
            raise SettingsError(FILE, "is larger than 1 MiB")
        return Content(data, stamp_of(found))

    def parse(self, text: str) -> LoadedSettings:
        """The settings of a text, and its problems."""
        try:
            lines = Lines(text)
            document = tomllib.loads(text)
        except TooDeepError as error:
            return _unreadable("is nested too deeply", error.line)
        except RecursionError:
            return _unreadable("is nested too deeply", None)
        except ValueError as error:  # what tomllib raises, and int() of endless digits
            from tocsin.adapters.toml_reasons import reason  # noqa: PLC0415 - a right file needs none

            why = reason(text, error)
            return _unreadable(why.what, why.line, why.column)
        problems = Problems(lines)
        settings = check(document, problems, self._keys)
        return LoadedSettings(settings, problems.all())


def _unreadable(problem: str, line: int | None, column: int | None = None) -> LoadedSettings:
    return _nothing_of(SettingsError(FILE, problem, line=line, column=column))


def _nothing_of(problem: SettingsError) -> LoadedSettings:
    """What a file means of which nothing can be read: a proxy may stand in it, and nothing is to go past it."""
    return LoadedSettings(Settings(network=Network(proxy=UNUSABLE_PROXY)), (problem,))


def stamp(path: Path) -> tuple[int, int, int] | None:
    """By what a change of a file is noticed, None where there is none to be seen. Never raises."""
    try:
        return stamp_of(path.stat())
    except (OSError, ValueError):
        return None


def stamp_of(found: os.stat_result) -> tuple[int, int, int]:
    """The same of a file that was asked already."""
    return found.st_mtime_ns, found.st_size, found.st_ino
