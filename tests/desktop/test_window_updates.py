"""What updates of an open window leave alone, and that it follows language, colours and font."""

from dataclasses import replace

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel

from support.desktop_scenes import Heard, bracketed, incident, local, outage, outage_incident, quiet, view
from support.main_window import MESSAGE, button, buttons, clock, long_history, settle, shown, texts, tray, window
from support.painting import warm_painter
from tocsin.desktop.history_model import Role
from tocsin.domain.terms import Level

__all__ = ["clock", "tray", "warm_painter", "window"]  # fixtures for all of this module


# --- updates leave alone what the user is at ---


def test_an_update_keeps_widgets_and_focus(window, qtbot):
    """Tabbed to a button, and the estimate moves: the keyboard stays there."""
    shown(window, outage())
    window.activateWindow()
    target = button(window.overview, "Acknowledge")
    target.setFocus()
    moved = outage_incident(etas=(local(21, 19), local(21, 21)))
    line = view("fibre", "Home fibre", Level.OUTAGE, incidents=(moved,))
    shown(window, outage(connections=(line, *outage().connections[1:])))
    assert button(window.overview, "Acknowledge") is target
    assert window.focusWidget() is target
    assert "Expected fixed at 21:00 - moved once, was 19:00" in texts(window.overview)


def test_an_update_keeps_scrolling_and_selection(window):
    """Reading far below while something new comes in on top."""
    history = long_history()
    shown(window, quiet(history=history))
    entries = window.history.entries
    entries.setCurrentIndex(entries.model().index(120, 0))
    settle(window)
    entries.verticalScrollBar().setValue(2500)
    above = entries.indexAt(entries.viewport().rect().topLeft()).data(Role.UID)
    shown(window, quiet(history=(incident("new"), incident("newer"), *history)))
    assert entries.currentIndex().data(Role.UID) == "h120"
    assert entries.indexAt(entries.viewport().rect().topLeft()).data(Role.UID) == above


def test_at_the_top_the_newest_shows(window):
    """Whoever did not scroll sees what is new."""
    history = long_history(50)
    shown(window, quiet(history=history))
    shown(window, quiet(history=(incident("new"), *history)))
    assert window.history.entries.verticalScrollBar().value() == 0


def test_an_unchanged_state_touches_nothing(window):
    """Ten publications a second must not make the list redraw itself."""
    state = outage()
    shown(window, state)
    heard = Heard()
    window.history.entries.model().dataChanged.connect(heard)
    window.history.render_state(replace(state), window._clock.now().wall)
    assert heard.values == []


# --- language, colours ---


def test_another_language_at_once(window):
    """Every label is said anew; messages and the demo stay."""
    window.offer_demo(available=True)
    shown(window, outage())
    window.show_message(MESSAGE)
    window.set_words(bracketed())
    settle(window)
    assert "[Outage on Home fibre]" in texts(window)
    assert "[Check now]" in buttons(window)
    assert len(window.messages) == 1


def test_the_desktops_dark_mode_is_followed(window, qapp):
    """Dimmed labels are computed from the palette: they must change with it."""
    shown(window, outage())
    before = qapp.palette()
    dark = QPalette(before)
    for role, colour in (("Window", "#202020"), ("WindowText", "#f0f0f0"), ("Base", "#181818"), ("Text", "#f0f0f0")):
        dark.setColor(QPalette.ColorRole[role], colour)
    try:
        qapp.setPalette(dark)
        settle(window)
        for each in window.findChildren(QLabel):
            assert each.palette().color(QPalette.ColorRole.WindowText).lightness() > 120, each.text()
        assert window._bells.colours[0].name() == "#f0f0f0"
    finally:
        qapp.setPalette(before)
        settle(window)
    for each in window.findChildren(QLabel):
        assert each.palette().color(QPalette.ColorRole.WindowText).lightness() < 140, each.text()


def test_a_larger_font_of_the_desktop_is_followed(window, qapp, qtbot):
    """Whoever doubles the font size gets doubled headlines too."""
    shown(window, outage())
    before = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(before.pointSizeF() * 2)
    try:
        qapp.setFont(larger)
        qtbot.waitUntil(
            lambda: any(
                each.text() == "Outage on Home fibre" and each.font().pointSizeF() > 2.5 * before.pointSizeF()
                for each in window.overview.findChildren(QLabel)
            )
        )
    finally:
        qapp.setFont(before)
        settle(window)
