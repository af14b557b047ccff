"""What every test is held to: it touches nothing of the user's, leaves nothing behind, and logs no surprise."""

import gc
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

GRACE = 10.0
"""Seconds in which what a test started may come to its end by itself."""

_FAILED = pytest.StashKey[bool]()

_USERS_OWN = (
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CURRENT_DESKTOP",
    "XDG_CONFIG_DIRS",
    "LANGUAGE",
    "LC_MESSAGES",
)


def pytest_collection_finish() -> None:
    """Take what the tests are made of out of the garbage collector's sight: to look it all through takes long."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure: a broken-off test leaves things open, and to say so too would hide what went wrong.

    Half characters, which some tests log on purpose, are spelt out: a worker cannot send them, nor a report hold them.
    """
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def home(monkeypatch) -> Iterator[Path]:
    """An empty home of the test's own, with short paths (a socket's may have 107 bytes), and no desktop session."""
    with tempfile.TemporaryDirectory(prefix="tocsin-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        for variable, name in (
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ):
            (place / name).mkdir(mode=0o700)
            monkeypatch.setenv(variable, str(place / name))
        for variable in [*_USERS_OWN, *filter(_is_setting, os.environ)]:
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        # The computer's own, perhaps metered or about to sleep, must change no test.
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={place / 'no-system-bus'}")
        yield place / "home"


def _is_setting(variable: str) -> bool:
    return variable.startswith("TOCSIN_") or variable.lower().endswith("_proxy")


@pytest.fixture(autouse=True)
def nothing_left_behind(request, home) -> Iterator[None]:
    """No thread, child process, open file, running QThread or ticking QTimer outlives its test."""
    looks = {"thread": _threads, "child process": _children, "open file": _files}
    if "qapp" in request.fixturenames:
        looks["Qt object"] = _qt_objects
    before = {what: look() for what, look in looks.items()}
    yield
    if request.node.stash.get(_FAILED, False):
        return
    left = {what: _remaining(look, before[what]) for what, look in looks.items()}
    said = "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in left.items() if names)
    if said:
        pytest.fail(f"left behind by this test: {said}", pytrace=False)


def _remaining(look: Callable[[], set[str]], before: set[str]) -> set[str]:
    new = look() - before
    if not new:
        return new
    gc.collect()
    deadline = time.monotonic() + GRACE
    while (new := look() - before) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return new


def _threads() -> set[str]:
    return {f"{thread.name} ({thread.ident})" for thread in threading.enumerate() if thread.is_alive()}


def _children() -> set[str]:
    found = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(listing.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {f"pid {child}" for child in found}


def _files() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").glob("*"):
        try:
            found.add(f"{link.name} -> {link.readlink()}")
        except FileNotFoundError:
            continue
    return found


def _qt_objects() -> set[str]:
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return set()
    from shiboken6 import isValid

    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    core.QCoreApplication.processEvents()
    kinds = (core.QTimer, core.QThread)
    alive = [thing for thing in gc.get_objects() if isinstance(thing, kinds) and isValid(thing)]
    timers = {f"QTimer {id(timer):#x}" for timer in alive if isinstance(timer, core.QTimer) and timer.isActive()}
    return timers | {f"QThread {id(thread):#x}" for thread in alive if _runs_apart(core, thread)}


def _runs_apart(core, thread) -> bool:
    return isinstance(thread, core.QThread) and thread != core.QThread.currentThread() and thread.isRunning()


class _Surprises(logging.Handler):
    """Keeps what was logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_surprise_in_the_log(request) -> Iterator[None]:
    """A warning in the log fails a test, unless the test looks at the log itself (asks for ``caplog``)."""
    surprises = _Surprises()
    root = logging.getLogger()
    root.addHandler(surprises)
    yield
    root.removeHandler(surprises)
    if surprises.records and "caplog" not in request.fixturenames and not request.node.stash.get(_FAILED, False):
        pytest.fail("logged and not looked at (ask for caplog): " + "; ".join(surprises.records), pytrace=False)
