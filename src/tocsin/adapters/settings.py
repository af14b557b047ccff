"""Reads ``config.toml``: what is right runs, the rest is told with line, key and what may stand there."""

import re
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tocsin.adapters.settings_check import check
from tocsin.adapters.settings_problems import Problems
from tocsin.adapters.toml_lines import Lines, TooDeepError
from tocsin.domain.account import Settings
from tocsin.errors import SettingsError
from tocsin.ports import LoadedSettings

LIMIT = 1024 * 1024  # bytes
_FILE = "config.toml"
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class TomlSettings:
    """``ports.SettingsSource`` on a file. ``provider_keys`` are the providers that this version has."""

    def __init__(self, path: Path, provider_keys: Sequence[str]) -> None:
        self.path = path
        self._keys = provider_keys

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file; no file is no accounts."""
        try:
            text = self.read()
        except SettingsError as problem:
            return LoadedSettings(Settings(), (problem,))
        return self.parse(text)

    def read(self) -> str:
        """The file's text, empty if there is none. Raises ``SettingsError`` for what is no readable text file."""
        try:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise SettingsError(_FILE, "is not a file")
            with self.path.open("rb") as file:
                content = file.read(LIMIT + 1)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise SettingsError(_FILE, f"cannot be read ({error.strerror})") from error
        if len(content) > LIMIT:
            raise SettingsError(_FILE, "is larger than 1 MiB")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise SettingsError(_FILE, "is not UTF-8 text", line=line) from None

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
            found = _WHERE.search(str(error))
            line = int(found[1]) if found and found[1] else text.count("\n") + 1 if found else None
            return _unreadable(f"is not TOML: {_WHERE.sub('', str(error))[:200]}", line)
        problems = Problems(lines)
        settings = check(document, problems, self._keys)
        return LoadedSettings(settings, problems.all())


def _unreadable(problem: str, line: int | None) -> LoadedSettings:
    return LoadedSettings(Settings(), (SettingsError(_FILE, problem, line=line),))
