"""The assistant's later steps: what is depended on, the last questions, the saving; and that it is kind to all."""

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from support.assistant_stand_in import StandIn, found
from support.assistant_window import (
    PAGE,
    Watchdog,
    cut,
    engine,
    field,
    go_on,
    opened,
    opened_over,
    paste,
    press,
    saved,
    tick,
    to_things,
    with_token,
)
from support.desktop_scenes import english
from support.offline_window import buttons, settle, texts
from support.own_time import OwnTime
from support.painting import warm_painter
from support.watchdog import never_stalls
from tocsin import resources
from tocsin.desktop.assistant import Assistant
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import Account, Connection, Settings, Usage
from tocsin.domain.message import Fault, Message
from tocsin.domain.snapshot import Component
from tocsin.domain.state import EndTrial, StartWithComputer, TryAlarm
from tocsin.domain.terms import ConnectionKind, Level, Role
from tocsin.language import phrasebook
from tocsin.offers import CatalogueOffers

__all__ = ["engine", "opened", "warm_painter"]  # fixtures

MANY = tuple(
    each
    for group in range(12)
    for each in (
        Component(f"r{group}", f"Region {group}", Level.OK, "operational", is_group=True),
        *(Component(f"r{group}p{n}", f"Part {n}", Level.OK, "operational", group=f"r{group}") for n in range(10)),
    )
)
QUICK = 0.2  # seconds: a letter that waits longer for the next is felt
THERE = Settings(accounts=(Account("home", "statuspage", "Home", PAGE, connections=(Connection("fibre", "Fibre"),)),))


# --- what is depended on ---


def test_several_things_become_connections_with_names_kinds_and_roles(opened, engine):
    """The guesses can be changed; ids are of their own."""
    to_things(opened)
    tick(opened, 0, 2)
    lines = opened._steps.things._lines
    line = lines._lines["id voip"]
    line._name.setText("Telephone")
    line._role.setCurrentIndex(line._role.findData(Role.BACKUP))
    press(opened, "Next")
    press(opened, "Finish")
    assert saved(engine).accounts[0].connections == (
        Connection("mail", "Mail", ConnectionKind.MAIL, Role.PRIMARY, ("grp-mail",)),
        Connection("telephone", "Telephone", ConnectionKind.PHONE, Role.BACKUP, ("voip",)),
    )


def test_several_things_can_be_one_connection(opened, engine):
    """A line may have more than one id."""
    to_things(opened)
    tick(opened, 1, 2)
    opened._steps.things._as_one.click()
    press(opened, "Next")
    press(opened, "Finish")
    (connection,) = saved(engine).accounts[0].connections
    assert (connection.name, connection.match) == ("Planet Fibre", ("fibre", "voip"))


def test_ids_are_typed_where_nothing_can_be_listed(opened, engine):
    """Between commas or spaces."""
    engine.answer = lambda trial: found(trial, components=(), lists=False)
    to_things(opened)
    opened._steps.things._ids.setText("SVC-1001, SVC-1002")
    press(opened, "Next")
    press(opened, "Finish")
    assert [each.match for each in saved(engine).accounts[0].connections] == [("SVC-1001",), ("SVC-1002",)]


def test_who_signs_in_and_types_ids_has_lines_there(opened, engine):
    """A provider that knows its customers is one of lines more often than of anything else."""
    engine.answer = with_token
    paste(opened, PAGE)
    press(opened, "Next")
    paste(opened, "right")
    press(opened, "Sign in")
    press(opened, "Next")
    opened._steps.things._ids.setText("SVC-1001")
    assert [each.kind for each in opened._steps.things.picks] == [ConnectionKind.INTERNET]


def test_the_filter_shows_groups_of_what_fits(opened, engine):
    """A group stays above what it holds."""
    to_things(opened)
    things = opened._steps.things
    things._on_filter("imap")
    tree = things._tree
    assert [tree.topLevelItem(n).isHidden() for n in range(3)] == [False, True, True]
    assert [tree.topLevelItem(0).child(n).isHidden() for n in range(2)] == [True, False]


def test_who_looks_for_what_is_not_there_is_told(opened, engine):
    """In the list's own place; Escape shows everything again."""
    engine.answer = lambda trial: found(trial, components=MANY)
    to_things(opened)
    things = opened._steps.things
    things._filter.setText("nothing")
    settle()
    assert "Nothing here has this name." in texts(opened)
    QTest.keyClick(things._filter, Qt.Key.Key_Escape)
    settle()
    assert opened.place is Place.THINGS
    assert things._filter.text() == ""
    assert "Nothing here has this name." not in texts(opened)


def test_hundreds_of_things_are_folded_until_one_is_looked_for(opened, engine):
    """By the name of its group too, and quickly enough to be typed along with."""
    engine.answer = lambda trial: found(trial, components=MANY)
    to_things(opened)
    things = opened._steps.things
    assert not things._tree.topLevelItem(0).isExpanded()
    taken = OwnTime()
    things._filter.setText("region 11 part 7")
    assert taken.seconds < QUICK
    shown = [each for each in every(things._tree) if not each.isHidden()]
    assert [each.text(0) for each in shown] == ["Region 11", "Part 7"]
    assert shown[0].isExpanded()


def test_a_group_that_is_ticked_covers_what_is_in_it(opened, engine):
    """What was ticked in it is not watched twice, and can be ticked again once the group is not."""
    to_things(opened)
    group = opened._steps.things._tree.topLevelItem(0)
    group.child(1).setCheckState(0, Qt.CheckState.Checked)
    group.setCheckState(0, Qt.CheckState.Checked)
    assert [each.ids for each in opened._steps.things.picks] == [("grp-mail",)]
    assert [group.child(n).checkState(0) for n in range(2)] == [Qt.CheckState.Checked] * 2
    assert group.child(0).isDisabled()
    group.setCheckState(0, Qt.CheckState.Unchecked)
    assert not group.child(0).isDisabled()
    group.child(0).setCheckState(0, Qt.CheckState.Checked)
    assert [each.ids for each in opened._steps.things.picks] == [("smtp",)]


def every(tree):
    for n in range(tree.topLevelItemCount()):
        top = tree.topLevelItem(n)
        yield top
        yield from (top.child(m) for m in range(top.childCount()))


def test_no_connection_takes_the_id_of_another_accounts(qtbot):
    """The same id in two accounts would be one connection seen from two sides."""
    engine = StandIn(settings=THERE)
    made = Assistant(english(), CatalogueOffers({}))
    qtbot.addWidget(made)
    engine.answer = lambda trial: found(trial, name="Fibre")
    engine.serve(made)
    made.open()
    settle()
    assert "Skip" not in buttons(made)
    field(made, "Name or address").setText(PAGE)
    for label in ("Next", "Next", "Next", "Finish"):
        press(made, label)
    assert [each.connections[0].id for each in saved(engine).accounts] == ["fibre", "fibre-2"]


# --- the last questions ---


def test_the_last_questions_are_saved(opened, engine):
    """Use, line, help desk, start."""
    to_things(opened)
    press(opened, "Next")
    use = opened._steps.use
    use._business.click()
    use._line.click()
    use._start.click()
    field(opened, "Telephone number of the help desk (optional)").setText("0800 12 34")
    press(opened, "Finish")
    settings = saved(engine)
    assert (settings.usage, settings.line.public) == (Usage.BUSINESS, True)
    assert settings.accounts[0].help.phone == "0800 12 34"
    assert engine.started == [StartWithComputer(on=True)]


def test_a_test_alarm_is_a_command(opened, engine):
    """As often as it is wanted."""
    press(opened, "Skip")
    press(opened, "Send a test alarm")
    assert engine.of(TryAlarm) == [TryAlarm()]


def test_a_test_alarm_that_does_not_arrive_says_so(opened, engine):
    """And takes it back once one did."""
    press(opened, "Skip")
    press(opened, "Send a test alarm")
    trouble = Fault(Message("channel", {"channel": "freedesktop", "problem": "no notification service is running"}))
    opened.render_state(replace(engine.state, faults=(trouble,)), engine.clock.now())
    assert any("freedesktop" in each and "No notification service is running." in each for each in texts(opened))
    engine.publish()
    assert "It was sent. If nothing shows, look at your desktop's notification settings." in texts(opened)


def test_what_cannot_be_written_is_said_and_can_be_tried_again(opened, engine):
    """Nothing that was chosen is lost."""
    to_things(opened)
    press(opened, "Next")
    engine.problem = "config.toml cannot be written (No space left on device)"
    press(opened, "Finish")
    engine.publish()
    settle()
    assert any("No space left on device" in each for each in texts(opened))
    engine.problem = ""
    press(opened, "Finish")
    assert not opened.isVisible()
    assert len(engine.settings.accounts) == 1


def test_who_gives_up_where_it_cannot_be_written_has_changed_nothing(opened, engine):
    """One can go back, and close it: it does not start with the computer either, as was wished."""
    to_things(opened)
    press(opened, "Next")
    opened._steps.use._start.click()
    engine.problem = "config.toml cannot be written (No space left on device)"
    press(opened, "Finish")
    assert engine.started == []
    press(opened, "Back")
    assert opened.place is Place.THINGS
    press(opened, "Next")
    assert not any("config.toml" in each for each in texts(opened))
    engine.problem = ""
    press(opened, "Finish")
    assert engine.started == [StartWithComputer(on=True)]
    assert not opened.isVisible()


def test_who_closes_it_while_the_keyring_is_asked_starts_with_the_computer(opened, engine):
    """The wish went with the rest, and waits for no answer."""
    to_things(opened)
    press(opened, "Next")
    opened._steps.use._start.click()
    engine.is_slow = True
    press(opened, "Finish")
    opened.reject()
    assert engine.started == [StartWithComputer(on=True)]
    engine.catch_up()
    assert engine.started == [StartWithComputer(on=True)]


def test_a_wish_that_was_not_saved_is_not_carried_over_to_just_the_line(opened, engine):
    """Who ticked the start with the computer, could not save it and went all the way back gets a line and no start."""
    to_things(opened)
    press(opened, "Next")
    opened._steps.use._start.click()
    engine.problem = "config.toml cannot be written (No space left on device)"
    press(opened, "Finish")
    while opened.place is not Place.WELCOME:
        press(opened, "Back")
    engine.problem = ""
    press(opened, "Just watch my line")
    assert not opened.isVisible()
    assert engine.started == []


def test_an_account_that_came_meanwhile_keeps_its_id_and_its_secret(opened, engine):
    """Somebody added one of that name to the file while the assistant was open."""
    engine.answer = with_token
    paste(opened, PAGE)
    press(opened, "Next")
    paste(opened, "right")
    for label in ("Sign in", "Next", "Next"):
        press(opened, label)
    there = Account("planet-fibre", "statuspage", "Planet Fibre", PAGE, connections=(Connection("mail", "Mail"),))
    engine.settings = Settings((there,))
    engine.publish()
    press(opened, "Finish")
    assert [each.id for each in engine.settings.accounts] == ["planet-fibre", "planet-fibre-2"]
    assert [each.account for each in engine.secrets] == ["planet-fibre-2"]


def test_a_file_with_mistakes_has_to_be_mended_first(qtbot):
    """Nothing can be begun, and it says what is wrong."""
    engine = StandIn(problem="line 3: accounts.url: is not an address", can_save=False)
    made = Assistant(english(), CatalogueOffers({}))
    qtbot.addWidget(made)
    engine.serve(made)
    made.open()
    settle()
    assert any("line 3" in each for each in texts(made))
    assert not made._steps.welcome._just.isEnabled()
    assert not made._next.isEnabled()


# --- going back, and staying quick ---


def test_one_can_go_back_all_the_way(opened, engine):
    """What was typed is still there, and the other way can be taken."""
    to_things(opened)
    press(opened, "Next")
    for place in (Place.THINGS, Place.ADDRESS, Place.WELCOME):
        press(opened, "Back")
        assert opened.place is place
    assert field(opened, "Name or address").text() == PAGE
    assert isinstance(engine.commands[-1], EndTrial)
    press(opened, "Next")
    assert "Planet Fibre" in texts(opened)


def test_everything_that_takes_the_keyboard_has_a_name(opened, engine):
    """On every step, for who listens."""
    engine.answer = with_token
    for step in ("welcome", "sign in", "found", "things", "use"):
        for each in opened.findChildren(QWidget):
            if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(each, QLabel):
                text = each.text() if hasattr(each, "text") and not isinstance(each, QLineEdit) else ""
                assert each.accessibleName() or text, (step, each)
        go_on(opened, step)


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("language", resources.languages())
def test_no_text_is_cut(qtbot, qapp, language, size):
    """On every step, in every language, at the desktop's size of letters and at twice that."""
    font = qapp.font()
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * size)
    qapp.setFont(larger)
    try:
        engine = StandIn(answer=with_token)
        made = Assistant(phrasebook(language, {}), CatalogueOffers({}), can_start=True, has_demo=True)
        qtbot.addWidget(made)
        engine.serve(made)
        made.open()
        for step in ("welcome", "sign in", "found", "things", "use"):
            settle()
            assert cut(made) == [], step
            go_on(made, step)
    finally:
        qapp.setFont(font)


def test_the_window_never_stalls(qtbot):
    """A timer that should tick every 5 ms is never kept waiting for 50, whatever is done."""
    assert never_stalls(partial(longest_stall, qtbot))


def longest_stall(qtbot) -> float:
    engine = StandIn()
    opened, late = opened_over(engine, qtbot), Watchdog()
    paste(opened, PAGE)
    opened._steps.welcome._search.setText("a")
    opened._steps.welcome._search.setText(PAGE)
    for label in ("Next", "Next"):
        press(opened, label)
        qtbot.wait(30)
    tick(opened, 0, 1, 2)
    for label in ("Next", "Finish"):
        press(opened, label)
        qtbot.wait(30)
    late.stop()
    return late.longest


def test_the_keyboard_sees_where_it_is_among_the_things(engine, opened):
    """Tab into the list marks the row that the space bar ticks: Qt goes there without a mark."""
    to_things(opened)
    tree = opened._steps.things._tree
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert tree.selectedItems() == [tree.currentItem()]
    QTest.keyClick(tree, Qt.Key.Key_Space)
    assert tree.selectedItems()[0].checkState(0) is Qt.CheckState.Checked
