"""Secrets that are lent to one run, dropped, or changed by somebody else: none stays where it was not meant to."""

import asyncio
import threading

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from support.recording_keyring import RecordingKeyring, get, refusal
from tocsin.adapters.secrets import KeyringSecrets, NoKeyring, NotKept
from tocsin.errors import SecretUnavailable
from tocsin.ports import SecretRef

CANARY = "canary-2b7d01"
HOME = SecretRef("home")
TOKENS = SecretRef("home", "tokens")


def test_a_secret_that_is_lent_never_reaches_the_keyring():
    """*Keep for this session only* means that; it is used before what the keyring and the environment hold."""
    keyring = RecordingKeyring({"home": "kept"})
    secrets = KeyringSecrets({"home": "from the environment", "office": "two"}, backend=keyring)
    secrets.lend(HOME, CANARY)
    assert get(secrets) == CANARY
    assert keyring.asked == []
    assert CANARY in secrets.known()
    assert CANARY not in repr(secrets)
    secrets.lend(HOME, "")
    assert get(secrets) == "kept"
    assert CANARY in secrets.known(), "it may still stand in a line that is about to be logged"
    assert get(secrets, "office") == "two"


def test_a_secret_that_is_lent_while_the_keyring_is_asked_is_used():
    """An answer that comes late does not bring the old secret back."""
    release = threading.Event()

    class Slow(RecordingKeyring):
        def get_password(self, service, username):
            release.wait(60)
            return "old"

    secrets = KeyringSecrets({}, backend=Slow())

    async def scenario():
        getting = asyncio.ensure_future(secrets.get(HOME))
        await asyncio.sleep(0)
        secrets.lend(HOME, CANARY)
        release.set()
        return await getting, await secrets.get(HOME)

    assert asyncio.run(scenario()) == (CANARY, CANARY)


def test_what_is_dropped_is_nowhere_any_more():
    """Not in the environment of this run, not in its memory, not in the keyring; dropping it twice is no error."""
    keyring = RecordingKeyring({"home": "kept", "home/tokens": "tokens", "office": "other"})
    secrets = KeyringSecrets({"home": "given"}, backend=keyring)
    secrets.lend(HOME, "lent")
    for _ in range(2):
        asyncio.run(secrets.drop(HOME))
        asyncio.run(secrets.drop(TOKENS))
        assert keyring.held == {"office": "other"}
        assert isinstance(refusal(secrets), NotKept)


def test_what_is_dropped_while_it_is_asked_for_does_not_stay():
    """An answer that was under way when its account was removed is not kept."""
    release = threading.Event()

    class Slow(RecordingKeyring):
        def get_password(self, service, username):
            release.wait(60)
            return super().get_password(service, username)

    keyring = Slow({"home": CANARY})
    secrets = KeyringSecrets({}, backend=keyring)

    async def scenario():
        getting = asyncio.ensure_future(secrets.get(HOME))
        await asyncio.sleep(0)
        dropping = asyncio.ensure_future(secrets.drop(HOME))
        await asyncio.sleep(0)
        release.set()
        await asyncio.gather(getting, dropping)

    asyncio.run(scenario())
    assert isinstance(refusal(secrets), NotKept)


@pytest.mark.parametrize("failure", [KeyringLocked("locked"), RuntimeError(CANARY)], ids=["locked", "broken"])
def test_a_keyring_that_does_not_let_go_is_told(failure):
    """Who removes an account learns that its secret is still there; this run forgets it all the same."""
    keyring = RecordingKeyring({"home": "kept"}, failure)
    secrets = KeyringSecrets({"home": "given"}, backend=keyring)
    with pytest.raises(SecretUnavailable) as refused:
        asyncio.run(secrets.drop(HOME))
    assert CANARY not in str(refused.value)
    assert "given" not in repr(vars(secrets)["_memory"])
    keyring.failure = None
    secrets.look_again()
    assert get(secrets) == "kept"


def test_where_there_is_no_keyring_nothing_is_left_in_one():
    """Removing an account on such a machine is no fault that a person must hear of."""
    secrets = KeyringSecrets({"home": "given"}, backend=RecordingKeyring(failure=NoKeyringError("none")))
    asyncio.run(secrets.drop(HOME))
    assert isinstance(refusal(secrets), NoKeyring)
    with pytest.raises(NoKeyring):
        asyncio.run(secrets.erase(HOME))


def test_the_keyring_is_asked_anew_when_told_so():
    """What another process put there is found; what was only lent to this run is not forgotten over it."""
    keyring = RecordingKeyring({"home": "old"})
    secrets = KeyringSecrets({}, backend=keyring)
    secrets.lend(SecretRef("office"), "lent")
    assert get(secrets) == "old"
    keyring.held["home"] = "new"
    assert get(secrets) == "old"
    secrets.look_again()
    assert get(secrets) == "new"
    assert get(secrets, "office") == "lent"
    asyncio.run(secrets.set(HOME, "ours"))
    keyring.held["home"] = "newest"
    assert get(secrets) == "ours"
    secrets.look_again()
    assert get(secrets) == "newest"


def test_with_the_secret_goes_what_a_sign_in_has_left_behind():
    """Who has an account forget its secret is not left with a sign-in that nobody sees; others keep theirs."""
    keyring = RecordingKeyring({"home/tokens": "tokens", "office/tokens": "other"})
    secrets = KeyringSecrets({}, backend=keyring)
    secrets.lend(TOKENS, "lent")
    asyncio.run(secrets.drop(HOME))
    assert keyring.held == {"office/tokens": "other"}
    with pytest.raises(NotKept):
        asyncio.run(secrets.get(TOKENS))
