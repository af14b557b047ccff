"""A private system bus, and services on it: the mocks of python3-dbusmock, and one that can be told to misbehave."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, open_dbus_connection
from jeepney.io.blocking import Proxy
from jeepney.io.blocking import open_dbus_connection as open_blocking
from jeepney.wrappers import unwrap_msg

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={place}/bus</listen><auth>EXTERNAL</auth>
<servicedir>{place}/services</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""
_MOCK = "org.freedesktop.DBus.Mock"
_PROPERTIES = "org.freedesktop.DBus.Properties"


class PrivateSystemBus:
    """A dbus-daemon of its own in ``place``. It can end and come back under the same ``address``."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.address = f"unix:path={place}/bus"
        self.services = place / "services"
        self.services.mkdir()
        (place / "bus.conf").write_text(_CONFIG.format(place=place))
        self._running = ExitStack()

    def start(self) -> None:
        """Come up; returns when it listens."""
        argv = ["dbus-daemon", f"--config-file={self.place}/bus.conf", "--nofork", "--nosyslog", "--print-address"]
        self._daemon = self._serve(argv, stdout=subprocess.PIPE)
        assert self._daemon.stdout is not None
        self._daemon.stdout.readline()

    def stop(self) -> None:
        """End, without a word to anybody, and the mocks with it."""
        self._running.close()

    def freeze(self) -> None:
        """Stand still, as a bus that hangs: it keeps its connections and answers nothing."""
        self._daemon.send_signal(signal.SIGSTOP)

    def mock(self, template: str, **parameters: object) -> "Mock":
        """Start the mock of a service; returns when it has its name."""
        with open_blocking(self.address) as connection:
            rule = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
            Proxy(message_bus, connection, timeout=60).AddMatch(rule)
            argv = ["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", template]
            self._serve([*argv, "--parameters", json.dumps(parameters)], stdout=subprocess.DEVNULL)
            while True:
                with connection.filter(rule) as queue:
                    name, _, owner = connection.recv_until_filtered(queue, timeout=60).body
                if owner and not name.startswith(":"):
                    return Mock(self.address, name)

    def _serve(self, argv: list[str], stdout: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        process = subprocess.Popen(argv, env=environment, stdout=stdout, stderr=subprocess.DEVNULL)
        self._running.callback(_end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(60)
    if process.stdout is not None:
        process.stdout.close()


@dataclass(frozen=True)
class Mock:
    """A service that dbusmock plays; its main object lies at the path that its name suggests."""

    address: str
    name: str

    def emit(self, interface: str, member: str, signature: str, *values: object) -> None:
        """Send a signal."""
        kinds = list(signature)
        arguments = list(zip(kinds, values, strict=True))
        self._call("EmitSignal", "sssav", (interface, member, signature, arguments))

    def set(self, interface: str, name: str, kind: str, value: object) -> None:
        """Give a property another value."""
        self._call("UpdateProperties", "sa{sv}", (interface, {name: (kind, value)}))

    def add(self, interface: str, name: str, kind: str, value: object) -> None:
        """Give it a property that its template lacks."""
        self._call("AddProperty", "ssv", (interface, name, (kind, value)))

    def _call(self, method: str, signature: str, body: tuple[object, ...]) -> None:
        address = DBusAddress(f"/{self.name.replace('.', '/')}", self.name, _MOCK)
        with open_blocking(self.address) as connection:
            unwrap_msg(connection.send_and_get_reply(new_method_call(address, method, signature, body), timeout=60))


@dataclass
class FakeService:
    """Owns ``name`` on the bus for the length of an ``async with``, and answers questions for properties.

    ``properties`` are by name: type and value. ``silent`` and ``torn`` name those that it does not answer, and those
    that it answers with no variant at all. Whatever else it is asked it refuses.
    """

    address: str
    name: str
    properties: dict[str, tuple[str, Any]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    torn: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._news, self._settled = asyncio.Condition(), asyncio.Event()
        self._connection: DBusConnection = await open_dbus_connection(self.address)
        await self._connection.send(message_bus.RequestName(self.name))
        while (await self._connection.receive()).header.message_type is not MessageType.method_return:
            pass  # NameAcquired comes before the answer
        self._task = asyncio.create_task(self._serve())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, EOFError, ConnectionError):
            await self._task
        with contextlib.suppress(ConnectionError):
            await self._connection.close()

    async def was_asked(self, wanted: str, times: int = 1) -> None:
        """Wait until a property was asked for so many times."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: self.asked.count(wanted) >= times)

    async def signal(self, interface: str, member: str, signature: str, *body: object, to: str | None = None) -> None:
        """Send a signal from the object at the path that the name suggests, to everybody or to one connection."""
        emitter = DBusAddress(f"/{self.name.replace('.', '/')}", interface=interface)
        message = new_signal(emitter, member, signature or None, body)
        if to is not None:
            message.header.fields[HeaderFields.destination] = to
        await self._connection.send(message)

    async def settle(self) -> None:
        """Wait until the bus has passed on whatever was sent before."""
        self._settled.clear()
        await self.signal("net.example.Self", "Settled", "", to=str(self._connection.unique_name))
        async with asyncio.timeout(60):
            await self._settled.wait()

    async def _serve(self) -> None:
        while True:
            call = await self._connection.receive()
            if call.header.fields.get(HeaderFields.member) == "Settled":
                self._settled.set()
            if call.header.message_type is not MessageType.method_call:
                continue
            wanted = call.body[1] if call.header.fields.get(HeaderFields.member) == "Get" else ""
            if wanted not in self.silent:
                await self._connection.send(self._answer(call, wanted))
            async with self._news:
                self.asked.append(wanted)
                self._news.notify_all()

    def _answer(self, call: Message, wanted: str) -> Message:
        if wanted in self.torn:
            return new_method_return(call, "as", (["torn"],))
        if wanted in self.properties:
            return new_method_return(call, "v", (self.properties[wanted],))
        return new_error(call, "org.freedesktop.DBus.Error.UnknownProperty", "s", ("no",))


@contextmanager
def private_system_bus() -> Iterator[PrivateSystemBus]:
    """The bus for the length of a ``with``, running."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bus-") as place:
        bus = PrivateSystemBus(Path(place))
        bus.start()
        try:
            yield bus
        finally:
            bus.stop()
