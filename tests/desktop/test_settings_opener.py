"""The ways to the settings: from the window, the tray and the keyboard; and nobody pays for them who stays away."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from support.desktop_scenes import Heard, StillClock, bracketed, english, outage, quiet
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import backstage, enter, settings, settle, type_over
from tocsin.desktop.application import DesktopApplication
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.field import Field
from tocsin.domain.account import Appearance
from tocsin.domain.state import SaveSettings

__all__ = ["warm_painter"]  # a fixture for all of this module


@pytest.fixture
def desktop(qapp):
    made = DesktopApplication(phrasebook=english, clock=StillClock(), background=True)
    made.settings.backstage = backstage
    yield made
    made.close()
    made.deleteLater()
    QGuiApplication.setWindowIcon(QGuiApplication.windowIcon().__class__())


def draw(desktop, state) -> None:
    """Have the state drawn as if the engine had published it."""
    desktop.publish(state)
    settle()


def come(desktop):
    """The settings, once they have come."""
    deadline = time.monotonic() + 60
    while (desktop.settings.window is None or not desktop.settings.window.isVisible()) and time.monotonic() < deadline:
        settle()
    return desktop.settings.window


def field(desktop, name) -> Field:
    return next(each for each in desktop.settings.window.findChildren(Field, name) if each.isVisible())


def test_qts_own_words_are_in_the_users_language_there_too(desktop):
    """A dialog for a file, the menu of a line of text: also where the main window was never made."""
    desktop._phrasebook = lambda language: book(language or "de")
    draw(desktop, quiet(settings=settings(), language="de"))
    desktop.open_settings()
    come(desktop)
    assert desktop.window is None
    assert QCoreApplication.translate("QWidgetTextControl", "&Copy") == "&Kopieren"
    draw(desktop, quiet(settings=settings(), language="en"))
    assert QCoreApplication.translate("QWidgetTextControl", "&Copy") == "&Copy"


def test_the_trays_menu_opens_them(desktop):
    """Without the main window being made for it."""
    next(each for each in desktop.tray.menu.actions() if each.text() == "Settings").trigger()
    assert come(desktop).isVisible()
    assert desktop.window is None


def test_the_windows_footer_and_its_key_open_them(desktop):
    """The button at the bottom, and Ctrl and comma."""
    draw(desktop, quiet())
    desktop.open_window()
    settle()
    foot = next(each for each in desktop.window.findChildren(QAbstractButton) if each.text() == "Settings")
    assert foot.isVisible()
    foot.click()
    assert come(desktop).isVisible()
    desktop.settings.window.close()
    assert desktop.settings.window is None
    desktop.open_window()  # no window manager hands the keyboard back here
    settle()
    QTest.keyClick(desktop.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert come(desktop).isVisible()


def test_with_everything_paused_they_can_still_be_reached(desktop):
    """No connection is left in the window; the way back is."""
    draw(desktop, quiet(connections=(), accounts=(), settings=settings()))
    desktop.open_window()
    settle()
    foot = next(each for each in desktop.window.findChildren(QAbstractButton) if each.text() == "Settings")
    assert foot.isVisible()


def test_they_show_what_was_published_before_and_after(desktop):
    """Opened late, they know; open, they follow."""
    draw(desktop, quiet(settings=settings()))
    desktop.open_settings()
    come(desktop)
    desktop.settings.window.turn_to(PageName.APPEARANCE)
    assert field(desktop, "appearance.swing").editor.isChecked()
    draw(desktop, quiet(settings=settings(appearance=Appearance(swing=False))))
    assert not field(desktop, "appearance.swing").editor.isChecked()


def test_what_is_changed_reaches_the_engine(desktop):
    """As a command, like everything else."""
    heard = Heard()
    desktop.attach(heard)
    draw(desktop, quiet(settings=settings()))
    desktop.open_settings()
    come(desktop)
    desktop.settings.window.turn_to(PageName.APPEARANCE)
    enter(field(desktop, "appearance.swing"), value=False)
    assert heard.values == [SaveSettings(settings(appearance=Appearance(swing=False)))]


def test_they_speak_another_language_at_once(desktop):
    """Chosen in them, said in them."""
    draw(desktop, quiet(settings=settings()))
    desktop.open_settings()
    come(desktop)
    desktop._phrasebook = bracketed
    draw(desktop, quiet(settings=settings(language="xx"), language="xx"))
    assert desktop.settings.window.windowTitle() == "[Settings - Tocsin]"


def test_closed_they_are_gone_unless_something_was_being_typed(desktop):
    """What cannot be saved yet is there again when they are opened anew."""
    draw(desktop, quiet(settings=settings()))
    desktop.open_settings()
    come(desktop)
    desktop.settings.window.turn_to(PageName.LINE)
    type_over(field(desktop, "line.names").editor, "no name")
    desktop.settings.window.close()
    assert not desktop.settings.window.isVisible()
    desktop.open_settings()
    come(desktop)
    assert field(desktop, "line.names").editor.toPlainText() == "no name"
    type_over(field(desktop, "line.names").editor, "")
    desktop.settings.window.close()
    assert desktop.settings.window is None


def test_the_end_of_the_program_is_theirs_too(desktop):
    """Nothing of it stays on the screen."""
    desktop.open_settings()
    come(desktop)
    window = desktop.settings.window
    desktop.quit()
    assert not window.isVisible()
    assert desktop.settings.window is None


@pytest.mark.parametrize("swing", [True, False])
def test_the_bell_swings_only_if_it_may(desktop, swing):
    """The setting acts on the bell in the tray, at once and both ways."""
    state = replace(outage(), settings=settings(appearance=Appearance(swing=swing)))
    draw(desktop, state)
    assert desktop.tray._frames.isActive() is swing
    draw(desktop, replace(state, settings=settings(appearance=Appearance(swing=not swing))))
    desktop.tray._on_frame()
    assert desktop.tray._frames.isActive() is not swing


def test_nobody_pays_for_them_who_stays_away():
    """The program idles in the tray for months: no page is imported before it is looked at."""
    code = """
import sys
from tocsin.desktop.application import DesktopApplication
from tocsin.desktop.window import Window
print(*sorted(name for name in sys.modules if name.startswith("tocsin.desktop.settings")))
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["tocsin.desktop.settings_opener"]
