"""TMF656 Service Problem Management, v3, v4 and v5, with the estimate from TMF621.

The API lists the problems of every customer; what is passed on is what names something of this user's, or no service
at all. As long as some of it could not be read and nothing is known to be wrong, the poll fails: it must not look like
an all-clear. Nothing can be listed that a match could be checked against. Format: TM Forum, TMF656.
"""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from msgspec import Raw

from tocsin.domain.snapshot import Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField
from tocsin.providers import links, payload
from tocsin.providers.base import Ask, Asker, StatusFailed
from tocsin.providers.paging import pages
from tocsin.providers.tmf621 import Tickets
from tocsin.providers.tmf656_problem import Problem, report
from tocsin.providers.tmf656_reading import Marker, Reading, identify

_VERSIONS = ("v4", "v5", "v3")
_ROOT = "/tmf-api"
_API = "/serviceProblemManagement"
_RESOURCE = "/serviceProblem"
# Answers of a gateway that has nothing at this address; a broken server is broken whatever the version.
_ELSEWHERE = frozenset({FailureKind.NOT_STATUS_API, FailureKind.UNAUTHORIZED, FailureKind.REDIRECT})
_NOT_HERE = frozenset({400, 404, 405, 406, 410, 501})


class Tmf656:
    """A provider's own problem list. Matching is by the ids of the user's services, places or resources."""

    key: ClassVar[str] = "tmf656"
    name: ClassVar[str] = "TMF656 Service Problem"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.PER_ACCOUNT, Capability.ETA, Capability.MAINTENANCE, Capability.UPDATES}
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="The host, the API's base, or its serviceProblem"),
        ProviderField(
            "auth",
            FieldType.CHOICE,
            required=False,
            help="How the provider knows who is asking",
            choices=("none", "bearer", "api_key", "basic", "oauth2"),
        ),
        ProviderField("secret", FieldType.SECRET, required=False, help="The token, key or password that goes with it"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=False)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=30)

    def __init__(self) -> None:
        self._resource: str | None = None
        self._tickets = Tickets()
        self._over: dict[str, Marker] = {}

    def poll(self, context: PollContext) -> Poll:
        """List, complete, filter, and ask the tickets of what is left. Raises ``PollFailed``."""
        asker = Asker(context)
        self._tickets.begin()
        account_url = links.account_url(context.account.url)
        resource, listed = yield from self._list(asker, context.account.url)
        self._over = {problem_id: marker for problem_id, marker in self._over.items() if problem_id in listed}
        reading = Reading(asker, resource, context, self._over)
        yield from reading.complete(listed)
        reports = yield from self._reports(reading)
        reading.refuse_false_calm(reports)
        return Snapshot(
            fetched_at=context.now,
            page_name=account_url.hostname or account_url.netloc,
            page_url=links.without_query(account_url),
            reports=reports,
            unread=tuple(sorted(reading.failures)),
            skew=asker.skew,
        )

    def _list(self, asker: Asker, url: str) -> Ask[tuple[str, dict[str, Problem]]]:
        """Where the problems are, and those listed. Looks for the API, anew once it stops answering as one."""
        told: PollFailed | None = None
        for resource in (self._resource,) if self._resource else candidates(url):
            self._resource = None
            try:
                problems = _problems((yield from pages(asker, resource)), links.place(resource))
            except PollFailed as failure:
                if not _is_elsewhere(failure):
                    raise
                # A refusal says more than an absence: there is something that wants a login.
                if told is None or failure.kind is FailureKind.UNAUTHORIZED:
                    told = failure
                continue
            self._resource = resource
            return resource, problems
        raise told or PollFailed(FailureKind.NOT_STATUS_API, f"{links.place(url)} has no TMF656 API")

    def _reports(self, reading: Reading) -> Ask[tuple[Report, ...]]:
        """What concerns this user, and what did when last asked; with the tickets' estimates for what is open."""
        found: list[Report] = []
        for problem_id, problem in reading.problems.items():
            told = report(problem, problem_id, reading.asker.now)
            if reading.concerns(told):
                found.append((yield from self._estimated(reading, problem, told)))
            elif problem_id in reading.open_ids:
                found.append(told)
        return tuple(found)

    def _estimated(self, reading: Reading, problem: Problem, told: Report) -> Ask[Report]:
        """The report with the estimate of its tickets. One that cannot be read is not one that was taken back."""
        if told.phase.is_over:
            return told
        if told.id in reading.reduced:
            return replace(told, eta=None, eta_readable=False)
        estimate = yield from self._tickets.estimate(reading.asker, reading.resource, problem.tickets)
        if estimate.eta is not None:
            return replace(told, eta=estimate.eta, eta_given_at=estimate.given_at)
        return told if estimate.readable else replace(told, eta=None, eta_readable=False)


def candidates(url: str) -> tuple[str, ...]:
    """Where the problems may be listed, for an address that is the resource, the API's base, the host or a page."""
    parts = links.account_url(url)
    path, query = parts.path, parts.query
    last = path.rpartition("/")[2].lower()
    versions = tuple(f"{_API}/{version}{_RESOURCE}" for version in _VERSIONS)
    here: tuple[str, ...]
    if last == _RESOURCE[1:].lower():
        here = (path,)
    elif last[:1] == "v" and last[1:2].isdigit():
        here = (path + _RESOURCE,)
    elif last == _API[1:].lower():
        here = (*(f"{path}/{version}{_RESOURCE}" for version in _VERSIONS), path + _RESOURCE)
    elif last == _ROOT[1:]:
        here = tuple(path + each for each in versions)
    else:
        below = (path + _RESOURCE, *(path + _ROOT + each for each in versions)) if path else ()
        here = (*below, *(_ROOT + each for each in versions))
    return tuple(parts._replace(path=each, query=query).geturl() for each in dict.fromkeys(here))


def _problems(elements: list[Raw], where: str) -> dict[str, Problem]:
    """The listed problems by id; of several under one an open one.

    Raises ``PollFailed``: not_status_api where none has an id, for then they are something else; malformed where some
    have none, or cannot be read.
    """
    found: dict[str, Problem] = {}
    unknown: payload.UnreadableError | None = None
    for element in elements:
        try:
            problem = payload.read(element, Problem)
            problem_id = identify(problem)
        except payload.BrokenError as error:
            raise PollFailed(FailureKind.MALFORMED, f"{where}: a problem {error}") from error
        except payload.UnreadableError as error:
            unknown = error
            continue
        known = found.get(problem_id)
        if known is None or (known.phase.is_over and not problem.phase.is_over):
            found[problem_id] = problem
    if unknown is not None:
        kind = FailureKind.MALFORMED if found else FailureKind.NOT_STATUS_API
        raise PollFailed(kind, f"{where}: a problem {unknown}") from unknown
    return found


def _is_elsewhere(failure: PollFailed) -> bool:
    return failure.kind in _ELSEWHERE or (isinstance(failure, StatusFailed) and failure.status in _NOT_HERE)
