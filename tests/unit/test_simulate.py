"""The simulator as a whole: the default day over HTTP, ``tocsin simulate``, and the tests' Statuspage."""

import signal
import subprocess
import sys
import threading
from datetime import UTC, timedelta
from pathlib import Path

from support.asking import NOW, ask, clock, provider
from support.phrases import book
from support.scenarios import PROBLEMS, TICKETS
from support.statuspage_server import StatuspageServer
from tocsin.simulator import demo
from tocsin.simulator.command import serve_forever
from tocsin.simulator.server import DEMO_TOKEN, Simulator

__all__ = ["clock", "provider"]


def test_the_default_day_runs_over_http(clock):
    """The demo's day as a client sees it: the outage, its moved estimate, its end, at the clock's times."""
    day = demo.default_day(NOW, UTC)
    with Simulator(day, clock) as simulator:
        seen = []
        for hour, minute in ((17, 57), (18, 0), (18, 40), (20, 10)):
            clock.wall = NOW.replace(hour=hour, minute=minute, second=0)
            problems = {each["id"]: each["status"] for each in ask(simulator.port, PROBLEMS).json}
            ticket = ask(simulator.port, f"{TICKETS}/TT-7001").json
            seen.append((problems.get("PRB-7001"), ticket.get("expectedResolutionDate")))
        assert seen == [
            (None, None),
            ("acknowledged", "2026-11-21T19:00:00.000Z"),
            ("inProgress", "2026-11-21T20:30:00.000Z"),
            ("resolved", "2026-11-21T20:30:00.000Z"),
        ]


# --- tocsin simulate -----------------------------------------------------------------------------------------------


def test_simulate_says_where_it_is_and_what_happens_and_ends_with_zero(clock):
    """The command prints address, token and steps, moved to now; tells a step as it comes; and ends cleanly."""
    lines, stop = [], threading.Event()

    def out(line):
        lines.append(line)
        if line == "Ctrl-C ends it.":
            clock.wall += timedelta(minutes=3)
        elif line.startswith("Now:"):
            stop.set()

    assert serve_forever(clock, out, book(), zone=UTC, stop=stop) == 0
    text = "\n".join(lines)
    assert DEMO_TOKEN in text
    assert PROBLEMS in text
    assert TICKETS in text
    assert "  18:02  PRB-7001 (No internet in Utrecht): declared, expected fixed at 19:02" in lines
    assert lines[-1].startswith("Now: 18:02  PRB-7001 (No internet in Utrecht): declared")


def test_simulate_serves_a_file_of_ones_own_until_ctrl_c(clock, tmp_path):
    """With a scenario file the command serves that one, and Ctrl-C is an end, not an error."""
    file = tmp_path / "mine.toml"
    file.write_text(
        '[day]\nname = "Mine"\nprovider = "Me"\nstart = "12:00"\n'
        '[[problems]]\nid = "X1"\nname = "x"\nservices = []\n'
        '[[steps]]\nat = "12:00"\ndo = "declare"\nproblem = "X1"\n'
    )
    found = []

    def out(line):
        if line.startswith("Problems"):
            port = int(line.split(":")[3].partition("/")[0])
            found.extend(each["id"] for each in ask(port, PROBLEMS).json)
            raise KeyboardInterrupt

    assert serve_forever(clock, out, book(), scenario=file) == 0
    assert found == ["X1"]


def test_simulate_ends_with_zero_on_a_real_interrupt():
    """In a process of its own the command is ended by SIGINT within a second, with exit code 0 and no traceback."""
    program = (
        "import signal, sys; from support.phrases import book; from support.scenarios import RealTime; "
        "from tocsin.simulator.command import serve_forever; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's background jobs ignore it
        "sys.exit(serve_forever(RealTime(), lambda line: print(line, flush=True), book()))"
    )
    tests = Path(__file__).resolve().parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tests
    ) as process:
        for line in process.stdout:
            if line == "Ctrl-C ends it.\n":
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.endswith("Stopped.\n")


# --- the other server of the tests ---------------------------------------------------------------------------------


def test_the_statuspage_server_moves_as_it_is_told(clock):
    """The Statuspage double has summary, incidents and maintenance in the API's shape, validators and failures."""
    with StatuspageServer(clock=clock) as page:
        port = int(page.url.rpartition(":")[2])
        page.add_component("mail", "Mail")
        quiet = ask(port, "/api/v2/summary.json")
        assert quiet.json["status"] == {"indicator": "none", "description": "All Systems Operational"}
        assert ask(port, "/api/v2/summary.json", If_None_Match=quiet.headers["etag"]).status == 304
        page.open_incident("i1", "Mail is late", components={"mail": "major_outage"}, started=NOW)
        page.schedule("m1", "Work", NOW, NOW + timedelta(hours=1), components=("mail",))
        summary = ask(port, "/api/v2/summary.json").json
        assert summary["status"]["indicator"] == "critical"
        assert summary["components"][0]["status"] == "major_outage"
        assert summary["incidents"][0]["components"][0]["id"] == "mail"
        assert summary["scheduled_maintenances"][0]["scheduled_for"] == "2026-11-21T18:00:05.000Z"
        page.update_incident("m1", status="in_progress")
        assert len(ask(port, "/api/v2/scheduled-maintenances/active.json").json["scheduled_maintenances"]) == 1
        page.resolve("i1")
        assert ask(port, "/api/v2/summary.json").json["incidents"] == []
        resolved = ask(port, "/api/v2/incidents.json").json["incidents"][0]
        assert (resolved["status"], resolved["resolved_at"]) == ("resolved", "2026-11-21T18:00:05.000Z")
        assert [update["status"] for update in resolved["incident_updates"]] == ["resolved", "investigating"]
        page.override("summary", components=None)
        assert ask(port, "/api/v2/summary.json").json["components"] is None
        page.fail(503)
        assert ask(port, "/api/v2/summary.json").status == 503
        page.recover()
        assert ask(port, "/api/v2/nothing.json").status == 404
