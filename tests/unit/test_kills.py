"""Killed with SIGKILL at any await between a response and its confirmed delivery, the engine loses nothing.

Forty-five kills, fifteen in each of three stretches (the start of an outage, a move of its estimate, its end), spread
evenly over all callbacks of the event loop that lie in the stretch, by a fixed seed; and a restart after each. The
other five of the fifty are done on the desktop.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from support.killed_engine import EngineChildren, Orders, journal
from support.scenarios import ScriptedProvider
from tocsin.adapters.store import open_readonly
from tocsin.domain.alarm import ACCOUNTS_THREAD
from tocsin.domain.incident import Incident
from tocsin.domain.terms import EndHow
from tocsin.ports import OutboxState
from tocsin.simulator.http1 import Manner

KILLS = 15
PROBLEM = "PRB-1"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
LATER = SOON + timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From which news on the kills fall: what a response says when it brings them, and what is told of them."""

    name: str
    marker: str
    told: str
    seed: int


STRETCHES = (
    Stretch("start", PROBLEM, "started", 17),
    Stretch("estimate", f"{LATER:%Y-%m-%dT%H:%M:%S}", "eta_changed", 58),
    Stretch("end", '"resolved"', "resolved", 2010),
)


@dataclass(frozen=True, slots=True)
class Left:
    """What a kill left on disk: the incident, and the messages that were on their way."""

    incident: Incident | None
    attempted: tuple[str, ...]
    waiting: int


class Round:
    """One engine's life until it is killed in a stretch, its restart, and what became of it."""

    def __init__(self, children: EngineChildren, folder: Path, stretch: Stretch) -> None:
        self.children = children
        self.folder = folder
        self.stretch = stretch
        self.provider = ScriptedProvider()

    def live(self, kill_at: int) -> None:
        """Run until the news of the stretch is confirmed, or the kill comes before; start with all well."""
        orders = Orders(self.provider.url, str(self.folder), self.stretch.marker, kill_at)
        self.children.run(orders)
        self.wait("green", lambda report: report.get("level") == "ok")
        self.provider.declare(PROBLEM, eta=SOON)
        if self.stretch.name != "start":
            self.wait("the start", lambda report: report.get("confirmed") == "started")
            self.bring()
        self.wait("the news, or the kill", lambda report: self.is_told(report) or "signal" in report)

    def bring(self) -> None:
        """The news of the stretch."""
        if self.stretch.name == "estimate":
            self.provider.set_estimate(PROBLEM, LATER)
        elif self.stretch.name == "end":
            self.resolve()

    def resolve(self) -> None:
        """The outage ends between two polls, not between a poll's questions for the problem and for its ticket."""
        self.provider.fail()
        self.provider.wait_for_polls(self.provider.polls + 1)
        self.provider.resolve(PROBLEM)
        self.provider.recover()

    def is_told(self, report: dict) -> bool:
        return report.get("confirmed") == self.stretch.told

    def callbacks(self) -> int:
        """How many callbacks lie in the stretch, as the run without a kill has shown."""
        return next(report["callbacks"] for report in self.children.reports if self.is_told(report))

    def left(self) -> Left:
        now = datetime.now(UTC)
        with closing(open_readonly(self.folder / "tocsin.db", now=now)) as store:
            rows = store.outbox()
            attempted = tuple(row.effect.message.key for row in rows if row.state is OutboxState.ATTEMPTED)
            return Left(next(iter(store.incidents()), None), attempted, len(rows))

    def restart(self, left: Left) -> None:
        """Start again with the provider hanging, then answering; the outage ends, if it had not."""
        self.provider.fail(manner=Manner.HANG)
        asked = self.provider.polls
        self.children.run(Orders(self.provider.url, str(self.folder)))
        self.provider.wait_for_polls(asked + 1)
        known_red = left.incident is not None and left.incident.is_open
        self.wait("what was left is told", lambda report: report.get("waiting") == 0 or "confirmed" in report)
        states = [report for report in self.children.reports if "level" in report]
        assert not any(state["polled"] for state in states)
        assert {state["level"] for state in states} == ({"outage"} if known_red else {"unknown"})
        self.provider.recover()
        self.provider.stop()
        self.provider.start()
        if self.stretch.name != "end":
            eta = LATER if self.stretch.name == "estimate" else SOON
            self.wait(
                "red, with the estimate",
                lambda report: report.get("etas") == [eta.isoformat()] and is_calm(report, "outage"),
            )
            self.resolve()
        self.wait("green", lambda report: is_calm(report, "ok"))

    def wait(self, what: str, wanted) -> None:
        self.children.wait_for(what, lambda reports: any(wanted(report) for report in reports))


def is_calm(report: dict, level: str) -> bool:
    """Polled, shown, and nothing left to tell."""
    return report.get("level") == level and report["polled"] and report["known"] == 1 and report["waiting"] == 0


@pytest.fixture
def children():
    with EngineChildren() as helper:
        yield helper


@pytest.mark.parametrize("stretch", STRETCHES, ids=lambda stretch: stretch.name)
def test_fifteen_kills_lose_nothing_and_tell_at_most_one_thing_twice(children, tmp_path, stretch) -> None:
    """Red before the first poll; starts, estimates and ends told; one duplicate at most, and only if it was sent."""
    total = measured(children, tmp_path / "measured", stretch)
    dice = Random(stretch.seed)  # noqa: S311 -- the same points every time
    points = [1 + int((number + dice.random()) * total / KILLS) for number in range(KILLS)]
    repeated = 0
    for number, kill_at in enumerate(points):
        folder = tmp_path / str(number)
        repeated += killed_at(children, folder, stretch, kill_at)
    assert repeated < KILLS, "every kill made a duplicate: the deliveries are never confirmed"


def measured(children: EngineChildren, folder: Path, stretch: Stretch) -> int:
    """How many callbacks lie in the stretch."""
    folder.mkdir()
    life = Round(children, folder, stretch)
    with life.provider:
        life.live(0)
        children.kill()
        return life.callbacks()


def killed_at(children: EngineChildren, folder: Path, stretch: Stretch, kill_at: int) -> int:
    """One kill and what must hold after it. Returns how many messages were told twice."""
    folder.mkdir()
    life = Round(children, folder, stretch)
    with life.provider:
        life.live(kill_at)
        children.kill()
        left = life.left()
        sent = [line["key"] for line in journal(folder)]
        assert left.incident is not None or not sent, "told, and not on record"
        life.restart(left)
        children.kill()
    after = life.left()
    assert after.waiting == 0
    assert [each.how for each in after.incident.episodes] == [EndHow.RESOLVED]
    estimates = [SOON, LATER] if stretch.name == "estimate" else [SOON]
    assert [eta.value for eta in after.incident.etas if eta.value is not None] == estimates
    # Where this test was long in letting the provider answer again, that it did not is told as well, and rightly.
    told = [line for line in journal(folder) if line["thread"] != ACCOUNTS_THREAD]
    return repetitions(told, stretch, left, f"killed at callback {kill_at}")


def repetitions(lines: list[dict], stretch: Stretch, left: Left, when: str) -> int:
    """Check what was told. Returns how much of it was told twice."""
    keys = [line["key"] for line in lines]
    expected = ["started", "eta_changed", "resolved"] if stretch.name == "estimate" else ["started", "resolved"]
    assert list(dict.fromkeys(keys)) == expected, f"{when}: {lines}"
    twice = [key for key in expected if keys.count(key) > 1]
    assert len(keys) - len(expected) <= 1, f"{when}: {lines}"
    assert set(twice) <= set(left.attempted), f"{when}: told twice without having been under way: {keys}"
    assert len({line["thread"] for line in lines}) == 1, when
    assert all(line["body"] == lines[keys.index(line["key"])]["body"] for line in lines), when
    if twice != ["started"]:
        assert len({line["id"] for line in lines}) == 1, f"{when}: not replaced in place"
    return len(twice)
