"""``HostileServer`` on a thread of its own, for tests whose other half has a loop of its own or none."""

import asyncio
import ssl
import threading
from typing import Self

from support.hostile_server import Handler, HostileServer

PATIENCE = 60.0


class Aside:
    """Serves while entered. ``url`` is its address, without a slash at the end."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="hostile")
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(PATIENCE)

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        async with HostileServer(self._handler, tls=self._tls) as server:
            self.url = server.url
            self._ready.set()
            await self._ending.wait()
