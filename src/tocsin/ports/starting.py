"""How Tocsin starts with the computer, on this system and for this profile."""

from typing import Protocol


class Autostart(Protocol):
    """The start with the computer. Only a person's wish switches it; what they did elsewhere is respected."""

    def is_on(self) -> bool | None:
        """Whether it is on; None where that cannot be told. Raises ``AutostartFault`` where it is, and will not work.

        Quick: files or the registry at most, never D-Bus.
        """
        ...

    async def switch(self, *, on: bool) -> None:
        """Switch it on or off; nothing happens where it is so already. Raises ``AutostartFault``."""
        ...
