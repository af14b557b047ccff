"""Has a screen reader say what changed, whatever the user is doing. Imported only where there is a screen reader."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from tocsin.desktop import card_texts, picture
from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.quiet import may_tell
from tocsin.domain.spoken import Room, Standing, Voice, voice
from tocsin.domain.state import AppState
from tocsin.domain.terms import Level, Urgency
from tocsin.words.phrasebook import Phrasebook

_MOST_LEFT = 100  # incidents: a message that no notification could bring is there within minutes


class Announcer:
    """One sentence for each connection that changed, once; how things stood when it began to follow is no change.

    What a notification says that is read out anyway is left to it (``domain.spoken``), unless it turns out that only
    the window is left to show it: ``came_here``.
    """

    def __init__(self) -> None:
        self._known: dict[str, Standing] | None = None
        self._left: dict[str, Standing] = {}
        self._here: set[str] = set()

    def follow(self, words: Phrasebook, state: AppState, now: Instant, place: QObject) -> None:
        """Announce, in the name of ``place``, what is different from before."""
        is_open = isinstance(place, QWidget) and place.isVisible()
        known, after = self._known, dict[str, Standing]()
        spoken: list[Standing] = []
        is_urgent = False
        for each in picture.seen(state, now):
            before = (known or {}).get(each.view.id)
            standing = _standing(words, each, state, now, before)
            if standing is None:
                continue
            after[each.view.id] = standing
            room = Room(is_open, _may_tell(words, each, state, now), state.read_out)
            if known is None:
                continue
            speaker = voice(before, standing, room, is_muted=_is_muted(each, state))
            self._leave(before, standing, speaker)
            if speaker is Voice.WINDOW:
                spoken.append(standing)
                is_urgent |= standing.level is Level.OUTAGE and (before is None or before.level is not Level.OUTAGE)
        came = [standing for uid in sorted(self._here) if (standing := self._left.pop(uid, None)) is not None]
        self._known, self._here = after, set()
        if sentences := dict.fromkeys(each.said for each in (*spoken, *came)):
            is_urgent |= any(each.level is Level.OUTAGE for each in came)
            _announce(place, ". ".join(sentences), is_urgent=is_urgent)

    def came_here(self, uid: str) -> None:
        """A message about this incident had to be shown in the window: no notification says it.

        The next state holds what it was about, and that the notifications do not work.
        """
        self._here.add(uid)

    def _leave(self, before: Standing | None, now: Standing, speaker: Voice) -> None:
        """Remember what was left to a notification last, until something else was said of the same incident."""
        if speaker is Voice.NOBODY:
            return
        for uid in now.uids | (before.uids if before is not None else frozenset()):
            self._left.pop(uid, None)
            if speaker is Voice.NOTIFICATION:
                self._left[uid] = now
        while len(self._left) > _MOST_LEFT:
            del self._left[next(iter(self._left))]


def _standing(
    words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant, before: Standing | None
) -> Standing | None:
    """How a connection stands and what is said of it, None while nothing is known of it."""
    view, level, incident = seen.view, seen.shown.level, seen.incident
    was_in_trouble = before is not None and before.in_trouble
    if level is Level.UNKNOWN and before is None:
        return None
    due = incident.eta if incident is not None and seen.is_trouble else None
    parts = [words.headline(view, seen.shown, now.wall, state.accounts)]
    if seen.is_trouble:
        parts.append(card_texts.estimate(words, seen, now))
    asked = {side.account for side in view.sides}
    return Standing(
        level=Level.OK if seen.is_idle else level,
        says=seen.verdict.says if seen.verdict is not None and level is not Level.OK else None,
        due=due,
        is_late=due is not None and due < now.wall,
        in_trouble=seen.is_trouble or (was_in_trouble and level is Level.UNKNOWN),
        is_unreachable=any(each.unreachable for each in state.accounts if each.id in asked),
        uids=_begun(seen),
        said=". ".join(part for part in parts if part),
    )


def _begun(seen: picture.Seen) -> frozenset[str]:
    return frozenset(each.uid for each in seen.view.incidents if each.began)


def _is_muted(seen: picture.Seen, state: AppState) -> bool:
    uids = _begun(seen)
    return bool(uids) and uids <= state.muted


def _may_tell(words: Phrasebook, seen: picture.Seen, state: AppState, now: Instant) -> bool:
    wished = (state.settings or Settings()).notifications
    urgency = Urgency.CRITICAL if seen.shown.level is Level.OUTAGE else Urgency.NORMAL
    return may_tell(urgency, wished, now.wall.astimezone(words.zone))


def _announce(place: QObject, text: str, *, is_urgent: bool) -> None:
    event = QAccessibleAnnouncementEvent(place, text)
    degree = QAccessible.AnnouncementPoliteness
    event.setPoliteness(degree.Assertive if is_urgent else degree.Polite)
    QAccessible.updateAccessibility(event)
