"""``tocsin simulate``: the embedded provider alone, for whoever builds a client of TMF656 or such an API."""

import threading
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from tocsin.ports import Clock
from tocsin.simulator import reading, tmf
from tocsin.simulator.demo import default_script
from tocsin.simulator.scenario import Scenario, starting
from tocsin.simulator.server import DEMO_TOKEN, Simulator

_LOOK = 0.5


def serve_forever(
    clock: Clock,
    out: Callable[[str], None],
    *,
    port: int = 0,
    scenario: Path | None = None,
    zone: tzinfo | None = None,
    stop: threading.Event | None = None,
) -> int:
    """Serve a scenario (None: the default day) that begins now, until Ctrl-C or ``stop``. Returns the exit code.

    The whole day is moved to this moment, so that its first steps are minutes away at any hour and every time in it
    agrees with the client's own clock. ``out`` is given one line at a time: where to ask, with which token, what will
    happen, and then each step as it happens. Raises ``ScenarioError`` for a wrong file, ``EnvironmentFault`` where the
    port is taken.
    """
    script = default_script() if scenario is None else reading.load(scenario)
    day = starting(script, clock.now().wall, zone)
    stopping = stop or threading.Event()
    try:
        with Simulator(day, clock, port=port) as simulator:
            for line in _introduction(day, simulator.url):
                out(line)
            _follow(day, clock, out, stopping)
    except KeyboardInterrupt:
        out("Stopped.")
    return 0


def _introduction(day: Scenario, url: str) -> tuple[str, ...]:
    problems = "/".join((url, *tmf.PROBLEMS, "serviceProblem"))
    return (
        f"{day.script.day.provider}: {day.script.day.name}",
        f"Problems (TMF656 v4): {problems}",
        f"Tickets (TMF621 v4):  {'/'.join((url, *tmf.TICKETS, 'troubleTicket'))}",
        f"Bearer token:         {DEMO_TOKEN}",
        f'Try: curl -H "Authorization: Bearer {DEMO_TOKEN}" {problems}',
        "The day, moved to begin now:",
        *(f"  {day.describe(step)}" for _, step in day.steps),
        "Ctrl-C ends it.",
    )


def _follow(day: Scenario, clock: Clock, out: Callable[[str], None], stopping: threading.Event) -> None:
    coming = [(at, step) for at, step in day.steps if at > day.start]
    # A wait without a timeout cannot be interrupted by Ctrl-C on Windows.
    while not stopping.wait(_LOOK):
        now = clock.now().wall
        while coming and coming[0][0] <= now:
            out(f"Now: {day.describe(coming.pop(0)[1])}")
