"""The window in hand: its buttons and keys, and how it is closed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox

from support.desktop_scenes import Heard, outage, outage_incident, quiet, view
from support.main_window import button, buttons, clock, settle, shown, tray, window
from support.painting import warm_painter
from tocsin.domain.state import Acknowledge, CheckNow, MuteUntilResolved, Unmute
from tocsin.domain.terms import Level

__all__ = ["clock", "tray", "warm_painter", "window"]  # fixtures for all of this module


# --- buttons ---


def test_acknowledge(window):
    """For what rings on this connection; afterwards the button says that it was done."""
    heard = Heard()
    window.commanded.connect(heard)
    shown(window, outage())
    button(window.overview, "Acknowledge").click()
    assert heard.values == [Acknowledge("one")]
    shown(window, outage(ringing=frozenset(), acknowledged=frozenset({"one"})))
    assert not button(window.overview, "Acknowledged").isEnabled()


def test_mute_and_unmute(window):
    """One button, the other way round once it is muted."""
    heard = Heard()
    window.commanded.connect(heard)
    shown(window, outage())
    button(window.overview, "Mute until resolved").click()
    shown(window, outage(muted=frozenset({"one"})))
    button(window.overview, "Unmute").click()
    assert heard.values == [MuteUntilResolved("one"), Unmute("one")]


def test_details_opens_the_providers_page(window, monkeypatch):
    """An https link, in the user's own browser."""
    opened = []
    monkeypatch.setattr("tocsin.desktop.opener.QDesktopServices.openUrl", lambda url: opened.append(url) or True)
    button(shown(window, outage()).overview, "Details").click()
    assert [url.toString() for url in opened] == ["https://status.example.net/incidents/1"]


@pytest.mark.parametrize("url", [None, "javascript:alert(1)", "file:///etc/passwd", "https://a@b/"])
def test_a_link_that_may_not_be_opened_has_no_button(window, url):
    """Nothing is offered that would then be refused."""
    cut = outage_incident(url=url)
    shown(window, quiet(connections=(view("fibre", "Home fibre", Level.OUTAGE, incidents=(cut,)),)))
    assert "Details" not in buttons(window.overview)


def test_buttons_say_what_they_are_about(window):
    """To a screen reader "Acknowledge" alone says nothing."""
    assert button(shown(window, outage()).overview, "Acknowledge").accessibleName() == "Acknowledge: Home fibre"


def test_check_now(window, qtbot):
    """By the button and by F5."""
    heard = Heard()
    window.commanded.connect(heard)
    button(shown(window, quiet()), "Check now").click()
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert heard.values == [CheckNow(), CheckNow()]


def test_everything_is_reached_by_the_keyboard(window, qtbot):
    """Nothing has the focus at first, so that no key acts by accident; Tab goes through all there is."""
    shown(window, outage())
    window.activateWindow()
    assert window.focusWidget() is None or not isinstance(window.focusWidget(), QAbstractButton)
    reached = []
    for _ in range(12):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focused = window.focusWidget()
        reached.append(getattr(focused, "text", lambda: "")() or focused.accessibleName())
    for wanted in ("2 earlier updates", "Acknowledge", "Mute until resolved", "Details", "History", "Check now"):
        assert wanted in reached, reached
    assert "Filter the history" in reached


# --- closing ---


def test_escape_closes(window, qtbot):
    """The program goes on in the tray."""
    shown(window, quiet())
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_escape_empties_the_filter_first(window, qtbot):
    """As in every search field."""
    shown(window, outage())
    window.activateWindow()
    window.history.start_search()
    window.history.search.setText("cable")
    qtbot.keyClick(window.history.search, Qt.Key.Key_Escape)
    assert window.history.search.text() == ""
    assert window.isVisible()
    qtbot.keyClick(window.history.search, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_control_q_quits(window, qtbot):
    """From anywhere in the window."""
    shown(window, quiet())
    window.activateWindow()
    with qtbot.waitSignal(window.quit_asked):
        qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize(
    ("answer", "visible", "quits"),
    [("Keep running in the background", False, False), ("Quit", True, True), ("Cancel", True, False)],
)
def test_closing_asks_where_there_is_no_tray(window, tray, qtbot, answer, visible, quits):
    """There would be no way back; the question blocks nothing while it stands."""
    tray["there"] = False
    heard = Heard()
    window.quit_asked.connect(lambda: heard("quit"))
    shown(window, quiet())
    window.close()
    assert window.isVisible()
    [box] = [each for each in window.findChildren(QMessageBox) if each.isVisible()]
    assert box.textFormat() is Qt.TextFormat.PlainText
    button(box, answer).click()
    settle(window)
    assert window.isVisible() is visible
    assert bool(heard.values) is quits
    assert window._question is None


def test_closing_twice_asks_once(window, tray):
    """One question at a time."""
    tray["there"] = False
    shown(window, quiet())
    window.close()
    window.close()
    assert len([each for each in window.findChildren(QMessageBox) if each.isVisible()]) == 1


def test_the_end_of_the_session_is_not_asked_about(window, tray):
    """Nothing may hold up the logout."""
    tray["there"] = False
    shown(window, quiet())
    window.close()
    window.do_not_ask()
    window.close()
    assert not window.isVisible()


def test_opening_a_minimised_window_restores_it(window):
    """A click on the tray brings it back from wherever it is."""
    shown(window, quiet())
    window.showMinimized()
    window.open()
    assert window.isVisible()
    assert not window.isMinimized()
