"""What every provider shares: asking, checking the answer, and what is to be made of a failure.

A provider is a generator: it yields requests and is sent responses, so that nothing here does I/O. The helpers are
generators too, used with ``yield from``. What they raise is ``PollFailed`` and nothing else:

    401, 403            unauthorized     a refusal, not an outage
    429                 rate_limited     with Retry-After
    300 to 399          redirect         what the HTTP adapter did not follow
    other than 200s     http_status      with Retry-After
    HTML, no JSON       not_status_api
    broken JSON         malformed

One rule decides what may be passed over. A field that only says more may be missing or of the wrong type: it is left
out. An incident or a component that cannot be read at all (no object, or no id) makes the whole document ``malformed``:
a list that silently lacks one is a false all-clear. An incident whose *details* could not be asked for is named in
``Snapshot.unread``.
"""

from collections.abc import Generator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from tocsin.domain.snapshot import Report
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpRequest, HttpResponse, PollContext, SecretRef
from tocsin.providers import links, payload, text, times

T = TypeVar("T")
S = TypeVar("S", bound=Struct)
Ask = Generator[HttpRequest, HttpResponse, T]
"""A conversation that ends in a T."""

LIMIT = 8 * 1024 * 1024
LARGE = 32 * 1024 * 1024
"""What a body may come to, in bytes, by default and for those who need more."""

_OBSERVED = "component:"
_JSON = "application/json"
_REMEMBERED = timedelta(days=30)
_EVER = datetime.max.replace(tzinfo=UTC)  # what does not say when it was is not too old
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_REFUSED = frozenset({401, 403})
_ABSENT = frozenset({404, 410})
_TOO_MANY = 429
_TRANSPORT = frozenset({FailureKind.DNS, FailureKind.CONNECT, FailureKind.TLS, FailureKind.TIMEOUT})


class StatusFailed(PollFailed):
    """An answer with a status that is none of success; ``status`` tells an absent item from a broken server."""

    def __init__(self, status: int, kind: FailureKind, message: str, retry_after: timedelta | None) -> None:
        super().__init__(kind, message, retry_after)
        self.status = status

    @property
    def is_absent(self) -> bool:
        """True when the server said that there is no such thing."""
        return self.status in _ABSENT


class Asker:
    """The conversation of one poll. ``skew`` is the server's clock minus ours, as the last answer had it.

    ``limit`` bounds each inflated body, in bytes. With ``session`` the account's cookies are its login: they are sent
    and kept, and nothing else is put in. With ``public`` no login is put in at all: for what everybody may read, on
    hosts that are not the account's own as well.
    """

    def __init__(
        self, context: PollContext, *, limit: int = LIMIT, session: bool = False, public: bool = False
    ) -> None:
        self.now = context.now
        self.skew = timedelta()
        self._limit = limit
        self._session = session
        self._public = public

    def get(self, url: str, accept: str = _JSON) -> Ask[HttpResponse]:
        """Ask for one document. Raises ``PollFailed``, a ``StatusFailed`` where a status is the reason."""
        request = HttpRequest(
            url,
            headers={"Accept": accept},
            limit=self._limit,
            authenticate=not (self._session or self._public),
            session=self._session,
        )
        return (yield from self.send(request))

    def post(self, url: str, fields: Mapping[str, str | SecretRef]) -> Ask[HttpResponse]:
        """Send a JSON object, secrets by name, without the account's own login. Raises as ``get`` does."""
        request = HttpRequest(
            url,
            method="POST",
            headers={"Accept": _JSON},
            limit=self._limit,
            authenticate=False,
            conditional=False,
            json_body=fields,
            session=self._session,
        )
        return (yield from self.send(request))

    def send(self, request: HttpRequest) -> Ask[HttpResponse]:
        """Send any request and check its status. Raises ``PollFailed``, a ``StatusFailed`` for a status."""
        response = yield request
        if response.skew is not None:
            self.skew = response.skew
        check_status(response, self.now)
        return response

    def json(self, url: str, shape: type[T]) -> Ask[T]:
        """Ask for one JSON document and decode it; see ``payload.decode`` for what is raised."""
        response = yield from self.get(url)
        return payload.decode(response.body, shape, links.place(url), response.headers.get("content-type", ""))

    def item(self, url: str, shape: type[S]) -> Ask[S]:
        """Ask for one payload and read it leniently. Raises ``PollFailed`` (not_status_api) for another thing."""
        raw = yield from self.json(url, Raw)
        return read(raw, shape, links.place(url))


def check_status(response: HttpResponse, now: datetime) -> None:
    """Raise ``StatusFailed`` for every status but those of success."""
    status = response.status
    if status in _OK:
        return
    wait = times.retry_after(response.headers.get("retry-after"), now)
    where = links.place(response.url)
    if status in _REFUSED:
        raise StatusFailed(status, FailureKind.UNAUTHORIZED, f"{where} refused us ({status})", wait)
    if status == _TOO_MANY:
        raise StatusFailed(status, FailureKind.RATE_LIMITED, f"{where} is asked too often ({status})", wait)
    if status in _REDIRECTS:
        raise StatusFailed(status, FailureKind.REDIRECT, f"{where} redirects ({status})", wait)
    raise StatusFailed(status, FailureKind.HTTP_STATUS, f"{where} answered {status}", wait)


def attempt(asking: Ask[T]) -> Ask[T | PollFailed]:
    """Ask for what may be done without: its failure is returned, for the caller to weigh."""
    try:
        return (yield from asking)
    except PollFailed as failure:
        return failure


def is_absent(failure: PollFailed) -> bool:
    """True when the server answered that there is no such thing, rather than not at all."""
    return isinstance(failure, StatusFailed) and failure.is_absent


def is_transport(failure: PollFailed) -> bool:
    """True when no answer came: asking the same server for more would use up the poll's time."""
    return failure.kind in _TRANSPORT or failure.obstacle is not None


def read(raw: Raw, shape: type[S], where: str) -> S:
    """Read a payload that the document is known by. Raises ``PollFailed``: not_status_api, malformed if broken."""
    try:
        return payload.read(raw, shape)
    except payload.UnreadableError as error:
        is_broken = isinstance(error, payload.BrokenError)
        kind = FailureKind.MALFORMED if is_broken else FailureKind.NOT_STATUS_API
        raise PollFailed(kind, f"{where}: {shape.__name__.lower()} {error}") from error


def read_all(raw: Raw, shape: type[S], where: str) -> list[S]:
    """Read a list of payloads, all of them. Raises ``PollFailed`` (malformed)."""
    try:
        return payload.read_all(raw, shape)
    except payload.UnreadableError as error:
        raise PollFailed(FailureKind.MALFORMED, f"{where}: a {shape.__name__.lower()} {error}") from error


def read_list(raw: Raw, shape: type[S], where: str) -> list[S]:
    """Read a list that is a whole document: it is known by its elements and by nothing else.

    Raises ``PollFailed``: not_status_api where it is no list or none of them can be read, malformed where some cannot.
    """
    if not bytes(raw).lstrip().startswith(b"["):
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} has another shape than this API's")
    try:
        return payload.read_all(raw, shape)
    except payload.UnreadableError as error:
        is_ours = isinstance(error, payload.BrokenError) or _any_reads(raw, shape)
        kind = FailureKind.MALFORMED if is_ours else FailureKind.NOT_STATUS_API
        raise PollFailed(kind, f"{where}: a {shape.__name__.lower()} {error}") from error


def _any_reads(raw: Raw, shape: type[S]) -> bool:
    for element in msgspec.json.decode(raw, type=list[Raw]):
        try:
            payload.read(element, shape)
        except payload.UnreadableError:
            continue
        return True
    return False


def decoded(response: HttpResponse, shape: type[S]) -> S:
    """The payload of a response, read leniently. Raises ``PollFailed``: not_status_api, malformed."""
    where = links.place(response.url)
    raw = payload.decode(response.body, Raw, where, response.headers.get("content-type", ""))
    return read(raw, shape, where)


def known_by(value: payload.Scalar, what: str) -> str:
    """An id. Raises ``PollFailed`` (malformed): what has none cannot be told apart, and must not be left out."""
    found = text.identity(value)
    if found is None:
        raise PollFailed(FailureKind.MALFORMED, f"{what} without an id")
    return found


def lately(reports: Iterable[Report], context: PollContext) -> tuple[Report, ...]:
    """What an archive tells that matters now: all that is open, that we hold to be open, or that ended this month."""
    since = context.now - _REMEMBERED
    held = frozenset(context.open_ids)
    return tuple(each for each in reports if not each.phase.is_over or each.id in held or _last_seen(each) >= since)


def _last_seen(report: Report) -> datetime:
    return report.resolved_at or report.started_at or _EVER


def declared_ids(context: PollContext) -> frozenset[str]:
    """The ids of what we hold to be open, without those that the rules gave to what they observed themselves."""
    return frozenset(each for each in context.open_ids if not each.startswith(_OBSERVED))


def check_meant(context: PollContext, where: str, *names: payload.Scalar) -> None:
    """Raise ``PollFailed`` (not_status_api) for another page than the one that the account's ``page_id`` means."""
    meant = context.account.options.get("page_id")
    if meant and meant not in {text.identity(name) for name in names}:
        raise PollFailed(FailureKind.NOT_STATUS_API, f"{where} is another page than the one that was set")


def unique(reports: Iterable[Report]) -> tuple[Report, ...]:
    """Each id once: of several an open one before one that is over, then the first."""
    best: dict[str, Report] = {}
    for report in reports:
        known = best.get(report.id)
        if known is None or (known.phase.is_over and not report.phase.is_over):
            best[report.id] = report
    return tuple(best.values())
