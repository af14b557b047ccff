"""A person signs in: through the browser and back to a port of ours, or with a code on another device."""

import asyncio
import contextlib
import http.client
import json
import logging
import socket
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from support.auth_server import CLIENT, AuthServer
from support.http_client import CANARY, MemorySecrets, account, direct
from tocsin.adapters.clock import ScaledClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.signin import sign_in_by_browser, sign_in_by_code
from tocsin.adapters.signin_redirect import PATH, Redirect
from tocsin.domain.account import Auth, AuthKind, OAuthFlow
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


def home_at(url, flow, **more):
    auth = Auth(
        AuthKind.OAUTH2,
        token_url=f"{url}/token",
        authorize_url=f"{url}/authorize?access_type=offline",
        device_url=f"{url}/device",
        client_id=CLIENT,
        scope="status:read offline",
        flow=flow,
    )
    return account(url, auth, **more)


class Browser:
    """Opens addresses with urllib, as a browser would that follows redirects; keeps what it was shown."""

    def __init__(self, before=None):
        self.opened, self.pages, self.headers = [], [], []
        self._before = before

    def __call__(self, address):
        self.opened.append(address)
        if self._before:
            self._before(address)
        try:
            opening = urllib.request.urlopen(address, timeout=10)  # noqa: S310 -- what is opened is what is tested
        except urllib.error.HTTPError as error:
            opening = error
        with contextlib.closing(opening) as answer:
            self.pages.append(answer.read().decode())
            self.headers.append(dict(answer.headers))
        return True


def through_browser(server, browser, secrets=None, deadline=5.0, told=None):
    """Sign in, keep the tokens, and poll once with them."""

    async def scenario():
        http = HttpClient(secrets, ScaledClock(datetime(2026, 11, 21, tzinfo=UTC), 1), transport=direct())
        home = home_at(server.url, OAuthFlow.CODE)
        try:
            tell = (told if told is not None else []).append
            tokens = await sign_in_by_browser(http.oauth, home, browser, tell, deadline=deadline)
            await http.oauth.keep(home, tokens)
            return (await http.send(HttpRequest(f"{server.url}/status"), home)).status
        finally:
            await http.close()

    secrets = secrets if secrets is not None else MemorySecrets({})
    return asyncio.run(scenario())


def refusal(*args, **more) -> PollFailed:
    with pytest.raises(PollFailed) as caught:
        through_browser(*args, **more)
    return caught.value


# --- the browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, CANARY], ids=["public", "confidential"])
def test_signing_in_through_the_browser(secret, caplog):
    """Code, verifier and redirect are checked by the server as RFC 7636 has it; the tokens work and are kept."""
    browser, secrets = Browser(), MemorySecrets({} if secret is None else {"home": secret})
    with AuthServer(secret) as server, caplog.at_level(logging.DEBUG):
        assert through_browser(server, browser, secrets) == 200
    (asked,) = server.to("/token")
    assert asked.form["grant_type"] == "authorization_code"
    kept = json.loads(secrets.values["home/tokens"])
    assert kept["refresh_token"] == server.grants[0].refresh
    assert "You are signed in" in browser.pages[0]
    for token in server.given:
        assert token not in caplog.text
        assert token not in browser.pages[0]


def test_what_the_browser_is_sent_to():
    """S256, a state, a redirect to 127.0.0.1 and a port; what the address had already stays; no secret is in it."""
    browser = Browser()
    with AuthServer(CANARY) as server:
        through_browser(server, browser, MemorySecrets({"home": CANARY}))
    parts = urlsplit(browser.opened[0])
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    back = urlsplit(asked["redirect_uri"])
    assert (back.scheme, back.hostname, back.path) == ("http", "127.0.0.1", PATH)
    assert back.port >= 1024
    assert asked["access_type"] == "offline"
    assert asked["scope"] == "status:read offline"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32
    verifier = server.to("/token")[0].form["code_verifier"]
    assert 43 <= len(verifier) <= 128
    assert verifier not in browser.opened[0]
    assert CANARY not in browser.opened[0]


def test_two_sign_ins_share_nothing():
    """State, verifier and port are new each time."""
    first, second = Browser(), Browser()
    with AuthServer() as server:
        through_browser(server, first)
        through_browser(server, second)
    found = [parse_qs(urlsplit(each.opened[0]).query) for each in (first, second)]
    for name in ("state", "code_challenge"):
        assert found[0][name] != found[1][name]


def test_the_answer_page_is_plain_and_loads_nothing():
    """No script, no picture, no referrer: the code in the address is shown to nobody else."""
    browser = Browser()
    with AuthServer() as server:
        through_browser(server, browser)
    page, headers = browser.pages[0], browser.headers[0]
    assert "http" not in page.replace("<!DOCTYPE html>", "")
    assert not any(mark in page for mark in ("<script", "<img", "<link", "<style", "src="))
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_a_person_who_refuses_is_told_so():
    """Cancelled in the browser: that is said at once, not after five minutes."""
    browser = Browser()
    with AuthServer() as server:
        server.person = "refuses"
        failure = refusal(server, browser)
    assert failure.kind is FailureKind.UNAUTHORIZED
    assert "cancelled" in failure.message
    assert "You are not signed in" in browser.pages[0]
    assert server.to("/token") == []


def test_an_answer_with_another_state_is_not_taken():
    """A page that sends the browser to our port with a code of its own signs nobody in; the wait goes on."""
    with AuthServer() as server:
        server.person = "is not asked"
        failure = refusal(server, Browser(), deadline=0.4)
    assert failure.kind is FailureKind.TIMEOUT
    assert server.to("/token") == []


def test_a_forged_answer_does_not_stop_the_right_one():
    """Neither does a knock at other paths: browsers ask for an icon, and scanners for everything."""
    statuses = []

    def forge(address):
        port = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port
        for path in ("/favicon.ico", PATH, f"{PATH}?code=x", f"{PATH}?code=x&state=", f"{PATH}?code=x&state=ü%00"):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{urllib.parse.quote(path, safe='/?=&%')}", timeout=5)
            statuses.append(caught.value.code)
            caught.value.close()

    with AuthServer() as server:
        assert through_browser(server, Browser(forge)) == 200
    assert statuses == [404, 400, 400, 400, 400]


def test_a_browser_that_cannot_be_opened_is_not_the_end():
    """The address is told, and whoever opens it signs in all the same."""
    told = []

    def by_hand(address):
        told.append(address)
        threading.Thread(target=Browser(), args=(address,)).start()

    for browser in (lambda _: False, lambda _: 1 / 0):
        told.clear()
        with AuthServer() as server:

            class Told(list):
                append = staticmethod(by_hand)

            assert through_browser(server, browser, told=Told()) == 200
        assert len(told) == 1
        assert told[0].startswith(server.url)


def test_a_browser_that_blocks_does_not_hold_the_sign_in():
    """Text browsers do not return before they are left."""
    release = threading.Event()

    def blocking(address):
        Browser()(address)
        release.wait(10)
        return True

    try:
        with AuthServer() as server:
            assert through_browser(server, blocking) == 200
    finally:
        release.set()


def test_a_code_that_the_server_does_not_take_is_a_refusal():
    """As when the sign-in took too long for the server."""
    with AuthServer() as server:
        server.answers["/token"] = (400, b'{"error": "invalid_grant"}', {})
        failure = refusal(server, Browser())
    assert failure.kind is FailureKind.UNAUTHORIZED
    assert "invalid_grant" in failure.message
    assert not any(code in failure.message for code in server.given)


@pytest.mark.parametrize("url", ["http://id.example.net/a", "javascript:alert(1)", "https://me:pw@id.example.net/"])
def test_nobody_is_sent_to_an_address_without_encryption(url):
    """What the browser opens is https, or on this computer."""
    opened = []

    async def scenario():
        from dataclasses import replace

        http_client = HttpClient(MemorySecrets({}), ScaledClock(datetime.now(UTC), 1), transport=direct())
        home = home_at("http://127.0.0.1:9", OAuthFlow.CODE)
        home = replace(home, auth=replace(home.auth, authorize_url=url), allow_insecure=True)
        await sign_in_by_browser(http_client.oauth, home, opened.append, opened.append, deadline=1)

    with pytest.raises(PollFailed) as caught:
        asyncio.run(scenario())
    assert caught.value.kind is FailureKind.UNSUPPORTED
    assert opened == []


# --- the port ------------------------------------------------------------------------------------------------------


def knock(port, target, host=None, method="GET", raw=None):
    """One request to the port; the status, None where nobody listens or answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(raw or f"{method} {target} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n\r\n".encode())
            said = b""
            while chunk := sock.recv(65536):
                said += chunk
    except (ConnectionError, TimeoutError):
        return None
    return int(said.split(b" ")[1]) if said else None


def at_port(*knocks, state="the-state", within=0.2):
    """What each knock got, and what came of it. A knock is (target, options)."""

    async def scenario():
        statuses = []
        async with Redirect(state) as redirect:
            port = urlsplit(redirect.uri).port
            for target, more in knocks:
                statuses.append(await asyncio.to_thread(knock, port, target, **more))
            try:
                outcome = await redirect.code(within)
            except PollFailed as failure:
                outcome = failure.kind
        return statuses, outcome

    return asyncio.run(scenario())


RIGHT = (f"{PATH}?state=the-state&code=abc", {})


def test_one_answer_and_the_port_is_closed():
    """A second request, be it the same, finds nobody."""
    assert at_port(RIGHT, RIGHT) == ([200, None], "abc")


@pytest.mark.parametrize(
    "wrong",
    [
        (RIGHT[0], {"method": "POST"}),
        (RIGHT[0], {"method": "HEAD"}),
        (RIGHT[0], {"host": "evil.example.net"}),
        (RIGHT[0], {"host": "localhost:80"}),
        (f"{PATH}/x?state=the-state&code=abc", {}),
        (f"{PATH}?state=the-stat&code=abc", {}),
        (f"{PATH}?state=the-state&state=the-state&code=abc", {}),
        (f"{PATH}?state=%ff&code=abc", {}),
        (f"{PATH}?" + "&".join(f"a{n}=1" for n in range(500)), {}),
        ("", {"raw": b"\r\n\r\n"}),
        ("", {"raw": b"\x16\x03\x01" + b"\x00" * 50 + b"\r\n\r\n"}),
        ("", {"raw": b"GET " + b"/" * 100_000 + b"\r\n\r\n"}),
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_what_is_not_the_answer_changes_nothing(wrong):
    """Other methods, names, paths, states and noise: refused, and the right answer is still taken."""
    statuses, outcome = at_port(wrong, RIGHT)
    assert statuses[0] in (None, 400, 404)
    assert (statuses[1], outcome) == (200, "abc")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("error=access_denied", FailureKind.UNAUTHORIZED),
        ("error=access_denied&code=abc", FailureKind.UNAUTHORIZED),
        ("error=%1b[31m", FailureKind.UNAUTHORIZED),
        ("code=a&code=b", FailureKind.MALFORMED),
        ("code=", FailureKind.MALFORMED),
        ("code=a%0d%0ab", FailureKind.MALFORMED),
        ("", FailureKind.MALFORMED),
    ],
)
def test_an_answer_without_a_usable_code_ends_the_sign_in(query, kind):
    """It had the right state: it is the provider's, and nothing better will come."""
    assert at_port((f"{PATH}?state=the-state&{query}", {})) == ([200], kind)


def test_endless_guessing_ends_the_sign_in():
    """Something on this computer that tries states has few tries."""
    wrong = (f"{PATH}?state=guess&code=abc", {})
    statuses, outcome = at_port(*[wrong] * 70)
    assert outcome is FailureKind.UNAUTHORIZED
    assert statuses.count(400) == 63
    assert statuses[64:] == [None] * 6


def test_connections_that_say_nothing_are_in_nobodys_way():
    """Browsers open more connections than they use."""

    async def scenario():
        async with Redirect("the-state") as redirect:
            port = urlsplit(redirect.uri).port
            idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
            try:
                await asyncio.to_thread(knock, port, RIGHT[0])
                return await redirect.code(1)
            finally:
                for each in idle:
                    each.close()

    assert asyncio.run(scenario()) == "abc"


def test_the_port_is_on_this_computer_only():
    """Nobody on the network can knock."""

    async def scenario():
        async with Redirect("s") as redirect:
            (sock,) = redirect._server.sockets
            return sock.getsockname()[0]

    assert asyncio.run(scenario()) == "127.0.0.1"


def test_breaking_off_closes_the_port():
    """Ctrl-C in the terminal leaves nothing that listens."""

    async def scenario():
        opened = asyncio.Event()
        address = []
        loop = asyncio.get_running_loop()

        def browser(url):
            address.append(url)
            loop.call_soon_threadsafe(opened.set)
            return True

        http_client = HttpClient(MemorySecrets({}), ScaledClock(datetime.now(UTC), 1), transport=direct())
        home = home_at("http://127.0.0.1:9", OAuthFlow.CODE)
        task = asyncio.ensure_future(sign_in_by_browser(http_client.oauth, home, browser, print))
        await opened.wait()
        task.cancel()
        await asyncio.wait((task,))
        await http_client.close()
        return urlsplit(parse_qs(urlsplit(address[0]).query)["redirect_uri"][0]).port

    assert knock(asyncio.run(scenario()), "/") is None


# --- the device ----------------------------------------------------------------------------------------------------


class FastTime(ScaledClock):
    """Runs a thousand times as fast, and writes down how long it was asked to wait."""

    def __init__(self):
        super().__init__(datetime(2026, 11, 21, tzinfo=UTC), 1000)
        self.waits = []

    async def sleep(self, seconds):
        self.waits.append(seconds)
        await super().sleep(seconds)


def by_code(server, secrets=None, clock=None, told=None):
    async def scenario():
        http_client = HttpClient(secrets, clock, transport=direct(), deadline=0.5)
        home = home_at(server.url, OAuthFlow.DEVICE)
        try:
            tokens = await sign_in_by_code(http_client.oauth, home, clock, (told if told is not None else []).append)
            await http_client.oauth.keep(home, tokens)
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
    assert (code.user_code, code.address) == ("WDJB-MJHT", f"{server.url}/activate")
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


def test_an_idle_port_says_nothing_of_us():
    """The answers carry no version and no name of a server."""

    async def scenario():
        async with Redirect("s") as redirect:
            port = urlsplit(redirect.uri).port

            def ask():
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                connection.close()
                return answer.getheaders()

            return dict(await asyncio.to_thread(ask))

    assert "Server" not in asyncio.run(scenario())
