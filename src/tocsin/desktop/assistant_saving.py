"""The end of the assistant: the settings and the secret are on their way, and what became of them."""

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.signing_in import KeepSignIn, SignInStep
from tocsin.domain.state import AppState, Command, KeepSecret, SaveSettings
from tocsin.words import plain, signing_in
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class End:
    """How it ended. ``told`` is to be read first; not ``is_saved``: it may be tried again."""

    is_saved: bool
    told: str = ""


class Saving:
    """Saves once it is told to, and looks at each state whether that is done."""

    def __init__(self, command: Callable[[Command], None]) -> None:
        self._command = command
        self._wished: Settings | None = None
        self._secret: KeepSecret | None = None
        self._signed: KeepSignIn | None = None

    @property
    def is_on(self) -> bool:
        """Whether something is on its way."""
        return self._wished is not None

    def begin(
        self,
        wished: Settings,
        before: Settings,
        secret: KeepSecret | None = None,
        signed: KeepSignIn | None = None,
    ) -> None:
        """Save these settings. What it takes to ask goes first: the account is asked as soon as it is there."""
        self._wished, self._secret, self._signed = wished, secret, signed
        for each in (secret, signed):
            if each is not None:
                self._command(each)
        if wished != before:
            self._command(SaveSettings(wished))

    def end(self, state: AppState, now: Instant, words: Phrasebook) -> End | None:
        """How it ended, None while it has not."""
        if self._wished is None:
            return None
        if not _is_in_force(self._wished, state.settings):
            said = [words.fault(each.message, now.wall) for each in state.faults if each.message.key == "settings"]
            return End(is_saved=False, told="\n".join(said)) if said else None
        secret, signed = self._about_secret(state, words), self._about_sign_in(state, words)
        if secret is None or signed is None:
            return None
        return End(is_saved=True, told="\n".join(filter(None, (secret, signed))))

    def _about_secret(self, state: AppState, words: Phrasebook) -> str | None:
        """What is to be read of the secret; None while nothing is known of it."""
        kept = state.secret_kept
        if self._secret is None:
            return ""
        if kept is None or kept.account != self._secret.account:
            return None
        problem = words.clean(kept.problem, plain.BODY)
        told = words.gettext(
            "The keyring did not take the secret: it is known until Tocsin ends. To keep it for longer unlock or start "
            "the keyring, and type it in again in the settings. ({problem})"
        )
        return told.format(problem=problem) if problem else ""

    def _about_sign_in(self, state: AppState, words: Phrasebook) -> str | None:
        """What is to be read of the sign-in; None while nothing is known of it."""
        view = state.signing_in
        if self._signed is None:
            return ""
        if view is None or view.account != self._signed.account or not view.step.is_over:
            return None
        is_as_wished = view.step is SignInStep.DONE and view.obstacle is None
        return "" if is_as_wished else signing_in.told(words, view)


def _is_in_force(wished: Settings, running: Settings | None) -> bool:
    if running is None:
        return False
    known = {account.id for account in running.accounts}
    return (
        all(account.id in known for account in wished.accounts)
        and running.usage is wished.usage
        and running.line.public == wished.line.public
    )
