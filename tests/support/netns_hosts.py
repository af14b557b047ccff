"""The hosts of a test network, on one thread of the test's own process: targets, resolver, provider, sign-in page.

The thread lives in the *internet* namespace and listens on every address there; the gateway's sign-in page listens on
sockets that were made in the gateway.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from support.hostile_server import certificate
from support.netns_resolver import Resolver, ResolverDatagrams
from support.netns_tools import enter, inside
from tocsin.simulator.listener import close

PATIENCE = 60.0
PROVIDER_PORT = 8080
PORTAL_HTTP, PORTAL_TLS = 8081, 8443
PAGE_SAYS = "success"
_BACKLOG = 64
_HEAD_WITHIN = 20.0

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Certificates:
    """What the targets show, with the file that a client trusts, and what a sign-in page shows for any name."""

    trusted: Path
    honest: ssl.SSLContext
    forged: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path, names: str) -> "Certificates":
        """Two self-signed ones; ``names`` are those of the honest one, as openssl writes them."""
        (folder / "honest").mkdir()
        (folder / "forged").mkdir()
        trusted, honest = certificate(folder / "honest", names)
        _, forged = certificate(folder / "forged", "DNS:hotspot.example.net")
        return cls(trusted, honest, forged)


class Hosts:
    """Every server of a network. ``portal_status`` is what the sign-in page answers: 200, or 302 to itself."""

    def __init__(self, internet: str, gateway: str, resolver: Resolver, certificates: Certificates) -> None:
        self.resolver = resolver
        self.portal_status = 200
        self.provider_port = 0
        self.requests: list[str] = []
        self._internet, self._gateway = internet, gateway
        self._certificates = certificates
        self._talking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="hosts", daemon=True)

    def start(self) -> None:
        """Listen. Raises what went wrong."""
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            raise TimeoutError("the hosts of the test network did not come up")
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Hang up on everybody."""
        if self._loop is not None and self._ending is not None:
            with contextlib.suppress(RuntimeError):  # the loop may be closed already; then the thread is ending
                self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            enter(self._internet)
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
            raise
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        servers = [
            *await self._serve(self._internet, 80, self._page),
            *await self._serve(self._internet, 443, self._page, self._certificates.honest),
            *await self._serve(self._internet, 53, self.resolver.converse),
            *await self._serve(self._internet, PROVIDER_PORT, self._relay),
            *await self._serve(self._gateway, PORTAL_HTTP, self._portal),
            *await self._serve(self._gateway, PORTAL_TLS, self._portal, self._certificates.forged),
        ]
        datagrams = [await self._serve_datagrams(address) for address in self.resolver.addresses]
        self._ready.set()
        await self._ending.wait()
        for server in servers:
            await close(server)
        for transport in datagrams:
            transport.close()
        for task, writer in (ending := dict(self._talking)).items():
            writer.transport.abort()  # a task that never began would leave it open
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _serve(
        self, namespace: str, port: int, talk: Talk, tls: ssl.SSLContext | None = None
    ) -> list[asyncio.Server]:
        async def conversing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(_HEAD_WITHIN):
                    await talk(reader, writer)
            except (OSError, EOFError, TimeoutError):
                pass
            finally:
                writer.transport.abort()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(conversing(reader, writer))
            self._talking[task] = writer
            task.add_done_callback(self._talking.pop)

        sockets = [listening(namespace, family, port) for family in (socket.AF_INET, socket.AF_INET6)]
        return [await asyncio.start_server(connected, sock=each, ssl=tls) for each in sockets]

    async def _serve_datagrams(self, address: str) -> asyncio.DatagramTransport:
        # Bound to the one address: a socket that is bound to all of them would answer from another than was asked.
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: ResolverDatagrams(self.resolver), local_addr=(address, 53)
        )
        return transport

    async def _page(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A page of plain http that says one thing, and the answer of a target that is asked over HTTPS."""
        self.requests.append(await _head(reader))
        writer.write(_reply("200 OK", PAGE_SAYS + "\n"))
        await _finish(writer)

    async def _portal(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A sign-in page, whatever was asked for."""
        await _head(reader)
        if self.portal_status == 200:
            writer.write(_reply("200 OK", "<html><title>Welcome to Hotel Example</title>Room number?</html>"))
        else:
            writer.write(_reply("302 Found", "", "Location: http://hotspot.example.net/sign-in\r\n"))
        await _finish(writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass a connection on to the provider, which listens on the loopback address of its namespace."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.provider_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, far_writer))
                group.create_task(_copy(far_reader, writer))
        except* OSError:
            pass
        finally:
            far_writer.transport.abort()


def listening(namespace: str, family: socket.AddressFamily, port: int) -> socket.socket:
    """A socket that listens on every address of a family in a namespace."""

    def make() -> socket.socket:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(("", port))
        made.listen(_BACKLOG)
        return made

    return inside(namespace, make)


async def _head(reader: asyncio.StreamReader) -> str:
    """The first line of a request, after its head was read."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b"\r\n", 1)[0].decode("latin-1")


def _reply(status: str, body: str, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n{body}".encode()


async def _finish(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
