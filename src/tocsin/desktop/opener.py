"""Links are opened only when they can do no harm: what stands in a provider's answer is not ours to trust."""

import logging

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

_LOG = logging.getLogger(__name__)
_LONGEST = 2048
_FROM_SETTINGS = frozenset({"tel", "mailto"})


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
