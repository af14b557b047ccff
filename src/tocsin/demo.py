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
from tocsin.ports import Event, LoadedSettings, Outgoing
from tocsin.running import EngineThread, FixedSettings, Wiring

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


def headless(speed: float | None, language: str | None) -> int:
    """Print what happens as it happens, and end when the outage is over: 0, or 1 if no alarm came."""
    from tocsin.notifiers.recording import RecordingChannel

    for name in _NEEDED:
        import_module(name)
    words = phrasebook(language, os.environ)
    with Evening(speed or HEADLESS_SPEED, language) as evening:
        over = threading.Event()
        told: list[str] = []
        ends: list[str] = []

        def on_deliver(outgoing: Outgoing) -> None:
            told.append(outgoing.urgency)
            for line in printing.notification(words, outgoing, evening.clock.now().wall):
                print(line, flush=True)

        def on_event(event: Event) -> None:
            print(printing.event(words, event, printing.OF_THE_DAY), flush=True)
            if event.event == "resolved":
                ends.append(event.event)

        def on_state(_: AppState) -> None:
            if ends and any(urgency == "normal" for urgency in told):
                over.set()

        wiring = Wiring(
            clock=evening.clock,
            profile=None,
            settings=evening.settings(),
            secrets=evening.secrets,
            channels=(RecordingChannel(on_deliver=on_deliver),),
            environ=dict(os.environ),
            publish=on_state,
            on_event=on_event,
            on_command=_nothing,
            line_policy=None,
        )
        engine = EngineThread(wiring)
        engine.start()
        over.wait(_DAY.total_seconds() / evening.speed + _SPARE_SECONDS)
        engine.stop()
        return 0 if "critical" in told and over.is_set() else 1


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
