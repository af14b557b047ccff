"""Text from outside as plain text: markup taken out of bodies, steering characters out of everything, lengths bounded.

What is left may still look like markup; it is text, and who shows it keeps it text.
"""

import re

TITLE = 500
NAME = 200
TEXT = 10_000
IDENTITY = 500
_READ_AHEAD = 4  # how many times the limit is read at the most: markup takes room that its text does not

_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible, bidirectional
    "\ud800-\udfff\U000e0000-\U000e0fff]"  # halves of characters, tags
)
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
_TAG = re.compile(r"<(?:!--[^<>]{0,2000}--|(/?)([A-Za-z][A-Za-z0-9]{0,15})(?=[\s/>])[^<>]{0,2000})>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r"\n{3,}")

_BLOCKS = """address article blockquote br dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section
table tr ul"""
_HIDDEN = "head iframe noscript object script style svg template"
_INLINE = """a abbr audio b big body button center cite code del em embed font html i img input ins kbd label link meta
picture q s samp small source span strike strong sub sup tbody td tfoot th thead time title tt u var video"""
_BLOCK_TAGS = frozenset(_BLOCKS.split())
_HIDDEN_TAGS = frozenset(_HIDDEN.split())
_KNOWN_TAGS = _BLOCK_TAGS | _HIDDEN_TAGS | frozenset(_INLINE.split())


def line(value: object, limit: int = TITLE) -> str:
    """A title or a name: one line. Markup is left as it stands, for titles are not written in it."""
    return _cut(" ".join(_clean(_string(value)[: limit * _READ_AHEAD]).split()), limit)


def body(value: object, limit: int = TEXT) -> str:
    """A message, with its paragraphs: HTML is read for its text, and plain text is left alone."""
    stated = _unmarked(_string(value)[: limit * _READ_AHEAD])
    lines = [_SPACES.sub(" ", each).strip() for each in _clean(stated).split("\n")]
    return _cut(_GAPS.sub("\n\n", "\n".join(lines)).strip(), limit)


def word(value: object) -> str:
    """A state word as it came, on one line; empty for what is no word."""
    return line(value, NAME)


def folded(value: object) -> str:
    """A state word for looking up: lower case, with neither spaces nor signs (``In Progress`` is ``inProgress``)."""
    return "".join(char for char in word(value).casefold() if char.isalnum())


def identity(value: object) -> str | None:
    """An id as it came, numbers as their digits; None for what cannot be one."""
    stated = _string(value).strip()
    return stated if 0 < len(stated) <= IDENTITY else None


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else ""


def _clean(text: str) -> str:
    return _STEERING.sub("", _BREAKS.sub("\n", text))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"


def _unmarked(text: str) -> str:
    """The text of HTML: known tags go, blocks become lines, what no reader sees is left out."""
    parts: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        if tag.start() < at:
            continue
        name = (tag[2] or "").lower()
        if tag[2] is not None and name not in _KNOWN_TAGS:
            continue
        parts.append(text[at : tag.start()])
        at = tag.end()
        if name in _BLOCK_TAGS:
            parts.append("\n- " if name == "li" and not tag[1] else "\n")
        elif name in _HIDDEN_TAGS and not tag[1]:
            close = text.lower().find(f"</{name}", at)
            at = close if close >= 0 else at
    parts.append(text[at:])
    return _ENTITY.sub(_unescaped, "".join(parts))


def _unescaped(entity: re.Match[str]) -> str:
    import html  # noqa: PLC0415 - 0.4 MiB of names, for the pages that use one

    return html.unescape(entity[0])
