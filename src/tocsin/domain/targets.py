"""Whom the measurement of the line contacts: those in the settings, else those agreed to, else the accounts' hosts."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from tocsin.domain.account import Account, Settings

PUBLIC_TARGETS = ("tcp://9.9.9.9:443", "tcp://1.1.1.1:443", "https://detectportal.firefox.com/")
PUBLIC_TARGETS_6 = ("tcp://[2620:fe::fe]:443", "tcp://[2606:4700:4700::1111]:443")
PUBLIC_NAMES = ("detectportal.firefox.com", "dns.quad9.net")
PORTAL = ("http://detectportal.firefox.com/success.txt", "success")
"""A page of plain http and what it says, to see whether a network answers in its place."""

QUORUM = 2
"""So many hosts have to fail together before it is the line: a single one may be down by itself."""
_NEAR = tuple(
    ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
"""Where a home network's own hosts are (RFC 1918, RFC 3927, RFC 4193, RFC 4291)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom the rounds contact. ``quorum`` is how many hosts at the least must have been tried to call a line cut.

    ``portal`` is a page and what it says, None where none may be asked. ``is_complete`` is false where more could be
    measured if the user agreed to more hosts.
    """

    targets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    quorum: int = QUORUM
    portal: tuple[str, str] | None = None
    is_complete: bool = True

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to measure with."""
        return not self.targets

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that is contacted, each once: for the user to read."""
        addresses = [*self.targets, *(f"https://{name}/" for name in self.names)]
        if self.portal is not None:
            addresses.append(self.portal[0])
        return tuple(dict.fromkeys(host for each in addresses if (host := host_of(each))))


def plan(settings: Settings) -> Plan:
    """Whom to contact by these settings.

    Targets that the user named count as they are, one alone too. The hosts of accounts need not be asked for: they are
    contacted anyway; those on this computer or in the home network measure nothing. Where every account is on this
    computer the user is not asked for more.
    """
    line = settings.line
    if line.targets:
        named = line.names or _names(line.targets)
        portal = PORTAL if line.public else None
        quorum = min(QUORUM, len({host_of(each) for each in line.targets}))
        return Plan(tuple(dict.fromkeys(line.targets)), named, quorum=quorum, portal=portal)
    own = tuple(dict.fromkeys(target for account in settings.accounts if (target := _target(account)) is not None))
    if line.public:
        targets = (*PUBLIC_TARGETS, *PUBLIC_TARGETS_6)
        return Plan(targets, line.names or PUBLIC_NAMES, portal=PORTAL)
    is_trial = bool(settings.accounts) and all(_is_here(account) for account in settings.accounts)
    return Plan(own, line.names or _names(own), is_complete=line.public is not None or is_trial)


def offered(settings: Settings) -> Plan:
    """Whom would be contacted if the user agreed."""
    return Plan((*PUBLIC_TARGETS, *PUBLIC_TARGETS_6), settings.line.names or PUBLIC_NAMES, portal=PORTAL)


def _target(account: Account) -> str | None:
    """An account's own host, as something to connect to; None for one that is no further than this network."""
    url = _url(account)
    host = host_of(url)
    if not host or is_this_computer(host) or _is_near(host):
        return None
    try:
        port = urlsplit(url).port or (80 if url.startswith("http:") else 443)
    except ValueError:
        return None
    return f"tcp://{f'[{host}]' if ':' in host else host}:{port}"


def _is_here(account: Account) -> bool:
    """Whether an account asks nobody but this computer: a trial, or a monitor of one's own."""
    return is_this_computer(host_of(_url(account)))


def _url(account: Account) -> str:
    return account.url if "://" in account.url or not account.url else f"https://{account.url}"


def host_of(target: str) -> str:
    """The host of an address; empty where it has none."""
    try:
        return (urlsplit(target).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer: the loopback addresses, and ``localhost`` after RFC 6761, 6.3."""
    host = host.rstrip(".").lower()
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def _is_near(host: str) -> bool:
    """Whether a host is in the home network: reaching it says nothing of the line."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.endswith((".local", ".home.arpa")) or "." not in host  # RFC 6762, RFC 8375
    return any(address in network for network in _NEAR)


def _names(targets: tuple[str, ...]) -> tuple[str, ...]:
    """The names among some targets' hosts, to look up."""
    return tuple(dict.fromkeys(host for each in targets if (host := host_of(each)) and not _is_address(host)))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
