"""The engine without a screen: what ``tocsin watch`` does."""

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tocsin import speaking
from tocsin.adapters.clock import SystemClock
from tocsin.adapters.environment import take_secrets_from_environment
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.profile import Profile
from tocsin.adapters.secrets import KeyringSecrets
from tocsin.domain.account import Settings
from tocsin.domain.state import AppState, Command
from tocsin.errors import EnvironmentFault
from tocsin.ports import Event, LoadedSettings, OnEvent
from tocsin.running import EngineThread, SettingsFile, Wiring, logging_to
from tocsin.words.phrasebook import Phrasebook

_LOG = logging.getLogger(__name__)
_LOOK = 0.2


@dataclass(slots=True)
class _Listener:
    """Who reads the events, and whether there is still anybody. ``gone`` is set when there is not."""

    on_event: OnEvent
    gone: threading.Event = field(default_factory=threading.Event)
    error: OSError | None = None
    told_to_end: bool = False

    def hear(self, event: Event) -> None:
        """Pass an event on; a reader that is gone ends the watch."""
        if self.error is None:
            try:
                self.on_event(event)
            except OSError as error:
                self.error = error
                self.gone.set()

    def end(self, *_: object) -> None:
        """A signal's handler. It takes no lock, for it may interrupt whoever holds it."""
        self.told_to_end = True


@dataclass(frozen=True, slots=True)
class _SpokenSettings:
    """Settings whose mistakes are said on standard error too, where who watches looks."""

    file: SettingsFile

    def load(self) -> LoadedSettings:
        """Read them. Never raises for a wrong file."""
        loaded = self.file.load()
        for problem in loaded.problems:
            said = f"{self.file.profile.settings.parent}: {speaking.said(self._words(), problem)}"
            print(f"tocsin: {said}", file=sys.stderr, flush=True)  # noqa: T201 -- where a person looks
        return loaded

    def _words(self) -> Phrasebook:
        return speaking.words_of(self.file.profile, os.environ)

    def save(self, settings: Settings) -> None:
        """Write these settings. Raises ``SettingsError``, ``EnvironmentFault``."""
        self.file.save(settings)

    def undo(self) -> None:
        """Take the last change back. Raises ``SettingsError``, ``EnvironmentFault``."""
        self.file.undo()

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self.file.can_undo

    def has_changed(self) -> bool:
        """Whether the file is another one than when it was last read or written here."""
        return self.file.has_changed()

    def agree(self, *, public: bool) -> None:
        """Write the answer down. Raises ``SettingsError`` for a wrong file, ``EnvironmentFault``."""
        self.file.agree(public=public)


def watch(profile: Profile, on_event: OnEvent) -> int:
    """Run the engine until SIGINT or SIGTERM: 0, or 3 if it ended by itself.

    Raises ``AlreadyRunning``, and ``OSError`` when ``on_event`` cannot say it to anybody any more.
    """
    secrets = KeyringSecrets(take_secrets_from_environment(os.environ))
    with InstanceLock(profile), logging_to(profile, secrets), _threads_logged():
        listener = _Listener(on_event)
        engine = EngineThread(
            Wiring(
                clock=SystemClock(),
                profile=profile,
                settings=_SpokenSettings(SettingsFile(profile)),
                secrets=secrets,
                channels=(),
                environ=dict(os.environ),
                publish=_unseen,
                on_event=listener.hear,
                on_command=_not_done,
            )
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, listener.end)
        engine.start()
        while engine.is_alive() and not listener.told_to_end and not listener.gone.wait(_LOOK):
            pass
        engine.stop()
        if listener.error is not None:
            raise listener.error
        if engine.error is not None:
            said = speaking.words_of(profile, os.environ).gettext("A mistake of ours has ended the watching: see {log}")
            print(f"tocsin: {said.format(log=profile.log)}", file=sys.stderr)  # noqa: T201 -- where a person looks
        return 0 if engine.error is None else 3


@contextlib.contextmanager
def _threads_logged() -> Iterator[None]:
    """What ends a thread goes to the log, where secrets are taken out, and not to the terminal, where they are not."""
    before, threading.excepthook = threading.excepthook, _log_thread
    try:
        yield
    finally:
        threading.excepthook = before


def _log_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread is not None else "?"
    _LOG.critical("the thread %s ended by a mistake of ours", name, exc_info=args.exc_value)


def _unseen(_: AppState) -> None:
    """There is no screen."""


def _not_done(_: Command) -> None:
    """There is no window to raise, and who asks for it is told so. Raises ``EnvironmentFault``."""
    raise EnvironmentFault("'tocsin watch' runs on this profile, without a window", "end it first")
