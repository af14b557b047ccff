"""A desktop without an engine, as a program: it draws what it is told on its standard input.

Lines in: the name of a scene, ``raise``, ``deliver``, ``type`` (another window that takes the keyboard), ``report``,
``quit``. Lines out: one JSON object for each ``report``, and one for each command of the user.
"""

import json
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

from support import desktop_scenes
from tocsin.desktop.application import DesktopApplication
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.ports import Outgoing


class SystemClock:
    """The computer's own clocks."""

    def now(self) -> Instant:
        return Instant(datetime.now(UTC), time.monotonic())

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


def fresh(state: AppState, now: Instant) -> AppState:
    """The scene as if it had been polled just now."""
    connections = tuple(
        replace(view, sides=tuple(replace(side, confirmed=now) for side in view.sides)) for view in state.connections
    )
    return replace(state, at=now, connections=connections)


def say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Driver:
    """Reads in a thread of its own, as an engine would run."""

    def __init__(self, *, background: bool) -> None:
        self.clock = SystemClock()
        self.desktop = DesktopApplication(phrasebook=desktop_scenes.english, clock=self.clock, background=background)
        self.desktop.attach(lambda command: say(command=type(command).__name__))
        self.other = None

    def run(self) -> int:
        self.desktop.show()
        self.desktop.when_shown(lambda: threading.Thread(target=self.read, daemon=True).start())
        code = self.desktop.exec()
        self.desktop.close()
        return code

    def read(self) -> None:
        say(ready=True)
        for line in sys.stdin:
            self.obey(line.strip())
        self.desktop._bridge.post(self.desktop.quit)

    def obey(self, word: str) -> None:
        calls = {
            "raise": self.desktop.open_window,
            "deliver": self.deliver,
            "type": self.type,
            "report": self.report,
            "quit": self.desktop.quit,
        }
        if word in calls:
            self.desktop._bridge.post(calls[word])
        else:
            self.desktop.publish(fresh(getattr(desktop_scenes, word)(), self.clock.now()))

    def deliver(self) -> None:
        self.desktop._on_message(Outgoing("t", "Outage on Home fibre", "Since 17:58.", "critical", "one"))

    def type(self) -> None:
        from PySide6.QtWidgets import QLineEdit

        self.other = QLineEdit()
        self.other.setWindowTitle("A letter")
        self.other.show()
        self.other.activateWindow()

    def report(self) -> None:
        face, window = self.desktop.tray.face, self.desktop.window
        say(
            level=face.level.word,
            frame=face.frame,
            moving=self.desktop.tray._frames.isActive(),
            window=window is not None and window.isVisible(),
            typing=self.other is not None and self.other.isActiveWindow(),
            active=window is not None and window.isActiveWindow(),
        )


if __name__ == "__main__":
    sys.exit(Driver(background="--background" in sys.argv).run())
