"""A real tinyproxy on the way: used as the settings say, with its login, and named where it is in the way."""

import asyncio
import logging

import pytest

from support.authority import Authority
from support.hostile_server import HostileServer, always, answer
from support.http_client import CANARY, MemorySecrets, account, client
from support.tinyproxy import ELSEWHERE, Tinyproxy
from tocsin.adapters.http_transport import Transport
from tocsin.domain.account import NO_PROXY, Auth, AuthKind, Network
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed, SecretUnavailable
from tocsin.ports import HttpRequest, SecretRef

PASSWORD = "pr0xy-c4n4ry"
LOGIN = f"BasicAuth jo {PASSWORD}"


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """The company's own authority."""
    return Authority(tmp_path_factory.mktemp("works"))


@pytest.fixture(autouse=True)
def no_other_proxy(monkeypatch):
    """What this machine is set to is not what is tested."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def secrets(**more):
    return MemorySecrets({"home": CANARY, "proxy": PASSWORD, **more})


def ask(server, network, kept=None, *, host=ELSEWHERE):
    """What comes of asking that server that way: the body, or the failure."""

    async def scenario():
        async with client(kept or secrets(), transport=Transport(), deadline=30) as http:
            http.configure(network)
            url = server.url.replace("127.0.0.1", host) + "/list"
            try:
                response = await http.send(HttpRequest(url), account(url, allow_insecure=True))
            except PollFailed as failed:
                return failed
            return response.body

    return scenario()


def serving(scenario, tls=None):
    """Run a scenario against a server that says "safe", and return what it gave with what the server received."""

    async def run():
        async with HostileServer(always(answer(200, b"safe")), tls=tls) as server:
            return await scenario(server), server.received

    return asyncio.run(run())


@pytest.mark.parametrize("encrypted", [False, True])
def test_proxy_with_a_login_is_gone_through(works, encrypted):
    """Plain http is passed on and https tunnelled, with the proxy's password, which the server never sees."""
    tls = works.issue(f"DNS:{ELSEWHERE}").shown() if encrypted else None
    with Tinyproxy(LOGIN) as proxy:
        network = Network(proxy=proxy.url, proxy_user="jo", ca_file=str(works.file))
        body, received = serving(lambda server: ask(server, network), tls)
        log = proxy.log()
    assert body == b"safe"
    assert received[0].headers["authorization"] == f"Bearer {CANARY}"
    assert "proxy-authorization" not in received[0].headers
    assert (f"CONNECT {ELSEWHERE}:" if encrypted else f"GET http://{ELSEWHERE}:") in log


@pytest.mark.parametrize("login", ["", f"jo:{PASSWORD}@"])
def test_proxy_of_the_environment_is_gone_through(works, monkeypatch, login):
    """By default the usual variables say where to go; a password in one of them is hidden in the log too."""
    kept = secrets()
    tls = works.issue(f"DNS:{ELSEWHERE}").shown()
    with Tinyproxy(LOGIN) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("://", f"://{login}"))
        network = Network(proxy_user="" if login else "jo", ca_file=str(works.file))
        body, _ = serving(lambda server: ask(server, network, kept), tls)
        log = proxy.log()
    assert body == b"safe"
    assert f"CONNECT {ELSEWHERE}:" in log
    assert PASSWORD in (kept.hidden if login else kept.values.values())


@pytest.mark.parametrize(
    "network", [Network(), Network(proxy_user="jo")], ids=["no login is set", "the password is another"]
)
@pytest.mark.parametrize("encrypted", [False, True])
def test_proxy_that_wants_a_login_is_named(works, encrypted, network):
    """407, in a tunnel's reply or as an answer: the proxy's no, not the provider's, and nothing reaches the server.

    tinyproxy says 401 where the password is wrong.
    """
    tls = works.issue(f"DNS:{ELSEWHERE}").shown() if encrypted else None
    with Tinyproxy(LOGIN) as proxy:
        network = Network(proxy=proxy.url, proxy_user=network.proxy_user, ca_file=str(works.file))
        failed, received = serving(lambda server: ask(server, network, secrets(proxy="another")), tls)
    assert (failed.kind, failed.obstacle, failed.place) == (FailureKind.CONNECT, Obstacle.PROXY_LOGIN, proxy.name)
    assert proxy.name in failed.message
    assert "proxy_user" in failed.message
    assert received == []


@pytest.mark.parametrize("encrypted", [False, True])
def test_proxy_that_refuses_is_named(works, encrypted):
    """A filter's 403 is told from the provider's, over plain http too."""
    tls = works.issue(f"DNS:{ELSEWHERE}").shown() if encrypted else None
    with Tinyproxy(refused=ELSEWHERE) as proxy:
        failed, received = serving(lambda server: ask(server, Network(proxy=proxy.url)), tls)
    assert (failed.kind, failed.obstacle, failed.place) == (FailureKind.CONNECT, Obstacle.PROXY_REFUSES, proxy.name)
    assert received == []


def test_refusal_of_the_provider_behind_a_proxy_is_the_providers():
    """A 403 that the proxy only passes on is an answer like any other."""

    async def scenario(http, url):
        return (await http.send(HttpRequest(url), account(url, allow_insecure=True))).status

    async def run(proxy):
        async with HostileServer(always(answer(403, b"{}"))) as server, client(transport=Transport()) as http:
            http.configure(Network(proxy=proxy.url))
            return await scenario(http, server.url.replace("127.0.0.1", ELSEWHERE))

    with Tinyproxy() as proxy:
        assert asyncio.run(run(proxy)) == 403


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_cannot_reach_the_server_is_named(scheme):
    """Nobody listens there: the proxy says so, and the remedy is the address."""

    async def run(proxy):
        async with client(transport=Transport()) as http:
            http.configure(Network(proxy=proxy.url))
            url = f"{scheme}://{ELSEWHERE}:9/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url, allow_insecure=True))
            return caught.value

    with Tinyproxy() as proxy:
        failed = asyncio.run(run(proxy))
    assert (failed.kind, failed.obstacle, failed.place) == (FailureKind.CONNECT, Obstacle.PROXY_CANNOT, proxy.name)


def test_password_that_cannot_be_had_is_asked_for_and_nothing_is_sent():
    """Without its password the proxy is not even tried."""

    class Silent(MemorySecrets):
        async def get(self, ref):
            if ref == SecretRef("proxy"):
                raise SecretUnavailable("The keyring does not answer", obstacle=Obstacle.KEYRING_SILENT)
            return await super().get(ref)

    with Tinyproxy(LOGIN) as proxy:
        network = Network(proxy=proxy.url, proxy_user="jo")
        failed, received = serving(lambda server: ask(server, network, Silent()))
        log = proxy.log()
    assert (failed.kind, failed.obstacle) == (FailureKind.UNAUTHORIZED, Obstacle.PROXY_PASSWORD)
    assert "TOCSIN_SECRET_PROXY" in failed.message
    assert (received, "Request (" in log) == ([], False)


def test_no_proxy_means_none(monkeypatch):
    """`none` goes past what the environment says."""
    with Tinyproxy() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        body, _ = serving(lambda server: ask(server, Network(proxy=NO_PROXY)))
        log = proxy.log()
    assert body == b"safe"
    assert "Request (" not in log


def test_exceptions_of_the_environment_hold_for_a_proxy_in_the_settings(monkeypatch):
    """`no_proxy` is honoured whoever named the proxy."""
    with Tinyproxy() as proxy:
        monkeypatch.setenv("no_proxy", f"example.net,{ELSEWHERE}")
        body, _ = serving(lambda server: ask(server, Network(proxy=proxy.url)))
        log = proxy.log()
    assert body == b"safe"
    assert "Request (" not in log


def test_this_computer_is_never_asked_through_a_proxy():
    """A proxy's own loopback is another computer."""
    with Tinyproxy() as proxy:
        body, _ = serving(lambda server: ask(server, Network(proxy=proxy.url), host="localhost"))
        log = proxy.log()
    assert body == b"safe"
    assert "Request (" not in log


def test_tokens_are_fetched_through_the_proxy_too(works):
    """A sign-in's server stands behind the same wall."""
    token = answer(200, b'{"access_token": "t0ken", "token_type": "bearer", "expires_in": 60}')
    tls = works.issue(f"DNS:{ELSEWHERE}").shown()

    async def run(proxy):
        async with HostileServer(always(token), tls=tls) as server, client(secrets(), transport=Transport()) as http:
            http.configure(Network(proxy=proxy.url, ca_file=str(works.file)))
            url = server.url.replace("127.0.0.1", ELSEWHERE)
            await http.oauth.access(account(url, Auth(AuthKind.OAUTH2, token_url=f"{url}/token", client_id="tocsin")))
            return server.received[0].target

    with Tinyproxy() as proxy:
        assert asyncio.run(run(proxy)) == "/token"
        assert f"CONNECT {ELSEWHERE}:" in proxy.log()


def test_another_way_is_gone_at_once():
    """What runs on the old way ends, its connection is closed, and the next request takes the new one."""

    async def run(proxy):
        waiting = asyncio.Event()

        async def slow_then_quick(received, writer):
            if received.target.endswith("/slow"):
                waiting.set()
                await asyncio.sleep(3600)
            writer.write(answer(200, b"quick"))

        async with HostileServer(slow_then_quick) as server, client(transport=Transport()) as http:
            http.configure(Network(proxy=NO_PROXY))
            url = server.url.replace("127.0.0.1", ELSEWHERE)
            own = account(url, allow_insecure=True)
            running = asyncio.ensure_future(http.send(HttpRequest(f"{url}/slow"), own))
            await waiting.wait()
            http.configure(Network(proxy=NO_PROXY))
            assert not running.done()
            http.configure(Network(proxy=proxy.url))
            with pytest.raises(PollFailed) as caught:
                await running
            quick = await http.send(HttpRequest(f"{url}/quick"), own)
            return caught.value.kind, quick.body

    with Tinyproxy() as proxy:
        assert asyncio.run(run(proxy)) == (FailureKind.CONNECT, b"quick")
        assert "/slow" not in proxy.log()
        assert "/quick" in proxy.log()


def test_password_of_the_proxy_is_in_no_log(caplog):
    """Refused or taken, it is written nowhere."""
    caplog.set_level(logging.DEBUG)
    with Tinyproxy("BasicAuth jo another") as proxy:
        network = Network(proxy=proxy.url, proxy_user="jo")
        failed, _ = serving(lambda server: ask(server, network))
    assert failed.obstacle is Obstacle.PROXY_LOGIN
    assert PASSWORD not in caplog.text + str(failed) + repr(failed.__cause__)
