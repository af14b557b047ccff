"""A person signs in with a code on another device."""

import asyncio
import json
from datetime import timedelta

import pytest

from support.auth_server import AuthServer
from support.http_client import CANARY, MemorySecrets, direct
from support.oauth import SetTime
from support.oauth_home import home_at
from tocsin.adapters.http import HttpClient
from tocsin.adapters.signin import sign_in_by_code
from tocsin.domain.account import OAuthFlow
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


class FastTime(SetTime):
    """Goes only as far as it is waited for, and writes down how long that was."""

    def __init__(self):
        super().__init__()
        self.waits = []

    async def sleep(self, seconds):
        self.waits.append(seconds)
        await super().sleep(seconds)


def by_code(server, secrets=None, clock=None, told=None):
    async def scenario():
        http_client = HttpClient(secrets, clock, transport=direct())
        home = home_at(server.url, OAuthFlow.DEVICE)
        try:
            tokens = await sign_in_by_code(http_client.oauth, home, clock, (told if told is not None else []).append)
            await http_client.oauth.lend(home, tokens)
            return (await http_client.send(HttpRequest(f"{server.url}/status"), home)).status
        finally:
            await http_client.close()

    secrets = secrets if secrets is not None else MemorySecrets({})
    clock = clock or FastTime()
    return asyncio.run(scenario())


def code_refusal(*args, **more) -> PollFailed:
    with pytest.raises(PollFailed) as caught:
        by_code(*args, **more)
    return caught.value


@pytest.mark.parametrize("secret", [None, CANARY], ids=["public", "confidential"])
def test_signing_in_with_a_code(secret):
    """The code is told, the server is asked at its own pace, slower when it says so, and the tokens work."""
    clock, told = FastTime(), []
    secrets = MemorySecrets({} if secret is None else {"home": secret})
    with AuthServer(secret) as server:
        server.pending = ["authorization_pending", "slow_down", "authorization_pending"]
        assert by_code(server, secrets, clock, told) == 200
    assert clock.waits == [5, 5, 10, 10]
    (code,) = told
    assert (code.code, code.address) == ("WDJB-MJHT", f"{server.url}/activate")
    assert code.whole_address == f"{server.url}/activate?code=WDJB-MJHT"
    assert server.given[0] not in repr(code)
    assert json.loads(secrets.values["home/tokens"])["refresh_token"] == server.grants[0].refresh
    assert server.to("/device")[0].form["scope"] == "status:read offline"


@pytest.mark.parametrize(
    ("word", "kind", "says"),
    [
        ("expired_token", FailureKind.TIMEOUT, "ran out"),
        ("access_denied", FailureKind.UNAUTHORIZED, "cancelled"),
        ("invalid_grant", FailureKind.UNAUTHORIZED, "invalid_grant"),
        ("invalid_client", FailureKind.UNAUTHORIZED, "client_id"),
    ],
)
def test_a_sign_in_with_a_code_that_fails(word, kind, says):
    """Each ends at once, with what happened."""
    clock = FastTime()
    with AuthServer() as server:
        server.pending = ["authorization_pending", word]
        failure = code_refusal(server, clock=clock)
    assert failure.kind is kind
    assert says in failure.message
    assert len(clock.waits) == 2


def test_a_code_that_nobody_uses_ends_with_its_life():
    """Also where the server would say 'pending' for ever."""
    clock = FastTime()
    with AuthServer() as server:
        server.pending = ["authorization_pending"] * 500
        assert code_refusal(server, clock=clock).kind is FailureKind.TIMEOUT
    assert sum(clock.waits) <= 600


def test_a_server_in_trouble_is_asked_more_slowly():
    """RFC 8628, 3.5: a person may be typing the code just now, so that one failure is not the end."""
    clock = FastTime()
    with AuthServer() as server:
        server.answers["/token"] = (503, b"busy", {})
        original = clock.sleep

        async def sleep(seconds):
            await original(seconds)
            if len(clock.waits) == 4:
                del server.answers["/token"]

        clock.sleep = sleep
        assert by_code(server, clock=clock) == 200
    assert clock.waits == [5, 10, 20, 40]


@pytest.mark.parametrize(("interval", "first"), [(None, 5), (0, 1), (-7, 1), (3600, 60), ("7", 7)], ids=str)
def test_a_pace_that_makes_no_sense_is_bounded(interval, first):
    """Neither a flood nor a wait for ever, whatever the server says."""
    clock = FastTime()
    with AuthServer() as server:
        server.interval = interval
        assert by_code(server, clock=clock) == 200
    assert clock.waits == [first]


CODES = {"device_code": "d", "user_code": "AB-CD", "verification_uri": "https://id.example.net/go", "expires_in": 60}


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (200, b"<html>", FailureKind.MALFORMED),
        (200, b"{}", FailureKind.MALFORMED),
        (200, CODES | {"device_code": 1}, FailureKind.MALFORMED),
        (200, CODES | {"user_code": "\x1b[2J"}, FailureKind.MALFORMED),
        (200, CODES | {"user_code": "x" * 65}, FailureKind.MALFORMED),
        (200, CODES | {"user_code": "\u202eAB"}, FailureKind.MALFORMED),
        (200, CODES | {"verification_uri": "http://id.example.net/go"}, FailureKind.MALFORMED),
        (200, CODES | {"verification_uri": "javascript:alert(1)"}, FailureKind.MALFORMED),
        (200, CODES | {"verification_uri": "https://bank.example@evil.example.net/"}, FailureKind.MALFORMED),
        (200, CODES | {"verification_uri_complete": "file:///etc/passwd"}, FailureKind.MALFORMED),
        (200, CODES | {"expires_in": -1}, FailureKind.MALFORMED),
        (200, CODES | {"interval": []}, FailureKind.MALFORMED),
        (400, {"error": "invalid_scope"}, FailureKind.UNAUTHORIZED),
        (404, b"", FailureKind.HTTP_STATUS),
        (429, b"", FailureKind.RATE_LIMITED),
    ],
)
def test_an_answer_that_is_no_code_is_a_clear_failure(status, said, kind):
    """Nothing is shown to a person, and nothing is to be opened, but what has the form of it."""
    told = []
    with AuthServer() as server:
        server.answers["/device"] = (status, said if isinstance(said, bytes) else json.dumps(said).encode(), {})
        failure = code_refusal(server, told=told)
    assert failure.kind is kind
    assert failure.message.isprintable()
    assert told == []


def test_the_life_of_a_code_is_bounded():
    """A code that is good for a year is waited for half an hour."""
    clock, told = FastTime(), []
    with AuthServer() as server:
        server.answers["/device"] = (200, json.dumps(CODES | {"expires_in": 10**9}).encode(), {})
        server.answers["/token"] = (400, b'{"error": "access_denied"}', {})
        code_refusal(server, clock=clock, told=told)
    assert told[0].lasts == timedelta(minutes=30)
