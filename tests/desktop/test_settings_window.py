"""The settings window: what is typed is never lost, what cannot be changed says why, and all works by keyboard."""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QWidget,
)

from support.desktop_scenes import bracketed
from support.painting import warm_painter
from support.settings_scenes import Rig, enter, labels, press, settings, settle, type_over
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.field import Field
from tocsin.domain.account import Account, Connection
from tocsin.domain.state import (
    CheckNow,
    EndTrial,
    KeepSecret,
    Kept,
    ReloadSettings,
    SaveSettings,
    SecretKept,
    TryAddress,
    UndoSettings,
)
from tocsin.domain.terms import FailureKind, Level, Obstacle
from tocsin.domain.trial import TrialStep, TrialView
from tocsin.errors import EnvironmentFault

__all__ = ["warm_painter"]  # a fixture for all of this module

NASTY = "<img src='file:///etc/passwd'>&amp; \u202eevil\n%s {name} \x00"


@pytest.fixture
def rig(qtbot, tmp_path):
    made = Rig(tmp_path / "config.toml")
    yield made
    made.window.let_go()
    made.window.close()
    made.window.deleteLater()


# --- nothing is lost ---


def test_two_changes_at_once_both_arrive(rig):
    """The second builds upon the first, though the engine has answered neither."""
    rig.slow = True
    rig.show(PageName.LINE)
    enter(rig.field("line.measure"), False)
    enter(rig.field("line.public"), False)
    both = replace(settings().line, measure=False, public=False)
    assert rig.saved[-1] == settings(line=both)
    rig.publish()
    assert not rig.field("line.measure").editor.isChecked()
    assert rig.on_disk == settings(line=both)


def test_a_state_that_is_older_than_the_change_does_not_take_it_back(rig):
    """States come for other reasons too while a change is on its way."""
    rig.show(PageName.LINE)
    rig.window.commanded.disconnect(rig.on_command)  # an engine that is busy
    enter(rig.field("line.measure"), False)
    rig.publish()
    assert not rig.field("line.measure").editor.isChecked()


def test_a_change_on_disk_is_shown(rig):
    """Who edits the file by hand sees it here at once."""
    rig.show(PageName.HELP)
    rig.path.write_text(rig.path.read_text().replace("0800 1234", "0800 5678"))
    rig.desk.reload()
    rig.publish()
    assert rig.field("help.home.phone").editor.text() == "0800 5678"
    assert rig.window.status.said == "config.toml was changed; this is what it says now."


def test_a_change_on_disk_leaves_what_is_being_typed(rig):
    """It is said what the file has now; going on saves what was typed."""
    rig.show(PageName.HELP)
    shown = rig.field("help.home.phone")
    type_over(shown.editor, "0900")
    rig.path.write_text(rig.path.read_text().replace("0800 1234", "0800 5678"))
    rig.desk.reload()
    rig.publish()
    assert shown.editor.text() == "0900"
    assert "In config.toml it was changed to: 0800 5678" in labels(shown)
    QTest.keyClick(shown.editor, Qt.Key.Key_Return)
    assert rig.on_disk.accounts[0].help.phone == "0900"
    assert "In config.toml it was changed to: 0800 5678" not in labels(shown)


def test_what_cannot_be_written_stays_in_the_field(rig, monkeypatch, caplog):
    """The disk is full: it is said beside the field and below, and the next attempt works."""
    rig.show(PageName.HELP)

    def full(_):
        raise EnvironmentFault("config.toml cannot be written (No space left on device)")

    monkeypatch.setattr(rig.desk._source, "save", full)
    shown = rig.field("help.home.phone")
    enter(shown, "0900")
    assert "the disk is full" in shown.problem
    assert "the disk is full" in rig.window.status.said
    assert shown.editor.text() == "0900"
    monkeypatch.undo()
    type_over(shown.editor, "0900")
    QTest.keyClick(shown.editor, Qt.Key.Key_Return)
    assert rig.on_disk.accounts[0].help.phone == "0900"
    assert shown.problem == ""
    assert rig.window.status.said == "Saved."


def test_closing_saves_what_was_typed(rig):
    """Escape in the middle of a line is no way to lose it."""
    rig.show(PageName.HELP)
    type_over(rig.field("help.home.phone").editor, "0900")
    QTest.keyClick(rig.window, Qt.Key.Key_Escape)
    assert rig.on_disk.accounts[0].help.phone == "0900"
    assert not rig.window.isVisible()


def test_another_language_while_open_keeps_page_place_and_typing(rig):
    """Everything is said anew; what is half typed stands where it stood."""
    rig.show(PageName.ACCOUNTS, "home")
    shown = rig.field("account.home.url")
    type_over(shown.editor, "http://half")
    rig.window.set_words(bracketed())
    settle()
    again = rig.field("account.home.url")
    assert again is not shown
    assert again.editor.text() == "http://half"
    assert again.problem.startswith("[")
    assert "[Accounts and connections]" in labels(rig.window)
    assert rig.window.focusWidget() is again.editor


def test_drafts_of_another_page_survive_a_language_too(rig):
    """They wait until their page is looked at."""
    rig.show(PageName.LINE)
    type_over(rig.field("line.names").editor, "no name")
    rig.window.turn_to(PageName.ABOUT)
    rig.window.set_words(bracketed())
    assert rig.window.has_drafts
    rig.show(PageName.LINE)
    assert rig.field("line.names").editor.toPlainText() == "no name"


# --- undo ---


def test_undo_is_there_only_when_there_is_something_to_undo(rig):
    """By button and by key; once it is undone there is no more."""
    rig.publish(can_undo=False)
    rig.show(PageName.LINE)
    assert not rig.window.status.undo.isEnabled()
    rig.window.undo()
    assert rig.sent == []
    enter(rig.field("line.measure"), False)
    assert rig.window.status.undo.isEnabled()
    QTest.keyClick(rig.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(rig.sent[-1], UndoSettings)
    assert rig.on_disk == settings()
    assert rig.field("line.measure").editor.isChecked()


def test_undo_brings_a_page_back_that_showed_what_is_gone(rig):
    """The form of an account that is removed on disk gives way to the list."""
    rig.show(PageName.ACCOUNTS, "home")
    rig.publish(settings=settings(accounts=settings().accounts[1:]))
    settle()
    assert rig.window.page.place == ""
    assert not any(each.isVisible() for each in rig.window.findChildren(Field))


# --- what cannot be changed ---


def test_a_broken_file_makes_the_pages_readable_only(rig):
    """Why and where is said on top; what stands there can still be read and copied, and nothing is sent."""
    rig.path.write_text('language = "nl')
    rig.desk.reload()
    rig.publish(settings=settings())
    rig.show(PageName.LINE)
    said = " ".join(labels(rig.window))
    assert "Nothing can be changed here while the settings file has mistakes in it." in said
    assert "config.toml, line 1, character 15: the file has a text there without its closing quotation mark" in said
    assert str(rig.path) in said.replace("\u200b", "")
    assert not rig.field("line.measure").editor.isEnabled()
    lines = rig.field("line.targets").editor
    assert lines.isReadOnly()
    assert lines.isEnabled()
    assert not rig.window.status.undo.isEnabled()
    press(rig, "Reload settings")
    assert rig.sent == [ReloadSettings()]
    rig.show(PageName.ACCOUNTS)
    for text in ("Pause", "Remove", "Add an account"):
        assert not next(each for each in rig.window.findChildren(QAbstractButton) if each.text() == text).isEnabled()


def test_mistakes_are_said_line_by_line_and_go_when_they_are_mended(rig):
    """The first three with their lines, how many more there are, and what runs stays to be seen meanwhile."""
    text = rig.path.read_text()
    rig.show(PageName.HELP)
    rig.path.write_text("a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n" + text)
    rig.desk.look()
    rig.publish()
    told = next(each for each in labels(rig.window) if "is not a setting of this version" in each).splitlines()
    assert [each.partition(":")[0] for each in told[:3]] == [f"config.toml, line {n}" for n in (1, 2, 3)]
    assert told[3:] == ["2 more", str(rig.path)]
    assert rig.field("help.home.phone").editor.text() == "0800 1234"
    rig.path.write_text(text)
    rig.desk.look()
    rig.publish()
    assert not any("is not a setting" in each or "has mistakes" in each for each in labels(rig.window))
    enter(rig.field("help.home.phone"), "0900")
    assert rig.on_disk.accounts[0].help.phone == "0900"


@pytest.mark.parametrize(
    ("page", "name", "value"), [(PageName.LINE, "line.measure", False), (PageName.LINE, "usage", "For business")]
)
def test_what_was_refused_does_not_look_as_if_it_counted(rig, monkeypatch, caplog, page, name, value):
    """A box that was ticked in vain shows what runs, and why; the next click works."""

    def full(_):
        raise EnvironmentFault("config.toml cannot be written (No space left on device)")

    rig.show(page)
    before = rig.field(name)._as_draft()
    with monkeypatch.context() as patched:
        patched.setattr(rig.desk._source, "save", full)
        enter(rig.field(name), value)
    assert "cannot be changed" in caplog.text
    assert rig.window.status.said == "Not saved: config.toml cannot be written (the disk is full)"
    assert "the disk is full" in rig.field(name).problem
    assert rig.field(name)._as_draft() == before
    assert rig.field(name).draft is None
    enter(rig.field(name), value)
    assert rig.on_disk != settings()
    assert rig.field(name).problem == ""


def test_a_file_that_breaks_while_typing_costs_nothing(rig):
    """What is half typed stays, and is saved once the file is right again."""
    rig.show(PageName.HELP)
    shown = rig.field("help.home.phone")
    type_over(shown.editor, "0900")
    right = rig.path.read_text()
    rig.path.write_text("[[[")
    rig.desk.reload()
    rig.publish(settings=settings())
    QTest.keyClick(shown.editor, Qt.Key.Key_Return)
    assert rig.saved == []
    assert shown.editor.text() == "0900"
    rig.path.write_text(right)
    rig.desk.reload()
    rig.publish()
    QTest.keyClick(shown.editor, Qt.Key.Key_Return)
    assert rig.on_disk.accounts[0].help.phone == "0900"


def test_before_the_engine_has_begun_there_is_nothing_to_change(rig):
    """No settings yet: no field acts, and nothing fails."""
    rig.publish(settings=None)
    rig.show(PageName.LINE)
    assert "Tocsin is starting" in labels(rig.window)


# --- text from outside ---


def test_hostile_texts_stay_text(rig):
    """Markup, direction marks and controls in names, in every page that shows them."""
    bad = Account("home", "tmf656", NASTY, "https://x.example.net", connections=(Connection("fibre", NASTY),))
    rig.publish(settings=settings(accounts=(bad, *settings().accounts[1:])))
    for page in PageName:
        rig.show(page)
        for each in rig.window.findChildren(QLabel):
            assert each.textFormat() is Qt.TextFormat.PlainText
            assert "\u202e" not in each.text()
    rig.show(PageName.ACCOUNTS, "home")
    assert not re.search("[\u202e\x00]", " ".join(each.text() for each in rig.window.findChildren(QAbstractButton)))
    rig.window.page.step_back()
    press(rig, "Remove")
    question = next(each for each in rig.window.findChildren(QWidget) if hasattr(each, "informativeText"))
    assert question.textFormat() is Qt.TextFormat.PlainText
    question.reject()


def test_what_is_pasted_is_tidied(rig):
    """Line breaks, controls and halves of characters that no file can hold."""
    rig.show(PageName.HELP)
    enter(rig.field("help.home.hours"), "\x07 weekdays\t\ud800 ")
    assert rig.on_disk.accounts[0].help.hours == "weekdays"


# --- secrets and tests ---


def test_a_secret_is_kept_and_not_shown_again(rig):
    """It leaves the line at once; what became of it is said in words."""
    rig.show(PageName.ACCOUNTS, "home")
    line = next(each for each in rig.window.findChildren(QLineEdit) if each.echoMode() is QLineEdit.EchoMode.Password)
    QTest.keyClicks(line, "s3cret")
    press(rig, "Keep the secret")
    assert rig.sent == [KeepSecret("home", "s3cret", run_only=False)]
    assert line.text() == ""
    locked = Obstacle.KEYRING_LOCKED
    rig.publish(secret_kept=SecretKept("home", Kept.RUN_ONLY, "The keyring is locked: unlock it", locked))
    assert any(each.startswith("The keyring is locked: the secret is kept until") for each in labels(rig.window))
    press(rig, "Forget the secret")
    assert rig.sent[-1] == KeepSecret("home", "")
    assert "s3cret" not in rig.path.read_text()


def test_an_account_is_tried_as_it_stands(rig):
    """With its own address, kind and secret; other trials are none of its business; what came of it is said."""
    rig.show()
    press(rig, "Test now")
    trial = rig.sent[-1].trial
    first = settings().accounts[0]
    assert (trial.url, trial.provider, trial.auth, trial.account) == (first.url, "tmf656", first.auth, "home")
    rig.publish(trial=TrialView(1, TrialStep.FAILED, failure=FailureKind.DNS, text="another's"))
    assert not any("another's" in each for each in labels(rig.window))
    rig.publish(trial=TrialView(trial.number, TrialStep.FAILED, "tmf656", failure=FailureKind.UNAUTHORIZED, text="401"))
    assert any("refuses this sign-in" in each and "(HTTP 401)" in each for each in labels(rig.window))
    press(rig, "Test now")
    number = rig.sent[-1].trial.number
    assert number != trial.number
    rig.publish(trial=TrialView(number, TrialStep.FOUND, "tmf656", "TMF656", "Planet Fibre", level=Level.OK))
    assert "Planet Fibre answers. As a whole: OK." in labels(rig.window)


def test_a_test_that_hangs_can_be_stopped_at_once(rig):
    """By its own button, or by leaving."""
    rig.show()
    press(rig, "Test now")
    press(rig, "Stop the test")
    assert isinstance(rig.sent[-1], EndTrial)
    press(rig, "Test now")
    rig.window.page.findChild(QListWidget).setCurrentRow(1)
    assert isinstance(rig.sent[-1], EndTrial)
    assert sum(isinstance(each, TryAddress) for each in rig.sent) == 2


def test_a_page_that_is_not_looked_at_is_not_made(rig):
    """Opening the settings makes one page, not eight."""
    rig.show()
    assert rig.window.findChildren(QPlainTextEdit) == []
    assert not any(isinstance(each, SaveSettings | CheckNow) for each in rig.sent)
    assert QApplication.focusWidget() is not None
