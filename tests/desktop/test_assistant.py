"""The assistant, against an engine that answers as scripted: from the first step to what answers at an address."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from support.assistant_stand_in import failed, found, looking
from support.assistant_window import (
    PAGE,
    engine,
    field,
    opened,
    paste,
    press,
    saved,
    with_token,
)
from support.offline_window import settle, texts
from support.own_time import OwnTime
from support.painting import warm_painter
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import AuthKind, Connection, Settings
from tocsin.domain.state import EndTrial, TryAddress
from tocsin.domain.targets import offered
from tocsin.domain.terms import ConnectionKind, FailureKind

__all__ = ["engine", "opened", "warm_painter"]  # fixtures


# --- the straight way ---


def test_from_nothing_to_a_watched_page_takes_one_paste_and_four_clicks(opened, engine):
    """The issue: at most six clicks and one paste. Nothing chosen is everything."""
    paste(opened, PAGE)
    for label in ("Next", "Next", "Next", "Finish"):
        press(opened, label)
    (account,) = saved(engine).accounts
    assert (account.provider, account.url, account.name) == ("statuspage", PAGE, "Planet Fibre")
    assert account.connections == (Connection("planet-fibre", "Planet Fibre", ConnectionKind.INTERNET),)
    assert not opened.isVisible()
    assert isinstance(engine.commands[-1], EndTrial)


def test_the_keyboard_alone_gets_there(opened, engine):
    """Enter goes on from every step."""
    paste(opened, PAGE)
    for _ in range(4):
        QTest.keyClick(opened.focusWidget() or opened, Qt.Key.Key_Return)
        settle()
    assert len(saved(engine).accounts) == 1


def test_just_my_line_is_one_click_and_names_whom_it_contacts(opened, engine):
    """What is agreed to stands on the same page; there is a connection to be green afterwards."""
    said = "\n".join(texts(opened))
    for host in offered(Settings()).hosts:
        assert host in said
    assert "Every minute it contacts these hosts:" in said
    press(opened, "Just watch my line")
    settings = saved(engine)
    assert settings.line.public is True
    assert [(each.provider, len(each.connections)) for each in settings.accounts] == [("line", 1)]
    assert not opened.isVisible()


def test_the_demo_is_looked_at(opened, qtbot):
    """And the assistant makes way."""
    with qtbot.waitSignal(opened.demo_wanted):
        press(opened, "Look at the demo")
    assert not opened.isVisible()


def test_everything_can_be_skipped(opened, engine):
    """What is left then is what the computer is used for, and that nobody more is contacted."""
    press(opened, "Skip")
    assert opened.place is Place.USE
    press(opened, "Finish")
    assert saved(engine) == replace(Settings(), line=replace(Settings().line, public=False))


# --- the catalogue ---


def test_a_name_of_the_catalogue_is_found_and_tried_with_its_own_product(opened, engine):
    """Without detection, and with the page's id, so that no other page is taken for it."""
    field(opened, "Name or address").setText("1passw")
    press(opened, "Next")
    (command,) = engine.of(TryAddress)
    assert command.trial.provider == "statuspage"
    assert command.trial.options == {"page_id": "z5s8xghvb0vf"}


def test_the_arrow_keys_move_in_the_list_from_the_field(opened, engine):
    """Nobody has to leave the field; what "Next" would try is marked from the first letter on."""
    search = field(opened, "Name or address")
    search.setText("google")
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Return)
    settle()
    assert engine.of(TryAddress)[0].trial.url == opened._steps.welcome._list.item(1).data(Qt.ItemDataRole.UserRole).url


def test_internet_providers_come_first_and_headings_cannot_be_chosen(opened):
    """With the arrow keys too: the first thing that they come to is a provider."""
    search = field(opened, "Name or address")
    items = opened._steps.welcome._list
    assert items.item(0).text() == "Internet providers"
    assert len(items.findItems("Services", Qt.MatchFlag.MatchExactly)) == 1
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert items.currentItem().data(Qt.ItemDataRole.UserRole).is_isp
    QTest.keyClick(search, Qt.Key.Key_Up)
    assert opened._steps.welcome.choice is not None


def test_a_page_that_nothing_reads_is_said_to_be_one(opened):
    """It can be tried all the same."""
    field(opened, "Name or address").setText("8x8")
    opened._steps.welcome._list.setCurrentRow(0)
    assert "does not know how to read this page yet" in "\n".join(texts(opened))


def test_a_name_that_is_not_there_says_what_to_do(opened):
    """And there is nothing to go on with."""
    field(opened, "Name or address").setText("no such thing")
    assert "The catalogue has no such name. Paste the address of the status page." in texts(opened)
    assert not opened._next.isEnabled()


# --- trying an address ---


def test_a_hanging_detection_is_cancelled_at_once(opened, engine):
    """Under 200 ms from the click to the first step, and the engine is told."""
    engine.answer = looking
    paste(opened, PAGE)
    press(opened, "Next")
    assert "Finding out what answers at status.example.net" in texts(opened)
    taken = OwnTime()
    press(opened, "Cancel")
    assert taken.seconds < 0.2
    assert opened.place is Place.WELCOME
    assert isinstance(engine.commands[-1], EndTrial)


def test_escape_breaks_off_what_runs_and_closes_only_then(opened, engine):
    """A detection is not worth losing the assistant over."""
    engine.answer = looking
    paste(opened, PAGE)
    press(opened, "Next")
    escape(opened)
    assert opened.isVisible()
    escape(opened)
    assert not opened.isVisible()


def test_escape_goes_back_a_step_at_a_time(opened, engine):
    """A key that is pressed by habit loses nothing that was chosen."""
    paste(opened, PAGE)
    for _ in range(3):
        press(opened, "Next")
    for place in (Place.THINGS, Place.ADDRESS, Place.WELCOME):
        escape(opened)
        assert opened.place is place
    assert field(opened, "Name or address").text() == PAGE


def escape(assistant) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(assistant, event)
    settle()


def test_what_a_trial_of_another_number_says_is_not_taken(opened, engine):
    """An answer that comes late belongs to nobody."""
    engine.answer = looking
    paste(opened, PAGE)
    press(opened, "Next")
    late = engine.of(TryAddress)[0].trial
    engine.trial = found(replace(late, number=late.number - 1))
    engine.publish()
    assert "Planet Fibre" not in texts(opened)


BEHIND = dict.fromkeys(("dns", "connect", "tls", "timeout", "too_large"), "nothing") | dict.fromkeys(
    ("http_status", "rate_limited"), "number"
)


@pytest.mark.parametrize("kind", [each for each in FailureKind if each is not FailureKind.UNAUTHORIZED])
def test_every_failure_is_said_with_a_remedy_and_can_be_tried_again(opened, engine, kind):
    """In words, with the technical reason behind them where it says more than the words do."""
    engine.answer = lambda trial: failed(trial, kind, "503 <b>as it came</b>")
    paste(opened, PAGE)
    press(opened, "Next")
    read = texts(opened)
    shown = [each for each in read if each.startswith("(")]
    assert shown == {"number": ["(HTTP 503)"], "nothing": []}.get(BEHIND.get(kind), ["(503 <b>as it came</b>)"])
    assert any(word in "\n".join(read) for word in ("Check", "Try again", "Wait", "paste", "Paste", "begin with"))
    engine.answer = found
    press(opened, "Try again")
    assert "Planet Fibre" in texts(opened)


def test_an_address_can_be_mended_where_it_failed(opened, engine):
    """What is tried then is the new one."""
    engine.answer = lambda trial: failed(trial, FailureKind.DNS)
    paste(opened, "https://statsu.example.net")
    press(opened, "Next")
    field(opened, "Address").setText(PAGE)
    press(opened, "Try it")
    assert [each.trial.url for each in engine.of(TryAddress)] == ["https://statsu.example.net", PAGE]


def test_without_encryption_only_by_the_users_own_word(opened, engine):
    """It is offered where plain http was refused, and nowhere else."""
    engine.answer = lambda trial: found(trial) if trial.allow_insecure else failed(trial, FailureKind.UNSUPPORTED)
    paste(opened, "http://status.example.net")
    press(opened, "Next")
    opened._steps.address._insecure.click()
    press(opened, "Try again")
    press(opened, "Next")
    press(opened, "Next")
    press(opened, "Finish")
    assert saved(engine).accounts[0].allow_insecure


# --- signing in ---


def test_a_test_in_the_settings_leaves_nobody_waiting(opened, engine):
    """It ends what is tried here: that is said, and it can be tried again. What was found before stays."""
    engine.answer = looking
    paste(opened, PAGE)
    press(opened, "Next")
    (mine,) = engine.of(TryAddress)
    engine.trial = looking(replace(mine.trial, number=mine.trial.number + 1))
    engine.publish()
    settle()
    assert "Nothing came of asking status.example.net. Check the address, then try again." in texts(opened)
    engine.answer = found
    press(opened, "Try again")
    later = looking(replace(mine.trial, number=engine.trial.number + 1))
    engine.trial = later
    engine.publish()
    settle()
    assert opened._next.isEnabled()
    assert "Planet Fibre" in texts(opened)


def test_signing_in_is_asked_for_where_it_is_needed_and_the_secret_goes_to_the_keyring(opened, engine):
    """Not before; a wrong token is said to be one; what is in the settings has no secret."""
    engine.answer = with_token
    paste(opened, PAGE)
    press(opened, "Next")
    assert opened.place is Place.SIGN_IN
    assert "status.example.net wants to know who is asking: sign in." in texts(opened)
    paste(opened, "wrong")
    press(opened, "Sign in")
    assert opened.place is Place.SIGN_IN
    assert any("refuses this sign-in" in each for each in texts(opened))
    paste(opened, "right")
    press(opened, "Sign in")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    (kept,) = engine.secrets
    assert (kept.account, kept.value, kept.run_only) == (saved(engine).accounts[0].id, "right", False)
    assert saved(engine).accounts[0].auth.kind is AuthKind.BEARER
    assert not opened.isVisible()


def test_for_this_session_only(opened, engine):
    """Where there is no keyring, or none is wanted."""
    engine.answer = with_token
    paste(opened, PAGE)
    press(opened, "Next")
    paste(opened, "right")
    opened._steps.sign_in._run_only.click()
    for label in ("Sign in", "Next", "Next", "Finish"):
        press(opened, label)
    assert engine.secrets[0].run_only


def test_a_keyring_that_does_not_take_it_is_said_before_the_end(opened, engine):
    """The account works in this run; what to do is read before the window closes."""
    engine.answer, engine.keyring_problem = with_token, "the keyring is locked"
    paste(opened, PAGE)
    press(opened, "Next")
    paste(opened, "right")
    for label in ("Sign in", "Next", "Next", "Finish"):
        press(opened, label)
    assert any("known until Tocsin ends" in each and "unlock or start the keyring" in each for each in texts(opened))
    press(opened, "Close")
    assert not opened.isVisible()


def test_a_provider_that_cannot_be_asked_without_a_login_asks_first(opened, engine):
    """Its own fields say so; its user name and password are what the form has."""
    field(opened, "Name or address").setText("aussie broadband")
    press(opened, "Next")
    assert opened.place is Place.SIGN_IN
    assert engine.of(TryAddress) == []
    field(opened, "User name").setText("anna")
    field(opened, "Token, key or password").setText("secret")
    press(opened, "Sign in")
    auth = engine.of(TryAddress)[0].trial.auth
    assert (auth.kind, auth.user) == (AuthKind.LOGIN, "anna")


def test_signing_in_can_be_left_for_later(opened, engine):
    """The account is there, without a login that would not be whole."""
    field(opened, "Name or address").setText("aussie broadband")
    press(opened, "Next")
    press(opened, "Sign in later")
    press(opened, "Next")
    press(opened, "Finish")
    (account,) = saved(engine).accounts
    assert (account.provider, account.auth.kind) == ("aussiebb", AuthKind.NONE)
