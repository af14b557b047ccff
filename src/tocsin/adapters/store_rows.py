"""Values to rows of the record and back.

Raises ``Bug`` for what must not be written, and ``ValueError`` (``msgspec``'s errors are of that kind) for what cannot
be read, which the store reports as damage.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from tocsin.domain.alarm_state import AlarmState, Close, Tell
from tocsin.domain.incident import Alias, Episode, Eta, Incident, Link, Measured, Source
from tocsin.domain.message import Message, Value
from tocsin.domain.snapshot import Update
from tocsin.domain.terms import Cause, EndHow, IncidentKind, LineState, Phase, Relevance, Severity, Urgency
from tocsin.errors import Bug
from tocsin.ports import ConnectionRecord

Cell = str | int | None
Row = tuple[Cell, ...]
Found = tuple[Any, ...]  # what SQLite gives back: the reading functions give it its types

_LOG = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# A first or last day of the calendar, far from Greenwich, is outside of it in UTC: stored, it must stay readable.
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LOUDNESS = tuple(Urgency)


def micros(at: datetime) -> int:
    """A time as microseconds since 1970, UTC. Raises ``Bug`` for one without a zone."""
    if at.tzinfo is None:
        raise Bug(f"a time without a zone was about to be stored: {at!r}")
    return max(_FIRST, min((at - _EPOCH) // _MICROSECOND, _LAST))


def moment(stored: int) -> datetime:
    """The time that ``micros`` stored, aware UTC. Raises ``ValueError`` for one that no calendar has."""
    try:
        return _EPOCH + timedelta(microseconds=stored)
    except OverflowError as error:
        raise ValueError(f"no such time: {stored}") from error


def _micros_or_none(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def moment_or_none(stored: int | None) -> datetime | None:
    """As ``moment``, with None for None."""
    return None if stored is None else moment(stored)


def text(value: str) -> str:
    """Text that UTF-8 can hold: half a surrogate pair from outside becomes a question mark."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _text_or_none(value: str | None) -> str | None:
    return None if value is None else text(value)


def _list(values: Iterable[str]) -> str:
    return msgspec.json.encode([text(value) for value in values]).decode()


_STRINGS = msgspec.json.Decoder(tuple[str, ...])

# --- incidents -----------------------------------------------------------------------------------------------------

INCIDENT_COLUMNS = (
    *("uid", "account", "provider_id", "title", "kind", "severity", "phase"),
    *("first_seen_at", "first_started_at", "started_at", "scheduled_start", "scheduled_end", "affected", "related"),
    *("url", "advice", "observed", "began", "overrun", "lacking", "lacking_since", "is_open", "latest_at"),
)


def incident_row(incident: Incident) -> Row:
    """The row of ``incidents``, in the order of ``INCIDENT_COLUMNS``."""
    last = incident.episode
    latest = last.started_at if last.ended_at is None else max(last.started_at, last.ended_at)
    return (
        text(incident.uid),
        text(incident.account),
        text(incident.provider_id),
        text(incident.title),
        incident.kind.value,
        incident.severity.value,
        incident.phase.value,
        micros(incident.first_seen_at),
        micros(incident.first_started_at),
        micros(incident.started_at),
        _micros_or_none(incident.scheduled_start),
        _micros_or_none(incident.scheduled_end),
        _list(incident.affected),
        _list(incident.related),
        _text_or_none(incident.url),
        _text_or_none(incident.advice),
        int(incident.observed),
        int(incident.began),
        int(incident.overrun),
        incident.lacking,
        _micros_or_none(incident.lacking_since),
        int(incident.is_open),
        micros(latest),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One table of what an incident has many of. ``rows`` gives the cells after uid and position."""

    table: str
    columns: tuple[str, ...]
    rows: Callable[[Incident], Sequence[Row]]
    read: Callable[[Found], object]


def _measured_row(mark: Measured) -> Row:
    since, until = micros(mark.since), _micros_or_none(mark.until)
    return (mark.state.value, mark.cause and mark.cause.value, since, until, int(mark.is_end_known))


def _read_measured(row: Found) -> Measured | None:
    """What the line showed; None where that cannot be read."""
    try:
        cause = None if row[1] is None else Cause(row[1])
        return Measured(LineState(row[0]), cause, moment(row[2]), moment_or_none(row[3]), bool(row[4]))
    except ValueError as error:
        _LOG.warning("what the line showed of an incident cannot be read: %s", error)
        return None


PARTS: tuple[Part, ...] = (
    Part(
        "aliases",
        ("provider_id", "first_start"),
        lambda incident: [(text(alias.provider_id), micros(alias.first_start)) for alias in incident.aliases],
        lambda row: Alias(row[0], moment(row[1])),
    ),
    Part(
        "episodes",
        ("number", "started_at", "ended_at", "how"),
        lambda incident: [
            (one.number, micros(one.started_at), _micros_or_none(one.ended_at), one.how and one.how.value)
            for one in incident.episodes
        ],
        lambda row: Episode(row[0], moment(row[1]), moment_or_none(row[2]), None if row[3] is None else EndHow(row[3])),
    ),
    Part(
        "sources",
        ("account", "raw_severity", "raw_phase"),
        lambda incident: [(text(one.account), text(one.raw_severity), text(one.raw_phase)) for one in incident.sources],
        lambda row: Source(row[0], row[1], row[2]),
    ),
    Part(
        "links",
        ("connection", "relevance"),
        lambda incident: [(text(link.connection), link.relevance.value) for link in incident.links],
        lambda row: Link(row[0], Relevance(row[1])),
    ),
    Part(
        "etas",
        ("value", "given_at", "seen_at"),
        lambda incident: [
            (_micros_or_none(eta.value), _micros_or_none(eta.given_at), micros(eta.seen_at)) for eta in incident.etas
        ],
        lambda row: Eta(moment_or_none(row[0]), moment_or_none(row[1]), moment(row[2])),
    ),
    Part(
        "updates",
        ("at", "phase", "text"),
        lambda incident: [(micros(one.at), one.phase.value, text(one.text)) for one in incident.updates],
        lambda row: Update(moment(row[0]), Phase(row[1]), row[2]),
    ),
    Part(
        "measured",
        ("state", "cause", "since", "until", "is_end_known"),
        lambda incident: [] if incident.measured is None else [_measured_row(incident.measured)],
        _read_measured,
    ),
)


def _mark(found: tuple[Measured | None, ...], started_at: datetime) -> Measured | None:
    """What the line showed of an incident. In place of what cannot be read stands a mark that tells of no trouble.

    Without any, an incident that only the line spoke of would have nobody to end it.
    """
    return (found[0] or Measured(LineState.NOT_MEASURED, None, started_at)) if found else None


def read_incident(row: Found, parts: Mapping[str, tuple[Any, ...]]) -> Incident:
    """The incident of a row and of what the other tables have for it, by table. Raises ``ValueError``."""
    if not parts["episodes"]:
        raise ValueError(f"incident {row[0]} has no episode")
    several: dict[str, Any] = {table: of for table, of in parts.items() if table != "measured"}
    return Incident(
        uid=row[0],
        account=row[1],
        provider_id=row[2],
        title=row[3],
        kind=IncidentKind(row[4]),
        severity=Severity(row[5]),
        phase=Phase(row[6]),
        first_seen_at=moment(row[7]),
        first_started_at=moment(row[8]),
        started_at=moment(row[9]),
        scheduled_start=moment_or_none(row[10]),
        scheduled_end=moment_or_none(row[11]),
        affected=_STRINGS.decode(row[12]),
        related=_STRINGS.decode(row[13]),
        url=row[14],
        advice=row[15],
        observed=bool(row[16]),
        began=bool(row[17]),
        overrun=bool(row[18]),
        lacking=row[19],
        lacking_since=moment_or_none(row[20]),
        measured=_mark(parts["measured"], moment(row[9])),
        **several,
    )


def connection_row(record: ConnectionRecord) -> Row:
    """The row of ``connections``."""
    return (
        text(record.connection),
        record.level,
        _micros_or_none(record.since),
        _micros_or_none(record.confirmed_wall),
    )


# --- the alarm state -----------------------------------------------------------------------------------------------

_ALARM = msgspec.json.Decoder(AlarmState)


def alarm_json(state: AlarmState) -> str:
    """The alarm state as JSON text, its times in UTC. Raises ``Bug`` for a time without a zone."""
    alarms = tuple(
        replace(
            alarm,
            uid=text(alarm.uid),
            thread=text(alarm.thread),
            eta=_utc(alarm.eta),
            window=(_utc(alarm.window[0]), _utc(alarm.window[1])),
        )
        for alarm in state.alarms
    )
    return msgspec.json.encode(replace(state, alarms=alarms)).decode()


def _utc(at: datetime | None) -> datetime | None:
    return moment_or_none(_micros_or_none(at))


def read_alarm(stored: str) -> AlarmState:
    """The alarm state of ``alarm_json``. Raises ``ValueError``."""
    return _ALARM.decode(stored)


# --- effects -------------------------------------------------------------------------------------------------------


class _At(msgspec.Struct, frozen=True):
    """A time among a message's values: tagged, so that a text that looks like a time stays a text."""

    at: int


class _Told(msgspec.Struct, frozen=True):
    """What of a ``Tell`` has no column of its own."""

    key: str
    values: dict[str, str | int | list[str] | _At | None]
    urgency: Urgency
    can_acknowledge: bool


_TOLD = msgspec.json.Decoder(_Told)


def loudness(urgency: Urgency) -> int:
    """The rank of an urgency, to compare them in the database."""
    return _LOUDNESS.index(urgency)


def tell_json(tell: Tell) -> str:
    """What of a ``Tell`` has no column of its own, as JSON text."""
    told = _Told(
        key=text(tell.message.key),
        values={text(name): _store(value) for name, value in tell.message.values.items()},
        urgency=tell.urgency,
        can_acknowledge=tell.can_acknowledge,
    )
    return msgspec.json.encode(told).decode()


def _store(value: Value) -> str | int | list[str] | _At | None:
    match value:
        case datetime():
            return _At(micros(value))
        case tuple():
            return [text(part) for part in value]
        case str():
            return text(value)
        case int():
            return int(value)  # a bool would not be read back as a number
        case None:
            return None


def _load(value: str | int | list[str] | _At | None) -> Value:
    match value:
        case _At():
            return moment(value.at)
        case list():
            return tuple(value)
        case _:
            return value


def read_effect(kind: str, thread: str, uid: str, numbers: tuple[int, int, int], stored: str) -> Tell | Close:
    """The effect of an outbox row; ``numbers`` are episode, revision and final. Raises ``ValueError``."""
    if kind == "close":
        return Close(thread)
    told = _TOLD.decode(stored)
    episode, revision, final = numbers
    return Tell(
        thread=thread,
        uid=uid,
        episode=episode,
        revision=revision,
        message=Message(told.key, MappingProxyType({name: _load(value) for name, value in told.values.items()})),
        urgency=told.urgency,
        final=bool(final),
        can_acknowledge=told.can_acknowledge,
    )
