"""One connection to the computer's own D-Bus, for questions to its services and for what they announce.

One task uses it, so that none has to read along: ``ask`` and ``signal`` read for themselves. Nothing is started by
being asked: a service that does not run gives no answer. Format and rules: the D-Bus specification, "Message Protocol"
and "Message Bus Specification".
"""

import asyncio
import contextlib
import os
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from jeepney import (  # type: ignore[import-untyped]
    DBusAddress,
    HeaderFields,
    MessageFlag,
    MessageType,
    Parser,
    new_method_call,
)
from jeepney.auth import BEGIN, AuthenticationError, Authenticator  # type: ignore[import-untyped]
from jeepney.bus import get_connectable_addresses  # type: ignore[import-untyped]

# jeepney carries no types: everything of it stays inside this module, and what goes in and out of here is typed.

BUS_NAME = "org.freedesktop.DBus"
_BUS_PATH = "/org/freedesktop/DBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_USUAL_PLACE = "unix:path=/var/run/dbus/system_bus_socket"
_CHUNK = 4096
_LARGEST = 1 << 16
_SIGNALS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Call:
    """A method of an object at a name on the bus, with what it is given."""

    name: str
    path: str
    interface: str
    member: str
    signature: str = ""
    body: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call brought. ``signature`` tells the types in ``body``, after the specification's "Type System"."""

    signature: str
    body: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """What a service announced. ``sender`` is its unique name, put there by the bus itself."""

    sender: str
    interface: str
    member: str
    signature: str
    body: tuple[Any, ...]


def of_bus(member: str, argument: str) -> Call:
    """A question to the bus itself, with one text as its argument."""
    return Call(BUS_NAME, _BUS_PATH, BUS_NAME, member, "s", (argument,))


def get(name: str, path: str, interface: str, wanted: str) -> Call:
    """The question for one property."""
    return Call(name, path, _PROPERTIES, "Get", "ss", (interface, wanted))


def value(answer: Answer | None, signature: str) -> Any:  # noqa: ANN401  the type is what the signature says
    """The property that an answer brought; None for none, and for one of another type than ``signature``."""
    if answer is None or answer.signature != "v":
        return None
    kind, found = answer.body[0]
    return found if kind == signature else None


class SystemBus:
    """The connection. After an ``OSError`` it is of no more use but to be closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._serials = count(1)
        self._parser = Parser()
        self._signals: deque[Signal] = deque(maxlen=_SIGNALS_KEPT)

    @classmethod
    async def connect(cls, address: str | None, within: float) -> Self:
        """Connect to ``address``, or with None to the bus that the environment names or to the usual one.

        Raises ``OSError``, after ``within`` seconds at the latest.
        """
        failure: OSError = ConnectionError("there is no system bus")
        async with asyncio.timeout(within):
            for place in _places(address or os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or _USUAL_PLACE):
                try:
                    return await cls._at(place)
                except TimeoutError:
                    raise
                except OSError as error:
                    failure = error
        raise failure

    @classmethod
    async def _at(cls, place: str) -> Self:
        reader, writer = await asyncio.open_unix_connection(place)
        bus = cls(reader, writer)
        try:
            await bus._log_in()
            hello = bus._write(Call(BUS_NAME, _BUS_PATH, BUS_NAME, "Hello"))
            await bus._collect({hello: None})
        except BaseException:
            writer.transport.abort()
            raise
        return bus

    async def ask(self, *calls: Call, within: float) -> tuple[Answer | None, ...]:
        """Ask all at once. None stands for what was refused, and for what was not answered ``within`` so many seconds.

        Raises ``OSError`` where the bus hung up.
        """
        answers: dict[int, Answer | None] = {self._write(call): None for call in calls}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._writer.drain()
                await self._collect(answers)
        return tuple(answers.values())

    async def signal(self) -> Signal:
        """Wait for the next signal. Raises ``OSError`` where the bus hangs up."""
        while not self._signals:
            await self._receive()
        return self._signals.popleft()

    async def close(self) -> None:
        """Hang up."""
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _log_in(self) -> None:
        login = Authenticator()
        try:
            for line in login:
                self._writer.write(line)
                login.feed(await self._reader.readuntil(b"\r\n"))
        except (EOFError, asyncio.LimitOverrunError, AuthenticationError) as error:
            raise ConnectionError("the system bus lets nobody in") from error
        self._writer.write(BEGIN)

    def _write(self, call: Call) -> int:
        address = DBusAddress(call.path, call.name, call.interface)
        message = new_method_call(address, call.member, call.signature or None, call.body)
        message.header.flags |= MessageFlag.no_auto_start
        serial = next(self._serials)
        self._writer.write(message.serialise(serial))
        return serial

    async def _collect(self, answers: dict[int, Answer | None]) -> None:
        """Fill the answers in, by serial, until each call was answered or refused."""
        missing = set(answers)
        while missing:
            serial, answer = await self._receive()
            if serial in missing:
                missing.remove(serial)
                answers[serial] = answer

    async def _receive(self) -> tuple[int, Answer | None]:
        """The next message: which call it answers (0: none) and what with. A signal is put aside."""
        message = await self._message()
        fields = message.header.fields
        signature, body = str(fields.get(HeaderFields.signature, "")), tuple(message.body)
        if message.header.message_type is MessageType.signal:
            names = (HeaderFields.sender, HeaderFields.interface, HeaderFields.member)
            sender, interface, member = (str(fields.get(name, "")) for name in names)
            self._signals.append(Signal(sender, interface, member, signature, body))
        is_answer = message.header.message_type is MessageType.method_return
        return fields.get(HeaderFields.reply_serial, 0), Answer(signature, body) if is_answer else None

    async def _message(self) -> Any:  # noqa: ANN401  jeepney's Message is untyped
        while True:
            try:
                message = self._parser.get_next_message()
                lacking = self._parser.bytes_desired() if message is None else 0
            except Exception as error:
                raise ConnectionError("what the system bus says cannot be read") from error
            if message is not None:
                return message
            if lacking > _LARGEST:
                raise ConnectionError("the system bus says too much")
            data = await self._reader.read(_CHUNK)
            if not data:
                raise ConnectionError("the system bus hung up")
            self._parser.add_data(data)


def _places(address: str) -> tuple[str, ...]:
    """The sockets that an address names, in its order. Raises ``OSError`` for one that cannot be used."""
    try:
        return tuple(get_connectable_addresses(address))
    except (ValueError, RuntimeError) as error:
        raise ConnectionError("the system bus has an address of an unknown kind") from error
