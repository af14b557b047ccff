"""Removes what a profile holds: by the names that Tocsin gives, never by what lies beside them.

A link is removed, what it leads to stays and is told. What cannot be removed is told too. A profile may be somebody's
home, with a ``run`` and a ``cache`` of its own: a folder goes only when nothing is left in it.
"""

import contextlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.instance_protocol import read_address
from tocsin.adapters.profile import Profile
from tocsin.domain.message import Message
from tocsin.errors import AlreadyRunning

_OURS = "tocsin"
_SHORT = "tocsin-"  # how the folder of a socket elsewhere begins
_STAMP = r"\d{8}T\d{6}Z(-\d+)?"
_SETTINGS = re.compile(rf"config\.toml(\.(backup|damaged)-{_STAMP})?|\.config\.toml\.[0-9a-f]{{8}}")
_RECORD = re.compile(rf"tocsin\.db(\.(backup|damaged)-{_STAMP})?(-wal|-shm|-journal)?")
_LOG = re.compile(r"tocsin\.log(\.\d)?")
_RUN = re.compile(r"tocsin\.(lock|sock)|instance\.json(\.[0-9a-f]{8})?")


@dataclass(slots=True)
class Erased:
    """What was removed, and what was not: each of those with the key of the reason, and the system's own word."""

    removed: list[str] = field(default_factory=list)
    left: list[tuple[str, str, str]] = field(default_factory=list)


class Alone:
    """The certainty that no instance runs on a profile, while entered. Unlike the lock's holder it makes nothing.

    Raises ``AlreadyRunning``.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._descriptor: int | None = None
        self._lock: InstanceLock | None = None

    def __enter__(self) -> Self:
        if sys.platform == "win32":
            if self._profile.lock.exists():
                self._lock = InstanceLock(self._profile)
                self._lock.acquire()
            return self
        import fcntl  # noqa: PLC0415 -- not on Windows

        # A file that may not be written can be locked all the same; a link to elsewhere is no lock of ours.
        with contextlib.suppress(OSError):
            self._descriptor = os.open(self._profile.lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        if self._descriptor is None:
            return self
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._let_go()
            message = Message("running_quit")
            raise AlreadyRunning("Tocsin is running on this profile", "quit it first", told=message) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def let_go_to_remove(self) -> None:
        """Where a file that is held cannot be removed, hold it no more."""
        if sys.platform == "win32":
            self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.release()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def found(profile: Profile) -> tuple[Path, ...]:
    """Every file of Tocsin's that there is, and every folder that is a link: what ``erase`` will remove first."""
    return tuple(place for folder, names in _folders(profile) for place in _in_folder(folder, names, profile))


def erase(profile: Profile) -> Erased:
    """Remove it all. Raises nothing for what cannot be removed."""
    done = Erased()
    _remove_short_socket(profile, done)
    for place in found(profile):
        remove(place, done)
    if not _is_one_folder(profile) and _is_folder(profile.cache):
        _remove_tree(profile.cache, done)
    for folder in _to_empty(profile):
        _remove_folder(folder, done)
    return done


def _folders(profile: Profile) -> tuple[tuple[Path, re.Pattern[str]], ...]:
    return (
        (profile.run, _RUN),
        (profile.data.parent, _RECORD),
        (profile.log.parent, _LOG),
        (profile.settings.parent, _SETTINGS),
    )


def _is_one_folder(profile: Profile) -> bool:
    """Whether all lies under one folder that the user named, which may hold anything else."""
    root = profile.settings.parent
    return all(each == root for each in (profile.data.parent, profile.log.parent, profile.run.parent))


def _in_folder(folder: Path, names: re.Pattern[str], profile: Profile) -> Iterator[Path]:
    """What is to be removed of a folder; the link itself where it is one and not the one that the user named."""
    link = _link_among(folder, profile)
    if link is not None:
        yield link
        return
    with contextlib.suppress(OSError):
        yield from sorted(each for each in folder.iterdir() if names.fullmatch(each.name))


def _link_among(folder: Path, profile: Profile) -> Path | None:
    """The part of a folder's path that is a link and was made by nobody but the user, below what is the system's."""
    if _is_one_folder(profile):
        own = [folder] if folder != profile.settings.parent else []
    else:
        own = [each for each in (folder.parent, folder) if _is_ours(each)]
    return next((each for each in own if each.is_symlink()), None)


def _is_ours(folder: Path) -> bool:
    return _OURS in (folder.name, folder.parent.name)


def _to_empty(profile: Profile) -> tuple[Path, ...]:
    """The folders that go if nothing is left in them, the inner ones first."""
    every = [profile.run, profile.cache, profile.log.parent, profile.log.parent.parent]
    every += [profile.data.parent, profile.settings.parent]
    if _is_one_folder(profile):
        every = [profile.run, profile.cache, profile.settings.parent]
        return tuple(each for each in every if each not in (Path.home(), Path.cwd()))
    return tuple(dict.fromkeys(each for each in every if _is_ours(each)))


def _is_folder(place: Path) -> bool:
    try:
        return stat.S_ISDIR(place.lstat().st_mode)
    except OSError:
        return False


def remove(place: Path, done: Erased) -> None:
    """Remove a file, or a link without looking where it leads."""
    if any(place == Path(each) for each in done.removed):
        return
    if _is_folder(place):
        done.left.append((str(place), "foreign", ""))
        return
    leads = os.path.realpath(place) if place.is_symlink() else ""
    copies = _copies_of(Path(leads)) if leads and _SETTINGS.fullmatch(place.name) else ()
    try:
        with _writable(place.parent):
            _unlink(place)
    except FileNotFoundError:
        return
    except OSError as error:
        done.left.append((str(place), "denied", error.strerror or type(error).__name__))
        return
    done.removed.append(str(place))
    if leads and os.path.exists(leads):  # noqa: PTH110 -- a text, not a path
        done.left.append((leads, "link", ""))
    done.left.extend((str(each), "link", "") for each in copies)


def _copies_of(settings: Path) -> tuple[Path, ...]:
    """What Tocsin copied beside settings that are kept elsewhere, before it changed them."""
    ours = re.compile(rf"{re.escape(settings.name)}\.backup-{_STAMP}")
    with contextlib.suppress(OSError):
        return tuple(sorted(each for each in settings.parent.iterdir() if ours.fullmatch(each.name)))
    return ()


def _unlink(place: Path) -> None:
    if sys.platform == "win32":
        place.chmod(stat.S_IWRITE)  # there it is the file that says whether it may be removed
    place.unlink()


@contextlib.contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Let our own user write a folder for a moment; it has its mode back afterwards, if it is still there."""
    mode = stat.S_IMODE(folder.lstat().st_mode)
    if sys.platform == "win32" or mode & stat.S_IRWXU == stat.S_IRWXU or folder.is_symlink():
        yield
        return
    with contextlib.suppress(OSError):
        folder.chmod(mode | stat.S_IRWXU)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            folder.chmod(mode)


def _remove_tree(folder: Path, done: Erased) -> None:
    """Remove a folder that is ours alone, with all in it. ``rmtree`` follows no link."""
    problems: list[str] = []

    def note(_function: object, place: str, error: tuple[object, BaseException, object]) -> None:
        problems.append(place)
        done.left.append((place, "denied", getattr(error[1], "strerror", None) or type(error[1]).__name__))

    with contextlib.suppress(OSError), _writable(folder.parent):
        shutil.rmtree(folder, onerror=note)
    if not problems:
        done.removed.append(str(folder))


def _remove_folder(folder: Path, done: Erased) -> None:
    """Remove an empty folder. One in which something is left stays, and is told if it is ours by its name."""
    if folder.is_symlink() or not _is_folder(folder):
        return
    try:
        with _writable(folder.parent):
            folder.rmdir()
    except OSError as error:
        with contextlib.suppress(OSError):
            rest = any(folder.iterdir())
            if not rest:
                done.left.append((str(folder), "denied", error.strerror or type(error).__name__))
            elif folder.name == _OURS:
                done.left.append((str(folder), "foreign", ""))
    else:
        done.removed.append(str(folder))


def _remove_short_socket(profile: Profile, done: Erased) -> None:
    """The socket that a killed instance left in a folder of its own, where the profile's path was too long for one."""
    address = read_address(profile.address)
    if address is None or not address.socket or sys.platform == "win32":
        return
    place = Path(address.socket)
    folder = place.parent
    with contextlib.suppress(OSError):
        its = folder.lstat()
        is_own = stat.S_ISDIR(its.st_mode) and its.st_uid == os.getuid() and folder.name.startswith(_SHORT)
        if not is_own or place.name != profile.socket.name:
            return
        if stat.S_ISSOCK(place.lstat().st_mode):
            place.unlink()
            done.removed.append(str(place))
        folder.rmdir()
