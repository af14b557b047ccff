"""One poll of one account: a provider's generator on one side, HTTP on the other, a snapshot or a failure after."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Http, HttpRequest, HttpResponse, PollContext, Provider

T = TypeVar("T")
Conversation = Generator[HttpRequest, HttpResponse, T]
"""Requests out, responses in, a T at the end: a poll, or the search for what answers."""

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
    skews: list[timedelta] = []
    answer = await hold(lambda: provider.poll(context), context.account, http, context.now, deadline, skews.append)
    if isinstance(answer, Failure):
        return answer
    return replace(answer, skew=skews[-1] if skews else timedelta())


async def hold(
    begin: Callable[[], Conversation[T]],
    account: Account,
    http: Http,
    now: datetime,
    deadline: timedelta = POLL_DEADLINE,
    on_skew: Callable[[timedelta], None] = lambda _: None,
) -> T | Failure:
    """Hold a conversation to its end. ``on_skew`` is told each difference of clocks that an answer shows."""
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await _drive(begin(), _sender(http, account), on_skew)
    except PollFailed as failed:
        text = failed.message[:_LINE]
        return Failure(failed.kind, text, now, failed.retry_after, failed.obstacle, failed.place)
    except TimeoutError:
        text = f"no complete answer within {deadline.total_seconds():g} s"
        return Failure(FailureKind.TIMEOUT, text, now)
    except Exception as error:  # noqa: BLE001 -- logged and shown as our mistake; other accounts go on
        _LOG.exception("asking account %s failed by a mistake of ours", account.id)
        culprit = error.__cause__ if isinstance(error, _ProviderBug) else error
        return Failure(FailureKind.MALFORMED, f"internal error: {type(culprit).__name__}", now)


def _sender(http: Http, account: Account) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def send(request: HttpRequest) -> HttpResponse:
        return await http.send(request, account)

    return send


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    """The end of a conversation."""

    value: T


async def _drive(
    conversation: Conversation[T],
    send: Callable[[HttpRequest], Awaitable[HttpResponse]],
    on_skew: Callable[[timedelta], None],
) -> T:
    """Carry requests out and responses in until the generator returns."""
    reply: HttpResponse | PollFailed | None = None
    try:
        while True:
            step = _advance(conversation, reply)
            if isinstance(step, _Done):
                return step.value
            try:
                reply = await send(step)
            except PollFailed as failed:
                reply = failed
            else:
                if reply.skew is not None:
                    on_skew(reply.skew)
    finally:
        conversation.close()


def _advance(conversation: Conversation[T], reply: HttpResponse | PollFailed | None) -> HttpRequest | _Done[T]:
    try:
        if isinstance(reply, PollFailed):
            return conversation.throw(reply)
        return next(conversation) if reply is None else conversation.send(reply)
    except StopIteration as done:
        return _Done(done.value)
    except PollFailed:
        raise
    except Exception as error:
        raise _ProviderBug(str(error)) from error
