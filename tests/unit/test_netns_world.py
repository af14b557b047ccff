"""The test networks themselves: quickly built, torn down also after a kill, and never silently left out."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from support import netns_pace
from support.netns import Network
from support.netns_build import GATEWAY, PAGE, PROVIDER_URL, TARGETS, TARGETS_6
from support.netns_tools import ETC, NAMED, NetworkNotBuilt, check_possible, connect, ip, ping, remove_stale

_ROOT = Path(__file__).resolve().parent.parent.parent
_BUILD_AND_WAIT = """
import sys
from support.netns import Network
with Network() as network:
    network.second_uplink()
    print(network.home, flush=True)
    sys.stdin.read()
"""


def test_quickly_built_and_gone_after():
    """A network stands in seconds, everybody reaches everybody, and nothing of it is left."""
    began = time.monotonic()
    with Network() as network:
        assert time.monotonic() - began < 30
        assert all(connect(network.home, (each, 443)) is None for each in (*TARGETS, *TARGETS_6))
        assert ping(network.home, GATEWAY, 20)
        assert ping(network.home, TARGETS_6[0], 20)
        names = {path.name for path in NAMED.iterdir()}
        assert {network.home, network.gateway, network.internet} <= names
    assert not list(NAMED.glob(f"tocsin-{os.getpid()}-*-home"))
    assert not (ETC / network.home).exists()


def test_provider_and_page_are_served():
    """The provider and the page of the sign-in check answer by name, through the namespace's own resolver."""
    with Network() as network:
        for url, says in ((f"{PROVIDER_URL}/api/v2/status.json", "Planet Fibre"), PAGE):
            fetch = f"import urllib.request as u; print(u.urlopen({url!r}, timeout=5).read())"
            command = ["ip", "netns", "exec", network.home, sys.executable, "-c", fetch]
            assert says in subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout
        assert "check.example.net" in network.resolver.asked


def test_torn_down_after_a_failure():
    """What fails in the middle of a test leaves no namespace either."""
    network = Network()
    with pytest.raises(NetworkNotBuilt, match="no-such-device"), network:
        _break_off(network)
    assert not list(NAMED.glob(f"tocsin-{os.getpid()}-*"))
    assert not list(ETC.glob(f"tocsin-{os.getpid()}-*"))


def _break_off(network: Network) -> None:
    network.delay(10)
    network.second_uplink()
    ip(network.home, "link set no-such-device down")


def test_torn_down_after_a_kill():
    """What a killed process left behind is removed by the next that builds a network."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(str(_ROOT / each) for each in ("tests", "src"))}
    command = [sys.executable, "-c", _BUILD_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ) as running:
        assert running.stdout is not None
        home = running.stdout.readline().strip()
        assert (NAMED / home).exists()
        running.kill()
    until = time.monotonic() + 30
    while left_of(home) and time.monotonic() < until:
        remove_stale()  # another test that builds a network just now may be doing it too
    assert left_of(home) == []


def left_of(home: str) -> list[Path]:
    """What there still is of the network of which this is the home."""
    return [found for folder in (NAMED, ETC) for found in folder.glob(home.replace("-home", "-*"))]


@pytest.mark.parametrize(("busy", "tried"), [(0.0, [1.0]), (1.0, [1.0, 3.0, 6.0])])
def test_only_a_machine_that_is_busy_gets_more_time(monkeypatch, busy, tried):
    """What fails though nothing had to wait for a processor has failed; and what fails at every pace has too."""
    monkeypatch.setattr(netns_pace, "waited", lambda _: 0.0)
    paces = []

    @netns_pace.paced
    def fails(network):
        paces.append(network.pace)
        network.waited += busy
        pytest.fail("as it should")

    with pytest.raises(pytest.fail.Exception, match="as it should"):
        fails(SimpleNamespace(mend=list))
    assert paces == tried


def test_not_as_root(monkeypatch):
    """Who is not root is told what to do: these tests fail then, and are not skipped."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NetworkNotBuilt, match="run them as root"):
        check_possible()
