"""Whether somebody has the screen read aloud, as the session's accessibility bus knows it.

``org.a11y.Status`` is AT-SPI's: https://gitlab.gnome.org/GNOME/at-spi2-core, bus/at-spi-bus-launcher.c.
"""

from tocsin.notifiers.session_bus import BUS, BusFault, SessionBus, Target

NAME = "org.a11y.Bus"
PATH = "/org/a11y/bus"
STATUS = "org.a11y.Status"


async def is_listening(bus: SessionBus) -> bool:
    """Whether an assistive technology is on. Starts none, and raises nothing: of a bus that does not say, it is not."""
    try:
        (owner,) = await bus.call(BUS, "GetNameOwner", "s", (NAME,))
        place = Target(str(owner), PATH, "org.freedesktop.DBus.Properties")
        ((_, is_on),) = await bus.call(place, "Get", "ss", (STATUS, "IsEnabled"))
    except (BusFault, ValueError, TypeError):
        return False
    return is_on is True
