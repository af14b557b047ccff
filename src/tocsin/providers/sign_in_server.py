"""Where a sign-in server takes what, by its own word: RFC 8414, and OpenID Connect Discovery 1.0.

A conversation like a provider's, without I/O. What is given is the server's name (its issuer) or any address on it.
The document stands below the issuer, which may have a path: so the address itself is tried first, then every path
above it. Nothing but the given host is asked. Two rules of RFC 8414 keep a document from speaking for another server:
it has to name, letter for letter, the issuer that it was asked for (3.3), and what it names has to be https; on this
computer http will do.
"""

from collections.abc import Generator
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

import msgspec

from tocsin.domain.finding import Addresses, FindFault, NotFound
from tocsin.domain.targets import is_this_computer
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse
from tocsin.providers import links
from tocsin.providers.base import StatusFailed, check_status, is_transport

Search = Generator[HttpRequest, HttpResponse, Addresses | NotFound]

LIMIT = 256 * 1024
"""Bytes of a document, inflated; real ones have a few thousand."""

_WELL_KNOWN = "/.well-known/"
_OAUTH = "/.well-known/oauth-authorization-server"
_OPENID = "/.well-known/openid-configuration"
_MOST_PATHS = 6
_LONGEST = 2048
_PORTS = {"https": 443, "http": 80}
_SERVER_ERRORS = 500


class _Document(msgspec.Struct):
    """RFC 8414, 2 and RFC 8628, 4: as much of it as is used here."""

    issuer: str
    token_endpoint: str | None = None
    authorization_endpoint: str | None = None
    device_authorization_endpoint: str | None = None


def find(address: str, now: datetime) -> Search:
    """Ask a server for its addresses. Raises ``PollFailed`` where it cannot be asked, or has a trouble of its own."""
    given = _given(address)
    if given is None:
        return NotFound(FindFault.NO_ADDRESS)
    told: list[NotFound] = []
    broken: PollFailed | None = None
    for issuer in _issuers(given):
        for url in _documents(issuer):
            try:
                response = yield _request(url)
                check_status(response, now)
            except PollFailed as failure:
                if is_transport(failure) or failure.kind is FailureKind.UNSUPPORTED:
                    raise
                broken = broken or (failure if _is_broken(failure) else None)
                told.append(NotFound(FindFault.NOTHING))
                continue
            found = _read(response, issuer)
            if isinstance(found, Addresses):
                return found
            told.append(found)
    telling = _most_telling(told)
    if telling.fault is FindFault.NOTHING and broken is not None:
        raise broken
    return telling


def _request(url: str) -> HttpRequest:
    return HttpRequest(url, headers={"Accept": "application/json"}, authenticate=False, conditional=False, limit=LIMIT)


def _given(address: str) -> SplitResult | None:
    """The address as it is asked; None for what is none, is not safe, or has a login in it.

    It is https unless it says otherwise, with the host as it stands in the DNS and without a port that goes without
    saying, so that it can be compared with what a document says.
    """
    stated = address.strip()
    if not stated.isprintable():  # urlsplit drops some of those
        return None
    try:
        parts = urlsplit(stated if "://" in stated else f"https://{stated}")
        name, port = (parts.hostname or "").encode("idna").decode().lower(), parts.port
    except ValueError:  # a UnicodeError too
        return None
    host = f"[{name}]" if ":" in name else name
    login = "@" if "@" in parts.netloc else ""
    netloc = f"{login}{host}" if port in (None, _PORTS.get(parts.scheme)) else f"{login}{host}:{port}"
    safe = _safe(SplitResult(parts.scheme, netloc, parts.path, "", "").geturl())
    return safe if safe is not None and (safe.scheme == "https" or _is_here(safe)) else None


def _issuers(given: SplitResult) -> list[str]:
    """Whom the server may call itself, without a slash at the end; the longest first."""
    path = given.path
    for suffix in (_OAUTH, _OPENID):
        before, found, after = path.partition(suffix)
        if found:  # the document itself was given: its issuer's path stands behind it, or before
            path = after or before
    path = path.partition(_WELL_KNOWN)[0]
    steps = [each for each in path.split("/") if each not in ("", ".", "..")]
    lengths = [*range(len(steps), 0, -1)][: _MOST_PATHS - 1]
    return [links.origin(given) + "".join(f"/{each}" for each in steps[:length]) for length in (*lengths, 0)]


def _documents(issuer: str) -> tuple[str, ...]:
    """Where an issuer's document may stand: inserted before its path (RFC 8414, 3.1), or behind it (OpenID, 4)."""
    parts = urlsplit(issuer)
    origin = links.origin(parts)
    return f"{origin}{_OAUTH}{parts.path}", f"{issuer}{_OPENID}"


def _read(response: HttpResponse, issuer: str) -> Addresses | NotFound:
    """What a document says; why that is not to be taken, where it is none, or not this issuer's."""
    try:
        said = msgspec.json.decode(response.body, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return NotFound(FindFault.NOTHING)
    # An issuer with a slash at the end has its document at the same address as one without (RFC 8414, 3.1).
    if said.issuer not in (issuer, f"{issuer}/"):
        return NotFound(FindFault.OTHER_ISSUER, said.issuer[:_LONGEST])
    named = (said.token_endpoint, said.authorization_endpoint, said.device_authorization_endpoint)
    if not said.token_endpoint:
        return NotFound(FindFault.INCOMPLETE)
    if not all(_is_endpoint(each, issuer) for each in named if each):
        return NotFound(FindFault.UNSAFE)
    token, authorize, device = (each or "" for each in named)
    return Addresses(said.issuer, token, authorize, device)


def _is_endpoint(text: str, issuer: str) -> bool:
    """Https, without a login or a fragment (RFC 6749, 3.1); http where both are on this computer."""
    parts = _safe(text)
    if parts is None or parts.fragment or "#" in text:
        return False
    return parts.scheme == "https" or (_is_here(parts) and _is_here(urlsplit(issuer)))


def _safe(text: str) -> SplitResult | None:
    """The parts of a whole http or https address in plain ASCII; None for anything else."""
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or set(text) & set(' \\"<>^`{|}'):
        return None
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole and "@" not in parts.netloc else None


def _is_here(parts: SplitResult) -> bool:
    return is_this_computer(parts.hostname or "")


def _is_broken(failure: PollFailed) -> bool:
    """Whether the server has a trouble of its own, which may pass."""
    is_status = isinstance(failure, StatusFailed) and failure.status >= _SERVER_ERRORS
    return is_status or failure.kind is FailureKind.RATE_LIMITED


def _most_telling(told: list[NotFound]) -> NotFound:
    """Of several reasons the one that a person can do most about."""
    order = (FindFault.UNSAFE, FindFault.INCOMPLETE, FindFault.OTHER_ISSUER, FindFault.NOTHING)
    return min(told, key=lambda each: order.index(each.fault))
