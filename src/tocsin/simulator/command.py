"""``tocsin simulate``: the embedded provider alone, for whoever builds a client of TMF656 or such an API."""

import threading
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from tocsin.ports import Clock
from tocsin.simulator import reading, telling
from tocsin.simulator.demo import default_script
from tocsin.simulator.scenario import Scenario, starting
from tocsin.simulator.script import Deed
from tocsin.simulator.server import Simulator
from tocsin.words.voice import Voice

_LOOK = 0.5


def serve_forever(
    clock: Clock,
    out: Callable[[str], None],
    voice: Voice,
    *,
    port: int = 0,
    scenario: Path | None = None,
    zone: tzinfo | None = None,
    stop: threading.Event | None = None,
) -> int:
    """Serve a scenario (None: the default day) that begins now, until Ctrl-C or ``stop``. Returns the exit code.

    The whole day is moved to this moment, so that its first steps are minutes away at any hour and every time in it
    agrees with the client's own clock. ``out`` is given one line at a time in the language of ``voice``: where to ask,
    with which token, what will happen, and then each step as it happens. Raises ``ScenarioError`` for a wrong file,
    ``EnvironmentFault`` where the port is taken.
    """
    script = default_script() if scenario is None else reading.load(scenario)
    day = starting(script, clock.now().wall, zone)
    stopping = stop or threading.Event()
    try:
        with Simulator(day, clock, port=port) as simulator:
            for line in telling.introduction(voice, day, simulator.url):
                out(line)
            _follow(day, clock, lambda step: out(telling.now(voice, day, step)), stopping)
    except KeyboardInterrupt:
        out(telling.stopped(voice))
    return 0


def _follow(day: Scenario, clock: Clock, on_step: Callable[[Deed], None], stopping: threading.Event) -> None:
    coming = [(at, step) for at, step in day.steps if at > day.start]
    # A wait without a timeout cannot be interrupted by Ctrl-C on Windows.
    while not stopping.wait(_LOOK):
        now = clock.now().wall
        while coming and coming[0][0] <= now:
            on_step(coming.pop(0)[1])
