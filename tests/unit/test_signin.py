"""A person signs in through the browser, and nothing else does."""

import asyncio
import contextlib
import json
import logging
import queue
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from support.auth_server import AuthServer
from support.http_client import CANARY, MemorySecrets, direct
from support.oauth_home import home_at
from tocsin.adapters.clock import ScaledClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.signin import sign_in_by_browser
from tocsin.adapters.signin_redirect import PATH
from tocsin.domain.account import OAuthFlow
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


class Browser:
    """Opens addresses with urllib, as a browser would that follows redirects; keeps what it was shown."""

    def __init__(self, before=None):
        self.opened, self.headers = [], []
        self.pages = queue.Queue()
        self._before = before

    def __call__(self, address):
        self.opened.append(address)
        if self._before:
            self._before(address)
        try:
            opening = urllib.request.urlopen(address, timeout=60)  # noqa: S310 -- what is opened is what is tested
        except urllib.error.HTTPError as error:
            opening = error
        with contextlib.closing(opening) as answer:
            page = answer.read().decode()
            self.headers.append(dict(answer.headers))
            self.pages.put(page)
        return True

    def page(self):
        """The page that it ended on, once it is there: the sign-in does not wait for it to be read."""
        return self.pages.get(timeout=60)


def through_browser(server, browser, secrets=None, deadline=60.0, told=None):
    """Sign in, keep the tokens, and poll once with them."""

    async def scenario():
        http = HttpClient(secrets, ScaledClock(datetime(2026, 11, 21, tzinfo=UTC), 1), transport=direct())
        home = home_at(server.url, OAuthFlow.CODE)
        try:
            tell = (told if told is not None else []).append
            tokens = await sign_in_by_browser(http.oauth, home, browser, tell, deadline=deadline)
            await http.oauth.lend(home, tokens)
            return (await http.send(HttpRequest(f"{server.url}/status"), home)).status
        finally:
            await http.close()

    secrets = secrets if secrets is not None else MemorySecrets({})
    return asyncio.run(scenario())


def refusal(*args, **more) -> PollFailed:
    with pytest.raises(PollFailed) as caught:
        through_browser(*args, **more)
    return caught.value


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
    page = browser.page()
    assert "You are signed in" in page
    for token in server.given:
        assert token not in caplog.text
        assert token not in page


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
    page, headers = browser.page(), browser.headers[0]
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
    assert "You are not signed in" in browser.page()
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
                urllib.request.urlopen(f"http://127.0.0.1:{port}{urllib.parse.quote(path, safe='/?=&%')}", timeout=60)
            statuses.append(caught.value.code)
            caught.value.close()

    with AuthServer() as server:
        assert through_browser(server, Browser(forge)) == 200
    assert statuses == [404, 400, 400, 400, 400]


def test_a_browser_that_cannot_be_opened_is_not_the_end():
    """The address is told, and whoever opens it signs in all the same."""
    told = []

    def by_hand(prompt):
        if prompt.is_open is not None:
            told.append(prompt)
            threading.Thread(target=Browser(), args=(prompt.address,)).start()

    for browser in (lambda _: False, lambda _: 1 / 0):
        told.clear()
        with AuthServer() as server:

            class Told(list):
                append = staticmethod(by_hand)

            assert through_browser(server, browser, told=Told()) == 200
        assert [each.is_open for each in told] == [False]
        assert told[0].address.startswith(server.url)


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
