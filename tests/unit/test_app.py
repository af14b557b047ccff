"""The parts put together as the program has them, without a screen: engine thread, record, socket, log."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from support.scenarios import ScriptedProvider
from tocsin import app, watching
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.instance_client import send_command, send_when_ready
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.adapters.store import open_store
from tocsin.domain.account import Settings
from tocsin.domain.freshness import tray_level
from tocsin.domain.state import AppState, CheckNow, Command, RaiseWindow
from tocsin.domain.terms import Level
from tocsin.errors import EnvironmentFault
from tocsin.language import phrasebook
from tocsin.notifiers.recording import RecordingChannel
from tocsin.ports import Event, LoadedSettings
from tocsin.running import EngineThread, FixedSettings, Wiring, logging_to

PATIENCE = 60.0


class Program:
    """An ``EngineThread`` on a profile, and what comes out of it."""

    def __init__(self, settings: Settings, profile: Profile | None, *, token: str) -> None:
        self.states: list[AppState] = []
        self.events: list[Event] = []
        self.commands: list[Command] = []
        self.channel = RecordingChannel()
        self.clock = SystemClock()
        self._changed = threading.Condition()
        self.thread = EngineThread(
            Wiring(
                clock=self.clock,
                profile=profile,
                settings=FixedSettings(LoadedSettings(settings)),
                secrets=KeyringSecrets({account.id: token for account in settings.accounts}),
                channels=(self.channel,),
                environ={"LANG": "C.UTF-8"},
                publish=self._into(self.states),
                on_event=self._into(self.events),
                on_command=self._into(self.commands),
            )
        )

    def _into(self, place: list) -> Callable[[object], None]:
        def keep(value: object) -> None:
            with self._changed:
                place.append(value)
                self._changed.notify_all()

        return keep

    def wait_for(self, what: str, wanted: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(wanted, PATIENCE), what

    def wait_level(self, level: Level) -> None:
        self.wait_for(level.word, lambda: bool(self.states) and tray_level(self.states[-1], self.clock.now()) is level)

    def faults(self) -> list[str]:
        return [fault.message.key for fault in self.states[-1].faults]


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def profile(home) -> Profile:
    profile = Profile.at(home / "profile")
    profile.make()
    return profile


@contextmanager
def running(provider: ScriptedProvider, profile: Profile | None) -> Iterator[Program]:
    program = Program(provider.settings(), profile, token=provider.token)
    program.thread.start()
    try:
        yield program
    finally:
        assert program.thread.stop(PATIENCE)


# --- the record ------------------------------------------------------------------------------------------------------


def test_a_damaged_record_is_set_aside_and_the_alarm_works(provider, profile, caplog) -> None:
    """The user learns where the old file went; the outage is told and written down anew."""
    profile.data.write_bytes(b"this is no database" * 1000)
    with running(provider, profile) as program:
        program.wait_level(Level.OK)
        assert program.faults() == ["store_damaged"]
        aside = Path(str(program.states[-1].faults[0].message.values["backup"]))
        assert aside.read_bytes().startswith(b"this is no database")
        provider.declare("PRB-1")
        program.wait_for("told", lambda: len(program.channel.delivered) == 1)
    assert program.channel.delivered[0].title.startswith("Outage on Home fibre since ")
    store = open_store(profile.data, migrate=True, now=SystemClock().now().wall).store
    assert [each.provider_id for each in store.incidents()] == ["PRB-1"]
    store.close()


def test_a_record_of_a_newer_version_is_left_alone_and_the_alarm_works(provider, profile, caplog) -> None:
    """Nothing is written to what this version does not understand."""
    now = SystemClock().now().wall
    store = open_store(profile.data, migrate=True, now=now).store
    store._db.execute("INSERT INTO migrations (name, applied_at) VALUES ('9999 from the future', 0)")
    store.close()
    before = profile.data.read_bytes()
    with running(provider, profile) as program:
        provider.declare("PRB-1")
        program.wait_level(Level.OUTAGE)
        program.wait_for("told", lambda: len(program.channel.delivered) == 1)
        assert program.faults() == ["store_too_new"]
        assert program.states[-1].faults[0].message.values["record"] == str(profile.data)
    assert profile.data.read_bytes() == before


def test_a_log_that_cannot_be_written_is_said_and_costs_nothing_else(profile, capsys) -> None:
    """One line on standard error; the program runs."""
    profile.log.mkdir()
    with logging_to(profile, KeyringSecrets({})):
        logging.getLogger("tocsin").info("unheard")
    assert capsys.readouterr().err == "tocsin: No log can be written (it is a folder, not a file)\n"


# --- the thread ------------------------------------------------------------------------------------------------------


def test_what_is_clicked_before_the_engine_is_there_is_not_lost(provider) -> None:
    """The tray is out before the engine: a command that comes then waits for it."""
    program = Program(provider.settings(), None, token=provider.token)
    program.thread.dispatch(RaiseWindow())
    program.thread.dispatch(CheckNow())
    program.thread.start()
    program.wait_for("carried out", lambda: program.commands == [RaiseWindow()])
    program.wait_level(Level.OK)
    assert program.thread.stop(PATIENCE)
    program.thread.dispatch(RaiseWindow())
    assert program.commands == [RaiseWindow()]


def test_a_stop_before_the_start_ends_it_and_closes_the_record(provider, profile) -> None:
    """Quit is quit, also in the moment of starting; no file is left open (the test's own check)."""
    program = Program(provider.settings(), profile, token=provider.token)
    program.thread._stop_asked = True
    program.thread.start()
    program.thread.join(PATIENCE)
    assert not program.thread.is_alive()
    assert program.thread.error is None


def test_a_mistake_in_a_command_is_shown_and_the_engine_goes_on(provider, caplog) -> None:
    """What goes wrong in a callback is logged and shown as ours; the next outage is told all the same."""
    program = Program(provider.settings(), None, token=provider.token)

    def fail(_: Command) -> None:
        raise ZeroDivisionError

    program.thread._wiring = replace(program.thread._wiring, on_command=fail)
    program.thread.start()
    program.wait_level(Level.OK)
    program.thread.dispatch(RaiseWindow())
    program.wait_for("shown", lambda: program.faults() == ["bug"])
    provider.declare("PRB-1")
    program.wait_for("told", lambda: len(program.channel.delivered) == 1)
    assert program.thread.stop(PATIENCE)
    assert "ZeroDivisionError" in caplog.text


# --- the socket ------------------------------------------------------------------------------------------------------


def test_the_socket_speaks_for_the_engine(provider, profile) -> None:
    """Status, check, ack, mute and reload from another process of the same user."""
    with running(provider, profile) as program:
        program.wait_level(Level.OK)
        status = send_when_ready(profile, "status").status
        assert status["level"] == "ok"
        assert status["connections"] == [{"id": "fibre", "name": "Home fibre", "level": "ok"}]
        provider.declare("PRB-1")
        assert send_command(profile, "check").ok
        program.wait_for("ringing", lambda: bool(program.states[-1].ringing))
        uid = program.states[-1].history[0].uid
        assert send_command(profile, "status").status["ringing"] == [uid]
        assert send_command(profile, "ack", uid=uid).ok
        program.wait_for("still", lambda: program.states[-1].acknowledged == frozenset({uid}))
        assert send_command(profile, "mute", uid=uid).ok
        program.wait_for("muted", lambda: program.states[-1].muted == frozenset({uid}))
        assert send_command(profile, "reload").ok
        assert send_command(profile, "status").status["level"] == "outage"
    with pytest.raises(EnvironmentFault):
        send_command(profile, "status", 0.5)


def test_a_second_run_raises_the_window_of_the_first(provider, profile) -> None:
    """It is not an error: the window that is there comes to the front, and the second ends with 0."""
    with InstanceLock(profile), running(provider, profile) as program:
        program.wait_level(Level.OK)
        assert app.run(profile, background=False) == 0
        program.wait_for("raised", lambda: program.commands == [RaiseWindow()])


def test_a_socket_that_cannot_be_made_costs_no_alarm(provider, profile, caplog) -> None:
    """Other instances cannot speak to it; the outage is told."""
    profile.address.mkdir()
    with running(provider, profile) as program:
        provider.declare("PRB-1")
        program.wait_for("told", lambda: len(program.channel.delivered) == 1)
    assert "cannot speak" in caplog.text


# --- watch -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def signals() -> Iterator[None]:
    """``watch`` takes the process's signals; here they are given back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_engine_that_ends_by_a_mistake_ends_the_watch_and_betrays_no_secret(
    profile, monkeypatch, capsys, caplog, signals
) -> None:
    """3, one sentence without the error's text, and a traceback in the log with the token taken out."""
    monkeypatch.setenv("TOCSIN_SECRET_HOME", "canary-7f3a9c51d2")

    def broken(wiring: Wiring) -> None:
        raise RuntimeError("token canary-7f3a9c51d2 was refused")

    monkeypatch.setattr("tocsin.running.build", broken)
    assert watching.watch(profile, print) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"tocsin: A mistake of ours has ended the watching: see {profile.log}\n"
    log = profile.log.read_text()
    assert "RuntimeError: token [redacted] was refused" in log
    assert "canary" not in log


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "environ", "said"),
    [
        (None, {"LANG": "nl_NL.UTF-8"}, "Openen"),
        ("nl", {"LANG": "en_GB.UTF-8"}, "Openen"),
        (None, {"LANG": "C"}, "Open"),
        ("xx", {}, "Open"),
    ],
)
def test_the_language_is_the_user_s_then_the_system_s_then_english(wish, environ, said) -> None:
    """A language that is not there falls back without a word."""
    assert phrasebook(wish, environ).gettext("Open") == said
