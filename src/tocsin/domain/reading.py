"""What one round of measuring the user's own line came to, before anything is concluded from it."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from tocsin.domain.instant import Instant

_CARRIERS = ip_network("100.64.0.0/10")
"""What providers number their own side with (RFC 6598): no home network has it."""


class Answer(StrEnum):
    """What a question to the network came to. ``UNTRIED``: not asked, or what came says neither."""

    YES = "yes"
    NO = "no"
    UNTRIED = "untried"


class ProbeFault(StrEnum):
    """Why a target was not reached.

    ``NO_ROUTE``: this computer has no way at all for the target's address family, which says nothing about the line
    while another family has one. ``TLS``: something answered, and it was not the target.
    """

    DNS = "dns"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_ROUTE = "no_route"
    TLS = "tls"


class Lookup(StrEnum):
    """What looking a name up came to. ``ABSENT``: the resolver answered that there is no such name.

    ``LIE``: it answered with an address that the name cannot have (this computer itself, none at all).
    """

    FOUND = "found"
    ABSENT = "absent"
    LIE = "lie"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Path:
    """One default route: the way that packets take out of this computer.

    ``gateway`` is None where there is none (a tunnel, a point-to-point link). ``address`` is this computer's own on
    that interface, for a socket to be bound to; None where it is not known. ``is_tunnel`` marks a VPN, which is never
    a line of its own; ``is_direct`` a link with two ends, such as PPP or a modem's.
    """

    interface: str
    family: int
    gateway: str | None = None
    address: str | None = None
    is_tunnel: bool = False
    is_direct: bool = False

    @property
    def ends_at_provider(self) -> bool:
        """Whether its other end is the provider's own: a modem's link, or a gateway that has no home's address."""
        if self.is_tunnel:
            return False
        return self.is_direct or (self.gateway is not None and _is_public(self.gateway))

    @property
    def key(self) -> str:
        """What tells one uplink from another: the interface and the gateway."""
        return f"{self.interface} {self.gateway or '-'}"


@dataclass(frozen=True, slots=True)
class Probe:
    """One TCP connect to one target. ``round_trip`` is in seconds, None where it failed.

    ``sent`` counts the packets that asked for the connection and ``lost`` those of them that got no answer: a kernel
    repeats the first after one second and the second after two more (RFC 6298, 2.1 and 5.5), so that a connect that
    took over a second lost one.
    """

    target: str
    round_trip: float | None = None
    sent: int = 1
    lost: int = 0
    fault: ProbeFault | None = None

    @property
    def is_ok(self) -> bool:
        """True when the target was reached."""
        return self.fault is None


@dataclass(frozen=True, slots=True)
class Reading:
    """One round. ``began`` and ``at`` are its start and its end.

    ``path`` is the default route that was used, None where the computer has none. ``gateway`` says whether the router
    answered. ``lookups`` holds what asking the system's resolver came to, by name. ``portal`` is YES where a page that
    is known to say one thing said another, or led elsewhere. ``heard`` is true when a provider elsewhere in the
    internet answered a poll during the last minutes.

    Of a round that reached nothing: ``is_beside`` is true where traffic leaves over another way than ``path``, as over
    a VPN, and ``beneath`` whether ``path`` itself reached something; ``is_proxied`` where polls go through a proxy,
    which probes go past; ``is_radio_off`` where this computer's ways were wireless and its radio is switched off.
    """

    began: Instant
    at: Instant
    path: Path | None
    probes: tuple[Probe, ...] = ()
    lookups: tuple[tuple[str, Lookup], ...] = ()
    gateway: Answer = Answer.UNTRIED
    portal: Answer = Answer.UNTRIED
    heard: bool = False
    is_beside: bool = False
    beneath: Answer = Answer.UNTRIED
    is_proxied: bool = False
    is_radio_off: bool = False


def _is_public(address: str) -> bool:
    """Whether an address is one of the internet's, or of a provider's own network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return (found.is_global and not found.is_multicast) or found in _CARRIERS
