"""What one poll said: a snapshot of everything, or the reason why there is none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.terms import FailureKind, IncidentKind, Level, Obstacle, Phase, Severity


@dataclass(frozen=True, slots=True)
class Component:
    """A thing whose own state the provider publishes: a component, a group, a service.

    ``group`` is the id of the group that holds it. ``raw`` is the state in the provider's own word, and ``known``
    is false where that word is not one of the documented ones.
    """

    id: str
    name: str
    level: Level
    raw: str
    group: str | None = None
    is_group: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Update:
    """One message of the provider about an incident, as plain text. ``at`` is aware UTC."""

    at: datetime
    phase: Phase
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """An incident as one provider tells it in one poll. All times are aware UTC.

    ``eta`` is when the provider expects the fix, None when no estimate is given. ``eta_readable`` is false when the
    place where the estimate stands could not be read this time: then None means nothing. ``affected`` are the
    provider's ids of what is hit (components, services); ``related`` further ids that a user may match (places,
    resources) without which the incident still counts as naming something. ``parents`` are provider ids of incidents
    that this one continues. ``observed`` marks a report made from a component's bare state, for which the provider
    declared no incident.
    """

    id: str
    title: str
    kind: IncidentKind
    severity: Severity
    phase: Phase
    raw_severity: str = ""
    raw_phase: str = ""
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    eta: datetime | None = None
    eta_given_at: datetime | None = None
    eta_readable: bool = True
    scheduled_start: datetime | None = None
    scheduled_end: datetime | None = None
    affected: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    url: str | None = None
    advice: str | None = None
    updates: tuple[Update, ...] = ()
    observed: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one successful poll said.

    ``components`` is empty where things have no states of their own (TMF656, feeds): see ``has_states``.
    ``lists_things`` is true where ``components`` is the full list of what can be matched, so that a match that is
    missing from it is a fault. ``unread`` are ids of incidents that could not be asked for this time; they are
    neither present nor gone. ``page_level`` is the page's own overall word, None where it has none.
    ``skew`` is the server's clock minus ours.
    """

    fetched_at: datetime
    page_name: str
    page_url: str
    reports: tuple[Report, ...] = ()
    components: tuple[Component, ...] = ()
    has_states: bool = False
    lists_things: bool = False
    unread: tuple[str, ...] = ()
    page_level: Level | None = None
    skew: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Failure:
    """A poll that gave no snapshot: which kind, in words for a log or the command line, and when to ask again.

    ``message`` holds no secret and no text longer than a line. ``retry_after`` is the server's wish, unbounded.
    ``obstacle`` is what exactly was in the way, where that is known, and ``place`` where: a host, a file, an account.
    """

    kind: FailureKind
    message: str
    at: datetime
    retry_after: timedelta | None = None
    obstacle: Obstacle | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a provider's API is like, as far as the rules need it.

    ``drops_resolved``: an ended incident simply leaves the list. ``keeps_resolved`` providers are asked for a missing
    one by its id. ``old_is_notice``: incidents open for over 14 days on an otherwise healthy page are leftovers.
    """

    drops_resolved: bool = True
    old_is_notice: bool = False
