"""Signs a person in to an account: what ``tocsin login`` does."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping, MutableMapping

from tocsin.adapters.clock import SystemClock
from tocsin.adapters.environment import take_secrets_from_environment
from tocsin.adapters.http import HttpClient
from tocsin.adapters.oauth_answers import DeviceCode
from tocsin.adapters.oauth_tokens import NAME, to_text
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets, NotKept
from tocsin.adapters.signin import Browser, sign_in_by_browser, sign_in_by_code
from tocsin.domain.account import Account, AuthKind, Network, OAuthFlow
from tocsin.errors import EnvironmentFault, SecretUnavailable
from tocsin.ports import SecretRef
from tocsin.secret import account_of, read_secret, settings_with, tell_running

Say = Callable[[str], None]
AskSecret = Callable[[str], str]


def login(
    profile: Profile,
    account_id: str,
    say: Say,
    *,
    browser: Browser = webbrowser.open,
    ask_secret: AskSecret | None = None,
    environ: MutableMapping[str, str] = os.environ,
) -> None:
    """Sign in, keep what comes of it in the keyring, and have a running Tocsin ask again at once.

    Raises ``EnvironmentFault``: no such account, no keyring, a sign-in that failed or was broken off.
    """
    given = take_secrets_from_environment(environ)
    settings = settings_with(profile, account_id, environ)
    account, network = account_of(settings, account_id), settings.network
    try:
        asyncio.run(_login(account, network, given, say, browser, ask_secret or _ask_at_terminal))
    except KeyboardInterrupt:
        raise EnvironmentFault("Broken off: nobody was signed in") from None
    tell_running(profile)


async def _login(
    account: Account,
    network: Network,
    given: Mapping[str, str],
    say: Say,
    browser: Browser,
    ask_secret: AskSecret,
) -> None:
    secrets = KeyringSecrets(given)
    if account.auth.kind is AuthKind.NONE:
        say(f"The account {account.id} needs no login.")
    elif account.auth.kind is not AuthKind.OAUTH2:
        await _keep_secret(account, secrets, say, ask_secret)
    else:
        await _sign_in(account, network, secrets, say, browser)


async def _keep_secret(account: Account, secrets: KeyringSecrets, say: Say, ask_secret: AskSecret) -> None:
    """A token, a key or a password: typed in, and kept."""
    await _check_keyring(account, secrets)
    secret = ask_secret(f"The secret of {account.id} ({account.auth.kind.value}): ").strip("\r\n")
    if not secret:
        raise EnvironmentFault("Nothing was typed in", "the secret that was there before stays")
    await secrets.keep(SecretRef(account.id), secret)
    say(f"The secret of {account.id} is kept in the keyring.")


def _ask_at_terminal(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise EnvironmentFault("A secret is typed in at a terminal, and there is none here")
    return read_secret(prompt)


async def _sign_in(account: Account, network: Network, secrets: KeyringSecrets, say: Say, browser: Browser) -> None:
    clock = SystemClock()
    http = HttpClient(secrets, clock)
    http.configure(network)
    try:
        if account.auth.flow is OAuthFlow.CLIENT_CREDENTIALS:
            await http.oauth.access(account)
            say(f"The account {account.id} signs in by itself, and that works.")
            return
        await _check_keyring(account, secrets)  # before a person has taken the trouble
        if account.auth.flow is OAuthFlow.CODE:
            say("Your browser opens. Sign in there, and come back.")

            def tell_address(address: str) -> None:
                say(f"No browser could be opened. Open this address on this computer:\n{address}")

            tokens = await sign_in_by_browser(http.oauth, account, browser, tell_address)
        else:
            tokens = await sign_in_by_code(http.oauth, account, clock, lambda code: say(_told(code)))
        await secrets.keep(SecretRef(account.id, NAME), to_text(tokens, account.auth))
    finally:
        await http.close()
    if tokens.refresh is None:
        say(
            f"You are signed in to {account.id}, but the provider gave nothing to renew it with: it will end by itself."
        )
    else:
        say(f"You are signed in to {account.id}.")


async def _check_keyring(account: Account, secrets: KeyringSecrets) -> None:
    """Raises ``SecretUnavailable`` where no keyring would keep what comes of it."""
    try:
        await secrets.get(SecretRef(account.id, NAME))
    except NotKept:
        return
    except SecretUnavailable as error:
        raise SecretUnavailable(
            f"{error.title}, and a login of {account.id} can be kept nowhere else", "start or unlock the keyring"
        ) from None


def _told(code: DeviceCode) -> str:
    minutes = max(1, round(code.lasts.total_seconds() / 60))
    short = f"\nor open {code.whole_address}" if code.whole_address else ""
    return (
        f"On any device, open {code.address}\nand type in the code {code.user_code}{short}\nwithin {minutes} minutes."
    )
