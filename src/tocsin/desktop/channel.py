"""The last link of the chain of channels: the window itself, which needs nobody's help to show a message."""

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tocsin.ports import Delivery, Outgoing, ThreadRef

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

NAME = "window"
_LOG = logging.getLogger(__name__)


class WindowChannel:
    """Satisfies ``ports.Channel``. Its coroutines run in the engine's loop, ``act`` in the GUI thread.

    ``show`` and ``withdraw`` are handed to ``post``, which has them called in the GUI thread.
    """

    def __init__(
        self,
        post: Callable[[Callable[[], None]], bool],
        show: Callable[[Outgoing], None],
        withdraw: Callable[[str], None],
    ) -> None:
        self._post = post
        self._show = show
        self._withdraw = withdraw
        self._loop: AbstractEventLoop | None = None
        self._on_action: Callable[[str, str], None] | None = None

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        return NAME

    @property
    def is_read_out(self) -> bool:
        """The window comes up without being read: what it says has to be announced."""
        return False

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Remember whom to tell, and in which loop, when the user acts."""
        from asyncio import get_running_loop  # noqa: PLC0415 - the engine's thread has it; the icon does not wait for it

        self._loop = get_running_loop()
        self._on_action = on_action

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Show it in the window; false only after the screen is gone."""
        if not self._post(partial(self._show, outgoing)):
            return Delivery(ok=False, reason="the window is closed for good")
        return Delivery(ok=True, ref=ThreadRef(NAME, outgoing.thread, server="", notification_id=0))

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take it out of the window."""
        self._post(partial(self._withdraw, ref.thread))
        return Delivery(ok=True)

    async def close(self) -> None:
        """Tell nobody any more."""
        self._on_action = None
        self._loop = None

    def act(self, thread: str, key: str) -> None:
        """Pass on what the user chose on a message. Called in the GUI thread."""
        loop, on_action = self._loop, self._on_action
        if loop is None or on_action is None:
            return
        try:
            loop.call_soon_threadsafe(on_action, thread, key)
        except RuntimeError:  # the loop was closed in between
            _LOG.debug("the engine is gone, %r on %r is dropped", key, thread)
