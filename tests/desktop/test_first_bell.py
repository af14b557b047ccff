"""The grey bell is out before anything is imported that it does not need, and is the one that stays."""

import json
import os
import subprocess
import sys

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from support.desktop_scenes import StillClock, english, outage
from support.painting import warm_painter
from tocsin.desktop.application import DesktopApplication
from tocsin.desktop.first_bell import FirstBell
from tocsin.desktop.tray import Tray
from tocsin.domain.terms import Level

__all__ = ["warm_painter"]  # a fixture for all of this module

LATER = (
    "asyncio",
    "html",
    "httpx",
    "importlib.metadata",
    "logging.handlers",
    "msgspec",
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
    "sqlite3",
    "tocsin.domain.state",
    "tocsin.language",
    "tocsin.ports",
    "tocsin.running",
    "tocsin.words.phrasebook",
    "tocsin.words.voice",
)


def told_by_a_child(script: str) -> object:
    """What a script prints last, as JSON; it has a screen of its own that nobody sees."""
    env = dict(os.environ) | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_imported_that_the_first_bell_does_not_need():
    """The engine, the words and the window come after the icon."""
    loaded = told_by_a_child(
        "import json, sys\nfrom tocsin import app, cli, commands\nfrom tocsin.adapters import environment, instance\n"
        "app.show_first_bell()\nprint(json.dumps(sorted(sys.modules)))"
    )
    assert "PySide6.QtWidgets" in loaded
    assert [name for name in LATER if name in loaded] == []


def test_qt_leaves_the_import_statement_alone():
    """PySide6's own one reads every later module's source and keeps it."""
    is_plain, kept = told_by_a_child(
        "import builtins, json, linecache, sys\nplain = builtins.__import__\n"
        "from tocsin.desktop import qt\nqt.load()\nimport tocsin.desktop.application, tocsin.running\n"
        "print(json.dumps([builtins.__import__ is plain, sorted(linecache.cache)]))"
    )
    assert is_plain
    assert kept == []


@pytest.mark.usefixtures("qapp")
def test_the_tray_takes_the_first_bell_over():
    """Another icon beside it would be a second bell; the menu that the host knows is the one that is filled."""
    first = FirstBell()
    first.show()
    assert first.icon.isVisible()
    assert first.menu.actions() == []
    tray = Tray(english(), StillClock(), first=first)
    assert tray.menu is first.menu
    assert first.menu.defaultAction().text() == "Open Tocsin"
    assert first.icon.toolTip() == "Tocsin is starting"
    tray.render(outage())
    assert tray.face.level is Level.OUTAGE
    assert tray.tooltip == first.icon.toolTip() != "Tocsin is starting"
    tray.close()
    assert not first.icon.isVisible()


@pytest.mark.parametrize(("had_tray", "is_new"), [(False, True), (True, False)])
@pytest.mark.usefixtures("qapp")
def test_a_tray_that_came_meanwhile_gets_a_bell_of_its_own(monkeypatch, had_tray, is_new):
    """An icon made before there was a tray never shows; nobody watches for trays until the rest is imported."""
    first = FirstBell()
    first.had_tray = had_tray
    desktop = DesktopApplication(phrasebook=english, clock=StillClock(), background=True, first=first)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    before = desktop.tray.menu
    desktop._on_tray_up()
    assert (desktop.tray.menu is not before) is is_new
    desktop.close()
    desktop.deleteLater()


@pytest.mark.usefixtures("qapp")
def test_a_click_on_the_first_bell_is_not_lost(qtbot):
    """Who clicks before anything else is imported gets the window as soon as there is one; a right click opens none."""
    for reason, opens in (
        (QSystemTrayIcon.ActivationReason.Context, False),
        (QSystemTrayIcon.ActivationReason.Trigger, True),
    ):
        first = FirstBell()
        first.icon.activated.emit(reason)
        desktop = DesktopApplication(phrasebook=english, clock=StillClock(), background=True, first=first)
        tried = []
        desktop.when_shown(lambda tried=tried: tried.append(True))
        desktop.show()
        qtbot.waitUntil(lambda tried=tried: bool(tried))
        assert (desktop.window is not None and desktop.window.isVisible()) is opens
        desktop.close()
        desktop.deleteLater()
