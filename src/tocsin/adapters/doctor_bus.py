"""What the user's D-Bus session has for Tocsin: a tray, a notification server, a keyring that is open or locked.

Nothing is started by being asked, and nobody is prompted. Names and methods: the specifications "Desktop
Notifications", "StatusNotifierItem" and "Secret Service API" of freedesktop.org.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tocsin.adapters.system_bus import BUS_NAME, Answer, Call, SystemBus, get, of_bus, value

NOTIFICATIONS = "org.freedesktop.Notifications"
_NOTIFICATIONS_AT = "/org/freedesktop/Notifications"
_WATCHER = "org.kde.StatusNotifierWatcher"
_WATCHER_AT = "/StatusNotifierWatcher"
_SECRETS = "org.freedesktop.secrets"
_SECRETS_AT = "/org/freedesktop/secrets"
_BUS_AT = "/org/freedesktop/DBus"
_NO_COLLECTION = "/"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotificationServer:
    """Who shows notifications. ``starts`` is true for one that is not running and is started by the first one."""

    name: str = ""
    vendor: str = ""
    version: str = ""
    spec: str = ""
    capabilities: tuple[str, ...] = ()
    starts: bool = False


def session_address(environ: Mapping[str, str]) -> str:
    """The address of the session bus, by variable or at the usual place; empty where there is none."""
    given = environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if given or not runtime:
        return given
    return f"unix:path={runtime}/bus" if os.path.exists(f"{runtime}/bus") else ""  # noqa: PTH110 -- a text, not a path


def has_tray_host(address: str, within: float) -> bool:
    """Whether a panel shows StatusNotifierItems. Raises ``OSError``."""
    found = _asked(address, within, get(_WATCHER, _WATCHER_AT, _WATCHER, "IsStatusNotifierHostRegistered"))
    return value(found[0], "b") is True


def notification_server(address: str, within: float) -> NotificationServer | None:
    """Who shows notifications; None where nobody does. Raises ``OSError``."""
    about, can, startable = _asked(
        address,
        within,
        Call(NOTIFICATIONS, _NOTIFICATIONS_AT, NOTIFICATIONS, "GetServerInformation"),
        Call(NOTIFICATIONS, _NOTIFICATIONS_AT, NOTIFICATIONS, "GetCapabilities"),
        Call(BUS_NAME, _BUS_AT, BUS_NAME, "ListActivatableNames"),
    )
    if about is None or about.signature != "ssss":
        is_startable = startable is not None and startable.signature == "as" and NOTIFICATIONS in startable.body[0]
        return NotificationServer(starts=True) if is_startable else None
    name, vendor, version, spec = about.body
    capabilities = tuple(can.body[0]) if can is not None and can.signature == "as" else ()
    return NotificationServer(name, vendor, version, spec, capabilities)


def is_keyring_locked(address: str, within: float) -> bool | None:
    """Whether the Secret Service's default collection is locked; None where there is no such service, or none in it.

    Raises ``OSError``.
    """

    async def ask(bus: SystemBus) -> bool | None:
        owner, alias = await bus.ask(
            of_bus("NameHasOwner", _SECRETS),
            Call(_SECRETS, _SECRETS_AT, "org.freedesktop.Secret.Service", "ReadAlias", "s", ("default",)),
            within=within,
        )
        if owner is None or owner.body != (True,):
            return None
        if alias is None:
            raise TimeoutError("the keyring does not answer")
        path = str(alias.body[0])
        if alias.signature != "o" or path == _NO_COLLECTION:
            return None
        (locked,) = await bus.ask(get(_SECRETS, path, "org.freedesktop.Secret.Collection", "Locked"), within=within)
        found = value(locked, "b")
        return found if isinstance(found, bool) else None

    return asyncio.run(_with_bus(address, within, ask))


def _asked(address: str, within: float, *calls: Call) -> tuple[Answer | None, ...]:
    async def ask(bus: SystemBus) -> tuple[Answer | None, ...]:
        return await bus.ask(*calls, within=within)

    return asyncio.run(_with_bus(address, within, ask))


async def _with_bus(address: str, within: float, ask: Callable[[SystemBus], Awaitable[T]]) -> T:
    bus = await SystemBus.connect(address, within)
    try:
        return await ask(bus)
    finally:
        await bus.close()
