"""Puts an account's secret or token into a request, and nothing that could carry more than one header there."""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping

from tocsin.adapters.http_errors import blocked, no_secret
from tocsin.adapters.http_proxy import Proxy
from tocsin.domain.account import PROXY_SECRET, Account, AuthKind, Network
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import Bug, PollFailed, SecretUnavailable
from tocsin.ports import SecretRef, Secrets

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?|")
_SECRET = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_BEARER = "Bearer "
_OURS = frozenset(
    {
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "cookie",
        "host",
        "if-modified-since",
        "if-none-match",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "upgrade",
    }
)


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """A provider's own headers, names in lower case. Raises ``Bug`` for one that is not its to set or not sendable."""
    for name, value in headers.items():
        if not is_header_name(name) or name.lower() in _OURS or not _VALUE.fullmatch(value):
            raise Bug("A provider set a header that it may not set")
    return {name.lower(): value for name, value in headers.items()}


def is_header_name(name: str) -> bool:
    """True for a token after RFC 9110, 5.6.2."""
    return _TOKEN.fullmatch(name) is not None


async def login_headers(
    account: Account, secrets: Secrets, tokens: Callable[[Account], Awaitable[str]]
) -> dict[str, str]:
    """The headers that prove who asks; none for an account without a login. ``tokens`` gives those of OAuth2.

    Raises ``PollFailed``: unauthorized for a secret that is missing or cannot be sent, unsupported for a login that
    cannot be made.
    """
    auth = account.auth
    match auth.kind:
        case AuthKind.NONE:
            return {}
        case AuthKind.BEARER:
            return {"authorization": f"{_BEARER}{await _sendable_secret(account, secrets)}"}
        case AuthKind.API_KEY:
            name = auth.header.lower()
            if not is_header_name(name) or name in _OURS - {"authorization", "cookie"}:
                raise PollFailed(FailureKind.UNSUPPORTED, "The header named for the API key cannot be sent")
            return {name: await _sendable_secret(account, secrets)}
        case AuthKind.BASIC:
            if ":" in auth.user:
                raise PollFailed(FailureKind.UNSUPPORTED, "A user name for basic login must not contain a colon")
            pair = f"{auth.user}:{await _secret(account, secrets)}".encode()
            return {"authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
        case AuthKind.OAUTH2:
            return {"authorization": f"{_BEARER}{await tokens(account)}"}
        case AuthKind.LOGIN:
            return {}  # the provider's own exchange logs in, and a cookie says so from then on


def token_of(login: Mapping[str, str]) -> str:
    """The token in the headers of a login by OAuth2."""
    return login.get("authorization", "").removeprefix(_BEARER)


async def proxy_login(secrets: Secrets, network: Network, proxy: Proxy) -> tuple[str, str] | None:
    """Who a proxy is told is asking, and the password: as its address says, else as the settings do, else nothing.

    Raises ``PollFailed`` (unauthorized) for a password that cannot be had.
    """
    if proxy.user:
        if proxy.password:
            secrets.hide(proxy.password)
        return proxy.user, proxy.password
    if not network.proxy_user:
        return None
    try:
        return network.proxy_user, await secrets.get(SecretRef(PROXY_SECRET))
    except SecretUnavailable as error:
        raise blocked(FailureKind.UNAUTHORIZED, Obstacle.PROXY_PASSWORD, str(proxy), error.title) from error


async def json_form(fields: Mapping[str, str | SecretRef], account: Account, secrets: Secrets) -> bytes:
    """A JSON object with the account's secret where the provider named it. Raises as ``login_headers`` does."""
    filled = {}
    for name, value in fields.items():
        if isinstance(value, SecretRef) and value != SecretRef(account.id):
            raise Bug("A provider named a secret that is not its account's own")
        filled[name] = await _secret(account, secrets) if isinstance(value, SecretRef) else value
    return json.dumps(filled).encode("ascii")


async def _secret(account: Account, secrets: Secrets) -> str:
    try:
        return await secrets.get(SecretRef(account.id))
    except SecretUnavailable as error:
        raise no_secret(error, account.id) from error


async def _sendable_secret(account: Account, secrets: Secrets) -> str:
    secret = await _secret(account, secrets)
    if not _SECRET.fullmatch(secret):
        raise PollFailed(FailureKind.UNAUTHORIZED, "The secret contains characters that cannot be sent in a header")
    return secret
