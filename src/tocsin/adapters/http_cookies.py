"""The cookies of one account's session, in memory only: RFC 6265 as far as a login needs it, and stricter.

A jar is shown nothing but answers of origins that the account's session may use, and is asked for nothing else; that
is what keeps a cookie for a whole domain from a stranger under that domain.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count

from tocsin.adapters.http_urls import Origin

MOST = 50  # cookies of one account
LONGEST = 4096  # characters of one
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_VALUE = re.compile(r"[\x20-\x7e]*")  # more than the RFC has: quotes and commas do occur
_SECONDS = re.compile(r"-?[0-9]{1,18}")
_FOR_EVER = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class _Cookie:
    """One cookie. ``whole_domain`` is true for one that hosts below its domain are sent too."""

    name: str
    value: str
    domain: str
    path: str
    whole_domain: bool
    secure: bool
    until: datetime | None
    number: int

    def __repr__(self) -> str:
        return f"<cookie of {self.domain}{self.path}>"

    def fits(self, origin: Origin, path: str) -> bool:
        """True for a request that it goes with (RFC 6265, 5.4)."""
        here = origin.host == self.domain or (self.whole_domain and _is_below(origin.host, self.domain))
        return here and _path_matches(path, self.path) and (not self.secure or _is_secure(origin))


class CookieJar:
    """What one account was given."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}
        self._numbers = count()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._cookies)}>"

    def header(self, origin: Origin, path: str, now: datetime) -> str:
        """The value of the ``Cookie`` header for a request, empty where there is none."""
        self._cookies = {key: one for key, one in self._cookies.items() if one.until is None or one.until > now}
        fitting = [one for one in self._cookies.values() if one.fits(origin, path)]
        fitting.sort(key=lambda one: (-len(one.path), one.number))
        return "; ".join(f"{one.name}={one.value}" for one in fitting)

    def take(self, origin: Origin, path: str, lines: Iterable[str], now: datetime) -> None:
        """Keep what the ``Set-Cookie`` lines of an answer say; one that cannot be understood is left out."""
        for line in lines:
            cookie = _parsed(line, origin, path, now, next(self._numbers))
            if cookie is None:
                continue
            key = (cookie.domain, cookie.path, cookie.name)
            if cookie.until is not None and cookie.until <= now:
                self._cookies.pop(key, None)
            elif key in self._cookies or len(self._cookies) < MOST:
                self._cookies[key] = cookie


def _parsed(line: str, origin: Origin, path: str, now: datetime, number: int) -> _Cookie | None:
    """The cookie of one line (RFC 6265, 5.2 and 5.3), None for what is none or may not be set from there."""
    if len(line) > LONGEST:
        return None
    pair, *rest = line.split(";")
    name, equals, value = (part.strip(" \t") for part in pair.partition("="))
    if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        return None
    said = {key.strip(" \t").lower(): text.strip(" \t") for key, _, text in (part.partition("=") for part in rest)}
    domain = said.get("domain", "").lower().removeprefix(".")
    if domain and domain != origin.host and not (_is_below(origin.host, domain) and "." in domain):
        return None
    secure = "secure" in said
    if secure and not _is_secure(origin):
        return None
    asked = said.get("path", "")
    return _Cookie(
        name=name,
        value=value,
        domain=domain or origin.host,
        path=asked if asked.startswith("/") else _default_path(path),
        whole_domain=bool(domain) and _is_name(domain),
        secure=secure,
        until=_until(said, now),
        number=number,
    )


def _until(said: dict[str, str], now: datetime) -> datetime | None:
    """When it ends; ``Max-Age`` before ``Expires`` (RFC 6265, 5.3.3). None for the end of the session."""
    seconds = said.get("max-age", "")
    if _SECONDS.fullmatch(seconds):
        return now + min(timedelta(seconds=max(-1, min(int(seconds), 10**9))), _FOR_EVER)
    try:
        moment = parsedate_to_datetime(said.get("expires", ""))
        return now + min((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, _FOR_EVER)
    except (ValueError, OverflowError):
        return None


def _default_path(path: str) -> str:
    """The folder of the request (RFC 6265, 5.1.4)."""
    return path[: path.rfind("/")] or "/"


def _path_matches(path: str, wanted: str) -> bool:
    path = path or "/"
    return path == wanted or (path.startswith(wanted) and (wanted.endswith("/") or path[len(wanted)] == "/"))


def _is_below(host: str, domain: str) -> bool:
    return host.endswith(f".{domain}") and _is_name(host)


def _is_name(host: str) -> bool:
    """False for an address: those have no domains (RFC 6265, 5.1.3)."""
    return ":" not in host and not host.rpartition(".")[2].isdecimal()


def _is_secure(origin: Origin) -> bool:
    return origin.scheme == "https" or origin.is_loopback
