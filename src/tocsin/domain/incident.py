"""An incident as Tocsin remembers it: one disturbance with episodes, estimates, updates and an end."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.snapshot import Update
from tocsin.domain.terms import Cause, EndHow, IncidentKind, LineState, Phase, Relevance, Severity


@dataclass(frozen=True, slots=True)
class Alias:
    """A provider's id for an incident, with the start first given under it: ids are reused, the pair is not."""

    provider_id: str
    first_start: datetime


@dataclass(frozen=True, slots=True)
class Eta:
    """One estimate as it was given: for when (None: taken back or none), when it was given, when we saw it."""

    value: datetime | None
    given_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch from start to end; a reopening makes the next. Numbers count from 1."""

    number: int
    started_at: datetime
    ended_at: datetime | None = None
    how: EndHow | None = None

    @property
    def is_open(self) -> bool:
        """True until its end is known."""
        return self.how is None


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: an account and the provider's own raw words."""

    account: str
    raw_severity: str
    raw_phase: str


@dataclass(frozen=True, slots=True)
class Link:
    """How an incident concerns one connection of its account."""

    connection: str
    relevance: Relevance


@dataclass(frozen=True, slots=True)
class Measured:
    """What our own measurement of the line says of an incident: which trouble, from when to when.

    ``until`` is None while it goes on. ``is_end_known`` is false where it came back in time that was not measured.
    """

    state: LineState
    cause: Cause | None
    since: datetime
    until: datetime | None = None
    is_end_known: bool = True


@dataclass(frozen=True, slots=True)
class Incident:
    """One disturbance, under our own ``uid``.

    ``started_at`` is the start as last given and ``first_started_at`` as first given; a start that the provider never
    gave is when we first saw it. ``etas`` hold every estimate, oldest first. ``lacking`` counts complete snapshots in
    a row without it, the first of them at ``lacking_since``. ``overrun`` is true once a maintenance is past its end.
    ``began`` is true once it is in force, rather than announced for later. ``measured`` is what our own line showed of
    it in its current episode, None where it showed nothing.
    """

    uid: str
    account: str
    provider_id: str
    title: str
    kind: IncidentKind
    severity: Severity
    phase: Phase
    first_seen_at: datetime
    first_started_at: datetime
    started_at: datetime
    episodes: tuple[Episode, ...]
    aliases: tuple[Alias, ...]
    sources: tuple[Source, ...]
    links: tuple[Link, ...] = ()
    etas: tuple[Eta, ...] = ()
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    affected: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    url: str | None = None
    advice: str | None = None
    updates: tuple[Update, ...] = ()
    observed: bool = False
    began: bool = True
    overrun: bool = False
    lacking: int = 0
    lacking_since: datetime | None = None
    measured: Measured | None = None

    @property
    def episode(self) -> Episode:
        """The current episode, or the last."""
        return self.episodes[-1]

    @property
    def is_open(self) -> bool:
        """True while its current episode has no end; announced maintenance is open too."""
        return self.episode.is_open

    @property
    def is_again(self) -> bool:
        """True when it was over before: what was only not watched for a while goes on."""
        return any(each.how is not EndHow.UNWATCHED for each in self.episodes[:-1])

    @property
    def eta(self) -> datetime | None:
        """The estimate now in force, None when there is none."""
        return self.etas[-1].value if self.etas else None

    @property
    def first_eta(self) -> datetime | None:
        """The first estimate that was ever given."""
        return next((eta.value for eta in self.etas if eta.value is not None), None)

    @property
    def eta_moves(self) -> int:
        """How often the estimate changed after it was first given."""
        values = [eta.value for eta in self.etas]
        while values and values[0] is None:
            values.pop(0)
        return max(0, len(values) - 1)
