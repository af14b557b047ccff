"""The connection to the system bus: an end to every wait, and nothing believed of what cannot be read."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
from jeepney import DBusAddress, new_method_return, new_signal

from support.system_bus import FakeService, private_system_bus
from tocsin.adapters.system_bus import BUS_NAME, Answer, Call, SystemBus, get, of_bus, value

NAME = "net.example.Power"
PATH = "/net/example/Power"
OK = b"OK 0123456789abcdef0123456789abcdef\r\n"
SOON = 0.2


@pytest.fixture
def bus():
    with private_system_bus() as running:
        yield running


@asynccontextmanager
async def connected(address: str):
    link = await SystemBus.connect(address, 5)
    try:
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def odd_bus(folder, *sends: bytes, hang_up: bool = False):
    """What listens like a bus, answers what it is told with the next of ``sends``, then hangs up or says no more."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for data in sends:
                if not await reader.read(4096):
                    return
                writer.write(data)
            while not hang_up and await reader.read(4096):
                pass
        except ConnectionError:
            pass  # it was hung up on, which is what it is for
        finally:
            writer.close()
            over.set()

    server = await asyncio.start_unix_server(serve, folder / "bus")
    async with server:
        yield f"unix:path={folder}/bus"
        await asyncio.wait_for(over.wait(), 5)


def test_a_property_comes_with_its_type(bus) -> None:
    """A property is believed only as the type that it should have."""

    async def story() -> None:
        async with FakeService(bus.address, NAME, {"Saver": ("b", True)}), connected(bus.address) as link:
            (answer,) = await link.ask(get(NAME, PATH, NAME, "Saver"), within=5)
            assert answer == Answer("v", (("b", True),))
            assert value(answer, "b") is True
            assert value(answer, "u") is None
            assert value(Answer("s", ("b",)), "b") is None
            assert value(None, "b") is None

    asyncio.run(story())


def test_one_that_is_silent_keeps_no_other_back(bus) -> None:
    """What is refused or not answered is None, and the rest is there; a late answer is not taken for another."""

    async def story() -> None:
        service = FakeService(bus.address, NAME, {"A": ("s", "a"), "B": ("s", "b")}, silent={"A"})
        async with service, connected(bus.address) as link:
            asked = [get(NAME, PATH, NAME, name) for name in ("A", "B", "C")]
            silent, there, refused = await link.ask(*asked, within=SOON)
            assert (silent, value(there, "s"), refused) == (None, "b", None)
            service.silent.clear()
            (answer,) = await link.ask(asked[0], within=5)
            assert value(answer, "s") == "a"

    asyncio.run(story())


def test_nothing_is_started_by_being_asked(bus) -> None:
    """A service that the bus could start stays off: asking costs the computer nothing."""
    touched = bus.place / "started"
    start = f'/bin/sh -c "touch {touched}; exit 1"'
    (bus.services / f"{NAME}.service").write_text(f"[D-BUS Service]\nName={NAME}\nExec={start}\n")

    async def story() -> None:
        async with connected(bus.address) as link:
            await link.ask(Call(BUS_NAME, "/", BUS_NAME, "ReloadConfig"), within=5)
            assert await link.ask(get(NAME, PATH, NAME, "A"), within=5) == (None,)
            assert not touched.exists()
            await link.ask(Call(BUS_NAME, "/", BUS_NAME, "StartServiceByName", "su", (NAME, 0)), within=5)
            assert touched.exists()

    asyncio.run(story())


def test_signals_are_kept_while_something_is_asked(bus) -> None:
    """A signal that comes between question and answer is heard afterwards."""

    async def story() -> None:
        async with FakeService(bus.address, NAME, {"A": ("s", "a")}) as service, connected(bus.address) as link:
            await link.ask(of_bus("AddMatch", f"type='signal',interface='{NAME}'"), within=5)
            await service.signal(NAME, "Changed", "u", 7)
            await link.ask(get(NAME, PATH, NAME, "A"), within=5)
            heard = await link.signal()
            while heard.member != "Changed":
                heard = await link.signal()
            assert (heard.interface, heard.signature, heard.body) == (NAME, "u", (7,))

    asyncio.run(story())


def test_the_environment_names_the_bus(bus, monkeypatch) -> None:
    """Without an address it is the one that the environment names."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)

    async def story() -> None:
        link = await SystemBus.connect(None, 5)
        await link.close()

    asyncio.run(story())


@pytest.mark.parametrize("address", ["", "nonsense", "tcp:host=127.0.0.1,port=1", "unix:path=/nonexistent/bus"])
def test_an_address_that_leads_nowhere(address, monkeypatch) -> None:
    """No bus, and an address of an unknown kind, are the same ``OSError``."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address or "unix:path=/nonexistent/bus")
    with pytest.raises(OSError, match=r"bus|No such file"):
        asyncio.run(SystemBus.connect(address or None, 5))


def test_a_bus_that_hangs(bus) -> None:
    """A bus that stands still costs the time that it was given, at connecting and later."""

    async def story() -> None:
        async with connected(bus.address) as link:
            bus.freeze()
            began = time.monotonic()
            assert await link.ask(of_bus("GetNameOwner", NAME), within=SOON) == (None,)
            with pytest.raises(TimeoutError):
                await SystemBus.connect(bus.address, SOON)
            assert 2 * SOON <= time.monotonic() - began < 2 * SOON + 30

    asyncio.run(story())


def test_a_bus_that_dies(bus) -> None:
    """Whoever waits learns that the bus hung up, and so does who asks after that."""

    async def story() -> None:
        async with connected(bus.address) as link:
            waiting = asyncio.create_task(_until_lost(link))
            await asyncio.to_thread(bus.stop)
            with pytest.raises(OSError):  # noqa: PT011  whichever the kernel says
                await asyncio.wait_for(waiting, 5)
            with pytest.raises(OSError):  # noqa: PT011  as above
                await link.ask(of_bus("GetNameOwner", NAME), within=5)

    asyncio.run(story())


async def _until_lost(link: SystemBus) -> None:
    while True:
        await link.signal()


def _hello() -> bytes:
    call = type("Call", (), {"header": type("Header", (), {"serial": 1, "fields": {}})()})()
    return new_method_return(call, "s", (":1.1",)).serialise(1)


def _big(size: int) -> bytes:
    signal = new_signal(DBusAddress("/a", interface="net.example.A"), "B", "s", ("x" * size,))
    return signal.serialise(2)


ODD: dict[str, Callable[[], tuple[bytes, ...]]] = {
    "lets nobody in": lambda: (b"REJECTED EXTERNAL\r\n",),
    "another language": lambda: (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
    "a line without an end": lambda: (b"O" * (1 << 17),),
    "no such byte order": lambda: (OK, b"\0" * 64),
    "noise": lambda: (OK, os.urandom(16).replace(b"l", b"x").replace(b"B", b"x") + bytes(64)),
    "a torn header": lambda: (OK, b"l\2\0\1" + b"\4\0\0\0" * 3 + b"\xff" * 64),
    "too much": lambda: (OK, _big(1 << 20)),
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_what_is_no_bus(kind, tmp_path) -> None:
    """Whatever listens there and speaks otherwise is an ``OSError``, long before the time is up."""

    async def story() -> None:
        async with odd_bus(tmp_path, *ODD[kind]()) as address:
            with pytest.raises(OSError) as caught:  # noqa: PT011  whichever it is
                await SystemBus.connect(address, 5)
            assert not isinstance(caught.value, TimeoutError)

    asyncio.run(story())


def test_a_bus_that_says_nothing(tmp_path) -> None:
    """One that accepts and stays silent, and one that logs us in and hangs up, end too."""

    async def story() -> None:
        async with odd_bus(tmp_path) as address:
            with pytest.raises(TimeoutError):
                await SystemBus.connect(address, SOON)
        async with odd_bus(tmp_path, OK, hang_up=True) as address:
            with pytest.raises(ConnectionError):
                await SystemBus.connect(address, 5)

    asyncio.run(story())
