"""Addresses that are tried before they are watched, and secrets that are to be kept: what takes a while."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace

from tocsin.domain.account import Account, AuthKind, Connection
from tocsin.domain.levels import Scene, own_level
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.state import Command, EndTrial, KeepSecret, SecretKept, TryAddress
from tocsin.domain.terms import FailureKind
from tocsin.domain.trial import Trial, TrialStep, TrialView
from tocsin.engine.exchange import ask, hold
from tocsin.engine.keeping import Unkept, put_away
from tocsin.engine.poller import Detect
from tocsin.errors import SecretUnavailable
from tocsin.ports import Clock, Http, Located, PollContext, Provider, SecretRef, Secrets

_SHOWN = 5
ACCOUNT = "~trial"
"""The id under which an address is tried: its secret and its connections are forgotten with it. No account has it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What trying needs. ``taken`` gives the ids of accounts that there are; ``unkept`` remembers what was not kept."""

    http: Http
    clock: Clock
    make: Callable[[Account], Provider]
    detect: Detect | None
    secrets: Secrets | None
    taken: Callable[[], Iterable[str]]
    unkept: Unkept = field(default_factory=Unkept)


class Trials:
    """One trial at a time; a later one ends an earlier one.

    ``on_change`` is called when there is something else to see, ``on_kept`` with an account that has another secret.
    """

    def __init__(self, means: Means, on_change: Callable[[], None], on_kept: Callable[[str], None]) -> None:
        self._means = means
        self._on_change = on_change
        self._on_kept = on_kept
        self._running: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self.view: TrialView | None = None
        self.kept: SecretKept | None = None

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about trying or keeping; false for any other."""
        match command:
            case TryAddress():
                self.begin(command.trial)
            case EndTrial():
                if self.view is not None and command.number in (None, self.view.number):
                    self.end()
            case KeepSecret():
                self._spawn(self._keep(command))
            case _:
                return False
        return True

    def begin(self, trial: Trial) -> None:
        """Try an address."""
        self.end()
        step = TrialStep.ASKING if trial.provider else TrialStep.LOOKING
        self._show(TrialView(trial.number, step, provider=trial.provider))
        self._running = asyncio.create_task(self._try(trial))

    def end(self) -> None:
        """Break off what runs, and forget what came of it."""
        if self._running is not None:
            self._running.cancel()
            self._running = None
        self._forget()
        self._show(None)

    async def close(self) -> None:
        """End everything."""
        tasks = [*self._others, *([self._running] if self._running is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    async def _try(self, trial: Trial) -> None:
        means = self._means
        account = account_to_try(trial)
        try:
            secret = trial.secret or await self._own_secret(trial)
        except SecretUnavailable as error:
            now, place = means.clock.now().wall, error.place or trial.account
            failure = Failure(FailureKind.UNAUTHORIZED, str(error), now, obstacle=error.obstacle, place=place)
            self._failed(trial, trial.provider, failure)
            return
        if secret and means.secrets is not None:
            means.secrets.lend(SecretRef(ACCOUNT), secret)
        try:
            located = await self._located(account)
            if isinstance(located, Failure):
                self._failed(trial, "", located)
                return
            account = replace(account, provider=located.key, url=located.url)
            self._show(TrialView(trial.number, TrialStep.ASKING, provider=located.key))
            context = PollContext(account, means.clock.now().wall)
            provider = means.make(account)
            found = await ask(provider, context, means.http)
        finally:
            self._forget()
        if isinstance(found, Failure):
            self._failed(trial, located.key, found, provider.name)
        else:
            self._found(trial, account, provider.name, found)

    async def _own_secret(self, trial: Trial) -> str:
        """The secret of an account that is tried as it stands; empty where it needs none. Raises what keeps it away."""
        secrets = self._means.secrets
        if secrets is None or not trial.account or trial.auth.kind is AuthKind.NONE:
            return ""
        return await secrets.get(SecretRef(trial.account))

    async def _located(self, account: Account) -> Located | Failure:
        means, detect = self._means, self._means.detect
        if account.provider:
            return Located(account.provider, account.url)
        now = means.clock.now().wall
        if detect is None:
            return Failure(FailureKind.UNSUPPORTED, "the provider has to be named", now)
        return await hold(lambda: detect(PollContext(account, now)), account, means.http, now)

    def _found(self, trial: Trial, account: Account, name: str, snapshot: Snapshot) -> None:
        from tocsin.domain.account_ids import suggested_id  # noqa: PLC0415 -- it brings Unicode's tables with it

        scene = Scene.of(snapshot)
        title = snapshot.page_name or name
        watched = replace(account, id=suggested_id(title, {*self._means.taken()}), name=title, connections=())
        self._show(
            TrialView(
                trial.number,
                TrialStep.FOUND,
                provider=account.provider,
                provider_name=name,
                page_name=snapshot.page_name,
                account=watched,
                components=snapshot.components,
                lists_things=snapshot.lists_things,
                reports=snapshot.reports[:_SHOWN],
                report_count=len(snapshot.reports),
                level=own_level(account.connections[0], scene),
            )
        )

    def _failed(self, trial: Trial, provider: str, failure: Failure, name: str = "") -> None:
        self._show(
            TrialView(
                trial.number,
                TrialStep.FAILED,
                provider=provider,
                provider_name=name,
                failure=failure.kind,
                text=failure.message,
                obstacle=failure.obstacle,
                place=failure.place,
            )
        )

    async def _keep(self, wished: KeepSecret) -> None:
        if self._means.secrets is None:
            return
        self.kept = await put_away(self._means.secrets, wished, self._means.unkept)
        self._on_kept(wished.account)
        self._on_change()

    def _forget(self) -> None:
        self._means.http.forget(ACCOUNT)
        if self._means.secrets is not None:
            self._means.secrets.lend(SecretRef(ACCOUNT), "")

    def _show(self, view: TrialView | None) -> None:
        self.view = view
        self._on_change()


def account_to_try(trial: Trial) -> Account:
    """What is asked as long as there is no account yet."""
    return Account(
        ACCOUNT,
        trial.provider,
        ACCOUNT,
        trial.url,
        auth=trial.auth,
        connections=(Connection(ACCOUNT, ACCOUNT),),
        allow_insecure=trial.allow_insecure,
        options=trial.options,
    )
