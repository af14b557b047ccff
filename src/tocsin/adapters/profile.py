"""Where everything of one profile lies: settings, record, cache, log, lock and socket.

``--profile DIR`` or ``TOCSIN_PROFILE`` puts all of it under DIR; otherwise each lies where the system keeps its kind.
The lock lies beside the record, never under ``XDG_RUNTIME_DIR``: that may differ between a desktop session and a cron
job of the same user, and two locks would be none.
"""

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tocsin.domain.message import Message
from tocsin.errors import EnvironmentFault

PROFILE_VARIABLE = "TOCSIN_PROFILE"
_APP = "tocsin"


@dataclass(frozen=True, slots=True)
class Profile:
    """The places of one profile. ``run`` is a folder of our own, 0700, with lock, socket and address in it.

    ``socket`` is where the instance listens; a path too long for a Unix socket is replaced by one in a temporary
    folder. ``address`` is the file in which the instance says where it really listens, so clients read that.
    """

    settings: Path
    data: Path
    cache: Path
    log: Path
    run: Path

    @classmethod
    def at(cls, directory: Path) -> "Profile":
        """Everything under one directory."""
        root = Path(os.path.abspath(directory.expanduser()))  # noqa: PTH100 - no Path method is absolute without links
        return cls(
            settings=root / "config.toml",
            data=root / "tocsin.db",
            cache=root / "cache",
            log=root / "tocsin.log",
            run=root / "run",
        )

    @classmethod
    def default(cls) -> "Profile":
        """Each thing where this system keeps its kind."""
        data = platformdirs.user_data_path(_APP, appauthor=False)
        return cls(
            settings=platformdirs.user_config_path(_APP, appauthor=False) / "config.toml",
            data=data / "tocsin.db",
            cache=platformdirs.user_cache_path(_APP, appauthor=False),
            log=platformdirs.user_log_path(_APP, appauthor=False) / "tocsin.log",
            run=data / "run",
        )

    @classmethod
    def find(cls, directory: Path | None, environ: Mapping[str, str]) -> "Profile":
        """The profile that the command line names, else the environment, else the user's own."""
        if directory is not None:
            return cls.at(directory)
        named = environ.get(PROFILE_VARIABLE, "")
        return cls.at(Path(named)) if named else cls.default()

    @property
    def named(self) -> str:
        """What ``--profile`` takes for it; empty for the user's own."""
        return "" if self == Profile.default() else str(self.settings.parent)

    @property
    def lock(self) -> Path:
        """The file that the one running instance holds locked."""
        return self.run / "tocsin.lock"

    @property
    def socket(self) -> Path:
        """Where the instance listens, if the path is short enough."""
        return self.run / "tocsin.sock"

    @property
    def address(self) -> Path:
        """The file that says where the instance listens."""
        return self.run / "instance.json"

    def make(self) -> None:
        """Make the folders that are not there, 0700. Raises ``EnvironmentFault`` where that cannot be done.

        Folders that were there keep their mode, but ``run``, which is ours alone.
        """
        for folder in (self.settings.parent, self.data.parent, self.cache, self.log.parent, self.run):
            make_private(folder)
        own_only(self.run)


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, 0700. Raises ``EnvironmentFault``."""
    missing = [folder, *folder.parents]
    try:
        for place in reversed(missing):
            if not place.exists():
                place.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, "is not a folder", str(folder))
    except OSError as error:
        raise EnvironmentFault(
            f"the folder {folder} cannot be made ({error.strerror})",
            "name another one with --profile",
            told=Message("folder_unmade", {"place": str(folder), "problem": error.strerror}),
        ) from error


def own_only(folder: Path) -> None:
    """Take everybody else's rights off a folder of ours. Raises ``EnvironmentFault`` if it is somebody else's."""
    if sys.platform == "win32":
        return  # a folder in the user's own profile is the user's there
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise EnvironmentFault(
            f"{folder} is not a folder of this user",
            "name another profile with --profile",
            told=Message("folder_foreign", {"place": str(folder)}),
        )
    if stat.S_IMODE(found.st_mode) != 0o700:  # noqa: PLR2004 - the mode is clearer than a name for it
        folder.chmod(0o700)
