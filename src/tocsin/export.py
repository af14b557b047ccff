"""Writes all that Tocsin knows of its user into one file: what ``tocsin export`` does."""

import csv
import io
import json
import logging
import os
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from tocsin import contract
from tocsin.adapters.log import OLDER, redact
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_readonly
from tocsin.adapters.store_sqlite import SqliteStore
from tocsin.domain.terms import LineState
from tocsin.errors import ExportFailed, StoreError
from tocsin.words.own_data import RECORD

_LOG = logging.getLogger(__name__)
LINKS = ("primary", "backup")
_FOREVER = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = ("link", "minute", "state", "cause", "sent", "lost", "round_trip_ms", "jitter_ms")


def export(profile: Profile, target: Path, known: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Write the file, 0600. Returns what could not be put into it, as sentences; empty when it is whole.

    ``known`` are secrets of this run, to be taken out of the log. Raises ``ExportFailed`` where the file is there
    already or cannot be written.
    """
    problems: list[str] = []
    secrets = tuple(known)
    with _new_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _try(problems, "config.toml", lambda: _settings(archive, profile.settings))
        _try(problems, RECORD, lambda: _record(archive, profile, now))
        for age in range(OLDER + 1):
            log = profile.log if not age else profile.log.with_name(f"{profile.log.name}.{age}")
            _try(problems, log.name, partial(_log, archive, log, secrets))
    return tuple(problems)


@contextmanager
def _new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that was not there before, for its owner only; none is left where writing it fails."""
    try:
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise ExportFailed(str(target)) from None
    except OSError as error:
        raise ExportFailed(str(target), error.strerror or type(error).__name__) from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
    except OSError as error:
        target.unlink(missing_ok=True)
        raise ExportFailed(str(target), error.strerror or type(error).__name__) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _try(problems: list[str], what: str, put: Callable[[], None]) -> None:
    """Put one thing in; one that cannot be read is told, and the others are put in all the same."""
    try:
        put()
    except FileNotFoundError:
        return
    except (StoreError, _UnreadableError) as error:
        _LOG.info("%s cannot be exported: %s", what, error)
        problems.append(f"{what}: {error}")


class _UnreadableError(Exception):
    """A file of ours that is there and cannot be read."""


def _read(path: Path) -> bytes:
    """Raises ``FileNotFoundError``, ``_UnreadableError``."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _UnreadableError("is not a file")
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _UnreadableError(error.strerror or type(error).__name__) from error


def _settings(archive: zipfile.ZipFile, path: Path) -> None:
    archive.writestr("config.toml", _read(path))


def _log(archive: zipfile.ZipFile, path: Path, known: tuple[str, ...]) -> None:
    """Redacted when it was written, and again now: a secret may be known now that was not then."""
    lines = _read(path).decode("utf-8", "replace").splitlines()
    archive.writestr(path.name, "".join(f"{redact(line, known)}\n" for line in lines))


def _record(archive: zipfile.ZipFile, profile: Profile, now: datetime) -> None:
    if not profile.data.exists():
        return
    with closing(open_readonly(profile.data, now=now)) as store:
        _json(archive, "history.json", [contract.history(incident) for incident in store.incidents()])
        _json(archive, "reports.json", _reports(store))
        _csv(archive, "line-minutes.csv", _COLUMNS, _minutes(store))
        _csv(archive, "asked.csv", ("account", "from", "to", "answered"), _coverage(store))


def _json(archive: zipfile.ZipFile, name: str, value: contract.Json) -> None:
    archive.writestr(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _csv(archive: zipfile.ZipFile, name: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Row by row: the minutes of 400 days are more than is good to hold at once."""
    with archive.open(name, "w") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _reports(store: SqliteStore) -> list[contract.Json]:
    """What the user wrote for the provider and kept."""
    return [
        {"incident": each.uid, "text": each.text, "written_at": contract.moment(each.written_at)}
        for each in store.drafts()
    ]


def _minutes(store: SqliteStore) -> Iterator[tuple[object, ...]]:
    for link in LINKS:
        for hour in store.line_hours(link, _FOREVER):
            for at, minute in hour.minutes():
                if minute.state is not LineState.NOT_MEASURED:
                    figures = (minute.sent, minute.lost, _ms(minute.round_trip), _ms(minute.jitter))
                    yield (link, contract.moment(at), minute.state.value, minute.cause or "", *figures)


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f}"


def _coverage(store: SqliteStore) -> Iterator[tuple[object, ...]]:
    for account in sorted(store.known_accounts()):
        for each in store.coverage(account):
            yield (account, contract.moment(each.start), contract.moment(each.end), int(each.measured))
