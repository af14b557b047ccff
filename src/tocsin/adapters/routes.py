"""The default routes of whatever system this is."""

import sys

from tocsin.domain.reading import Path


async def system_paths() -> tuple[Path, ...]:
    """The default routes, the one in use first. Raises ``OSError`` where the system cannot be asked."""
    if sys.platform == "win32":
        from tocsin.adapters.routes_windows import read_paths  # noqa: PLC0415 -- ctypes, for Windows alone

        return read_paths()
    if sys.platform == "darwin":
        from tocsin.adapters.routes_macos import ask_paths  # noqa: PLC0415 -- for macOS alone

        return await ask_paths()
    from tocsin.adapters.routes_linux import read_paths  # noqa: PLC0415 -- what it imports is Linux's own

    return read_paths()
