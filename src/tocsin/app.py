"""Puts the parts together. Besides the command line this is the one place that knows which adapter stands where."""

import asyncio
import contextlib
import logging
import os
import platform
import subprocess
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
from tocsin.domain.state import AppState, Command, RaiseWindow
from tocsin.domain.terms import Level
from tocsin.errors import AlreadyRunning, EnvironmentFault, StoreError
from tocsin.ports import (
    Channel,
    Clock,
    Event,
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
    from tocsin.words.phrasebook import Phrasebook

_LOG = logging.getLogger(__name__)
STOP_SECONDS = 1.0


def phrasebook(language: str | None, environ: Mapping[str, str]) -> "Phrasebook":
    """The sentences of a language, None for the system's, in the computer's own time zone."""
    import locale

    from tocsin import resources
    from tocsin.words.languages import language_of, wishes
    from tocsin.words.phrasebook import Phrasebook
    from tocsin.words.zones import SystemZone

    system = locale.getlocale()[0]
    chosen = language_of((language, *wishes(environ, system)), resources.languages())
    return Phrasebook(chosen, resources.translations(chosen), SystemZone())


@dataclass(frozen=True, slots=True)
class FixedSettings:
    """Settings that stand in no file: the demo's."""

    loaded: LoadedSettings

    def load(self) -> LoadedSettings:
        """The same every time."""
        return self.loaded


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
        """Stop it and wait at most so many seconds. True when it ended."""
        with self._wanted:
            self._stop_asked = True
            engine = self._engine
        if engine is not None:
            engine.stop()
        self.join(timeout)
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


def run(profile: "Profile", *, background: bool) -> int:
    """The tray application. A second one raises the window of the first. Returns the exit code."""
    from tocsin.adapters.clock import SystemClock
    from tocsin.adapters.instance import InstanceLock
    from tocsin.adapters.secrets import KeyringSecrets, take_secrets_from_environment

    secrets = KeyringSecrets(take_secrets_from_environment(os.environ))
    lock = InstanceLock(profile)
    try:
        lock.acquire()
    except AlreadyRunning:
        return _raise_other(profile)
    try:
        with logging_to(profile, secrets):
            return on_desktop(Desk(SystemClock(), profile, SettingsFile(profile), secrets, background=background))
    finally:
        lock.release()


def _raise_other(profile: "Profile") -> int:
    from tocsin.adapters.instance_client import send_when_ready

    reply = send_when_ready(profile, "raise")
    if not reply.ok:
        raise EnvironmentFault("Tocsin is running already, but does not raise its window", reply.error)
    return 0


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


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tray application works on: the user's own profile, or the demo's throw-away one."""

    clock: Clock
    profile: "Profile"
    settings: SettingsSource
    secrets: Secrets
    background: bool = False
    is_demo: bool = False
    on_event: OnEvent | None = None


def on_desktop(desk: Desk) -> int:
    """Show the tray at once, and start the engine when the icon is out. Returns the exit code."""
    from tocsin.desktop.application import DesktopApplication

    environ = dict(os.environ)
    desktop = DesktopApplication(
        phrasebook=lambda language: phrasebook(language, environ),
        clock=desk.clock,
        background=desk.background,
        settings_file=str(desk.profile.settings),
    )
    engines: list[EngineThread] = []

    def start() -> None:
        from tocsin.notifiers.chain import Chain

        wiring = Wiring(
            clock=desk.clock,
            profile=desk.profile,
            settings=desk.settings,
            secrets=desk.secrets,
            channels=(Chain((*_system_channels(), desktop.channel)),),
            environ=environ,
            publish=desktop.publish,
            on_event=desk.on_event or _unheard,
            on_command=partial(_for_the_desktop, desktop.raise_window),
        )
        engines.append(EngineThread(wiring))
        engines[0].start()
        desktop.attach(engines[0].dispatch)
        if desk.is_demo:
            desktop.raise_window()

    desktop.on_quit = lambda: _stop(engines)
    desktop.on_demo = None if desk.is_demo else _start_demo
    desktop.show()
    desktop.when_shown(start)
    try:
        return desktop.exec()
    finally:
        _stop(engines)
        desktop.close()


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """``config.toml``; what reads it is imported when it is first read, after the icon is out."""

    profile: "Profile"

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file."""
        from tocsin.adapters.settings import TomlSettings
        from tocsin.providers.registry import Registry

        return TomlSettings(self.profile.settings, provider_keys=Registry(os.environ).known()).load()


def _system_channels() -> tuple[Channel, ...]:
    """The notification channels that this system has, best first; the window stands behind them all."""
    if sys.platform != "linux":
        return ()
    from tocsin.notifiers.freedesktop import FreedesktopChannel

    return (FreedesktopChannel(),)


def _for_the_desktop(raise_window: Callable[[], None], command: Command) -> None:
    if isinstance(command, RaiseWindow):
        raise_window()


def _unheard(_: Event) -> None:
    """The tray draws states; nobody listens to events there."""


def _stop(engines: list[EngineThread]) -> None:
    """Stop what runs, and wait for it once: one that hangs must not hold up the end a second time."""
    while engines:
        if not engines.pop().stop():
            _LOG.warning("the engine did not end in time")


def _start_demo() -> None:
    """Run the demo beside this program, in a process and a profile of its own."""
    subprocess.Popen([sys.executable, "-m", "tocsin", "demo"], start_new_session=True, stdin=subprocess.DEVNULL)
