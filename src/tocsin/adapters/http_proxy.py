"""Which proxy an address is asked through: the one in the settings, or the system's.

Not ``urllib.request.proxy_bypass``: on Windows it looks names up, which can hang.
"""

import ipaddress
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import httpx

from tocsin.adapters.http_errors import blocked
from tocsin.adapters.http_urls import Origin, checked, origin_of
from tocsin.domain.account import NO_PROXY, SYSTEM_PROXY, UNUSABLE_PROXY, Network
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed

_LOCAL = "<local>"
"""What Windows and macOS write for names without a dot."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and who its address says is asking: the system's may name a user and a password."""

    origin: Origin
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        return f"{'https://' if self.origin.scheme == 'https' else ''}{host}:{self.origin.port}"


def system_proxies() -> dict[str, str]:
    """The proxies in force by scheme, with the exceptions under ``no``: the environment's, else the desktop's own."""
    found = urllib.request.getproxies()
    if found and "no" not in found and not urllib.request.getproxies_environment():
        found["no"] = ",".join(_desktop_exceptions())
    return found


def proxy_by(network: Network, system: Callable[[], Mapping[str, str]], origin: Origin) -> Proxy | None:
    """The proxy to ask an origin through by these settings, None to go there directly.

    Exceptions of the environment hold for a proxy in the settings too. Raises ``PollFailed`` (unsupported) for one
    that cannot be used: nothing goes past it.
    """
    if network.proxy == UNUSABLE_PROXY:
        raise blocked(FailureKind.UNSUPPORTED, Obstacle.NETWORK_SETTINGS)
    if network.proxy == NO_PROXY:
        return None
    if network.proxy == SYSTEM_PROXY:
        address = proxy_for(origin, system())
    else:
        excepted = urllib.request.getproxies_environment().get("no", "")
        address = proxy_for(origin, {"all": network.proxy, "no": excepted})
    return None if address is None else _parsed(address)


def proxy_for(origin: Origin, proxies: Mapping[str, str]) -> str | None:
    """The proxy's URL, None to go there directly. This computer itself is never asked through a proxy."""
    chosen = proxies.get(origin.scheme) or proxies.get("all") or proxies.get("socks")
    if not chosen or origin.is_loopback or _is_excepted(origin, proxies.get("no", "")):
        return None
    return chosen if "://" in chosen else f"http://{chosen}"


def _parsed(address: str) -> Proxy:
    try:
        url = httpx.URL(address)
        origin = origin_of(checked(url.copy_with(userinfo=b"")))
    except (httpx.InvalidURL, UnicodeError, PollFailed):
        raise blocked(FailureKind.UNSUPPORTED, Obstacle.PROXY_UNSUPPORTED) from None
    return Proxy(origin, url.username, url.password)


def _is_excepted(origin: Origin, exceptions: str) -> bool:
    return any(_matches(origin, word.strip().lower()) for word in exceptions.split(",") if word.strip())


def _matches(origin: Origin, word: str) -> bool:
    """One word of ``no_proxy``: ``*``, an address, a network, or the end of a host name, perhaps with a port."""
    if word == "*":
        return True
    if word == _LOCAL:
        return "." not in origin.host and ":" not in origin.host
    try:
        return ipaddress.ip_address(origin.host) in ipaddress.ip_network(word.strip("[]"), strict=False)
    except ValueError:
        name, _, port = word.partition(":")
        if port and port != str(origin.port):
            return False
        if "*" in name.lstrip("*"):  # 192.168.*, as Windows has it
            return fnmatchcase(origin.host, name)
        name = name.lstrip("*").lstrip(".")
        return bool(name) and (origin.host == name or origin.host.endswith(f".{name}"))


def _desktop_exceptions() -> list[str]:
    """What the desktop's own settings except; ``urllib`` keeps it to its own ``proxy_bypass``."""
    if sys.platform == "win32":
        return _windows_exceptions()
    if sys.platform == "darwin":
        import _scproxy  # noqa: PLC0415 - macOS has it

        found = _scproxy._get_proxy_settings()  # noqa: SLF001 - what urllib itself asks
        return [*found.get("exceptions", ()), *([_LOCAL] if found.get("exclude_simple") else [])]
    return []


def _windows_exceptions() -> list[str]:
    if sys.platform != "win32":
        return []
    import winreg  # noqa: PLC0415 - Windows has it

    place = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, place) as key:
            return str(winreg.QueryValueEx(key, "ProxyOverride")[0]).split(";")
    except OSError:
        return []
