"""The port that a sign-in comes back to: one answer, the right one, and on this computer only."""

import asyncio
import http.client
import socket
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from support.http_client import MemorySecrets, direct
from support.oauth_home import home_at
from tocsin.adapters.clock import ScaledClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.signin import sign_in_by_browser
from tocsin.adapters.signin_redirect import PATH, Redirect
from tocsin.domain.account import OAuthFlow
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed


def knock(port, target, host=None, method="GET", raw=None):
    """One request to the port; the status, None where nobody listens or answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as sock:
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


def test_an_idle_port_says_nothing_of_us():
    """The answers carry no version and no name of a server."""

    async def scenario():
        async with Redirect("s") as redirect:
            port = urlsplit(redirect.uri).port

            def ask():
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
                connection.close()
                return answer.getheaders()

            return dict(await asyncio.to_thread(ask))

    assert "Server" not in asyncio.run(scenario())
