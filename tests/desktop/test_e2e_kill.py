"""Killed in the middle of an alarm and started again: red before the first answer, nothing lost, one duplicate at most.

The program is killed between two steps of its event loop, at seeded places from the answer that told of the outage to
the delivery that was confirmed. The same is done many times more without a screen.
"""

from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from jeepney import DBusAddress
from jeepney.wrappers import DBusErrorResponse

from support.notification_log import Notified
from support.program import (
    PATIENCE,
    Program,
    is_red,
    tray_picture,
    wait_for_file,
    wait_for_no_red,
    wait_for_red,
)
from support.scenarios import ScriptedProvider
from support.virtual_desktop import VirtualDesktop
from tocsin.adapters.store import open_readonly
from tocsin.simulator.http1 import Manner

pytestmark = pytest.mark.desktop

SEED = 20261121
KILLS = 5

# Counts the steps of the engine's loop from the answer that names the problem; dies at one of them, or writes down how
# many there were until the delivery was confirmed.
STEPS = """
import os, pathlib, signal
from asyncio import events
from tocsin.adapters.http import HttpClient
from tocsin.engine.keeper import Keeper
send, confirm, run = HttpClient.send, Keeper.confirm, events.Handle._run
place, fatal, steps = pathlib.Path({place!r}), {fatal}, []
async def sending(self, request, account):
    response = await send(self, request, account)
    if not steps and b"PRB-" in response.body:
        steps.append(1)
    return response
def stepping(handle):
    if steps:
        steps[0] += 1
        if steps[0] == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
    run(handle)
def confirming(self, *arguments):
    confirm(self, *arguments)
    place.write_text(str(steps[0]))
HttpClient.send, events.Handle._run, Keeper.confirm = sending, stepping, confirming
"""


def rung(desktop: VirtualDesktop, provider: ScriptedProvider, program: Program, problem: str) -> None:
    """Start it, and let it hear of an outage by itself: who is about to be killed cannot be spoken to."""
    provider.clear()
    program.start()
    program.wait_for_level("ok")
    provider.declare(problem)


def steps_to_a_delivery(desktop: VirtualDesktop, provider: ScriptedProvider) -> int:
    """How many steps there are from the answer to the confirmed delivery, when nothing goes wrong."""
    place = desktop.directory / "steps"
    hook = STEPS.format(place=str(place), fatal=0)
    program = Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook, name="counted")
    rung(desktop, provider, program, "PRB-0")
    steps = int(wait_for_file(desktop, place))
    assert program.terminate() == 0
    return steps


def is_recorded(place: Path) -> bool:
    """Whether the outage had been written when the program was killed."""
    with closing(open_readonly(place, now=datetime.now(UTC))) as store:
        return bool(store.incidents(since=None))


def is_told(place: Path) -> bool:
    """Whether every message was delivered, and that confirmed: of one told before the kill that is not known."""
    with closing(open_readonly(place, now=datetime.now(UTC))) as store:
        return not store.outbox()


def test_killed_at_any_step_and_started_again():
    """Issue: kill -9 and a restart; 5 seeded kills on the desktop: red before the first poll, one duplicate at most."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        steps = steps_to_a_delivery(desktop, provider)
        assert steps > 2 * KILLS
        dice = Random(SEED)  # noqa: S311 -- to be the same every time
        bounds = [2 + part * (steps - 1) // KILLS for part in range(KILLS + 1)]  # step 1 is the answer itself
        for part, (first, end) in enumerate(pairwise(bounds), start=1):
            killed_at(dice.randrange(first, end), desktop, provider, f"PRB-{part}")


def killed_at(fatal: int, desktop: VirtualDesktop, provider: ScriptedProvider, problem: str) -> None:
    """One kill, and what comes after it."""
    desktop.close_all()
    before = len(desktop.log.calls())
    hook = STEPS.format(place=str(desktop.directory / "unused"), fatal=fatal)
    program = Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook, name=problem)
    rung(desktop, provider, program, problem)
    desktop.wait_until(program.was_killed, PATIENCE, f"the kill at step {fatal}")
    until_off_the_bus(desktop, program)
    recorded, sent = is_recorded(program.profile.data), len(desktop.log.calls()) - before

    provider.fail(manner=Manner.HANG)
    program.hook, asked = "", provider.polls
    program.start()
    if recorded:
        wait_for_red(desktop)
    else:
        provider.wait_for_polls(asked + 1)
        tray_picture(desktop)
        assert not is_red(desktop)
        assert not sent
    provider.stop()
    provider.recover()
    provider.start()
    wait_for_red(desktop)

    def alarms() -> list[Notified]:
        return [call for call in desktop.log.calls()[before:] if call.urgency == "critical" and call.id]

    desktop.wait_until(alarms, PATIENCE, f"the alarm after a kill at step {fatal}")
    desktop.wait_until(lambda: is_told(program.profile.data), PATIENCE, "it to be known that it was told")
    program.ask(provider)
    assert len(alarms()) <= 1 + sent, f"killed at step {fatal}, with {sent} sent before"
    assert len({call.stack_tag for call in alarms()}) == 1
    (shown,) = desktop.dunst_displayed()
    assert shown.urgency == "critical"

    provider.resolve(problem)
    program.ask(provider)
    wait_for_no_red(desktop)

    def ends() -> list[Notified]:
        return [call for call in desktop.log.calls()[before:] if call.urgency == "normal" and call.id]

    (end,) = desktop.wait_until(ends, PATIENCE, "the end to be told")
    assert end.id == shown.id
    assert [call.summary for call in desktop.dunst_displayed()] == [end.summary]
    assert program.terminate() == 0
    assert "Traceback" not in program.log


def until_off_the_bus(desktop: VirtualDesktop, program: Program) -> None:
    """Return once the bus has read everything that a dead program had said, and let it go."""
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")

    def is_its(name: str) -> bool:
        try:
            return bool(desktop.call(bus, "GetConnectionUnixProcessID", "s", (name,))[0] == program.process.pid)
        except DBusErrorResponse:
            return False  # gone meanwhile

    def is_gone() -> bool:
        (names,) = desktop.call(bus, "ListNames")
        return not any(is_its(name) for name in names if name.startswith(":"))

    desktop.wait_until(is_gone, PATIENCE, "the bus to let go of it")


def test_killed_while_it_rings_it_goes_on_ringing():
    """A crash in mid-alarm, days of it for all we know: red at once, told once, acknowledged stays acknowledged."""
    with ScriptedProvider() as provider, VirtualDesktop(panel="lxqt") as desktop:
        confirmed = desktop.directory / "confirmed"
        hook = STEPS.format(place=str(confirmed), fatal=0)
        program = Program(desktop, provider.account(), secrets={"home": provider.token}, hook=hook)
        rung(desktop, provider, program, "PRB-1")
        wait_for_red(desktop)
        desktop.wait_until(desktop.dunst_displayed, PATIENCE, "the notification")
        desktop.wait_until(lambda: program.status()["ringing"], PATIENCE, "the alarm to ring")
        wait_for_file(desktop, confirmed)
        program.kill()
        desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to go with its program")
        provider.fail(manner=Manner.HANG)
        program.hook = ""
        program.start()
        wait_for_red(desktop)
        assert program.status()["ringing"]
        program.tell("ack")
        desktop.wait_until(lambda: not program.status()["ringing"], PATIENCE, "the acknowledgement")
        program.kill()
        desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to go with its program")
        program.start()
        wait_for_red(desktop)
        assert not program.status()["ringing"]
        assert len(desktop.log.calls()) == 1
