"""One poll of one account: a provider's generator on one side, HTTP on the other, a snapshot or a failure after."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Http, HttpRequest, HttpResponse, Poll, PollContext, Provider

POLL_DEADLINE = timedelta(seconds=30)
_LOG = logging.getLogger(__name__)
_LINE = 300


class _ProviderBug(Exception):
    """A provider raised what it must not raise: our mistake, not the environment's."""


async def ask(
    provider: Provider, context: PollContext, http: Http, *, deadline: timedelta = POLL_DEADLINE
) -> Snapshot | Failure:
    """Ask once. ``deadline`` bounds the whole poll, in real time. Whatever goes wrong becomes a ``Failure``."""
    http.begin_poll(context.account)
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await _drive(provider.poll(context), _sender(http, context.account))
    except PollFailed as failed:
        return Failure(failed.kind, failed.message[:_LINE], context.now, failed.retry_after)
    except TimeoutError:
        text = f"no complete answer within {deadline.total_seconds():.0f} s"
        return Failure(FailureKind.TIMEOUT, text, context.now)
    except Exception as error:  # noqa: BLE001 -- logged and shown as our mistake; other accounts go on
        _LOG.exception("asking account %s failed by a mistake of ours", context.account.id)
        culprit = error.__cause__ if isinstance(error, _ProviderBug) else error
        return Failure(FailureKind.MALFORMED, f"internal error: {type(culprit).__name__}", context.now)


def _sender(http: Http, account: Account) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def send(request: HttpRequest) -> HttpResponse:
        return await http.send(request, account)

    return send


async def _drive(poll: Poll, send: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> Snapshot:
    """Carry requests out and responses in until the generator returns; the last clock difference seen goes with it."""
    skew: timedelta | None = None
    reply: HttpResponse | PollFailed | None = None
    try:
        while True:
            request = _advance(poll, reply)
            if isinstance(request, Snapshot):
                return replace(request, skew=skew or timedelta())
            try:
                reply = await send(request)
            except PollFailed as failed:
                reply = failed
            else:
                skew = reply.skew if reply.skew is not None else skew
    finally:
        poll.close()


def _advance(poll: Poll, reply: HttpResponse | PollFailed | None) -> HttpRequest | Snapshot:
    try:
        if isinstance(reply, PollFailed):
            return poll.throw(reply)
        return next(poll) if reply is None else poll.send(reply)
    except StopIteration as done:
        snapshot: Snapshot = done.value
        return snapshot
    except PollFailed:
        raise
    except Exception as error:
        raise _ProviderBug(str(error)) from error
