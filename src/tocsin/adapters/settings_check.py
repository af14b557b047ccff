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

from tocsin.adapters import settings_auth, settings_line, settings_look, settings_network
from tocsin.adapters import settings_urls as urls
from tocsin.adapters.settings_problems import Problems, is_secret
from tocsin.adapters.toml_lines import Path
from tocsin.domain.account import LINE_PROVIDER, Account, Connection, Settings, Usage
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

TOP_KEYS = ("accounts", "line", "language", "usage", "notifications", "appearance", "network")
ACCOUNT_KEYS = (
    *(
        "id",
        "provider",
        "name",
        "url",
        "interval",
        "paused",
        "auth",
        "connections",
        "allow_insecure",
        "options",
        "help",
    ),
)
CONNECTION_KEYS = ("id", "name", "kind", "role", "match")

_ID = re.compile(r"[a-z0-9-]{1,32}")
_ID_RULE = "1 to 32 of a-z, 0-9 and -"
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")


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
    return Settings(
        accounts=tuple(accounts.values()),
        line=settings_line.line(document.get("line", {}), found),
        language=_language(document, found),
        usage=found.choice((), document, "usage", Usage.HOME) or Usage.HOME,
        notifications=settings_look.notifications(document.get("notifications", {}), found),
        appearance=settings_look.appearance(document.get("appearance", {}), found),
        network=settings_network.network(document.get("network", {}), found, accounts),
    )


def _account(path: Path, table: Mapping[str, Any], found: Problems, available: Sequence[str]) -> Account | None:
    own = _id(path, table, found)
    found.unknown_keys(path, table, ACCOUNT_KEYS, own or "<ID>")
    provider = _provider(path, table, found, available)
    allow_insecure = found.flag(path, table, "allow_insecure")
    if provider != LINE_PROVIDER:
        url = _url(path, table, found, allow_insecure=allow_insecure)
    else:  # nobody is asked: an address is something more to measure with, and may be missing
        url = "" if table.get("url", "") == "" else _url(path, table, found, allow_insecure=allow_insecure) or ""
    auth = settings_auth.auth((*path, "auth"), table.get("auth", {"kind": "none"}), found, own or "<ID>")
    name = found.text(path, table, "name", own or "")
    interval = _interval(path, table, found, url)
    connections = _connections((*path, "connections"), table.get("connections", []), found)
    options = _options((*path, "options"), table.get("options", {}), found, own or "<ID>")
    help_there = settings_line.help_of((*path, "help"), table.get("help", {}), found, own or "<ID>")
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
        help=help_there,
        paused=found.flag(path, table, "paused"),
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
        (*path, "provider"),
        "is not available in this version" if known else "is not a provider of this version",
        available,
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


def _language(document: Mapping[str, Any], found: Problems) -> str | None:
    value = document.get("language")
    if value is None or (isinstance(value, str) and _LANGUAGE.fullmatch(value)):
        return value
    found.add(("language",), "is not the code of a language", ("en", "nl", "de", "fr"))
    return None
