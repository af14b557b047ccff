"""httpx on connections of our own making: no client, hence no cookies, no redirects followed, no URL logged.

httpx has no public way to choose how its pool connects; httpcore, its engine, has.
"""

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx
import truststore

from tocsin.adapters.http_connect import Connector, Resolver
from tocsin.adapters.http_proxy import proxy_for, system_proxies
from tocsin.adapters.http_urls import checked, origin_of
from tocsin.errors import PollFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterator

_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_MAX_CONNECTIONS = 40
_MAX_IDLE = 10
_KEEP_ALIVE = 2.0
"""Seconds. Long enough for the requests of one poll; a connection kept until the next may be dead by then, which a
laptop that moved to another network finds out by a timeout only."""


def system_trust() -> ssl.SSLContext:
    """A TLS context that trusts whom the system trusts, the user's own authorities included."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Transport(httpx.AsyncBaseTransport):
    """Sends one request and streams one answer. Raises httpx's ``TransportError``s.

    Pools and the TLS context are made when first needed. One instance belongs to one event loop.
    """

    def __init__(
        self,
        resolver: Resolver | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
        proxies: Callable[[], Mapping[str, str]] = system_proxies,
    ) -> None:
        self._connector = Connector(resolver or Resolver())
        self._trust = trust
        self._proxies = proxies
        self._context: ssl.SSLContext | None = None
        self._pools: dict[tuple[str, str | None], httpcore.AsyncConnectionPool] = {}
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the answer's body is still to be read. No deadline: that is the caller's."""
        if self._is_closed:
            raise httpx.ConnectError("closed")
        pool = self._pool_for(request.url)
        url = request.url
        sent = httpcore.Request(
            method=request.method.encode("ascii"),
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
        )
        with _as_httpx():
            answer = await pool.handle_async_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close every connection, those in use as well, for good."""
        self._is_closed = True
        pools = list(self._pools.values())
        self._pools.clear()
        for pool in pools:
            await pool.aclose()

    def _pool_for(self, url: httpx.URL) -> httpcore.AsyncConnectionPool:
        proxy = proxy_for(origin_of(url), self._proxies())
        key = (url.scheme, proxy)
        if key not in self._pools:
            self._pools[key] = self._new_pool(url.scheme, proxy)
        return self._pools[key]

    def _new_pool(self, scheme: str, proxy: str | None) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls() if scheme == "https" else None,
            proxy=None if proxy is None else self._via(proxy),
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_IDLE,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=self._connector,
        )

    def _via(self, address: str) -> httpcore.Proxy:
        try:
            proxy = httpx.URL(address)
            checked(proxy.copy_with(userinfo=b""))
        except (httpx.InvalidURL, UnicodeError, PollFailed):
            problem = "The system's proxy is not an http or https address; no other kind of proxy is known"
            raise httpx.UnsupportedProtocol(problem) from None
        return httpcore.Proxy(
            url=httpcore.URL(scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=b"/"),
            auth=(proxy.username.encode(), proxy.password.encode()) if proxy.userinfo else None,
            ssl_context=self._tls() if proxy.scheme == "https" else None,
        )

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = self._trust()
        return self._context


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes in."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in cast("AsyncIterable[bytes]", self._answer.stream):
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _as_httpx() -> "Iterator[None]":
    """Raise httpcore's errors as httpx's: the two trees have the same names."""
    try:
        yield
    except _ERRORS as error:
        named: Any = getattr(httpx, type(error).__name__, httpx.ConnectError)
        raise named(str(error)) from error
