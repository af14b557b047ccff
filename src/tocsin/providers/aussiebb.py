"""Aussie Broadband's customer API: the services of an account and the outages of each.

The login gives a cookie, which lasts for ``expiresIn`` seconds; it is kept by who sends the requests. Services come in
pages of ten and are asked for once an hour. One event stands in several lists and under several services: it is one
incident, by its ``reference``. There is no documentation: the shapes are those that others have met.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from msgspec import Raw, Struct

from tocsin.domain.account import Account
from tocsin.domain.snapshot import Component, Report, Snapshot, Traits
from tocsin.domain.terms import FailureKind, Level
from tocsin.errors import PollFailed
from tocsin.ports import Capability, FieldType, Poll, PollContext, ProviderField, SecretRef
from tocsin.providers import links, text
from tocsin.providers.aussiebb_payload import Outages, level_of, merged, reports_of
from tocsin.providers.base import Ask, Asker, StatusFailed, attempt, decoded, is_transport, known_by, read_all
from tocsin.providers.payload import Scalar

S = TypeVar("S", bound=Struct)
_API_HOST = "myaussie-api."
_AUTH_HOST = "myaussie-auth."
_SITES = frozenset({"aussiebroadband.com.au", "www.aussiebroadband.com.au", "my.aussiebroadband.com.au"})
_SERVICES_LAST = timedelta(hours=1)
_EARLY = timedelta(seconds=50)  # before a session ends it is not relied on
_MAX_PAGES = 100
_WRONG_LOGIN = frozenset({400, 422})
_NOT_FOR_THIS = frozenset({400, 404, 405, 410, 422, 501})
_WITH_OUTAGES = frozenset({"nbn", "opticomm"})
_WITHOUT_OUTAGES = frozenset({"voip", "phonemobile", "fetchtv", "hardware"})


class Login(Struct, frozen=True, rename="camel"):
    """The answer to a login."""

    expires_in: float


class Service(Struct, frozen=True):
    """A service of the account."""

    service_id: Scalar
    type: Scalar = None
    name: Scalar = None
    plan: Scalar = None
    description: Scalar = None


class Meta(Struct, frozen=True):
    """Where a page stands among the pages."""

    last_page: int | None = None
    total: int | None = None


class Page(Struct, frozen=True):
    """A page of services."""

    data: Raw
    meta: Meta | None = None


class Aussiebb:
    """A customer's services. Matching is by service id."""

    key: ClassVar[str] = "aussiebb"
    name: ClassVar[str] = "Aussie Broadband"
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            *(Capability.PER_ACCOUNT, Capability.COMPONENTS, Capability.ETA, Capability.MAINTENANCE),
            *(Capability.UPDATES, Capability.DROPS_RESOLVED),
        }
    )
    fields: ClassVar[tuple[ProviderField, ...]] = (
        ProviderField("url", FieldType.URL, required=True, help="https://myaussie-api.aussiebroadband.com.au"),
        ProviderField("user", FieldType.TEXT, required=False, help="The user name of MyAussie, if not in auth"),
        ProviderField("secret", FieldType.SECRET, required=True, help="The password that goes with it"),
        ProviderField("login_url", FieldType.URL, required=False, help="Address to log in at, if the API has another"),
    )
    traits: ClassVar[Traits] = Traits(drops_resolved=True)
    minimum_interval: ClassVar[timedelta] = timedelta(seconds=60)
    login_origins: ClassVar[frozenset[str]] = frozenset(
        {f"https://{host}aussiebroadband.com.au" for host in (_API_HOST, _AUTH_HOST)}
    )

    def __init__(self) -> None:
        self._session_until: datetime | None = None
        self._services: dict[str, Service] = {}
        self._services_at: datetime | None = None

    @staticmethod
    def contacts(account: Account) -> tuple[str, ...]:
        """The API, and where to log in to it. Raises ``PollFailed``."""
        return (base := api_base(account.url), _login_page(account, base))

    def poll(self, context: PollContext) -> Poll:
        """Log in where that is needed, list the services, and ask for the outages of each. Raises ``PollFailed``."""
        base = api_base(context.account.url)
        session = _Session(Asker(context, session=True), base, context, self._session_until)
        try:
            snapshot = yield from self._snapshot(session)
        finally:
            self._session_until = session.until
        return snapshot

    def _snapshot(self, session: "_Session") -> Ask[Snapshot]:
        context = session.context
        matched = {each for connection in context.account.connections for each in connection.match}
        is_old = self._services_at is None or not timedelta() <= context.now - self._services_at < _SERVICES_LAST
        if is_old or not matched <= self._services.keys():
            self._services = yield from session.services()
            self._services_at = context.now
        everything = not all(connection.match for connection in context.account.connections)
        wanted = self._services if everything else {each: self._services[each] for each in matched & {*self._services}}
        told, failed = yield from session.outages(wanted)
        if not told and failed:
            raise next(iter(failed.values()))
        reports = merged(each for found in told.values() for each in found)
        missing = {*context.open_ids} - {report.id for report in reports}
        return Snapshot(
            fetched_at=context.now,
            page_name=self.name,
            page_url=session.base,
            reports=reports,
            components=tuple(
                _component(each, wanted[each], level_of(reports, each) if each in told else Level.UNKNOWN)
                for each in wanted
                if each in told or each in failed or each in matched
            ),
            lists_things=True,
            unread=tuple(sorted(missing)) if failed else (),
            skew=session.asker.skew,
        )


@dataclass(slots=True)
class _Session:
    """One poll as a customer who is logged in. ``until`` is when the login ends, None where there is none."""

    asker: Asker
    base: str
    context: PollContext
    until: datetime | None
    is_fresh: bool = False

    def _login(self) -> Ask[None]:
        account = self.context.account
        user = account.auth.user or account.options.get("user", "")
        if not user:
            raise PollFailed(FailureKind.UNAUTHORIZED, "the user name of MyAussie is not set")
        url = _login_page(account, self.base)
        self.until = None
        try:
            response = yield from self.asker.post(url, {"username": user, "password": SecretRef(account.id)})
        except StatusFailed as failure:
            if failure.status not in _WRONG_LOGIN:
                raise
            message = f"{links.place(url)} refused the user name or the password ({failure.status})"
            raise StatusFailed(failure.status, FailureKind.UNAUTHORIZED, message, failure.retry_after) from failure
        lasts = decoded(response, Login).expires_in
        self.until = self.context.now + timedelta(seconds=min(max(lasts, 0), 10**7)) - _EARLY
        self.is_fresh = True

    def _ask(self, url: str, shape: type[S]) -> Ask[S]:
        """One document, logged in. A refusal of an older login is answered by a new one, once."""
        if not self.is_fresh and (self.until is None or self.context.now >= self.until):
            yield from self._login()
        try:
            return (yield from self.asker.item(url, shape))
        except StatusFailed as failure:
            if failure.kind is not FailureKind.UNAUTHORIZED or self.is_fresh:
                raise
        yield from self._login()
        return (yield from self.asker.item(url, shape))

    def services(self) -> Ask[dict[str, Service]]:
        """Every service, by id. Raises ``PollFailed`` (malformed) for a list that is shorter than it says."""
        found: dict[str, Service] = {}
        url = f"{self.base}/services"
        for number in range(1, _MAX_PAGES + 1):
            page = yield from self._ask(f"{url}?page={number}", Page)
            listed = read_all(page.data, Service, links.place(url))
            fresh = {known_by(each.service_id, "a service"): each for each in listed}
            is_new = not fresh.keys() <= found.keys()
            found.update(fresh)
            meta = page.meta or Meta()
            if not is_new or (meta.last_page is not None and number >= meta.last_page):
                if meta.total is not None and len(found) < meta.total:
                    raise PollFailed(FailureKind.MALFORMED, f"{links.place(url)} gave {len(found)} of {meta.total}")
                return found
        raise PollFailed(FailureKind.TOO_LARGE, f"{links.place(url)} has more than {_MAX_PAGES} pages")

    def outages(self, services: Mapping[str, Service]) -> Ask[tuple[dict[str, list[Report]], dict[str, PollFailed]]]:
        """What is told of each service, and of which nothing could be had. Telephones and such have no outages."""
        told: dict[str, list[Report]] = {}
        failed: dict[str, PollFailed] = {}
        for service_id, service in services.items():
            kind = text.folded(service.type)
            if kind in _WITHOUT_OUTAGES:
                continue
            url = f"{links.item(f'{self.base}/nbn', service_id)}/outages"
            outages = yield from attempt(self._ask(url, Outages))
            if not isinstance(outages, PollFailed):
                told[service_id] = reports_of(outages, service_id, links.place(url), self.context.now)
            elif is_transport(outages) or outages.kind is FailureKind.UNAUTHORIZED:
                raise outages
            elif kind in _WITH_OUTAGES or not _is_not_for_this(outages):
                failed[service_id] = outages
        return told, failed


def api_base(url: str) -> str:
    """The API's base of an address that is the base, one of its documents, or the site for customers."""
    parts = links.account_url(url)
    if parts.hostname in _SITES:
        parts = parts._replace(netloc=f"{_API_HOST}aussiebroadband.com.au", path="")
    path = parts.path
    for resource in ("/services", "/nbn"):
        path = path.partition(resource)[0] if f"{path}/".find(f"{resource}/") >= 0 else path
    return links.without_query(parts._replace(path=path))


def _login_page(account: Account, base: str) -> str:
    return account.options.get("login_url") or login_url(base)


def login_url(base: str) -> str:
    """Where to log in: on the host beside the API's, else on the same."""
    parts = links.account_url(base)
    host = parts.netloc
    beside = _AUTH_HOST + host.removeprefix(_API_HOST) if host.startswith(_API_HOST) else host
    path = "" if beside != host else parts.path
    return links.without_query(parts._replace(netloc=beside, path=f"{path}/login"))


def _component(service_id: str, service: Service, level: Level) -> Component:
    stated = (service.description, service.plan, service.name, service.type)
    name = next(filter(None, (text.line(each, text.NAME) for each in stated)), service_id)
    is_known = level is not Level.UNKNOWN
    return Component(service_id, name, level, "" if is_known else text.word(service.type), known=is_known)


def _is_not_for_this(failure: PollFailed) -> bool:
    """True when the answer is that this sort of service has no outages to ask for."""
    return isinstance(failure, StatusFailed) and failure.status in _NOT_FOR_THIS
