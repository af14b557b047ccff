"""Whether to spare the link or the battery: each system's word for it, at most once a minute, and no is the default."""

import asyncio
import ctypes
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from support.system_bus import FakeService, private_system_bus
from tocsin.adapters import thrift_windows
from tocsin.adapters.thrift import CalledSource, KeptThrift, LinuxSource, low_power_mode, system_thrift

NETWORK = "org.freedesktop.NetworkManager"
POWER = "org.freedesktop.UPower"
OLD_PROFILES = "net.hadess.PowerProfiles"
NEW_PROFILES = "org.freedesktop.UPower.PowerProfiles"
ON_BATTERY = ("b", True)
SAVER = ("s", "power-saver")


@pytest.fixture
def bus():
    with private_system_bus() as running:
        yield running


async def asked(address: str, patience: float = 30) -> bool:
    """What one who never asked before is told."""
    thrift = KeptThrift(LinuxSource(address), patience=patience)
    try:
        return await thrift.is_frugal()
    finally:
        await thrift.close()


@asynccontextmanager
async def services(address: str, **properties: tuple[str, Any]):
    """Services that say this: ``metered``, ``battery``, ``old`` and ``new`` profile."""
    names = {"metered": NETWORK, "battery": POWER, "old": OLD_PROFILES, "new": NEW_PROFILES}
    keys = {"metered": "Metered", "battery": "OnBattery", "old": "ActiveProfile", "new": "ActiveProfile"}
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(FakeService(address, names[which], {keys[which]: value}))
            for which, value in properties.items()
        ]


def test_the_services_of_a_laptop(bus) -> None:
    """Metered (yes, or guessed) is frugal, and so is battery saver on battery; neither the one nor the other alone."""
    network, power = bus.mock("networkmanager"), bus.mock("upower", OnBattery=False)
    profiles = bus.mock("power_profiles_daemon")
    network.add(NETWORK, "Metered", "u", 0)
    found = {}
    for metered in range(6):
        network.set(NETWORK, "Metered", "u", metered)
        found[metered] = asyncio.run(asked(bus.address))
    assert found == {0: False, 1: True, 2: False, 3: True, 4: False, 5: False}
    for on_battery, profile, frugal in (
        (True, "balanced", False),
        (True, "power-saver", True),
        (False, "power-saver", False),
        (False, "performance", False),
    ):
        power.set(POWER, "OnBattery", "b", on_battery)
        profiles.set(OLD_PROFILES, "ActiveProfile", "s", profile)
        assert asyncio.run(asked(bus.address)) is frugal


def test_the_new_name_of_the_profiles(bus) -> None:
    """power-profiles-daemon is asked by its newer name too."""

    async def story() -> None:
        async with services(bus.address, battery=ON_BATTERY, new=SAVER):
            assert await asked(bus.address)

    asyncio.run(story())


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"metered": ("s", "1")},
        {"metered": ("b", True)},
        {"metered": ("i", 1)},
        {"metered": ("d", 1.0)},
        {"metered": ("v", ("u", 1))},
        {"metered": ("au", [1])},
        {"metered": ("u", 2**32 - 1)},
        {"battery": ("s", "true"), "old": SAVER},
        {"battery": ("u", 1), "old": SAVER},
        {"battery": ON_BATTERY},
        {"old": SAVER},
        {"battery": ON_BATTERY, "old": ("as", ["power-saver"])},
        {"battery": ON_BATTERY, "old": ("o", "/power/saver"), "new": ("s", "")},
    ],
)
def test_what_cannot_be_told_is_no(bus, said) -> None:
    """A service that is missing, or says something of another type than documented, makes nothing frugal."""

    async def story() -> None:
        async with services(bus.address, **said):
            assert await asked(bus.address) is False

    asyncio.run(story())


def test_answers_of_another_shape(bus) -> None:
    """A reply that holds no property at all is no answer, and the other services' count."""

    async def story() -> None:
        async with services(bus.address, metered=("u", 1), battery=ON_BATTERY, new=SAVER) as (network, *_):
            network.torn.add("Metered")
            assert await asked(bus.address)

    asyncio.run(story())


def test_a_service_that_hangs(bus) -> None:
    """It is waited for no longer than said, and the others' answers count."""

    async def story() -> None:
        async with services(bus.address, metered=("u", 2), battery=ON_BATTERY, old=SAVER) as (network, *_):
            network.silent.add("Metered")
            began = time.monotonic()
            assert await asked(bus.address, 1)
            assert time.monotonic() - began < 30  # it would hang for ever

    asyncio.run(story())


def test_a_bus_that_hangs(bus) -> None:
    """It is waited for no longer than said, by who was connected and by who was not."""

    async def story() -> None:
        clock = iter(range(0, 10_000, 100))
        thrift = KeptThrift(LinuxSource(bus.address), patience=0.2, clock=lambda: next(clock))
        async with services(bus.address, metered=("u", 1)):
            assert await thrift.is_frugal()
            bus.freeze()
            began = time.monotonic()
            assert await thrift.is_frugal() is False
            assert await asked(bus.address, 0.2) is False
            assert time.monotonic() - began < 30
            await thrift.close()
            await asyncio.to_thread(bus.stop)

    asyncio.run(story())


def test_the_bus_dies_and_returns(bus) -> None:
    """No bus is no; the first question after it came back brings the new answer."""

    async def story() -> None:
        clock = iter(range(0, 10_000, 100))
        thrift = KeptThrift(LinuxSource(bus.address), clock=lambda: next(clock))
        async with services(bus.address, metered=("u", 1)):
            assert await thrift.is_frugal()
            await asyncio.to_thread(bus.stop)
        assert await thrift.is_frugal() is False
        await asyncio.to_thread(bus.start)
        async with services(bus.address, metered=("u", 1)):
            assert await thrift.is_frugal()
            await asyncio.to_thread(bus.stop)
            await asyncio.to_thread(bus.start)
        async with services(bus.address, metered=("u", 3)):
            assert await thrift.is_frugal()
        await thrift.close()

    asyncio.run(story())


class Counting:
    """A source that says the next of some answers, or raises it."""

    def __init__(self, *answers: bool | OSError) -> None:
        self.answers = list(answers)

    async def is_frugal(self, within: float) -> bool:
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    async def close(self) -> None:
        pass


def test_an_answer_is_kept_for_a_minute() -> None:
    """The system is asked once a minute, however many want to know at once; an old yes does not outlive a failure."""

    async def story() -> None:
        now = [1000.0]
        thrift = KeptThrift(Counting(True, False, True, TimeoutError(), True), clock=lambda: now[0])
        assert await asyncio.gather(*(thrift.is_frugal() for _ in range(5))) == [True] * 5
        for now[0], answer in (
            (1059.9, True),
            (1060.0, False),
            (1120.0, True),
            (1180.0, False),
            (1239.9, False),
            (1240.0, True),
        ):
            assert await thrift.is_frugal() is answer

    asyncio.run(story())


def test_a_computer_without_a_bus(monkeypatch) -> None:
    """The computer's own thrift says no where there is no bus, and holds nothing."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")

    async def story() -> None:
        thrift = system_thrift()
        assert await thrift.is_frugal() is False
        await thrift.close()

    asyncio.run(story())


def test_systems_that_nobody_asks(monkeypatch) -> None:
    """On a system that is not known the answer is no."""
    monkeypatch.setattr(sys, "platform", "freebsd14")

    async def story() -> None:
        thrift = system_thrift()
        assert await thrift.is_frugal() is False
        await thrift.close()

    asyncio.run(story())


# --- macOS ---

PRINTED = """System-wide power settings:
Currently in use:
 standby              1
 hibernatefile        /var/vm/sleepimage
 {line}
 tcpkeepalive         1
"""


def pmset(folder, script: str) -> str:
    """A program in pmset's place."""
    place = folder / "pmset"
    place.write_text(f'#!/bin/sh\n[ "$*" = -g ] || exit 1\n{script}\n')
    place.chmod(0o755)
    return str(place)


@pytest.mark.parametrize(
    ("line", "frugal"),
    [
        ("lowpowermode         1", True),
        ("lowpowermode         0", False),
        ("powermode            1", True),
        ("powermode            2", False),
        ("lowpowermode", False),
        ("lessbright           1", False),
        ("x lowpowermode 1", False),
        ("\\377\\376 lowpowermode 1", False),
    ],
)
def test_low_power_mode(tmp_path, line, frugal) -> None:
    """Low Power Mode is what pmset prints, in either of its spellings."""
    printed = PRINTED.format(line=line).replace("\n", "\\n")
    assert low_power_mode(pmset(tmp_path, f"printf '{printed}'")) is frugal


def test_a_pmset_that_is_no_use(tmp_path) -> None:
    """One that is missing, fails or hangs is no; a child that it leaves behind holds nothing up."""

    async def story() -> None:
        for script in ("exit 1", "sleep 20 & wait"):
            program = pmset(tmp_path, script)
            began = time.monotonic()
            thrift = KeptThrift(CalledSource(lambda program=program: low_power_mode(program, 0.2)))
            assert await thrift.is_frugal() is False
            assert time.monotonic() - began < 15
        thrift = KeptThrift(CalledSource(lambda: low_power_mode("/nonexistent/pmset")))
        assert await thrift.is_frugal() is False
        await thrift.close()

    asyncio.run(story())


LIST_MANAGER = UUID("dcb00c01-570f-4a9b-8d69-199fdba5723b")
COST_MANAGER = UUID("dcb00008-570f-4a9b-8d69-199fdba5723b")

# --- Windows: its libraries are played by ctypes' own functions, so that the layouts are tried in memory ---


class Kernel:
    """kernel32, with a battery."""

    def __init__(self, saver: int, *, works: bool = True) -> None:
        self._saver, self._works = saver, works

    def GetSystemPowerStatus(self, status: Any) -> int:  # noqa: N802  Windows names it so
        raw = bytes([0, 8, 50, self._saver]) + bytes(8)
        ctypes.memmove(status, raw if self._works else bytes(12), 12)
        return int(self._works)


class Com:
    """ole32 with a cost manager behind a real table of methods. ``made`` and ``costed`` are what the calls return."""

    def __init__(self, cost: int, *, made: int = 0, costed: int = 0, begun: int = 0) -> None:
        self.log: list[str] = []
        self._made, self._begun = made, begun
        release = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p)(lambda this: self._note("released", this))
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32), ctypes.c_void_p)

        def get_cost(this: int, into: Any, towards: int | None) -> int:
            self._note("asked", this)
            into[0] = cost
            return costed if towards is None else -1

        self._kept = (release, kind(get_cost))
        methods = [None, None, *(ctypes.cast(each, ctypes.c_void_p) for each in self._kept)]
        self._table = (ctypes.c_void_p * 4)(*methods)
        self._thing = ctypes.c_void_p(ctypes.addressof(self._table))

    def CoInitializeEx(self, reserved: None, kind: int) -> int:  # noqa: N802  Windows names it so
        self.log.append("begun")
        return self._begun

    def CoUninitialize(self) -> None:  # noqa: N802  as above
        self.log.append("ended")

    def CoCreateInstance(self, wanted: Any, outer: None, where: int, kind: Any, into: Any) -> int:  # noqa: N802  as above
        identities = [UUID(bytes_le=ctypes.string_at(ctypes.addressof(each._obj), 16)) for each in (wanted, kind)]
        assert identities == [LIST_MANAGER, COST_MANAGER]
        into._obj.value = None if self._made < 0 else ctypes.addressof(self._thing)
        return self._made

    def _note(self, what: str, this: int) -> int:
        assert this == ctypes.addressof(self._thing)
        self.log.append(what)
        return 0


@pytest.mark.parametrize(("saver", "works", "saving"), [(1, True, True), (0, True, False), (1, False, False)])
def test_windows_battery_saver(saver, works, saving) -> None:
    """The fourth byte of the power status is battery saver; a call that fails is no."""
    assert thrift_windows.is_saving(Kernel(saver, works=works)) is saving


@pytest.mark.parametrize(
    ("cost", "metered"),
    [
        (0, False),
        (1, False),
        (2, True),
        (4, True),
        (0x20001, False),
        (0x40001, True),
        (0x80001, False),
        (0x10002, True),
    ],
)
def test_windows_metered(cost, metered) -> None:
    """The cost's flags are read through the table of methods, and everything that was taken is given back."""
    com = Com(cost)
    assert thrift_windows.is_metered(com) is metered
    assert com.log == ["begun", "asked", "released", "ended"]


def test_windows_that_cannot_tell() -> None:
    """A COM that cannot begin, make or answer is no, and is left as it was found."""
    changed_mode = -2147417850
    for com, log in (
        (Com(2, costed=-1), ["begun", "asked", "released", "ended"]),
        (Com(2, made=-2147221164), ["begun", "ended"]),
        (Com(2, made=-2147221164, begun=changed_mode), ["begun"]),
    ):
        assert thrift_windows.is_metered(com) is False
        assert com.log == log
    com = Com(2, begun=changed_mode)
    assert thrift_windows.is_metered(com) is True
    assert com.log == ["begun", "asked", "released"]
    with pytest.raises(OSError, match="not Windows"):
        thrift_windows.is_frugal()
