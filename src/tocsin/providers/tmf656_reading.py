"""Making a list of TMF656 problems complete: what the list leaves out is asked for by id.

Lists may leave out everything but the id (TM Forum's own v3 example does). A problem that cannot be judged, for its
status or what it hits is left out, is asked for; so is one that we hold to be open and that is listed no more. Where a
whole list has none of the fields with texts and tickets it is taken as a reduced one, and what is open and concerns the
user is asked for as well.
"""

from collections.abc import Iterator, Mapping

import msgspec

from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind, IncidentKind
from tocsin.errors import PollFailed
from tocsin.ports import PollContext
from tocsin.providers import links, text, times
from tocsin.providers.base import Ask, Asker, attempt, is_absent, is_transport
from tocsin.providers.payload import Scalar, UnreadableError
from tocsin.providers.tmf656_problem import Problem

MAX_BY_ID = 200
_OURS = "component:"  # ids that the rules gave to what they observed themselves; no provider knows them

Marker = tuple[Scalar, ...]


class Reading:
    """What one poll knows of an account's problems.

    ``problems`` are those that can be judged, by id. ``failures`` tell by id what could not be asked for, and why.
    ``reduced`` are ids of problems known from a reduced list alone. ``over`` is kept between polls: what was read as
    over, with the marker that its list entry had, is not read again.
    """

    def __init__(self, asker: Asker, resource: str, context: PollContext, over: dict[str, Marker]) -> None:
        connections = context.account.connections
        self.asker = asker
        self.resource = resource
        self.open_ids = frozenset(each for each in context.open_ids if not each.startswith(_OURS))
        self.problems: dict[str, Problem] = {}
        self.failures: dict[str, PollFailed] = {}
        self.reduced: set[str] = set()
        self._match = frozenset(each for connection in connections for each in connection.match)
        self._whole = not all(connection.match for connection in connections) or not connections
        self._over = over
        self._asked = 0
        self._silent: PollFailed | None = None

    def complete(self, listed: Mapping[str, Problem]) -> Ask[None]:
        """Fill ``problems`` from a list, asking for what it leaves out."""
        self.problems = {problem_id: problem for problem_id, problem in listed.items() if problem.says_enough}
        for problem_id in self._unjudged(listed):
            answer = yield from self._by_id(problem_id)
            if isinstance(answer, Problem):
                self._keep(problem_id, answer, listed.get(problem_id))
            elif is_absent(answer) and problem_id not in listed:
                continue  # gone
            elif is_absent(answer) and listed[problem_id].status is not None:
                self._keep_reduced(problem_id, listed[problem_id])
            else:
                self.failures[problem_id] = answer
        for problem_id in self._bare(listed):
            answer = yield from self._by_id(problem_id)
            if isinstance(answer, Problem):
                self.problems[problem_id] = answer
            else:
                self._keep_reduced(problem_id, listed[problem_id])

    def concerns(self, told: Report) -> bool:
        """True for what hits something of the user's, and for what names no service at all."""
        return not told.affected or self.is_linked(told)

    def is_linked(self, told: Report) -> bool:
        """True for what names something of the user's."""
        return self._whole or not self._match.isdisjoint((*told.affected, *told.related))

    def refuse_false_calm(self, reports: tuple[Report, ...]) -> None:
        """Raise ``PollFailed`` when a problem never seen before could not be read and nothing else is wrong."""
        blind = [failure for problem_id, failure in self.failures.items() if problem_id not in self.open_ids]
        if blind and not any(self._is_trouble(each) for each in reports):
            raise blind[0]

    def _is_trouble(self, told: Report) -> bool:
        return self.is_linked(told) and told.kind is IncidentKind.INCIDENT and not told.phase.is_over

    def _unjudged(self, listed: Mapping[str, Problem]) -> Iterator[str]:
        """What has to be asked for: what we hold to be open first, then the newest."""
        yield from sorted(self.open_ids - {*self.problems})
        rest = (
            (problem_id, problem)
            for problem_id, problem in listed.items()
            if problem_id not in self.problems and problem_id not in self.open_ids
        )
        wanted = [each for each in rest if not self._is_settled(*each)]
        yield from (each for each, _ in sorted(wanted, key=lambda pair: _changed(pair[1]), reverse=True))

    def _is_settled(self, problem_id: str, problem: Problem) -> bool:
        """True for what is over: as the list says itself, or as it was read before, unless it changed since."""
        if problem.status is not None:
            return problem.phase.is_over
        return any(problem.marker) and self._over.get(problem_id) == problem.marker

    def _bare(self, listed: Mapping[str, Problem]) -> Iterator[str]:
        """What is open and concerns the user, of a list that has texts and tickets for none of its problems."""
        if any(problem.has_details for problem in listed.values()):
            return
        for problem_id, problem in listed.items():
            if self.problems.get(problem_id) is problem and not problem.phase.is_over and self._is_ours(problem):
                yield problem_id

    def _is_ours(self, problem: Problem) -> bool:
        named = {*problem.services, *problem.surroundings}
        return self._whole or not problem.services or not self._match.isdisjoint(named)

    def _keep(self, problem_id: str, problem: Problem, listed: Problem | None) -> None:
        self.problems[problem_id] = problem
        if listed is not None and problem.phase.is_over:
            self._over[problem_id] = listed.marker

    def _keep_reduced(self, problem_id: str, problem: Problem) -> None:
        """Take the list's own word: a server that does not know its own problem by its id has no more to say."""
        self.problems[problem_id] = problem
        self.reduced.add(problem_id)

    def _by_id(self, problem_id: str) -> Ask[Problem | PollFailed]:
        """One problem, or why it cannot be had. Once the server is silent nothing more is asked of it."""
        if self._silent is not None:
            return self._silent
        if self._asked >= MAX_BY_ID:
            return PollFailed(FailureKind.TOO_LARGE, f"{links.place(self.resource)} lists too much without its status")
        self._asked += 1
        answer = yield from attempt(self.asker.item(links.item(self.resource, problem_id), Problem))
        if isinstance(answer, PollFailed):
            self._silent = answer if is_transport(answer) else None
            return answer
        return msgspec.structs.replace(answer, id=problem_id)


def _changed(problem: Problem) -> float:
    """When it changed, in seconds since 1970; what does not tell counts as newest."""
    at = next((at for each in problem.marker if (at := times.moment(each)) is not None), None)
    return float("inf") if at is None else at.timestamp()


def identify(problem: Problem) -> str:
    """The id of a listed problem. Raises ``UnreadableError``: what has none must not be left out."""
    found = text.identity(problem.id)
    if found is None:
        raise UnreadableError("without an id")
    return found
