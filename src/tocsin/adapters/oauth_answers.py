"""Reads what an authorization server answers. All of it is hostile: size, shape, types, lifetimes, words.

No sentence from here quotes an answer: a server may well echo a secret in it. Errors after RFC 6749, 5.2 and RFC 8628,
3.5; of their words only those that have the form of one are shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from tocsin.adapters import http_urls as urls
from tocsin.adapters.oauth_tokens import Tokens
from tocsin.domain.instant import Instant
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpResponse

LIMIT = 256 * 1024  # bytes of an answer, inflated
_LONGEST = 64 * 1024  # characters of a token
_LONGEST_CODE = 2048
_MOST_SECONDS = 400 * 24 * 60 * 60
_DEVICE_MOST = timedelta(minutes=30)
_DEVICE_STEP = 5  # seconds; RFC 8628, 3.2
_DEVICE_STEP_MOST = 60
_DEVICE_LIFE = 600

_WORD = re.compile(r"[a-z_]{1,40}")
_SENDABLE = re.compile(r"[\x21-\x7e]+")
_USER_CODE = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,62}[\x21-\x7e])?")
_DIGITS = re.compile(r"[0-9]{1,12}")
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
_REFUSED = frozenset({401, 403})
_TOO_MANY = 429

_NULL = msgspec.Raw(b"null")
_Fields = Mapping[str, msgspec.Raw]


class Refused(PollFailed):
    """The server said no, with a word for it; ``word`` is one of the RFCs' or the server's own."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(FailureKind.UNAUTHORIZED, message)
        self.word = word


class ServerDown(PollFailed):
    """The server has a trouble of its own, which may pass."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person has to type in elsewhere, and how often and how long to ask whether they did (RFC 8628, 3.2).

    ``address`` can be opened as it is; ``whole_address`` has the code in it already, where there is such a one.
    """

    code: str = field(repr=False)
    user_code: str
    address: str
    whole_address: str | None
    lasts: timedelta
    every: timedelta


def tokens_of(response: HttpResponse, now: Instant) -> Tokens:
    """The tokens of an answer. Raises ``PollFailed``, a ``Refused`` where the server gave a word for it."""
    where = _where(response)
    fields = _checked(response, now.wall)
    kind = _text(fields, "token_type", where, _LONGEST_CODE)
    if kind is not None and kind.lower() != "bearer":
        raise PollFailed(FailureKind.UNSUPPORTED, f"{where} gives out tokens of a kind that is not known here")
    access = _token(fields, "access_token", where)
    if access is None:
        raise _malformed(where, "has no token in it")
    return Tokens.given(access, _token(fields, "refresh_token", where), _lifetime(fields, where), now)


def device_code_of(response: HttpResponse, now: Instant) -> DeviceCode:
    """The codes of an answer. Raises as ``tokens_of`` does."""
    where = _where(response)
    fields = _checked(response, now.wall)
    code = _token(fields, "device_code", where)
    user_code = _text(fields, "user_code", where, _LONGEST_CODE)
    # Before the RFC it was called verification_url, and some have kept that.
    address = _address(fields, "verification_uri", where) or _address(fields, "verification_url", where)
    if code is None or user_code is None or address is None:
        raise _malformed(where, "lacks a code or the address to type it in at")
    if not _USER_CODE.fullmatch(user_code):
        raise _malformed(where, "has a code that nobody could type")
    lasts = _lifetime(fields, where) or timedelta(seconds=_DEVICE_LIFE)
    every = _seconds(fields, "interval", where)
    return DeviceCode(
        code=code,
        user_code=user_code,
        address=address,
        whole_address=_address(fields, "verification_uri_complete", where),
        lasts=min(lasts, _DEVICE_MOST),
        every=timedelta(seconds=min(max(1, _DEVICE_STEP if every is None else every), _DEVICE_STEP_MOST)),
    )


def _checked(response: HttpResponse, now: datetime) -> _Fields:
    """The object of an answer that is a success. Raises ``PollFailed``."""
    where, status = _where(response), response.status
    fields = _object(response)
    told_why = fields is not None and bytes(fields.get("error", _NULL)) != b"null"
    if fields is not None and told_why and (status in _OK or status in _CLIENT_ERRORS) and status != _TOO_MANY:
        raise _refusal(fields, where)
    if status == _TOO_MANY:
        raise PollFailed(FailureKind.RATE_LIMITED, f"{where} is asked too often ({status})", _wait(response, now))
    if status in _REDIRECTS:
        raise PollFailed(FailureKind.REDIRECT, f"{where} redirects what is not to be redirected ({status})")
    if status in _REFUSED:
        raise PollFailed(FailureKind.UNAUTHORIZED, f"{where} refused the sign-in ({status})")
    if status in _SERVER_ERRORS:
        raise ServerDown(FailureKind.HTTP_STATUS, f"{where} answered {status}", _wait(response, now))
    if status not in _OK:
        raise PollFailed(FailureKind.HTTP_STATUS, f"{where} answered {status}", _wait(response, now))
    if fields is None:
        raise _malformed(where, "is no JSON object")
    return fields


def _object(response: HttpResponse) -> _Fields | None:
    try:
        return msgspec.json.decode(response.body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _refusal(fields: _Fields, where: str) -> Refused:
    try:
        said = msgspec.json.decode(fields["error"], type=str)
    except (msgspec.MsgspecError, UnicodeError):
        said = ""
    word = said if _WORD.fullmatch(said) else "unnamed"
    return Refused(word, f"{where} refused the sign-in ({word})")


def _text(fields: _Fields, name: str, where: str, longest: int) -> str | None:
    """A text; None for one that is missing, null or empty. Raises ``PollFailed`` (malformed) for anything else."""
    try:
        found = msgspec.json.decode(fields[name], type=str | None) if name in fields else None
    except (msgspec.MsgspecError, UnicodeError):
        raise _malformed(where, f"has a {name} that is no text") from None
    if found is not None and len(found) > longest:
        raise _malformed(where, f"has a {name} that is too long")
    return found or None


def _token(fields: _Fields, name: str, where: str) -> str | None:
    found = _text(fields, name, where, _LONGEST)
    if found is not None and not _SENDABLE.fullmatch(found):
        raise _malformed(where, f"has a {name} with characters that none has")
    return found


def _address(fields: _Fields, name: str, where: str) -> str | None:
    found = _text(fields, name, where, _LONGEST_CODE)
    try:
        return None if found is None else str(urls.secure(found))
    except PollFailed:
        raise _malformed(where, f"has a {name} that is not to be opened") from None


def _lifetime(fields: _Fields, where: str) -> timedelta | None:
    """How long it lasts; None where that is not told. One that is over when it comes would be asked for for ever."""
    seconds = _seconds(fields, "expires_in", where)
    if seconds is None:
        return None
    if seconds <= 0:
        raise _malformed(where, "has an expires_in that is not above zero")
    return timedelta(seconds=min(seconds, _MOST_SECONDS))


def _seconds(fields: _Fields, name: str, where: str) -> float | None:
    """A number of seconds; some servers write it as a text."""
    try:
        found = msgspec.json.decode(fields[name], type=int | float | str | None) if name in fields else None
    except (msgspec.MsgspecError, UnicodeError):
        raise _malformed(where, f"has an {name} that is no number") from None
    if isinstance(found, str):
        if not _DIGITS.fullmatch(found):
            raise _malformed(where, f"has an {name} that is no number")
        return float(found)
    # A huge integer is cut before it becomes a float.
    return None if found is None else float(max(-1, min(found, _MOST_SECONDS)))


def _wait(response: HttpResponse, now: datetime) -> timedelta | None:
    """``Retry-After``, in seconds or as a date (RFC 9110, 10.2.3)."""
    said = response.headers.get("retry-after", "").strip()
    if _DIGITS.fullmatch(said):
        return timedelta(seconds=min(int(said), _MOST_SECONDS))
    try:
        date = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    return max(timedelta(), (date if date.tzinfo else date.replace(tzinfo=UTC)) - now)


def _where(response: HttpResponse) -> str:
    return str(urls.origin_of(urls.parse(response.url)))


def _malformed(where: str, how: str) -> PollFailed:
    return PollFailed(FailureKind.MALFORMED, f"What {where} answered to the sign-in {how}")
