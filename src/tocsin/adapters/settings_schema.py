"""Which Tocsin a config.toml can be read by, known from what stands in it: the file itself has no version.

Later versions only ever added to it, and every older file means what it meant. A file that says nothing of what a
schema added is an older one still; before it is first written to, a copy is put beside it, so that the older Tocsin can
be given back what it knows. What a newer one added is not known here, is told, and keeps the file from being written.
"""

import contextlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tocsin.errors import EnvironmentFault

_BACKUP = ".backup-"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a version of the program added to the file: places, and after ``=`` words that could not stand there."""

    name: str
    adds: frozenset[str]


SCHEMAS = (
    Schema(
        "0001 the bell",
        frozenset(
            {
                *("language", "line", "line.targets", "line.names", "accounts", "accounts.id", "accounts.provider"),
                *("accounts.name", "accounts.url", "accounts.interval", "accounts.allow_insecure", "accounts.options"),
                *("accounts.auth", "accounts.auth.kind", "accounts.auth.header", "accounts.auth.user"),
                *("accounts.auth.token_url", "accounts.auth.client_id", "accounts.auth.scope"),
                *("accounts.connections", "accounts.connections.id", "accounts.connections.name"),
                *("accounts.connections.kind", "accounts.connections.role", "accounts.connections.match"),
            }
        ),
    ),
    Schema(
        "0002 signing in",
        frozenset(
            {
                *("accounts.auth.flow", "accounts.auth.authorize_url", "accounts.auth.device_url"),
                "accounts.auth.kind=login",
            }
        ),
    ),
    Schema(
        "0003 the line",
        frozenset(
            {
                *("usage", "line.public", "line.measure", "line.calls", "line.interface", "accounts.help"),
                "accounts.provider=line",
            }
        ),
    ),
    Schema("0004 setting up", frozenset({"accounts.paused", "notifications", "appearance", "network"})),
)


def schema_of(text: str) -> int:
    """The number of the newest schema that something in a text is of, counted from 0. The text is TOML."""
    there = frozenset(_places((), tomllib.loads(text)))
    return max((number for number, each in enumerate(SCHEMAS) if each.adds & there), default=0)


def back_up(path: Path, data: bytes, before: str, after: str) -> Path | None:
    """Put a copy of a file of an older schema beside it, before ``before`` becomes ``after``; where it went.

    Where ``path`` is a link, beside the file that it leads to, which is the one that is written.

    Nothing where the file is of the newest schema, or empty, or stays of its own and has a copy already. The copy is
    its owner's own, 0600. Raises ``EnvironmentFault``.
    """
    own = schema_of(before)
    if own == len(SCHEMAS) - 1 or not before.strip():
        return None
    try:
        target = path.resolve()
        if schema_of(after) == own and copies_beside(target):
            return None
        return _written(target.with_name(f"{target.name}{_BACKUP}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"), data)
    except OSError as error:
        raise EnvironmentFault(f"{path.name} cannot be copied before it is changed ({error.strerror})") from error


def copies_beside(target: Path) -> tuple[Path, ...]:
    """The copies of a file that lie beside it. Raises ``OSError`` where its folder cannot be read."""
    return tuple(sorted(each for each in target.parent.iterdir() if each.name.startswith(f"{target.name}{_BACKUP}")))


def _written(wanted: Path, data: bytes) -> Path:
    target, number = wanted, 1
    while True:
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            break
        except FileExistsError:
            number += 1
            target = wanted.with_name(f"{wanted.name}-{number}")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise
    return target


def _places(path: tuple[str, ...], value: object) -> Iterator[str]:
    """Every place in a document, without the numbers of items, and every word with its place."""
    if isinstance(value, Mapping):
        table: Mapping[str, Any] = value
        for key, one in table.items():
            yield ".".join((*path, key))
            yield from _places((*path, key), one)
    elif isinstance(value, list):
        for one in value:
            yield from _places(path, one)
    elif isinstance(value, str):
        yield f"{'.'.join(path)}={value}"
