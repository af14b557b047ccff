"""Settings as ``config.toml`` says them: the values of each table, None for what is not written.

What the reader makes of a value (an address without a scheme, an item named twice, an account without connections) is
made here before it is written, so that what was saved and what is read back can be held against each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from types import MappingProxyType

from tocsin.adapters.settings_auth import AUTH_KEYS
from tocsin.adapters.toml_values import Value, Values
from tocsin.domain.account import (
    NO_PROXY,
    SYSTEM_PROXY,
    UNUSABLE_PROXY,
    Account,
    Auth,
    AuthKind,
    Connection,
    Help,
    OAuthFlow,
    Settings,
)


def as_read(settings: Settings) -> Settings:
    """The settings as they will be read back, once they are written."""
    line, told, way = settings.line, settings.notifications, settings.network
    if told.quiet_from is None or told.quiet_until is None:
        told = replace(told, quiet_from=None, quiet_until=None)
    return replace(
        settings,
        accounts=tuple(_account_as_read(account) for account in settings.accounts),
        line=replace(line, targets=_once(line.targets), names=_once(line.names)),
        notifications=told,
        network=replace(way, proxy=_proxy_as_read(way.proxy)),
    )


def _proxy_as_read(proxy: str) -> str:
    return proxy if proxy in (SYSTEM_PROXY, NO_PROXY, UNUSABLE_PROXY) or "://" in proxy else f"http://{proxy}"


def _account_as_read(account: Account) -> Account:
    connections = account.connections or (implied(account),)
    told = account.help
    page = told.status_url
    return replace(
        account,
        auth=_auth_as_read(account.auth),
        connections=tuple(replace(each, match=_once(each.match)) for each in connections),
        options=MappingProxyType(dict(account.options)),
        help=replace(
            told, steps=_once(told.steps), status_url=f"https://{page}" if page and "://" not in page else page
        ),
    )


def _auth_as_read(auth: Auth) -> Auth:
    """Without what its kind has no use for."""
    used = {name: getattr(auth, name) for name in AUTH_KEYS[auth.kind]}
    return Auth(auth.kind, **used)


def _once(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def implied(account: Account) -> Connection:
    """The one connection of an account that names none."""
    return Connection(account.id, account.name)


# --- the values of each table


def top(settings: Settings) -> Values:
    """The values above the first header."""
    return {"language": settings.language, "usage": settings.usage.value}


def _line(settings: Settings) -> Values:
    line = settings.line
    return {
        "targets": list(line.targets) or None,
        "names": list(line.names) or None,
        "public": line.public,
        "measure": line.measure,
        "calls": line.calls,
        "interface": line.interface or None,
    }


def _notifications(settings: Settings) -> Values:
    told = settings.notifications
    quiet = None
    if told.quiet_from is not None and told.quiet_until is not None:
        quiet = f"{told.quiet_from:%H:%M}-{told.quiet_until:%H:%M}"
    return {"quiet": quiet, "outages_in_quiet": told.outages_in_quiet}


def _appearance(settings: Settings) -> Values:
    return {"swing": settings.appearance.swing}


def _network(settings: Settings) -> Values:
    way = settings.network
    files = {"ca_file": way.ca_file, "client_cert": way.client_cert, "client_key": way.client_key}
    return {"proxy": way.proxy, "proxy_user": way.proxy_user or None} | {
        key: file or None for key, file in files.items()
    }


TABLES: Mapping[str, Callable[[Settings], Values]] = MappingProxyType(
    {"line": _line, "notifications": _notifications, "appearance": _appearance, "network": _network}
)
"""The tables of the file beside its accounts."""


def account_values(account: Account) -> Values:
    """What stands directly in an account's table."""
    seconds = account.interval.total_seconds()
    return {
        "id": account.id,
        "provider": account.provider,
        "name": account.name,
        "url": account.url or None,
        "interval": int(seconds) if seconds.is_integer() else seconds,
        "allow_insecure": account.allow_insecure,
        "paused": account.paused,
    }


def auth_values(account: Account) -> Values:
    """How an account proves itself; nothing at all where it does not."""
    auth = account.auth
    if auth.kind is AuthKind.NONE:
        return {}
    flow = None if auth.flow is OAuthFlow.CLIENT_CREDENTIALS else auth.flow.value
    said: dict[str, Value | None] = {name: getattr(auth, name) or None for name in AUTH_KEYS[auth.kind]}
    return {"kind": auth.kind.value} | said | ({"flow": flow} if "flow" in said else {})


def option_values(account: Account) -> Values:
    """What the provider needs to know beside the address."""
    return dict(account.options)


def help_values(account: Account) -> Values:
    """Whom to turn to."""
    said = {each.name: getattr(account.help, each.name) for each in fields(Help)}
    return {key: (list(one) if isinstance(one, tuple) else one) or None for key, one in said.items()}


INNER: Mapping[str, Callable[[Account], Values]] = MappingProxyType(
    {"auth": auth_values, "options": option_values, "help": help_values}
)
"""The tables within an account's, beside its connections."""


def connection_values(connection: Connection) -> Values:
    """What stands in a connection's table."""
    return {
        "id": connection.id,
        "name": connection.name,
        "kind": connection.kind.value,
        "match": list(connection.match) or None,
        "role": connection.role.value,
    }


# --- tables that are new


def written(said: Values, default: Values) -> dict[str, Value]:
    """What has to be written of the values of a table that is not there yet."""
    return {key: value for key, value in said.items() if value is not None and value != default.get(key)}


def new_connection(connection: Connection) -> dict[str, Value]:
    """A connection's table."""
    own: dict[str, Value] = {"id": connection.id}
    return own | written(connection_values(connection), connection_values(Connection(connection.id, connection.id)))


def new_account(account: Account) -> dict[str, Value]:
    """An account's table with those in it."""
    own: dict[str, Value] = {"id": account.id, "provider": account.provider}
    default = Account(account.id, account.provider, account.id, "")
    said = own | written(account_values(account), account_values(default))
    for key, values in INNER.items():
        inside = written(values(account), {})
        if inside:
            said[key] = inside
    if account.connections != (implied(account),):
        said["connections"] = [new_connection(each) for each in account.connections]
    return said
