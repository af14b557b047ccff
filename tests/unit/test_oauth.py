"""Access tokens by OAuth2, against a real authorization server: had, renewed, kept, and told to be gone."""

import asyncio
import json
import logging
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.auth_server import CLIENT, AuthServer
from support.hostile_server import HostileServer, answer, dripping, in_turn, silent
from support.http_client import CANARY, MemorySecrets, account, direct
from tocsin.adapters.http import HttpClient
from tocsin.adapters.log import redact
from tocsin.adapters.oauth_tokens import Tokens, from_text, to_text
from tocsin.domain.account import Account, Auth, AuthKind, OAuthFlow
from tocsin.domain.instant import Instant
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest

START = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


class SetTime:
    """A clock whose two hands are set by the test, together or apart."""

    def __init__(self):
        self.wall, self.mono = START, 1000.0

    def now(self):
        return Instant(self.wall, self.mono)

    async def sleep(self, seconds):
        await asyncio.sleep(0)
        self.go(seconds)

    def go(self, seconds, *, wall=True, mono=True):
        self.wall += timedelta(seconds=seconds if wall else 0)
        self.mono += seconds if mono else 0


def auth_at(url, flow=OAuthFlow.CLIENT_CREDENTIALS, scope="status:read"):
    return Auth(
        AuthKind.OAUTH2,
        token_url=f"{url}/token",
        authorize_url=f"{url}/authorize",
        device_url=f"{url}/device",
        client_id=CLIENT,
        scope=scope,
        flow=flow,
    )


@asynccontextmanager
async def oauth_client(secrets=None, clock=None, **more):
    made = HttpClient(secrets or MemorySecrets(), clock or SetTime(), transport=direct(), **more)
    try:
        yield made
    finally:
        await made.close()


async def poll(http: HttpClient, home: Account):
    return await http.send(HttpRequest(f"{home.url}/status", conditional=False), home)


def signed_in(server, secrets, home, access="access-of-yesterday", at=START - timedelta(hours=1)):
    """Put the tokens of an earlier sign-in into the keyring, as that server knows them."""
    from support.auth_server import Grant

    grant = Grant(access=set(), refresh="refresh-of-yesterday")
    server.grants.append(grant)
    server.given.extend((access, grant.refresh))
    secrets.values["home/tokens"] = to_text(Tokens(access, grant.refresh, at), home.auth)
    return grant


def failed(scenario) -> PollFailed:
    with pytest.raises(PollFailed) as caught:
        asyncio.run(scenario())
    return caught.value


# --- client credentials --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [CANARY, "a+b/c= %:ü"], ids=["plain", "to be encoded"])
@pytest.mark.parametrize("ways", [("basic",), ("post",), ("basic", "post")], ids="+".join)
def test_client_credentials_give_a_token(secret, ways):
    """The contract's oauth2: id and secret become a token, in whichever of the two ways the server takes them."""

    async def scenario():
        async with oauth_client(MemorySecrets({"home": secret})) as http:
            home = account(server.url, auth_at(server.url))
            return [(await poll(http, home)).status for _ in range(3)]

    with AuthServer(secret, ways=ways) as server:
        assert asyncio.run(scenario()) == [200, 200, 200]
    asked = server.to("/token")
    assert len(asked) == (1 if "basic" in ways else 2), "one token serves many polls"
    assert {each.form["scope"] for each in asked} == {"status:read"}
    assert {each.form["grant_type"] for each in asked} == {"client_credentials"}


def test_the_way_that_works_is_remembered():
    """A server that takes the secret in the form only is not asked in vain at every renewal."""
    clock = SetTime()

    async def scenario():
        async with oauth_client(clock=clock) as http:
            home = account(server.url, auth_at(server.url))
            for _ in range(3):
                await poll(http, home)
                clock.go(4000)

    with AuthServer(CANARY, ways=("post",)) as server:
        asyncio.run(scenario())
    assert len(server.to("/token")) == 4


@pytest.mark.parametrize(("wall", "mono"), [(True, True), (True, False), (False, True)], ids=["both", "wall", "mono"])
def test_a_token_is_renewed_a_minute_before_its_end(wall, mono):
    """By either clock: the monotonic one stands still in suspend, the other can be set back."""
    clock = SetTime()

    async def scenario():
        async with oauth_client(clock=clock) as http:
            home = account(server.url, auth_at(server.url))
            counts = []
            for step in (3539, 2, 10):
                await poll(http, home)
                counts.append(len(server.to("/token")))
                clock.go(step, wall=wall, mono=mono)
            await poll(http, home)
            return [*counts, len(server.to("/token"))]

    with AuthServer(CANARY) as server:
        assert asyncio.run(scenario()) == [1, 1, 2, 2]


def test_a_short_life_is_used_for_most_of_it():
    """A token of thirty seconds is not renewed at every request, though a minute is more than it has."""
    clock = SetTime()

    async def scenario():
        async with oauth_client(clock=clock) as http:
            home = account(server.url, auth_at(server.url))
            for step in (20, 3, 20):
                await poll(http, home)
                clock.go(step)
            await poll(http, home)

    with AuthServer(CANARY) as server:
        server.expires_in = 30
        asyncio.run(scenario())
    assert len(server.to("/token")) == 2


@pytest.mark.parametrize("lifetime", [None, "3600", 3600.0, 10**30], ids=str)
def test_lifetimes_that_servers_do_send(lifetime):
    """Missing, as a text, as a fraction, absurdly long: all are good until they are refused."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            return [(await poll(http, home)).status for _ in range(2)]

    with AuthServer(CANARY) as server:
        server.expires_in = lifetime
        assert asyncio.run(scenario()) == [200, 200]
    assert len(server.to("/token")) == 1


def test_a_401_is_answered_by_one_new_token():
    """A token that ends before its time costs one more request, not a failed poll."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            await poll(http, home)
            server.end_access()
            return await poll(http, home)

    with AuthServer(CANARY) as server:
        assert asyncio.run(scenario()).status == 200
    assert (len(server.to("/token")), len(server.to("/status"))) == (2, 3)


def test_an_api_that_takes_no_token_is_not_given_one_after_another():
    """A 401 to a new token comes back as it is, and the next polls do not ask for tokens again and again."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            statuses = [(await poll(http, home)).status for _ in range(4)]
            del server.answers["/status"]
            return [*statuses, (await poll(http, home)).status]

    with AuthServer(CANARY) as server:
        server.answers["/status"] = (401, b"{}", {})
        assert asyncio.run(scenario()) == [401, 401, 401, 401, 200]
    assert len(server.to("/token")) == 2
    assert len(server.to("/status")) == 6, "the first poll twice, the others once"


def test_many_requests_at_once_ask_for_one_token():
    """Single-flight: a poll that asks for ten things at once signs in once."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            return await asyncio.gather(*(poll(http, home) for _ in range(10)))

    with AuthServer(CANARY) as server:
        assert {response.status for response in asyncio.run(scenario())} == {200}
    assert len(server.to("/token")) == 1


def test_two_accounts_have_two_tokens():
    """No cross-talk: each account asks with its own."""

    async def scenario():
        async with oauth_client(MemorySecrets({"home": CANARY, "office": CANARY})) as http:
            home = account(server.url, auth_at(server.url))
            await asyncio.gather(poll(http, home), poll(http, replace(home, id="office")))

    with AuthServer(CANARY) as server:
        asyncio.run(scenario())
    assert len({each.headers["authorization"] for each in server.to("/status")}) == 2


def test_the_token_goes_to_the_accounts_own_origin_only():
    """A link to another host is asked without it, and no token is fetched for that."""

    async def scenario():
        async with HostileServer(in_turn(answer(200, b"{}"))) as other, oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            await http.send(HttpRequest(f"{other.url}/x"), home)
            return other.received[0].headers

    with AuthServer(CANARY) as server:
        assert "authorization" not in asyncio.run(scenario())
    assert server.asked == []


def test_a_wrong_client_secret_says_what_to_check():
    """``unauthorized``, and neither the secret nor the server's own prose."""

    async def scenario():
        async with oauth_client() as http:
            await poll(http, account(server.url, auth_at(server.url)))

    with AuthServer("another secret") as server:
        failure = failed(scenario)
    assert failure.kind is FailureKind.UNAUTHORIZED
    assert "invalid_client" in failure.message
    assert "home" in failure.message
    assert CANARY not in failure.message
    assert "not shown" not in failure.message


def test_changed_settings_ask_for_another_token():
    """A token of one scope is not used for another."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            await poll(http, home)
            await poll(http, replace(home, auth=auth_at(server.url, scope="more")))

    with AuthServer(CANARY) as server:
        asyncio.run(scenario())
    assert [each.form["scope"] for each in server.to("/token")] == ["status:read", "more"]


def test_forget_drops_the_token():
    """An account that is gone leaves nothing in memory."""

    async def scenario():
        async with oauth_client() as http:
            home = account(server.url, auth_at(server.url))
            await poll(http, home)
            http.forget("home")
            await poll(http, home)

    with AuthServer(CANARY) as server:
        asyncio.run(scenario())
    assert len(server.to("/token")) == 2


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
            assert await asyncio.to_thread(server.reached["/token"].wait, 5)
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
            assert await asyncio.to_thread(server.reached["/token"].wait, 5)
            start = asyncio.get_running_loop().time()
            await http.close()
            loop_time.append(asyncio.get_running_loop().time() - start)
            await asyncio.wait((task,))

    with AuthServer(CANARY) as server:
        server.holding["/token"] = threading.Event()
        asyncio.run(scenario())
    assert loop_time[0] < 0.4


# --- hostile servers -----------------------------------------------------------------------------------------------

GOOD = {"access_token": "t", "token_type": "Bearer", "expires_in": 60}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"<!DOCTYPE html><html>Sign in to the hotel</html>", FailureKind.MALFORMED),
        (b"", FailureKind.MALFORMED),
        (b"[]", FailureKind.MALFORMED),
        (b"{}", FailureKind.MALFORMED),
        (b"null", FailureKind.MALFORMED),
        (b'{"access_token": "t', FailureKind.MALFORMED),
        (b"[" * 100_000, FailureKind.MALFORMED),
        (b'{"x": ' * 50_000, FailureKind.TOO_LARGE),
        (b'\xff\xfe{"access_token": "t"}', FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": 7}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": ""}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": None}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": "a\r\nEvil: b"}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": "ü"}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"access_token": "t" * 70_000}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"refresh_token": {}}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"expires_in": -1}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"expires_in": 0}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"expires_in": "soon"}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"expires_in": True}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"expires_in": []}).encode(), FailureKind.MALFORMED),
        (json.dumps(GOOD | {"token_type": "mac"}).encode(), FailureKind.UNSUPPORTED),
        (json.dumps(GOOD | {"token_type": 1}).encode(), FailureKind.MALFORMED),
        (json.dumps({"error": "invalid_scope"}).encode(), FailureKind.UNAUTHORIZED),
        (json.dumps({"error": f"{CANARY} \x1b[31m"}).encode(), FailureKind.UNAUTHORIZED),
        (json.dumps({"error": ["x"]}).encode(), FailureKind.UNAUTHORIZED),
        (b" " * 2_000_000, FailureKind.TOO_LARGE),
    ],
)
def test_an_answer_that_is_no_token_is_a_clear_failure(said, kind):
    """Nothing that a token endpoint says is taken for a token unless it is one; nothing of it is repeated."""

    async def scenario():
        async with oauth_client() as http:
            await poll(http, account(server.url, auth_at(server.url)))

    with AuthServer(CANARY) as server:
        server.answers["/token"] = (200, said, {})
        failure = failed(scenario)
    assert failure.kind is kind
    assert server.url in failure.message or kind is FailureKind.TOO_LARGE
    assert CANARY not in failure.message
    assert failure.message.isprintable()
    assert server.to("/status") == []


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (400, {}, FailureKind.HTTP_STATUS, None),
        (401, {}, FailureKind.UNAUTHORIZED, None),
        (403, {}, FailureKind.UNAUTHORIZED, None),
        (404, {}, FailureKind.HTTP_STATUS, None),
        (429, {"Retry-After": "90"}, FailureKind.RATE_LIMITED, timedelta(seconds=90)),
        (429, {"Retry-After": "Sat, 21 Nov 2026 18:02:00 GMT"}, FailureKind.RATE_LIMITED, timedelta(minutes=2)),
        (429, {"Retry-After": "soon"}, FailureKind.RATE_LIMITED, None),
        (503, {"Retry-After": "5"}, FailureKind.HTTP_STATUS, timedelta(seconds=5)),
        (302, {"Location": "/elsewhere"}, FailureKind.REDIRECT, None),
        (307, {"Location": "http://127.0.0.1:9/token"}, FailureKind.REDIRECT, None),
        (304, {}, FailureKind.MALFORMED, None),
    ],
)
def test_statuses_of_the_token_endpoint(status, headers, kind, wait):
    """In the words of every other failure; a redirect is not followed, for the client's secret is in the request."""

    async def scenario():
        async with oauth_client() as http:
            await poll(http, account(server.url, auth_at(server.url)))

    with AuthServer(CANARY) as server:
        server.answers["/token"] = (status, b"", headers)
        failure = failed(scenario)
    assert (failure.kind, failure.retry_after) == (kind, wait)
    assert {each.path for each in server.asked} == {"/token"}


@pytest.mark.parametrize("handler", [silent(), dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n")], ids=["silent", "drips"])
def test_a_token_endpoint_that_hangs_costs_its_deadline(handler):
    """The deadline is for the whole exchange, as everywhere."""

    async def scenario():
        async with HostileServer(handler) as server, oauth_client(deadline=0.2) as http:
            await poll(http, account("http://127.0.0.1:9", auth_at(server.url)))

    assert failed(scenario).kind is FailureKind.TIMEOUT


@pytest.mark.parametrize("url", ["http://id.example.net", "ftp://id.example.net", "https://me:pw@id.example.net", ""])
def test_tokens_are_had_over_encryption_only(url):
    """``allow_insecure`` is for polls: no client's secret goes over a network in the clear."""

    async def scenario():
        async with oauth_client() as http:
            await poll(http, account("http://127.0.0.1:9", auth_at(url), allow_insecure=True))

    failure = failed(scenario)
    assert failure.kind is FailureKind.UNSUPPORTED
    assert "me:pw" not in failure.message


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
