"""A real keyring on a bus of its own: gnome-keyring-daemon, unlocked or locked, with nobody there to ask."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "the keyring's own"
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={place}/bus</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


class KeyringBus:
    """A session bus without services; ``start`` brings the keyring to it. ``environment`` is what a program needs."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {
            **os.environ,
            "HOME": str(place),
            "XDG_DATA_HOME": str(place / "data"),
            "XDG_RUNTIME_DIR": str(place),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}/bus",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self, *, unlocked: bool) -> None:
        """Start the keyring and wait until it is on the bus. Locked, it needs a keyring that exists already."""
        argv = ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--control-directory", str(self.place)]
        self._daemon = subprocess.Popen(
            [*argv, "--unlock"] if unlocked else argv,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin is not None
        self._daemon.stdin.write(PASSWORD.encode() if unlocked else b"")
        self._daemon.stdin.close()
        wait = ["gdbus", "wait", "--session", "--timeout", "60", "org.freedesktop.secrets"]
        subprocess.run(wait, env=self.environment, check=True)

    def stop(self) -> None:
        """End the keyring; its file stays, and is locked when it is started again without the password."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGTERM)
            self._daemon.wait(60)
            self._daemon = None

    def run(self, program: str, **more: str) -> str:
        """What a Python program on this bus prints. It must end well, and say nothing on its error output."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()


@contextmanager
def keyring_bus(place: Path) -> Iterator[KeyringBus]:
    """The bus for the length of a ``with``; ``place`` needs a short path."""
    (place / "bus.conf").write_text(_CONFIG.format(place=place))
    argv = ["dbus-daemon", f"--config-file={place}/bus.conf", "--nofork", "--nosyslog", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bus:
        assert bus.stdout is not None
        bus.stdout.readline()
        keyring = KeyringBus(place)
        try:
            yield keyring
        finally:
            keyring.stop()
            bus.terminate()
