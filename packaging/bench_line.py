"""What measuring the line costs at rest: CPU as a share of one core, traffic in a month, the record's bytes in a day.

The engine, built as for the tray, measures a line on which all is well, from a host of its own behind a router, with
servers at the public targets' addresses. Its clock runs by itself while a round is measured and jumps over the pauses
between: so many hours pass as are measured, with every round, lookup and handshake of theirs. What the engine does
besides (it looks at the clock once a second) is not counted.

Traffic is what goes through the router in IP packets, as a provider counts it. What crosses the cable between host and
router is more, by the frames and by asking for the router's address before each round. A handshake counts as if the
certificates were as long as those in the internet are.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from support.netns import Network
from support.netns_tools import ip, nft
from support.system_bus import private_system_bus
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.adapters.store import open_store
from tocsin.adapters.thrift import PATIENCE, LinuxSource
from tocsin.domain.instant import Instant
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.minutes import PER_HOUR, Hour, Minute, with_minute
from tocsin.domain.state import AppState
from tocsin.domain.terms import LineState
from tocsin.ports import Batch, LineHour
from tocsin.running import SettingsFile, Wiring, build

AIMS = {"cpu_percent": 0.2, "month_bytes": 50e6}
MONTH = timedelta(days=30)
_HOUR = timedelta(hours=1)
_HOURS = 2
_PACE = 0.15
"""Seconds that a pause is cut to: longer than the engine gathers changes for, so that each round is published."""
_CHAIN = 4000
"""Bytes by which a public server's certificates are longer than the test's own."""
_QUESTIONS = 50
_RECORD_DAYS = 60
_WRITES_AN_HOUR = 12
_START = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
_LEAST_ROUNDS = 0.9
_CABLE = Path("/sys/class/net/up0/statistics")
_METER = """
table inet bench {
  counter passed { }
  chain leaving { type filter hook output priority 0; oifname up0 jump counting; }
  chain coming { type filter hook input priority 0; iifname up0 jump counting; }
  chain counting { icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } return; counter name passed; }
}
"""
"""Counts what the host sends and gets, but for IPv6's questions for neighbours, which stay in the house."""
_LIMIT = 300.0

CONFIG = """\
[line]
public = true
[[accounts]]
id = "home"
provider = "line"
name = "Home"
[[accounts.connections]]
id = "fibre"
name = "Home fibre"
"""


@dataclass(frozen=True, slots=True)
class LineCost:
    """What was measured: ``cpu_percent`` of one core, bytes in 30 days and in a day, and how many rounds it is from.

    A round's CPU, and what of it goes into the question of thrift, is in milliseconds.
    """

    rounds: int
    cpu_percent: float
    round_ms: float
    thrift_ms: float
    month_bytes: float
    month_cable_bytes: float
    record_day_bytes: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The meters at one moment: the engine's clock and CPU in seconds, bytes on the line and on the cable, rounds."""

    at: float
    cpu: float
    line: int
    cable: int
    rounds: int


class HurriedClock:
    """The time of the engine. A pause of any length takes ``_PACE`` seconds. One at a time sleeps on it: the line."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._began = time.monotonic()

    def now(self) -> Instant:
        """This moment; both hands jump alike."""
        passed = time.monotonic() - self._began + self._skipped
        return Instant(_START + timedelta(seconds=passed), 1000.0 + passed)

    async def sleep(self, seconds: float) -> None:
        """Wait for a moment, and let the rest of the pause have gone by."""
        await asyncio.sleep(min(max(0.0, seconds), _PACE))
        self._skipped += max(0.0, seconds - _PACE)


def measure() -> LineCost:
    """Measure. Raises ``NetworkNotBuilt`` where that takes rights or tools that are not there."""
    with Network() as network, _services() as bus, tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        trusted = Path(folder, "trusted.pem")
        system = Path("/etc/ssl/certs/ca-certificates.crt")
        trusted.write_bytes((system.read_bytes() if system.exists() else b"") + network.trusted.read_bytes())
        environment = {**os.environ, "SSL_CERT_FILE": str(trusted), "DBUS_SYSTEM_BUS_ADDRESS": bus, "HOME": folder}
        nft(network.home, _METER)
        with _forgetful_neighbours(network):
            printed = subprocess.run(
                ["ip", "netns", "exec", network.home, sys.executable, __file__, folder],
                env=environment,
                stdout=subprocess.PIPE,
                timeout=_LIMIT,
                check=True,
            ).stdout
        return LineCost(**json.loads(printed), record_day_bytes=record_day_bytes(Path(folder)))


@contextmanager
def _services() -> Iterator[str]:
    """A system bus with what a laptop has on it."""
    with private_system_bus() as bus:
        bus.mock("logind")
        network = bus.mock("networkmanager")
        network.add(network.name, "Metered", "u", 4)
        bus.mock("upower", OnBattery=True)
        bus.mock("power_profiles_daemon")
        yield bus.address


@contextmanager
def _forgetful_neighbours(network: Network) -> Iterator[None]:
    """Rounds that come a minute apart find their neighbours forgotten; these come closer."""
    over = threading.Event()

    def forget() -> None:
        while not over.wait(_PACE):
            ip(network.home, "neigh flush dev up0")

    thread = threading.Thread(target=forget, name="neighbours")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# --- in the host behind the router ---


class Meter:
    """Reads the meters when the first hour is over, and so many hours later; then ``over`` is called."""

    def __init__(self, clock: HurriedClock) -> None:
        self._clock = clock
        self._rounds = 0
        self._measured: Instant | None = None
        self.marks: list[Mark] = []
        self.over: Callable[[], None] = lambda: None

    def publish(self, state: AppState) -> None:
        """Count the round that brought this state."""
        if state.line is None or state.line.measured in (None, self._measured):
            return
        self._measured = state.line.measured
        self._rounds += 1
        if state.line.state is not LineState.UP and self.marks:
            raise SystemExit(f"the line was {state.line.state} ({state.line.cause}), so that nothing is known of rest")
        passed = self._clock.now().wall - _START
        if passed >= _HOUR * (1 if not self.marks else 1 + _HOURS):
            mark = Mark(passed.total_seconds(), time.process_time(), _on_the_line(), _on_the_cable(), self._rounds)
            self.marks.append(mark)
        if len(self.marks) > 1:
            self.over()


def _on_the_line() -> int:
    printed = subprocess.check_output(["nft", "-j", "list", "counter", "inet", "bench", "passed"])
    return sum(int(each["counter"]["bytes"]) for each in json.loads(printed)["nftables"] if "counter" in each)


def _on_the_cable() -> int:
    return sum(int((_CABLE / name).read_text()) for name in ("rx_bytes", "tx_bytes"))


async def _at_rest(folder: Path) -> dict[str, float]:
    """Run the engine, then ask the services for themselves: the engine's thrift keeps its answer for a real minute."""
    clock = HurriedClock()
    meter = Meter(clock)
    profile = Profile.at(folder / "profile")
    profile.make()
    profile.settings.write_text(CONFIG)
    engine = build(
        Wiring(
            clock=clock,
            profile=profile,
            settings=SettingsFile(profile),
            secrets=KeyringSecrets({}),
            channels=(),
            environ={},
            publish=meter.publish,
            on_event=lambda _: None,
            on_command=lambda _: None,
        )
    )
    meter.over = engine.stop
    await engine.run()
    first, last = meter.marks
    policy, span, rounds = LinePolicy(), last.at - first.at, last.rounds - first.rounds
    if rounds < _LEAST_ROUNDS * span / policy.calm.total_seconds():
        raise SystemExit(f"{rounds} rounds in {span:.0f} s: some were missed")
    thrift = await _one_question()
    cpu = last.cpu - first.cpu + rounds * thrift
    month = MONTH.total_seconds()
    chains = _CHAIN * month / policy.deep_every.total_seconds()
    return {
        "rounds": rounds,
        "cpu_percent": 100 * cpu / span,
        "round_ms": 1000 * cpu / rounds,
        "thrift_ms": 1000 * thrift,
        "month_bytes": (last.line - first.line) * month / span + chains,
        "month_cable_bytes": (last.cable - first.cable) * month / span + chains,
    }


async def _one_question() -> float:
    """The CPU seconds that it takes to ask whether to spare link and battery."""
    source = LinuxSource()
    await source.is_frugal(PATIENCE)
    began = time.process_time()
    for _ in range(_QUESTIONS):
        await source.is_frugal(PATIENCE)
    spent = time.process_time() - began
    await source.close()
    return spent / _QUESTIONS


# --- the record ---


def record_day_bytes(folder: Path) -> float:
    """By how much the record grows in a day of measuring one link, in bytes of its file."""
    path, dice = folder / "record.db", Random(4)  # noqa: S311  made-up figures, no secret
    sizes = []
    for day in range(_RECORD_DAYS + 1):
        store = open_store(path, migrate=True, now=_START).store
        for number in range(24):
            hour = Hour(_START + timedelta(days=day, hours=number))
            for minute in range(PER_HOUR):
                at = hour.start + timedelta(minutes=minute)
                hour = with_minute(hour, at, Minute(LineState.UP, None, 2, 0, dice.random() / 10, dice.random() / 99))
                if minute % (PER_HOUR // _WRITES_AN_HOUR) == 0:
                    store.write(Batch(hours=(LineHour("primary", hour),), at=at))
        store.close()
        sizes.append(path.stat().st_size)
    return (sizes[-1] - sizes[0]) / _RECORD_DAYS


def table(cost: LineCost) -> str:
    """What was measured, and what it is aimed at."""
    lines = (
        f"measuring the line at rest, from {cost.rounds} rounds in {_HOURS} h",
        f"{'':30}{'Tocsin':>10}{'aim':>8}",
        f"{'CPU (% of one core)':30}{cost.cpu_percent:10.3f}{AIMS['cpu_percent']:8.1f}",
        f"{'traffic in 30 days (MB)':30}{cost.month_bytes / 1e6:10.1f}{AIMS['month_bytes'] / 1e6:8.0f}",
        f"{'record of minutes a day (B)':30}{cost.record_day_bytes:10.0f}{'-':>8}",
        f"a round takes {cost.round_ms:.1f} ms of CPU, {cost.thrift_ms:.1f} of them to ask whether to be frugal;",
        f"with frames and questions for the router's address {cost.month_cable_bytes / 1e6:.1f} MB cross the cable",
    )
    return "\n".join(lines)


def main() -> int:
    """Be the host behind the router, with a folder for its profile; without one print what measuring the line costs."""
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(_at_rest(Path(sys.argv[1])))))
    else:
        print(table(measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
