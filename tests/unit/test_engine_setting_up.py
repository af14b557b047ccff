"""Setting something up leaves nothing behind where it fails, and says how it ended whatever else goes on meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from support.auth_server import AuthServer
from support.recording_keyring import RecordingKeyring
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.signing_in import TOKEN, Person, auth_at, provider, server
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Settings
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SignInStep
from tocsin.domain.state import KeepSecret, Kept, SettingUp, SetUp, SetUpStep, TryAddress
from tocsin.domain.terms import Level, Obstacle
from tocsin.domain.trial import Trial, TrialStep
from tocsin.errors import EnvironmentFault

BEARER = Auth(AuthKind.BEARER)

__all__ = ["provider", "server"]  # fixtures

pytestmark = pytest.mark.usefixtures("caplog")  # what cannot be written is logged


class FullDisk(EngineRig):
    """Settings that cannot be written while ``is_full``."""

    is_full = False

    def save(self, settings: Settings) -> None:
        if self.is_full:
            raise EnvironmentFault("config.toml cannot be written", "No space left on device")
        super().save(settings)


class Hanging(RecordingKeyring):
    """Takes a secret only after it was let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def set_password(self, service, username, password) -> None:
        self.let_go.wait(30)
        super().set_password(service, username, password)


@contextmanager
def engine(
    keyring, *, person: Person | None = None, settings: Settings | None = None, kind: type[FullDisk] = FullDisk, **more
) -> Iterator[FullDisk]:
    signs_in = None if person is None else partial(person.signs_in, deadline=120.0)
    rig = kind(settings or Settings(), keyring=keyring, signs_in=signs_in, **more)
    rig.secrets = {}
    with rig:
        rig.wait_for("a state", lambda: bool(rig.states))
        yield rig


def account(provider: ScriptedProvider, auth: Auth = BEARER, id_: str = "home") -> Account:
    connections = (Connection("fibre", "Home fibre", match=("SVC-1001",)),)
    return Account(id_, "tmf656", "Planet Fibre", provider.url, timedelta(seconds=60), auth, connections)


def ended(rig: EngineRig, wished: SetUp) -> SettingUp:
    """What setting this up came to."""
    rig.do(wished)
    return until_over(rig, wished.number)


def until_over(rig: EngineRig, number: int) -> SettingUp:
    def is_over() -> bool:
        view = rig.state.setting_up
        return view is not None and view.number == number and view.step is not SetUpStep.KEEPING

    rig.wait_for("its end", is_over)
    assert rig.state.setting_up is not None
    return rig.state.setting_up


def is_green(rig: EngineRig) -> bool:
    return [each.level for each in rig.state.connections] == [Level.OK]


# --- the secret ---


def test_what_cannot_be_saved_leaves_nothing_in_the_keyring_and_what_was_there_stays(provider) -> None:
    """An account of that name was there before, and has a secret: it is neither replaced nor shadowed."""
    keyring = RecordingKeyring({"home": TOKEN})
    wished = Settings((account(provider),))
    with engine(keyring) as rig:
        rig.is_full = True
        assert ended(rig, SetUp(1, wished, KeepSecret("home", "canary-new"))).step is SetUpStep.REFUSED
        assert [fault.message.key for fault in rig.state.faults] == ["settings"]
        assert keyring.asked == []
        rig.is_full = False
        assert ended(rig, SetUp(2, wished)).step is SetUpStep.DONE
        rig.wait_for("it is asked with its own", lambda: is_green(rig))
    assert keyring.held == {"home": TOKEN}


def test_what_was_saved_is_asked_with_its_secret_from_the_first_time_on(provider) -> None:
    """It is in the keyring at the end; no poll went out without it."""
    keyring = RecordingKeyring()
    with engine(keyring) as rig:
        done = ended(rig, SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
        assert done.secret is not None
        assert (done.step, done.secret.where, done.secret.problem) == (SetUpStep.DONE, Kept.KEYRING, "")
        rig.wait_for("it is green", lambda: is_green(rig))
        assert not any(state.faults for state in rig.states)
    assert keyring.held == {"home": TOKEN}
    assert keyring.asked == [("set", "tocsin", "home")]


def test_a_keyring_that_hangs_holds_up_nothing_and_who_ends_the_program_is_told_next_time(provider) -> None:
    """Saved and asked meanwhile; the next run knows the account, and says that its secret is missing."""
    keyring, settings = Hanging(), Settings((account(provider),))
    try:
        with engine(keyring, keyring_deadline=60.0) as rig:
            rig.do(SetUp(1, settings, KeepSecret("home", TOKEN)))
            rig.wait_for("it is green", lambda: is_green(rig))
            assert rig.state.setting_up == SettingUp(1, SetUpStep.KEEPING)
        assert keyring.held == {}
        with engine(RecordingKeyring(), settings=settings) as rig:
            rig.wait_for("that it is said", lambda: rig.state.faults != ())
            assert rig.state.faults[0].message.values["obstacle"] == Obstacle.SECRET_MISSING.value
    finally:
        keyring.let_go.set()


def test_a_keyring_that_never_answers_is_said_at_the_end(provider) -> None:
    """It lasts for this run."""
    keyring = Hanging()
    try:
        with engine(keyring, keyring_deadline=0.1) as rig:
            done = ended(rig, SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
            assert done.secret is not None
            assert (done.secret.where, done.secret.obstacle) == (Kept.RUN_ONLY, Obstacle.KEYRING_SILENT)
    finally:
        keyring.let_go.set()


def test_an_id_that_a_paused_account_has_is_not_suggested_again(provider) -> None:
    """Nor does a trial touch an account that is called as trials once were."""
    paused = replace(account(provider, id_="tmf656-service-problem"), paused=True)
    trial = Trial(1, provider.url, "tmf656", BEARER, TOKEN)
    with engine(RecordingKeyring({"trial": TOKEN})) as rig:
        rig.do(TryAddress(trial))
        rig.wait_for("an answer", lambda: rig.state.trial is not None and rig.state.trial.step is TrialStep.FOUND)
        assert rig.state.trial.account is not None
        taken = rig.state.trial.account.id
        ended(rig, SetUp(1, Settings((replace(paused, id=taken),))))
        rig.do(TryAddress(replace(trial, number=2)))
        rig.wait_for("another id", lambda: rig.state.trial.number == 2 and rig.state.trial.step is TrialStep.FOUND)
        assert rig.state.trial.account is not None
        assert rig.state.trial.account.id == f"{taken}-2"
        rig.do(TryAddress(replace(trial, number=3, secret="")))
        rig.wait_for("refused", lambda: rig.state.trial.number == 3 and rig.state.trial.step is TrialStep.FAILED)


# --- the sign-in ---


def signed_in(rig: EngineRig, provider: ScriptedProvider, auth: Auth, secret: str = "", number: int = 1) -> None:
    rig.do(SignIn(number, trial=Trial(7, provider.url, "tmf656", auth, secret)))
    until(rig, SignInStep.DONE, number)


def until(rig: EngineRig, step: SignInStep, number: int) -> None:
    def is_there() -> bool:
        view = rig.state.signing_in
        return view is not None and (view.number, view.step) == (number, step)

    rig.wait_for(f"the sign-in {step.value}", is_there)


def test_a_sign_in_begun_elsewhere_does_not_hide_how_setting_up_ended(provider, server) -> None:
    """The keyring takes its time; meanwhile somebody signs in to another account in the settings."""
    keyring, person, auth = Hanging(), Person(), auth_at(server.url)
    office = replace(account(provider, auth, "office"), connections=(Connection("sim", "Office SIM"),))
    try:
        with engine(keyring, person=person, settings=Settings((office,)), keyring_deadline=60.0) as rig:
            signed_in(rig, provider, auth)
            wished = SetUp(1, Settings((office, account(provider, auth))), signed=KeepSignIn("home"))
            rig.do(wished)
            rig.wait_for("that it is kept", lambda: rig.state.setting_up is not None)
            person.idle = True
            rig.do(SignIn(2, "office"))
            until(rig, SignInStep.BROWSER, 2)
            keyring.let_go.set()
            done = until_over(rig, 1)
            assert done.signed is not None
            assert (done.step, done.signed.step, done.signed.account) == (SetUpStep.DONE, SignInStep.DONE, "home")
            assert rig.state.signing_in.number == 2
    finally:
        keyring.let_go.set()
    assert list(keyring.held) == ["home/tokens"]


def test_where_nobody_is_signed_in_any_more_nothing_is_saved(provider, server) -> None:
    """Another sign-in took the place of the one that was to be kept."""
    keyring, person, auth = RecordingKeyring(), Person(), auth_at(server.url)
    with engine(keyring, person=person) as rig:
        signed_in(rig, provider, auth)
        person.idle = True
        rig.do(SignIn(2, trial=Trial(8, provider.url, "tmf656", auth)))
        until(rig, SignInStep.BROWSER, 2)
        wished = SetUp(1, Settings((account(provider, auth),)), signed=KeepSignIn("home"))
        assert ended(rig, wished).step is SetUpStep.LOST
        assert rig.settings == Settings()
    assert keyring.held == {}


def test_what_cannot_be_saved_keeps_no_sign_in_and_may_be_tried_again(provider, server) -> None:
    """What was signed in to is held until it is."""
    keyring, auth = RecordingKeyring(), auth_at(server.url)
    wished = SetUp(1, Settings((account(provider, auth),)), signed=KeepSignIn("home"))
    with engine(keyring, person=Person()) as rig:
        signed_in(rig, provider, auth)
        rig.is_full = True
        assert ended(rig, wished).step is SetUpStep.REFUSED
        assert keyring.held == {}
        rig.is_full = False
        assert ended(rig, replace(wished, number=2)).step is SetUpStep.DONE
        rig.wait_for("it is green", lambda: is_green(rig))
    assert list(keyring.held) == ["home/tokens"]


def test_a_window_that_is_closed_while_the_file_is_written_takes_nothing_from_what_is_saved(provider, server) -> None:
    """Its end of the sign-in waits in line by then; the account was saved to ask with that."""
    keyring, auth = RecordingKeyring(), auth_at(server.url)

    class Closed(FullDisk):
        def save(self, settings: Settings) -> None:
            super().save(settings)
            self.do(EndSignIn(1))

    with engine(keyring, person=Person(), kind=Closed) as rig:
        signed_in(rig, provider, auth)
        done = ended(rig, SetUp(1, Settings((account(provider, auth),)), signed=KeepSignIn("home")))
        assert done.signed is not None
        assert (done.step, done.signed.step) == (SetUpStep.DONE, SignInStep.DONE)
        rig.wait_for("it is green", lambda: is_green(rig))
    assert list(keyring.held) == ["home/tokens"]


def test_a_test_in_the_settings_takes_nothing_from_a_sign_in(provider) -> None:
    """Neither the client's own secret while the person is in the browser, nor what came of it afterwards."""
    keyring, person = RecordingKeyring({"office": TOKEN}), Person(idle=True)
    with AuthServer("canary-client") as server, ScriptedProvider(token=TOKEN) as other:
        server.access, auth = TOKEN, auth_at(server.url)
        test = Trial(8, other.url, "tmf656", BEARER, account="office")
        with engine(keyring, person=person) as rig:
            rig.do(SignIn(1, trial=Trial(7, provider.url, "tmf656", auth, "canary-client")))
            assert person.came.wait(30)
            for number, then in ((8, lambda: person.visit(person.opened[0])), (9, lambda: None)):
                rig.do(TryAddress(replace(test, number=number)))
                rig.wait_for("tested", lambda n=number: _is_found(rig, n))
                then()
                until(rig, SignInStep.DONE, 1)
            wished = SetUp(1, Settings((account(provider, auth),)), KeepSecret("home", "canary-client"))
            assert ended(rig, replace(wished, signed=KeepSignIn("home"))).step is SetUpStep.DONE
            rig.wait_for("it is green", lambda: is_green(rig))


def _is_found(rig: EngineRig, number: int) -> bool:
    return rig.state.trial is not None and (rig.state.trial.number, rig.state.trial.step) == (number, TrialStep.FOUND)
