"""Whether to spare the link or the battery: what the system says of both, asked at most once a minute.

Metered links and the battery *saver* count; running on battery alone does not. Linux: NetworkManager's ``Metered``;
UPower's ``OnBattery`` with the power profile ``power-saver``. Windows: see ``thrift_windows``. macOS: Low Power Mode,
by pmset(1); what a link costs is not told on a command line there.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tocsin.adapters.background import DaemonCalls
from tocsin.ports import Thrift

if TYPE_CHECKING:
    from tocsin.adapters.system_bus import SystemBus

PATIENCE = 2.0
_KEPT = 60.0
_NETWORK = "org.freedesktop.NetworkManager"
_POWER = "org.freedesktop.UPower"
_METERED = (1, 3)
"""NMMetered: 1 is yes, 3 a guess that it is (the phone at the other end says so); 0, 2 and 4 are not known and no."""
_SAVER = "power-saver"
_PROFILES = ("org.freedesktop.UPower.PowerProfiles", "net.hadess.PowerProfiles")
"""power-profiles-daemon's name since 0.20, and the one before."""
_PMSET = "/usr/bin/pmset"
_LOW_POWER = (("lowpowermode", "1"), ("powermode", "1"))
"""One line of ``pmset -g``; the second where the Mac has a mode for high power too."""


class Source(Protocol):
    """What a system knows. ``within`` is in seconds. Raises ``OSError`` where it cannot be told."""

    async def is_frugal(self, within: float) -> bool:
        """True on a metered link and in battery saver."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


class KeptThrift:
    """Keeps an answer for ``kept`` seconds by ``clock``. What cannot be told within ``patience`` seconds is no."""

    def __init__(
        self,
        source: Source,
        *,
        kept: float = _KEPT,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._kept = kept
        self._patience = patience
        self._clock = clock
        self._asking = asyncio.Lock()
        self._answer = False
        self._asked: float | None = None

    async def is_frugal(self) -> bool:
        """True on a metered link and in battery saver; False where that cannot be told. Raises nothing."""
        async with self._asking:
            if self._asked is None or self._clock() - self._asked >= self._kept:
                self._answer = False
                with contextlib.suppress(OSError):
                    self._answer = await self._source.is_frugal(self._patience)
                self._asked = self._clock()
            return self._answer

    async def close(self) -> None:
        """Let go of what is held."""
        await self._source.close()


class NoSource:
    """Knows nothing, on systems that nobody asks."""

    async def is_frugal(self, within: float) -> bool:
        """False."""
        del within
        return False

    async def close(self) -> None:
        """Nothing to let go of."""


class LinuxSource:
    """Asks the services on the system bus. ``address`` is the bus, None for the computer's own."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._bus: SystemBus | None = None

    async def is_frugal(self, within: float) -> bool:
        """True on a metered link and in battery saver. Raises ``OSError`` where the bus cannot be reached."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        if self._bus is not None:
            try:
                return await _ask(self._bus, within)
            except OSError:
                await self.close()  # the bus was there a minute ago: it may be a new one
        from tocsin.adapters.system_bus import SystemBus  # noqa: PLC0415  jeepney is there on Linux only

        self._bus = await SystemBus.connect(self._address, max(0.0, until - loop.time()))
        try:
            return await _ask(self._bus, max(0.0, until - loop.time()))
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Hang up."""
        bus, self._bus = self._bus, None
        if bus is not None:
            await bus.close()


async def _ask(bus: "SystemBus", within: float) -> bool:
    """One service that hangs does not keep the others' answers back."""
    from tocsin.adapters.system_bus import get, value  # noqa: PLC0415  as above

    metered, battery, *profiles = await bus.ask(
        get(_NETWORK, "/org/freedesktop/NetworkManager", _NETWORK, "Metered"),
        get(_POWER, "/org/freedesktop/UPower", _POWER, "OnBattery"),
        *(get(name, f"/{name.replace('.', '/')}", name, "ActiveProfile") for name in _PROFILES),
        within=within,
    )
    saves = any(value(profile, "s") == _SAVER for profile in profiles)
    return value(metered, "u") in _METERED or (value(battery, "b") is True and saves)


class CalledSource:
    """Asks by a call that blocks, in a daemon thread: one that hangs is left behind. It may raise ``OSError``."""

    def __init__(self, function: Callable[[], bool]) -> None:
        self._function = function
        self._calls: DaemonCalls[bool] = DaemonCalls("thrift")

    async def is_frugal(self, within: float) -> bool:
        """What the call says. Raises ``OSError``, of which ``TimeoutError`` is one."""
        return await self._calls.run("thrift", self._function, timeout=within)

    async def close(self) -> None:
        """Nothing to let go of."""


def low_power_mode(program: str = _PMSET, within: float = PATIENCE) -> bool:
    """What ``pmset -g`` says of Low Power Mode. Raises ``OSError`` where it is missing or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603  a fixed path and a fixed word
            [program, "-g"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=within,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{program} takes too long") from error
    lines = done.stdout.decode("ascii", "replace").splitlines()
    return any(tuple(line.split()[:2]) in _LOW_POWER for line in lines)


def system_thrift() -> Thrift:
    """What tells of thrift on this computer."""
    return KeptThrift(_system_source())


def _system_source() -> Source:
    if sys.platform == "linux":
        return LinuxSource()
    if sys.platform == "darwin":
        return CalledSource(low_power_mode)
    if sys.platform == "win32":
        from tocsin.adapters.thrift_windows import is_frugal  # noqa: PLC0415  needed there only

        return CalledSource(is_frugal)
    return NoSource()
