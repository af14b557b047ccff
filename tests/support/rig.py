"""The whole engine in a thread of its own, against real servers, with everything that comes out of it recorded."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from random import Random
from typing import Self

from tocsin import providers
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.secrets import DEADLINE, Keyring, KeyringSecrets, system_keyring
from tocsin.adapters.store import memory_store
from tocsin.domain.account import Account, Settings
from tocsin.domain.alarm_state import Tell
from tocsin.domain.state import AppState, Command
from tocsin.engine.core import Engine
from tocsin.engine.line_watch import Gauges
from tocsin.engine.parts import Parts
from tocsin.errors import SettingsError
from tocsin.notifiers.recording import RecordingChannel
from tocsin.ports import (
    Autostart,
    Channel,
    Clock,
    Event,
    HttpRequest,
    HttpResponse,
    LoadedSettings,
    Located,
    Outgoing,
    PollContext,
    Provider,
    SignsIn,
    Store,
    Words,
)
from tocsin.providers.detect import detect
from tocsin.providers.sign_in_server import find
from tocsin.simulator.server import DEMO_TOKEN

PATIENCE = 60.0
LOOK = 0.05


def _detected(context: PollContext) -> Generator[HttpRequest, HttpResponse, Located]:
    found = yield from detect(context, lambda key: providers.load(key)(), providers.known())
    return Located(found.key, found.url)


class KeyWords:
    """Says the message's key as the title and its values as the body: tests look for facts, not for sentences."""

    def render(self, effect: Tell, now: object) -> tuple[str, str]:
        return effect.message.key, repr(dict(effect.message.values))

    def actions(self, effect: Tell) -> tuple[tuple[str, str], ...]:
        return (("acknowledge", "Acknowledge"),) if effect.can_acknowledge else ()


class EngineRig:
    """An engine under test. Everything recorded is read under ``wait_for``, which awaits what is expected."""

    def __init__(  # noqa: PLR0913 -- each part of an engine may be another
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        store: Store | None = None,
        token: str = DEMO_TOKEN,
        make: Callable[[Account], Provider] | None = None,
        problems: tuple[SettingsError, ...] = (),
        channels: tuple[Channel, ...] = (),
        words: Words | None = None,
        gauges: Gauges | None = None,
        autostart: Autostart | None = None,
        keyring: Callable[[], Keyring] = system_keyring,
        keyring_deadline: float = DEADLINE,
        signs_in: Callable[[HttpClient, KeyringSecrets, Clock], SignsIn] | None = None,
    ) -> None:
        self.settings = settings
        self.problems = problems
        self.before: list[Settings] = []
        self.touched = False
        self.make = make or (lambda account: providers.load(account.provider)())
        self.channels = channels
        self.words = words or KeyWords()
        self.gauges = gauges
        self.autostart = autostart
        self.keyring, self.keyring_deadline = keyring, keyring_deadline
        self.signs_in = signs_in
        self.clock = clock or SystemClock()
        self.store = store
        self.secrets = {account.id: token for account in settings.accounts}
        self.changed = threading.Condition()
        self.events: list[Event] = []
        self.states: list[AppState] = []
        self.commands: list[Command] = []
        self.channel = RecordingChannel(on_deliver=self._on_deliver)
        self.engine: Engine | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine-rig")
        self.error: BaseException | None = None

    def load(self) -> LoadedSettings:
        self.touched = False
        return LoadedSettings(self.settings, self.problems)

    def save(self, settings: Settings) -> None:
        for problem in self.problems:
            raise problem
        self.before.append(self.settings)
        self.settings = settings

    def undo(self) -> None:
        if not self.before:
            raise SettingsError("config.toml", "there is no change to take back")
        self.settings = self.before.pop()

    @property
    def can_undo(self) -> bool:
        return bool(self.before)

    def has_changed(self) -> bool:
        """True once a test has ``touched`` the settings, until they are loaded again."""
        return self.touched

    def agree(self, *, public: bool) -> None:
        self.save(replace(self.settings, line=replace(self.settings.line, public=public)))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE), "the engine did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.engine is not None:
            self.engine.stop()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the engine did not end"
        if self.error is not None:
            raise self.error

    @property
    def state(self) -> AppState:
        return self.states[-1]

    @property
    def told(self) -> list[Outgoing]:
        return self.channel.delivered

    def keys(self) -> list[str]:
        """The message keys delivered so far, in order."""
        return [outgoing.title for outgoing in self.channel.delivered]

    def kinds(self, *, without: str = "level_changed") -> list[str]:
        """The events so far, in order."""
        return [event.event for event in self.events if event.event != without]

    def do(self, command: Command) -> None:
        assert self.engine is not None
        self.engine.dispatch(command)

    def wait_for(self, what: str, predicate: Callable[[], bool], timeout: float = PATIENCE) -> None:
        """Wait until something recorded makes this true; what else it looks at is looked at now and then."""
        until = time.monotonic() + timeout
        with self.changed:
            while not self.changed.wait_for(predicate, LOOK):
                if time.monotonic() > until:
                    raise AssertionError(f"waited {timeout} s for: {what}; {self._summary()}")

    def _summary(self) -> str:
        """What a test that waited in vain was given instead."""
        views = self.states[-1].accounts if self.states else ()
        failing = {view.id: (view.failures, view.failure_text) for view in views if view.failures}
        return f"told {self.keys()}, events {self.kinds()}, failing {failing}"

    def wait_polls(self, count: int) -> None:
        """Wait for so many more answers of every account."""
        start = {view.id: view.last_success for view in self.state.accounts}
        seen: dict[str, set[float]] = {}

        def enough() -> bool:
            for state in self.states:
                for view in state.accounts:
                    if view.last_success is not None and view.last_success != start.get(view.id):
                        seen.setdefault(view.id, set()).add(view.last_success.mono)
            return all(len(seen.get(view.id, ())) >= count for view in self.state.accounts)

        self.wait_for(f"{count} polls", enough)

    def refresh(self) -> None:
        """Take the engine's picture of this moment, without waiting for it to be published."""
        assert self.engine is not None
        assert self.engine._loop is not None
        done = threading.Event()

        def take() -> None:
            self._publish(self.engine.state())
            done.set()

        self.engine._loop.call_soon_threadsafe(take)
        assert done.wait(PATIENCE), "the engine does not answer"

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 -- raised again in the test's own thread
            self.error = error
            self._ready.set()

    async def _main(self) -> None:
        now = self.clock.now().wall
        secrets = KeyringSecrets(self.secrets, backend=self.keyring, deadline=self.keyring_deadline)
        http = HttpClient(secrets, self.clock)
        self.engine = Engine(
            Parts(
                clock=self.clock,
                http=http,
                store=self.store or memory_store(now=now),
                memory=memory_store(now=now),
                channels=(self.channel, *self.channels),
                make=self.make,
                words=lambda language: self.words,
                settings=self,
                publish=self._publish,
                on_event=self._on_event,
                on_command=self._on_command,
                detect=_detected,
                gauges=self.gauges,
                secrets=secrets,
                autostart=self.autostart,
                search=find,
                signs_in=None if self.signs_in is None else partial(self.signs_in, http, secrets, self.clock),
                dice=Random(1),  # noqa: S311 -- the same jitter every time
            )
        )
        running = asyncio.ensure_future(self.engine.run())
        await asyncio.sleep(0)
        self._ready.set()
        await running

    def _publish(self, state: AppState) -> None:
        self._note(self.states, state)

    def _on_event(self, event: Event) -> None:
        self._note(self.events, event)

    def _on_command(self, command: Command) -> None:
        self._note(self.commands, command)

    def _on_deliver(self, outgoing: Outgoing) -> None:
        with self.changed:
            self.changed.notify_all()

    def _note(self, place: list, value: object) -> None:
        with self.changed:
            place.append(value)
            self.changed.notify_all()
