"""The window: what stands where, what updates leave alone, and how it is closed."""

import tomllib
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QPlainTextEdit, QWidget

from support.desktop_scenes import (
    Heard,
    StillClock,
    account,
    bracketed,
    english,
    incident,
    local,
    outage,
    outage_incident,
    planned_work,
    quiet,
    settings_fault,
    view,
)
from support.painting import warm_painter
from tocsin.desktop.empty_page import EXAMPLE
from tocsin.desktop.history_model import Role
from tocsin.desktop.window import Window
from tocsin.domain.incident import Link
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import Acknowledge, CheckNow, MuteUntilResolved, ReloadSettings, Unmute
from tocsin.domain.terms import IncidentKind, Level, Relevance
from tocsin.ports import Outgoing

__all__ = ["warm_painter"]  # a fixture for all of this module

SETTINGS = "/home/anna/.config/tocsin/config.toml"
MESSAGE = Outgoing(
    "inc:one", "Outage on Home fibre", "Since 17:58.", "critical", "one", actions=(("acknowledge", "Ack"),)
)


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def tray():
    """Whether there is a tray; tests take it away."""
    return {"there": True}


@pytest.fixture
def window(qtbot, clock, tray):
    made = Window(english(), clock, SETTINGS, lambda: tray["there"])
    yield made
    made.do_not_ask()
    made.close()
    made.deleteLater()


def shown(window, state, bugs=()):
    """The window with this state on the screen."""
    window.render_state(state, bugs)
    window.show()
    settle(window)
    return window


def settle(window) -> None:
    for _ in range(3):
        QApplication.processEvents()


def texts(parent: QWidget) -> list[str]:
    """What can be read, from the top."""
    labels = [each for each in parent.findChildren(QLabel) if each.isVisible() and each.text()]
    labels.sort(key=lambda each: (each.mapTo(parent, each.rect().topLeft()).y() // 4, each.x()))
    return [getattr(each, "whole", each.text()) for each in labels]


def button(parent: QWidget, text: str) -> QAbstractButton:
    """The visible button with this label."""
    return next(each for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text() == text)


def buttons(parent: QWidget) -> list[str]:
    return [each.text() for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text()]


def rows(window, role=Qt.ItemDataRole.DisplayRole) -> list:
    model = window.history.entries.model()
    return [model.index(row, 0).data(role) for row in range(model.rowCount())]


# --- what stands where ---


def test_an_outage_says_what_a_worried_person_needs(window):
    """Level, since, running time, estimate and its moves, the provider's words with name and time, and advice."""
    assert texts(shown(window, outage()).overview)[:7] == [
        "Outage on Home fibre",
        "since 17:58 (1 h 12 min)",
        "Expected fixed at 20:30 - moved twice, was 19:00",
        "“Cable cut in Utrecht” - Planet Fibre, 18:40",
        "“The crew has arrived. Splicing takes until half past eight.”",
        "Meanwhile: Keep your sent mail: messages from 17:58 on may not have arrived.",
        "Mail host",
    ]


def test_the_headline_is_the_largest(window):
    """It is read first."""
    labels = shown(window, outage()).overview.findChildren(QLabel)
    title = next(each for each in labels if each.text() == "Outage on Home fibre")
    assert title.font().pointSizeF() == max(each.font().pointSizeF() for each in labels)
    assert title.font().pointSizeF() > window.font().pointSizeF() * 1.3


def test_the_worst_stands_on_top(window):
    """Outage, degraded, unknown, maintenance, notice, OK."""
    connections = tuple(
        view(level.word, level.word, level, incidents=(incident(level.word),))
        for level in (Level.OK, Level.OUTAGE, Level.NOTICE, Level.DEGRADED, Level.MAINTENANCE, Level.UNKNOWN)
    )
    seen = " ".join(texts(shown(window, quiet(connections=connections)).overview))
    places = [
        seen.index(each) for each in ("Outage on outage", "Problems on degraded", "unknown", "maintenance", "notice")
    ]
    assert places == sorted(places)


def test_no_estimate_is_said(window):
    """Unknown is a normal value, and is told as such."""
    cut = outage_incident(etas=())
    state = quiet(connections=(view("fibre", "Home fibre", Level.OUTAGE, incidents=(cut,)),))
    assert "No estimate given yet" in texts(shown(window, state).overview)


def test_trouble_without_an_incident(window):
    """A component that is down before anybody wrote about it."""
    state = quiet(connections=(replace(view("fibre", "Home fibre", Level.OUTAGE), since=local(21, 18)),))
    assert texts(shown(window, state).overview)[:3] == [
        "Outage on Home fibre",
        "since 18:00 (1 h 10 min)",
        "The provider gives no details.",
    ]
    assert "Acknowledge" not in buttons(window.overview)


def test_a_stale_red_says_how_old_it_is(window, clock):
    """Age of knowledge is always to be seen."""
    shown(window, outage())
    clock.advance(3600)
    window._on_tick()
    assert "since 17:58 (2 h 12 min), last confirmed 19:09" in texts(window.overview)


def test_the_others_take_a_line_each(window):
    """Level and age at the right; a second line where there is something to say."""
    seen = texts(shown(window, outage()).overview)
    assert "Unknown, last heard from 18:20" in seen
    assert "We cannot ask Mail & More since 18:21" in seen
    assert "Office SIM (backup)" in seen
    assert "OK, checked 19:09" in seen


def test_what_is_announced_is_listed_and_leaves_the_level(window):
    """Tomorrow's planned work under a connection that works."""
    seen = texts(shown(window, quiet(connections=(view(incidents=(planned_work(),)),))).overview)
    assert "OK, checked 19:09" in seen
    assert "Maintenance planned: 22 Nov 02:00 to 05:00" in seen


def test_what_only_may_concern_is_said_so(window):
    """An incident that names nothing is possible, not certain."""
    vague = incident(relevance=Relevance.POSSIBLE)
    seen = " ".join(texts(shown(window, quiet(connections=(view(level=Level.NOTICE, incidents=(vague,)),))).overview))
    assert "may be affected" in seen


def test_further_incidents_stand_below_the_worst(window):
    """Two at once on one connection, and planned work besides."""
    second = incident("two", title="Another cable", etas=(local(21, 20),))
    line = view("fibre", "Home fibre", Level.OUTAGE, incidents=(outage_incident(), second, planned_work()))
    seen = texts(shown(window, quiet(connections=(line,))).overview)
    assert "Also: “Another cable” - Expected fixed at 20:00\nMaintenance planned: 22 Nov 02:00 to 05:00" in seen


def test_earlier_updates_are_a_click_away(window):
    """The newest stands there; the rest folds out, newest first."""
    shown(window, outage())
    assert not any("cable was cut" in each for each in texts(window.overview))
    button(window.overview, "2 earlier updates").click()
    settle(window)
    assert any(
        each.startswith("18:20, cause found: A cable was cut") and "18:00, being investigated" in each
        for each in texts(window.overview)
    )
    button(window.overview, "2 earlier updates").click()
    settle(window)
    assert not any("cable was cut" in each for each in texts(window.overview))


def test_faults_are_listed_with_the_remedy(window):
    """The engine's and our own."""
    seen = texts(
        shown(window, quiet(faults=(settings_fault(),)), (Fault(Message("bug", {"problem": "KeyError"})),)).overview
    )
    assert any("line 4" in each and "Reload settings" in each for each in seen)
    assert any("made a mistake" in each and "KeyError" in each for each in seen)
    assert set(texts(shown(window, quiet()).overview)) == {"Home fibre", "OK, checked 19:09"}


def test_the_bottom_line_counts(window, clock):
    """Checked and next, once a second, without anything moving about."""
    shown(window, quiet())
    assert "checked 12 s ago, next in 48 s" in texts(window)
    place = window._age.geometry()
    clock.advance(1)
    window._on_tick()
    assert "checked 13 s ago, next in 47 s" in texts(window)
    assert window._age.geometry() == place


def test_the_clock_ticks_only_while_it_is_seen(window):
    """A hidden window costs nothing, and catches up when it is shown."""
    shown(window, outage())
    assert window._ticks.isActive()
    window.hide()
    assert not window._ticks.isActive()
    window.render_state(quiet())
    assert window.overview._headers
    window.show()
    assert not window.overview._headers


def test_time_alone_moves_a_connection_down(window, clock):
    """No state comes any more: what was OK is unknown, on its own."""
    shown(window, quiet())
    clock.advance(200)
    window._on_tick()
    assert any(each.startswith("Unknown") for each in texts(window.overview))


def test_the_title_has_the_name_and_the_trouble(window):
    """The task list tells too; "Tocsin" is always in it."""
    assert shown(window, outage()).windowTitle() == "Outage on Home fibre since 17:58 - Tocsin"
    assert shown(window, quiet()).windowTitle() == "Tocsin"


def test_before_the_first_state(window):
    """Words instead of an empty frame."""
    window.show()
    settle(window)
    assert "Tocsin is starting" in texts(window)


def test_a_mistake_before_the_first_state_is_shown(window):
    """An engine that never began sends no state; the window must not say for ever that it is starting, and no more."""
    bug = Fault(Message("bug", {"problem": "KeyError"}))
    window.show()
    window.render_bugs((bug,))
    settle(window)
    assert any("made a mistake" in each and "KeyError" in each for each in texts(window.overview))
    shown(window, quiet(), (bug,))
    assert sum("made a mistake" in each for each in texts(window.overview)) == 1


def test_nothing_is_larger_than_a_small_screen(window):
    """Some 460 by 620, and no wider for what it holds."""
    shown(window, outage())
    assert (window.width(), window.height()) <= (520, 620)
    assert window.minimumSizeHint().width() <= 460


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


def long_history(count: int = 200) -> tuple:
    return tuple(
        incident(f"h{number}", title=f"Incident {number}", start=local(1, 0), end=local(1, 1))
        for number in range(count)
    )


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


# --- the history ---


def test_a_row_has_start_end_duration_title_and_estimates(window):
    """All that the record knows of one incident, in two lines."""
    shown(window, outage())
    lines = list(
        zip(rows(window), rows(window, Role.WHEN), rows(window, Role.LASTED), rows(window, Role.ESTIMATES), strict=True)
    )
    assert lines == [
        ("Cable cut in Utrecht", "17:58, ongoing", "1 h 12 min", "estimate 18:30, then 20:30 (2 moves)"),
        ("Slow connections in the region", "14 Nov 09:12 to 11:02", "1 h 50 min", "no estimate was given"),
        ("Planned work on the exchange", "3 Nov 02:00 to 03:50", "1 h 50 min", "Planned work, until 05:00, kept"),
        ("No dial tone in Amersfoort", "20 Oct 15:00 to 19:30", "4 h 30 min", "estimate 17:00, then 18:00, not kept"),
    ]


def test_an_estimate_that_was_taken_back(window):
    """A move to unknown is remembered as such."""
    shown(window, quiet(history=(outage_incident(etas=(local(21, 19), None)),)))
    assert rows(window, Role.ESTIMATES) == ["estimate 19:00, taken back"]


def test_what_is_still_to_come_has_no_duration(window):
    """Announced work: its window, no running time."""
    shown(window, quiet(history=(planned_work(),)))
    assert rows(window, Role.WHEN) == ["22 Nov 02:00 to 05:00"]
    assert rows(window, Role.LASTED) == [""]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cable", ["Cable cut in Utrecht"]),
        ("UTRECHT cut", ["Cable cut in Utrecht"]),
        ("oct", ["No dial tone in Amersfoort"]),
        ("not kept", ["No dial tone in Amersfoort"]),
        ("zebra", []),
    ],
)
def test_the_filter_looks_for_words_in_any_order(window, typed, found):
    """In titles, times and estimates."""
    shown(window, outage())
    window.history.search.setText(typed)
    assert rows(window) == found
    assert ("Nothing in the history has these words." in texts(window)) is not found
    window.history.search.clear()
    assert len(rows(window)) == 4


def test_the_filter_finds_a_connection(window):
    """By the name the user gave it."""
    mail = replace(incident("m", title="Delays"), links=(Link("mail", Relevance.LINKED),))
    shown(window, quiet(connections=(view(), view("mail", "Mail host")), history=(incident(), mail)))
    window.history.search.setText("mail host")
    assert rows(window) == ["Delays"]


def test_an_empty_history_says_what_will_stand_there(window):
    """No blank page."""
    assert "Outages and planned work will be listed here, with their estimates." in texts(shown(window, quiet()))


def test_the_history_is_told_to_screen_readers(window):
    """The whole row as a sentence, as the picture of it says nothing."""
    told = rows(shown(window, outage()), Qt.ItemDataRole.AccessibleTextRole)[3]
    assert told.startswith("No dial tone in Amersfoort, Home fibre, 20 Oct 15:00 to 19:30, 4 h 30 min")


def test_ten_thousand_incidents_are_no_burden(window, qtbot):
    """Listed, filtered and updated in well under a second each."""
    history = long_history(10_000)
    shown(window, quiet(history=history))
    assert len(rows(window)) == 10_000
    window.history.search.setText("9999")
    assert rows(window) == ["Incident 9999"]
    window.history.search.clear()
    heard = Heard()
    window.history.entries.model().rowsRemoved.connect(heard)
    shown(window, quiet(history=(incident("new"), *history)))
    assert heard.values == []


# --- nothing set up ---


def test_without_an_account_it_says_how_to_add_one(window):
    """The file's path and an example, both to be copied; a reload; nothing else in the way."""
    shown(window, quiet(connections=(), accounts=(), faults=(settings_fault(),)))
    seen = texts(window)
    assert SETTINGS in seen
    assert any("line 4" in each for each in seen)
    example = next(each for each in window.findChildren(QPlainTextEdit) if each.isVisible())
    assert example.toPlainText().strip() == EXAMPLE.strip()
    assert example.isReadOnly()
    heard = Heard()
    window.commanded.connect(heard)
    button(window, "Reload settings").click()
    assert heard.values == [ReloadSettings()]
    assert "Check now" not in buttons(window)


def test_the_example_is_right():
    """What the window tells people to write is what the program reads."""
    [account_] = tomllib.loads(EXAMPLE)["accounts"]
    assert {"id", "provider", "name", "url", "connections"} == set(account_)


def test_the_demo_is_offered_only_where_there_is_one(window, qtbot):
    """By a callback of the application."""
    shown(window, quiet(connections=(), accounts=()))
    assert "Try the demo" not in buttons(window)
    window.offer_demo(available=True)
    with qtbot.waitSignal(window.demo_wanted):
        button(window, "Try the demo").click()


def test_an_account_makes_the_instructions_go(window):
    """After a reload the window shows what there is."""
    shown(window, quiet(connections=(), accounts=()))
    assert "Nothing is watched yet" in texts(window)
    assert "Nothing is watched yet" not in texts(shown(window, quiet(accounts=(account(),))))


# --- messages ---


def test_a_message_stands_until_it_is_dealt_with(window, qtbot):
    """Shown, replaced in place by its thread, withdrawn by its thread."""
    shown(window, outage())
    window.show_message(MESSAGE)
    settle(window)
    assert texts(window)[:2] == ["Outage on Home fibre", "Since 17:58."]
    window.show_message(replace(MESSAGE, title="New estimate: 20:30 (was 19:00)"))
    assert [each.title for each in window.messages] == ["New estimate: 20:30 (was 19:00)"]
    with qtbot.waitSignal(
        window.acted, check_params_cb=lambda thread, key: (thread, key) == ("inc:one", "acknowledge")
    ):
        button(window, "Ack").click()
    button(window, "Dismiss").click()
    assert window.messages == ()


def test_messages_do_not_pile_up(window):
    """Three at most: the newest."""
    for number in range(10):
        window.show_message(replace(MESSAGE, thread=str(number)))
    assert [each.thread for each in window.messages] == ["7", "8", "9"]
    window.withdraw_message("never there")
    window.withdraw_message("8")
    assert [each.thread for each in window.messages] == ["7", "9"]


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


def test_maintenance_that_overran_is_said_so(window):
    """Over its end by a quarter of an hour, with the thing not working: degraded, told."""
    work = replace(incident("m", kind=IncidentKind.MAINTENANCE, planned=(local(21, 17), local(21, 18))), overrun=True)
    seen = texts(shown(window, quiet(connections=(view(level=Level.DEGRADED, incidents=(work,)),))).overview)
    assert "Maintenance on Home fibre takes longer than planned" in seen
    assert any("18:00" in each for each in seen)
