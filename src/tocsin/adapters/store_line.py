"""What the record holds of the user's own line: its hours, the primary's way out, and what waits to be reported.

What cannot be read costs itself and nothing beside it: an hour whose bytes are not those of an hour is an empty one.
"""

import logging
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tocsin.adapters import store_rows as rows
from tocsin.domain.minutes import HOUR_BYTES, Hour
from tocsin.domain.state import Draft
from tocsin.errors import Bug
from tocsin.ports import LineHour

KEPT = timedelta(days=400)
"""How long the hours of a link are kept."""

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_MICROS = _HOUR // timedelta(microseconds=1)
_LINKS = frozenset({"primary", "backup"})
# A clock that is years ahead for an hour takes a day of the record with it, not all of it.
_DROPPED_AT_ONCE = 24
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _HOUR
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _HOUR


def put_hours(db: sqlite3.Connection, hours: Iterable[LineHour]) -> None:
    """Write hours in place of what was written of them before; every new one lets some go that are too old.

    Raises ``Bug`` for an hour of another length than an hour's.
    """
    for each in hours:
        link, number, data = rows.text(each.link), rows.micros(each.hour.start) // _MICROS, each.hour.data
        if len(data) != HOUR_BYTES:
            raise Bug(f"an hour of {len(data)} bytes was about to be stored")
        written = db.execute("UPDATE line_hours SET data = ? WHERE link = ? AND hour = ?", (data, link, number))
        if not written.rowcount:
            db.execute("INSERT INTO line_hours (link, hour, data) VALUES (?, ?, ?)", (link, number, data))
            _drop_old(db, _LINKS | {link}, number - KEPT // _HOUR)


def _drop_old(db: sqlite3.Connection, links: Iterable[str], before: int) -> None:
    """Drop the oldest hours before one, also of a link that is measured no more. Finding none costs a look or two."""
    db.executemany(
        "DELETE FROM line_hours WHERE link = ?1 AND hour IN "
        "(SELECT hour FROM line_hours WHERE link = ?1 AND hour < ?2 ORDER BY hour LIMIT ?3)",
        [(link, before, _DROPPED_AT_ONCE) for link in links],
    )


def hours(db: sqlite3.Connection, link: str, since: datetime) -> tuple[Hour, ...]:
    """The hours of a link that begin at ``since`` or later, oldest first."""
    first = -(-rows.micros(since) // _MICROS)
    found = db.execute(
        "SELECT hour, CASE length(data) WHEN ? THEN data END FROM line_hours "
        "WHERE link = ? AND hour BETWEEN ? AND ? ORDER BY hour",
        (HOUR_BYTES, rows.text(link), max(_FIRST, first), _LAST),
    ).fetchall()
    broken = sum(not isinstance(data, bytes) for _, data in found)
    if broken:
        _LOG.warning("%d hours of the link %s cannot be read; they count as not measured", broken, link)
    return tuple(
        Hour(_EPOCH + number * _HOUR, data) if isinstance(data, bytes) else Hour(_EPOCH + number * _HOUR)
        for number, data in found
    )


def put_uplink(db: sqlite3.Connection, keys: frozenset[str] | None) -> None:
    """Write the keys by which the primary's way out is known, in place of the former; None leaves those."""
    if keys is not None:
        db.execute("DELETE FROM uplink")
        db.executemany("REPLACE INTO uplink (key) VALUES (?)", [(rows.text(key),) for key in keys])


def uplink(db: sqlite3.Connection) -> frozenset[str]:
    """The keys by which the primary's way out is known; none before the first."""
    return frozenset(row[0] for row in db.execute("SELECT key FROM uplink"))


def put_drafts(db: sqlite3.Connection, drafts: Iterable[Draft]) -> None:
    """Write drafts, each in place of that of the same incident; one without text drops it."""
    for draft in drafts:
        uid = rows.text(draft.uid)
        db.execute("DELETE FROM drafts WHERE uid = ?", (uid,))
        if draft.text:
            cells = (uid, rows.text(draft.text), rows.micros(draft.written_at))
            db.execute("INSERT INTO drafts (uid, text, written_at) VALUES (?, ?, ?)", cells)


def drafts(db: sqlite3.Connection, opened_at: datetime) -> tuple[Draft, ...]:
    """What waits to be reported, oldest first. One whose time cannot be read is as old as the opening of the record."""
    found = db.execute("SELECT uid, text, written_at FROM drafts ORDER BY written_at, uid")
    return tuple(Draft(uid, text, _moment_or(opened_at, at)) for uid, text, at in found)


def _moment_or(otherwise: datetime, stored: int) -> datetime:
    try:
        return rows.moment(stored)
    except ValueError:
        _LOG.warning("a draft's time cannot be read")
        return otherwise
