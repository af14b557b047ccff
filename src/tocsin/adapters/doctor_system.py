"""What this computer is, as far as it says anything of how Tocsin runs on it."""

import os
import platform
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ASK_QT = "from PySide6.QtWidgets import QApplication\nfrom PySide6.QtCore import qVersion\nprint(qVersion())"
_LONGEST = 200
_USUAL_CAS = (
    "/etc/ssl/cert.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""Where systems keep their authorities if OpenSSL's own places are empty; truststore looks there too."""


class QtUnusableError(Exception):
    """Qt cannot be loaded; the text is the loader's own last line."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The system's name, its kernel's, and what desktop runs on it, as far as it says so."""

    name: str
    kernel: str
    desktop: str


def machine(environ: Mapping[str, str]) -> Machine:
    """What this computer runs."""
    desktop = " ".join(filter(None, (environ.get("XDG_CURRENT_DESKTOP", ""), environ.get("XDG_SESSION_TYPE", ""))))
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.platform(terse=True)
    return Machine(name, kernel, desktop)


def qt_version(within: float) -> str:
    """Qt's version, loaded in a process of its own, which needs no display.

    Raises ``QtUnusableError`` where it cannot be loaded, ``TimeoutError`` where that takes longer than ``within``.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter, on our own text
            [sys.executable, "-c", _ASK_QT], capture_output=True, text=True, timeout=within, check=False
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError("Qt takes long to load") from None
    if done.returncode:
        raise QtUnusableError((done.stderr.strip().splitlines() or ["?"])[-1][:_LONGEST])
    return done.stdout.strip()


def trusted(environ: Mapping[str, str]) -> str:
    """Where the certificate authorities are that this system trusts; empty where there are none to be found."""
    if sys.platform in ("win32", "darwin"):
        return "system"
    usual = ssl.get_default_verify_paths()
    for variable, otherwise in (
        (usual.openssl_cafile_env, usual.openssl_cafile),
        (usual.openssl_capath_env, usual.openssl_capath),
    ):
        place = environ.get(variable) or otherwise
        if place and _has_something(Path(place)):
            return place
    return next((place for place in _USUAL_CAS if _has_something(Path(place))), "")


def _has_something(place: Path) -> bool:
    try:
        return any(place.iterdir()) if place.is_dir() else place.stat().st_size > 0
    except OSError:
        return False


def size_of(*files: Path) -> tuple[int, int]:
    """How many of these files there are, and how many bytes they have together."""
    sizes = []
    for file in files:
        try:
            sizes.append(file.stat().st_size)
        except OSError:
            continue
    return len(sizes), sum(sizes)


def user_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What the user is called here, so that it can be taken out of a text that is to be shown to others."""
    named = {environ.get(variable, "") for variable in ("USER", "LOGNAME", "USERNAME")}
    named.add(Path(os.path.expanduser("~")).name)  # noqa: PTH111 -- Path.home raises where there is none
    return tuple(sorted((name for name in named if len(name) > 1), key=len, reverse=True))
