"""In which order the desktop tests run: files that wait for a real desktop take turns with those that compute."""

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

HERE = Path(__file__).parent
PATIENCE = 60_000
"""Milliseconds that ``qtbot`` waits for what does not happen. Its own five seconds pass where everybody is busy."""
File = list[pytest.Item]


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """Wait longer than pytest-qt does, unless a test says how long."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for wait in (QtBot.waitUntil, QtBot.waitSignal):
            monkeypatch.setitem(wait.__kwdefaults__, "timeout", PATIENCE)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a file on a real desktop beside one without, the longest of both first: none is left to run alone."""
    files: dict[Path, File] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    ours = [file for path, file in files.items() if path.parent == HERE]
    others = [file for path, file in files.items() if path.parent != HERE]
    # On a real desktop each test is long, and the fewer a file has the longer they are; elsewhere all are short.
    waiting = sorted((file for file in ours if _waits(file)), key=len)
    computing = sorted((file for file in ours if not _waits(file)), key=len, reverse=True)
    items[:] = _joined([*others, *_joined(zip_longest(waiting, computing, fillvalue=[]))])


def _waits(file: File) -> bool:
    return any(item.get_closest_marker("desktop") for item in file)


def _joined(parts: Iterable[Iterable]) -> list:
    return [*chain.from_iterable(parts)]
