"""Puts the secret of an account into the keyring, or takes it out: what ``tocsin secret`` does.

The secret comes from the terminal or from standard input, never from the command line, which every user of the
computer can read.
"""

import asyncio
import contextlib
import getpass
import os
import sys
import warnings
from collections.abc import Callable, Mapping, MutableMapping

from tocsin.adapters.environment import take_secrets_from_environment, variable
from tocsin.adapters.instance_client import send_command
from tocsin.adapters.oauth_tokens import NAME
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets, NotKept
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import PROXY_SECRET, Account, Auth, AuthKind, Settings
from tocsin.errors import EnvironmentFault, SecretUnavailable
from tocsin.ports import SecretRef
from tocsin.providers.registry import Registry

LONGEST = 64 * 1024
"""Bytes of a secret; no service gives out longer ones."""

Say = Callable[[str], None]
Read = Callable[[str], str]


def set_secret(
    profile: Profile,
    account_id: str,
    say: Say,
    *,
    read: Read | None = None,
    environ: MutableMapping[str, str] = os.environ,
) -> None:
    """Read a secret, keep it in the keyring, say so, and have a running Tocsin use it at once.

    ``account_id`` may also be the proxy's name for its password. Raises ``EnvironmentFault``: no such account, no
    secret given, no keyring that keeps it.
    """
    given = take_secrets_from_environment(environ)
    account = _whose(profile, account_id, environ)
    try:
        asyncio.run(_set(account, KeyringSecrets({}), read or read_secret))
    except KeyboardInterrupt:
        raise EnvironmentFault("Broken off: the secret that was there before stays") from None
    say(f"The secret of {account.id} is kept in the keyring.")
    if account.auth.kind is AuthKind.NONE:
        say("Nothing asks for it yet: its 'auth' in config.toml says none.")
    if account.id in given:
        say(f"{variable(account.id)} is set, and comes before the keyring.")
    tell_running(profile)


def remove_secret(
    profile: Profile, account_id: str, say: Say, *, environ: MutableMapping[str, str] = os.environ
) -> None:
    """Take an account's secret out of the keyring, and what a sign-in left there. The account need not exist any more.

    Raises ``SecretUnavailable`` where the keyring cannot be had, or does not let go of it.
    """
    given = take_secrets_from_environment(environ)
    try:
        was_there = asyncio.run(_remove(account_id, KeyringSecrets({})))
    except KeyboardInterrupt:
        raise EnvironmentFault("Broken off: it is not certain that the secret was removed") from None
    if was_there:
        say(f"The secret of {account_id} is not in the keyring any more.")
    else:
        say(f"The keyring holds no secret of {account_id}.")
    if account_id in given:
        say(f"{variable(account_id)} is set, and is still used.")
    tell_running(profile)


def settings_with(profile: Profile, account_id: str, environ: Mapping[str, str]) -> Settings:
    """The settings, to look an account up in. Raises ``SettingsError`` if it may be missing by a mistake in them."""
    loaded = TomlSettings(profile.settings, provider_keys=Registry(environ).keys()).load()
    if all(account.id != account_id for account in loaded.settings.accounts):
        for problem in loaded.problems:
            raise problem
    return loaded.settings


def account_of(settings: Settings, account_id: str) -> Account:
    """The account of an id. Raises ``EnvironmentFault`` where there is none."""
    for account in settings.accounts:
        if account.id == account_id:
            return account
    names = ", ".join(account.id for account in settings.accounts)
    raise EnvironmentFault(f"there is no account {account_id!r}", f"one of {names}" if names else "there is none yet")


def read_secret(prompt: str) -> str:
    """One line from the terminal, without showing it; all of standard input where that is none.

    Raises ``EnvironmentFault`` for what is no secret, or where the terminal would show it.
    """
    if sys.stdin.isatty():
        return _from_terminal(prompt)
    data = sys.stdin.buffer.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise EnvironmentFault(f"What came in is longer than {LONGEST // 1024} KiB, and no secret")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EnvironmentFault("What came in is not UTF-8 text") from None


def _from_terminal(prompt: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return ""
        except getpass.GetPassWarning:
            raise EnvironmentFault(
                "This terminal would show the secret while it is typed", "give it on standard input instead"
            ) from None


def _whose(profile: Profile, account_id: str, environ: Mapping[str, str]) -> Account:
    """The account whose secret is meant, or what stands for the proxy."""
    settings = settings_with(profile, account_id, environ)
    if account_id == PROXY_SECRET and settings.network.proxy_user:
        return Account(PROXY_SECRET, "", "", "", auth=Auth(AuthKind.BASIC, user=settings.network.proxy_user))
    return account_of(settings, account_id)


async def _set(account: Account, secrets: KeyringSecrets, read: Read) -> None:
    """Raises ``EnvironmentFault`` before anybody has typed, where no keyring would keep it."""
    ref = SecretRef(account.id)
    try:
        await secrets.get(ref)
    except NotKept:
        pass
    except SecretUnavailable as error:
        raise SecretUnavailable(
            f"{error.title}, and a secret is kept nowhere else",
            f"start or unlock the keyring, or start Tocsin with {variable(account.id)} set",
        ) from None
    secret = read(f"The secret of {account.id}: ").strip("\r\n")
    if not secret:
        raise EnvironmentFault("No secret was given", "the one that was there before stays")
    if any(char in secret for char in "\r\n\0"):
        raise EnvironmentFault("A secret is one line of text, and this is more", "nothing was kept")
    await secrets.keep(ref, secret)


async def _remove(account_id: str, secrets: KeyringSecrets) -> bool:
    found = [await secrets.erase(SecretRef(account_id, name)) for name in ("", NAME)]
    return any(found)


def tell_running(profile: Profile) -> None:
    """Have a Tocsin that runs look again, and ask."""
    with contextlib.suppress(EnvironmentFault):  # none may be running
        send_command(profile, "reload")
        send_command(profile, "check")
