"""No telemetry: in an idle hour the whole program turns to nobody but those on its own page on privacy.

The hour runs on a fast clock in a network of its own. What the program asks for is heard inside it by the interpreter's
audit hook, and what really leaves the computer is read off the cable by its router.
"""

import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from support.netns import Network
from support.netns_build import GATEWAY, LINK_LOCAL_GATEWAY, PROVIDER_URL, RESOLVER, RESOLVER_6, ZONE
from support.netns_tools import inside
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.privacy import Privacy, Purpose
from tocsin.privacy import of_settings
from tocsin.providers.registry import Registry

HOUR = 3600.0
SPEED = 360.0
WITHIN = 100.0
ROOT = Path(__file__).resolve().parents[2]
STRAY = "203.0.113.66"
ROUTER = frozenset({GATEWAY, LINK_LOCAL_GATEWAY})
_ALL_PROTOCOLS = 0x0003  # ETH_P_ALL, linux/if_ether.h
_OUTGOING = 4  # PACKET_OUTGOING, linux/if_packet.h: what the router itself sends
_IPV4, _IPV6 = 0x0800, 0x86DD

CONFIG = f"""
[line]
public = true

[[accounts]]
id = "fibre"
provider = "statuspage"
name = "Planet Fibre"
url = "{PROVIDER_URL}"
allow_insecure = true
"""


@dataclass
class Cable:
    """Reads where the packets go that the home sends, while entered."""

    network: Network
    targets: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self._socket = inside(self.network.gateway, self._open)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def sees(self, address: str) -> bool:
        """Whether a packet to an address comes by, or has come by."""
        with self._came:
            return self._came.wait_for(lambda: address in self.targets, 30)

    def _open(self) -> socket.socket:
        made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_PROTOCOLS))
        made.bind(("home", _ALL_PROTOCOLS))
        made.settimeout(0.2)
        return made

    def _read(self) -> None:
        while not self._over.is_set():
            try:
                packet, (_, protocol, kind, *_) = self._socket.recvfrom(65536)
            except TimeoutError:
                continue
            if kind == _OUTGOING or protocol not in (_IPV4, _IPV6):
                continue
            family, place = (socket.AF_INET, "16x4s") if protocol == _IPV4 else (socket.AF_INET6, "24x16s")
            with self._came:
                self.targets.add(socket.inet_ntop(family, struct.unpack_from(place, packet)[0]))
                self._came.notify_all()


def send_stray() -> None:
    """One packet to somebody who is on nobody's page, to see that it is seen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"", (STRAY, 9))


@dataclass
class Idled:
    """What was heard of an idle hour."""

    lines: list[dict[str, Any]]
    targets: set[str]
    page: Privacy

    def every(self, what: str) -> list[Any]:
        return [each[what] for each in self.lines if what in each]


def addresses_of(hosts: frozenset[str]) -> set[str]:
    """The addresses of hosts in this test's internet."""
    return {address for host in hosts for address in ZONE.get(host, (host,))}


@pytest.fixture(scope="module")
def idled(tmp_path_factory) -> Idled:
    """An hour of the tray application, of which nothing is asked."""
    profile = Profile.at(tmp_path_factory.mktemp("idle"))
    profile.make()
    profile.settings.write_text(CONFIG)
    settings = TomlSettings(profile.settings, Registry({}).keys()).load()
    assert settings.problems == ()
    with Network() as network, Cable(network) as cable:
        network.provider.add_component("access", "Access")
        environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(profile.settings.parent),
            "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("tests", "src")),
            "QT_QPA_PLATFORM": "offscreen",
            "SSL_CERT_FILE": str(network.trusted),
        }
        program = [sys.executable, "-m", "support.idle_hour", str(profile.settings.parent), str(SPEED), str(HOUR)]
        done = subprocess.run(
            ["ip", "netns", "exec", network.home, *program],
            env=environ,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        polls = len(network.provider.requests)
        inside(network.home, send_stray)
        assert cable.sees(STRAY)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1].get("over", 0.0) >= HOUR - 1, done.stderr
    assert polls > HOUR / 60 / 6, "it did not watch"  # on a machine that is busy not once in each of these minutes
    page = of_settings(settings.settings, profile, Registry({}), system_proxies={})
    return Idled(lines, cable.targets, page)


def test_only_hosts_of_the_page_are_looked_up_and_connected_to(idled):
    """Inside the program: no lookup and no connection goes to anybody else, whoever in the process makes it."""
    named = {each.rstrip(".") for each in idled.every("look_up")}
    assert named <= idled.page.hosts
    connected = {address for address, _ in idled.every("connect")}
    assert connected <= addresses_of(idled.page.hosts) | ROUTER
    assert connected


def test_nothing_leaves_the_computer_for_anybody_else(idled):
    """On the cable: no packet goes but to the hosts of the page, the resolver of their names, and the router."""
    expected = addresses_of(idled.page.hosts) | ROUTER | {RESOLVER, RESOLVER_6}
    assert STRAY in idled.targets, "the cable is not watched"
    strangers = {each for each in idled.targets - expected - {STRAY} if not is_the_systems_own(each)}
    assert strangers == set()


def is_the_systems_own(address: str) -> bool:
    """What every IPv6 host sends by itself to its neighbours: groups on the link, and answers to the router."""
    given = ipaddress.ip_address(address)
    return given.version == 6 and (given.is_multicast or given.is_link_local)


def test_the_page_names_nobody_in_vain(idled):
    """The other way round: who is on the page as contacted regularly is contacted within the hour."""
    regular = {each.host for each in idled.page.contacts if each.host and each.purpose is not Purpose.NAMES}
    reached = {address for address, _ in idled.every("connect")}
    assert {host for host in regular if not addresses_of(frozenset({host})) & reached} == set()


def test_no_other_program_is_started(idled):
    """What a child did would not be heard in here: there is none."""
    assert idled.every("start") == []


def test_the_watch_is_not_blind():
    """The hook hears what it is there for: a lookup, a connection and a child are told."""
    program = (
        "import socket, subprocess, sys; from support import idle_hour; sys.addaudithook(idle_hour.heard)\n"
        "subprocess.run([sys.executable, '-c', ''], check=True)\n"
        "there, datagrams = ('127.0.0.1', 9), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "for ask in (lambda: socket.getaddrinfo('telemetry.example.org', 443),\n"
        "            lambda: socket.create_connection(there, 1), lambda: datagrams.sendto(b'', there)):\n"
        "    try:\n        ask()\n    except OSError:\n        pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"look_up": "telemetry.example.org"} in told
    assert told.count({"connect": ["127.0.0.1", 9]}) == 2
    assert [each for each in told if "start" in each]
