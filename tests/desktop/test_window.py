"""The window: what stands where, with and without an account, and the messages on top."""

import tomllib
from dataclasses import replace

from PySide6.QtWidgets import QLabel, QPlainTextEdit

from support.desktop_scenes import (
    Heard,
    account,
    incident,
    local,
    outage,
    outage_incident,
    planned_work,
    quiet,
    settings_fault,
    view,
)
from support.main_window import MESSAGE, SETTINGS, button, buttons, clock, settle, shown, texts, tray, window
from support.painting import warm_painter
from tocsin.desktop.empty_page import EXAMPLE
from tocsin.domain.message import Fault, Message
from tocsin.domain.state import ReloadSettings
from tocsin.domain.terms import IncidentKind, Level, Relevance

__all__ = ["clock", "tray", "warm_painter", "window"]  # fixtures for all of this module


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
    assert "may have been affected since" in seen


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


def test_maintenance_that_overran_is_said_so(window):
    """Over its end by a quarter of an hour, with the thing not working: degraded, told."""
    work = replace(incident("m", kind=IncidentKind.MAINTENANCE, planned=(local(21, 17), local(21, 18))), overrun=True)
    seen = texts(shown(window, quiet(connections=(view(level=Level.DEGRADED, incidents=(work,)),))).overview)
    assert "Maintenance on Home fibre takes longer than planned" in seen
    assert any("18:00" in each for each in seen)


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
