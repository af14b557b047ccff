"""Word of sleep and waking up from logind: on time, from nobody else, over every loss of the bus."""

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import Any

import pytest

from support.system_bus import FakeService, private_system_bus
from tocsin.adapters.sleeping import LogindSleeps, SilentSleeps, system_sleeps

LOGIN = "org.freedesktop.login1"
MANAGER = "org.freedesktop.login1.Manager"
SOON = 0.05
AWAKE = ("b", False)
WRONG: dict[str, tuple[tuple[object, ...], tuple[object, ...]]] = {
    "": ((), ()),
    "s": (("true",), ("",)),
    "u": ((1,), (0,)),
    "d": ((1.0,), (0.0,)),
    "bb": ((True, True), (False, False)),
    "v": ((("b", True),), (("b", False),)),
    "ab": (([True],), ([],)),
}
"""Bodies that could be taken for yes, and for no, by their types."""


@pytest.fixture
def bus():
    with private_system_bus() as running:
        yield running


class Listening:
    """A listener, and what it passed on, in order."""

    def __init__(self, sleeps: LogindSleeps) -> None:
        self.sleeps = sleeps
        self.told: asyncio.Queue[bool] = asyncio.Queue()

    async def ready(self) -> None:
        async with asyncio.timeout(60):
            await self.sleeps.listening.wait()

    async def next(self) -> bool:
        async with asyncio.timeout(60):
            return await self.told.get()


@asynccontextmanager
async def listening(address: str, **more: Any):
    heard = Listening(LogindSleeps(address, retry=SOON, **more))
    await heard.sleeps.start(heard.told.put_nowait)
    try:
        yield heard
    finally:
        await heard.sleeps.close()
        assert heard.told.empty(), "more was told than was looked at"


def login(bus, **properties: tuple[str, Any]) -> FakeService:
    return FakeService(bus.address, LOGIN, {"PreparingForSleep": AWAKE, **properties})


async def sleep_signal(service: FakeService, signature: str, *body: object, to: str | None = None) -> None:
    """Send ``PrepareForSleep`` from logind's object, whoever the service is."""
    name, service.name = service.name, LOGIN
    await service.signal(MANAGER, "PrepareForSleep", signature, *body, to=to)
    service.name = name


def test_before_and_after_sleep(bus) -> None:
    """Both words of logind come through, in their order, night after night."""
    mock = bus.mock("logind")

    async def story() -> None:
        async with listening(bus.address) as heard:
            await heard.ready()
            for asleep in (True, False, True, False):
                await asyncio.to_thread(mock.emit, MANAGER, "PrepareForSleep", "b", asleep)
                assert await heard.next() is asleep

    asyncio.run(story())


def test_on_its_way_to_sleep_when_we_come(bus) -> None:
    """A computer that is about to sleep when the listening begins is known to be."""
    mock = bus.mock("logind", PreparingForSleep=True)

    async def story() -> None:
        async with listening(bus.address) as heard:
            assert await heard.next() is True
            await asyncio.to_thread(mock.emit, MANAGER, "PrepareForSleep", "b", False)
            assert await heard.next() is False

    asyncio.run(story())


def test_no_bus_and_then_one(bus) -> None:
    """Without a bus nothing is told and nothing raised; once there is one, it is listened to."""
    bus.stop()

    async def story() -> None:
        async with listening(bus.address) as heard:
            await asyncio.to_thread(bus.start)
            async with login(bus) as service:
                await heard.ready()
                await sleep_signal(service, "b", True)
                assert await heard.next() is True
                await sleep_signal(service, "b", False)
                assert await heard.next() is False

    asyncio.run(story())


def test_logind_comes_later_and_again(bus) -> None:
    """A logind that starts after us, and one that takes its place, are heard as soon as they have the name."""

    async def story() -> None:
        async with listening(bus.address) as heard:
            await heard.ready()
            for _ in range(2):
                async with login(bus) as service:
                    await sleep_signal(service, "b", True)
                    assert await heard.next() is True
                    await sleep_signal(service, "b", False)
                    assert await heard.next() is False

    asyncio.run(story())


def test_the_bus_dies_while_asleep(bus) -> None:
    """A bus that died and came back is asked how things stand: it woke up meanwhile, and that is told."""

    async def story() -> None:
        async with listening(bus.address) as heard:
            async with login(bus) as service:
                await heard.ready()
                await sleep_signal(service, "b", True)
                assert await heard.next() is True
                await asyncio.to_thread(bus.stop)
            await asyncio.to_thread(bus.start)
            async with login(bus) as service:
                await heard.ready()
                await sleep_signal(service, "b", False)  # where logind came back too late to be asked
                assert await heard.next() is False
                await sleep_signal(service, "b", True)
                assert await heard.next() is True

    asyncio.run(story())


def test_the_same_twice_is_told_once(bus) -> None:
    """What is known already is not told again."""

    async def story() -> None:
        async with login(bus) as service, listening(bus.address) as heard:
            await heard.ready()
            for asleep in (False, True, True, False, False):
                await sleep_signal(service, "b", asleep)
            await sleep_signal(service, "b", True)
            assert [await heard.next() for _ in range(3)] == [True, False, True]

    asyncio.run(story())


def test_a_word_that_never_comes(bus) -> None:
    """Who stays awake long after saying that it goes to sleep does not sleep: the line is not unwatched for ever."""

    async def story() -> None:
        async with login(bus) as service, listening(bus.address, longest_awake=SOON) as heard:
            await heard.ready()
            await sleep_signal(service, "b", True)
            assert [await heard.next(), await heard.next()] == [True, False]
            await sleep_signal(service, "b", True)
            assert [await heard.next(), await heard.next()] == [True, False]

    asyncio.run(story())


def test_a_stranger_is_not_believed(bus) -> None:
    """Any program may send any signal, to us alone too: only logind's counts, and only the bus says who logind is."""

    async def story() -> None:
        stranger = FakeService(bus.address, "net.example.Stranger")
        async with login(bus) as service, stranger, listening(bus.address) as heard:
            await heard.ready()
            for to in (None, *(f":1.{number}" for number in range(10))):
                await stranger.signal("org.freedesktop.DBus", "NameOwnerChanged", "sss", LOGIN, "", ":1.2", to=to)
                await sleep_signal(stranger, "b", True, to=to)
            await stranger.settle()
            await sleep_signal(service, "b", False)
            await sleep_signal(service, "b", True)
            await service.settle()
            await sleep_signal(stranger, "b", False, to=":1.3")
            assert await heard.next() is True
            await stranger.settle()
            await sleep_signal(service, "b", False)
            assert await heard.next() is False

    asyncio.run(story())


@pytest.mark.parametrize("signature", ["", "s", "u", "d", "bb", "v", "ab"])
def test_words_of_the_wrong_type(bus, signature) -> None:
    """A signal of another type than documented says nothing, and what comes after it is still heard."""

    async def story() -> None:
        async with login(bus, PreparingForSleep=("s", "true")) as service, listening(bus.address) as heard:
            await heard.ready()
            await sleep_signal(service, signature, *WRONG[signature][0])
            await sleep_signal(service, "b", True)
            await sleep_signal(service, signature, *WRONG[signature][1])
            await sleep_signal(service, "b", False)
            assert [await heard.next(), await heard.next()] == [True, False]

    asyncio.run(story())


@pytest.mark.parametrize("how", ["silent", "torn"])
def test_a_logind_that_does_not_answer(bus, how) -> None:
    """A logind that hangs, or answers nonsense, costs a moment; its word is heard all the same."""

    async def story() -> None:
        service = login(bus)
        getattr(service, how).add("PreparingForSleep")
        async with service, listening(bus.address, patience=0.2) as heard:
            await heard.ready()
            await sleep_signal(service, "b", True)
            assert await heard.next() is True

    asyncio.run(story())


def test_a_bus_that_hangs(bus) -> None:
    """A bus that stands still holds nothing up: not the start, not the end."""
    bus.freeze()

    async def story() -> None:
        async with asyncio.timeout(30), listening(bus.address, patience=120):
            await asyncio.sleep(0)

    asyncio.run(story())


def test_begun_anew(bus) -> None:
    """Who begins again is the only one who is told, from then on."""

    async def story() -> None:
        async with login(bus) as service, listening(bus.address) as former:
            await former.ready()
            heard = Listening(former.sleeps)
            await heard.sleeps.start(heard.told.put_nowait)
            await heard.ready()
            await sleep_signal(service, "b", True)
            assert await heard.next() is True

    asyncio.run(story())


def test_what_is_told_may_go_wrong(bus, caplog) -> None:
    """A mistake in whoever is told does not end the listening."""

    async def story() -> None:
        told: asyncio.Queue[bool] = asyncio.Queue()

        def on_sleep(asleep: bool) -> None:  # noqa: FBT001  the port's
            told.put_nowait(asleep)
            raise ValueError("not our fault")

        sleeps = LogindSleeps(bus.address)
        await sleeps.start(on_sleep)
        async with login(bus) as service, asyncio.timeout(60):
            await sleeps.listening.wait()
            for asleep in (True, False):
                await sleep_signal(service, "b", asleep)
                assert await told.get() is asleep
        await sleeps.close()

    asyncio.run(story())
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def test_where_nobody_tells(monkeypatch) -> None:
    """On other systems nothing is listened to, and to close what never started is no mistake."""
    assert isinstance(system_sleeps(), LogindSleeps)
    monkeypatch.setattr(sys, "platform", "win32")
    silent = system_sleeps()
    assert isinstance(silent, SilentSleeps)

    async def story() -> None:
        await silent.start(lambda _: pytest.fail("told"))
        await silent.close()
        await LogindSleeps().close()

    asyncio.run(story())


def test_nothing_is_imported_before_it_is_needed() -> None:
    """jeepney, which other systems lack, is loaded by the first listening."""
    code = (
        "import sys, tocsin.adapters.sleeping, tocsin.adapters.thrift; print([m for m in sys.modules if 'jeep' in m])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
