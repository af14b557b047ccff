"""What the settings say of the way out: the proxy, further authorities, a certificate of one's own.

A proxy that is wrong is never left out: what somebody meant to go through it must not go past it. Whether the files are
there is found out when they are used.
"""

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from tocsin.adapters import settings_urls as urls
from tocsin.adapters.settings_problems import Problems
from tocsin.adapters.toml_lines import Path
from tocsin.domain.account import NO_PROXY, PROXY_SECRET, SYSTEM_PROXY, UNUSABLE_PROXY, Network

NETWORK_KEYS = ("proxy", "proxy_user", "ca_file", "client_cert", "client_key")
PROXIES = (SYSTEM_PROXY, NO_PROXY, "http://proxy.example.net:3128")
LONGEST = 1000  # characters of a path

_PATH: Path = ("network",)
_USER = re.compile(r"[^\x00-\x1f\x7f:]{1,256}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def network(value: object, found: Problems, accounts: Mapping[str, object]) -> Network:
    """The table ``network``. ``accounts`` by id: none may share its secret with the proxy."""
    table = found.table(_PATH, value)
    if table is None:
        return Network(proxy=UNUSABLE_PROXY)
    found.unknown_keys(_PATH, table, NETWORK_KEYS, PROXY_SECRET)
    certificate, key = _file(table, "client_cert", found), _file(table, "client_key", found)
    if key and not certificate:
        found.add((*_PATH, "client_key"), "needs client_cert beside it")
        key = ""
    return Network(
        proxy=_proxy(table, found),
        proxy_user=_user(table, found, accounts),
        ca_file=_file(table, "ca_file", found),
        client_cert=certificate,
        client_key=key,
    )


def _proxy(table: Mapping[str, Any], found: Problems) -> str:
    value = table.get("proxy", SYSTEM_PROXY)
    if value in (SYSTEM_PROXY, NO_PROXY):
        return str(value)
    problem = _problem_with_proxy(value) if isinstance(value, str) else "is not a text"
    if problem is None:
        return value if "://" in value else f"http://{value}"
    found.add((*_PATH, "proxy"), problem, PROXIES)
    return UNUSABLE_PROXY


def _problem_with_proxy(text: str) -> str | None:
    """What is wrong with the address of a proxy, None if nothing is. Its user has a key of its own."""
    whole = text if "://" in text else f"http://{text}"
    if "://" not in text and "." not in text and ":" not in text:
        return "is neither “system” nor “none”, nor the address of a proxy"
    if "@" in whole:
        return "has a user name or a password in it; set proxy_user, and keep the password in the keyring"
    problem = urls.problem_with_url(whole, allow_insecure=True)
    if problem is not None:
        return "is not the address of an http proxy" if problem == "is not an https address" else problem
    parts = urlsplit(whole)
    return "has more than a host and a port in it" if parts.path.strip("/") or parts.query or parts.fragment else None


def _user(table: Mapping[str, Any], found: Problems, accounts: Mapping[str, object]) -> str:
    value = found.text(_PATH, table, "proxy_user", "")
    if not value:
        return ""
    if not _USER.fullmatch(value):
        found.add((*_PATH, "proxy_user"), "has a colon or a control character in it, or is too long")
        return ""
    if PROXY_SECRET in accounts:
        problem = f'would share its secret with the account "{PROXY_SECRET}"; give that account another id'
        found.add((*_PATH, "proxy_user"), problem)
        return ""
    return value


def _file(table: Mapping[str, Any], key: str, found: Problems) -> str:
    value = found.text(_PATH, table, key, "")
    if not value:
        return ""
    if len(value) > LONGEST or _UNPRINTABLE.search(value):
        found.add((*_PATH, key), "is not the path of a file")
        return ""
    if not value.startswith("~") and not FilePath(value).is_absolute():
        found.add((*_PATH, key), "is not a whole path", ("/path/to/file.pem", "~/file.pem"))
        return ""
    return value
