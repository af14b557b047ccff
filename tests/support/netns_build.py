"""The hosts and cables of a test network, as commands of ``ip``; where everything is.

The addresses are those set aside for documentation (RFC 5737, RFC 3849).
"""

from support.netns_hosts import PAGE_SAYS, PROVIDER_PORT
from support.netns_tools import ETC, ip, new_namespaces, sysctl

TARGETS = ("203.0.113.11", "203.0.113.12", "203.0.113.13")
TARGETS_6 = ("2001:db8:0:3::11", "2001:db8:0:3::12", "2001:db8:0:3::13")
NAMES = ("one.example.net", "two.example.net", "three.example.net")
GATEWAY, BACKUP_GATEWAY = "192.0.2.1", "192.0.2.129"
HOME, BACKUP_HOME = "192.0.2.10", "192.0.2.130"
HOME_6 = "2001:db8:0:1::10"
RESOLVER, RESOLVER_6 = "203.0.113.53", "2001:db8:0:3::53"
TUNNEL_END = "203.0.113.66"
LINK_LOCAL_GATEWAY = "fe80::1"
"""The router's IPv6 address at home: link-local, as in a router advertisement."""

_PAGE_NAME, _PAGE, _PAGE_6 = "check.example.net", "203.0.113.90", "2001:db8:0:3::90"
_PROVIDER_NAME, _PROVIDER, _PROVIDER_6 = "status.example.net", "203.0.113.80", "2001:db8:0:3::80"
PAGE = (f"http://{_PAGE_NAME}/success.txt", PAGE_SAYS)
"""A page and what it says, as ``domain.targets.Plan.portal`` has them."""
PROVIDER_URL = f"http://{_PROVIDER_NAME}:{PROVIDER_PORT}"

_WELL_KNOWN, _WELL_KNOWN_6 = ("9.9.9.9", "1.1.1.1"), ("2620:fe::fe", "2606:4700:4700::1111")
"""The addresses of ``domain.targets.PUBLIC_TARGETS``: this internet has them too."""
ZONE = {
    **{name: addresses for name, *addresses in zip(NAMES, TARGETS, TARGETS_6, strict=True)},
    _PAGE_NAME: (_PAGE, _PAGE_6),
    _PROVIDER_NAME: (_PROVIDER, _PROVIDER_6),
    "detectportal.firefox.com": (_PAGE, _PAGE_6),
    "dns.quad9.net": (_WELL_KNOWN[0], _WELL_KNOWN_6[0]),
}
CERTIFIED = ",".join(
    [
        *(f"DNS:{name}" for name in ZONE),
        *(f"IP:{each}" for each in (*TARGETS, *TARGETS_6, *_WELL_KNOWN, *_WELL_KNOWN_6)),
    ]
)
"""The names in the targets' certificate, as openssl writes them."""
_IN_THE_INTERNET = (
    *(f"{each}/32" for each in (*TARGETS, RESOLVER, _PAGE, _PROVIDER, TUNNEL_END, *_WELL_KNOWN)),
    *(f"{each}/128" for each in (*TARGETS_6, RESOLVER_6, _PAGE_6, _PROVIDER_6, *_WELL_KNOWN_6)),
)


def build(home: str, gateway: str, internet: str) -> None:
    """Make three hosts and the two cables between them."""
    new_namespaces(home, gateway, internet)
    _set_up(home)
    _set_up(internet, is_router=True)
    ip(internet, "link set lo up", *(_address(each, "lo") for each in _IN_THE_INTERNET))
    _router(gateway, internet, Side(1))
    ip(home, "link set lo up")
    plug_in(home, gateway, Side(1))


class Side:
    """One of the two ways out of the home: the addresses along it, and the names of its interfaces."""

    def __init__(self, number: int) -> None:
        first = number == 1
        self.home_device, self.internet_device = ("up0", "gw") if first else ("up1", "gw2")
        self.home, self.gateway = (HOME, GATEWAY) if first else (BACKUP_HOME, BACKUP_GATEWAY)
        self.metric = 100 if first else 200
        self.outside, self.beyond = ("198.51.100.2", "198.51.100.1") if first else ("198.51.100.130", "198.51.100.129")
        near, far = ("1", "2") if first else ("11", "12")
        self.home_6, self.gateway_6 = f"2001:db8:0:{near}::10", f"2001:db8:0:{near}::1"
        self.outside_6, self.beyond_6 = f"2001:db8:0:{far}::2", f"2001:db8:0:{far}::1"
        self.network, self.network_6 = ("192.0.2.0/25" if first else "192.0.2.128/25"), f"2001:db8:0:{near}::/64"

    @property
    def defaults(self) -> tuple[str, str]:
        """The home's default routes."""
        device = f"dev {self.home_device} metric {self.metric}"
        return f"route replace default via {self.gateway} {device}", (
            f"route replace ::/0 via {LINK_LOCAL_GATEWAY} {device}"
        )

    @property
    def ways_back(self) -> tuple[str, str]:
        """The internet's routes to the home."""
        return (
            f"route replace {self.network} via {self.outside} dev {self.internet_device}",
            f"route replace {self.network_6} via {self.outside_6} dev {self.internet_device}",
        )

    @property
    def ways_out(self) -> tuple[str, str]:
        """The router's default routes."""
        return f"route replace default via {self.beyond} dev net", f"route replace ::/0 via {self.beyond_6} dev net"


def plug_in(home: str, gateway: str, side: Side) -> None:
    """The cable from the home to a router, with the addresses and routes at both ends."""
    ip(home, f"link add {side.home_device} type veth peer name home netns {gateway}")
    ip(
        gateway,
        "link set home up",
        _address(f"{side.gateway}/25", "home"),
        _address(f"{side.gateway_6}/64", "home"),
        _address(f"{LINK_LOCAL_GATEWAY}/64", "home"),
    )
    ip(
        home,
        f"link set {side.home_device} up",
        _address(f"{side.home}/25", side.home_device),
        _address(f"{side.home_6}/64", side.home_device),
        *side.defaults,
    )


def add_way(home: str, gateway: str, internet: str, side: Side) -> None:
    """Another router, with its cables."""
    new_namespaces(gateway)
    _router(gateway, internet, side)
    plug_in(home, gateway, side)


def _router(gateway: str, internet: str, side: Side) -> None:
    """A router with its cable to the internet. It lets nobody use addresses that are not of its side (RFC 2827)."""
    _set_up(gateway, is_router=True)
    sysctl(gateway, ipv4__conf__default__rp_filter=1, ipv4__conf__all__rp_filter=0)
    ip(internet, f"link add {side.internet_device} type veth peer name net netns {gateway}")
    ip(
        gateway,
        "link set lo up",
        "link set net up",
        _address(f"{side.outside}/25", "net"),
        _address(f"{side.outside_6}/64", "net"),
    )
    ip(
        internet,
        f"link set {side.internet_device} up",
        _address(f"{side.beyond}/25", side.internet_device),
        _address(f"{side.beyond_6}/64", side.internet_device),
        *side.ways_back,
    )
    ip(gateway, *side.ways_out)


def resolve_by(home: str, *resolvers: str) -> None:
    """Write the home's resolv.conf: in place, for it is bind-mounted into what runs there already."""
    folder = ETC / home
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*(f"nameserver {each}" for each in resolvers), "options timeout:1 attempts:1", ""]
    (folder / "resolv.conf").write_text("\n".join(lines), encoding="ascii")
    (folder / "nsswitch.conf").write_text("hosts: files dns\n", encoding="ascii")
    (folder / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="ascii")


def _set_up(host: str, *, is_router: bool = False) -> None:
    """Kernel parameters: addresses at once and for good, pings by anybody (as Debian has it), and forwarding."""
    sysctl(
        host,
        ipv6__conf__all__accept_dad=0,
        ipv6__conf__default__accept_dad=0,
        ipv6__conf__all__keep_addr_on_down=1,
        ipv6__conf__default__keep_addr_on_down=1,
        ipv4__ping_group_range="0 2147483647",
    )
    if is_router:
        sysctl(host, ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)


def _address(address: str, device: str) -> str:
    return f"addr add {address} dev {device}{' nodad' if ':' in address else ''}"
