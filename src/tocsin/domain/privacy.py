"""What is stored where, and who is contacted, how often and with what: from the settings that run, never by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from tocsin.domain.account import LINE_PROVIDER, PROXY_SECRET, Account, AuthKind, OAuthFlow, Settings, without_paused
from tocsin.domain.line_policy import LinePolicy
from tocsin.domain.targets import Plan, host_of, is_this_computer, offered, plan

_DIRECT: Mapping[str, str] = MappingProxyType({})
_POLICY = LinePolicy()


class Kind(StrEnum):
    """What is kept."""

    SETTINGS = "settings"
    RECORD = "record"
    LOG = "log"
    RUN = "run"
    SECRETS = "secrets"


class Purpose(StrEnum):
    """Why somebody is contacted."""

    POLL = "poll"
    TOKEN = "token"  # noqa: S105 -- a purpose, not a secret
    SIGN_IN = "sign_in"
    LINE = "line"
    NAMES = "names"
    PORTAL = "portal"
    ROUTER = "router"


class Service(StrEnum):
    """Who is spoken to on this computer itself."""

    NOTIFICATIONS = "notifications"
    KEYRING = "keyring"
    POWER = "power"
    RESOLVER = "resolver"


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept. ``where`` is a place; ``of`` are the accounts whose secrets the keyring holds.

    ``names`` are those of the same accounts, as a person knows them; the proxy has none.
    """

    kind: Kind
    where: str
    of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is contacted. ``every`` is how often while all is well, None for when it is needed.

    ``seldom`` is how often on a metered link. ``login`` is the kind of login that is sent along, ``via`` the proxy
    that stands between, ``name`` what the account is called. The router's ``host`` is empty: it is whichever is there.
    """

    host: str
    purpose: Purpose
    every: timedelta | None
    account: str = ""
    login: AuthKind = AuthKind.NONE
    via: str = ""
    seldom: timedelta | None = None
    name: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is this computer: nothing leaves it."""
        return is_this_computer(self.host)


@dataclass(frozen=True, slots=True)
class Asked:
    """What watching one account asks: the ``addresses``, and how often."""

    addresses: tuple[str, ...]
    every: timedelta


@dataclass(frozen=True, slots=True)
class Privacy:
    """The whole page. ``offered`` are hosts that are contacted only if the user agrees to it."""

    kept: tuple[Kept, ...] = ()
    contacts: tuple[Contact, ...] = ()
    offered: tuple[str, ...] = ()
    here: tuple[Service, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        """Everybody who is spoken to, or whose name is looked up, by name or address; without the router."""
        named = {each.host for each in self.contacts if each.host}
        return frozenset(named | {each.via for each in self.contacts if each.via})


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of a profile are, as a person reads them."""

    settings: str
    record: str
    log: str
    run: str


def privacy(
    settings: Settings,
    places: Places,
    asked: Mapping[str, Asked],
    via: Mapping[str, str] = _DIRECT,
    policy: LinePolicy = _POLICY,
) -> Privacy:
    """What these settings mean. ``asked`` is by account id, ``via`` the proxy in force by host."""
    acted = without_paused(settings)
    chosen = plan(acted) if settings.line.measure else Plan()
    polled = tuple(
        contact for account in acted.accounts for contact in _of_account(account, asked.get(account.id), via)
    )
    named = _keyring(settings)
    return Privacy(
        kept=(
            Kept(Kind.SETTINGS, places.settings),
            Kept(Kind.RECORD, places.record),
            Kept(Kind.LOG, places.log),
            Kept(Kind.RUN, places.run),
            *((Kept(Kind.SECRETS, "", named, _names(settings, named)),) if named else ()),
        ),
        contacts=(*polled, *_of_line(chosen, policy)),
        offered=_offered(settings, chosen),
        here=(
            Service.NOTIFICATIONS,
            *((Service.KEYRING,) if named else ()),
            *(() if chosen.is_empty else (Service.POWER,)),
            *((Service.RESOLVER,) if polled or chosen.hosts else ()),
        ),
    )


def _of_account(account: Account, asked: Asked | None, via: Mapping[str, str]) -> Iterable[Contact]:
    """Who is contacted to ask for one account, each once."""
    if asked is None or account.provider == LINE_PROVIDER:
        return
    login = account.auth.kind
    own = host_of(_whole(account.url))
    for host in dict.fromkeys(host_of(_whole(each)) for each in asked.addresses):
        if host:
            # A key goes to the account's own address and no further; a login's form where the provider has it.
            sent = login if host == own or login is AuthKind.LOGIN else AuthKind.NONE
            yield Contact(host, Purpose.POLL, asked.every, account.id, sent, via.get(host, ""), name=account.name)
    if login is not AuthKind.OAUTH2:
        return
    token = host_of(account.auth.token_url)
    if token:
        yield Contact(token, Purpose.TOKEN, None, account.id, login, via.get(token, ""), name=account.name)
    device = host_of(account.auth.device_url)
    if device and account.auth.flow is OAuthFlow.DEVICE:
        yield Contact(device, Purpose.SIGN_IN, None, account.id, login, via.get(device, ""), name=account.name)


def _of_line(chosen: Plan, policy: LinePolicy) -> Iterable[Contact]:
    """Who is contacted to measure the line. A host may be there for several reasons."""
    if chosen.is_empty:
        return
    for host in dict.fromkeys(host_of(each) for each in chosen.targets):
        yield Contact(host, Purpose.LINE, policy.calm, seldom=policy.frugal)
    for name in chosen.names:
        yield Contact(name.rstrip("."), Purpose.NAMES, policy.names_every)
    if chosen.portal is not None:
        yield Contact(host_of(chosen.portal[0]), Purpose.PORTAL, policy.deep_every)
    yield Contact("", Purpose.ROUTER, None)


def _offered(settings: Settings, chosen: Plan) -> tuple[str, ...]:
    """Who would be contacted if the user agreed, and is not contacted as it is."""
    if not settings.line.measure or settings.line.public or settings.line.targets:
        return ()
    return tuple(host for host in offered(settings).hosts if host not in chosen.hosts)


def _keyring(settings: Settings) -> tuple[str, ...]:
    """Whose secrets there are: of paused accounts too."""
    named = tuple(account.id for account in settings.accounts if account.auth.kind is not AuthKind.NONE)
    return (*named, PROXY_SECRET) if settings.network.proxy_user else named


def _names(settings: Settings, ids: tuple[str, ...]) -> tuple[str, ...]:
    """What these accounts are called: by its id where one has no name, nothing for the proxy."""
    names = {account.id: account.name or account.id for account in settings.accounts}
    return tuple(names.get(each, "") for each in ids)


def _whole(address: str) -> str:
    return address if "://" in address else f"https://{address}"
