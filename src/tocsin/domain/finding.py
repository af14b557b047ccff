"""Finding out where a sign-in server takes what: the address that was given, and what its own document says."""

from dataclasses import dataclass
from enum import StrEnum

from tocsin.domain.terms import FailureKind, Obstacle


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a sign-in server says of itself. ``issuer`` is its own name; an address that it does not have is empty."""

    issuer: str
    token: str
    authorize: str = ""
    device: str = ""


class FindStep(StrEnum):
    """How far it got."""

    LOOKING = "looking"
    FOUND = "found"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """True where nothing more comes of it."""
        return self is not FindStep.LOOKING


class FindFault(StrEnum):
    """Why no addresses are to be had of a server that answers, or of what is no server's address.

    For each there is a remedy, which ``words.finding`` says.
    """

    NO_ADDRESS = "no_address"
    NOTHING = "nothing"
    OTHER_ISSUER = "other_issuer"
    UNSAFE = "unsafe"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why there are none. ``issuer`` is the name that a server gave itself where that is another's."""

    fault: FindFault
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class FindAddresses:
    """Find the addresses of a sign-in server: ``address`` is its name or any address on it.

    ``number`` tells one search from the next; a later one ends an earlier one.
    """

    number: int
    address: str


@dataclass(frozen=True, slots=True)
class EndFinding:
    """Break this search off, or forget what it came to; another one is left alone."""

    number: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search came to so far. After ``FOUND`` there are addresses, after ``FAILED`` the rest says why.

    ``issuer`` is the name that a server gave itself after ``OTHER_ISSUER``.
    """

    number: int
    step: FindStep
    address: str
    found: Addresses | None = None
    fault: FindFault | None = None
    issuer: str = ""
    failure: FailureKind | None = None
    text: str = ""
    obstacle: Obstacle | None = None
    place: str = ""
