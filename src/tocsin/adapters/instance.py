"""One instance per profile, by a lock of the kernel: it goes when its holder goes, however that comes to its end.

The lock's file stays where it is when the lock is given back: to remove it would let two instances hold two files of
the same name.
"""

import errno
import os
import sys
from types import TracebackType
from typing import Self

from tocsin.adapters.profile import Profile
from tocsin.domain.message import Message
from tocsin.errors import AlreadyRunning, EnvironmentFault

_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class InstanceLock:
    """The right to write a profile. Also a context manager."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock, making the profile's folders where they are missing. Never waits.

        Raises ``AlreadyRunning``, or ``EnvironmentFault`` where the file cannot be made or locked.
        """
        if self._descriptor is not None:
            return
        self._profile.make()
        path = self._profile.lock
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            message = Message("lock_unopened", {"place": str(path), "problem": error.strerror})
            raise EnvironmentFault(f"the lock {path} cannot be opened ({error.strerror})", told=message) from error
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _TAKEN:
                holds = path.parent.parent
                message = Message("running", {"place": str(holds)})
                raise AlreadyRunning("Tocsin is running already", f"it holds {holds}", told=message) from error
            message = Message("lock_refused", {"place": str(path), "problem": error.strerror})
            advice = "use --profile elsewhere"
            raise EnvironmentFault(f"{path} cannot be locked ({error.strerror})", advice, told=message) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; nothing if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)  # the kernel's lock goes with the descriptor
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
