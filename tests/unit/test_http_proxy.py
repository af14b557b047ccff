"""Proxies of the system: used where they are set, never for this computer itself."""

import asyncio
import base64
import socket

import pytest

from support.hostile_server import HostileServer, always, answer, certificate, dripping, silent, then_closes
from support.http_client import CANARY, account, client
from tocsin.adapters.http_connect import Resolver
from tocsin.adapters.http_proxy import proxy_for, system_proxies
from tocsin.adapters.http_transport import Transport
from tocsin.adapters.http_urls import Origin
from tocsin.domain.account import UNUSABLE_PROXY, Network
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest

PROXIES = {
    "http": "http://plain.example:3128",
    "https": "secure.example:3128",
    "no": "localhost, .example.net,*.corp.example,192.0.2.0/24,2001:db8::/32,api.example.org:8443"
    ",<local>,10.*,wiki.*.example",  # as Windows has it
}


@pytest.mark.parametrize(
    ("scheme", "host", "port", "proxy"),
    [
        ("https", "status.example.com", 443, "http://secure.example:3128"),
        ("http", "status.example.com", 80, "http://plain.example:3128"),
        ("https", "status.example.net", 443, None),
        ("https", "example.net", 443, None),
        ("https", "badexample.net", 443, "http://secure.example:3128"),
        ("https", "a.corp.example", 443, None),
        ("https", "192.0.2.77", 443, None),
        ("https", "198.51.100.1", 443, "http://secure.example:3128"),
        ("https", "2001:db8::1", 443, None),
        ("https", "api.example.org", 8443, None),
        ("https", "api.example.org", 443, "http://secure.example:3128"),
        ("http", "127.0.0.1", 80, None),
        ("https", "::1", 443, None),
        ("http", "localhost", 8080, None),
        ("https", "intranet", 443, None),
        ("https", "10.1.2.3", 443, None),
        ("https", "wiki.corp7.example", 443, None),
    ],
)
def test_proxy_is_chosen_as_the_environment_says(scheme, host, port, proxy):
    """By scheme, with `no_proxy`'s names, addresses, networks and ports; loopback is always direct."""
    assert proxy_for(Origin(scheme, host, port), PROXIES) == proxy


def test_star_switches_proxies_off():
    """`no_proxy=*` means what it says."""
    assert proxy_for(Origin("https", "a.example", 443), {"all": "http://p.example", "no": "*"}) is None


def test_environment_is_read(monkeypatch):
    """The usual variables reach us by way of the standard library."""
    monkeypatch.setenv("https_proxy", "http://p.example:1")
    monkeypatch.setenv("no_proxy", "b.example")
    proxies = system_proxies()
    assert proxy_for(Origin("https", "a.example", 443), proxies) == "http://p.example:1"
    assert proxy_for(Origin("https", "b.example", 443), proxies) is None


def test_plain_http_goes_through_the_proxy():
    """The proxy is asked for the whole address and gets its own login, not ours in place of it."""

    async def scenario():
        async with HostileServer(always(answer(200, b"via"))) as proxy:
            address = proxy.url.replace("://", "://jo:s%40fe@")
            async with client(transport=Transport(proxies=lambda: {"http": address})) as http:
                url = "http://status.planetfibre.example/list"
                response = await http.send(HttpRequest(url), account(url, allow_insecure=True))
                return response.body, proxy.received[0]

    body, received = asyncio.run(scenario())
    assert body == b"via"
    assert received.target == "http://status.planetfibre.example/list"
    assert base64.b64decode(received.headers["proxy-authorization"].removeprefix("Basic ")) == b"jo:s@fe"


def test_https_goes_through_a_tunnel(tmp_path, monkeypatch):
    """The proxy sees the host's name and nothing of the login; the name's certificate is checked behind it."""
    cert, tls = certificate(tmp_path, "DNS:status.planetfibre.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    seen = []

    async def scenario():
        over = asyncio.Event()
        async with HostileServer(always(answer(200, b"tunnelled")), tls=tls) as server:

            async def tunnel(reader, writer):
                seen.append(await reader.readuntil(b"\r\n\r\n"))
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(b"HTTP/1.1 200 Go ahead\r\n\r\n")
                try:
                    await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer))
                finally:
                    inner_writer.close()
                    writer.close()
                    over.set()

            proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
            address = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
            async with proxy, client(transport=Transport(proxies=lambda: {"https": address})) as http:
                url = "https://status.planetfibre.example/"
                response = await http.send(HttpRequest(url), account(url))
                await http.close()
                await over.wait()
                return response.body, server.received[0].headers

    body, headers = asyncio.run(scenario())
    assert body == b"tunnelled"
    assert headers["authorization"] == f"Bearer {CANARY}"
    assert seen[0].startswith(b"CONNECT status.planetfibre.example:443 ")
    assert CANARY.encode() not in seen[0]


async def pipe(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()


def through(handler, *, scheme="http", deadline=30.0):
    """The failure of asking through a proxy that behaves like that."""

    async def scenario():
        async with HostileServer(handler) as server:
            proxies = {"https": server.url.replace("http://", f"{scheme}://")}
            async with client(transport=Transport(proxies=lambda: proxies), deadline=deadline) as http:
                url = "https://status.planetfibre.example/"
                with pytest.raises(PollFailed) as caught:
                    await http.send(HttpRequest(url), account(url))
                return caught.value, server.connections

    return asyncio.run(scenario())


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "ftp"])
def test_proxy_of_another_kind_is_said_to_be_unsupported(scheme):
    """Going past a proxy that the user set would tell the provider more than they want: it fails, and says why."""
    failure, connections = through(always(answer()), scheme=scheme)
    assert failure.kind is FailureKind.UNSUPPORTED
    assert "proxy" in failure.message
    assert connections == 0


@pytest.mark.parametrize("address", ["http://", "http://[::1", "http://a:99999", "http://jo:hunter2@\x00"])
def test_proxy_that_is_no_address_is_said_to_be_unsupported(address):
    """A broken variable in the environment is a clear failure, its password not shown."""

    async def scenario():
        async with client(transport=Transport(proxies=lambda: {"https": address})) as http:
            url = "https://status.planetfibre.example/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value

    failure = asyncio.run(scenario())
    assert failure.kind is FailureKind.UNSUPPORTED
    assert "hunter2" not in str(failure)


@pytest.mark.parametrize(
    ("handler", "kind", "obstacle"),
    [
        (always(answer(407)), FailureKind.CONNECT, Obstacle.PROXY_LOGIN),
        (always(answer(403)), FailureKind.CONNECT, Obstacle.PROXY_REFUSES),
        (always(answer(302)), FailureKind.CONNECT, Obstacle.PROXY_REFUSES),
        (always(answer(502)), FailureKind.CONNECT, Obstacle.PROXY_CANNOT),
        (always(b"SSH-2.0-planet\r\n\r\n"), FailureKind.MALFORMED, Obstacle.PROXY_NONSENSE),
        (then_closes(b""), FailureKind.MALFORMED, Obstacle.PROXY_NONSENSE),
        (then_closes(b"HTTP/1.1 200 OK"), FailureKind.MALFORMED, Obstacle.PROXY_NONSENSE),
        (silent(), FailureKind.TIMEOUT, Obstacle.PROXY_SILENT),
        (dripping(b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n"), FailureKind.TIMEOUT, Obstacle.PROXY_SILENT),
    ],
)
def test_proxy_that_does_not_do_its_work_is_named(handler, kind, obstacle):
    """What is wrong is the proxy, not the provider behind it: 407 is not the provider's 401."""
    failed, _ = through(handler, deadline=1 if kind is FailureKind.TIMEOUT else 30)
    assert (failed.kind, failed.obstacle) == (kind, obstacle)
    assert failed.place.startswith("127.0.0.1:")
    assert failed.place in failed.message
    assert "planetfibre" not in failed.message


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (then_closes(b"HTTP/1.1 200 Go ahead\r\n\r\n"), FailureKind.TLS),
        (always(b"HTTP/1.1 200 Go ahead\r\n\r\n"), FailureKind.TIMEOUT),
    ],
)
def test_what_goes_wrong_behind_an_open_tunnel_is_the_servers(handler, kind):
    """Once the proxy has opened the way it is the server that is named."""
    failed, _ = through(handler, deadline=2 if kind is FailureKind.TIMEOUT else 30)
    assert (failed.kind, failed.obstacle) == (kind, None)
    assert "status.planetfibre.example" in failed.message


@pytest.mark.parametrize(
    ("address", "kind"), [("http://127.0.0.1:9", FailureKind.CONNECT), ("http://proxy.invalid:3128", FailureKind.DNS)]
)
def test_proxy_that_is_not_there_is_named(address, kind):
    """Its address is what to check, not the provider's."""

    async def scenario():
        resolver = Resolver(lookup=nobody)
        async with client(transport=Transport(resolver, proxies=lambda: {"https": address})) as http:
            url = "https://status.planetfibre.example/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value

    failed = asyncio.run(scenario())
    assert (failed.kind, failed.obstacle) == (kind, Obstacle.PROXY_UNREACHABLE)
    assert failed.place == address.removeprefix("http://")


def nobody(host, _port):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_settings_that_cannot_be_used_let_nothing_out():
    """Somebody meant to set a proxy: going past it would be worse than not going."""

    async def scenario():
        async with HostileServer(always(answer())) as server, client() as http:
            http.configure(Network(proxy=UNUSABLE_PROXY))
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(server.url), account(server.url))
            return caught.value, server.connections

    failed, connections = asyncio.run(scenario())
    assert (failed.kind, failed.obstacle) == (FailureKind.UNSUPPORTED, Obstacle.NETWORK_SETTINGS)
    assert connections == 0
