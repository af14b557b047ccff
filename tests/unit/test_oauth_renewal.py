"""What a sign-in has left behind: renewed, kept, told to be gone, and secret."""

import asyncio
import json
import logging
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from support.auth_server import AuthServer
from support.http_client import CANARY, MemorySecrets, account
from support.oauth import START, SetTime, auth_at, failed, oauth_client, poll, signed_in
from support.recording_keyring import RecordingKeyring
from tocsin.adapters.log import redact
from tocsin.adapters.oauth_tokens import NAME, Tokens, from_text, to_text
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import OAuthFlow
from tocsin.domain.instant import Instant
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import SecretRef

# --- what a sign-in has left behind --------------------------------------------------------------------------------


@pytest.mark.parametrize("rotates", [True, False], ids=["rotating", "lasting"])
@pytest.mark.parametrize("secret", [None, CANARY], ids=["public", "confidential"])
def test_a_sign_in_is_renewed_again_and_again(rotates, secret):
    """Each refresh token is used once, its successor is kept before the next poll, and a new run goes on from there."""
    clock, secrets = SetTime(), MemorySecrets({} if secret is None else {"home": secret})

    async def run(home):
        async with oauth_client(secrets, clock) as http:
            for _ in range(2):
                assert (await poll(http, home)).status == 200
                clock.go(4000)

    with AuthServer(secret) as server:
        server.rotates = rotates
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        grant = signed_in(server, secrets, home)
        asyncio.run(run(home))
        asyncio.run(run(home))
        kept = json.loads(secrets.values["home/tokens"])
    used = [each.form["refresh_token"] for each in server.to("/token")]
    assert len(set(used)) == (4 if rotates else 1)
    assert kept["refresh_token"] == grant.refresh
    assert kept["access_token"] in grant.access


def test_a_token_that_is_still_good_is_used_in_the_next_run():
    """A restart costs no request of a token."""
    secrets = MemorySecrets({})

    async def scenario():
        async with oauth_client(secrets) as http:
            return await poll(http, home)

    with AuthServer() as server:
        home = account(server.url, auth_at(server.url, OAuthFlow.DEVICE))
        signed_in(server, secrets, home, at=START + timedelta(minutes=5)).access.add("access-of-yesterday")
        assert asyncio.run(scenario()).status == 200
    assert server.to("/token") == []


def test_a_revoked_sign_in_says_to_sign_in_again_and_asks_once():
    """``unauthorized`` with the command to type; a refresh token that is void is not sent every minute."""
    secrets = MemorySecrets({})

    async def scenario():
        async with oauth_client(secrets) as http:
            found = []
            for _ in range(3):
                with pytest.raises(PollFailed) as caught:
                    await poll(http, home)
                found.append(caught.value)
            return found

    with AuthServer() as server:
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        signed_in(server, secrets, home)
        server.revoke_all()
        failures = asyncio.run(scenario())
    assert {each.kind for each in failures} == {FailureKind.UNAUTHORIZED}
    assert {each.message for each in failures} == {
        "The sign-in of the account home has ended: sign in again: tocsin login home"
    }
    assert len(server.to("/token")) == 1


def test_signing_in_again_in_another_process_is_noticed():
    """``tocsin login`` replaces what is in the keyring; the running instance goes on with it by itself."""
    clock, secrets = SetTime(), MemorySecrets({})

    async def scenario():
        async with oauth_client(secrets, clock) as http:
            assert (await poll(http, home)).status == 200
            server.revoke_all()
            with pytest.raises(PollFailed, match="sign in again"):
                await poll(http, home)
            new = signed_in(server, secrets, home, at=clock.wall + timedelta(hours=1))
            new.access.add("access-of-yesterday")
            return await poll(http, home)

    with AuthServer() as server:
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        signed_in(server, secrets, home)
        assert asyncio.run(scenario()).status == 200


def test_nobody_signed_in_says_so():
    """Before the first sign-in, and for one that belongs to other settings: no other server is shown a token."""
    secrets = MemorySecrets({})

    async def scenario():
        async with oauth_client(secrets) as http:
            await poll(http, account(server.url, auth_at(server.url, OAuthFlow.CODE)))

    with AuthServer() as server:
        assert failed(scenario).kind is FailureKind.UNAUTHORIZED
        elsewhere = account(server.url, auth_at("https://id.example.net", OAuthFlow.CODE))
        signed_in(server, secrets, elsewhere)
        failure = failed(scenario)
    assert "sign in: tocsin login home" in failure.message
    assert server.asked == []


def test_a_poll_cut_off_in_mid_renewal_loses_no_token():
    """The server has replaced the refresh token already: its successor is kept though nobody waits any more."""
    secrets = MemorySecrets({})

    async def scenario():
        async with oauth_client(secrets) as http:
            cut = asyncio.ensure_future(poll(http, home))
            assert await asyncio.to_thread(server.reached["/token"].wait, 30)
            cut.cancel()
            await asyncio.wait((cut,))
            http.forget("home")
            server.holding["/token"].set()
            return await poll(http, home)

    with AuthServer() as server:
        server.holding["/token"] = threading.Event()
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        grant = signed_in(server, secrets, home)
        assert asyncio.run(scenario()).status == 200
    assert len(server.to("/token")) == 1
    assert json.loads(secrets.values["home/tokens"])["refresh_token"] == grant.refresh


def test_a_keyring_that_fails_does_not_lose_the_sign_in_of_this_run(caplog):
    """The successor of a refresh token is used whatever the keyring says, and the log has the reason."""
    from tocsin.errors import SecretUnavailable

    clock = SetTime()

    class Broken(MemorySecrets):
        is_broken = False

        async def get(self, ref):
            if self.is_broken:
                raise SecretUnavailable("The keyring is locked", "unlock it")
            return await super().get(ref)

        async def set(self, ref, value):
            self.is_broken = True
            raise SecretUnavailable("The keyring is locked", "unlock it")

    secrets = Broken({})

    async def scenario():
        async with oauth_client(secrets, clock) as http:
            for _ in range(3):
                assert (await poll(http, home)).status == 200
                clock.go(4000)

    with AuthServer() as server:
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        signed_in(server, secrets, home)
        asyncio.run(scenario())
    assert len(server.to("/token")) == 3
    assert "for this run only: The keyring is locked" in caplog.text
    assert not any(token in caplog.text for token in server.given)


def test_closing_does_not_wait_for_a_server_that_hangs():
    """The program's end is not held up by an authorization server."""
    loop_time = []

    async def scenario():
        async with oauth_client() as http:
            task = asyncio.ensure_future(poll(http, account(server.url, auth_at(server.url))))
            assert await asyncio.to_thread(server.reached["/token"].wait, 30)
            start = asyncio.get_running_loop().time()
            await http.close()
            loop_time.append(asyncio.get_running_loop().time() - start)
            await asyncio.wait((task,))

    with AuthServer(CANARY) as server:
        server.holding["/token"] = threading.Event()
        asyncio.run(scenario())
    assert loop_time[0] < 15  # it hangs for thirty


def test_a_client_without_a_secret_is_not_asked_for_one_with_every_question():
    """A keyring that hangs would be waited for each time; after a minute it may have been unlocked."""
    clock, secrets, asked = SetTime(), MemorySecrets({}), []

    async def scenario():
        async with oauth_client(secrets, clock) as http:
            for seconds in (0, 30, 60):
                clock.go(seconds)
                await http.oauth.device_code(home)
                asked.append(secrets.asked)

    with AuthServer() as server:
        home = account(server.url, replace(auth_at(server.url, OAuthFlow.DEVICE), device_url=f"{server.url}/device"))
        asyncio.run(scenario())
    assert asked == [1, 1, 2]


# --- what stays secret ---------------------------------------------------------------------------------------------


def test_no_token_is_in_a_log_a_failure_or_a_picture_of_an_object(caplog):
    """Every token that was given out is struck from the log, and stands in no message and no repr."""
    secrets, clock = MemorySecrets({}), SetTime()

    async def scenario():
        async with oauth_client(secrets, clock) as http:
            await poll(http, home)
            server.end_access()
            await poll(http, home)
            server.revoke_all()
            with pytest.raises(PollFailed) as caught:
                await poll(http, home)
            return f"{caught.value!r} {caught.value} {vars(http.oauth)['_held']!r} {http.oauth!r} {http!r}"

    with AuthServer() as server, caplog.at_level(logging.DEBUG):
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        signed_in(server, secrets, home)
        shown = asyncio.run(scenario())
        every = [*server.given]
    assert len(every) >= 6
    for token in every:
        assert token not in caplog.text
        assert token not in shown
        assert token not in redact(f"GET / {token}", secrets.known())


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "x", '{"v": 2}', '{"v":1,"client":"c","access_token":7}', '{"v":1,"client":"c","renew_at":1e300}'],
)
def test_a_damaged_text_of_the_keyring_is_no_sign_in(text):
    """Whatever else wrote under that name, nothing breaks."""
    assert from_text(text, auth_at("https://id.example.net")) is None


def test_the_text_for_the_keyring_brings_back_what_matters():
    """The pair survives whole; where the room is too small, the refresh token alone, which is enough."""
    auth = auth_at("https://id.example.net", OAuthFlow.CODE)
    now = Instant(START, 5.0)
    tokens = Tokens.given("a" * 100, "r", timedelta(hours=1), now)
    again = from_text(to_text(tokens, auth), auth)
    assert again is not None
    assert (again.access, again.refresh, again.renew_at) == ("a" * 100, "r", START + timedelta(minutes=59))
    long = from_text(to_text(Tokens.given("a" * 3000, "r", timedelta(hours=1), now), auth), auth)
    assert long is not None
    assert (long.access, long.refresh, long.is_fresh(now)) == ("", "r", False)
    alone = from_text(to_text(Tokens("a" * 3000), auth), auth)
    assert alone is not None
    assert alone.access == "a" * 3000
    assert from_text(to_text(tokens, auth), replace(auth, token_url="https://evil.example.net")) is None


def test_authlib_is_imported_when_it_is_first_needed():
    """An account without OAuth2 pays nothing for it."""
    import subprocess
    import sys

    program = "import sys, tocsin.adapters.http, tocsin.signin; print(any('authlib' in name for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("refresh", ["of-long-ago", None], ids=["refused", "none"])
def test_what_has_ended_in_memory_gives_way_to_another_sign_in(refresh):
    """It was lent to this run; then ``tocsin login``, as the fault says, puts a newer one into the keyring."""
    keyring = RecordingKeyring()
    secrets = KeyringSecrets({}, backend=keyring)

    async def scenario():
        async with oauth_client(secrets) as http:
            ended = Tokens("access-of-long-ago", refresh, START - timedelta(hours=1))
            secrets.lend(SecretRef("home", NAME), to_text(ended, home.auth))
            with pytest.raises(PollFailed) as told:
                await http.oauth.access(home)
            newer = Tokens("access-of-today", "refresh-of-today", START + timedelta(hours=1))
            keyring.held[f"home/{NAME}"] = to_text(newer, home.auth)
            return told.value.obstacle, await http.oauth.access(home)

    with AuthServer() as server:
        home = account(server.url, auth_at(server.url, OAuthFlow.CODE))
        assert asyncio.run(scenario()) == (Obstacle.SIGN_IN, "access-of-today")
