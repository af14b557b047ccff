"""When the assistant comes: by itself at the first start and once, later when it is asked for, and never unneeded."""

import subprocess
import sys
from dataclasses import replace

import pytest
from keyring.errors import KeyringLocked
from PySide6.QtWidgets import QPushButton, QToolButton

from support.assistant_stand_in import StandIn, failed
from support.assistant_window import PAGE, field, paste, press
from support.desktop_scenes import StillClock, english
from support.line_scenes import line_view
from support.offline_window import buttons, settle, texts
from support.painting import warm_painter
from support.phrases import book
from support.recording_keyring import SlowKeyring
from support.rig import EngineRig
from support.scenarios import ScriptedProvider
from support.starting import Switch
from tocsin.desktop.assistant_steps import Place
from tocsin.desktop.window import Window
from tocsin.domain.account import Account, Settings
from tocsin.domain.state import SetUp
from tocsin.domain.terms import FailureKind, Obstacle
from tocsin.offers import CatalogueOffers

__all__ = ["warm_painter"]  # a fixture

THERE = Settings(accounts=(Account("home", "statuspage", "Home", PAGE),))


@pytest.fixture
def engine():
    return StandIn()


@pytest.fixture
def window(qtbot):
    made = Window(english(), StillClock(), "/home/anna/config.toml", lambda: True)
    made.let_set_up(CatalogueOffers({}), can_start=True)
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def started(window, state):
    """The window with this state on the screen, and the assistant over it, None where none came."""
    window.render_state(state)
    window.show()
    for _ in range(10):
        settle()
    return window._setting_up.assistant


def test_it_comes_by_itself_where_nothing_is_set_up(window, engine):
    """And what it wants goes the window's own way."""
    assistant = started(window, engine.state)
    assert assistant is not None
    assert assistant.isVisible()
    window.commanded.connect(engine.take)
    engine.shown.append(assistant)
    paste(assistant, PAGE)
    for label in ("Next", "Next", "Next", "Finish"):
        press(assistant, label)
    assert len(engine.of(SetUp)) == 1
    assert window._setting_up.assistant is None


def test_who_closes_it_before_the_keyring_answers_loses_nothing(window, qtbot):
    """Over the real engine: it starts with the computer, and the window says what became of the secret."""
    keyring, switch = SlowKeyring(failure=KeyringLocked()), Switch()
    with (
        ScriptedProvider(token="canary") as provider,
        EngineRig(Settings(), keyring=keyring, keyring_deadline=60.0, autostart=switch) as rig,
    ):
        rig.wait_for("a state", lambda: bool(rig.states))
        assistant = started(window, rig.state)
        window.commanded.connect(rig.do)

        def until(wanted) -> None:
            def is_there() -> bool:
                window.render_state(rig.state)
                return wanted()

            qtbot.waitUntil(is_there, timeout=60_000)

        paste(assistant, provider.url)
        press(assistant, "Next")
        until(lambda: assistant.place is Place.SIGN_IN)
        paste(assistant, "canary")
        press(assistant, "Sign in")
        until(lambda: assistant.place is Place.ADDRESS and assistant._steps.address.is_found)
        for label in ("Next", "Next"):
            press(assistant, label)
        assistant._steps.use._start.click()
        press(assistant, "Finish")
        assert keyring.is_asked.wait(60)
        assistant.reject()
        keyring.let_go.set()
        until(lambda: any("The keyring has not taken the secret for" in each for each in texts(window)))
        assert switch.told == [True]


def test_who_closes_it_is_not_asked_again(window, engine):
    """The page behind it has the button."""
    started(window, engine.state).reject()
    assert started(window, replace(engine.state, language="en")) is None
    next(each for each in window.findChildren(QPushButton) if each.isVisible() and each.text() == "Set up").click()
    for _ in range(10):
        settle()
    assert window._setting_up.assistant.isVisible()


@pytest.mark.parametrize(
    "changes", [{"settings": THERE}, {"can_save": False}, {"settings": None}], ids=["set up", "a mistake", "starting"]
)
def test_it_stays_away_where_it_cannot_help(window, engine, changes):
    """Something is watched, the file has to be mended by its owner, or nothing is known yet."""
    assert started(window, replace(engine.state, **changes)) is None


def test_it_stays_away_where_the_line_is_measured(window, engine):
    """Targets of one's own in the file are a way to be set up; hosts that were only offered are none."""
    measured = line_view()
    assert measured.hosts
    assert started(window, replace(engine.state, line=measured)) is None
    assert started(window, replace(engine.state, line=replace(measured, hosts=()))) is not None


def test_what_is_mended_in_the_settings_leads_there(window, engine, qtbot):
    """The assistant stays, to try again; where the remedy lies elsewhere there is no such button."""
    assistant = started(window, engine.state)
    window.commanded.connect(engine.take)
    engine.shown.append(assistant)
    for obstacle, leads in ((Obstacle.CERTIFICATE_SELF_SIGNED, True), (Obstacle.CERTIFICATE_EXPIRED, False)):
        engine.answer = lambda trial, what=obstacle: replace(failed(trial, FailureKind.TLS), obstacle=what, place="x")
        if assistant.place is Place.WELCOME:
            paste(assistant, PAGE)
        assistant.on_next()
        settle()
        assert ("Settings" in buttons(assistant)) is leads
        if leads:
            with qtbot.waitSignal(window.settings_wanted):
                press(assistant, "Settings")
    assert assistant.isVisible()


def test_it_speaks_what_the_window_speaks(window, engine):
    """Also where the language is changed while it is open: what was typed stays."""
    assistant = started(window, engine.state)
    paste(assistant, PAGE)
    window.set_words(book("nl"))
    settle()
    assert window._setting_up.assistant is assistant
    assert book("nl").gettext("What should Tocsin watch for you?") in texts(assistant)
    assert field(assistant, book("nl").gettext("Name or address")).text() == PAGE


def test_what_can_be_done_by_hand_is_folded_away(window, engine):
    """Behind the assistant there is one thing to do; the file's path and an example are a click further."""
    started(window, engine.state).reject()
    assert "Choose what Tocsin should watch. It takes a minute." in texts(window)
    assert "/home/anna/config.toml" not in texts(window)
    next(each for each in window.findChildren(QToolButton) if each.text() == "By hand, in a file").click()
    settle()
    assert "/home/anna/config.toml" in texts(window)


def test_it_goes_with_the_window(window, engine):
    """A dialog over nothing could not be found again."""
    assert started(window, engine.state) is not None
    window.hide()
    settle()
    assert window._setting_up.assistant is None


def test_it_does_not_come_over_a_window_that_is_gone(window, engine):
    """Closed before the assistant was there: it stays away, now and when its time to wait is over."""
    window.render_state(engine.state)
    window.show()
    window.hide()
    for _ in range(10):
        settle()
    window._setting_up._on_placed()
    for _ in range(10):
        settle()
    assert window._setting_up.assistant is None


def test_nothing_of_it_is_imported_before_it_is_shown():
    """The program idles in the tray for months."""
    code = (
        "import sys, tocsin.desktop.window as w; print([m for m in sys.modules if 'assistant' in m or 'trials' in m])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
