"""The end of the assistant: the settings and the secret are on their way, and what became of them."""

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState, Command, KeepSecret, SaveSettings
from tocsin.words import plain
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class End:
    """How it ended. ``told`` is to be read first; not ``is_saved``: it may be tried again."""

    is_saved: bool
    told: str = ""


class Saving:
    """Saves once it is told to, and looks at each state whether that is done."""

    def __init__(self, words: Phrasebook, command: Callable[[Command], None]) -> None:
        self._words = words
        self._command = command
        self._wished: Settings | None = None
        self._secret: KeepSecret | None = None

    @property
    def is_on(self) -> bool:
        """Whether something is on its way."""
        return self._wished is not None

    def begin(self, wished: Settings, before: Settings, secret: KeepSecret | None = None) -> None:
        """Save these settings. The secret goes first: the account is asked as soon as it is there."""
        self._wished, self._secret = wished, secret
        if secret is not None:
            self._command(secret)
        if wished != before:
            self._command(SaveSettings(wished))

    def end(self, state: AppState, now: Instant) -> End | None:
        """How it ended, None while it has not."""
        if self._wished is None:
            return None
        if not _is_in_force(self._wished, state.settings):
            said = [
                self._words.fault(each.message, now.wall) for each in state.faults if each.message.key == "settings"
            ]
            return End(is_saved=False, told="\n".join(said)) if said else None
        if self._secret is None:
            return End(is_saved=True)
        kept = state.secret_kept
        if kept is None or kept.account != self._secret.account:
            return None
        problem = self._words.clean(kept.problem, plain.BODY)
        if not problem:
            return End(is_saved=True)
        told = self._words.gettext(
            "The keyring did not take the secret: it is known until Tocsin ends. To keep it for longer unlock or start "
            "the keyring, and type it in again in the settings. ({problem})"
        )
        return End(is_saved=True, told=told.format(problem=problem))


def _is_in_force(wished: Settings, running: Settings | None) -> bool:
    if running is None:
        return False
    known = {account.id for account in running.accounts}
    return (
        all(account.id in known for account in wished.accounts)
        and running.usage is wished.usage
        and running.line.public == wished.line.public
    )
