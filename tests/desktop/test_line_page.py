"""The Line page: how one gets there, and what stands on it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel

from support.desktop_scenes import OUTAGE_SINCE, account, bracketed, local, quiet, view
from support.line_scenes import FRESH, cut_incident, with_line
from support.line_window import clock, opened, pointing, settle, texts, window
from support.painting import warm_painter
from tocsin.desktop.pages import Page
from tocsin.domain.quality import Quality
from tocsin.domain.reading import Path
from tocsin.domain.state import LineSide
from tocsin.domain.terms import Cause, ConnectionKind, Level, LineState, Role

__all__ = ["clock", "warm_painter", "window"]  # fixtures for all of this module

Key = Qt.Key
Modifier = Qt.KeyboardModifier


# --- getting there ---


def test_without_a_line_there_is_no_switch(window):
    """Whoever measures nothing sees the window as it was."""
    window.render_state(quiet())
    window.show()
    settle()
    assert not window.pages.switch.isVisible()
    assert "History" in texts(window)
    window.pages.turn_to(Page.LINE)
    assert window.pages.page is Page.HISTORY
    assert window.pages.line is None


def test_the_page_is_made_when_it_is_first_looked_at(window):
    """It costs nothing before: the program idles in the tray for months."""
    window.render_state(with_line())
    window.show()
    settle()
    assert window.pages.switch.isVisible()
    assert window.pages.line is None
    window.pages.switch.setCurrentIndex(Page.LINE)
    settle()
    assert window.pages.line is not None
    assert window.pages.line.isVisible()
    assert not window.history.isVisible()
    assert not window.history.search.isVisible()


@pytest.mark.parametrize(
    ("key", "modifier", "page"),
    [
        (Key.Key_2, Modifier.ControlModifier, Page.LINE),
        (Key.Key_1, Modifier.ControlModifier, Page.HISTORY),
        (Key.Key_F6, Modifier.NoModifier, Page.LINE),
    ],
)
def test_keys_lead_there(window, qtbot, key, modifier, page):
    """Ctrl+1, Ctrl+2, and F6 for the other one."""
    window.render_state(with_line())
    window.show()
    settle()
    window.activateWindow()
    qtbot.keyClick(window, key, modifier)
    assert window.pages.page is page
    qtbot.keyClick(window, Key.Key_F6)
    assert window.pages.page is not page


def test_going_there_opens_no_other_window(window):
    """Not for a moment: a label that shows before it has its place would take the keyboard away."""
    window.render_state(with_line())
    window.show()
    settle()
    window.activateWindow()
    settle()
    tops = []

    class Watch(QObject):
        def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
            if event.type() is QEvent.Type.Show and watched.isWidgetType() and watched.isWindow():
                tops.append(watched)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    window.pages.turn_to(Page.LINE)
    settle()
    QApplication.instance().removeEventFilter(watch)
    assert tops == []
    assert window.isActiveWindow()


def test_searching_leads_back_to_the_history(window, qtbot):
    """Ctrl+F finds in the history, wherever it is pressed."""
    opened(window, with_line())
    qtbot.keyClick(window, Key.Key_F, Modifier.ControlModifier)
    assert window.pages.page is Page.HISTORY
    assert window.history.search.isVisible()


def test_the_page_is_remembered(window):
    """Over closing and opening, another language, and a line that is away for a moment."""
    opened(window, with_line())
    window.close()
    window.open()
    settle()
    assert window.pages.page is Page.LINE
    window.set_words(bracketed())
    settle()
    assert window.pages.page is Page.LINE
    assert "[The last 24 hours]" in texts(window.pages.line)
    window.render_state(quiet())
    settle()
    assert window.pages.page is Page.HISTORY
    assert window.history.isVisible()
    window.render_state(with_line())
    settle()
    assert window.pages.page is Page.LINE


# --- now ---


def test_it_says_how_the_line_stands(window):
    """State, figures and calls in words first, then the way out, whom it contacts, and the age."""
    said = texts(opened(window, with_line(quality=Quality(0.023, 0.004, 0.02, 20))))
    assert said[0].startswith("Your line works")
    assert "23 ms" in said[0]
    assert "2 %" in said[0]
    assert said[1].startswith("Jitter 4 ms. ")
    assert "voice quality 4.2 of 5" in said[1]
    assert said[2] == "since 09:54 (9 h 16 min)"
    assert said[-6:] == [
        "Connected through",
        "wlan0, router 192.0.2.1",
        "Measured with",
        "9.9.9.9, 1.1.1.1, detectportal.firefox.com, dns.quad9.net, every minute; less often on a metered link",
        "Last measured",
        "12 s ago",
    ]


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        (Quality(0.014, 0.001, 0.0, 20), "Good for calls: voice quality 4.4 of 5."),
        (Quality(0.250, 0.020, 0.03, 20), "Calls are strained: voice quality 3.9 of 5."),
        (Quality(0.600, 0.200, 0.2, 20), "Unfit for calls: voice quality 1.0 of 5."),
    ],
)
def test_fit_for_calls_in_words(window, quality, said):
    """The score stands behind what it means."""
    assert any(said in each for each in texts(opened(window, with_line(quality=quality))))


def test_the_bell_is_that_of_the_line(window):
    """A shape for each state, not of whatever else is wrong."""
    page = opened(window, with_line())
    for state, level in (
        (LineState.UP, Level.OK),
        (LineState.DEGRADED, Level.DEGRADED),
        (LineState.DOWN, Level.OUTAGE),
        (LineState.LOCAL_FAULT, Level.OUTAGE),
        (LineState.NOT_MEASURED, Level.UNKNOWN),
    ):
        window.render_state(with_line(state=state, cause=Cause.GATEWAY))
        assert page._bell._face.level is level


def test_old_knowledge_is_no_knowledge(window, clock):
    """After three pauses without a round the figures go, and the age stays."""
    page = opened(window, with_line())
    assert any("Good for calls" in each for each in texts(page))
    clock.advance(240)
    window._on_tick()
    settle()
    said = texts(page)
    assert "not measured now" in said[0]
    assert not any("Good for calls" in each for each in said)
    assert said[-1] == "4 min 12 s ago"
    assert page._bell._face.level is Level.UNKNOWN


def test_on_backup_both_links_are_named(window):
    """Which one carries the traffic, and what is wrong with the other."""
    state = with_line(link="backup", on_backup=True, connections=("sim",))
    primary = LineSide(LineState.DOWN, Cause.BEYOND_GATEWAY, OUTAGE_SINCE, state.line.measured, FRESH, on_backup=True)
    spare = LineSide(LineState.UP, None, OUTAGE_SINCE, state.line.measured, FRESH)
    views = (
        replace(view(), line=primary),
        replace(view("sim", "Office SIM", role=Role.BACKUP, kind=ConnectionKind.MOBILE), line=spare),
    )
    said = texts(opened(window, replace(state, connections=views)))
    assert said[0].startswith("Your backup line works")
    assert any("Office SIM" in each and "Home fibre" in each for each in said)


def test_the_backup_is_named(window):
    """Traffic over another link says nothing about the primary's figures."""
    page = opened(window, with_line(on_backup=True, path=Path("wwan0", 4)))
    assert any("backup" in each for each in texts(page))
    assert "wwan0" in texts(page)
    window.render_state(with_line(path=Path("tun0", 4, is_tunnel=True)))
    assert "tun0, a tunnel" in texts(page)
    window.render_state(with_line(path=None))
    assert "Connected through" not in texts(page)


def test_a_metered_link_says_so(window):
    """Fewer rounds are no fault."""
    said = texts(opened(window, with_line(frugal=True, every=timedelta(minutes=5))))
    assert any("every 5 minutes: less often, as this link is metered or the battery low" in each for each in said)


@pytest.mark.parametrize(
    ("hosts", "offered", "said"),
    [
        ((), ("9.9.9.9",), "not measured yet: first say"),
        ((), (), "there is nobody whom Tocsin may contact"),
        (("status.example.net",), ("9.9.9.9",), "More can be measured once you agree"),
    ],
)
def test_nobody_agreed(window, hosts, offered, said):
    """The page says why it is empty."""
    state = with_line(hosts=hosts, offered=offered, hours=(), state=LineState.NOT_MEASURED, measured=None)
    assert any(said in each for each in texts(opened(window, state)))


def test_an_empty_day_says_what_will_stand_there(window):
    """Before the first measurement there is no chart; with it there is one."""
    page = opened(window, with_line(hours=()))
    wanted = "Round trip, lost packets and the times that were not measured will be shown here."
    assert wanted in texts(page)
    assert not page.chart.isVisible()
    window.render_state(with_line())
    settle()
    assert wanted not in texts(page)
    assert page.chart.isVisible()


def test_hostile_names_are_text(window):
    """An interface, a host or a title from elsewhere is never markup, and never widens the window."""
    evil = "<img src=x>" + "W" * 500
    history = (replace(cut_incident(), title=evil),)
    state = with_line(quiet(history=history, accounts=(account(name=evil),)), path=Path(evil, 4, evil), hosts=(evil,))
    page = opened(window, state)
    pointing(page, local(21, 9, 40))
    settle()
    assert window.width() < 600
    assert all(each.textFormat() is Qt.TextFormat.PlainText for each in page.findChildren(QLabel))
