"""Measures how long a program's window was kept waiting: a timer in its own event loop that should tick every 5 ms.

What the machine kept the program's threads waiting for a processor is not the program's doing and is taken off
(Linux's schedstat, the second figure: nanoseconds on a run queue), of all of them, as one may hold the lock of another.
"""

from pathlib import Path

_WATCH = '''
import pathlib, sys, threading, time

def waited():
    """Seconds that each thread of this process stood in line for a processor."""
    found = {}
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            found[task.name] = int((task / "schedstat").read_text().split()[1]) / 1e9
        except (OSError, IndexError):
            continue
    return found

def watch(place):
    while "tocsin.desktop.window" not in sys.modules:
        time.sleep(0.02)
    from PySide6.QtCore import QMetaObject, QObject, QTimer, Qt, Slot
    from PySide6.QtWidgets import QApplication

    class Dog(QObject):
        @Slot()
        def begin(self):
            self.longest, self.last, self.waited = 0.0, time.perf_counter(), waited()
            self.timer = QTimer(self)
            self.timer.setTimerType(Qt.TimerType.PreciseTimer)
            self.timer.timeout.connect(self.tick)
            self.timer.start(5)

        @Slot()
        def tick(self):
            now, stood = time.perf_counter(), waited()
            in_line = sum(stood[each] - self.waited.get(each, 0.0) for each in stood)
            took = now - self.last - in_line
            if took > self.longest:
                self.longest = took
                pathlib.Path(place).write_text(f"{took:.4f}")
            self.waited, self.last = stood, time.perf_counter()

    dog = Dog()
    dog.moveToThread(QApplication.instance().thread())
    QMetaObject.invokeMethod(dog, "begin", Qt.ConnectionType.QueuedConnection)
    threading.Event().wait()

threading.Thread(target=watch, args=({place!r},), daemon=True).start()
'''


def hook(place: Path) -> str:
    """What is to be run first in the program: it writes the longest stall into ``place``, in seconds."""
    return _WATCH.replace("{place!r}", repr(str(place)))
