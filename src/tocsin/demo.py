"""``tocsin demo``: an evening with an outage, from the embedded simulator, on a clock of its own.

The same clock runs in simulator, engine and window, so that at any real hour it is 17:58 there. Everything lives in a
throw-away profile; nothing of the user's is read or written, but that it speaks the language of their settings.
"""

import os
import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Self

from tocsin import printing
from tocsin.domain.state import AppState, Command
from tocsin.language import phrasebook
from tocsin.ports import Clock, Event, LoadedSettings, Outgoing
from tocsin.running import EngineThread, FixedSettings, Wiring
from tocsin.words.phrasebook import Phrasebook

ON_SCREEN_SPEED = 60.0
HEADLESS_SPEED = 600.0
_DAY = timedelta(hours=2, minutes=30)
_MOST_BETWEEN = timedelta(minutes=5)
_SPARE_SECONDS = 20.0
# What the engine imports when it starts: a second of that is half an hour on a fast clock.
_NEEDED = ("tocsin.adapters.http", "tocsin.adapters.store", "tocsin.engine.core", "tocsin.providers.tmf656")


class Evening:
    """The parts of one demo: clock, simulator, settings and secrets. A context manager.

    ``language`` is that of the user's settings, None for the system's.
    """

    def __init__(self, speed: float, language: str | None) -> None:
        from tocsin.adapters.clock import ScaledClock
        from tocsin.adapters.secrets import KeyringSecrets
        from tocsin.simulator.demo import ACCOUNT, day_start, default_day
        from tocsin.simulator.server import DEMO_TOKEN, Simulator

        now = datetime.now(UTC)
        self.speed = speed
        self.language = language
        self.clock = ScaledClock(day_start(now), speed)
        self.simulator = Simulator(default_day(now), self.clock)
        self.secrets = KeyringSecrets({ACCOUNT: DEMO_TOKEN})
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.simulator)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def settings(self) -> FixedSettings:
        """The customer's settings, asked once in a real second, but often enough to miss nothing on a fast clock."""
        from tocsin.simulator.demo import demo_settings

        settings = demo_settings(self.simulator.port)
        interval = min(timedelta(seconds=self.speed), _MOST_BETWEEN)
        accounts = tuple(replace(account, interval=interval) for account in settings.accounts)
        return FixedSettings(LoadedSettings(replace(settings, accounts=accounts, language=self.language)))


class _Story:
    """Prints what happens as it happens, and knows when it is over. Told from the engine's thread."""

    def __init__(self, words: Phrasebook, clock: Clock) -> None:
        self._words = words
        self._clock = clock
        self._urgencies: set[str] = set()
        self._is_resolved = False
        self._lost: BrokenPipeError | None = None
        self.over = threading.Event()

    @property
    def was_told_whole(self) -> bool:
        """Whether an alarm came, and its end. Raises ``BrokenPipeError`` where nobody reads it any more."""
        if self._lost is not None:
            raise self._lost
        return "critical" in self._urgencies and self.over.is_set()

    def on_deliver(self, outgoing: Outgoing) -> None:
        self._urgencies.add(outgoing.urgency)
        for line in printing.notification(self._words, outgoing, self._clock.now().wall):
            self._say(line)

    def on_event(self, event: Event) -> None:
        self._say(printing.event(self._words, event, printing.OF_THE_DAY))
        self._is_resolved = self._is_resolved or event.event == "resolved"

    def on_state(self, _: AppState) -> None:
        if self._is_resolved and "normal" in self._urgencies:
            self.over.set()

    def _say(self, line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError as error:  # the engine would take it for a mistake of its own
            self._lost = error
            self.over.set()


def headless(speed: float | None, language: str | None) -> int:
    """Print what happens as it happens, and end when the outage is over: 0, or 1 if no alarm came."""
    from tocsin.notifiers.recording import RecordingChannel

    for name in _NEEDED:
        import_module(name)
    with Evening(speed or HEADLESS_SPEED, language) as evening:
        story = _Story(phrasebook(language, os.environ), evening.clock)
        wiring = Wiring(
            clock=evening.clock,
            profile=None,
            settings=evening.settings(),
            secrets=evening.secrets,
            channels=(RecordingChannel(on_deliver=story.on_deliver),),
            environ=dict(os.environ),
            publish=story.on_state,
            on_event=story.on_event,
            on_command=_nothing,
            line_policy=None,
        )
        engine = EngineThread(wiring)
        engine.start()
        story.over.wait(_DAY.total_seconds() / evening.speed + _SPARE_SECONDS)
        engine.stop()
        return 0 if story.was_told_whole else 1


def _nothing(_: Command) -> None:
    """There is no window to raise."""


def on_screen(folder: Path, speed: float | None, language: str | None) -> int:
    """The tray application on the demo's evening, until the user quits: 0, or 1 if no alarm came."""
    from tocsin.adapters.profile import Profile
    from tocsin.app import Desk, on_desktop, show_first_bell

    rung = threading.Event()
    words = phrasebook(language, os.environ)

    def on_event(event: Event) -> None:
        print(printing.event(words, event, printing.OF_THE_DAY), flush=True)
        if event.event == "started":
            rung.set()

    profile = Profile.at(folder)
    profile.make()
    with Evening(speed or ON_SCREEN_SPEED, language) as evening:
        desk = Desk(evening.clock, profile, evening.settings(), evening.secrets, is_demo=True, on_event=on_event)
        code = on_desktop(desk, show_first_bell())
    return code if rung.is_set() else 1
