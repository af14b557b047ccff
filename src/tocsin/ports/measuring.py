"""The user's own line as the engine sees it: ways out, rounds of probes, sleep and thrift."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tocsin.domain.line import Order
from tocsin.domain.reading import Path, Reading


@dataclass(frozen=True, slots=True)
class Ask:
    """One round. ``path`` is the way out that it goes over, and with ``bind`` its sockets are bound to it.

    ``portal`` is a page of plain http and what it says, to be asked in a deep round. ``timeout`` bounds the round.
    """

    order: Order
    path: Path | None
    timeout: timedelta
    bind: bool = False
    portal: tuple[str, str] | None = None


class Prober(Protocol):
    """Asks the network. Raises nothing: what goes wrong is the answer."""

    async def paths(self) -> tuple[Path, ...]:
        """The default routes, the one in use first; none where the computer has none."""
        ...

    async def measure(self, ask: Ask) -> Reading:
        """One round, over after ``ask.timeout`` and little more."""
        ...

    async def close(self) -> None:
        """Let go of what is held. A call that hangs is left behind."""
        ...


class Sleeps(Protocol):
    """Tells of the computer's going to sleep, where the system does."""

    async def start(self, on_sleep: Callable[[bool], None]) -> None:
        """Call ``on_sleep``, with True before it sleeps and False after, in the engine's loop. Raises nothing."""
        ...

    async def close(self) -> None:
        """Listen no more."""
        ...


class Thrift(Protocol):
    """Whether to spare the link or the battery."""

    async def is_frugal(self) -> bool:
        """True on a metered link and in battery saver; False where that cannot be told."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...
