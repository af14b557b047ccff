"""Where secrets are looked up, and that no keyring, however broken, can stop the program."""

import asyncio
import logging
import subprocess
import sys
import threading
import time

import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError

from support.recording_keyring import RecordingKeyring, SlowKeyring, get, refusal
from tocsin.adapters.environment import take_secrets_from_environment, variable
from tocsin.adapters.secrets import KeyringSecrets, NotKept
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef

CANARY = "canary-2b7d01"
HOME = SecretRef("home")


# --- the environment -----------------------------------------------------------------------------------------------


def test_secrets_are_taken_out_of_the_environment():
    """No child process inherits a secret, and account ids with a dash are found."""
    environ = {
        "TOCSIN_SECRET_HOME": CANARY,
        "TOCSIN_SECRET_MY_OFFICE_2": "b\n",
        "TOCSIN_SECRET_CHECK": "c",
        "TOCSIN_SECRET_EMPTY": "",
        "TOCSIN_PROFILE": "/tmp/p",
        "PATH": "/bin",
    }
    assert take_secrets_from_environment(environ) == {"home": CANARY, "my-office-2": "b", "check": "c"}
    assert environ == {"TOCSIN_PROFILE": "/tmp/p", "PATH": "/bin"}


def test_a_child_of_ours_does_not_see_them(monkeypatch):
    """The real environment of the process is cleared, not a copy of it."""
    import os

    monkeypatch.setenv("TOCSIN_SECRET_HOME", CANARY)
    take_secrets_from_environment(os.environ)
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(dict(os.environ))"], capture_output=True, check=True
    )
    assert CANARY.encode() not in child.stdout


def test_variable_is_named_as_the_contract_says():
    """The advice names the variable that really works."""
    assert variable("my-office-2") == "TOCSIN_SECRET_MY_OFFICE_2"
    assert take_secrets_from_environment({variable("my-office-2"): "x"}) == {"my-office-2": "x"}


# --- what is lent ---


def test_what_is_lent_stays_in_memory_until_it_is_to_be_kept():
    """For this session only: also when it is renewed. Kept or dropped, it is lent no more."""
    keyring, tokens = RecordingKeyring(), SecretRef("home", "tokens")
    secrets = KeyringSecrets({}, backend=keyring)

    async def scenario():
        secrets.lend(tokens, "first")
        await secrets.set(tokens, "renewed")
        assert (await secrets.get(tokens), keyring.asked) == ("renewed", [])
        await secrets.keep(tokens, "renewed")
        await secrets.set(tokens, "renewed again")
        assert keyring.held == {"home/tokens": "renewed again"}
        secrets.lend(tokens, "lent")
        await secrets.drop(tokens)
        await secrets.set(tokens, "of another sign-in")

    asyncio.run(scenario())
    assert keyring.held == {"home/tokens": "of another sign-in"}


# --- the order -----------------------------------------------------------------------------------------------------


def test_environment_comes_before_the_keyring():
    """A secret given to this run is used, and the keyring is not even asked."""
    keyring = RecordingKeyring({"home": "old"})
    assert get(KeyringSecrets({"home": CANARY}, backend=keyring)) == CANARY
    assert keyring.asked == []


def test_keyring_is_asked_once():
    """A poll a minute does not ask the keyring every minute; each account has its own secret under our service."""
    keyring = RecordingKeyring({"home": CANARY, "office": "other"})
    secrets = KeyringSecrets({}, backend=keyring)
    assert [get(secrets), get(secrets), get(secrets, "office")] == [CANARY, CANARY, "other"]
    assert keyring.asked == [("get", "tocsin", "home"), ("get", "tocsin", "office")]


def test_no_secret_anywhere_says_how_to_give_one():
    """The advice is a command that can be typed, and a secret that turns up later is found."""
    keyring = RecordingKeyring()
    secrets = KeyringSecrets({}, backend=keyring)
    refused = refusal(secrets, "my-office")
    assert "my-office" in refused.title
    assert "tocsin secret set my-office" in refused.advice
    assert "TOCSIN_SECRET_MY_OFFICE" in refused.advice
    keyring.held["my-office"] = CANARY
    assert get(secrets, "my-office") == CANARY


def test_what_is_set_wins_and_lasts():
    """A secret that the user has just typed in replaces all others, in the keyring too."""
    keyring = RecordingKeyring({"home": "old"})
    secrets = KeyringSecrets({"home": "from the environment"}, backend=keyring)

    async def scenario():
        await secrets.set(HOME, CANARY)
        return await secrets.get(HOME)

    assert asyncio.run(scenario()) == CANARY
    assert keyring.held == {"home": CANARY}


def test_empty_secret_is_refused():
    """Nothing is not a secret."""
    keyring = RecordingKeyring()
    with pytest.raises(SecretUnavailable):
        asyncio.run(KeyringSecrets({}, backend=keyring).set(HOME, ""))
    assert keyring.asked == []


@pytest.mark.parametrize(
    "failure",
    [NoKeyringError("none"), KeyringLocked("locked"), RuntimeError(CANARY)],
    ids=lambda error: type(error).__name__,
)
def test_without_a_keyring_a_secret_is_kept_for_this_run(failure, caplog):
    """A machine without a keyring still works until the program ends; the log says so, without the secret."""
    secrets = KeyringSecrets({}, backend=RecordingKeyring(failure=failure))

    async def scenario():
        await secrets.set(HOME, CANARY)
        return await secrets.get(HOME)

    with caplog.at_level(logging.DEBUG):
        assert asyncio.run(scenario()) == CANARY
    assert "for this run only" in caplog.text
    assert CANARY not in caplog.text


def test_all_values_are_known_to_the_redaction():
    """Whatever was given, found or set can be struck from a log line; none is in the object's own picture."""
    secrets = KeyringSecrets({"check": "one"}, backend=RecordingKeyring({"home": "two"}))
    assert secrets.known() == ("one",)
    get(secrets)
    asyncio.run(secrets.set(SecretRef("office"), "three"))
    assert secrets.known() == ("one", "two", "three")
    assert not any(value in repr(secrets) for value in secrets.known())


def test_a_secret_set_while_the_keyring_is_asked_wins():
    """An answer from the keyring that comes late does not bring the old secret back."""
    release = threading.Event()

    class Slow(RecordingKeyring):
        def get_password(self, service, username):
            release.wait(60)
            return "old"

    secrets = KeyringSecrets({}, backend=Slow())

    async def scenario():
        getting = asyncio.ensure_future(secrets.get(HOME))
        await asyncio.sleep(0)
        setting = asyncio.ensure_future(secrets.set(HOME, CANARY))
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(getting, setting)
        return getting.result(), await secrets.get(HOME)

    assert asyncio.run(scenario()) == (CANARY, CANARY)


def test_what_the_keyring_takes_late_is_kept_until_it_is_replaced_or_forgotten(caplog):
    """Whoever waited for it has gone: it is kept all the same, and another value in this run's memory is not."""
    keyring = SlowKeyring()
    secrets = KeyringSecrets({}, backend=keyring, deadline=0.05)

    async def scenario():
        await secrets.set(HOME, CANARY)
        assert not secrets.is_kept(HOME)
        keyring.let_go.set()
        secrets._deadline = 60.0
        await secrets.erase(SecretRef("another"))  # one thing at a time: the late one is done by then
        assert secrets.is_kept(HOME)
        secrets.lend(HOME, "another")
        assert not secrets.is_kept(HOME)
        secrets.lend(HOME, "")
        assert secrets.is_kept(HOME)
        await secrets.drop(HOME)
        assert not secrets.is_kept(HOME)

    asyncio.run(scenario())


# --- what a sign-in leaves behind ----------------------------------------------------------------------------------

TOKENS = SecretRef("home", "tokens")


def test_tokens_are_kept_beside_the_secret_of_their_account():
    """Neither is taken for the other, and no variable of the environment stands for tokens."""
    keyring = RecordingKeyring({"home": "secret"})
    secrets = KeyringSecrets({"home": CANARY}, backend=keyring)
    asyncio.run(secrets.set(TOKENS, "tokens"))
    assert keyring.held == {"home": "secret", "home/tokens": "tokens"}
    assert get(secrets) == CANARY
    assert asyncio.run(secrets.get(TOKENS)) == "tokens"


def test_tokens_are_asked_for_anew_each_time():
    """``tocsin login`` in another process replaces them while we run."""
    keyring = RecordingKeyring({"home/tokens": "old"})
    secrets = KeyringSecrets({}, backend=keyring)
    assert asyncio.run(secrets.get(TOKENS)) == "old"
    keyring.held["home/tokens"] = "newer"
    assert asyncio.run(secrets.get(TOKENS)) == "newer"
    asyncio.run(secrets.set(TOKENS, "ours"))
    keyring.held["home/tokens"] = "new"
    assert asyncio.run(secrets.get(TOKENS)) == "new"


def test_without_a_keyring_tokens_are_kept_for_this_run(caplog):
    """And are put into the keyring as soon as there is one."""
    keyring = RecordingKeyring(failure=NoKeyringError("none"))
    secrets = KeyringSecrets({}, backend=keyring)
    asyncio.run(secrets.set(TOKENS, CANARY))
    assert asyncio.run(secrets.get(TOKENS)) == CANARY
    assert CANARY not in caplog.text
    keyring.failure = None
    asyncio.run(secrets.set(TOKENS, "later"))
    keyring.held["home/tokens"] = "another run's"
    assert asyncio.run(secrets.get(TOKENS)) == "another run's"


def test_nobody_signed_in_says_what_to_type():
    """The advice is the command that helps."""
    with pytest.raises(NotKept, match="tocsin login home"):
        asyncio.run(KeyringSecrets({}, backend=RecordingKeyring()).get(TOKENS))


def test_keeping_without_a_keyring_is_refused():
    """Where this run is about to end, its memory is no place."""
    secrets = KeyringSecrets({}, backend=RecordingKeyring(failure=NoKeyringError("none")))
    with pytest.raises(SecretUnavailable):
        asyncio.run(secrets.keep(TOKENS, CANARY))


def test_hidden_values_are_known_and_bounded():
    """Tokens of weeks do not pile up, and the newest are always struck from the log."""
    secrets = KeyringSecrets({"home": "one"}, backend=RecordingKeyring())
    secrets.hide("two", "two")
    assert secrets.known() == ("one", "two")
    secrets.hide(*(f"token-{number}" for number in range(1000)))
    assert len(secrets.known()) < 300
    assert secrets.known()[0] == "one"
    assert secrets.known()[-1] == "token-999"


# --- a keyring that fails ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [KeyringLocked("locked"), InitError("dismissed")], ids=["locked", "dismissed"])
def test_locked_keyring_is_not_asked_every_minute(failure, monkeypatch):
    """Whoever dismisses the unlock dialog is left alone for five minutes, by all accounts."""
    keyring = RecordingKeyring({"home": CANARY}, failure)
    secrets = KeyringSecrets({}, backend=keyring)
    assert "locked" in refusal(secrets).title
    assert "locked" in refusal(secrets, "office").title
    assert len(keyring.asked) == 1
    keyring.failure = None
    later = time.monotonic() + 301
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert get(secrets) == CANARY


def test_backend_that_breaks_is_a_clear_refusal():
    """Third-party backends raise whatever they like; the text, which may quote a secret, is not shown."""
    refused = refusal(KeyringSecrets({}, backend=RecordingKeyring(failure=OSError(CANARY))))
    assert "OSError" in refused.title
    assert "TOCSIN_SECRET_HOME" in refused.advice
    assert CANARY not in str(refused)
    assert refused.__cause__ is None


def test_two_accounts_make_one_dialog_at_a_time():
    """Several accounts that start together do not bring up several unlock dialogs."""
    inside, most = [], []

    class Counting(RecordingKeyring):
        def get_password(self, service, username):
            inside.append(username)
            most.append(len(inside))
            threading.Event().wait(0.02)
            inside.pop()
            return "s"

    async def scenario():
        secrets = KeyringSecrets({}, backend=Counting())
        await asyncio.gather(*(secrets.get(SecretRef(f"a{number}")) for number in range(4)))

    asyncio.run(scenario())
    assert most == [1, 1, 1, 1]


def test_hanging_keyring_costs_its_deadline_only():
    """While the keyring hangs the loop goes on, and the poll fails with advice."""
    release = threading.Event()

    class Hanging(RecordingKeyring):
        def get_password(self, service, username):
            release.wait()

    async def scenario():
        secrets = KeyringSecrets({}, backend=Hanging(), deadline=0.1)
        loop = asyncio.get_running_loop()
        start = loop.time()
        with pytest.raises(SecretUnavailable, match="does not answer"):
            await secrets.get(HOME)
        return loop.time() - start

    try:
        assert asyncio.run(scenario()) < 30  # it would hang for ever
    finally:
        release.set()
