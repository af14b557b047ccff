"""The desktop as the rest of the program uses it: from other threads, before and after its time."""

import asyncio
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QLocale, QObject, QTimer, QTranslator

from support.applications import desktop, in_a_thread, make
from support.desktop_scenes import Heard, bracketed, english, outage, quiet
from support.painting import warm_painter
from tocsin.desktop.translations import speak
from tocsin.domain.state import CheckNow, ReloadSettings
from tocsin.domain.terms import Level
from tocsin.ports import Outgoing

__all__ = ["desktop", "make", "warm_painter"]  # fixtures for all of this module

MORE_THAN_PARTS = 20  # turns of the event loop in which a window would have been made

MESSAGE = Outgoing(
    "inc:one", "Outage on Home fibre", "Since 17:58.", "critical", "one", actions=(("acknowledge", "Ack"),)
)


class Engine:
    """A loop in a thread of its own, which runs coroutines for a channel."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="engine")
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(5)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture
def engine():
    made = Engine()
    yield made
    made.stop()


# --- states and commands ---


def test_the_icon_is_grey_at_once(desktop):
    """Before anything is known, and before the event loop runs."""
    desktop.show()
    assert desktop.tray.face.level is Level.UNKNOWN
    assert desktop.window is None


def test_a_state_of_the_engine_reaches_the_tray(desktop, qtbot):
    """From its thread, by the bridge; the window is not built for it."""
    desktop.show()
    in_a_thread(lambda: desktop.publish(outage()))
    qtbot.waitUntil(lambda: desktop.tray.face.level is Level.OUTAGE)
    assert desktop.window is None


def test_a_window_that_is_open_follows(desktop, qtbot):
    """And one that is opened later shows the latest."""
    desktop.publish(quiet())
    qtbot.waitUntil(lambda: desktop.tray.face.level is Level.OK)
    desktop.open_window()
    desktop.publish(outage())
    qtbot.waitUntil(lambda: "Outage" in desktop.window.windowTitle())


def test_commands_wait_for_the_engine(desktop):
    """What the user clicks before the engine is there is not lost, and keeps its order."""
    heard = Heard()
    desktop._command(CheckNow())
    desktop._command(ReloadSettings())
    desktop.attach(heard)
    assert heard.values == [CheckNow(), ReloadSettings()]
    desktop._command(CheckNow())
    assert heard.values == [CheckNow(), ReloadSettings(), CheckNow()]


def test_the_menu_and_the_window_dispatch(desktop, qtbot):
    """Both send their commands to the same place."""
    heard = Heard()
    desktop.attach(heard)
    desktop.tray.commanded.emit(CheckNow())
    desktop.open_window()
    desktop.window.commanded.emit(ReloadSettings())
    assert heard.values == [CheckNow(), ReloadSettings()]


def test_when_shown_is_called_once_in_the_gui_thread(desktop, qtbot):
    """What the engine needs is imported then, not before the icon shows."""
    threads = []
    desktop.when_shown(lambda: threads.append(threading.get_ident()))
    qtbot.wait(100)
    assert threads == []
    desktop.show()
    desktop.when_shown(lambda: threads.append(threading.get_ident()))
    assert threads == []
    qtbot.waitUntil(lambda: len(threads) == 2)
    qtbot.wait(100)
    assert threads == [threading.get_ident()] * 2


def test_nothing_heavy_is_imported_for_the_icon():
    """The icon's way is short: no engine, no window, no D-Bus, no asyncio before it shows."""
    script = (
        "import sys; from datetime import UTC; from gettext import NullTranslations\n"
        "from tocsin.desktop.application import DesktopApplication\n"
        "from tocsin.words.phrasebook import Phrasebook\n"
        "class Clock:\n    def now(self): raise SystemExit('not asked for before a state')\n"
        "desktop = DesktopApplication(phrasebook=lambda l: Phrasebook('en', NullTranslations(), UTC), clock=Clock,"
        " background=True)\n"
        "desktop._clock = desktop._tray._clock = None\n"
        "desktop.show()\n"
        "print(sorted({'asyncio', 'httpx', 'msgspec', 'sqlite3', 'PySide6.QtDBus', 'PySide6.QtNetwork',\n"
        "              'socket', 'tocsin.ports', 'tocsin.desktop.window', 'tocsin.desktop.opener'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr


# --- the window ---


def test_the_window_is_raised_from_any_thread(desktop, qtbot):
    """A second start asks the first one for its window, through the engine."""
    in_a_thread(desktop.raise_window)
    qtbot.waitUntil(lambda: desktop.window is not None and desktop.window.isVisible())


def test_a_click_opens_and_never_hides(desktop, qtbot):
    """However often."""
    for _ in range(3):
        desktop.tray.opened.emit()
        qtbot.waitUntil(lambda: desktop.window is not None and desktop.window.isVisible())


def is_open(desktop) -> bool:
    return desktop.window is not None and desktop.window.isVisible()


def test_the_first_click_makes_the_window_in_parts(desktop, qtbot):
    """What comes in between has its turn: it is neither made nor laid out within the click itself."""
    seen, between = [], QTimer()
    between.timeout.connect(lambda: seen.append((desktop.window is not None, is_open(desktop))))
    between.start(0)
    desktop.tray.opened.emit()
    assert desktop.window is None
    qtbot.waitUntil(lambda: (True, True) in seen)
    between.stop()
    assert seen.index((False, False)) < seen.index((True, False)) < seen.index((True, True))


def test_a_click_right_before_the_end_opens_nothing(desktop, qtbot):
    """What is still to be made is dropped."""
    desktop.tray.opened.emit()
    desktop.quit()
    turns, later = [], QTimer()
    later.timeout.connect(lambda: turns.append(desktop.window))
    later.start(0)
    qtbot.waitUntil(lambda: len(turns) > MORE_THAN_PARTS)
    later.stop()
    assert turns[-1] is None


@pytest.fixture
def impatient(monkeypatch):
    """What waits seconds for a tray waits no longer than a moment."""
    monkeypatch.setattr("tocsin.desktop.application._GREETING_MS", 40)
    monkeypatch.setattr("tocsin.desktop.application._NO_TRAY_MS", 80)


@pytest.mark.usefixtures("impatient")
def test_without_a_tray_the_window_shows_itself(make, qtbot):
    """There would be nothing to see otherwise."""
    desktop = make(background=False)
    desktop.show()
    qtbot.waitUntil(lambda: desktop.window is not None and desktop.window.isVisible())


@pytest.mark.usefixtures("impatient")
def test_in_the_background_no_window_opens(desktop, qtbot):
    """Also where no tray is found: that is the contract."""
    desktop.show()
    desktop.publish(quiet(connections=(), accounts=()))
    qtbot.wait(400)
    assert desktop.window is None


def test_the_window_that_was_closed_does_not_come_back(make, qtbot):
    """Who closes the greeting before the wait for a tray is over has seen the window."""
    desktop = make(background=False)
    desktop._on_state(quiet(connections=(), accounts=()))
    desktop._on_greeting_due()
    qtbot.waitUntil(desktop.window.isVisible)
    desktop.window.hide()
    desktop._on_patience_over()
    assert not desktop.window.isVisible()


def test_no_part_of_the_window_is_shown_before_it(desktop, qapp, qtbot):
    """A part that belongs to nobody while the window is built would flash up as a window of its own."""
    shown = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() is QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
                shown.append(type(watched).__name__)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    desktop._on_state(quiet())
    desktop.open_window()
    desktop.open_settings()
    qtbot.waitUntil(lambda: "SettingsWindow" in shown)
    qapp.removeEventFilter(watch)
    assert shown == ["Window", "SettingsWindow"]


def test_with_a_tray_the_window_waits(make, qtbot, monkeypatch):
    """It opens by a click, unless nothing is set up yet: then it says how to."""
    monkeypatch.setattr("tocsin.desktop.application.QSystemTrayIcon.isSystemTrayAvailable", lambda: True)
    desktop = make(background=False)
    desktop.publish(quiet())
    qtbot.waitUntil(lambda: desktop._state is not None)
    desktop._on_patience_over()
    assert desktop.window is None
    desktop.publish(quiet(connections=(), accounts=()))
    qtbot.waitUntil(lambda: not desktop._state.connections)
    desktop._on_patience_over()
    qtbot.waitUntil(desktop.window.isVisible)


def test_the_demo_is_the_applications(desktop, qtbot):
    """Offered only where the application has one."""
    heard = Heard()
    desktop.on_demo = lambda: heard("demo")
    desktop.publish(quiet(connections=(), accounts=()))
    desktop.open_window()
    desktop.window.demo_wanted.emit()
    assert heard.values == ["demo"]


# --- language ---


def test_the_language_of_the_settings_is_spoken(make, qtbot):
    """A reload with another language changes menu and window at once."""
    asked = Heard()

    def words(language):
        asked(language)
        return english() if language is None else bracketed(language)

    desktop = make(words=words)
    desktop.open_window()
    desktop.publish(quiet(language="xx"))
    qtbot.waitUntil(lambda: "[Home fibre works]" in desktop.tray.tooltip)
    assert desktop.tray.menu.actions()[0].text() == "[Open Tocsin]"
    assert asked.values == [None, "xx"]


def test_the_bell_waits_for_no_window(make, qtbot, monkeypatch):
    """A new language and an outage come together, and a window cannot be made anew: the bell is red all the same."""
    desktop = make(words=lambda language: english() if language is None else bracketed(language))
    desktop.publish(quiet())
    qtbot.waitUntil(lambda: desktop.tray.face.level is Level.OK)
    desktop.open_window()
    seen = []

    def fail(words):
        seen.append((desktop.tray.face.level, desktop.tray.menu.actions()[0].text()))
        raise RuntimeError

    monkeypatch.setattr(desktop.window, "set_words", fail)
    with qtbot.captureExceptions() as caught:
        desktop.publish(outage(language="xx"))
        qtbot.waitUntil(lambda: bool(caught))
    assert seen == [(Level.OUTAGE, "[Open Tocsin]")]


def test_qts_own_dialogs_speak_it_too(qapp):
    """Words such as "Cancel" are Qt's, and come from Qt's catalogue."""
    before = QLocale()
    try:
        for language, word in (("nl", "Annuleren"), ("de", "Abbrechen"), ("fr", "Annuler")):
            speak(qapp, language)
            assert qapp.translate("QPlatformTheme", "Cancel") == word
        speak(qapp, "en")
        assert qapp.translate("QPlatformTheme", "Cancel") == "Cancel"
        speak(qapp, "xx")
    finally:
        for each in qapp.findChildren(QTranslator):
            qapp.removeTranslator(each)
            each.deleteLater()
        QLocale.setDefault(before)


# --- the channel ---


def test_the_last_channel_always_delivers(desktop, engine, qtbot):
    """The message stands in the window, which comes up by itself; the user's answer goes back to the engine's loop."""
    answers = []
    channel = desktop.channel
    assert channel.name == "window"

    def answered(thread, key) -> None:
        answers.append((thread, key, threading.current_thread().name))

    engine.run(channel.start(answered))
    delivery = engine.run(channel.deliver(MESSAGE))
    assert delivery.ok
    assert delivery.ref is not None
    assert (delivery.ref.channel, delivery.ref.thread) == ("window", "inc:one")
    qtbot.waitUntil(lambda: desktop.window is not None and desktop.window.isVisible())
    assert desktop.window.messages == (MESSAGE,)
    desktop.window.acted.emit("inc:one", "acknowledge")
    qtbot.waitUntil(lambda: answers == [("inc:one", "acknowledge", "engine")])
    assert engine.run(channel.withdraw(delivery.ref)).ok
    qtbot.waitUntil(lambda: desktop.window.messages == ())
    assert engine.run(channel.withdraw(delivery.ref)).ok
    engine.run(channel.close())
    desktop.window.acted.emit("inc:one", "open")
    assert len(answers) == 1


def test_a_whisper_does_not_raise_the_window(desktop, engine, qtbot):
    """A message of low urgency waits there."""
    engine.run(desktop.channel.deliver(replace(MESSAGE, urgency="low")))
    qtbot.waitUntil(lambda: desktop.window is not None and bool(desktop.window.messages))
    assert not desktop.window.isVisible()


def test_after_the_end_nothing_is_delivered(desktop, engine):
    """Said honestly, so that it is told after the next start."""
    channel = desktop.channel
    desktop.quit()
    delivery = engine.run(channel.deliver(MESSAGE))
    assert not delivery.ok
    assert delivery.reason


def test_an_answer_to_an_engine_that_is_gone_is_dropped(desktop):
    """The loop was closed between the click and the call."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(desktop.channel.start(lambda thread, key: None))
    loop.close()
    desktop._channel.act("inc:one", "acknowledge")
