"""Several channels as one: the first that works delivers, and the last one always works.

A thread is on one link at a time. The reference that a chain hands out is its own and names the link that holds the
thread, so that a replacement or a withdrawal finds its way back, after a restart too.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tocsin.errors import DeliveryFailed
from tocsin.ports import Channel, Delivery, Outgoing, ThreadRef

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_MARK = "|"


class Chain:
    """Tries ``links`` in their order for every message: one that recovers is used again for the next.

    Raises ``ValueError`` for no links, or two of one name.
    """

    def __init__(self, links: Sequence[Channel], *, name: str = "chain") -> None:
        self._links = {link.name: link for link in links}
        if not links or len(self._links) != len(links):
            raise ValueError("a chain needs links, each with a name of its own")
        self._name = name
        self._troubles: dict[str, str] = {}
        self._held: dict[str, ThreadRef] = {}

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        return self._name

    @property
    def trouble(self) -> str:
        """What keeps the links before the one in use from working, as "link: reason"; "" while the first one works."""
        return "; ".join(f"{link}: {self._troubles[link]}" for link in self._links if link in self._troubles)

    @property
    def is_read_out(self) -> bool:
        """Whether a screen reader reads out what the link that is in use shows by itself."""
        working = (link for name, link in self._links.items() if name not in self._troubles)
        return next((link.is_read_out for link in working), False)

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Start every link. One that cannot does not keep the others from it; ``trouble`` says so."""
        for link in self._links.values():
            try:
                await self._guarded(link, link.start(on_action))
            except DeliveryFailed as failed:
                self._troubles[link.name] = failed.title

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Show it on the first link that can. What another link showed for its thread is taken away after that.

        A success that was not the first link's has ``trouble`` for its reason.
        """
        before = self._inner(outgoing.replaces) or self._held.get(outgoing.thread)
        for link in self._links.values():
            known = before if before is not None and before.channel == link.name else None
            delivery = await self._attempt(link, link.deliver(replace(outgoing, replaces=known)))
            if not delivery.ok:
                self._troubles[link.name] = delivery.reason or "it did not say why"
                continue
            self._works(link)
            now = delivery.ref or ThreadRef(link.name, outgoing.thread, "", 0)
            self._held[outgoing.thread] = now
            if before is not None and before.channel != link.name:
                await self._withdrawn(before)
            if outgoing.final:
                del self._held[outgoing.thread]
            return Delivery(ok=True, ref=self._outer(now), reason=self.trouble)
        return Delivery(ok=False, reason=self.trouble)

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take it away from the link that holds it."""
        inner = self._held.pop(ref.thread, None) or self._inner(ref)
        return Delivery(ok=True) if inner is None else await self._withdrawn(inner)

    async def close(self) -> None:
        """Close every link, in spite of any that cannot."""
        for link in self._links.values():
            try:
                await self._guarded(link, link.close())
            except DeliveryFailed as failed:
                _LOG.info("the channel %s was not closed: %s", link.name, failed.title)

    # --- one link ----------------------------------------------------------------------------------------------------

    def _works(self, link: Channel) -> None:
        """Forget what was wrong with a link that delivered, and with those after it, which are not needed."""
        names = list(self._links)
        for name in names[names.index(link.name) :]:
            self._troubles.pop(name, None)

    async def _withdrawn(self, inner: ThreadRef) -> Delivery:
        link = self._links.get(inner.channel)
        if link is None:
            return Delivery(ok=False, reason=f"there is no channel {inner.channel} any more")
        return await self._attempt(link, link.withdraw(inner))

    async def _attempt(self, link: Channel, act: Awaitable[Delivery]) -> Delivery:
        try:
            return await self._guarded(link, act)
        except DeliveryFailed as failed:
            return Delivery(ok=False, reason=failed.title)

    async def _guarded(self, link: Channel, act: Awaitable[T]) -> T:
        """Do it. Whatever breaks in a link becomes ``DeliveryFailed``: an alarm must not depend on the worst."""
        try:
            return await act
        except DeliveryFailed:
            raise
        except Exception as error:
            _LOG.exception("a mistake in the channel %s", link.name)
            raise DeliveryFailed(f"a mistake of ours ({type(error).__name__})") from error

    # --- references --------------------------------------------------------------------------------------------------

    def _outer(self, inner: ThreadRef) -> ThreadRef:
        return ThreadRef(self._name, inner.thread, f"{inner.channel}{_MARK}{inner.server}", inner.notification_id)

    def _inner(self, ref: ThreadRef | None) -> ThreadRef | None:
        """The link's own reference behind one of ours; one of a link is taken as it is."""
        if ref is None or ref.channel in self._links:
            return ref
        link, mark, server = ref.server.partition(_MARK)
        return ThreadRef(link, ref.thread, server, ref.notification_id) if mark and link in self._links else None
