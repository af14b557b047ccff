"""The real engine in a child process that can be killed with SIGKILL at any await, and what it left behind.

The child is forked by a helper process that has everything imported already, so that a run costs milliseconds. In the
child every callback of the event loop is counted from the response of interest on (its body holds the ``marker``), and
at the ``kill_at``-th the child kills itself. What it tells goes to a journal on disk, line by line with fsync: that is
the screen, which outlives the program.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
CHANNEL = "journal"


@dataclass(frozen=True, slots=True)
class Orders:
    """What one run is to do. ``marker`` and ``kill_at`` 0: run until killed from outside, and count from the start."""

    url: str
    folder: str
    marker: str = ""
    kill_at: int = 0


# --- the side of the test -----------------------------------------------------------------------------------------


class EngineChildren:
    """The helper process, and the one engine that runs in a child of it. A context manager."""

    def __init__(self) -> None:
        self.reports: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self._helper = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(TESTS)},
        )
        self._reader = threading.Thread(target=self._read, name="reports")
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.reports and "signal" not in self.reports[-1]:
            os.kill(self.reports[0]["pid"], signal.SIGKILL)
        self._helper.stdin.close()
        self._helper.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self._helper.stdout.close()

    def run(self, orders: Orders) -> None:
        """Start an engine; its reports follow in ``reports``, which is emptied."""
        with self._changed:
            self.reports.clear()
        self._helper.stdin.write(json.dumps(asdict(orders)) + "\n")
        self._helper.stdin.flush()

    def wait_for(self, what: str, wanted: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until the reports of this run so far are ``wanted``."""
        with self._changed:
            if not self._changed.wait_for(lambda: wanted(self.reports), PATIENCE):
                raise AssertionError(f"waited for: {what}; the last reports: {self.reports[-5:]}")

    def kill(self) -> None:
        """Kill the engine, if it did not do that itself, and wait until it is gone."""
        self.wait_for("a start", bool)
        with self._changed:
            pid, ended = self.reports[0]["pid"], "signal" in self.reports[-1]
        if not ended:
            os.kill(pid, signal.SIGKILL)
        self.wait_for("its end", lambda reports: "signal" in reports[-1])
        assert self.reports[-1]["signal"] == signal.SIGKILL, "the engine ended by itself"

    def _read(self) -> None:
        for line in self._helper.stdout:
            with self._changed:
                self.reports.append(json.loads(line))
                self._changed.notify_all()


def journal(folder: Path) -> list[dict[str, Any]]:
    """Everything that was ever told, in its order."""
    path = folder / "journal"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# --- the side of the child ----------------------------------------------------------------------------------------


class Callbacks:
    """Counts the callbacks of the event loop once armed, and kills at a given one."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._armed = False
        self._kill_at = kill_at

    def arm(self) -> None:
        self._armed = True

    def install(self) -> None:
        run = asyncio.events.Handle._run

        def counted(handle: asyncio.Handle) -> None:
            if self._armed:
                self.count += 1
                if self.count == self._kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
            run(handle)

        asyncio.events.Handle._run = counted


class JournalChannel:
    """Tells into the journal. Sending takes a few turns of the loop before and after, as a message bus does."""

    name = CHANNEL
    is_read_out = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal"
        self._last = max((line.get("id", 0) for line in journal(folder)), default=0)

    async def start(self, on_action: object) -> None:
        """Nothing is to be made ready."""

    async def deliver(self, outgoing: Any) -> Any:
        known = outgoing.replaces
        shown = known.notification_id if known is not None else self._last + 1
        self._last = max(self._last, shown)
        return await self._write({"id": shown, "thread": outgoing.thread, "key": outgoing.title, "body": outgoing.body})

    async def withdraw(self, ref: Any) -> Any:
        return await self._write({"id": ref.notification_id, "thread": ref.thread, "key": "close", "body": ""})

    async def close(self) -> None:
        """Nothing is to be let go of."""

    async def _write(self, line: dict[str, Any]) -> Any:
        from tocsin.ports import Delivery, ThreadRef

        await _turns()
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        await _turns()
        return Delivery(ok=True, ref=ThreadRef(CHANNEL, line["thread"], "screen", line["id"]))


async def _turns() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


class ListeningHttp:
    """The real client; arms the counting when the response of interest has come."""

    def __init__(self, inner: Any, marker: bytes, arm: Callable[[], None]) -> None:
        self._inner = inner
        self._marker = marker
        self._arm = arm

    async def send(self, request: Any, account: Any) -> Any:
        response = await self._inner.send(request, account)
        if self._marker and self._marker in response.body:
            self._arm()
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class ReportingStore:
    """The real store; reports what it has confirmed, and with which callback that came."""

    def __init__(self, inner: Any, report: Callable[..., None]) -> None:
        self._inner = inner
        self._report = report

    def confirm(self, row_id: int, ref: Any) -> None:
        effect = next((row.effect for row in self._inner.outbox() if row.id == row_id), None)
        self._inner.confirm(row_id, ref)
        message = getattr(effect, "message", None)
        self._report(confirmed=message.key if message is not None else "close")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def report(**what: Any) -> None:
    """One line to the test. A pipe takes it whole."""
    os.write(1, (json.dumps(what) + "\n").encode())


def run_engine(orders: Orders) -> None:
    """Run the engine until something kills it."""
    callbacks = Callbacks(orders.kill_at)
    callbacks.install()
    asyncio.run(_engine(orders, callbacks))


async def _engine(orders: Orders, callbacks: Callbacks) -> None:
    from support.rig import KeyWords
    from tocsin import providers
    from tocsin.adapters.clock import SystemClock
    from tocsin.adapters.http import HttpClient
    from tocsin.adapters.secrets import KeyringSecrets
    from tocsin.adapters.store import memory_store, open_store
    from tocsin.domain.account import Account, Auth, AuthKind, Connection, Settings
    from tocsin.domain.freshness import tray_level
    from tocsin.engine.core import Engine
    from tocsin.engine.parts import Parts
    from tocsin.ports import LoadedSettings
    from tocsin.simulator.server import DEMO_TOKEN

    folder, clock = Path(orders.folder), SystemClock()
    now = clock.now().wall
    disk = open_store(folder / "tocsin.db", migrate=True, now=now).store
    connections = (Connection("fibre", "Home fibre", match=("SVC-1001",)),)
    account = Account(
        *("home", "tmf656", "Planet Fibre", orders.url, timedelta(seconds=0.05), Auth(AuthKind.BEARER), connections)
    )

    class Fixed:
        def load(self) -> LoadedSettings:
            return LoadedSettings(Settings(accounts=(account,)))

        can_undo = False

        def save(self, settings: Settings) -> None:
            raise AssertionError("nobody saves here")

        def undo(self) -> None:
            raise AssertionError("nobody takes anything back here")

        def has_changed(self) -> bool:
            return False

        def agree(self, *, public: bool) -> None:
            raise AssertionError("nobody asks here")

    def publish(state: Any) -> None:
        report(
            level=tray_level(state, clock.now()).word,
            polled=state.accounts[0].last_success is not None,
            etas=[each.eta.isoformat() for each in state.history if each.is_open and each.eta is not None],
            known=len(state.history),
            waiting=len(disk.outbox()),
        )

    http = HttpClient(KeyringSecrets({"home": DEMO_TOKEN}), clock)
    engine = Engine(
        Parts(
            clock=clock,
            http=ListeningHttp(http, orders.marker.encode(), callbacks.arm),
            store=ReportingStore(disk, lambda **what: report(callbacks=callbacks.count, **what)),
            memory=memory_store(now=now),
            channels=(JournalChannel(folder),),
            make=lambda account: providers.load(account.provider)(),
            words=lambda language: KeyWords(),
            settings=Fixed(),
            publish=publish,
            on_event=lambda event: None,
            on_command=lambda command: None,
            dice=Random(1),  # noqa: S311 -- the same jitter every time
        )
    )
    await engine.run()


def serve(lines: Iterator[str]) -> None:
    """Fork an engine for every line of orders, and report how it ended."""
    from support import rig
    from tocsin import providers

    providers.load("tmf656")
    assert rig.EngineRig  # imported here once for every child
    for line in lines:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                report(pid=os.getpid())
                run_engine(Orders(**json.loads(line)))
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        report(signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


if __name__ == "__main__":
    serve(iter(sys.stdin.readline, ""))
