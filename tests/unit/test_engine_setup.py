"""The engine carries out what the user sets up: addresses are tried, settings saved and taken back, secrets kept."""

import socket
import time as clocks
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from support.probing import refusing
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.statuspage_server import StatuspageServer
from support.step_clock import StepClock
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Notifications, Settings
from tocsin.domain.state import EndTrial, KeepSecret, Kept, SaveSettings, TryAddress, TryAlarm, UndoSettings
from tocsin.domain.terms import FailureKind, Level, Obstacle
from tocsin.domain.trial import Trial, TrialStep
from tocsin.errors import SettingsError


@pytest.fixture
def page():
    with StatuspageServer("Planet Mail") as server:
        server.add_component("web", "Webmail")
        server.add_component("smtp", "Sending mail", status="degraded_performance")
        yield server


@pytest.fixture
def rig(page):
    """An engine that knows of nothing yet; it ends before the page does, which would be noticed."""
    with EngineRig(Settings()) as made:
        yield made


def step(rig) -> TrialStep | None:
    return rig.state.trial.step if rig.states and rig.state.trial is not None else None


def account(page) -> Account:
    connections = (Connection("mail", "Mail", match=("web",)),)
    return Account("mail", "statuspage", "Planet Mail", page.url, timedelta(seconds=1), connections=connections)


def test_an_address_is_tried_and_what_can_be_watched_there_is_listed(rig, page) -> None:
    """The product is found out; the page's name makes the account, which is not watched yet."""
    rig.do(TryAddress(Trial(1, page.url)))
    rig.wait_for("an answer", lambda: step(rig) is TrialStep.FOUND)
    trial = rig.state.trial
    assert (trial.provider, trial.page_name, trial.level) == ("statuspage", "Planet Mail", Level.DEGRADED)
    assert [each.name for each in trial.components] == ["Webmail", "Sending mail"]
    assert (trial.account.id, trial.account.url, trial.account.connections) == ("planet-mail", page.url, ())
    assert rig.state.accounts == ()


def test_what_does_not_answer_says_why(rig) -> None:
    """Nobody listens there."""
    with refusing() as port:
        rig.do(TryAddress(Trial(1, f"http://127.0.0.1:{port}")))
        rig.wait_for("an answer", lambda: step(rig) is TrialStep.FAILED)
    assert rig.state.trial.failure is FailureKind.CONNECT


def test_a_trial_that_hangs_is_broken_off_at_once(rig) -> None:
    """A server that accepts and says nothing holds nobody up for a fifth of a second: one time in ten at the least."""
    took = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        while len(took) < 10 and min(took, default=1.0) >= 0.2:
            rig.do(TryAddress(Trial(len(took) + 1, f"http://127.0.0.1:{listener.getsockname()[1]}")))
            with listener.accept()[0]:
                rig.wait_for("it looks", lambda: step(rig) is TrialStep.LOOKING)
                began = clocks.monotonic()
                rig.do(EndTrial())
                rig.wait_for("it ended", lambda: rig.state.trial is None)
                took.append(clocks.monotonic() - began)
    assert min(took) < 0.2


def test_a_secret_is_needed_and_used_for_the_trial_alone(rig) -> None:
    """Without it unauthorized, with it found; and it is forgotten with the trial."""
    with ScriptedProvider(token="canary") as provider:
        bearer = Auth(AuthKind.BEARER)
        rig.do(TryAddress(Trial(1, provider.url, "tmf656", bearer, secret="wrong")))
        rig.wait_for("refused", lambda: step(rig) is TrialStep.FAILED)
        assert rig.state.trial.failure is FailureKind.UNAUTHORIZED
        rig.do(TryAddress(Trial(2, provider.url, "tmf656", bearer, secret="canary")))
        rig.wait_for("found", lambda: step(rig) is TrialStep.FOUND)
        assert not rig.state.trial.lists_things
        rig.do(TryAddress(Trial(3, provider.url, "tmf656", bearer)))
        rig.wait_for("refused", lambda: step(rig) is TrialStep.FAILED and rig.state.trial.number == 3)


def test_a_document_is_tried_by_its_paths_and_what_they_found_is_told(rig, page) -> None:
    """The first incident and the things; a path that leads nowhere, or is none, is named."""
    page.open_incident("i1", "Cable cut", impact="critical")
    document = f"{page.url}/api/v2/summary.json"
    paths = {"list": "incidents[*]", "components": "components[*]", "page_name": "page.name"}
    rig.do(TryAddress(Trial(1, document, "json", options=paths)))
    rig.wait_for("found", lambda: step(rig) is TrialStep.FOUND)
    view = rig.state.trial
    assert [each.title for each in view.reports] == ["Cable cut"]
    assert (view.report_count, view.page_name, len(view.components)) == (1, "Planet Mail", 2)
    rig.do(TryAddress(Trial(2, document, "json", options=paths | {"list": "faults[*]"})))
    rig.wait_for("failed", lambda: step(rig) is TrialStep.FAILED)
    view = rig.state.trial
    assert (view.failure, view.obstacle, view.place) == (FailureKind.NOT_STATUS_API, Obstacle.PATH, "faults[*]")
    rig.do(TryAddress(Trial(3, document, "json", options={"list": "a..b"})))
    rig.wait_for("refused", lambda: step(rig) is TrialStep.FAILED and rig.state.trial.number == 3)
    view = rig.state.trial
    assert (view.failure, view.obstacle, view.place) == (FailureKind.UNSUPPORTED, Obstacle.OPTION, "list")


def test_an_account_is_tried_with_its_own_secret(rig) -> None:
    """Who tests an account that is set up does not type its secret again; another account's trial does not get it."""
    with ScriptedProvider(token="canary") as provider:
        bearer = Auth(AuthKind.BEARER)
        rig.do(KeepSecret("home", "canary", run_only=True))
        rig.wait_for("kept", lambda: rig.state.secret_kept is not None)
        rig.do(TryAddress(Trial(1, provider.url, "tmf656", bearer, account="home")))
        rig.wait_for("found", lambda: step(rig) is TrialStep.FOUND)
        rig.do(TryAddress(Trial(2, provider.url, "tmf656", bearer, account="other")))
        rig.wait_for("refused", lambda: step(rig) is TrialStep.FAILED)
        assert rig.state.trial.failure is FailureKind.UNAUTHORIZED


def test_what_is_saved_is_watched_and_what_is_taken_back_is_not(rig, page) -> None:
    """Changes act at once, and can be undone."""
    assert not rig.state.can_undo
    rig.do(SaveSettings(Settings((account(page),))))
    rig.wait_for("it is watched", lambda: [each.id for each in rig.state.connections] == ["mail"])
    assert rig.state.can_undo
    assert rig.state.settings == Settings((account(page),))
    rig.do(UndoSettings())
    rig.wait_for("it is not", lambda: rig.state.connections == ())
    assert not rig.state.can_undo


def test_a_paused_account_stays_in_the_settings_and_is_not_asked(rig, page) -> None:
    """Its connections are off the list; going on asks at once."""
    paused = Settings((replace(account(page), paused=True),))
    rig.do(SaveSettings(paused))
    rig.wait_for("saved", lambda: rig.state.settings == paused)
    assert (rig.state.connections, page.requests) == ((), ())
    rig.do(SaveSettings(Settings((account(page),))))
    page.wait_for_polls(1)


def test_settings_with_mistakes_are_not_written_over(page, caplog) -> None:
    """What runs goes on; why it cannot be saved is said."""
    problem = SettingsError("accounts[0].url", "is not an address", line=3)
    with EngineRig(Settings((account(page),)), problems=(problem,)) as rig:
        rig.wait_for("a state", lambda: bool(rig.states))
        assert not rig.state.can_save
        rig.do(SaveSettings(Settings()))
        rig.wait_for("it is said", lambda: len(rig.state.faults) == 2)
        assert [each.id for each in rig.state.connections] == ["mail"]


def test_a_change_on_disk_is_picked_up(rig, page) -> None:
    """Who edits the file by hand need not restart anything."""
    rig.settings = Settings((account(page),))
    rig.touched = True
    rig.wait_for("it is watched", lambda: [each.id for each in rig.state.connections] == ["mail"])
    rig.wait_for("it was asked", lambda: rig.state.connections[0].confirmed is not None)


def test_a_secret_is_kept_for_this_run_where_there_is_no_keyring(rig, monkeypatch) -> None:
    """The test's home has none: said, and usable all the same; an empty one is forgotten."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    rig.do(KeepSecret("home", "canary"))
    rig.wait_for("kept", lambda: rig.state.secret_kept is not None)
    assert rig.state.secret_kept.where is Kept.RUN_ONLY
    assert rig.state.secret_kept.problem
    assert "canary" not in repr(rig.state)
    rig.do(KeepSecret("other", "canary-2", run_only=True))
    rig.wait_for("kept", lambda: rig.state.secret_kept.account == "other")
    assert (rig.state.secret_kept.where, rig.state.secret_kept.problem) == (Kept.RUN_ONLY, "")


def local(hour: int) -> datetime:
    """An hour of this computer's own day, in UTC."""
    return datetime(2026, 11, 21, hour).astimezone().astimezone(UTC)


def test_quiet_hours_hold_back_what_can_wait_until_they_are_over() -> None:
    """Problems of the night are told in the morning, as they stand then; a test alarm comes at any time."""
    night = Notifications(time(22), time(7))
    clock = StepClock(local(23))
    with ScriptedProvider(clock=clock) as provider:
        settings = replace(provider.settings(interval=3600.0), notifications=night)
        with EngineRig(settings, clock=clock) as rig:
            provider.wait_for_polls(1)
            provider.declare("PRB-1", characteristics=(("impact", "degraded"),))
            clock.pass_time(timedelta(hours=2))
            rig.wait_for("known", lambda: rig.state.history != ())
            assert rig.keys() == []
            rig.do(TryAlarm())
            rig.wait_for("tried", lambda: rig.keys() == ["try"])
            clock.pass_time(timedelta(hours=6, minutes=30))
            rig.wait_for("told in the morning", lambda: rig.keys() == ["try", "started"])


def test_an_outage_is_told_at_night_unless_even_that_is_unwanted() -> None:
    """Red rings; and who wants no ringing at all has none, though the bell is red."""
    for wished, told in ((True, ["started"]), (False, [])):
        clock = StepClock(local(23))
        with ScriptedProvider(clock=clock) as provider:
            provider.declare("PRB-1")
            quiet = Notifications(time(22), time(7), outages_in_quiet=wished)
            settings = replace(provider.settings(interval=3600.0), notifications=quiet)
            with EngineRig(settings, clock=clock) as rig:
                rig.wait_for("known", lambda: bool(rig.states) and rig.state.history != ())
                if told:
                    rig.wait_for("told", lambda told=told: rig.keys() == told)
                rig.refresh()
                assert bool(rig.state.ringing) is wished
                assert rig.keys() == told
