"""Which addresses may stand in the settings. Checked before anything is asked, and without the HTTP library.

What is wrong is said without repeating the address: it may hold a password.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"[\w-]{1,63}")
_LONGEST = 2048


def problem_with_url(text: str, *, allow_insecure: bool) -> str | None:
    """What is wrong with an address to ask, None if nothing is. A host alone means https."""
    try:
        parts = _split(text)
    except ValueError as error:
        return str(error)
    if parts.scheme == "http" and not allow_insecure and not is_loopback(parts.hostname or ""):
        return "plain http is for this computer only; use https, or set allow_insecure = true"
    return None if parts.scheme in ("http", "https") else "is not an https address"


def is_loopback_url(text: str) -> bool:
    """True for an address of this computer itself."""
    try:
        return is_loopback(_split(text).hostname or "")
    except ValueError:
        return False


def problem_with_target(text: str) -> str | None:
    """What is wrong with a target of the line's measurement: tcp with a port, or https."""
    try:
        parts = _split(text)
        tcp = parts.scheme == "tcp" and parts.port is not None and not (parts.path.strip("/") or parts.query)
    except ValueError as error:
        return str(error)
    return None if tcp or ("://" in text and parts.scheme == "https") else "is not tcp://host:port or https://host/"


def is_host_name(text: str) -> bool:
    """True for a name that can be looked up."""
    labels = text.removesuffix(".").split(".")
    return len(text) <= 253 and all(  # noqa: PLR2004 - RFC 1035, 2.3.4
        _LABEL.fullmatch(label) and not label.startswith("-") and not label.endswith("-") for label in labels
    )


def is_loopback(host: str) -> bool:
    """True for a host that is this computer; ``localhost`` after RFC 6761, 6.3."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    """The parts of an address. Raises ``ValueError`` with what is wrong, in words."""
    if _UNSAFE.search(text) or len(text) > _LONGEST:
        raise ValueError("is not an address: it has a space or a character that none has, or it is too long")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        has_port = parts.port != 0
    except ValueError:
        raise ValueError("is not an address") from None
    if "@" in parts.netloc:
        raise ValueError("has a user name or a password in it; say who asks with auth")
    if not has_port or not parts.hostname or not _is_host(parts.hostname):
        raise ValueError("names no valid host")
    return parts


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return is_host_name(host)
    return "%" not in host
