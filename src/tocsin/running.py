"""The engine with its adapters, in a thread of its own: what the tray, the demo and ``watch`` have in common.

Nothing here is imported before the icon is out.
"""

import asyncio
import contextlib
import logging
import os
import platform
import sys
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from tocsin import __version__
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import AppState, Command
from tocsin.domain.terms import Level
from tocsin.errors import EnvironmentFault, StoreError
from tocsin.language import phrasebook
from tocsin.ports import (
    Channel,
    Clock,
    HttpRequest,
    HttpResponse,
    LoadedSettings,
    OnEvent,
    PollContext,
    Publish,
    Secrets,
    SettingsSource,
    Store,
)

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.engine.core import Engine
    from tocsin.providers.registry import Registry

_LOG = logging.getLogger(__name__)
STOP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FixedSettings:
    """Settings that stand in no file: the demo's."""

    loaded: LoadedSettings

    def load(self) -> LoadedSettings:
        """The same every time."""
        return self.loaded


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """``config.toml``; what reads it is imported when it is first read."""

    profile: "Profile"

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file."""
        from tocsin.adapters.settings import TomlSettings
        from tocsin.providers.registry import Registry

        return TomlSettings(self.profile.settings, provider_keys=Registry(os.environ).keys()).load()


@dataclass(frozen=True, slots=True)
class Wiring:
    """What differs between the tray, the demo and ``watch``; the rest is the same for all three.

    ``profile`` None keeps everything in memory and opens no socket. ``on_command`` gets what is not the engine's to do.
    """

    clock: Clock
    profile: "Profile | None"
    settings: SettingsSource
    secrets: Secrets
    channels: tuple[Channel, ...]
    environ: Mapping[str, str]
    publish: Publish
    on_event: OnEvent
    on_command: Callable[[Command], None]
    faults: tuple[Fault, ...] = ()


def build(wiring: Wiring) -> "Engine":
    """The engine with its adapters. Called in the thread that will run it."""
    from tocsin.adapters.http import HttpClient
    from tocsin.adapters.store import memory_store
    from tocsin.engine.core import Engine, Parts
    from tocsin.providers.registry import Registry
    from tocsin.words.speaker import Speaker

    now = wiring.clock.now().wall
    disk, faults = _open_record(wiring.profile, now)
    memory: Store = memory_store(now=now)
    registry = Registry(wiring.environ)
    return Engine(
        Parts(
            clock=wiring.clock,
            http=HttpClient(wiring.secrets, wiring.clock, declared=registry.login_origins),
            store=disk if disk is not None else memory,
            memory=memory,
            channels=wiring.channels,
            make=lambda account: registry.make(account.provider),
            words=lambda language: Speaker(phrasebook(language, wiring.environ)),
            settings=wiring.settings,
            publish=wiring.publish,
            on_event=wiring.on_event,
            on_command=wiring.on_command,
            dice=Random(),  # noqa: S311 -- jitter, not secrecy
            faults=(*wiring.faults, *faults),
            detect=partial(_detected, registry),
        )
    )


def _detected(registry: "Registry", context: PollContext) -> Generator[HttpRequest, HttpResponse, str]:
    """The key of the provider that answers at an account's address."""
    from tocsin.providers.detect import detect

    found = yield from detect(context, registry.make, registry.known())
    return found.key


def _open_record(profile: "Profile | None", now: datetime) -> tuple[Store | None, tuple[Fault, ...]]:
    """The record on disk; where it cannot be had, none and the fault that says why."""
    from tocsin.adapters.store import open_store

    if profile is None:
        return None, ()
    try:
        opened = open_store(profile.data, migrate=True, now=now)
    except StoreError as error:
        _LOG.exception("the record cannot be opened")
        return None, (_fault("store", problem=str(error)),)
    if opened.set_aside is None:
        return opened.store, ()
    return opened.store, (_fault("store_damaged", backup=str(opened.set_aside)),)


def _fault(key: str, **values: str) -> Fault:
    return Fault(Message(key, MappingProxyType(dict(values))))


class EngineThread(threading.Thread):
    """The engine's one thread: its loop, and beside it the socket on which other instances speak to this one."""

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(name="tocsin-engine", daemon=True)
        self._wiring = wiring
        self._engine: Engine | None = None
        self._wanted = threading.Lock()
        self._early: list[Command] = []
        self._stop_asked = False
        self._last: AppState | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Build the engine and run it until stopped. What ends it otherwise is for the threads' excepthook to log."""
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self.error = error
            raise

    def dispatch(self, command: Command) -> None:
        """Hand a command in, from any thread; one that comes before the engine is there waits for it."""
        with self._wanted:
            if self._engine is None:
                self._early.append(command)
                return
        self._engine.dispatch(command)

    def stop(self, timeout: float = STOP_SECONDS) -> bool:
        """Stop it and wait at most so many seconds. True when it ended; that it did not is logged."""
        with self._wanted:
            self._stop_asked = True
            engine = self._engine
        if engine is not None:
            engine.stop()
        self.join(timeout)
        if self.is_alive():
            _LOG.warning("the engine did not end in time")
        return not self.is_alive()

    async def _main(self) -> None:
        wiring = self._wiring
        engine = build(replace(wiring, publish=self._remember))
        with self._wanted:
            self._engine = engine
            early, self._early = self._early, []
            if self._stop_asked:
                engine.stop()
        running = asyncio.ensure_future(engine.run())
        await asyncio.sleep(0)
        for command in early:
            engine.command(command)
        async with _listening(wiring.profile, engine.command, self._status):
            await running

    def _remember(self, state: AppState) -> None:
        self._last = state
        self._wiring.publish(state)

    def _status(self) -> Mapping[str, object]:
        """What the socket's ``status`` answers."""
        from tocsin.domain.freshness import shown, tray_level

        state, now = self._last, self._wiring.clock.now()
        if state is None:
            return {"level": Level.UNKNOWN.word, "ringing": [], "connections": []}
        return {
            "level": tray_level(state, now).word,
            "ringing": sorted(state.ringing),
            "connections": [
                {"id": view.id, "name": view.name, "level": shown(view, now).level.word} for view in state.connections
            ],
        }


@contextlib.asynccontextmanager
async def _listening(
    profile: "Profile | None", dispatch: Callable[[Command], None], status: Callable[[], Mapping[str, object]]
) -> AsyncIterator[None]:
    """The instance's socket, for as long as the engine runs. Doing without it costs no alarm."""
    from tocsin.adapters.instance_socket import InstanceServer

    if profile is None:
        yield
        return
    server = InstanceServer(profile, dispatch, status)
    try:
        await server.start()
    except EnvironmentFault:
        _LOG.exception("other instances cannot speak to this one")
    try:
        yield
    finally:
        await server.close()


@contextlib.contextmanager
def logging_to(profile: "Profile", secrets: Secrets) -> Iterator[None]:
    """The log file, for as long as the program runs. Doing without it costs no alarm either."""
    from tocsin.adapters.log import LogFile

    try:
        log = LogFile(profile.log, secrets.known)
    except OSError as error:
        print(f"tocsin: no log can be written: {error.strerror}", file=sys.stderr)  # noqa: T201 -- the log is what fails
        yield
        return
    log.start()
    _LOG.info("Tocsin %s starts (Python %s, %s)", __version__, platform.python_version(), sys.platform)
    try:
        yield
    finally:
        _LOG.info("Tocsin ends")
        log.stop()
