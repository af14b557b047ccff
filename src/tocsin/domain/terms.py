"""The words that everything else is said in: levels, severities, phases and kinds.

The order of ``Level`` and ``Severity`` is part of their meaning: the worst of several is their ``max``.
"""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How a connection, or the whole tray, stands. ``UNKNOWN`` outranks maintenance: not knowing is not fine."""

    OK = 0
    NOTICE = 1
    MAINTENANCE = 2
    UNKNOWN = 3
    DEGRADED = 4
    OUTAGE = 5

    @property
    def word(self) -> str:
        """The name in lower case, as the command line's JSON and the icon files spell it."""
        return self.name.lower()

    @property
    def is_definite_trouble(self) -> bool:
        """True for what a failed poll must not wash away: a stated disturbance."""
        return self >= Level.DEGRADED


class Severity(IntEnum):
    """How bad an incident is, whoever says so; the provider's raw word is kept beside it."""

    NOTICE = 0
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The name in lower case, as the JSON spells it."""
        return self.name.lower()


class Phase(StrEnum):
    """Where an incident is on its way to its end."""

    SCHEDULED = "scheduled"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """True for the two phases that end an incident."""
        return self in (Phase.RESOLVED, Phase.CANCELLED)


class IncidentKind(StrEnum):
    """Whether a disturbance happened or was planned."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"


class Relevance(StrEnum):
    """How sure it is that an incident concerns a connection."""

    LINKED = "linked"
    POSSIBLE = "possible"
    NONE = "none"


class ConnectionKind(StrEnum):
    """What sort of thing the user depends on; it decides the advice that is given."""

    INTERNET = "internet"
    MAIL = "mail"
    PHONE = "phone"
    TV = "tv"
    MOBILE = "mobile"
    SERVICE = "service"


class Role(StrEnum):
    """Whether a connection is the one in daily use or the one behind it."""

    PRIMARY = "primary"
    BACKUP = "backup"


class EndHow(StrEnum):
    """How the end of an incident was learnt.

    ``UNWATCHED``: the user stopped watching it. ``UNAFFECTED``: the provider no longer says that it hits what is
    watched. ``MERGED``: what we had observed was declared by the provider and goes on as that incident.
    """

    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    VANISHED = "vanished"
    UNWATCHED = "unwatched"
    UNAFFECTED = "unaffected"
    MERGED = "merged"


class FailureKind(StrEnum):
    """Why a poll gave no snapshot; the command line's ``error.kind``."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    HTTP_STATUS = "http_status"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate_limited"
    REDIRECT = "redirect"
    NOT_STATUS_API = "not_status_api"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"


class ChangeKind(StrEnum):
    """What can happen to an incident between two polls; the event words of the command line."""

    STARTED = "started"
    UPDATED = "updated"
    WORSENED = "worsened"
    EASED = "eased"
    ETA_CHANGED = "eta_changed"
    RESOLVED = "resolved"
    VANISHED = "vanished"
    MAINTENANCE_ANNOUNCED = "maintenance_announced"
    MAINTENANCE_STARTED = "maintenance_started"
    MAINTENANCE_OVERRUN = "maintenance_overrun"
    MAINTENANCE_FINISHED = "maintenance_finished"


class Urgency(StrEnum):
    """How loudly a message is said; freedesktop's three urgencies."""

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"
