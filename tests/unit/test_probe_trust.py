"""A probe goes the polls' way: it believes whom they believe, and proves nothing past a proxy that they need."""

import asyncio
import os
import ssl
from datetime import timedelta
from types import SimpleNamespace

import pytest

from support.authority import Authority
from support.hostile_server import HostileServer, always
from support.http_client import client
from support.probing import LOOPBACK, listening, port_of, refusing
from tocsin import fittings
from tocsin.adapters import http_proxy, http_trust
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.line_prober import LineProber
from tocsin.adapters.probe_proxied import is_proxied
from tocsin.domain.account import NO_PROXY, UNUSABLE_PROXY, Network
from tocsin.domain.line import Order
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.reading import ProbeFault
from tocsin.ports import Ask

DIRECT = Network(proxy=NO_PROXY)
PROXY = "http://proxy.example.net:3128"


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """The company's own authority, by which it inspects what passes."""
    return Authority(tmp_path_factory.mktemp("works"))


@pytest.fixture
def no_proxy(monkeypatch):
    """An environment without proxies."""
    for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def asking(*targets, within=10.0):
    return Ask(Order(targets, deep=True), LOOPBACK, timedelta(seconds=within))


def faults(works, *networks, names="DNS:localhost"):
    """What a target behind the inspection comes to, with one prober, as the settings change."""

    async def scenario():
        found = []
        async with HostileServer(always(b""), tls=works.issue(names).shown()) as server, client() as http:
            prober = fittings.gauges(SystemClock(), LinePolicy(), http).prober
            for network in networks:
                http.configure(network)
                reading = await prober.measure(asking(f"https://localhost:{server.port}/"))
                found.append(reading.probes[0].fault)
            await prober.close()
        return found

    return asyncio.run(scenario())


def test_probes_believe_whom_the_polls_believe(works):
    """Behind an inspection of TLS an https target is itself once the settings name the company's authority, at once."""
    theirs = Network(proxy=NO_PROXY, ca_file=str(works.file))
    assert faults(works, DIRECT, theirs, DIRECT) == [ProbeFault.TLS, None, ProbeFault.TLS]
    assert faults(works, Network(proxy=NO_PROXY, ca_file=str(works.der()))) == [None]
    assert faults(works, theirs, names="DNS:example.org") == [ProbeFault.TLS]


def test_verification_is_never_off_and_nothing_of_oneself_is_shown(works, tmp_path):
    """A probe is no login: what the user shows to a provider is not even read for it."""
    network = Network(ca_file=str(works.file), client_cert=str(tmp_path / "gone.pem"))
    context = http_trust.believed(network)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert http_trust.believed(network) is not context


def test_authorities_that_cannot_be_read_call_no_target_false(works, tmp_path, caplog):
    """Then it is not checked who answers, as where the system's own cannot be read: a connection is what it is."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    named = [Network(proxy=NO_PROXY, ca_file=str(file)) for file in (tmp_path / "gone.pem", wrong)]
    assert faults(works, *named, DIRECT) == [None, None, ProbeFault.TLS]
    assert "what this computer trusts could not be read" in caplog.text


def test_a_file_that_hangs_holds_up_no_round_and_not_the_next_settings(works, tmp_path, caplog):
    """It lies on a server that is gone: the round ends, and with another file the check is done again."""
    pipe = tmp_path / "pipe.pem"
    os.mkfifo(pipe)

    async def scenario():
        network = [Network(ca_file=str(pipe))]
        async with HostileServer(always(b""), tls=works.issue("DNS:example.org").shown()) as server:
            prober = LineProber(SystemClock(), network=lambda: network[0])
            target = f"https://localhost:{server.port}/"
            hung = await prober.measure(asking(target, within=1.6))
            network[0] = Network(ca_file=str(works.file))
            read = await prober.measure(asking(target))
            await prober.close()
        with pipe.open("wb"):
            pass  # whoever waits there goes on
        return hung, read

    hung, read = asyncio.run(scenario())
    assert hung.probes[0].fault is None
    assert "no answer within" in caplog.text
    assert read.probes[0].fault is ProbeFault.TLS


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize(
    ("network", "environ", "wanted"),
    [
        (Network(), {}, False),
        (Network(), {"https_proxy": PROXY}, True),
        (Network(), {"https_proxy": PROXY, "no_proxy": "example.net"}, False),
        (Network(), {"https_proxy": PROXY, "no_proxy": "one.example.net"}, True),
        (DIRECT, {"https_proxy": PROXY}, False),
        (Network(proxy=PROXY), {}, True),
        (Network(proxy=UNUSABLE_PROXY), {}, True),
        (Network(proxy="socks5://proxy.example.net:1080"), {}, True),
    ],
)
def test_whether_a_proxy_stands_in_the_way(network, environ, wanted, monkeypatch):
    """As the polls would go for the targets: by the settings, or the system's own."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    targets = ("nonsense", "tcp://one.example.net:443", "https://two.example.net/")
    assert is_proxied(network, targets) is wanted
    assert is_proxied(network, ("tcp://127.0.0.1:443",)) is (network.proxy == UNUSABLE_PROXY)


def test_a_round_that_reached_nothing_says_that_there_is_a_proxy(monkeypatch):
    """And one that reached something does not ask."""
    asked = []
    monkeypatch.setattr(http_proxy, "system_proxies", lambda: asked.append(1) or {})
    http = SimpleNamespace(network=Network(proxy=PROXY))

    async def scenario(*ports):
        prober = fittings.gauges(SystemClock(), LinePolicy(), http).prober
        return [await prober.measure(asking(f"tcp://127.0.0.1:{port}")) for port in ports]

    with listening() as door, refusing() as port:
        plain = asyncio.run(scenario(port_of(door), port))
        assert [each.is_proxied for each in plain] == [False, False]  # what is on this computer is never proxied
    far = Order(("tcp://127.0.0.1:9", "tcp://one.invalid:443"))
    prober = fittings.gauges(SystemClock(), LinePolicy(), http).prober
    assert asyncio.run(prober.measure(Ask(far, LOOPBACK, timedelta(seconds=5)))).is_proxied
    assert asked == []
