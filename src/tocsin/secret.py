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
from dataclasses import dataclass
from functools import partial
from typing import Self

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
from tocsin.speaking import words_of
from tocsin.words import keeping
from tocsin.words.phrasebook import Phrasebook

LONGEST = 64 * 1024
"""Bytes of a secret; no service gives out longer ones."""

Say = Callable[[str], None]
Read = Callable[[str], str]


@dataclass(slots=True)
class BrokenOff:
    """What Ctrl-C makes of what is done under this: an ``EnvironmentFault`` that says what is true by then.

    Who goes on to something that may be carried out all the same, whoever waits for it, changes ``said`` before.
    """

    said: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is KeyboardInterrupt:
            raise EnvironmentFault(self.said) from None


def not_certain(words: Phrasebook) -> str:
    """The keyring was being handed a secret: whether it has it is not known, and what to do about it."""
    return words.gettext(
        "Broken off: it is not certain whether the keyring has the new secret. Give it once more to be sure"
    )


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
    words = words_of(profile, environ)
    account = _whose(profile, account_id, environ, words)
    try:
        with BrokenOff(words.gettext("Broken off: the secret that was there before stays")) as broken_off:
            secret = _asked(account, words, read or partial(read_secret, words))
            broken_off.said = not_certain(words)
            asyncio.run(KeyringSecrets({}).keep(SecretRef(account.id), secret))
    except SecretUnavailable as error:
        raise EnvironmentFault(keeping.not_taken(words, error.obstacle, variable(account.id))) from error
    say(words.gettext("The secret of {account} is kept in the keyring.").format(account=account.id))
    if account.auth.kind is AuthKind.NONE:
        said = words.gettext("Nothing asks for it yet: choose how to sign in to {account} in the settings.")
        say(said.format(account=account.id))
    if account.id in given:
        say(words.gettext("{variable} is set, and comes before the keyring.").format(variable=variable(account.id)))
    tell_running(profile)


def remove_secret(
    profile: Profile, account_id: str, say: Say, *, environ: MutableMapping[str, str] = os.environ
) -> None:
    """Take an account's secret out of the keyring, and what a sign-in left there. The account need not exist any more.

    Raises ``EnvironmentFault`` where the keyring cannot be had, or does not let go of it.
    """
    given = take_secrets_from_environment(environ)
    words = words_of(profile, environ)
    try:
        with BrokenOff(words.gettext("Broken off: it is not certain that the secret was removed")):
            was_there = asyncio.run(_remove(account_id, KeyringSecrets({})))
    except SecretUnavailable as error:
        raise EnvironmentFault(keeping.not_let_go(words, error.obstacle)) from error
    if was_there:
        said = words.gettext("The secret of {account} is not in the keyring any more.")
    else:
        said = words.gettext("The keyring holds no secret of {account}.")
    say(said.format(account=account_id))
    if account_id in given:
        say(words.gettext("{variable} is set, and is still used.").format(variable=variable(account_id)))
    tell_running(profile)


def settings_with(profile: Profile, account_id: str, environ: Mapping[str, str]) -> Settings:
    """The settings, to look an account up in. Raises ``SettingsError`` if it may be missing by a mistake in them."""
    loaded = TomlSettings(profile.settings, provider_keys=Registry(environ).keys()).load()
    if all(account.id != account_id for account in loaded.settings.accounts):
        for problem in loaded.problems:
            raise problem
    return loaded.settings


def account_of(settings: Settings, account_id: str, words: Phrasebook) -> Account:
    """The account of an id. Raises ``EnvironmentFault`` where there is none."""
    for account in settings.accounts:
        if account.id == account_id:
            return account
    names = ", ".join(account.id for account in settings.accounts)
    if names:
        said = words.gettext("There is no account {account}. Those that there are: {names}")
    else:
        said = words.gettext("There is no account {account}: there is none at all yet")
    raise EnvironmentFault(said.format(account=words.quoted(account_id), names=names))


def read_secret(words: Phrasebook, prompt: str) -> str:
    """One line from the terminal, without showing it; all of standard input where that is none.

    Raises ``EnvironmentFault`` for what is no secret, or where the terminal would show it.
    """
    if sys.stdin.isatty():
        return _from_terminal(words, prompt)
    data = sys.stdin.buffer.read(LONGEST + 1)
    if len(data) > LONGEST:
        said = words.gettext("What came in is longer than {n} KiB, and no secret: nothing was kept")
        raise EnvironmentFault(said.format(n=LONGEST // 1024))
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EnvironmentFault(words.gettext("What came in is not UTF-8 text: nothing was kept")) from None


def _from_terminal(words: Phrasebook, prompt: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return ""
        except getpass.GetPassWarning:
            said = words.gettext("This terminal would show the secret while it is typed: give it on standard input")
            raise EnvironmentFault(said) from None


def _whose(profile: Profile, account_id: str, environ: Mapping[str, str], words: Phrasebook) -> Account:
    """The account whose secret is meant, or what stands for the proxy."""
    settings = settings_with(profile, account_id, environ)
    if account_id == PROXY_SECRET and settings.network.proxy_user:
        return Account(PROXY_SECRET, "", "", "", auth=Auth(AuthKind.BASIC, user=settings.network.proxy_user))
    return account_of(settings, account_id, words)


def _asked(account: Account, words: Phrasebook, read: Read) -> str:
    """The secret. Raises ``SecretUnavailable`` before anybody has typed, where no keyring would keep it.

    No event loop runs while somebody types: it would keep the first Ctrl-C to itself.
    """
    with contextlib.suppress(NotKept):
        asyncio.run(KeyringSecrets({}).get(SecretRef(account.id)))
    secret = read(words.gettext("The secret of {account}: ").format(account=account.id)).strip("\r\n")
    if not secret:
        raise EnvironmentFault(words.gettext("No secret was given: the one that was there before stays"))
    if any(char in secret for char in "\r\n\0"):
        raise EnvironmentFault(words.gettext("A secret is one line of text, and this is more: nothing was kept"))
    return secret


async def _remove(account_id: str, secrets: KeyringSecrets) -> bool:
    found = [await secrets.erase(SecretRef(account_id, name)) for name in ("", NAME)]
    return any(found)


def tell_running(profile: Profile) -> None:
    """Have a Tocsin that runs look again, and ask."""
    with contextlib.suppress(EnvironmentFault):  # none may be running
        send_command(profile, "reload")
        send_command(profile, "check")
