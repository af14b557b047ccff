"""A notification server on a real bus that can be told to misbehave, as no real one does on demand."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
_OBJECT = DBusAddress("/org/freedesktop/Notifications", interface=NAME)


@dataclass
class FakeNotificationServer:
    """Owns the well-known name on the bus at ``address`` for the length of an ``async with``.

    ``silent`` and ``refused`` name the methods that it leaves without an answer, or answers with an error.
    ``name`` is what it calls itself. ``act_at_once`` is an action that it says was pressed in the same breath as it
    answers ``Notify``. With ``screen_reader`` it is the accessibility bus as well, and says whether one is on.
    """

    address: str
    capabilities: tuple[str, ...] = ("actions", "body", "body-markup")
    name: str = "fake"
    silent: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    act_at_once: str = ""
    screen_reader: object = None
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._ids = 0
        self._unanswered: list[Message] = []
        self._called = asyncio.Condition()
        self._connection: DBusConnection = await open_dbus_connection(self.address)
        for name in (NAME,) if self.screen_reader is None else (NAME, "org.a11y.Bus"):
            await self._connection.send(message_bus.RequestName(name))
            while (await self._connection.receive()).header.message_type is not MessageType.method_return:
                pass  # NameAcquired comes before the answer
        self._task = asyncio.create_task(self._serve())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, EOFError, ConnectionError):
            await self._task
        await self._connection.close()

    def asked(self, method: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of a method."""
        return [body for name, body in self.calls if name == method]

    async def called(self, method: str) -> None:
        """Wait for the first call of a method."""
        async with asyncio.timeout(60), self._called:
            await self._called.wait_for(lambda: self.asked(method))

    def leave(self) -> None:
        """Drop off the bus without a word, as a server that crashed."""
        self._connection.writer.transport.abort()

    async def signal(self, member: str, signature: str, *body: object) -> None:
        """Send a signal to everybody."""
        await self._connection.send(new_signal(_OBJECT, member, signature, body))

    async def answer_late(self) -> None:
        """Answer what was left without an answer."""
        waiting, self._unanswered = self._unanswered, []
        for call in waiting:
            await self._answer(call, call.header.fields[HeaderFields.member])

    async def _serve(self) -> None:
        while True:
            call = await self._connection.receive()
            member = call.header.fields.get(HeaderFields.member, "")
            if call.header.message_type is not MessageType.method_call:
                continue
            async with self._called:
                self.calls.append((member, call.body))
                self._called.notify_all()
            if member in self.silent:
                self._unanswered.append(call)
            elif member in self.refused:
                await self._connection.send(new_error(call, "net.example.Refused", "s", ("no",)))
            else:
                await self._answer(call, member)

    async def _answer(self, call: Message, member: str) -> None:
        serials = self._connection.outgoing_serial
        said = []
        if member == "Notify":
            self._ids += 1
            notification_id = call.body[1] or self._ids
            said.append(new_method_return(call, "u", (notification_id,)))
            if self.act_at_once:
                said.append(new_signal(_OBJECT, "ActionInvoked", "us", (notification_id, self.act_at_once)))
        elif member == "GetCapabilities":
            said.append(new_method_return(call, "as", (list(self.capabilities),)))
        elif member == "Get":
            said.append(
                new_method_return(
                    call, "v", (("b" if isinstance(self.screen_reader, bool) else "s", self.screen_reader),)
                )
            )
        elif member == "GetServerInformation":
            said.append(new_method_return(call, "ssss", (self.name, "example.net", "1", "1.2")))
        else:
            said.append(new_method_return(call))
        self._connection.writer.write(b"".join(message.serialise(next(serials)) for message in said))
        await self._connection.writer.drain()
