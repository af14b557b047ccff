"""The ways into signing in: a fault in the window, the box that shows its steps, and the browser."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from support.assistant_window import press
from support.cut_text import cut_texts, letters
from support.desktop_scenes import StillClock, english, quiet
from support.offline_window import opened as opened_links
from support.offline_window import settle, texts
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import backstage, settings
from support.sign_in_scenes import BY_BROWSER, LOGIN, prompted, refused, with_code
from tocsin import resources
from tocsin.desktop import opener
from tocsin.desktop.application import DesktopApplication
from tocsin.desktop.page_opener import PageOpener
from tocsin.desktop.settings.login_form import LoginForm
from tocsin.desktop.sign_in_box import SignInBox
from tocsin.desktop.widgets import Stack
from tocsin.domain.message import Fault, Message
from tocsin.domain.signing_in import (
    SignIn,
    SigningIn,
    SignInStep,
)
from tocsin.domain.terms import Obstacle

__all__ = ["letters", "opened_links", "warm_painter"]  # fixtures


def shown(widget) -> list[str]:
    return [each.text() for each in widget.findChildren(QPushButton) if each.isVisible()]


def said(widget) -> str:
    return "\n".join(texts(widget))


# --- a fault in the window ---


def test_a_fault_that_says_sign_in_leads_there(qapp):
    """From the card in the window to the button in the settings; other faults have no such button."""
    made = DesktopApplication(phrasebook=english, clock=StillClock(), background=True)
    made.settings.backstage = backstage
    values = {"provider": "Planet Fibre", "since": None, "kind": "unauthorized", "place": "home"}
    faults = (
        Fault(Message("unreachable", values | {"obstacle": Obstacle.CERTIFICATE_EXPIRED.value}), "host"),
        Fault(Message("unreachable", values | {"obstacle": Obstacle.SIGN_IN.value}), "home"),
    )
    known = settings()
    by_person = replace(known, accounts=(replace(known.accounts[0], auth=BY_BROWSER),))
    try:
        made.publish(quiet(settings=by_person, faults=faults))
        settle()
        made.open_window()
        settle()
        assert "sign in under “Accounts and connections” in the settings, or with “tocsin login home”" in said(
            made.window
        )
        assert shown(made.window).count("Sign in") == 1
        press(made.window, "Sign in")
        while made.settings.window is None or not made.settings.window.isVisible():
            settle()
        settle()
        there = next(each for each in made.settings.window.findChildren(LoginForm) if each.isVisible())
        assert there.sign_in.isVisible()
        assert made.settings.window.focusWidget() is there.sign_in
    finally:
        made.close()
        made.deleteLater()
        QGuiApplication.setWindowIcon(QGuiApplication.windowIcon().__class__())


# --- the box, the browser ---

VIEWS = {
    "browser": prompted,
    "no browser": lambda asked: prompted(asked, is_open=False),
    "code": with_code,
    "refused": refused,
    "not kept": lambda asked: SigningIn(1, SignInStep.DONE, run_only=True, obstacle=Obstacle.KEYRING_SILENT),
}


@pytest.mark.parametrize("language", resources.languages())
def test_every_step_shows_whole_sentences(letters, qtbot, language):
    """In each language, with letters of the usual size and of twice that."""
    box = SignInBox(book(language))
    around = Stack(box)
    qtbot.addWidget(around)
    around.resize(40 * box.fontMetrics().averageCharWidth(), 600)
    around.show()
    for name, make in VIEWS.items():
        box.follow(make(SignIn(1)))
        settle()
        assert cut_texts(around) == [], name


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://login.example.net/authorize?x=1", True),
        ("http://127.0.0.1:8080/authorize", True),
        ("http://localhost/authorize", True),
        ("http://[::1]:8080/authorize", True),
        ("http://login.example.net/authorize", False),
        ("http://127.0.0.1.example.net/", False),
        ("http://me@127.0.0.1/", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_pages_to_sign_in_at_are_encrypted_or_on_this_computer(opened_links, url, is_allowed):
    """What the settings name is no reason to open anything else."""
    assert opener.open_login(url) is is_allowed
    assert len(opened_links) == int(is_allowed)


def test_the_engine_has_a_page_opened_and_learns_whether_that_worked(opened_links):
    """Also after the screen is gone, when nothing is called any more."""
    calls = []

    def post(call) -> bool:
        calls.append(call)
        call()
        return True

    assert PageOpener(post)(f"{LOGIN}/authorize")
    opened_links.works = False
    assert not PageOpener(post)(f"{LOGIN}/authorize")
    assert not PageOpener(lambda _: False)(f"{LOGIN}/authorize")
    assert len(calls) == 2


def test_what_was_said_not_to_open_does_not_open_later(opened_links):
    """The screen was busy for too long: by then the person may have opened the page elsewhere."""
    late = []
    assert not PageOpener(lambda call: late.append(call) or True, patience=0.0)(f"{LOGIN}/authorize")
    late[0]()
    assert opened_links == []


def test_a_page_that_is_just_being_opened_is_waited_for(opened_links, monkeypatch):
    """Patience ends while the browser starts: whether it did is told all the same, and what went wrong is raised."""
    begun, go_on = threading.Event(), threading.Event()

    def slowly(url) -> bool:
        begun.set()
        go_on.wait(30)
        return True

    def post(call) -> bool:
        threading.Thread(target=call).start()
        threading.Timer(0.1, go_on.set).start()
        return begun.wait(30)

    monkeypatch.setattr(opener, "open_login", slowly)
    assert PageOpener(post, patience=0.0)(f"{LOGIN}/authorize")

    def fails(url) -> bool:
        raise OSError("no more processes")

    monkeypatch.setattr(opener, "open_login", fails)
    with pytest.raises(OSError, match="no more processes"):
        PageOpener(lambda call: call() or True)(f"{LOGIN}/authorize")
