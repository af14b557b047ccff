"""Encrypted connections: whom the system trusts is trusted, and nobody else is told anything."""

import asyncio
import ssl

import pytest

from support.hostile_server import HostileServer, always, answer, certificate
from support.http_client import account, client, direct
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


def refused(tls):
    """The failure of asking a server with that certificate, and the requests that it was sent."""

    async def scenario():
        async with HostileServer(always(answer()), tls=tls) as server, client() as http:
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            return caught.value, server.received

    return asyncio.run(scenario())


@pytest.fixture(scope="module")
def planet_tls(tmp_path_factory):
    """A self-signed certificate for this computer."""
    return certificate(tmp_path_factory.mktemp("tls"))


def test_encrypted_answer_arrives(planet_tls, monkeypatch):
    """Https works with an authority that the system trusts, as one from a company or a test."""
    cert, tls = planet_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))

    async def scenario():
        async with HostileServer(always(answer(200, b"safe")), tls=tls) as server, client() as http:
            first = await http.send(HttpRequest(f"{server.url}/"), account(server.url))
            named = server.url.replace("127.0.0.1", "localhost")
            second = await http.send(HttpRequest(f"{named}/"), account(named))
            return first.body, second.body, server.connections

    assert asyncio.run(scenario()) == (b"safe", b"safe", 2)


def test_trust_is_built_once_and_for_https_only(planet_tls):
    """Reading the system's authorities costs time: not at start, not for plain http, and not twice."""
    cert, tls = planet_tls
    built = []

    def trust():
        built.append(1)
        return ssl.create_default_context(cafile=str(cert))

    async def scenario():
        plain, safe = HostileServer(always(answer())), HostileServer(always(answer()), tls=tls)
        async with plain, safe, client(transport=direct(trust=trust)) as http:
            await http.send(HttpRequest(f"{plain.url}/"), account(plain.url))
            before = len(built)
            for host in ("127.0.0.1", "localhost"):
                url = safe.url.replace("127.0.0.1", host)
                await http.send(HttpRequest(f"{url}/"), account(url))
            return before, len(built)

    assert asyncio.run(scenario()) == (0, 1)


def test_certificate_of_another_name_is_refused(tmp_path, monkeypatch):
    """The name is checked, not the address that it leads to."""
    cert, tls = certificate(tmp_path, "DNS:other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    failure, _ = refused(tls)
    assert failure.kind is FailureKind.TLS


def test_untrusted_certificate_is_refused(planet_tls):
    """A certificate that nobody vouches for ends in `tls`, before the login is sent."""
    failure, received = refused(planet_tls[1])
    assert failure.kind is FailureKind.TLS
    assert "certificate" in failure.message
    assert received == []


def test_https_to_a_plain_server_is_tls():
    """A server that speaks no TLS on an https address."""

    async def chatty(reader, writer):
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scenario():
        server = await asyncio.start_server(chatty, "127.0.0.1", 0)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with server, client() as http:
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value.kind

    assert asyncio.run(scenario()) is FailureKind.TLS
