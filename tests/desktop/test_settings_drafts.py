"""What is half typed or half chosen in the settings stays: over a language, a font, and what happens to the file."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QScrollArea, QTimeEdit, QToolButton

from support.desktop_scenes import bracketed, english
from support.painting import warm_painter
from support.settings_scenes import Rig, enter, labels, press, settings, settle, type_over
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.field import Field
from tocsin.domain.account import AuthKind
from tocsin.domain.state import KeepSecret, Kept, SecretKept
from tocsin.domain.terms import Obstacle

__all__ = ["warm_painter"]  # a fixture for all of this module

HOME = "account.home"
SECRET = "s3cret-canary"


@pytest.fixture
def rig(qtbot, tmp_path):
    made = Rig(tmp_path / "config.toml")
    yield made
    made.window.let_go()
    made.window.close()
    made.window.deleteLater()


def keys(rig, name, text, page=PageName.ACCOUNTS, place="home"):
    """Type into a field without leaving it."""
    rig.show(page, place)
    editor = rig.field(name).editor
    editor.setFocus()
    if isinstance(editor, QTimeEdit):
        editor.setSelectedSection(QTimeEdit.Section.HourSection)
    else:
        editor.selectAll()
    QTest.keyClicks(editor, text)
    settle()


def larger(rig) -> None:
    """Another font of the desktop's."""
    font = rig.window.font()
    font.setPointSizeF(font.pointSizeF() + 1)
    rig.window.setFont(font)
    settle()


def another_language(rig) -> None:
    rig.window.set_words(bracketed())
    settle()


def on_disk(rig) -> None:
    """Somebody changes something else in the file."""
    rig.path.write_text(rig.path.read_text().replace("0800 1234", "0800 5678"))
    rig.desk.reload()
    rig.publish()
    settle()


def broken(rig) -> None:
    """Somebody leaves the file half written."""
    rig.path.write_text(rig.path.read_text() + "\n[[accounts\n")
    rig.desk.reload()
    rig.publish()
    settle()


MEANWHILE = [another_language, larger, on_disk, broken]


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=lambda each: each.__name__)
@pytest.mark.parametrize(
    ("name", "typed", "page", "place"),
    [
        ("secret.home", SECRET, PageName.ACCOUNTS, "home"),
        ("secret.proxy", SECRET, PageName.NETWORK, ""),
        (f"{HOME}.interval", "12", PageName.ACCOUNTS, "home"),
        (f"{HOME}.options.page_id", "half", PageName.ACCOUNTS, "host"),
        ("notifications.quiet_from", "21", PageName.NOTIFICATIONS, ""),
        ("line.names", "half of a na", PageName.LINE, ""),
    ],
)
def test_what_is_half_typed_stays(rig, name, typed, page, place, meanwhile):
    """Whatever kind of field it is in, and though it could not be kept as it stands."""
    name = name.replace("home", "host") if place == "host" else name
    keys(rig, name, typed, page, place)
    before = rig.field(name).draft
    assert before
    meanwhile(rig)
    assert rig.field(name).draft == before
    assert rig.saved == []
    assert rig.window.focusWidget() is rig.field(name).editor


def test_a_number_that_was_half_typed_is_saved_when_it_is_left(rig):
    """In the field that came in the place of the first, and only then."""
    keys(rig, f"{HOME}.interval", "90")
    another_language(rig)
    assert rig.saved == []
    QTest.keyClick(rig.field(f"{HOME}.interval").editor, Qt.Key.Key_Return)
    assert rig.on_disk.accounts[0].interval.total_seconds() == 90


def test_a_number_changed_by_its_arrows_stays(rig):
    """It is not saved before it is left, and not lost either."""
    rig.show(PageName.ACCOUNTS, "home")
    editor = rig.field(f"{HOME}.interval").editor
    editor.setFocus()
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Up)
    another_language(rig)
    again = rig.field(f"{HOME}.interval").editor
    assert again.cleanText() == "63"
    QTest.keyClick(again, Qt.Key.Key_Return)
    assert rig.on_disk.accounts[0].interval.total_seconds() == 63


def test_a_way_to_sign_in_that_is_not_complete_yet_stays(rig):
    """The kind was chosen, its user name is missing: the form goes on where it was, and then saves all of it."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.auth"), "OAuth 2")
    enter(rig.field(f"{HOME}.auth.client_id"), "tocsin")
    assert rig.saved == []
    another_language(rig)
    assert rig.field(f"{HOME}.auth").chosen is AuthKind.OAUTH2
    assert rig.field(f"{HOME}.auth.client_id").editor.text() == "tocsin"
    assert "[Not saved yet: what is empty above has to be filled in first.]" in labels(rig.window)
    rig.window.set_words(english())
    settle()
    enter(rig.field(f"{HOME}.auth.token_url"), "https://id.example.net/token")
    made = rig.on_disk.accounts[0].auth
    assert (made.kind, made.client_id) == (AuthKind.OAUTH2, "tocsin")
    assert not rig.window.has_drafts


def test_a_way_to_sign_in_that_was_given_up_leaves_no_draft(rig):
    """The window does not wait for what nobody will finish."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.auth"), "OAuth 2")
    enter(rig.field(f"{HOME}.auth.client_id"), "tocsin")
    assert rig.window.has_drafts
    enter(rig.field(f"{HOME}.auth"), "Token")
    assert not rig.window.has_drafts


def test_a_proxy_that_has_no_address_yet_stays(rig):
    """As does that its address is still to come."""
    rig.show(PageName.NETWORK)
    enter(rig.field("network.proxy"), "This proxy:")
    another_language(rig)
    assert rig.saved == []
    assert rig.field("network.proxy").chosen == "manual"
    enter(rig.field("network.proxy.address"), "proxy.example.net:3128")
    assert rig.on_disk.network.proxy == "http://proxy.example.net:3128"
    assert not rig.window.has_drafts
    type_over(rig.field("network.proxy.address").editor, "not an address")
    assert rig.window.has_drafts
    enter(rig.field("network.proxy"), "[No proxy]")
    assert not rig.window.has_drafts


def test_where_one_was_typing_is_still_to_be_seen(rig):
    """The page is as long as before: it is scrolled to where the keyboard is."""
    rig.show(PageName.ACCOUNTS, "home")
    rig.window.resize(rig.window.width(), 260)
    settle()
    name = f"{HOME}.connection.sim.name"
    type_over(rig.field(name).editor, "Half a na")
    another_language(rig)
    editor = rig.field(name).editor
    area = next(each for each in rig.window.findChildren(QScrollArea) if each.isAncestorOf(editor))
    assert area.viewport().rect().contains(editor.mapTo(area.viewport(), editor.rect().center()))


def test_that_a_secret_is_for_this_session_stays_ticked(rig):
    """Who ticked it before the language changed does not find the secret in the keyring afterwards."""
    keys(rig, "secret.home", SECRET)
    rig.field("secret.home.run_only").editor.click()
    another_language(rig)
    assert isinstance(rig.field("secret.home.run_only").editor, QCheckBox)
    press(rig, "[Keep the secret]")
    assert rig.sent == [KeepSecret("home", SECRET, run_only=True)]


def test_a_half_typed_secret_goes_with_the_window(rig):
    """Nobody looks any more: it does not wait behind a closed window, and it never was in the file."""
    keys(rig, "secret.home", SECRET)
    assert not rig.window.has_drafts
    rig.window.close()
    rig.show(PageName.ACCOUNTS, "home")
    assert rig.field("secret.home").draft is None
    assert SECRET not in rig.path.read_text()


def test_a_number_that_changed_on_disk_meanwhile_is_said(rig):
    """What was typed stays, and it is said what stands in the file now."""
    keys(rig, f"{HOME}.interval", "9")
    text = rig.path.read_text()
    rig.path.write_text(text.replace('id = "home"', 'id = "home"\ninterval = 300', 1))
    rig.desk.reload()
    rig.publish()
    assert any(each.endswith("In config.toml it was changed to: 300") for each in labels(rig.window))
    assert rig.field(f"{HOME}.interval").draft == "9"


# --- what the provider is told ---


def test_what_a_provider_has_to_be_told_is_asked_for(rig):
    """A field that it cannot do without shows at once, and is not saved empty; what else is in the options stays."""
    rig.source.save(settings(accounts=(settings().accounts[0], replace(settings().accounts[1], options={"x": "1"}))))
    rig.desk.reload()
    rig.publish()
    rig.show(PageName.ACCOUNTS, "host")
    asked = rig.field("account.host.options.page_id")
    enter(asked, "abc")
    assert rig.on_disk.accounts[1].options == {"x": "1", "page_id": "abc"}
    enter(asked, "")
    assert asked.problem
    assert rig.on_disk.accounts[1].options == {"x": "1", "page_id": "abc"}


def test_an_option_that_need_not_be_there_can_be_taken_away(rig):
    """Its table goes with it."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.options.version"), "v4")
    assert 'options = { version = "v4" }' in rig.path.read_text()
    enter(rig.field(f"{HOME}.options.version"), "Not set")
    assert rig.on_disk == settings()
    assert "options" not in rig.path.read_text()


def test_http_stays_allowed_while_the_address_needs_it(rig):
    """It cannot be switched off under an address that begins with http, and it is said why."""
    rig.show(PageName.ACCOUNTS, "home")
    enter(rig.field(f"{HOME}.allow_insecure"), True)
    enter(rig.field(f"{HOME}.url"), "http://status.example.net")
    assert rig.on_disk.accounts[0].url == "http://status.example.net"
    allowed = rig.field(f"{HOME}.allow_insecure")
    assert not allowed.editor.isEnabled()
    assert "The address above begins with http: change that first." in labels(allowed)
    enter(rig.field(f"{HOME}.url"), "https://status.example.net")
    enter(allowed, False)
    assert not rig.on_disk.accounts[0].allow_insecure


def test_another_provider_on_disk_is_asked_for_other_things(rig):
    """The form that stood there knew the fields of the first one."""
    rig.show(PageName.ACCOUNTS, "home")
    rig.path.write_text(rig.path.read_text().replace('"tmf656"', '"statuspage"'))
    rig.desk.reload()
    rig.publish()
    settle()
    there = {each.objectName() for each in rig.window.findChildren(Field) if each.isVisible()}
    assert f"{HOME}.options.page_id" in there
    assert f"{HOME}.options.version" not in there
    assert next(each for each in rig.window.findChildren(QToolButton) if each.isVisible()).isChecked()


def test_the_list_is_as_short_again_after_a_form(rig):
    """Its buttons stay where they were: the form that was open leaves no room behind it."""
    rig.show(PageName.ACCOUNTS)
    before = rig.window.page.sizeHint().height()
    press(rig, "Edit")
    assert rig.window.page.sizeHint().height() > before
    press(rig, "Back to the accounts")
    assert rig.window.page.sizeHint().height() == before


# --- secrets ---


@pytest.mark.parametrize(
    ("where", "obstacle", "said"),
    [
        (Kept.RUN_ONLY, Obstacle.KEYRING_LOCKED, ("is locked", "until Tocsin ends", "unlock the keyring")),
        (Kept.RUN_ONLY, Obstacle.KEYRING_SILENT, ("does not answer", "until Tocsin ends", "restart the keyring")),
        (Kept.RUN_ONLY, Obstacle.KEYRING_ABSENT, ("no keyring", "until Tocsin ends", "install or start one")),
        (Kept.NOWHERE, Obstacle.KEYRING_LOCKED, ("is locked", "may still be in it", "Unlock the keyring")),
        (Kept.NOWHERE, Obstacle.KEYRING_SILENT, ("does not answer", "may still be in it", "restart the keyring")),
        (Kept.NOWHERE, Obstacle.KEYRING_ABSENT, ("cannot be used", "may still be in it", "Start the keyring")),
    ],
)
def test_a_keyring_that_does_not_do_it_is_said_with_the_remedy(rig, where, obstacle, said):
    """Locked, hanging or absent: what is with the secret now, and what to do."""
    rig.show(PageName.ACCOUNTS, "home")
    rig.publish(secret_kept=SecretKept("home", where, "The keyring is odd (TestError)", obstacle))
    QApplication.processEvents()
    beside, below = [each for each in labels(rig.window) if said[0] in each]
    assert beside == below == rig.window.status.said
    assert all(part in beside for part in said)
    assert "TestError" not in beside
