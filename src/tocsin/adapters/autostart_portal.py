"""Starting with the computer from inside Flatpak: the desktop's portal is asked, and may ask the person.

Format: org.freedesktop.portal.Background, method ``RequestBackground``, and org.freedesktop.portal.Request. The portal
tells nobody whether an application is started at log-in; that can be seen only where the sandbox lets the host's
autostart folder be read. Otherwise the portal's last answer holds for this run.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tocsin.adapters.system_bus import BUS_NAME, Call, Signal, SystemBus, of_bus
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
BACKGROUND = "org.freedesktop.portal.Background"
REQUEST = "org.freedesktop.portal.Request"
_BUS_PATH = "/org/freedesktop/DBus"
_PATIENCE = 5.0
_PERSONS_PATIENCE = 120.0  # somebody may have to find the question first
_DONE = 0


class PortalAutostart:
    """Satisfies ``ports.Autostart``. ``address`` is the session bus's; ``look``, if given, sees the host's folder.

    ``persons_patience`` is how long a person has to answer the portal's question, in seconds.
    """

    def __init__(
        self,
        command: Sequence[str],
        address: str,
        look: Callable[[], bool] | None,
        *,
        persons_patience: float = _PERSONS_PATIENCE,
    ) -> None:
        self._command = tuple(command)
        self._address = address
        self._look = look
        self._persons_patience = persons_patience
        self._answered: bool | None = None

    def is_on(self) -> bool | None:
        """What the host's folder shows, else the portal's last answer; None before the first."""
        return self._answered if self._look is None else self._look()

    async def switch(self, *, on: bool) -> None:
        """Ask the portal. Raises ``AutostartFault`` where it does not answer, or says no."""
        try:
            results = await self._asked(on=on)
        except OSError as error:  # one that took too long is one too
            raise AutostartFault(StartObstacle.PORTAL_SILENT) from error
        if on and results.get("autostart") != ("b", True):
            self._answered = False
            raise AutostartFault(StartObstacle.PORTAL_REFUSED)
        self._answered = on

    async def _asked(self, *, on: bool) -> Mapping[str, Any]:
        if not self._address:
            raise ConnectionError("there is no session bus")
        bus = await SystemBus.connect(self._address, _PATIENCE)
        try:
            async with asyncio.timeout(_PATIENCE):
                owner = await self._requested(bus, on=on)
            async with asyncio.timeout(self._persons_patience):
                return await _response(bus, owner)
        finally:
            await bus.close()

    async def _requested(self, bus: SystemBus, *, on: bool) -> str:
        """Make the request; who is going to answer it."""
        own, token = await _own_name(bus), f"tocsin{secrets.token_hex(8)}"
        handle = f"{PATH}/request/{own.removeprefix(':').replace('.', '_')}/{token}"
        rule = f"type='signal',interface='{REQUEST}',member='Response',path='{handle}'"
        start = Call(BUS_NAME, _BUS_PATH, BUS_NAME, "StartServiceByName", "su", (PORTAL, 0))
        await bus.ask(start, of_bus("AddMatch", rule), within=_PATIENCE)
        (owner,) = await bus.ask(of_bus("GetNameOwner", PORTAL), within=_PATIENCE)
        options = {
            "handle_token": ("s", token),
            "autostart": ("b", on),
            "commandline": ("as", list(self._command)),
            "dbus-activatable": ("b", False),
        }
        call = Call(PORTAL, PATH, BACKGROUND, "RequestBackground", "sa{sv}", ("", options))
        (made,) = await bus.ask(call, within=_PATIENCE)
        if owner is None or made is None or made.signature != "o":
            raise ConnectionError("the portal does not take the request")
        return str(owner.body[0])


async def _own_name(bus: SystemBus) -> str:
    while True:
        heard = await bus.signal()
        if heard.member == "NameAcquired":
            return str(heard.body[0])


async def _response(bus: SystemBus, owner: str) -> Mapping[str, Any]:
    """What came of the one request of this connection: nothing where it was refused. Raises ``OSError``."""
    while True:
        heard = await bus.signal()
        if _is_response(heard, owner):
            code, results = heard.body
            return results if code == _DONE else {}


def _is_response(heard: Signal, owner: str) -> bool:
    is_it = heard.sender == owner and heard.interface == REQUEST and heard.member == "Response"
    return is_it and heard.signature == "ua{sv}"
