"""What the engine is put together from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tocsin.domain.account import Account
from tocsin.domain.alarm import Policy
from tocsin.domain.message import Fault
from tocsin.domain.state import Command
from tocsin.engine.finding import Search
from tocsin.engine.line_watch import Gauges
from tocsin.engine.poller import Detect
from tocsin.ports import (
    Autostart,
    Channel,
    Clock,
    Http,
    OnEvent,
    Provider,
    Publish,
    Secrets,
    SettingsSource,
    SignsIn,
    Store,
    Words,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the engine works with. ``make`` builds an account's provider; ``memory`` is the store for a bad day.

    ``words`` makes the sentences of a language (None: the system's). ``publish``, ``on_event`` and ``on_command`` are
    called in the engine's thread; the last gets the commands that are not the engine's to carry out. ``detect`` finds
    out which provider answers at an address, for one that no longer answers as it did. Without ``gauges`` the user's
    own line is not measured, and so on: without ``secrets`` none can be kept, without ``signs_in``, which
    is called when somebody first wants to, nobody signs in, and without ``search`` no sign-in server's addresses are
    found.
    """

    clock: Clock
    http: Http
    store: Store
    memory: Store
    channels: tuple[Channel, ...]
    make: Callable[[Account], Provider]
    words: Callable[[str | None], Words]
    settings: SettingsSource
    publish: Publish
    on_event: OnEvent
    on_command: Callable[[Command], None]
    dice: Random
    faults: tuple[Fault, ...] = ()
    policy: Policy = field(default_factory=Policy)
    detect: Detect | None = None
    gauges: Gauges | None = None
    secrets: Secrets | None = None
    autostart: Autostart | None = None
    signs_in: Callable[[], SignsIn] | None = None
    search: Search | None = None
