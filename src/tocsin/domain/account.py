"""What the user asked to be watched: accounts, connections, and the policy by which alarms are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
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


@dataclass(frozen=True, slots=True)
class Connection:
    """What the user depends on, within one account. ``match`` holds the provider's ids; empty means all of it."""

    id: str
    name: str
    kind: ConnectionKind = ConnectionKind.INTERNET
    role: Role = Role.PRIMARY
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One configured use of a provider. ``interval`` is the time between two polls."""

    id: str
    provider: str
    name: str
    url: str
    interval: timedelta = timedelta(seconds=60)
    auth: Auth = Auth()
    connections: tuple[Connection, ...] = ()
    allow_insecure: bool = False
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Line:
    """What the measurement of the user's own link may contact. Both empty: the accounts' own hosts."""

    targets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All that ``config.toml`` says that could be read. ``language`` None means the system's."""

    accounts: tuple[Account, ...] = ()
    line: Line = Line()
    language: str | None = None
