"""Where in a TOML text everything begins and ends, so that a part of it can be changed and the rest stays as it is."""

import re
from dataclasses import dataclass

from tocsin.adapters.toml_lines import SPACE, Lines, Path

_COMMENT_BELOW = re.compile(r"(?:[ \t]*+#[^\n]*+(?:\n|\Z))+")


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to ``end``, as offsets into the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, or a key with its value, that has lines of its own. ``home`` is the table under whose header it stands.

    ``start`` is where its first line begins, ``above`` where the comment right above that does, ``end`` is behind the
    newline of its last line, or the end of the text.
    """

    path: Path
    home: Path
    is_header: bool
    above: int
    start: int
    end: int


class Spans(Lines):
    """The spans of a text that is TOML. ``values`` has those of every value by path, items of arrays among them.

    ``pairs`` says for the path of every key with a value where the key begins, and ``homes`` in which table it is
    written down: that of a header, or an inline one; a key with dots is written down above where it belongs.
    """

    def __init__(self, text: str) -> None:
        self.values: dict[Path, Span] = {}
        self.pairs: dict[Path, int] = {}
        self.homes: dict[Path, Path] = {}
        self.statements: list[Statement] = []
        self._within = 0
        self._valued: Path = ()
        super().__init__(text)

    def _header(self, end: str, *, is_array: bool) -> Path:
        start = self._at
        path = super()._header(end, is_array=is_array)
        self._note_statement(path, path, start, is_header=True)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        super()._pair(table)
        path = self._valued
        self.pairs[path] = start
        self.homes[path] = table
        if not self._within:
            self._note_statement(path, table, start, is_header=False)

    def _value(self, path: Path) -> None:
        self._take(SPACE)
        start = self._at
        super()._value(path)
        end = start + len(self._text[start : self._at].rstrip(" \t\r"))
        self.values[path] = Span(start, end)
        self._valued = path

    def _items(self, end: str, path: Path) -> None:
        self._within += 1
        super()._items(end, path)
        self._within -= 1

    def _note_statement(self, path: Path, home: Path, start: int, *, is_header: bool) -> None:
        first = self._text.rfind("\n", 0, start) + 1
        newline = self._text.find("\n", self._at)
        end = len(self._text) if newline < 0 else newline + 1
        limit = self.statements[-1].end if self.statements else 0
        self.statements.append(Statement(path, home, is_header, self.above(first, limit), first, end))

    # --- what is asked of it

    def above(self, line: int, limit: int) -> int:
        """Where the comment right above a line begins, which begins itself at ``line``; not before ``limit``."""
        while line > limit:
            before = self._text.rfind("\n", 0, line - 1) + 1
            if before < limit or not self._text[before:line].lstrip(" \t").startswith("#"):
                break
            line = before
        return line

    def header(self, table: Path) -> Statement | None:
        """The header of a table, None for one that has none."""
        found = (each for each in self.statements if each.is_header and each.path == table)
        return next(found, None)

    @property
    def own_lines(self) -> frozenset[Path]:
        """The paths of the values that have lines of their own."""
        return frozenset(each.path for each in self.statements if not each.is_header)

    def count(self, array: Path) -> int:
        """How many items an array has."""
        return sum(1 for path in self.paths if path[:-1] == array and isinstance(path[-1], int))

    def last_below(self, table: Path) -> Path | None:
        """The last key of a table that is written with dots, somewhere above it."""
        depth = len(table)
        found = [
            path
            for path, home in self.homes.items()
            if path[:depth] == table and len(home) < depth and len(path) > depth
        ]
        return max(found, key=lambda path: self.pairs[path], default=None)

    def is_bare(self, table: Path) -> bool:
        """Whether a table under a header, or an inline one, has neither a key nor a comment in it or to it."""
        if any(len(path) > len(table) and path[: len(table)] == table for path in self.paths):
            return False
        chunks = self.chunks(table) if self.header(table) is not None else []
        own = [each for each in self.statements if each.path == table and not each.is_header]
        spans = [Span(each.start, self._next(each.end)) for each in chunks] or [
            Span(each.above, each.end) for each in own
        ]
        return bool(spans) and not any("#" in self._text[span.start : span.end] for span in spans)

    def _next(self, at: int) -> int:
        """Where what follows a place begins, with the comment right above it."""
        return next((each.above for each in self.statements if each.start >= at), len(self._text))

    def indent(self, table: Path) -> str:
        """The blanks before a table's header."""
        header = self.header(table)
        found = SPACE.match(self._text, header.start if header is not None else len(self._text))
        return found[0] if found else ""

    def body_end(self, table: Path) -> int:
        """Behind the last line that stands under a table's own header; for the file's own, before the first header."""
        own = [each for each in self.statements if each.home == table]
        if own:
            return own[-1].end
        first = next(iter(self.statements), None)
        return len(self._text) if first is None else first.above

    def chunks(self, table: Path) -> list[Span]:
        """All that belongs to a table under a header, with its comments: in one piece, unless others stand between."""
        found: list[Span] = []
        before: Statement | None = None
        for each in self.statements:
            if each.path[: len(table)] == table:
                start = each.above if before is None else found.pop().start
                found.append(Span(start, each.end))
                before = each
            elif before is not None:
                found.append(Span(found.pop().start, self._below(before, each.above)))
                before = None
        if before is not None:
            found.append(Span(found.pop().start, self._below(before, len(self._text))))
        return found

    def _below(self, last: Statement, limit: int) -> int:
        """Behind the comments that follow a statement without a blank line, but for those of what follows them."""
        below = _COMMENT_BELOW.match(self._text, last.end)
        return last.end if below is None or below.end() > limit else below.end()
