"""Changes to one account or one connection within the settings. What is not there any more is left alone."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from tocsin.domain.account import Account, Connection, Settings


def account_of(settings: Settings, account: str) -> Account | None:
    """The account of this id."""
    return next((each for each in settings.accounts if each.id == account), None)


def connection_of(settings: Settings, account: str, connection: str) -> Connection | None:
    """The connection of this id within an account."""
    there = account_of(settings, account)
    return None if there is None else next((each for each in there.connections if each.id == connection), None)


def put_account(settings: Settings, account: str, change: Callable[[Account], Account]) -> Settings:
    """The settings with one account changed."""
    return replace(settings, accounts=tuple(change(each) if each.id == account else each for each in settings.accounts))


def without_account(settings: Settings, account: str) -> Settings:
    """The settings without an account."""
    return replace(settings, accounts=tuple(each for each in settings.accounts if each.id != account))


def put_connection(
    settings: Settings, account: str, connection: str, change: Callable[[Connection], Connection]
) -> Settings:
    """The settings with one connection changed."""

    def changed(there: Account) -> Account:
        connections = tuple(change(each) if each.id == connection else each for each in there.connections)
        return replace(there, connections=connections)

    return put_account(settings, account, changed)


def with_connection(settings: Settings, account: str, made: Connection) -> Settings:
    """The settings with one more connection."""
    return put_account(settings, account, lambda there: replace(there, connections=(*there.connections, made)))


def without_connection(settings: Settings, account: str, connection: str) -> Settings:
    """The settings without a connection. The last one stays: an account without any would be watched as a whole."""

    def changed(there: Account) -> Account:
        rest = tuple(each for each in there.connections if each.id != connection)
        return replace(there, connections=rest) if rest else there

    return put_account(settings, account, changed)


def with_option(account: Account, name: str, value: str) -> Account:
    """The account with one option changed; an empty one goes."""
    options = dict(account.options) | {name: value}
    if not value:
        del options[name]
    return replace(account, options=MappingProxyType(options))
