"""A server on loopback that says exactly what a test wants it to say, byte by byte, well-behaved or not."""

import asyncio
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tocsin.simulator.listener import close

FOR_EVER = 3600.0


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


class HostileServer:
    """Serves with ``handler`` while entered; keeps every request in ``received``. ``begun`` is set by the first."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._handler = handler
        self._tls = tls
        self._host = host
        self._tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.received: list[Received] = []
        self.connections = 0
        self.begun = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self._host, 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        await close(self._server)
        for task, writer in (ending := dict(self._tasks)).items():
            writer.transport.abort()  # a task that never began would leave it open
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks[task] = writer
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await _read_request(reader)
                self.received.append(request)
                self.begun.set()
                await self._handler(request, writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has had enough: for many a test the very point
        finally:
            writer.transport.abort()
            # An aborted TLS transport lets go of its socket one turn of the loop later.
            await asyncio.sleep(0)


async def _read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)


def answer(status: int = 200, body: bytes = b"", *more: tuple[str, str]) -> bytes:
    """A whole well-formed answer, as bytes."""
    fields = [("Content-Length", str(len(body))), *more]
    head = f"HTTP/1.1 {status} Whatever\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
    return head.encode("latin-1") + b"\r\n" + body


def always(data: bytes) -> Handler:
    """Says the same to everyone."""

    async def handler(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return handler


def in_turn(*answers: bytes) -> Handler:
    """Says the first thing first, and so on."""
    left = list(answers)

    async def handler(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0))

    return handler


def dripping(at_once: bytes, then: bytes, every: float = 0.02) -> Handler:
    """Sends the first part, then the second over and over, a byte at a time: no single read ever takes long."""

    async def handler(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(at_once)
        while True:
            for byte in then:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(every)

    return handler


def silent() -> Handler:
    """Takes the request and never says a word."""

    async def handler(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(FOR_EVER)

    return handler


def then_closes(data: bytes) -> Handler:
    """Says something and hangs up."""

    async def handler(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()
        raise ConnectionResetError

    return handler


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1,IP:::1") -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate's file, and a server's context that shows it."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    about = ["-subj", "/CN=Planet Fibre test", "-addext", f"subjectAltName={names}"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", *made, *about, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context
