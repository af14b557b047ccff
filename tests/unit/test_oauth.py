"""Access tokens by OAuth2 from a real authorization server: had for an id and a secret, also from a hostile one."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from support.auth_server import AuthServer
from support.hostile_server import HostileServer, answer, dripping, in_turn, silent
from support.http_client import CANARY, MemorySecrets, account
from support.oauth import SetTime, auth_at, failed, oauth_client, poll
from tocsin.domain.terms import FailureKind
from tocsin.ports import HttpRequest

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
