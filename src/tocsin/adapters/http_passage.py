"""How far an exchange came: whether its end was the proxy's doing or that of the server behind it."""

from collections.abc import Mapping
from dataclasses import dataclass

EXTENSION = "tocsin"
"""The name under which a request carries its passage down to the transport."""

_REFUSALS = (401, 403)
"""What a proxy says by itself beside 407; tinyproxy answers 401 to a wrong password."""

_OWN_HEADERS = ("x-squid-error", "proxy-status")
_OWN_SERVERS = ("tinyproxy", "squid")


@dataclass(slots=True)
class Passage:
    """One exchange.

    ``proxy`` is the proxy's name, empty on the direct way; ``is_through`` once the server is spoken to; ``is_tunnel``
    where the proxy cannot see what is said; ``shows_certificate`` where a client certificate is set.
    """

    proxy: str = ""
    is_through: bool = False
    is_tunnel: bool = False
    shows_certificate: bool = False

    def begin(self, proxy: str, *, is_tunnel: bool, shows_certificate: bool) -> None:
        """Another exchange, which may go another way."""
        self.proxy, self.is_tunnel, self.shows_certificate = proxy, is_tunnel, shows_certificate
        self.is_through = not proxy

    @property
    def is_before_proxy(self) -> bool:
        """Whether it is the proxy that was dealt with last."""
        return bool(self.proxy) and not self.is_through

    async def follow(self, event: str, info: Mapping[str, object]) -> None:
        """Note what httpcore does: its ``trace`` extension."""
        if not self.proxy:
            return
        if event == "connection.connect_tcp.started":
            self.is_through = False
        elif event == "http11.send_request_headers.started":
            self.is_through = getattr(info.get("request"), "method", b"") != b"CONNECT"
        elif event == "proxy.start_tls.started":
            self.is_through = True

    def is_answer_of_proxy(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether a proxy that passes plain http on answered itself. What it refuses looks like the server's no."""
        if not self.proxy or self.is_tunnel:
            return False
        if status == 407:  # noqa: PLR2004 - RFC 9110, 15.5.8: only a proxy says that
            return True
        named = headers.get("server", "").lower()
        is_own = any(name in headers for name in _OWN_HEADERS) or named.startswith(_OWN_SERVERS)
        return is_own and (status in _REFUSALS or status >= 500)  # noqa: PLR2004 - RFC 9110, 15.6: its own failure
