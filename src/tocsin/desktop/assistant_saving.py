"""The end of the assistant: the settings and the secret are on their way, and what became of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.domain.account import Settings
from tocsin.domain.instant import Instant
from tocsin.domain.signing_in import KeepSignIn, SigningIn, SignInStep
from tocsin.domain.state import AppState, Command, KeepSecret, SecretKept, SetUp, SetUpStep, StartWithComputer
from tocsin.words import signing_in
from tocsin.words.phrasebook import Phrasebook


@dataclass(frozen=True, slots=True)
class End:
    """How it ended. ``told`` is to be read first; not ``is_saved``: it may be tried again.

    ``is_lost``: nobody is signed in any more, so nothing was saved.
    """

    is_saved: bool
    told: str = ""
    is_lost: bool = False


class Saving:
    """Saves once it is told to, and looks at each state whether that is done."""

    def __init__(self, command: Callable[[Command], None]) -> None:
        self._command = command
        self._number = 0
        self._is_open = False

    @property
    def is_on(self) -> bool:
        """Whether something is on its way, or arrived: not where it may be tried again."""
        return self._is_open

    def begin(
        self,
        wished: Settings,
        secret: KeepSecret | None = None,
        signed: KeepSignIn | None = None,
        start: StartWithComputer | None = None,
    ) -> None:
        """Save these settings, keep what their new account asks with, and start with the computer, whoever looks on."""
        self._number, self._is_open = time.monotonic_ns(), True  # no other assistant of this run has it
        self._command(SetUp(self._number, wished, secret, signed, start))

    def forget(self) -> None:
        """Say no more of what became of it."""
        self._number, self._is_open = 0, False

    def end(self, state: AppState, now: Instant, words: Phrasebook) -> End | None:
        """How it ended, None while it has not."""
        view = state.setting_up
        if view is None or view.number != self._number or view.step is SetUpStep.KEEPING:
            return None
        self._is_open = view.step is SetUpStep.DONE
        if view.step is SetUpStep.LOST:
            return End(is_saved=False, is_lost=True)
        if view.step is SetUpStep.REFUSED:
            said = [words.fault(each.message, now.wall) for each in state.faults if each.message.key == "settings"]
            return End(is_saved=False, told="\n".join(said))
        told = (_about_secret(view.secret, words), _about_sign_in(view.signed, words))
        return End(is_saved=True, told="\n".join(filter(None, told)))


def _about_secret(kept: SecretKept | None, words: Phrasebook) -> str:
    """What is to be read of the secret."""
    told = words.gettext(
        "The keyring did not take the secret: it is known until Tocsin ends. To keep it for longer unlock or start "
        "the keyring, and type it in again in the settings."
    )
    return told if kept is not None and kept.problem else ""


def _about_sign_in(view: SigningIn | None, words: Phrasebook) -> str:
    """What is to be read of the sign-in."""
    is_as_wished = view is None or (view.step is SignInStep.DONE and view.obstacle is None)
    return "" if view is None or is_as_wished else signing_in.told(words, view)
