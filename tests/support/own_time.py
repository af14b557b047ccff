"""How long a program takes of its own: without the time that its threads stood in line for a processor.

A machine that does other things as well keeps everybody waiting; no program can help that, and no test may fail of it.
What a program computes, sleeps or waits for still counts. From Linux's schedstat: its second figure is nanoseconds
spent on a run queue.
"""

import time
from pathlib import Path

NANOSECONDS = 1e9


def stood_in_line(process: int | str = "self") -> dict[str, float]:
    """Seconds that each thread of a process has stood in line so far; of none that is gone."""
    found = {}
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return found
    for task in tasks:
        try:
            found[task.name] = int((task / "schedstat").read_text().split()[1]) / NANOSECONDS
        except (OSError, IndexError):
            continue
    return found


class OwnTime:
    """Counts from when it is made. ``processes`` are those whose waiting is taken off too: this one waits for them."""

    def __init__(self, *processes: int) -> None:
        self._processes = ("self", *processes)
        self._before = {each: stood_in_line(each) for each in self._processes}
        self._lately = dict(self._before)
        self._began, self._computed = time.perf_counter(), time.thread_time()

    def look(self) -> None:
        """Take note of how long everybody stood in line: who is gone cannot be asked any more."""
        for process in self._processes:
            self._lately[process] = {**self._lately[process], **stood_in_line(process)}

    @property
    def waited(self) -> float:
        """How many seconds everybody stood in line until now, all in all."""
        self.look()
        return sum(
            stood - self._before[process].get(thread, 0.0)
            for process in self._processes
            for thread, stood in self._lately[process].items()
        )

    @property
    def seconds(self) -> float:
        """Until now, less the waiting; not less than what this thread computed, for several may wait at once."""
        took, computed = time.perf_counter() - self._began, time.thread_time() - self._computed
        return max(computed, took - self.waited)
