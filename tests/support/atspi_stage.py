"""Real windows in a process of their own, for tests that look at them from outside: through AT-SPI, keys and pixels.

    with VirtualDesktop(panel=None, dunst=False) as desktop, Stage(desktop) as stage:
        stage.main("outage", "nl")

Run as a program it is the process itself. It does what it is told over a socket, one thing after the other, in the GUI
thread; ``Stage`` is the other end.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from support.virtual_desktop import VirtualDesktop

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_PATIENCE = 60.0
_TESTS = Path(__file__).resolve().parents[1]


class Stage:
    """Starts the process; every other method has something done in it, and returns when it is done."""

    def __init__(self, desktop: VirtualDesktop, env: Mapping[str, str] | None = None) -> None:
        self._desktop = desktop
        self._env = {"PYTHONPATH": str(_TESTS), **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._place = Path(tempfile.mkdtemp(dir=desktop.directory)) / "stage"

    def __enter__(self) -> Self:
        argv = [sys.executable, "-m", "support.atspi_stage", str(self._place)]
        self._process = self._desktop.spawn(argv, env=self._env)
        self._desktop.wait_until(self._place.exists, _PATIENCE, "the stage")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._desktop.end(self._process, patience=0)

    def main(self, scene: str, language: str = "en", **changes: Any) -> None:
        """Show the main window with a scene of ``_scenes``; a window that is there goes on with it."""
        self._tell("main", scene, language, **changes)

    def publish(self, scene: str, *, read_out: bool = False) -> None:
        """Give a whole program without an engine this state; its window is hidden until ``open``.

        ``read_out`` is what a desktop does whose notifications are read out by themselves.
        """
        self._tell("publish", scene, read_out=read_out)

    def let_pass(self, seconds: float) -> None:
        """Have the clock go on, or back."""
        self._tell("let_pass", seconds)

    def fall(self, uid: str) -> None:
        """Have that program show a message of this incident in the window, which no notification could bring."""
        self._tell("fall", uid)

    def open(self) -> None:
        """Open that program's window."""
        self._tell("open")

    def page(self, number: int) -> None:
        """Turn the main window, or the settings, to a page."""
        self._tell("page", number)

    def hide(self) -> None:
        """Close that program's window, as into the tray."""
        self._tell("hide")

    def say(self, text: str) -> None:
        """Announce this, as any program may."""
        self._tell("say", text)

    def take_keys(self) -> None:
        """Return once it did what the keys ask for that were pressed until now."""
        self._tell("take_keys")

    def is_read(self) -> bool:
        """Whether Qt says that somebody with a screen reader is there."""
        return bool(self._tell("is_read"))

    def assistant(self, language: str = "en", answer: str = "found") -> None:
        """Open the assistant over a stand-in for the engine, to whom an address answers so: see ``_answers``."""
        self._tell("assistant", language, answer)

    def settings(self, language: str = "en") -> None:
        """Open the settings, over a real file."""
        self._tell("settings", language)

    def account(self, name: str) -> None:
        """Go to one account within the settings."""
        self._tell("account", name)

    def look(self, *, scale: float = 1.0, palette: str = "light", height: int = 0) -> None:
        """Another size of letters (1.0 is the desktop's), another palette of ``support.palettes``, higher windows."""
        self._tell("look", scale=scale, palette=palette, height=height)

    def commands(self) -> list[str]:
        """The names of the commands that were given since this was last asked."""
        return list(self._tell("commands"))

    def imported(self, name: str) -> bool:
        """Whether the process has this module."""
        return bool(self._tell("imported", name))

    def _tell(self, what: str, *arguments: Any, **named: Any) -> Any:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_PATIENCE)
            asking.connect(str(self._place))
            asking.sendall(json.dumps([what, arguments, named]).encode())
            asking.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: asking.recv(65536), b""))
        if not answer:
            raise AssertionError(f"{what} failed:\n{self._desktop.output(sys.executable)}")
        return json.loads(answer)


class Player:
    """What the process does."""

    def __init__(self) -> None:
        from PySide6.QtWidgets import QApplication

        from support.desktop_scenes import StillClock

        self.application = QApplication.instance()
        self.clock = StillClock()
        self.window: Any = None
        self.given: list[str] = []
        self._font = QApplication.font()
        self._shown: QWidget | None = None
        self._height = 0
        self._program: Any = None

    def main(self, scene: str, language: str = "en") -> None:
        from support.phrases import book
        from tocsin.desktop.window import Window

        words = book(language)
        if self.window is None:
            self.window = Window(words, self.clock, "/home/anna/.config/tocsin/config.toml", lambda: True)
            self.window.commanded.connect(lambda command: self.given.append(type(command).__name__))
        elif self._language != language:
            self.window.set_words(words)
        self._language = language
        self.window.render_state(_scenes()[scene]())
        self._show(self.window)

    def page(self, number: int) -> None:
        if self._shown is self.window:
            from tocsin.desktop.pages import Page

            self.window.pages.turn_to(Page(number))
        else:
            self._shown.turn_to(number)
        self._settle()

    def publish(self, scene: str, *, read_out: bool) -> None:
        if self._program is None:
            from support.desktop_scenes import english
            from tocsin.desktop.application import DesktopApplication

            self._program = DesktopApplication(phrasebook=english, clock=self.clock, background=True)
            self._program.tray.show()
        self._program.publish(replace(_scenes()[scene](), read_out=read_out))
        self._settle()

    def let_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def fall(self, uid: str) -> None:
        import asyncio

        from tocsin.ports import Outgoing

        message = Outgoing(f"inc:{uid}", "A message", "", "normal", uid)
        asyncio.run(self._program.channel.deliver(message))
        self._settle()

    def open(self) -> None:
        self._program.open_window()
        self._show(self._program.window)

    def hide(self) -> None:
        self._program.window.hide()
        self._settle()

    def say(self, text: str) -> None:
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.application, text))

    @staticmethod
    def take_keys() -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.sync()  # asks the X server, which by its answer has told of every key before

    @staticmethod
    def is_read() -> bool:
        from PySide6.QtGui import QAccessible

        return QAccessible.isActive()

    def assistant(self, language: str = "en", answer: str = "found") -> None:
        from support.assistant_stand_in import StandIn
        from support.phrases import book
        from tocsin.desktop.assistant import Assistant
        from tocsin.offers import CatalogueOffers

        engine = self._engine = StandIn(_answers()[answer])
        made = Assistant(book(language), CatalogueOffers({}), can_start=True, has_demo=True)
        engine.serve(made)
        made.commanded.connect(lambda command: self.given.append(type(command).__name__))
        self._show(made)

    def settings(self, language: str = "en") -> None:
        from support.phrases import book
        from support.settings_scenes import Rig

        rig = Rig(Path(tempfile.mkdtemp(dir=Path.home())) / "config.toml")
        if language != "en":
            rig.window.set_words(book(language))
        self._rig = rig
        self._show(rig.window)

    def account(self, name: str) -> None:
        self.page(0)
        self._rig.window.page.go_to(name)
        self._rig.publish()
        self._settle()

    def look(self, *, scale: float, palette: str, height: int) -> None:
        from PySide6.QtGui import QFont
        from PySide6.QtWidgets import QApplication

        from support.palettes import palette_of

        self._height = height
        larger = QFont(self._font)
        larger.setPointSizeF(self._font.pointSizeF() * scale)
        QApplication.setFont(larger)
        QApplication.setPalette(palette_of(palette))
        self._settle()

    def commands(self) -> list[str]:
        given, self.given = self.given, []
        return given

    @staticmethod
    def imported(name: str) -> bool:
        return name in sys.modules

    def _show(self, window: "QWidget") -> None:
        from PySide6.QtTest import QTest

        if self._shown is not None and self._shown is not window:
            self._shown.hide()
        self._shown = window
        if self._height:
            window.resize(window.width(), self._height)
        window.show()
        window.raise_()
        window.activateWindow()
        QTest.qWaitForWindowActive(window, 60_000)
        self._settle()

    def _settle(self) -> None:
        from PySide6.QtWidgets import QApplication

        for _ in range(4):
            QApplication.processEvents()


def _scenes() -> dict[str, Callable[[], Any]]:
    from support import desktop_scenes, line_scenes, offline_scenes
    from tocsin.domain.account import Notifications, Settings
    from tocsin.domain.state import AppState

    quiet_now = Settings(notifications=Notifications(time(18), time(23), outages_in_quiet=False))

    def changed_outage(**changes: Any) -> AppState:
        """The outage of the first connection alone."""
        state = desktop_scenes.outage()
        view = state.connections[0]
        return replace(state, connections=(replace(view, incidents=(desktop_scenes.outage_incident(**changes),)),))

    def silent() -> AppState:
        """The provider of two connections cannot be asked any more."""
        state = desktop_scenes.outage()
        lost = desktop_scenes.account(failing_since=desktop_scenes.OUTAGE_SINCE, failures=9)
        seen = (("fibre", "Home fibre"), ("sim", "Office SIM"))
        views = (desktop_scenes.view(*each, confirmed=desktop_scenes.OUTAGE_SINCE) for each in seen)
        return replace(state, connections=tuple(views), accounts=(lost,))

    def both() -> AppState:
        seen = (("fibre", "Home fibre"), ("sim", "Office SIM"))
        return desktop_scenes.quiet(connections=tuple(desktop_scenes.view(*each) for each in seen))

    return {
        "both": both,
        "outage": desktop_scenes.outage,
        "outage begun": lambda: changed_outage(etas=()),
        "outage moved": lambda: changed_outage(etas=(desktop_scenes.local(21, 21, 15),)),
        "outage soon over": lambda: changed_outage(etas=(desktop_scenes.local(21, 19, 11),)),
        "outage muted": lambda: replace(changed_outage(etas=()), muted=frozenset({"one"})),
        "outage at night": lambda: replace(desktop_scenes.outage(), settings=quiet_now),
        "quiet": desktop_scenes.quiet,
        "cut": offline_scenes.cut_and_declared,
        "silent": silent,
        "signing in": offline_scenes.signing_in,
        "on backup": offline_scenes.on_backup,
        "back again": offline_scenes.back_again,
        "unasked": offline_scenes.unasked,
        "nothing": lambda: AppState(at=desktop_scenes.StillClock().now()),
        "line": line_scenes.eventful_day,
        "line cut": line_scenes.cut_now,
    }


def _answers() -> dict[str, Callable[[Any], Any]]:
    from support.assistant_stand_in import failed, found, looking
    from tocsin.domain.terms import FailureKind

    return {
        "found": found,
        "nothing listed": lambda trial: found(trial, components=(), lists=False, provider="tmf656"),
        "looking": looking,
        "nobody": lambda trial: failed(trial, FailureKind.UNREACHABLE, "no route to host"),
        "unauthorized": lambda trial: failed(trial, FailureKind.UNAUTHORIZED, "401"),
    }


def _serve(place: str) -> int:
    from PySide6.QtCore import QSocketNotifier
    from PySide6.QtWidgets import QApplication

    application = QApplication(["stage"])
    application.setQuitOnLastWindowClosed(False)
    player = Player()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{place}.new")
    listener.listen()
    Path(f"{place}.new").rename(place)  # it is there once it is listened to

    def on_asked() -> None:
        asking, _ = listener.accept()
        with asking:
            what, arguments, named = json.loads(b"".join(iter(lambda: asking.recv(65536), b"")))
            asking.sendall(json.dumps(getattr(player, what)(*arguments, **named)).encode())

    notifier = QSocketNotifier(listener.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(on_asked)
    return application.exec()


if __name__ == "__main__":
    sys.exit(_serve(sys.argv[1]))
