"""How values and tables are written in TOML 1.0: the way a person would have written them into the file."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = str | bool | int | float | Sequence["Value"] | Mapping[str, "Value"]
Values: TypeAlias = Mapping[str, Value | None]
"""The values of one table by key; None stands for a key that is not there."""

WIDEST = 80
"""Characters: a table on one line gets lines of its own beyond that."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else _text(name)


def dotted(path: Sequence[str | int]) -> str:
    """A path as it stands in a header or before an equals sign; the places within arrays are not written."""
    return ".".join(key(part) for part in path if isinstance(part, str))


def inline(value: Value) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key(name)} = {inline(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return f"[{', '.join(map(inline, value))}]"


def block(path: Sequence[str | int], table: Mapping[str, Value], *, is_item: bool) -> list[str]:
    """The lines of a table with its header and those of the tables in it."""
    header = f"[[{dotted(path)}]]" if is_item else f"[{dotted(path)}]"
    lines, below = [header], []
    for name, value in table.items():
        if isinstance(value, Mapping) and len(inline(value)) > WIDEST:
            below += block((*path, name), value, is_item=False)
        elif _are_tables(value):
            for each in value if isinstance(value, Sequence) else ():
                below += block((*path, name), each, is_item=True) if isinstance(each, Mapping) else []
        else:
            first, *more = spread(value)
            lines += [f"{key(name)} = {first}", *more]
    return [*lines, *below]


def spread(value: Value) -> list[str]:
    """A value on one line, or a long list with a line for each item."""
    line = inline(value)
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence) or len(line) <= WIDEST:
        return [line]
    return ["[", *(f"  {inline(each)}," for each in value), "]"]


def _are_tables(value: Value) -> bool:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return bool(value) and all(isinstance(each, Mapping) for each in value)


def _text(text: str) -> str:
    """A basic string: what JSON escapes, and DEL, which TOML does not take as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
