"""Whether the user switched off the radio that this computer went out by: then nothing is broken.

Linux alone says so to everybody: the switches are files (Documentation/ABI/stable/sysfs-class-rfkill). Elsewhere, and
where there is a doubt, the answer is no. A network that is merely out of reach looks like a router that died.
"""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path as FilePath

from tocsin.domain.reading import Path

_SYSTEM = FilePath("/sys/class")
_ETHERNET = "1"  # ARPHRD_ETHER, linux/if_arp.h: Wi-Fi too


class Radio:
    """Remembers which kind of way was used last. ``root`` is where the kernel tells of its devices."""

    def __init__(self, root: FilePath = _SYSTEM) -> None:
        self._root = root
        self._interface = ""

    def note(self, paths: Iterable[Path]) -> None:
        """These are the default routes now, the one in use first."""
        self._interface = next((each.interface for each in paths if not each.is_tunnel), self._interface)

    def is_off(self) -> bool:
        """Whether every Wi-Fi is switched off, the last way out was one or there is no other, and no cable is in."""
        if sys.platform != "linux" or not self._are_switched_off():
            return False
        devices = [each for each in self._listed("net") if (each / "device").exists()]
        wired = [each for each in devices if not _is_wireless(each) and _said(each / "type") == _ETHERNET]
        if any(_said(each / "carrier") == "1" for each in wired):
            return False
        last = self._root / "net" / self._interface
        return _is_wireless(last) if self._interface else not wired

    def _are_switched_off(self) -> bool:
        radios = [each for each in self._listed("rfkill") if _said(each / "type") == "wlan"]
        return bool(radios) and all("1" in (_said(each / "soft"), _said(each / "hard")) for each in radios)

    def _listed(self, kind: str) -> list[FilePath]:
        with contextlib.suppress(OSError):
            return list((self._root / kind).iterdir())
        return []


def _is_wireless(device: FilePath) -> bool:
    return (device / "phy80211").exists() or (device / "wireless").exists()


def _said(file: FilePath) -> str:
    """What a file of the kernel's says; nothing where it cannot be read, as the carrier of what is switched off."""
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
