"""Where a screen reader runs, has changes said. Nothing of it is imported where none does."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible

from tocsin.words.phrasebook import Phrasebook

if TYPE_CHECKING:
    from tocsin.desktop.announcer import Announcer
    from tocsin.domain.instant import Instant
    from tocsin.domain.state import AppState


class Aloud:
    """Asks Qt each time whether somebody listens: whoever begins to hears of changes from then on."""

    def __init__(self) -> None:
        self._announcer: Announcer | None = None

    def follow(self, words: Phrasebook, state: "AppState | None", now: "Instant", place: QObject) -> None:
        """Have said, in the name of ``place``, what changed."""
        if not QAccessible.isActive():
            self._announcer = None
        elif state is not None:
            from tocsin.desktop.announcer import Announcer  # noqa: PLC0415 - only for those who need it

            self._announcer = self._announcer or Announcer()
            self._announcer.follow(words, state, now, place)

    def came_here(self, uid: str) -> None:
        """Have a message about this incident said with the next state: no notification could bring it."""
        if self._announcer is not None:
            self._announcer.came_here(uid)
