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
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tocsin import __version__, fittings
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.message import Fault
from tocsin.domain.state import AccountView, AppState, Command, ReloadSettings
from tocsin.domain.terms import Level
from tocsin.errors import EnvironmentFault, SettingsError
from tocsin.language import phrasebook
from tocsin.ports import (
    Browser,
    Channel,
    Clock,
    LoadedSettings,
    OnEvent,
    Publish,
    Secrets,
    SettingsSource,
    Store,
)

if TYPE_CHECKING:
    from tocsin.adapters.profile import Profile
    from tocsin.adapters.settings import TomlSettings
    from tocsin.engine.core import Engine
    from tocsin.words.phrasebook import Phrasebook

_LOG = logging.getLogger(__name__)
STOP_SECONDS = 1.0


@dataclass(slots=True)
class FixedSettings:
    """Settings that stand in no file: the demo's."""

    loaded: LoadedSettings
    _before: list[LoadedSettings] = field(default_factory=list)

    def load(self) -> LoadedSettings:
        """The same every time, but for what was saved or agreed to."""
        return self.loaded

    def save(self, settings: Settings) -> None:
        """Remember them for this run. Raises ``SettingsError`` where what is there has problems."""
        for problem in self.loaded.problems:
            raise problem
        if settings != self.loaded.settings:
            self._before.append(self.loaded)
            self.loaded = LoadedSettings(settings)

    def undo(self) -> None:
        """Go back to what was before the last change. Raises ``SettingsError`` where there is none."""
        if not self._before:
            raise SettingsError("config.toml", "there is no change to take back")
        self.loaded = self._before.pop()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def has_changed(self) -> bool:
        """Nobody else can change them."""
        return False

    def agree(self, *, public: bool) -> None:
        """Remember the answer for this run."""
        settings = self.loaded.settings
        self.save(replace(settings, line=replace(settings.line, public=public)))


@dataclass(slots=True)
class SettingsFile:
    """``config.toml``; what reads it is imported when it is first read, and what writes it when it is first written."""

    profile: "Profile"
    _file: "TomlSettings | None" = None

    def load(self) -> LoadedSettings:
        """Read it. Never raises for a wrong file."""
        return self._toml().load()

    def save(self, settings: Settings) -> None:
        """Write these settings into it. Raises ``SettingsError``, ``EnvironmentFault``."""
        self._toml().save(settings)

    def undo(self) -> None:
        """Put it back as it was before the last change. Raises ``SettingsError``, ``EnvironmentFault``."""
        self._toml().undo()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._file is not None and self._file.can_undo

    def has_changed(self) -> bool:
        """Whether it is another one than when it was last read or written here."""
        return self._toml().has_changed()

    def agree(self, *, public: bool) -> None:
        """Write the answer into it. Raises ``SettingsError`` for a wrong file, ``EnvironmentFault``."""
        self._toml().agree(public=public)

    def _toml(self) -> "TomlSettings":
        """One for the whole run: it remembers what can be undone."""
        from tocsin.adapters.settings import TomlSettings
        from tocsin.providers.registry import Registry

        if self._file is None:
            self._file = TomlSettings(self.profile.settings, provider_keys=Registry(os.environ).keys())
        return self._file


@dataclass(frozen=True, slots=True)
class Wiring:
    """What differs between the tray, the demo and ``watch``; the rest is the same for all three.

    ``profile`` None keeps everything in memory and opens no socket. ``on_command`` gets what is not the engine's to do.
    ``line_policy`` is how the user's own line is judged, None where it is not to be measured. Only the tray
    ``can_start_with_computer``, and has a ``browser`` to sign in with.
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
    line_policy: LinePolicy | None = field(default_factory=LinePolicy)
    can_start_with_computer: bool = False
    browser: Browser | None = None

    def words(self, language: str | None) -> "Phrasebook":
        """The sentences of a language, None for the system's."""
        return phrasebook(language, self.environ, "" if self.profile is None else self.profile.named)


def build(wiring: Wiring) -> "Engine":
    """The engine with its adapters. Called in the thread that will run it."""
    from tocsin.adapters.http import HttpClient
    from tocsin.adapters.store import memory_store
    from tocsin.engine.core import Engine
    from tocsin.engine.parts import Parts
    from tocsin.providers.registry import Registry
    from tocsin.words.speaker import Speaker

    now = wiring.clock.now().wall
    disk, faults = fittings.record(wiring.profile, now)
    memory: Store = memory_store(now=now)
    registry = Registry(wiring.environ)
    http = HttpClient(wiring.secrets, wiring.clock, declared=registry.login_origins)
    return Engine(
        Parts(
            clock=wiring.clock,
            http=http,
            store=disk if disk is not None else memory,
            memory=memory,
            channels=wiring.channels,
            make=lambda account: registry.make(account.provider),
            words=lambda language: Speaker(wiring.words(language)),
            settings=wiring.settings,
            publish=wiring.publish,
            on_event=wiring.on_event,
            on_command=wiring.on_command,
            dice=Random(),  # noqa: S311 -- jitter, not secrecy
            faults=(*wiring.faults, *faults),
            detect=partial(fittings.detected, registry),
            secrets=wiring.secrets,
            autostart=fittings.autostart(wiring.profile, wiring.environ) if wiring.can_start_with_computer else None,
            search=fittings.addresses,
            signs_in=lambda: fittings.signs_in(http, wiring.secrets, wiring.clock, wiring.browser, wiring.words),
            gauges=None if wiring.line_policy is None else fittings.gauges(wiring.clock, wiring.line_policy, http),
        )
    )


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

        def from_outside(command: Command) -> None:
            if isinstance(command, ReloadSettings):
                engine.look_again()  # said by ``tocsin secret`` too, when the keyring holds another one
            engine.command(command)

        async with _listening(wiring.profile, from_outside, self._status):
            await running

    def _remember(self, state: AppState) -> None:
        self._last = state
        self._wiring.publish(state)

    def _status(self) -> Mapping[str, object]:
        """What the socket's ``status`` answers."""
        from tocsin.domain.freshness import shown, tray_level

        state, now = self._last, self._wiring.clock.now()
        if state is None:
            return {"level": Level.UNKNOWN.word, "ringing": [], "connections": [], "line": None, "accounts": []}
        line = state.line
        return {
            "level": tray_level(state, now).word,
            "ringing": sorted(state.ringing),
            "connections": [
                {"id": view.id, "name": view.name, "level": shown(view, now).level.word} for view in state.connections
            ],
            "line": None if line is None else {"state": line.state.value, "cause": line.cause, "link": line.link},
            "accounts": [_account(each, now) for each in state.accounts],
        }


def _account(view: AccountView, now: Instant) -> Mapping[str, object]:
    """How asking one account goes. ``last_success_age`` and ``skew`` are seconds, the former null before the first."""
    from tocsin.domain.freshness import age

    known = None if view.last_success is None else round(age(view.last_success, now).total_seconds())
    return {
        "id": view.id,
        "last_success_age": known,
        "failure": None if view.failure is None else view.failure.value,
        "skew": round(view.skew.total_seconds()),
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
        log = LogFile(profile.log, secrets.known, partial(_say_unlogged, profile))
    except OSError as error:
        _say_unlogged(profile, error.strerror or "")
        yield
        return
    log.start()
    _LOG.info("Tocsin %s starts (Python %s, %s)", __version__, platform.python_version(), sys.platform)
    try:
        yield
    finally:
        _LOG.info("Tocsin ends")
        log.stop()


def _say_unlogged(profile: "Profile", problem: str) -> None:
    from tocsin.speaking import words_of
    from tocsin.words import system

    words = words_of(profile, os.environ)
    said = system.behind(words, words.gettext("No log can be written"), problem)
    print(f"tocsin: {said}", file=sys.stderr)  # noqa: T201 -- the log is what fails
