"""The one tree of errors.

    TocsinError
      EnvironmentFault      what the world did wrong; told to the user with ``title`` and ``advice``
        PollFailed          a poll that gave no snapshot (kind, message, retry_after)
          SignInFailed      nobody was signed in (fault)
        SettingsError       config.toml is wrong (line, key, allowed values)
        ScenarioError       a scenario of the simulator is wrong (file, key, line, allowed values)
        SecretUnavailable   the keyring is absent, locked or hangs, or holds nothing under that name
        AutostartFault      starting with the computer cannot be switched, or will not work
        StoreError          the database cannot be opened, read or written
          StoreDamaged      it is not a database any more; it was set aside
          StoreFull         the disk is full
          StoreTooNew       a newer Tocsin wrote it
        ExportFailed        the user's data cannot be written where it was to go
        AlreadyRunning      another instance holds this profile
        DeliveryFailed      a channel could not deliver a message
      Bug                   what we did wrong; logged with a traceback and shown as such

A provider raises nothing but ``PollFailed``; whatever else comes out of one is a ``Bug``.
"""

from datetime import timedelta

from tocsin.domain.message import Message
from tocsin.domain.signing_in import SignInFault
from tocsin.domain.starting import StartObstacle
from tocsin.domain.terms import FailureKind, Obstacle


class TocsinError(Exception):
    """Anything that Tocsin itself raises."""


class EnvironmentFault(TocsinError):
    """What the environment did wrong. ``title`` names it in a few words, ``advice`` says what the user can do.

    Both are English, for the log; ``told`` is the same for ``words.complaints``, which says it in any language. None
    where title and advice are in the user's language already.
    """

    def __init__(self, title: str, advice: str = "", *, told: Message | None = None) -> None:
        super().__init__(title if not advice else f"{title}: {advice}")
        self.title = title
        self.advice = advice
        self.told = told


class PollFailed(EnvironmentFault):
    """A poll that gave no snapshot. ``retry_after`` is the server's wish, where it stated one.

    ``obstacle`` is what exactly was in the way, where that is known, and ``place`` where: a host, a file, an account.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        retry_after: timedelta | None = None,
        *,
        obstacle: Obstacle | None = None,
        place: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.retry_after = retry_after
        self.obstacle = obstacle
        self.place = place


class SignInFailed(PollFailed):
    """Nobody was signed in; ``fault`` is why."""

    def __init__(self, kind: FailureKind, fault: SignInFault, message: str) -> None:
        super().__init__(kind, message)
        self.fault = fault


class SettingsError(EnvironmentFault):
    """One thing that is wrong in ``config.toml``.

    ``line`` and ``column`` count from 1, None where the file has no such place.
    """

    def __init__(
        self,
        key: str,
        problem: str,
        *,
        line: int | None = None,
        column: int | None = None,
        allowed: tuple[str, ...] = (),
    ) -> None:
        where = f"line {line}, column {column}" if column is not None else f"line {line}"
        place = f"{where}: " if line is not None else ""
        choices = f" (allowed: {', '.join(allowed)})" if allowed else ""
        super().__init__(f"{place}{key}: {problem}{choices}")
        self.key = key
        self.problem = problem
        self.line = line
        self.column = column
        self.allowed = allowed


class ScenarioError(EnvironmentFault):
    """One thing that is wrong in a scenario of the simulator. ``line`` counts from 1, None where it has no place."""

    def __init__(
        self, file: str, key: str, problem: str, *, line: int | None = None, allowed: tuple[str, ...] = ()
    ) -> None:
        place = f", line {line}" if line is not None else ""
        subject = f": {key}" if key else ""
        choices = f" (allowed: {', '.join(allowed)})" if allowed else ""
        super().__init__(f"{file}{place}{subject}: {problem}{choices}")
        self.file = file
        self.key = key
        self.problem = problem
        self.line = line
        self.allowed = allowed


class SecretUnavailable(EnvironmentFault):
    """A secret that is needed and cannot be had.

    ``obstacle`` is why, ``place`` what its remedy names where that is not the account.
    """

    def __init__(
        self, title: str, advice: str = "", *, obstacle: Obstacle = Obstacle.SECRET_MISSING, place: str = ""
    ) -> None:
        super().__init__(title, advice)
        self.obstacle = obstacle
        self.place = place


class AutostartFault(EnvironmentFault):
    """Starting with the computer cannot be switched, or is switched on and will not work.

    ``obstacle`` is why, ``place`` the file, program or folder that its remedy names, ``problem`` the system's own word.
    """

    def __init__(self, obstacle: StartObstacle, place: str = "", problem: str = "") -> None:
        super().__init__(f"starting with the computer: {obstacle.value}", ", ".join(filter(None, (place, problem))))
        self.obstacle = obstacle
        self.place = place
        self.problem = problem


class StoreError(EnvironmentFault):
    """The database cannot be used."""


class StoreDamaged(StoreError):
    """The file is no database any more."""


class StoreFull(StoreError):
    """There is no room left to write."""


class StoreTooNew(StoreError):
    """The database has migrations that this version does not know."""


class ExportFailed(EnvironmentFault):
    """``file`` cannot be written. ``problem`` is the system's own word; empty where something is there already."""

    def __init__(self, file: str, problem: str = "") -> None:
        title = f"{file} cannot be written ({problem})" if problem else f"{file} is there already"
        super().__init__(title, "" if problem else "name another file")
        self.file = file
        self.problem = problem


class AlreadyRunning(EnvironmentFault):
    """Another instance holds the profile."""


class DeliveryFailed(EnvironmentFault):
    """A channel could not deliver a message."""


class Bug(TocsinError):
    """A mistake of ours."""
