"""Text from outside, made harmless: one line without controls or invisible characters, cut at a bearable length.

Markup is left as it stands: it is text here, and who shows it takes care that it stays text.
"""

import unicodedata

TITLE = 120
BODY = 300
NAME = 60
ELLIPSIS = "\u2026"

_JOINERS = frozenset("\u200c\u200d")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
_MARKS_IN_A_ROW = 4  # no living script stacks more; towers of them paint over their neighbours
_READ_AHEAD = 20  # how much longer than the limit a text is looked at: a megabyte is not worth cleaning
_BACK = 24  # how far back a cut may move to fall between words or whole signs


def clean(text: str, limit: int = BODY) -> str:
    """The text on one line, with nothing in it that steers, hides or overprints, of at most ``limit`` characters.

    Line breaks and tabs are spaces. Bidirectional controls, zero-width characters, lone surrogates and other controls
    are gone; the joiners stay where scripts and emoji need them, between characters beyond ASCII.
    """
    window = text[: limit * _READ_AHEAD]
    line = " ".join("".join(_visible(window)).split())
    return cut(line, limit) if len(window) == len(text) else cut(line + ELLIPSIS, limit)


def cut(line: str, limit: int) -> str:
    """The line, or its beginning with an ellipsis: never more than ``limit``, no sign cut in two, words kept whole."""
    if len(line) <= limit:
        return line
    if limit < 1:
        return ""
    end = limit - 1
    space = line.rfind(" ", max(1, end - _BACK), end + 1)
    if space > 0:
        end = space
    else:
        lowest = max(1, end - _BACK)
        while end > lowest and _continues(line, end):
            end -= 1
    return line[:end].rstrip(" ,;:-" + ELLIPSIS) + ELLIPSIS


def _visible(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks += category in _MARKS
        if char in _JOINERS:
            if kept and _can_join(kept[-1]):
                kept.append(char)
        elif char.isspace() or not (
            category in _DROPPED
            or char in _INVISIBLE
            or _is_noncharacter(char)
            or (category in _MARKS and marks > _MARKS_IN_A_ROW)
        ):
            if kept and kept[-1] in _JOINERS and not _can_join(char):
                kept.pop()
            marks = marks if category in _MARKS else 0
            kept.append(" " if char.isspace() else char)
    return kept[:-1] if kept and kept[-1] in _JOINERS else kept


def _can_join(char: str) -> bool:
    """Whether a joiner beside this character can be meant: scripts and emoji that join lie beyond ASCII."""
    return not (char.isascii() or char.isspace() or char in _JOINERS)


def _is_noncharacter(char: str) -> bool:
    code = ord(char)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004 - the code points Unicode sets aside


def _continues(line: str, at: int) -> bool:
    """Whether the character at ``at`` belongs to the sign before it: marks, joined emoji, skin tones, flags."""
    here, before = line[at], line[at - 1]
    flags = 0
    while flags < at and _is_flag_half(line[at - 1 - flags]):
        flags += 1
    return (
        unicodedata.category(here) in _MARKS
        or here in _JOINERS
        or before in _JOINERS
        or "\U0001f3fb" <= here <= "\U0001f3ff"
        or (_is_flag_half(here) and flags % 2 == 1)
    )


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
