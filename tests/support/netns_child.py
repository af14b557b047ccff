"""The test's end of what runs inside a test network: starts it there, and waits for what it prints."""

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from support.netns import Network
from support.netns_build import NAMES, PAGE, TARGETS, TARGETS_6
from support.netns_pace import slowed, waited
from tocsin.domain.line_policy import LinePolicy

FAST = LinePolicy(
    steady=timedelta(seconds=0.3),
    steady_most=timedelta(seconds=0.3),
    calm=timedelta(seconds=0.25),
    suspicious=timedelta(seconds=0.15),
    watchful=timedelta(seconds=0.15),
    names_every=timedelta(seconds=1),
    deep_every=timedelta(seconds=60),
    timeout=timedelta(seconds=0.4),
)
"""The policy's rules in a tenth of its time, about."""
SLACK = 1.0
"""Seconds by which a busy machine may be late."""
STARTS_WITHIN = 60.0
BY_ADDRESS = tuple(f"tcp://{each}:443" for each in TARGETS)
BY_ADDRESS_6 = tuple(f"tcp://[{each}]:443" for each in TARGETS_6)
BY_NAME = tuple(f"tcp://{each}:443" for each in NAMES)
HTTPS = tuple(f"https://{each}/" for each in NAMES)
_ROOT = Path(__file__).resolve().parent.parent.parent

Said = dict[str, Any]
UP = ("up", None)


class Child:
    """A process inside a network's home, while entered. ``lines`` is what it printed so far."""

    def __init__(self, network: Network, mode: str, given: Mapping[str, Any]) -> None:
        self._network, self._mode, self._given = network, mode, given
        self._changed = threading.Condition()
        self.lines: list[Said] = []
        self._ended = False

    def __enter__(self) -> Self:
        folders = os.pathsep.join(str(_ROOT / each) for each in ("tests", "src"))
        environ = {**os.environ, "PYTHONPATH": folders, "SSL_CERT_FILE": str(self._network.trusted)}
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", self._network.home, sys.executable, "-m", "support.netns_line", self._mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._given) + "\n")
        self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, name="child's lines")
        self._reader.start()
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._network.waited += waited(self._process.pid)
        self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            with self._changed:
                self.lines.append(json.loads(text) if text.startswith("{") else {"text": text.rstrip()})
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Said], object], within: float, *, after: int = 0, what: str = "") -> Said:
        """The first line, from the one of that number on, that is wanted. Fails with all that came instead.

        ``within`` is in seconds at the network's usual pace.
        """
        within *= self._network.pace

        def found() -> Said | None:
            return next((each for each in self.lines[after:] if wanted(each)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None or self._ended, within)
            line = found()
        assert line is not None, f"{what or 'what was awaited'} did not come within {within:.1f} s:\n{self.log()}"
        return line

    def log(self) -> str:
        """What it printed, for a person who looks for what went wrong."""
        every = tuple(self.lines)
        start: float = next((each["mono"] for each in every if "mono" in each), 0.0)
        return "\n".join(f"{each.get('mono', start) - start:7.3f} {_short(each)}" for each in every[-60:])


class Line(Child):
    """The prober inside a network's home. ``changes`` are the states and causes that it concluded, in order."""

    def __init__(
        self,
        network: Network,
        targets: Sequence[str] = BY_ADDRESS,
        *,
        names: Sequence[str] = NAMES,
        policy: LinePolicy = FAST,
        portal: tuple[str, str] | None = PAGE,
        backup: bool = False,
    ) -> None:
        self.policy = policy  # at the usual pace
        plan = {"targets": list(targets), "names": list(names), "portal": portal}
        super().__init__(
            network, "prober", {"plan": plan, "policy": _in_seconds(slowed(policy, network.pace)), "backup": backup}
        )

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.wait_for(lambda line: "round" in line, STARTS_WITHIN, what="the first round")
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def changes(self) -> list[tuple[str, str | None]]:
        """Every change so far."""
        return [(each["state"], each["cause"]) for each in tuple(self.lines) if "state" in each]

    def first(self, state: str, cause: str | None = None) -> None:
        """It comes to this state first, and to no other before."""
        self._next(0, (state, cause), self.policy.time_to_down, time.monotonic())

    def turns(
        self, do: Callable[[], object], state: str, cause: str | None = None, *, within: timedelta | None = None
    ) -> None:
        """Doing something makes the line turn to this state and to no other before, within the policy's time."""
        limit = within or (self.policy.time_to_up if state == "up" else self.policy.time_to_down)
        count, began = len(self.changes), time.monotonic()
        do()
        self._next(count, (state, cause), limit, began)

    def stays(self, do: Callable[[], object], rounds: int = 6) -> None:
        """Doing something turns it to no other state, for as many rounds as would have done."""
        count = len(self.changes)
        do()
        self.await_rounds(rounds)
        assert len(self.changes) == count, self.log()

    def await_rounds(self, count: int) -> Said:
        """Wait for so many further rounds; the last of them."""
        after = len(self.lines)
        each_within = self.policy.timeout + self.policy.calm

        def wanted(line: Said) -> bool:
            return "round" in line and sum("round" in each for each in self.lines[after:]) >= count

        self.wait_for(wanted, count * each_within.total_seconds() + SLACK, after=after, what=f"{count} rounds")
        return next(each for each in reversed(self.lines) if "round" in each)

    def _next(self, count: int, wanted: tuple[str, str | None], limit: timedelta, began: float) -> None:
        seconds = limit.total_seconds() + SLACK
        self.wait_for(lambda _: len(self.changes) > count, seconds, what=f"a change to {wanted}")
        assert self.changes[count] == wanted, self.log()
        turned = [each for each in tuple(self.lines) if "state" in each][count]
        assert turned["mono"] - began <= seconds * self._network.pace, self.log()


class EngineChild(Child):
    """The whole engine inside a network's home, on the text of a config.toml; see ``netns_line`` for what it prints."""

    def __init__(self, network: Network, config: str, policy: LinePolicy = FAST) -> None:
        self._config = network.folder / f"{next(_configs)}.toml"
        self._config.write_text(config, encoding="utf-8")
        super().__init__(
            network, "engine", {"settings": str(self._config), "policy": _in_seconds(slowed(policy, network.pace))}
        )


_configs = itertools.count(1)


def _in_seconds(policy: LinePolicy) -> Said:
    """A policy as JSON, with its times in seconds."""
    return {key: v.total_seconds() if isinstance(v, timedelta) else v for key, v in asdict(policy).items()}


def _short(line: Said) -> str:
    return " ".join(f"{key}={value}" for key, value in line.items() if key != "mono")
