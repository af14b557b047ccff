"""Has a screen reader say what changed, whatever the user is doing. Imported only where there is a screen reader."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from tocsin.desktop import card_texts, picture
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.quiet import may_tell
from tocsin.domain.state import AppState
from tocsin.domain.terms import Level, Urgency
from tocsin.domain.verdict import Says
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class _Standing:
    """What of a connection is worth a sentence when it changes. ``in_trouble`` until it is known to be over."""

    level: Level
    says: Says | None
    due: datetime | None
    is_late: bool
    in_trouble: bool
    said: str = ""


class Announcer:
    """One sentence for each connection that changed, once; how things stood when it began to follow is no change.

    Nothing is said of what is muted. While the window is hidden only trouble counts, and quiet hours are kept.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Standing] | None = None

    def follow(self, words: Phrasebook, state: AppState, now: Instant, place: QObject) -> None:
        """Announce, in the name of ``place``, what is different from before."""
        is_seen = isinstance(place, QWidget) and place.isVisible()
        known, after = self._known, dict[str, _Standing]()
        sentences, is_urgent = [], False
        for each in picture.seen(state, now):
            before = (known or {}).get(each.view.id)
            standing = _standing(words, each, state, now, before)
            if standing is None:
                continue
            after[each.view.id] = standing
            if known is None or not _is_news(before, standing) or _is_muted(each, state):
                continue
            counts = is_seen or standing.in_trouble or (before is not None and before.in_trouble)
            if counts and (is_seen or _is_allowed(words, each, state, now)):
                sentences.append(standing.said)
                is_urgent |= standing.level is Level.OUTAGE and (before is None or before.level is not Level.OUTAGE)
        self._known = after
        if sentences:
            _announce(place, ". ".join(dict.fromkeys(sentences)), is_urgent=is_urgent)


def _standing(
    words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant, before: _Standing | None
) -> _Standing | None:
    """How a connection stands and what is said of it, None while nothing is known of it."""
    view, level, incident = seen.view, seen.shown.level, seen.incident
    was_in_trouble = before is not None and before.in_trouble
    if level is Level.UNKNOWN and before is None:
        return None
    due = incident.eta if incident is not None and seen.is_trouble else None
    parts = [words.headline(view, seen.shown, now.wall, state.accounts)]
    if seen.is_trouble:
        parts.append(card_texts.estimate(words, seen, now))
    return _Standing(
        Level.OK if seen.is_idle else level,
        seen.verdict.says if seen.verdict is not None and level is not Level.OK else None,
        due,
        due is not None and due < now.wall,
        seen.is_trouble or (was_in_trouble and level is Level.UNKNOWN),
        ". ".join(part for part in parts if part),
    )


def _is_news(before: _Standing | None, now: _Standing) -> bool:
    """Whether more than a clock went on, and other words are to be said than were."""
    if before is None:
        return now.in_trouble
    changed = (now.level, now.says, now.due, now.is_late) != (before.level, before.says, before.due, before.is_late)
    return changed and now.said != before.said


def _is_muted(seen: picture.Seen, state: AppState) -> bool:
    uids = {each.uid for each in seen.view.incidents if each.began}
    return bool(uids) and uids <= state.muted


def _is_allowed(words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant) -> bool:
    wished = (state.settings or Settings()).notifications
    urgency = Urgency.CRITICAL if seen.shown.level is Level.OUTAGE else Urgency.NORMAL
    return may_tell(urgency, wished, now.wall.astimezone(words.zone))


def _announce(place: QObject, text: str, *, is_urgent: bool) -> None:
    event = QAccessibleAnnouncementEvent(place, text)
    degree = QAccessible.AnnouncementPoliteness
    event.setPoliteness(degree.Assertive if is_urgent else degree.Polite)
    QAccessible.updateAccessibility(event)
