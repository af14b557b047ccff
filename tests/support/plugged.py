"""The providers that the contract suite is played to: Tocsin's own, and those of packages beside it.

A package is a folder with a ``pyproject.toml`` that names its providers in the entry-point group ``tocsin.providers``,
their code under ``src/``, and what the suite needs under ``fixtures/<key>/``. The sample package is always among them;
``TOCSIN_CONTRACT`` names more, as PATH does. Nothing has to be installed.
"""

import os
import sys
import tomllib
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path

from tocsin import providers
from tocsin.ports import Provider

TESTS = Path(__file__).resolve().parent.parent
FIXTURES = TESTS / "fixtures"
SAMPLE = TESTS / "plugins" / "tocsin-sample"
_GROUP = "tocsin.providers"


@cache
def _plugged() -> dict[str, tuple[Path, EntryPoint]]:
    """The providers of packages by key: where the package lies, and the entry point."""
    named = filter(None, os.environ.get("TOCSIN_CONTRACT", "").split(os.pathsep))
    found = {}
    for package in (SAMPLE, *(Path(each).resolve() for each in named)):
        stated = tomllib.loads((package / "pyproject.toml").read_text())["project"]["entry-points"][_GROUP]
        found.update({key: (package, EntryPoint(key, target, _GROUP)) for key, target in stated.items()})
    return found


def known() -> tuple[str, ...]:
    """The keys of all providers that are held to the contract."""
    return (*providers.known(), *_plugged())


def asked() -> tuple[str, ...]:
    """The keys of those that have somebody to ask: an account of them has an address.

    What has none makes no requests, so that there are no answers to record or to play. That is the line alone, which
    the contract suite makes sure of and ``test_provider_line`` is about.
    """
    return tuple(key for key in known() if "url" in {field.name for field in load(key).fields})


def load(key: str) -> type[Provider]:
    """The class of a key, imported now. Raises ``KeyError``."""
    if key in providers.known():
        return providers.load(key)
    package, entry = _plugged()[key]
    source = str(package / "src")
    if source not in sys.path:
        sys.path.append(source)
    kind: type[Provider] = entry.load()
    return kind


def folder(key: str) -> Path:
    """Where a provider's case files, its ``contract.json`` and its ``checklist.toml`` lie."""
    return FIXTURES / key if key in providers.known() else _plugged()[key][0] / "fixtures" / key
