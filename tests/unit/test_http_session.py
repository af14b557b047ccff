"""Login and cookie: where a password in a form goes, and what becomes of the cookies that it brings."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.hostile_server import HostileServer, always, answer
from support.http_client import CANARY, MemorySecrets, account, client
from tocsin import providers
from tocsin.adapters.http_cookies import MOST, CookieJar
from tocsin.adapters.http_urls import origin_of, parse
from tocsin.domain.account import Auth, AuthKind, Connection
from tocsin.domain.terms import FailureKind
from tocsin.errors import Bug, PollFailed
from tocsin.ports import HttpRequest, SecretRef

LOGIN = Auth(AuthKind.LOGIN, user="jo")
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
FORM = {"username": "jo", "password": SecretRef("home"), "remember": "ü"}


def login(url, fields=FORM, **more):
    return HttpRequest(url, method="POST", authenticate=False, conditional=False, json_body=fields, **more)


def send(*requests, servers=1, declared=False, options=None, secrets=None, first=None):
    """Send requests, written with {0} for the account's own server and {1} for the other; what each server got."""

    async def scenario():
        default = answer(200, b'{"expiresIn": 60}', ("Set-Cookie", "sid=s1; Path=/; HttpOnly"))
        async with HostileServer(always(first or default)) as own, HostileServer(always(default)) as other:
            urls = (own.url, other.url)
            named = {name: value.format(*urls) for name, value in (options or {}).items()}
            home = account(own.url, LOGIN, options=named)
            origins = (other.url,) if declared else ()
            async with client(secrets, declared=lambda key: origins if key == home.provider else ()) as http:
                for url, make in requests:
                    await http.send(make(url.format(*urls)), home)
                return own.received, other.received

    return asyncio.run(scenario())


def get(url):
    return HttpRequest(url, session=True, authenticate=False)


# --- the form ------------------------------------------------------------------------------------------------------


def test_the_secret_is_put_into_the_form_on_its_way_out():
    """A provider names the secret; only the HTTP adapter knows it, and sends it as JSON."""
    own, _ = send(("{0}/login", login))
    assert json.loads(own[0].body) == {"username": "jo", "password": CANARY, "remember": "ü"}
    assert own[0].headers["content-type"] == "application/json"
    assert "authorization" not in own[0].headers


def test_the_secret_goes_to_an_origin_that_the_provider_declares():
    """A login on a host beside the API's works where the provider's class says so."""
    _, other = send(("{1}/login", login), declared=True)
    assert json.loads(other[0].body)["password"] == CANARY


def test_the_secret_goes_where_the_user_set_the_login():
    """The setting ``login_url`` is the user's own word."""
    _, other = send(("{1}/login", login), options={"login_url": "{1}/login"})
    assert json.loads(other[0].body)["password"] == CANARY


@pytest.mark.parametrize("port", ["{1}", "http://127.0.0.1:9", "http://localhost:9"])
def test_the_secret_goes_nowhere_else(port):
    """An address out of an answer, or one port further, is not told the password; nothing is sent at all."""
    with pytest.raises(PollFailed) as caught:
        send((f"{port}/login", login))
    assert caught.value.kind is FailureKind.UNSUPPORTED
    assert CANARY not in str(caught.value)


def test_a_form_without_a_secret_may_go_anywhere():
    """Asking another host something by POST tells it nothing."""
    _, other = send(("{1}/query", lambda url: login(url, {"q": "status"})))
    assert json.loads(other[0].body) == {"q": "status"}


@pytest.mark.parametrize("ref", [SecretRef("office"), SecretRef("home", "tokens")], ids=["another", "tokens"])
def test_a_provider_that_names_another_secret_is_a_bug(ref):
    """No provider gets at another account's password, nor at the tokens of a sign-in."""
    with pytest.raises(Bug):
        send(("{0}/login", lambda url: login(url, {"password": ref})))


def test_a_missing_secret_is_unauthorized():
    """As with every other login."""
    with pytest.raises(PollFailed) as caught:
        send(("{0}/login", login), secrets=MemorySecrets({}))
    assert caught.value.kind is FailureKind.UNAUTHORIZED


def test_a_form_is_not_carried_to_another_host_by_a_redirect():
    """A 307 repeats the password: on another origin that ends the exchange."""

    async def scenario():
        async with HostileServer(always(answer(200))) as other:
            moved = answer(307, b"", ("Location", f"{other.url}/login"))
            async with HostileServer(always(moved)) as own, client() as http:
                with pytest.raises(PollFailed) as caught:
                    await http.send(login(f"{own.url}/login"), account(own.url, LOGIN))
            return caught.value.kind, other.received

    assert asyncio.run(scenario()) == (FailureKind.REDIRECT, [])


def test_a_declared_origin_must_be_encrypted():
    """A slip in a provider's class does not send a password over a network in the clear."""

    async def scenario():
        async with client(declared=lambda _: ("http://login.example.net",)) as http:
            await http.send(login("http://127.0.0.1:9/login"), account("http://127.0.0.1:9", LOGIN))

    with pytest.raises(PollFailed) as caught:
        asyncio.run(scenario())
    assert caught.value.kind is FailureKind.UNSUPPORTED


def test_aussie_broadband_declares_its_login():
    """The login's host differs from the API's; the site for customers may be what the account names."""
    declared = providers.login_origins(providers.load("aussiebb"))
    assert declared == {
        "https://myaussie-auth.aussiebroadband.com.au",
        "https://myaussie-api.aussiebroadband.com.au",
    }
    assert providers.login_origins(providers.load("statuspage")) == frozenset()


# --- the session ---------------------------------------------------------------------------------------------------


def test_a_cookie_of_the_login_comes_back_with_every_request():
    """That is the whole login: also the cookie of a redirect on the way."""
    own, _ = send(("{0}/login", lambda url: login(url, session=True)), ("{0}/services", get), ("{0}/nbn/1", get))
    assert "cookie" not in own[0].headers
    assert [each.headers["cookie"] for each in own[1:]] == ["sid=s1", "sid=s1"]


def test_cookies_of_a_redirect_are_kept():
    """Some logins set the cookie on the way to the page that follows."""
    moved = answer(303, b"", ("Location", "/in"), ("Set-Cookie", "sid=s1"))

    async def handler(request, writer):
        writer.write(moved if request.method == "POST" else answer(200))

    async def scenario():
        async with HostileServer(handler) as own, client() as http:
            await http.send(login(f"{own.url}/login", session=True), account(own.url, LOGIN))
            return own.received

    assert [each.headers.get("cookie") for each in asyncio.run(scenario())] == [None, "sid=s1"]


def test_requests_without_a_session_have_no_part_in_it():
    """No cookie is sent nor kept for anything else."""
    own, _ = send(("{0}/a", HttpRequest), ("{0}/b", get), ("{0}/c", HttpRequest))
    assert [each.headers.get("cookie") for each in own] == [None, None, None]


def test_a_stranger_is_shown_no_cookie_and_can_set_none():
    """A link to another host is outside the session, though it has the same name for a host."""
    _, other = send(("{0}/login", lambda url: login(url, session=True)), ("{1}/a", get), ("{1}/b", get))
    assert [each.headers.get("cookie") for each in other] == [None, None]


def test_a_declared_origin_shares_the_session():
    """The cookie that the login's host sets is for the API's host as well."""
    own, _ = send(("{1}/login", lambda url: login(url, session=True)), ("{0}/services", get), declared=True)
    assert own[0].headers["cookie"] == "sid=s1"


def test_forget_ends_the_session_and_accounts_share_none():
    """Another account at the same provider is another customer."""

    async def scenario():
        async with HostileServer(always(answer(200, b"", ("Set-Cookie", "sid=s1")))) as own, client() as http:
            home = account(own.url, LOGIN)
            await http.send(get(f"{own.url}/1"), home)
            await http.send(get(f"{own.url}/2"), replace(home, id="office"))
            await http.send(get(f"{own.url}/3"), home)
            http.forget("home")
            await http.send(get(f"{own.url}/4"), home)
            return [each.headers.get("cookie") for each in own.received]

    assert asyncio.run(scenario()) == [None, None, "sid=s1", None]


# --- the jar -------------------------------------------------------------------------------------------------------

AUTH = "https://auth.example.net/v1/login"
API = "https://api.example.net/v1/services"


def jar_of(line, url=AUTH, now=NOW):
    jar = CookieJar()
    jar.take(origin_of(parse(url)), parse(url).path, [line], now)
    return jar


def sent(jar, url, now=NOW):
    return jar.header(origin_of(parse(url)), parse(url).path, now)


@pytest.mark.parametrize(
    ("line", "url", "goes"),
    [
        ("s=1", AUTH, True),
        ("s=1", API, False),
        ("s=1; Domain=example.net", API, True),
        ("s=1; Domain=.Example.NET; Path=/", "https://example.net/", True),
        ("s=1; Domain=example.net; Path=/", "https://badexample.net/", False),
        ("s=1; Domain=api.example.net", API, False),
        ("s=1; Domain=net", API, False),
        ("s=1; Domain=net", AUTH, False),
        ("s=1; Domain=example.net; Secure", "http://api.example.net/v1/", False),
        ("s=1; Path=/v1", "https://auth.example.net/v1/x", True),
        ("s=1; Path=/v1", "https://auth.example.net/v1", True),
        ("s=1; Path=/v1", "https://auth.example.net/v10", False),
        ("s=1; Path=/v1/", "https://auth.example.net/v1", False),
        ("s=1", "https://auth.example.net/v1/other", True),
        ("s=1", "https://auth.example.net/v2", False),
        ("s=1; Path=relative", "https://auth.example.net/v1/other", True),
        ("s=1; Domain=", "https://auth.example.net/v1/", True),
    ],
)
def test_a_cookie_goes_where_it_is_meant_to(line, url, goes):
    """Domain, path and Secure of RFC 6265."""
    assert sent(jar_of(line), url) == ("s=1" if goes else "")


@pytest.mark.parametrize(
    ("line", "after", "goes"),
    [
        ("s=1; Max-Age=60", 59, True),
        ("s=1; Max-Age=60", 60, False),
        ("s=1; Max-Age=0", 0, False),
        ("s=1; Max-Age=-5", 0, False),
        ("s=1; Max-Age=99999999999999999", 10**7, True),
        ("s=1; Max-Age=x", 10**6, True),
        ("s=1; Expires=Sat, 21 Nov 2026 18:01:00 GMT", 59, True),
        ("s=1; Expires=Sat, 21 Nov 2026 18:01:00 GMT", 61, False),
        ("s=1; Expires=Sat, 21-Nov-2026 18:01:00 GMT", 61, False),
        ("s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, False),
        ("s=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", 30, True),
        ("s=1; Expires=never", 10**6, True),
        ("s=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT", 10**7, True),
        ("s=1; Expires=Fri, 31 Dec 99999 23:59:59 GMT", 0, True),
    ],
)
def test_a_cookie_lasts_as_long_as_it_is_meant_to(line, after, goes):
    """Max-Age before Expires; what cannot be read lasts for this run."""
    assert sent(jar_of(line), AUTH, NOW + timedelta(seconds=after)) == ("s=1" if goes else "")


@pytest.mark.parametrize("line", ["", "s", "=1", "a b=1", "s=1\r\nX: y", "s=\x00", "s=ü", f"s={'x' * 5000}", ";;;"])
def test_what_is_no_cookie_is_left_out(line):
    """Nothing from a server can carry a second header, or a header without an end, into our requests."""
    assert sent(jar_of(line), AUTH) == ""


def test_a_cookie_is_replaced_and_taken_away():
    """The newest one counts; a server ends it by letting it end."""
    jar = jar_of("s=1")
    origin = origin_of(parse(AUTH))
    jar.take(origin, "/v1/login", ["s=2", "t=3; Path=/v1/deep", "u=4; Path=/"], NOW)
    assert sent(jar, "https://auth.example.net/v1/deep/x") == "t=3; s=2; u=4"
    jar.take(origin, "/v1/login", ["s=; Max-Age=0"], NOW)
    assert sent(jar, AUTH) == "u=4"
    assert "=" not in repr(jar)


def test_a_flood_of_cookies_is_bounded():
    """A server cannot fill our memory, nor make requests that no server would take."""
    jar = CookieJar()
    jar.take(origin_of(parse(AUTH)), "/", [f"c{number}=1" for number in range(10_000)], NOW)
    assert len(sent(jar, AUTH).split("; ")) == MOST
    jar.take(origin_of(parse(AUTH)), "/", ["c1=2"], NOW)
    assert "c1=2" in sent(jar, AUTH)


def test_addresses_have_no_domains_above_them():
    """``Domain=0.0.1`` does not make a cookie for every address that ends so."""
    jar = jar_of("s=1; Domain=0.0.1", "http://127.0.0.1/x")
    assert sent(jar, "http://127.0.0.1/x") == ""
    assert sent(jar_of("s=1; Domain=127.0.0.1", "http://127.0.0.1/x"), "http://127.0.0.1/x") == "s=1"


# --- the whole way -------------------------------------------------------------------------------------------------


def test_aussie_broadband_logs_in_and_asks_with_the_cookie():
    """Provider, login, cookie and polls together: one login for several polls, and another when the cookie is void."""
    from tocsin.domain.snapshot import Snapshot
    from tocsin.engine.exchange import ask
    from tocsin.ports import PollContext

    valid = ["first", "second"]

    async def handler(request, writer):
        if request.target == "/login":
            is_right = json.loads(request.body) == {"username": "jo", "password": CANARY}
            cookie = ("Set-Cookie", f"myaussie_cookie={valid[0]}; Path=/; HttpOnly; SameSite=Lax")
            writer.write(answer(200, b'{"expiresIn": 3600}', cookie) if is_right else answer(422))
        elif request.headers.get("cookie") != f"myaussie_cookie={valid[0]}":
            writer.write(answer(401, b"{}"))
        elif request.target.startswith("/services"):
            service = b'{"service_id": 7, "type": "NBN", "name": "NBN", "plan": "Fast"}'
            body = b'{"data": [' + service + b'], "meta": {"last_page": 1, "total": 1}}'
            writer.write(answer(200, body, ("Content-Type", "application/json")))
        else:
            lists = ("networkEvents", "aussieOutages", "currentNbnOutages", "scheduledNbnOutages")
            lists = (*lists, "resolvedScheduledNbnOutages", "resolvedNbnOutages")
            body = json.dumps({name: [] for name in lists}).encode()
            writer.write(answer(200, body, ("Content-Type", "application/json")))

    async def scenario():
        async with HostileServer(handler) as own, client(declared=lambda _: ()) as http:
            home = account(own.url, LOGIN, connections=(Connection("fibre", "Home fibre"),))
            home = replace(home, provider="aussiebb")
            provider = providers.load("aussiebb")()
            results = [await ask(provider, PollContext(home, NOW), http) for _ in range(2)]
            del valid[0]
            results.append(await ask(provider, PollContext(home, NOW), http))
            return results, [each.target for each in own.received]

    results, targets = asyncio.run(scenario())
    assert all(isinstance(result, Snapshot) for result in results), results
    assert targets.count("/login") == 2
