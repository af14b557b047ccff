"""One poll without an engine: what ``tocsin check`` does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin import contract, providers
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Account, Auth, Connection
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import FailureKind, Level
from tocsin.engine.exchange import ask
from tocsin.ports import Clock, Http, PollContext

ACCOUNT = "check"
"""The account's id, so that its secret is read from ``TOCSIN_SECRET_CHECK``."""

_TRIED = ("statuspage", "tmf656")
# Another API would fare no better: what failed is the way there.
_FINAL = frozenset(
    {FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.TIMEOUT, FailureKind.RATE_LIMITED}
)


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to ask. ``provider`` None tries out which API answers. ``secrets`` are the environment's, by account id."""

    url: str
    provider: str | None
    match: tuple[str, ...]
    auth: Auth
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What came of it. ``level`` is unknown after a failure."""

    account: Account
    provider: str
    result: Snapshot | Failure
    level: Level
    match_missing: bool = False


def check(request: CheckRequest) -> CheckAnswer:
    """Ask once, and judge. Raises nothing for what the other side does wrong."""
    return asyncio.run(_check(request))


async def _check(request: CheckRequest) -> CheckAnswer:
    clock = SystemClock()
    http = HttpClient(KeyringSecrets(request.secrets), clock)
    keys = (request.provider,) if request.provider is not None else _TRIED
    try:
        answers: list[CheckAnswer] = []
        for key in keys:
            answer = await _ask(key, request, http, clock)
            answers.append(answer)
            if not isinstance(answer.result, Failure) or answer.result.kind in _FINAL:
                return answer
        return _most_telling(answers)
    finally:
        await http.close()


def _most_telling(answers: list[CheckAnswer]) -> CheckAnswer:
    """Of several failures the first that is about more than not being that API."""
    other = (FailureKind.NOT_STATUS_API, FailureKind.HTTP_STATUS)
    telling = (each for each in answers if isinstance(each.result, Failure) and each.result.kind not in other)
    return next(telling, answers[0])


async def _ask(key: str, request: CheckRequest, http: Http, clock: Clock) -> CheckAnswer:
    connection = Connection(ACCOUNT, ACCOUNT, match=request.match)
    account = Account(ACCOUNT, key, ACCOUNT, request.url, auth=request.auth, connections=(connection,))
    provider = providers.load(key)()
    now = clock.now().wall
    result = await ask(provider, PollContext(account, now), http)
    if isinstance(result, Failure):
        return CheckAnswer(account, key, result, Level.UNKNOWN)
    level = contract.check_level(result, account, provider.traits, now)
    return CheckAnswer(account, key, result, level, contract.match_is_missing(result, account))
