"""The one way out to the providers: ``ports.Http`` on httpx.

Holds what every exchange must hold: a total deadline, a limit to the inflated body, redirects on the same origin only,
conditional requests with the kept body replayed, and secrets that go nowhere but to the account's own origin and,
where they are a part of a login's form, to the origins that the provider declares for it.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TypeVar, cast

import httpx

from tocsin import __version__
from tocsin.adapters import http_urls as urls
from tocsin.adapters.http_body import ACCEPTED, read_body
from tocsin.adapters.http_connect import Resolver
from tocsin.adapters.http_cookies import CookieJar
from tocsin.adapters.http_errors import failure, late, refused_by_proxy
from tocsin.adapters.http_kept import Kept, KeptAnswers, Key
from tocsin.adapters.http_login import json_form, login_headers, plain_headers, proxy_login, token_of
from tocsin.adapters.http_passage import EXTENSION, Passage
from tocsin.adapters.http_transport import Transport
from tocsin.adapters.oauth import OAuth
from tocsin.adapters.oauth_answers import LIMIT
from tocsin.domain.account import Account, AuthKind, Network
from tocsin.domain.terms import FailureKind
from tocsin.errors import Bug, PollFailed
from tocsin.ports import Clock, HttpRequest, HttpResponse, SecretRef, Secrets

T = TypeVar("T")

EXCHANGE_DEADLINE = 15.0
KEPT_BYTES = 16 * 1024 * 1024

_LOOKUP_SHARE = 2 / 3
"""Of the deadline: a lookup that hangs must end first, to be told from a server that hangs."""

_MAX_HOPS = 5
_UNCONDITIONAL_EVERY = 20
_METHODS = frozenset({"GET", "HEAD", "POST"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_OK = 200
_NOT_MODIFIED = 304
_UNAUTHORIZED = 401
_DROPPED = frozenset({"content-encoding", "content-length", "set-cookie", "transfer-encoding"})
_LENGTH = re.compile(r"[0-9]{1,18}")
_LOGGERS = ("httpx", "httpcore")


@dataclass(frozen=True, slots=True)
class _Call:
    """One exchange of a request: after a redirect the next one differs in its URL only, or in its method too."""

    method: str
    url: httpx.URL
    varying: Mapping[str, str]
    login: Mapping[str, str]
    body: bytes | None
    limit: int
    account: str
    conditional: bool
    cookies: CookieJar | None = None
    passage: Passage = field(default_factory=Passage)

    def __repr__(self) -> str:
        return f"<{self.method} {urls.origin_of(self.url)}>"

    @property
    def key(self) -> Key:
        """What an answer to it is kept under."""
        return Key(self.account, str(self.url), tuple(sorted(self.varying.items())))

    def sent(self, conditions: Mapping[str, str], now: datetime) -> httpx.Request:
        """The request as it goes out."""
        jar = self.cookies
        cookie = jar.header(urls.origin_of(self.url), self.url.path, now) if jar is not None else ""
        headers = {
            "user-agent": f"Tocsin/{__version__}",
            "accept": "*/*",
            **self.varying,
            "accept-encoding": ACCEPTED,
            **conditions,
            **({"cookie": cookie} if cookie else {}),
            **self.login,
        }
        way = {EXTENSION: self.passage}
        return httpx.Request(self.method, self.url, headers=headers, content=self.body, extensions=way)


def _none_declared(_: str) -> Iterable[str]:
    return ()


class HttpClient:
    """Implements ``ports.Http``. One instance belongs to one event loop; making one costs nothing.

    ``deadline`` is in seconds, for one ``send`` with all its redirects; ``kept_bytes`` bounds the bodies kept for
    conditional requests. ``declared`` gives the further origins that the login of a provider needs, by its key.
    """

    def __init__(
        self,
        secrets: Secrets,
        clock: Clock,
        *,
        deadline: float = EXCHANGE_DEADLINE,
        kept_bytes: int = KEPT_BYTES,
        transport: Transport | None = None,
        declared: Callable[[str], Iterable[str]] = _none_declared,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._deadline = deadline
        self._transport = transport or Transport(Resolver(deadline=deadline * _LOOKUP_SHARE))
        self._transport.login = partial(proxy_login, secrets)
        self._kept = KeptAnswers(kept_bytes)
        self._polls: Counter[str] = Counter()
        self._declared = declared
        self._cookies: dict[str, CookieJar] = {}
        self.oauth = OAuth(secrets, clock, self._post_form)
        for name in _LOGGERS:  # below WARNING they log URLs, and a query may hold a key
            logging.getLogger(name).setLevel(logging.WARNING)

    def configure(self, network: Network) -> None:
        """Go this way from now on. When it is another one, connections of before are closed with what runs on them."""
        self._transport.configure(network)

    @property
    def network(self) -> Network:
        """The way that was configured last."""
        return self._transport.network

    async def send(self, request: HttpRequest, account: Account) -> HttpResponse:
        """Send it and return whatever status came. Raises ``PollFailed`` as ``ports.Http`` says."""
        call = await self._prepared(request, account)
        response = await self._bounded(call, self._follow(call))
        if account.auth.kind is not AuthKind.OAUTH2 or not call.login:
            return response
        if response.status == _UNAUTHORIZED and self.oauth.refused(account, token_of(call.login)):
            again = replace(call, login=await self._login(account))
            response = await self._bounded(again, self._follow(again))
        if response.status != _UNAUTHORIZED:
            self.oauth.taken(account)
        return response

    def begin_poll(self, account: Account) -> None:
        """Count a poll of this account: every 20th is unconditional."""
        self._polls[account.id] += 1

    def forget(self, account_id: str) -> None:
        """Drop what is kept for an account: validators and bodies, cookies, tokens, its count of polls."""
        self._kept.forget(account_id)
        self._cookies.pop(account_id, None)
        self.oauth.forget(account_id)
        del self._polls[account_id]

    async def close(self) -> None:
        """Close every connection; a request that still runs fails with ``connect``."""
        await self.oauth.close()
        await self._transport.aclose()

    async def _bounded(self, call: _Call, exchange: Coroutine[None, None, T]) -> T:
        """An exchange within the deadline, its errors as ``PollFailed``."""
        origin = urls.origin_of(call.url)
        try:
            async with asyncio.timeout(self._deadline):
                return await exchange
        except TimeoutError:
            raise late(self._deadline, origin, call.passage) from None
        except httpx.TransportError as error:
            found = failure(error, origin, call.passage)
            if found.kind is FailureKind.TLS:
                self._transport.doubt_trust()
            raise found from error

    async def _post_form(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpResponse:
        """Implements ``oauth.Post``. What is in the form goes to that address and no further."""
        call = _Call("POST", urls.secure(url), {}, headers, body, LIMIT, account="", conditional=False)
        answer = await self._bounded(call, self._exchange(call))
        if isinstance(answer, _Call):
            raise PollFailed(FailureKind.REDIRECT, f"{urls.origin_of(call.url)} redirects what is not to be redirected")
        return answer

    async def _login(self, account: Account) -> dict[str, str]:
        return await login_headers(account, self._secrets, self.oauth.access)

    async def _prepared(self, request: HttpRequest, account: Account) -> _Call:
        if request.method not in _METHODS:
            raise Bug("A provider used a method that is not GET, HEAD or POST")
        url = urls.parse(request.url)
        origin = urls.origin_of(url)
        urls.allow(origin, account)
        is_own = request.authenticate and origin in urls.login_origins(account)
        has_session = request.session or request.json_body is not None
        is_trusted = has_session and origin in urls.session_origins(account, self._declared(account.provider))
        varying = plain_headers(request.headers)
        body = request.body
        if request.json_body is not None:
            varying["content-type"] = "application/json"
            body = await self._json(request.json_body, account, origin, is_trusted=is_trusted)
        polls = self._polls[account.id]
        is_full_poll = polls > 0 and polls % _UNCONDITIONAL_EVERY == 0
        return _Call(
            method=request.method,
            url=url,
            varying=varying,
            login=await self._login(account) if is_own else {},
            body=body,
            limit=request.limit,
            account=account.id,
            conditional=request.conditional and request.method == "GET" and not is_full_poll,
            cookies=self._cookies.setdefault(account.id, CookieJar()) if request.session and is_trusted else None,
        )

    async def _json(
        self, fields: Mapping[str, str | SecretRef], account: Account, origin: urls.Origin, *, is_trusted: bool
    ) -> bytes:
        if not is_trusted and any(isinstance(value, SecretRef) for value in fields.values()):
            raise PollFailed(
                FailureKind.UNSUPPORTED, f"The secret of this account is not for {origin}, and is not sent there"
            )
        return await json_form(fields, account, self._secrets)

    async def _follow(self, call: _Call) -> HttpResponse:
        for _ in range(_MAX_HOPS + 1):
            answer = await self._exchange(call)
            if isinstance(answer, HttpResponse):
                return answer
            call = answer
        raise PollFailed(FailureKind.REDIRECT, f"{urls.origin_of(call.url)} redirects in circles")

    async def _exchange(self, call: _Call) -> HttpResponse | _Call:
        """One request and its answer; the next call where the answer is a redirect."""
        kept = self._kept.get(call.key) if call.conditional else None
        now = self._clock.now().wall
        raw = await self._transport.handle_async_request(call.sent(kept.conditions if kept else {}, now))
        try:
            if call.cookies is not None:
                lines = raw.headers.get_list("set-cookie")
                call.cookies.take(urls.origin_of(call.url), call.url.path, lines, now)
            if call.passage.is_answer_of_proxy(raw.status_code, raw.headers):
                raise refused_by_proxy(raw.status_code, call.passage)
            if raw.status_code in _REDIRECTS:
                return _next_call(call, raw)
            body = await _body(raw, call)
        finally:
            await raw.aclose()
        skew = _skew(raw.headers, self._clock.now().wall)
        response = HttpResponse(raw.status_code, _headers(raw.headers), body, str(call.url), skew=skew)
        if raw.status_code == _NOT_MODIFIED:
            return _replayed(response, kept)
        if raw.status_code == _OK and call.method == "GET":
            self._kept.keep(call.key, response)
        return response


async def _body(raw: httpx.Response, call: _Call) -> bytes:
    """The body within the call's limit. Raises ``PollFailed`` as ``read_body`` does."""
    length = raw.headers.get("content-length", "")
    has_body = call.method != "HEAD" and raw.status_code != _NOT_MODIFIED
    declared = int(length) if has_body and _LENGTH.fullmatch(length) else None
    async with aclosing(cast("AsyncGenerator[bytes, None]", raw.aiter_raw())) as chunks:
        return await read_body(chunks, raw.headers.get("content-encoding", ""), declared, call.limit)


def _replayed(response: HttpResponse, kept: Kept | None) -> HttpResponse:
    """The answer that a 304 stands for, with the fresher headers (RFC 9111, 4.3.4)."""
    if kept is None:
        raise PollFailed(FailureKind.MALFORMED, "The server said 'not modified' without having been asked")
    return replace(response, status=_OK, headers={**kept.headers, **response.headers}, body=kept.body(), replayed=True)


def _next_call(call: _Call, raw: httpx.Response) -> _Call:
    """What a redirect asks for. Raises ``PollFailed`` (redirect) unless it stays on the same origin."""
    here = urls.origin_of(call.url)
    location = raw.headers.get("location", "")
    if not location:
        raise PollFailed(FailureKind.REDIRECT, f"{here} redirects without saying where to")
    try:
        url = urls.checked(call.url.join(location))
    except (httpx.InvalidURL, UnicodeError, PollFailed):
        raise PollFailed(FailureKind.REDIRECT, f"{here} redirects to an address that cannot be asked") from None
    there = urls.origin_of(url)
    if there != here:
        raise PollFailed(FailureKind.REDIRECT, f"{here} redirects to {there}, which is not the address of this account")
    if call.method == "POST" and raw.status_code not in _KEEP_METHOD:
        return replace(call, url=url, method="GET", body=None)
    return replace(call, url=url)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that still hold for the inflated body. Cookies are neither kept nor shown to anyone."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _DROPPED}


def _skew(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The server's clock minus ours; ``Age`` is how long a cache on the way has held an answer (RFC 9111, 5.1)."""
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
        held = timedelta(seconds=int(headers.get("age", "0")))
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        return aware + held - now
    except (ValueError, OverflowError):
        return None
