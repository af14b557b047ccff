"""Writes ``config.toml`` so that comments and order survive. Apart from reading: only this needs tomlkit."""

import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array

from tocsin.adapters.profile import make_private
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import Account, Auth, AuthKind, Connection, OAuthFlow
from tocsin.errors import Bug, EnvironmentFault, SettingsError


def add_account(source: TomlSettings, account: Account) -> None:
    """Add an account to the end of the file's accounts. The file is replaced in one step, 0600.

    Raises ``SettingsError`` if the file has problems (it is left alone), if the id is taken or the account could not
    be read back; ``EnvironmentFault`` where it cannot be written.
    """
    text = source.read()
    before = source.parse(text)
    if before.problems:
        raise before.problems[0]
    if any(account.id == other.id for other in before.settings.accounts):
        raise SettingsError("accounts", "there is an account of this id already")
    after = _with_account(text, account)
    found = source.parse(after)
    if found.problems:
        raise found.problems[0]
    if found.settings != replace(before.settings, accounts=(*before.settings.accounts, account)):
        raise Bug("the settings to be saved would read as something else")
    _replace(source.path, after)


def _with_account(text: str, account: Account) -> str:
    document = tomlkit.parse(text)
    accounts = document.get("accounts")
    if isinstance(accounts, Array):  # accounts = [{...}]
        accounts.append(_plain(account))
    else:
        table = tomlkit.table()
        table.update(_plain(account))
        if isinstance(accounts, AoT):
            accounts.append(table)
        else:
            made = tomlkit.aot()
            made.append(table)
            document.append("accounts", made)
    return tomlkit.dumps(document)


def _plain(account: Account) -> dict[str, Any]:
    """An account as the file says it: what is the default is left out."""
    seconds = account.interval.total_seconds()
    said: dict[str, Any] = {"id": account.id, "provider": account.provider, "name": account.name, "url": account.url}
    said["interval"] = int(seconds) if seconds.is_integer() else seconds
    if account.allow_insecure:
        said["allow_insecure"] = True
    if account.auth.kind is not AuthKind.NONE:
        said["auth"] = _inline(_auth(account.auth))
    if account.options:
        said["options"] = _inline(dict(account.options))
    said["connections"] = [_connection(connection) for connection in account.connections]
    return said


def _auth(auth: Auth) -> dict[str, str]:
    values = {
        "header": auth.header if auth.kind is AuthKind.API_KEY else "",
        "user": auth.user,
        "flow": "" if auth.flow is OAuthFlow.CLIENT_CREDENTIALS else auth.flow.value,
        "authorize_url": auth.authorize_url,
        "device_url": auth.device_url,
        "token_url": auth.token_url,
        "client_id": auth.client_id,
        "scope": auth.scope,
    }
    return {"kind": auth.kind.value} | {key: value for key, value in values.items() if value}


def _connection(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "name": connection.name,
        "kind": connection.kind.value,
        "match": list(connection.match),
        "role": connection.role.value,
    }


def _inline(values: dict[str, str]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _replace(path: Path, text: str) -> None:
    """Put a new file in the place of the old one: either is whole at any moment, also over a power cut."""
    target = path.resolve()  # a link is kept, and what it points to is replaced
    make_private(target.parent)
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be written ({error.strerror})") from error


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be opened there; the file system's own journal has to do
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
