"""Desktop entries: read, changed line by line, and command lines in them.

Format: Desktop Entry Specification 1.5, "Basic format of the file", "Possible value types" and "The Exec key".
"""

from collections.abc import Mapping, Sequence

_GROUP = "[Desktop Entry]"
_ESCAPED = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_QUOTED = '"`$\\'  # what a backslash goes before, inside quotes
_UNWRITABLE = frozenset(range(32)) - {9, 10, 13} | {127}
_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`")


def parse(text: str) -> dict[str, str]:
    """The main group's keys and values, as they stand there. Raises ``ValueError`` where there is no such group."""
    found: dict[str, str] = {}
    for number, line in _main_group(text):
        key, equals, value = line.partition("=")
        if number and equals and not line.startswith("#"):
            found.setdefault(key.strip(), value.strip())
    return found


def with_keys(text: str, values: Mapping[str, str]) -> str:
    """The same with these values in its main group; a key that is there keeps its line, others come behind the last.

    Raises ``ValueError`` where there is no main group.
    """
    lines = text.rstrip("\n").split("\n")
    missing = dict(values)
    last = 0
    for number, line in _main_group(text):
        key = line.partition("=")[0].strip()
        last = number if line.strip() else last
        if key in missing and "=" in line:
            lines[number] = f"{key}={missing.pop(key)}"
    lines[last + 1 : last + 1] = [f"{key}={value}" for key, value in missing.items()]
    return "\n".join(lines) + "\n"


def is_true(value: str) -> bool:
    """A boolean value; that of a key which is not there is false."""
    return value.lower() in ("true", "1")


def listed(value: str) -> frozenset[str]:
    """A list of plain names."""
    return frozenset(each for each in value.split(";") if each)


def as_string(text: str) -> str:
    """A text as a value. Raises ``ValueError`` for what a file of text cannot hold."""
    if any(ord(each) in _UNWRITABLE or "\ud800" <= each <= "\udfff" for each in text):
        raise ValueError("it has characters in it that cannot be written")
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return "\\s" + escaped[1:] if escaped.startswith(" ") else escaped


def as_exec(arguments: Sequence[str]) -> str:
    """A command as the value of ``Exec``. Raises ``ValueError`` for what cannot be written there."""
    return as_string(" ".join(_quoted(each) for each in arguments))


def split_exec(value: str) -> tuple[str, ...]:
    """The command of an ``Exec``, without its field codes. Raises ``ValueError`` for quotes that do not end."""
    text, arguments, current, is_open, quoted = _unescaped(value), [], "", False, False
    letters = iter(text)
    for letter in letters:
        if letter == '"':
            is_open, quoted = True, not quoted
        elif letter == "\\":
            current, is_open = current + next(letters, ""), True
        elif letter in " \t\n" and not quoted:
            arguments += [current] if is_open else []
            current, is_open = "", False
        else:
            current, is_open = current + letter, True
    if quoted:
        raise ValueError("a quote does not end")
    arguments += [current] if is_open else []
    return tuple(each.replace("%%", "%") for each in arguments if not _is_field_code(each))


def _main_group(text: str) -> list[tuple[int, str]]:
    """The lines of the main group, with their numbers; its header comes first."""
    lines = text.rstrip("\n").split("\n")
    starts = [number for number, line in enumerate(lines) if line.strip() == _GROUP]
    if not starts:
        raise ValueError("it is no desktop entry")
    end = next((n for n in range(starts[0] + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    return [(number, lines[number]) for number in range(starts[0], end)]


def _quoted(argument: str) -> str:
    doubled = argument.replace("%", "%%")
    if doubled and not _RESERVED.intersection(doubled):
        return doubled
    return '"' + "".join("\\" + each if each in _QUOTED else each for each in doubled) + '"'


def _unescaped(value: str) -> str:
    letters, text = iter(value), ""
    for letter in letters:
        if letter != "\\":
            text += letter
            continue
        after = next(letters, "")
        text += _ESCAPED.get(after, "\\" + after)  # what is no escape there may be one inside the quotes
    return text


def _is_field_code(argument: str) -> bool:
    return len(argument) == len("%f") and argument[0] == "%" and argument[1] != "%"
