"""What the engine needs of the words: a message as title and body, and the labels of its actions."""

from datetime import datetime

from tocsin.domain.alarm_state import Tell
from tocsin.words.phrasebook import Phrasebook


class Speaker:
    """Satisfies ``ports.Words``, which stands a layer above."""

    __slots__ = ("_phrasebook",)

    def __init__(self, phrasebook: Phrasebook) -> None:
        self._phrasebook = phrasebook

    def render(self, effect: Tell, now: datetime) -> tuple[str, str]:
        """Title and body, plain text."""
        return self._phrasebook.notification(effect.message, now)

    def actions(self, effect: Tell) -> tuple[tuple[str, str], ...]:
        """Key and label of each action: a click anywhere, *Acknowledge* where there is something to, *Open*."""
        click = ("default", self._phrasebook.gettext("Open Tocsin"))
        acknowledge = ("acknowledge", self._phrasebook.gettext("Acknowledge"))
        show = ("open", self._phrasebook.gettext("Open"))
        return (click, acknowledge, show) if effect.can_acknowledge else (click, show)
