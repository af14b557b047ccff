r"""Networks of real hosts for the tests: a home, its router, an internet, and everything that can go wrong between.

    with Network() as network:
        network.cut("beyond")
        ...
        network.mend()

    home --up0-- gateway --net-- internet (targets, resolver, provider, and the page of the sign-in check)
        \--up1-- backup ---net--/          only after ``second_uplink()``

Every host is a network namespace (``ip netns``), every cable a veth pair. Needs root, iproute2 and nftables.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from support.netns_build import (
    CERTIFIED,
    GATEWAY,
    HOME,
    HOME_6,
    LINK_LOCAL_GATEWAY,
    PROVIDER_URL,
    RESOLVER,
    RESOLVER_6,
    TARGETS,
    TARGETS_6,
    TUNNEL_END,
    ZONE,
    Side,
    add_way,
    build,
    plug_in,
    resolve_by,
)
from support.netns_hosts import PORTAL_HTTP, PORTAL_TLS, Certificates, Hosts
from support.netns_resolver import Manner, Resolver
from support.netns_tools import check_possible, inside, ip, nft, open_pipe, open_tun, remove, remove_stale, unique
from support.statuspage_server import StatuspageServer

_FIRST, _SECOND = Side(1), Side(2)
_TUNNEL_PORT = 51820
_BY_RULE = (
    "route add default dev tun0 table 51820",
    "rule add pref 100 table main suppress_prefixlength 0",
    "rule add pref 101 table 51820",
)
"""As wg-quick has it: what of IPv4 the main table leads to by its default route alone goes into the tunnel."""
_TESTS = Path(__file__).resolve().parent.parent


class Network:
    """A network while entered. What its verbs do is undone by ``mend()``, the latest first, and at the end.

    ``pace`` is by how much slower than usual what runs in it goes; ``waited`` how long that waited for a processor.

    ``resolver``, ``provider`` and ``servers`` run in the test's own process: they may be spoken to at any time.
    """

    def __init__(self) -> None:
        name = unique()
        self.home, self.gateway, self.internet, self.backup = (
            f"{name}-{host}" for host in ("home", "gateway", "internet", "backup")
        )
        zone = {name: tuple(addresses) for name, addresses in ZONE.items()}
        self.resolver = Resolver(zone, (RESOLVER, RESOLVER_6))
        self.provider = StatuspageServer("Planet Fibre")
        self.provider_url = PROVIDER_URL
        self.pace, self.waited = 1.0, 0.0
        self._stack = contextlib.ExitStack()
        self._undo = contextlib.ExitStack()
        self._chains: dict[str, str] = {}
        self._passing: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> Self:
        check_possible()
        remove_stale()
        with contextlib.ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-net-")))
            for host in (self.home, self.gateway, self.internet, self.backup):
                stack.callback(remove, host)
            certificates = Certificates.make(self.folder, CERTIFIED)
            self.trusted = certificates.trusted
            build(self.home, self.gateway, self.internet)
            resolve_by(self.home, RESOLVER, RESOLVER_6)
            self.servers = Hosts(self.internet, self.gateway, self.resolver, certificates)
            self.servers.provider_port = inside(self.internet, self.provider.start)
            stack.callback(self.provider.stop)
            stack.callback(self.servers.stop)
            self.servers.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        with self._stack:
            self.mend()

    def mend(self) -> None:
        """Undo everything that was done to the network."""
        self._undo.close()
        self.forget_neighbours()

    def forget_neighbours(self) -> None:
        """Let every host ask anew who has an address, so that a failed question of a moment ago delays nothing."""
        for host in (self.home, self.gateway, self.internet):
            ip(host, *(f"neigh flush dev {device}" for device in inside(host, _devices)))

    # --- cables and interfaces -------------------------------------------------------------------------------------

    def cut(self, cable: str) -> None:
        """Pull a cable: "home" between the computer and its router, "beyond" between the router and the internet.

        The carrier is lost at both ends; the computer's addresses and routes stay, as on an interface that no daemon
        manages.
        """
        host, device = self._end(cable)
        ip(host, f"link set {device} down")
        self._undo.callback(self.restore, cable)

    def restore(self, cable: str) -> None:
        """Plug a cable in again."""
        host, device = self._end(cable)
        lost = _FIRST.ways_back if cable == "beyond" else (f"addr replace {LINK_LOCAL_GATEWAY}/64 dev home nodad",)
        ip(host, f"link set {device} up", *lost)
        self.forget_neighbours()

    def _end(self, cable: str) -> tuple[str, str]:
        """The far end of a cable, which is the one that is pulled out: the near one keeps its routes."""
        return {"home": (self.gateway, "home"), "beyond": (self.internet, "gw"), "backup": (self.backup, "home")}[cable]

    def interface_down(self) -> None:
        """Switch the computer's interface off: its routes go with it."""
        ip(self.home, "link set up0 down")
        self._undo.callback(self.interface_up)

    def interface_up(self) -> None:
        """Switch it on again, and route over it."""
        ip(self.home, "link set up0 up", *_FIRST.defaults)

    def interface_gone(self) -> None:
        """Unplug the interface itself, as with a USB adapter."""
        ip(self.home, "link del up0")
        self._undo.callback(self.interface_back)

    def interface_back(self) -> None:
        """Plug it in again; it gets its addresses and routes."""
        if "up0" not in inside(self.home, _devices):
            plug_in(self.home, self.gateway, _FIRST)

    # --- the router ------------------------------------------------------------------------------------------------

    def no_gateway(self) -> None:
        """The computer has an address and no default route."""
        ip(self.home, "route del default dev up0", "route del ::/0 dev up0")
        self._undo.callback(ip, self.home, *_FIRST.defaults)

    def gateway_gone(self) -> None:
        """The router says nothing any more, not even by ARP; the carrier stays, as behind a switch."""
        rules = "table netdev gone { chain in { type filter hook ingress device home priority 0; policy drop; }; }"
        nft(self.gateway, rules)
        self._undo.callback(self.gateway_back)

    def gateway_back(self) -> None:
        """The router is there again."""
        nft(self.gateway, "table netdev gone {}; delete table netdev gone")

    def gateway_mute(self) -> None:
        """The router forwards, and answers nothing that is sent to itself: no ping, no TCP."""
        drops = "iifname home meta l4proto { tcp, udp, icmp } drop; iifname home icmpv6 type echo-request drop;"
        self._add("mute", chain=f"type filter hook input priority 0; {drops}")

    # --- what happens to what passes the router --------------------------------------------------------------------

    def lose(self, tenths: int) -> None:
        """Lose so many of ten packets that ask for a connection in the internet, at even distances (every third).

        Not at random: nothing would then be certain of what a test measures, nor that it is not all of them at times.
        """
        lost = ", ".join(str(number * 10 // tenths) for number in range(tenths))
        self._add("lose", f"tcp flags & (syn | ack) == syn numgen inc mod 10 {{ {lost} }} drop")

    def black_hole_dns(self) -> None:
        """Questions to the resolver are lost."""
        self._add("dns", "udp dport 53 drop", "tcp dport 53 drop")

    def lying_dns(self, *addresses: str) -> None:
        """The resolver gives every name the same addresses; of this computer itself where none are named."""
        self.resolver.lie = addresses or ("127.0.0.1", "::1")
        self.resolver_says(Manner.LIE)

    def resolver_says(self, manner: Manner) -> None:
        """The resolver answers otherwise."""
        self.resolver.manner = manner
        self._undo.callback(setattr, self.resolver, "manner", Manner.HONEST)

    def tcp_dead(self) -> None:
        """Everything but TCP works: pings and names are answered."""
        self._add("tcp", "meta l4proto tcp drop")

    def refuse(self) -> None:
        """Every connection beyond the router is refused at once."""
        self._add("refuse", "meta l4proto tcp reject with tcp reset")

    def forbid(self) -> None:
        """The router says at once of everything beyond it that it cannot be reached (ICMP)."""
        self._add("forbid", "meta nfproto ipv4 reject with icmp net-unreachable", "reject with icmpv6 no-route")

    def target_gone(self, number: int) -> None:
        """One target alone answers no more."""
        self._add("target", f"ip daddr {TARGETS[number]} drop", f"ip6 daddr {TARGETS_6[number]} drop")

    def captive_portal(self, *, status: int = 200, tls: str = "refused") -> None:
        """A sign-in page answers for every page of plain http, with 200 or 302; names are answered honestly.

        All else is refused; with ``tls`` "forged" connections to port 443 end at a server with a wrong certificate.
        """
        self.servers.portal_status = status
        forged = f"iifname home tcp dport 443 redirect to :{PORTAL_TLS};" if tls == "forged" else ""
        page = f"iifname home tcp dport 80 redirect to :{PORTAL_HTTP};"
        self._add("portal_page", chain=f"type nat hook prerouting priority -100; {page} {forged}")
        self._add("portal", "meta l4proto tcp reject with tcp reset", "meta l4proto { icmp, icmpv6 } drop")

    def _add(self, key: str, *rules: str, chain: str = "") -> None:
        """Rules for what comes from the home and goes further, or a chain of their own."""
        if rules:
            self._passing[key] = rules
        else:
            self._chains[key] = chain
        self._load_rules()
        self._undo.callback(self._drop_rules, key)

    def _drop_rules(self, key: str) -> None:
        self._passing.pop(key, None)
        self._chains.pop(key, None)
        self._load_rules()

    def _load_rules(self) -> None:
        passing = " ".join(f"iifname home {rule};" for rules in self._passing.values() for rule in rules)
        chains = {**self._chains, "passing": f"type filter hook forward priority 0; {passing}"}
        body = "\n".join(f"chain {name} {{ {text} }}" for name, text in chains.items())
        nft(self.gateway, f"table inet weather {{}}\ndelete table inet weather\ntable inet weather {{\n{body}\n}}")

    # --- one family of addresses -----------------------------------------------------------------------------------

    def ipv6_only(self) -> None:
        """The computer has no IPv4."""
        ip(self.home, f"addr del {HOME}/25 dev up0")
        resolve_by(self.home, RESOLVER_6)
        self._undo.callback(resolve_by, self.home, RESOLVER, RESOLVER_6)
        self._undo.callback(ip, self.home, f"addr add {HOME}/25 dev up0", *_FIRST.defaults)

    def ipv4_only(self) -> None:
        """The computer has no IPv6 but what every interface has by itself."""
        ip(self.home, "route del ::/0 dev up0", f"addr del {HOME_6}/64 dev up0")
        self._undo.callback(ip, self.home, f"addr add {HOME_6}/64 dev up0 nodad", *_FIRST.defaults)

    # --- other ways ------------------------------------------------------------------------------------------------

    def delay(self, ms: float, jitter_ms: float = 0.0) -> None:
        """What lies beyond the router takes so many milliseconds there and back, give or take the jitter, evenly."""
        near, far = open_tun(self.gateway, "slow"), open_tun(self.internet, "slow")
        self._undo.callback(ip, self.internet, *_FIRST.ways_back)
        self._undo.callback(ip, self.gateway, *_FIRST.ways_out)
        self._undo.enter_context(_forwarder((near, far), f"{near}:{far}:{ms / 2000}:{jitter_ms / 1000}"))
        ip(self.gateway, "link set slow up", "route replace default dev slow", "route replace ::/0 dev slow")
        back = (f"route replace {network} dev slow" for network in (_FIRST.network, _FIRST.network_6))
        ip(self.internet, "link set slow up", *back)

    def vpn_default_route(self, *, by_rule: bool = False) -> None:
        """A tunnel that carries everything, over UDP to a host in the internet, as a VPN does.

        Its default route stands before the other one; or, as WireGuard's, in a table of its own that a rule chooses.
        """
        near, far = open_tun(self.home, "tun0"), open_tun(self.internet, "tun0")
        ends = (HOME, _TUNNEL_PORT), (TUNNEL_END, _TUNNEL_PORT)
        outer, inner = (each.detach() for each in (open_pipe(self.home, *ends), open_pipe(self.internet, *ends[::-1])))
        ways = (f"{near}:{outer}:0:0", f"{far}:{inner}:0:0")
        self._undo.enter_context(_forwarder((near, far, outer, inner), *ways))
        ip(
            self.internet,
            "link set tun0 mtu 1400 up",
            "route add 198.51.100.240/28 dev tun0",
            "route add 2001:db8:0:f::/64 dev tun0",
        )
        ip(
            self.home,
            "link set tun0 mtu 1400 up",
            "addr add 198.51.100.241/32 dev tun0",
            "addr add 2001:db8:0:f::1/128 dev tun0 nodad",
            f"route replace {TUNNEL_END} via {GATEWAY} dev up0",
            *(_BY_RULE if by_rule else ("route add default dev tun0 metric 10", "route add ::/0 dev tun0 metric 10")),
        )
        if by_rule:
            self._undo.callback(ip, self.home, *(each.replace("rule add", "rule del") for each in _BY_RULE[1:]))

    def vpn_dead(self) -> None:
        """Nothing comes out of the tunnel's far end any more."""
        self._add("vpn", f"udp dport {_TUNNEL_PORT} drop")

    def kill_switch(self, verdict: str) -> None:
        """The computer's own firewall lets nothing out past the tunnel: "drop", or "reject" as VPNs do by default."""
        allowed = f"meta l4proto {{ icmp, icmpv6 }} accept; udp dport {_TUNNEL_PORT} accept; ip daddr {GATEWAY} accept"
        chain = f"type filter hook output priority 0; oifname != up0 accept; {allowed}; {verdict};"
        nft(self.home, f"table inet switch {{\nchain out {{ {chain} }}\n}}")
        self._undo.callback(nft, self.home, "delete table inet switch")

    def second_uplink(self) -> None:
        """A second router with a cable of its own, used where the first has no route."""
        self._undo.callback(remove, self.backup)
        self._undo.callback(ip, self.internet, f"link del {_SECOND.internet_device}")
        self._undo.callback(ip, self.home, f"link del {_SECOND.home_device}")
        add_way(self.home, self.backup, self.internet, _SECOND)

    def switch_to_backup(self) -> None:
        """What leaves the computer leaves by the second uplink; the first stays plugged in, as the worse way.

        NetworkManager does so where it finds no connectivity: it adds 20000 to the metric.
        """
        worse = [each.replace("metric 100", "metric 20100") for each in _FIRST.defaults]
        ip(self.home, *worse, "route del default metric 100", "route del ::/0 metric 100")
        self._undo.callback(
            ip, self.home, *_FIRST.defaults, "route del default metric 20100", "route del ::/0 metric 20100"
        )


@contextlib.contextmanager
def _forwarder(descriptors: tuple[int, ...], *ways: str) -> Iterator[None]:
    """``netns_delay`` with some open descriptors, which are its own from then on."""
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "support.netns_delay", *ways],
            stdin=subprocess.PIPE,
            pass_fds=descriptors,
            env={**os.environ, "PYTHONPATH": str(_TESTS)},
        )
    finally:
        for each in descriptors:
            os.close(each)
    with running:  # which closes its standard input, and waits
        yield


def _devices() -> list[str]:
    """The names of the interfaces of the namespace that the calling thread is in."""
    lines = Path("/proc/thread-self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines]
