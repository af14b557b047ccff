"""The engine: one task for each account, one that lets time pass, one that delivers, one that publishes."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from tocsin.domain.account import LINE_PROVIDER, Network, without_paused
from tocsin.domain.alarm import TRY_THREAD
from tocsin.domain.alarm_state import Tell
from tocsin.domain.freshness import shown
from tocsin.domain.instant import Instant
from tocsin.domain.message import Fault, Message
from tocsin.domain.quiet import is_quiet, may_ring, may_tell
from tocsin.domain.state import (
    Acknowledge,
    AdoptUplink,
    AppState,
    CheckNow,
    Command,
    Draft,
    KeepDraft,
    MuteUntilResolved,
    RaiseWindow,
    TryAlarm,
    Unmute,
)
from tocsin.domain.terms import Level
from tocsin.domain.uplink import with_own_line
from tocsin.engine import events
from tocsin.engine.autostart import StartDesk
from tocsin.engine.finding import FindDesk, FindMeans
from tocsin.engine.keeping import Unkept
from tocsin.engine.line_ledger import LineLedger
from tocsin.engine.line_watch import LineWatch
from tocsin.engine.outbox import Outbox
from tocsin.engine.parts import Parts
from tocsin.engine.poller import Poller, Rediscovery
from tocsin.engine.setting_up import SetUpDesk, SetUpMeans
from tocsin.engine.settings_desk import SettingsDesk
from tocsin.engine.signing_in import SignInDesk, SignInMeans
from tocsin.engine.trials import Means, Trials
from tocsin.engine.view import app_state, connection_views
from tocsin.ports import LoadedSettings

_LOG = logging.getLogger(__name__)
TICK_SECONDS = 1.0
PUBLISH_SECONDS = 0.1
WOKE_AFTER = timedelta(seconds=5)
RESTART_SECONDS = 5.0


class Engine:
    """Runs in one asyncio loop. Everything but ``dispatch`` and ``stop`` is called from within it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        names = tuple(channel.name for channel in parts.channels)
        self._ledger = LineLedger(parts.store, parts.memory, names, parts.on_event, parts.policy)
        self._pollers: dict[str, tuple[Poller, asyncio.Task[None]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = asyncio.Event()
        self._dirty = asyncio.Event()
        self._language: str | None = None
        self._network: Network | None = None
        self._words = parts.words(None)
        self._channel_troubles: dict[str, str] = {}
        self._bug = ""
        self._shown: dict[str, Level] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line = self._line_watch(parts)
        self._quiet = False
        self._desk = SettingsDesk(parts.settings, self.reconfigure)
        self._unkept = Unkept() if parts.secrets is None else Unkept(parts.secrets.is_kept)
        means = Means(parts.http, parts.clock, parts.make, parts.detect, parts.secrets, self._taken, self._unkept)
        self._trials = Trials(means, self._dirty.set, self._ask_anew)
        signing = SignInMeans(parts.signs_in, parts.secrets, lambda: self._desk.settings, self._unkept)
        self._signing = SignInDesk(signing, self._dirty.set, self._ask_anew)
        self._start = StartDesk(parts.autostart, self._dirty.set)
        keeping = SetUpMeans(self._desk.save, parts.secrets, self._signing, self._start.command, self._unkept)
        self._setting_up = SetUpDesk(keeping, self._dirty.set)
        self._finding = FindDesk(FindMeans(parts.http, parts.clock, parts.search), self._dirty.set)
        self._desks = (self._desk, self._setting_up, self._signing, self._finding, self._trials, self._start)
        self._outbox = Outbox(
            *(self._ledger.keeper, parts.channels, lambda: self._words, parts.clock, self._trouble),
            may_tell=self._may_tell,
        )

    async def run(self) -> None:
        """Work until stopped."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._unexpected)
        try:
            self._ledger.restore(self._parts.clock.now())
            self._desk.reload()
            self._publish_now()
            work = {
                "tick": self._tick,
                "deliveries": self._deliver,
                "publishing": self._publish,
                "autostart": self._start.run,
            }
            if self._line is not None:
                work["the line"] = self._line.run
            self._tasks = [asyncio.create_task(self._guard(name, each)) for name, each in work.items()]
            await self._stopped.wait()
        finally:
            await self._close()

    def dispatch(self, command: Command) -> None:
        """Carry a command in from any thread. After the end it is dropped."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.command, command)

    def stop(self) -> None:
        """Ask the engine to end: from any thread while it runs, from its own before."""
        if self._loop is None:
            self._stopped.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopped.set)

    def command(self, command: Command) -> None:
        """Carry out one command."""
        if any(each.command(command) for each in self._desks):
            return
        match command:
            case Acknowledge() | MuteUntilResolved() | Unmute():
                self._ledger.command(command, self._parts.clock.now())
                self._changed()
            case CheckNow():
                self._check_now(by_person=command.by_person)
            case TryAlarm():
                self._ledger.try_alarm(self._parts.clock.now())
                self._changed()
            case AdoptUplink() if self._line is not None:
                self._line.adopt()
            case KeepDraft():
                now = self._parts.clock.now()
                self._ledger.keep_draft(Draft(command.uid, command.text, now.wall), now)
                self._changed()
            case _:
                self._parts.on_command(command)

    def look_again(self) -> None:
        """Another process has put something into the keyring: go by that."""
        if self._parts.secrets is not None:
            self._parts.secrets.look_again()
        self._unkept.forget()
        self._dirty.set()

    def reconfigure(self, loaded: LoadedSettings) -> None:
        """The only way for settings to get in, at the start too. Accounts that did not change go on undisturbed."""
        self._desk.note(loaded)
        self._language = loaded.settings.language
        self._words = self._parts.words(self._language)
        complete, wanted = not loaded.problems, loaded.settings
        self._unkept.follow(wanted.accounts)
        is_another_way = self._network not in (None, wanted.network)
        self._network = wanted.network
        self._parts.http.configure(wanted.network)
        settings = with_own_line(without_paused(wanted))
        anew = self._ledger.configure(settings, self._parts.make, self._parts.clock.now(), complete=complete)
        watched = self._ledger.watched.values()
        _LOG.info("watching %s", ", ".join(f"{each.account.id} ({each.account.provider})" for each in watched) or "-")
        for account_id in [*self._pollers]:
            if account_id in anew or account_id not in self._ledger.watched:
                self._pollers.pop(account_id)[1].cancel()
                self._parts.http.forget(account_id)
        for account_id in anew:
            if self._ledger.watched[account_id].account.provider == LINE_PROVIDER:
                continue  # nobody is there to be asked
            poller = Poller(
                self._ledger.watched[account_id],
                self._ledger,
                self._parts.http,
                self._parts.clock,
                self._parts.dice,
                self._changed,
                Rediscovery(self._parts.detect, self._parts.make),
            )
            pause = poller.watched.interval.total_seconds()
            task = asyncio.create_task(self._guard(f"account {account_id}", poller.run, pause))
            self._pollers[account_id] = (poller, task)
        if self._line is not None:
            self._line.configure(settings)
        if is_another_way:
            self._poll_all(by_person=True)
        self._changed()

    def state(self) -> AppState:
        """Everything as it stands now."""
        now = self._parts.clock.now()
        line = self._line.view(now) if self._line is not None else None
        state = app_state(self._ledger, self._own_faults(), self._language, now, line)
        rings = may_ring(self._desk.settings.notifications, now.wall.astimezone())
        return replace(
            state,
            ringing=state.ringing if rings else frozenset(),
            settings=self._desk.settings,
            can_save=self._desk.can_save,
            can_undo=self._desk.can_undo,
            trial=self._trials.view,
            secret_kept=self._trials.kept,
            autostart=self._start.is_on,
            signing_in=self._signing.view,
            finding=self._finding.view,
            setting_up=self._setting_up.view,
            read_out=any(channel.is_read_out for channel in self._parts.channels),
        )

    # --- tasks ---

    async def _guard(self, name: str, work: Callable[[], Coroutine[None, None, None]], pause: float = 0.0) -> None:
        """Keep a task going: a mistake of ours in one place must not silence the rest."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 -- logged, shown as our mistake, and the task goes on
                self._mistake(name, error)
            await asyncio.sleep(max(pause, RESTART_SECONDS))

    def _unexpected(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What went wrong in a callback of the loop: the same as in a task."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._mistake("a callback", error)
        else:
            loop.default_exception_handler(context)

    def _mistake(self, where: str, error: Exception) -> None:
        _LOG.error("a mistake of ours in %s", where, exc_info=error)
        self._bug = f"{where}: {type(error).__name__}"
        self._dirty.set()

    async def _deliver(self) -> None:
        """Get the channels ready, then deliver. A bus that hangs holds up nothing but the deliveries."""
        for channel in self._parts.channels:
            await channel.start(self._on_action)
        self._dirty.set()
        await self._outbox.run()

    async def _tick(self) -> None:
        last = self._parts.clock.now()
        while True:
            await asyncio.sleep(TICK_SECONDS)  # real seconds: a fast clock must not make a busy loop
            now = self._parts.clock.now()
            if _was_asleep(last, now):
                if self._line is not None:
                    self._line.woke(now)
                self._poll_all(by_person=False)
            last = now
            self._desk.look()
            self._follow_quiet_hours(now)
            if self._ledger.tick(now):
                self._changed()
            if self._unkept.settle():
                self._dirty.set()
            self._announce_levels(now)

    def _announce_levels(self, now: Instant) -> None:
        """Say which connections are shown otherwise than before, be it only because an answer grew old."""
        before, self._shown = self._shown, {}
        for view in connection_views(self._ledger, now):
            level = self._shown[view.id] = shown(view, now).level
            was = before.get(view.id, Level.UNKNOWN)
            if level is not was:
                account = view.sides[0].account
                self._parts.on_event(events.level_changed(account, view.id, was, level, now.wall))
                self._dirty.set()

    async def _publish(self) -> None:
        while True:
            await self._dirty.wait()
            self._publish_now()
            await asyncio.sleep(PUBLISH_SECONDS)

    def _publish_now(self) -> None:
        self._dirty.clear()
        self._parts.publish(self.state())

    def _changed(self) -> None:
        self._announce_levels(self._parts.clock.now())
        self._dirty.set()
        self._outbox.nudge()

    # --- the rest ---

    def _line_watch(self, parts: Parts) -> LineWatch | None:
        if parts.gauges is None:
            return None
        return LineWatch(parts.gauges, self._ledger, parts.clock, parts.dice, self._changed, self._on_line_back)

    def _taken(self) -> set[str]:
        """The ids of the accounts that there are, paused ones too."""
        return {*self._ledger.watched, *(each.id for each in self._desk.settings.accounts)}

    def _on_line_back(self) -> None:
        """What the provider said meanwhile is asked for at once."""
        self._poll_all(by_person=False)

    def _check_now(self, *, by_person: bool) -> None:
        self._poll_all(by_person=by_person)
        if self._line is not None:
            self._line.check_now()

    def _ask_anew(self, account_id: str) -> None:
        """An account has another secret: what was made with the one before is void."""
        self._parts.http.forget(account_id)
        if account_id in self._pollers:
            self._pollers[account_id][0].check_now(by_person=True)

    def _may_tell(self, tell: Tell) -> bool:
        now = self._parts.clock.now().wall.astimezone()
        return tell.thread == TRY_THREAD or may_tell(tell.urgency, self._desk.settings.notifications, now)

    def _follow_quiet_hours(self, now: Instant) -> None:
        """What was held back is told when they are over."""
        quiet = is_quiet(self._desk.settings.notifications, now.wall.astimezone())
        if quiet is not self._quiet:
            self._quiet = quiet
            self._changed()

    def _poll_all(self, *, by_person: bool) -> None:
        for poller, _ in self._pollers.values():
            poller.check_now(by_person=by_person)

    def _on_action(self, thread: str, action: str) -> None:
        """What the user did with a notification."""
        if action == "acknowledge":
            uids = [alarm.uid for alarm in self._ledger.alarms.alarms if alarm.thread == thread]
            for uid in uids:
                self.command(Acknowledge(uid))
        else:
            self._parts.on_command(RaiseWindow())

    def _trouble(self, channel: str, reason: str) -> None:
        if self._channel_troubles.get(channel, "") != reason:
            self._channel_troubles[channel] = reason
            self._dirty.set()

    def _own_faults(self) -> tuple[Fault, ...]:
        troubles = tuple(
            Fault(Message("channel", MappingProxyType({"channel": channel, "problem": reason})))
            for channel, reason in self._channel_troubles.items()
            if reason
        )
        bugs = (Fault(Message("bug", MappingProxyType({"problem": self._bug}))),) if self._bug else ()
        line = self._line.faults() if self._line is not None else ()
        unkept = self._unkept.faults(self._desk.settings.accounts)
        return (*self._desk.problems, *self._parts.faults, *troubles, *bugs, *line, *self._start.faults, *unkept)

    async def _close(self) -> None:
        tasks = [*self._tasks, *(task for _, task in self._pollers.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for desk in (self._trials, self._signing, self._setting_up, self._finding, self._start):
            await desk.close()
        if self._line is not None:
            await self._line.close()
        await self._parts.http.close()
        for channel in self._parts.channels:
            await channel.close()
        self._ledger.keeper.close()


def _was_asleep(last: Instant, now: Instant) -> bool:
    """The wall clock went on while the monotonic one stood still: the computer slept, or the clock was set."""
    walled = now.wall - last.wall
    return abs(walled - timedelta(seconds=now.mono - last.mono)) > WOKE_AFTER
