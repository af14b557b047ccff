"""What goes wrong in the desktop is logged and told, and it comes to a clean end."""

import gc
import logging
import os
import signal
import sys
import threading

import pytest
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from support.applications import desktop, in_a_thread, make
from support.desktop_scenes import Heard, outage, quiet
from support.painting import warm_painter
from tocsin.desktop.hooks import ExceptHooks
from tocsin.domain.message import Fault
from tocsin.domain.terms import Level

__all__ = ["desktop", "make", "warm_painter"]  # fixtures for all of this module


# --- what goes wrong ---


@pytest.fixture
def hooks():
    bugs = Heard()
    made = ExceptHooks(bugs)
    made.install()
    yield bugs
    made.uninstall()


def test_an_exception_in_a_slot_is_logged_and_told(hooks, qtbot, caplog):
    """With its traceback in the log, and without its text on the screen: that may hold a secret."""
    before = sys.excepthook

    def fail() -> None:
        raise ValueError("canary-secret")

    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(hooks.values))
    assert hooks.values[0].startswith("ValueError in test_application_end.py, line ")
    assert "canary" not in hooks.values[0]
    assert "Traceback" in caplog.text
    assert sys.excepthook is before


def test_an_exception_in_a_thread_is_logged_and_told(hooks, caplog):
    """Threads do not end the program either."""

    def fail() -> None:
        raise KeyError("x")

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    assert hooks.values[0].startswith("KeyError in")
    assert "'worker'" in caplog.text


def test_an_exception_in_a_finaliser_is_logged_and_told(hooks, caplog):
    """Where Python itself can only print."""

    class Bad:
        def __del__(self) -> None:
            raise OSError("late")

    Bad()
    gc.collect()
    assert hooks.values[0].startswith("OSError in")
    assert "late" in caplog.text


def test_what_qt_says_is_logged(hooks, caplog):
    """Its warnings are about the desktop and no surprise of ours."""
    caplog.set_level(logging.INFO)
    qWarning("a theme is missing")
    assert ("tocsin.qt", logging.INFO, "default: a theme is missing") in caplog.record_tuples
    assert hooks.values == []


def test_an_interrupt_is_not_a_bug(hooks, capsys):
    """Control-C is a wish."""
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert hooks.values == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_reporting_a_bug_cannot_loop(caplog):
    """What goes wrong in reporting is not reported in turn."""
    count = []

    def report(problem) -> None:
        count.append(problem)
        sys.excepthook(ValueError, ValueError(), None)

    hooks = ExceptHooks(report)
    hooks.install()
    try:
        sys.excepthook(KeyError, KeyError(), None)
    finally:
        hooks.uninstall()
    assert count == ["KeyError"]


def test_the_hooks_are_given_back():
    """Whatever was there before is there again."""
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    hooks = ExceptHooks(lambda problem: None)
    hooks.install()
    hooks.install()
    assert sys.excepthook != before[0]
    hooks.uninstall()
    hooks.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_a_bug_shows_as_a_fault(desktop, qtbot, caplog):
    """In the window, once, among what the engine reports."""
    desktop.show()
    desktop.publish(quiet())
    desktop.open_window()
    qtbot.waitUntil(lambda: desktop._hooks is not None)
    for _ in range(3):
        in_a_thread(
            lambda: threading.excepthook(threading.ExceptHookArgs((ZeroDivisionError, ZeroDivisionError(), None, None)))
        )
    qtbot.waitUntil(lambda: bool(desktop._bugs))
    qtbot.wait(50)
    assert [type(each) for each in desktop._bugs] == [Fault]
    assert any("ZeroDivisionError" in each.message.values["problem"] for each in desktop.window._faults)


# --- the end ---


def test_quitting_calls_on_quit_once(desktop, qtbot):
    """However it ends, and however often."""
    heard = Heard()
    desktop.on_quit = lambda: heard("quit")
    desktop.show()
    desktop.open_window()
    desktop.quit()
    desktop.quit()
    assert heard.values == ["quit"]
    assert not desktop.window.isVisible()
    assert not desktop.tray._icon.isVisible()


def test_after_quitting_a_late_state_does_nothing(desktop, qapp):
    """The engine stops after the screen has gone."""
    desktop.quit()
    in_a_thread(lambda: desktop.publish(outage()))
    in_a_thread(desktop.raise_window)
    qapp.processEvents()
    assert desktop.window is None
    assert desktop.tray.face.level is Level.UNKNOWN


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(desktop, qtbot, number):
    """As "Quit" does; Python's own handlers come back afterwards."""
    before = signal.getsignal(number)
    heard = Heard()
    desktop.on_quit = lambda: heard("quit")
    desktop.show()
    qtbot.waitUntil(lambda: desktop._signals is not None)
    os.kill(os.getpid(), number)
    qtbot.waitUntil(lambda: heard.values == ["quit"])
    desktop.close()
    assert signal.getsignal(number) == before


def test_the_event_loop_ends(desktop, qtbot):
    """``exec`` returns with 0 after "Quit"."""
    QTimer.singleShot(0, desktop, desktop.quit)
    assert desktop.exec() == 0


def test_a_fault_in_stopping_does_not_hold_up_the_end(desktop, qtbot):
    """The error is reported; the bridge is closed all the same."""

    def fail() -> None:
        raise RuntimeError("the engine would not stop")

    desktop.on_quit = fail
    with pytest.raises(RuntimeError):
        desktop.quit()
    assert desktop._bridge.post(lambda: None) is False


def test_the_session_ends_without_a_question(desktop, qtbot):
    """Logging out must not wait for us, nor start us again by itself."""
    hints = []

    class Manager:
        def setRestartHint(self, hint) -> None:  # noqa: N802 - Qt's name
            hints.append(hint.name)

    desktop.open_window()
    desktop.window._has_tray = lambda: False
    desktop._on_session_end(Manager())
    desktop.window.close()
    assert not desktop.window.isVisible()
    assert hints == ["RestartNever"]


def test_it_is_known_by_its_desktop_file(desktop):
    """Window managers and portals find name and icon by it."""
    assert QGuiApplication.desktopFileName() == "app.tocsin.Tocsin"
    assert QApplication.applicationName() == "tocsin"
    assert not QApplication.quitOnLastWindowClosed()
