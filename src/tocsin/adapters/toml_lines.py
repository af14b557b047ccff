"""Where in a TOML file a value stands: the parsers tell what it is, not its line.

Walks the text by the grammar of TOML 1.0 far enough to follow keys, tables, arrays and strings; values themselves are
passed over. It runs before the parser: its limit on nesting keeps that from recursing, or from taking quadratic time
over a key of a thousand dots. On text that is no TOML it stops where it is lost; the parser then says what is wrong.
"""

import contextlib
import re
import tomllib
from bisect import bisect_right

DEEPEST = 24  # tables, arrays and parts of a key within each other

Path = tuple[str | int, ...]

SPACE = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'")
_LONG = re.compile(r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"\"\"\"{0,2}|'''(?:[^']|'(?!''))*+''''{0,2}", re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]++")


class TooDeepError(ValueError):
    """Nested deeper than any settings are; ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}: nested too deeply")
        self.line = line


class _LostError(Exception):
    """This is no TOML."""


class Lines:
    """The line of every table, array and value of a text, by path: ``("accounts", 0, "interval")``.

    Raises ``TooDeepError``.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lines: dict[Path, int] = {}
        self._last: dict[Path, int] = {}  # arrays of tables: the index of the one that is being filled
        with contextlib.suppress(_LostError):  # the parser tells better
            self._document()

    def of(self, path: Path) -> int | None:
        """The line of a path, or of what it is missing from; None for the file as a whole."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    @property
    def paths(self) -> frozenset[Path]:
        """Every path that has a line."""
        return frozenset(self._lines)

    # --- the grammar

    def _document(self) -> None:
        table: Path = ()
        while True:
            self._take(_BLANK)
            if self._at >= len(self._text):
                return
            if self._text.startswith("[[", self._at):
                table = self._header("]]", is_array=True)
            elif self._text.startswith("[", self._at):
                table = self._header("]", is_array=False)
            else:
                self._pair(table)

    def _header(self, end: str, *, is_array: bool) -> Path:
        line = self._line()
        self._at += len(end)
        path: Path = ()
        parts = self._key()
        for part in parts[:-1]:
            path = self._note((*path, part), line)
            if path in self._last:
                path = (*path, self._last[path])
        path = self._note((*path, parts[-1]), line)
        if is_array:
            self._last[path] = self._last.get(path, -1) + 1
            path = self._note((*path, self._last[path]), line)
        self._expect(end)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = self._note((*path, part), line)
        self._expect("=")
        self._value(path)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._take(SPACE)
            raw = self._take(_BARE_KEY) or self._take(_STRING)
            if not raw:
                raise _LostError
            parts.append(_unquoted(raw))
            self._take(SPACE)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1
            if len(parts) > DEEPEST:
                raise TooDeepError(self._line())

    def _value(self, path: Path) -> None:
        self._take(SPACE)
        first = self._text[self._at : self._at + 1]
        if first == "[":
            self._at += 1
            self._items("]", path)
        elif first == "{":
            self._at += 1
            self._items("}", path)
        elif not (self._take(_LONG) or self._take(_STRING) or self._take(_PLAIN)):
            raise _LostError

    def _items(self, end: str, path: Path) -> None:
        """The items of an array, or the pairs of an inline table, up to its end."""
        index = 0
        while True:
            self._take(_BLANK)
            if self._text.startswith(end, self._at):
                self._at += 1
                return
            if end == "]":
                self._value(self._note((*path, index), self._line()))
            else:
                self._pair(path)
            index += 1
            self._take(_BLANK)
            if not self._text.startswith(end, self._at):
                self._expect(",")

    # --- the text

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _expect(self, what: str) -> None:
        self._take(SPACE)
        if not self._text.startswith(what, self._at):
            raise _LostError
        self._at += len(what)

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)

    def _note(self, path: Path, line: int) -> Path:
        if len(path) > DEEPEST:
            raise TooDeepError(line)
        self._lines.setdefault(path, line)
        return path


def _unquoted(raw: str) -> str:
    """A key as it is meant. Raises ``_LostError`` for an escape that is none."""
    if raw[0] not in "\"'":
        return raw
    try:
        return str(tomllib.loads(f"key = {raw}")["key"])
    except tomllib.TOMLDecodeError:
        raise _LostError from None
