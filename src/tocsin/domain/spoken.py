"""What a screen reader is to say of a change: nothing is said twice, and nothing is left to somebody who is silent."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tocsin.domain.terms import Level
from tocsin.domain.verdict import Says

_CUT = frozenset(says for says in Says if not says.value.startswith(("works", "provider")))


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a connection is worth a sentence when it changes, and that sentence.

    ``in_trouble`` until it is known to be over. ``is_unreachable`` while its provider is known not to answer. ``uids``
    are the incidents that it is about.
    """

    level: Level
    says: Says | None = None
    due: datetime | None = None
    is_late: bool = False
    in_trouble: bool = False
    is_unreachable: bool = False
    uids: frozenset[str] = frozenset()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """Where something could be said. ``is_open``: the window shows; ``may_tell``: no quiet hours keep it back.

    ``read_out``: notifications are shown, where a screen reader reads them out by itself.
    """

    is_open: bool
    may_tell: bool
    read_out: bool


class Voice(Enum):
    """Who says it: the window aloud, the notification that is shown of it anyway, or nobody."""

    WINDOW = "window"
    NOTIFICATION = "notification"
    NOBODY = "nobody"


def voice(before: Standing | None, now: Standing, room: Room, *, is_muted: bool) -> Voice:
    """Who is to say that a connection stands otherwise than ``before``, None where nothing was known of it.

    Nothing is said of what is muted. While the window is hidden only trouble counts, and quiet hours are kept.
    """
    if not _is_news(before, now) or is_muted:
        return Voice.NOBODY
    if room.read_out and room.may_tell and is_told(before, now):
        return Voice.NOTIFICATION
    counts = now.in_trouble or (before is not None and before.in_trouble)
    return Voice.WINDOW if room.is_open or (counts and room.may_tell) else Voice.NOBODY


def is_told(before: Standing | None, now: Standing) -> bool:
    """Whether a notification tells of the change: what begins, is worse, is due at another time, or is over.

    None tells that an estimate has passed, that an outage became a disturbance, that a provider answers again, or what
    the line adds to a trouble that began without it.
    """
    if before is None or not (before.in_trouble or now.in_trouble):
        planned = Level.MAINTENANCE in (now.level, before.level if before is not None else now.level)
        return now.in_trouble or planned or (now.level is Level.UNKNOWN and now.is_unreachable)
    if before.in_trouble != now.in_trouble:
        return True
    if Level.UNKNOWN in (before.level, now.level):
        return now.level is Level.UNKNOWN and now.is_unreachable
    return now.level > before.level or now.due != before.due or (before.says in _CUT and now.says is not before.says)


def _is_news(before: Standing | None, now: Standing) -> bool:
    """Whether more than a clock went on, and other words are to be said than were."""
    if before is None:
        return now.in_trouble
    changed = (now.level, now.says, now.due, now.is_late) != (before.level, before.says, before.due, before.is_late)
    return changed and now.said != before.said
