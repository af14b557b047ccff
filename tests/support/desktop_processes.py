"""Child processes that end together: with everything they started themselves, and even if the test run is killed."""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

_MARKER = "TOCSIN_VIRTUAL_DESKTOP"
_GONE_WITHIN = 30.0  # seconds: what was killed is there until the kernel has cleared it away
_PATIENCE = 60.0  # seconds: a short command that takes longer hangs, however busy the machine
BOUND = ("setpriv", "--pdeathsig", "KILL")
"""What makes a program die with the thread that started it; options of setpriv may follow."""


class DesktopError(Exception):
    """A part of the virtual desktop did not come up, or something that was waited for did not happen."""


class Processes:
    """The programs of one desktop. What they print goes to files in ``directory``.

    Each carries a mark in its environment, so that one that left its session is found at the end.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running: list[subprocess.Popen[bytes]] = []
        self._mark = uuid.uuid4().hex
        self.env = {_MARKER: self._mark}

    def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own."""
        behind = len(BOUND) if argv[0] == BOUND[0] else 0
        program = Path(next(word for word in argv[behind:] if not word.startswith("-"))).name
        with (self._directory / f"{program}.out").open("ab") as out:
            process = subprocess.Popen(
                list(argv),
                env={**self.env, **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out if stdout is None else stdout,
                stderr=out if stderr is None else stderr,
                pass_fds=pass_fds,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def serve(self, argv: Sequence[str], option: str) -> str:
        """Start a server that writes one line to a descriptor once it is ready; return that line.

        ``option`` is the server's, with the descriptor's number to be filled in. It dies with the thread that
        started it, and so with the test run, however that ends.
        """
        reading, writing = os.pipe()
        with open(reading, "rb") as answer:  # noqa: PTH123  a descriptor, not a path
            try:
                self.spawn([*BOUND, *argv, *option.format(writing).split()], pass_fds=(writing,))
            finally:
                os.close(writing)
            line = answer.readline().decode().strip()
        if not line:
            raise DesktopError(f"{argv[0]} did not start:\n{self.output(argv[0])}")
        return line

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a short command and return what it printed. Raises ``DesktopError`` where it fails."""
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        if check and done.returncode:
            raise DesktopError(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def output(self, program: str) -> str:
        """What a started program printed so far."""
        place = self._directory / f"{Path(program).name}.out"
        return place.read_text(errors="replace") if place.exists() else ""

    def end(self, process: subprocess.Popen[bytes], *, patience: float = 5) -> int:
        """Ask a program to end (SIGTERM), by force after ``patience`` seconds; return its exit status."""
        if process in self._running:
            self._running.remove(process)
        if patience and process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        return process.wait(_GONE_WITHIN)

    def close(self) -> None:
        """End everything, the youngest first, then what got away."""
        for process in reversed(self._running.copy()):
            self.end(process, patience=0)
        deadline = time.monotonic() + _GONE_WITHIN
        while (left := self.strays()) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    @property
    def pids(self) -> list[int]:
        """The programs that were started here and not ended."""
        return [process.pid for process in self._running]

    def strays(self) -> list[int]:
        """The processes that carry the mark."""
        mark, found = f"{_MARKER}={self._mark}".encode(), []
        for place in Path("/proc").iterdir():
            if place.name.isdigit() and int(place.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in (place / "environ").read_bytes().split(b"\0"):
                        found.append(int(place.name))
        return found
