"""A notification server of a given name on a virtual desktop, for tests that have no loop of their own."""

import asyncio
import threading
from typing import Self

from support.aside import PATIENCE
from support.fake_notification_server import FakeNotificationServer
from support.virtual_desktop import VirtualDesktop


class NotificationAside:
    """Serves while entered, or until ``leave``."""

    def __init__(self, desktop: VirtualDesktop, name: str) -> None:
        self._desktop = desktop
        self._name = name
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="notifications")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def titles(self) -> list[str]:
        """What it was to show, in order."""
        return [str(body[3]) for body in self._server.asked("Notify")]

    def leave(self) -> None:
        """End, and give the name away."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(PATIENCE)

    async def _main(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        async with FakeNotificationServer(self._desktop.address, name=self._name) as self._server:
            self._ready.set()
            await self._ending.wait()
