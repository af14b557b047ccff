"""What a running program's window says, and where one clicks in it: read from its widgets, as a screen reader would.

    program = Program(desktop, ..., hook=window_reader.hook(desktop))
    ...
    seen = window_reader.read(desktop)
    desktop.click(*seen.button("Call"))

The hook listens on a socket of its own in the program's process; every answer is made in the GUI thread.
"""

import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from support.virtual_desktop import DesktopError, VirtualDesktop

_PATIENCE = 60.0
_AS_IT_IS, _AFTER_KEYS = b"r", b"k"
_SERVE = """
import json, socket, sys, threading, time

def serve(place):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place)
    listener.listen()
    # Not while it is imported: what two threads ask PySide for the first time, one of them may find half made.
    while not hasattr(sys.modules.get("tocsin.desktop.application"), "DesktopApplication"):
        time.sleep(0.02)
    from PySide6.QtCore import QMetaObject, QObject, QPoint, Qt, Slot
    from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QTabBar, QWidget

    def place_of(each, spot=None):
        at = each.mapToGlobal(each.rect().center() if spot is None else spot)
        return at.x(), at.y()

    def said(each):
        text = each.whole if hasattr(each, "whole") else each.text()
        return text.replace("\\u200b", "")

    class Reader(QObject):
        @Slot()
        def take_keys(self):
            QApplication.sync()  # asks the X server, which by its answer has told of every key before

        @Slot()
        def read(self):
            every = [each for each in QApplication.allWidgets() if each.isVisible()]
            labels = [each for each in every if isinstance(each, QLabel) and each.text()]
            labels.sort(key=lambda each: place_of(each, QPoint(0, 0))[::-1])
            buttons = [each for each in every if isinstance(each, QAbstractButton) and each.text() and each.isEnabled()]
            tabs = [(bar.tabText(n), place_of(bar, bar.tabRect(n).center())) for bar in every
                    if isinstance(bar, QTabBar) for n in range(bar.count())]
            focus = QApplication.focusWidget()
            self.answer = {
                "texts": [said(each) for each in labels],
                "buttons": [(each.text(), place_of(each)) for each in buttons] + tabs,
                "codes": [each.address for each in every if type(each).__name__ == "QrCode"],
                "focus": "" if focus is None else focus.accessibleName() or getattr(focus, "text", str)(),
            }

    while QApplication.instance() is None:
        time.sleep(0.02)
    reader = Reader()
    reader.moveToThread(QApplication.instance().thread())
    while True:
        asking, _ = listener.accept()
        with asking:
            if asking.recv(1) == {after_keys!r}:
                QMetaObject.invokeMethod(reader, "take_keys", Qt.ConnectionType.BlockingQueuedConnection)
            QMetaObject.invokeMethod(reader, "read", Qt.ConnectionType.BlockingQueuedConnection)
            asking.sendall(json.dumps(reader.answer).encode())

threading.Thread(target=serve, args=({place!r},), daemon=True).start()
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """The texts from the top, what can be pressed with where it is, the addresses of the codes, and what has focus."""

    texts: tuple[str, ...]
    buttons: tuple[tuple[str, tuple[int, int]], ...]
    codes: tuple[str, ...]
    focus: str

    def says(self, part: str) -> bool:
        """Whether some text holds this."""
        return any(part in text for text in self.texts)

    def button(self, part: str) -> tuple[int, int]:
        """Where the first button is whose label holds this. Raises ``DesktopError`` where there is none."""
        for text, place in self.buttons:
            if part in text:
                return place
        raise DesktopError(f"no button says {part!r}; there are {[text for text, _ in self.buttons]}")


def hook(desktop: VirtualDesktop) -> str:
    """What is to run first in the program whose window is to be read; one program of a desktop."""
    return _SERVE.replace("{place!r}", repr(str(_place(desktop)))).replace("{after_keys!r}", repr(_AFTER_KEYS))


def read(desktop: VirtualDesktop, *, after_keys: bool = False) -> Seen:
    """The window as it is now, or as it is once it did what the keys ask for that were pressed until now."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_PATIENCE)
        asking.connect(str(_place(desktop)))
        asking.sendall(_AFTER_KEYS if after_keys else _AS_IT_IS)
        parts = []
        while part := asking.recv(65536):
            parts.append(part)
    answer = json.loads(b"".join(parts))
    buttons = tuple((text, (place[0], place[1])) for text, place in answer["buttons"])
    return Seen(tuple(answer["texts"]), buttons, tuple(answer["codes"]), answer["focus"])


def wait_for_text(desktop: VirtualDesktop, part: str, patience: float = _PATIENCE) -> Seen:
    """The window once it says this. Raises ``DesktopError`` with all that it says instead."""
    deadline = time.monotonic() + patience
    while not (seen := read(desktop)).says(part):
        if time.monotonic() > deadline:
            raise DesktopError(f"the window does not say {part!r}; it says {seen.texts}")
        time.sleep(0.1)
    return seen


def standing(desktop: VirtualDesktop, part: str) -> tuple[int, int]:
    """Where the button is whose label holds this, once it stays there: what is still being laid out moves away."""
    place, deadline = read(desktop).button(part), time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        time.sleep(0.1)
        before, place = place, read(desktop).button(part)
        if before == place:
            return place
    raise DesktopError(f"the button {part!r} does not come to rest")


def _place(desktop: VirtualDesktop) -> Path:
    return desktop.directory / "reader"
