"""Settings on their way in and out: what the file says, what could not be read of it, and what the user changes."""

import logging
from collections.abc import Callable
from types import MappingProxyType

from tocsin.domain.account import Settings
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import AgreeToMeasure, Command, ReloadSettings, SaveSettings, UndoSettings
from tocsin.errors import EnvironmentFault, SettingsError
from tocsin.ports import LoadedSettings, SettingsSource

_LOG = logging.getLogger(__name__)


class SettingsDesk:
    """``on_loaded`` is handed what was read, each time; it is the only way for settings to get in."""

    def __init__(self, source: SettingsSource, on_loaded: Callable[[LoadedSettings], None]) -> None:
        self._source = source
        self._on_loaded = on_loaded
        self._refused: tuple[Fault, ...] = ()
        self._unread: tuple[Fault, ...] = ()
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
                self._try(lambda: self._source.save(command.settings))
            case UndoSettings():
                self._try(self._source.undo)
            case _:
                return False
        return True

    def note(self, loaded: LoadedSettings) -> None:
        """Remember what was read."""
        self._unread = tuple(_problem(problem) for problem in loaded.problems)
        self.settings = loaded.settings

    def reload(self) -> None:
        """Read the file again."""
        self._refused = ()
        self._on_loaded(self._source.load())

    def look(self) -> None:
        """Read the file again if somebody changed it."""
        if self._source.has_changed():
            _LOG.info("the settings were changed on disk")
            self.reload()

    def _try(self, change: Callable[[], None]) -> None:
        """Change the file and go by it. What cannot be written is said, and what runs goes on."""
        try:
            change()
        except (SettingsError, EnvironmentFault) as error:
            _LOG.warning("the settings cannot be changed: %s", error)
            self._on_loaded(self._source.load())
            self._refused = (_problem(error),)
        else:
            self.reload()


def _problem(problem: Exception) -> Fault:
    return Fault(Message("settings", MappingProxyType({"problem": str(problem)})))
