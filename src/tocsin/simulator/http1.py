"""HTTP/1.1 as far as a small JSON server needs it: a request's head in, a whole answer out (RFC 9110 and 9112).

Pure: no socket is touched here, so that any junk can be tried on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

from tocsin.errors import TocsinError

MAX_HEAD = 16 * 1024
MAX_TARGET = 4 * 1024
MAX_BODY = 64 * 1024
_MAX_PARAMETERS = 50
_REQUEST_PARTS = 3
_LAST_INFORMATIONAL = 199

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_METHOD = re.compile(r"[A-Z]{1,20}")
_VISIBLE = re.compile(r"[!-~]+")
_VERSION = re.compile(r"HTTP/\d\.\d")
# Only in these may a body be left out although the status would have one; RFC 9110, 15.3.5 and 15.4.5.
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class RefusedError(TocsinError):
    """A request that is answered with ``status`` before anybody looks at what it wants."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Manner(StrEnum):
    """How an answer is given: whole, or in one of the ways in which servers misbehave."""

    WHOLE = "whole"
    HANG = "hang"
    CLOSE = "close"
    TRUNCATED = "truncated"
    DRIP_HEAD = "drip_head"
    DRIP_BODY = "drip_body"


@dataclass(frozen=True, slots=True)
class Request:
    """One request without its body. ``headers`` has lower-case names; ``segments`` is the path, decoded.

    ``target`` is as it came; ``body_length`` bytes follow on the connection.
    """

    method: str
    target: str
    segments: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keep_alive: bool = True
    body_length: int = 0

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a query parameter."""
        return tuple(value for key, value in self.query if key == name)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``pause`` is the seconds between two bytes of a dripping one."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    manner: Manner = Manner.WHOLE
    pause: float = 1.0


def parse_head(head: bytes) -> Request:
    """Read a request's head, up to and including its empty line. Raises ``RefusedError``."""
    lines = head.decode("latin-1").split("\r\n")
    method, target, version = _request_line(lines[0])
    headers = _headers(lines[1:])
    if version == "HTTP/1.1" and "host" not in headers:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "HTTP/1.1 needs a Host header.")
    segments, query = _target(target)
    options = {option.strip().lower() for option in headers.get("connection", "").split(",")}
    return Request(
        method=method,
        target=target,
        segments=segments,
        query=query,
        headers=MappingProxyType(headers),
        keep_alive="close" not in options and (version == "HTTP/1.1" or "keep-alive" in options),
        body_length=_body_length(headers),
    )


def render_head(reply: Reply, at: datetime, *, keep_alive: bool) -> bytes:
    """The head of an answer, dated ``at`` (aware). Header values must be free of line breaks."""
    lines = [
        f"HTTP/1.1 {int(reply.status)} {phrase(reply.status)}",
        f"Date: {http_date(at)}",
        "Server: Tocsin-simulator",
        *(f"{name}: {value}" for name, value in reply.headers),
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if has_body(reply.status):
        lines.append(f"Content-Length: {len(reply.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def phrase(status: int) -> str:
    """The usual words for a status, "Unknown" for one that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def has_body(status: int) -> bool:
    """True for the statuses that come with a body, though it may be empty."""
    return status > _LAST_INFORMATIONAL and status not in _BODILESS


def http_date(at: datetime) -> str:
    """An aware moment as HTTP writes it (RFC 9110, 5.6.7)."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _request_line(line: str) -> tuple[str, str, str]:
    parts = line.split(" ")
    if len(parts) != _REQUEST_PARTS or not _METHOD.fullmatch(parts[0]) or not _VERSION.fullmatch(parts[2]):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "This is no HTTP request.")
    if parts[2] not in ("HTTP/1.0", "HTTP/1.1"):
        raise RefusedError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
    if len(parts[1]) > MAX_TARGET:
        raise RefusedError(HTTPStatus.REQUEST_URI_TOO_LONG, f"An address may have {MAX_TARGET} characters.")
    if not _VISIBLE.fullmatch(parts[1]):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The address holds what must be percent-encoded.")
    return parts[0], parts[1], parts[2]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        if not line:
            continue
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "A header cannot be read.")
        key, text = name.lower(), value.strip(" \t")
        if any(ord(character) < ord(" ") and character != "\t" for character in text):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "A header holds a control character.")
        if key in headers and key in ("host", "content-length", "authorization"):
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"The header {key} stands there twice.")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _body_length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise RefusedError(HTTPStatus.NOT_IMPLEMENTED, "A body needs a Content-Length here.")
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "Content-Length is no number.")
    if len(text) > len(str(MAX_BODY)) or int(text) > MAX_BODY:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body may have {MAX_BODY} bytes.")
    return int(text)


def _target(target: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    if not target.startswith(("/", "http://")):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The address cannot be read.")
    try:
        # A path of its own may begin with two slashes, which urlsplit would take for a host.
        parts = urlsplit(f"http://host{target}" if target.startswith("/") else target)
        segments = tuple(unquote(part, errors="strict") for part in parts.path.split("/") if part)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS, errors="strict")
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The address cannot be read.") from error
    return segments, tuple(query)
