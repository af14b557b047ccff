"""One poll without an engine: what ``tocsin check`` does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tocsin import contract
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.http import HttpClient
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Account, Auth, Connection, Network
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import Level
from tocsin.engine.exchange import ask, hold
from tocsin.engine.watched import noticed
from tocsin.ports import PollContext
from tocsin.providers.detect import detect
from tocsin.providers.registry import Registry

ACCOUNT = "check"
"""The account's id, so that its secret is read from ``TOCSIN_SECRET_CHECK``."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to ask. ``provider`` None finds out which API answers. ``secrets`` are the environment's, by account id.

    ``options`` are what the provider needs to know beside the address; ``environ`` says whether plugins are wanted.
    ``network`` is the way out.
    """

    url: str
    provider: str | None
    match: tuple[str, ...]
    auth: Auth
    secrets: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """What came of it. ``level`` is unknown after a failure. ``missing`` are matches that the page does not list."""

    account: Account
    provider: str
    result: Snapshot | Failure
    level: Level
    missing: tuple[str, ...] = ()


def check(request: CheckRequest) -> CheckAnswer:
    """Ask once, and judge. Raises nothing for what the other side does wrong."""
    return asyncio.run(_check(request))


async def _check(request: CheckRequest) -> CheckAnswer:
    clock = SystemClock()
    registry = Registry(request.environ)
    http = HttpClient(KeyringSecrets(request.secrets), clock, declared=registry.login_origins)
    http.configure(request.network)
    connection = Connection(ACCOUNT, ACCOUNT, match=request.match)
    account = Account(
        ACCOUNT,
        request.provider or "",
        ACCOUNT,
        request.url,
        auth=request.auth,
        connections=(connection,),
        options=request.options,
    )
    context = PollContext(account, clock.now().wall)
    try:
        if request.provider is not None:
            return _judged(
                request.provider, account, await ask(registry.make(request.provider), context, http), registry
            )
        skews: list[timedelta] = []
        found = await hold(
            lambda: detect(context, registry.make, registry.known()), account, http, context.now, on_skew=skews.append
        )
        if isinstance(found, Failure):
            return CheckAnswer(account, "", found, Level.UNKNOWN)
        snapshot = replace(found.snapshot, skew=skews[-1] if skews else timedelta())
        return _judged(found.key, replace(account, provider=found.key, url=found.url), snapshot, registry)
    finally:
        await http.close()


def _judged(key: str, account: Account, result: Snapshot | Failure, registry: Registry) -> CheckAnswer:
    if isinstance(result, Failure):
        return CheckAnswer(account, key, result, Level.UNKNOWN)
    at = result.fetched_at + noticed(result.skew)
    level = contract.check_level(result, account, registry.make(key).traits, at)
    return CheckAnswer(account, key, result, level, contract.missing_matches(result, account))
