"""States and calls from other threads: in the GUI thread, in order, the latest state winning, however many come."""

import gc
import sys
import threading
from dataclasses import replace

import pytest

from support.desktop_scenes import quiet
from tocsin.desktop.bridge import Bridge

MANY = 20_000


class Screen:
    """Stands for tray and window: notes what it was given and in which thread."""

    def __init__(self) -> None:
        self.states: list = []
        self.threads: set[int] = set()

    def draw(self, state) -> None:
        self.states.append(state)
        self.threads.add(threading.get_ident())


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def bridge(qapp, screen):
    made = Bridge(screen.draw)
    yield made
    made.close()


def in_threads(work, count: int = 1) -> None:
    """Run this in so many threads at once and wait for them."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def test_a_state_from_another_thread_is_drawn_in_the_gui_thread(qtbot, bridge, screen):
    """The slot runs where the widgets live, never where the engine emits."""
    state = quiet()
    in_threads(lambda _: bridge.publish(state))
    assert screen.states == []
    qtbot.waitUntil(lambda: screen.states == [state])
    assert screen.threads == {threading.get_ident()}


def test_a_call_from_another_thread_is_made_in_the_gui_thread(qtbot, bridge):
    """What is posted runs where the widgets live too."""
    ran: list[int] = []
    in_threads(lambda _: bridge.post(lambda: ran.append(threading.get_ident())))
    qtbot.waitUntil(lambda: ran == [threading.get_ident()])


def test_the_latest_state_wins(qtbot, bridge, screen):
    """A burst is drawn once, with its last state."""
    for number in range(100):
        bridge.publish(replace(quiet(), language=str(number)))
    qtbot.waitUntil(lambda: bool(screen.states))
    assert [state.language for state in screen.states] == ["99"]
    bridge.publish(replace(quiet(), language="100"))
    qtbot.waitUntil(lambda: len(screen.states) == 2)


def test_twenty_thousand_signals_do_no_harm(qtbot, bridge):
    """Every emit must leave the references of True alone: one PySide6 release drops one each and aborts at some 500."""
    gc.collect()  # what other tests left to be cleared away has such references, too
    before = sys.getrefcount(True)
    ran: list[int] = []
    per_thread = MANY // 4

    def emit(thread: int) -> None:
        for number in range(per_thread):
            bridge.post(lambda key=thread * per_thread + number: ran.append(key))

    in_threads(emit, 4)
    qtbot.waitUntil(lambda: len(ran) == MANY)
    for thread in range(4):
        mine = [key for key in ran if key // per_thread == thread]
        assert mine == sorted(mine)
    assert abs(sys.getrefcount(True) - before) < 200


def test_twenty_thousand_states_end_with_the_last(qtbot, bridge, screen):
    """Published from four threads while the GUI draws: no crash, far fewer drawings, and what came last is shown."""
    states = [replace(quiet(), language=str(number)) for number in range(4)]

    def publish(thread: int) -> None:
        for _ in range(MANY // 4):
            bridge.publish(states[thread])

    in_threads(publish, 4)
    last = quiet()
    bridge.publish(last)
    qtbot.waitUntil(lambda: bool(screen.states) and screen.states[-1] is last)
    assert len(screen.states) < MANY // 10


def test_a_closed_bridge_carries_nothing(qtbot, qapp, screen):
    """The engine may outlive the screen: its calls come to nothing, and it is told."""
    bridge = Bridge(screen.draw)
    bridge.publish(quiet())
    bridge.close()
    bridge.publish(quiet())
    assert bridge.post(lambda: screen.draw(None)) is False
    qapp.processEvents()
    assert screen.states == []


def test_a_call_that_fails_does_not_stop_the_next(qtbot, bridge, screen):
    """What goes wrong in one drawing is reported, and the next state is drawn all the same."""

    def fail() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        bridge.post(fail)
        bridge.publish(quiet())
        qtbot.waitUntil(lambda: len(screen.states) == 1)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
