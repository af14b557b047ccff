"""The whole tray application on a fast clock, which prints everybody that it turns to: for the test of no telemetry.

``python -m support.idle_hour PROFILE SPEED SECONDS`` runs ``app.on_desktop`` without a screen (Qt's ``offscreen``) for
so many seconds of its own clock. Every line is JSON: {"look_up": name}, {"connect": [address, port]}, {"local": path}
for a socket of this computer, {"start": program} for a child, and at last {"over": seconds}.
"""

import json
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_LOCK = threading.Lock()
_OUT = os.dup(1)
_TURNED = threading.Event()
"""Set once it has turned to somebody: the hour begins then, however long the start took."""


def say(**what: object) -> None:
    """Print one line, whole, past everybody's buffers."""
    with _LOCK:
        os.write(_OUT, (json.dumps(what) + "\n").encode())


def heard(event: str, arguments: tuple[Any, ...]) -> None:
    """Hear what the interpreter tells of (PEP 578): name lookups, sockets and children, whoever makes them."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
        say(look_up=host.decode() if isinstance(host, bytes) else str(host))
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple):
            _TURNED.set()
            say(connect=[str(address[0]), address[1]])
        elif address is not None:
            say(local=str(address))
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.system", "os.exec"):
        say(start=str(arguments[0]))


def main(folder: Path, speed: float, seconds: float) -> None:
    """Run until the hour is over."""
    from tocsin.adapters.clock import ScaledClock
    from tocsin.adapters.instance import InstanceLock
    from tocsin.adapters.profile import Profile
    from tocsin.adapters.secrets import KeyringSecrets
    from tocsin.app import Desk, on_desktop, show_first_bell
    from tocsin.running import SettingsFile, logging_to

    profile = Profile.at(folder)
    clock = ScaledClock(datetime.now(UTC), speed)
    secrets = KeyringSecrets({})

    def end() -> None:
        _TURNED.wait()
        began = clock.now().mono
        threading.Event().wait(seconds / speed)
        say(over=clock.now().mono - began)
        os._exit(0)  # what is measured is the hour, not its end

    threading.Thread(target=end, name="hour").start()
    with InstanceLock(profile), logging_to(profile, secrets):
        on_desktop(Desk(clock, profile, SettingsFile(profile), secrets, background=True), show_first_bell())


if __name__ == "__main__":
    sys.addaudithook(heard)
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
