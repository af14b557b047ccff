"""Signs a person in to an account: what ``tocsin login`` does."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial

from tocsin.adapters.clock import SystemClock
from tocsin.adapters.environment import take_secrets_from_environment, variable
from tocsin.adapters.http import HttpClient
from tocsin.adapters.oauth_tokens import NAME, Tokens, to_text
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets, NotKept
from tocsin.adapters.signin import sign_in_by_browser, sign_in_by_code
from tocsin.domain.account import Account, AuthKind, Network, OAuthFlow
from tocsin.domain.signing_in import SigningIn, SignInPrompt, SignInStep
from tocsin.errors import EnvironmentFault, PollFailed, SecretUnavailable, SignInFailed
from tocsin.language import phrasebook
from tocsin.ports import Browser, SecretRef
from tocsin.secret import BrokenOff, account_of, not_certain, read_secret, settings_with, tell_running
from tocsin.words import keeping, signing_in
from tocsin.words.phrasebook import Phrasebook

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
    words = phrasebook(settings.language, environ, profile.named)
    account, network = account_of(settings, account_id, words), settings.network
    at_terminal = _AtTerminal(words, say, browser, ask_secret or partial(_ask_at_terminal, words))
    if account.auth.kind is AuthKind.NONE:
        say(words.gettext("The account {account} needs no login.").format(account=account.id))
    elif account.auth.kind is not AuthKind.OAUTH2:
        _keep_secret(account, given, at_terminal)
    else:
        _sign_in(account, network, given, at_terminal)
    tell_running(profile)


@dataclass(frozen=True, slots=True)
class _AtTerminal:
    """The person, and how to speak with them."""

    words: Phrasebook
    say: Say
    browser: Browser
    ask_secret: AskSecret


def _keep_secret(account: Account, given: Mapping[str, str], person: _AtTerminal) -> None:
    """A token, a key or a password: typed in, and kept.

    No event loop runs while somebody types: it would keep the first Ctrl-C to itself.
    """
    words = person.words
    # Translators: asks for a token, a key or a password; "kind" is one of the words of the settings file.
    prompt = words.gettext("The secret of {account} ({kind}): ")
    try:
        with _broken_off(words) as broken_off:
            asyncio.run(_check_keyring(account, KeyringSecrets(given), partial(_no_secret, words, account)))
            secret = person.ask_secret(prompt.format(account=account.id, kind=account.auth.kind.value)).strip("\r\n")
            if not secret:
                raise EnvironmentFault(words.gettext("Nothing was typed in: the secret that was there before stays"))
            broken_off.said = not_certain(words)
            asyncio.run(KeyringSecrets({}).keep(SecretRef(account.id), secret))
    except SecretUnavailable as error:
        raise _no_secret(words, account, error) from error
    person.say(words.gettext("The secret of {account} is kept in the keyring.").format(account=account.id))


def _broken_off(words: Phrasebook) -> BrokenOff:
    """Before anything is kept, Ctrl-C leaves everything as it was."""
    return BrokenOff(words.gettext("Broken off: nobody was signed in"))


def _ask_at_terminal(words: Phrasebook, prompt: str) -> str:
    if not sys.stdin.isatty():
        raise EnvironmentFault(words.gettext("A secret is typed in at a terminal, and there is none here"))
    return read_secret(words, prompt)


def _why(words: Phrasebook, account: Account, failed: PollFailed) -> str:
    fault = failed.fault if isinstance(failed, SignInFailed) else None
    view = SigningIn(
        0,
        SignInStep.FAILED,
        account.id,
        account.auth.token_url,
        failure=failed.kind,
        fault=fault,
        text=failed.message,
        obstacle=failed.obstacle,
        place=failed.place,
    )
    return signing_in.failed(words, view)


def _sign_in(account: Account, network: Network, given: Mapping[str, str], person: _AtTerminal) -> None:
    """By tokens, which are kept where a person had to sign in for them."""
    words = person.words
    with _broken_off(words) as broken_off:
        try:
            tokens = asyncio.run(_tokens(account, network, KeyringSecrets(given), person))
        except PollFailed as failed:
            raise EnvironmentFault(_why(words, account, failed)) from failed
        if tokens is not None:
            broken_off.said = words.gettext(
                "Broken off: it is not certain whether the keyring has the new sign-in. Sign in once more to be sure"
            )
            _keep_tokens(account, tokens, words)
    if tokens is None:
        said = words.gettext("The account {account} signs in by itself, and that works.")
        person.say(said.format(account=account.id))
        return
    person.say(words.gettext("You are signed in to {account}.").format(account=account.id))
    if tokens.refresh is None:
        person.say(signing_in.ends_by_itself(words))


def _keep_tokens(account: Account, tokens: Tokens, words: Phrasebook) -> None:
    kept = to_text(tokens, account.auth)
    try:
        asyncio.run(KeyringSecrets({}).keep(SecretRef(account.id, NAME), kept))
    except SecretUnavailable as error:
        raise _no_login(words, error) from error


async def _tokens(account: Account, network: Network, secrets: KeyringSecrets, person: _AtTerminal) -> Tokens | None:
    """What a person has signed in for; None for an account that signs in by itself, once that has worked."""
    clock, words = SystemClock(), person.words
    http = HttpClient(secrets, clock)
    http.configure(network)
    try:
        if account.auth.flow is OAuthFlow.CLIENT_CREDENTIALS:
            await http.oauth.access(account)
            return None
        await _check_keyring(account, secrets, partial(_no_login, words))  # before a person has taken the trouble
        if account.auth.flow is OAuthFlow.CODE:
            tell = partial(_tell_address, person)
            return await sign_in_by_browser(http.oauth, account, person.browser, tell, shown=signing_in.pages(words))
        return await sign_in_by_code(http.oauth, account, clock, partial(_tell_code, person))
    finally:
        await http.close()


async def _check_keyring(
    account: Account, secrets: KeyringSecrets, as_told: Callable[[SecretUnavailable], EnvironmentFault]
) -> None:
    """Raises ``EnvironmentFault`` where no keyring would keep what comes of it."""
    try:
        await secrets.get(SecretRef(account.id, NAME))
    except NotKept:
        return
    except SecretUnavailable as error:
        raise as_told(error) from None


def _no_secret(words: Phrasebook, account: Account, error: SecretUnavailable) -> EnvironmentFault:
    return EnvironmentFault(keeping.not_taken(words, error.obstacle, variable(account.id)))


def _no_login(words: Phrasebook, error: SecretUnavailable) -> EnvironmentFault:
    return EnvironmentFault(keeping.no_login(words, error.obstacle))


def _tell_address(person: _AtTerminal, prompt: SignInPrompt) -> None:
    """What to do in the browser; the address only where none could be opened."""
    view = SigningIn(0, SignInStep.BROWSER, prompt=prompt)
    if prompt.is_open is None:
        person.say(signing_in.told(person.words, view))
    elif not prompt.is_open:
        person.say(f"{signing_in.told(person.words, view)}\n{prompt.address}")


def _tell_code(person: _AtTerminal, prompt: SignInPrompt) -> None:
    said = signing_in.told(person.words, SigningIn(0, SignInStep.CODE, prompt=prompt))
    person.say(f"{said}\n{prompt.address}\n{prompt.code}")
    if prompt.whole_address:
        shorter = person.words.gettext("Or open this address, which has the code in it:")
        person.say(f"{shorter}\n{prompt.whole_address}")
