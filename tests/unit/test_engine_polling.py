"""How politely the engine asks, how it takes an answer that never comes, and what a mistake of ours costs."""

import asyncio
import logging
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import ClassVar

import pytest

from support.hostile_server import HostileServer, answer, dripping, silent
from support.rig import PATIENCE, EngineRig
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.step_clock import EVENING, StepClock
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.adapters.store import memory_store
from tocsin.domain.account import Account, Connection, Network, Settings
from tocsin.domain.freshness import tray_level
from tocsin.domain.snapshot import Failure, Snapshot, Traits
from tocsin.domain.state import CheckNow, ReloadSettings
from tocsin.domain.terms import FailureKind, Level
from tocsin.engine import core
from tocsin.engine.exchange import ask
from tocsin.ports import Batch, Capability, Http, HttpRequest, HttpResponse, Poll, PollContext, Provider
from tocsin.providers import load
from tocsin.simulator.http1 import Manner
from tocsin.simulator.scene import Scene

MINUTE = timedelta(minutes=1)


def wait_level(rig: EngineRig, wanted: Level) -> None:
    rig.wait_for(wanted.word, lambda: tray_level(rig.state, rig.clock.now()) is wanted)


def wait_failures(rig: EngineRig, count: int) -> None:
    rig.wait_for(f"{count} failures", lambda: rig.state.accounts[0].failures == count)


def pause(clock: StepClock) -> float:
    """In how many seconds the one account is asked next."""
    clock.rest()
    return clock.next_wake()


# --- when ------------------------------------------------------------------------------------------------------------


def test_the_interval_is_kept_give_or_take_a_tenth() -> None:
    """Ten polls of an account that is asked once a minute, each within its jitter, and not all alike."""
    clock, pauses = StepClock(), []
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(interval=60.0), clock=clock):
        for polls in range(1, 11):
            provider.wait_for_polls(polls)
            pauses.append(pause(clock))
            clock.step(pauses[-1])
    assert all(54.0 <= each <= 66.0 for each in pauses)
    assert len(set(pauses)) > 5


def test_failures_make_it_wait_longer_and_longer_up_to_a_bound(caplog) -> None:
    """Full jitter after failures: never under the interval's least, never over eight intervals."""
    clock, pauses = StepClock(), []
    with ScriptedProvider(clock) as provider:
        provider.fail(503)
        with EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
            for count in range(1, 13):
                wait_failures(rig, count)
                pauses.append(pause(clock))
                clock.step(pauses[-1])
            provider.recover()
            clock.step(pause(clock))
            rig.refresh()
            assert 54.0 <= pause(clock) <= 66.0
    assert all(54.0 <= each <= 480.0 for each in pauses)
    assert max(pauses[:2]) <= 120.0
    assert max(pauses) > 120.0


@pytest.mark.parametrize(("asked", "least", "most"), [(600, 600, 600), (99_999, 3600, 3600), (5, 54, 66)])
def test_retry_after_is_kept_up_to_an_hour(caplog, asked, least, most) -> None:
    """A server that wants to be left alone is, within reason, and never asked sooner than we would anyway."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        provider.fail(429, retry_after=asked)
        with EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
            wait_failures(rig, 1)
            assert least <= pause(clock) <= most
            assert rig.state.accounts[0].failure is FailureKind.RATE_LIMITED


def test_a_wake_up_does_not_overrule_retry_after_but_a_person_does(caplog) -> None:
    """Opening the lid ten times does not ask a server that is overloaded ten times."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider:
        provider.fail(503, retry_after=3000)
        with EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
            wait_failures(rig, 1)
            until = pause(clock)
            rig.do(CheckNow(by_person=False))
            for _ in range(10):  # turns of the loop in which it would have gone to ask
                rig.refresh()
            assert clock.next_wake() == until
            rig.do(CheckNow())
            wait_failures(rig, 2)
            clock.suspend(timedelta(seconds=3100))
            rig.wait_for("asked, now that the time is over", lambda: (clock.next_wake() or until) <= 5.0)


def test_on_waking_up_it_is_asked_within_five_seconds_and_for_a_person_at_once() -> None:
    """A wake-up has jitter, so that a house full of computers does not ask in one moment."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
        wait_level(rig, Level.OK)
        pause(clock)
        rig.do(CheckNow(by_person=False))
        rig.wait_for("jitter", lambda: (clock.next_wake() or 60.0) <= 5.0)
        polls = provider.polls
        assert polls == 1
        clock.step(5.0)
        assert provider.polls == 2
        rig.do(CheckNow())
        provider.wait_for_polls(3)


def test_check_now_during_a_poll_means_the_next(caplog) -> None:
    """Who asks while an answer is on its way wants to know how it is after asking."""
    clock = StepClock()
    with HeldProvider(clock) as provider:
        provider.fail(503)
        with EngineRig(provider.settings(interval=60.0), clock=clock) as rig:
            assert provider.asked.wait(PATIENCE)
            rig.do(CheckNow())
            rig.refresh()
            provider.answers.set()
            wait_failures(rig, 2)
            assert provider.polls == 2


class HeldProvider(ScriptedProvider):
    """Gives no answer before a test says so."""

    def __init__(self, clock: StepClock) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()
        super().__init__(clock)

    def at(self, now: datetime) -> Scene:
        self.asked.set()
        assert self.answers.wait(PATIENCE)
        return super().at(now)


def test_an_account_that_did_not_change_is_not_asked_again_on_reload() -> None:
    """Reloading the settings disturbs nobody whom the change does not concern."""
    clock = StepClock()
    with ScriptedProvider(clock) as provider, StatuspageServer(clock=clock) as page:
        page.add_component("smtp", "SMTP")
        home = provider.account(interval=60.0)
        with EngineRig(Settings(accounts=(home,)), clock=clock) as rig:
            wait_level(rig, Level.OK)
            rig.settings = Settings(accounts=(home, page.account()))
            rig.do(ReloadSettings())
            rig.wait_for("both", lambda: [each.last_success is not None for each in rig.state.accounts] == [True, True])
            assert provider.polls == 1


def test_an_hour_without_news_writes_nothing_but_coverage_every_five_minutes() -> None:
    """Sixty polls that say the same cost a dozen writes, not sixty: laptops' disks sleep, and flash wears."""
    clock = StepClock()
    store = CountingStore()
    with ScriptedProvider(clock) as provider:
        provider.declare("PRB-1", eta=clock.wall + 3 * 60 * MINUTE)
        with EngineRig(provider.settings(interval=60.0), clock=clock, store=store) as rig:
            rig.wait_for("the start", lambda: rig.keys() == ["started"])
            clock.step(66)
            store.batches.clear()
            for _ in range(60):
                clock.step(66)
        assert provider.polls == 62
    assert 10 <= len(store.batches) <= 14
    for batch in store.batches:
        assert (batch.incidents, batch.alarm, batch.effects) == ((), None, ())
        assert len(batch.coverage) == 1
        assert [record.connection for record in batch.connections] == ["home/fibre"]


class CountingStore:
    """The record in memory; keeps what was written to it."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._inner = memory_store(now=EVENING)

    def write(self, batch: Batch) -> None:
        self.batches.append(batch)
        self._inner.write(batch)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


# --- answers that do not come ----------------------------------------------------------------------------------------


def context(url: str) -> PollContext:
    account = Account("home", "statuspage", "Planet Mail", url, connections=(Connection("mail", "Mail"),))
    return PollContext(account, datetime.now(UTC))


@pytest.mark.parametrize(
    "handler",
    [silent(), dripping(b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n"), dripping(answer(200, b"")[:-4] + b"\r\n\r\n", b" ")],
    ids=["nothing comes", "headers drip", "the body drips"],
)
def test_the_deadline_of_a_poll_holds_whatever_the_server_does(handler) -> None:
    """No answer within the deadline of the whole poll is a timeout, not a poll that never ends."""

    async def main() -> Snapshot | Failure:
        async with HostileServer(handler) as server:
            http = HttpClient(KeyringSecrets({}), SystemClock())
            try:
                return await ask(load("statuspage")(), context(server.url), http, deadline=timedelta(seconds=0.3))
            finally:
                await http.close()

    before = monotonic()
    result = asyncio.run(main())
    assert isinstance(result, Failure)
    assert result.kind in (FailureKind.TIMEOUT, FailureKind.MALFORMED)
    assert monotonic() - before < 30  # the server goes on for an hour


def test_many_short_answers_cannot_stretch_a_poll() -> None:
    """Each request may be quick: it is their sum that is bounded."""

    class Endless(Faulty):
        def poll(self, context: PollContext) -> Poll:
            while True:
                yield HttpRequest(context.account.url)

    class Quick:
        def configure(self, network: Network) -> None:
            """There is no network."""

        def begin_poll(self, account: Account) -> None:
            """Nothing is kept."""

        async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
            await asyncio.sleep(0.01)
            return HttpResponse(200, {}, b"", request.url)

    result = asyncio.run(ask(Endless(), context("http://127.0.0.1/"), Quick(), deadline=timedelta(seconds=0.2)))
    assert isinstance(result, Failure)
    assert result.kind is FailureKind.TIMEOUT


# --- mistakes of ours ------------------------------------------------------------------------------------------------


class Faulty:
    """A provider with a bug."""

    key: ClassVar[str] = "faulty"
    name: ClassVar[str] = "Faulty"
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    fields: ClassVar[tuple[()]] = ()
    traits: ClassVar[Traits] = Traits()
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=1)

    def poll(self, context: PollContext) -> Poll:
        raise KeyError("serviceProblem")
        yield HttpRequest(context.account.url)


def test_a_bug_in_a_provider_is_malformed_and_logged_and_the_others_go_on(caplog) -> None:
    """One adapter's mistake makes its own account unknown; the outage on another line is told."""
    clock = StepClock()

    def make(account: Account) -> Provider:
        return Faulty() if account.provider == "faulty" else load(account.provider)()

    with ScriptedProvider(clock) as provider:
        provider.declare("PRB-1")
        buggy = Account("buggy", "faulty", "Buggy", provider.url, connections=(Connection("sim", "Office SIM"),))
        settings = Settings(accounts=(buggy, provider.account()))
        with EngineRig(settings, clock=clock, make=make) as rig:
            rig.wait_for("told", lambda: rig.keys() == ["started"])
            rig.wait_for("failed", lambda: rig.state.accounts[0].failure is FailureKind.MALFORMED)
            assert rig.state.accounts[0].failure_text == "internal error: KeyError"
            rig.refresh()
            levels = {view.id: view.level for view in rig.state.connections}
            assert levels == {"sim": Level.UNKNOWN, "fibre": Level.OUTAGE}
    logged = [record for record in caplog.records if record.exc_info is not None]
    assert len(logged) == 1
    assert "KeyError" in caplog.text


def test_a_bug_in_the_way_out_is_a_failure_too(caplog) -> None:
    """What the HTTP adapter should never raise is taken in as a failure, not as the end of the asking."""

    class Broken:
        def configure(self, network: Network) -> None:
            """There is no network."""

        def begin_poll(self, account: Account) -> None:
            """Nothing is kept."""

        async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
            raise ZeroDivisionError

    http: Http = Broken()
    result = asyncio.run(ask(load("statuspage")(), context("http://127.0.0.1/"), http))
    assert isinstance(result, Failure)
    assert (result.kind, result.message) == (FailureKind.MALFORMED, "internal error: ZeroDivisionError")


def test_what_goes_wrong_in_one_turn_is_done_again_in_the_next(caplog, monkeypatch) -> None:
    """A start that could not be taken in to the end is not half known: the next poll begins and tells it."""
    monkeypatch.setattr(core, "RESTART_SECONDS", 0.05)
    clock = StepClock()

    class FailingOnce(CountingStore):
        failed = False

        def write(self, batch: Batch) -> None:
            if batch.incidents and not self.failed:
                self.failed = True
                raise ZeroDivisionError
            super().write(batch)

    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock, store=FailingOnce()) as rig:
        wait_level(rig, Level.OK)
        provider.declare("PRB-1")
        clock.rest()
        clock.advance(1.2)
        rig.wait_for(
            "shown as ours", lambda: any(each.message.key == "bug" for state in rig.states for each in state.faults)
        )
        assert rig.kinds() == []
        rig.wait_for("told", lambda: rig.keys() == ["started"])
        assert rig.kinds() == ["started"]


def test_a_failure_is_logged_once_and_so_is_the_recovery(caplog) -> None:
    """The log says when it began and when it was over, not the same thing every minute."""
    clock = StepClock()
    caplog.set_level(logging.INFO)
    with ScriptedProvider(clock) as provider, EngineRig(provider.settings(), clock=clock) as rig:
        wait_level(rig, Level.OK)
        provider.fail(503)
        for _ in range(5):
            clock.step(300)
        provider.recover()
        clock.step(300)
    said = Counter(record.getMessage() for record in caplog.records if record.name == "tocsin.engine.poller")
    assert [text.split(":")[0] for text in said] == [
        "account home cannot be asked (http_status)",
        "account home answers again after 5 failures",
    ]
    assert set(said.values()) == {1}


def test_stopping_with_a_request_hanging_takes_less_than_100_ms() -> None:
    """Quit is quit, whatever a server does; of thirty times, once, as the machine may be busy with other things."""
    assert any(stopped_while_asking() < 0.1 for _ in range(30))


def stopped_while_asking() -> float:
    """How many seconds the end of an engine takes whose server hangs."""
    with ScriptedProvider() as provider:
        provider.fail(manner=Manner.HANG)
        with EngineRig(provider.settings()) as rig:
            provider.wait_for_polls(1)
            before = monotonic()
            rig.stop()
            took = monotonic() - before
        provider.recover()
    return took
