"""The default routes: read as each system gives them, the one in use first, and never an exception from what is odd."""

import asyncio
import ctypes
import socket
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters import routes_linux, routes_macos, routes_windows
from tocsin.adapters.routes_linux import address6, routes4, routes6
from tocsin.domain.reading import Path

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
HOME4 = (
    HEAD
    + "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    + "eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    + "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
)
NOTHING6 = "0" * 32
HOME6 = (
    f"20010db8000000010000000000000000 40 {NOTHING6} 00 {NOTHING6} 00000100 00000001 00000000 00000001     eth0\n"
    f"{NOTHING6} 00 {NOTHING6} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00450003     eth0\n"
    f"{NOTHING6} 00 {NOTHING6} 00 fe800000000000000000000000000002 00000064 00000003 00000000 00450003    wwan0\n"
    f"{NOTHING6} 00 {NOTHING6} 00 {NOTHING6} ffffffff 00000001 00000000 00200200       lo\n"
)
little_endian = pytest.mark.usefixtures("_as_recorded")


@pytest.fixture
def _as_recorded(monkeypatch):
    """The recordings are from a little-endian computer, whose order the kernel prints addresses in."""
    monkeypatch.setattr(routes_linux, "_quad", lambda word: socket.inet_ntoa(struct.pack("<I", int(word, 16))))


def ways(routes):
    return [(each.interface, each.gateway) for each in routes]


@little_endian
def test_default_routes_come_by_their_metric():
    """The route that the kernel takes is the first; the network's own is none."""
    assert ways(routes4(HOME4)) == [("eth0", "192.168.1.254"), ("wlan0", "192.168.1.1")]
    assert ways(routes6(HOME6)) == [("wwan0", "fe80::2"), ("eth0", "fe80::1")]


@little_endian
def test_halves_of_a_vpn_go_before_the_default_route():
    """A VPN that covers the default with two halves is in use; one half alone is no way out."""
    lower = "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
    upper = "tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
    assert ways(routes4(HOME4 + lower + upper)) == [
        ("tun0", "10.8.0.1"),
        ("eth0", "192.168.1.254"),
        ("wlan0", "192.168.1.1"),
    ]
    assert "tun0" not in dict(ways(routes4(HOME4 + lower)))


def test_halves_and_the_world_of_ipv6():
    """The same in IPv6, where the addresses that are given out to anybody may stand for all."""
    line = "{} {} " + NOTHING6 + " 00 " + NOTHING6 + " 00000400 00000003 00000000 00000001 wg0\n"
    upper = "8" + "0" * 31
    assert ways(routes6(line.format(NOTHING6, "01") + line.format(upper, "01"))) == [("wg0", None)]
    assert routes6(line.format(upper, "01")) == ()
    assert ways(routes6(line.format("2" + "0" * 31, "03"))) == [("wg0", None)]


@pytest.mark.parametrize("flags", ["0000", "0002", "0201"], ids=["down", "down with gateway", "unreachable"])
def test_route_that_is_down_or_refuses_is_none(flags):
    """A route of a VPN's kill switch, or of an interface that is down, leads nowhere."""
    assert routes4(f"{HEAD}eth0\t00000000\t0101A8C0\t{flags}\t0\t0\t0\t00000000\t0\t0\t0\n") == ()


def test_point_to_point_route_has_no_gateway():
    """A PPP link has a default route without one."""
    assert ways(routes4(f"{HEAD}ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n")) == [("ppp0", None)]


@given(st.text(alphabet=st.sampled_from("0123456789abcdefFE \t\nxgz\x00.:/é"), max_size=400))
def test_hostile_files_never_raise(text):
    """Whatever stands in the kernel's files, reading them ends well."""
    for parse in (routes4, routes6, routes_macos.parsed):
        assert isinstance(parse(text), tuple)
        assert isinstance(parse(HEAD + text), tuple)
        assert isinstance(parse("Internet:\nDestination Gateway Flags Netif\n" + text), tuple)
    assert address6(text, "eth0") is None


@given(
    st.lists(st.lists(st.sampled_from(["0", "00000000", "fe80", "zz", "-1", "0003", "eth0", NOTHING6]), max_size=12))
)
def test_lines_of_odd_fields_never_raise(lines):
    """Right words in wrong places are no route, or one, and no exception."""
    text = "\n".join(" ".join(fields) for fields in lines)
    for routes in (routes4(text), routes6(text), routes_macos.parsed(text)):
        assert isinstance(routes, tuple)


def test_address_to_speak_from():
    """A global address goes before a unique local one; one that is deprecated or not yet certain is not used."""
    local = "fd000000000000000000000000000002 02 40 00 80 eth0\n"
    given_out = "20010db8000000000000000000000002 02 40 00 00 eth0\n"
    old = "20010db8000000000000000000000001 02 40 00 20 eth0\n"
    link = "fe800000000000000000000000000001 02 40 20 80 eth0\n"
    assert address6(local + old + link + given_out, "eth0") == "2001:db8::2"
    assert address6(local + old + link, "eth0") == "fd00::2"
    assert address6(link + old, "eth0") is None
    assert address6(given_out, "wlan0") is None


# --- this computer's own ---


def test_this_computer_is_asked_without_harm():
    """What the running kernel gives is taken as it is: usable paths, none of them the loopback."""
    for path in routes_linux.read_paths():
        assert path.interface != "lo"
        assert path.family in (socket.AF_INET, socket.AF_INET6)
        if path.address is not None:
            socket.inet_pton(path.family, path.address)


def test_kernel_without_a_family_has_no_route_of_it(tmp_path, monkeypatch):
    """A file that is not there, as where IPv6 is switched off, is an empty one."""
    monkeypatch.setattr(routes_linux, "_NET", str(tmp_path))
    assert routes_linux.read_paths() == ()


def test_route_over_an_interface_that_is_gone_is_none(tmp_path, monkeypatch):
    """Between reading the routes and asking for the interface it may be unplugged."""
    (tmp_path / "route").write_text(HOME4.replace("eth0", "gone0").replace("wlan0", "lo"))
    monkeypatch.setattr(routes_linux, "_NET", str(tmp_path))
    assert routes_linux.read_paths() == ()


@pytest.mark.parametrize(
    ("flags", "kind", "wanted"),
    [
        (0x1 | 0x40, 1, {}),
        (0x1 | 0x10 | 0x40, 512, {"is_direct": True}),
        (0x1 | 0x10 | 0x40, 65534, {"is_tunnel": True}),
        (0x1 | 0x10 | 0x40, 776, {"is_tunnel": True}),
        (0x1 | 0x40 | 0x80, 1, {"is_tunnel": True}),
    ],
    ids=["ethernet", "ppp", "tun", "sit", "dummy"],
)
def test_link_with_two_ends(flags, kind, wanted, tmp_path, monkeypatch):
    """A PPP link ends at the provider; a tunnel has two ends as well, and is a VPN's. So is a dummy, which has none."""

    def said(_, request, name):
        assert name == "link0"
        answers = {
            routes_linux._SIOCGIFFLAGS: struct.pack("=H22x", flags),
            routes_linux._SIOCGIFHWADDR: struct.pack("=H22x", kind),
            routes_linux._SIOCGIFADDR: struct.pack("=H2x4s16x", socket.AF_INET, socket.inet_aton("192.0.2.9")),
        }
        return answers[request]

    (tmp_path / "route").write_text(f"{HEAD}link0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n")
    monkeypatch.setattr(routes_linux, "_NET", str(tmp_path))
    monkeypatch.setattr(routes_linux, "_ioctl", said)
    assert routes_linux.read_paths() == (Path("link0", int(socket.AF_INET), None, "192.0.2.9", **wanted),)


# --- macOS ---

MAC = """Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.1.1        UGScg                 en0
default            172.20.10.1        UGScIg                en5
default            10.64.64.64        UGScIg               ppp0
0/1                10.8.0.5           UGSc                utun3
128.0/1            10.8.0.5           UGSc                utun3
127                127.0.0.1          UCS                   lo0
192.168.1.1/32     link#6             UCS                   en0      !

Internet6:
Destination                             Gateway                                 Flags               Netif Expire
default                                 fe80::1%en0                             UGcg                  en0
default                                 fe80::%utun0                            UGcIg               utun0
::1                                     ::1                                     UHL                   lo0
"""


def test_macos_routes():
    """The VPN's halves first, then the default, then that of another interface; the system's own tunnels are none."""
    four, six = int(socket.AF_INET), int(socket.AF_INET6)
    assert routes_macos.parsed(MAC) == (
        Path("utun3", four, "10.8.0.5", is_tunnel=True),
        Path("en0", four, "192.168.1.1"),
        Path("en5", four, "172.20.10.1"),
        Path("ppp0", four, "10.64.64.64", is_direct=True),
        Path("en0", six, "fe80::1"),
    )


def test_macos_routes_of_older_versions():
    """Before macOS 10.15 there were two more columns."""
    text = "Internet:\nDestination Gateway Flags Refs Use Netif Expire\ndefault 192.168.1.1 UGSc 60 0 en0\n"
    assert routes_macos.parsed(text) == (Path("en0", int(socket.AF_INET), "192.168.1.1"),)


def test_macos_command_is_bounded(monkeypatch):
    """A command that says nothing, and one that never stops saying things, both end, and leave no process."""
    monkeypatch.setattr(routes_macos, "_COMMAND", ("/bin/echo", "hello"))
    assert routes_macos._printed() == "hello\n"
    monkeypatch.setattr(routes_macos, "_COMMAND", ("/usr/bin/yes",))
    assert len(routes_macos._printed()) == 1 << 20
    monkeypatch.setattr(routes_macos, "_WITHIN", 0.1)
    monkeypatch.setattr(routes_macos, "_COMMAND", ("/bin/sleep", "60"))
    with pytest.raises(TimeoutError):
        routes_macos._printed()


def test_macos_paths_end_with_the_own_address(monkeypatch):
    """What was printed is completed off the loop; where a socket cannot be bound, no address is known."""
    monkeypatch.setattr(routes_macos, "_printed", lambda: MAC)
    found = asyncio.run(routes_macos.ask_paths())
    assert [each.interface for each in found] == ["utun3", "en0", "en5", "ppp0", "en0"]
    assert {each.address for each in found} == {None}


# --- Windows ---


class Listing:
    """Adapters as Windows would list them, kept alive."""

    def __init__(self):
        self._kept = []

    def linked(self, items):
        for before, after in pairwise(items):
            before.next = ctypes.pointer(after)
        self._kept += items
        return ctypes.pointer(items[0]) if items else None

    def address(self, text, zone=0, state=4):
        if ":" in text:
            raw = struct.pack("=HHI", 23, 0, 0) + socket.inet_pton(socket.AF_INET6, text) + struct.pack("=I", zone)
        else:
            raw = struct.pack("=HH", 2, 0) + socket.inet_aton(text) + bytes(8)
        buffer = ctypes.create_string_buffer(raw, len(raw))
        self._kept.append(buffer)
        made = routes_windows._Address(dad_state=state)
        made.address.sockaddr = ctypes.addressof(buffer)
        made.address.length = len(raw)
        return made

    def adapter(self, name, own, gateways, *, metric=25, kind=6, status=1):
        made = routes_windows.Adapter(friendly_name=name, metric4=metric, metric6=metric, kind=kind, status=status)
        made.unicast = self.linked(own)
        made.gateways = self.linked(gateways)
        return made


def test_windows_adapters():
    """By metric, IPv4 first, down ones left out, VPN adapters marked, with an address that is not the link's."""
    listing = Listing()
    at = listing.address
    adapters = [
        listing.adapter("Ethernet 2", [at("192.0.2.9")], [at("192.0.2.1")], status=2),
        listing.adapter("Mobile", [at("203.0.113.7")], [at("0.0.0.0")], metric=70),  # noqa: S104 -- no gateway
        listing.adapter(
            "Wi-Fi",
            [at("fe80::5"), at("2001:db8::9", state=1), at("2001:db8::5"), at("169.254.1.1"), at("192.168.1.7")],
            [at("192.168.1.1"), at("fe80::1", zone=12)],
            metric=35,
        ),
        listing.adapter("WireGuard", [], [at("10.0.0.1")], metric=5, kind=53),
    ]
    four, six = int(socket.AF_INET), int(socket.AF_INET6)
    assert routes_windows.paths(listing.linked(adapters)) == (
        Path("WireGuard", four, "10.0.0.1", None, is_tunnel=True),
        Path("Wi-Fi", four, "192.168.1.1", "192.168.1.7"),
        Path("Mobile", four, None, "203.0.113.7"),
        Path("Wi-Fi", six, "fe80::1%12", "2001:db8::5"),
    )


def test_windows_odd_addresses_are_left_out():
    """An address that is cut off, of another family, or missing is no gateway."""
    listing = Listing()
    short, other, missing = (listing.address("192.0.2.1") for _ in range(3))
    short.address.length = 5
    ctypes.memmove(other.address.sockaddr, b"\x11\x00", 2)
    missing.address.sockaddr = None
    adapter = listing.adapter("Wi-Fi", [], [short, other, missing])
    assert routes_windows.paths(listing.linked([adapter])) == ()


def test_windows_is_not_asked_elsewhere():
    """On another system asking is an error of the environment's, not a crash."""
    with pytest.raises(OSError, match="Windows"):
        routes_windows.read_paths()
