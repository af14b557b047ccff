"""Saving settings, taking that back, and noticing that somebody else wrote the file: nobody's edit is lost."""

import os
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.rig import EngineRig
from support.settings_made import KEYS, Layout, every_settings, plain
from tocsin.adapters import settings_save
from tocsin.adapters.profile import Profile
from tocsin.adapters.settings import LIMIT, TomlSettings
from tocsin.domain.account import Account, Auth, AuthKind, Help, Line, Settings
from tocsin.errors import Bug, EnvironmentFault, SettingsError
from tocsin.ports import LoadedSettings, SettingsSource
from tocsin.running import FixedSettings, SettingsFile
from tocsin.watching import _SpokenSettings

HOME = Account("home", "line", "Home", "")
BUSY = Settings(accounts=(HOME,), language="nl")
TEXT = '# mine\nlanguage = "de"  # ours\n'


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", KEYS)


def write(source: TomlSettings, text: str) -> None:
    """Write it as an editor does, some of which put a new file in the place of the old one."""
    fresh = source.path.with_name("theirs")
    fresh.write_text(text)
    fresh.replace(source.path)


# --- saving --------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_read_by_the_next_run(source):
    """An account without connections is one connection of its own name, written or not."""
    source.save(BUSY)
    found = TomlSettings(source.path, KEYS).load()
    assert found.problems == ()
    assert found.settings.language == "nl"
    (home,) = found.settings.accounts
    assert [each.name for each in home.connections] == ["Home"]
    assert source.path.read_text() == 'language = "nl"\n\n[[accounts]]\nid = "home"\nprovider = "line"\nname = "Home"\n'


def test_what_the_reader_makes_of_a_value_is_no_mistake(source):
    """A page without a scheme, an item named twice, a login with leftovers of another kind: saved as they are meant."""
    told = Help(status_url="a.example", steps=("wait", "wait"))
    auth = Auth(AuthKind.BEARER, user="left", header="X-Left")
    odd = Account("a", "tmf656", "A", "https://b.example", auth=auth, help=told)
    source.save(Settings(accounts=(odd,), line=Line(names=("c", "c"))))
    (read,) = source.load().settings.accounts
    assert (read.auth, read.help) == (Auth(AuthKind.BEARER), Help(status_url="https://a.example", steps=("wait",)))


def test_the_file_is_its_owners_own_and_linked_ones_stay_linked(tmp_path):
    """0600 whatever it was, no temporary file left, and settings that are kept elsewhere are kept there."""
    target = tmp_path / "dotfiles" / "tocsin.toml"
    target.parent.mkdir()
    target.write_text(TEXT)
    target.chmod(0o644)
    (tmp_path / "config.toml").symlink_to(target)
    linked = TomlSettings(tmp_path / "config.toml", KEYS)
    for change in (lambda: linked.save(BUSY), linked.undo):
        change()
        assert linked.path.is_symlink()
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        names = sorted(each.name for each in target.parent.iterdir())
        assert [each.partition("-")[0] for each in names] == ["tocsin.toml", "tocsin.toml.backup"]  # of an older schema
    assert target.read_text() == TEXT


def test_nothing_is_written_that_is_there_already(source):
    """Who closes the settings without a change touches nothing, and has nothing to undo."""
    source.path.write_text(TEXT)
    before = source.path.stat()
    source.save(source.load().settings)
    assert source.path.stat() == before
    assert not source.can_undo


@pytest.mark.parametrize("text", ["x = ", "[lime]\n", "language = 7\n", '[[accounts]]\nid = "home"\n', "\udcff"])
def test_a_file_with_problems_is_left_alone(source, text):
    """What could not be read is not overwritten, and who saves is told what is wrong."""
    data = text.encode(errors="surrogateescape")
    source.path.write_bytes(data)
    source.load()
    with pytest.raises(SettingsError):
        source.save(BUSY)
    assert source.path.read_bytes() == data
    assert not source.can_undo


WRONG = {
    "url": replace(HOME, provider="tmf656", url="ftp://a"),
    "id": replace(HOME, id="No Id"),
    "name": replace(HOME, name=" "),
    "no text": replace(HOME, name="\ud800"),
    "1 MiB": replace(HOME, options={"x": "y" * LIMIT}),
    "phone": replace(HOME, help=Help(phone="call me")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_setting_is_refused_before_anything_is_written(source, name):
    """The reason is the reader's, without a line that nobody could look up."""
    source.path.write_text(TEXT)
    with pytest.raises(SettingsError, match=name) as refused:
        source.save(Settings(accounts=(WRONG[name],)))
    assert refused.value.line is None
    assert source.path.read_text() == TEXT


def test_a_mistake_of_ours_writes_nothing(source, monkeypatch):
    """Were a change ever to read as something else, it is not made."""
    source.path.write_text(TEXT)
    monkeypatch.setattr(settings_save, "edited", lambda text, before, after: text)
    with pytest.raises(Bug):
        source.save(BUSY)
    assert source.path.read_text() == TEXT


def test_an_edit_that_was_not_loaded_yet_is_not_overwritten(source):
    """Somebody adds an account by hand while the window still shows the old ones: the account stays."""
    source.path.write_text(TEXT)
    shown = source.load().settings
    by_hand = TEXT + '[[accounts]]\nid = "home"\nprovider = "line"\n'
    write(source, by_hand)
    with pytest.raises(SettingsError, match="somebody else"):
        source.save(replace(shown, language="nl"))
    assert source.path.read_text() == by_hand
    source.save(replace(source.load().settings, language="nl"))
    assert source.path.read_text() == by_hand.replace('"de"', '"nl"')
    write(source, source.path.read_text() + "# only a comment\n")
    source.save(replace(source.loaded, language="fr"))
    assert source.path.read_text().endswith("# only a comment\n")


def test_a_full_disk_costs_nothing(source, monkeypatch):
    """Neither the old file, nor what can be undone."""

    def full(_):
        raise OSError(28, "No space left on device")

    source.path.write_text(TEXT)
    source.save(BUSY)
    text = source.path.read_text()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        for attempt in (lambda: source.save(Settings()), source.undo):
            with pytest.raises(EnvironmentFault, match="No space left"):
                attempt()
            assert source.path.read_text() == text
            assert not [each for each in source.path.parent.iterdir() if each.name.startswith(".")]
    source.undo()
    assert source.path.read_text() == TEXT


# --- taking back ---------------------------------------------------------------------------------------------------


def test_undo_gives_every_earlier_file_back_to_the_byte(source):
    """One change after the other, up to the file that was not there."""
    texts = []
    for language in ("nl", "de", "fr"):
        texts.append(source.path.read_bytes() if source.path.exists() else None)
        source.save(Settings(language=language))
    source.agree(public=True)
    source.undo()
    assert source.load().settings == Settings(language="fr")
    for text in reversed(texts):
        assert source.can_undo
        source.undo()
        assert (source.path.read_bytes() if source.path.exists() else None) == text
    assert not source.can_undo
    with pytest.raises(SettingsError, match="no change"):
        source.undo()
    assert source.load() == LoadedSettings(Settings())


def test_a_change_by_hand_is_not_undone(source):
    """What somebody wrote since is not thrown away; put back by hand, the change can be undone again."""
    source.path.write_text(TEXT)
    source.load()
    source.save(BUSY)
    ours = source.path.read_text()
    write(source, ours + "# theirs\n")
    with pytest.raises(SettingsError, match="by hand"):
        source.undo()
    assert source.path.read_text().endswith("# theirs\n")
    source.load()
    assert not source.can_undo
    write(source, ours)
    source.load()
    assert source.can_undo
    source.undo()
    assert source.path.read_text() == TEXT


def test_after_a_change_by_hand_only_newer_changes_are_undone(source):
    """The changes before it stand on a file that is no more."""
    source.save(BUSY)
    write(source, TEXT)
    source.load()
    source.save(BUSY)
    source.undo()
    assert source.path.read_text() == TEXT
    assert not source.can_undo
    with pytest.raises(SettingsError, match="by hand"):
        source.undo()


def test_a_file_that_was_put_away_is_not_undone(source):
    """Who deletes the settings does not get old ones back by a click on something else."""
    source.save(BUSY)
    source.save(Settings(language="de"))
    source.path.unlink()
    with pytest.raises(SettingsError, match="by hand"):
        source.undo()
    assert not source.path.exists()


def test_twenty_changes_can_be_taken_back(source):
    """A program that runs for months does not keep every version of its settings."""
    for number in range(30):
        source.save(Settings(line=Line(interface=f"eth{number}")))
    count = 0
    while source.can_undo:
        source.undo()
        count += 1
    assert count == settings_save.MOST == 20
    assert source.load().settings.line.interface == "eth9"


@settings(max_examples=60, deadline=None)
@given(every_settings, every_settings, st.data())
def test_any_file_is_undone_to_the_byte(before, after, data):
    """Byte order marks, line ends and blanks included; and what was saved reads back as it was meant."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        source = TomlSettings(Path(folder) / "config.toml", KEYS)
        written = Layout(data).text(plain(before)).encode()
        source.path.write_bytes(written)
        assert source.load() == LoadedSettings(before)
        source.save(after)
        assert TomlSettings(source.path, KEYS).load() == LoadedSettings(after)
        assert source.path.read_bytes().startswith(b"\xef\xbb\xbf") is written.startswith(b"\xef\xbb\xbf")
        assert source.can_undo is (before != after)
        if before != after:
            source.undo()
        assert source.path.read_bytes() == written
        assert source.load() == LoadedSettings(before)


# --- noticing ------------------------------------------------------------------------------------------------------


def test_every_change_by_somebody_else_is_noticed_and_none_of_ours(source):
    """A file that comes, is written over, put in place of the old one, or goes; but not our own saving."""
    source.load()
    assert not source.has_changed()

    def theirs(change):
        change()
        noticed = source.has_changed()
        source.load()
        return noticed and not source.has_changed()

    assert theirs(lambda: source.path.write_text(TEXT))
    assert theirs(lambda: write(source, TEXT.replace('"de"', '"nl"')))
    assert theirs(lambda: os.utime(source.path, ns=(1, 1)))
    for change in (lambda: source.save(BUSY), lambda: source.agree(public=False), source.undo, source.undo):
        change()
        assert not source.has_changed()
    assert theirs(source.path.unlink)
    assert theirs(source.path.mkdir)
    assert theirs(source.path.rmdir)


def test_a_file_that_cannot_be_read_is_not_read_again_and_again(source):
    """It is told once; until it changes nobody is told once more."""
    source.path.write_bytes(b"\xff")
    assert source.load().problems
    assert not source.has_changed()
    source.path.write_bytes(b"x" * (LIMIT + 1))
    assert source.has_changed()
    assert source.load().problems
    assert not source.has_changed()
    assert not TomlSettings(Path("no\0file"), KEYS).has_changed()


# --- every source --------------------------------------------------------------------------------------------------


def test_every_source_of_settings_saves_and_takes_back(tmp_path):
    """The tray, ``watch``, the demo and the tests' own do alike; each remembers in one instance what it did."""
    sources: tuple[SettingsSource, ...] = (
        SettingsFile(Profile.find(tmp_path / "a", {})),
        _SpokenSettings(SettingsFile(Profile.find(tmp_path / "b", {}))),
        FixedSettings(LoadedSettings(Settings())),
        EngineRig(Settings()),
    )
    for source in sources:
        assert not source.can_undo
        with pytest.raises(SettingsError):
            source.undo()
        source.load()
        source.save(Settings(language="nl"))
        source.agree(public=True)
        assert source.load().settings == Settings(language="nl", line=Line(public=True))
        source.undo()
        assert source.load().settings == Settings(language="nl")
        assert source.can_undo
        assert not source.has_changed()
        source.undo()
        assert source.load() == LoadedSettings(Settings())
        assert not source.can_undo


def test_settings_with_problems_are_not_saved_anywhere():
    """The demo keeps to the same rule."""
    wrong = FixedSettings(LoadedSettings(Settings(), (SettingsError("x", "is wrong"),)))
    with pytest.raises(SettingsError, match="is wrong"):
        wrong.save(BUSY)


def test_reading_loads_nothing_that_writes():
    """What months of running never need is not in memory."""
    import subprocess
    import sys

    program = """
import sys
from pathlib import Path
from tocsin.adapters.settings import TomlSettings
source = TomlSettings(Path("/nonexistent/config.toml"), ())
source.load(), source.has_changed(), source.can_undo
print([name for name in sys.modules if "settings_save" in name or "toml_edit" in name or "toml_spans" in name])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
