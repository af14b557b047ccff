"""From the tables of ``config.toml`` to settings: what is right is taken, what is wrong is reported.

A field without which asking would be wrong (id, provider, url, auth, match) costs its account or connection; any other
falls back to its default. A match that is wrong costs the connection, because an empty one means everything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from tocsin.adapters import settings_urls as urls
from tocsin.adapters.settings_problems import Problems, is_secret
from tocsin.adapters.toml_lines import Path
from tocsin.domain.account import Account, Auth, AuthKind, Connection, Line, OAuthFlow, Settings
from tocsin.domain.terms import ConnectionKind, Role

PLANNED = (
    *("statuspage", "incidentio", "instatus", "betterstack", "statusio", "statuspal", "sorry", "cachet", "uptimekuma"),
    *("cstate", "upptime", "freshstatus", "google", "aws", "m365", "slack", "salesforce", "tmf656", "mef124"),
    *("aussiebb", "nbn", "feed", "maintnote", "alertmanager", "json", "line"),
)
DEFAULT_INTERVAL = timedelta(seconds=60)
LEAST = 30  # seconds between two polls
LEAST_LOOPBACK = 1
MOST = 24 * 60 * 60

TOP_KEYS = ("accounts", "line", "language")
ACCOUNT_KEYS = ("id", "provider", "name", "url", "interval", "auth", "connections", "allow_insecure", "options")
CONNECTION_KEYS = ("id", "name", "kind", "role", "match")
LINE_KEYS = ("targets", "names")
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

_ID = re.compile(r"[a-z0-9-]{1,32}")
_ID_RULE = "1 to 32 of a-z, 0-9 and -"
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # a token of RFC 9110, 5.6.2
_NOT_A_LOGIN = ("host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding")


def check(document: Mapping[str, Any], found: Problems, available: Sequence[str]) -> Settings:
    """The settings of a parsed file. ``available`` are the keys of the providers that this version has."""
    found.unknown_keys((), document, TOP_KEYS)
    accounts: dict[str, Account] = {}
    for path, table in found.tables(("accounts",), document.get("accounts", [])):
        account = _account(path, table, found, available)
        if account is None:
            continue
        if account.id in accounts:
            found.add((*path, "id"), "is the id of an account above; ids are unique")
        else:
            accounts[account.id] = account
    line = _line(document.get("line", {}), found)
    return Settings(tuple(accounts.values()), line, _language(document, found))


def _account(path: Path, table: Mapping[str, Any], found: Problems, available: Sequence[str]) -> Account | None:
    own = _id(path, table, found)
    found.unknown_keys(path, table, ACCOUNT_KEYS, own or "<ID>")
    provider = _provider(path, table, found, available)
    allow_insecure = found.flag(path, table, "allow_insecure")
    url = _url(path, table, found, allow_insecure=allow_insecure)
    auth = _auth((*path, "auth"), table.get("auth", {"kind": "none"}), found, own or "<ID>")
    name = found.text(path, table, "name", own or "")
    interval = _interval(path, table, found, url)
    connections = _connections((*path, "connections"), table.get("connections", []), found)
    options = _options((*path, "options"), table.get("options", {}), found, own or "<ID>")
    if own is None or provider is None or url is None or auth is None or connections is None:
        return None
    # An account that names no connection is watched as a whole, as one connection of its own name.
    return Account(
        id=own,
        provider=provider,
        name=name,
        url=url,
        interval=interval,
        auth=auth,
        connections=connections or (Connection(own, name),),
        allow_insecure=allow_insecure,
        options=options,
    )


def _id(path: Path, table: Mapping[str, Any], found: Problems) -> str | None:
    value = found.needed(path, table, "id", (_ID_RULE,))
    if value is None or _ID.fullmatch(value):
        return value
    found.add((*path, "id"), "is not an id", (_ID_RULE,))
    return None


def _provider(path: Path, table: Mapping[str, Any], found: Problems, available: Sequence[str]) -> str | None:
    value = found.needed(path, table, "provider", available)
    if value is None or value in available:
        return value
    known = value in PLANNED
    found.add(
        (*path, "provider"), "is not available in this version" if known else "is not a provider's key", available
    )
    return None


def _url(path: Path, table: Mapping[str, Any], found: Problems, *, allow_insecure: bool) -> str | None:
    value = found.needed(path, table, "url")
    problem = None if value is None else urls.problem_with_url(value, allow_insecure=allow_insecure)
    if problem is None:
        return value
    found.add((*path, "url"), problem, ("https://...", "http:// on this computer"))
    return None


def _interval(path: Path, table: Mapping[str, Any], found: Problems, url: str | None) -> timedelta:
    if "interval" not in table:
        return DEFAULT_INTERVAL
    value = table["interval"]
    least = LEAST_LOOPBACK if url is not None and urls.is_loopback_url(url) else LEAST
    # a bool is an int to Python; a comparison with nan is false
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= MOST:
        return timedelta(seconds=value)
    found.add((*path, "interval"), "is not a number of seconds that may stand here", (f"{least} to {MOST}",))
    return DEFAULT_INTERVAL


def _auth(path: Path, value: object, found: Problems, account: str) -> Auth | None:
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


def _connections(path: Path, value: object, found: Problems) -> tuple[Connection, ...] | None:
    """The connections that are right; None if there are some and none of them is."""
    connections: dict[str, Connection] = {}
    for place, table in found.tables(path, value):
        connection = _connection(place, table, found)
        if connection is None:
            continue
        if connection.id in connections:
            found.add((*place, "id"), "is the id of a connection above; ids are unique within an account")
        else:
            connections[connection.id] = connection
    return tuple(connections.values()) if connections or value == [] else None


def _connection(path: Path, table: Mapping[str, Any], found: Problems) -> Connection | None:
    found.unknown_keys(path, table, CONNECTION_KEYS)
    own = _id(path, table, found)
    match = found.texts((*path, "match"), table.get("match", []))
    made = Connection(
        id=own or "",
        name=found.text(path, table, "name", own or ""),
        kind=found.choice(path, table, "kind", ConnectionKind.INTERNET) or ConnectionKind.INTERNET,
        role=found.choice(path, table, "role", Role.PRIMARY) or Role.PRIMARY,
    )
    return None if own is None or match is None else replace(made, match=match)


def _options(path: Path, value: object, found: Problems, account: str) -> Mapping[str, str]:
    table = found.table(path, value) or {}
    found.secrets(path, table, account)
    for key, one in table.items():
        if not isinstance(one, str):
            found.add((*path, key), "is not a text")
    right = {key: one for key, one in table.items() if isinstance(one, str) and not is_secret(key)}
    return MappingProxyType(right)


def _line(value: object, found: Problems) -> Line:
    path: Path = ("line",)
    table = found.table(path, value) or {}
    found.unknown_keys(path, table, LINE_KEYS)
    targets = found.texts((*path, "targets"), table.get("targets", [])) or ()
    names = found.texts((*path, "names"), table.get("names", [])) or ()
    wrong = {target: problem for target in targets if (problem := urls.problem_with_target(target)) is not None}
    for target, problem in wrong.items():
        found.add((*path, "targets", table["targets"].index(target)), problem)
    wrong_names = [name for name in names if not urls.is_host_name(name)]
    for name in wrong_names:
        found.add((*path, "names", table["names"].index(name)), "is not the name of a host")
    return Line(
        tuple(target for target in targets if target not in wrong),
        tuple(name for name in names if name not in wrong_names),
    )


def _language(document: Mapping[str, Any], found: Problems) -> str | None:
    value = document.get("language")
    if value is None or (isinstance(value, str) and _LANGUAGE.fullmatch(value)):
        return value
    found.add(("language",), "is not the code of a language", ("en", "nl"))
    return None
