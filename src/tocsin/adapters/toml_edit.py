"""Changes a TOML text in place: one value, one table, one item of an array. The rest of it stays to the byte.

A parser that keeps comments exists (tomlkit); it counts a comment above a table to the table before it, so that the two
part when one of them goes, and what it adds to a file of Windows ends as on Unix. Here a change is a cut in the text.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence

from tocsin.adapters import toml_values as values
from tocsin.adapters.toml_lines import Path
from tocsin.adapters.toml_spans import Span, Spans
from tocsin.adapters.toml_values import Value

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_REST_OF_LINE = re.compile(r"[ \t]*+(?:#[^\n]*+)?\r?(?:\n|\Z)")
_BLANK_LINES = re.compile(r"(?:[ \t]*+\r?\n)+")


class TomlText:
    """A text that is TOML, and stays it. Paths are those of ``toml_lines``; they count in the text as it is now."""

    def __init__(self, text: str) -> None:
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._become(text)

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._text

    def has(self, path: Path) -> bool:
        """Whether there is a value or a table at a path."""
        return path in self._spans.paths

    # --- values of a table

    def put(self, table: Path, key: str, value: Value) -> None:
        """Set a key of a table, in its place if it is there. The table is made if it is not."""
        span = self._spans.values.get((*table, key))
        if span is not None and isinstance(value, list | tuple):
            self._put_list((*table, key), list(value))
        elif span is not None:
            self._splice(span, self._said((*table, key), value))
        elif table in self._spans.values:
            self._into_inline(table, f"{values.key(key)} = {values.inline(value)}")
        elif not table or self._spans.header(table) is not None:
            first, *more = values.spread(value)
            self._into_body(table, [f"{values.key(key)} = {first}", *more])
        elif (beside := self._spans.last_below(table)) is not None:
            self._beside(beside, (*table, key), value)
        else:
            self.make(table, {key: value})

    def _put_list(self, path: Path, wanted: list[Value]) -> None:
        """Change the items that differ where the order allows it, for each may have a comment of its own."""
        span = self._spans.values[path]
        there = tomllib.loads(f"list = {self._text[span.start : span.end]}")["list"]
        kept = [item for item in there if item in wanted]
        if not kept or wanted[: len(kept)] != kept:
            self._splice(span, self._said(path, wanted))
            return
        for index in reversed(range(len(there))):
            if there[index] not in wanted:
                self._remove_item((*path, index))
        for item in wanted[len(kept) :]:
            self._into_array(path, values.inline(item))

    def make(self, table: Path, content: Mapping[str, Value]) -> None:
        """Write a table that is not there yet."""
        above, name = table[:-1], str(table[-1])
        is_short = len(values.inline(content)) + len(name) < values.WIDEST
        if not above:
            self._at_the_end(values.block(table, content, is_item=False))
        elif self._spans.header(above) is not None and not is_short:
            self._lines_at(
                self._spans.body_end(above), values.block(table, content, is_item=False), self._spans.indent(above)
            )
        else:
            self.put(above, name, content)

    def remove(self, path: Path) -> None:
        """Take away a value with its line, or a table or an item of an array with its comments."""
        if path in self._spans.pairs:
            self._remove_pair(path)
        elif path in self._spans.values:
            self._remove_item(path)
        elif self._spans.header(path) is not None:
            self._remove_block(path)
        else:  # dotted keys
            while (last := self._spans.last_below(path)) is not None:
                self._remove_pair(last)

    def remove_if_bare(self, table: Path) -> None:
        """Take away a table in which nothing is left, not even a comment."""
        if self._spans.is_bare(table):
            self.remove(table)

    # --- items of an array of tables

    def append(self, array: Path, item: Mapping[str, Value]) -> None:
        """Add a table to the end of an array of tables, which is made if it is not there."""
        span = self._spans.values.get(array)
        if (
            span is not None
            and self._text[span.start : span.end].strip("[] \t\r\n") == ""
            and array in self._spans.own_lines
        ):
            self._remove_pair(array)
            span = None
        last = self._spans.count(array) - 1
        if span is not None:
            self._into_array(array, values.inline(item))
        elif last >= 0:
            self._block_at(self._spans.chunks((*array, last))[-1].end, array, item, self._spans.indent((*array, last)))
        elif len(array) == 1:
            self._at_the_end(values.block(array, item, is_item=True))
        elif self._spans.header(array[:-1]) is not None:
            self._block_at(self._spans.chunks(array[:-1])[-1].end, array, item, self._spans.indent(array[:-1]))
        else:
            self.put(array[:-1], str(array[-1]), [item])

    def arrange(self, array: Path, order: Sequence[int]) -> None:
        """Bring the items of an array of tables into an order; the item that is to be first is named first."""
        if array in self._spans.values:
            spans = self._items_with_lines(array) or [self._spans.values[*array, index] for index in range(len(order))]
            texts = [self._text[spans[index].start : spans[index].end] for index in order]
            self._splice_all(list(zip(spans, texts, strict=True)))
            return
        self._close_last_line()
        chunks = [self._spans.chunks((*array, index)) for index in range(len(order))]
        texts = ["".join(self._text[chunk.start : chunk.end] for chunk in chunks[index]) for index in order]
        changes = [(chunk, "") for pieces in chunks for chunk in pieces[1:]]
        self._splice_all([*changes, *((pieces[0], text) for pieces, text in zip(chunks, texts, strict=True))])

    # --- changes

    def _said(self, path: Path, value: Value) -> str:
        """A value as it is put into the place of another."""
        return self._end.join(values.spread(value)) if path in self._spans.own_lines else values.inline(value)

    def _become(self, text: str) -> None:
        self._text = text
        self._spans = Spans(text)

    def _splice(self, span: Span, text: str) -> None:
        self._become(self._text[: span.start] + text + self._text[span.end :])

    def _splice_all(self, changes: list[tuple[Span, str]]) -> None:
        text = self._text
        for span, new in sorted(changes, key=lambda change: change[0].start, reverse=True):
            text = text[: span.start] + new + text[span.end :]
        self._become(text)

    def _close_last_line(self) -> None:
        if self._text and not self._text.endswith("\n"):
            self._become(self._text + self._end)

    def _lines_at(self, at: int, lines: Sequence[str], indent: str) -> None:
        """Put lines of their own into the text, at the beginning of a line or at its end."""
        new = "".join(f"{indent}{line}{self._end}" if line else self._end for line in lines)
        if at and self._text[at - 1] != "\n":
            new = self._end + new
        self._splice(Span(at, at), new)

    def _block_at(self, at: int, array: Path, item: Mapping[str, Value], indent: str) -> None:
        """Put an item of an array into the text; one of the file's own with blank lines around it."""
        lines = values.block(array, item, is_item=True)
        if len(array) > 1:
            self._lines_at(at, lines, indent)
            return
        is_last = not self._text[at:].strip("\r\n \t")
        has_gap = is_last or _BLANK_LINES.match(self._text, at) is not None
        self._lines_at(at, ["", *lines] if has_gap else ["", *lines, ""], indent)

    def _at_the_end(self, lines: Sequence[str]) -> None:
        self._close_last_line()
        gap = [] if not self._text.strip("\r\n \t") or _ends_blank(self._text) else [""]
        self._lines_at(len(self._text), [*gap, *lines], "")

    def _into_body(self, table: Path, lines: list[str]) -> None:
        own = [each for each in self._spans.statements if each.home == table]
        indent = _SPACE.match(self._text, own[-1].start) if own else None
        at = self._spans.body_end(table)
        has_gap = bool(own) or not self._text[at:].strip() or _BLANK_LINES.match(self._text, at) is not None
        self._lines_at(at, lines if has_gap else [*lines, ""], indent[0] if indent else "")

    def _beside(self, last: Path, path: Path, value: Value) -> None:
        """Put a key with dots after the last of its table."""
        home = self._spans.homes[last]
        line = f"{values.dotted(path[len(home) :])} = {values.inline(value)}"
        for each in self._spans.statements:
            if each.path == last and not each.is_header:
                indent = _SPACE.match(self._text, each.start)
                self._lines_at(each.end, [line], indent[0] if indent else "")
                return
        at = self._spans.values[last].end
        self._splice(Span(at, at), f", {line}")

    def _into_inline(self, table: Path, pair: str) -> None:
        inside = [self._spans.values[path].end for path, home in self._spans.homes.items() if home == table]
        if inside:
            self._splice(Span(max(inside), max(inside)), f", {pair}")
        else:
            self._splice(self._spans.values[table], f"{{ {pair} }}")

    def _into_array(self, array: Path, item: str) -> None:
        count, span = self._spans.count(array), self._spans.values[array]
        if not count:
            self._splice(Span(span.start + 1, span.start + 1), item)
            return
        last = self._spans.values[*array, count - 1]
        comma = self._comma_after(last.end)
        if comma is None:
            self._splice(Span(last.end, last.end), ",")
            comma = last.end
        rest = _REST_OF_LINE.match(self._text, comma + 1)
        indent = self._only_blanks_before(last.start)
        if indent is None:
            self._splice(Span(comma + 1, comma + 1), f" {item}")
        elif rest is None:
            self._splice(Span(comma + 1, comma + 1), f"{self._end}{indent}{item}")
        else:
            self._splice(Span(rest.end(), rest.end()), f"{indent}{item},{self._end}")

    def _items_with_lines(self, array: Path) -> list[Span]:
        """The items of an array with their lines and comments; none if not every one has lines of its own."""
        places = [(*array, index) for index in range(self._spans.count(array))]
        last = self._spans.values[places[-1]].end
        if self._comma_after(last) is None and _REST_OF_LINE.match(self._text, last) is not None:
            self._splice(Span(last, last), ",")
        found: list[Span] = []
        limit = self._spans.values[array].start
        for item in (self._spans.values[place] for place in places):
            indent, comma = self._only_blanks_before(item.start), self._comma_after(item.end)
            rest = None if comma is None else _REST_OF_LINE.match(self._text, comma + 1)
            if indent is None or rest is None:
                return []
            found.append(Span(self._spans.above(item.start - len(indent), limit), rest.end()))
            limit = rest.end()
        return found

    def _comma_after(self, at: int) -> int | None:
        blank = _BLANK.match(self._text, at)
        at = blank.end() if blank is not None else at
        return at if self._text.startswith(",", at) else None

    def _only_blanks_before(self, at: int) -> str | None:
        """What stands before a place in its line if that is nothing, else None."""
        before = self._text[self._text.rfind("\n", 0, at) + 1 : at]
        return None if before.strip(" \t") else before

    def _remove_pair(self, path: Path) -> None:
        for each in self._spans.statements:
            if each.path == path and not each.is_header:
                self._splice(Span(each.start, each.end), "")
                return
        home = self._spans.homes[path]
        beside = sorted(self._spans.pairs[other] for other, where in self._spans.homes.items() if where == home)
        start, end = self._spans.pairs[path], self._spans.values[path].end
        later = [other for other in beside if other > start]
        earlier = [self._spans.values[other].end for other, where in self._spans.homes.items() if where == home]
        earlier = [other for other in earlier if other < start]
        if later:
            end = later[0]
        elif earlier:
            start = max(earlier)
        self._splice(Span(start, end), "")

    def _remove_item(self, path: Path) -> None:
        span = self._spans.values[path]
        comma = self._comma_after(span.end)
        end = span.end if comma is None else comma + 1
        rest = _REST_OF_LINE.match(self._text, end)
        indent = self._only_blanks_before(span.start)
        if indent is not None and rest is not None:
            self._splice(Span(span.start - len(indent), rest.end()), "")
            return
        before = self._spans.values.get((*path[:-1], int(path[-1]) - 1))
        if comma is None and before is not None and "\n" not in self._text[before.end : span.start]:
            self._splice(Span(before.end, end), "")
        else:
            blanks = _SPACE.match(self._text, end)
            self._splice(Span(span.start, blanks.end() if blanks is not None else end), "")

    def _remove_block(self, path: Path) -> None:
        for chunk in reversed(self._spans.chunks(path)):
            left, right = self._text[: chunk.start], self._text[chunk.end :]
            if not right.strip():
                kept = left.rstrip(" \t\r\n")
                left, right = left[: left.find("\n", len(kept)) + 1], ""
            elif not left or _ends_blank(left):
                blanks = _BLANK_LINES.match(right)
                right = right[blanks.end() :] if blanks is not None else right
            self._text = left + right
        self._become(self._text)


def _ends_blank(text: str) -> bool:
    return not text.rpartition("\n")[0].rpartition("\n")[2].strip() and text.endswith("\n")
