"""What the user changed, and what the engine made of it: each change is sent as a whole new value of the settings."""

from collections.abc import Callable
from enum import Enum, auto

from tocsin.domain.account import Settings
from tocsin.domain.message import Fault
from tocsin.domain.state import AppState

Change = Callable[[Settings], Settings]
"""Makes the settings that are wanted from those that there are."""


class Outcome(Enum):
    """What a new state says about the changes."""

    NOTHING = auto()
    SAVED = auto()
    REFUSED = auto()
    ELSEWHERE = auto()


class Ledger:
    """Changes that are on their way. The next one builds upon them, so that none undoes the one before."""

    def __init__(self) -> None:
        self._real: Settings | None = None
        self._sent: list[Settings] = []
        self._refusal: Fault | None = None

    @property
    def current(self) -> Settings | None:
        """The settings as they will be once every change has arrived; None before there are any."""
        return self._sent[-1] if self._sent else self._real

    @property
    def refusal(self) -> Fault | None:
        """Why the last change was refused, None where it was not."""
        return self._refusal

    def change(self, change: Change) -> Settings | None:
        """What to send for a change; None where there is nothing to send."""
        before = self.current
        after = None if before is None else change(before)
        if after is None or after == before:
            return None
        self._sent.append(after)
        return after

    def follow(self, state: AppState) -> Outcome:
        """Take note of what runs now."""
        before, self._real = self._real, state.settings
        was, self._refusal = self._refusal, _refusal(state)
        if state.settings in self._sent:
            del self._sent[: self._sent.index(state.settings) + 1]
            return Outcome.NOTHING if self._sent else Outcome.SAVED
        # The engine keeps one object for one refusal: another one is another refusal, in the same words or not.
        if self._sent and self._refusal is not None and self._refusal is not was:
            self._sent.clear()
            return Outcome.REFUSED
        if before is None or before == state.settings:
            return Outcome.NOTHING
        self._sent.clear()
        return Outcome.ELSEWHERE


def _refusal(state: AppState) -> Fault | None:
    return next((fault for fault in state.faults if fault.message.key == "settings"), None)
