"""The start with the computer: how it stands, and the user's wish to have it otherwise."""

import asyncio
import logging
from collections.abc import Callable
from types import MappingProxyType

from tocsin.domain.message import Fault, Message
from tocsin.domain.state import Command, StartWithComputer
from tocsin.errors import AutostartFault
from tocsin.ports import Autostart

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 10.0
"""How soon it is seen here that a person switched it elsewhere."""


class StartDesk:
    """``autostart`` None stands for a run that cannot be started with the computer: its state is not known.

    ``on_change`` is called when there is something else to see.
    """

    def __init__(self, autostart: Autostart | None, on_change: Callable[[], None]) -> None:
        self._autostart = autostart
        self._on_change = on_change
        self._switching: asyncio.Task[None] | None = None
        self.is_on: bool | None = None
        self.faults: tuple[Fault, ...] = ()

    async def run(self) -> None:
        """Look now and then, for as long as the engine runs."""
        while True:
            self._look()
            await asyncio.sleep(LOOK_SECONDS)

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about the start with the computer; false for any other."""
        if not isinstance(command, StartWithComputer):
            return False
        if self._autostart is not None:
            if self._switching is not None:
                self._switching.cancel()  # the last wish counts
            self._switching = asyncio.create_task(self._switch(self._autostart, on=command.on))
        return True

    async def close(self) -> None:
        """Wait for nothing any more."""
        if self._switching is not None:
            self._switching.cancel()
            await asyncio.gather(self._switching, return_exceptions=True)

    async def _switch(self, autostart: Autostart, *, on: bool) -> None:
        try:
            await autostart.switch(on=on)
        except AutostartFault as fault:
            _LOG.warning("the start with the computer was not switched %s: %s", "on" if on else "off", fault)
            self.faults = (_told(fault),)
        else:
            _LOG.info("the start with the computer is switched %s", "on" if on else "off")
            self.faults = ()
        self._look()
        self._on_change()

    def _look(self) -> None:
        if self._autostart is None:
            return
        try:
            is_on = self._autostart.is_on()
        except AutostartFault as fault:
            _LOG.debug("how the start with the computer stands: %s", fault)
            is_on = False
        if is_on is not self.is_on:
            self.is_on = is_on
            self._on_change()


def _told(fault: AutostartFault) -> Fault:
    values = {"obstacle": fault.obstacle.value, "place": fault.place, "problem": fault.problem}
    return Fault(Message("autostart", MappingProxyType(dict(values))))
