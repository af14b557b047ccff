"""What went wrong on the wire, in the words of ``FailureKind`` and in a sentence for the user.

No sentence quotes a header, a query or a body: a secret could be in any of them.
"""

import os
import re
import ssl
from collections.abc import Iterator

import httpx

from tocsin.adapters.http_connect import LookupFailed
from tocsin.adapters.http_passage import Passage
from tocsin.adapters.http_urls import Origin
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed, SecretUnavailable

_STATUS = re.compile(r"[1-9][0-9]{2}")
_LOGIN = (401, 407)
"""RFC 9110 has 407 alone; tinyproxy answers 401 to a wrong password."""

_SERVER_ERROR = 500

_CERTIFICATE_FAULTS = {
    # OpenSSL's X509_V_ERR_...
    9: Obstacle.CERTIFICATE_EARLY,
    10: Obstacle.CERTIFICATE_EXPIRED,
    18: Obstacle.CERTIFICATE_SELF_SIGNED,
    19: Obstacle.CERTIFICATE_UNKNOWN,
    20: Obstacle.CERTIFICATE_UNKNOWN,
    21: Obstacle.CERTIFICATE_UNKNOWN,
    62: Obstacle.CERTIFICATE_NAME,
    64: Obstacle.CERTIFICATE_NAME,
    # Windows' CERT_E_...
    0x800B0101: Obstacle.CERTIFICATE_EXPIRED,
    0x800B0109: Obstacle.CERTIFICATE_UNKNOWN,
    0x800B010A: Obstacle.CERTIFICATE_UNKNOWN,
    0x800B010F: Obstacle.CERTIFICATE_NAME,
    # macOS' errSec...
    -67818: Obstacle.CERTIFICATE_EXPIRED,
    -67819: Obstacle.CERTIFICATE_EARLY,
    -67602: Obstacle.CERTIFICATE_NAME,
    -67843: Obstacle.CERTIFICATE_UNKNOWN,
    -25318: Obstacle.CERTIFICATE_UNKNOWN,
}
_ABOUT_OURS = ("_ALERT_BAD_CERTIFICATE", "_ALERT_UNSUPPORTED_CERTIFICATE", "_ALERT_CERTIFICATE_", "_ALERT_UNKNOWN_CA")
_WANTED = "_ALERT_CERTIFICATE_REQUIRED"


def blocked(kind: FailureKind, obstacle: Obstacle, place: str = "", detail: str = "") -> PollFailed:
    """The failure that an obstacle makes. ``detail`` is the technical reason, for the log."""
    from tocsin.words.obstacles import for_the_log  # noqa: PLC0415 - few runs need it

    said = for_the_log(obstacle, place)
    return PollFailed(kind, f"{said} ({detail})" if detail else said, obstacle=obstacle, place=place)


def no_secret(error: SecretUnavailable, account: str) -> PollFailed:
    """The failure of an account whose secret cannot be had."""
    return PollFailed(FailureKind.UNAUTHORIZED, str(error), obstacle=error.obstacle, place=error.place or account)


def failure(error: httpx.TransportError, origin: Origin, passage: Passage) -> PollFailed:
    """The failure that an httpx error stands for."""
    where = passage.proxy if passage.is_before_proxy else str(origin).removeprefix("https://")
    found = _from_below(error, where, passage)
    if found is None and passage.is_before_proxy:
        found = _from_proxy(error, passage)
    return found or PollFailed(*_from_httpx(error, origin))


def late(seconds: float, origin: Origin, passage: Passage) -> PollFailed:
    """The failure of an exchange that took too long."""
    detail = f"not within {seconds:g} s"
    if passage.is_before_proxy:
        return blocked(FailureKind.TIMEOUT, Obstacle.PROXY_SILENT, passage.proxy, detail)
    behind = f" through the proxy {passage.proxy}" if passage.proxy else ""
    return PollFailed(FailureKind.TIMEOUT, f"{origin} did not answer{behind} within {seconds:g} s")


def refused_by_proxy(status: int, passage: Passage) -> PollFailed:
    """The failure that a proxy's own answer stands for."""
    if status in _LOGIN:
        obstacle = Obstacle.PROXY_LOGIN
    else:
        obstacle = Obstacle.PROXY_CANNOT if status >= _SERVER_ERROR else Obstacle.PROXY_REFUSES
    return blocked(FailureKind.CONNECT, obstacle, passage.proxy, f"it answers {status}")


def _from_proxy(error: httpx.TransportError, passage: Passage) -> PollFailed | None:
    """What went wrong before the server was spoken to at all."""
    match error:
        case httpx.ProxyError():
            status = _STATUS.match(str(error))
            return refused_by_proxy(int(status[0]) if status else 0, passage)
        case httpx.TimeoutException():
            return blocked(FailureKind.TIMEOUT, Obstacle.PROXY_SILENT, passage.proxy)
        case httpx.ProtocolError():
            return blocked(FailureKind.MALFORMED, Obstacle.PROXY_NONSENSE, passage.proxy)
        case httpx.NetworkError():
            return blocked(FailureKind.CONNECT, Obstacle.PROXY_UNREACHABLE, passage.proxy, _reason(error))
        case _:
            return None


def _from_below(error: BaseException, where: str, passage: Passage) -> PollFailed | None:
    """What httpx calls a connection error only, though the name or the encryption was at fault."""
    for cause in _causes(error):
        match cause:
            case LookupFailed() if passage.is_before_proxy:
                return blocked(FailureKind.DNS, Obstacle.PROXY_UNREACHABLE, passage.proxy, str(cause))
            case LookupFailed():
                return PollFailed(FailureKind.DNS, str(cause))
            case ssl.SSLCertVerificationError():
                return _from_certificate(cause, where)
            case ssl.SSLError():
                return _from_tls(cause, where, passage)
            case _:
                continue
    return None


def _from_certificate(error: ssl.SSLCertVerificationError, where: str) -> PollFailed:
    obstacle = _CERTIFICATE_FAULTS.get(error.verify_code)
    if obstacle is None:
        return PollFailed(FailureKind.TLS, f"The certificate of {where} is not valid: {error.verify_message}")
    return blocked(FailureKind.TLS, obstacle, where)


def _from_tls(error: ssl.SSLError, where: str, passage: Passage) -> PollFailed:
    why = error.reason or "TLS failed"
    if why.endswith(_WANTED):
        return blocked(FailureKind.TLS, Obstacle.CERTIFICATE_WANTED, where)
    if passage.shows_certificate and any(name in why for name in _ABOUT_OURS):
        return blocked(FailureKind.TLS, Obstacle.CERTIFICATE_REFUSED, where, why)
    return PollFailed(FailureKind.TLS, f"No encrypted connection to {where}: {why}")


def _from_httpx(error: httpx.TransportError, origin: Origin) -> tuple[FailureKind, str]:
    match error:
        case httpx.TimeoutException():
            return FailureKind.TIMEOUT, f"{origin} did not answer in time"
        case httpx.RemoteProtocolError():
            return FailureKind.MALFORMED, f"The answer of {origin} broke off or is not HTTP"
        case httpx.UnsupportedProtocol():
            return FailureKind.UNSUPPORTED, str(error)
        case _:
            reason = _reason(error)
            return FailureKind.CONNECT, f"No connection to {origin}{f': {reason}' if reason else ''}"


def _reason(error: BaseException) -> str:
    numbers = [cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    return os.strerror(numbers[-1]) if numbers else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it. The pool raises ``from None``, which leaves the context as the only trace."""
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        yield step
        step = step.__cause__ or step.__context__
