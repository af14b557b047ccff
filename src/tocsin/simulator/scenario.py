"""A scripted day, set on a date or at this moment: what the provider knows is a pure function of the time.

Nothing is kept between two questions, so that any moment can be computed, in any order, on any clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import reduce

from tocsin.simulator import scene as scenes
from tocsin.simulator.scene import Failure, Problem, Scalar, Scene, Service, Status, Ticket
from tocsin.simulator.script import (
    About,
    Announce,
    ClockTime,
    Declare,
    Deed,
    Drop,
    Estimate,
    Fail,
    ProblemEntry,
    Recover,
    Replan,
    Resolve,
    Retract,
    Revise,
    Script,
    SetStatus,
    clock_times_in,
    fill,
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a script's clock times lie: on ``day`` in ``zone`` (None: the system's own), moved by ``shift``."""

    day: date
    zone: tzinfo | None = None
    shift: timedelta = timedelta()

    def moment(self, clock: ClockTime) -> datetime:
        """The moment (aware UTC) of a clock time. One that the clocks skip is read as before the change."""
        local = datetime.combine(self.day, time()) + clock.offset
        return (local if self.zone is None else local.replace(tzinfo=self.zone)).astimezone(UTC) + self.shift

    def shown(self, clock: ClockTime) -> str:
        """A clock time as the clocks here will show it."""
        return self.moment(clock).astimezone(self.zone).strftime("%H:%M")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script with its anchor. Implements ``scene.Stage``."""

    script: Script
    anchor: Anchor

    @property
    def start(self) -> datetime:
        """The moment (aware UTC) at which a run of the day begins."""
        return self.anchor.moment(self.script.day.start)

    @property
    def steps(self) -> Sequence[tuple[datetime, Deed]]:
        """Every step with its moment, in order. Where clocks are changed the file's order holds."""
        dated: list[tuple[datetime, Deed]] = []
        for step in self.script.steps:
            at = self.anchor.moment(step.at)
            dated.append((max(at, dated[-1][0]) if dated else at, step))
        return dated

    def at(self, now: datetime) -> Scene:
        """What the provider knows at ``now`` (aware)."""
        return reduce(self._played, [dated for dated in self.steps if dated[0] <= now], Scene())

    def filled(self, text: str) -> str:
        """A text of the script with its clock times as the clocks here will show them."""
        return fill(text, {clock: self.anchor.shown(clock) for clock in clock_times_in(text)})

    def _played(self, scene: Scene, dated: tuple[datetime, Deed]) -> Scene:
        at, step = dated
        match step:
            case Fail():
                failure = Failure(step.manner, step.status, step.retry_after, step.html, step.where)
                return replace(scene, failure=failure)
            case Recover():
                return replace(scene, failure=None)
            case Drop():
                return scenes.dropped(scene, step.problem)
            case Declare() | Announce():
                return scenes.declared(scene, self._noted(self._new(step, at), at, step), at)
        problem = scene.problem(step.problem)
        if problem is None:
            return scene  # ``reading`` refuses such a file; a script built by hand may still hold one
        return scenes.changed(scene, self._noted(self._moved(problem, at, step), at, step), at)

    def _new(self, step: Declare | Announce, at: datetime) -> Problem:
        entry = self.script.problem(step.problem)
        estimate = self._maybe(step.estimate) if isinstance(step, Declare) else None
        began = self._maybe(step.began) if isinstance(step, Declare) else None
        planned = (self.anchor.moment(step.start), self._maybe(step.end)) if isinstance(step, Announce) else None
        return Problem(
            id=entry.id,
            name=self.filled(entry.name),
            services=self._services(entry.services),
            created_at=began or at,
            updated_at=at,
            changes=(scenes.Change(at, step.status),),
            description=self.filled(entry.description),
            category=entry.category,
            reason=self.filled(entry.reason),
            priority=entry.priority,
            impact_factor=entry.impact_factor,
            resolved_at=at if step.status.is_over else None,
            tickets=tuple(Ticket(ticket, estimate) for ticket in entry.tickets),
            characteristics=self._characteristics((), entry),
            planned=planned,
        )

    def _moved(self, problem: Problem, at: datetime, step: Deed) -> Problem:
        match step:
            case SetStatus():
                return scenes.with_status(problem, at, step.status, self.filled(step.reason))
            case Resolve():
                return scenes.with_status(problem, at, Status.RESOLVED, self.filled(step.reason))
            case Estimate() | Retract():
                until = step.estimate if isinstance(step, Estimate) else None
                return scenes.with_estimate(problem, self._maybe(until), step.ticket)
            case Replan():
                return replace(problem, planned=(self.anchor.moment(step.start), self._maybe(step.end)))
            case Revise():
                return self._revised(problem, step)
            case _:
                return problem

    def _revised(self, problem: Problem, step: Revise) -> Problem:
        return replace(
            problem,
            name=problem.name if step.name is None else self.filled(step.name),
            description=problem.description if step.description is None else self.filled(step.description),
            created_at=self._maybe(step.began) or problem.created_at,
            services=problem.services if step.services is None else self._services(step.services),
            priority=problem.priority if step.priority is None else step.priority,
            impact_factor=problem.impact_factor if step.impact_factor is None else step.impact_factor,
            characteristics=self._characteristics(problem.characteristics, step),
        )

    def _noted(self, problem: Problem, at: datetime, step: Deed) -> Problem:
        if not isinstance(step, About):
            return problem
        return scenes.with_note(problem, at, self.filled(step.text), step.author or self.script.day.provider)

    def _services(self, ids: Sequence[str]) -> tuple[Service, ...]:
        names = {entry.id: entry.name for entry in self.script.services}
        return tuple(Service(service, names.get(service, "")) for service in ids)

    def _characteristics(
        self, before: tuple[tuple[str, Scalar], ...], entry: ProblemEntry | Revise
    ) -> tuple[tuple[str, Scalar], ...]:
        given = {
            name: self.filled(value) if isinstance(value, str) else value
            for name, value in entry.characteristics.items()
        }
        return tuple((dict(before) | given).items())

    def _maybe(self, clock: ClockTime | None) -> datetime | None:
        return None if clock is None else self.anchor.moment(clock)


def on_day(script: Script, day: date, zone: tzinfo | None = None) -> Scenario:
    """The day at its own clock times, on a date."""
    return Scenario(script, Anchor(day, zone))


def starting(script: Script, now: datetime, zone: tzinfo | None = None) -> Scenario:
    """The day moved so that its run begins at ``now`` (aware), whatever hour that is; all its times move along."""
    anchor = Anchor(now.astimezone(zone).date(), zone)
    return Scenario(script, replace(anchor, shift=now - anchor.moment(script.day.start)))
