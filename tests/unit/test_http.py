"""The way out to the providers: what is sent, to whom, and what comes back."""

import asyncio
import base64
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from support.hostile_server import HostileServer, always, answer, in_turn, silent
from support.http_client import API_KEY, BEARER, CANARY, MemorySecrets, account, client, direct
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.http_connect import Resolver
from tocsin.domain.account import Auth, AuthKind
from tocsin.domain.terms import FailureKind
from tocsin.errors import Bug, PollFailed
from tocsin.ports import HttpRequest


def ask(handler, auth=BEARER, request=None, secrets=None, **more):
    """Send one request to a server of that handler; the response and what the server received."""

    async def scenario():
        async with HostileServer(handler) as server, client(secrets) as http:
            asked = request or HttpRequest(f"{server.url}/status?page=1")
            response = await http.send(asked, account(server.url, auth, **more))
            return response, server.received

    return asyncio.run(scenario())


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 429, 500, 503])
def test_any_status_is_returned(status):
    """What a status means is the provider's to say: 401, 429 and 5xx come back with headers and body."""
    body = b"" if status == 204 else b"sorry"
    response, _ = ask(always(answer(status, body, ("Retry-After", "120"))))
    assert (response.status, response.body) == (status, body)
    assert response.headers["retry-after"] == "120"


def test_request_carries_what_it_should_and_no_more():
    """A poll tells the provider our name, the path and the login: no cookie, no language, no referrer."""
    first, second = (
        answer(200, b"{}", ("Set-Cookie", "track=1"), ("X-Total-Count", "7")),
        answer(200, b"{}"),
    )

    async def scenario():
        async with HostileServer(in_turn(first, second)) as server, client() as http:
            response = await http.send(HttpRequest(f"{server.url}/a%20b?q=1#top"), account(server.url))
            await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            return response, server

    response, server = asyncio.run(scenario())
    assert server.received[0].target == "/a%20b?q=1"
    for received in server.received:
        assert set(received.headers) == {"host", "user-agent", "accept", "accept-encoding", "authorization"}
    assert server.connections == 1, "the requests of one poll share a connection"
    assert response.headers["x-total-count"] == "7"
    assert "set-cookie" not in response.headers
    assert not response.replayed


def test_body_and_headers_of_a_post_arrive():
    """A provider may ask by POST with headers of its own."""
    seen = []

    async def handler(request, writer):
        seen.append(request)
        writer.write(answer(200, b"done"))

    async def scenario():
        async with HostileServer(handler) as server, client() as http:
            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            request = HttpRequest(f"{server.url}/q", method="POST", body=b"{}", headers=headers)
            return await http.send(request, account(server.url))

    assert asyncio.run(scenario()).body == b"done"
    assert (seen[0].method, seen[0].body) == ("POST", b"{}")
    assert seen[0].headers["accept"] == "application/json"


def test_ipv6_loopback_works():
    """A provider on an IPv6 address is asked like any other."""

    async def scenario():
        async with HostileServer(always(answer(200, b"six")), host="::1") as server, client() as http:
            return await http.send(HttpRequest(f"{server.url}/"), account(server.url))

    assert asyncio.run(scenario()).body == b"six"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (BEARER, "authorization", f"Bearer {CANARY}"),
        (API_KEY, "x-planet-key", CANARY),
        (
            Auth(AuthKind.BASIC, user="jo"),
            "authorization",
            "Basic " + base64.b64encode(f"jo:{CANARY}".encode()).decode(),
        ),
    ],
    ids=["bearer", "api_key", "basic"],
)
def test_login_is_put_in(auth, header, value):
    """Each kind of login arrives as the standard has it."""
    _, received = ask(always(answer()), auth)
    assert received[0].headers[header] == value


def test_no_login_asks_for_no_secret():
    """An account without a login never bothers the keyring."""
    secrets = MemorySecrets()
    _, received = ask(always(answer()), Auth(), secrets=secrets)
    assert secrets.asked == 0
    assert "authorization" not in received[0].headers


def test_request_without_authenticate_carries_no_login():
    """A provider can ask a public document without showing the login."""

    async def scenario():
        async with HostileServer(always(answer())) as server, client() as http:
            await http.send(HttpRequest(f"{server.url}/", authenticate=False), account(server.url))
            return server.received

    assert "authorization" not in asyncio.run(scenario())[0].headers


@pytest.mark.parametrize("auth", [BEARER, API_KEY, Auth(AuthKind.BASIC, user="jo")], ids=lambda auth: auth.kind)
def test_secret_goes_to_the_accounts_own_origin_only(auth):
    """A provider that asks another host, or another port, must not hand it the user's token."""

    async def scenario():
        own, other = HostileServer(always(answer())), HostileServer(always(answer()))
        async with own, other, client() as http:
            home = account(f"{own.url}/api", auth)
            await http.send(HttpRequest(f"{own.url}/other/path"), home)
            await http.send(HttpRequest(f"{other.url}/api"), home)
            return own.received[0], other.received[0]

    own, other = asyncio.run(scenario())
    secret_parts = (CANARY, base64.b64encode(f"jo:{CANARY}".encode()).decode())
    assert any(part in value for value in own.headers.values() for part in secret_parts)
    assert not any(part in value for value in other.headers.values() for part in secret_parts)


def test_host_alone_as_address_still_logs_in():
    """An account's address may be the host alone; its login goes there all the same."""

    async def scenario():
        async with HostileServer(always(answer())) as server, client() as http:
            await http.send(HttpRequest(f"{server.url}/"), account(f"127.0.0.1:{server.port}"))
            return server.received

    assert asyncio.run(scenario())[0].headers["authorization"] == f"Bearer {CANARY}"


def failing(request, home, secrets=None):
    """The failure that a request ends in before anything is sent."""

    async def scenario():
        async with client(secrets) as http:
            with pytest.raises(PollFailed) as caught:
                await http.send(request, home)
            return caught.value

    return asyncio.run(scenario())


def test_missing_secret_is_unauthorized_with_advice():
    """A secret that cannot be had says so, with what to do, under the contract's word."""
    failure = failing(HttpRequest("http://127.0.0.1:9/"), account("http://127.0.0.1:9"), MemorySecrets({}))
    assert failure.kind is FailureKind.UNAUTHORIZED
    assert "make one" in failure.message


@pytest.mark.parametrize("secret", ["a\r\nX-Evil: 1", "a\nb", "tab\tbed\x00", "snow☃", " lead"])
@pytest.mark.parametrize("auth", [BEARER, API_KEY], ids=lambda auth: auth.kind)
def test_secret_that_would_make_another_header_is_refused(secret, auth):
    """A secret with a line break in it is not sent, and not quoted either."""
    home = account("http://127.0.0.1:9", auth)
    failure = failing(HttpRequest("http://127.0.0.1:9/"), home, MemorySecrets({"home": secret}))
    assert failure.kind is FailureKind.UNAUTHORIZED
    assert secret not in str(failure)


@pytest.mark.parametrize("header", ["X-Key: x\r\nEvil", "", "Host", "Content-Length", "X Key", "Ключ"])
def test_api_key_header_must_be_a_header(header):
    """The header's name comes from a hand-written file: it cannot smuggle, nor replace what frames the request."""
    home = account("http://127.0.0.1:9", Auth(AuthKind.API_KEY, header=header))
    assert failing(HttpRequest("http://127.0.0.1:9/"), home).kind is FailureKind.UNSUPPORTED


@pytest.mark.parametrize(
    "auth", [Auth(AuthKind.OAUTH2), Auth(AuthKind.BASIC, user="a:b")], ids=["oauth2", "colon in user"]
)
def test_login_that_cannot_be_made_is_unsupported(auth):
    """OAuth2 without an address for its tokens, a name that basic login cannot say: nobody asks without the login."""
    failure = failing(HttpRequest("http://127.0.0.1:9/"), account("http://127.0.0.1:9", auth))
    assert failure.kind is FailureKind.UNSUPPORTED


@pytest.mark.parametrize("url", ["http://status.example.net/", "http://192.0.2.1/", "http://localhost.example.net/"])
def test_plain_http_over_a_network_is_refused(url):
    """A token never crosses a network in the clear unless the account says so."""
    failure = failing(HttpRequest(url), account(url))
    assert failure.kind is FailureKind.UNSUPPORTED
    assert "allow_insecure" in failure.message


def test_plain_http_is_asked_where_the_account_allows_it():
    """`allow_insecure` reaches the network, and only it does."""

    async def scenario():
        async with HostileServer(always(answer(200, b"ok"))) as server:
            resolver = Resolver(lambda *_: ["127.0.0.1"])
            async with client(transport=direct(resolver=resolver)) as http:
                url = f"http://status.example.net:{server.port}/"
                return await http.send(HttpRequest(url), account(url, allow_insecure=True)), server.received

    response, received = asyncio.run(scenario())
    assert response.body == b"ok"
    assert received[0].headers["host"].startswith("status.example.net:")


@pytest.mark.parametrize(
    "request_",
    [
        HttpRequest("http://127.0.0.1:9/", headers={"X": "a\r\nY: b"}),
        HttpRequest("http://127.0.0.1:9/", headers={"X\r\nY": "a"}),
        HttpRequest("http://127.0.0.1:9/", headers={"Authorization": "mine"}),
        HttpRequest("http://127.0.0.1:9/", headers={"Host": "elsewhere"}),
        HttpRequest("http://127.0.0.1:9/", headers={"If-None-Match": "*"}),
        HttpRequest("http://127.0.0.1:9/", method="GET / HTTP/1.1\r\nEvil: "),
    ],
    ids=["value", "name", "login", "host", "condition", "method"],
)
def test_a_provider_that_injects_is_a_bug(request_):
    """Headers and method are ours: a provider that would change the framing or the login is stopped."""

    async def scenario():
        async with client() as http:
            await http.send(request_, account("http://127.0.0.1:9"))

    with pytest.raises(Bug):
        asyncio.run(scenario())


def dated(offset: timedelta, *more: tuple[str, str]) -> bytes:
    return answer(200, b"", ("Date", format_datetime(datetime.now(UTC) + offset, usegmt=True)), *more)


def test_skew_is_the_servers_clock_minus_ours():
    """A wrong clock on either side is seen, and an old copy from a cache on the way is not taken for one."""
    hour = timedelta(hours=1)
    near = timedelta(seconds=10)
    assert abs(ask(always(dated(hour)))[0].skew - hour) < near
    assert abs(ask(always(dated(-hour)))[0].skew + hour) < near
    assert abs(ask(always(dated(-hour, ("Age", "3600"))))[0].skew) < near


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 17:58:00 GMT", "0" * 5000])
def test_date_that_is_none_gives_no_skew(date):
    """A nonsense date is not a clock."""
    assert ask(always(answer(200, b"", ("Date", date))))[0].skew is None


def test_an_absurd_age_gives_no_skew():
    """Numbers beyond all bounds do no harm."""
    for age in ("x", "9" * 30, "9" * 6000):
        assert ask(always(dated(timedelta(), ("Age", age))))[0].skew is None


def test_cancelled_request_ends_at_once():
    """Quitting never waits for a server that hangs: cancelled and closed in under 100 ms, if the machine is free."""

    async def scenario():
        async with HostileServer(silent()) as server, client() as http:
            sending = asyncio.ensure_future(http.send(HttpRequest(f"{server.url}/"), account(server.url)))
            await server.begun.wait()
            loop = asyncio.get_running_loop()
            start = loop.time()
            sending.cancel()
            await asyncio.wait([sending])
            await http.close()
            assert sending.cancelled()
            return loop.time() - start

    assert any(asyncio.run(scenario()) < 0.1 for _ in range(50)), "each of fifty times it took longer"


def test_close_ends_a_hanging_request():
    """Closing with a request under way is quick, and the request fails instead of hanging on."""

    async def scenario():
        async with HostileServer(silent()) as server, client() as http:
            sending = asyncio.ensure_future(http.send(HttpRequest(f"{server.url}/"), account(server.url)))
            await server.begun.wait()
            loop = asyncio.get_running_loop()
            start = loop.time()
            await http.close()
            with pytest.raises(PollFailed) as caught:
                await sending
            assert caught.value.kind is FailureKind.CONNECT
            return loop.time() - start

    assert any(asyncio.run(scenario()) < 0.1 for _ in range(50)), "each of fifty times it took longer"


def test_nothing_is_sent_after_close():
    """A poll that comes too late fails, and opens no connection that nobody would close."""

    async def scenario():
        async with HostileServer(always(answer())) as server, client() as http:
            await http.close()
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            return caught.value.kind, server.connections

    assert asyncio.run(scenario()) == (FailureKind.CONNECT, 0)


def test_client_made_in_one_thread_works_in_anothers_loop():
    """The program puts its parts together before the engine's thread and loop exist."""
    http = HttpClient(MemorySecrets(), SystemClock(), transport=direct())
    bodies = []

    async def scenario():
        async with HostileServer(always(answer(200, b"there"))) as server:
            bodies.append((await http.send(HttpRequest(f"{server.url}/"), account(server.url))).body)
            await http.close()

    thread = threading.Thread(target=lambda: asyncio.run(scenario()))
    thread.start()
    thread.join(60)
    assert bodies == [b"there"]


def test_many_requests_at_once_all_get_their_own_answer():
    """Twenty accounts that wake together do not wait for each other, nor get each other's answers."""

    async def handler(request, writer):
        writer.write(answer(200, request.target.encode()))

    async def scenario():
        async with HostileServer(handler) as server, client() as http:
            paths = [f"/{number}" for number in range(60)]
            sent = [http.send(HttpRequest(server.url + path), account(server.url)) for path in paths]
            return paths, [response.body.decode() for response in await asyncio.gather(*sent)]

    paths, bodies = asyncio.run(scenario())
    assert bodies == paths
