"""Writes documents that are no JSON from the JSON of a case file, so that one hostile set can be played to them too.

``$xml`` is ``{"feed": {"title": "...", "link": {"@href": "..."}, "entry": [{...}]}}``: a list repeats its element,
``@`` marks an attribute and ``#text`` the text beside them. ``$ics`` is ``{"VCALENDAR": {"VERSION": "2.0", "VEVENT":
[{"UID": "42", "DTSTART": "2026-11-21T18:00:00Z"}]}}``: a name may carry parameters (``"DTSTART;TZID=Asia/Tokyo"``), and
RFC 3339 times are written as iCalendar has them. What is no such document is written as JSON.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NAME = re.compile(r"[A-Za-z_][\w:.-]*")
_NAMESPACES = {"feed": ' xmlns="http://www.w3.org/2005/Atom"', "rss": ' version="2.0"'}


def render(notation: str, document: Any) -> bytes:
    """The document in ``$body`` (JSON), ``$xml`` or ``$ics``."""
    is_one = isinstance(document, dict) and len(document) == 1 and _NAME.fullmatch(next(iter(document)))
    if notation == "$body" or not is_one:
        return json.dumps(document).encode()
    ((root, content),) = document.items()
    if notation == "$ics":
        return "".join(f"{line}\r\n" for line in _component(root, content)).encode(errors="replace")
    written = _element(root, content, _NAMESPACES.get(root, ""))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode(errors="replace")


def _element(name: str, content: Any, attributes: str = "") -> str:
    if content is None:
        return ""
    if isinstance(content, list):
        return "".join(_element(name, each) for each in content)
    inner = _text(content)
    if isinstance(content, dict):
        attributes += "".join(f" {key[1:]}={quoteattr(_text(each))}" for key, each in content.items() if key[0] == "@")
        parts = ((key, each) for key, each in content.items() if key[0] != "@")
        inner = "".join(_text(each) if key == "#text" else _element(key, each) for key, each in parts)
    return f"<{name}{attributes}>{inner}</{name}>"


def _text(content: Any) -> str:
    return "" if content is None or isinstance(content, dict | list) else escape(_ILLEGAL.sub("", str(content)))


def _component(name: str, content: Any) -> list[str]:
    lines = [f"BEGIN:{name}"]
    for key, each in content.items() if isinstance(content, dict) else ():
        for one in each if isinstance(each, list) else [each]:
            lines += _component(key, one) if isinstance(one, dict) else [f"{key}:{_value(one)}"]
    return [*lines, f"END:{name}"]


def _value(value: Any) -> str:
    if value is None or isinstance(value, list):
        return ""
    stated = str(value)
    if _TIME.fullmatch(stated):
        at = datetime.fromisoformat(stated)
        zulu = "" if at.tzinfo is None else "Z"
        return f"{at if at.tzinfo is None else at.astimezone(UTC):%Y%m%dT%H%M%S}{zulu}"
    quoted = stated.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")
    return _ILLEGAL.sub("", quoted)
