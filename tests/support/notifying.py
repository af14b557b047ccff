"""A freedesktop channel on a virtual desktop, and messages for it: what its tests share."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from support.virtual_desktop import VirtualDesktop
from tocsin.notifiers.freedesktop import FreedesktopChannel
from tocsin.ports import Outgoing, ThreadRef

BUTTONS = (("acknowledge", "Acknowledge"), ("open", "Open"))
START = Outgoing(
    thread="inc:1",
    title="Outage on Home fibre since 17:58",
    body="Cable cut in Utrecht\nNo estimate given yet",
    urgency="critical",
    uid="1",
    actions=BUTTONS,
)
END = replace(START, title="Home fibre works again", body="", urgency="normal", actions=(), final=True)


class Heard:
    """The actions that a channel passed on, and a way to wait for the next."""

    def __init__(self) -> None:
        self.so_far: list[tuple[str, str]] = []
        self._next: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def __call__(self, thread: str, key: str) -> None:
        self.so_far.append((thread, key))
        self._next.put_nowait((thread, key))

    async def next(self) -> tuple[str, str]:
        """Wait for the next one."""
        async with asyncio.timeout(60):
            return await self._next.get()


def with_channel(
    desktop: VirtualDesktop, story: Callable[[FreedesktopChannel, Heard], Awaitable[None]], patience: float = 30.0
) -> None:
    """Run a story in a loop of its own, with a channel on this desktop."""

    async def told() -> None:
        channel, heard = FreedesktopChannel(address=desktop.address, patience=patience), Heard()
        await channel.start(heard)
        try:
            await story(channel, heard)
        finally:
            await channel.close()

    asyncio.run(told())


async def shown(channel: FreedesktopChannel, outgoing: Outgoing) -> ThreadRef:
    """Deliver what must get through; its reference."""
    delivery = await channel.deliver(outgoing)
    assert delivery.ok, delivery.reason
    assert delivery.ref is not None
    return delivery.ref
