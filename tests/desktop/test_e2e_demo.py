"""``tocsin demo`` on a real desktop: an evening with an outage, told once, changed in place, ended once."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.notification_log import Notified
from support.own_time import OwnTime
from support.program import PATIENCE, Program, children, is_red, running, wait_for_no_red
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

SPEED = 600
PROMPT = 1.0  # second, beside those in which the program and its desktop got no processor

# Notes every request that the embedded simulator answers, with the time on the clock that all processes share.
NOTING = """
import time
from tocsin.simulator.listener import RequestLog
add, place = RequestLog.add, {place!r}
def noting(log, entry):
    with open(place, "a") as file:
        print(time.monotonic(), entry.path, file=file)
    add(log, entry)
RequestLog.add = noting
"""


def poll_that_saw_the_outage(requests: Path) -> float:
    """When the list was asked for whose answer made the program ask for the outage's ticket."""
    polled = 0.0
    for line in requests.read_text().splitlines():
        at, path = line.split(" ", 1)
        if "/TT-7001" in path:
            return polled
        if "/serviceProblem?" in path:
            polled = float(at)
    raise AssertionError("no poll saw the outage")


def test_the_demo_rings_changes_and_ends():
    """Issue: red and told within 1 s of the poll; the move replaces; the end once; nothing rings for elsewhere."""
    with VirtualDesktop(panel="lxqt") as desktop:
        requests = desktop.directory / "requests"
        program = Program(desktop, hook=NOTING.format(place=str(requests)))
        program.start("demo", "--speed", str(SPEED))
        red, start, waits = red_and_told(desktop)
        polled = poll_that_saw_the_outage(requests)
        assert own_time(waits, polled, red) < PROMPT
        assert own_time(waits, polled, start.heard) < PROMPT
        assert start.call.urgency == "critical"
        assert "Expected fixed at 19:00" in start.call.body
        assert "messages sent after 17:58" in start.call.body

        def outage() -> list[Notified]:
            return [call for call in desktop.log.calls() if call.stack_tag == start.call.stack_tag and call.id]

        desktop.wait_until(lambda: len(outage()) == 2, PATIENCE, "the new estimate")
        assert is_red(desktop)
        desktop.wait_until(lambda: len(outage()) == 3, PATIENCE, "the end")
        wait_for_no_red(desktop)
        _, moved, end = outage()
        assert moved.body.startswith("New estimate: 20:30 (was 19:00)")
        assert {call.id for call in (start.call, moved, end)} == {start.call.id}
        assert [call.replaces for call in (moved, end)] == [start.call.id] * 2
        assert (end.urgency, end.actions.get("acknowledge")) == ("normal", None)
        assert "2 h 12 min" in end.summary

        polls = requests.read_text().count("/serviceProblem?")
        desktop.wait_until(
            lambda: requests.read_text().count("/serviceProblem?") >= polls + 2, PATIENCE, "two more polls"
        )
        assert len(outage()) == 3
        for event in ("  Incident started - ", "  New estimate: 20:30 (was 19:00) - ", "  Incident resolved - "):
            assert program.printed.count(event) == 1, program.printed
        others = [call for call in desktop.log.calls() if call.stack_tag != start.call.stack_tag]
        assert [call.summary.split(":")[0] for call in others] == ["Maintenance planned for Home fibre"]
        everything = program.printed + "".join(call.summary + call.body for call in desktop.log.calls())
        assert "Groningen" not in everything
        assert end_of(program, desktop) == 0


class Told:
    """A notification and when it was heard."""

    def __init__(self, call: Notified) -> None:
        self.call = call
        self.heard = time.monotonic()


def red_and_told(desktop: VirtualDesktop) -> tuple[float, Told, list[tuple[float, float]]]:
    """When the bell turned red, and the first notification of the outage, whichever comes first.

    Then again and again until then the time, and how long everybody had stood in line for a processor.
    """
    red: list[float] = []
    heard: list[Told] = []
    taken, waits = OwnTime(*desktop.pids), []

    def both() -> bool:
        if not red and is_red(desktop):
            red.append(time.monotonic())
        if not heard:
            found = [
                call for call in desktop.log.calls() if call.id and call.summary.startswith("Outage on Home fibre")
            ]
            heard.extend(Told(call) for call in found)
        waits.append((time.monotonic(), taken.waited))
        return bool(red and heard)

    desktop.wait_until(both, PATIENCE, "the red bell and the notification")
    return red[0], heard[0], waits


def own_time(waits: list[tuple[float, float]], since: float, until: float) -> float:
    """From the one to the other, less what everybody stood in line meanwhile."""
    before = [waited for at, waited in waits if at <= since]
    after = [waited for at, waited in waits if at >= until]
    return until - since - (after[0] - (before[-1] if before else 0.0))


def end_of(program: Program, desktop: VirtualDesktop) -> int:
    """End it by SIGTERM; nothing of it may be left: no icon, no process, no throw-away profile."""
    pid = program.process.pid
    everything = [pid, *children(pid)]
    folders = {file.parent for file in open_files(pid) if "tocsin-demo-" in str(file)}
    assert folders
    code = program.terminate()
    desktop.wait_until(lambda: desktop.icon_box() is None, PATIENCE, "the icon to be gone")
    desktop.wait_until(lambda: running(everything) == [], PATIENCE, "its processes to end")
    assert not any(folder.exists() for folder in folders)
    return code


def open_files(pid: int) -> Iterator[Path]:
    """The files that a process has open."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            yield link.readlink()


def test_the_demo_can_be_quit_before_anything_happened():
    """No alarm came: that is an exit of 1, by the contract, and no error is printed."""
    with VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = Program(desktop).start("demo", "--speed", "1")
        desktop.wait_until(lambda: desktop.windows("Tocsin"), PATIENCE, "the demo's window")
        assert program.terminate() == 1
        assert "Traceback" not in program.printed
