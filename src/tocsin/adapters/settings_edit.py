"""The smallest change of a ``config.toml`` that makes it read as other settings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from tocsin.adapters import settings_values as said
from tocsin.adapters.toml_edit import TomlText
from tocsin.adapters.toml_lines import Path
from tocsin.adapters.toml_values import Value, Values
from tocsin.domain.account import Account, Connection, Settings
from tocsin.errors import SettingsError


class _Named(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """Its name in the file."""
        ...


_Item = TypeVar("_Item", bound=_Named)


def edited(text: str, before: Settings, after: Settings) -> str:
    """The text changed so that it reads as ``after``. ``before`` is how it reads now, without any problem.

    Accounts and connections are known by their ids. Raises ``SettingsError`` where an id is there twice.
    """
    document = TomlText(text)
    _values(document, (), said.top(before), said.top(after), said.top(Settings()))
    for key, values in said.TABLES.items():
        _table(document, (key,), values(before), values(after), values(Settings()))
    _items(document, ("accounts",), before.accounts, after.accounts, said.new_account, _account)
    return document.text


def _values(document: TomlText, table: Path, old: Values, new: Values, default: Values) -> None:
    """Change the values that differ; what is at its default needs to stand there only if it does already."""
    changed = [key for key in (*new, *(key for key in old if key not in new)) if new.get(key) != old.get(key)]
    for key in changed:
        value = new.get(key)
        if value is not None and (document.has((*table, key)) or value != default.get(key)):
            document.put(table, key, value)
    for key in changed:  # last, for a table of dotted keys is gone with the last of them
        if new.get(key) is None and document.has((*table, key)):
            document.remove((*table, key))


def _table(document: TomlText, table: Path, old: Values, new: Values, default: Values) -> None:
    if new == old:
        return
    if document.has(table):
        _values(document, table, old, new, default)
        document.remove_if_bare(table)
        return
    content = said.written(new, default)
    if content:
        document.make(table, content)


def _account(document: TomlText, table: Path, old: Account, new: Account) -> None:
    _values(document, table, said.account_values(old), said.account_values(new), {})
    for key, values in said.INNER.items():
        inner = (*table, key)
        if document.has(inner) and values(old) != values(new) and not said.written(values(new), {}):
            document.remove(inner)
        else:
            _table(document, inner, values(old), values(new), {})
    connections = (*table, "connections")
    if document.has((*connections, 0)):
        _items(document, connections, old.connections, new.connections, said.new_connection, _connection)
    elif new.connections != (said.implied(new),):
        _items(document, connections, (), new.connections, said.new_connection, _connection)


def _connection(document: TomlText, table: Path, old: Connection, new: Connection) -> None:
    _values(document, table, said.connection_values(old), said.connection_values(new), {})


def _items(
    document: TomlText,
    array: Path,
    old: Sequence[_Item],
    new: Sequence[_Item],
    make: Callable[[_Item], Mapping[str, Value]],
    change: Callable[[TomlText, Path, _Item, _Item], None],
) -> None:
    """Bring an array of tables from old to new: change what stays, take away, add, and put into order."""
    wanted = {each.id: each for each in new}
    if len(wanted) != len(new):
        raise SettingsError(str(array[-1]), "have an id twice; ids are unique")
    for index, each in enumerate(old):
        if each.id in wanted and each != wanted[each.id]:
            change(document, (*array, index), each, wanted[each.id])
    for index in reversed(range(len(old))):
        if old[index].id not in wanted:
            document.remove((*array, index))
    there = [each.id for each in old if each.id in wanted]
    for each in new:
        if each.id not in there:
            document.append(array, make(each))
            there.append(each.id)
    order = [there.index(id_) for id_ in wanted]
    if order != sorted(order):
        document.arrange(array, order)
