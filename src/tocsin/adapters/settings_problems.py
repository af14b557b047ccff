"""Collects what is wrong in the settings: place, key, and what would be right. Never the value: it may be a secret."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from tocsin.adapters.toml_lines import Lines, Path
from tocsin.errors import SettingsError

MOST = 50  # problems told of one file
_BARE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SECRET = re.compile(
    r"(?i)(?:^|[_-])(?:token|pass(?:word|wd|phrase)?|secret|pin|credentials?|authorization|bearer|api[_-]?key|key)$"
)
_Choice = TypeVar("_Choice", bound=StrEnum)


class Problems:
    """The problems of one file, in the order in which they stand in it."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._found: list[SettingsError] = []

    def all(self) -> tuple[SettingsError, ...]:
        """All of them by line; of very many, the first, and how many more there are."""
        found = sorted(self._found, key=lambda problem: problem.line or 0)
        if len(found) <= MOST:
            return tuple(found)
        more = SettingsError("config.toml", f"has {len(found) - MOST} more problems")
        return (*found[:MOST], more)

    def add(self, path: Path, problem: str, allowed: Sequence[str] = ()) -> None:
        """Something is wrong at a path, or missing there."""
        self._found.append(SettingsError(dotted(path), problem, line=self._lines.of(path), allowed=tuple(allowed)))

    def unknown_keys(self, path: Path, table: Mapping[str, Any], known: Collection[str], account: str = "<ID>") -> None:
        """Report the keys that a table may not have: a secret as such, a slip of the pen with what was meant."""
        self.secrets(path, {key: None for key in table if key not in known}, account)
        for key in table:
            if key not in known and not is_secret(key):
                near = "" if len(self._found) > MOST else _nearest(key, known)
                self.add(
                    (*path, key),
                    f"is not a setting of this version{f'; is {near} meant?' if near else ''}",
                    sorted(known),
                )

    def secrets(self, path: Path, table: Mapping[str, Any], account: str) -> None:
        """Report the keys that are named like a secret."""
        variable = f"TOCSIN_SECRET_{account.upper().replace('-', '_')}"
        advice = f"take it out, and keep it in the keyring or set {variable}"
        for key in filter(is_secret, table):
            self.add((*path, key), f"a secret does not belong in this file: {advice}")

    def table(self, path: Path, value: object) -> Mapping[str, Any] | None:
        """The table at a path, None for something else."""
        if isinstance(value, dict):
            return value
        self.add(path, "is not a table")
        return None

    def tables(self, path: Path, value: object) -> list[tuple[Path, Mapping[str, Any]]]:
        """The tables of an array, each with its path; without those that are none."""
        if not isinstance(value, list):
            self.add(path, f"is not a list of tables; begin each with [[{_name(path)}]]")
            return []
        found = [((*path, index), self.table((*path, index), one)) for index, one in enumerate(value)]
        return [(place, table) for place, table in found if table is not None]

    def text(self, path: Path, table: Mapping[str, Any], key: str, default: str) -> str:
        """A text that may be missing; a wrong one is reported and counts as missing."""
        value = table.get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value
        self.add((*path, key), "is not a text" if not isinstance(value, str) else "is empty")
        return default

    def needed(self, path: Path, table: Mapping[str, Any], key: str, allowed: Sequence[str] = ()) -> str | None:
        """A text that must be there; None, and reported, if it is not."""
        if key not in table:
            self.add((*path, key), "is missing", allowed)
            return None
        value = table[key]
        if isinstance(value, str) and value.strip():
            return value
        self.add((*path, key), "is not a text" if not isinstance(value, str) else "is empty", allowed)
        return None

    def choice(
        self, path: Path, table: Mapping[str, Any], key: str, default: _Choice, *, needed: bool = False
    ) -> _Choice | None:
        """One of a few words; the default if it may be missing and is; None, and reported, if it is another."""
        kind = type(default)
        value = table.get(key, default.value)
        words = [word.value for word in kind]
        if needed and key not in table:
            self.add((*path, key), "is missing", words)
            return None
        if isinstance(value, str) and value in words:
            return kind(value)
        self.add((*path, key), "is not one of the words that may stand here", words)
        return None

    def flag(self, path: Path, table: Mapping[str, Any], key: str) -> bool:
        """True or false; false if it is missing, or wrong and reported."""
        return bool(self.answer(path, table, key))

    def answer(self, path: Path, table: Mapping[str, Any], key: str) -> bool | None:
        """True or false; None if it is missing, or wrong and reported."""
        value = table.get(key)
        if isinstance(value, bool):
            return value
        if key in table:
            self.add((*path, key), "is neither true nor false", ("true", "false"))
        return None

    def texts(self, path: Path, value: object, allowed: Sequence[str] = ()) -> tuple[str, ...] | None:
        """A list of texts without those that are none, which are reported; None if nothing of it is right."""
        if not isinstance(value, list):
            self.add(path, 'is not a list of texts, like ["a", "b"]', allowed)
            return None
        right: dict[str, None] = {}
        for index, one in enumerate(value):
            if isinstance(one, str) and one.strip():
                right[one] = None
            else:
                self.add((*path, index), "is not a text, or an empty one", allowed)
        return tuple(right) if right or not value else None


def is_secret(key: str) -> bool:
    """True for a key whose value would be a secret."""
    return _SECRET.search(key) is not None


def dotted(path: Path) -> str:
    """A path as it is said to people: ``accounts[0].interval``."""
    said = ""
    for part in path:
        if isinstance(part, int):
            said += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else json.dumps(part[:40])
            said += f".{name}" if said else name
    return said or "config.toml"


def _name(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _nearest(key: str, known: Collection[str]) -> str:
    """The known name that was probably meant, empty for none."""
    import difflib  # noqa: PLC0415 - a right file needs none

    return next(iter(difflib.get_close_matches(key, known, n=1)), "")
