"""What takes long is done in parts, with the event loop between them."""

import subprocess
import sys

from PySide6.QtCore import QObject, QTimer

from tocsin.desktop.slices import Slices, importing


def test_one_part_at_a_time_in_the_order_given(qtbot):
    """What comes in between has its turn: no part is begun in the pass of another."""
    over, done = QObject(), []
    slices = Slices(over)
    between = QTimer(over)
    between.timeout.connect(lambda: done.append("-"))
    between.start(0)
    slices.begin(*(lambda part=part: done.append(part) for part in "ab"))
    slices.begin(lambda: done.append("c"))
    assert done == []
    qtbot.waitUntil(lambda: not slices.is_on and "c" in done)
    between.stop()
    assert [each for each in done if each != "-"] == ["a", "b", "c"]
    for one, next_ in (("a", "b"), ("b", "c")):
        assert "-" in done[done.index(one) : done.index(next_)]


def test_what_is_dropped_is_never_done(qtbot):
    """And what is begun afterwards is."""
    over, done = QObject(), []
    slices = Slices(over)
    slices.begin(lambda: done.append("dropped"))
    slices.drop()
    assert not slices.is_on
    slices.begin(lambda: done.append("kept"))
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["kept"]


def test_modules_are_imported_when_their_turn_comes():
    """To name them costs nothing."""
    code = (
        "import sys; from tocsin.desktop.slices import importing; parts = importing('assistant_page');"
        "before = 'tocsin.desktop.assistant_page' in sys.modules; [each() for each in parts];"
        "print(before, 'tocsin.desktop.assistant_page' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "True"]
    assert len(importing("a", "b")) == 2
