"""Measures how long a program's window was kept waiting: a timer in its own event loop that should tick every 5 ms.

What the machine kept the program's threads waiting for a processor is not the program's doing and is taken off
(Linux's schedstat, the second figure: nanoseconds on a run queue), of all of them, as one may hold the lock of another;
so is what X server, bus and panel were kept waiting, whose answers it may need. Several may wait at once, so that this
can be too much: what the window's own thread computed meanwhile counts in any case. On a busy machine the same work
takes up to a third longer, for others use its caches: hence ``never_stalls``.
"""

from collections.abc import Callable
from pathlib import Path

from support.virtual_desktop import VirtualDesktop

LONGEST = 0.050
"""Seconds that a window may be kept waiting."""
_TRIES = 8  # of 52 to 59 ms four in a row were seen, on a machine whose other users filled its caches
_WATCH = '''
import pathlib, sys, threading, time

def waited():
    """Seconds that each thread of this process, and each of the others, stood in line for a processor."""
    found = {}
    for task in [*pathlib.Path("/proc/self/task").iterdir(), *(pathlib.Path("/proc", str(pid)) for pid in {others!r})]:
        try:
            found[task] = int((task / "schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):
            continue
    return found

def watch(place):
    # Not while it is imported: what two threads ask PySide for the first time, one of them may find half made.
    while not hasattr(sys.modules.get("tocsin.desktop.window"), "Window"):
        time.sleep(0.02)
    from PySide6.QtCore import QMetaObject, QObject, QTimer, Qt, Slot
    from PySide6.QtWidgets import QApplication

    class Dog(QObject):
        @Slot()
        def begin(self):
            self.longest, self.computed, self.last, self.waited = 0.0, time.thread_time(), time.perf_counter(), waited()
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.tick)
            self.timer.start(5)

        @Slot()
        def tick(self):
            now, computed, stood = time.perf_counter(), time.thread_time(), waited()
            in_line = sum(stood[each] - self.waited.get(each, 0.0) for each in stood)
            took = max(now - self.last - in_line, computed - self.computed)
            if took > self.longest:
                self.longest = took
                pathlib.Path(place).write_text(f"{took:.4f}")
            self.waited, self.computed, self.last = stood, time.thread_time(), time.perf_counter()

    dog = Dog()
    dog.moveToThread(QApplication.instance().thread())
    QMetaObject.invokeMethod(dog, "begin", Qt.ConnectionType.QueuedConnection)
    threading.Event().wait()

threading.Thread(target=watch, args=({place!r},), daemon=True).start()
'''


def hook(place: Path, desktop: VirtualDesktop) -> str:
    """What is to be run first in the program: it writes the longest stall into ``place``, in seconds."""
    return _WATCH.replace("{place!r}", repr(str(place))).replace("{others!r}", repr(desktop.pids))


def never_stalls(script: Callable[[], float]) -> bool:
    """Whether the window is never kept waiting: what does so of its own comes each time, what the machine does not.

    ``script`` is done over again, a few times at the most, and tells its longest stall.
    """
    stalls = []
    for _ in range(_TRIES):
        stalls.append(script())
        if stalls[-1] < LONGEST:
            return True
    raise AssertionError(f"the longest stalls, in seconds: {stalls}")
