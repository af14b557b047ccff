"""The channel to Linux desktops: ``org.freedesktop.Notifications`` over the session bus.

One notification stands for one thread and is replaced in place. Its id is worth something only at the server that gave
it: after a restart the next server may have given the same number to another program. So the id is remembered together
with the server's unique name and the bus's own id, and where one of them changed a new notification is made.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tocsin.notifiers.notice import notice
from tocsin.notifiers.screen_reader import is_listening
from tocsin.notifiers.session_bus import BUS, BUS_NAME, PATIENCE, BusFault, SessionBus, Signal, Target, Trouble
from tocsin.ports import Delivery, Outgoing, ThreadRef

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

READ_OUT = frozenset({"gnome-shell", "cinnamon", "Notification Daemon", "Xfce Notify Daemon"})
"""The servers whose notifications a screen reader surely reads out, by the name that they give themselves.

Orca reads what has AT-SPI's role for notifications (the two shells), and each window of the two daemons (GNOME's and
MATE's have one name), when it comes up. Others draw nothing but pixels (dunst, mako), are not read (LXQt) or not known
to be: to leave it to them would be worse than to be heard twice.
"""

T = TypeVar("T")

_MATCH = f"type='signal',interface='{NAME}',path='{PATH}'"
_GONE = frozenset(f"{BUS_NAME}.Error.{word}" for word in ("ServiceUnknown", "NameHasNoOwner", "NoReply"))
_REMEMBERED = 256
_IN_ALL = 2.5  # how many times one call's patience a whole delivery may take


@dataclass(frozen=True, slots=True)
class _Server:
    """The notification server that runs now.

    ``target`` is itself, not whoever follows it under the well-known name, for the ids are its own. ``token`` is its
    unique name and the bus that gave the name: no other server ever has the same. ``name`` is what it calls itself.
    """

    target: Target
    token: str
    capabilities: frozenset[str]
    name: str


class FreedesktopChannel:
    """Shows messages through whatever notification server the desktop runs.

    ``address`` is a D-Bus address; None takes the session's. ``patience`` bounds every call, in seconds. The connection
    is made when it is needed, and made again when the bus or the server was replaced.
    """

    def __init__(self, *, address: str | None = None, patience: float = PATIENCE) -> None:
        self._address = address
        self._patience = patience
        self._bus: SessionBus | None = None
        self._server: _Server | None = None
        self._server_name = ""
        self._closed = False
        self._connecting = asyncio.Lock()
        self._on_action: Callable[[str, str], None] | None = None
        self._activation = ""
        self._threads: OrderedDict[tuple[str, int], str] = OrderedDict()

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        return "freedesktop"

    @property
    def is_read_out(self) -> bool:
        """Whether a screen reader surely reads out what the server shows. Of one never met that is not known."""
        return self._server_name in READ_OUT

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        """Connect, and meet the server if it runs. Raises ``DeliveryFailed`` where there is no session bus.

        A delivery tries again all the same.
        """
        self._on_action = on_action
        self._closed = False
        bus = await self._connected()
        with contextlib.suppress(BusFault):  # one that does not answer is asked again when there is something to show
            if owner := await self._owner(bus):
                await self._met(bus, owner)

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        """Show it, replacing what stands for its thread at this very server. Raises nothing."""
        try:
            return Delivery(ok=True, ref=await self._bounded(lambda: self._notify(outgoing)))
        except BusFault as fault:
            return Delivery(ok=False, reason=fault.title)

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        """Take it away; what an earlier server showed went with it. Raises nothing."""
        try:
            await self._bounded(lambda: self._take_away(ref))
        except BusFault as fault:
            return Delivery(ok=False, reason=fault.title)
        return Delivery(ok=True)

    def take_activation(self) -> str:
        """The token by which Wayland lets a window come forward for the last click, once; empty without one."""
        activation, self._activation = self._activation, ""
        return activation

    async def close(self) -> None:
        """Hang up; what is on the screen stays."""
        self._closed = True
        await self._drop()

    # --- what is asked of the server -------------------------------------------------------------------------------

    async def _notify(self, outgoing: Outgoing) -> ThreadRef:
        bus, server = await self._reached()
        known = outgoing.replaces
        replaces = known.notification_id if known is not None and known.server == server.token else 0
        if replaces and self.is_read_out and await is_listening(bus):
            await self._close(bus, server.target, replaces)  # what changes in place is not read, what comes up is
            replaces = 0
        arguments = notice(outgoing, server.capabilities).arguments(replaces)
        (notification_id,) = await bus.call(server.target, "Notify", "susssasa{sv}i", arguments)
        self._remember(server, notification_id, outgoing.thread)
        return ThreadRef(self.name, outgoing.thread, server.token, notification_id)

    async def _take_away(self, ref: ThreadRef) -> None:
        bus = await self._connected()
        owner = await self._owner(bus)
        if ref.server != _token(owner, bus):
            return
        await self._close(bus, Target(owner, PATH, NAME), ref.notification_id)

    async def _close(self, bus: SessionBus, target: Target, notification_id: int) -> None:
        self._threads.pop((target.name, notification_id), None)
        try:
            await bus.call(target, "CloseNotification", "u", (notification_id,))
        except BusFault as fault:
            if fault.trouble is not Trouble.REFUSED:  # a refusal says that there is no such notification (any more)
                raise

    async def _bounded(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do it, once more where the bus or the server went away in between. Raises ``BusFault``, in bounded time."""
        try:
            async with asyncio.timeout(_IN_ALL * self._patience):
                try:
                    return await act()
                except BusFault as fault:
                    if fault.trouble is not Trouble.LOST and fault.error_name not in _GONE:
                        raise
                return await act()
        except TimeoutError:
            raise BusFault(Trouble.SILENT, "the notification service does not answer") from None

    # --- the way to it ---------------------------------------------------------------------------------------------

    async def _connected(self) -> SessionBus:
        async with self._connecting:
            if self._closed:
                raise BusFault(Trouble.LOST, "the channel is closed")
            if self._bus is not None and self._bus.alive:
                return self._bus
            await self._drop()
            bus = await SessionBus.connect(self._address, self._on_signal, self._patience)
            try:
                await bus.call(BUS, "AddMatch", "s", (_MATCH,))
            except BaseException:
                await bus.close()
                raise
            self._bus = bus
            return bus

    async def _reached(self) -> tuple[SessionBus, _Server]:
        """The bus, and the server that runs on it now; one that the bus can start is started."""
        bus = await self._connected()
        owner = await self._owner(bus)
        if not owner:
            await self._activate(bus)
            owner = await self._owner(bus)
        return bus, await self._met(bus, owner)

    async def _met(self, bus: SessionBus, owner: str) -> _Server:
        """What there is to know of the server, asked once."""
        if self._server is None or self._server.token != _token(owner, bus):
            target = Target(owner, PATH, NAME)
            capabilities, name = await _capabilities(bus, target), await _name(bus, target)
            self._server = _Server(target, _token(owner, bus), capabilities, name)
            self._server_name = name
        return self._server

    async def _owner(self, bus: SessionBus) -> str:
        try:
            (owner,) = await bus.call(BUS, "GetNameOwner", "s", (NAME,))
        except BusFault as fault:
            if fault.trouble is not Trouble.REFUSED:
                raise
            return ""
        return str(owner)

    async def _activate(self, bus: SessionBus) -> None:
        try:
            await bus.call(BUS, "StartServiceByName", "su", (NAME, 0))
        except BusFault as fault:
            if fault.trouble is not Trouble.REFUSED:
                raise
            raise BusFault(Trouble.REFUSED, "no notification service is running") from None

    async def _drop(self) -> None:
        bus, self._bus, self._server = self._bus, None, None
        self._threads.clear()
        if bus is not None:
            await bus.close()

    # --- what the user does ----------------------------------------------------------------------------------------

    def _remember(self, server: _Server, notification_id: int, thread: str) -> None:
        self._threads[server.target.name, notification_id] = thread
        while len(self._threads) > _REMEMBERED:
            self._threads.popitem(last=False)

    def _on_signal(self, signal: Signal) -> None:
        """Pass an action on, if it is about a notification of ours and comes from the server that showed it."""
        match signal.member, signal.body:
            case "ActionInvoked", (int(notification_id), str(key)):
                thread = self._threads.get((signal.sender, notification_id))
                if thread is not None and self._on_action is not None:
                    self._on_action(thread, key)
            case "ActivationToken", (int(notification_id), str(token)):  # comes before the action that it is for
                if (signal.sender, notification_id) in self._threads:
                    self._activation = token
            case "NotificationClosed", (int(notification_id), int()):
                self._threads.pop((signal.sender, notification_id), None)


def _token(owner: str, bus: SessionBus) -> str:
    return f"{owner}@{bus.guid}"


async def _capabilities(bus: SessionBus, target: Target) -> frozenset[str]:
    """What the server can do. One that does not say is taken for the simplest that shows a text."""
    try:
        (words,) = await bus.call(target, "GetCapabilities")
    except BusFault as fault:
        if fault.trouble is not Trouble.REFUSED or fault.error_name in _GONE:
            raise
        return frozenset({"body"})
    return frozenset(str(word) for word in words)


async def _name(bus: SessionBus, target: Target) -> str:
    """What the server calls itself; empty for one that does not say: it may show messages all the same."""
    try:
        said = await bus.call(target, "GetServerInformation")
    except BusFault as fault:
        if fault.trouble is Trouble.LOST or fault.error_name in _GONE:
            raise
        return ""
    return str(said[0]) if said else ""
