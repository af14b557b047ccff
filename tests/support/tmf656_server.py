"""A TMF656 and TMF621 server in memory, its problems and tickets, and one poll of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from support.drive import Answer, answer, context, drive
from tocsin.domain.snapshot import Report, Snapshot
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest
from tocsin.providers.tmf656 import Tmf656

HOME = "https://api.example.net"
BASE = f"{HOME}/tmf-api/serviceProblemManagement/v4"
PROBLEMS = f"{BASE}/serviceProblem"
TICKETS = f"{HOME}/tmf-api/troubleTicket/v4/troubleTicket"
V5_TICKETS = f"{HOME}/tmf-api/troubleTicket/v5/troubleTicket"
MINE = "SVC-1001"
TIMEOUT = PollFailed(FailureKind.TIMEOUT, "too slow")
ABSENT = answer({"code": "60"}, status=404)


def problem(problem_id: Any = "SP-1", **told) -> dict:
    whole = {
        "id": problem_id,
        "name": "Cable cut",
        "status": "inProgress",
        "priority": 2,
        "creationDate": "2026-11-21T17:58:00Z",
        "affectedService": [{"id": MINE}],
        "note": [],
        **told,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def ticket(ticket_id: str = "TT-1", **told) -> dict:
    return {
        "id": ticket_id,
        "status": "inProgress",
        "lastUpdate": "2026-11-21T18:25:00Z",
        "expectedResolutionDate": "2026-11-21T20:30:00Z",
        **told,
    }


class Server:
    """A TMF656 and TMF621 server whose answers a test sets by path, the query left out."""

    def __init__(self, *problems: object, total: bool = True, **others: Answer) -> None:
        self.paths: dict[str, Answer] = {}
        self.problems: list[object] = list(problems)
        self.total = total
        self.paths.update(others)

    def __call__(self, request: HttpRequest) -> Answer:
        url, _, query = request.url.partition("?")
        if url in self.paths:
            return self.paths[url]
        if url != PROBLEMS:
            return ABSENT
        found = self.problems if "offset=0" in query else []
        return answer(found, headers={"x-total-count": str(len(self.problems))} if self.total else {})

    def having(self, **answers: Answer) -> "Server":
        """Answers under the problems' address, by id."""
        self.paths.update({f"{PROBLEMS}/{name.replace('_', '-')}": given for name, given in answers.items()})
        return self

    def with_tickets(self, *tickets: dict, base: str = TICKETS) -> "Server":
        self.paths.update({f"{base}/{each['id']}": each for each in tickets})
        return self


def poll(server: Server, *match: str, **told) -> Snapshot:
    return drive(Tmf656(), server, context(BASE, *(match or (MINE,)), provider="tmf656", **told))


def only_report(server: Server, *match: str, **told) -> Report:
    (found,) = poll(server, *match, **told).reports
    return found


def ids(snapshot: Snapshot) -> list[str]:
    return [report.id for report in snapshot.reports]


def failing(server: Server, *match: str, **told) -> PollFailed:
    with pytest.raises(PollFailed) as failed:
        poll(server, *match, **told)
    return failed.value


def at(*parts: int) -> datetime:
    return datetime(2026, 11, *parts, tzinfo=UTC)


def planned(start: Any, end: Any, **told) -> dict:
    stated = [("plannedStartDate", start), ("plannedEndDate", end)]
    return problem(characteristic=[{"name": name, "value": value} for name, value in stated if value], **told)
