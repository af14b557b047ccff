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
    watched. ``MERGED``: what we had observed was declared by the provider and goes on as that incident. ``UNKNOWN``: it
    was over when measuring began again; when it ended was not measured.
    """

    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    VANISHED = "vanished"
    UNWATCHED = "unwatched"
    UNAFFECTED = "unaffected"
    MERGED = "merged"
    UNKNOWN = "unknown"


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


class Obstacle(StrEnum):
    """What exactly kept a poll from its answer, where that is known better than by its ``FailureKind``.

    For each there is a remedy, which ``words.obstacles`` says.
    """

    NETWORK_SETTINGS = "network_settings"
    PROXY_UNSUPPORTED = "proxy_unsupported"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_SILENT = "proxy_silent"
    PROXY_NONSENSE = "proxy_nonsense"
    PROXY_LOGIN = "proxy_login"
    PROXY_PASSWORD = "proxy_password"  # noqa: S105 -- a word, not a secret
    PROXY_REFUSES = "proxy_refuses"
    PROXY_CANNOT = "proxy_cannot"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_EARLY = "certificate_early"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    CERTIFICATE_NAME = "certificate_name"
    CERTIFICATE_WANTED = "certificate_wanted"
    CERTIFICATE_REFUSED = "certificate_refused"
    CA_FILE = "ca_file"
    CLIENT_FILES = "client_files"
    SECRET_MISSING = "secret_missing"  # noqa: S105 -- a word, not a secret
    KEYRING_SILENT = "keyring_silent"
    KEYRING_LOCKED = "keyring_locked"
    KEYRING_ABSENT = "keyring_absent"
    SIGN_IN = "sign_in"
    OPTION = "option"
    PATH = "path"

    @property
    def may_pass(self) -> bool:
        """True for what may be over by the next poll; the rest waits for the user."""
        return self in (
            Obstacle.PROXY_UNREACHABLE,
            Obstacle.PROXY_SILENT,
            Obstacle.PROXY_CANNOT,
            Obstacle.KEYRING_SILENT,
        )


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


class LineState(StrEnum):
    """How the line stands. ``NOT_MEASURED`` is a value of its own: neither good nor bad."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    CAPTIVE_PORTAL = "captive_portal"
    LOCAL_FAULT = "local_fault"
    NOT_MEASURED = "not_measured"

    @property
    def is_trouble(self) -> bool:
        """True for what makes an incident; a network that asks to be signed in to is nobody's disturbance."""
        return self in (LineState.DEGRADED, LineState.DOWN, LineState.LOCAL_FAULT)

    @property
    def is_cut(self) -> bool:
        """True where nothing gets through."""
        return self in (LineState.DOWN, LineState.LOCAL_FAULT, LineState.CAPTIVE_PORTAL)


class Cause(StrEnum):
    """Where it is broken, seen from here.

    ``LOCAL_FAULT`` with ``BEYOND_GATEWAY`` is the user's own VPN, through which nothing comes while the line beneath it
    works; ``NOT_MEASURED`` with ``OWN_NETWORK`` is a computer whose user has disconnected it.
    """

    OWN_NETWORK = "own_network"
    GATEWAY = "gateway"
    DNS = "dns"
    BEYOND_GATEWAY = "beyond_gateway"
    CAPTIVE_PORTAL = "captive_portal"
