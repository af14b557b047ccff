"""A real tinyproxy on loopback, and a name of this computer that is asked through a proxy."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

PROGRAM = "tinyproxy"
ELSEWHERE = "127.1"
"""This computer in a spelling that only the system's resolver knows: what is called loopback never goes by a proxy."""

_PATIENCE = 60.0


class Tinyproxy:
    """Runs while entered, with these further ``lines`` of configuration; hosts that match ``refused`` are."""

    def __init__(self, *lines: str, refused: str = "") -> None:
        self._lines = lines
        self._refused = refused
        self._folder = Path(tempfile.mkdtemp(prefix="tocsin-tinyproxy-"))
        self._stack = contextlib.ExitStack()
        self.port = 0

    @property
    def name(self) -> str:
        """Host and port, as messages say them."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.name}"

    def __enter__(self) -> Self:
        program = shutil.which(PROGRAM)
        assert program is not None, "the Debian package tinyproxy-bin is needed: see packaging/debian-packages.txt"
        self.port = self._stack.enter_context(reserved_port())
        config = self._folder / "tinyproxy.conf"
        given = (f"Port {self.port}", "Listen 127.0.0.1", "Timeout 30", "LogLevel Info")
        given = (*given, f'LogFile "{self._folder / "log"}"')
        if self._refused:
            (self._folder / "filter").write_text(self._refused + "\n")
            given = (*given, f'Filter "{self._folder / "filter"}"')
        config.write_text("\n".join((*given, "MaxClients 20", *self._lines, "")))
        self._process = subprocess.Popen([program, "-d", "-c", str(config)], stderr=subprocess.PIPE)
        until = time.monotonic() + _PATIENCE
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.kill()
                said = self._process.communicate()[1][-2000:]
                self._stack.close()
                raise AssertionError(f"tinyproxy does not start: {said!r}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # a SIGTERM between its look at the signals and its wait is heard at the next connection
        self._process.communicate(timeout=_PATIENCE)
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def log(self) -> str:
        """What it says it did."""
        return (self._folder / "log").read_text(errors="replace")

    def _listens(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.05):
                return True
        except OSError:
            # The process ends at once where the configuration is wrong; waiting for that is waiting for the socket.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.05)
            return False


@contextlib.contextmanager
def reserved_port() -> Iterator[int]:
    """A port of loopback that nobody gets by chance while entered, and that who names it can listen on.

    It is taken without being listened on: Linux lets another have it too who sets SO_REUSEADDR, as every server does.
    """
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        yield int(place.getsockname()[1])
