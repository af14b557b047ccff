"""A small HTTP/1.1 server on loopback, on a daemon thread of its own.

asyncio streams rather than ``http.server``: one thread whatever the number of connections, a request that is made to
hang costs nothing, and stopping cancels everything at once; a threaded server would have to bound, wake and join
one thread for each idle keep-alive connection. Timeouts here are real seconds, whatever clock the day runs on.
"""

import asyncio
import contextlib
import logging
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from tocsin.domain.message import Message
from tocsin.errors import Bug, EnvironmentFault
from tocsin.simulator.http1 import MAX_HEAD, Manner, RefusedError, Reply, Request, has_body, parse_head, render_head

HOST = "127.0.0.1"
_LINGER = 0.5
_KEPT = 1000
_TURNS_TO_LET_IN = 3  # of the loop: a transport is made, connected, and its protocol told
_log = logging.getLogger(__name__)

Handler = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may take: connections at a time, and seconds until a head, between requests, and to read."""

    connections: int = 64
    head: float = 10.0
    idle: float = 75.0
    write: float = 30.0


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that was answered. ``path`` is the target as it came, query and all."""

    method: str
    path: str
    status: int


class RequestLog:
    """The last thousand requests, for tests and curious integrators; holds no header, so no token either."""

    def __init__(self) -> None:
        self._entries: deque[Logged] = deque(maxlen=_KEPT)
        self._changed = threading.Condition()

    def add(self, entry: Logged) -> None:
        """Keep one, and wake whoever waits."""
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def snapshot(self) -> tuple[Logged, ...]:
        """What is kept, oldest first."""
        with self._changed:
            return tuple(self._entries)

    def wait_for(self, wanted: Callable[[tuple[Logged, ...]], bool], timeout: float) -> bool:
        """Wait at most ``timeout`` seconds until the requests so far are ``wanted``; False if they never were."""
        with self._changed:
            return self._changed.wait_for(lambda: wanted(tuple(self._entries)), timeout)


class Listener:
    """Listens on 127.0.0.1, asks ``handler`` for an answer to each request, and gives it in the manner it says.

    ``handler`` runs in the server's thread and must not block. ``now`` dates the answers. With ``port`` 0 the system
    picks one; it is kept for a second ``start`` after a ``stop``.
    """

    def __init__(
        self, handler: Handler, now: Callable[[], datetime], *, port: int = 0, limits: Limits | None = None
    ) -> None:
        self.log = RequestLog()
        self._handler = handler
        self._now = now
        self._port = port
        self._limits = limits or Limits()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int:
        """The port it listens on, or will; 0 while none was picked."""
        return self._port

    def start(self) -> int:
        """Listen, and return the port. Raises ``EnvironmentFault`` where it is taken, ``Bug`` when started twice."""
        if self._thread is not None:
            raise Bug("The listener was started twice.")
        listening = self._bind()
        self._port = listening.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(listening, ready), name="tocsin-simulator", daemon=True)
        self._thread.start()
        ready.result()
        return self._port

    def stop(self) -> None:
        """Cut every connection and join the thread. Does nothing when it is not running."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stopping is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop may be closed already; then the thread is ending
            self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join()

    def _bind(self) -> socket.socket:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Elsewhere a restart on the same port would wait for old connections to time out; on Windows the same
            # option would let a second program take the port.
            if sys.platform != "win32":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((HOST, self._port))
        except (OSError, OverflowError) as error:
            listening.close()
            advice = "Choose another port, or 0 for any that is free."
            problem = getattr(error, "strerror", None) or ""
            told = Message("port_taken", {"name": str(self._port), "problem": problem})
            title = f"Port {self._port} of {HOST} cannot be used ({error})"
            raise EnvironmentFault(title, advice, told=told) from error
        return listening

    def _run(self, listening: socket.socket, ready: "Future[None]") -> None:
        try:
            asyncio.run(self._main(listening, ready))
        except Exception as error:
            listening.close()
            if ready.done():
                raise
            ready.set_exception(error)  # ``start`` waits for it, and raises it in the caller's thread

    async def _main(self, listening: socket.socket, ready: "Future[None]") -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._accepted, sock=listening, limit=MAX_HEAD)
        ready.set_result(None)
        try:
            await self._stopping.wait()
        finally:
            await close(server)
            for task, writer in (ending := dict(self._open)).items():
                writer.transport.abort()  # a task that never began would leave it open
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connected(reader, writer))
        self._open[task] = writer
        task.add_done_callback(self._open.pop)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._open) > self._limits.connections:
                await self._refuse(
                    reader, writer, RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.")
                )
            else:
                await self._converse(reader, writer)
            await self._finish(writer)
        except asyncio.CancelledError:
            _log.debug("A connection was cut by the stop.")
        except (OSError, TimeoutError, EOFError) as error:
            _log.debug("A client went away: %r", error)
        finally:
            writer.transport.abort()

    async def _finish(self, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(self._limits.write):
            writer.close()
            await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        keep = True
        while keep:
            try:
                request = await self._read(reader)
            except RefusedError as refused:
                await self._refuse(reader, writer, refused)
                return
            if request is None:
                return
            reply = self._answer(request)
            self.log.add(Logged(request.method, request.target, int(reply.status)))
            keep = request.keep_alive and reply.manner is Manner.WHOLE
            await self._send(reader, writer, request, reply)

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        """The next request, its body thrown away; None at the client's end. Raises ``RefusedError``."""
        try:
            async with asyncio.timeout(self._limits.idle):
                first = await reader.read(1)
        except TimeoutError:
            return None
        if not first:
            return None
        # Told at once, where a client that speaks TLS would wait for the rest of its head to time out.
        if not first.isalpha():
            raise RefusedError(HTTPStatus.BAD_REQUEST, "This is no HTTP request.")
        try:
            async with asyncio.timeout(self._limits.head):
                request = parse_head(first + await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(request.body_length)
        except asyncio.LimitOverrunError as error:
            message = f"A head may have {MAX_HEAD} bytes."
            raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, message) from error
        except TimeoutError as error:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, "The request did not come to its end.") from error
        return request

    def _answer(self, request: Request) -> Reply:
        try:
            return self._handler(request)
        except Exception:  # noqa: BLE001 - a boundary: told as a bug, and the server goes on
            _log.exception("The simulator could not answer %s", request.target)
            return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, b"The simulator has a bug; see its log.")

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, refused: RefusedError) -> None:
        body = f"{refused.message}\n".encode()
        reply = Reply(refused.status, body, (("Content-Type", "text/plain; charset=utf-8"),))
        self.log.add(Logged("", "", int(refused.status)))
        await self._write(writer, render_head(reply, self._now(), keep_alive=False) + body)
        # To close with bytes unread would reset the connection, and the client might lose the answer.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                writer.write_eof()
                await _discard(reader)

    async def _send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request, reply: Reply
    ) -> None:
        keep_alive = request.keep_alive and reply.manner is Manner.WHOLE
        head = render_head(reply, self._now(), keep_alive=keep_alive)
        body = reply.body if request.method != "HEAD" and has_body(reply.status) else b""
        match reply.manner:
            case Manner.WHOLE:
                await self._write(writer, head + body)
            case Manner.HANG:
                await _discard(reader)
            case Manner.CLOSE:
                writer.transport.abort()
            case Manner.TRUNCATED:
                await self._write(writer, head + body[: len(body) // 2])
            case Manner.DRIP_HEAD:
                await self._drip(writer, head + body, reply.pause)
            case Manner.DRIP_BODY:
                await self._write(writer, head)
                await self._drip(writer, body, reply.pause)

    async def _drip(self, writer: asyncio.StreamWriter, data: bytes, pause: float) -> None:
        for index in range(len(data)):
            await self._write(writer, data[index : index + 1])
            await asyncio.sleep(pause)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        async with asyncio.timeout(self._limits.write):
            await writer.drain()


async def close(server: asyncio.Server) -> None:
    """Take no more connections; who was let in has a reader and a writer when this returns.

    A server that is closed while asyncio is taking somebody over leaves that connection open, and nobody knows of it.
    """
    if sys.platform != "win32":  # whose loop has no readers, and no such gap
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(_TURNS_TO_LET_IN):
            await asyncio.sleep(0)
    server.close()


async def _discard(reader: asyncio.StreamReader) -> None:
    """Read until the client goes away."""
    while await reader.read(MAX_HEAD):
        pass
