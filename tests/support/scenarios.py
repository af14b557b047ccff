"""A TMF656 provider under a test's control: problems appear, move and end, and the server fails, when the test says so.

    with ScriptedProvider() as provider:
        provider.declare("PRB-1", eta=in_an_hour)
        ...
        provider.set_estimate("PRB-1", in_two_hours)
        provider.resolve("PRB-1")

It is the project's own simulator with a hand on it; every call returns at once and holds from the next request on.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from tocsin.domain.account import Account, Auth, AuthKind, Connection, Settings
from tocsin.domain.instant import Instant
from tocsin.ports import Clock
from tocsin.simulator import scene as scenes
from tocsin.simulator.http1 import Manner
from tocsin.simulator.listener import Logged
from tocsin.simulator.scene import Change, Failure, Problem, Scene, Service, Status, Ticket, Where
from tocsin.simulator.server import DEMO_TOKEN, Simulator

PROBLEMS = "/tmf-api/serviceProblemManagement/v4/serviceProblem"
TICKETS = "/tmf-api/troubleTicket/v4/troubleTicket"


class RealTime:
    """The real clocks, as ``ports.Clock`` has them; nothing here sleeps on them."""

    def now(self) -> Instant:
        return Instant(datetime.now(UTC), time.monotonic())

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError("the simulator never waits on the clock")


class StillTime:
    """A clock that stands until a test moves it."""

    def __init__(self, wall: datetime) -> None:
        self.wall = wall

    def now(self) -> Instant:
        return Instant(self.wall, self.wall.timestamp())

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError("the simulator never waits on the clock")


class ScriptedProvider:
    """The simulator with a scene that a test moves by hand, from any thread. A ``scene.Stage`` itself."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        port: int = 0,
        token: str = DEMO_TOKEN,
        page_size: int = 100,
        list_fields: tuple[str, ...] = (),
    ) -> None:
        self.token = token
        self._clock = clock or RealTime()
        self._scene = Scene()
        self._lock = threading.Lock()
        self.simulator = Simulator(
            self, self._clock, port=port, token=token, page_size=page_size, list_fields=list_fields
        )

    # --- the server ------------------------------------------------------------------------------------------------

    def at(self, now: datetime) -> Scene:
        """The scene as the test has made it, whatever the time."""
        with self._lock:
            return self._scene

    def start(self) -> int:
        """Listen; after a ``stop`` on the same port."""
        return self.simulator.start()

    def stop(self) -> None:
        """Be gone: connections are refused from now on."""
        self.simulator.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.simulator.url

    @property
    def port(self) -> int:
        return self.simulator.port

    @property
    def requests(self) -> tuple[Logged, ...]:
        return self.simulator.requests

    @property
    def polls(self) -> int:
        """How often the list of problems was asked for, first pages only."""
        return sum(1 for entry in self.requests if _is_poll(entry))

    def wait_for_polls(self, in_all: int, timeout: float = 60.0) -> None:
        """Return once the list of problems was asked for so often in all. Fails a test that waits in vain.

        So many *more* would be counted from when a test gets round to waiting, which may be after the one it meant.
        """
        if not self.simulator.wait_for(lambda log: sum(map(_is_poll, log)) >= in_all, timeout):
            raise AssertionError(f"{in_all} polls were awaited; only these requests came: {self.requests[-10:]}")

    def account(
        self,
        account_id: str = "home",
        *,
        match: tuple[str, ...] = ("SVC-1001",),
        interval: float = 1.0,
        connections: tuple[Connection, ...] | None = None,
        name: str = "Planet Fibre",
    ) -> Account:
        """An account at this provider, with one connection called Home fibre unless told otherwise."""
        return Account(
            id=account_id,
            provider="tmf656",
            name=name,
            url=self.url,
            interval=timedelta(seconds=interval),
            auth=Auth(AuthKind.BEARER),
            connections=(Connection("fibre", "Home fibre", match=match),) if connections is None else connections,
        )

    def settings(self, **changes: Any) -> Settings:
        """Settings with ``account`` alone."""
        return Settings(accounts=(self.account(**changes),))

    # --- what happens ----------------------------------------------------------------------------------------------

    def declare(
        self,
        problem_id: str = "PRB-1",
        *,
        services: tuple[str, ...] = ("SVC-1001",),
        began: datetime | None = None,
        eta: datetime | None = None,
        status: Status = Status.ACKNOWLEDGED,
        advice: str | None = None,
        note: str = "",
        tickets: tuple[str, ...] | None = None,
        **attributes: Any,
    ) -> None:
        """A problem begins, with one ticket of its own (``tickets=()``: none).

        ``attributes`` are any of ``scene.Problem``, as ``planned=(start, end)`` for planned work, ``name``,
        ``priority``, ``characteristics=(("impact", "degraded"),)``.
        """
        now = self._clock.now().wall
        problem = Problem(
            id=problem_id,
            name="No internet in Utrecht",
            services=tuple(Service(service) for service in services),
            created_at=began or now,
            updated_at=now,
            changes=(Change(now, status),),
            priority=2,
            resolved_at=now if status.is_over else None,
            tickets=tuple(Ticket(ticket, eta) for ticket in ((f"TT-{problem_id}",) if tickets is None else tickets)),
            characteristics=() if advice is None else (("customerAdvice", advice),),
        )
        problem = scenes.with_note(replace(problem, **attributes), now, note, "Planet Fibre")
        self._become(lambda scene: scenes.declared(scene, problem, now))

    def note(self, problem_id: str, text: str) -> None:
        """The provider says something more."""
        self._move(problem_id, lambda problem, now: scenes.with_note(problem, now, text, "Planet Fibre"))

    def set_status(self, problem_id: str, status: Status, reason: str = "") -> None:
        """The state changes; ``Status.IN_PROGRESS`` after the end reopens."""
        self._move(problem_id, lambda problem, now: scenes.with_status(problem, now, status, reason))

    def set_estimate(self, problem_id: str, eta: datetime | None, *, ticket: str | None = None) -> None:
        """The estimate moves, or with None is taken back, in one ticket or in all."""
        self._move(problem_id, lambda problem, _: scenes.with_estimate(problem, eta, ticket))

    def resolve(self, problem_id: str = "PRB-1") -> None:
        """The disturbance is over."""
        self.set_status(problem_id, Status.RESOLVED)

    def revise(self, problem_id: str, **changes: Any) -> None:
        """Any attribute of ``scene.Problem`` becomes another, as ``created_at`` for a start that is edited."""
        self._move(problem_id, lambda problem, _: replace(problem, **changes))

    def drop(self, problem_id: str = "PRB-1") -> None:
        """The problem leaves the lists and is not found by its id either."""
        self._become(lambda scene: scenes.dropped(scene, problem_id))

    def show(self, scene: Scene) -> None:
        """Everything becomes as in this scene, as for ten thousand problems at once."""
        self._become(lambda _: scene)

    def clear(self) -> None:
        """Nothing is wrong, and nothing was."""
        self._become(lambda _: Scene())

    def fail(
        self,
        status: int = 503,
        *,
        manner: Manner = Manner.WHOLE,
        retry_after: int | None = None,
        html: bool = False,
        where: Where = Where.ALL,
        pause: float = 1.0,
    ) -> None:
        """From now on requests fail; see ``scene.Failure``."""
        failure = Failure(manner, status, retry_after, html, where, pause)
        self._become(lambda scene: replace(scene, failure=failure))

    def recover(self) -> None:
        """Requests are answered again."""
        self._become(lambda scene: replace(scene, failure=None))

    def _become(self, change: Callable[[Scene], Scene]) -> None:
        with self._lock:
            self._scene = change(self._scene)

    def _move(self, problem_id: str, change: Callable[[Problem, datetime], Problem]) -> None:
        now = self._clock.now().wall

        def moved(scene: Scene) -> Scene:
            problem = scene.problem(problem_id)
            assert problem is not None, f"{problem_id} is not declared"
            return scenes.changed(scene, change(problem, now), now)

        self._become(moved)


def _is_poll(entry: Logged) -> bool:
    path, _, query = entry.path.partition("?")
    return path == PROBLEMS and ("offset=" not in query or "offset=0" in query)
