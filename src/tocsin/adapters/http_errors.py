"""What went wrong on the wire, in the words of ``FailureKind`` and in a sentence for the user.

No sentence quotes a header, a query or a body: a secret could be in any of them.
"""

import os
import ssl
from collections.abc import Iterator

import httpx

from tocsin.adapters.http_connect import LookupFailed
from tocsin.adapters.http_urls import Origin
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed

_SHORT = 60


def failure(error: httpx.TransportError, origin: Origin) -> PollFailed:
    """The failure that an httpx error stands for."""
    return _from_below(error, origin) or PollFailed(*_from_httpx(error, origin))


def late(seconds: float, origin: Origin) -> PollFailed:
    """The failure of an exchange that took too long."""
    return PollFailed(FailureKind.TIMEOUT, f"{origin} did not answer within {seconds:g} s")


def _from_below(error: BaseException, origin: Origin) -> PollFailed | None:
    """What httpx calls a connection error only, though the name or the encryption was at fault."""
    for cause in _causes(error):
        match cause:
            case LookupFailed():
                return PollFailed(FailureKind.DNS, str(cause))
            case ssl.SSLCertVerificationError():
                return PollFailed(FailureKind.TLS, f"The certificate of {origin} is not valid: {cause.verify_message}")
            case ssl.SSLError():
                why = cause.reason or "TLS failed"
                return PollFailed(FailureKind.TLS, f"No encrypted connection to {origin}: {why}")
            case _:
                continue
    return None


def _from_httpx(error: httpx.TransportError, origin: Origin) -> tuple[FailureKind, str]:
    match error:
        case httpx.TimeoutException():
            return FailureKind.TIMEOUT, f"{origin} did not answer in time"
        case httpx.RemoteProtocolError():
            return FailureKind.MALFORMED, f"The answer of {origin} broke off or is not HTTP"
        case httpx.UnsupportedProtocol():
            return FailureKind.UNSUPPORTED, str(error)
        case httpx.ProxyError():
            return FailureKind.CONNECT, f"The proxy did not let us through to {origin} ({str(error)[:_SHORT]})"
        case _:
            return FailureKind.CONNECT, f"No connection to {origin}{_reason(error)}"


def _reason(error: BaseException) -> str:
    numbers = [cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    return f": {os.strerror(numbers[-1])}" if numbers else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it. The pool raises ``from None``, which leaves the context as the only trace."""
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        yield step
        step = step.__cause__ or step.__context__
