"""Signing in from the assistant, the settings and a fault in the window: the steps of it, and what is sent."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from support.assistant_stand_in import failed, found
from support.assistant_window import PAGE, engine, field, opened, paste, press, saved
from support.desktop_scenes import english
from support.offline_window import settle, texts
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import enter
from support.sign_in_form import form, rig
from support.sign_in_scenes import ADDRESS, BY_BROWSER, LOGIN, prompted, refused, with_code
from tocsin.desktop.assistant_steps import Place
from tocsin.domain.account import AuthKind, OAuthFlow
from tocsin.domain.signing_in import (
    EndSignIn,
    KeepSignIn,
    SignIn,
    SignInStep,
)
from tocsin.domain.state import EndTrial, SetUp, TryAddress
from tocsin.domain.terms import FailureKind

__all__ = ["engine", "opened", "rig", "warm_painter"]  # fixtures


def without_list(trial):
    return found(trial, components=(), lists=False, provider="tmf656")


def shown(widget) -> list[str]:
    return [each.text() for each in widget.findChildren(QPushButton) if each.isVisible()]


def said(widget) -> str:
    return "\n".join(texts(widget))


# --- the assistant ---


def to_sign_in(assistant, engine, way: str = "browser") -> None:
    """At the form, filled in: a service that tells nothing to who is not signed in."""
    engine.answer = without_list
    field(assistant, "Name or address").setText("microsoft 365")
    press(assistant, "Next")
    assert assistant.place is Place.SIGN_IN
    ways = assistant._steps.sign_in._ways
    ways.setCurrentIndex(ways.findData(way))
    settle()
    address = "Address to sign in at" if way == "browser" else "Address that gives out codes"
    field(assistant, address).setText(f"{LOGIN}/authorize")
    field(assistant, "Address that gives out tokens").setText(f"{LOGIN}/token")
    field(assistant, "Client id").setText("tocsin")


def test_signed_in_in_the_browser_the_assistant_goes_on_by_itself(opened, engine):
    """One click: the sign-in, the trial with it, and at the end it is kept for the account that was made."""
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    (asked,) = engine.of(SignIn)
    assert (asked.account, asked.trial.auth, asked.trial.provider) == ("", BY_BROWSER, "m365")
    (tried,) = engine.of(TryAddress)
    assert (tried.trial.auth, tried.trial.secret) == (BY_BROWSER, "")
    assert opened.place is Place.ADDRESS
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    (account,) = saved(engine).accounts
    assert account.auth == BY_BROWSER
    assert [each.signed for each in engine.of(SetUp)] == [KeepSignIn(account.id)]
    assert engine.secrets == []
    assert not opened.isVisible()


def test_while_the_person_is_waited_for_it_says_so_and_can_be_broken_off(opened, engine):
    """The button, and Escape; what was typed is still there, and another one can begin."""
    engine.sign_in = prompted
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    assert "Your browser opens. Sign in there within 5 min, and come back." in said(opened)
    assert ADDRESS not in said(opened)
    assert "Copy" in shown(opened)
    assert opened.focusWidget() is opened._steps.sign_in._signing.stop
    assert not field(opened, "Client id").isEnabled()
    press(opened, "Cancel")
    assert isinstance(engine.commands[-1], EndSignIn)
    assert "Signing in was broken off." in said(opened)
    assert field(opened, "Client id").isEnabled()
    assert opened.focusWidget() is not None
    press(opened, "Sign in in the browser")
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    settle()
    assert (len(engine.of(SignIn)), len(engine.of(EndSignIn))) == (2, 2)
    assert opened.place is Place.SIGN_IN


def test_where_no_browser_opens_the_address_can_be_copied(opened, engine):
    """It stands there whole, as text."""
    engine.sign_in = lambda asked: prompted(asked, is_open=False)
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    assert "No browser could be opened." in said(opened)
    assert ADDRESS in said(opened)
    press(opened, "Copy")
    assert QApplication.clipboard().text() == ADDRESS


def test_a_code_for_another_device_is_shown_large_and_can_be_copied(opened, engine):
    """With the address to type it in at."""
    engine.sign_in = with_code
    to_sign_in(opened, engine, "device")
    press(opened, "Sign in with a code")
    assert f"{LOGIN}/activate" in said(opened)
    assert "WDJB-MJHT" in said(opened)
    assert shown(opened).count("Copy") == 2


def test_a_sign_in_that_failed_says_why_and_is_tried_again(opened, engine):
    """Nothing is tried before."""
    engine.sign_in = refused
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    assert "Signing in was cancelled, or refused by the provider." in said(opened)
    assert engine.of(TryAddress) == []
    press(opened, "Sign in in the browser")
    assert len(engine.of(SignIn)) == 2


def test_a_keyring_that_does_not_take_it_is_said_before_the_end(opened, engine):
    """It lasts for this session, and what to do is read before the window closes."""
    engine.keyring_problem = "there is none"
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    assert "You are signed in until Tocsin ends, for no keyring can be used." in said(opened)
    press(opened, "Close")
    assert not opened.isVisible()


def test_where_nobody_is_signed_in_any_more_it_says_so_and_one_signs_in_again(opened, engine):
    """Another sign-in took its place: nothing was saved, what was filled in is still there, and it ends as usual."""
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    for label in ("Next", "Next"):
        press(opened, label)
    engine.is_lost = True
    press(opened, "Finish")
    assert opened.place is Place.SIGN_IN
    assert "Nothing was saved, for what you signed in to is not known any more" in said(opened)
    assert field(opened, "Client id").text() == "tocsin"
    assert engine.settings.accounts == ()
    engine.is_lost = False
    press(opened, "Sign in in the browser")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    assert not opened.isVisible()
    assert [each.auth for each in engine.settings.accounts] == [BY_BROWSER]


def test_a_sign_in_elsewhere_while_it_is_saved_leaves_nobody_waiting(opened, engine):
    """What the settings window signs in to is another's; the end comes by itself."""
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    for label in ("Next", "Next"):
        press(opened, label)
    engine.is_slow = True
    press(opened, "Finish")
    assert "Saving" in said(opened)
    assert "Back" not in shown(opened)
    engine.signing_in = prompted(SignIn(engine.signing_in.number + 1, "office"))
    engine.publish()
    assert opened.isVisible()
    engine.catch_up()
    assert not opened.isVisible()


def test_left_for_later_the_last_step_says_where_to_sign_in(opened, engine):
    """In the settings, or with the command, which can be copied."""
    to_sign_in(opened, engine)
    press(opened, "Sign in later")
    press(opened, "Next")
    assert "tocsin login microsoft-365" in said(opened)
    assert "Copy" in shown(opened)
    press(opened, "Finish")
    (account,) = saved(engine).accounts
    assert (account.provider, account.auth) == ("m365", BY_BROWSER)
    assert engine.of(SignIn) == []


def test_going_back_or_closing_forgets_what_was_signed_in_to(opened, engine):
    """No token stays behind for nobody."""
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    press(opened, "Back")
    assert opened.place is Place.SIGN_IN
    assert engine.of(EndSignIn) == []
    assert "Sign in in the browser" not in shown(opened)
    press(opened, "Back")
    assert len(engine.of(EndSignIn)) == 1
    opened.reject()
    assert len(engine.of(EndSignIn)) == 1


def test_a_provider_that_does_not_take_the_sign_in_says_so(opened, engine):
    """Not that a token or a password is wrong; and the next one begins anew."""
    to_sign_in(opened, engine)
    engine.answer = lambda trial: failed(trial, FailureKind.UNAUTHORIZED, "401")
    press(opened, "Sign in in the browser")
    assert opened.place is Place.SIGN_IN
    assert "does not take this sign-in" in said(opened)
    assert isinstance(engine.commands[-1], EndTrial)
    engine.answer = without_list
    press(opened, "Sign in in the browser")
    assert len(engine.of(SignIn)) == 2
    assert opened.place is Place.ADDRESS


def test_another_language_while_signing_in_changes_nothing_of_it(opened, engine):
    """What is under way goes on in the new one."""
    engine.sign_in = prompted
    to_sign_in(opened, engine)
    press(opened, "Sign in in the browser")
    opened.make_anew(book("nl"))
    settle()
    assert opened.place is Place.SIGN_IN
    assert opened._steps.sign_in.is_running
    assert engine.of(EndSignIn) == []


def test_a_pasted_address_can_be_signed_in_to_without_its_product(opened, engine):
    """What answers there is found out with the token."""
    engine.answer = lambda trial: (
        failed(trial, FailureKind.UNAUTHORIZED) if trial.auth.kind is AuthKind.NONE else without_list(trial)
    )
    paste(opened, PAGE)
    press(opened, "Next")
    ways = opened._steps.sign_in._ways
    ways.setCurrentIndex(ways.findData("browser"))
    settle()
    for name in ("Address to sign in at", "Address that gives out tokens"):
        field(opened, name).setText(LOGIN)
    field(opened, "Client id").setText("tocsin")
    field(opened, "The client's own secret (optional)").setText("of the client")
    press(opened, "Sign in in the browser")
    tried = engine.of(TryAddress)[-1].trial
    assert (tried.provider, tried.auth.flow, tried.secret) == ("", OAuthFlow.CODE, "of the client")
    for label in ("Next", "Next", "Finish"):
        press(opened, label)
    assert [each.value for each in engine.secrets] == ["of the client"]


# --- the settings ---


def test_the_settings_sign_in_with_every_step_of_it(rig):
    """From the button to the end; the command for the terminal stands below."""
    assert "tocsin login home" in said(rig.window)
    with_more = replace(BY_BROWSER, device_url=f"{LOGIN}/device")  # a file may say more than is needed
    rig.publish(settings=replace(rig.desk.settings, accounts=(replace(rig.desk.settings.accounts[0], auth=with_more),)))
    form(rig).sign_in.click()
    settle()
    (asked,) = [each for each in rig.sent if isinstance(each, SignIn)]
    assert (asked.account, asked.trial) == ("home", None)
    assert not form(rig).sign_in.isVisible()
    for view, words in (
        (prompted(asked), "Your browser opens."),
        (prompted(asked, is_open=False), "No browser could be opened."),
        (with_code(asked), "WDJB-MJHT"),
        (replace(prompted(asked), step=SignInStep.KEEPING), "That is being put into the keyring."),
        (replace(prompted(asked), step=SignInStep.DONE), "You are signed in."),
    ):
        rig.publish(signing_in=view)
        settle()
        assert words in said(rig.window)
    assert form(rig).sign_in.isVisible()
    assert form(rig).sign_in.text() == "Sign in again"


def test_the_settings_break_it_off_and_say_what_failed(rig):
    """At once, whatever the engine still publishes; and it can be begun again. The keyboard is where it is needed."""
    form(rig).sign_in.setFocus()
    form(rig).sign_in.click()
    asked = rig.sent[-1]
    rig.publish(signing_in=prompted(asked))
    settle()
    stop = form(rig)._signing.stop
    assert rig.window.focusWidget() is stop
    stop.click()
    settle()
    assert rig.window.focusWidget() is form(rig).sign_in
    assert isinstance(rig.sent[-1], EndSignIn)
    rig.publish(signing_in=prompted(asked))
    settle()
    assert "Signing in was broken off." in said(rig.window)
    form(rig).sign_in.click()
    rig.publish(signing_in=refused(rig.sent[-1]))
    settle()
    assert "refused by the provider" in said(rig.window)
    assert form(rig).sign_in.text() == "Sign in"


def test_a_sign_in_outlives_the_form_that_began_it(rig):
    """The window is made anew for another language; a sign-in that is over is no news there."""
    form(rig).sign_in.click()
    rig.publish(signing_in=prompted(rig.sent[-1]))
    rig.window.set_words(book("nl"))
    settle()
    assert form(rig)._signing.is_running
    rig.publish(signing_in=replace(rig.state.signing_in, step=SignInStep.DONE))
    rig.window.set_words(english())
    settle()
    assert form(rig)._signing.view is None


def test_nobody_signs_in_to_what_is_not_saved_yet(rig):
    """Another way was chosen, and the address that it needs is missing."""
    enter(rig.field("account.home.auth.flow"), "You, with a code on another device")
    assert not form(rig).sign_in.isEnabled()
    enter(rig.field("account.home.auth.device_url"), f"{LOGIN}/device")
    assert form(rig).sign_in.isEnabled()


def test_a_later_sign_in_ends_an_earlier_one_and_not_the_other_way_round(rig):
    """Two accounts: the first form says that it is over, and what is done in it does nothing to the second."""
    form(rig).sign_in.click()
    first = rig.sent[-1]
    rig.publish(signing_in=prompted(first))
    later = SignIn(first.number + 1, "host")
    rig.publish(signing_in=prompted(later))
    settle()
    assert "Signing in was broken off." in said(rig.window)
    assert form(rig).sign_in.isVisible()
    form(rig).sign_in.click()
    asked = rig.sent[-1]
    form(rig)._signing.stop.click()
    assert rig.sent[-1] == EndSignIn(asked.number)
