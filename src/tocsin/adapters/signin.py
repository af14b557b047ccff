"""A person signs in: through the browser (RFC 8252 with PKCE, RFC 7636), or with a code on another device (RFC 8628).

Both end in tokens, which the caller keeps. Nothing is stored here.
"""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta

from tocsin.adapters import http_urls as urls
from tocsin.adapters import oauth_grants as grants
from tocsin.adapters import signin_faults as faults
from tocsin.adapters.background import DaemonCalls
from tocsin.adapters.oauth import OAuth
from tocsin.adapters.oauth_answers import Refused, ServerDown
from tocsin.adapters.oauth_tokens import Tokens
from tocsin.adapters.signin_redirect import Redirect
from tocsin.domain.account import Account
from tocsin.domain.signing_in import SignInPrompt
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Browser, Clock, Prompted
from tocsin.words.signing_in import Pages

BROWSER_DEADLINE = 300.0
"""Seconds that a person has in the browser."""

_BROWSER_STARTS = 15.0
"""Seconds; one that takes longer is no failure, but the address is told beside it."""

_SLOWER = timedelta(seconds=5)
_SLOWEST = timedelta(seconds=60)
_NO_ANSWER = frozenset({FailureKind.TIMEOUT, FailureKind.CONNECT, FailureKind.DNS})


async def sign_in_by_browser(
    oauth: OAuth,
    account: Account,
    browser: Browser,
    tell: Prompted,
    *,
    deadline: float = BROWSER_DEADLINE,
    shown: Pages | None = None,
) -> Tokens:
    """The tokens of a sign-in in the browser.

    ``tell`` is called with the address, and again once it is known whether a browser opened. ``deadline`` is in
    seconds; ``shown`` is what the browser ends on. Raises ``PollFailed``: timeout, unauthorized, or what the server
    does wrong.
    """
    auth = account.auth
    authorize_url = str(urls.secure(auth.authorize_url))
    urls.secure(auth.token_url)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    async with Redirect(state, shown) as redirect:
        address = grants.authorize_address(
            authorize_url,
            client_id=auth.client_id,
            redirect_uri=redirect.uri,
            scope=auth.scope,
            state=state,
            verifier=verifier,
        )
        prompt = SignInPrompt(address, lasts=timedelta(seconds=deadline))
        tell(prompt)
        opening = asyncio.create_task(_open(browser, prompt, tell))
        try:
            code = await redirect.code(deadline)
        finally:
            opening.cancel()
    fields = {"code": code, "redirect_uri": redirect.uri, "code_verifier": verifier}
    try:
        return await oauth.exchange(account, "authorization_code", fields)
    except Refused as refused:
        raise faults.refused(refused.word, refused.message) from None


async def _open(browser: Browser, prompt: SignInPrompt, tell: Prompted) -> None:
    """Open the browser; whatever hinders it, a person can still type the address."""
    calls: DaemonCalls[bool] = DaemonCalls("tocsin-browser")
    try:
        is_open = await calls.run(prompt, lambda: browser(prompt.address), timeout=_BROWSER_STARTS)
    except Exception:  # noqa: BLE001 - a browser that cannot be started is told by what follows
        is_open = False
    tell(replace(prompt, is_open=is_open))


async def sign_in_by_code(oauth: OAuth, account: Account, clock: Clock, tell: Prompted) -> Tokens:
    """The tokens of a sign-in on another device. ``tell`` is called with what a person has to type there.

    Raises ``PollFailed``: timeout when the code ran out, unauthorized, or what the server does wrong.
    """
    urls.secure(account.auth.token_url)
    try:
        code = await oauth.device_code(account)
    except Refused as refused:
        raise faults.refused(refused.word, refused.message) from None
    tell(SignInPrompt(code.address, code.user_code, code.whole_address or "", code.lasts))
    every = code.every
    end = clock.now().mono + code.lasts.total_seconds()
    while clock.now().mono + every.total_seconds() < end:
        await clock.sleep(every.total_seconds())
        try:
            return await oauth.exchange(account, grants.DEVICE_GRANT, {"device_code": code.code})
        except PollFailed as failed:
            every = _next_step(failed, every)
    raise faults.ran_out()


def _next_step(failed: PollFailed, every: timedelta) -> timedelta:
    """How long to wait before asking again (RFC 8628, 3.5). Raises ``PollFailed`` where asking again is no use."""
    if not isinstance(failed, Refused):
        if failed.kind is FailureKind.RATE_LIMITED:
            return max(every + _SLOWER, min(failed.retry_after or _SLOWEST, _SLOWEST))
        if failed.kind not in _NO_ANSWER and not isinstance(failed, ServerDown):
            raise failed
        return min(every * 2, max(every, _SLOWEST))
    match failed.word:
        case "authorization_pending":
            return every
        case "slow_down":
            return every + _SLOWER
        case "expired_token":
            raise faults.ran_out() from None
        case _:
            raise faults.refused(failed.word, failed.message) from None
