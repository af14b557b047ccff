"""Word of the computer's going to sleep and waking up, where the system gives it.

On Linux systemd-logind does (``PrepareForSleep``, org.freedesktop.login1(5)), and what stands in for it. Elsewhere
nobody is asked: sleep shows as a jump between the clocks there, which the engine watches everywhere.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tocsin.ports import Sleeps

if TYPE_CHECKING:
    from tocsin.adapters.system_bus import Signal, SystemBus

_LOGIN = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_MANAGER = "org.freedesktop.login1.Manager"
_SLEEP = f"type='signal',sender='{_LOGIN}',path='{_PATH}',interface='{_MANAGER}',member='PrepareForSleep'"
_OWNER = (
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    f"arg0='{_LOGIN}'"
)
_PATIENCE = 2.0
_FIRST_RETRY, _LAST_RETRY = 1.0, 300.0
_LONGEST_AWAKE = 120.0


class SilentSleeps:
    """Says nothing, where nobody tells."""

    async def start(self, on_sleep: Callable[[bool], None]) -> None:
        """Nothing to listen to."""

    async def close(self) -> None:
        """Nothing to let go of."""


class LogindSleeps:
    """Listens on the system bus, and comes back to it when it was lost.

    ``address`` is the bus, None for the computer's own. After a lost bus it is tried again after ``retry`` seconds,
    later after twice as long each time. Who said that it goes to sleep and is awake ``longest_awake`` seconds later
    does not sleep (logind waits for programs 5 s, unless its InhibitDelayMaxSec says otherwise): that counts as woken,
    lest a word that was lost leaves the line unwatched for ever. No service is waited for longer than ``patience``
    seconds. ``listening`` is set while nothing can be missed.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        retry: float = _FIRST_RETRY,
        longest_awake: float = _LONGEST_AWAKE,
        patience: float = _PATIENCE,
    ) -> None:
        self._address = address
        self._patience = patience
        self._retry = retry
        self._longest_awake = longest_awake
        self._on_sleep: Callable[[bool], None] = lambda _: None
        self._owner = ""
        self._asleep = False
        self._overdue: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def start(self, on_sleep: Callable[[bool], None]) -> None:
        """Begin to listen, anew where that was begun before; returns at once."""
        await self.close()
        self._on_sleep, self._asleep = on_sleep, False
        self._task = asyncio.create_task(self._keep_listening(), name="sleep")

    async def close(self) -> None:
        """Listen no more."""
        self._forget_overdue()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self.listening.clear()

    async def _keep_listening(self) -> None:
        from tocsin.adapters.system_bus import SystemBus  # noqa: PLC0415  jeepney is there on Linux only

        pause = self._retry
        while True:
            try:
                bus = await SystemBus.connect(self._address, self._patience)
                try:
                    await self._listen(bus)
                finally:
                    await bus.close()
            except OSError:
                pass  # a computer without a system bus, or one that restarts it: the clocks tell of sleep meanwhile
            if self.listening.is_set():
                pause = self._retry
            self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LAST_RETRY)

    async def _listen(self, bus: "SystemBus") -> None:
        """Hear until the bus hangs up, which raises ``OSError``; returns where it does not do what it is asked."""
        from tocsin.adapters.system_bus import get, of_bus, value  # noqa: PLC0415  as above

        on_owner, on_sleep, owner, state = await bus.ask(
            of_bus("AddMatch", _OWNER),
            of_bus("AddMatch", _SLEEP),
            of_bus("GetNameOwner", _LOGIN),
            get(_LOGIN, _PATH, _MANAGER, "PreparingForSleep"),
            within=self._patience,
        )
        if on_owner is None or on_sleep is None:
            return
        self._owner = str(owner.body[0]) if owner is not None and owner.signature == "s" else ""
        asleep = value(state, "b")
        if asleep is not None:
            self._tell(asleep=asleep)
        self.listening.set()
        while True:
            self._hear(await bus.signal())

    def _hear(self, signal: "Signal") -> None:
        """Any program can send us any signal: what counts is who the bus says that it was."""
        told = (signal.sender, signal.member, signal.signature)
        if told == ("org.freedesktop.DBus", "NameOwnerChanged", "sss"):
            name, _, owner = signal.body
            self._owner = owner if name == _LOGIN else self._owner
        elif signal.interface == _MANAGER and told == (self._owner, "PrepareForSleep", "b"):
            self._tell(asleep=signal.body[0])

    def _tell(self, *, asleep: bool) -> None:
        if asleep == self._asleep:
            return
        self._asleep = asleep
        self._forget_overdue()
        loop = asyncio.get_running_loop()
        if asleep:
            self._overdue = loop.call_later(self._longest_awake, self._woke_unsaid)
        loop.call_soon(self._on_sleep, asleep)  # a mistake of theirs is not to end the listening

    def _woke_unsaid(self) -> None:
        """The loop's clock stands still in suspend, so that this comes only to a computer that is awake."""
        self._tell(asleep=False)

    def _forget_overdue(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def system_sleeps() -> Sleeps:
    """What tells of sleep on this computer."""
    return LogindSleeps() if sys.platform == "linux" else SilentSleeps()
