"""The Tab key goes through the window from the top, whatever came up when."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from support.desktop_scenes import quiet
from support.offline_scenes import cut_alone, unasked
from support.offline_window import clock, settle, warm_painter, window
from tocsin.desktop.pages import Page
from tocsin.ports import Outgoing

__all__ = ["clock", "warm_painter", "window"]

FOOT = ["Check now", "Settings"]
BELOW = ["Pages", "Filter the history", "History", *FOOT]
ON_THE_CARD = [
    "Acknowledge: Home fibre",
    "Mute until resolved: Home fibre",
    "Call +31 (0)800 1234: Home fibre",
    "Write down what to report: Home fibre",
    "Help: Home fibre",
]


def stops(window) -> list[str]:
    """What Tab comes by until it begins again, by the names that a screen reader says."""
    window.activateWindow()
    window.setFocus()
    found = []
    for _ in range(40):
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        on = QApplication.focusWidget()
        if on is None or on is window or (found and on is found[0]):
            break
        found.append(on)
    return [each.accessibleName() or each.text() for each in found]


def shown(window, state):
    window.render_state(state)
    window.show()
    settle()
    return window


def test_what_comes_up_on_top_comes_first(window):
    """A card that is made when the outage begins stands above what was there before, for the keyboard as well."""
    at_first = stops(shown(window, unasked()))
    assert at_first[:2] == ["Measure my line", "Only my providers' hosts"]
    assert at_first[2:] == [each for each in BELOW if each != "History"], "an empty list is no stop"
    found = stops(shown(window, cut_alone()))
    assert found[: len(ON_THE_CARD)] == ON_THE_CARD
    assert found[-len(BELOW) :] == BELOW


def test_a_message_on_top_comes_before_the_card(window):
    """The last channel is the window itself: its message is the first thing to be reached."""
    shown(window, cut_alone())
    window.show_message(Outgoing("inc:line", "Outage", "Your line is down.", "critical", "line"))
    settle()
    found = stops(window)
    assert "Acknowledge: Home fibre" not in found[:1]
    assert found.index("Acknowledge: Home fibre") < found.index("Pages")


def test_the_line_page_comes_before_the_foot(window):
    """It is made when it is first looked at, long after the button below it."""
    shown(window, cut_alone())
    window.pages.turn_to(Page.LINE)
    settle()
    assert stops(window)[-4:] == ["Pages", "The last 24 hours", *FOOT]
    shown(window, quiet())
    assert stops(window)[-2:] == FOOT
