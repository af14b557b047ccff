"""Which addresses may be asked, and who may be told a secret: URLs taken apart strictly."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from tocsin.domain.account import Account
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454): as far as a secret may travel."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """True for this computer itself, where plain http reveals nothing. ``localhost`` after RFC 6761, 6.3."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse(text: str) -> httpx.URL:
    """An http or https URL without user info. Raises ``PollFailed`` (unsupported) for anything else."""
    if _UNSAFE.search(text):
        raise _refused("the address contains a space, a backslash or a control character")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise _refused("the address is not a URL") from None
    return checked(url)


def checked(url: httpx.URL) -> httpx.URL:
    """The URL itself if it can be asked. Raises ``PollFailed`` (unsupported)."""
    if url.scheme not in _DEFAULT_PORTS:
        raise _refused("only http and https addresses can be asked")
    if url.userinfo:
        raise _refused("an address must not contain a user name or password")
    if not _is_host(url.raw_host.decode("ascii")):
        raise _refused("the address names no valid host")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise _refused("the address names no valid port")
    return url.copy_with(fragment=None)


def origin_of(url: httpx.URL) -> Origin:
    """The origin of a checked URL; a host name in its ASCII form."""
    port = url.port if url.port is not None else _DEFAULT_PORTS[url.scheme]
    return Origin(url.scheme, url.raw_host.decode("ascii").lower(), port)


def allow(origin: Origin, account: Account) -> None:
    """Raise ``PollFailed`` (unsupported) for plain http over a network, unless the account allows it."""
    if origin.scheme == "http" and not origin.is_loopback and not account.allow_insecure:
        raise PollFailed(
            FailureKind.UNSUPPORTED,
            f"{origin} is not encrypted. Use https, or set allow_insecure = true for this account",
        )


def secure(text: str) -> httpx.URL:
    """An address for a sign-in: encrypted or on this computer, whatever its account allows. Raises ``PollFailed``."""
    url = parse(text)
    origin = origin_of(url)
    if origin.scheme != "https" and not origin.is_loopback:
        raise PollFailed(FailureKind.UNSUPPORTED, f"{origin} is not encrypted, and nobody signs in there")
    return url


def session_origins(account: Account, declared: Iterable[str]) -> frozenset[Origin]:
    """Where an account's secret may go in a form, and its cookies: see ``ports.HttpRequest``.

    Besides its own origin those that its provider declares and the one that the user set as ``login_url``.
    """
    named = account.options.get("login_url", "")
    others = (*declared, named) if named else declared
    return login_origins(account) | {origin_of(secure(each)) for each in others}


def login_origins(account: Account) -> frozenset[Origin]:
    """Where an account's login may be sent: the origin of its own address.

    An address may be a host alone; then https is meant, and http beside it where the account may use that.
    """
    if "://" in account.url:
        return frozenset({origin_of(parse(account.url))})
    secure = origin_of(parse(f"https://{account.url}"))
    plain = origin_of(parse(f"http://{account.url}"))
    return frozenset({secure, plain}) if plain.is_loopback or account.allow_insecure else frozenset({secure})


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host.lower()) is not None
    return "%" not in host


def _refused(problem: str) -> PollFailed:
    return PollFailed(FailureKind.UNSUPPORTED, f"This address cannot be asked: {problem}")
