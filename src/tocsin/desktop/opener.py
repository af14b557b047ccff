"""Links are opened only when they can do no harm: what stands in a provider's answer is not ours to trust."""

import logging
import re
from urllib.parse import quote

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from tocsin.domain.targets import PORTAL

_LOG = logging.getLogger(__name__)
_LONGEST = 2000  # what every system's way of starting a program takes
_THIS_COMPUTER = frozenset({"127.0.0.1", "::1", "localhost"})
_FROM_SETTINGS = frozenset({"tel", "mailto"})
_DIALLED = re.compile(r"\+?\d(?:[\d .\-/()]*\d)?(?![\w\-/.])")
_PUT_IN_BRACKETS = re.compile(r"\(0\)")
_SHORTEST_NUMBER = 3
_CUT = quote("\u2026")


def is_allowed(url: str | None, *, from_settings: bool = False) -> bool:
    """True for ``https:`` with a host and no user information; for ``tel:`` and ``mailto:`` out of the settings only.

    The judgement is made on what Qt parsed, as that is what will be opened.
    """
    if not url or len(url) > _LONGEST or not url.isprintable() or "\\" in url or " " in url:
        return False
    parsed = QUrl(url, QUrl.ParsingMode.StrictMode)
    if not parsed.isValid():
        return False
    scheme = parsed.scheme().lower()
    if scheme in _FROM_SETTINGS:
        return from_settings and bool(parsed.path()) and not parsed.authority()
    return scheme == "https" and bool(parsed.host()) and not parsed.userInfo() and "@" not in parsed.authority()


def open_link(url: str, *, from_settings: bool = False) -> bool:
    """Open it in the user's own program. False when it is not allowed, or when there is nothing to open it with."""
    if not is_allowed(url, from_settings=from_settings):
        _LOG.info("a link was not opened: it is not an https address with a host")
        return False
    return QDesktopServices.openUrl(QUrl(url, QUrl.ParsingMode.StrictMode))


def is_allowed_login(url: str) -> bool:
    """True also for plain ``http:`` on this computer: where a person signs in, the settings say, not a provider."""
    if is_allowed(url):
        return True
    if not is_allowed(f"https{url.removeprefix('http')}"):
        return False
    return QUrl(url, QUrl.ParsingMode.StrictMode).host() in _THIS_COMPUTER


def open_login(url: str) -> bool:
    """Open the page that a person signs in at, in the user's own browser. False as for ``open_link``."""
    if not is_allowed_login(url):
        _LOG.info("a page to sign in at was not opened: its address is too long, or not https")
        return False
    return QDesktopServices.openUrl(QUrl(url, QUrl.ParsingMode.StrictMode))


def open_sign_in_page() -> bool:
    """Open the page in whose place a network that wants to be signed in to shows its own. False: nothing to open with.

    It is plain ``http:``, and the only such address that is ever opened: a network can answer in the place of that
    alone, under ``https:`` the browser would show a broken certificate. It is a constant of ours, so that neither a
    provider nor the network chooses what is opened; the address that the network redirects to is not looked at.
    """
    return QDesktopServices.openUrl(QUrl(PORTAL[0]))


def phone_link(number: str) -> str:
    """A number as people write it, as a ``tel:`` link (RFC 3966); empty where it is none that could be dialled.

    Words may follow it; a ``(0)`` within an international number is left out; letters are not translated to digits.
    """
    found = _DIALLED.match(number.strip())
    if found is None:
        return ""
    written = found.group()
    if written.startswith("+"):
        written = _PUT_IN_BRACKETS.sub("", written)
    digits = re.sub(r"[^\d]", "", written)
    if len(digits) < _SHORTEST_NUMBER or not digits.isascii():
        return ""
    return f"tel:{'+' if written.startswith('+') else ''}{digits}"


def mail_link(address: str, subject: str, body: str) -> str:
    """A mail to be written, as a ``mailto:`` link (RFC 6068). A long body is cut: what is cut ends in an ellipsis.

    Empty where ``address`` is none. Everything is percent-encoded, so that nothing in it becomes a header.
    """
    address = address.strip()
    if "@" not in address[1:-1] or not address.isprintable() or " " in address:
        return ""
    link = f"mailto:{_encoded(address, '@')}?subject={_encoded(_printable(subject))}&body="
    for char in _printable(body, "\n"):
        piece = "%0D%0A" if char == "\n" else _encoded(char)
        if len(link) + len(piece) > _LONGEST - len(_CUT):
            return link + _CUT
        link += piece
    return link


def is_cut(link: str) -> bool:
    """Whether a link of ``mail_link`` holds only the beginning of what was to be written."""
    return link.endswith(_CUT) and len(link) > _LONGEST - 2 * len(_CUT) - len("%0D%0A")


def _printable(text: str, kept: str = "") -> str:
    return "".join(char for char in text if char.isprintable() or char in kept)


def _encoded(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="replace")
