"""Loads Qt, and leaves Python's own ``import`` as it was.

PySide6 puts one of its own in its place, for the sake of ``from __feature__ import ...``: that reads the source of
every module imported from then on, searches it for the word PySide6, and keeps the lines of all of them in memory
(napari/napari#8584): 10 MiB for Tocsin. Nothing here uses such features.
"""

import builtins
import importlib
import linecache


def load() -> None:
    """Import what every part of the desktop needs, forget what was read for it, and take the plain way from then on."""
    plain = builtins.__import__
    importlib.import_module("PySide6.QtWidgets")
    linecache.clearcache()
    setattr(builtins, "__import__", plain)  # noqa: B010 - the type checker takes the plain way of writing it for a mistake
