"""What the tests of the design's *Cases* ask of a running engine."""

from datetime import timedelta
from pathlib import Path

from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.step_clock import StepClock
from tocsin.adapters.store import open_store
from tocsin.domain.freshness import tray_level
from tocsin.domain.message import Fault
from tocsin.domain.terms import Level
from tocsin.ports import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLL = 1.2
"""Seconds that surely bring the next poll of an account that is asked every second."""


def record(folder: Path, clock: StepClock) -> Store:
    return open_store(folder / "tocsin.db", migrate=True, now=clock.wall).store


def level(rig: EngineRig) -> Level:
    """What the tray shows at this moment of the rig's clock."""
    return tray_level(rig.state, rig.clock.now())


def wait_level(rig: EngineRig, wanted: Level) -> None:
    rig.wait_for(wanted.word, lambda: level(rig) is wanted)


def wait_asked(provider: ScriptedProvider, polls: int) -> None:
    """Wait until the provider was polled so often in all."""
    provider.wait_for_polls(polls)


def faults(rig: EngineRig) -> dict[str, Fault]:
    return {fault.message.key: fault for fault in rig.state.faults}


def poll(rig: EngineRig, clock: StepClock) -> None:
    """Let every account's next poll come and be taken in."""
    clock.step(POLL, len(rig.settings.accounts))
    rig.refresh()
