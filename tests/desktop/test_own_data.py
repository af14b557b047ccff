"""Taking one's data along and erasing it, from the page on privacy: in the window, and with the whole program."""

import re
import zipfile

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeDatabase, QSettings
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QMessageBox

from support import window_reader
from support.painting import warm_painter
from support.phrases import book
from support.program import PATIENCE, Program, press, until_focused
from support.settings_scenes import backstage, settle
from support.statuspage_server import StatuspageServer
from support.virtual_desktop import VirtualDesktop
from tocsin import app
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.profile import Profile
from tocsin.backstage import backstage as real_backstage
from tocsin.desktop.settings.book import PageName
from tocsin.desktop.settings.own_data import OwnData

__all__ = ["warm_painter"]  # a fixture for all of this module


@pytest.fixture(scope="module", autouse=True)
def warm_mime_types(qapp):
    """Let Qt read the kinds of files that there are, as its file dialog does: it keeps their cache open."""
    QMimeDatabase().mimeTypeForFile("mine.zip")


class NoSecrets:
    """A keyring that was asked for nothing yet."""

    def known(self) -> tuple[str, ...]:
        return ()


@pytest.fixture
def shown(qtbot):
    """Makes the part of the page with what can be done behind it."""

    def show(**changes) -> OwnData:
        made = OwnData(book("en"), backstage(**changes))
        qtbot.addWidget(made, before_close_func=OwnData.let_go)
        made.show()
        settle()
        return made

    return show


def click(parent, text: str) -> None:
    next(each for each in parent.findChildren(QAbstractButton) if each.isVisible() and each.text() == text).click()
    settle()


def says(parent, text: str) -> bool:
    return any(text in each.text().replace("\u200b", "") for each in parent.findChildren(QLabel))


def test_the_data_goes_where_the_user_says(shown, qtbot, tmp_path):
    """A file is proposed, written in a thread of its own, and named; one that is there is not written over."""
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    profile.settings.write_text("# mine\n")
    box = shown(export=real_backstage(profile, NoSecrets(), {}, None).export)
    target = tmp_path / "mine.zip"
    for said in (f"Everything is in {target}.", f"{target} is there already. Choose another name."):
        click(box, "Export my data…")
        dialog = box.findChild(QFileDialog)
        assert re.search(r"/tocsin-\d{4}-\d\d-\d\d\.zip$", dialog.selectedFiles()[0])
        dialog.fileSelected.emit(str(target))
        dialog.reject()
        qtbot.waitUntil(lambda said=said: says(box, said))
        settle()
    with zipfile.ZipFile(target) as archive:
        assert archive.read("config.toml") == b"# mine\n"


def test_the_dialog_leaves_no_trace_of_where_one_looked(shown, tmp_path):
    """Qt keeps the folders of its dialog in a file of its own; erasing everything would not reach it."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))
    QSettings("QtProject").setValue("FileDialog/lastVisited", "file:///srv/elsewhere")
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()
    box = shown(export=lambda *_: "")
    click(box, "Export my data…")
    box.findChild(QFileDialog).reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert box.findChild(QFileDialog) is None
    assert kept.read_bytes() == before
    assert list(tmp_path.iterdir()) == [kept]


def test_a_place_that_cannot_be_written_is_said(shown, qtbot, tmp_path):
    """With what to do."""
    box = shown(export=real_backstage(Profile.at(tmp_path), NoSecrets(), {}, None).export)
    click(box, "Export my data…")
    dialog = box.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "mine.zip"))
    dialog.reject()
    qtbot.waitUntil(lambda: says(box, "Choose another place."))


def test_nothing_is_erased_without_a_yes(shown):
    """Escape, and the answer that is proposed, leave everything as it is."""
    asked = []
    box = shown(erase=asked.append)
    for answer, count in (("Cancel", 0), ("Erase and quit", 1)):
        click(box, "Erase everything…")
        question = next(each for each in box.findChildren(QMessageBox) if each.isVisible())
        assert question.defaultButton().text() == "Cancel"
        click(question, answer)
        settle()
        assert len(asked) == count


def test_what_cannot_be_done_is_not_offered(shown):
    """In the demo there is nothing to take along, and nothing to erase."""
    box = shown(export=None, erase=None)
    assert not [each for each in box.findChildren(QAbstractButton) if each.isVisible()]


@pytest.mark.desktop
def test_everything_goes_and_the_program_with_it():
    """The whole way: settings, privacy, yes; then no file is left, and the last word says so."""
    with StatuspageServer("Planet Mail") as page, VirtualDesktop(panel="lxqt", dunst=False) as desktop:
        page.add_component("smtp", "Outgoing mail")
        program = Program(desktop, page.account(), hook=window_reader.hook(desktop)).start("run")
        program.wait_for_level("ok")
        program.tell("raise")
        window_reader.wait_for_text(desktop, "Mail host")
        until_focused(desktop)
        desktop.click(*window_reader.standing(desktop, "Settings"))
        desktop.wait_until(lambda: window_reader.read(desktop).focus == "Pages", PATIENCE, "the settings")
        assert program.profile.data.exists()
        press(desktop, *["Down"] * list(PageName).index(PageName.PRIVACY))
        window_reader.wait_for_text(desktop, "Contacted over the network", PATIENCE)
        desktop.wait_until(lambda: tabbed_to(desktop, "Erase everything…"), PATIENCE, "the button")
        press(desktop, "space")
        window_reader.wait_for_text(desktop, "Erase everything that Tocsin keeps?", PATIENCE)
        desktop.wait_until(lambda: tabbed_to(desktop, "Erase and quit"), PATIENCE, "the answer")
        press(desktop, "space")
        window_reader.wait_for_text(desktop, "Everything that Tocsin kept is erased", PATIENCE)
        assert list(program.folder.rglob("*")) == []
        until_focused(desktop)
        press(desktop, "Return")
        assert program.ended(PATIENCE) == 0


def tabbed_to(desktop: VirtualDesktop, name: str) -> bool:
    """Go on by a step, unless this has the focus."""
    if window_reader.read(desktop).focus != name:
        press(desktop, "Tab")
    return window_reader.read(desktop, after_keys=True).focus == name


def test_what_could_not_be_taken_along_is_named_in_the_users_language(tmp_path):
    """And why, as far as there are words for it."""
    profile = Profile.at(tmp_path / "profile")
    profile.make()
    profile.settings.mkdir()
    profile.data.write_bytes(b"no database" * 100)
    said = real_backstage(profile, NoSecrets(), {}, None).export(book("nl"), tmp_path / "mine.zip")
    assert said.endswith("config.toml (het is geen bestand); de geschiedenis (het bestand is beschadigd)")
    assert "the record" not in said


def test_where_it_was_started_again_nothing_is_erased_and_that_is_said(tmp_path, monkeypatch):
    """In the user's language too."""
    told = []
    monkeypatch.setattr("tocsin.desktop.farewell.tell", lambda *said: told.append(said))
    profile = Profile.at(tmp_path / "profile")
    with InstanceLock(profile):
        profile.settings.write_text("# mine\n")
        assert app._erase(profile, book("de")) == 1
        assert profile.settings.exists()
    assert [each.partition(".")[0] for each in told[0]] == [
        "Es wurde nichts entfernt",
        "Tocsin wurde inzwischen erneut gestartet",
    ]


def test_the_commands_name_the_profile_that_this_is(qtbot):
    """Typed as they stand there they take along, and erase, what the page is about."""
    words = book("en")
    words.profile = "/tmp/mine"
    made = OwnData(words, backstage())
    qtbot.addWidget(made, before_close_func=OwnData.let_go)
    assert says(made, "tocsin erase --profile /tmp/mine")
