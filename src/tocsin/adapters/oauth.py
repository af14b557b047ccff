"""Access tokens by OAuth2: had, kept, renewed in time, and told to be gone when they are.

One renewal at a time for each account, in a task of its own: a poll that is cut off must not lose the refresh token
that the server has just put in the place of the last one. Client credentials leave nothing behind; what a person
signed in to is kept in the keyring, where ``tocsin login`` in another process may replace it at any time.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from tocsin.adapters import http_urls as urls
from tocsin.adapters import oauth_grants as grants
from tocsin.adapters.http_errors import no_secret
from tocsin.adapters.oauth_answers import DeviceCode, Refused, device_code_of, tokens_of
from tocsin.adapters.oauth_grants import ClientLogin
from tocsin.adapters.oauth_tokens import NAME, Tokens, from_text, to_text
from tocsin.domain.account import Account, Auth, OAuthFlow
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.errors import PollFailed, SecretUnavailable
from tocsin.ports import Clock, HttpResponse, SecretRef, Secrets

_TO_KEEP = 0.5
"""Seconds that closing waits for tokens that have come and are being kept."""

_PUBLIC_FOR = 60.0
"""Seconds for which a client that has no secret is not asked for one again."""

_WRONG_CLIENT = frozenset({"invalid_client", "invalid_request", "unauthorized_client", "unnamed"})
_ENDED = frozenset({"invalid_grant", "invalid_token"})

log = logging.getLogger(__name__)


class Post(Protocol):
    """Sends a form for an exchange of tokens: no redirect, a deadline, a limit, https or this computer only."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse:
        """Whatever status came. Raises ``PollFailed``."""
        ...


@dataclass(slots=True)
class _Held:
    """What is known of one account in this run. ``auth`` is the login it belongs to: another has nothing of it.

    ``is_proven`` is false for a token that came in the place of a refused one and was never taken itself. Until
    ``public_until``, monotonic, the client is taken for one without a secret of its own.
    """

    auth: Auth
    tokens: Tokens | None = field(default=None, repr=False)
    renewal: asyncio.Task[Tokens] | None = None
    is_keeping: bool = False
    way: ClientLogin | None = None
    is_proven: bool = True
    bad_access: str = field(default="", repr=False)
    bad_refresh: str = field(default="", repr=False)
    public_until: float = 0.0


class OAuth:
    """The tokens of all accounts. One instance belongs to one event loop; making one costs nothing."""

    def __init__(self, secrets: Secrets, clock: Clock, post: Post) -> None:
        self._secrets = secrets
        self._clock = clock
        self._post = post
        self._held: dict[str, _Held] = {}

    async def access(self, account: Account) -> str:
        """A token to ask with. Raises ``PollFailed``: unauthorized with what to do, or what went wrong on the way."""
        held = self._of(account)
        if held.tokens is not None and held.tokens.is_fresh(self._clock.now()):
            return held.tokens.access
        if held.renewal is None or held.renewal.done():
            held.renewal = asyncio.create_task(self._renew(account, held))
            held.renewal.add_done_callback(_looked_at)
        return (await asyncio.shield(held.renewal)).access

    def taken(self, account: Account) -> None:
        """Note that the provider took the token."""
        self._of(account).is_proven = True

    def refused(self, account: Account, access: str) -> bool:
        """Note that the provider did not take a token. True if another one may do better."""
        held = self._of(account)
        if held.tokens is None or held.tokens.access != access:
            return True  # another one is there already
        if not held.is_proven:
            return False  # nor would a third one do better
        held.is_proven = False
        held.bad_access = access
        held.tokens = replace(held.tokens, access="")
        return True

    async def lend(self, account: Account, tokens: Tokens) -> None:
        """Use the tokens of a sign-in from now on, in this run."""
        held = self._of(account)
        if held.renewal is not None and not held.renewal.done():
            await asyncio.wait((held.renewal,))  # what it brings is older, and must not come later
        self._held[account.id] = _Held(account.auth, tokens, way=held.way)
        self._secrets.lend(SecretRef(account.id, NAME), to_text(tokens, account.auth))

    async def exchange(self, account: Account, grant: str, fields: Mapping[str, str]) -> Tokens:
        """Ask the token endpoint. Raises ``PollFailed``, a ``Refused`` where the server gave a word for its no."""
        response = await self._ask(account, account.auth.token_url, grants.token_form(grant, fields))
        return self._hidden(tokens_of(response, self._clock.now()))

    async def device_code(self, account: Account) -> DeviceCode:
        """Ask for a code that a person types in elsewhere. Raises as ``exchange`` does."""
        auth = account.auth
        response = await self._ask(account, auth.device_url, grants.plain_form({"scope": auth.scope}))
        found = device_code_of(response, self._clock.now())
        self._secrets.hide(found.code)
        return found

    def forget(self, account_id: str) -> None:
        """Drop what is held of an account in memory, unless it is just being renewed.

        A second renewal beside it would use up the same refresh token, which looks like a theft to the server.
        """
        held = self._held.get(account_id)
        if held is not None and (held.renewal is None or held.renewal.done()):
            del self._held[account_id]

    async def close(self) -> None:
        """End what runs; tokens that have come are still kept, if that takes no longer than half a second."""
        running = {held.renewal: held for held in self._held.values() if held.renewal and not held.renewal.done()}
        for task, held in running.items():
            if not held.is_keeping:
                task.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=_TO_KEEP)
            for task in late:
                task.cancel()

    def _of(self, account: Account) -> _Held:
        held = self._held.get(account.id)
        if held is None or held.auth != account.auth:
            held = self._held[account.id] = _Held(account.auth)
        return held

    async def _renew(self, account: Account, held: _Held) -> Tokens:
        if account.auth.flow is OAuthFlow.CLIENT_CREDENTIALS:
            held.tokens = await self._by_client(account)
        else:
            held.tokens = await self._by_sign_in(account, held)
        return held.tokens

    async def _by_client(self, account: Account) -> Tokens:
        try:
            tokens = await self.exchange(account, "client_credentials", {"scope": account.auth.scope})
        except Refused as refused:
            raise PollFailed(
                FailureKind.UNAUTHORIZED,
                f"{refused.message}: check client_id, scope and the client's secret of the account {account.id}",
            ) from None
        return replace(tokens, refresh=None)  # the client's own secret does better (RFC 6749, 4.4.3)

    async def _by_sign_in(self, account: Account, held: _Held) -> Tokens:
        """Fresh tokens of a sign-in: another run's, or renewed ones. Tried twice, for both may happen at once."""
        for _ in range(2):
            kept = await self._kept(account, held)
            if kept.access != held.bad_access and kept.is_fresh(self._clock.now()):
                return kept
            if kept.refresh is not None and kept.refresh != held.bad_refresh:
                try:
                    return await self._refreshed(account, held, kept.refresh)
                except Refused as refused:
                    if refused.word not in _ENDED:
                        raise
                    held.bad_refresh = kept.refresh
            # In memory it would stand for ever before what another run has put into the keyring since.
            self._secrets.lend(SecretRef(account.id, NAME), "")
        raise _sign_in(account, f"The sign-in of the account {account.id} has ended", again=True)

    async def _refreshed(self, account: Account, held: _Held, refresh: str) -> Tokens:
        tokens = await self.exchange(account, "refresh_token", {"refresh_token": refresh})
        tokens = replace(tokens, refresh=tokens.refresh or refresh)
        held.is_keeping = True
        try:
            await self._secrets.set(SecretRef(account.id, NAME), to_text(tokens, account.auth))
        except SecretUnavailable as error:
            # The old refresh token may be void by now: without the new one the sign-in would be lost in this run too.
            log.warning("The sign-in of %s is kept for this run only: %s", account.id, error.title)
        finally:
            held.is_keeping = False
        return tokens

    async def _kept(self, account: Account, held: _Held) -> Tokens:
        """The tokens of the last sign-in; what is in memory where the keyring cannot be asked."""
        in_memory = held.tokens
        try:
            text = await self._secrets.get(SecretRef(account.id, NAME))
        except SecretUnavailable as error:
            if in_memory is not None:
                return in_memory
            if error.obstacle is Obstacle.KEYRING_ABSENT:  # there is none that could have kept a sign-in
                raise _sign_in(account, f"{error.title}, so nobody is signed in to the account {account.id}") from None
            raise no_secret(error, account.id) from error
        kept = from_text(text, account.auth)
        if kept is None:
            raise _sign_in(account, f"Nobody is signed in to the account {account.id} as it is set up now")
        self._hidden(kept)
        if in_memory is not None and kept.refresh == in_memory.refresh and kept.access in ("", in_memory.access):
            return in_memory  # the same, with a clock more
        return kept

    async def _ask(self, account: Account, url: str, form: str) -> HttpResponse:
        """Send a form as the client. Where its login is not taken in a header, it is tried in the form, once."""
        auth, held = account.auth, self._of(account)
        where = str(urls.secure(url))
        secret = await self._client_secret(account)
        if secret is None:
            return await self._post(where, *grants.with_client(ClientLogin.NONE, auth.client_id, "", where, form))
        way = held.way or ClientLogin.BASIC
        response = await self._post(where, *grants.with_client(way, auth.client_id, secret, where, form))
        if held.way is None and _does_not_know_the_client(response, self._clock):
            way = ClientLogin.POST
            response = await self._post(where, *grants.with_client(way, auth.client_id, secret, where, form))
        if response.status < 400:  # noqa: PLR2004 - the first of the errors
            held.way = way
        return response

    async def _client_secret(self, account: Account) -> str | None:
        """The client's own secret. A program on a person's computer may well have none (RFC 8252, 8.4).

        A keyring that hangs is not waited for with every question whether the person has signed in.
        """
        held, now = self._of(account), self._clock.now().mono
        if now < held.public_until:
            return None
        try:
            secret = await self._secrets.get(SecretRef(account.id))
        except SecretUnavailable as error:
            if account.auth.flow is OAuthFlow.CLIENT_CREDENTIALS:
                raise no_secret(error, account.id) from error
            held.public_until = now + _PUBLIC_FOR
            return None
        if not secret.isprintable():
            raise PollFailed(FailureKind.UNAUTHORIZED, "The client's secret contains characters that cannot be sent")
        return secret

    def _hidden(self, tokens: Tokens) -> Tokens:
        self._secrets.hide(*(token for token in (tokens.access, tokens.refresh) if token))
        return tokens


def _does_not_know_the_client(response: HttpResponse, clock: Clock) -> bool:
    try:
        tokens_of(response, clock.now())
    except Refused as refused:
        return refused.word in _WRONG_CLIENT
    except PollFailed as failed:
        return failed.kind is FailureKind.UNAUTHORIZED
    return False


def _sign_in(account: Account, what: str, *, again: bool = False) -> PollFailed:
    return PollFailed(
        FailureKind.UNAUTHORIZED,
        f"{what}: sign in{' again' if again else ''}: tocsin login {account.id}",
        obstacle=Obstacle.SIGN_IN,
        place=account.id,
    )


def _looked_at(task: asyncio.Task[Tokens]) -> None:
    """Whoever waited may have been cut off: then nobody is left to be told, and asyncio need not complain."""
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
