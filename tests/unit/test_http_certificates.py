"""Certificates on an encrypted way: believed from a file and from the system, shown where wanted, else named."""

import asyncio
import os
import shutil
import threading

import pytest

from support.authority import Authority, strict_server, with_passphrase
from support.hostile_server import HostileServer, always, answer, certificate
from support.http_client import account, client, direct
from tocsin.adapters import http_trust
from tocsin.adapters.http_errors import blocked
from tocsin.adapters.http_transport import Transport
from tocsin.domain.account import Network
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """The company's own authority."""
    return Authority(tmp_path_factory.mktemp("works"))


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Somebody else's authority."""
    return Authority(tmp_path_factory.mktemp("others"), "Planet Others")


async def asked(http, server):
    """The body of the answer, or the failure."""
    try:
        return (await http.send(HttpRequest(f"{server.url}/"), account(server.url))).body
    except PollFailed as failed:
        return failed


def outcome(tls, network, **more):
    """What comes of asking a server with that context; a failure sent it nothing."""

    async def scenario():
        async with HostileServer(always(answer(200, b"safe")), tls=tls) as server, client(**more) as http:
            http.configure(network)
            found = await asked(http, server)
            assert (found == b"safe") is bool(server.received)
            return found, server.url.removeprefix("https://")

    return asyncio.run(scenario())


def failing(tls, network, **more):
    """What kind of failure that is, with its sentence; it names the server."""
    failed, place = outcome(tls, network, **more)
    assert failed.kind is FailureKind.TLS
    assert place in failed.message
    return failed.obstacle, failed.message


# --- whom to believe -------------------------------------------------------------------------------------------------


def test_authority_in_a_file_is_believed(works):
    """A private CA's certificate is enough, as PEM or as Windows saves it."""
    pair = works.issue()
    assert outcome(pair.shown(), Network(ca_file=str(works.file)))[0] == b"safe"
    assert outcome(pair.shown(), Network(ca_file=str(works.der())))[0] == b"safe"


def test_authority_of_the_system_is_believed(works, monkeypatch):
    """One that the computer's own store has needs no setting."""
    monkeypatch.setenv("SSL_CERT_FILE", str(works.file))
    assert outcome(works.issue().shown(), Network())[0] == b"safe"


def test_file_adds_to_the_system_and_takes_nothing_away(works, others, monkeypatch):
    """With a company's CA set, the rest of the world goes on being believed."""
    monkeypatch.setenv("SSL_CERT_FILE", str(works.file))
    network = Network(ca_file=str(others.file))
    assert outcome(works.issue().shown(), network)[0] == b"safe"
    assert outcome(others.issue().shown(), network)[0] == b"safe"


def test_file_of_several_with_words_between_them_is_read_whole(works, others, tmp_path):
    """Bundles come with comments, in any language."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# eerste, één van twee\n{others.file.read_text()}\n# tweede\n{works.file.read_text()}")
    assert outcome(works.issue().shown(), Network(ca_file=str(bundle)))[0] == b"safe"


def test_home_folder_may_be_written_short(works, monkeypatch, tmp_path):
    """`~` is the home of whoever runs the program."""
    shutil.copy(works.file, tmp_path / "ca.pem")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert outcome(works.issue().shown(), Network(ca_file="~/ca.pem"))[0] == b"safe"


def test_file_that_was_renewed_is_read_again(works, others, tmp_path):
    """After a failure the files are looked at again: no restart is needed when the company changes its authority."""
    file = tmp_path / "ca.pem"
    shutil.copy(others.file, file)

    async def scenario():
        async with HostileServer(always(answer(200, b"safe")), tls=works.issue().shown()) as server, client() as http:
            http.configure(Network(ca_file=str(file)))
            before = [await asked(http, server), await asked(http, server)]
            shutil.copy(works.file, file)
            return [each.obstacle for each in before], await asked(http, server)

    unknown = Obstacle.CERTIFICATE_UNKNOWN
    assert asyncio.run(scenario()) == ([unknown, unknown], b"safe")


def test_file_that_is_the_same_keeps_what_was_made_of_it(works):
    """A server that fails every minute does not cost a new context every minute."""
    made = []

    def trust():
        made.append(1)
        return http_trust.system_trust()

    async def scenario():
        tls = works.issue(days=-1).shown()
        async with HostileServer(always(answer()), tls=tls) as server, client(transport=direct(trust=trust)) as http:
            http.configure(Network(ca_file=str(works.file)))
            for _ in range(3):
                assert (await asked(http, server)).obstacle is Obstacle.CERTIFICATE_EXPIRED

    asyncio.run(scenario())
    assert made == [1]


# --- what is wrong with a server's certificate -----------------------------------------------------------------------


def test_expired_certificate(works):
    """The date is the remedy: this computer's, or the server's."""
    obstacle, message = failing(works.issue(days=-1).shown(), Network(ca_file=str(works.file)))
    assert obstacle is Obstacle.CERTIFICATE_EXPIRED
    assert "date" in message


def test_self_signed_certificate(tmp_path):
    """It may be put into the file of authorities, and then it is believed."""
    cert, tls = certificate(tmp_path)
    obstacle, message = failing(tls, Network())
    assert obstacle is Obstacle.CERTIFICATE_SELF_SIGNED
    assert "ca_file" in message
    assert outcome(tls, Network(ca_file=str(cert)))[0] == b"safe"


def test_unknown_authority(works, others):
    """A company's own, which this computer was not told of."""
    obstacle, message = failing(works.issue().shown(), Network(ca_file=str(others.file)))
    assert obstacle is Obstacle.CERTIFICATE_UNKNOWN
    assert "ca_file" in message


@pytest.mark.parametrize("names", ["DNS:other.example", "IP:192.0.2.1"])
def test_certificate_of_another_host(works, names):
    """Believing an authority is not believing that everyone is everyone."""
    obstacle, message = failing(works.issue(names).shown(), Network(ca_file=str(works.file)))
    assert obstacle is Obstacle.CERTIFICATE_NAME
    assert "address" in message


def test_certificate_of_an_encrypted_proxy_is_checked_like_any(works, others):
    """An https proxy whose certificate is not believed is told of nothing, and named."""

    async def scenario():
        tls = works.issue().shown()
        async with HostileServer(always(answer()), tls=tls) as proxy, client(transport=Transport()) as http:
            http.configure(Network(proxy=proxy.url, ca_file=str(others.file)))
            url = "https://status.planetfibre.example/"
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value, f"127.0.0.1:{proxy.port}", proxy.received

    failed, name, received = asyncio.run(scenario())
    assert (failed.kind, failed.obstacle) == (FailureKind.TLS, Obstacle.CERTIFICATE_UNKNOWN)
    assert name in failed.message
    assert received == []


# --- a certificate of one's own --------------------------------------------------------------------------------------


def shown_to(authority, network):
    """What comes of asking a server that wants a certificate of that authority: its status, or what is in the way."""

    async def scenario(place):
        async with client() as http:
            http.configure(network)
            url = f"https://{place}/"
            try:
                return (await http.send(HttpRequest(url), account(url))).status
            except PollFailed as failed:
                return failed

    with strict_server(authority.issue(), authority) as place:
        found = asyncio.run(scenario(place))
    if isinstance(found, int):
        return found
    assert (found.kind, found.place) == (FailureKind.TLS, place)
    assert "client_cert" in found.message
    return found.obstacle


def test_own_certificate_is_shown_to_a_server_that_wants_one(works):
    """Certificate and key in two files, or both in one."""
    own = works.issue()
    network = Network(ca_file=str(works.file), client_cert=str(own.certificate), client_key=str(own.key))
    assert shown_to(works, network) == 200
    both = own.certificate.with_name("both.pem")
    both.write_text(own.certificate.read_text() + own.key.read_text())
    assert shown_to(works, Network(ca_file=str(works.file), client_cert=str(both))) == 200


def test_server_that_wants_a_certificate_and_gets_none_is_named(works):
    """The remedy is the two settings."""
    assert shown_to(works, Network(ca_file=str(works.file))) is Obstacle.CERTIFICATE_WANTED


@pytest.mark.parametrize("days", [2, -1], ids=["somebody else's", "ended"])
def test_own_certificate_that_is_not_taken_is_said(works, others, days):
    """One of another authority, or one that has ended."""
    own = others.issue() if days > 0 else works.issue(days=days)
    network = Network(ca_file=str(works.file), client_cert=str(own.certificate), client_key=str(own.key))
    assert shown_to(works, network) is Obstacle.CERTIFICATE_REFUSED


# --- files that cannot be used ---------------------------------------------------------------------------------------


def unusable(network):
    """The failure of asking with such files, before anyone is connected to."""

    async def scenario():
        async with HostileServer(always(answer())) as server, client() as http:
            http.configure(network)
            url = server.url.replace("http:", "https:")
            with pytest.raises(PollFailed) as caught:
                await http.send(HttpRequest(url), account(url))
            return caught.value, server.connections

    failed, connections = asyncio.run(scenario())
    assert (failed.kind, connections) == (FailureKind.TLS, 0)
    return failed.obstacle, failed.place, failed.message


@pytest.mark.parametrize("key", ["ca_file", "client_cert", "client_key"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\xff" * 99, b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_file_that_is_none_is_named(works, tmp_path, key, content):
    """Missing, empty or nonsense: the file is named with the setting, and verification goes on being on."""
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)
    own = works.issue()
    given = {"ca_file": str(works.file), "client_cert": str(own.certificate), "client_key": str(own.key)}
    obstacle, place, message = unusable(Network(**{**given, key: str(file)}))
    assert obstacle is (Obstacle.CA_FILE if key == "ca_file" else Obstacle.CLIENT_FILES)
    assert place in (str(file), str(own.certificate))
    assert "config.toml" in message


def test_folder_is_no_file(tmp_path):
    """A folder of certificates is not what is meant."""
    assert unusable(Network(ca_file=str(tmp_path)))[:2] == (Obstacle.CA_FILE, str(tmp_path))


def test_file_that_is_far_too_large_is_left_alone(tmp_path):
    """A path slipped to a disk image does not fill the memory."""
    file = tmp_path / "huge"
    with file.open("wb") as made:
        os.truncate(made.fileno(), 2**34)
    assert "larger" in unusable(Network(ca_file=str(file)))[2]


def test_key_of_another_certificate_is_said(works):
    """They do not go together."""
    network = Network(client_cert=str(works.issue().certificate), client_key=str(works.issue().key))
    obstacle, _, message = unusable(network)
    assert obstacle is Obstacle.CLIENT_FILES
    assert "another certificate" in message


def test_key_with_a_passphrase_is_said_and_nobody_is_asked_at_a_terminal(works, tmp_path):
    """OpenSSL would wait for a person at a terminal that nobody looks at."""
    own = works.issue()
    locked = with_passphrase(own, tmp_path)
    obstacle, place, message = unusable(Network(client_cert=str(own.certificate), client_key=str(locked)))
    assert (obstacle, place) == (Obstacle.CLIENT_FILES, str(locked))
    assert "passphrase" in message


def test_file_that_cannot_be_read_to_its_end_does_not_hold_up_the_program(works, tmp_path, monkeypatch):
    """A file on a server that is gone: a pipe that nobody writes to stands in for it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(http_trust, "READ_DEADLINE", 0.2)
    before = set(threading.enumerate())
    try:
        assert unusable(Network(ca_file=str(pipe)))[0] is Obstacle.CA_FILE
    finally:
        for waiting in set(threading.enumerate()) - before:
            while waiting.is_alive():
                os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))  # lets it go, if it had come to the pipe
                waiting.join(0.01)


def test_plain_http_needs_none_of_the_files():
    """What is not used is not read."""

    async def scenario():
        async with HostileServer(always(answer(200, b"plain"))) as server, client() as http:
            http.configure(Network(ca_file="/nowhere/ca.pem"))
            return await asked(http, server)

    assert asyncio.run(scenario()) == b"plain"


@pytest.mark.parametrize("obstacle", Obstacle)
def test_every_obstacle_is_a_sentence_that_fits_a_line(obstacle):
    """What stands in the log and in `check --json` is whole: the engine cuts at 300 characters."""
    message = blocked(FailureKind.TLS, obstacle, "proxy.planetfibre.example.net:3128", "it answers 407").message
    assert len(message) < 300
    assert "{" not in message
