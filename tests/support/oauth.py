"""Accounts that ask with OAuth2, their clients, and a clock that is set by the test."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from support.auth_server import CLIENT
from support.http_client import MemorySecrets, direct
from tocsin.adapters.http import HttpClient
from tocsin.adapters.oauth_tokens import Tokens, to_text
from tocsin.domain.account import Account, Auth, AuthKind, OAuthFlow
from tocsin.domain.instant import Instant
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
