"""Which proxy the system wants used for an address, from the environment or the desktop's own settings.

Not ``urllib.request.proxy_bypass``: on Windows it looks names up, which can hang.
"""

import ipaddress
import urllib.request
from collections.abc import Mapping

from tocsin.adapters.http_urls import Origin


def system_proxies() -> dict[str, str]:
    """The proxies in force by scheme, with the exceptions under ``no``, as ``urllib`` finds them."""
    return urllib.request.getproxies()


def proxy_for(origin: Origin, proxies: Mapping[str, str]) -> str | None:
    """The proxy's URL, None to go there directly. This computer itself is never asked through a proxy."""
    chosen = proxies.get(origin.scheme) or proxies.get("all")
    if not chosen or origin.is_loopback or _is_excepted(origin, proxies.get("no", "")):
        return None
    return chosen if "://" in chosen else f"http://{chosen}"


def _is_excepted(origin: Origin, exceptions: str) -> bool:
    return any(_matches(origin, word.strip().lower()) for word in exceptions.split(",") if word.strip())


def _matches(origin: Origin, word: str) -> bool:
    """One word of ``no_proxy``: ``*``, an address, a network, or the end of a host name, perhaps with a port."""
    if word == "*":
        return True
    try:
        return ipaddress.ip_address(origin.host) in ipaddress.ip_network(word.strip("[]"), strict=False)
    except ValueError:
        name, _, port = word.partition(":")
        if port and port != str(origin.port):
            return False
        name = name.lstrip("*").lstrip(".")
        return bool(name) and (origin.host == name or origin.host.endswith(f".{name}"))
