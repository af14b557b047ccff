"""Looks at the record without touching it: its version, its size, whether it is whole, and when it was last written."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tocsin.adapters.store_rows import moment
from tocsin.adapters.store_schema import MIGRATIONS, pending
from tocsin.adapters.store_sqlite import reported

_FINE = "ok"
_WAIT = 1.0  # seconds for a lock that a writer may hold for a moment


@dataclass(frozen=True, slots=True)
class RecordState:
    """How the record is. ``missing`` is how many migrations it lacks; ``problem`` is SQLite's own word, else empty."""

    schema: str
    missing: int
    size: int
    written: datetime
    problem: str = ""


def look(path: Path) -> RecordState | None:
    """How the record is; None where there is none yet. Raises ``StoreError`` and its kinds."""
    beside = [path, path.with_name(f"{path.name}-wal")]
    found = [each.stat() for each in beside if each.exists()]
    if not path.exists() or not found:
        return None
    with reported("looking at it"), closing(_opened(path)) as db:
        missing = pending(db, MIGRATIONS)
        problem = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    schema = MIGRATIONS[len(MIGRATIONS) - len(missing) - 1].name if len(missing) < len(MIGRATIONS) else ""
    written = datetime.fromtimestamp(max(each.st_mtime for each in found), UTC)
    size = sum(each.st_size for each in found)
    return RecordState(schema, len(missing), size, written, "" if problem == _FINE else problem)


def last_successes(path: Path) -> dict[str, datetime]:
    """When each account was last asked with success, as the record has it. Raises ``StoreError`` and its kinds."""
    if not path.exists():
        return {}
    with reported("reading the coverage"), closing(_opened(path)) as db:
        rows = db.execute('SELECT account, max("end") FROM coverage WHERE measured = 1 GROUP BY account').fetchall()
    return {account: moment(at) for account, at in rows}


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT)
    db.execute("PRAGMA query_only = ON")
    return db
