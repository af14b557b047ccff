"""Settings on their way in and out: what the file says, what could not be read of it, and what the user changes."""

import logging
from collections.abc import Callable
from dataclasses import fields, replace
from types import MappingProxyType

from tocsin.domain.account import UNUSABLE_PROXY, Settings
from tocsin.domain.message import Fault, Message, Value
from tocsin.domain.state import AgreeToMeasure, Command, ReloadSettings, SaveSettings, UndoSettings
from tocsin.errors import EnvironmentFault, SettingsError
from tocsin.ports import LoadedSettings, SettingsSource

_LOG = logging.getLogger(__name__)
_WHOLE_FILE = "config.toml"


class SettingsDesk:
    """``on_loaded`` is handed what was read, each time; it is the only way for settings to get in.

    Where a file has mistakes and other settings run already, it is handed those with what is right in the file.
    """

    def __init__(self, source: SettingsSource, on_loaded: Callable[[LoadedSettings], None]) -> None:
        self._source = source
        self._on_loaded = on_loaded
        self._refused: tuple[Fault, ...] = ()
        self._unread: tuple[Fault, ...] = ()
        self._runs = False
        self.settings = Settings()

    @property
    def problems(self) -> tuple[Fault, ...]:
        """What is wrong with the file, and what could not be written of late."""
        return (*self._unread, *self._refused)

    @property
    def can_save(self) -> bool:
        """Whether the file may be written: one with mistakes is its owner's to mend."""
        return not self._unread

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._source.can_undo

    def command(self, command: Command) -> bool:
        """Carry a command out if it is about the settings; false for any other."""
        match command:
            case ReloadSettings():
                self.reload()
            case AgreeToMeasure():
                self._try(lambda: self._source.agree(public=command.agreed))
            case SaveSettings():
                self.save(command.settings)
            case UndoSettings():
                self._try(self._source.undo)
            case _:
                return False
        return True

    def save(self, settings: Settings, on_written: Callable[[], None] = lambda: None) -> bool:
        """Write these settings and go by them; false where they cannot be written, which is said.

        ``on_written`` is called once they are written, before anything goes by them.
        """

        def change() -> None:
            if settings != self.settings:
                self._source.save(settings)
            on_written()

        return self._try(change)

    def note(self, loaded: LoadedSettings) -> None:
        """Remember what was read."""
        self._unread = tuple(_problem(problem) for problem in loaded.problems)
        self.settings = loaded.settings
        self._runs = True

    def reload(self) -> None:
        """Read the file again."""
        self._refused = ()
        self._load()

    def look(self) -> None:
        """Read the file again if somebody changed it."""
        if self._source.has_changed():
            _LOG.info("the settings were changed on disk")
            self.reload()

    def _load(self) -> None:
        loaded = self._source.load()
        if loaded.problems and self._runs:
            loaded = replace(loaded, settings=kept(loaded, self.settings))
        self._on_loaded(loaded)

    def _try(self, change: Callable[[], None]) -> bool:
        """Change the file and go by it. False where it cannot be written: that is said, and what runs goes on."""
        try:
            change()
        except (SettingsError, EnvironmentFault) as error:
            _LOG.warning("the settings cannot be changed: %s", error)
            self._load()
            self._refused = (_problem(error),)
            return False
        self.reload()
        return True


def kept(loaded: LoadedSettings, running: Settings) -> Settings:
    """What a file with mistakes means while other settings run: what is wrong in it, or missing, stays as it runs.

    A slip of the pen stops no account, ends no quiet hours, and has nobody contacted who was not before. An account is
    kept as it runs as soon as any of them has a mistake; new ones begin.
    """
    found, default = loaded.settings, Settings()
    wrong = {problem.key.partition(".")[0].partition("[")[0] for problem in loaded.problems}
    unreadable = any(problem.key == _WHOLE_FILE for problem in loaded.problems)
    stays = {
        each.name: getattr(running, each.name)
        for each in fields(Settings)
        if unreadable or each.name in wrong or getattr(found, each.name) == getattr(default, each.name)
    }
    if running.network.proxy == UNUSABLE_PROXY and not unreadable:  # of a file before, in which it could not be read
        stays.pop("network", None)
    first, then = (running, found) if unreadable or "accounts" in wrong else (found, running)
    named = {account.id for account in first.accounts}
    accounts = (*first.accounts, *(each for each in then.accounts if each.id not in named))
    return replace(found, **(stays | {"accounts": accounts}))


def _problem(problem: SettingsError | EnvironmentFault) -> Fault:
    """What is wrong, whole in English for the log, and in parts to be said in any language."""
    values: dict[str, Value] = {"problem": str(problem)}
    if isinstance(problem, SettingsError):
        values |= {"place": problem.key, "what": problem.problem, "allowed": problem.allowed}
        values |= {"line": problem.line, "column": problem.column}
    elif problem.title.startswith(f"{_WHOLE_FILE} "):
        values |= {"place": _WHOLE_FILE, "what": problem.title.removeprefix(f"{_WHOLE_FILE} ")}
    elif problem.told is not None:
        values = {**problem.told.values, "problem": str(problem), "complaint": problem.told.key}
    return Fault(Message("settings", MappingProxyType(values)))
