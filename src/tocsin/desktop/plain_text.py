"""Text from outside stays text: what Qt and tray hosts would take for markup or a shortcut is disarmed here."""

import re
import unicodedata

from tocsin.words import plain

_LONGEST = 400
_STRETCH = 16
_UNBREAKABLE = re.compile(r"[^\s/\\-]{25,}")
_AT_A_SIGN = re.compile(
    rf"[^.,@_=&?:]{{1,{_STRETCH}}}[.,@_=&?:]?|[.,@_=&?:]{{1,{_STRETCH}}}"
)  # a name is read best in whole parts
_BREAK = "\u200b"  # zero-width space
_BELONGS = frozenset({"Mn", "Me", "Mc", "Cf", "Sk"})


def for_widget_tooltip(text: str) -> str:
    """A tooltip of one of our own widgets. Qt guesses what is rich text: it is given what surely is."""
    cleaned = plain.clean(text, _LONGEST)
    return f"<p>{_escaped(cleaned)}</p>" if cleaned else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def for_tray(text: str) -> str:
    """The tray's tooltip. Some hosts show it as it comes, others read markup in it: there is none left to read.

    Escaping would show as ``&lt;`` on the former; look-alikes are right on both.
    """
    harmless = text.replace("<", "\u2039").replace(">", "\u203a")
    return _without_entities(harmless)


def for_button(text: str) -> str:
    """A label of a button or a menu entry: an ampersand is one, and no shortcut."""
    return text.replace("&", "&&")


def breakable(text: str) -> str:
    """The text with places to break in words that are longer than any line: they would widen the whole window."""
    return _UNBREAKABLE.sub(_with_breaks, text)


def _with_breaks(found: re.Match[str]) -> str:
    parts = _AT_A_SIGN.findall(found.group())
    return "".join(part if _continues(part) else _BREAK + part for part in parts)


def _continues(part: str) -> bool:
    """Whether this begins with what belongs to the sign before it, so that nothing may come between."""
    return unicodedata.category(part[0]) in _BELONGS


def _without_entities(text: str) -> str:
    """The text with every ampersand followed by a space, if a letter or # would make an entity of it."""
    head, *rest = text.split("&")
    return head + "".join(f"& {part}" if part[:1].isalpha() or part[:1] == "#" else f"&{part}" for part in rest)
