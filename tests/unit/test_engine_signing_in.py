"""A person signs in while the engine runs: real servers, a real port to come back to, and keyrings that are no help."""

import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from support.auth_server import AuthServer
from support.recording_keyring import RecordingKeyring
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.signing_in import TOKEN, Person, auth_at, provider, server
from tocsin.domain.account import Account, Auth, Connection, OAuthFlow, Settings
from tocsin.domain.signing_in import EndSignIn, KeepSignIn, SignIn, SignInFault, SigningIn, SignInStep
from tocsin.domain.state import SaveSettings, SettingUp, SetUp, SetUpStep, TryAddress
from tocsin.domain.terms import FailureKind, Level, Obstacle
from tocsin.domain.trial import Trial, TrialStep

AT_ONCE = 0.2  # seconds
AT_MOST = range(1, 11)
"""One of so many has to end at once: the machine may be busy with other things."""

__all__ = ["provider", "server"]  # fixtures

pytestmark = pytest.mark.usefixtures("caplog")  # that nobody is signed in yet is logged


def home(provider: ScriptedProvider, auth: Auth) -> Account:
    connections = (Connection("fibre", "Home fibre", match=("SVC-1001",)),)
    return Account("home", "tmf656", "Planet Fibre", provider.url, timedelta(seconds=60), auth, connections)


@contextmanager
def engine(person: Person, *accounts: Account, keyring=None, deadline: float = 30.0, **more) -> Iterator[EngineRig]:
    """An engine in which this person can sign in; nobody is signed in yet."""
    signs_in = partial(person.signs_in, deadline=deadline)
    rig = EngineRig(Settings(accounts), keyring=keyring or RecordingKeyring(), signs_in=signs_in, **more)
    rig.secrets = {}
    with rig:
        yield rig


def view(rig: EngineRig) -> SigningIn:
    assert rig.state.signing_in is not None
    return rig.state.signing_in


def until(rig: EngineRig, step: SignInStep, number: int = 1) -> SigningIn:
    """What the sign-in says once it got so far."""

    def got_there() -> list[SigningIn]:
        every = (state.signing_in for state in rig.states)  # it may be further already
        return [each for each in every if each is not None and (each.number, each.step) == (number, step)]

    rig.wait_for(f"the sign-in {step.value}", lambda: bool(got_there()))
    return got_there()[-1]


def ends_at_once(rig: EngineRig, number: int) -> bool:
    """Whether this sign-in, broken off, is over at once."""
    began = time.monotonic()
    rig.do(EndSignIn())
    until(rig, SignInStep.CANCELLED, number)
    return time.monotonic() - began < AT_ONCE


def is_green(rig: EngineRig) -> bool:
    return [each.level for each in rig.state.connections] == [Level.OK]


# --- an account that is set up ---


def test_a_person_signs_in_and_the_account_is_asked_at_once(provider, server, caplog) -> None:
    """The refresh token is in the keyring, as after ``tocsin login``; no token is in a state or an object's picture."""
    keyring, person = RecordingKeyring(), Person()
    with engine(person, home(provider, auth_at(server.url)), keyring=keyring) as rig:
        rig.wait_for("nobody is signed in", lambda: rig.state.faults != ())
        assert rig.state.faults[0].message.values["obstacle"] == Obstacle.SIGN_IN.value
        rig.do(SignIn(1, "home"))
        done = until(rig, SignInStep.DONE)
        assert (done.account, done.run_only, done.obstacle, done.renews) == ("home", False, None, True)
        rig.wait_for("it is green", lambda: is_green(rig))
        assert rig.state.faults == ()
        shown = repr(rig.states) + caplog.text
    assert server.grants[0].refresh in keyring.held["home/tokens"]
    assert "You are signed in" in person.page()
    assert not any(token in shown for token in server.given)


def test_what_the_browser_ends_on_is_in_the_users_language(provider, server) -> None:
    """The page is ours, and the only one that the program itself shows there."""
    person = Person(language="nl")
    with engine(person, home(provider, auth_at(server.url))) as rig:
        rig.do(SignIn(1, "home"))
        until(rig, SignInStep.DONE)
    page = person.page()
    assert '<html lang="nl">' in page
    assert "U bent ingelogd" in page


def test_who_refuses_in_the_browser_is_told_so_at_once(provider, server) -> None:
    """With the remedy, and nothing was kept."""
    keyring = RecordingKeyring()
    server.person = "refuses"
    with engine(Person(), home(provider, auth_at(server.url)), keyring=keyring) as rig:
        rig.do(SignIn(1, "home"))
        failed = until(rig, SignInStep.FAILED)
    assert (failed.failure, failed.fault) == (FailureKind.UNAUTHORIZED, SignInFault.REFUSED)
    assert keyring.held == {}


def test_another_state_signs_nobody_in_and_the_time_runs_out(provider, server) -> None:
    """An answer that belongs to another sign-in is not taken; the person is waited for, and not for ever."""
    server.person = "is not asked"
    with engine(Person(), home(provider, auth_at(server.url)), deadline=0.5) as rig:
        rig.do(SignIn(1, "home"))
        failed = until(rig, SignInStep.FAILED)
    assert (failed.failure, failed.fault) == (FailureKind.TIMEOUT, SignInFault.NOBODY_CAME)
    assert server.to("/token") == []


def test_it_is_broken_off_at_once_and_another_one_begins(provider, server) -> None:
    """While the page is open, and nobody does anything in it; what comes of it afterwards signs nobody in."""
    person = Person(idle=True)
    with engine(person, home(provider, auth_at(server.url))) as rig:
        for number in AT_MOST:
            person.came.clear()
            rig.do(SignIn(number, "home"))
            assert until(rig, SignInStep.BROWSER, number).prompt is not None
            assert person.came.wait(30)
            if ends_at_once(rig, number):
                break
        else:
            pytest.fail("it was never broken off at once")
        with pytest.raises(urllib.error.URLError, match="refused"):
            person.visit(person.opened[-1])
        person.idle = False
        rig.do(SignIn(100, "home"))
        until(rig, SignInStep.DONE, 100)


def test_a_server_that_hangs_holds_up_nothing(provider, server) -> None:
    """The exchange of the code hangs: everything else goes on, and breaking off takes no longer than ever."""
    server.holding["/token"] = threading.Event()
    with engine(Person(), home(provider, auth_at(server.url))) as rig:
        for number in AT_MOST:
            server.reached["/token"].clear()
            rig.do(SignIn(number, "home"))
            assert server.reached["/token"].wait(30)
            rig.do(TryAddress(Trial(number, provider.url, "tmf656", secret="x")))
            rig.wait_for("another is tried", partial(has_failed, rig, number))
            if ends_at_once(rig, number):
                return
        pytest.fail("it was never broken off at once")


def has_failed(rig: EngineRig, number: int) -> bool:
    """Whether the trial of that number got an answer that is no help."""
    trial = rig.state.trial
    return trial is not None and trial.number == number and trial.failure is not None


def test_where_no_browser_opens_the_address_is_told(provider, server) -> None:
    """And whoever opens it by hand is signed in."""
    person = Person(can_open=False)
    with engine(person, home(provider, auth_at(server.url))) as rig:
        rig.do(SignIn(1, "home"))
        rig.wait_for("that it is told", lambda: _is_open(rig) is False)
        prompt = view(rig).prompt
        assert prompt is not None
        assert prompt.address == person.opened[0]
        person.visit(prompt.address)
        until(rig, SignInStep.DONE)


def _is_open(rig: EngineRig) -> bool | None:
    found = rig.state.signing_in
    return None if found is None or found.prompt is None else found.prompt.is_open


def test_a_code_is_typed_in_on_another_device(provider, server) -> None:
    """No browser is opened here; the code and where to type it are in the state, and in no picture of it."""
    server.interval = 1
    person = Person()
    with engine(person, home(provider, auth_at(server.url, OAuthFlow.DEVICE))) as rig:
        rig.do(SignIn(1, "home"))
        told = until(rig, SignInStep.CODE)
        assert told.prompt is not None
        assert (told.prompt.code, told.prompt.address) == ("WDJB-MJHT", f"{server.url}/activate")
        assert "WDJB" not in repr(told)
        until(rig, SignInStep.DONE)
    assert person.opened == []


@pytest.mark.parametrize(
    ("failure", "obstacle"),
    [(NoKeyringError(), Obstacle.KEYRING_ABSENT), (KeyringLocked(), Obstacle.KEYRING_LOCKED)],
    ids=["absent", "locked"],
)
def test_without_a_keyring_it_lasts_for_this_session_and_that_is_said(provider, server, failure, obstacle) -> None:
    """The account is asked all the same; before that, without a keyring the remedy is to sign in, not a variable."""
    before = Obstacle.SIGN_IN if obstacle is Obstacle.KEYRING_ABSENT else obstacle
    with engine(Person(), home(provider, auth_at(server.url)), keyring=RecordingKeyring(failure=failure)) as rig:
        rig.wait_for("nobody is signed in", lambda: rig.state.faults != ())
        assert rig.state.faults[0].message.values["obstacle"] == before.value
        rig.do(SignIn(1, "home"))
        done = until(rig, SignInStep.DONE)
        assert (done.run_only, done.obstacle) == (True, obstacle)
        rig.wait_for("it is green", lambda: is_green(rig))


def test_a_keyring_that_hangs_holds_up_nothing(provider, server) -> None:
    """Signed in, and asked with it, while the keyring says nothing; another account is signed in to meanwhile."""
    release = threading.Event()

    class Hanging(RecordingKeyring):
        def set_password(self, service, username, password) -> None:
            release.wait(30)

    try:
        with engine(Person(), home(provider, auth_at(server.url)), keyring=Hanging()) as rig:
            rig.do(SignIn(1, "home"))
            until(rig, SignInStep.KEEPING)
            rig.wait_for("it is green", lambda: is_green(rig))
            rig.do(EndSignIn())
            rig.wait_for("it is forgotten here", lambda: rig.state.signing_in is None)
            began = time.monotonic()
        assert time.monotonic() - began < 20  # it hangs for thirty
    finally:
        release.set()


def test_a_keyring_that_never_answered_is_said_and_the_sign_in_lasts_for_this_session(provider, server) -> None:
    """Neither what it holds nor what it is given is waited for any longer than it is for a poll."""
    release = threading.Event()

    class Stuck(RecordingKeyring):
        def get_password(self, service, username) -> None:
            release.wait(30)

        def set_password(self, service, username, password) -> None:
            release.wait(30)

    try:
        accounts = (home(provider, auth_at(server.url)),)
        with engine(Person(), *accounts, keyring=Stuck(), keyring_deadline=0.3) as rig:
            rig.do(SignIn(1, "home"))
            done = until(rig, SignInStep.DONE)
            assert (done.run_only, done.obstacle) == (True, Obstacle.KEYRING_SILENT)
            rig.wait_for("it is green", lambda: is_green(rig))
    finally:
        release.set()


def test_an_account_that_is_not_there_or_signs_in_by_itself(provider, server) -> None:
    """Each is said; nothing is opened."""
    person = Person()
    with engine(person, home(provider, auth_at(server.url, OAuthFlow.CLIENT_CREDENTIALS))) as rig:
        rig.do(SignIn(1, "office"))
        assert until(rig, SignInStep.FAILED).fault is SignInFault.NO_ACCOUNT
        rig.do(SignIn(2, "home"))
        assert until(rig, SignInStep.FAILED, 2).fault is SignInFault.NOT_BY_PERSON
    assert person.opened == []


# --- what is being tried ---


def sign_in_to_trial(rig: EngineRig, provider: ScriptedProvider, auth: Auth) -> Trial:
    trial = Trial(7, provider.url, "tmf656", auth)
    rig.do(SignIn(1, trial=trial))
    assert until(rig, SignInStep.DONE).account == ""
    return trial


def set_up(rig: EngineRig, settings: Settings, signed: KeepSignIn) -> SettingUp:
    """What it came to in the end."""
    rig.do(SetUp(1, settings, signed=signed))
    rig.wait_for(
        "its end", lambda: rig.state.setting_up is not None and rig.state.setting_up.step is not SetUpStep.KEEPING
    )
    assert rig.state.setting_up is not None
    return rig.state.setting_up


def found(rig: EngineRig) -> bool:
    return rig.state.trial is not None and rig.state.trial.step is TrialStep.FOUND


def test_a_trial_goes_on_with_what_was_signed_in_to_and_the_account_gets_it(provider, server) -> None:
    """From an address to an account that is asked; nothing is in the keyring before that, and nothing of the trial."""
    keyring, auth = RecordingKeyring(), auth_at(server.url)
    with engine(Person(), keyring=keyring) as rig:
        rig.do(TryAddress(sign_in_to_trial(rig, provider, auth)))
        rig.wait_for("it is found", lambda: found(rig))
        assert keyring.held == {}
        done = set_up(rig, Settings((home(provider, auth),)), KeepSignIn("home")).signed
        assert done is not None
        assert (done.step, done.account, done.run_only) == (SignInStep.DONE, "home", False)
        rig.wait_for("it is green", lambda: bool(rig.state.connections) and is_green(rig))
        rig.do(EndSignIn())
        rig.wait_for("it is over", lambda: rig.state.signing_in is None)
    assert list(keyring.held) == ["home/tokens"]
    assert len(server.to("/token")) == 1


def test_for_this_session_only_keeps_it_out_of_the_keyring(provider, server) -> None:
    """Also when it is renewed later."""
    keyring, auth = RecordingKeyring(), auth_at(server.url)
    server.expires_in = 1
    with engine(Person(), keyring=keyring) as rig:
        sign_in_to_trial(rig, provider, auth)
        done = set_up(rig, Settings((home(provider, auth),)), KeepSignIn("home", run_only=True)).signed
        rig.wait_for("it is green", lambda: bool(rig.state.connections) and is_green(rig))
        assert done is not None
        assert done.run_only
    assert keyring.held == {}


def test_another_address_is_not_shown_the_tokens(provider, server) -> None:
    """Whoever signs in here and then pastes another address has signed in to that one nowhere."""
    with ScriptedProvider(token=TOKEN) as other, engine(Person()) as rig:
        trial = sign_in_to_trial(rig, provider, auth_at(server.url))
        rig.do(TryAddress(Trial(8, other.url, "tmf656", trial.auth)))
        rig.wait_for("refused", lambda: rig.state.trial is not None and rig.state.trial.failure is not None)
        assert (rig.state.trial.failure, rig.state.trial.obstacle) == (FailureKind.UNAUTHORIZED, Obstacle.SIGN_IN)
        assert other.requests == ()
        assert set_up(rig, Settings((home(provider, trial.auth),)), KeepSignIn("home")).step is SetUpStep.LOST
        assert rig.state.settings == Settings()


def test_a_client_with_a_secret_of_its_own_is_tried_with_it(provider) -> None:
    """It is sent to the server that gives out tokens, and forgotten with the sign-in."""
    with AuthServer("canary-client") as server, engine(Person()) as rig:
        server.access = TOKEN
        auth = auth_at(server.url)
        rig.do(SignIn(1, trial=Trial(7, provider.url, "tmf656", auth, "wrong")))
        assert until(rig, SignInStep.FAILED).fault is SignInFault.CLIENT
        rig.do(SignIn(2, trial=Trial(8, provider.url, "tmf656", auth, "canary-client")))
        until(rig, SignInStep.DONE, 2)


def test_what_ends_one_sign_in_leaves_another_alone(provider, server) -> None:
    """A form that is closed late; and what a trial was signed in with is forgotten with the trial's all the same."""
    person = Person()
    with engine(person, home(provider, auth_at(server.url))) as rig:
        sign_in_to_trial(rig, provider, auth_at(server.url))
        person.idle = True
        rig.do(SignIn(2, "home"))
        until(rig, SignInStep.BROWSER, 2)
        rig.do(EndSignIn(1))
        assert set_up(rig, rig.settings, KeepSignIn("office")).step is SetUpStep.LOST
        person.visit(person.opened[-1])
        until(rig, SignInStep.DONE, 2)


def test_the_secret_of_the_next_sign_in_is_not_taken_away_by_the_end_of_the_one_before(provider) -> None:
    """The one before is just asking for its tokens when the next one begins."""
    with AuthServer("canary-client") as server, engine(Person()) as rig:
        server.access = TOKEN
        held = server.holding["/token"] = threading.Event()
        trial = Trial(7, provider.url, "tmf656", auth_at(server.url), "canary-client")
        rig.do(SignIn(1, trial=trial))
        assert server.reached["/token"].wait(30)
        rig.do(SignIn(2, trial=trial))
        held.set()
        until(rig, SignInStep.DONE, 2)


def test_nothing_is_kept_for_an_account_that_was_removed_meanwhile(provider, server) -> None:
    """The page was open; nobody would ever see, or remove, what came of it."""
    keyring, person = RecordingKeyring(), Person(idle=True)
    with engine(person, home(provider, auth_at(server.url)), keyring=keyring) as rig:
        rig.do(SignIn(1, "home"))
        until(rig, SignInStep.BROWSER)
        rig.do(SaveSettings(Settings()))
        rig.wait_for("it is gone", lambda: rig.state.settings == Settings())
        person.visit(person.opened[0])
        assert until(rig, SignInStep.FAILED).fault is SignInFault.NO_ACCOUNT
    assert keyring.held == {}
