"""What may stand in a field, said as it is typed: never more than the settings file takes, in the user's language.

A check takes the text and returns a sentence that says what is wrong, or nothing.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tocsin.words.phrasebook import Phrasebook

Check = Callable[[str], str]

LONGEST = 2000
"""Characters of a text for people."""

_LABEL = re.compile(r"[\w-]{1,63}")
_PHONE = re.compile(r"[0-9 +()-]{1,32}")
_MAILBOX = re.compile(r"[^\s@<>()\[\],;:\\\"?&%#/\x00-\x1f\x7f]{1,64}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # a token of RFC 9110, 5.6.2
_NOT_A_LOGIN = ("host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LONGEST_INTERFACE = 64
_LONGEST_ADDRESS = 2048
_LONGEST_HOST = 253  # RFC 1035, 2.3.4


def tidy(text: str) -> str:
    """What was typed or pasted as it is kept: one line, without the blanks around it."""
    return _CONTROLS.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks, in one language."""

    words: Phrasebook

    def anything(self, _: str) -> str:
        """Whatever was typed."""
        return ""

    def needed(self, text: str) -> str:
        """Something has to stand there."""
        return "" if text else self.words.gettext("This cannot be empty.")

    def address(self, text: str) -> str:
        """An address to ask, by https; plain http for this computer only."""
        return self._address(text, whole=False, insecure=False)

    def insecure_address(self, text: str) -> str:
        """An address to ask, for an account that is allowed plain http."""
        return self._address(text, whole=False, insecure=True)

    def whole_address(self, text: str) -> str:
        """An address where a secret is sent or a person signs in."""
        return self._address(text, whole=True, insecure=False)

    def page(self, text: str) -> str:
        """The address of a page to open, or nothing."""
        return self.address(text) if text else ""

    def header(self, text: str) -> str:
        """The name of a header that a key may travel in."""
        right = _HEADER.fullmatch(text) and text.lower() not in _NOT_A_LOGIN
        return "" if right else self.words.gettext("This is not the name of a header for a key, such as X-Api-Key.")

    def phone(self, text: str) -> str:
        """A telephone number, or nothing."""
        right = not text or (_PHONE.fullmatch(text) and any(char.isdecimal() for char in text))
        return "" if right else self.words.gettext("A telephone number has up to 32 digits, spaces and + - ( ).")

    def mail(self, text: str) -> str:
        """A mail address, or nothing."""
        box, _, host = text.rpartition("@")
        right = not text or (_MAILBOX.fullmatch(box) and is_host_name(host))
        return "" if right else self.words.gettext("This is not a mail address, such as help@example.net.")

    def target(self, text: str) -> str:
        """A host to measure with."""
        parts = split(text)
        right = parts is not None and (
            (parts.scheme == "tcp" and parts.port is not None and not (parts.path.strip("/") or parts.query))
            or ("://" in text and parts.scheme == "https")
        )
        template = self.words.gettext("{text} is neither tcp://host:port nor https://host/.")
        return "" if right else template.format(text=self.words.quoted(text))

    def host(self, text: str) -> str:
        """A name to look up."""
        template = self.words.gettext("{text} is not the name of a host, such as example.net.")
        return "" if is_host_name(text) else template.format(text=self.words.quoted(text))

    def interface(self, text: str) -> str:
        """The name of a network interface, or nothing."""
        return (
            "" if len(text) <= _LONGEST_INTERFACE else self.words.gettext("No network interface has such a long name.")
        )

    def _address(self, text: str, *, whole: bool, insecure: bool) -> str:
        parts = split(text)
        if parts is None or parts.scheme not in ("https", "http") or (whole and "://" not in text):
            return self.words.gettext("This is not an address, such as https://status.example.net.")
        if parts.scheme == "http" and not insecure and not _is_loopback(parts.hostname or ""):
            return self.words.gettext("Plain http is for this computer only. Use https.")
        return ""


def split(text: str) -> SplitResult | None:
    """The parts of an address; None for what is none, or has a login in it."""
    if _UNSAFE.search(text) or len(text) > _LONGEST_ADDRESS:
        return None
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        has_port = parts.port != 0
    except ValueError:
        return None
    host = parts.hostname
    return parts if has_port and host and "@" not in parts.netloc and _is_host(host) else None


def is_loopback_address(text: str) -> bool:
    """Whether an address is one of this computer: it may be asked more often."""
    parts = split(text)
    return parts is not None and _is_loopback(parts.hostname or "")


def is_host_name(text: str) -> bool:
    """Whether a name can be looked up."""
    labels = text.removesuffix(".").split(".")
    return len(text) <= _LONGEST_HOST and all(
        _LABEL.fullmatch(label) and not label.startswith("-") and not label.endswith("-") for label in labels
    )


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return is_host_name(host)
    return "%" not in host


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
