"""Why a text is no TOML, and where: the parser's own words made into a few of ours, that can be said in any language.

The parser is tomllib, of Python 3.11 and later; what it calls a mistake is in no documentation, but in its source.
Imported where there is a mistake only.
"""

import logging
import re
from dataclasses import dataclass

_LOG = logging.getLogger(__name__)
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")

QUOTE = "has a text there without its closing quotation mark"
KEY_TWICE = "has a key there for the second time"
TABLE_TWICE = "has a table there for the second time"
NO_VALUE = "has no value there behind the sign ="
NOT_A_VALUE = "has something there that is no value; a text stands between quotation marks"
NO_SIGN = "has no sign = there behind the name of a setting"
HEAD = "has the head of a table there without its closing bracket"
MORE = "has something more there, where a new line should begin"
LIST = "has a list there without its closing bracket"
BRACE = "has a table there without its closing brace"
CHARACTER = "has a character there that may not stand in it"
BACKSLASH = "has a backslash there that begins nothing that is known; for a backslash itself write two"
DATE = "has a date or a time there that does not exist"
NUMBER = "has a number there that is too long"
NAME = "has something there that is no name of a setting"
UNKNOWN = "has something there that cannot be read"

_BEGINNINGS = (
    ("Unterminated string", QUOTE),
    ("Expected '\"", QUOTE),
    ("Expected \"'", QUOTE),
    ("Illegal character '\\n'", QUOTE),
    ("Found invalid character '\\n'", QUOTE),
    ("Illegal character", CHARACTER),
    ("Found invalid character", CHARACTER),
    ("Cannot overwrite a value", KEY_TWICE),
    ("Duplicate inline table key", KEY_TWICE),
    ("Cannot mutate immutable namespace", KEY_TWICE),
    ("Cannot declare", TABLE_TWICE),
    ("Cannot redefine namespace", TABLE_TWICE),
    ("Expected '='", NO_SIGN),
    ("Expected ']", HEAD),
    ("Expected newline", MORE),
    ("Unclosed array", LIST),
    ("Unclosed inline table", BRACE),
    ("Unescaped '\\'", BACKSLASH),
    ("Invalid hex value", BACKSLASH),
    ("Escaped character", BACKSLASH),
    ("Invalid date or datetime", DATE),
    ("Exceeds the limit", NUMBER),
    ("Invalid statement", NAME),
    ("Invalid initial character for a key part", NAME),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong with a file, and its place: both count from 1, None where the parser names none."""

    what: str
    line: int | None
    column: int | None


def reason(text: str, error: ValueError) -> Reason:
    """What the parser's refusal of a text means. Its own words go to the log."""
    found = _WHERE.search(str(error))
    said = _WHERE.sub("", str(error))
    _LOG.info("config.toml is not TOML: %s", str(error)[:200])
    text = text.replace("\r\n", "\n")  # as the parser counts
    if found is None:
        return Reason(_category(said, "", ""), None, None)
    lines = text.split("\n")
    if found[1]:
        line, column = int(found[1]), int(found[2])
    elif said == 'Expected "\'"':  # seen at the end only: it is the last one that was never closed
        line = text.count("\n", 0, text.rfind("'")) + 1
        column = len(lines[line - 1]) + 1
    else:
        line, column = len(lines), len(lines[-1]) + 1
    rest = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    before = "\n".join((*lines[: line - 1], lines[line - 1][: column - 1] if line <= len(lines) else ""))
    return Reason(_category(said, before, rest), line, column)


def _category(said: str, before: str, rest: str) -> str:
    if said.startswith("Invalid value"):
        if rest.strip() and not rest.lstrip().startswith("#"):
            return NOT_A_VALUE
        return LIST if before.rstrip().endswith((",", "[")) else NO_VALUE
    return next((what for beginning, what in _BEGINNINGS if said.startswith(beginning)), UNKNOWN)
