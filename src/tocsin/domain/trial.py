"""Trying an address before it is watched: what the user gave, and what came of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tocsin.domain.account import Account, Auth
from tocsin.domain.snapshot import Component, Report
from tocsin.domain.terms import FailureKind, Level, Obstacle


class TrialStep(StrEnum):
    """How far a trial got."""

    LOOKING = "looking"
    ASKING = "asking"
    FOUND = "found"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try. ``provider`` empty finds out which one answers. ``secret`` is used for this trial and then dropped.

    ``number`` tells one trial from the next; a later one ends an earlier one. ``account`` is the id of an account that
    is tried as it stands: its own secret is used where none is given.
    """

    number: int
    url: str
    provider: str = ""
    auth: Auth = field(default_factory=Auth)
    secret: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    allow_insecure: bool = False
    account: str = ""


@dataclass(frozen=True, slots=True)
class TrialView:
    """What a trial came to so far. After ``FOUND`` the provider, the page and what can be depended on are known.

    ``account`` is what would be watched, without connections. ``level`` is the page's as a whole. ``lists_things`` is
    false where nothing can be listed and ids have to be typed. ``reports`` are the first of the incidents that were
    found, ``report_count`` is how many there are. After ``FAILED`` ``failure`` and ``text`` say why, and
    ``obstacle`` and ``place`` where that is known better.
    """

    number: int
    step: TrialStep
    provider: str = ""
    provider_name: str = ""
    page_name: str = ""
    account: Account | None = None
    components: tuple[Component, ...] = ()
    lists_things: bool = False
    reports: tuple[Report, ...] = ()
    report_count: int = 0
    level: Level = Level.UNKNOWN
    failure: FailureKind | None = None
    text: str = ""
    obstacle: Obstacle | None = None
    place: str = ""
