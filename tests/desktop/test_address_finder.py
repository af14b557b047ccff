"""Finding a sign-in server's addresses, in the assistant and the settings: only when asked, filled in, taken back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from support.assistant_window import engine, field, opened, press
from support.cut_text import cut_texts, letters
from support.desktop_scenes import english, quiet
from support.finding_scenes import HERE, SERVER, with_addresses, without
from support.offline_window import settle, texts
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import enter, type_over
from support.settings_scenes import press as press_setting
from support.sign_in_form import form, rig
from support.sign_in_scenes import BY_BROWSER
from tocsin import resources
from tocsin.desktop.address_finder import AddressFinder, AddressForm
from tocsin.desktop.assistant_steps import Place
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.widgets import Stack
from tocsin.domain.finding import Addresses, EndFinding, FindAddresses, FindFault, Finding, FindStep
from tocsin.domain.signing_in import SignIn
from tocsin.domain.state import SetUp
from tocsin.domain.terms import FailureKind, Obstacle

__all__ = ["engine", "letters", "opened", "rig", "warm_painter"]  # fixtures

WHERE = "Address of the sign-in server (optional)"
FIND = "Find the addresses"


def shown(widget) -> list[str]:
    return [each.text() for each in widget.findChildren(QPushButton) if each.isVisible()]


def said(widget) -> str:
    return "\n".join(texts(widget))


# --- the assistant ---


def to_form(assistant, way: str = "browser") -> None:
    """At the form of a service that tells nothing to who is not signed in."""
    field(assistant, "Name or address").setText("microsoft 365")
    press(assistant, "Next")
    assert assistant.place is Place.SIGN_IN
    ways = assistant._steps.sign_in._ways
    ways.setCurrentIndex(ways.findData(way))
    settle()


def filled(assistant) -> dict[str, str]:
    return {name: edit.text() for name, (_, edit) in assistant._steps.sign_in._inputs.items() if name.endswith("_url")}


def test_nobody_is_asked_before_the_button_is_pressed(opened, engine):
    """Typing an address asks nothing; without one there is nothing to press. Signing in does not need it."""
    to_form(opened)
    finder = opened._steps.sign_in._finder
    assert not finder.ask.isEnabled()
    field(opened, WHERE).setText(SERVER)
    settle()
    assert finder.ask.isEnabled()
    for name, text in (("Address to sign in at", "a"), ("Address that gives out tokens", "t"), ("Client id", "tocsin")):
        field(opened, name).setText(f"{SERVER}/{text}")
    field(opened, WHERE).clear()
    press(opened, "Sign in in the browser")
    assert engine.of(FindAddresses) == []


def test_what_the_server_says_is_filled_in_and_can_be_taken_back_or_edited(opened, engine):
    """All of it, what stood there before too; what is signed in to is what stands there at last, and no more."""
    engine.find = with_addresses
    to_form(opened)
    field(opened, "Client id").setText("tocsin")
    field(opened, "Address that gives out tokens").setText("https://mine.example.net/token")
    field(opened, WHERE).setText(f"  {SERVER}/oauth2/authorize ")
    press(opened, FIND)
    assert [each.address for each in engine.of(FindAddresses)] == [f"{SERVER}/oauth2/authorize"]
    assert filled(opened) == {"authorize_url": HERE.authorize, "token_url": HERE.token, "device_url": ""}
    assert "Check them, and go on." in said(opened)
    press(opened, "Undo")
    assert filled(opened) == {"authorize_url": "", "token_url": "https://mine.example.net/token", "device_url": ""}
    assert "Undo" not in shown(opened)
    press(opened, FIND)
    field(opened, "Address that gives out tokens").setText("https://mine.example.net/other")
    press(opened, "Sign in in the browser")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    (wished,) = engine.of(SetUp)
    auth = wished.settings.accounts[0].auth
    assert (auth.authorize_url, auth.token_url) == (HERE.authorize, "https://mine.example.net/other")


def test_enter_in_the_line_looks_and_signs_nobody_in(opened, engine):
    """Also where the form is whole, and Enter would press the button at its foot."""
    engine.find = with_addresses
    to_form(opened)
    field(opened, "Client id").setText("tocsin")
    field(opened, WHERE).setText(SERVER)
    for _ in range(2):
        QTest.keyClick(field(opened, WHERE), Qt.Key.Key_Return)
        settle()
    assert "Sign in in the browser" in shown(opened)
    assert len(engine.of(FindAddresses)) == 2
    assert engine.of(SignIn) == []


def test_each_field_has_its_own_undo(opened, engine):
    """The keys that take typing back take this back."""
    engine.find = with_addresses
    to_form(opened)
    field(opened, "Address that gives out tokens").setText("https://mine.example.net/token")
    field(opened, WHERE).setText(SERVER)
    press(opened, FIND)
    line = field(opened, "Address that gives out tokens")
    assert line.text() == HERE.token
    line.undo()
    assert line.text() == "https://mine.example.net/token"


def test_while_it_is_asked_it_can_be_stopped_and_says_whom(opened, engine):
    """By the button or Escape, which leads nowhere else; the keyboard stays within reach."""
    to_form(opened)
    field(opened, WHERE).setText(SERVER)
    field(opened, WHERE).setFocus()
    QTest.keyClick(field(opened, WHERE), Qt.Key.Key_Return)
    settle()
    assert "Asking login.example.net for its addresses" in said(opened)
    (asked,) = engine.of(FindAddresses)
    assert not opened._steps.sign_in._finder.ask.isEnabled()
    QTest.keyClick(field(opened, WHERE), Qt.Key.Key_Return)
    assert engine.of(FindAddresses) == [asked]
    press(opened, "Cancel")
    assert engine.commands[-1] == EndFinding(asked.number)
    assert "The search was stopped. Nothing has changed." in said(opened)
    press(opened, FIND)
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    settle()
    assert opened.place is Place.SIGN_IN
    assert len(engine.of(EndFinding)) == 2
    press(opened, FIND)
    press(opened, "Back")
    assert len(engine.of(EndFinding)) == 3


def test_who_goes_on_with_a_secret_has_nothing_filled_in_behind(opened, engine):
    """What was signed in with is what stood there."""
    to_form(opened, "oauth2")
    for name, value in (("Client id", "tocsin"), ("Token, key or password", "right"), (WHERE, SERVER)):
        field(opened, name).setText(value)
    field(opened, "Address that gives out tokens").setText(HERE.token)
    press(opened, FIND)
    press(opened, "Sign in")
    (asked,) = engine.of(FindAddresses)
    assert engine.of(EndFinding) == [EndFinding(asked.number)]


def test_an_address_that_the_server_lacks_is_named_and_nothing_else_is_touched(opened, engine):
    """A server without codes, where a code was wanted."""
    engine.find = lambda asked: with_addresses(asked, Addresses(SERVER, HERE.token, HERE.authorize))
    to_form(opened, "device")
    field(opened, "Address that gives out codes").setText("https://mine.example.net/device")
    field(opened, WHERE).setText(SERVER)
    press(opened, FIND)
    assert filled(opened)["device_url"] == "https://mine.example.net/device"
    assert "names no address that gives out codes" in said(opened)


def test_another_language_goes_on_with_the_search(opened, engine):
    """What was typed, what is asked, and what comes of it."""
    to_form(opened)
    field(opened, WHERE).setText(SERVER)
    press(opened, FIND)
    opened.make_anew(book("nl"))
    settle()
    assert opened._steps.sign_in._finder.is_running
    (asked,) = engine.of(FindAddresses)
    engine.finding = with_addresses(asked)
    engine.publish()
    settle()
    assert filled(opened)["token_url"] == HERE.token
    opened.make_anew(english())
    settle()
    assert "Check them, and go on." in said(opened)
    assert field(opened, WHERE).text() == SERVER


# --- the settings ---


def ask(rig) -> FindAddresses:
    type_over(rig.field("account.home.auth.server").editor, SERVER)
    press_setting(rig, FIND)
    return next(each for each in reversed(rig.sent) if isinstance(each, FindAddresses))


def test_the_settings_save_what_is_found_and_take_it_back(rig):
    """At once, like anything that is typed; the window's own "Undo" takes it back. The file gets no other key."""
    rig.publish(finding=with_addresses(ask(rig)))
    settle()
    auth = rig.on_disk.accounts[0].auth
    assert auth == replace(BY_BROWSER, authorize_url=HERE.authorize, token_url=HERE.token)
    assert "Check them, and go on." in said(rig.window)
    form(rig)._finder.undo.click()
    settle()
    assert rig.on_disk.accounts[0].auth == BY_BROWSER
    rig.publish(finding=with_addresses(ask(rig)))
    settle()
    rig.window.undo()
    settle()
    assert rig.on_disk.accounts[0].auth == BY_BROWSER
    assert not form(rig)._finder.undo.isVisible()


def test_a_login_that_is_being_put_together_gets_them_too(rig):
    """The rest is missing: it says so, and what was filled in is kept as what was typed."""
    enter(rig.field("account.home.auth.flow"), "You, with a code on another device")
    rig.publish(finding=with_addresses(ask(rig)))
    settle()
    auth = rig.on_disk.accounts[0].auth
    assert (auth.device_url, auth.token_url, auth.authorize_url) == (HERE.device, HERE.token, "")


def test_what_stands_in_the_line_outlives_another_language_and_the_search_does_not(rig):
    """It is no setting: kept as half typed, and nobody is asked for an answer that nothing would come of."""
    asked = ask(rig)
    rig.window.set_words(book("de"))
    settle()
    assert EndFinding(asked.number) in rig.sent
    assert rig.field("account.home.auth.server").editor.text() == SERVER
    rig.publish(finding=with_addresses(asked))
    assert rig.on_disk.accounts[0].auth == BY_BROWSER


@pytest.mark.parametrize("way", ["another login", "away", "closed"])
def test_who_goes_elsewhere_meanwhile_has_nothing_filled_in(rig, way):
    """The form that would show it is gone: the search is broken off, and the settings stay as they were."""
    asked = ask(rig)
    if way == "another login":
        enter(form(rig).kind, "Without signing in")
    elif way == "away":
        rig.window.turn_to(PageName.NETWORK)
    else:
        rig.window.close()
    settle()
    assert EndFinding(asked.number) in rig.sent
    before = rig.on_disk
    rig.publish(finding=with_addresses(asked))
    settle()
    assert rig.on_disk == before


def test_a_search_that_another_one_replaces_says_so(rig):
    """It was begun in the assistant; this one would be waited for without end."""
    asked = ask(rig)
    rig.publish(finding=Finding(asked.number + 1, FindStep.LOOKING, "https://elsewhere.example.net"))
    settle()
    assert "The search was stopped. Nothing has changed." in said(rig.window)
    assert form(rig)._finder.ask.isEnabled()


# --- what is said ---

FAILED = {
    **{fault: lambda asked, fault=fault: without(asked, fault) for fault in FindFault},
    "no answer": lambda asked: Finding(asked.number, FindStep.FAILED, SERVER, failure=FailureKind.CONNECT),
    "certificate": lambda asked: Finding(
        asked.number, FindStep.FAILED, SERVER, obstacle=Obstacle.CERTIFICATE_EXPIRED, place="login.example.net"
    ),
    "asked": lambda asked: Finding(asked.number, FindStep.LOOKING, SERVER),
    "found": with_addresses,
    "no browser": lambda asked: with_addresses(asked, Addresses(SERVER, HERE.token)),
}


@pytest.mark.parametrize("language", resources.languages())
def test_every_outcome_is_a_whole_sentence(letters, qtbot, language):
    """In each language, with letters of the usual size and of twice that; no two of them say the same."""
    there = {"authorize_url": "", "token_url": "https://mine.example.net/token"}
    finder = AddressFinder(book(language), AddressForm(lambda: SERVER, lambda: there, lambda _: None))
    around = Stack(finder)
    qtbot.addWidget(around)
    around.resize(44 * finder.fontMetrics().averageCharWidth(), 600)
    around.show()
    heard, sent = [], []
    finder.told.connect(heard.append)
    finder.commanded.connect(sent.append)
    for name, make in FAILED.items():
        finder.look()
        finder.render_state(quiet(finding=make(sent[-1])))
        settle()
        assert cut_texts(around) == [], name
        assert "{" not in finder.said, name
        finder.forget()
    assert len(set(heard)) == len(FAILED) + 1  # one was still under way, and was stopped
