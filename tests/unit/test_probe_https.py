"""Whether an https target is who it says: the handshake tells the host from anybody else who answers."""

import asyncio
import socket
import ssl
import subprocess

import pytest

from support.hostile_server import HostileServer, always, certificate
from support.probing import listening, open_files, port_of
from tocsin.adapters.probe_https import shake_hands, system_trust
from tocsin.domain.reading import ProbeFault


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A certificate's file and a server's context that shows it."""
    return certificate(tmp_path_factory.mktemp("tls"), "DNS:example.net,IP:127.0.0.1")


def trusting(file):
    return ssl.create_default_context(cafile=str(file))


async def shaken(port, host, trust, within=10.0):
    loop = asyncio.get_running_loop()
    with socket.socket() as made:
        made.setblocking(False)
        await loop.sock_connect(made, ("127.0.0.1", port))
        return await shake_hands(made, host, loop.time() + within, trust)


def against(shown, host, trust):
    async def scenario():
        async with HostileServer(always(b""), tls=shown[1]) as server:
            return await shaken(server.port, host, trust)

    before = open_files()
    fault = asyncio.run(scenario())
    assert open_files() <= before
    return fault


def test_right_host(shown):
    """A host with a certificate for its name, or for its address, is itself."""
    trust = trusting(shown[0])
    assert against(shown, "example.net", trust) is None
    assert against(shown, "127.0.0.1", trust) is None


def test_wrong_name(shown):
    """A certificate for another name is somebody else's."""
    assert against(shown, "example.org", trusting(shown[0])) is ProbeFault.TLS


def test_unknown_issuer(shown):
    """What this computer trusts does not include whoever made a certificate himself."""
    assert against(shown, "example.net", system_trust()) is ProbeFault.TLS


def test_certificate_out_of_date(shown, tmp_path):
    """The host's own certificate that ran out is still the host's, and the computer's clock may be what is wrong."""
    key, request, cert, extra = (tmp_path / name for name in ("key.pem", "request.pem", "cert.pem", "extra"))
    extra.write_text("subjectAltName=DNS:example.net")
    openssl = ["openssl"]
    ask = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=old"]
    subprocess.run([*openssl, *ask, "-keyout", str(key), "-out", str(request)], check=True, capture_output=True)
    sign = ["x509", "-req", "-in", str(request), "-signkey", str(key), "-days", "-1", "-extfile", str(extra)]
    subprocess.run([*openssl, *sign, "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    assert against((cert, context), "example.net", trusting(cert)) is None
    assert against((cert, context), "example.org", trusting(cert)) is ProbeFault.TLS
    assert against((cert, context), "example.net", system_trust()) is ProbeFault.TLS


async def _talk_back(said):
    async def speak(_, writer):
        writer.write(said)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(speak, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [(b"HTTP/1.1 302 Found\r\n\r\n", ProbeFault.TLS), (b"", ProbeFault.REFUSED), (bytes(4000), ProbeFault.TLS)],
    ids=["plain http", "hangs up", "zeros"],
)
def test_no_tls_at_all(said, wanted):
    """Somebody who speaks something else is not the host; who hangs up says nothing."""

    async def scenario():
        server = await _talk_back(said)
        async with server:
            return await shaken(server.sockets[0].getsockname()[1], "example.net", system_trust())

    assert asyncio.run(scenario()) is wanted


def test_silence_is_a_timeout():
    """A connection over which nothing comes is given up at the deadline."""
    with listening() as door:
        assert asyncio.run(shaken(port_of(door), "example.net", system_trust(), 0.1)) is ProbeFault.TIMEOUT


def test_host_that_is_no_name():
    """What cannot be a server's name fails the check, without an exception."""
    with listening() as door:
        assert asyncio.run(shaken(port_of(door), "a" * 70 + ".net", system_trust(), 5)) is ProbeFault.TLS
