"""What Tocsin costs beside the least PySide6 tray: memory, start-up CPU, time to the icon. All in one run.

What measuring the line costs at rest comes after that, see ``bench_line``.

Both run in turn on one virtual desktop with a panel. The icon counts as shown when the panel's StatusNotifierWatcher
announces it on the bus, for both alike. Tocsin watches one account on a small status page on loopback, and has polled
it by the time that is measured. Development tools that a library would pick up if it saw them are hidden from both: a
user has none.

usage: bench.py [--runs N] [--json]
"""

import argparse
import http.server
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import bench_line
from jeepney import MatchRule  # type: ignore[import-untyped]
from jeepney.bus_messages import message_bus  # type: ignore[import-untyped]
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection  # type: ignore[import-untyped]

from support.netns_tools import NetworkNotBuilt
from support.virtual_desktop import VirtualDesktop

HERE = Path(__file__).resolve().parent
AGE = 8.0
"""Seconds after its start at which a program's memory and CPU time are read."""
AIMS = {"memory": 1.6, "icon": 1.5}
HIDDEN = ("click", "rich")
"""Modules that httpx imports for its own command line where they happen to be installed."""

SUMMARY = {
    "page": {
        "id": "bench",
        "name": "Planet Fibre",
        "url": "https://status.example.net",
        "updated_at": "2026-11-21T17:00:00Z",
    },
    "components": [{"id": "fibre", "name": "Fibre", "status": "operational", "group_id": None, "group": False}],
    "incidents": [],
    "scheduled_maintenances": [],
    "status": {"indicator": "none", "description": "All Systems Operational"},
}

CONFIG = """\
[[accounts]]
id = "bench"
provider = "statuspage"
name = "Planet Fibre"
url = "http://127.0.0.1:{port}"
[[accounts.connections]]
id = "fibre"
name = "Home fibre"
match = ["fibre"]
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of one program cost: seconds to its icon, CPU seconds and PSS in KiB at ``AGE``."""

    icon_s: float
    cpu_s: float
    pss_kib: float


class Page(http.server.BaseHTTPRequestHandler):
    """A status page on which all is well."""

    polls = 0

    def do_GET(self) -> None:
        """Answer with the summary, and with 404 for all else."""
        found = self.path.endswith("/summary.json")
        body = json.dumps(SUMMARY).encode() if found else b"{}"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        Page.polls += found

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        """Keep the terminal for the results."""


@contextmanager
def status_page() -> Iterator[int]:
    """A page on a free port of loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def icon_shown(bus: DBusConnection, timeout: float) -> float:
    """Wait for the watcher to announce an icon; the moment at which it did, on the monotonic clock."""
    rule = MatchRule(type="signal", interface="org.kde.StatusNotifierWatcher", member="StatusNotifierItemRegistered")
    with bus.filter(rule) as queue:
        bus.recv_until_filtered(queue, timeout=timeout)
        return time.monotonic()


def listen(address: str) -> DBusConnection:
    """A connection to a bus that is told of new icons."""
    bus = open_dbus_connection(address)
    rule = MatchRule(type="signal", interface="org.kde.StatusNotifierWatcher", member="StatusNotifierItemRegistered")
    Proxy(message_bus, bus, timeout=5).AddMatch(rule)
    return bus


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_kib(pid: int) -> int:
    """The memory of a process, what it shares with others divided among them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))


def hide_tools(folder: Path) -> dict[str, str]:
    """Make modules that cannot be imported, and the environment in which they are found first."""
    folder.mkdir()
    for name in HIDDEN:
        (folder / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r} + ' is hidden')\n")
    return {"PYTHONPATH": str(folder)}


def measure(desktop: VirtualDesktop, argv: Sequence[str], env: Mapping[str, str]) -> Cost:
    """Run a program on the desktop until it is ``AGE`` seconds old."""
    bus = listen(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
    try:
        started = time.monotonic()
        process = desktop.spawn(argv, env=env)
        icon = icon_shown(bus, timeout=30) - started
        threading.Event().wait(max(0.0, started + AGE - time.monotonic()))
        cost = Cost(icon, cpu_seconds(process.pid), pss_kib(process.pid))
    finally:
        bus.close()
    desktop.end(process)
    desktop.wait_until(lambda: desktop.icon_box() is None, 10, "the icon to go")
    return cost


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each number."""
    return Cost(
        *(statistics.median(values) for values in zip(*(tuple(asdict(cost).values()) for cost in costs), strict=True))
    )


def run(runs: int) -> dict[str, list[Cost]]:
    """Both programs in turn, ``runs`` times, after one run of each that warms the disk's cache and is not counted."""
    found: dict[str, list[Cost]] = {"floor": [], "tocsin": []}
    with ExitStack() as stack:
        port = stack.enter_context(status_page())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-")))
        env = hide_tools(folder / "hidden")
        profile = folder / "profile"
        profile.mkdir()
        (profile / "config.toml").write_text(CONFIG.format(port=port))
        desktop = stack.enter_context(VirtualDesktop(panel="lxqt"))
        programs = {
            "floor": [sys.executable, str(HERE / "bench_floor.py")],
            "tocsin": [str(Path(sys.executable).parent / "tocsin"), "run", "--background", "--profile", str(profile)],
        }
        for count in range(runs + 1):
            for name, argv in programs.items():
                polls = Page.polls
                cost = measure(desktop, argv, env)
                if name == "tocsin" and Page.polls == polls:
                    raise SystemExit(
                        f"Tocsin did not poll its page, so nothing is measured:\n{desktop.output(argv[0])}"
                    )
                if count:
                    found[name].append(cost)
    return found


def table(floor: Cost, tocsin: Cost) -> str:
    """The medians beside each other, and what they are aimed at."""
    rows = [
        ("memory (PSS, MiB)", floor.pss_kib / 1024, tocsin.pss_kib / 1024, AIMS["memory"]),
        ("start-up CPU (s)", floor.cpu_s, tocsin.cpu_s, None),
        ("time to the icon (s)", floor.icon_s, tocsin.icon_s, AIMS["icon"]),
    ]
    lines = [f"{'':22}{'least tray':>12}{'Tocsin':>10}{'ratio':>8}{'aim':>8}"]
    for name, least, ours, aim in rows:
        goal = f"{aim:8.1f}" if aim else f"{'-':>8}"
        lines.append(f"{name:22}{least:12.2f}{ours:10.2f}{ours / least:8.2f}{goal}")
    return "\n".join(lines)


def line_cost() -> bench_line.LineCost | None:
    """What measuring the line costs; None, and on standard error why, where no network can be built for it."""
    try:
        return bench_line.measure()
    except NetworkNotBuilt as problem:
        print(f"what measuring the line costs was not measured: {problem}", file=sys.stderr)
        return None


def main() -> int:
    """Measure and print. Ends with 0 whatever the ratios are: a busy machine is no mistake."""
    parser = argparse.ArgumentParser(description="what Tocsin costs, beside the least PySide6 tray")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="every run, as one JSON object")
    options = parser.parse_args()
    found = run(options.runs)
    line = line_cost()
    if options.json:
        runs = {name: [asdict(cost) for cost in costs] for name, costs in found.items()}
        print(json.dumps({**runs, "line": None if line is None else asdict(line)}))
    else:
        print(f"median of {options.runs} runs each, in turn, {AGE:g} s after the start")
        print(table(middle(found["floor"]), middle(found["tocsin"])))
        if line is not None:
            print(bench_line.table(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
