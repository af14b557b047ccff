"""What the user asked to be watched: accounts, connections, and the policy by which alarms are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import StrEnum
from types import MappingProxyType

from tocsin.domain.terms import ConnectionKind, Role


class AuthKind(StrEnum):
    """How an account proves to its provider who is asking."""

    NONE = "none"
    BEARER = "bearer"
    API_KEY = "api_key"
    BASIC = "basic"
    OAUTH2 = "oauth2"
    LOGIN = "login"


class OAuthFlow(StrEnum):
    """How an access token is come by: without a person, through the browser, or by a code typed in elsewhere."""

    CLIENT_CREDENTIALS = "client_credentials"
    CODE = "code"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Auth:
    """The public half of a login. The secret half is named by the account's id and never stands here.

    ``header`` is for an API key, ``user`` for basic and for a login (which the provider's own exchange carries out),
    the rest for OAuth2: ``authorize_url`` for the flow with a browser, ``device_url`` for the one with a code.
    """

    kind: AuthKind = AuthKind.NONE
    header: str = "X-Api-Key"
    user: str = ""
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    flow: OAuthFlow = OAuthFlow.CLIENT_CREDENTIALS
    authorize_url: str = ""
    device_url: str = ""

    @property
    def is_by_person(self) -> bool:
        """Whether a person has to sign in, in the browser or with a code."""
        return self.kind is AuthKind.OAUTH2 and self.flow is not OAuthFlow.CLIENT_CREDENTIALS


@dataclass(frozen=True, slots=True)
class Connection:
    """What the user depends on, within one account. ``match`` holds the provider's ids; empty means all of it."""

    id: str
    name: str
    kind: ConnectionKind = ConnectionKind.INTERNET
    role: Role = Role.PRIMARY
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """Whom to turn to, kept here so that it can be read without a connection. All of it is the user's own text.

    ``phone`` is the help desk, ``outage_line`` a number that plays what is known of outages, ``mail`` where reports
    go, ``status_url`` the page to open on a phone, ``steps`` what to try before calling.
    """

    phone: str = ""
    outage_line: str = ""
    mail: str = ""
    status_url: str = ""
    hours: str = ""
    customer_number: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One configured use of a provider. ``interval`` is the time between two polls; ``paused``: not asked for now."""

    id: str
    provider: str
    name: str
    url: str
    interval: timedelta = timedelta(seconds=60)
    auth: Auth = Auth()
    connections: tuple[Connection, ...] = ()
    allow_insecure: bool = False
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    help: Help = Help()
    paused: bool = False


LINE_PROVIDER = "line"
"""The provider of an account that has no API: only its line is watched."""


class Usage(StrEnum):
    """What the computer is used for; it decides what is worth an alarm by default."""

    HOME = "home"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Line:
    """What the measurement of the user's own link may contact. Targets and names empty: the accounts' own hosts.

    ``public`` is whether hosts beyond those may be contacted: None until the user was asked. ``measure`` false: not at
    all. ``calls`` is whether a line that is unfit for calls is worth an alarm: None leaves it to the usage.
    ``interface`` is that of the primary uplink where a backup exists, empty for what is found out.
    """

    targets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    public: bool | None = None
    measure: bool = True
    calls: bool | None = None
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Notifications:
    """When to be quiet: by the clock of this computer, from ``quiet_from`` to ``quiet_until``, over midnight or not.

    None is never. ``outages_in_quiet``: an outage is told and rings all the same.
    """

    quiet_from: time | None = None
    quiet_until: time | None = None
    outages_in_quiet: bool = True


@dataclass(frozen=True, slots=True)
class Appearance:
    """How it looks. ``swing``: the bell in the tray swings while an alarm rings."""

    swing: bool = True


SYSTEM_PROXY = "system"
NO_PROXY = "none"
UNUSABLE_PROXY = "unusable"
"""What the settings say cannot be used: nothing is asked past a proxy that somebody meant to set."""

PROXY_SECRET = "proxy"  # noqa: S105 -- the name of the secret
"""What the proxy's password is kept under, in the place of an account's id."""


@dataclass(frozen=True, slots=True)
class Network:
    """How the providers are reached. ``proxy`` is one of the three words above, or a whole address without a user.

    The files are named, not read: ``ca_file`` holds authorities beside the system's, ``client_cert`` and
    ``client_key`` what this computer shows to a server that asks who it is. Nothing here is a secret.
    """

    proxy: str = SYSTEM_PROXY
    proxy_user: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that ``config.toml`` says that could be read. ``language`` None means the system's."""

    accounts: tuple[Account, ...] = ()
    line: Line = Line()
    language: str | None = None
    usage: Usage = Usage.HOME
    notifications: Notifications = Notifications()
    appearance: Appearance = Appearance()
    network: Network = Network()

    @property
    def alarms_on_calls(self) -> bool:
        """Whether a line that is unfit for calls is worth an alarm."""
        return self.usage is Usage.BUSINESS if self.line.calls is None else self.line.calls


def without_paused(settings: Settings) -> Settings:
    """The settings as far as they are acted on now."""
    return replace(settings, accounts=tuple(each for each in settings.accounts if not each.paused))
