"""One connection to the user's D-Bus session, with an end to every wait.

Messages are built and read by jeepney; its asyncio router is not used, because a reply that comes just after its
caller gave up breaks that router for good. Format and rules: the D-Bus specification, "Message Protocol" and
"Message Bus Specification".
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, MessageType, Parser, new_method_call  # type: ignore[import-untyped]
from jeepney.auth import BEGIN, AuthenticationError, Authenticator  # type: ignore[import-untyped]
from jeepney.bus import get_connectable_addresses  # type: ignore[import-untyped]

from tocsin.errors import DeliveryFailed

# jeepney carries no types: everything of it stays inside this module, and what goes in and out of here is typed.

BUS_NAME = "org.freedesktop.DBus"
BUS_PATH = "/org/freedesktop/DBus"
PATIENCE = 2.0
_CHUNK = 65536


class Trouble(StrEnum):
    """What can go wrong with a call."""

    LOST = "lost"
    SILENT = "silent"
    REFUSED = "refused"


class BusFault(DeliveryFailed):
    """A call that brought no answer. ``error_name`` is the D-Bus name of a refusal, "" for the other two."""

    def __init__(self, trouble: Trouble, title: str, error_name: str = "") -> None:
        super().__init__(title)
        self.trouble = trouble
        self.error_name = error_name


@dataclass(frozen=True, slots=True)
class Target:
    """An interface of an object at a name on the bus."""

    name: str
    path: str
    interface: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that a match rule asked for. ``sender`` is the unique name, put there by the bus itself."""

    sender: str
    interface: str
    member: str
    body: tuple[Any, ...]


BUS = Target(BUS_NAME, BUS_PATH, BUS_NAME)


class SessionBus:
    """The connection. ``guid`` tells one run of a bus from another: unique names begin again with each.

    ``patience`` bounds every call and the connecting, in seconds each.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_signal: Callable[[Signal], None],
        patience: float = PATIENCE,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._on_signal = on_signal
        self._patience = patience
        self._serials = count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._task = asyncio.create_task(self._read(), name="session bus")
        self.guid = ""

    @classmethod
    async def connect(
        cls, address: str | None, on_signal: Callable[[Signal], None], patience: float = PATIENCE
    ) -> Self:
        """Connect to ``address``, or with None to the session that the environment names. Raises ``BusFault``."""
        places = _places(address if address is not None else _session_address())
        failure = BusFault(Trouble.LOST, "there is no desktop session to notify through")
        for place in places:
            try:
                reader, writer = await _authenticated(place, patience)
            except (OSError, EOFError, asyncio.LimitOverrunError, AuthenticationError) as error:
                failure = BusFault(Trouble.LOST, f"the session bus cannot be reached ({type(error).__name__})")
                continue
            bus = cls(reader, writer, on_signal, patience)
            try:
                await bus.call(BUS, "Hello")
                (guid,) = await bus.call(BUS, "GetId")
            except BaseException:
                await bus.close()
                raise
            bus.guid = str(guid)
            return bus
        raise failure

    @property
    def alive(self) -> bool:
        """False once the bus hung up."""
        return not (self._task.done() or self._writer.is_closing())

    async def call(
        self, target: Target, method: str, signature: str | None = None, body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...]:
        """Call a method and return what it answered. Raises ``BusFault``, after ``patience`` seconds at the latest."""
        if not self.alive:
            raise _lost()
        address = DBusAddress(target.path, target.name, target.interface)
        serial = next(self._serials)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[serial] = answer
        try:
            async with asyncio.timeout(self._patience):
                self._writer.write(new_method_call(address, method, signature, body).serialise(serial))
                await self._writer.drain()
                reply = await answer
        except TimeoutError:
            raise BusFault(Trouble.SILENT, f"no answer to {method} within {self._patience:g} s") from None
        except OSError:
            self._writer.close()  # the reader may not have noticed yet
            raise _lost() from None
        finally:
            del self._pending[serial]
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # looked at, or the loop would complain of an error that came after the caller left
        if reply.header.message_type is MessageType.error:
            name = str(reply.header.fields.get(HeaderFields.error_name, ""))
            raise BusFault(Trouble.REFUSED, f"{method} was refused: {name}", name)
        return tuple(reply.body)

    async def close(self) -> None:
        """Hang up. Calls that wait are told that the connection is lost."""
        self._task.cancel()
        self._writer.close()
        await asyncio.wait([self._task])
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._writer.wait_closed()

    async def _read(self) -> None:
        parser = Parser()
        try:
            while data := await self._reader.read(_CHUNK):
                parser.add_data(data)
                while (message := parser.get_next_message()) is not None:
                    self._take(message)
        except OSError:
            pass  # the same as a bus that hangs up in good order: whoever waits is told below, and alive says it
        finally:
            for answer in self._pending.values():
                if not answer.done():
                    answer.set_exception(_lost())

    def _take(self, message: Any) -> None:  # noqa: ANN401  jeepney's Message is untyped
        fields = message.header.fields
        answer = self._pending.get(fields.get(HeaderFields.reply_serial, 0))
        if answer is not None and not answer.done():
            answer.set_result(message)
        elif message.header.message_type is MessageType.signal:
            names = (HeaderFields.sender, HeaderFields.interface, HeaderFields.member)
            sender, interface, member = (str(fields.get(name, "")) for name in names)
            heard = Signal(sender, interface, member, tuple(message.body))
            # Behind the wake-up of whoever got the reply before it: an id is known before it is spoken of.
            asyncio.get_running_loop().call_soon(self._on_signal, heard)


def _lost() -> BusFault:
    return BusFault(Trouble.LOST, "the session bus hung up")


def _session_address() -> str:
    """The address of the user's session bus, by variable or at the usual place; "" where there is neither."""
    given = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return given or (f"unix:path={runtime}/bus" if runtime else "")


def _places(address: str) -> tuple[str, ...]:
    """The sockets that an address names, in its order. Raises ``BusFault`` for one that cannot be used."""
    try:
        return tuple(get_connectable_addresses(address)) if address else ()
    except (ValueError, RuntimeError):
        raise BusFault(Trouble.LOST, "the session bus has an address of an unknown kind") from None


async def _authenticated(place: str, patience: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a socket and log in on it.

    Raises ``OSError`` (``TimeoutError`` is one), ``EOFError``, ``LimitOverrunError`` or ``AuthenticationError``.
    """
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_unix_connection(place)
        try:
            login = Authenticator()
            for line in login:
                writer.write(line)
                await writer.drain()
                login.feed(await reader.readuntil(b"\r\n"))
            writer.write(BEGIN)
        except BaseException:
            writer.transport.abort()
            raise
        return reader, writer
