"""How an account proves itself, from its ``auth`` table; None, and reported, where asking without would be wrong."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tocsin.adapters import settings_urls as urls
from tocsin.adapters.settings_problems import Problems
from tocsin.adapters.toml_lines import Path
from tocsin.domain.account import Auth, AuthKind, OAuthFlow

AUTH_KEYS: Mapping[AuthKind, tuple[str, ...]] = MappingProxyType(
    {
        AuthKind.NONE: (),
        AuthKind.BEARER: (),
        AuthKind.API_KEY: ("header",),
        AuthKind.BASIC: ("user",),
        AuthKind.OAUTH2: ("flow", "token_url", "authorize_url", "device_url", "client_id", "scope"),
        AuthKind.LOGIN: ("user",),
    }
)
ALL_AUTH_KEYS = tuple(dict.fromkeys(key for keys in AUTH_KEYS.values() for key in keys))
OAUTH_URLS = ("token_url", "authorize_url", "device_url")
FLOW_URLS: Mapping[OAuthFlow, tuple[str, ...]] = MappingProxyType(
    {
        OAuthFlow.CLIENT_CREDENTIALS: ("token_url",),
        OAuthFlow.CODE: ("token_url", "authorize_url"),
        OAuthFlow.DEVICE: ("token_url", "device_url"),
    }
)

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # a token of RFC 9110, 5.6.2
_NOT_A_LOGIN = ("host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding")


def auth(path: Path, value: object, found: Problems, account: str) -> Auth | None:
    """How the account proves itself; None where asking without would be wrong."""
    table = found.table(path, value)
    if table is None:
        return None
    kind = found.choice(path, table, "kind", AuthKind.NONE, needed=True)
    found.unknown_keys(path, table, ("kind", *(AUTH_KEYS[kind] if kind else ALL_AUTH_KEYS)), account)
    if kind is AuthKind.API_KEY:
        return _api_key(path, table, found)
    if kind in (AuthKind.BASIC, AuthKind.LOGIN):
        user = found.needed(path, table, "user")
        return None if user is None else Auth(kind, user=user)
    if kind is AuthKind.OAUTH2:
        return _oauth2(path, table, found)
    return None if kind is None else Auth(kind)


def _api_key(path: Path, table: Mapping[str, Any], found: Problems) -> Auth | None:
    header = found.needed(path, table, "header") if "header" in table else Auth().header
    if header is None or (_HEADER.fullmatch(header) and header.lower() not in _NOT_A_LOGIN):
        return None if header is None else Auth(AuthKind.API_KEY, header=header)
    found.add((*path, "header"), "is not the name of a header that a key may travel in")
    return None


def _oauth2(path: Path, table: Mapping[str, Any], found: Problems) -> Auth | None:
    flow = found.choice(path, table, "flow", OAuthFlow.CLIENT_CREDENTIALS)
    client_id = found.needed(path, table, "client_id")
    scope = found.text(path, table, "scope", "")
    # An address that the flow does not use may stand there; the other way round nobody could sign in.
    needed = FLOW_URLS[flow or OAuthFlow.CLIENT_CREDENTIALS]
    given = {name: _oauth_url(path, table, name, found) for name in OAUTH_URLS if name in table or name in needed}
    if flow is None or client_id is None or None in given.values():
        return None
    return Auth(
        AuthKind.OAUTH2,
        client_id=client_id,
        scope=scope,
        flow=flow,
        token_url=given["token_url"] or "",
        authorize_url=given.get("authorize_url") or "",
        device_url=given.get("device_url") or "",
    )


def _oauth_url(path: Path, table: Mapping[str, Any], name: str, found: Problems) -> str | None:
    """Where a secret is sent or a person signs in: always encrypted, whatever the account allows for its polls."""
    value = found.needed(path, table, name)
    if value is None:
        return None
    problem = urls.problem_with_url(value, allow_insecure=False)
    if problem is None and "://" not in value:
        problem = "is not a whole address"
    if problem is not None:
        found.add((*path, name), problem, ("https://...", "http:// on this computer"))
        return None
    return value
