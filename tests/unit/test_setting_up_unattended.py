"""What was asked for at the end of the assistant is carried out, and what came of it is said, whoever looks on."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from support.recording_keyring import RecordingKeyring, SlowKeyring
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.signing_in import TOKEN, Person, auth_at, provider, server
from support.starting import Switch
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.instance_client import send_when_ready
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Settings
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SigningIn, SignInStep
from tocsin.domain.state import (
    AppState,
    EndTrial,
    KeepSecret,
    Kept,
    ReloadSettings,
    SaveSettings,
    SecretKept,
    SetUp,
    SetUpStep,
    StartWithComputer,
)
from tocsin.domain.terms import Obstacle
from tocsin.domain.trial import Trial
from tocsin.engine.keeping import Unkept
from tocsin.errors import SettingsError
from tocsin.ports import SIGN_IN, LoadedSettings, SecretRef
from tocsin.running import EngineThread, FixedSettings, Wiring

__all__ = ["provider", "server"]  # fixtures

pytestmark = pytest.mark.usefixtures("caplog")  # what cannot be written, or kept, is logged

START = StartWithComputer(on=True)
BEARER = Auth(AuthKind.BEARER)


@contextmanager
def engine(keyring, *accounts: Account, **more) -> Iterator[EngineRig]:
    rig = EngineRig(Settings(accounts), keyring=keyring, **more)
    rig.secrets = {}
    with rig:
        rig.wait_for("a state", lambda: bool(rig.states))
        yield rig


def account(provider: ScriptedProvider, auth: Auth = BEARER) -> Account:
    connections = (Connection("fibre", "Home fibre", match=("SVC-1001",)),)
    return Account("home", "tmf656", "Planet Fibre", provider.url, timedelta(seconds=60), auth, connections)


def step(rig: EngineRig) -> SetUpStep | None:
    return None if rig.state.setting_up is None else rig.state.setting_up.step


def unkept(state: AppState) -> list[tuple[str, str | None]]:
    """What is said of what was not kept, and of which account."""
    keys = ("secret_not_kept", "sign_in_not_kept")
    return [(each.message.key, each.account) for each in state.faults if each.message.key in keys]


def test_it_starts_with_the_computer_though_the_keyring_takes_its_time(provider) -> None:
    """The answer may come when the assistant is long closed: nothing that was wished waits for it."""
    keyring, switch = SlowKeyring(), Switch()
    try:
        with engine(keyring, autostart=switch, keyring_deadline=60.0) as rig:
            rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN), start=START))
            rig.do(EndTrial(7))  # the assistant closes
            assert keyring.is_asked.wait(60)
            rig.wait_for("it is on", lambda: rig.state.autostart is True)
            assert (step(rig), switch.told) == (SetUpStep.KEEPING, [True])
            keyring.let_go.set()
            rig.wait_for("its end", lambda: step(rig) is SetUpStep.DONE)
            assert rig.state.faults == ()
    finally:
        keyring.let_go.set()
    assert keyring.held == {"home": TOKEN}


def test_nothing_starts_with_the_computer_that_could_not_be_saved(provider) -> None:
    """Nor where nothing was wished."""
    switch, problem = Switch(), SettingsError("accounts[0].url", "is not an address", line=3)
    with engine(RecordingKeyring(), autostart=switch, problems=(problem,)) as rig:
        rig.do(SetUp(1, Settings((account(provider),)), start=START))
        rig.wait_for("its end", lambda: step(rig) is SetUpStep.REFUSED)
    with engine(RecordingKeyring(), autostart=switch) as rig:
        rig.do(SetUp(1, Settings((account(provider),))))
        rig.wait_for("its end", lambda: step(rig) is SetUpStep.DONE)
    assert switch.told == []


def test_a_secret_that_was_not_kept_is_said_until_it_is(provider) -> None:
    """Of the account that it is for. Another refusal changes nothing; what the keyring takes ends it."""
    keyring = SlowKeyring(failure=KeyringLocked())
    keyring.let_go.set()
    with engine(keyring) as rig:
        rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
        rig.wait_for("it is said", lambda: unkept(rig.state) == [("secret_not_kept", "home")])
        (fault,) = [each for each in rig.state.faults if each.message.key == "secret_not_kept"]
        assert fault.message.values["provider"] == "Planet Fibre"
        before = rig.state.secret_kept
        rig.do(KeepSecret("home", TOKEN))
        rig.wait_for("the next answer", lambda: rig.state.secret_kept is not before)
        assert unkept(rig.state) == [("secret_not_kept", "home")]
        keyring.failure = None
        rig.do(KeepSecret("home", TOKEN))
        rig.wait_for("it is said no more", lambda: unkept(rig.state) == [])
    assert keyring.held == {"home": TOKEN}


def test_a_keyring_that_takes_it_when_nobody_waits_any_more_ends_it(provider) -> None:
    """Whoever types a password to unlock it takes longer than we wait: what it has then is not said to be missing."""
    keyring = SlowKeyring()
    try:
        with engine(keyring, keyring_deadline=0.2) as rig:
            rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
            rig.wait_for("it is said", lambda: unkept(rig.state) == [("secret_not_kept", "home")])
            keyring.let_go.set()
            rig.wait_for("it is said no more", lambda: unkept(rig.state) == [])
    finally:
        keyring.let_go.set()
    assert keyring.held == {"home": TOKEN}


def test_a_renewal_that_the_keyring_takes_ends_it_for_a_sign_in() -> None:
    """Of each account, and of each thing, for itself."""
    held = {SecretRef("home", SIGN_IN)}
    unkept_ones = Unkept(held.__contains__)
    login = Auth(AuthKind.OAUTH2)
    accounts = [Account(each, "json", each, "https://status.example.net", auth=login) for each in ("home", "mail")]
    for each in accounts:
        unkept_ones.note_secret(SecretKept(each.id, Kept.RUN_ONLY, "The keyring is locked"))
        unkept_ones.note_sign_in(SigningIn(1, SignInStep.DONE, each.id, obstacle=Obstacle.KEYRING_LOCKED))
    assert unkept_ones.settle()
    assert not unkept_ones.settle()
    assert [(each.message.key, each.account) for each in unkept_ones.faults(accounts)] == [
        ("secret_not_kept", "home"),
        ("secret_not_kept", "mail"),
        ("sign_in_not_kept", "mail"),
    ]


def test_another_account_of_the_same_id_inherits_nothing(provider) -> None:
    """Removed and added again; or it is asked without a secret from now on."""
    plain = account(provider, Auth(AuthKind.NONE))
    with engine(RecordingKeyring(failure=NoKeyringError())) as rig:
        for goes in (Settings(), Settings((plain,))):
            rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
            rig.wait_for("it is said", lambda: unkept(rig.state) == [("secret_not_kept", "home")])
            rig.do(SaveSettings(goes))
            rig.wait_for("it is said no more", lambda: unkept(rig.state) == [])
            rig.do(SaveSettings(Settings((account(provider),))))
            rig.wait_for("back", lambda: rig.state.settings == Settings((account(provider),)))
            assert unkept(rig.state) == []


@pytest.mark.parametrize(
    "mends",
    [KeepSecret("home", TOKEN, run_only=True), KeepSecret("home", ""), SaveSettings(Settings())],
    ids=["for this run", "forgotten", "removed"],
)
def test_where_nobody_wishes_it_kept_any_more_there_is_nothing_to_say(provider, mends) -> None:
    """It lasts as long as it should, or there is no such secret, or no such account."""
    with engine(RecordingKeyring(failure=NoKeyringError())) as rig:
        rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
        rig.wait_for("it is said", lambda: unkept(rig.state) == [("secret_not_kept", "home")])
        rig.do(mends)
        rig.wait_for("it is said no more", lambda: unkept(rig.state) == [])


def test_what_is_wished_for_this_run_only_is_no_fault(provider) -> None:
    """The person chose that."""
    with engine(RecordingKeyring(failure=NoKeyringError())) as rig:
        rig.do(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN, run_only=True)))
        rig.wait_for("its end", lambda: step(rig) is SetUpStep.DONE)
        assert unkept(rig.state) == []


def signed_in(rig: EngineRig, provider: ScriptedProvider, auth: Auth) -> None:
    rig.do(SignIn(1, trial=Trial(7, provider.url, "tmf656", auth)))
    rig.wait_for("signed in", lambda: _is_signed_in(rig, 1))


def _is_signed_in(rig: EngineRig, number: int) -> bool:
    view = rig.state.signing_in
    return view is not None and (view.number, view.step) == (number, SignInStep.DONE)


def test_a_sign_in_that_was_not_kept_is_said_until_it_is(provider, server) -> None:
    """The assistant is closed while the keyring is asked; who signs in once more, and is kept, hears of it no more."""
    keyring, auth, person = SlowKeyring(failure=KeyringLocked()), auth_at(server.url), Person()
    signs_in = partial(person.signs_in, deadline=120.0)
    try:
        with engine(keyring, signs_in=signs_in, keyring_deadline=60.0) as rig:
            signed_in(rig, provider, auth)
            rig.do(SetUp(1, Settings((account(provider, auth),)), signed=KeepSignIn("home")))
            rig.do(EndSignIn(1))  # the assistant closes
            assert keyring.is_asked.wait(60)
            keyring.let_go.set()
            rig.wait_for("it is said", lambda: unkept(rig.state) == [("sign_in_not_kept", "home")])
            (fault,) = [each for each in rig.state.faults if each.message.key == "sign_in_not_kept"]
            assert fault.message.values["obstacle"] == Obstacle.SIGN_IN.value  # the window has a button for that
            keyring.failure = None
            rig.do(SignIn(2, "home"))
            rig.wait_for("signed in again", lambda: _is_signed_in(rig, 2))
            assert unkept(rig.state) == []
    finally:
        keyring.let_go.set()
    assert list(keyring.held) == ["home/tokens"]


def test_a_sign_in_for_this_run_only_is_no_fault(provider, server) -> None:
    """The person chose that."""
    auth, signs_in = auth_at(server.url), partial(Person().signs_in, deadline=120.0)
    with engine(RecordingKeyring(failure=NoKeyringError()), signs_in=signs_in) as rig:
        signed_in(rig, provider, auth)
        rig.do(SetUp(1, Settings((account(provider, auth),)), signed=KeepSignIn("home", run_only=True)))
        rig.wait_for("its end", lambda: step(rig) is SetUpStep.DONE)
        assert unkept(rig.state) == []


# --- what another process does about it ---


@contextmanager
def program(profile: Profile, keyring) -> Iterator[tuple[EngineThread, Callable[[Callable[[AppState], bool]], None]]]:
    """The engine as the program runs it, with its socket; and what waits for a state of a kind."""
    states: queue.Queue[AppState] = queue.Queue()
    thread = EngineThread(
        Wiring(
            clock=SystemClock(),
            profile=profile,
            settings=FixedSettings(LoadedSettings(Settings())),
            secrets=KeyringSecrets({}, backend=keyring),
            channels=(),
            environ={},
            publish=states.put,
            on_event=lambda event: None,
            on_command=lambda command: None,
            line_policy=None,
        )
    )

    def until(wanted: Callable[[AppState], bool]) -> None:
        while not wanted(states.get(timeout=60)):
            pass

    thread.start()
    try:
        yield thread, until
    finally:
        assert thread.stop(60)


def test_what_a_command_puts_into_the_keyring_is_no_fault_any_more(provider, tmp_path) -> None:
    """``tocsin secret set`` and ``tocsin login`` have it look again; reloading the settings alone mends nothing."""
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    with program(profile, RecordingKeyring(failure=KeyringLocked())) as (thread, until):
        thread.dispatch(SetUp(1, Settings((account(provider),)), KeepSecret("home", TOKEN)))
        until(lambda state: unkept(state) == [("secret_not_kept", "home")])
        thread.dispatch(ReloadSettings())
        thread.dispatch(KeepSecret("office", TOKEN))
        until(lambda state: state.secret_kept is not None and unkept(state) == [("secret_not_kept", "home")])
        assert send_when_ready(profile, "reload", 60).ok
        until(lambda state: unkept(state) == [])
