"""Inside Flatpak the desktop's portal is asked, over a real bus; what it says holds, and its silence ends."""

import asyncio
from pathlib import Path

import pytest
from jeepney import DBusAddress, Properties
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

from support.system_bus import private_system_bus
from tocsin.adapters.autostart_portal import PATH, PORTAL, REQUEST, PortalAutostart
from tocsin.domain.starting import StartObstacle
from tocsin.errors import AutostartFault

TEMPLATE = str(Path(__file__).parents[1] / "support" / "background_portal.py")
COMMAND = ("tocsin", "run", "--background", "--profile", "/a b")


@pytest.fixture
def bus():
    with private_system_bus() as made:
        yield made


def portal(bus, **parameters) -> PortalAutostart:
    bus.mock(TEMPLATE, **parameters)
    return PortalAutostart(COMMAND, bus.address, None, persons_patience=0.5)


def asked(bus) -> str:
    """What the portal was asked last: on or off, and the command."""
    with open_dbus_connection(bus.address) as connection:
        question = Properties(DBusAddress(PATH, PORTAL, REQUEST)).get("Asked")
        ((_, value),) = unwrap_msg(connection.send_and_get_reply(question, timeout=5))
        return value


def refused(way, *, on: bool = True) -> StartObstacle:
    with pytest.raises(AutostartFault) as caught:
        asyncio.run(way.switch(on=on))
    return caught.value.obstacle


def test_on_and_off_as_the_portal_says(bus) -> None:
    """It cannot be asked how it stands: nobody knows before the first answer."""
    way = portal(bus)
    assert way.is_on() is None
    asyncio.run(way.switch(on=True))
    assert asked(bus) == "True tocsin run --background --profile /a b"
    assert way.is_on() is True
    asyncio.run(way.switch(on=False))
    assert asked(bus).startswith("False ")
    assert way.is_on() is False


@pytest.mark.parametrize("parameters", [{"response": 1}, {"response": 2}, {"autostart": False}])
def test_a_no_is_told(bus, parameters) -> None:
    """By the person, by the desktop, or by an answer that grants less than was wished."""
    way = portal(bus, **parameters)
    assert refused(way) is StartObstacle.PORTAL_REFUSED
    assert way.is_on() is False


@pytest.mark.parametrize("parameters", [{"response": -1}, {"mute": True}])
def test_silence_is_told(bus, parameters) -> None:
    """A portal without a background part, or a question that nobody answers: how it stands is as unknown as before."""
    way = portal(bus, **parameters)
    assert refused(way) is StartObstacle.PORTAL_SILENT
    assert way.is_on() is None


def test_no_portal_and_no_bus(bus) -> None:
    """Both are told the same way, at once."""
    assert refused(PortalAutostart(COMMAND, bus.address, None)) is StartObstacle.PORTAL_SILENT
    assert refused(PortalAutostart(COMMAND, "unix:path=/nowhere/bus", None)) is StartObstacle.PORTAL_SILENT
    assert refused(PortalAutostart(COMMAND, "", None)) is StartObstacle.PORTAL_SILENT


def test_what_the_sandbox_lets_be_seen_counts(bus) -> None:
    """A person may have switched it off in the desktop's settings since the portal's answer."""
    seen = [True]
    bus.mock(TEMPLATE)
    way = PortalAutostart(COMMAND, bus.address, lambda: seen[0])
    assert way.is_on() is True
    asyncio.run(way.switch(on=True))
    seen[0] = False
    assert way.is_on() is False
