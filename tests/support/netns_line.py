"""What runs inside a test network's home: the code under test, which prints what it finds as lines of JSON.

``python -m support.netns_line prober`` or ``... engine``, with one line of JSON on standard input that says what is to
be done (``netns_child`` writes it). It ends when standard input does.

Of the prober: {"round": state, "cause": ..., ...} for what each round shows by itself, {"state": ..., "cause": ...,
"at": ...} for every change of what is concluded. Of the engine: {"event": ...} as ``tocsin watch --json`` prints it,
{"said": [title, body]} for every notification, {"line": state, "cause": ...} for every change of the line's view.
Each line has "mono", the monotonic clock's seconds, which are the same in every process.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Any

from tocsin.adapters.clock import SystemClock
from tocsin.domain import line
from tocsin.domain.line import Tracker
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.line_round import outcome
from tocsin.domain.reading import Reading
from tocsin.domain.targets import Plan
from tocsin.domain.uplink import learnt, uplinks
from tocsin.ports import Ask, Delivery, Outgoing, ThreadRef

Json = Mapping[str, Any]


def policy_of(given: Json) -> LinePolicy:
    """A policy from JSON, where times are seconds."""
    times = {each.name for each in fields(LinePolicy) if isinstance(each.default, timedelta)}
    values: dict[str, Any] = {key: timedelta(seconds=value) if key in times else value for key, value in given.items()}
    return LinePolicy(**values)


def plan_of(given: Json) -> Plan:
    """A plan from JSON."""
    portal = given.get("portal")
    targets, names = tuple(given["targets"]), tuple(given.get("names", ()))
    return Plan(targets, names, min(2, len(targets)), portal=None if portal is None else (portal[0], portal[1]))


def say(**what: object) -> None:
    """Print one line, dated."""
    print(json.dumps({**what, "mono": time.monotonic()}), flush=True)  # noqa: T201 -- it is how it speaks


async def probe(given: Json) -> None:
    """Measure for ever, as ``engine.line_watch`` does, and print how the line turns.

    With "backup" true the first path that is seen is the primary's and what is measured is bound to it.
    """
    from tocsin.adapters.line_prober import LineProber

    clock, plan, policy = SystemClock(), plan_of(given["plan"]), policy_of(given["policy"])
    has_backup = bool(given.get("backup"))
    prober, tracker, known, used = LineProber(clock), Tracker(), frozenset[str](), None
    while True:
        paths = await prober.paths()
        if not known:
            known = learnt(paths) if paths else known
        ways = uplinks(paths, known, "", has_backup=has_backup)
        if ways.on_backup != used:
            used = ways.on_backup
            say(on_backup=used)
        now = clock.now()
        if has_backup and ways.primary is None:
            reading = Reading(now, now, None)
        else:
            order = line.order(tracker, plan, policy, now.wall)
            ask = Ask(order, ways.primary, policy.timeout, bind=has_backup, portal=plan.portal)
            reading = replace(await prober.measure(ask), path=ways.primary)
        before, tracker = tracker, line.step(tracker, reading, plan, policy)
        _tell_round(reading, plan, before, tracker)
        if (tracker.state, tracker.cause) != (before.state, before.cause):
            say(state=tracker.state, cause=tracker.cause, since=str(tracker.since))
        due = reading.began.mono + line.pause(tracker, policy, reading.at.wall, frugal=False).total_seconds()
        await asyncio.sleep(max(0.0, due - clock.now().mono))


def _tell_round(reading: Reading, plan: Plan, before: Tracker, tracker: Tracker) -> None:
    found, quality = outcome(reading, plan, was_up=before.was_up), tracker.quality
    say(
        round=found.state,
        cause=found.cause,
        sure=found.is_sure,
        path=None if reading.path is None else reading.path.key,
        took=reading.at.mono - reading.began.mono,
        probes=[(each.target, each.round_trip, each.fault, each.sent, each.lost) for each in reading.probes],
        lookups=reading.lookups,
        gateway=reading.gateway,
        portal=reading.portal,
        round_trip=quality.round_trip,
        jitter=quality.jitter,
        loss=quality.loss,
        count=quality.probes,
    )


class _PrintingChannel:
    """A channel that prints what the user would be told."""

    name = "print"
    is_read_out = False

    async def start(self, on_action: Callable[[str, str], None]) -> None:
        pass

    async def deliver(self, outgoing: Outgoing) -> Delivery:
        say(said=[outgoing.title, outgoing.body], thread=outgoing.thread, urgency=outgoing.urgency)
        return Delivery(ok=True)

    async def withdraw(self, ref: ThreadRef) -> Delivery:
        return Delivery(ok=True)

    async def close(self) -> None:
        pass


async def engine(given: Json) -> None:
    """Run the whole engine for ever, on the settings in the file "settings", with the rounds' policy "policy"."""
    from tocsin import contract, running
    from tocsin.adapters.secrets import KeyringSecrets
    from tocsin.adapters.settings import TomlSettings
    from tocsin.domain.state import AppState
    from tocsin.ports import Event
    from tocsin.providers.registry import Registry

    loaded = TomlSettings(FilePath(given["settings"]), Registry(os.environ).keys()).load()
    for problem in loaded.problems:
        say(problem=str(problem))
    seen: list[object] = [None]

    def on_event(happened: Event) -> None:
        say(**contract.event(happened))

    def publish(state: AppState) -> None:
        view = None if state.line is None else (state.line.state, state.line.cause, state.line.on_backup)
        if view is not None and view != seen[0]:
            seen[0] = view
            say(line=view[0], cause=view[1], on_backup=view[2])

    wiring = running.Wiring(
        clock=SystemClock(),
        profile=None,
        settings=running.FixedSettings(loaded),
        secrets=KeyringSecrets({}),
        channels=(_PrintingChannel(),),
        environ=dict(os.environ),
        publish=publish,
        on_event=on_event,
        on_command=lambda command: say(command=repr(command)),
        line_policy=policy_of(given["policy"]),
    )
    await running.build(wiring).run()


async def _until_the_end(work: "asyncio.Task[None]") -> None:
    """Run until it ends by itself, which is a fault, or standard input does."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    ending = asyncio.create_task(over.wait())
    await asyncio.wait((work, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if work.done():
        work.result()
    # What hangs in a thread, or in the engine's farewell, is left behind: the network goes with this process.
    sys.stdout.flush()
    os._exit(0)


async def _main(mode: str, given: Json) -> None:
    await _until_the_end(asyncio.create_task({"prober": probe, "engine": engine}[mode](given)))


def _first_line(descriptor: int) -> bytes:
    """The first line of a file, and not a byte more: whether there is more is waited for otherwise."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(descriptor, 1)):
        line += byte
    return line


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], json.loads(_first_line(sys.stdin.fileno()))))
