"""``tocsin demo`` on a real desktop: an evening with an outage, told once, changed in place, ended once."""

import time
from pathlib import Path

import pytest

from support.notification_log import Notified
from support.program import Program, children, is_red, running, wait_for_no_red
from support.virtual_desktop import VirtualDesktop

pytestmark = pytest.mark.desktop

SPEED = 600
EVENING = 7950 / SPEED  # seconds from 17:57:30 to 20:10 on the demo's clock
PROMPT = 1.0

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
        red, start = red_and_told(desktop)
        polled = poll_that_saw_the_outage(requests)
        assert red - polled < PROMPT
        assert start.heard - polled < PROMPT
        assert start.call.urgency == "critical"
        assert "Expected fixed at 19:00" in start.call.body
        assert "messages sent after 17:58" in start.call.body

        def outage() -> list[Notified]:
            return [call for call in desktop.log.calls() if call.stack_tag == start.call.stack_tag and call.id]

        desktop.wait_until(lambda: len(outage()) == 2, EVENING, "the new estimate")
        assert is_red(desktop)
        desktop.wait_until(lambda: len(outage()) == 3, 2 * EVENING, "the end")
        wait_for_no_red(desktop, 2)
        _, moved, end = outage()
        assert moved.body.startswith("New estimate: 20:30 (was 19:00)")
        assert {call.id for call in (start.call, moved, end)} == {start.call.id}
        assert [call.replaces for call in (moved, end)] == [start.call.id] * 2
        assert (end.urgency, end.actions.get("acknowledge")) == ("normal", None)
        assert "2 h 12 min" in end.summary

        polls = requests.read_text().count("/serviceProblem?")
        desktop.wait_until(lambda: requests.read_text().count("/serviceProblem?") >= polls + 2, 20, "two more polls")
        assert len(outage()) == 3
        for event in (" started ", " eta_changed ", " resolved "):
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


def red_and_told(desktop: VirtualDesktop) -> tuple[float, Told]:
    """When the bell turned red, and the first notification of the outage, whichever comes first."""
    red: list[float] = []
    heard: list[Told] = []

    def both() -> bool:
        if not red and is_red(desktop):
            red.append(time.monotonic())
        if not heard:
            found = [
                call for call in desktop.log.calls() if call.id and call.summary.startswith("Outage on Home fibre")
            ]
            heard.extend(Told(call) for call in found)
        return bool(red and heard)

    desktop.wait_until(both, 10, "the red bell and the notification")
    return red[0], heard[0]


def end_of(program: Program, desktop: VirtualDesktop) -> int:
    """End it by SIGTERM; nothing of it may be left: no icon, no process, no throw-away profile."""
    pid = program.process.pid
    everything = [pid, *children(pid)]
    files = Path(f"/proc/{pid}/fd")
    folders = {link.readlink().parent for link in files.iterdir() if "tocsin-demo-" in str(link.readlink())}
    assert folders
    code = program.terminate()
    desktop.wait_until(lambda: desktop.icon_box() is None, 20, "the icon to be gone")
    assert running(everything) == []
    assert not any(folder.exists() for folder in folders)
    return code


def test_the_demo_can_be_quit_before_anything_happened():
    """No alarm came: that is an exit of 1, by the contract, and no error is printed."""
    with VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        program = Program(desktop).start("demo", "--speed", "1")
        desktop.wait_until(lambda: desktop.windows("Tocsin"), 10, "the demo's window")
        assert program.terminate() == 1
        assert "Traceback" not in program.printed
