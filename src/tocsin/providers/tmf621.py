"""TMF621 Trouble Ticket, v4 and v5: where the estimate of a TMF656 problem stands (``expectedResolutionDate``).

A problem names its tickets by id and often by a reference. A reference is followed on the problem's own origin only;
else the ticket is looked for in the TMF621 API beside the TMF656 one. Format: TM Forum, TMF621 v4.0.0 and v5.0.1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import links, text, times
from tocsin.providers.base import Ask, Asker, StatusFailed, attempt, is_transport
from tocsin.providers.payload import Scalar

MAX_REQUESTS = 50
MAX_TICKETS_OF_ONE = 10
DONE = frozenset({"resolved", "closed"})
OVER = DONE | {"cancelled", "canceled", "rejected"}
_BESIDE = re.compile(r"/serviceProblemManagement(?:/v(\d+)[\d.]*)?/serviceProblem$", re.IGNORECASE)
_ELSEWHERE = frozenset({FailureKind.NOT_STATUS_API, FailureKind.UNAUTHORIZED})
_NOT_HERE = frozenset({400, 404, 405, 410, 501})


class TicketRef(Struct, frozen=True):
    """A ticket as a problem names it."""

    id: Scalar = None
    href: Scalar = None


class Ticket(Struct, frozen=True, rename="camel"):
    """What a ticket says about its end."""

    status: Scalar = None
    expected_resolution_date: Scalar = None
    last_update: Scalar = None
    status_change_date: Scalar = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the tickets of one problem come to. Without ``readable`` a missing ``eta`` means nothing."""

    eta: datetime | None = None
    given_at: datetime | None = None
    readable: bool = True


@dataclass(slots=True)
class Tickets:
    """The tickets of one account. ``begin`` starts a poll; where each was found is remembered from poll to poll."""

    _found_at: dict[str, str] = field(default_factory=dict)
    _asked: dict[str, Ticket | None] = field(default_factory=dict)
    _requests: int = 0
    _silent: bool = False

    def begin(self) -> None:
        """Forget what the last poll was told, and where tickets stood that it did not need."""
        self._found_at = {key: url for key, url in self._found_at.items() if key in self._asked}
        self._asked.clear()
        self._requests = 0
        self._silent = False

    def estimate(self, asker: Asker, resource: str, refs: Iterable[TicketRef]) -> Ask[Estimate]:
        """The latest estimate of the open tickets that can be read. ``resource`` is where the problem was found.

        Tickets that are all done take no estimate back. The problem is read before its tickets: where both end in
        between, it seems open still, and the next poll tells the end.
        """
        best: Estimate | None = None
        readable, statuses = True, set[str]()
        for number, ref in enumerate(refs):
            ticket = None
            if number < MAX_TICKETS_OF_ONE:
                ticket = yield from self._ticket(asker, resource, ref)
            status = "" if ticket is None else text.folded(ticket.status)
            statuses.add(status)
            if ticket is None:
                readable = False
            elif status not in OVER:
                eta = times.moment(ticket.expected_resolution_date)
                if eta is not None and (best is None or best.eta is None or eta > best.eta):
                    best = Estimate(eta, times.moment(ticket.last_update) or times.moment(ticket.status_change_date))
                elif eta is None and text.word(ticket.expected_resolution_date):
                    readable = False
        is_done = statuses <= OVER and bool(statuses & DONE)
        return best or Estimate(readable=readable and not is_done)

    def _ticket(self, asker: Asker, resource: str, ref: TicketRef) -> Ask[Ticket | None]:
        """One ticket, asked for once a poll; None where it cannot be read."""
        ticket_id = text.identity(ref.id)
        href = links.own_link(resource, ref.href)
        key = href or ticket_id
        if key is None:
            return None
        if key not in self._asked:
            self._asked[key] = yield from self._search(asker, key, _places(resource, ticket_id, href))
        return self._asked[key]

    def _search(self, asker: Asker, key: str, places: list[str]) -> Ask[Ticket | None]:
        known = self._found_at.get(key)
        for url in dict.fromkeys([known, *places] if known else places):
            if self._silent or self._requests >= MAX_REQUESTS:
                return None
            self._requests += 1
            answer = yield from attempt(asker.item(url, Ticket))
            if isinstance(answer, PollFailed):
                self._silent = is_transport(answer)
                if not _is_elsewhere(answer):
                    return None
            elif answer.status is not None or answer.expected_resolution_date is not None:
                self._found_at[key] = url
                return answer
        return None


def _places(resource: str, ticket_id: str | None, href: str | None) -> list[str]:
    """Where a ticket may be: at its reference, then in the APIs beside the problem's, its own version first."""
    found = [] if href is None else [href]
    if ticket_id is None:
        return found
    parts = links.account_url(resource)
    beside = _BESIDE.search(parts.path)
    root = parts.path[: beside.start()] if beside else "/tmf-api"
    own = beside[1] if beside else None
    versions = dict.fromkeys([own, "4", "5"] if own else ["4", "5"])
    for version in versions:
        base = links.without_query(parts._replace(path=f"{root}/troubleTicket/v{version}/troubleTicket"))
        found.append(links.item(base, ticket_id))
    return found


def _is_elsewhere(failure: PollFailed) -> bool:
    """True when the answer says no more than that the ticket is not to be had at this address."""
    return failure.kind in _ELSEWHERE or (isinstance(failure, StatusFailed) and failure.status in _NOT_HERE)
