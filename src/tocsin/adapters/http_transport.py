"""httpx on connections of our own making: no client, hence no cookies, no redirects followed, no URL logged.

httpx has no public way to choose how its pool connects; httpcore, its engine, has.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import httpcore
import httpx

from tocsin.adapters.http_connect import Connector, Resolver
from tocsin.adapters.http_passage import EXTENSION, Passage
from tocsin.adapters.http_proxy import Proxy, proxy_by, system_proxies
from tocsin.adapters.http_trust import Trust, system_trust
from tocsin.adapters.http_urls import origin_of
from tocsin.domain.account import Network

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterator

_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    ssl.SSLError,  # a server's verdict on a client certificate comes with the first byte read, past httpcore's own net
)
_MAX_CONNECTIONS = 40
_MAX_IDLE = 10
_KEEP_ALIVE = 2.0
"""Seconds. Long enough for the requests of one poll; a connection kept until the next may be dead by then, which a
laptop that moved to another network finds out by a timeout only."""

Login = tuple[str, str]
"""Who asks a proxy, and the password."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What connections have in common that may stand in one pool."""

    scheme: str
    proxy: Proxy | None
    login: Login | None = field(repr=False)
    context: ssl.SSLContext | None


async def login_of_address(_network: Network, proxy: Proxy) -> Login | None:
    """The login that stands in the proxy's own address."""
    return (proxy.user, proxy.password) if proxy.user else None


class Transport(httpx.AsyncBaseTransport):
    """Sends one request and streams one answer. Raises httpx's ``TransportError``s, and ``PollFailed``.

    Pools and the TLS context are made when first needed. ``login`` gives what a proxy is told. One instance belongs to
    one event loop.
    """

    def __init__(
        self,
        resolver: Resolver | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
        proxies: Callable[[], Mapping[str, str]] = system_proxies,
    ) -> None:
        self._resolver = resolver or Resolver()
        self._connector = Connector(self._resolver)
        self._trust = Trust(trust)
        self._proxies = proxies
        self._network = Network()
        self._pools: dict[_Way, httpcore.AsyncConnectionPool] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self.login: Callable[[Network, Proxy], Awaitable[Login | None]] = login_of_address

    def configure(self, network: Network) -> None:
        """Go this way from now on; if it is another, what runs on the old one fails with ``ConnectError``."""
        if network == self._network:
            return
        self._network = network
        self._trust.configure(network)
        self._connector.close()
        self._connector = Connector(self._resolver)
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            closing = asyncio.ensure_future(pool.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    @property
    def network(self) -> Network:
        """The way that was configured last."""
        return self._network

    def doubt_trust(self) -> None:
        """An encrypted connection failed: look at the files with certificates again before the next."""
        self._trust.doubt()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the answer's body is still to be read. No deadline: that is the caller's."""
        passage = request.extensions.get(EXTENSION) or Passage()
        pool = await self._pool_for(request.url, passage)
        url = request.url
        sent = httpcore.Request(
            method=request.method.encode("ascii"),
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"trace": passage.follow},
        )
        with _as_httpx():
            answer = await pool.handle_async_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close every connection, those in use as well, for good."""
        self._is_closed = True
        self._connector.close()
        pools = list(self._pools.values())
        self._pools.clear()
        for pool in pools:
            await pool.aclose()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _pool_for(self, url: httpx.URL, passage: Passage) -> httpcore.AsyncConnectionPool:
        network, origin = self._network, origin_of(url)
        proxy = proxy_by(network, self._proxies, origin)
        passage.begin(
            "" if proxy is None else str(proxy),
            is_tunnel=origin.scheme == "https",
            shows_certificate=bool(network.client_cert),
        )
        login = None if proxy is None else await self.login(network, proxy)
        is_encrypted = origin.scheme == "https" or (proxy is not None and proxy.origin.scheme == "https")
        context = await self._trust.context() if is_encrypted else None
        if self._is_closed or network is not self._network:
            raise httpx.ConnectError("closed")
        way = _Way(origin.scheme, proxy, login, context)
        if way not in self._pools:
            self._pools[way] = self._new_pool(way)
        return self._pools[way]

    def _new_pool(self, way: _Way) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=way.context if way.scheme == "https" else None,
            proxy=None if way.proxy is None else _through(way, way.proxy),
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_IDLE,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=self._connector,
        )


def _through(way: _Way, proxy: Proxy) -> httpcore.Proxy:
    origin = proxy.origin
    return httpcore.Proxy(
        url=httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target="/"),
        auth=None if way.login is None else (way.login[0].encode(), way.login[1].encode()),
        ssl_context=way.context if origin.scheme == "https" else None,
    )


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
        named: Any = getattr(httpx, type(error).__name__, httpx.ReadError)
        raise named(str(error)) from error
